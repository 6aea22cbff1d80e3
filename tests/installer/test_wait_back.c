/* SPDX-License-Identifier: MIT */
/* A board that restarts behind a fixed path: gone and back, however the watch tells of it. The watch is the test's own.
 */
#include "../../src/installer/board.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

struct mc_device_watch {
    struct mc_device_events events;
    void *ctx;
    struct mc_timer timer;
};

static struct mc_loop *loop;
static void (*story)(struct mc_device_watch *watch);
static const struct mc_device device = {.path = "/dev/null"};

static void on_timer(void *ctx)
{
    story(ctx);
}

int mc_device_watch_new(struct mc_loop *its_loop, const struct mc_device_want *want,
                        const struct mc_device_events *events, void *ctx, struct mc_device_watch **ret_watch)
{
    struct mc_device_watch *watch = calloc(1, sizeof(*watch));

    assert_non_null(watch);
    *watch = (struct mc_device_watch){.events = *events, .ctx = ctx};
    mc_timer_init(&watch->timer, "story", on_timer, watch);
    mc_timer_arm(&watch->timer, mc_loop_timers(its_loop), 0);
    *ret_watch = watch;
    return 0;
}

void mc_device_watch_free(struct mc_device_watch *watch)
{
    mc_timer_disarm(&watch->timer);
    free(watch);
}

static void here(struct mc_device_watch *watch)
{
    watch->events.on_added(watch->ctx, &device);
}

static void goes(struct mc_device_watch *watch)
{
    watch->events.on_removed(watch->ctx);
}

static void goes_and_comes_in_one_turn(struct mc_device_watch *watch)
{
    here(watch);
    goes(watch);
    here(watch);
}

static void goes_for_good(struct mc_device_watch *watch)
{
    here(watch);
    goes(watch);
}

static void goes_then_comes(struct mc_device_watch *watch)
{
    goes_for_good(watch);
    story = here;
    mc_timer_arm(&watch->timer, mc_loop_timers(loop), 20);
}

static void waits_for_a_board_that_comes_back(void **state)
{
    const struct {
        void (*story)(struct mc_device_watch *watch);
        int result;
    } rows[] = {{goes_and_comes_in_one_turn, 0}, {goes_then_comes, 0}, {goes_for_good, -ETIMEDOUT}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        story = rows[i].story;
        assert_int_equal(board_wait_back(loop, "/dev/null", 200), rows[i].result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(waits_for_a_board_that_comes_back)};

    if (mc_loop_new(&loop) < 0)
        return 1;
    int failed = cmocka_run_group_tests_name("installer/wait_back", tests, NULL, NULL);
    mc_loop_free(loop);
    return failed;
}
