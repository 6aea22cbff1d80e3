/* SPDX-License-Identifier: MIT */
/* The line: flow control and speed, set where they work, given up where they do not. */
#include "bench.h"
#include "bringup_tests.h"

void no_rts_cts_on_the_bridge(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm no-flow");
    bench_online(b);
    assert_true(bench_stepped(b, MC_STEP_FLOW_UNDO));
    assert_non_null(strstr(b->notes, "flow control given up"));
    assert_true(mc_bringup_facts(b->bringup)->flow_refused);
    bench_inject(b, "no-carrier");
    mc_line_command(b->line);
    bench_online(b); /* and it is not tried again */
    assert_false(bench_stepped(b, MC_STEP_FLOW_SET));
}

void a_faster_line(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    b->settings.modem.baud_rate = 460800;
    bench_online(b);
    assert_int_equal(bench_get(b, "baud"), 460800);
    assert_int_equal(mc_bringup_facts(b->bringup)->baud, 460800);
    bench_inject(b, "no-carrier");
    mc_line_command(b->line);
    bench_online(b);
    assert_false(bench_stepped(b, MC_STEP_SPEED_SET));
}

/* The modem says OK and is then not to be understood at that speed. */
void a_speed_that_does_not_work(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    b->settings.modem.baud_rate = 460800;
    b->deaf_at = 460800;
    bench_online(b);
    assert_true(bench_stepped(b, MC_STEP_SPEED_UNDO));
    assert_true(mc_bringup_facts(b->bringup)->speed_refused);
    assert_int_equal(bench_get(b, "baud"), 115200);
    assert_non_null(strstr(b->notes, "does not work on this line"));
    bench_inject(b, "no-carrier");
    mc_line_command(b->line);
    bench_online(b);
    assert_false(bench_stepped(b, MC_STEP_SPEED_SET));
}
