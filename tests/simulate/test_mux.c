/* SPDX-License-Identifier: MIT */
/* Stories of the multiplexer: what is known and done beside a call, and what is left alone. */
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

static struct world *muxed(const char *probe)
{
    struct world *w = world_plain("");
    world_set(w, "Modem", "Multiplex", "auto");
    world_set(w, "Probe", "Interval", probe);
    w->chatty = true;
    until(w, MC_STATE_ONLINE, MINUTE_MS);
    assert_string_equal(mc_strtab_name(&mc_line_mode_names, (int)w->status.modem.line), "mux");
    return w;
}

/* Signal within a minute and a half, supply and temperature within five more; the call stays. */
static void the_signal_beside_the_call(void **unused)
{
    _cleanup_world_ struct world *w = muxed("0");
    uint64_t calls = w->status.counters.calls;
    for (int minute = 0; minute < 12; minute++) {
        pass(w, MINUTE_MS);
        assert_in_range(world_now(w) - w->status.signal.at_ms, 0, 70 * SECOND_MS);
    }
    assert_int_not_equal(w->status.modem.temperature_c, MC_UNKNOWN);
    int commands = world_board(w, "commands"); /* a minute: CPSI; and every five CGACT with CGPADDR, CBC, CPMUTEMP */
    pass(w, 10 * MINUTE_MS);
    assert_in_range(world_board(w, "commands") - commands, 14, 18);
    assert_int_equal(w->status.state, MC_STATE_ONLINE);
    assert_int_equal(w->status.counters.calls, calls);
}

/* While somebody watches the signal it is asked for every 5 s; afterwards as often as before. */
static void watched(void **unused)
{
    _cleanup_world_ struct world *w = muxed("0");
    pass(w, 5 * MINUTE_MS);
    int before = world_board(w, "commands");
    pass(w, 10 * MINUTE_MS);
    int rest = world_board(w, "commands") - before;
    mc_link_watched(w->link, 1);
    pass(w, 10 * SECOND_MS);
    for (int i = 0; i < 60; i++) {
        pass(w, 10 * SECOND_MS);
        assert_in_range(world_now(w) - w->status.signal.at_ms, 0, 6 * SECOND_MS);
    }
    mc_link_watched(w->link, 0);
    pass(w, MINUTE_MS);
    before = world_board(w, "commands");
    pass(w, 10 * MINUTE_MS);
    assert_in_range(world_board(w, "commands") - before, rest - 6, rest + 6);
}

/* The network drops the PDP context behind PPP: named within 20 s, without a probe. */
static void a_dropped_context_is_found(void **unused)
{
    _cleanup_world_ struct world *w = muxed("0");
    pass(w, 3 * MINUTE_MS);
    world_inject(w, "context-lost");
    int64_t began_ms = world_now(w);
    for (int64_t sent_ms = 0; w->status.fault != MC_FAULT_LINK_STALE && world_now(w) - began_ms < MINUTE_MS;) {
        if (world_now(w) - sent_ms >= SECOND_MS) { /* an application that hears nothing; to PPP flags are nothing */
            sent_ms = world_now(w);
            mc_link_from_call(w->link, (const uint8_t *)"~~", 2);
        }
        pass(w, 20);
    }
    assert_int_equal(w->status.fault, MC_FAULT_LINK_STALE);
    assert_in_range(world_now(w) - began_ms, 0, 20 * SECOND_MS);
    assert_non_null(strstr(w->status.fault_detail, "AT+CGACT?"));
    until(w, MC_STATE_ONLINE, MINUTE_MS);
}

/* Firmware that denies a context on which everything flows condemns nobody. */
static void a_context_that_is_denied_and_carries(void **unused)
{
    _cleanup_world_ struct world *w = muxed("0");
    uint64_t calls = w->status.counters.calls;
    pass(w, 3 * MINUTE_MS);
    world_inject(w, "answer AT+CGACT? +CGACT: 1,0");
    pass(w, 30 * MINUTE_MS);
    assert_int_equal(w->status.state, MC_STATE_ONLINE);
    assert_int_equal(w->status.counters.calls, calls);
}

/* One that never said anything else has not proved itself: an application that hears nothing is its own affair. */
static void an_unproven_denial_condemns_nobody(void **unused)
{
    _cleanup_world_ struct world *w = world_plain("");
    world_set(w, "Modem", "Multiplex", "auto");
    world_set(w, "Probe", "Interval", "0");
    world_inject(w, "answer AT+CGACT? +CGACT: 1,0");
    w->chatty = w->one_way = true;
    until(w, MC_STATE_ONLINE, MINUTE_MS);
    uint64_t calls = w->status.counters.calls;
    pass(w, 30 * MINUTE_MS);
    assert_int_equal(w->status.state, MC_STATE_ONLINE);
    assert_int_equal(w->status.counters.calls, calls);
}

/* A registration that is lost while data still flows is told in the status, and nothing is done about it. */
static void a_lost_registration_is_told(void **unused)
{
    _cleanup_world_ struct world *w = muxed("0");
    uint64_t calls = w->status.counters.calls;
    pass(w, MINUTE_MS);
    world_inject(w, "deregister 2 silent");
    pass(w, SECOND_MS);
    assert_int_equal(w->status.registration.stat, 2);
    assert_int_equal(w->status.state, MC_STATE_ONLINE);
    world_inject(w, "register 5");
    world_inject(w, "stale off");
    pass(w, MINUTE_MS);
    assert_int_equal(w->status.registration.stat, 5);
    assert_int_equal(w->status.counters.calls, calls);
}

static void falls_silent(struct world *w)
{
    world_inject(w, "mux-silent on");
    int64_t began_ms = world_now(w);
    while (w->status.fault != MC_FAULT_MUX_SILENT && world_now(w) - began_ms < 2 * MINUTE_MS)
        pass(w, 20);
    assert_int_equal(w->status.fault, MC_FAULT_MUX_SILENT);
    world_inject(w, "mux-silent off");
    until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
    pass(w, 10 * MINUTE_MS);
}

/* Three times in a day, and the line is plain from then on; twice, and it is not. */
static void three_silences_in_a_day(void **unused)
{
    _cleanup_world_ struct world *w = muxed("0");
    w->chatty = false;
    falls_silent(w);
    falls_silent(w);
    assert_int_equal(w->status.modem.line, MC_LINE_MUX);
    falls_silent(w);
    assert_int_equal(w->status.modem.line, MC_LINE_DATA);
}

/* A modem that leaves in order has not fallen silent: it comes back, plain from the third time on, and a day later not.
 */
static void three_leaves_in_a_day(void **unused)
{
    static const uint8_t cld[] = {0xf9, 0x01, 0xef, 0x05, 0xc3, 0x01, 0x93, 0xf9}; /* 27.010, 5.4.6.3.3 */
    _cleanup_world_ struct world *w = muxed("0");
    w->chatty = false;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(w->status.modem.line, MC_LINE_MUX);
        world_inject(w, "mux-leave");
        mc_link_bytes(w->link, cld, sizeof(cld));
        for (int64_t ms = 0; ms < MINUTE_MS && w->status.fault != MC_FAULT_MUX_LEFT; ms += 20)
            pass(w, 20);
        assert_int_equal(w->status.fault, MC_FAULT_MUX_LEFT);
        until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
        pass(w, 10 * MINUTE_MS);
    }
    assert_int_equal(w->status.modem.line, MC_LINE_DATA);
    assert_string_equal(w->status.modem.mux_why, "unsteady");
    pass(w, 24 * HOUR_MS);
    world_inject(w, "reboot");
    pass(w, MINUTE_MS);
    until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
    assert_int_equal(w->status.modem.line, MC_LINE_MUX);
    assert_int_equal(w->status.counters.resets, 0);
}

/* A third one a day and a half later is no third. */
static void silences_are_forgotten(void **unused)
{
    _cleanup_world_ struct world *w = muxed("0");
    w->chatty = false;
    falls_silent(w);
    falls_silent(w);
    pass(w, DAY_MS + HOUR_MS);
    falls_silent(w);
    assert_int_equal(w->status.modem.line, MC_LINE_MUX);
}

/* `disconnect` takes less than a second, and the daemon leaves a modem in command mode. */
static void out_in_order(void **unused)
{
    _cleanup_world_ struct world *w = muxed("0");
    char mode[16] = "";
    int64_t began_ms = world_now(w);
    world_verb(w, MC_VERB_DISCONNECT);
    until(w, MC_STATE_STOPPED, MINUTE_MS);
    assert_in_range(world_now(w) - began_ms, 0, SECOND_MS);
    world_verb(w, MC_VERB_CONNECT);
    until(w, MC_STATE_ONLINE, MINUTE_MS);
    world_daemon_stop(w, MINUTE_MS);
    for (int i = 0; i < 2000 && strcmp(mode, "command") != 0; i++) {
        pass(w, 10);
        sim_board_get(w->board, "mode", mode, sizeof(mode));
    }
    assert_string_equal(mode, "command");
}

/* Killed amid a call in the multiplexer: the next daemon carries it on, AT beside it included. */
static void a_call_outlives_the_daemon(void **unused)
{
    _cleanup_world_ struct world *w = muxed("0");
    int calls = world_board(w, "calls");
    world_daemon_kill(w, 2 * SECOND_MS, true);
    pass(w, SECOND_MS);
    until(w, MC_STATE_ONLINE, MINUTE_MS);
    assert_int_equal(w->status.modem.line, MC_LINE_MUX);
    pass(w, 2 * MINUTE_MS);
    assert_in_range(world_now(w) - w->status.signal.at_ms, 0, 70 * SECOND_MS);
    assert_int_equal(world_board(w, "calls"), calls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signal_beside_the_call),
        cmocka_unit_test(watched),
        cmocka_unit_test(a_dropped_context_is_found),
        cmocka_unit_test(a_context_that_is_denied_and_carries),
        cmocka_unit_test(an_unproven_denial_condemns_nobody),
        cmocka_unit_test(a_lost_registration_is_told),
        cmocka_unit_test(three_silences_in_a_day),
        cmocka_unit_test(three_leaves_in_a_day),
        cmocka_unit_test(silences_are_forgotten),
        cmocka_unit_test(out_in_order),
        cmocka_unit_test(a_call_outlives_the_daemon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
