/* SPDX-License-Identifier: MIT */
/* Each allocation of the link's making and of its life fails once: no link at all, or one that is online in the end. */
#include "alloc_fail.h"
#include "world.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four from setjmp.h on first */
#include <cmocka.h>

static void no_memory_for_a_link(void **unused)
{
    struct world *w = world_plain("");
    struct mc_status status;
    mc_status_init(&status, 0);
    struct mc_bus *bus = mc_bus_new(w->queue, &status);
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        struct mc_link *link = mc_link_new(w->queue, &w->settings, &status, bus, &world_requests, w);
        bool failed = alloc_fail_stop();
        assert_true((link == NULL) == failed);
        mc_link_free(link);
        if (!failed) {
            assert_true(nth > 5); /* itself, policy, line, engine, sequence */
            break;
        }
    }
    mc_bus_free(bus);
    world_free(w);
}

static void until(struct world *w, enum mc_state wanted, int64_t limit_ms, unsigned nth)
{
    int64_t began_ms = world_now(w);
    while (!w->failed && (!w->link || w->status.state != wanted) && world_now(w) - began_ms < limit_ms)
        world_pass(w, 100);
    if (w->failed || w->status.state != wanted)
        fail_msg("allocation %u: %s, %s: %s", nth, mc_strtab_name(&mc_state_names, (int)w->status.state),
                 mc_fault_info(w->status.fault)->code, w->failure);
}

/* Up, through faults, a verb and a command by hand, and up again. */
static void live(struct world *w, unsigned nth)
{
    until(w, MC_STATE_ONLINE, 10 * MINUTE_MS, nth);
    world_inject(w, "no-carrier");
    world_pass(w, MINUTE_MS);
    until(w, MC_STATE_ONLINE, 20 * MINUTE_MS, nth);
    world_inject(w, "reboot");
    world_pass(w, MINUTE_MS);
    until(w, MC_STATE_ONLINE, 20 * MINUTE_MS, nth);
    world_verb(w, MC_VERB_DISCONNECT);
    world_pass(w, MINUTE_MS);
    world_verb(w, MC_VERB_CONNECT);
    until(w, MC_STATE_ONLINE, 20 * MINUTE_MS, nth);
    world_plug(w, false);
    until(w, MC_STATE_ABSENT, MINUTE_MS, nth);
    world_plug(w, true);
    until(w, MC_STATE_ONLINE, 20 * MINUTE_MS, nth);
}

static void every_allocation_of_a_life_fails_once(void **unused)
{
    for (unsigned nth = 1;; nth++) {
        struct world *w = world_plain("");
        world_pass(w, 1); /* the daemon is there */
        while (!w->link)
            world_pass(w, 100);
        alloc_fail_at(nth);
        live(w, nth);
        bool failed = alloc_fail_stop();
        world_free(w);
        if (!failed) {
            print_message("# %u allocations\n", nth - 1);
            assert_true(nth > 3);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_memory_for_a_link),
                                       cmocka_unit_test(every_allocation_of_a_life_fails_once)};
    return cmocka_run_group_tests_name("link/alloc", tests, NULL, NULL);
}
