/* SPDX-License-Identifier: MIT */
/* How far the link goes, and no further: what a verdict needs, what a strong remedy waits for, what is set back after a
 * reboot. Each of these was once broken on purpose without a test that noticed (tests/mutants). */
#include "story.h"
#include <errno.h>
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

/* Lets time pass until what comes next is said to be @what. */
static void until_next(struct world *w, const char *what)
{
    int64_t limit_ms = world_now(w) + 6 * HOUR_MS;
    while (!(w->status.state == MC_STATE_BACKOFF && strstr(w->status.next, what)) && world_now(w) < limit_ms)
        pass(w, 100);
    assert_non_null(strstr(w->status.next, what));
}

/* ---- probes ---- */

static struct world *probed(const char *failures, const char *idle)
{
    struct world *w = world_plain("");
    world_set(w, "Probe", "Interval", "10");
    world_set(w, "Probe", "Timeout", "3");
    world_set(w, "Probe", "Failures", failures);
    world_set(w, "Probe", "IdleInterval", idle);
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
    pass(w, MINUTE_MS);
    assert_int_equal(w->status.probe.standing, MC_WITNESS_PROVEN);
    return w;
}

static void as_many_probes_as_failures_says(void **unused)
{
    static const char *const failures[] = {"1", "2", "3", "5"};
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        _cleanup_world_ struct world *w = probed(failures[i], "1h");
        w->chatty = true;
        world_inject(w, "stale on");
        w->one_way = true;
        until(w, MC_STATE_HANGUP, 5 * MINUTE_MS);
        assert_int_equal(w->status.fault, MC_FAULT_LINK_STALE);
        assert_int_equal(w->status.counters.probes_lost, atoi(failures[i]));
    }
}

/* Two are lost, something comes in, and the count begins anew. */
static void bytes_that_come_in_forgive(void **unused)
{
    _cleanup_world_ struct world *w = probed("3", "1h");
    w->chatty = w->one_way = w->names_dead = true;
    while (w->status.counters.probes_lost < 2)
        pass(w, 100);
    w->one_way = false;
    pass(w, 6 * SECOND_MS);
    w->one_way = true;
    until(w, MC_STATE_HANGUP, 5 * MINUTE_MS);
    assert_int_equal(w->status.counters.probes_lost, 2 + 3);
}

/* An idle link is asked once an idle interval: what a probe sends is not taken for an application's. */
static void a_probe_is_no_traffic(void **unused)
{
    _cleanup_world_ struct world *w = probed("3", "1h");
    uint64_t before = w->status.counters.probes;
    pass(w, DAY_MS);
    assert_in_range(w->status.counters.probes - before, 22, 25);
    assert_int_equal(w->outages, 0);
}

/* ---- before a strong remedy ---- */

static void back_before_the_reset(void **unused)
{
    _cleanup_world_ struct world *w = online("lines");
    world_set(w, "Modem", "Reset", "dtr");
    world_inject(w, "mute on");
    until_next(w, "reset the modem");
    world_inject(w, "mute off");
    until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
    assert_int_equal(w->status.counters.resets, 0);
}

/* It answers, but its SIM is gone: that is another fault, with no reset in its row. */
static void another_fault_brings_no_reset(void **unused)
{
    _cleanup_world_ struct world *w = online("lines");
    world_set(w, "Modem", "Reset", "dtr");
    world_inject(w, "mute on");
    until_next(w, "reset the modem");
    world_inject(w, "mute off");
    world_inject(w, "sim-remove");
    pass(w, 10 * MINUTE_MS);
    assert_int_equal(w->status.fault, MC_FAULT_SIM_ABSENT);
    assert_int_equal(w->status.counters.resets, 0);
}

/* ... and one that is still mute is reset. */
static void still_mute_is_reset(void **unused)
{
    _cleanup_world_ struct world *w = online("lines");
    world_set(w, "Modem", "Reset", "dtr");
    world_inject(w, "mute on");
    until_next(w, "reset the modem");
    pass(w, 10 * MINUTE_MS);
    assert_true(w->status.counters.resets >= 1);
}

/* A modem that answers is detached before the line is pulled, and one that does not say so is waited for five seconds
 * and no longer. One that is known to be deaf is not asked. */
static void detached_before_the_line(void **unused)
{
    static const struct {
        const char *inject;
        int64_t least_ms, most_ms;
    } rows[] = {{"late AT+CGATT 1500 1", 1500, 3500}, {"silence AT+CGATT 1", 5000, 6500}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_world_ struct world *w = online("lines");
        world_set(w, "Modem", "Reset", "break");
        world_verb(w, MC_VERB_DISCONNECT);
        until(w, MC_STATE_STOPPED, MINUTE_MS);
        pass(w, 30 * SECOND_MS);
        uint64_t before = (uint64_t)world_board(w, "resets");
        world_inject(w, "%s", rows[i].inject);
        world_verb(w, MC_VERB_RESET);
        int64_t began_ms = world_now(w);
        for (int64_t ms = 0; ms < 20 * SECOND_MS && (uint64_t)world_board(w, "resets") == before; ms++)
            pass(w, 1);
        if (world_now(w) - began_ms < rows[i].least_ms || world_now(w) - began_ms > rows[i].most_ms)
            fail_msg("%s: reset after %d ms", rows[i].inject, (int)(world_now(w) - began_ms));
        until(w, MC_STATE_STOPPED, 2 * MINUTE_MS);
    }
}

/* A SIM that fails is looked at in silence; the reset that follows is none, and what comes after it is told step by
 * step. Found by the judge: the link went from sync to pdp, and said nothing between. */
static void a_reset_is_no_quiet_look(void **unused)
{
    _cleanup_world_ struct world *w = online("lines");
    world_set(w, "Modem", "Reset", "break");
    world_inject(w, "answer AT+CPIN? CME 13");
    world_inject(w, "no-carrier");
    for (int64_t ms = 0; ms < 6 * HOUR_MS && w->status.counters.resets == 0; ms += 100)
        pass(w, 100);
    assert_int_equal(w->status.counters.resets, 1);
    world_inject(w, "forgive");
    bool told = false;
    for (int64_t ms = 0; ms < MINUTE_MS && w->status.state != MC_STATE_ONLINE; ms++) {
        pass(w, 1);
        told = told || w->status.state == MC_STATE_SETUP;
    }
    assert_int_equal(w->status.state, MC_STATE_ONLINE);
    assert_true(told);
}

/* Nowhere to register, for six hours: a cycle costs an attach, and one an hour is what there is. The world's rules
 * count the attaches; here it is that they are used. */
static void cycles_within_the_attach_budget(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    world_set(w, "Recovery", "AttachesPerHour", "1");
    world_set(w, "Recovery", "RadioCycleInterval", "1min");
    world_inject(w, "deregister 2");
    pass(w, 6 * HOUR_MS);
    assert_in_range(w->status.counters.radio_cycles, 2, 6);
}

/* One question that nobody answers says nothing about the network: the search has its whole time, and no cycle breaks
 * it off (TS.34: the modem's own search is left alone). A modem that is silent is called so at once. */
static void a_lost_poll_is_no_verdict(void **unused)
{
    for (int mute = 0; mute < 2; mute++) {
        _cleanup_world_ struct world *w = online("");
        world_inject(w, "deregister 2");
        world_inject(w, "no-carrier");
        while (strcmp(w->status.step, "register.wait") != 0)
            pass(w, 100);
        int64_t began_ms = world_now(w);
        pass(w, 15 * SECOND_MS);
        world_inject(w, mute ? "mute on" : "silence AT+CEREG? 1");
        until(w, MC_STATE_BACKOFF, 10 * MINUTE_MS);
        assert_int_equal(w->status.fault, mute ? MC_FAULT_MODEM_SILENT : MC_FAULT_REGISTRATION_LOST);
        assert_int_equal(w->status.counters.radio_cycles, 0);
        int64_t took_ms = world_now(w) - began_ms;
        assert_in_range(took_ms, mute ? 15 * SECOND_MS : 5 * MINUTE_MS,
                        mute ? 40 * SECOND_MS : 5 * MINUTE_MS + SECOND_MS);
    }
}

/* ---- modem ---- */

/* On a board without lines: who answers AT and leaves one question unanswered hears AT+CRESET, and who is mute does
 * not. */
static void a_modem_that_hears_is_reset_without_a_line(void **unused)
{
    for (int mute = 0; mute < 2; mute++) {
        _cleanup_world_ struct world *w = world_plain("");
        world_set(w, "Modem", "Reset", "none");
        world_set(w, "Modem", "Power", "none");
        world_inject(w, mute ? "silence *" : "silence AT+CPIN?");
        pass(w, 10 * MINUTE_MS);
        assert_int_equal(w->status.fault, MC_FAULT_MODEM_SILENT);
        assert_in_range(w->status.counters.resets, !mute, !mute);
    }
}

static void boot_speed_after_a_reboot(void **unused)
{
    _cleanup_world_ struct world *w = world_plain("");
    world_set(w, "Modem", "BaudRate", "460800");
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
    assert_int_equal(world_board(w, "host_baud"), 460800);
    world_inject(w, "no-carrier"); /* no reason to touch it */
    pass(w, 500);
    assert_int_equal(world_board(w, "host_baud"), 460800);
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
    /* The first is looked for at once; where one has to be waited for, what it says meanwhile must be readable. */
    int64_t waited_ms = 0;
    for (int i = 0; i < 10 && waited_ms == 0; i++) {
        until(w, MC_STATE_ONLINE, 10 * MINUTE_MS);
        mc_link_call_sign(w->link, MC_CALL_REBOOTED, "RDY");
        world_inject(w, "reboot");
        for (int64_t ms = 0; ms < 10 * SECOND_MS; ms += 10) {
            pass(w, 10);
            if (w->status.state != MC_STATE_BACKOFF)
                continue;
            assert_int_equal(w->status.fault, MC_FAULT_MODEM_REBOOTED);
            assert_int_equal(world_board(w, "host_baud"), 115200);
            waited_ms += 10;
        }
    }
    print_message("# after a reboot under the call: %lld ms of waiting at the boot speed\n", (long long)waited_ms);
    assert_true(waited_ms > 0);
    until(w, MC_STATE_ONLINE, 10 * MINUTE_MS);
}

/* It says OK to AT+CRESET and answers on for a second: that is not the modem that was reset. One that goes down at once
 * is back as soon. */
static void a_reset_is_waited_for(void **unused)
{
    static const int down_ms[] = {0, 500, 1000, 2000};
    for (size_t i = 0; i < sizeof(down_ms) / sizeof(down_ms[0]); i++) {
        _cleanup_world_ struct world *w = online("warm");
        world_set(w, "Modem", "Reset", "none");
        world_inject(w, "set latency.reset %d", down_ms[i]);
        uint64_t dials = sim_board_counters(w->board)->dials;
        w->verb_result = 1;
        world_verb(w, MC_VERB_RESET);
        for (int64_t ms = 0; ms < MINUTE_MS && w->verb_result == 1; ms += 10)
            pass(w, 10);
        assert_int_equal(w->verb_result, 0);
        assert_int_equal(world_board(w, "resets"), 1);
        assert_non_null(strstr(w->verb_text, "It answers again after 1")); /* 12 s of boot, and going down */
        until(w, MC_STATE_ONLINE, MINUTE_MS);
        assert_int_equal(sim_board_counters(w->board)->dials, dials + 1);
        pass(w, HOUR_MS);
        assert_int_equal(w->outages, 1); /* of the reset alone */
    }
}

/* A modem that stays in data mode when PPP is closed is waited for 2 s, then called back. */
static void a_hang_up_waits_two_seconds(void **unused)
{
    for (int hangs = 0; hangs < 2; hangs++) {
        _cleanup_world_ struct world *w = online("");
        int64_t waited_ms = 0;
        if (hangs)
            world_inject(w, "hang-on-hangup on");
        world_verb(w, MC_VERB_DISCONNECT);
        while (w->status.state != MC_STATE_STOPPED && waited_ms < MINUTE_MS) {
            pass(w, 10);
            waited_ms += !strcmp(w->status.step, "hangup.wait") ? 10 : 0;
        }
        until(w, MC_STATE_STOPPED, MINUTE_MS);
        assert_in_range(waited_ms, hangs ? 1900 : 0, hangs ? 2100 : 2000);
    }
}

/* A `power off` that finds no modem leaves nothing behind: `power on`, when that has failed or while it still looks,
 * works the line. */
static void power_on_behind_a_power_off_that_met_none(void **unused)
{
    for (int failed = 0; failed < 2; failed++) {
        _cleanup_world_ struct world *w = online("lines");
        world_set(w, "Modem", "Power", "dtr");
        world_inject(w, "power-off");
        world_inject(w, "no-carrier");
        until(w, MC_STATE_BACKOFF, 5 * MINUTE_MS);
        w->verb_result = 1;
        world_verb(w, MC_VERB_POWER_OFF);
        for (int64_t ms = 0; ms < (failed ? 2 * MINUTE_MS : 3 * SECOND_MS) && w->verb_result == 1; ms += 10)
            pass(w, 10);
        assert_int_equal(w->verb_result, failed ? -EIO : 1);
        world_verb(w, MC_VERB_POWER_ON);
        pass(w, 10);
        assert_non_null(strstr(w->verb_text, "The modem is being switched on"));
        until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
        assert_int_equal(w->status.counters.power_cycles, 0);
    }
}

/* A finger on the button while the power line is still worked: it is on, and not called off; and a `power off` that is
 * said behind that is carried out. */
static void on_again_while_it_is_switched_off(void **unused)
{
    for (int twice = 0; twice < 2; twice++) {
        _cleanup_world_ struct world *w = online("lines");
        world_set(w, "Modem", "Power", "dtr");
        world_inject(w, "set latency.boot 2000");
        world_verb(w, MC_VERB_DISCONNECT);
        until(w, MC_STATE_STOPPED, MINUTE_MS);
        w->verb_result = 1;
        world_verb(w, MC_VERB_POWER_OFF);
        pass(w, 8 * SECOND_MS);
        world_inject(w, "power-on");
        pass(w, 4 * SECOND_MS);
        assert_int_equal(w->verb_result, 1);
        if (twice)
            world_verb(w, MC_VERB_POWER_OFF);
        w->verb_result = 1;
        for (int64_t ms = 0; ms < 2 * MINUTE_MS && w->verb_result == 1; ms += 10)
            pass(w, 10);
        assert_int_equal(w->verb_result, twice ? 0 : -EIO);
        assert_non_null(strstr(w->verb_text, twice ? "The modem is off" : "it started again by itself"));
        until(w, MC_STATE_STOPPED, MINUTE_MS);
        assert_int_equal(w->status.modem.power, twice ? MC_POWER_OFF : MC_POWER_ON);
        world_verb(w, twice ? MC_VERB_POWER_ON : MC_VERB_CONNECT);
        until(w, MC_STATE_ONLINE, MINUTE_MS);
    }
}

/* A verb that has to look for the modem is in command mode when it answers: it does not wait for a network. */
static void who_looks_for_the_modem_waits_for_no_network(void **unused)
{
    static const enum mc_verb verbs[] = {MC_VERB_DISCONNECT, MC_VERB_RADIO_OFF, MC_VERB_POWER_OFF};
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        _cleanup_world_ struct world *w = world_plain("searching");
        world_inject(w, "mute on");
        until(w, MC_STATE_BACKOFF, 5 * MINUTE_MS);
        assert_int_equal(w->status.fault, MC_FAULT_MODEM_SILENT);
        world_inject(w, "mute off");
        w->verb_result = 1;
        world_verb(w, verbs[i]);
        for (int64_t ms = 0; ms < 30 * SECOND_MS && w->verb_result == 1; ms += 10)
            pass(w, 10);
        assert_int_equal(w->verb_result, 0);
        until(w, MC_STATE_STOPPED, SECOND_MS);
    }
}

/* What a modem must have been told by when a call stands, and what is said of it. */
static void assert_set_up(struct world *w)
{
    char flow[8] = "";
    assert_int_equal(sim_board_get(w->board, "flow", flow, sizeof(flow)), 0);
    assert_string_equal(flow, "yes");
    assert_int_equal(world_board(w, "cmee"), 1);
    assert_int_equal(w->status.modem.flow, MC_FLOW_RTSCTS);
    assert_int_equal(w->status.counters.radio_cycles, 0); /* the same PDP context costs no attach */
}

/* A dial times out: AT ends it and is answered late, and the finder has said AT+IFC=0,0 by then. The next dial sets up
 * what that undid. */
static void set_up_again_behind_an_aborted_dial(void **unused)
{
    _cleanup_world_ struct world *w = online("warm");
    char flow[8] = "";
    assert_set_up(w);
    world_inject(w, "dial-reject silence 1");
    world_inject(w, "no-carrier");
    until(w, MC_STATE_BACKOFF, SECOND_MS); /* behind it the next dial, which is the silent one */
    until(w, MC_STATE_DIAL, MINUTE_MS);
    world_inject(w, "late AT 300 1");
    until(w, MC_STATE_BACKOFF, 2 * MINUTE_MS);
    assert_int_equal(w->status.fault, MC_FAULT_DIAL_TIMEOUT);
    assert_int_equal(sim_board_get(w->board, "flow", flow, sizeof(flow)), 0);
    assert_string_equal(flow, "no");
    assert_int_equal(w->status.modem.flow, MC_FLOW_NONE);
    until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
    assert_set_up(w);
}

/* It hangs in data mode, reboots by itself, and its boot message comes when it is listened to for the call's end. At
 * BaudRate=115200 its speed does not tell that it is another one. */
static void set_up_again_behind_a_reboot_unseen(void **unused)
{
    _cleanup_world_ struct world *w = online("warm");
    assert_int_equal(world_board(w, "host_baud"), 115200);
    world_inject(w, "mute hung");
    while (strcmp(w->status.step, "hangup.wait") != 0)
        pass(w, 100);
    world_inject(w, "reboot");
    while (strcmp(w->status.step, "hangup.last") != 0)
        pass(w, 1);
    until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
    assert_set_up(w);
}

/* Behind a radio cycle the registration is told when it comes, also where none had to be waited for before. */
static void a_cycle_asks_for_news(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    assert_int_equal(world_board(w, "cereg"), 0); /* registered at once: nobody needed to be told */
    world_inject(w, "dial-reject no-carrier");
    world_inject(w, "no-carrier");
    for (int64_t ms = 0; ms < 6 * HOUR_MS && w->status.counters.radio_cycles == 0; ms += 100)
        pass(w, 100);
    while (!strcmp(w->status.step, "remedy.radio-cycle"))
        pass(w, 10);
    assert_int_equal(world_board(w, "cereg"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_probes_as_failures_says),
        cmocka_unit_test(bytes_that_come_in_forgive),
        cmocka_unit_test(a_probe_is_no_traffic),
        cmocka_unit_test(back_before_the_reset),
        cmocka_unit_test(another_fault_brings_no_reset),
        cmocka_unit_test(still_mute_is_reset),
        cmocka_unit_test(a_reset_is_no_quiet_look),
        cmocka_unit_test(detached_before_the_line),
        cmocka_unit_test(cycles_within_the_attach_budget),
        cmocka_unit_test(a_modem_that_hears_is_reset_without_a_line),
        cmocka_unit_test(boot_speed_after_a_reboot),
        cmocka_unit_test(a_hang_up_waits_two_seconds),
        cmocka_unit_test(a_cycle_asks_for_news),
        cmocka_unit_test(a_reset_is_waited_for),
        cmocka_unit_test(a_lost_poll_is_no_verdict),
        cmocka_unit_test(power_on_behind_a_power_off_that_met_none),
        cmocka_unit_test(on_again_while_it_is_switched_off),
        cmocka_unit_test(who_looks_for_the_modem_waits_for_no_network),
        cmocka_unit_test(set_up_again_behind_an_aborted_dial),
        cmocka_unit_test(set_up_again_behind_a_reboot_unseen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
