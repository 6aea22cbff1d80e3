/* SPDX-License-Identifier: MIT */
#include "alloc_fail.h"
#include <errno.h>
#include <microcat/base/timerq.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bench;
struct shot {
    struct mc_timer timer;
    struct bench *bench;
    char letter;
    void (*then)(struct shot *shot);
};

struct bench {
    struct mc_timerq *queue;
    struct shot shots[8]; /* 'a', 'b', ... */
    char log[64];
};

static void on_shot(void *ctx)
{
    struct shot *shot = ctx;
    size_t used = strlen(shot->bench->log);

    assert_false(mc_timer_armed(&shot->timer));
    assert_true(used + 1 < sizeof(shot->bench->log));
    shot->bench->log[used] = shot->letter;
    if (shot->then)
        shot->then(shot);
}

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));

    bench->queue = mc_timerq_new(1000);
    for (size_t i = 0; i < 8; i++) {
        bench->shots[i].bench = bench;
        bench->shots[i].letter = (char)('a' + i);
        mc_timer_init(&bench->shots[i].timer, "shot", on_shot, &bench->shots[i]);
    }
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;

    mc_timerq_free(bench->queue);
    free(bench);
    return 0;
}

static void arm(struct bench *bench, char letter, int64_t delay_ms)
{
    mc_timer_arm(&bench->shots[letter - 'a'].timer, bench->queue, delay_ms);
}

static size_t run_at(struct bench *bench, int64_t now_ms)
{
    mc_timerq_advance(bench->queue, now_ms);
    return mc_timerq_run(bench->queue);
}

static void they_fire_in_order_of_time_then_of_arming(void **state)
{
    struct bench *bench = *state;

    arm(bench, 'a', 30);
    arm(bench, 'b', 10);
    arm(bench, 'c', 20);
    arm(bench, 'd', 10);
    arm(bench, 'e', 30);
    arm(bench, 'f', 0);
    assert_int_equal(mc_timerq_next_ms(bench->queue), 1000);
    assert_int_equal(run_at(bench, 1009), 1);
    assert_int_equal(mc_timerq_next_ms(bench->queue), 1010);
    assert_int_equal(run_at(bench, 1010), 2);
    assert_int_equal(run_at(bench, 5000), 3);
    assert_string_equal(bench->log, "fbdcae");
    assert_int_equal(mc_timerq_next_ms(bench->queue), -1);
    assert_int_equal(mc_timerq_run(bench->queue), 0);
}

static void arming_anew_moves_to_the_end(void **state)
{
    struct bench *bench = *state;

    arm(bench, 'a', 10);
    arm(bench, 'b', 10);
    arm(bench, 'a', 10);
    arm(bench, 'c', 500);
    arm(bench, 'c', 10);
    run_at(bench, 1010);
    assert_string_equal(bench->log, "bac");
}

static void periods_come_due_together(void **state)
{
    struct bench *bench = *state;
    static const struct {
        int64_t now_ms, period_ms, due_ms;
    } rows[] = {
        {1000, 300, 1200}, {1199, 300, 1200}, {1200, 300, 1500}, /* never at once: that would spin */
        {1250, 100, 1300}, {1251, 1, 1252},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        run_at(bench, rows[i].now_ms);
        mc_timer_arm_together(&bench->shots[0].timer, bench->queue, rows[i].period_ms);
        assert_int_equal(mc_timerq_next_ms(bench->queue), rows[i].due_ms);
        mc_timer_disarm(&bench->shots[0].timer);
    }
}

static void the_clock_goes_forwards_only(void **state)
{
    struct bench *bench = *state;

    mc_timerq_advance(bench->queue, 500);
    assert_int_equal(mc_timerq_now_ms(bench->queue), 1000);
    arm(bench, 'a', 100);
    assert_int_equal(mc_timer_left_ms(&bench->shots[0].timer), 100);
    mc_timerq_advance(bench->queue, 1040);
    assert_int_equal(mc_timer_left_ms(&bench->shots[0].timer), 60);
    mc_timerq_advance(bench->queue, 9000);
    assert_int_equal(mc_timer_left_ms(&bench->shots[0].timer), 0);
    assert_string_equal(bench->log, ""); /* advancing fires nothing */
    mc_timerq_run(bench->queue);
    assert_int_equal(mc_timer_left_ms(&bench->shots[0].timer), -1);
    assert_string_equal(bench->log, "a");
}

static void odd_delays_are_bounded(void **state)
{
    struct bench *bench = *state;

    arm(bench, 'a', INT64_MAX);
    arm(bench, 'b', -50);
    assert_int_equal(mc_timerq_next_ms(bench->queue), 1000);
    assert_int_equal(mc_timerq_run(bench->queue), 1);
    assert_int_equal(mc_timerq_next_ms(bench->queue), INT64_MAX);
    assert_string_equal(bench->log, "b");
}

static void again_at_once(struct shot *shot)
{
    mc_timer_arm(&shot->timer, shot->bench->queue, 0);
}

static void delay_0_means_the_next_pass(void **state)
{
    struct bench *bench = *state;

    bench->shots[0].then = again_at_once;
    arm(bench, 'a', 0);
    arm(bench, 'b', 0);
    assert_int_equal(mc_timerq_run(bench->queue), 2);
    assert_string_equal(bench->log, "ab");
    assert_int_equal(mc_timerq_next_ms(bench->queue), 1000);
    assert_int_equal(mc_timerq_run(bench->queue), 1); /* a pass ends, however often */
    assert_string_equal(bench->log, "aba");
}

static void meddle(struct shot *shot)
{
    struct bench *bench = shot->bench;

    mc_timer_disarm(&bench->shots[1].timer); /* the next one, due as well */
    arm(bench, 'c', 100);                    /* due now, moved away */
    arm(bench, 'e', 0);                      /* due now, to the next pass */
    arm(bench, 'f', 0);                      /* new */
    assert_int_equal(mc_timerq_next_ms(bench->queue), 1000);
    assert_int_equal(mc_timerq_run(bench->queue), 0); /* not from inside */
}

static void callbacks_may_arm_and_disarm_others(void **state)
{
    struct bench *bench = *state;

    bench->shots[0].then = meddle;
    for (char c = 'a'; c <= 'e'; c++)
        arm(bench, c, 0);
    assert_int_equal(mc_timerq_run(bench->queue), 2);
    assert_string_equal(bench->log, "ad");
    assert_int_equal(mc_timerq_run(bench->queue), 2);
    assert_string_equal(bench->log, "adef");
    assert_int_equal(run_at(bench, 1100), 1);
    assert_string_equal(bench->log, "adefc");
}

static void jump_ahead(struct shot *shot)
{
    mc_timerq_advance(shot->bench->queue, 2000);
    arm(shot->bench, 'b', 0);
}

static void a_clock_set_by_a_callback_waits_for_the_next_pass(void **state)
{
    struct bench *bench = *state;

    bench->shots[0].then = jump_ahead;
    arm(bench, 'a', 0);
    arm(bench, 'c', 500);
    assert_int_equal(mc_timerq_run(bench->queue), 1);
    assert_int_equal(mc_timerq_run(bench->queue), 2);
    assert_string_equal(bench->log, "acb");
}

static void free_it(void *ctx)
{
    struct mc_timer **timer = ctx;

    free(*timer);
    *timer = NULL;
}

static void callbacks_may_free_their_timer(void **state)
{
    struct mc_timer *timer = malloc(sizeof(*timer));
    struct bench *bench = *state;

    mc_timer_init(timer, "freed", free_it, &timer);
    mc_timer_arm(timer, bench->queue, 0);
    arm(bench, 'a', 0);
    assert_int_equal(mc_timerq_run(bench->queue), 2);
    assert_null(timer);
}

static void freeing_the_queue_disarms(void **state)
{
    struct mc_timerq *queue = mc_timerq_new(0);
    struct bench *bench = *state;

    mc_timer_arm(&bench->shots[0].timer, queue, 5);
    mc_timerq_free(queue);
    assert_false(mc_timer_armed(&bench->shots[0].timer));
    mc_timer_disarm(&bench->shots[0].timer);
    mc_timerq_free(NULL);
    alloc_fail_at(1);
    assert_null(mc_timerq_new(0));
    assert_true(alloc_fail_stop());
}

/* Against a plain model: arm, move, disarm at random; whatever fires must be the earliest, and all that is due must
 * fire. */
static void it_agrees_with_a_model(void **state)
{
    struct bench *bench = *state;
    int64_t due[8], now = 1000;
    unsigned seed = 1;

    memset(due, 0xff, sizeof(due));
    for (int step = 0; step < 20000; step++) {
        seed = seed * 1103515245 + 12345;
        unsigned i = seed >> 16 & 7, what = seed >> 20 & 3, delay = seed >> 22 & 63;
        bench->log[0] = '\0';
        if (what == 0) {
            mc_timer_disarm(&bench->shots[i].timer);
            due[i] = -1;
        } else if (what < 3) {
            mc_timer_arm(&bench->shots[i].timer, bench->queue, delay);
            due[i] = now + delay;
        } else {
            size_t n = 0;
            now += delay;
            memset(bench->log, 0, sizeof(bench->log));
            run_at(bench, now);
            for (size_t k = 0; k < 8; k++)
                n += due[k] >= 0 && due[k] <= now;
            assert_int_equal(strlen(bench->log), n);
            for (size_t k = 1; k < n; k++)
                assert_true(due[bench->log[k - 1] - 'a'] <= due[bench->log[k] - 'a']);
            for (size_t k = 0; k < n; k++)
                due[bench->log[k] - 'a'] = -1;
        }
        int64_t next = -1;
        for (size_t k = 0; k < 8; k++)
            if (due[k] >= 0 && (next < 0 || due[k] < next))
                next = due[k];
        assert_int_equal(mc_timerq_next_ms(bench->queue), next);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_fire_in_order_of_time_then_of_arming, setup, teardown),
        cmocka_unit_test_setup_teardown(arming_anew_moves_to_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(periods_come_due_together, setup, teardown),
        cmocka_unit_test_setup_teardown(the_clock_goes_forwards_only, setup, teardown),
        cmocka_unit_test_setup_teardown(odd_delays_are_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(delay_0_means_the_next_pass, setup, teardown),
        cmocka_unit_test_setup_teardown(callbacks_may_arm_and_disarm_others, setup, teardown),
        cmocka_unit_test_setup_teardown(a_clock_set_by_a_callback_waits_for_the_next_pass, setup, teardown),
        cmocka_unit_test_setup_teardown(callbacks_may_free_their_timer, setup, teardown),
        cmocka_unit_test_setup_teardown(freeing_the_queue_disarms, setup, teardown),
        cmocka_unit_test_setup_teardown(it_agrees_with_a_model, setup, teardown),
    };
    return cmocka_run_group_tests_name("base/timerq", tests, NULL, NULL);
}
