/* SPDX-License-Identifier: MIT */
/* The finder from every mode that a crashed host or a power cut may leave: found, and in under 2 s beyond the guard
 * times that the protocol demands (or the modem's own boot). */
#include "bench.h"

struct search {
    struct bench *bench;
    struct mc_finder *finder;
    bool done;
    enum mc_found found;
    int32_t baud;
};

static int on_baud(void *ctx, int32_t baud)
{
    struct search *s = ctx;
    sim_board_host_baud(s->bench->board, (uint32_t)baud);
    return 0;
}

static void on_done(void *ctx, enum mc_found found, int32_t baud)
{
    struct search *s = ctx;
    assert_false(s->done);
    s->done = true;
    s->found = found;
    s->baud = baud;
}

/* The modem's line to the finder: boot messages. */
static void on_urc(struct bench *b, const char *line, void *ctx)
{
    struct search *s = ctx;
    if (strcmp(line, "QCRDY") == 0 || strncmp(line, "+CPIN:", 6) == 0)
        mc_finder_booted(s->finder);
}

#define GUARDS_MS 2100 /* silence, +++, silence */

static const struct mode {
    const char *what, *presets, *injects; /* parted by ';' */
    int32_t likely, other;
    enum mc_found found;
    int32_t baud;
    unsigned escapes;  /* +++ with its guard times that this mode costs */
    int64_t within_ms; /* without them; 0: 2 s, as for everything that a host of ours leaves behind */
} modes[] = {
    {"command", "warm", "", 115200, 460800, MC_FOUND_COMMAND, 115200, 0},
    {"command at BaudRate", "warm", "baud 460800", 115200, 460800, MC_FOUND_COMMAND, 460800, 0},
    {"command at 9600", "warm", "baud 9600", 115200, 460800, MC_FOUND_COMMAND, 9600, 0},
    {"command at 230400", "warm", "baud 230400", 115200, 460800, MC_FOUND_COMMAND, 230400, 0},
    {"command at 57600", "warm", "baud 57600", 115200, 460800, MC_FOUND_COMMAND, 57600, 0},
    {"data", "warm", "data-mode", 115200, 460800, MC_FOUND_DATA, 115200, 1},
    {"data at 460800", "warm", "data-mode;baud 460800", 115200, 460800, MC_FOUND_DATA, 460800, 1},
    {"data at 230400", "warm", "data-mode;baud 230400", 115200, 460800, MC_FOUND_DATA, 230400, 1},
    {"data, nothing else set", "warm", "data-mode", 115200, 115200, MC_FOUND_DATA, 115200, 1},
    {"CMUX", "warm", "cmux-mode", 115200, 460800, MC_FOUND_CMUX, 115200, 0},
    {"CMUX sim7670g", "warm", "set mux-style sim7670g;cmux-mode", 115200, 460800, MC_FOUND_CMUX, 115200, 0},
    {"CMUX a7670", "warm", "set mux-style a7670;cmux-mode", 115200, 460800, MC_FOUND_CMUX, 115200, 0},
    {"CMUX sim7600", "warm", "set mux-style sim7600;cmux-mode", 115200, 460800, MC_FOUND_CMUX, 115200, 0},
    {"CMUX at 460800", "warm", "cmux-mode;baud 460800", 115200, 460800, MC_FOUND_CMUX, 460800, 0},
    {"results in digits", "warm", "ATV0", 115200, 460800, MC_FOUND_COMMAND, 115200, 0, 4000},
    {"no results", "warm", "ATQ1", 115200, 460800, MC_FOUND_COMMAND, 115200, 0, 4000},
    {"neither, at 460800", "warm", "ATQ1V0;baud 460800", 115200, 460800, MC_FOUND_COMMAND, 460800, 0, 4000},
    {"mute by IFC", "warm no-flow", "AT+IFC=2,2", 115200, 460800, MC_FOUND_COMMAND, 115200, 0, 5000},
};

static void inject_all(struct bench *b, const char *injects)
{
    char copy[128], *rest = copy, *one;
    snprintf(copy, sizeof(copy), "%s", injects);
    while ((one = strsep(&rest, ";")))
        if (!strncmp(one, "AT", 2)) { /* what another host left behind, or somebody typed */
            sim_board_from_host(b->board, one, strlen(one));
            sim_board_from_host(b->board, "\r", 1);
            bench_pass(b, 1000);
        } else if (*one) {
            bench_inject(b, "%s", one);
        }
}

static void start(struct search *s, const struct mode *mode, int64_t patience_ms)
{
    s->bench = bench_new(mode->presets);
    s->bench->on_urc = on_urc;
    s->bench->on_urc_ctx = s;
    s->finder = mc_finder_new(s->bench->queue, s->bench->line, on_baud, s);
    assert_non_null(s->finder);
    inject_all(s->bench, mode->injects);
    bench_pass(s->bench, 2000); /* the host that left it so is long gone */
    mc_finder_start(s->finder, mode->likely, mode->other, patience_ms, on_done, s);
}

static int64_t finish(struct search *s, int64_t limit_ms)
{
    int64_t began_ms = mc_timerq_now_ms(s->bench->queue);
    while (!s->done && mc_timerq_now_ms(s->bench->queue) - began_ms <= limit_ms)
        bench_pass(s->bench, 1);
    return mc_timerq_now_ms(s->bench->queue) - began_ms;
}

static void stop(struct search *s)
{
    mc_finder_free(s->finder);
    bench_free(s->bench);
}

static void answers(struct search *s)
{
    uint64_t timeouts = mc_at_stats(mc_line_at(s->bench->line))->timeouts;
    assert_int_equal(mc_line_owner(s->bench->line), MC_LINE_OWNER_AT);
    uint64_t before = sim_board_counters(s->bench->board)->commands;
    const struct mc_at_command at = {.text = "AT+CGMR", .prefix = "+CGMR:", .timeout_ms = 300};
    assert_int_equal(mc_at_send(mc_line_at(s->bench->line), &at, NULL, NULL), 0);
    bench_pass(s->bench, 300);
    assert_int_equal(sim_board_counters(s->bench->board)->commands, before + 1);
    assert_int_equal(mc_at_stats(mc_line_at(s->bench->line))->timeouts, timeouts);
    assert_false(mc_at_busy(mc_line_at(s->bench->line)));
}

static void found_in_every_mode(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(modes); i++) {
        struct search s = {0};
        start(&s, &modes[i], 0);
        int64_t took_ms = finish(&s, 60000), own_ms = took_ms - modes[i].escapes * GUARDS_MS;
        print_message("# found: %-24s %5lld ms, of which guard times %u\n", modes[i].what, (long long)took_ms,
                      modes[i].escapes * GUARDS_MS);
        if (!s.done || s.found != modes[i].found || s.baud != modes[i].baud)
            fail_msg("%s: found %d at %d", modes[i].what, (int)s.found, (int)s.baud);
        if (own_ms >= (modes[i].within_ms ? modes[i].within_ms : 2000))
            fail_msg("%s: %lld ms", modes[i].what, (long long)own_ms);
        answers(&s);
        stop(&s);
    }
}

/* Whatever mode a modem is in, at whatever speed of the series, the first round finds it. */
static void found_at_every_speed(void **state)
{
    static const int32_t bauds[] = {115200, 460800, 230400, 57600, 38400, 19200, 9600};
    static const struct {
        const char *inject;
        enum mc_found found;
    } kinds[] = {{"", MC_FOUND_COMMAND},
                 {"data-mode", MC_FOUND_DATA},
                 {"cmux-mode", MC_FOUND_CMUX},
                 {"AT+IFC=2,2", MC_FOUND_COMMAND}};
    for (size_t i = 0; i < MC_LENGTH_OF(kinds) * MC_LENGTH_OF(bauds); i++) {
        size_t k = i % MC_LENGTH_OF(kinds);
        char injects[64];
        snprintf(injects, sizeof(injects), "%s;baud %d", kinds[k].inject, (int)bauds[i / MC_LENGTH_OF(kinds)]);
        const struct mode mode = {injects, k == 3 ? "warm no-flow" : "warm", injects, 115200, 460800, 0, 0, 0};
        struct search s = {0};
        start(&s, &mode, 0);
        int64_t took_ms = finish(&s, 60000);
        if (!s.done || s.found != kinds[k].found || s.baud != bauds[i / MC_LENGTH_OF(kinds)] || took_ms >= 4500)
            fail_msg("%s: found %d at %d after %lld ms", injects, (int)s.found, (int)s.baud, (long long)took_ms);
        stop(&s);
    }
}

/* Booting: found within 3 s of its first boot message, the rest of a round, whatever speed is listened to first. */
static void found_while_booting(void **state)
{
    static const struct mode booting = {"booting", "cold", "", 115200, 460800, MC_FOUND_COMMAND, 115200, 0};
    for (int64_t begun_ms = 0; begun_ms < 12000; begun_ms += 370) {
        struct search s = {0};
        start(&s, &booting, 30000);
        mc_finder_cancel(s.finder);
        bench_pass(s.bench, begun_ms);
        mc_finder_start(s.finder, 460800, 115200, 30000, on_done, &s);
        int64_t ready_ms = 1000 + 12000; /* on the bench's clock: plugged at 1000, boots for 12 s */
        finish(&s, 60000);
        assert_true(s.done);
        assert_int_equal(s.found, MC_FOUND_COMMAND);
        assert_int_equal(s.baud, 115200);
        int64_t after_ms = mc_timerq_now_ms(s.bench->queue) - ready_ms;
        if (after_ms >= 3000)
            fail_msg("begun at %lld: %lld ms after the boot message", (long long)begun_ms, (long long)after_ms);
        /* nobody was there yet: that is no modem that failed to answer */
        assert_int_equal(mc_at_stats(mc_line_at(s.bench->line))->timeouts, 0);
        stop(&s);
    }
}

/* Looked for since it was plugged in, the rule: then the finder listens when the boot message comes. */
static void found_at_its_boot_message(void **state)
{
    static const struct mode booting = {"booting", "cold", "", 115200, 460800, MC_FOUND_COMMAND, 115200, 0};
    for (int boot_ms = 4000; boot_ms <= 15000; boot_ms += 370) {
        struct search s = {0};
        start(&s, &booting, 30000);
        char set[64];
        snprintf(set, sizeof(set), "set latency.boot %d;reboot", boot_ms);
        inject_all(s.bench, set);
        mc_finder_start(s.finder, 115200, 460800, 30000, on_done, &s);
        int64_t took_ms = finish(&s, 60000);
        assert_true(s.done);
        assert_int_equal(s.found, MC_FOUND_COMMAND);
        /* An AT that was sent just before ends first; none of them takes longer. */
        if (took_ms >= boot_ms + 320)
            fail_msg("boots for %d ms, found after %lld", boot_ms, (long long)took_ms);
        stop(&s);
    }
}

static const struct {
    const char *what, *presets, *injects;
    enum mc_found found;
} nobody[] = {
    {"dead", "warm", "mute on", MC_FOUND_SILENCE},
    {"off", "warm", "power-off", MC_FOUND_SILENCE},
    {"garbage", "warm", "garbage-answers on", MC_FOUND_BABBLE},
    {"stuck", "warm", "data-mode;ignore-escapes", MC_FOUND_STUCK},
    {"hangs, but echoes", "warm", "silence *", MC_FOUND_ECHO},
    {"the same at BaudRate", "warm", "silence *;baud 460800", MC_FOUND_ECHO},
    {"the same at 57600", "warm", "silence *;baud 57600", MC_FOUND_ECHO},
};

static void what_cannot_be_found_ends_by_itself(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(nobody); i++) {
        const struct mode mode = {nobody[i].what, nobody[i].presets, nobody[i].injects, 115200, 460800, 0, 0, 0};
        for (int64_t patience_ms = 0; patience_ms <= 30000; patience_ms += 30000) {
            struct search s = {0};
            start(&s, &mode, patience_ms);
            int64_t took_ms = finish(&s, 120000);
            print_message("# %s, patience %lld s: told after %lld ms\n", nobody[i].what,
                          (long long)(patience_ms / 1000), (long long)took_ms);
            if (!s.done || s.found != nobody[i].found)
                fail_msg("%s: %d", nobody[i].what, s.done ? (int)s.found : -1);
            assert_true(took_ms < patience_ms + 30000);
            stop(&s);
        }
    }
}

/* A console echoes, too, and has something to say of its own. */
static void an_echo_with_words_of_its_own(void **state)
{
    static const char *const words[] = {"say login:", "noise 7"};
    for (size_t i = 0; i < MC_LENGTH_OF(words); i++) {
        const struct mode mode = {"console", "warm", "silence *", 115200, 460800, 0, 0, 0};
        struct search s = {0};
        start(&s, &mode, 0);
        for (int ms = 0; !s.done && ms < 60000; ms += 130) {
            bench_inject(s.bench, "%s", words[i]);
            bench_pass(s.bench, 130);
        }
        assert_true(s.done);
        assert_int_equal(s.found, MC_FOUND_BABBLE);
        stop(&s);
    }
}

/* What it is taken for: no stranger, but a modem that hangs; and the detail says what was seen. */
static void an_echo_is_a_silent_modem(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_inject(b, "silence *");
    assert_int_equal(bench_walk_within(b, MC_STEP_FIND, 0, 60000), MC_FAULT_MODEM_SILENT);
    assert_non_null(strstr(b->result.detail, "echo"));
    assert_non_null(strstr(b->result.detail, "loopback"));
}

/* A modem that ignores `+++` twice, as the field says of some, is got out all the same. */
static void an_escape_that_is_ignored_is_repeated(void **state)
{
    const struct mode mode = {"twice", "warm", "data-mode;ignore-escapes 2", 115200, 460800, 0, 0, 0};
    struct search s = {0};
    start(&s, &mode, 0);
    finish(&s, 60000);
    assert_true(s.done);
    assert_int_equal(s.found, MC_FOUND_DATA);
    answers(&s);
    stop(&s);
}

static void cancelled_at_any_moment(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(modes); i++)
        for (int64_t at_ms = 0; at_ms < 5000; at_ms += 61) {
            struct search s = {0};
            start(&s, &modes[i], 0);
            bench_pass(s.bench, at_ms);
            bool was_done = s.done;
            mc_finder_cancel(s.finder);
            bench_pass(s.bench, 10000);
            assert_int_equal(s.done, was_done);
            s.done = false;
            mc_finder_start(s.finder, modes[i].likely, modes[i].other, 0, on_done, &s);
            finish(&s, 60000);
            if (!s.done || (s.found != MC_FOUND_COMMAND && s.found != modes[i].found))
                fail_msg("%s, cancelled at %lld: %d", modes[i].what, (long long)at_ms, s.done ? (int)s.found : -1);
            stop(&s);
        }
}

/* A boot message while an AT is under way: its late OK must not pass for the answer to what is asked next. */
static void a_boot_message_amid_a_question(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm instant");
    bench_inject(b, "late AT 100 1");
    mc_bringup_start(b->bringup, MC_STEP_FIND, 0);
    bench_pass(b, 10);
    bench_inject(b, "say RDY");
    bench_pass(b, 1000);
    assert_true(b->done);
    assert_int_equal(b->result.fault, MC_FAULT_NONE);
    assert_true(b->result.connected);
    assert_string_equal(mc_bringup_facts(b->bringup)->model, "SIM7672JP-MNGV");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_boot_message_amid_a_question),
        cmocka_unit_test(found_in_every_mode),
        cmocka_unit_test(found_at_every_speed),
        cmocka_unit_test(found_while_booting),
        cmocka_unit_test(found_at_its_boot_message),
        cmocka_unit_test(what_cannot_be_found_ends_by_itself),
        cmocka_unit_test(an_echo_with_words_of_its_own),
        cmocka_unit_test(an_echo_is_a_silent_modem),
        cmocka_unit_test(an_escape_that_is_ignored_is_repeated),
        cmocka_unit_test(cancelled_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
