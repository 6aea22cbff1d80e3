/* SPDX-License-Identifier: MIT */
/* Every command refused, unanswered or answered in the wrong shape, and what each answer to a dial or a registration
 * means. */
#include "bench.h"
#include "bringup_tests.h"

/* Every command of the longest way up: PIN, wrong settings, another speed. */
static const char *const commands[] = {
    "AT",        "AT+CMEE",     "ATE",        "AT+IFC?",   "AT+IFC=",     "AT+IPR?",    "AT+IPR=",
    "ATI",       "AT+CGMR",     "AT+CGSN",    "AT+CPIN?",  "AT+CICCID",   "AT+SPIC",    "AT+CPIN=",
    "AT+CIMI",   "AT+CGDCONT?", "AT+CGAUTH?", "AT+CFUN=4", "AT+CGDCONT=", "AT+CGAUTH=", "AT+CFUN=1",
    "AT+CEREG=", "AT+CEREG?",   "AT+CPSI?",   "AT+CSQ",    "ATD",         "AT+CFUN?",   "*",
};

static void every_command_badly(const char *how)
{
    for (size_t i = 0; i < MC_LENGTH_OF(commands); i++)
        for (int times = 1; times <= 3; times += 2) {
            _cleanup_bench_ struct bench *b = bench_new("cold sim-pin=7391");
            mc_config_row_set(mc_config_row_find("SIM", "PIN"), &b->settings, "7391");
            b->settings.modem.baud_rate = 460800;
            if (times == 3)
                bench_inject(b, "%s %s", how, commands[i]);
            else
                bench_inject(b, "%s %s 1", how, commands[i]);
            b->what = commands[i];
            enum mc_fault fault = bench_walk(b, MC_STEP_FIND); /* ends within the sum of the deadlines, or fails */
            if (fault == MC_FAULT_NONE && !b->result.connected)
                fail_msg("%s %s: neither a fault nor a call", how, commands[i]);
            if (fault == MC_FAULT_INTERNAL)
                fail_msg("%s %s: %s", how, commands[i], b->result.detail);
            if (fault != MC_FAULT_NONE && !*b->result.detail)
                fail_msg("%s %s: %s without a reason", how, commands[i], mc_fault_info(fault)->code);
            assert_int_equal(bench_get(b, "dials_forbidden"), 0);
            assert_true(sim_board_counters(b->board)->pin_attempts <= 1);
        }
}

void an_error_to_anything(void **state)
{
    every_command_badly("refuse");
}

void silence_to_anything(void **state)
{
    every_command_badly("silence");
}

void the_wrong_shape_of_anything(void **state)
{
    every_command_badly("malform");
}

/* What only informs, or makes the line better, may fail without stopping the link. */
static const struct {
    const char *command;
    enum mc_fault silent; /* unless NONE: a modem that goes mute is noticed fast instead */
    bool no_flow;         /* FlowControl=none: then the identity is asked for on its own */
} spare[] = {
    {"AT+CMEE"},
    {"AT+IFC?", MC_FAULT_MODEM_SILENT},
    {"ATI", MC_FAULT_MODEM_SILENT},
    {"ATI", MC_FAULT_MODEM_SILENT, true},
    {"AT+CGMR"},
    {"AT+CGSN"},
    {"AT+CICCID"},
    {"AT+CIMI"},
    {"AT+CPSI"},
    {"AT+CSQ"},
    {"AT+CEREG="},
    {"AT+CGAUTH?"},
};

void what_is_not_needed_stops_nothing(void **state)
{
    static const char *const how[] = {"refuse", "malform", "silence"};
    for (size_t i = 0; i < MC_LENGTH_OF(spare); i++)
        for (size_t j = 0; j < MC_LENGTH_OF(how); j++) {
            enum mc_fault expected = strcmp(how[j], "silence") ? MC_FAULT_NONE : spare[i].silent;
            _cleanup_bench_ struct bench *b = bench_new("warm");
            b->settings.modem.flow = spare[i].no_flow ? MC_FLOW_NONE : MC_FLOW_RTSCTS;
            bench_inject(b, "%s %s", how[j], spare[i].command);
            enum mc_fault fault = bench_walk(b, MC_STEP_FIND);
            if (fault != expected)
                fail_msg("%s %s: %s (%s)", how[j], spare[i].command, mc_fault_info(fault)->code, b->result.detail);
            assert_int_equal(b->result.connected, expected == MC_FAULT_NONE);
        }
}

static const struct {
    const char *inject;
    enum mc_fault fault;
} dials[] = {
    {"dial-reject no-carrier", MC_FAULT_DIAL_NO_CARRIER},
    {"dial-reject error", MC_FAULT_DIAL_REFUSED},
    {"dial-reject silence", MC_FAULT_DIAL_TIMEOUT},
    {"dial-reject 537", MC_FAULT_NETWORK_BACKOFF},
    {"dial-reject 127", MC_FAULT_APN_REJECTED},
    {"dial-reject 128", MC_FAULT_PDP_TYPE_REJECTED},
    {"dial-reject 149", MC_FAULT_AUTH_REJECTED},
    {"dial-reject 129", MC_FAULT_AUTH_REJECTED},
    {"dial-reject 133", MC_FAULT_NOT_SUBSCRIBED},
    {"dial-reject 126", MC_FAULT_CONGESTION},
    {"dial-reject 10", MC_FAULT_SIM_ABSENT},
    {"dial-reject 999", MC_FAULT_DIAL_REFUSED},
    {"dial-reject 30", MC_FAULT_DIAL_REFUSED}, /* it says "no network" and calls itself registered */
    {"dial-reject 111", MC_FAULT_REGISTRATION_DENIED},
};

void every_answer_to_a_dial_has_its_fault(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(dials); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_inject(b, "%s", dials[i].inject);
        enum mc_fault fault = bench_walk(b, MC_STEP_FIND);
        if (fault != dials[i].fault)
            fail_msg("%s: %s (%s)", dials[i].inject, mc_fault_info(fault)->code, b->result.detail);
        assert_int_equal(bench_get(b, "dials"), 1); /* the sequence itself never dials twice */
        assert_int_equal(mc_line_owner(b->line), MC_LINE_OWNER_AT);
    }
}

/* What the modem says while the signal is read counts for the dial. */
void registration_lost_before_the_dial(void **state)
{
    static const char *const news[] = {"say +CEREG: 2", "sim-remove"};
    static const enum mc_fault faults[] = {MC_FAULT_REGISTRATION_LOST, MC_FAULT_SIM_ABSENT};
    for (size_t i = 0; i < MC_LENGTH_OF(news); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_inject(b, "late AT+CPSI 3000 1");
        mc_bringup_start(b->bringup, MC_STEP_FIND, 0);
        while (mc_bringup_step(b->bringup) != MC_STEP_SIGNAL)
            bench_pass(b, 1);
        bench_pass(b, 1000);
        bench_inject(b, "%s", news[i]);
        bench_pass(b, 20000);
        assert_true(b->done);
        assert_int_equal(b->result.fault, faults[i]);
        assert_int_equal(bench_get(b, "dials"), 0);
    }
}

static const struct {
    int stat;
    enum mc_fault fault;
} stats[] = {
    {2, MC_FAULT_NOT_REGISTERED},
    {3, MC_FAULT_REGISTRATION_DENIED},
    {4, MC_FAULT_NOT_REGISTERED},
    {6, MC_FAULT_REGISTRATION_LIMITED},
    {8, MC_FAULT_REGISTRATION_LIMITED},
    {11, MC_FAULT_REGISTRATION_LIMITED},
    {90, MC_FAULT_NOT_REGISTERED},
    {99, MC_FAULT_NOT_REGISTERED},
    {1, MC_FAULT_NONE},
    {5, MC_FAULT_NONE},
};

void every_registration_has_its_fault(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(stats); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm searching");
        bench_inject(b, "register %d", stats[i].stat);
        enum mc_fault fault = bench_walk(b, MC_STEP_FIND);
        if (fault != stats[i].fault)
            fail_msg("stat %d: %s (%s)", stats[i].stat, mc_fault_info(fault)->code, b->result.detail);
        assert_int_equal(bench_get(b, "dials_forbidden"), 0);
        assert_int_equal(b->result.connected, stats[i].fault == MC_FAULT_NONE);
    }
}
