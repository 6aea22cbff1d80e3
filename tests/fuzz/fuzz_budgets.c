/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <assert.h>
#include <microcat/policy/policy.h>
#include <stdlib.h>
#include <string.h>

#define NOW_MS  1000000
#define WALL_MS 1763846400000

static uint32_t no_chance(void *ctx)
{
    return 0;
}

/* A year of trying: bounded waits, no remedy more often than allowed, whatever the file said. */
static void live(struct mc_policy *policy)
{
    struct mc_decision decision;
    int64_t last_reset_ms = -1, now_ms = NOW_MS;
    unsigned dials = 0;
    for (int i = 0; i < 200; i++) {
        mc_policy_decide(policy, (enum mc_fault)(i % MC_FAULT_COUNT), ~0u, now_ms, &decision);
        assert(decision.delay_ms >= 0 && decision.delay_ms <= 3600000);
        if (decision.remedy == MC_REMEDY_RESET) {
            assert(last_reset_ms < 0 || now_ms - last_reset_ms >= 3600000);
            last_reset_ms = now_ms;
        }
        if (decision.remedy >= MC_REMEDY_REATTACH && decision.remedy < MC_REMEDY_HOLD)
            mc_policy_spend(policy, decision.remedy, now_ms);
        int64_t wait_ms = mc_policy_dial(policy, false, now_ms);
        assert(wait_ms >= 0 && wait_ms <= 3600000);
        dials += wait_ms == 0;
        now_ms += 1000;
    }
    assert(dials <= MC_POLICY_DIALS_PER_HOUR);
}

/* A budget file, damaged in any way: refused whole or taken, and what is taken saves and loads as the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    const struct mc_settings settings = {.recovery = {.redial_delay_ms = 10000,
                                                      .redial_max_ms = 1800000,
                                                      .radio_cycle_interval_ms = 900000,
                                                      .radio_cycle_after = 3,
                                                      .reset_interval_ms = 3600000,
                                                      .power_cycle_interval_ms = 7200000,
                                                      .network_backoff_ms = 720000,
                                                      .sim_check_interval_ms = 30000,
                                                      .attaches_per_hour = 6}};
    struct mc_policy *policy = mc_policy_new(&settings, no_chance, NULL);
    char *text = strndup((const char *)data, len_bytes);
    char saved[MC_POLICY_TEXT_BYTES], again[MC_POLICY_TEXT_BYTES];
    unsigned line = 0;
    assert(policy && text);
    int r = mc_policy_load(policy, text, NOW_MS, WALL_MS, &line);
    assert(r == 0 || line > 0);
    assert(mc_policy_save(policy, NOW_MS, WALL_MS, saved, sizeof(saved)) > 0);
    assert(mc_policy_load(policy, saved, NOW_MS, WALL_MS, &line) == 0);
    assert(mc_policy_save(policy, NOW_MS, WALL_MS, again, sizeof(again)) > 0);
    assert(strcmp(saved, again) == 0);
    live(policy);
    mc_policy_free(policy);
    free(text);
    return 0;
}
