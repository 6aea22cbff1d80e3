/* SPDX-License-Identifier: MIT */
/*
 * Clocks that jump: the wall clock by years, which must change nothing, and the queue's clock (CLOCK_BOOTTIME) by hours
 * of suspend, after which everything is late at once and nothing may come in a storm.
 */
#include "story.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four from setjmp.h on first */
#include <cmocka.h>

#define YEAR_MS (365 * DAY_MS)

/* ---- the wall clock ---- */

struct tale {
    struct mc_observer observer;
    char text[65536];
};

static void on_event(void *ctx, const void *arg)
{
    const struct mc_event *event = arg;
    struct tale *tale = ctx;
    size_t len = strlen(tale->text);
    if (event->kind != MC_EVENT_STATUS)
        snprintf(tale->text + len, sizeof(tale->text) - len, "%lld %d %d-%d %s %s\n", (long long)event->at_ms,
                 (int)event->kind, (int)event->from, (int)event->to, mc_fault_info(event->fault)->code, event->text);
}

/* Online, refused by the network for hours, online, a mute modem, online; with the clock set in between, or not. */
static void live(struct tale *tale, const int64_t *jumps_ms, size_t n_jumps)
{
    static const struct {
        const char *inject;
        int64_t then_ms;
    } days[] = {{"no-carrier", 5 * MINUTE_MS}, {"deny 11", 4 * HOUR_MS},    {"register 5", HOUR_MS},
                {"mute on", 3 * HOUR_MS},      {"mute off", HOUR_MS},       {"sim-remove", HOUR_MS},
                {"sim-insert", HOUR_MS},       {"stale on", 20 * MINUTE_MS}};
    struct world *w = world_plain("");
    tale->text[0] = '\0';
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
    mc_bus_observe(w->bus, &tale->observer, on_event, tale);
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        world_inject(w, "%s", days[i].inject);
        for (int part = 0; part < 4; part++) {
            if (n_jumps > 0)
                w->wall_ms += jumps_ms[(i + (size_t)part) % n_jumps];
            pass(w, days[i].then_ms / 4);
        }
    }
    mc_bus_forget(w->bus, &tale->observer);
    world_free(w);
}

static void the_wall_clock_decides_nothing(void **unused)
{
    static const int64_t jumps_ms[] = {20 * YEAR_MS, -25 * YEAR_MS, HOUR_MS, -DAY_MS, -20 * YEAR_MS, 25 * YEAR_MS};
    static struct tale steady, jumping;
    live(&steady, NULL, 0);
    live(&jumping, jumps_ms, sizeof(jumps_ms) / sizeof(jumps_ms[0]));
    assert_true(strlen(steady.text) > 2000);
    assert_string_equal(steady.text, jumping.text);
}

/* ---- suspend ---- */

static void sleep_for(struct world *w, int64_t ms)
{
    w->rules.slept_ms += ms;
    mc_timerq_advance(w->queue, world_now(w) + ms);
}

struct night {
    const char *name, *before, *during;
    int64_t awake_ms; /* between @before and the sleep */
    int64_t bound_ms; /* online again within */
    unsigned dials;   /* at most, in that time */
};

static const struct night nights[] = {
    {"online, and the call lived on", NULL, NULL, MINUTE_MS, SECOND_MS, 0},
    {"online, and the call was ended", NULL, "no-carrier", MINUTE_MS, MINUTE_MS, 1},
    {"online, and nothing comes back any more", NULL, "stale on", MINUTE_MS, 10 * MINUTE_MS, 2},
    {"online, and the peer is dead", NULL, "echo-dead on", MINUTE_MS, 10 * MINUTE_MS, 4},
    {"online, and the modem started anew", NULL, "reboot", MINUTE_MS, 3 * MINUTE_MS, 1},
    {"registering", "deny 11", "register 5", 3 * SECOND_MS, 5 * MINUTE_MS, 1},
    {"in backoff", "deny 11", "register 5", 20 * MINUTE_MS, 5 * MINUTE_MS, 1},
    {"mute", "mute on", "mute off", 10 * MINUTE_MS, 10 * MINUTE_MS, 1},
    {"held", "sim-remove", "sim-insert", 10 * MINUTE_MS, 10 * MINUTE_MS, 1},
};

static void one_night(const struct night *night, int64_t hours)
{
    struct world *w = world_plain("");
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
    if (night->before)
        world_inject(w, "%s", night->before);
    if (night->before)
        world_inject(w, "no-carrier");
    pass(w, night->awake_ms);
    uint64_t dials = w->status.counters.dials, cycles = w->status.counters.radio_cycles;
    uint64_t resets = w->status.counters.resets;
    if (night->during)
        world_inject(w, "%s", night->during);
    sleep_for(w, hours * HOUR_MS);
    if (night->during && (strstr(night->during, "stale") || strstr(night->during, "echo-dead"))) {
        pass(w, 3 * MINUTE_MS); /* noticed by then, so that the next call is the one that carries */
        world_inject(w, "forgive");
        world_inject(w, "stale off");
        world_inject(w, "echo-dead off");
    }
    int64_t took_ms = until(w, MC_STATE_ONLINE, night->bound_ms);
    pass(w, 10 * MINUTE_MS);
    assert_int_equal(w->status.state, MC_STATE_ONLINE);
    print_message("# %s, %lld h: online after %lld s, %llu dials\n", night->name, (long long)hours,
                  (long long)(took_ms / SECOND_MS), (unsigned long long)(w->status.counters.dials - dials));
    if (w->status.counters.dials - dials > night->dials)
        fail_msg("%s: %llu dials", night->name, (unsigned long long)(w->status.counters.dials - dials));
    assert_true(w->status.counters.radio_cycles - cycles <= 1); /* a remedy that was due */
    assert_true(w->status.counters.resets - resets <= 1);
    world_free(w);
}

static void sleeps_and_wakes(void **unused)
{
    static const int64_t hours[] = {1, 8, 24 * 30};
    for (size_t i = 0; i < sizeof(nights) / sizeof(nights[0]); i++)
        for (size_t h = 0; h < sizeof(hours) / sizeof(hours[0]); h++)
            one_night(&nights[i], hours[h]);
}

/* Asleep more than awake: the budgets are of the time that passed, and each waking costs at most one try. */
static void sleeps_again_and_again(void **unused)
{
    struct world *w = world_plain("");
    until(w, MC_STATE_ONLINE, 2 * MINUTE_MS);
    world_inject(w, "no-address on");
    world_inject(w, "no-carrier");
    pass(w, MINUTE_MS);
    for (int i = 0; i < 50; i++) {
        uint64_t dials = w->status.counters.dials;
        sleep_for(w, HOUR_MS);
        pass(w, 30 * SECOND_MS);
        assert_true(w->status.counters.dials - dials <= 1);
    }
    world_inject(w, "no-address off");
    sleep_for(w, HOUR_MS);
    until(w, MC_STATE_ONLINE, 5 * MINUTE_MS);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wall_clock_decides_nothing),
        cmocka_unit_test(sleeps_and_wakes),
        cmocka_unit_test(sleeps_again_and_again),
    };
    return cmocka_run_group_tests_name("simulate/time", tests, NULL, NULL);
}
