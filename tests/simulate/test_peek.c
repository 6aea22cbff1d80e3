/* SPDX-License-Identifier: MIT */
/* Stories of EscapeInterval=: what is known during a call on the plain line, what it costs, and whom it leaves alone.
 */
#include "story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <microcat/base/cleanup.h>

#define _cleanup_world_ _cleanup_(free_world)
static void free_world(struct world **w)
{
    world_free(*w);
}

static struct world *plain(const char *interval)
{
    struct world *w = world_plain("");
    world_set(w, "Modem", "Multiplex", "no");
    world_set(w, "Modem", "EscapeInterval", interval);
    world_set(w, "Probe", "Interval", "0");
    w->chatty = false;
    until(w, MC_STATE_ONLINE, MINUTE_MS);
    return w;
}

static void the_signal_during_a_call(void **unused)
{
    _cleanup_world_ struct world *w = plain("5min");
    pass(w, HOUR_MS);
    assert_in_range(world_now(w) - w->status.signal.at_ms, 0, 6 * MINUTE_MS);
    assert_in_range(world_board(w, "escapes"), 10, 12);
    assert_int_equal(w->status.modem.temperature_c, 23);
    assert_in_range(w->status.modem.escape_pause_ms, 2100, 3500);
    assert_int_equal(w->status.state, MC_STATE_ONLINE);
    assert_int_equal(w->status.modem.line, MC_LINE_DATA);
    assert_int_equal(world_board(w, "calls"), 1);
    assert_string_equal(w->status.modem.escape_why, "");
}

static void not_unless_asked_for(void **unused)
{
    _cleanup_world_ struct world *w = plain("0");
    pass(w, HOUR_MS);
    assert_int_equal(world_board(w, "escapes"), 0);
    assert_int_equal(w->status.modem.escape_pause_ms, -1);
}

static void a_busy_link_is_left_alone(void **unused)
{
    _cleanup_world_ struct world *w = plain("5min");
    w->chatty = true;
    pass(w, HOUR_MS);
    assert_int_equal(world_board(w, "escapes"), 0);
    w->chatty = false; /* until it is idle */
    pass(w, MINUTE_MS);
    assert_int_equal(world_board(w, "escapes"), 1);
}

static void until_step(struct world *w, const char *step)
{
    int64_t began_ms = world_now(w);
    while (strcmp(w->status.step, step) != 0 && world_now(w) - began_ms < 6 * MINUTE_MS)
        pass(w, 1);
    assert_string_equal(w->status.step, step);
}

/* What is sent in the second of silence goes at once, and the look comes later. */
static void who_sends_goes_first(void **unused)
{
    _cleanup_world_ struct world *w = plain("5min");
    until_step(w, "peek.escape");
    assert_int_equal(mc_link_from_call(w->link, (const uint8_t *)"~~", 2), 2);
    pass(w, 5 * SECOND_MS);
    assert_int_equal(world_board(w, "escapes"), 0);
    pass(w, 20 * SECOND_MS);
    assert_int_equal(world_board(w, "escapes"), 1);
    assert_int_equal(world_board(w, "calls"), 1);
}

/* ... and what is sent later waits, and is not lost. */
static void nothing_is_lost(void **unused)
{
    _cleanup_world_ struct world *w = plain("5min");
    until_step(w, "peek");
    assert_int_equal(mc_link_from_call(w->link, (const uint8_t *)"~~", 2), 0);
    pass(w, 2 * SECOND_MS);
    assert_int_equal(mc_link_from_call(w->link, (const uint8_t *)"~~", 2), 2);
}

/* To the next daemon: it takes a call for one in data mode. @return how long that took, in ms. */
static int64_t leave(struct world *w)
{
    char mode[32] = "";
    int64_t began_ms = world_now(w);
    size_t waits;
    mc_link_leave(w->link);
    while (mc_link_owes_bytes(w->link, &waits) + waits > 0 && world_now(w) - began_ms < 10 * SECOND_MS)
        pass(w, 1);
    assert_return_code(sim_board_get(w->board, "mode", mode, sizeof(mode)), 0);
    assert_string_equal(mode, "data");
    return world_now(w) - began_ms;
}

static void who_leaves_asks_nothing_more(void **unused)
{
    _cleanup_world_ struct world *w = plain("5min");
    world_inject(w, "late AT+C 200");
    until_step(w, "peek");
    int before = world_board(w, "commands");
    assert_in_range(leave(w), 200, 300); /* the command that is under way, and ATO */
    assert_int_equal(world_board(w, "commands"), before + 2);
    assert_int_equal(world_board(w, "calls"), 1);
}

/* The modem is about to leave data mode. */
static void who_leaves_behind_an_escape(void **unused)
{
    _cleanup_world_ struct world *w = plain("5min");
    until_step(w, "peek.escape");
    int before = world_board(w, "bytes_from_host");
    for (int ms = 0; world_board(w, "bytes_from_host") == before && ms < 2 * SECOND_MS; ms += 10)
        pass(w, 10);
    assert_string_equal(w->status.step, "peek.escape");
    assert_true(world_board(w, "bytes_from_host") > before);
    assert_in_range(leave(w), 1000, 1400);
    assert_int_equal(world_board(w, "escapes"), 1);
    assert_int_equal(world_board(w, "calls"), 1);
}

static void who_leaves_before_it_is_said(void **unused)
{
    _cleanup_world_ struct world *w = plain("5min");
    until_step(w, "peek.escape");
    assert_int_equal(leave(w), 0);
    pass(w, 2 * SECOND_MS);
    assert_int_equal(world_board(w, "escapes"), 0);
}

/* One that carries is not spoken to: to its peer that would be data. */
static void who_leaves_a_call_that_carries_says_nothing(void **unused)
{
    _cleanup_world_ struct world *w = plain("5min");
    int before = world_board(w, "bytes_from_host");
    assert_int_equal(leave(w), 0);
    pass(w, 50);
    assert_int_equal(world_board(w, "bytes_from_host"), before);
}

/* A modem that does not come back costs one redial, and is never asked so again: not by the next daemon either. */
static void one_that_does_not_come_back(void **unused)
{
    _cleanup_world_ struct world *w = plain("5min");
    world_inject(w, "refuse ATO");
    pass(w, 10 * MINUTE_MS);
    assert_int_equal(world_board(w, "escapes"), 1);
    assert_int_equal(world_board(w, "calls"), 2);
    assert_string_equal(w->status.modem.escape_why, "refused");
    assert_int_equal(w->status.state, MC_STATE_ONLINE);
    pass(w, HOUR_MS);
    world_daemon_kill(w, 2 * SECOND_MS, true);
    pass(w, HOUR_MS);
    assert_int_equal(w->status.state, MC_STATE_ONLINE);
    assert_int_equal(world_board(w, "escapes"), 1);
    assert_int_equal(world_board(w, "calls"), 2);
}

/* One that does not hear `+++` costs nothing but the pause. */
static void one_that_does_not_hear(void **unused)
{
    _cleanup_world_ struct world *w = plain("5min");
    world_inject(w, "ignore-escapes");
    pass(w, HOUR_MS);
    assert_string_equal(w->status.modem.escape_why, "no-answer");
    assert_int_equal(w->status.state, MC_STATE_ONLINE);
    assert_int_equal(w->status.modem.line, MC_LINE_DATA);
    assert_int_equal(world_board(w, "calls"), 1);
    assert_int_equal(world_board(w, "escapes"), 0);
}

/* The call ends while it waits: that is met as any end of a call. */
static void the_call_ends_meanwhile(void **unused)
{
    _cleanup_world_ struct world *w = plain("5min");
    until_step(w, "peek");
    world_inject(w, "no-carrier");
    pass(w, MINUTE_MS);
    assert_int_equal(w->status.state, MC_STATE_ONLINE);
    assert_int_equal(world_board(w, "calls"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signal_during_a_call),
        cmocka_unit_test(not_unless_asked_for),
        cmocka_unit_test(a_busy_link_is_left_alone),
        cmocka_unit_test(who_sends_goes_first),
        cmocka_unit_test(nothing_is_lost),
        cmocka_unit_test(who_leaves_asks_nothing_more),
        cmocka_unit_test(who_leaves_behind_an_escape),
        cmocka_unit_test(who_leaves_before_it_is_said),
        cmocka_unit_test(who_leaves_a_call_that_carries_says_nothing),
        cmocka_unit_test(one_that_does_not_come_back),
        cmocka_unit_test(one_that_does_not_hear),
        cmocka_unit_test(the_call_ends_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
