/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <microcat/status/history.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S      1000LL
#define MIN    (60 * S)
#define HOUR   (60 * MIN)
#define DAY    (24 * HOUR)
#define WALL_0 1763800000000LL /* the wall clock at queue time 0 */

static void tell(struct mc_history *history, int64_t at_ms, const struct mc_event *event)
{
    struct mc_event copy = *event;

    copy.at_ms = at_ms;
    mc_history_event(history, WALL_0 + at_ms, &copy);
}

static void go(struct mc_history *history, int64_t at_ms, enum mc_state from, enum mc_state to, enum mc_fault fault)
{
    tell(history, at_ms, &(struct mc_event){.kind = MC_EVENT_STATE, .from = from, .to = to, .fault = fault});
}

static struct mc_history *started(void)
{
    struct mc_history *history = mc_history_new(100);

    mc_history_start(history, WALL_0, 0);
    return history;
}

/* A call taken over from a daemon that was killed: it was online all the time, and one line says so. */
static void resumed_without_an_outage(void **state)
{
    struct mc_history *before = started(), *after = mc_history_new(100);
    struct mc_history_entry now;
    int64_t online_ms, known_ms;
    char *text;

    go(before, 20 * S, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
    text = mc_history_save(before, WALL_0 + 22 * S, 22 * S);
    assert_int_equal(mc_history_load(after, text, strlen(text)), 0);
    size_t lines = mc_history_count(after);
    mc_history_start(after, WALL_0 + 5 * HOUR, 5 * HOUR); /* killed after hours in which nothing was written */
    mc_history_resume(after, WALL_0 + 5 * HOUR, 5 * HOUR, 20 * S, "carries on");
    go(after, 5 * HOUR, MC_STATE_ABSENT, MC_STATE_PPP, MC_FAULT_NONE);
    go(after, 5 * HOUR + S, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
    assert_int_equal(mc_history_count(after), lines + 1);
    assert_string_equal(mc_history_get(after, lines)->text, "carries on");
    assert_false(mc_history_outage_now(after, 5 * HOUR + S, &now));
    assert_null(mc_history_last_outage(after));
    mc_history_online_ms(after, DAY, WALL_0 + 6 * HOUR, 6 * HOUR, &online_ms, &known_ms);
    assert_int_equal(known_ms, 6 * HOUR);
    assert_int_equal(online_ms, 6 * HOUR - 20 * S); /* and counted once */
    go(after, 7 * HOUR, MC_STATE_ONLINE, MC_STATE_HANGUP, MC_FAULT_NO_CARRIER);
    assert_true(mc_history_outage_now(after, 7 * HOUR + S, &now));
    assert_int_equal(now.length_ms, S);
    free(text);
    mc_history_free(before);
    mc_history_free(after);
}

/* Taken over, but it was not online any more. */
static void resumed_in_vain(void **state)
{
    struct mc_history *history = started();
    struct mc_history_entry now;

    mc_history_resume(history, WALL_0 + HOUR, HOUR, -1, "carries on");
    go(history, HOUR, MC_STATE_ABSENT, MC_STATE_PPP, MC_FAULT_NONE);
    go(history, HOUR + 3 * S, MC_STATE_PPP, MC_STATE_HANGUP, MC_FAULT_PPPD_DIED);
    assert_true(mc_history_outage_now(history, HOUR + 5 * S, &now));
    assert_int_equal(now.length_ms, 2 * S);
    assert_int_equal(now.fault, MC_FAULT_PPPD_DIED);
    mc_history_free(history);
}

/* Years forward, years back, while online and in an outage: lengths and shares stay what they are. */
static void clock_jumps_change_no_length(void **state)
{
    static const int64_t jumps_ms[] = {20 * 365 * DAY, -20 * 365 * DAY, -55 * 365 * DAY, DAY, -HOUR};

    for (size_t i = 0; i < sizeof(jumps_ms) / sizeof(jumps_ms[0]); i++) {
        struct mc_history *history = started();
        struct mc_event hangup = {.kind = MC_EVENT_STATE,
                                  .from = MC_STATE_ONLINE,
                                  .to = MC_STATE_HANGUP,
                                  .fault = MC_FAULT_NO_CARRIER,
                                  .at_ms = 2 * HOUR};
        struct mc_event up = {
            .kind = MC_EVENT_STATE, .from = MC_STATE_PPP, .to = MC_STATE_ONLINE, .at_ms = 2 * HOUR + MIN};
        int64_t online_ms, known_ms, wall_ms = WALL_0 + jumps_ms[i];

        go(history, HOUR, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
        mc_history_event(history, wall_ms + 2 * HOUR, &hangup); /* set while online */
        wall_ms = WALL_0 - jumps_ms[i] / 2;
        mc_history_event(history, wall_ms + 2 * HOUR + MIN, &up); /* and in the outage */
        assert_int_equal(mc_history_last_outage(history)->length_ms, MIN);
        assert_int_equal(mc_history_last_outage(history)->at_ms, wall_ms + 2 * HOUR);
        mc_history_online_ms(history, DAY, wall_ms + 3 * HOUR + MIN, 3 * HOUR + MIN, &online_ms, &known_ms);
        assert_int_equal(known_ms, 3 * HOUR + MIN);
        assert_int_equal(online_ms, 2 * HOUR);
        mc_history_free(history);
    }
}

/* What was written down is of the future: this run is known all the same. */
static void set_back_over_a_restart(void **state)
{
    struct mc_history *before = started(), *after = mc_history_new(100);
    const int64_t years_ago = WALL_0 - 20 * 365 * DAY;
    char *text;

    go(before, 20 * S, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
    text = mc_history_save(before, WALL_0 + HOUR, HOUR);
    assert_int_equal(mc_history_load(after, text, strlen(text)), 0);
    mc_history_start(after, years_ago, 0);
    struct mc_event up = {.kind = MC_EVENT_STATE, .from = MC_STATE_PPP, .to = MC_STATE_ONLINE, .at_ms = MIN};
    mc_history_event(after, years_ago + MIN, &up);
    double share = mc_history_availability(after, years_ago + 2 * MIN, 2 * MIN, NULL);
    assert_true(share > 0.49 && share < 0.51);
    assert_true(mc_history_last_outage(after)->length_ms >= 0);
    free(text);
    mc_history_free(before);
    mc_history_free(after);
}

static void outage_has_reason_remedy_and_length(void **state)
{
    struct mc_history *history = started();
    const struct mc_history_entry *outage;
    struct mc_history_entry now;

    go(history, 20 * S, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
    assert_null(mc_history_last_outage(history)); /* the first bring-up is no outage */
    tell(history, HOUR,
         &(struct mc_event){.kind = MC_EVENT_STATE,
                            .from = MC_STATE_ONLINE,
                            .to = MC_STATE_HANGUP,
                            .fault = MC_FAULT_NO_CARRIER,
                            .text = "NO CARRIER"});
    tell(history, HOUR, &(struct mc_event){.kind = MC_EVENT_FAULT, .fault = MC_FAULT_NO_CARRIER});
    tell(history, HOUR + 1 * S,
         &(struct mc_event){
             .kind = MC_EVENT_REMEDY, .fault = MC_FAULT_NO_CARRIER, .remedy = "redial", .text = "redial in 10 s"});
    tell(history, HOUR + 15 * S,
         &(struct mc_event){
             .kind = MC_EVENT_REMEDY, .fault = MC_FAULT_NO_CARRIER, .remedy = "redial", .text = "redial in 20 s"});
    assert_true(mc_history_outage_now(history, HOUR + 30 * S, &now));
    assert_int_equal(now.length_ms, 30 * S);
    go(history, HOUR + 38 * S, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
    assert_false(mc_history_outage_now(history, HOUR + 38 * S, &now));
    outage = mc_history_last_outage(history);
    assert_non_null(outage);
    assert_int_equal(outage->at_ms, WALL_0 + HOUR);
    assert_int_equal(outage->length_ms, 38 * S);
    assert_int_equal(outage->fault, MC_FAULT_NO_CARRIER);
    assert_string_equal(outage->text, ""); /* what was seen is the fault's entry's */
    assert_string_equal(outage->remedy, "redial");
    assert_int_equal(outage->count, 2);
    mc_history_free(history);
}

/* The link hangs up first and names the fault then; without a fault it was asked to. */
static void reason_may_come_late(void **state)
{
    for (int asked = 0; asked < 2; asked++) {
        struct mc_history *history = started();
        struct mc_history_entry now;

        go(history, 1 * S, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
        go(history, 2 * S, MC_STATE_ONLINE, MC_STATE_HANGUP, MC_FAULT_NONE);
        if (!asked)
            tell(history, 3 * S, &(struct mc_event){.kind = MC_EVENT_FAULT, .fault = MC_FAULT_NO_CARRIER});
        go(history, 4 * S, MC_STATE_HANGUP, asked ? MC_STATE_STOPPED : MC_STATE_BACKOFF, MC_FAULT_NONE);
        tell(history, 9 * S, &(struct mc_event){.kind = MC_EVENT_FAULT, .fault = MC_FAULT_DIAL_TIMEOUT});
        assert_true(mc_history_outage_now(history, 10 * S, &now));
        assert_int_equal(now.fault, asked ? MC_FAULT_NONE : MC_FAULT_NO_CARRIER);
        assert_string_equal(now.text,
                            asked ? "on request, then no answer to the dialling" : "then no answer to the dialling");
        mc_history_free(history);
    }
}

/* What ends PPP is known before the call is over, and told in the change of state already; the address may come back
 * without any of that; and what began as one fault may go on as another. */
static void reason_comes_with_the_state(void **state)
{
    static const struct {
        enum mc_fault ends_ppp, later;
        bool online_again;
        const char *text;
    } rows[] = {
        {MC_FAULT_PPP_TERMINATED, MC_FAULT_NONE, false, ""},
        {MC_FAULT_PPP_ECHO_DEAD, MC_FAULT_PPP_ECHO_DEAD, false, ""},
        {MC_FAULT_NO_CARRIER, MC_FAULT_SIM_ABSENT, false, "then no SIM in the modem"},
        {MC_FAULT_NONE, MC_FAULT_NONE, true, "the address went away"},
        {MC_FAULT_NONE, MC_FAULT_NONE, false, "on request"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mc_history *history = started();
        struct mc_history_entry now;

        go(history, 1 * S, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
        go(history, 2 * S, MC_STATE_ONLINE, MC_STATE_PPP, MC_FAULT_NONE);
        if (rows[i].online_again) {
            go(history, 3 * S, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
            now = *mc_history_last_outage(history);
        } else {
            go(history, 3 * S, MC_STATE_PPP, MC_STATE_HANGUP, rows[i].ends_ppp);
            go(history, 4 * S, MC_STATE_HANGUP, MC_STATE_BACKOFF, rows[i].ends_ppp);
            tell(history, 5 * S, &(struct mc_event){.kind = MC_EVENT_FAULT, .fault = rows[i].later});
            assert_true(mc_history_outage_now(history, 6 * S, &now));
        }
        assert_int_equal(now.fault, rows[i].ends_ppp);
        assert_string_equal(now.text, rows[i].text);
        mc_history_free(history);
    }
}

static void repetition_is_counted(void **state)
{
    struct mc_history *history = started();
    size_t before;

    go(history, 1 * S, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
    go(history, 2 * S, MC_STATE_ONLINE, MC_STATE_HANGUP, MC_FAULT_NO_CARRIER);
    before = mc_history_count(history);
    for (int i = 0; i < 1000; i++) {
        tell(history, (3 + i) * S, &(struct mc_event){.kind = MC_EVENT_FAULT, .fault = MC_FAULT_DIAL_NO_CARRIER});
        tell(history, (3 + i) * S, &(struct mc_event){.kind = MC_EVENT_REMEDY, .remedy = "redial", .text = "redial"});
    }
    assert_int_equal(mc_history_count(history), before + 2);
    assert_int_equal(mc_history_get(history, before)->count, 1000);
    assert_int_equal(mc_history_get(history, before)->last_ms, WALL_0 + 1002 * S);
    mc_history_free(history);
}

static void availability_is_the_share_online(void **state)
{
    static const struct {
        int64_t online_from, online_to, now;
        double expected;
    } rows[] = {
        {0, HOUR, HOUR, 1.0},                     /* always */
        {HOUR, 2 * HOUR, 2 * HOUR, 0.5},          /* time before the first start does not count */
        {HOUR, 2 * HOUR, 2 * DAY, 0.0},           /* long ago */
        {DAY, 2 * DAY - 6 * HOUR, 2 * DAY, 0.75}, /* the last 24 h only */
        {0, 2 * DAY - 12 * HOUR, 2 * DAY, 0.5},   /* an interval that reaches into the window */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mc_history *history = started();
        int64_t known_ms;
        double share;

        assert_true(mc_history_availability(history, WALL_0, 0, NULL) < 0);
        go(history, rows[i].online_from, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
        if (rows[i].online_to < rows[i].now)
            go(history, rows[i].online_to, MC_STATE_ONLINE, MC_STATE_HANGUP, MC_FAULT_NO_CARRIER);
        share = mc_history_availability(history, WALL_0 + rows[i].now, rows[i].now, &known_ms);
        assert_int_equal(known_ms, rows[i].now < DAY ? rows[i].now : DAY);
        assert_true(share > rows[i].expected - 1e-6 && share < rows[i].expected + 1e-6);
        mc_history_free(history);
    }
}

static void many_intervals_keep_their_sum(void **state)
{
    struct mc_history *history = started();
    int64_t online_ms, known_ms;

    for (int i = 0; i < 1000; i++) { /* half of each minute */
        go(history, i * MIN, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
        go(history, i * MIN + 30 * S, MC_STATE_ONLINE, MC_STATE_HANGUP, MC_FAULT_NO_CARRIER);
    }
    mc_history_online_ms(history, DAY, WALL_0 + 1000 * MIN, 1000 * MIN, &online_ms, &known_ms);
    assert_int_equal(known_ms, 1000 * MIN);
    assert_in_range(online_ms, 500 * MIN - 5, 500 * MIN + 5);
    mc_history_free(history);
}

/* A board without a battery wakes up in 1970 and learns the time once it is online. */
static void wall_clock_may_be_set(void **state)
{
    struct mc_history *history = mc_history_new(50);
    const struct mc_history_entry *outage;
    double share;

    mc_history_start(history, 5 * S, 5 * S);
    mc_history_event(history, 20 * S,
                     &(struct mc_event){.kind = MC_EVENT_STATE, .to = MC_STATE_ONLINE, .at_ms = 20 * S});
    mc_history_event(history, WALL_0 + 60 * S,
                     &(struct mc_event){
                         .kind = MC_EVENT_STATE, .to = MC_STATE_HANGUP, .fault = MC_FAULT_NO_CARRIER, .at_ms = 60 * S});
    mc_history_event(history, WALL_0 + 70 * S,
                     &(struct mc_event){.kind = MC_EVENT_STATE, .to = MC_STATE_ONLINE, .at_ms = 70 * S});
    outage = mc_history_last_outage(history);
    assert_int_equal(outage->length_ms, 10 * S);
    assert_int_equal(outage->at_ms, WALL_0 + 60 * S);
    assert_int_equal(mc_history_get(history, 0)->at_ms, WALL_0 + 5 * S); /* the start moved along */
    share = mc_history_availability(history, WALL_0 + 105 * S, 105 * S, NULL);
    assert_true(share > 0.749 && share < 0.751); /* 75 of 100 s */
    mc_history_free(history);
}

static void survives_a_restart(void **state)
{
    struct mc_history *history = started(), *again = mc_history_new(100);
    _Bool was_killed = *state != NULL;
    const struct mc_history_entry *outage;
    char *text;

    go(history, 10 * S, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
    go(history, HOUR, MC_STATE_ONLINE, MC_STATE_HANGUP, MC_FAULT_LINK_STALE);
    tell(history, HOUR,
         &(struct mc_event){.kind = MC_EVENT_REMEDY, .remedy = "radio-cycle", .text = "radio off and on: \t odd"});
    go(history, HOUR + MIN, MC_STATE_PPP, MC_STATE_ONLINE, MC_FAULT_NONE);
    if (!was_killed)
        mc_history_stop(history, WALL_0 + 2 * HOUR, 2 * HOUR);
    text = mc_history_save(history, WALL_0 + 2 * HOUR, 2 * HOUR);
    assert_int_equal(mc_history_load(again, text, strlen(text)), 0);
    free(text);
    outage = mc_history_last_outage(again);
    assert_int_equal(outage->fault, MC_FAULT_LINK_STALE);
    assert_int_equal(outage->length_ms, MIN);
    assert_string_equal(outage->remedy, "radio-cycle");

    /* Another boot: the queue clock starts anew, an hour later by the wall clock. */
    mc_history_start(again, WALL_0 + 3 * HOUR, 7 * S);
    mc_history_event(again, WALL_0 + 3 * HOUR + 10 * S,
                     &(struct mc_event){.kind = MC_EVENT_STATE, .to = MC_STATE_ONLINE, .at_ms = 17 * S});
    outage = mc_history_last_outage(again);
    assert_int_equal(outage->at_ms, WALL_0 + 2 * HOUR);
    assert_int_equal(outage->length_ms, HOUR + 10 * S);
    assert_string_equal(outage->text, was_killed ? "microcatd was not running" : "microcatd was stopped");
    mc_history_free(history);
    mc_history_free(again);
}

static void damage_is_skipped_and_counted(void **state)
{
    static const struct {
        const char *text;
        int skipped;
        size_t entries;
    } rows[] = {
        {"", 0, 0},
        {"microcat-history 1\nfirst 1\n", 0, 0},
        {"first -1\nfirst x\nonline 5 4 1\nonline 1 2 9\nonline 1 2\n", 5, 0},
        {"start 1 1 0 1 absent - - \nstart 1 1 0 1 nowhere - - \nstart 1 1 0 1 absent no-such - x\n", 2, 1},
        {"fault 1 2 0 3 absent no-carrier redial a b c\nhello\n\n", 2, 1},
        {"start 1 1 0 1 absent - - whole\nstart 1 1 0 1 absent - - cut", 1, 1},
        {"start 99999999999999999999 1 0 1 absent - - \nstart 1 1 0 -1 absent - - \n", 2, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mc_history *history = mc_history_new(10);

        assert_int_equal(mc_history_load(history, rows[i].text, strlen(rows[i].text)), rows[i].skipped);
        assert_int_equal(mc_history_count(history), rows[i].entries);
        mc_history_start(history, WALL_0, 0); /* whatever came in, it goes on */
        mc_history_free(history);
    }
}

static void binary_noise_loads_nothing(void **state)
{
    struct mc_history *history = mc_history_new(10);
    char noise[4096];

    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (char)(i * 37 + i / 256);
    assert_true(mc_history_load(history, noise, sizeof(noise)) > 0);
    assert_int_equal(mc_history_count(history), 0);
    mc_history_free(history);
}

static void list_is_bounded(void **state)
{
    struct mc_history *history = mc_history_new(0);

    for (int i = 0; i < 100; i++)
        go(history, i * S, MC_STATE_SYNC, i % 2 ? MC_STATE_ABSENT : MC_STATE_STOPPED, MC_FAULT_NONE);
    assert_int_equal(mc_history_count(history), 8);
    assert_int_equal(mc_history_get(history, 7)->at_ms, WALL_0 + 99 * S);
    assert_null(mc_history_get(history, 8));
    mc_history_free(history);
}

int main(void)
{
    static int killed;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outage_has_reason_remedy_and_length),
        cmocka_unit_test(resumed_without_an_outage),
        cmocka_unit_test(resumed_in_vain),
        cmocka_unit_test(clock_jumps_change_no_length),
        cmocka_unit_test(set_back_over_a_restart),
        cmocka_unit_test(reason_may_come_late),
        cmocka_unit_test(reason_comes_with_the_state),
        cmocka_unit_test(repetition_is_counted),
        cmocka_unit_test(availability_is_the_share_online),
        cmocka_unit_test(many_intervals_keep_their_sum),
        cmocka_unit_test(wall_clock_may_be_set),
        {"survives_a_stop", survives_a_restart, NULL, NULL, NULL},
        {"survives_a_kill", survives_a_restart, NULL, NULL, &killed},
        cmocka_unit_test(damage_is_skipped_and_counted),
        cmocka_unit_test(binary_noise_loads_nothing),
        cmocka_unit_test(list_is_bounded),
    };

    return cmocka_run_group_tests_name("status/history", tests, NULL, NULL);
}
