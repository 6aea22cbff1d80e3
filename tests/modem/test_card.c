/* SPDX-License-Identifier: MIT */
/* The SIM: its PIN is entered once, with tries to spare, and what forbids a dial forbids it. */
#include "bench.h"

static void pin_is_entered_once(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm sim-pin=7391");
    mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "7391");
    bench_online(b);
    assert_int_equal(sim_board_counters(b->board)->pin_attempts, 1);
    assert_int_equal(b->pins, 1);
    assert_string_equal(b->pin_results, "+|");
}

/* What SPIC said last week does not count: the tries may be spent since. */
static void tries_are_never_remembered(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm sim-pin=7391");
    mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "7391");
    mc_bringup_facts(b->bringup)->pin_tries = 3;
    memcpy(mc_bringup_facts(b->bringup)->iccid, "8942319999999999999", 20);
    bench_inject(b, "refuse AT+SPIC");
    bench_inject(b, "refuse AT+CICCID");
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_SIM_PIN_SPENT);
    assert_int_equal(sim_board_counters(b->board)->pin_attempts, 0);
    assert_string_equal(mc_bringup_facts(b->bringup)->iccid, "");
}

/* OK comes, and the card is ready only later: no reason to believe the PIN wrong. */
static void a_slow_card_is_waited_for(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm sim-pin=7391");
    mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "7391");
    bench_inject(b, "malform AT+CPIN=7391"); /* says OK and does nothing */
    bench_inject(b, "malform AT+CPIN=\"7391");
    mc_bringup_start(b->bringup, MC_STEP_FIND, 0);
    while (mc_bringup_step(b->bringup) != MC_STEP_SIM_READY)
        bench_pass(b, 10);
    bench_pass(b, 5000);
    assert_int_equal(mc_bringup_step(b->bringup), MC_STEP_SIM_READY);
    bench_inject(b, "forgive");
    bench_inject(b, "set pin-required no");
    bench_inject(b, "sim-insert");
    bench_pass(b, 20000);
    assert_true(b->done);
    if (!b->result.connected)
        fail_msg("%s (%s), after %s", mc_fault_info(b->result.fault)->code, b->result.detail, b->sent);
    assert_int_equal(b->pins, 1);
}

static void wrong_pin_is_told(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm sim-pin=7391");
    mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "1111");
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_SIM_PIN_WRONG);
    assert_int_equal(sim_board_counters(b->board)->pin_wrong, 1);
    assert_string_equal(b->pin_results, "-|");
    assert_int_equal(bench_get(b, "dials"), 0);
}

static const struct {
    const char *presets, *inject, *pin;
    enum mc_fault fault;
} sims[] = {
    {"warm no-sim", NULL, "", MC_FAULT_SIM_ABSENT},
    {"warm no-sim", "set absent-style text", "", MC_FAULT_SIM_ABSENT},
    {"warm", "pin-lock 1234 3", "", MC_FAULT_SIM_PIN_MISSING},
    {"warm", "pin-lock 1234 1", "1234", MC_FAULT_SIM_PIN_SPENT},
    {"warm", "puk-lock", "1234", MC_FAULT_SIM_PUK},
};

static void sims_that_forbid_a_dial(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(sims); i++) {
        _cleanup_bench_ struct bench *b = bench_new(sims[i].presets);
        if (sims[i].inject)
            bench_inject(b, "%s", sims[i].inject);
        mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, sims[i].pin);
        b->pin_fault = *sims[i].pin ? MC_FAULT_NONE : MC_FAULT_SIM_PIN_MISSING;
        enum mc_fault fault = bench_walk(b, MC_STEP_FIND);
        if (fault != sims[i].fault)
            fail_msg("row %zu: %s (%s)", i, mc_fault_info(fault)->code, b->result.detail);
        assert_int_equal(bench_get(b, "dials"), 0);
        assert_int_equal(bench_get(b, "pin_attempts"), 0);
        assert_true(strlen(b->result.detail) > 0);
    }
}

/* Locked while the modem searches: entered again at once, not after the search. */
static void locked_while_searching(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm searching");
    mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "7391");
    mc_bringup_start(b->bringup, MC_STEP_FIND, 0);
    while (mc_bringup_step(b->bringup) != MC_STEP_REGISTER_WAIT)
        bench_pass(b, 100);
    bench_inject(b, "pin-lock 7391");
    bench_pass(b, 2000);
    assert_int_equal(sim_board_counters(b->board)->pin_attempts, 1);
    bench_inject(b, "register 5");
    bench_pass(b, 60000);
    assert_true(b->done && b->result.connected);
}

/* Another SIM is not taken for the last one, whatever it refuses to say; and the same one is known again. */
#define OLD     "8942310000000000012", "901310000000001"
#define NEW     "8981100000000000005", "440101234567890"
#define SWAPPED "set iccid 8981100000000000005", "set imsi 440101234567890"
static const struct {
    const char *what, *injected[6];
    const char *iccid, *imsi; /* when it is online again */
} swaps[] = {
    {"it was seen to go", {"sim-remove", "sim-insert", SWAPPED}, NEW},
    {"seen to go, and no ICCID", {"sim-remove", "sim-insert", "refuse AT+CICCID", SWAPPED}, "", "440101234567890"},
    {"seen to go, and no answer", {"sim-remove", "sim-insert", "silence AT+CICCID", SWAPPED}, "", "440101234567890"},
    {"seen to go, and nothing", {"sim-remove", "sim-insert", "refuse AT+CICCID", "refuse AT+CIMI", SWAPPED}, "", ""},
    {"not seen", {SWAPPED}, NEW},
    {"not seen, and no ICCID", {"refuse AT+CICCID", SWAPPED}, "", "440101234567890"},
    {"not seen, and no answer", {"silence AT+CICCID", SWAPPED}, "", "440101234567890"},
    {"the same", {NULL}, OLD},
    {"the same, and no ICCID", {"refuse AT+CICCID"}, OLD},
    {"the same, and nothing", {"refuse AT+CICCID", "refuse AT+CIMI"}, OLD},
};

static void another_card_is_another(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(swaps); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_online(b);
        bench_inject(b, "no-carrier");
        mc_line_command(b->line);
        for (size_t k = 0; k < MC_LENGTH_OF(swaps[i].injected) && swaps[i].injected[k]; k++)
            bench_inject(b, "%s", swaps[i].injected[k]);
        bench_pass(b, 5000);
        assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_NONE);
        const struct mc_facts *f = mc_bringup_facts(b->bringup);
        if (strcmp(f->iccid, swaps[i].iccid) || strcmp(f->imsi, swaps[i].imsi))
            fail_msg("%s: ICCID %s, IMSI %s", swaps[i].what, f->iccid, f->imsi);
    }
}

/* The same while the PDP context is written; and one that the modem calls gone at each AT+CFUN=4, and that is the same
 * one behind it, costs no second write and no ring. What was written is marked with the SIM for which that was. */
static const struct {
    const char *what;
    bool goes;               /* the modem says so amid the write */
    const char *injected[4]; /* then */
    const char *iccid, *imsi;
    unsigned cards; /* asked who they are */
} amid_write[] = {
    {"it stays", false, {NULL}, OLD, 1},
    {"it stays, and never told its ICCID", false, {"refuse AT+CICCID"}, "", "901310000000001", 1},
    {"it is called gone", true, {NULL}, OLD, 2},
    {"it is called gone, and never told its ICCID", true, {"refuse AT+CICCID"}, "", "901310000000001", 2},
    {"another comes", true, {"sim-remove", "sim-insert", SWAPPED}, NEW, 2},
};

static unsigned times(const struct bench *b, enum mc_step step)
{
    unsigned n = 0;
    for (unsigned i = 0; i < b->n_steps; i++)
        n += b->steps[i] == step;
    return n;
}

static void another_card_amid_the_write(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(amid_write); i++) {
        _cleanup_bench_ struct bench *b = bench_new("cold");
        const struct mc_facts *f = mc_bringup_facts(b->bringup);
        bool refuses = amid_write[i].injected[0] && !strncmp(amid_write[i].injected[0], "refuse", 6);
        if (refuses)
            bench_inject(b, "%s", amid_write[i].injected[0]);
        mc_bringup_start(b->bringup, MC_STEP_FIND, 60000);
        while (!strstr(b->sent, "AT+CGDCONT="))
            bench_pass(b, 1);
        char before[sizeof(f->iccid)];
        memcpy(before, f->iccid, sizeof(before));
        if (amid_write[i].goes)
            bench_inject(b, "say +CPIN: NOT INSERTED");
        for (size_t k = refuses; k < MC_LENGTH_OF(amid_write[i].injected) && amid_write[i].injected[k]; k++)
            bench_inject(b, "%s", amid_write[i].injected[k]);
        bench_pass(b, 120000);
        if (!b->done || !b->result.connected)
            fail_msg("%s: %s (%s), after %s", amid_write[i].what, mc_fault_info(b->result.fault)->code,
                     b->result.detail, b->sent);
        if (strcmp(f->iccid, amid_write[i].iccid) || strcmp(f->imsi, amid_write[i].imsi))
            fail_msg("%s: ICCID %s, IMSI %s", amid_write[i].what, f->iccid, f->imsi);
        if (times(b, MC_STEP_SIM_IDENTITY) != amid_write[i].cards || times(b, MC_STEP_PDP_WRITE) != 1)
            fail_msg("%s: asked %u times who it is", amid_write[i].what, times(b, MC_STEP_SIM_IDENTITY));
        char mark[64];
        snprintf(mark, sizeof(mark), "%s/%s IP soracom.io", f->imei, before);
        assert_string_equal(f->written, mark);
    }
}

/* Pulled without a word, as where the holder has no contact for it: the dial says so, and the next walk asks who is in.
 */
static void gone_by_the_answer_to_a_dial(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_inject(b, "dial-reject 10");
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_SIM_ABSENT);
    assert_string_equal(mc_bringup_facts(b->bringup)->iccid, "");
    bench_inject(b, "forgive");
    bench_inject(b, "set iccid 8981100000000000005");
    assert_int_equal(bench_walk(b, MC_STEP_CHECK), MC_FAULT_NONE);
    assert_string_equal(mc_bringup_facts(b->bringup)->iccid, "8981100000000000005");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pin_is_entered_once),          cmocka_unit_test(tries_are_never_remembered),
        cmocka_unit_test(a_slow_card_is_waited_for),    cmocka_unit_test(wrong_pin_is_told),
        cmocka_unit_test(locked_while_searching),       cmocka_unit_test(sims_that_forbid_a_dial),
        cmocka_unit_test(another_card_is_another),      cmocka_unit_test(another_card_amid_the_write),
        cmocka_unit_test(gone_by_the_answer_to_a_dial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
