/* SPDX-License-Identifier: MIT */
/*
 * Stories of a link at rest (`disconnect`): a modem that goes deaf there, or while a dial is given up, is named soon,
 * who asked meanwhile is told, and nothing is dialled.
 */
#include "story.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants the four from setjmp.h on first */
#include <cmocka.h>

#define NAMED_MS (10 * SECOND_MS) /* after the sample began */

#define _cleanup_world_ __attribute__((cleanup(world_freep)))
static void world_freep(struct world **w)
{
    world_free(*w);
}

static struct world *at_rest(void)
{
    struct world *w = world_plain("");
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
    world_verb(w, MC_VERB_DISCONNECT);
    until(w, MC_STATE_STOPPED, MINUTE_MS);
    pass(w, 30 * SECOND_MS); /* the first look at the signal is over */
    assert_int_equal(w->verb_result, 0);
    return w;
}

static void until_step(struct world *w, const char *step)
{
    for (int64_t ms = 0; ms < 2 * MINUTE_MS && strcmp(w->status.step, step) != 0; ms += 10)
        pass(w, 10);
    assert_string_equal(w->status.step, step);
}

/* ---- a command by hand ---- */

struct hand {
    bool done;
    enum mc_at_result result;
    char final[160];
};

static void on_hand(void *ctx, const struct mc_at_answer *answer)
{
    struct hand *hand = ctx;
    hand->done = true;
    hand->result = answer->result;
    snprintf(hand->final, sizeof(hand->final), "%s", answer->final);
}

static void ask(struct world *w, struct hand *hand, const char *command)
{
    const char *why = NULL;
    *hand = (struct hand){.done = false};
    int64_t deadline_ms = 0;
    assert_int_equal(mc_link_at(w->link, command, on_hand, hand, &deadline_ms, &why), 0);
    assert_int_equal(deadline_ms, strstr(command, "+COPS=") ? 3 * MINUTE_MS : MINUTE_MS);
}

static void is_refused_as_deaf(struct world *w)
{
    const char *why = NULL;
    int64_t deadline_ms = 0;
    assert_int_equal(mc_link_at(w->link, "AT+CSQ", on_hand, NULL, &deadline_ms, &why), -EBUSY);
    if (!strstr(why, "does not answer"))
        fail_msg("%s", why);
}

/* A line is judged by every command in it; the verb or setting to use instead is named. */
static void the_daemons_own_commands_are_refused(void **unused)
{
    static const struct {
        const char *line, *instead;
    } rows[] = {
        {"AT+CSQ;+CMUX=0", "AT+CMUX"},
        {"AT+CSQ ; +cmux = 0", "AT+CMUX"},
        {"ATE0+CRESET", "ATE0"},
        {"ATI+CRESET", "`reset`"},
        {"at+creset", "`reset`"},
        {"AT +CPOF", "`power off`"},
        {"AT+CSQ;D*99***1#", "`connect`"},
        {"ATD*99#", "`connect`"},
        {"ATO", "`connect`"},
        {"AT O0", "`connect`"},
        {"ATIE0", "ATE0"},
        {"ATQ1", "ATQ1"},
        {"ATV", "ATV0"},
        {"ATV0", "ATV0"},
        {"AT&F", "`reset`"},
        {"AT & F 0", "`reset`"},
        {"ATZ", "`reset`"},
        {"AT+CFUN=6", "`reset`"},
        {"AT+CFUN=7", "`reset`"},
        {"AT+CFUN=1,1", "`reset`"},
        {"AT+CFUN = 4 , 1", "`reset`"},
        {"ATS0=1S3=65", "ATS3="},
        {"AT+IPR=9600", "BaudRate="},
        {"AT+CSQ;+IPREX=9600", "BaudRate="},
        {"AT+IFC=0,0", "FlowControl="},
        {"AT+CGDATA=\"PPP\",1", "`connect`"},
        {"AT\x01", "no line of AT commands"},
    };
    _cleanup_world_ struct world *w = at_rest();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *why = "";
        int64_t deadline_ms = 0;
        int r = mc_link_at(w->link, rows[i].line, on_hand, NULL, &deadline_ms, &why);
        if (r != -EINVAL || !strstr(why, rows[i].instead))
            fail_msg("%s: %d, \"%s\"", rows[i].line, r, why);
    }
    world_pass(w, 5000);
    assert_int_equal(world_board(w, "resets") + world_board(w, "power_offs") + world_board(w, "dials"),
                     1); /* its first */
    assert_int_equal(w->status.state, MC_STATE_STOPPED);
}

/* What asks, and what changes nothing that the daemon relies on, goes to the modem as it was typed. */
static void other_commands_are_sent(void **unused)
{
    static const char *const lines[] = {"AT",
                                        "ATI",
                                        "AT+CSQ",
                                        "AT+CPSI?;+CBC",
                                        "AT +CSQ ; +CBC",
                                        "AT+CEREG?",
                                        "AT+CGDCONT?",
                                        "AT+CMUX=?",
                                        "AT+IPR?",
                                        "AT+IFC?",
                                        "AT+CFUN?",
                                        "AT+CFUN=1",
                                        "AT+CEREG=2",
                                        "ATE1",
                                        "AT+CMEE=1",
                                        "AT+CUSD=1,\"+CMUX=0;D1\"",
                                        "AT+COPS?"};
    _cleanup_world_ struct world *w = at_rest();
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct hand hand;
        ask(w, &hand, lines[i]);
        world_pass(w, 10000);
        if (!hand.done || hand.result == MC_AT_TIMEOUT)
            fail_msg("%s was not answered", lines[i]);
    }
    assert_int_equal(w->status.state, MC_STATE_STOPPED);
}

/* ---- deaf at rest ---- */

static void deaf_at_rest(void **unused)
{
    enum asks { NOTHING, AT, CONNECT, N_ASKS };
    for (enum asks asks = NOTHING; asks < N_ASKS; asks++) {
        _cleanup_world_ struct world *w = at_rest();
        struct hand hand = {.done = false};
        world_inject(w, "mute on");
        until_step(w, "sample");
        int64_t began_ms = world_now(w);
        pass(w, SECOND_MS);
        w->verb_text[0] = '\0';
        if (asks == AT)
            ask(w, &hand, "AT+CSQ");
        else if (asks == CONNECT)
            world_verb(w, MC_VERB_CONNECT);
        until(w, MC_STATE_BACKOFF, NAMED_MS);
        print_message("# named %.1f s after the sample began\n", (double)(world_now(w) - began_ms) / 1000);
        assert_true(world_now(w) - began_ms < NAMED_MS);
        assert_int_equal(w->status.fault, MC_FAULT_MODEM_SILENT);
        pass(w, 1);
        assert_int_equal(hand.done, asks == AT);
        if (asks == AT)
            assert_int_equal(hand.result, MC_AT_TIMEOUT);
        if (asks == CONNECT) {
            assert_int_equal(w->verb_result, -EIO);
            assert_non_null(strstr(w->verb_text, "the modem does not answer"));
        }
        is_refused_as_deaf(w);
        until(w, MC_STATE_SYNC, 10 * SECOND_MS);
        is_refused_as_deaf(w);
        pass(w, 10 * MINUTE_MS);
        assert_int_equal(w->status.fault, MC_FAULT_MODEM_SILENT);
        world_inject(w, "mute off");
        until(w, asks == CONNECT ? MC_STATE_ONLINE : MC_STATE_STOPPED, 2 * MINUTE_MS);
        assert_int_equal(w->status.fault, MC_FAULT_NONE);
    }
}

/* One question that a build does not answer is no silence: the modem says OK to AT. */
static void deaf_to_one_question(void **unused)
{
    static const char *const questions[] = {"AT+CPSI", "AT+CBC", "AT+CPMUTEMP"};
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        _cleanup_world_ struct world *w = at_rest();
        int64_t since_ms = w->status.state_at_ms;
        world_inject(w, "silence %s", questions[i]);
        pass(w, 10 * MINUTE_MS);
        assert_int_equal(w->status.state, MC_STATE_STOPPED);
        assert_int_equal(w->status.state_at_ms, since_ms); /* it never left it */
        assert_int_equal(w->status.fault, MC_FAULT_NONE);
        assert_true(world_now(w) - w->status.signal.at_ms < 2 * MINUTE_MS || i == 0);
    }
}

/* A command by hand that takes its minute is no reason never to look again. */
static void a_long_command_by_hand(void **unused)
{
    _cleanup_world_ struct world *w = at_rest();
    struct hand hand;
    world_inject(w, "silence AT+CEER 1");
    ask(w, &hand, "AT+CEER");
    pass(w, 59 * SECOND_MS); /* the next sample was due meanwhile */
    assert_false(hand.done);
    pass(w, 2 * SECOND_MS);
    assert_int_equal(hand.result, MC_AT_TIMEOUT);
    world_inject(w, "mute on");
    until(w, MC_STATE_BACKOFF, 90 * SECOND_MS);
    assert_int_equal(w->status.fault, MC_FAULT_MODEM_SILENT);
}

/* Who asked a modem that starts anew, or whose plug is pulled, is told at once: whether the command is in flight or
 * waits behind it. And the link goes on without waiting for it. */
static void no_answer_can_come(void **unused)
{
    static const struct {
        const char *inject, *why;
    } rows[] = {{"reboot", "started anew"}, {"say NORMAL POWER DOWN", "goes off"}, {NULL, "went away"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_world_ struct world *w = at_rest();
        struct hand flies, waits;
        world_inject(w, "silence AT+CEER 1");
        ask(w, &flies, "AT+CEER");
        ask(w, &waits, "AT+CSQ");
        pass(w, 2 * SECOND_MS);
        assert_false(flies.done || waits.done);
        if (rows[i].inject)
            world_inject(w, "%s", rows[i].inject);
        else
            world_plug(w, false);
        pass(w, 20 * SECOND_MS); /* a boot speaks after 12 s */
        assert_true(flies.done && waits.done);
        assert_int_equal(flies.result, MC_AT_CANCELLED);
        if (!strstr(flies.final, rows[i].why) || !strstr(waits.final, rows[i].why))
            fail_msg("%s: \"%s\", \"%s\"", rows[i].why, flies.final, waits.final);
    }
}

/* `power off` is over when the modem says so, whether or not an OK comes with it. */
static void the_power_down_word_ends_its_own_wait(void **unused)
{
    _cleanup_world_ struct world *w = at_rest();
    world_inject(w, "silence AT+CPOF 1");
    w->verb_result = 1;
    world_verb(w, MC_VERB_POWER_OFF);
    pass(w, SECOND_MS);
    assert_int_equal(w->verb_result, 1);
    world_inject(w, "say NORMAL POWER DOWN");
    pass(w, 100);
    assert_int_equal(w->verb_result, 0);
    assert_non_null(strstr(w->verb_text, "The modem is off"));
}

/* A message that only says that something is ready ends no command that is being worked on. */
static void other_messages_end_no_command(void **unused)
{
    static const char *const lines[] = {"SMS DONE", "PB DONE", "+CPIN: READY", "UNDER-VOLTAGE WARNNING", "+CEREG: 5"};
    _cleanup_world_ struct world *w = at_rest();
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct hand hand;
        world_inject(w, "late AT+CEER 3000 1");
        ask(w, &hand, "AT+CEER");
        pass(w, SECOND_MS);
        world_inject(w, "say %s", lines[i]);
        pass(w, SECOND_MS);
        if (hand.done)
            fail_msg("%s ended it", lines[i]);
        pass(w, 5 * SECOND_MS);
        assert_true(hand.done && hand.result != MC_AT_CANCELLED);
    }
    assert_int_equal(w->status.state, MC_STATE_STOPPED);
}

/* ---- deaf while a dial is given up ---- */

static const struct {
    const char *what;
    const char *begin, *end; /* of the deafness, behind the dial */
    bool late;               /* `disconnect` comes when the dial's time is over already */
    enum mc_fault fault;
} given_up[] = {
    {"it listens", "say nothing", NULL, false, MC_FAULT_NONE},
    {"it listens, and the dial was late", "late AT 200 1", NULL, true, MC_FAULT_NONE},
    {"deaf", "mute on", "mute off", false, MC_FAULT_MODEM_SILENT},
    {"deaf, and the dial was late", "mute on", "mute off", true, MC_FAULT_MODEM_SILENT},
    {"it connects, and stays in data mode", "data-mode", "ignore-escapes 0", false, MC_FAULT_STUCK_IN_DATA},
};

static void a_dial_is_given_up(void **unused)
{
    for (size_t i = 0; i < sizeof(given_up) / sizeof(given_up[0]); i++) {
        print_message("# %s\n", given_up[i].what);
        _cleanup_world_ struct world *w = world_plain("");
        world_inject(w, "dial-reject silence 1");
        until(w, MC_STATE_DIAL, MINUTE_MS);
        pass(w, 100);
        if (given_up[i].fault == MC_FAULT_STUCK_IN_DATA)
            world_inject(w, "ignore-escapes");
        world_inject(w, "%s", given_up[i].begin);
        pass(w, 5 * SECOND_MS);
        if (given_up[i].late)
            until_step(w, "dial.abort");
        w->verb_result = 1;
        world_verb(w, MC_VERB_DISCONNECT);
        for (int64_t ms = 0; ms < 30 * SECOND_MS && w->verb_result == 1; ms += 10)
            pass(w, 10);
        print_message("#   %s\n", w->verb_text);
        assert_int_equal(w->verb_result, given_up[i].fault == MC_FAULT_NONE ? 0 : -EIO);
        assert_non_null(strstr(w->verb_text, "othing is dialled until `connect`"));
        for (int64_t ms = 0; ms < HOUR_MS && given_up[i].end; ms += SECOND_MS) {
            assert_int_equal(w->status.state, MC_STATE_STOPPED);
            assert_int_equal(w->status.fault, given_up[i].fault);
            assert_non_null(strstr(w->status.next, "nothing is dialled until `connect`"));
            pass(w, SECOND_MS);
        }
        if (given_up[i].end)
            world_inject(w, "%s", given_up[i].end);
        pass(w, MINUTE_MS);
        assert_int_equal(w->status.fault, MC_FAULT_NONE);
        pass(w, HOUR_MS);
        assert_int_equal(w->status.state, MC_STATE_STOPPED);
        assert_int_equal(w->status.fault, MC_FAULT_NONE);
        assert_int_equal(w->status.counters.dials, 1);
        world_verb(w, MC_VERB_CONNECT);
        until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
    }
}

/* Another fault in the way of what is not wanted any more: `stopped`, and the fault is told until the next look. */
static void a_fault_that_matters_no_more(void **unused)
{
    _cleanup_world_ struct world *w = world_plain("");
    pass(w, 10); /* on its way up */
    world_inject(w, "refuse AT+CGDCONT 2");
    world_verb(w, MC_VERB_DISCONNECT);
    until(w, MC_STATE_STOPPED, MINUTE_MS);
    assert_int_equal(w->verb_result, -EIO);
    assert_int_equal(w->status.fault, MC_FAULT_MODEM_REFUSED);
    assert_string_equal(w->status.step, "");
    assert_int_equal(w->status.modem.line, MC_LINE_COMMAND);
    pass(w, 90 * SECOND_MS);
    assert_int_equal(w->status.state, MC_STATE_STOPPED);
    assert_int_equal(w->status.fault, MC_FAULT_NONE);
    world_inject(w, "mute on");
    until(w, MC_STATE_BACKOFF, 90 * SECOND_MS);
    assert_int_equal(w->status.fault, MC_FAULT_MODEM_SILENT);
}

/* What a person switched off stays off, whatever was found in between. */
static void deaf_with_the_radio_off(void **unused)
{
    _cleanup_world_ struct world *w = at_rest();
    world_verb(w, MC_VERB_RADIO_OFF);
    pass(w, 30 * SECOND_MS);
    assert_int_equal(world_board(w, "cfun"), 4);
    static const char *const ends[] = {"mute off", "power-on"}; /* where it was, or started anew with its radio on */
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        world_inject(w, i == 0 ? "mute on" : "power-off");
        until(w, MC_STATE_BACKOFF, 2 * MINUTE_MS);
        world_inject(w, "%s", ends[i]);
        until(w, MC_STATE_STOPPED, 10 * MINUTE_MS);
        assert_int_equal(world_board(w, "cfun"), 4);
        assert_int_equal(w->status.fault, MC_FAULT_NONE);
        pass(w, 10 * MINUTE_MS);
        assert_int_equal(world_board(w, "cfun"), 4);
    }
    world_verb(w, MC_VERB_CONNECT);
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
}

/* `connect` while a modem that started anew has its radio switched off again: that walk's end is not all. */
static void connect_while_the_radio_goes_off_again(void **unused)
{
    static const enum mc_verb verbs[] = {MC_VERB_CONNECT, MC_VERB_RECONNECT};
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        _cleanup_world_ struct world *w = at_rest();
        world_set(w, "Modem", "SampleInterval", "0"); /* nothing else would wake it */
        world_verb(w, MC_VERB_RADIO_OFF);
        pass(w, 30 * SECOND_MS);
        assert_int_equal(w->verb_result, 0);
        world_inject(w, "reboot");
        until_step(w, "radio.off");
        world_verb(w, verbs[i]);
        until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
        pass(w, 1);
        assert_int_equal(w->verb_result, 0);
        assert_non_null(strstr(w->verb_text, "Online"));
    }
}

/* `connect` while it is looked for quietly: from there on it is the way up, and shown. */
static void connect_while_it_is_looked_for(void **unused)
{
    _cleanup_world_ struct world *w = world_plain("");
    world_inject(w, "dial-reject silence 1");
    until(w, MC_STATE_DIAL, MINUTE_MS);
    world_inject(w, "mute on");
    world_verb(w, MC_VERB_DISCONNECT);
    until(w, MC_STATE_STOPPED, MINUTE_MS);
    until_step(w, "sync.find");
    assert_int_equal(w->status.state, MC_STATE_STOPPED);
    world_verb(w, MC_VERB_CONNECT);
    until(w, MC_STATE_BACKOFF, 30 * SECOND_MS);
    assert_int_equal(w->status.fault, MC_FAULT_MODEM_SILENT);
    assert_int_equal(w->verb_result, -EIO);
    assert_null(strstr(w->status.next, "nothing is dialled"));
    world_inject(w, "mute off");
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
}

/* It was deaf, and is dialling again: `power on` finds it on, and the call that begins is not touched. */
static void power_on_for_one_that_answers_again(void **unused)
{
    static const enum mc_state on_the_way[] = {MC_STATE_DIAL, MC_STATE_PPP};
    for (size_t i = 0; i < sizeof(on_the_way) / sizeof(on_the_way[0]); i++) {
        _cleanup_world_ struct world *w = at_rest();
        world_inject(w, "mute on");
        world_verb(w, MC_VERB_CONNECT);
        until(w, MC_STATE_BACKOFF, 2 * MINUTE_MS);
        assert_int_equal(w->status.fault, MC_FAULT_MODEM_SILENT);
        world_inject(w, "mute off");
        int64_t dials = world_board(w, "dials");
        until(w, on_the_way[i], 2 * MINUTE_MS);
        world_verb(w, MC_VERB_POWER_ON);
        pass(w, 1);
        assert_int_equal(w->verb_result, 0);
        assert_string_equal(w->verb_text, "The modem is on already.");
        assert_int_equal(w->status.state, on_the_way[i]);
        until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
        assert_int_equal(world_board(w, "dials"), dials + 1);
    }
}

/* It answers again, but there is no network: no fault of its own any more, and a verb does not wait for a network. */
static void it_answers_without_a_network(void **unused)
{
    _cleanup_world_ struct world *w = world_plain("");
    world_inject(w, "dial-reject silence 1");
    until(w, MC_STATE_DIAL, MINUTE_MS);
    world_inject(w, "mute on");
    world_verb(w, MC_VERB_DISCONNECT);
    until(w, MC_STATE_STOPPED, MINUTE_MS);
    world_inject(w, "deregister 2");
    world_inject(w, "mute off");
    until(w, MC_STATE_REGISTER, MINUTE_MS);
    assert_int_equal(w->status.fault, MC_FAULT_NONE);
    world_verb(w, MC_VERB_DISCONNECT);
    until(w, MC_STATE_STOPPED, SECOND_MS);
    pass(w, 1);
    assert_int_equal(w->verb_result, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_daemons_own_commands_are_refused),
        cmocka_unit_test(other_commands_are_sent),
        cmocka_unit_test(deaf_at_rest),
        cmocka_unit_test(deaf_to_one_question),
        cmocka_unit_test(a_long_command_by_hand),
        cmocka_unit_test(no_answer_can_come),
        cmocka_unit_test(the_power_down_word_ends_its_own_wait),
        cmocka_unit_test(other_messages_end_no_command),
        cmocka_unit_test(a_dial_is_given_up),
        cmocka_unit_test(connect_while_it_is_looked_for),
        cmocka_unit_test(it_answers_without_a_network),
        cmocka_unit_test(power_on_for_one_that_answers_again),
        cmocka_unit_test(a_fault_that_matters_no_more),
        cmocka_unit_test(deaf_with_the_radio_off),
        cmocka_unit_test(connect_while_the_radio_goes_off_again),
    };
    return cmocka_run_group_tests_name("simulate/rest", tests, NULL, NULL);
}
