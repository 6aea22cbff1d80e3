/* SPDX-License-Identifier: MIT */
/* The chat-script runner against a scripted line: each row a script, what the modem says and when, and all that comes
 * of it with its time. */
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/modem/chat.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four from setjmp.h on first */
#include <cmocka.h>

struct scene {
    struct mc_timerq *queue;
    struct mc_at *at;
    struct mc_chat *chat;
    const int *takes; /* what the takers answer, one after another */
    int refused;      /* what the refusers answer */
    int built;        /* what the builders answer */
    bool inside;      /* mc_chat_run() is under way */
    int write_error;
    char echo[64];  /* what was written last, until the modem has echoed it */
    char log[1024]; /* "0 AT+A|" written at 0 ms; "100 late no answer to AT+A|" */
};

static void note(struct scene *s, const char *what)
{
    size_t used = strlen(s->log);
    snprintf(s->log + used, sizeof(s->log) - used, "%lld %s|", (long long)mc_timerq_now_ms(s->queue), what);
}

static int on_write(void *ctx, const void *data, size_t len)
{
    struct scene *s = ctx;
    snprintf(s->echo, sizeof(s->echo), "%.*s", (int)len - 1, (const char *)data);
    note(s, s->echo);
    return s->write_error;
}

static const char *const ends[] = {
    [MC_CHAT_DONE] = "done",           [MC_CHAT_REFUSED] = "refused",     [MC_CHAT_LATE] = "late",
    [MC_CHAT_MALFORMED] = "malformed", [MC_CHAT_UNBUILDABLE] = "unbuilt", [MC_CHAT_CANCELLED] = "cancelled"};

static void on_done(void *ctx, const struct mc_chat_result *result)
{
    struct scene *s = ctx;
    char text[256];
    assert_false(s->inside);
    assert_false(mc_chat_running(s->chat));
    snprintf(text, sizeof(text), "%s %s %d %s", ends[result->end], mc_at_result_name(result->final), result->code,
             result->detail);
    note(s, text);
}

static int take(void *ctx, const struct mc_at_answer *answer)
{
    return *((struct scene *)ctx)->takes++;
}

static int refuse(void *ctx, const struct mc_at_answer *answer)
{
    return ((struct scene *)ctx)->refused;
}

static int build(void *ctx, char *out, size_t size)
{
    snprintf(out, size, "AT+BUILT");
    return ((struct scene *)ctx)->built;
}

static int build_nothing(void *ctx, char *out, size_t size)
{
    return -EINVAL;
}

#define A(...)                                                                                                         \
    {                                                                                                                  \
        .send = "AT+A", .timeout_ms = 100, __VA_ARGS__                                                                 \
    }
#define B                                                                                                              \
    {                                                                                                                  \
        .send = "AT+B", .timeout_ms = 100                                                                              \
    }
#define BUILT                                                                                                          \
    {                                                                                                                  \
        .build = build, .timeout_ms = 100                                                                              \
    }
#define SCRIPT(name, ...) static const struct mc_chat_step name[] = {__VA_ARGS__}
SCRIPT(plain, A());
SCRIPT(two, A(), B);
SCRIPT(patient, A(.tries = 3, .pause_ms = 50, .take = take), B);
SCRIPT(twice, A(.tries = 2), A(.tries = 2));
SCRIPT(optional, A(.flags = MC_CHAT_OPTIONAL, .take = take), B);
SCRIPT(optional_last, A(.flags = MC_CHAT_OPTIONAL));
SCRIPT(late_ok, A(.flags = MC_CHAT_LATE_OK, .take = take), B);
SCRIPT(prove, A(.flags = MC_CHAT_PROVE), B);
SCRIPT(prove_optional, A(.flags = MC_CHAT_PROVE | MC_CHAT_OPTIONAL), B);
SCRIPT(prove_twice, A(.flags = MC_CHAT_PROVE, .tries = 2));
SCRIPT(prove_urgent, A(.flags = MC_CHAT_PROVE | MC_CHAT_URGENT));
SCRIPT(refusing, A(.refused = refuse), B);
SCRIPT(built, BUILT, B);
SCRIPT(built_only, BUILT);
SCRIPT(unbuilt, {.build = build_nothing, .timeout_ms = 100});
SCRIPT(dial, {.send = "ATD", .timeout_ms = 100, .flags = MC_CHAT_DIALS});
SCRIPT(secret, {.send = "AT+CPIN=\"7391\"", .timeout_ms = 100, .flags = MC_CHAT_SECRET});
SCRIPT(owned, {.send = "AT+CEREG?", .prefix = "+CEREG:", .timeout_ms = 100});
SCRIPT(one_line, {.send = "AT+C?", .prefix = "+C:", .timeout_ms = 100, .take = take}, B);
SCRIPT(two_lines, {.send = "AT+C?", .prefix = "+C:", .timeout_ms = 100, .take = take},
       {.send = "AT+C?", .prefix = "+C:", .timeout_ms = 100, .take = take});

#define STEPS(name) name, MC_LENGTH_OF(name)
#define FINE        "done OK -1 |"

static const struct row {
    const struct mc_chat_step *steps;
    size_t n;
    const char *says[8]; /* "<x" the modem says x; ".50" 50 ms pass; "x" the commands are cancelled; "gone" for good */
    const char *log;
    int takes[4];
    int refused, built;
} rows[] = {
    {STEPS(plain), {"<OK"}, "0 AT+A|0 " FINE},
    {STEPS(two), {"<OK", ".7", "<OK"}, "0 AT+A|0 AT+B|7 " FINE},
    {STEPS(plain), {"<ERROR"}, "0 AT+A|0 refused ERROR -1 ERROR to AT+A|"},
    {STEPS(plain), {"<+CME ERROR: 10"}, "0 AT+A|0 refused +CME ERROR 10 +CME ERROR: 10 (SIM not inserted) to AT+A|"},
    {STEPS(plain), {"<+CME ERROR: 999"}, "0 AT+A|0 refused +CME ERROR 999 +CME ERROR: 999 to AT+A|"},
    {STEPS(plain), {"<+CMS ERROR: 10"}, "0 AT+A|0 refused +CMS ERROR 10 +CMS ERROR: 10 to AT+A|"},
    /* an OK without its line was perhaps another command's: what that one's own answer is comes meanwhile */
    {STEPS(one_line), {"<OK", ".499"}, "0 AT+C?|", {-EBADMSG}},
    {STEPS(one_line),
     {"<OK", ".200", "<+C: 1\r\nOK", ".300", "<+C: 1\r\nOK", "<OK"},
     "0 AT+C?|500 AT+C?|500 AT+B|500 " FINE,
     {-EBADMSG}},
    {STEPS(one_line),
     {"<OK", ".500", "<OK"},
     "0 AT+C?|500 AT+C?|500 malformed OK -1 malformed answer, OK to AT+C?|",
     {-EBADMSG, -EBADMSG}},
    {STEPS(one_line), {"<+C: x\r\nOK"}, "0 AT+C?|0 malformed OK -1 malformed answer, OK to AT+C?|", {-EBADMSG}},
    {STEPS(one_line), {"<OK", "<OK"}, "0 AT+C?|0 AT+B|0 " FINE, {0}},
    {STEPS(two_lines),
     {"<OK", ".500", "<+C: 1\r\nOK", "<OK"},
     "0 AT+C?|500 AT+C?|500 AT+C?|500 malformed OK -1 malformed answer, OK to AT+C?|",
     {-EBADMSG, 0, -EBADMSG}},
    {STEPS(plain), {".99"}, "0 AT+A|"},
    {STEPS(plain), {".200"}, "0 AT+A|100 late timeout -1 no answer to AT+A|"},
    {STEPS(plain), {"x"}, "0 AT+A|0 cancelled cancelled -1 no answer to AT+A|"},
    {STEPS(plain), {"gone"}, "0 AT+A|0 cancelled cancelled -1 it is gone to AT+A|"},
    {STEPS(owned), {"<+CEREG: 0,5", "<OK"}, "0 AT+CEREG?|0 " FINE},

    /* tries: when it is late or not yet so, or the answer has the wrong shape; never when it is refused */
    {STEPS(patient), {".1000"}, "0 AT+A|150 AT+A|300 AT+A|400 late timeout -1 no answer to AT+A|"},
    {STEPS(patient), {"<OK", ".49", "<OK", ".1", "<OK", "<OK"}, "0 AT+A|50 AT+A|50 AT+B|50 " FINE, {-EAGAIN, 0}},
    {STEPS(patient),
     {"<OK", ".50", "<OK", ".50", "<OK"},
     "0 AT+A|50 AT+A|100 AT+A|100 late OK -1 no answer to AT+A|",
     {-EAGAIN, -EAGAIN, -EAGAIN}},
    {STEPS(patient),
     {"<OK", ".50", "<OK", ".50", "<OK"},
     "0 AT+A|50 AT+A|100 AT+A|100 malformed OK -1 malformed answer, OK to AT+A|",
     {-EBADMSG, -EBADMSG, -EBADMSG}},
    {STEPS(patient), {"<ERROR", ".1000"}, "0 AT+A|0 refused ERROR -1 ERROR to AT+A|"},
    {STEPS(twice),
     {".100", ".0", "<OK", ".100", ".0", "<OK"},
     "0 AT+A|100 AT+A|100 AT+A|200 AT+A|200 " FINE}, /* each step has its own */
    {STEPS(optional), {"<ERROR", "<OK"}, "0 AT+A|0 AT+B|0 " FINE},
    {STEPS(optional), {".100", "<OK"}, "0 AT+A|100 AT+B|100 " FINE},
    {STEPS(optional), {"<OK", "<OK"}, "0 AT+A|0 AT+B|0 " FINE, {-EBADMSG}},
    {STEPS(optional), {"x", ".1000"}, "0 AT+A|0 cancelled cancelled -1 no answer to AT+A|"},
    {STEPS(optional_last), {"<ERROR"}, "0 AT+A|0 " FINE},
    {STEPS(late_ok), {".100", "<OK"}, "0 AT+A|100 AT+B|100 " FINE},
    {STEPS(late_ok), {"<OK", "<OK"}, "0 AT+A|0 AT+B|0 " FINE, {-EAGAIN}},
    {STEPS(late_ok), {"<ERROR"}, "0 AT+A|0 refused ERROR -1 ERROR to AT+A|"},
    {STEPS(late_ok), {"<OK"}, "0 AT+A|0 malformed OK -1 malformed answer, OK to AT+A|", {-EBADMSG}},

    /* Is it that command, or the modem? */
    {STEPS(prove), {"<OK", "<OK"}, "0 AT+A|0 AT+B|0 " FINE},
    {STEPS(prove), {".100", "<OK"}, "0 AT+A|100 AT|100 late OK -1 no answer to AT+A|"},
    {STEPS(prove), {".1099"}, "0 AT+A|100 AT|"},
    {STEPS(prove), {".1100"}, "0 AT+A|100 AT|1100 late timeout -1 no answer to AT+A|"},
    {STEPS(prove_optional), {".100", "<OK", "<OK"}, "0 AT+A|100 AT|100 AT+B|100 " FINE},
    {STEPS(prove_optional), {".100", "<ERROR", "<OK"}, "0 AT+A|100 AT|100 AT+B|100 " FINE},
    {STEPS(prove_optional), {".1100"}, "0 AT+A|100 AT|1100 late timeout -1 no answer to AT+A|"},
    {STEPS(prove_optional), {"<ERROR", "<OK"}, "0 AT+A|0 AT+B|0 " FINE},
    {STEPS(prove_optional), {".100", "x"}, "0 AT+A|100 AT|100 cancelled cancelled -1 no answer to AT+A|"},
    {STEPS(prove_twice), {".100", "<OK", ".0", "<OK"}, "0 AT+A|100 AT|100 AT+A|100 " FINE},
    {STEPS(prove_twice),
     {".100", "<OK", ".100", "<OK"},
     "0 AT+A|100 AT|100 AT+A|200 AT|200 late OK -1 no answer to AT+A|"},

    {STEPS(refusing), {"<ERROR", "<OK"}, "0 AT+A|0 AT+B|0 " FINE},
    {STEPS(refusing), {"<ERROR"}, "0 AT+A|0 refused ERROR -1 ERROR to AT+A|", .refused = -EIO},
    {STEPS(built), {"<OK", "<OK"}, "0 AT+BUILT|0 AT+B|0 " FINE},
    {STEPS(built), {"<OK"}, "0 AT+B|0 " FINE, .built = -ENODATA},
    {STEPS(built_only), {""}, "0 " FINE, .built = -ENODATA},
    {STEPS(built), {".200"}, "0 unbuilt OK -1 no answer to AT+BUILT|", .built = -EINVAL},
    {STEPS(unbuilt), {".200"}, "0 unbuilt OK -1 |"},
    {STEPS(dial), {"<CONNECT"}, "0 ATD|0 " FINE},
    {STEPS(dial), {"<CONNECT 115200"}, "0 ATD|0 " FINE},
    {STEPS(dial), {"<OK"}, "0 ATD|0 refused OK -1 OK to ATD|"},
    {STEPS(plain), {"<CONNECT"}, "0 AT+A|"}, /* nobody dialled: not its answer */
    {STEPS(plain), {"<CONNECT", "<OK"}, "0 AT+A|0 " FINE},
    {STEPS(dial), {"<NO CARRIER"}, "0 ATD|0 refused NO CARRIER -1 NO CARRIER to ATD|"},
    {STEPS(secret), {"<ERROR"}, "0 AT+CPIN=\"7391\"|0 refused ERROR -1 ERROR to AT+CPIN=…|"},
};

static void pass(struct scene *s, int64_t ms)
{
    int64_t end_ms = mc_timerq_now_ms(s->queue) + ms;
    for (int64_t next_ms; (next_ms = mc_timerq_next_ms(s->queue)) >= 0 && next_ms <= end_ms;) {
        mc_timerq_advance(s->queue, next_ms);
        mc_timerq_run(s->queue);
    }
    mc_timerq_advance(s->queue, end_ms);
}

static struct mc_at *engine(struct scene *s)
{
    static const struct mc_at_callbacks callbacks = {.write = on_write};
    struct mc_at *at = mc_at_new(s->queue, &callbacks, s);
    assert_non_null(at);
    mc_at_set_probe(at, false);
    return at;
}

static void start(struct scene *s)
{
    static const int good[] = {0, 0, 0, 0};
    *s = (struct scene){.takes = good};
    s->queue = mc_timerq_new(0);
    s->at = engine(s);
    s->chat = mc_chat_new(s->queue, s->at);
    assert_non_null(s->chat);
}

static void stop(struct scene *s)
{
    mc_chat_free(s->chat);
    mc_at_free(s->at);
    mc_timerq_free(s->queue);
}

static void run(struct scene *s, const struct mc_chat_step *steps, size_t n)
{
    s->inside = true;
    assert_int_equal(mc_chat_run(s->chat, steps, n, on_done, s), 0);
    s->inside = false;
    assert_true(mc_chat_running(s->chat));
    pass(s, 0);
}

static void say(struct scene *s, const char *what)
{
    char line[128];
    if (*what == '<') {
        /* The echo tells the engine whose answer it is: nobody heard what was late. */
        int len = snprintf(line, sizeof(line), "%s\r\r\n%s\r\n", s->echo, what + 1);
        s->echo[0] = '\0';
        mc_at_feed(s->at, (const uint8_t *)line, (size_t)len);
    } else if (*what == '.') {
        pass(s, atoi(what + 1));
    } else if (*what == 'x') {
        mc_at_cancel_all(s->at);
    } else if (*what) {
        mc_at_abandon(s->at, "it is gone");
    }
}

static void each_script(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        struct scene s;
        start(&s);
        s.takes = rows[i].takes;
        s.refused = rows[i].refused;
        s.built = rows[i].built;
        run(&s, rows[i].steps, rows[i].n);
        for (size_t k = 0; k < MC_LENGTH_OF(rows[i].says) && rows[i].says[k]; k++) {
            say(&s, rows[i].says[k]);
            pass(&s, 0);
        }
        if (strcmp(s.log, rows[i].log))
            fail_msg("row %zu: %s", i, s.log);
        stop(&s);
    }
}

static void what_cannot_be_run(void **state)
{
    struct scene s;
    start(&s);
    assert_int_equal(mc_chat_run(s.chat, plain, 0, on_done, &s), -EINVAL);
    run(&s, STEPS(plain));
    assert_int_equal(mc_chat_run(s.chat, two, 2, on_done, &s), -EBUSY);
    say(&s, "<OK");
    assert_string_equal(s.log, "0 AT+A|0 " FINE);
    stop(&s);
}

/* The line fails under a command: that is no silence of the modem's. */
static void the_line_fails(void **state)
{
    struct scene s;
    start(&s);
    s.write_error = -EIO;
    run(&s, STEPS(two));
    pass(&s, 1000);
    assert_string_equal(s.log, "0 AT+A|0 cancelled cancelled -1 no answer to AT+A|");
    stop(&s);
}

/* What is cancelled is not heard of again; the next script waits for the answer that is still owed. */
static void a_script_behind_a_cancelled_one(void **state)
{
    static const struct {
        const char *says[4], *log;
    } cases[] = {
        {{"<OK", "<OK"}, "0 AT+A|0 AT+A|0 AT+B|"},
        {{"<ERROR", "<OK", "<OK"}, "0 AT+A|0 AT+A|0 AT+B|0 " FINE},
        {{".100"}, "0 AT+A|100 AT+A|"},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(cases); i++) {
        struct scene s;
        start(&s);
        run(&s, STEPS(plain));
        mc_chat_cancel(s.chat);
        assert_false(mc_chat_running(s.chat));
        run(&s, STEPS(two));
        for (size_t k = 0; k < 4 && cases[i].says[k]; k++)
            say(&s, cases[i].says[k]);
        if (strcmp(s.log, cases[i].log))
            fail_msg("case %zu: %s", i, s.log);
        stop(&s);
    }
}

static void cancelled_for_good(void **state)
{
    static const char *const before[] = {"", "<OK" /* in the pause */, ".100", ".150", ".2000"};
    static const int not_yet[] = {-EAGAIN, -EAGAIN, -EAGAIN, -EAGAIN};
    for (size_t i = 0; i < MC_LENGTH_OF(before); i++) {
        struct scene s;
        char log[sizeof(s.log)];
        start(&s);
        s.takes = not_yet;
        run(&s, STEPS(patient));
        say(&s, before[i]);
        mc_chat_cancel(s.chat);
        strcpy(log, s.log);
        say(&s, "<OK");
        pass(&s, 5000);
        assert_string_equal(s.log, log);
        stop(&s);
    }
}

/* Cancelled amid the AT that proves: the next script's step is a step, not a proof. */
static void cancelled_amid_a_proof(void **state)
{
    struct scene s;
    start(&s);
    run(&s, STEPS(prove));
    pass(&s, 100);
    mc_chat_cancel(s.chat);
    mc_at_cancel_all(s.at);
    run(&s, STEPS(two));
    for (int i = 0; i < 4; i++) /* two are owed to the one before */
        say(&s, "<OK");
    assert_string_equal(s.log, "0 AT+A|100 AT|100 AT+A|100 AT+B|100 " FINE);
    stop(&s);
}

static void on_other(void *ctx, const struct mc_at_answer *answer)
{
}

/* An engine with no room: that is our own fault, and is said at once. */
static void no_room_in_the_engine(void **state)
{
    static const struct mc_at_command other = {.text = "AT+C", .timeout_ms = 60000};
    static const struct {
        const struct mc_chat_step *steps;
        size_t n;
        bool before; /* is it full before the script begins? */
        const char *log;
    } cases[] = {
        {STEPS(plain), true, "0 AT+C|0 unbuilt OK -1 no answer to AT+A|"},
        {STEPS(prove), false, "0 AT+A|100 unbuilt OK -1 no answer to AT+A|100 AT+C|"},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(cases); i++) {
        struct scene s;
        start(&s);
        if (!cases[i].before)
            run(&s, cases[i].steps, cases[i].n);
        while (mc_at_send(s.at, &other, on_other, NULL) == 0)
            pass(&s, 0);
        if (cases[i].before)
            run(&s, cases[i].steps, cases[i].n);
        pass(&s, 99);
        while (mc_at_send(s.at, &other, on_other, NULL) == 0)
            ;
        pass(&s, 1);
        if (strcmp(s.log, cases[i].log))
            fail_msg("case %zu: %s", i, s.log);
        stop(&s);
    }
}

/* An urgent step's proof is urgent, too; and none of them counts as an answer that the modem owed. */
static void the_proof_goes_ahead(void **state)
{
    static const struct mc_at_command other = {.text = "AT+C", .timeout_ms = 100};
    static const struct {
        const struct mc_chat_step *steps;
        size_t n;
        const char *log;
    } cases[] = {
        {STEPS(prove_urgent), "0 AT+A|100 AT|"},
        {STEPS(prove), "0 AT+A|100 AT+C|200 AT+C|300 AT|"},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(cases); i++) {
        struct scene s;
        start(&s);
        run(&s, cases[i].steps, cases[i].n);
        mc_at_send(s.at, &other, on_other, NULL);
        mc_at_send(s.at, &other, on_other, NULL);
        pass(&s, 300);
        if (strncmp(s.log, cases[i].log, strlen(cases[i].log)))
            fail_msg("case %zu: %s", i, s.log);
        pass(&s, 5000);
        assert_int_equal(mc_at_stats(s.at)->timeouts, 3);
        stop(&s);
    }
}

static void talks_on_another_engine(void **state)
{
    struct scene s, other;
    start(&s);
    start(&other);
    mc_chat_use(s.chat, other.at);
    run(&s, STEPS(plain));
    pass(&other, 0);
    assert_string_equal(s.log, "");
    assert_string_equal(other.log, "0 AT+A|");
    mc_chat_cancel(s.chat);
    stop(&other);
    stop(&s);
}

/* At rest nothing is to be cancelled or freed. */
static void at_rest(void **state)
{
    struct scene s;
    start(&s);
    assert_false(mc_chat_running(s.chat));
    mc_chat_cancel(s.chat);
    mc_chat_free(NULL);
    run(&s, STEPS(plain));
    say(&s, "<OK");
    run(&s, STEPS(plain));
    say(&s, "<OK");
    assert_string_equal(s.log, "0 AT+A|0 " FINE "0 AT+A|0 " FINE);
    stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_script),
        cmocka_unit_test(what_cannot_be_run),
        cmocka_unit_test(the_line_fails),
        cmocka_unit_test(a_script_behind_a_cancelled_one),
        cmocka_unit_test(cancelled_for_good),
        cmocka_unit_test(cancelled_amid_a_proof),
        cmocka_unit_test(no_room_in_the_engine),
        cmocka_unit_test(the_proof_goes_ahead),
        cmocka_unit_test(talks_on_another_engine),
        cmocka_unit_test(at_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
