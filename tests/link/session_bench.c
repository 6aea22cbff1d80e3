/* SPDX-License-Identifier: MIT */
#include "session_bench.h"

/* ---- what it tells ---- */

static void on_step(void *ctx, const struct mc_bringup_row *row)
{
    struct session_bench *s = ctx;
    if (s->steps)
        bench_say(ctx, "%s", row->name);
}

static void on_note(void *ctx, const char *text)
{
    bench_say(ctx, "note: %.24s", text);
}

static enum mc_fault on_pin_allowed(void *ctx, const char *iccid, int tries_left)
{
    bench_say(ctx, "pin? %s %d", iccid, tries_left);
    return ((struct session_bench *)ctx)->pin_fault;
}

static void on_pin_result(void *ctx, const char *iccid, bool right)
{
    bench_say(ctx, "pin %s %s", iccid, right ? "right" : "wrong");
}

static int64_t on_attach_allowed(void *ctx)
{
    bench_say(ctx, "attach?");
    return ((struct session_bench *)ctx)->attach_wait_ms;
}

static int64_t on_dial_allowed(void *ctx)
{
    bench_say(ctx, "dial?");
    return ((struct session_bench *)ctx)->dial_wait_ms;
}

static bool on_mux_allowed(void *ctx)
{
    return true;
}

static void on_mux_failed(void *ctx, const char *why)
{
    bench_say(ctx, "mux-failed %s", why);
}

static const char *const uses[] = {
    [MC_USE_NONE] = "none",     [MC_USE_UP] = "up",     [MC_USE_HANGUP] = "hangup", [MC_USE_VERB] = "verb",
    [MC_USE_SAMPLE] = "sample", [MC_USE_PEEK] = "peek", [MC_USE_BOARD] = "board"};

static void on_done(void *ctx, enum mc_session_use use, const struct mc_bringup_result *result)
{
    struct session_bench *s = ctx;
    bench_say(ctx, "done %s %s%s, now %s", uses[use], mc_fault_info(result->fault)->code,
              result->connected ? " connected" : "", uses[mc_session_use(s->session)]);
}

static void on_urc(void *ctx, const char *line, bool reboot)
{
    bench_say(ctx, "urc %s%s", line, reboot ? " reboot" : "");
}

static size_t on_data(void *ctx, const uint8_t *data, size_t len)
{
    struct session_bench *s = ctx;
    bench_say(ctx, "data %.*s", (int)len, (const char *)data);
    return len < s->takes ? len : s->takes;
}

static void on_data_closed(void *ctx)
{
    bench_say(ctx, "data-closed");
}

static void on_mux_lost(void *ctx, bool left, const char *why)
{
    bench_say(ctx, "mux-lost, state %s: %s",
              mc_strtab_name(mc_session_table.states, session_state(((struct session_bench *)ctx)->session)), why);
}

static void on_sample(void *ctx)
{
    bench_say(ctx, "sample");
}

static void on_worked(void *ctx, int result)
{
    bench_say(ctx, "worked %d, now %s", result, uses[mc_session_use(((struct session_bench *)ctx)->session)]);
}

static const struct mc_session_host host = {.walk = {.step = on_step,
                                                     .note = on_note,
                                                     .pin_allowed = on_pin_allowed,
                                                     .pin_result = on_pin_result,
                                                     .attach_allowed = on_attach_allowed,
                                                     .dial_allowed = on_dial_allowed,
                                                     .mux_allowed = on_mux_allowed,
                                                     .mux_failed = on_mux_failed},
                                            .done = on_done,
                                            .urc = on_urc,
                                            .data = on_data,
                                            .data_closed = on_data_closed,
                                            .mux_lost = on_mux_lost,
                                            .sample = on_sample,
                                            .worked = on_worked};

/* ---- requests: to the board, if there is one ---- */

static int on_write(void *ctx, const void *data, size_t len)
{
    struct session_bench *s = ctx;
    if (!s->board)
        return bench_requests.write(ctx, data, len);
    sim_board_from_host(s->board, data, len);
    return 0;
}

static int on_set_baud(void *ctx, int32_t baud)
{
    struct session_bench *s = ctx;
    if (s->board)
        sim_board_host_baud(s->board, (uint32_t)baud);
    return s->brief ? 0 : bench_requests.set_baud(ctx, baud);
}

static int on_set_flow(void *ctx, enum mc_flow flow)
{
    struct session_bench *s = ctx;
    if (s->board)
        sim_board_host_flow(s->board, flow == MC_FLOW_RTSCTS);
    return bench_requests.set_flow(ctx, flow);
}

static void on_data_mode(void *ctx, bool on)
{
    if (!((struct session_bench *)ctx)->brief)
        bench_requests.data_mode(ctx, on);
}

static void on_trace(void *ctx, enum mc_line_channel channel, enum mc_at_direction direction, const char *text)
{
    struct session_bench *s = ctx;
    if (!s->board)
        bench_requests.trace(ctx, channel, direction, text);
}

static void on_to_host(void *ctx, const uint8_t *data, size_t len)
{
    mc_session_bytes(((struct session_bench *)ctx)->session, data, len);
}

/* ---- life ---- */

int session_state(const struct mc_session *session)
{
    int state = 0;
    while (!mc_session_in(session, MC_MACHINE_BIT(state)))
        state++;
    return state;
}

void session_begin(struct session_bench *s, const char *settings)
{
    struct mc_link_requests requests = bench_requests;
    requests.write = on_write;
    requests.set_baud = on_set_baud;
    requests.set_flow = on_set_flow;
    requests.trace = on_trace;
    requests.data_mode = on_data_mode;
    *s = (struct session_bench){.takes = SIZE_MAX};
    bench_init(&s->bench);
    bench_set(&s->bench, "Modem.Multiplex=no PDP.User=sora PDP.Password=sora");
    bench_set(&s->bench, settings);
    s->session =
        mc_session_new(s->bench.queue, &s->bench.settings, &s->bench.status, &requests, &s->bench, &host, &s->bench);
    assert_non_null(s->session);
}

void session_end(struct session_bench *s)
{
    mc_session_free(s->session);
    sim_board_free(s->board);
    assert_int_equal(mc_timerq_next_ms(s->bench.queue), -1);
    bench_done(&s->bench);
}

void session_board(struct session_bench *s, const char *presets)
{
    static const struct sim_callbacks callbacks = {.to_host = on_to_host};
    struct sim_profile profile;
    char copy[128], *rest = copy, *one;
    snprintf(copy, sizeof(copy), "%s", presets);
    sim_profile_init(&profile);
    while ((one = strsep(&rest, " "))) {
        char *value = strchr(one, '=');
        if (value)
            *value++ = '\0';
        assert_int_equal(value ? sim_profile_set(&profile, one, value) : sim_profile_preset(&profile, one), 0);
    }
    s->board = sim_board_new(s->bench.queue, &profile, &callbacks, &s->bench);
    assert_non_null(s->board);
    sim_board_host_baud(s->board, 115200);
    sim_board_plug(s->board);
}

void session_rows(const struct bench_row *rows, size_t n_rows, const char *presets)
{
    for (size_t i = 0; i < n_rows; i++) {
        struct session_bench s;
        session_begin(&s, rows[i].settings);
        if (presets)
            session_board(&s, presets);
        bench_play(&s.bench, &rows[i], session_word);
        session_end(&s);
    }
    bench_verdict();
}

/* ---- words ---- */

static void show(struct session_bench *s)
{
    static const char *const lines[] = {[MC_LINE_UNKNOWN] = "unknown",
                                        [MC_LINE_COMMAND] = "command",
                                        [MC_LINE_DATA] = "data",
                                        [MC_LINE_MUX] = "mux",
                                        [MC_LINE_CLOSED] = "closed"};
    const char *step = mc_bringup_table[mc_session_step(s->session)].name;
    bench_say(&s->bench, "%s, %s%s%s, use %s, step %s, line %s%s",
              mc_strtab_name(mc_session_table.states, session_state(s->session)),
              mc_session_present(s->session) ? "present" : "not there", mc_session_open(s->session) ? ", open" : "",
              mc_session_met(s->session) ? ", met" : "", uses[mc_session_use(s->session)], step,
              lines[s->bench.status.modem.line], mc_session_muxed(s->session) ? ", muxed" : "");
}

static void open_port(struct session_bench *s)
{
    char detail[80] = "";
    enum mc_fault fault = mc_session_open_port(s->session, detail, sizeof(detail));
    if (fault != MC_FAULT_NONE)
        bench_say(&s->bench, "%s: %s", mc_fault_info(fault)->code, detail);
}

/* What the modem says, '_' for a blank, '^' for LF; what is not taken goes to the log. */
static void hear(struct session_bench *s, const char *text, const char *end)
{
    char line[120];
    snprintf(line, sizeof(line), "%s%s%s", end, text, end);
    for (char *c = line; (c = strchr(c, '_'));)
        *c = ' ';
    for (char *c = line; (c = strchr(c, '^'));)
        *c = '\n';
    size_t taken = mc_session_bytes(s->session, (const uint8_t *)line, strlen(line));
    if (taken != strlen(line))
        bench_say(&s->bench, "taken %zu", taken);
}

static bool plain_word(struct session_bench *s, const char *word)
{
    static const struct {
        const char *word;
        void (*fn)(struct mc_session *session);
    } calls[] = {{"defaults", mc_session_defaults},
                 {"take-back", mc_session_take_line_back},
                 {"cancel", mc_session_cancel},
                 {"call-ended", mc_session_call_ended}};
    for (size_t i = 0; i < MC_LENGTH_OF(calls); i++) {
        if (strcmp(calls[i].word, word) != 0)
            continue;
        calls[i].fn(s->session);
        return true;
    }
    if (!strcmp(word, "open"))
        open_port(s);
    else if (!strcmp(word, "open-fails"))
        s->bench.open_fault = MC_FAULT_DEVICE_BUSY;
    else if (!strcmp(word, "no-pppd"))
        s->bench.check_fault = MC_FAULT_PPPD_MISSING;
    else if (!strcmp(word, "brief"))
        s->brief = true;
    else if (!strcmp(word, "steps"))
        s->steps = true;
    else if (!strcmp(word, "pin-spent"))
        s->pin_fault = MC_FAULT_SIM_PIN_SPENT;
    else if (!strcmp(word, "no-answers"))
        mc_session_no_answers(s->session, "No answer can come.");
    else if (!strcmp(word, "bridge"))
        s->bench.status.device.bridge = true;
    else if (!strcmp(word, "facts"))
        snprintf(mc_session_facts(s->session)->cpin, sizeof(mc_session_facts(s->session)->cpin), "READY");
    else if (!strcmp(word, "facts?"))
        bench_say(&s->bench, *mc_session_facts(s->session)->cpin ? "known" : "unknown");
    else if (!strcmp(word, "answered?"))
        bench_say(&s->bench, "answered at %lld",
                  (long long)(s->bench.status.modem.answered_at_ms < 0
                                  ? -1
                                  : s->bench.status.modem.answered_at_ms - BENCH_BEGAN_MS));
    else if (!strcmp(word, "mux-why"))
        bench_say(&s->bench, "why \"%s\"", mc_session_mux_why(s->session));
    else if (!strcmp(word, "forget"))
        bench_forget(&s->bench);
    else if (!strcmp(word, "show"))
        show(s);
    else
        return false;
    return true;
}

static int value_in(const char *const *names, size_t n, const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(names[i]) == len && !strncmp(names[i], name, len))
            return (int)i;
    fail_msg("no such name: %s", name);
    return -1;
}

static enum mc_step step_of(const char *name)
{
    for (int step = 0; step < MC_STEP_COUNT; step++)
        if (!strcmp(mc_bringup_table[step].name, name))
            return (enum mc_step)step;
    fail_msg("no such step: %s", name);
    return MC_STEP_END;
}

static void on_answer(void *ctx, const struct mc_at_answer *answer)
{
    bench_say(ctx, "answer %s%s%s", mc_at_result_name(answer->result), *answer->final ? " " : "", answer->final);
}

static bool argued_word(struct session_bench *s, const char *word, const char *arg)
{
    static const char *const lines[] = {"reset", "power-cycle", "power-on", "power-off"};
    if (!strncmp(word, "event:", 6))
        mc_session_event(s->session, (enum mc_session_event)mc_strtab_value(mc_session_table.events, arg));
    else if (!strncmp(word, "drop:", 5))
        mc_session_drop(s->session, (enum mc_session_event)mc_strtab_value(mc_session_table.events, arg));
    else if (!strncmp(word, "adopt:", 6))
        bench_say(&s->bench, "adopted %d", mc_session_adopt(s->session, (unsigned)atoi(arg)));
    else if (!strncmp(word, "board:", 6))
        mc_session_work_board(s->session, (enum mc_board_line)value_in(lines, 4, arg, strlen(arg)));
    else if (!strncmp(word, "worked:", 7))
        mc_session_board_done(s->session, atoi(arg));
    else if (!strncmp(word, "has:", 4))
        bench_say(&s->bench, "has %s %d", arg, mc_session_has_line(s->session, arg));
    else if (!strncmp(word, "sample:", 7))
        mc_session_sample_in(s->session, atoll(arg));
    else if (!strncmp(word, "at:", 3))
        assert_int_equal(mc_at_send(mc_session_at(s->session), &(struct mc_at_command){.text = arg, .timeout_ms = 9000},
                                    on_answer, &s->bench),
                         0);
    else if (!strncmp(word, "walk:", 5))
        mc_session_walk(s->session, (enum mc_session_use)value_in(uses, MC_LENGTH_OF(uses), arg, strcspn(arg, ":")),
                        step_of(strchr(arg, ':') + 1));
    else if (!strncmp(word, "stop-before-dial:", 17))
        mc_session_stop_before_dial(s->session, atoi(arg));
    else if (!strncmp(word, "radio-stays-off:", 16))
        mc_session_radio_stays_off(s->session, atoi(arg));
    else if (!strncmp(word, "look-once:", 10))
        mc_session_look_once(s->session, atoi(arg));
    else if (!strncmp(word, "distrust:", 9))
        mc_session_mux_distrust(s->session, arg);
    else if (!strncmp(word, "takes:", 6))
        s->takes = (size_t)atoi(arg);
    else if (!strncmp(word, "dial-wait:", 10))
        s->dial_wait_ms = atoll(arg);
    else if (!strncmp(word, "write-fails:", 12))
        s->bench.write_result = -atoi(arg);
    else
        return false;
    return true;
}

/* "inject:reboot", with '_' for blanks. */
static void inject(struct session_bench *s, const char *what)
{
    char line[120];
    snprintf(line, sizeof(line), "%s", what);
    for (char *c = line; (c = strchr(c, '_'));)
        *c = ' ';
    assert_int_equal(sim_board_command(s->board, line, NULL, NULL), 0);
}

bool session_word(struct bench *b, const char *word)
{
    struct session_bench *s = session_of(b);
    const char *arg = strchr(word, ':');
    if (*word == '<')
        hear(s, word + 1, "\r\n");
    else if (*word == '=')
        hear(s, word + 1, "");
    else if (!strncmp(word, "inject:", 7))
        inject(s, word + 7);
    else
        return arg ? argued_word(s, word, arg + 1) : plain_word(s, word);
    return true;
}
