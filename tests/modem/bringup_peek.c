/* SPDX-License-Identifier: MIT */
/* A look during a call on the plain line (EscapeInterval=). */
#include "bench.h"
#include "bringup_tests.h"
#include <errno.h>

void a_look_during_a_call(void **state)
{
    static const struct {
        const char *inject;
        enum mc_fault fault;
        bool carries, looks; /* afterwards; the signal was heard */
        const char *why;
    } looks[] = {
        {NULL, MC_FAULT_NONE, true, true, ""},
        {"refuse AT+CPSI", MC_FAULT_NONE, true, true, ""}, /* the rest is heard */
        {"silence AT+CEREG", MC_FAULT_NONE, true, true, ""},
        {"refuse ATO", MC_FAULT_NO_CARRIER, false, true, "refused"},
        {"malform ATO", MC_FAULT_NO_CARRIER, false, true, "refused"}, /* OK and no CONNECT: there is no call */
        {"silence ATO", MC_FAULT_NO_CARRIER, false, true, "no-answer"},
        {"ignore-escapes", MC_FAULT_STUCK_IN_DATA, true, false, "no-answer"},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(looks); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_online(b);
        if (looks[i].inject)
            bench_inject(b, "%s", looks[i].inject);
        bench_pass(b, 60000);
        int64_t began_ms = mc_timerq_now_ms(b->queue);
        enum mc_fault fault = bench_walk(b, MC_STEP_PEEK_ESCAPE);
        if (fault != looks[i].fault)
            fail_msg("row %zu: %s (%s)", i, mc_fault_info(fault)->code, b->result.detail);
        assert_int_equal(mc_line_carries(b->line), looks[i].carries);
        assert_int_equal(mc_bringup_facts(b->bringup)->signal_at_ms >= began_ms, looks[i].looks);
        assert_string_equal(mc_bringup_escape_why(b->bringup), looks[i].why);
        assert_int_equal(mc_line_send_data(b->line, "~~", 2), looks[i].carries ? 2 : -EAGAIN);
        assert_int_equal(bench_get(b, "calls"), 1);
    }
}

/* What was learned of one firmware says nothing about the next. */
void another_firmware_looks_anew(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    bench_online(b);
    bench_inject(b, "ignore-escapes");
    bench_walk(b, MC_STEP_PEEK_ESCAPE);
    assert_string_equal(mc_bringup_escape_why(b->bringup), "no-answer");
    snprintf(mc_bringup_facts(b->bringup)->firmware, sizeof(mc_bringup_facts(b->bringup)->firmware), "another");
    assert_string_equal(mc_bringup_escape_why(b->bringup), "");
}
