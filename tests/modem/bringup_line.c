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
    assert_int_equal(mc_bringup_facts(b->bringup)->flow, MC_FLOW_NONE); /* what the status shows is what is in use */
    bench_inject(b, "no-carrier");
    mc_line_command(b->line);
    bench_online(b); /* and it is not tried again */
    assert_false(bench_stepped(b, MC_STEP_FLOW_SET));
}

/* A modem that does not know AT+IFC is left as it is; one that only refused it once gets its flow control the next
 * time.
 */
void flow_control_that_is_refused(void **state)
{
    static const char *const injects[] = {"refuse AT+IFC?", "malform AT+IFC?", "refuse AT+IFC="};
    for (size_t i = 0; i < MC_LENGTH_OF(injects); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        bench_inject(b, "%s", injects[i]);
        bench_online(b);
        assert_int_equal(mc_bringup_facts(b->bringup)->flow, MC_FLOW_NONE);
        assert_false(mc_bringup_facts(b->bringup)->flow_refused);
        assert_non_null(strstr(b->notes, "flow control left at none: "));
        assert_string_equal(mc_bringup_facts(b->bringup)->model, "SIM7672JP-MNGV");
        bench_inject(b, "forgive");
        bench_inject(b, "no-carrier");
        mc_line_command(b->line);
        bench_online(b);
        assert_int_equal(mc_bringup_facts(b->bringup)->flow, MC_FLOW_RTSCTS);
    }
}

/* What a modem says between two answers may look like Python's prompt: one that answers AT is a modem all the same. */
void a_modem_is_no_python_prompt(void **state)
{
    static const char *const words[] = {">>>", ">>> import os",
                                        "Traceback (most recent call last):", "NameError: name 'AT' isn't defined"};
    for (size_t i = 0; i < MC_LENGTH_OF(words); i++)
        for (int again = 0; again < 2; again++) {
            _cleanup_bench_ struct bench *b = bench_new("warm");
            b->what = words[i];
            if (again) { /* it is met already, and comes back from a call that ended unseen */
                bench_online(b);
                bench_inject(b, "no-carrier");
                mc_line_command(b->line);
            }
            bench_inject(b, "say %s", words[i]);
            bench_online(b);
            assert_string_equal(mc_bringup_facts(b->bringup)->model, "SIM7672JP-MNGV");
        }
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

/* Any answer to ATI proves that the new speed works, and the link does without the identity. */
void a_faster_line_without_an_identity(void **state)
{
    static const char *const injects[] = {"refuse ATI", "malform ATI"};
    for (size_t i = 0; i < MC_LENGTH_OF(injects); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        b->settings.modem.baud_rate = 460800;
        bench_inject(b, "%s", injects[i]);
        bench_online(b);
        assert_int_equal(bench_get(b, "baud"), 460800);
        assert_false(bench_stepped(b, MC_STEP_SPEED_UNDO));
        assert_non_null(strstr(b->notes, "the modem does not say what it is: "));
        assert_string_equal(mc_bringup_facts(b->bringup)->model, "");
        assert_string_equal(mc_bringup_facts(b->bringup)->firmware, "2374B05SIM767XM5A_M");
    }
}

/* ... but for an ATI that was understood before: bytes get lost at the new speed. */
void a_speed_that_loses_bytes(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm");
    b->settings.modem.baud_rate = 460800;
    mc_bringup_start(b->bringup, MC_STEP_FIND, 0);
    while (mc_bringup_step(b->bringup) != MC_STEP_SPEED_SET)
        bench_pass(b, 1);
    assert_string_equal(mc_bringup_facts(b->bringup)->model, "SIM7672JP-MNGV");
    bench_inject(b, "malform ATI 3");
    bench_pass(b, 20000);
    assert_true(b->done && b->result.connected);
    assert_true(bench_stepped(b, MC_STEP_SPEED_UNDO));
    assert_true(mc_bringup_facts(b->bringup)->speed_refused);
    assert_int_equal(bench_get(b, "baud"), 115200);
}
