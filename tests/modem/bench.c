/* SPDX-License-Identifier: MIT */
#include "bench.h"

bool bench_walked[MC_STEP_COUNT];

/* ---- the wire ---- */

static int on_write(void *ctx, const void *data, size_t len)
{
    struct bench *b = ctx;
    if (b->deaf_at && b->baud == b->deaf_at && (len < 7 || memcmp(data, "AT+IPR=", 7) != 0))
        return 0; /* as a line that is too fast loses almost everything */
    sim_board_from_host(b->board, data, len);
    return 0;
}

static size_t on_data(void *ctx, const uint8_t *data, size_t len)
{
    struct bench *b = ctx;
    mc_buf_append(&b->data, data, len);
    return len;
}

static void on_urc(void *ctx, enum mc_line_channel channel, const char *line)
{
    struct bench *b = ctx;
    b->rebooted = mc_bringup_urc(b->bringup, line) || b->rebooted;
    if (b->on_urc)
        b->on_urc(b, line, b->on_urc_ctx);
}

static void put(char *text, size_t size, const char *what)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s|", what);
}

static void on_trace(void *ctx, enum mc_line_channel channel, enum mc_at_direction direction, const char *text)
{
    struct bench *b = ctx;
    if (direction == MC_AT_SENT)
        put(b->sent, sizeof(b->sent), text);
}

static void on_to_host(void *ctx, const uint8_t *data, size_t len)
{
    struct bench *b = ctx;
    assert_int_equal(mc_line_feed(b->line, data, len), len);
}

/* ---- what the sequence asks ---- */

static void on_step(void *ctx, const struct mc_bringup_row *row)
{
    struct bench *b = ctx;
    if (b->n_steps == MC_LENGTH_OF(b->steps))
        fail_msg("%s: a walk that does not end, now in %s", b->what, row->name);
    b->steps[b->n_steps++] = row->step;
    b->steps_ms += row->deadline_ms ? row->deadline_ms : b->settings.recovery.search_time_ms;
    bench_walked[row->step] = true;
}

static void on_note(void *ctx, const char *text)
{
    struct bench *b = ctx;
    put(b->notes, sizeof(b->notes), text);
}

static int on_set_baud(void *ctx, int32_t baud)
{
    struct bench *b = ctx;
    b->baud = (uint32_t)baud;
    sim_board_host_baud(b->board, b->baud);
    return 0;
}

static int on_set_flow(void *ctx, enum mc_flow flow)
{
    struct bench *b = ctx;
    b->flow = (int32_t)flow;
    sim_board_host_flow(b->board, flow == MC_FLOW_RTSCTS);
    return 0;
}

static enum mc_fault on_pin_allowed(void *ctx, const char *iccid, int tries_left)
{
    struct bench *b = ctx;
    if (b->pins++) /* policy never lets the same one be tried twice */
        return MC_FAULT_SIM_PIN_WRONG;
    return b->pin_fault != MC_FAULT_NONE || tries_left >= 2 ? b->pin_fault : MC_FAULT_SIM_PIN_SPENT;
}

static void on_pin_result(void *ctx, const char *iccid, bool right)
{
    struct bench *b = ctx;
    put(b->pin_results, sizeof(b->pin_results), right ? "+" : "-");
}

static int64_t on_attach_allowed(void *ctx)
{
    struct bench *b = ctx;
    b->attaches += b->attach_wait_ms == 0;
    return b->attach_wait_ms;
}

static int64_t on_dial_allowed(void *ctx)
{
    return ((struct bench *)ctx)->dial_wait_ms;
}

static enum mc_fault on_dial_fault(void *ctx, char *detail, size_t detail_bytes)
{
    struct bench *b = ctx;
    snprintf(detail, detail_bytes, "%s", mc_fault_info(b->dial_fault)->text);
    return b->dial_fault;
}

static bool on_mux_allowed(void *ctx)
{
    return !((struct bench *)ctx)->mux_rests;
}

/* As the link does: three times, and it is not asked any more. */
static void on_mux_failed(void *ctx, const char *why)
{
    struct bench *b = ctx;
    char text[48];
    snprintf(text, sizeof(text), "mux-failed %s", why);
    put(b->notes, sizeof(b->notes), text);
    if (strcmp(why, MC_MUX_UNSTEADY) != 0 && ++b->mux_failed == 3)
        mc_bringup_mux_distrust(b->bringup, why);
}

static void on_done(void *ctx, const struct mc_bringup_result *result)
{
    struct bench *b = ctx;
    assert_false(b->done); /* told once */
    b->done = true;
    b->result = *result;
}

/* ---- life ---- */

static void preset(struct sim_profile *profile, const char *names)
{
    char copy[128], *rest = copy, *name;
    snprintf(copy, sizeof(copy), "%s", names);
    while ((name = strsep(&rest, " ")))
        if (*name && sim_profile_preset(profile, name) < 0)
            fail_msg("no preset %s", name);
}

void bench_board(struct bench *b, const char *presets, const char *key, const char *value)
{
    static const struct sim_callbacks callbacks = {.to_host = on_to_host};
    struct sim_profile profile;
    sim_profile_init(&profile);
    preset(&profile, presets);
    if (key)
        assert_int_equal(sim_profile_set(&profile, key, value), 0);
    sim_board_free(b->board);
    b->board = sim_board_new(b->queue, &profile, &callbacks, b);
    assert_non_null(b->board);
    sim_board_host_baud(b->board, 115200);
    sim_board_plug(b->board);
}

struct bench *bench_new(const char *presets)
{
    static const struct mc_line_callbacks line_callbacks = {
        .write = on_write, .data = on_data, .urc = on_urc, .trace = on_trace, .note = on_note};
    static const struct mc_bringup_callbacks callbacks = {.step = on_step,
                                                          .note = on_note,
                                                          .set_baud = on_set_baud,
                                                          .set_flow = on_set_flow,
                                                          .pin_allowed = on_pin_allowed,
                                                          .pin_result = on_pin_result,
                                                          .attach_allowed = on_attach_allowed,
                                                          .dial_allowed = on_dial_allowed,
                                                          .dial_fault = on_dial_fault,
                                                          .mux_allowed = on_mux_allowed,
                                                          .mux_failed = on_mux_failed,
                                                          .done = on_done};
    struct bench *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    assert_int_equal(mc_settings_init(&b->settings), 0);
    assert_int_equal(mc_config_row_set(mc_config_row_find("PDP", "APN"), &b->settings, "soracom.io"), 0);
    assert_int_equal(mc_config_row_set(mc_config_row_find("PDP", "User"), &b->settings, "sora"), 0);
    assert_int_equal(mc_config_row_set(mc_config_row_find("PDP", "Password"), &b->settings, "sora"), 0);
    b->settings.modem.multiplex = MC_MULTIPLEX_NO; /* test_mux.c is about it */
    b->flow = -1;
    mc_buf_init(&b->data, 65536);
    b->queue = mc_timerq_new(1000);
    b->line = mc_line_new(b->queue, &line_callbacks, b);
    b->bringup = mc_bringup_new(b->queue, b->line, &b->settings, &callbacks, b);
    assert_non_null(b->bringup);
    bench_board(b, presets, NULL, NULL);
    return b;
}

void bench_free(struct bench *b)
{
    if (!b)
        return;
    mc_bringup_free(b->bringup);
    mc_line_free(b->line);
    sim_board_free(b->board);
    mc_timerq_free(b->queue);
    mc_buf_free(&b->data);
    mc_settings_done(&b->settings);
    free(b);
}

void bench_inject(struct bench *b, const char *fmt, ...)
{
    char line[128];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (sim_board_command(b->board, line, NULL, NULL) < 0)
        fail_msg("the board refused: %s", line);
}

/* ---- time ---- */

static bool turn(struct bench *b, int64_t end_ms)
{
    int64_t next_ms = mc_timerq_next_ms(b->queue);
    if (next_ms < 0 || next_ms > end_ms)
        return false;
    mc_timerq_advance(b->queue, next_ms);
    mc_timerq_run(b->queue);
    return true;
}

void bench_pass(struct bench *b, int64_t ms)
{
    int64_t end_ms = mc_timerq_now_ms(b->queue) + ms;
    while (turn(b, end_ms))
        ;
    mc_timerq_advance(b->queue, end_ms);
}

enum mc_fault bench_walk_within(struct bench *b, enum mc_step step, int64_t patience_ms, int64_t limit_ms)
{
    b->done = false;
    b->n_steps = 0;
    b->steps_ms = 0;
    b->notes[0] = b->sent[0] = '\0';
    b->began_ms = mc_timerq_now_ms(b->queue);
    mc_bringup_start(b->bringup, step, patience_ms);
    while (!b->done) {
        int64_t most_ms = limit_ms ? limit_ms : b->steps_ms;
        if (!turn(b, b->began_ms + most_ms))
            fail_msg("still in %s after %lld ms", mc_bringup_table[mc_bringup_step(b->bringup)].name,
                     (long long)most_ms);
    }
    assert_false(mc_bringup_running(b->bringup));
    return b->result.fault;
}

enum mc_fault bench_walk(struct bench *b, enum mc_step step)
{
    return bench_walk_within(b, step, b->settings.modem.boot_time_ms, 0);
}

bool bench_stepped(const struct bench *b, enum mc_step step)
{
    for (unsigned i = 0; i < b->n_steps; i++)
        if (b->steps[i] == step)
            return true;
    return false;
}

int bench_get(struct bench *b, const char *key)
{
    char text[128] = "";
    assert_int_equal(sim_board_get(b->board, key, text, sizeof(text)), 0);
    return atoi(text);
}

void bench_online(struct bench *b)
{
    enum mc_fault fault = bench_walk(b, MC_STEP_FIND);
    if (fault != MC_FAULT_NONE)
        fail_msg("%s: %s", mc_fault_info(fault)->code, b->result.detail);
    assert_true(b->result.connected);
    if (!mc_line_muxed(b->line))
        assert_int_equal(mc_line_owner(b->line), MC_LINE_OWNER_DATA);
    assert_int_equal(sim_board_peer_state(b->board), SIM_PEER_UP);
    assert_string_equal(sim_board_call(b->board)->apn, "soracom.io");
}
