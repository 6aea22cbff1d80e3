/* SPDX-License-Identifier: MIT */
/* The machine that walks the table: what unasked words do to it, and whole walks with their steps, ends and times. */
#include "given.h"
#include <bringup_priv.h>
#include <malloc.h>

/* ---- unasked words ---- */

#define NOW_MS 101000

/* Set up, and what is left of that when it starts anew while it is looked for. */
#define MET "facts.prepared=1; facts.flow=1; facts.singly=1; facts.was_registered=1; bench.flow=1"
#define STARTED_ANEW                                                                                                   \
    "facts.prepared=0; facts.flow=0; facts.singly=0; facts.was_registered=0; bench.flow=0; bench.notes=the modem "     \
    "started anew while it was looked for: it is set up again|"

static const struct word {
    enum mc_step at; /* END: at rest */
    const char *given, *line;
    bool rebooted; /* is what it says */
    const char *left;
} words[] = {
    {MC_STEP_END, "", "RDY", true},
    {MC_STEP_SIM, "", "RDY", true},
    {MC_STEP_FIND, "", "RDY", false},
    {MC_STEP_HANGUP_LISTEN, "", "RDY", false},
    {MC_STEP_FIND, MET, "RDY", false, STARTED_ANEW},
    {MC_STEP_DIAL_ABORT, MET, "QCRDY", false, STARTED_ANEW},
    {MC_STEP_HANGUP_LISTEN, MET, "*ATREADY: 1", false, STARTED_ANEW},
    /* of a boot, or of a SIM that was put in: where it was not, the host's flow control stays */
    {MC_STEP_HANGUP_LISTEN, MET, "SMS DONE", false, MET "; bench.notes="},
    {MC_STEP_HANGUP_LISTEN, MET, "+CPIN: READY", false, MET "; bench.notes="},
    {MC_STEP_HANGUP_LISTEN, MET, "NO CARRIER", false, MET "; bench.notes="},
    {MC_STEP_HANGUP_LISTEN, "facts.cereg_urcs=1", "RDY", false, "facts.cereg_urcs=0; bench.notes="},
    {MC_STEP_RESET, MET, "RDY", false, MET "; rebooted=1; bench.notes="},
    {MC_STEP_RESET_WAIT, "", "QCRDY", false, "rebooted=1"},
    {MC_STEP_RESET_WAIT, "", "+CPIN: NOT INSERTED", false, "rebooted=0"}, /* as its SIM goes off with it */
    {MC_STEP_HANGUP_WAIT, MET, "RDY", true, MET "; bench.notes="},        /* who hears that it is so sees to it */
    {MC_STEP_END, "", "SMS DONE", false},
    {MC_STEP_END, "facts.tac=7; facts.cell_id=8", "+CEREG: 5", false, "facts.stat=5; facts.tac=7; facts.cell_id=8"},
    {MC_STEP_END, "", "+CEREG: 1,\"1698\",\"25D8484\",7", false,
     "facts.stat=1; facts.tac=5784; facts.cell_id=39683204"},
    {MC_STEP_END, "", "+CEREG: 1,\"0\",\"0\",7", false, "facts.tac=0; facts.cell_id=0"},
    {MC_STEP_END, "", "+CEREG: 3", false, "denied_at_ms=101000; idle_at_ms=-1"},
    {MC_STEP_END, "denied_at_ms=5", "+CEREG: 3", false, "denied_at_ms=5"},
    {MC_STEP_END, "denied_at_ms=0", "+CEREG: 3", false, "denied_at_ms=0"},
    {MC_STEP_END, "denied_at_ms=5; idle_at_ms=5", "+CEREG: 2", false, "denied_at_ms=-1; idle_at_ms=-1"},
    {MC_STEP_END, "", "+CEREG: 0", false, "denied_at_ms=-1; idle_at_ms=101000"},
    {MC_STEP_END, "facts.stat=5", "+CEREG: 0,2", false, "facts.stat=5"}, /* an answer, late: not news */
    {MC_STEP_END, "facts.prepared=1", "+CPIN: READY", false, "facts.cpin=READY; facts.prepared=1"},
    {MC_STEP_END, "facts.prepared=1", "+CPIN: SIM PIN2", false, "facts.cpin=READY; facts.prepared=1"},
    {MC_STEP_END, "facts.prepared=1; facts.iccid=2; facts.imsi=3", "+CPIN: sim removed", false,
     "facts.cpin=NOT INSERTED; facts.prepared=0; facts.iccid=; facts.imsi="},
    {MC_STEP_END, "facts.prepared=1; facts.iccid=2; facts.imsi=3", "+CPIN: not ready", false,
     "facts.cpin=NOT READY; facts.prepared=0; facts.iccid=2; facts.imsi=3"},
    {MC_STEP_END, "", "NO CARRIER", false, "call_ended=1; said_off=0"},
    {MC_STEP_END, "", "+PPPD: DISCONNECTED", false, "call_ended=1"},
    {MC_STEP_END, "", "NORMAL POWER DOWN", false, "said_off=1; call_ended=0"},
    {MC_STEP_END, "said_off=1", "SMS DONE", false, "said_off=1"},
    {MC_STEP_FIND, "", ">>> ", false, "prompt=1"},
    {MC_STEP_FIND, "", ">>> import os", false, "prompt=1"},
    {MC_STEP_FIND, "", ">>>", false, "prompt=1"},
    {MC_STEP_FIND, "", ">>>>", false, "prompt=0"},
    {MC_STEP_FIND, "", "Traceback (most recent call last):", false, "prompt=1"},
    {MC_STEP_FIND, "", "Traceback (most recent call):", false, "prompt=0"},
    {MC_STEP_FIND, "", "NameError: name 'AT' isn't defined", false, "prompt=1"},
    {MC_STEP_FIND, "", "NameError: name 'BT' isn't defined", false, "prompt=0"},
    {MC_STEP_FIND, "facts.model=M", ">>> ", false, "prompt=0"},
    {MC_STEP_SIM, "", ">>> ", false, "prompt=0"},
    {MC_STEP_END, "", ">>> ", false, "prompt=0"},
};

static struct bench *situation(const char *text)
{
    struct bench *b = bench_new("warm");
    bench_pass(b, NOW_MS - mc_timerq_now_ms(b->queue));
    given(b, text);
    return b;
}

static void each_word(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(words); i++) {
        const struct word *w = &words[i];
        _cleanup_bench_ struct bench *b = situation(w->given);
        char what[80];
        snprintf(what, sizeof(what), "row %zu (%s)", i, w->line);
        b->bringup->row = w->at == MC_STEP_END ? NULL : &mc_bringup_table[w->at];
        bool rebooted = mc_bringup_urc(b->bringup, w->line);
        b->bringup->row = NULL;
        if (rebooted != w->rebooted)
            fail_msg("%s: %d", what, rebooted);
        expect(b, what, w->left);
    }
}

/* ---- walks ---- */

enum call { NO_CALL, CALL, ENDED /* it is over, and nobody listens to it any more */ };

#define ROUND                                                                                                          \
    "AT|AT+IFC=0,0|AT|AT+IFC=0,0|AT|AT|AT|AT|AT|AT+IFC=0,0|AT+IFC=0,0|AT+IFC=0,0|AT+IFC=0,0|AT+IFC=0,0|ATQ0V1|ATQ0V1|" \
    "+++|"                                                                                                             \
    "AT+IPR?|AT+IPR?|AT+IPR?|"

static const struct walk {
    const char *what, *presets, *injects, *given;
    enum call call;
    enum mc_step from;
    int64_t patience_ms;
    enum mc_fault fault;
    int64_t took_ms;
    const char *steps, *sent, *detail, *notes, *left;
} walks[] = {
#include "walk_rows.h"
};

static void prepare(struct bench *b, const struct walk *w)
{
    char copy[256], *rest = copy, *one;
    given(b, w->given);
    if (w->call != NO_CALL) {
        bench_online(b);
        bench_pass(b, 60000);
    }
    snprintf(copy, sizeof(copy), "%s", w->injects);
    while ((one = strsep(&rest, ";")))
        if (*one)
            bench_inject(b, "%s", one);
    if (w->call == ENDED)
        mc_line_command(b->line);
}

/* "sync.find sync.greet ": what it came to. */
static void put_steps(const struct bench *b, char *out, size_t size)
{
    *out = '\0';
    for (unsigned i = 0; i < b->n_steps; i++) {
        size_t used = strlen(out);
        snprintf(out + used, size - used, "%s ", mc_bringup_table[b->steps[i]].name);
    }
}

/* Of the PIN, the attaches charged; of host and modem, speed and flow control; what was given up; and what is known. */
#define LEFT                                                                                                           \
    "bench.pin_results bench.attaches bench.baud bench.flow facts.baud facts.flow facts.flow_refused "                 \
    "facts.speed_refused facts.prepared facts.stat facts.was_registered"

static void each_walk(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(walks); i++) {
        const struct walk *w = &walks[i];
        _cleanup_bench_ struct bench *b = bench_new(w->presets);
        char steps[1024], left[160];
        b->what = w->what;
        prepare(b, w);
        enum mc_fault fault = bench_walk_within(b, w->from, w->patience_ms, 4000000);
        int64_t took_ms = mc_timerq_now_ms(b->queue) - b->began_ms;
        put_steps(b, steps, sizeof(steps));
        describe(b, LEFT, left, sizeof(left));
        if (fault != w->fault || took_ms != w->took_ms || strcmp(steps, w->steps) || strcmp(b->sent, w->sent) ||
            strcmp(b->result.detail, w->detail) || strcmp(b->notes, w->notes) || strcmp(left, w->left))
            fail_msg("%s\n .fault = %s\n .took_ms = %lld\n .steps = %s\n .sent = %s\n .detail = %s\n .notes = %s\n "
                     ".left = %s\n",
                     w->what, mc_fault_info(fault)->code, (long long)took_ms, steps, b->sent, b->result.detail,
                     b->notes, left);
    }
}

/* BootTime= at the most: the finder has the last word, not the row's deadline. */
static void the_longest_boot_time(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_inject(b, "mute on");
    assert_int_equal(bench_walk_within(b, MC_STEP_FIND, 300000, 4000000), MC_FAULT_MODEM_SILENT);
    assert_string_equal(b->result.detail, "no answer to AT, PPP or CMUX at any speed");
    assert_true(mc_timerq_now_ms(b->queue) - b->began_ms > 300000);
}

/* The word that ends a wait has come, and the same moment something else is begun: that is no end of it. */
static void a_word_for_a_wait_that_is_left(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_inject(b, "answer AT+CPIN? +CPIN: NOT READY");
    for (int again = 0; again < 2; again++) {
        mc_bringup_start(b->bringup, MC_STEP_SIM, 0);
        bench_pass(b, 500);
        assert_int_equal(mc_bringup_step(b->bringup), MC_STEP_SIM_READY);
        mc_bringup_urc(b->bringup, "+CPIN: READY");
        if (again)
            mc_bringup_start(b->bringup, MC_STEP_HANGUP_WAIT, 0);
        else
            mc_bringup_cancel(b->bringup);
        bench_pass(b, 100);
        assert_int_equal(mc_bringup_step(b->bringup), again ? MC_STEP_HANGUP_WAIT : MC_STEP_END);
    }
}

/* A tenth of a second is a wait, and less is none: then the walk may come by again and again. */
static void what_counts_as_a_wait(void **state)
{
    for (int less = 0; less < 2; less++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        mc_bringup_start(b->bringup, MC_STEP_SIM_READY, 0);
        bench_pass(b, 100 - less);
        assert_int_equal(b->bringup->laps[MC_STEP_SIM_READY], 1);
        mc_bringup_urc(b->bringup, "+CPIN: READY");
        bench_pass(b, 0);
        assert_int_not_equal(mc_bringup_step(b->bringup), MC_STEP_SIM_READY);
        assert_int_equal(b->bringup->laps[MC_STEP_SIM_READY], less);
    }
}

/* The data path sees the end of a call, where the modem says nothing. */
static void an_end_that_the_data_path_saw(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    mc_bringup_start(b->bringup, MC_STEP_HANGUP_WAIT, 0);
    bench_pass(b, 100);
    assert_int_equal(mc_bringup_step(b->bringup), MC_STEP_HANGUP_WAIT);
    mc_bringup_call_ended(b->bringup);
    bench_pass(b, 0);
    assert_int_equal(mc_bringup_step(b->bringup), MC_STEP_HANGUP_ASK);
}

/* A poll that is under way when the word comes: its answer is waited for, so that nobody need ask whose the next is. */
static void a_word_amid_a_poll(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_inject(b, "answer AT+CPIN? +CPIN: NOT READY");
    mc_bringup_start(b->bringup, MC_STEP_SIM_READY, 0);
    bench_pass(b, 900);
    bench_inject(b, "late AT+CPIN? 700 1");
    bench_pass(b, 200);
    assert_string_equal(b->sent, "AT+CPIN?|");
    bench_inject(b, "forgive");
    mc_bringup_urc(b->bringup, "+CPIN: READY");
    bench_pass(b, 5000);
    assert_true(b->done && b->result.connected);
    if (strncmp(b->sent, "AT+CPIN?|AT+CPIN?|AT+CICCID;+CIMI|", 34))
        fail_msg("%s", b->sent);
}

/* The OK was lost, the boot message is heard: it is not looked for behind the time that the OK might take. */
static void a_boot_message_amid_the_reset(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_inject(b, "silence AT+CRESET");
    mc_bringup_start(b->bringup, MC_STEP_RESET, 0);
    bench_pass(b, 500);
    assert_int_equal(mc_bringup_step(b->bringup), MC_STEP_RESET);
    mc_bringup_urc(b->bringup, "QCRDY");
    bench_pass(b, 10);
    if (strncmp(b->sent, "AT+CRESET|AT|AT+CMEE=1|", 23))
        fail_msg("%s", b->sent);
}

/* Left while the multiplexer opens: the line is plain, and nobody is told of what comes of it. */
static void left_amid_the_multiplexer_s_opening(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    b->settings.modem.multiplex = MC_MULTIPLEX_AUTO;
    bench_inject(b, "mux-forget-ua 2");
    mc_bringup_start(b->bringup, MC_STEP_FIND, 0);
    while (mc_bringup_step(b->bringup) != MC_STEP_MUX_OPEN)
        bench_pass(b, 1);
    mc_bringup_cancel(b->bringup);
    bench_pass(b, 10000);
    assert_false(b->done);
    assert_false(mc_line_muxed(b->line));
    assert_int_equal(mc_line_owner(b->line), MC_LINE_OWNER_AT);
}

/* ... nor while it is left, or the data channel is dialled anew. */
static void left_amid_the_multiplexer_s_end(void **state)
{
    static const enum mc_step steps[] = {MC_STEP_MUX_LEAVE, MC_STEP_MUX_REDO, MC_STEP_HANGUP_CHANNEL};
    for (size_t i = 0; i < MC_LENGTH_OF(steps); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        b->settings.modem.multiplex = MC_MULTIPLEX_AUTO;
        bench_online(b);
        assert_true(mc_line_muxed(b->line));
        bench_inject(b, "mute on");
        b->done = false;
        mc_bringup_start(b->bringup, steps[i], 0);
        bench_pass(b, 10);
        assert_int_equal(mc_bringup_step(b->bringup), steps[i]);
        mc_bringup_cancel(b->bringup);
        bench_pass(b, 10000);
        assert_false(b->done);
        assert_int_equal(mc_bringup_step(b->bringup), MC_STEP_END);
    }
}

/* What it was asking is nobody's any more: who asks next need not wait for the end of its time. */
static void left_amid_a_question(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_inject(b, "silence AT+CPIN?");
    mc_bringup_start(b->bringup, MC_STEP_SIM, 0);
    bench_pass(b, 100);
    assert_true(mc_at_busy(mc_line_at(b->line)));
    mc_bringup_cancel(b->bringup);
    assert_false(mc_at_busy(mc_line_at(b->line)));
}

static void no_step(void *ctx, const struct mc_bringup_row *row)
{
}

/* What the allocator has given out; 0 where a sanitizer counts instead. */
static size_t given_bytes(void)
{
    return mallinfo2().uordblks;
}

/* Freed in the middle of a wait: no timer, and no memory. */
static void nothing_is_left_of_a_sequence(void **state)
{
    static const struct mc_bringup_callbacks callbacks = {.step = no_step};
    static const struct {
        enum mc_step step;
        int32_t stat;
    } waits[] = {{MC_STEP_FIND, 0}, {MC_STEP_HANGUP_WAIT, 0}, {MC_STEP_REGISTER_WAIT, 2}, {MC_STEP_REGISTER_WAIT, 5}};
    _cleanup_bench_ struct bench *b = bench_new("warm");
    struct mc_timerq *queue = mc_timerq_new(0); /* of the sequence alone */
    size_t before = 0;
    for (size_t i = 0; i < 3 * MC_LENGTH_OF(waits); i++) {
        struct mc_bringup *bringup = mc_bringup_new(queue, b->line, &b->settings, &callbacks, NULL);
        assert_non_null(bringup);
        mc_bringup_facts(bringup)->stat = waits[i % MC_LENGTH_OF(waits)].stat;
        mc_bringup_start(bringup, waits[i % MC_LENGTH_OF(waits)].step, 0);
        assert_true(mc_timerq_next_ms(queue) >= 0);
        mc_bringup_free(bringup);
        assert_int_equal(mc_timerq_next_ms(queue), -1);
        before = i == MC_LENGTH_OF(waits) ? given_bytes() : before;
    }
    assert_int_equal(given_bytes(), before);
    mc_timerq_free(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_word),
        cmocka_unit_test(each_walk),
        cmocka_unit_test(the_longest_boot_time),
        cmocka_unit_test(a_word_for_a_wait_that_is_left),
        cmocka_unit_test(a_word_amid_a_poll),
        cmocka_unit_test(a_boot_message_amid_the_reset),
        cmocka_unit_test(what_counts_as_a_wait),
        cmocka_unit_test(an_end_that_the_data_path_saw),
        cmocka_unit_test(left_amid_the_multiplexer_s_opening),
        cmocka_unit_test(left_amid_the_multiplexer_s_end),
        cmocka_unit_test(left_amid_a_question),
        cmocka_unit_test(nothing_is_left_of_a_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
