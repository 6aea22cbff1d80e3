/* SPDX-License-Identifier: MIT */
/* What carries is left alone, what worked is redialled at once, and what does not help is not done again. */
#include "story.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four from setjmp.h on first */
#include <cmocka.h>

#define _cleanup_world_ __attribute__((cleanup(world_freep)))
static void world_freep(struct world **w)
{
    world_free(*w);
}

static struct world *online(const char *presets)
{
    struct world *w = world_plain(presets);
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
    return w;
}

/* The modem drops each call after a minute, for two hours (a report on a sibling): redialled each time, and nothing
 * else. */
static void calls_of_a_minute_are_worth_having(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    int64_t began_ms = world_now(w), online_ms = 0;
    int cycles = world_board(w, "cfun_cycles"), resets = world_board(w, "resets");
    while (world_now(w) - began_ms < 2 * HOUR_MS) {
        int64_t up_ms = world_now(w);
        pass(w, MINUTE_MS);
        online_ms += world_now(w) - up_ms;
        world_inject(w, "no-carrier");
        pass(w, SECOND_MS);
        until(w, MC_STATE_ONLINE, 10 * MINUTE_MS);
    }
    double share = (double)online_ms / (double)(world_now(w) - began_ms);
    print_message("# calls of a minute: online %.1f %% of the time\n", share * 100);
    assert_true(share >= 0.85);
    assert_int_equal(world_board(w, "cfun_cycles"), cycles);
    assert_int_equal(world_board(w, "resets"), resets);
    assert_int_equal(w->status.counters.reattaches, 0);
}

/* ... and calls of five seconds are not: they back off. */
static void calls_of_seconds_back_off(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    int64_t began_ms = world_now(w);
    int dials = world_board(w, "dials");
    while (world_now(w) - began_ms < HOUR_MS) {
        if (w->status.state == MC_STATE_ONLINE) {
            pass(w, 5 * SECOND_MS);
            world_inject(w, "no-carrier");
        }
        pass(w, SECOND_MS);
    }
    dials = world_board(w, "dials") - dials;
    print_message("# calls of five seconds: %d dials in an hour\n", dials);
    assert_in_range(dials, 4, 12);
}

/* pppd killed three times after other faults: what the host did is redialled at once. */
static void what_the_host_did_is_redialled_at_once(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    for (int i = 0; i < 3; i++) {
        world_inject(w, "no-carrier");
        pass(w, SECOND_MS);
        until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
        pass(w, 5 * SECOND_MS);
    }
    for (int i = 0; i < 3; i++) {
        pppd_end(w, 0, MC_FAULT_PPPD_DIED, "pppd was killed by signal 9");
        pass(w, 200);
        int64_t took_ms = until(w, MC_STATE_ONLINE, 15 * SECOND_MS);
        print_message("# pppd killed, %d: back after %.1f s\n", i + 1, (double)took_ms / 1000);
        pass(w, 10 * SECOND_MS);
    }
}

/* Ten reboots, 8 s apart, then peace: the modem is used when it is there again. */
static void reboots_that_are_over_are_over(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    for (int i = 0; i < 10; i++) {
        world_inject(w, "reboot");
        pass(w, 8 * SECOND_MS);
    }
    int64_t took_ms = until(w, MC_STATE_ONLINE, 90 * SECOND_MS);
    print_message("# ten reboots: online %.1f s after the last\n", (double)took_ms / 1000);
}

/* An APN whose name servers never answer, and an application that sends and gets nothing back: the link carries, and is
 * left alone; the status says that nobody vouches for it. */
static void a_link_that_nobody_vouches_for_is_left_alone(void **unused)
{
    _cleanup_world_ struct world *w = world_plain("");
    world_set(w, "Probe", "Interval", "10");
    world_set(w, "Probe", "Timeout", "3");
    w->names_dead = w->one_way = w->chatty = true;
    until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
    pass(w, DAY_MS);
    assert_int_equal(w->outages, 0);
    assert_int_equal(w->status.probe.standing, MC_WITNESS_UNPROVEN);
    assert_true(w->status.counters.probes_lost > 3);
    assert_int_equal(w->status.probe.answer_at_ms, -1);
}

/* Name servers that die for a day cost one redial, and are believed again when they are back. */
static void dead_name_servers_cost_one_redial(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    w->one_way = w->chatty = true;
    pass(w, HOUR_MS);
    assert_int_equal(w->outages, 0);
    assert_int_equal(w->status.probe.standing, MC_WITNESS_PROVEN);
    w->names_dead = true;
    pass(w, DAY_MS);
    assert_int_equal(w->outages, 1);
    assert_int_equal(w->status.state, MC_STATE_ONLINE);
    assert_int_equal(w->status.probe.standing, MC_WITNESS_LOST);
    world_daemon_kill(w, SECOND_MS, true); /* the daemon that follows knows it, too */
    pass(w, DAY_MS);
    assert_int_equal(w->outages, 1);
    w->names_dead = false;
    pass(w, HOUR_MS);
    assert_int_equal(w->status.probe.standing, MC_WITNESS_PROVEN);
    assert_int_equal(w->outages, 1);
}

/* ... and a link that really went stale is still found, also on a call that was never quiet before. */
static void a_stale_link_is_found(void **unused)
{
    for (int chatty = 0; chatty < 2; chatty++) {
        _cleanup_world_ struct world *w = world_plain("");
        world_set(w, "Probe", "Interval", "10");
        world_set(w, "Probe", "Timeout", "3");
        world_set(w, "Probe", "IdleInterval", "60");
        w->chatty = chatty;
        until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
        pass(w, MINUTE_MS);
        assert_int_equal(w->status.probe.standing, MC_WITNESS_PROVEN);
        world_inject(w, "stale on");
        int64_t took_ms = until(w, MC_STATE_HANGUP, 2 * MINUTE_MS);
        assert_int_equal(w->status.fault, MC_FAULT_LINK_STALE);
        print_message("# stale, %s: found after %.1f s\n", chatty ? "busy" : "idle", (double)took_ms / 1000);
        world_inject(w, "stale off");
        until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
        pass(w, MINUTE_MS);
        assert_int_equal(w->status.probe.standing, MC_WITNESS_PROVEN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_of_a_minute_are_worth_having),
        cmocka_unit_test(calls_of_seconds_back_off),
        cmocka_unit_test(what_the_host_did_is_redialled_at_once),
        cmocka_unit_test(reboots_that_are_over_are_over),
        cmocka_unit_test(a_link_that_nobody_vouches_for_is_left_alone),
        cmocka_unit_test(dead_name_servers_cost_one_redial),
        cmocka_unit_test(a_stale_link_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
