/* SPDX-License-Identifier: MIT */
/*
 * No walk goes in circles: not by the table, whatever the modem answers, and not by a modem that we did not think of.
 * The decisions are asked as they are, with every outcome in play: for every combination of what the modem may say the
 * ways through the table are followed, with the same answers each time a row asks anew.
 */
#include "bench.h"
#include <bringup_priv.h>

/* ---- the table ---- */

static const char *const cpin_words[] = {
    "READY",     "SIM PIN", "SIM PUK", "SIM PIN2",    "SIM PUK2",  "PH-SIM PIN",  "PH-NET PIN", "NOT INSERTED", "BUSY",
    "NOT READY", "ready",   "FAILURE", "PH-FSIM PIN", "PH-SP PIN", "PH-CORP PIN", "PH-NET PUK", "PH-NETSUB PIN"};
static const int32_t stats[] = {0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 99};
static const int32_t funs[] = {0, 1, 4, 7};

#define FLAGS     7
#define SAME_MAX  2 /* a step that a walk without a wait may come to so often: each came with news of its own */
#define STEPS_MAX 100

enum outcome { DONE, LATE, REFUSED };

static void no_step(void *ctx, const struct mc_bringup_row *row)
{
}

static void no_note(void *ctx, const char *text)
{
}

static int no_baud(void *ctx, int32_t baud)
{
    return 0;
}

static int no_flow(void *ctx, enum mc_flow flow)
{
    return 0;
}

static enum mc_fault pin_allowed(void *ctx, const char *iccid, int tries)
{
    return MC_FAULT_NONE;
}

static void no_pin(void *ctx, const char *iccid, bool right)
{
}

static int64_t allowed(void *ctx)
{
    return 0;
}

static enum mc_fault no_dial_fault(void *ctx, char *detail, size_t size)
{
    return MC_FAULT_NONE;
}

static bool mux_allowed(void *ctx)
{
    return true;
}

static void no_mux(void *ctx, const char *why)
{
}

static const struct mc_bringup_callbacks nobody = {.step = no_step,
                                                   .note = no_note,
                                                   .set_baud = no_baud,
                                                   .set_flow = no_flow,
                                                   .pin_allowed = pin_allowed,
                                                   .pin_result = no_pin,
                                                   .attach_allowed = allowed,
                                                   .dial_allowed = allowed,
                                                   .dial_fault = no_dial_fault,
                                                   .mux_allowed = mux_allowed,
                                                   .mux_failed = no_mux};

/* What the modem says, the same whenever it is asked. */
static void answer(struct mc_bringup *b, size_t cpin, size_t stat, size_t fun, unsigned flags)
{
    mc_cpin_word(cpin_words[cpin], b->facts.cpin, sizeof(b->facts.cpin));
    b->facts.stat = stats[stat];
    b->facts.fun = funs[fun];
    b->facts.context_known = b->facts.auth_known = true;
    b->facts.auth_same = flags & 1;
    snprintf(b->facts.context.type, sizeof(b->facts.context.type), "IP");
    snprintf(b->facts.context.apn, sizeof(b->facts.context.apn), "%s", flags & 1 ? "soracom.io" : "other");
    b->facts.ifc_dce = b->facts.ifc_dte = flags & 2 ? 2 : 0;
}

static enum mc_step follow(struct mc_bringup *b, const struct mc_bringup_row *row, enum outcome outcome)
{
    if (outcome == LATE)
        return row->decide_late ? row->decide_late(b) : row->late_next;
    if (outcome == REFUSED)
        return row->decide_refused ? row->decide_refused(b) : row->refused_next;
    return row->decide ? row->decide(b) : row->next;
}

/* From @start on, until the walk ends, waits or dials. */
static void walk_the_table(struct bench *bench, enum mc_step start, size_t cpin, size_t stat, size_t fun,
                           unsigned flags)
{
    struct mc_bringup b = {.queue = bench->queue, .line = bench->line, .settings = &bench->settings, .cb = nobody};
    unsigned seen[MC_STEP_COUNT] = {0};
    enum mc_step step = start;

    mc_facts_init(&b.facts);
    b.denied_at_ms = b.idle_at_ms = -1;
    b.stop_before_dial = flags & 4;
    b.radio_stays_off = flags & 8;
    b.look_once = flags & 16;
    b.facts.prepared = flags & 32;
    for (unsigned n = 0; n < STEPS_MAX && step != MC_STEP_END && step != MC_STEP_DIAL; n++) {
        const struct mc_bringup_row *row = &mc_bringup_table[step];
        if (++seen[step] > SAME_MAX)
            fail_msg("CPIN %s, CEREG %d, CFUN %d, flags %#x: from %s in circles through %s", cpin_words[cpin],
                     (int)stats[stat], (int)funs[fun], flags, mc_bringup_table[start].name, row->name);
        answer(&b, cpin, stat, fun, flags);
        if (row->kind == MC_ROW_AWAIT && !row->satisfied(&b))
            return; /* it waits: time passes */
        /* A row that may be late has waited; a refusal is tried where the table knows a way on. */
        bool refuses = flags & 64 && row->refused_next != MC_STEP_END && !row->keep_fault;
        step = follow(&b, row, refuses ? REFUSED : DONE);
    }
    if (step != MC_STEP_END && step != MC_STEP_DIAL)
        fail_msg("from %s there is no end", mc_bringup_table[start].name);
}

static void no_answers_lead_in_circles(void **state)
{
    _cleanup_bench_ struct bench *bench = bench_new("warm");
    for (enum mc_step start = MC_STEP_FIND; start < MC_STEP_COUNT; start++)
        for (size_t cpin = 0; cpin < MC_LENGTH_OF(cpin_words); cpin++)
            for (size_t stat = 0; stat < MC_LENGTH_OF(stats); stat++)
                for (size_t fun = 0; fun < MC_LENGTH_OF(funs); fun++)
                    for (unsigned flags = 0; flags < 1u << FLAGS; flags++)
                        walk_the_table(bench, start, cpin, stat, fun, flags);
}

/* ---- the machine ---- */

/* A SIM that is busy whenever it is asked for its state and ready whenever it is polled: each step is right, and the
 * walk would never end. */
static void a_ring_with_waits_ends_too(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    mc_bringup_start(b->bringup, MC_STEP_FIND, 0);
    for (int i = 0; i < 100 && !b->done; i++) {
        while (!b->done && mc_bringup_step(b->bringup) != MC_STEP_SIM)
            bench_pass(b, 1);
        bench_inject(b, "cpin-ready BUSY");
        while (!b->done && mc_bringup_step(b->bringup) != MC_STEP_SIM_READY)
            bench_pass(b, 1);
        bench_inject(b, "cpin-ready READY");
    }
    assert_true(b->done);
    assert_int_equal(b->result.fault, MC_FAULT_WALK_IN_CIRCLES);
    assert_string_equal(b->result.detail, "came to sim.state 13 times");
}

/* The same without a wait: the answer has changed each time before the poll is due. */
static void a_ring_without_a_wait_ends_soon(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    mc_bringup_start(b->bringup, MC_STEP_FIND, 0);
    for (int i = 0; i < 100 && !b->done; i++) {
        while (!b->done && mc_bringup_step(b->bringup) != MC_STEP_SIM)
            bench_pass(b, 1);
        bench_inject(b, "cpin-ready BUSY");
        while (!b->done && mc_bringup_step(b->bringup) != MC_STEP_SIM_READY)
            bench_pass(b, 1);
        bench_inject(b, "say +CPIN: READY");
    }
    assert_true(b->done);
    assert_int_equal(b->result.fault, MC_FAULT_WALK_IN_CIRCLES);
    assert_string_equal(b->result.detail, "came to sim.state 3 times without having waited");
}

/* What a SIM that is ready may answer, and data has no need of. */
static void a_ready_sim_in_any_words_dials(void **state)
{
    static const char *const words[] = {"READY", "ready", "SIM PIN2", "sim pin2", "SIM PUK2", "CME 17", "CME 18"};
    for (size_t i = 0; i < MC_LENGTH_OF(words); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_inject(b, "cpin-ready %s", words[i]);
        bench_online(b);
        assert_string_equal(mc_bringup_facts(b->bringup)->cpin, "READY");
        assert_int_equal(bench_get(b, "dials"), 1);
    }
}

/* And what is no reason to dial stays one. */
static void other_words_do_not(void **state)
{
    static const char *const words[] = {"SIM PUK", "ph-net pin", "PH-SIM PIN", "PH-NETSUB PUK", "CME 12", "CME 10"};
    for (size_t i = 0; i < MC_LENGTH_OF(words); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_inject(b, "cpin-ready %s", words[i]);
        assert_int_not_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_NONE);
        assert_int_not_equal(b->result.fault, MC_FAULT_WALK_IN_CIRCLES);
        assert_int_equal(bench_get(b, "dials"), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_answers_lead_in_circles),
        cmocka_unit_test(a_ring_with_waits_ends_too),
        cmocka_unit_test(a_ring_without_a_wait_ends_soon),
        cmocka_unit_test(a_ready_sim_in_any_words_dials),
        cmocka_unit_test(other_words_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
