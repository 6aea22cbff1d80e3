/* SPDX-License-Identifier: MIT */
/*
 * Stories: what the simulation of random lives found, told one by one, and the faults of every day with how the link
 * gets over each. SIMULATE_VERBOSE=1 prints what happens.
 */
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

/* ---- what the simulation found ---- */

static void power_off_and_the_button(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    world_verb(w, MC_VERB_POWER_OFF);
    until(w, MC_STATE_STOPPED, MINUTE_MS);
    pass(w, HOUR_MS);
    assert_int_equal(w->verb_result, 0);
    assert_int_equal(w->status.modem.power, MC_POWER_OFF);
    assert_int_equal(w->status.modem.radio, MC_POWER_UNKNOWN);
    world_verb(w, MC_VERB_CONNECT);
    pass(w, SECOND_MS);
    assert_true(w->verb_result < 0);
    world_inject(w, "power-on"); /* a finger on the board's button */
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
    assert_int_equal(w->status.modem.power, MC_POWER_ON);
    assert_int_equal(w->status.modem.radio, MC_POWER_ON);
}

static void radio_off_and_on(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    world_verb(w, MC_VERB_RADIO_OFF);
    until(w, MC_STATE_STOPPED, MINUTE_MS);
    assert_int_equal(w->status.modem.power, MC_POWER_ON);
    assert_int_equal(w->status.modem.radio, MC_POWER_OFF);
    world_verb(w, MC_VERB_RADIO_ON);
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
    assert_int_equal(w->status.modem.radio, MC_POWER_ON);
}

static void power_off_and_the_plug(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    world_verb(w, MC_VERB_POWER_OFF);
    until(w, MC_STATE_STOPPED, MINUTE_MS);
    pass(w, MINUTE_MS);
    world_plug(w, false);
    until(w, MC_STATE_ABSENT, MINUTE_MS);
    assert_int_equal(w->status.modem.power, MC_POWER_UNKNOWN);
    world_plug(w, true);
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
}

/* The button was pressed while nobody heard it: `power on` looks, line or not. */
/* Too hot, too little voltage, or a finger on the power key: it says so, and that is the fault until it is back. */
static void goes_off_by_itself(void **unused)
{
    for (int line = 0; line < 2; line++) {
        _cleanup_world_ struct world *w = online(line ? "lines" : "");
        world_verb(w, MC_VERB_DISCONNECT);
        until(w, MC_STATE_STOPPED, MINUTE_MS);
        if (line)
            world_set(w, "Modem", "Power", "dtr");
        world_inject(w, "say POWERD DOWN");
        pass(w, 200);
        world_inject(w, "power-off");
        until(w, MC_STATE_BACKOFF, 5 * SECOND_MS);
        assert_int_equal(w->status.fault, MC_FAULT_MODEM_OFF);
        assert_int_equal(w->status.modem.power, MC_POWER_OFF);
        if (!line) {
            pass(w, 10 * MINUTE_MS);
            assert_int_equal(w->status.fault, MC_FAULT_MODEM_OFF); /* not: silent */
            world_inject(w, "power-on");
        }
        until(w, MC_STATE_STOPPED, 5 * MINUTE_MS); /* what was wanted before */
        assert_int_equal(w->status.counters.power_cycles, line);
        assert_int_equal(w->status.counters.resets, 0);
        world_verb(w, MC_VERB_CONNECT);
        until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
    }
}

/* A bridge that shows the modem's power: off is named off, without a word from the modem, and the key is pressed. One
 * that is on and deaf is not off. */
static void a_bridge_tells_of_power(void **unused)
{
    for (int off = 0; off < 2; off++) {
        _cleanup_world_ struct world *w = online("lines");
        world_set(w, "Modem", "Power", "auto");
        w->status.device.bridge = w->tells_power = w->has_power = true;
        world_inject(w, off ? "power-off" : "mute on");
        until(w, MC_STATE_BACKOFF, 5 * MINUTE_MS);
        assert_int_equal(w->status.fault == MC_FAULT_MODEM_OFF, off);
        if (!off)
            world_inject(w, "mute off");
        until(w, MC_STATE_ONLINE, 10 * MINUTE_MS);
        assert_int_equal(w->status.counters.power_cycles, off);
    }
}

static void goes_off_under_the_call(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    mc_link_call_sign(w->link, MC_CALL_OFF, "POWERD DOWN");
    world_inject(w, "power-off");
    until(w, MC_STATE_BACKOFF, 10 * SECOND_MS);
    pass(w, 10 * MINUTE_MS);
    assert_int_equal(w->status.fault, MC_FAULT_MODEM_OFF);
    assert_int_equal(w->status.counters.resets, 0);
    world_inject(w, "power-on");
    until(w, MC_STATE_ONLINE, 3 * MINUTE_MS);
}

static void power_on_looks(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    world_verb(w, MC_VERB_POWER_OFF);
    until(w, MC_STATE_STOPPED, MINUTE_MS);
    pass(w, MINUTE_MS);
    world_inject(w, "garbage-answers on");
    world_inject(w, "power-on");
    pass(w, MINUTE_MS);
    world_inject(w, "garbage-answers off");
    assert_int_equal(w->status.state, MC_STATE_STOPPED);
    world_verb(w, MC_VERB_POWER_ON);
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
}

static void power_off_that_was_not_heard(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    world_verb(w, MC_VERB_DISCONNECT);
    until(w, MC_STATE_STOPPED, MINUTE_MS);
    world_inject(w, "silence AT+CPOF 1");
    world_verb(w, MC_VERB_POWER_OFF);
    pass(w, MINUTE_MS);
    assert_true(w->verb_result < 0); /* not: "the modem was told" */
    world_verb(w, MC_VERB_CONNECT);
    until(w, MC_STATE_ONLINE, 3 * MINUTE_MS);
}

/* Rebooted unheard in data mode, then reattached: SIM and PDP context are looked at all the same. */
static void a_reattach_behind_a_reboot(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    w->chatty = true;
    for (int i = 0; i < 3; i++) {
        world_inject(w, "reboot");
        pass(w, 20 * MINUTE_MS);
        until(w, MC_STATE_ONLINE, HOUR_MS);
    }
}

static void a_reattach_that_broke_off(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    world_verb(w, MC_VERB_DISCONNECT);
    until(w, MC_STATE_STOPPED, MINUTE_MS);
    sim_board_from_host(w->board, "AT+CGATT=0\r", 11);
    pass(w, 5 * SECOND_MS);
    world_verb(w, MC_VERB_CONNECT);
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
}

/* ---- how a call's end is told ---- */

struct told {
    struct mc_observer observer;
    char words[512]; /* "hangup:pppd-died backoff:pppd-died " */
};

static void on_told(void *ctx, const void *arg)
{
    const struct mc_event *event = arg;
    struct told *told = ctx;
    size_t len = strlen(told->words);
    if (event->kind == MC_EVENT_STATE)
        snprintf(told->words + len, sizeof(told->words) - len, "%s:%s ",
                 mc_strtab_name(&mc_state_names, (int)event->to), mc_fault_info(event->fault)->code);
}

/* The address goes in the same moment: one change of state, and it says why. */
static void a_death_is_told_once(void **unused)
{
    static const struct {
        enum mc_fault fault;
        const char *text, *words;
    } rows[] = {
        {MC_FAULT_PPPD_DIED, "killed", "hangup:pppd-died "},
        {MC_FAULT_PPP_TERMINATED, "exited with 0", "hangup:ppp-terminated "},
        {MC_FAULT_PPP_ECHO_DEAD, "no answer to LCP echo", "hangup:ppp-echo-dead "},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_world_ struct world *w = online("");
        struct told told = {.words = ""};
        mc_bus_observe(w->bus, &told.observer, on_told, &told);
        pppd_end(w, 0, rows[i].fault, rows[i].text);
        until(w, MC_STATE_HANGUP, SECOND_MS);
        pass(w, 1);
        assert_string_equal(told.words, rows[i].words);
        assert_int_equal(w->status.fault, rows[i].fault);
        until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
        mc_bus_forget(w->bus, &told.observer);
    }
}

/* IPCP may bounce: only an address that stays away for a second is worth a word. */
static void a_bounce_is_no_news(void **unused)
{
    static const struct {
        int64_t away_ms;
        enum mc_ppp_phase phase;
        const char *words;
    } rows[] = {{400, MC_PPP_RUNNING, ""},
                {3000, MC_PPP_RUNNING, "ppp:none online:none "},
                {1500, MC_PPP_TERMINATE, "hangup:none "}}; /* pppd takes its leave: there is no way back */
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_world_ struct world *w = online("");
        struct told told = {.words = ""};
        pass(w, MINUTE_MS);
        mc_bus_observe(w->bus, &told.observer, on_told, &told);
        mc_link_call_phase(w->link, rows[i].phase);
        mc_link_call_down(w->link);
        assert_false(w->network_up); /* routes go at once, whatever comes */
        pass(w, rows[i].away_ms);
        mc_link_call_up(w->link);
        pass(w, SECOND_MS);
        assert_string_equal(told.words, rows[i].words);
        assert_int_equal(w->network_up, rows[i].phase == MC_PPP_RUNNING);
        mc_bus_forget(w->bus, &told.observer);
        until(w, MC_STATE_ONLINE, 2 * MINUTE_MS); /* the one that never comes back is ended */
    }
}

/* ---- a remedy looks at the SIM, too ---- */

/*
 * A reattach (AT+CGATT=0, AT+CGATT=1) does not touch the SIM (27.007, 10.1.9), but a SIM that went, or locked itself,
 * meanwhile is noticed right behind it: nothing is dialled before AT+CPIN? has said READY.
 */
static void a_reattach_looks_at_the_sim(void **unused)
{
    static const struct {
        const char *inject;
        enum mc_fault fault;
        enum mc_state state;
    } rows[] = {{"sim-remove", MC_FAULT_SIM_ABSENT, MC_STATE_BACKOFF},
                {"puk-lock", MC_FAULT_SIM_PUK, MC_STATE_HELD},
                {"pin-lock 4321 3", MC_FAULT_SIM_PIN_MISSING, MC_STATE_HELD}};
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        bool heard = i % 2; /* the modem may say it by itself, or not a word */
        _cleanup_world_ struct world *w = online("");
        world_inject(w, "no-address on"); /* from the fourth one on it reattaches */
        world_inject(w, "no-carrier");
        for (int64_t ms = 0; ms < HOUR_MS && w->status.counters.reattaches == 0; ms += 10)
            pass(w, 10);
        assert_int_equal(w->status.counters.reattaches, 1);
        int64_t began_ms = world_now(w);
        uint64_t dials = sim_board_counters(w->board)->dials;
        if (!heard)
            world_inject(w, "mute-for 200"); /* its URC is lost */
        world_inject(w, "%s", rows[i / 2].inject);
        until(w, rows[i / 2].state, 2 * MINUTE_MS);
        assert_int_equal(w->status.fault, rows[i / 2].fault);
        print_message("# %s%s: noticed %.1f s after the reattach began\n", rows[i / 2].inject, heard ? "" : " unheard",
                      (double)(world_now(w) - began_ms) / 1000);
        assert_int_equal(sim_board_counters(w->board)->dials, dials);
    }
}

/* ---- every day ---- */

static const struct {
    const char *what, *begin, *end;
    int64_t end_after_ms, limit_ms; /* back online within, from the end of the fault on */
    bool chatty;
} days[] = {
    {"NO CARRIER", "no-carrier", NULL, 0, MINUTE_MS, false},
    {"disconnected", "pppd-disconnected", NULL, 0, MINUTE_MS, false},
    {"LCP terminate", "lcp-terminate", NULL, 0, MINUTE_MS, false},
    {"modem reboots in data mode", "reboot", NULL, 0, 5 * MINUTE_MS, false},
    {"mute for a minute", "mute on", "mute off", MINUTE_MS, 3 * MINUTE_MS, false},
    {"mute for an hour", "mute on", "mute off", HOUR_MS, 3 * MINUTE_MS, false},
    {"registration lost", "deregister 2", "register 5", 10 * MINUTE_MS, 2 * MINUTE_MS, false},
    {"registration denied", "deny 111", "register 5", 30 * MINUTE_MS, 40 * MINUTE_MS, false},
    {"echo dead", "echo-dead on", "echo-dead off", 5 * MINUTE_MS, 10 * MINUTE_MS, false},
    {"stale", "stale on", "stale off", 10 * MINUTE_MS, 10 * MINUTE_MS, true},
    {"SIM pulled", "sim-remove", "sim-insert", HOUR_MS, 2 * MINUTE_MS, false},
    {"the network is full", "dial-reject 126", "dial-reject off", 30 * MINUTE_MS, 40 * MINUTE_MS, false},
};

static void over_every_fault_by_itself(void **unused)
{
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        _cleanup_world_ struct world *w = online("");
        w->chatty = days[i].chatty;
        pass(w, HOUR_MS);
        if (!strncmp(days[i].begin, "dial-reject", 11)) {
            world_inject(w, "%s", days[i].begin);
            world_inject(w, "no-carrier");
        } else {
            world_inject(w, "%s", days[i].begin);
        }
        int64_t began_ms = world_now(w);
        pass(w, days[i].end_after_ms);
        if (days[i].end)
            world_inject(w, "%s", days[i].end);
        else
            while (w->outages == 0 && world_now(w) - began_ms < 2 * MINUTE_MS)
                pass(w, 100);
        int64_t took_ms = until(w, MC_STATE_ONLINE, days[i].limit_ms);
        took_ms = days[i].end ? took_ms : world_now(w) - began_ms;
        assert_int_equal(w->outages > 0, days[i].end_after_ms != MINUTE_MS); /* a minute's silence is none */
        print_message("# %s: online again %.1f s after it was over\n", days[i].what, (double)took_ms / 1000);
        pass(w, HOUR_MS); /* and it stays */
        assert_int_equal(w->status.state, MC_STATE_ONLINE);
    }
}

static void unplugged_in_every_state(void **unused)
{
    for (int64_t at_ms = 0; at_ms < 30 * SECOND_MS; at_ms += 331) {
        _cleanup_world_ struct world *w = world_plain("cold");
        pass(w, at_ms);
        world_plug(w, false);
        until(w, MC_STATE_ABSENT, MINUTE_MS);
        pass(w, 10 * SECOND_MS);
        assert_false(w->open);
        assert_false(w->network_up);
        world_plug(w, true);
        until(w, MC_STATE_ONLINE, 3 * MINUTE_MS);
    }
}

static void killed_in_every_state(void **unused)
{
    for (int64_t at_ms = 0; at_ms < 30 * SECOND_MS; at_ms += 331) {
        _cleanup_world_ struct world *w = world_plain("cold sim-pin=1234");
        world_set(w, "SIM", "PIN", "1234");
        pass(w, at_ms);
        world_daemon_kill(w, 200, false);
        pass(w, SECOND_MS);
        while (!w->failed && w->status.state != MC_STATE_ONLINE && w->status.state != MC_STATE_HELD)
            pass(w, SECOND_MS);
        /* killed between sending the PIN and its answer: not known to be wrong, the card is unlocked, and so it goes on
         */
        until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
        assert_int_equal(sim_board_counters(w->board)->pin_attempts, 1);
    }
}

static void a_call_outlives_its_daemon(void **unused)
{
    _cleanup_world_ struct world *w = online("");
    w->chatty = true;
    pass(w, HOUR_MS);
    uint64_t calls = sim_board_counters(w->board)->calls;
    for (int i = 0; i < 5; i++) {
        world_daemon_kill(w, 300, true);
        pass(w, SECOND_MS);
        until(w, MC_STATE_ONLINE, 5 * SECOND_MS);
        assert_true(w->network_up);
        pass(w, HOUR_MS);
        assert_int_equal(w->status.state, MC_STATE_ONLINE);
    }
    assert_int_equal(sim_board_counters(w->board)->calls, calls); /* the same call all along */
    world_daemon_kill(w, 300, true); /* and when it ends meanwhile, the next one finds that out */
    world_inject(w, "no-carrier");
    pass(w, 2 * SECOND_MS);
    pass(w, 5 * MINUTE_MS);
    until(w, MC_STATE_ONLINE, 10 * MINUTE_MS);
    assert_int_equal(sim_board_counters(w->board)->calls, calls + 1);
}

/* When the PIN goes out in a life without faults. */
static int64_t pin_sent_at_ms(const char *presets)
{
    _cleanup_world_ struct world *w = world_plain(presets);
    int64_t began_ms = world_now(w);
    world_set(w, "SIM", "PIN", "1234");
    while (w->rules.n_pins == 0 && world_now(w) - began_ms < MINUTE_MS)
        pass(w, 1);
    return world_now(w) - began_ms;
}

static struct world *power_cut_after_ms(const char *presets, int64_t ms)
{
    struct world *w = world_plain(presets);
    world_set(w, "SIM", "PIN", "1234");
    pass(w, ms);
    world_plug(w, false);
    pass(w, 5 * SECOND_MS);
    world_plug(w, true);
    return w;
}

/* The board loses its power before the daemon hears what the SIM says: the SIM's own count tells that it was not wrong.
 */
static void power_cut_before_the_verdict_on_a_right_pin(void **unused)
{
    int64_t sent_ms = pin_sent_at_ms("cold sim-pin=1234");
    unsigned twice = 0;
    for (int64_t ms = sent_ms - 20; ms < sent_ms + 500; ms += 5) {
        _cleanup_world_ struct world *w = power_cut_after_ms("cold sim-pin=1234", ms);
        until(w, MC_STATE_ONLINE, 3 * MINUTE_MS);
        assert_int_equal(sim_board_counters(w->board)->pin_wrong, 0);
        twice += sim_board_counters(w->board)->pin_attempts == 2;
    }
    assert_true(twice > 0);
}

static void power_cut_before_the_verdict_on_a_wrong_pin(void **unused)
{
    int64_t sent_ms = pin_sent_at_ms("cold sim-pin=4321");
    for (int64_t ms = sent_ms - 20; ms < sent_ms + 500; ms += 5) {
        _cleanup_world_ struct world *w = power_cut_after_ms("cold sim-pin=4321", ms);
        until(w, MC_STATE_HELD, 3 * MINUTE_MS);
        assert_int_equal(w->status.fault, MC_FAULT_SIM_PIN_WRONG);
        pass(w, HOUR_MS);
        assert_int_equal(sim_board_counters(w->board)->pin_wrong, 1);
    }
}

static void a_wrong_pin_is_held_until_a_new_card_comes(void **unused)
{
    _cleanup_world_ struct world *w = world_plain("sim-pin=4321");
    world_set(w, "SIM", "PIN", "1234");
    until(w, MC_STATE_HELD, 2 * MINUTE_MS);
    assert_int_equal(w->status.fault, MC_FAULT_SIM_PIN_WRONG);
    for (int i = 0; i < 3; i++) { /* nothing that a person or an accident does makes it try again */
        pass(w, 6 * HOUR_MS);
        world_verb(w, MC_VERB_RECONNECT);
        pass(w, HOUR_MS);
        world_inject(w, "reboot");
        pass(w, HOUR_MS);
        world_daemon_kill(w, 1000, false);
        until(w, MC_STATE_HELD, 5 * MINUTE_MS);
    }
    assert_int_equal(sim_board_counters(w->board)->pin_wrong, 1);
    assert_int_equal(sim_board_counters(w->board)->dials, 0);
    world_inject(w, "set pin 1234");
    world_inject(w, "sim-insert 8942310000000000099");
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_off_and_the_button),
        cmocka_unit_test(radio_off_and_on),
        cmocka_unit_test(power_off_and_the_plug),
        cmocka_unit_test(goes_off_by_itself),
        cmocka_unit_test(goes_off_under_the_call),
        cmocka_unit_test(a_bridge_tells_of_power),
        cmocka_unit_test(power_on_looks),
        cmocka_unit_test(power_off_that_was_not_heard),
        cmocka_unit_test(a_reattach_behind_a_reboot),
        cmocka_unit_test(a_reattach_that_broke_off),
        cmocka_unit_test(a_death_is_told_once),
        cmocka_unit_test(a_bounce_is_no_news),
        cmocka_unit_test(a_reattach_looks_at_the_sim),
        cmocka_unit_test(over_every_fault_by_itself),
        cmocka_unit_test(unplugged_in_every_state),
        cmocka_unit_test(killed_in_every_state),
        cmocka_unit_test(a_call_outlives_its_daemon),
        cmocka_unit_test(power_cut_before_the_verdict_on_a_right_pin),
        cmocka_unit_test(power_cut_before_the_verdict_on_a_wrong_pin),
        cmocka_unit_test(a_wrong_pin_is_held_until_a_new_card_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
