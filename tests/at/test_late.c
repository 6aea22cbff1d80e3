/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>

/* Late answers: each row a little dialogue. "> x" sends (a query owns the prefix of its name), "< x" bytes come, "."
 * the deadline. */
struct dialogue {
    const char *name;
    bool probe;
    const char *steps[16];
    const char *log, *written;
};

static const struct dialogue dialogues[] = {
    {"the answer comes two commands later, echo at input and at execution",
     false,
     {"> AT+CFUN=4", "< AT+CFUN=4\r", ".", "> AT+CFUN=1", "< AT+CFUN=1\r", ".", "> AT+CPIN?", "< AT+CPIN?\r\r\nOK\r\n",
      "< AT+CFUN=1\r\r\nOK\r\n", "< AT+CPIN?\r\r\n+CPIN: READY\r\n\r\nOK\r\n"},
     "AT+CFUN=4 -> timeout\nAT+CFUN=1 -> timeout\nlate OK\nlate AT+CFUN=1\nlate OK\nAT+CPIN? -> OK [+CPIN: READY]\n",
     "AT+CFUN=4\rAT+CFUN=1\rAT+CPIN?\r"},
    {"a line of its own names the command, the ghost was lost",
     false,
     {"> AT+CFUN=4", ".", "> AT+CSQ?", "< +CSQ: 1,2\rOK\r", "> AT+CFUN=1", "< OK\r"},
     "AT+CFUN=4 -> timeout\nAT+CSQ? -> OK [+CSQ: 1,2]\nAT+CFUN=1 -> OK\n",
     "AT+CFUN=4\rAT+CSQ?\rAT+CFUN=1\r"},
    {"the ghost's own line names the ghost",
     false,
     {"> AT+CBC?", ".", "> AT+CFUN=1", "< +CBC: 3.9V\r\n\r\nOK\r\n", "< OK\r\n"},
     "AT+CBC? -> timeout\nlate +CBC: 3.9V\nlate OK\nAT+CFUN=1 -> OK\n",
     "AT+CBC?\rAT+CFUN=1\r"},
    {"a second echo of the command in flight ends all ghosts",
     false,
     {"> AT+CFUN=4", "< AT+CFUN=4\r", ".", "> AT+CFUN=1", "< AT+CFUN=1\r", "< AT+CFUN=1\r\r\nOK\r\n"},
     "AT+CFUN=4 -> timeout\nAT+CFUN=1 -> OK\n",
     "AT+CFUN=4\rAT+CFUN=1\r"},
    {"what never was echoed was not heard",
     false,
     {"> AT+CFUN=4", ".", "> AT+CFUN=1", "< AT+CFUN=1\r\r\nOK\r\n"},
     "AT+CFUN=4 -> timeout\nAT+CFUN=1 -> OK\n",
     "AT+CFUN=4\rAT+CFUN=1\r"},
    {"the same question again: the first answer will do",
     true,
     {"> AT", ".", "> AT", ".", "> AT", "< OK\r"},
     "AT -> timeout\nAT -> timeout\nAT -> OK\n",
     "AT\rAT\rAT\r"},
    {"... and then one more is owed, not two",
     true,
     {"> AT+X", ".", "> AT+X", "< OK\r", "< OK\r", "> AT+Y"},
     "AT+X -> timeout\nAT+X -> OK\nlate OK\n",
     "AT+X\rAT+X\rAT+Y\r"},
    {"a call ends all that was owed",
     false,
     {"> AT+CFUN=4", ".", "> ATD1", "< CONNECT\r", "> AT+Y", "< OK\r"},
     "AT+CFUN=4 -> timeout\nATD1 -> CONNECT\nAT+Y -> OK\n",
     "AT+CFUN=4\rATD1\rAT+Y\r"},
    {"a question of the engine's own clears the line",
     true,
     {"> AT+CFUN=4", ".", "> AT+CFUN=1", "< OK\r", "< +IPR: 115200\r\n\r\nOK\r\n", "< OK\r"},
     "AT+CFUN=4 -> timeout\nlate OK\nAT+CFUN=1 -> OK\n",
     "AT+CFUN=4\rAT+IPR?\rAT+CFUN=1\r"},
    {"... also when the ghost was lost",
     true,
     {"> AT+CFUN=4", ".", "> AT+CFUN=1", "< +IPR: 115200\r\n\r\nOK\r\n", "< OK\r", "> AT", "< OK\r"},
     "AT+CFUN=4 -> timeout\nAT+CFUN=1 -> OK\nAT -> OK\n",
     "AT+CFUN=4\rAT+IPR?\rAT+CFUN=1\rAT\r"},
    {"the question is another when a ghost asked that",
     true,
     {"> AT+IPR?", ".", "> AT+CFUN=1", "< +IPR: 115200\r\n\r\nOK\r\n", "< +IFC: 2,2\r\n\r\nOK\r\n", "< OK\r"},
     "AT+IPR? -> timeout\nlate +IPR: 115200\nlate OK\nAT+CFUN=1 -> OK\n",
     "AT+IPR?\rAT+IFC?\rAT+CFUN=1\r"},
    {"a mute modem is asked once only; the late answer to the question still marks its place",
     true,
     {"> AT+CFUN=4", ".", "> AT+CFUN=1", ".", ".", ".", "> AT+CSQ?", "< OK\r+IPR: 115200\rOK\rOK\r+CSQ: 1,2\rOK\r"},
     "AT+CFUN=4 -> timeout\nAT+CFUN=1 -> timeout\nlate OK\nlate +IPR: 115200\nlate OK\nlate OK\nAT+CSQ? -> OK [+CSQ: "
     "1,2]\n",
     "AT+CFUN=4\rAT+IPR?\rAT+CFUN=1\rAT+CSQ?\r"},
    {"an error without a line belongs to the ghost",
     false,
     {"> AT+CGACT=1", ".", "> AT+CPIN?", "< +CME ERROR: 148\r", "< +CPIN: READY\rOK\r"},
     "AT+CGACT=1 -> timeout\nlate +CME ERROR: 148\nAT+CPIN? -> OK [+CPIN: READY]\n",
     "AT+CGACT=1\rAT+CPIN?\r"},
    {"what also comes unasked is never swallowed for a ghost",
     false,
     {"> AT+CEREG?", ".", "< +CEREG: 5\r", "> AT+CFUN=1", "< +CEREG: 2\r", "< OK\r", "< OK\r"},
     "AT+CEREG? -> timeout\nurc +CEREG: 5\nurc +CEREG: 2\nlate OK\nAT+CFUN=1 -> OK\n",
     "AT+CEREG?\rAT+CFUN=1\r"},
    {"... nor is it proof that the command in flight is being answered",
     false,
     {"> AT+CGACT=1", ".", "> AT+CPIN?", "< +CPIN: READY\r", "< +CME ERROR: 148\r", "< +CPIN: READY\rOK\r"},
     "AT+CGACT=1 -> timeout\nlate +CME ERROR: 148\nAT+CPIN? -> OK [+CPIN: READY] [+CPIN: READY]\n",
     "AT+CGACT=1\rAT+CPIN?\r"},
    {"a boot message ends all ghosts",
     true,
     {"> AT+CFUN=4", ".", "< RDY\r", "> AT+CFUN=1", "< OK\r"},
     "AT+CFUN=4 -> timeout\nurc RDY\nAT+CFUN=1 -> OK\n",
     "AT+CFUN=4\rAT+CFUN=1\r"},
    {"bare digits go to the ghost that asked first",
     false,
     {"> AT+CIMI!", ".", "> AT+CGSN!", "< 440101234567890\rOK\r", "< 869850000000430\rOK\r"},
     "AT+CIMI! -> timeout\nlate 4401…7890\nlate OK\nAT+CGSN! -> OK [869850000000430]\n",
     "AT+CIMI!\rAT+CGSN!\r"},
    {"... unless it asked the same",
     false,
     {"> AT+CIMI!", ".", "> AT+CIMI!", "< 440101234567890\rOK\r"},
     "AT+CIMI! -> timeout\nAT+CIMI! -> OK [440101234567890]\n",
     "AT+CIMI!\rAT+CIMI!\r"},
    {"... as a line with a prefix does not",
     false,
     {"> AT+CSQ?", ".", "> AT+CSQ?", "< +CSQ: 1,2\rOK\r"},
     "AT+CSQ? -> timeout\nAT+CSQ? -> OK [+CSQ: 1,2]\n",
     "AT+CSQ?\rAT+CSQ?\r"},
    {"bare digits come late when nobody asks",
     false,
     {"> AT+CIMI!", ".", "< 440101234567890\rOK\r"},
     "AT+CIMI! -> timeout\nlate 4401…7890\nlate OK\n",
     "AT+CIMI!\r"},
    {"an answer that has begun is not broken off by a ghost's line",
     false,
     {"> AT+CBC?", ".", "> AT+CSQ?", "< +CSQ: 1,2\r", "< +CBC: 3.9V\r", "< OK\r"},
     "AT+CBC? -> timeout\nurc +CBC: 3.9V\nAT+CSQ? -> OK [+CSQ: 1,2]\n",
     "AT+CBC?\rAT+CSQ?\r"},
    {"a late CONNECT is told",
     false,
     {"> ATD1", ".", "> AT+CSQ?", "< CONNECT\r"},
     "ATD1 -> timeout\nlate CONNECT\nurc CONNECT\n",
     "ATD1\rAT+CSQ?\r"},
    {"a late NO CARRIER is the dial's",
     false,
     {"> ATD1", ".", "> AT+CSQ?", "< NO CARRIER\r+CSQ: 1,2\rOK\r"},
     "ATD1 -> timeout\nlate NO CARRIER\nAT+CSQ? -> OK [+CSQ: 1,2]\n",
     "ATD1\rAT+CSQ?\r"},
    {"... and nobody else's",
     false,
     {"> AT+CFUN=4", ".", "< NO CARRIER\r", "> AT+CSQ?", "< BUSY\r", "< OK\r", "< +CSQ: 1,2\rOK\r"},
     "AT+CFUN=4 -> timeout\nurc NO CARRIER\nurc BUSY\nlate OK\nAT+CSQ? -> OK [+CSQ: 1,2]\n",
     "AT+CFUN=4\rAT+CSQ?\r"},
    {"an OK alone goes past the engine's question",
     true,
     {"> AT+A", ".", "> AT+C", "< AT+IPR?\r", ".", ".", ".", "> AT+X", "< OK\r", "< OK\r"},
     "AT+A -> timeout\nAT+C -> timeout\nlate OK\nAT+X -> OK\n",
     "AT+A\rAT+IPR?\rAT+C\rAT+X\r"},
    {"a line without a prefix is the command's that asks for such, and so is what follows it",
     false,
     {"> AT+CFUN=4", ".", "> AT+CGMM!", "< SIM7672JP\r\n\r\nOK\r\n"},
     "AT+CFUN=4 -> timeout\nAT+CGMM! -> OK [SIM7672JP]\n",
     "AT+CFUN=4\rAT+CGMM!\r"},
    {"an OK alone is no answer to the engine's question, but to one of before",
     true,
     {"> AT+CFUN=4", ".", "> AT+CFUN=1", ".", ".", "< OK\rOK\r", "> AT+CSQ?", "< OK\r", "< +IFC: 2,2\r\n\r\nOK\r\n",
      "< +CSQ: 1,2\rOK\r"},
     "AT+CFUN=4 -> timeout\nlate OK\nAT+CFUN=1 -> OK\nlate OK\nAT+CSQ? -> OK [+CSQ: 1,2]\n",
     "AT+CFUN=4\rAT+IPR?\rAT+CFUN=1\rAT+IFC?\rAT+CSQ?\r"},
    {"the question is asked when any of them is another's",
     true,
     {"> AT+A", ".", "> AT+B", ".", ".", ".", "< RING\r", "> AT+B", "< +IFC: 2,2\rOK\r", "< OK\r"},
     "AT+A -> timeout\nAT+B -> timeout\nurc RING\nAT+B -> OK\n",
     "AT+A\rAT+IPR?\rAT+B\rAT+IFC?\rAT+B\r"},
    {"an echo is that of the first of two that has had none",
     true,
     {"> AT+X", ".", "> AT+X", "< AT+X\r", "< OK\r", "> AT+Y"},
     "AT+X -> timeout\nlate AT+X\nAT+X -> OK\n",
     "AT+X\rAT+X\rAT+IPR?\r"},
    {"... and of the second, when the first has had one",
     false,
     {"> AT+Y", "< AT+Y\r", ".", "> AT+X", "< AT+X\r", ".", "> AT+X", "< AT+X\r", "< OK\r", "< OK\r"},
     "AT+Y -> timeout\nAT+X -> timeout\nlate OK\nAT+X -> OK\n",
     "AT+Y\rAT+X\rAT+X\r"},
    {"a third one shows that the first is being executed, and what was before it is over",
     false,
     {"> AT+A", "< AT+A\r", ".", "> AT+X", "< AT+X\r", ".", "> AT+X", "< AT+X\r", "< AT+X\r\r\nOK\r\n"},
     "AT+A -> timeout\nAT+X -> timeout\nlate AT+X\nAT+X -> OK\n",
     "AT+A\rAT+X\rAT+X\r"},
    {"a late echo says nothing of what was sent behind it",
     false,
     {"> AT+A", ".", "> AT+B", ".", "> AT+C", "< AT+A\r", "< OK\r", "< OK\r", "< OK\r"},
     "AT+A -> timeout\nAT+B -> timeout\nlate AT+A\nlate OK\nlate OK\nAT+C -> OK\n",
     "AT+A\rAT+B\rAT+C\r"},
    {"who was not heard does not take with it what is known of another",
     true,
     {"> AT+A", ".", "> AT+C", "< AT+IPR?\r", ".", ".", ".", "> AT+X", "< +IPR: 115200\r", "< AT+X\r", "< OK\r",
      "< OK\r"},
     "AT+A -> timeout\nAT+C -> timeout\nlate +IPR: 115200\nlate OK\nAT+X -> OK\n",
     "AT+A\rAT+IPR?\rAT+C\rAT+X\r"},
    {"idle: the late result is the ghost's, the next command is free",
     true,
     {"> AT+CFUN=4", ".", "< OK\r", "> AT+CFUN=1", "< OK\r"},
     "AT+CFUN=4 -> timeout\nlate OK\nAT+CFUN=1 -> OK\n",
     "AT+CFUN=4\rAT+CFUN=1\r"},
};

static void send_line(struct harness *h, const char *text)
{
    char prefix[32] = "";
    size_t len_bytes = strlen(text);
    unsigned flags = strncmp(text, "ATD", 3) == 0 ? MC_AT_DIALS : 0;
    if (text[len_bytes - 1] == '?')
        snprintf(prefix, sizeof(prefix), "%.*s:", (int)len_bytes - 3, text + 2);
    if (text[len_bytes - 1] == '!')
        flags |= MC_AT_BARE;
    assert_int_equal(harness_send(h, text, *prefix ? prefix : NULL, flags), 0);
}

static void play(struct harness *h, const struct dialogue *dialogue)
{
    for (size_t i = 0; i < MC_LENGTH_OF(dialogue->steps) && dialogue->steps[i]; i++) {
        const char *step = dialogue->steps[i];
        if (step[0] == '>')
            send_line(h, step + 2);
        else if (step[0] == '<')
            assert_int_equal(harness_feed(h, step + 2), strlen(step + 2));
        else
            harness_wait(h, 1000);
    }
}

static void test_dialogues(void **state)
{
    static struct harness h;
    for (size_t i = 0; i < MC_LENGTH_OF(dialogues); i++) {
        print_message("# %s\n", dialogues[i].name);
        harness_start(&h);
        mc_at_set_probe(h.at, dialogues[i].probe);
        play(&h, &dialogues[i]);
        harness_expect(&h, dialogues[i].log);
        assert_string_equal(h.written, dialogues[i].written);
        harness_stop(&h);
    }
}

static void test_ghosts_grow_old(void **state)
{
    static struct harness h;
    harness_start(&h);
    mc_at_set_probe(h.at, false);
    harness_send(&h, "AT+CFUN=4", NULL, 0);
    harness_wait(&h, 1000);
    harness_wait(&h, 121000);
    harness_send(&h, "AT+CFUN=1", NULL, 0);
    harness_feed(&h, "OK\r");
    harness_expect(&h, "AT+CFUN=4 -> timeout\nAT+CFUN=1 -> OK\n");
    harness_stop(&h);
    harness_start(&h);
    harness_send(&h, "AT+CFUN=4", NULL, 0);
    harness_wait(&h, 1000);
    harness_wait(&h, 121000);
    harness_send(&h, "AT+CFUN=1", NULL, 0); /* nothing is owed: no question first */
    assert_string_equal(h.written, "AT+CFUN=4\rAT+CFUN=1\r");
    harness_stop(&h);
}

static void test_ghosts_are_bounded(void **state)
{
    static struct harness h;
    harness_start(&h);
    mc_at_set_probe(h.at, false);
    for (int i = 0; i < 100; i++) {
        harness_send(&h, "AT+CFUN=4", NULL, 0);
        harness_wait(&h, 1000);
    }
    h.log[0] = '\0';
    harness_send(&h, "AT", NULL, 0);
    for (int i = 0; i < 64; i++)
        harness_feed(&h, "OK\r");
    assert_true(mc_at_busy(h.at));
    harness_feed(&h, "OK\r");
    assert_false(mc_at_busy(h.at));
    harness_stop(&h);
}

static void test_cancelled_leaves_a_ghost(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT+CFUN=4", NULL, 0);
    mc_at_cancel_all(h.at);
    harness_send(&h, "AT+CFUN=1", NULL, 0);
    harness_feed(&h, "OK\r+IPR: 115200\rOK\rOK\r");
    harness_expect(&h, "AT+CFUN=4 -> cancelled\nlate OK\nAT+CFUN=1 -> OK\n");
    harness_send(&h, "AT+CFUN=4", NULL, 0);
    mc_at_cancel_all(h.at);
    mc_at_resync(h.at); /* the device was opened anew: nothing is owed */
    harness_send(&h, "AT+CFUN=1", NULL, 0);
    harness_feed(&h, "OK\r");
    harness_expect(&h, "AT+CFUN=4 -> cancelled\nAT+CFUN=1 -> OK\n");
    harness_stop(&h);
}

/* Who waits behind a modem that was found deaf is told at once, in the same word. */
static void test_given_up_ends_what_waits(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT+CPSI?", "+CPSI:", 0);
    harness_send(&h, "AT+CSQ", "+CSQ:", 0);
    harness_wait(&h, 100);
    mc_at_give_up(h.at);
    harness_expect(&h, "AT+CPSI? -> timeout\nAT+CSQ -> timeout\n");
    assert_string_equal(h.written, "AT+CPSI?\r");
    assert_false(mc_at_busy(h.at));
    harness_stop(&h);
}

/* A modem that failed to answer is one that was known to be there: neither who is looked for, nor the engine's question
 * whether the line is clear, makes a second failure out of one. */
static void test_only_owed_answers_count_as_timeouts(void **state)
{
    static struct harness h;
    harness_start(&h);
    harness_send(&h, "AT", NULL, MC_AT_GUESS);
    harness_wait(&h, 1000);
    harness_expect(&h, "AT -> timeout\n");
    assert_int_equal(mc_at_stats(h.at)->timeouts, 0);
    mc_at_resync(h.at);
    harness_send(&h, "AT+CFUN=4", NULL, 0);
    harness_wait(&h, 1000);
    assert_int_equal(mc_at_stats(h.at)->timeouts, 1);
    harness_send(&h, "AT+CFUN=1", NULL, 0); /* the engine asks AT+IPR? before it, in vain */
    harness_wait(&h, 2500);
    assert_string_equal(h.written, "AT\rAT+CFUN=4\rAT+IPR?\rAT+CFUN=1\r");
    assert_int_equal(mc_at_stats(h.at)->timeouts, 1);
    harness_wait(&h, 1000);
    assert_int_equal(mc_at_stats(h.at)->timeouts, 2);
    harness_stop(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialogues),
        cmocka_unit_test(test_ghosts_grow_old),
        cmocka_unit_test(test_ghosts_are_bounded),
        cmocka_unit_test(test_cancelled_leaves_a_ghost),
        cmocka_unit_test(test_given_up_ends_what_waits),
        cmocka_unit_test(test_only_owed_answers_count_as_timeouts),
    };
    return cmocka_run_group_tests_name("at.late", tests, NULL, NULL);
}
