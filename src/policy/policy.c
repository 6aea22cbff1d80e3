/* SPDX-License-Identifier: MIT */
#include "policy_priv.h"
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST_MAX_MS      30000
#define CARRIED_DELAY_MS 2000

struct mc_policy *mc_policy_new(const struct mc_settings *settings, uint32_t (*random)(void *ctx), void *ctx)
{
    struct mc_policy *policy = calloc(1, sizeof(*policy));
    if (!policy)
        return NULL;
    policy->settings = settings;
    policy->random = random;
    policy->ctx = ctx;
    return policy;
}

void mc_policy_free(struct mc_policy *policy)
{
    free(policy);
}

/* ---- delays ---- */

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* @ms +-30 %, or only upwards when waiting less would break a promise. */
static int64_t with_chance(struct mc_policy *policy, int64_t ms, bool upwards)
{
    int64_t span = ms * 3 / 10;
    if (span <= 0)
        return ms;
    int64_t chance = (int64_t)(policy->random(policy->ctx) % (uint64_t)(span + 1));
    if (upwards || policy->random(policy->ctx) % 2)
        return ms + chance;
    return ms - chance;
}

/* 10, 30, 60, 120, 240 ... s for RedialDelay=10: the first step is long because the second failure is rarely bad luck.
 */
static int64_t dial_delay_ms(const struct mc_policy *policy, unsigned failures)
{
    int64_t delay = policy->settings->recovery.redial_delay_ms;
    if (failures > 1)
        delay *= 3;
    for (unsigned i = 2; i < failures && delay < policy->settings->recovery.redial_max_ms; i++)
        delay *= 2;
    return min64(delay, policy->settings->recovery.redial_max_ms);
}

static int64_t quick_delay_ms(unsigned failures)
{
    return failures > 5 ? 30 * 1000 : (1000LL << (failures - 1));
}

/* At once, then 1, 2, 4 ... 30 s: what bounds it over an hour is the dial budget. */
static int64_t host_delay_ms(unsigned failures)
{
    return failures > 6 ? HOST_MAX_MS : 1000LL << (failures - 2);
}

static int64_t pace_delay_ms(struct mc_policy *policy, enum mc_pace pace)
{
    const int64_t cap_ms = policy->settings->recovery.redial_max_ms;
    switch (pace) {
    case MC_PACE_HOST:
        return policy->host_failures <= 1 ? 0 : with_chance(policy, host_delay_ms(policy->host_failures), false);
    case MC_PACE_QUICK:
        return with_chance(policy, quick_delay_ms(policy->quick_failures), false);
    case MC_PACE_LOOK:
        return with_chance(policy, policy->settings->recovery.sim_check_interval_ms, false);
    case MC_PACE_DIAL:
    case MC_PACE_TRY:
        return with_chance(policy, dial_delay_ms(policy, policy->pace_failures), false);
    case MC_PACE_MODEM:
        return with_chance(policy, dial_delay_ms(policy, policy->modem_failures), false);
    case MC_PACE_CAP:
        return with_chance(policy, cap_ms, false);
    case MC_PACE_NETWORK:
        return with_chance(policy, policy->settings->recovery.network_backoff_ms, true);
    }
    return cap_ms;
}

static unsigned *pace_counter(struct mc_policy *policy, enum mc_pace pace)
{
    if (pace == MC_PACE_QUICK)
        return &policy->quick_failures;
    if (pace == MC_PACE_HOST)
        return &policy->host_failures;
    if (pace == MC_PACE_MODEM)
        return &policy->modem_failures;
    return pace == MC_PACE_LOOK ? NULL : &policy->pace_failures;
}

/* ---- budgets ---- */

static void window_add(struct window *window, int64_t now_ms)
{
    if (window->count == WINDOW_MAX)
        memmove(window->at_ms, window->at_ms + 1, sizeof(window->at_ms[0]) * --window->count);
    window->at_ms[window->count++] = now_ms;
}

/* How long until one more fits into @limit an hour. */
static int64_t window_wait_ms(const struct window *window, unsigned limit, int64_t now_ms)
{
    if (limit > WINDOW_MAX)
        limit = WINDOW_MAX;
    if (window->count < limit || limit == 0)
        return 0;
    int64_t free_ms = window->at_ms[window->count - limit] + HOUR_MS;
    return free_ms > now_ms ? free_ms - now_ms : 0;
}

static int64_t attach_wait_ms(const struct mc_policy *policy, int64_t now_ms)
{
    return window_wait_ms(&policy->attaches, (unsigned)policy->settings->recovery.attaches_per_hour, now_ms);
}

static int64_t interval_ms(const struct mc_policy *policy, enum mc_remedy remedy)
{
    switch (remedy) {
    case MC_REMEDY_RADIO_CYCLE:
        return policy->settings->recovery.radio_cycle_interval_ms;
    case MC_REMEDY_RESET:
        return policy->settings->recovery.reset_interval_ms;
    case MC_REMEDY_POWER_CYCLE:
        return policy->settings->recovery.power_cycle_interval_ms;
    default:
        return 0;
    }
}

static bool affordable(const struct mc_policy *policy, enum mc_remedy remedy, int64_t now_ms)
{
    if ((remedy == MC_REMEDY_REATTACH || remedy == MC_REMEDY_RADIO_CYCLE) && attach_wait_ms(policy, now_ms) > 0)
        return false;
    const struct budget *budget = &policy->budgets[remedy];
    if (!budget->used)
        return true;
    return now_ms - budget->last_ms >= interval_ms(policy, remedy) << budget->grown;
}

/* ---- decisions ---- */

static enum mc_remedy choose(const struct mc_policy *policy, const struct mc_ladder_row *row, unsigned failures,
                             unsigned usable, int64_t now_ms)
{
    const struct {
        enum mc_remedy remedy;
        unsigned after;
    } rungs[] = {
        {MC_REMEDY_POWER_CYCLE, row->power_cycle_after},
        {MC_REMEDY_RESET, row->reset_after},
        {MC_REMEDY_RADIO_CYCLE, row->radio_cycle_after},
        {MC_REMEDY_REATTACH, row->reattach_after},
    };
    /* RadioCycleAfter= moves the radio cycle, and what is stronger along with it. */
    const bool moves = row->radio_cycle_after == MC_LADDER_RADIO_CYCLE_AFTER;
    for (size_t i = 0; i < MC_LENGTH_OF(rungs); i++) {
        unsigned after = rungs[i].after;
        if (after && moves && rungs[i].remedy >= MC_REMEDY_RADIO_CYCLE)
            after += (unsigned)policy->settings->recovery.radio_cycle_after - MC_LADDER_RADIO_CYCLE_AFTER;
        bool due = after && failures >= after;
        /* Detaching once is worth a try; detaching before every dial is what a network operator calls a storm. */
        if (rungs[i].remedy == MC_REMEDY_REATTACH && failures != rungs[i].after)
            due = false;
        if (due && (usable & (1u << rungs[i].remedy)) && affordable(policy, rungs[i].remedy, now_ms))
            return rungs[i].remedy;
    }
    return row->base;
}

static int64_t delay_ms(struct mc_policy *policy, const struct mc_ladder_row *row, enum mc_remedy remedy, bool carried)
{
    if (carried)
        return with_chance(policy, CARRIED_DELAY_MS, false);
    if (row->pace == MC_PACE_TRY && remedy > row->base)
        return with_chance(policy, policy->settings->recovery.redial_delay_ms, false);
    return pace_delay_ms(policy, row->pace);
}

void mc_policy_decide(struct mc_policy *policy, enum mc_fault fault, unsigned usable, int64_t now_ms,
                      struct mc_decision *ret_decision)
{
    const struct mc_ladder_row *row = mc_ladder_row(fault);
    unsigned *pace = pace_counter(policy, row->pace);
    if (pace && *pace < 1000)
        ++*pace;
    unsigned failures = ++policy->failures[row->fault];
    bool dials = row->pace == MC_PACE_DIAL || row->pace == MC_PACE_TRY;
    bool carried = policy->carried && dials && failures == 1;
    policy->carried = false;

    enum mc_remedy remedy = choose(policy, row, failures, usable, now_ms);
    *ret_decision = (struct mc_decision){
        .remedy = remedy,
        .delay_ms = delay_ms(policy, row, remedy, carried),
        .failures = failures,
    };
    const char *words = mc_remedy_text(ret_decision->remedy);
    if (failures == 1 || ret_decision->remedy == MC_REMEDY_HOLD) /* a person's absence is no failure */
        snprintf(ret_decision->reason, sizeof(ret_decision->reason), "%s", words);
    else
        snprintf(ret_decision->reason, sizeof(ret_decision->reason), "%s (failure %u in a row)", words, failures);
}

void mc_policy_spend(struct mc_policy *policy, enum mc_remedy remedy, int64_t now_ms)
{
    struct budget *budget = &policy->budgets[remedy];
    if (interval_ms(policy, remedy)) {
        if (budget->used && budget->grown < GROWN_MAX)
            budget->grown++;
        budget->used = true;
        budget->last_ms = now_ms;
    }
    if (remedy == MC_REMEDY_REATTACH || remedy == MC_REMEDY_RADIO_CYCLE)
        window_add(&policy->attaches, now_ms);
}

int64_t mc_policy_attach(struct mc_policy *policy, bool by_person, int64_t now_ms)
{
    int64_t wait_ms = by_person ? 0 : attach_wait_ms(policy, now_ms);
    if (wait_ms == 0)
        window_add(&policy->attaches, now_ms);
    return wait_ms;
}

int64_t mc_policy_dial(struct mc_policy *policy, bool by_person, int64_t now_ms)
{
    int64_t wait_ms = by_person ? 0 : window_wait_ms(&policy->dials, MC_POLICY_DIALS_PER_HOUR, now_ms);
    if (wait_ms == 0)
        window_add(&policy->dials, now_ms);
    return wait_ms;
}

#define MUX_LOST_MAX 3

static bool often_in_a_day(const struct window *window, int64_t now_ms)
{
    return window->count >= MUX_LOST_MAX && now_ms - window->at_ms[window->count - MUX_LOST_MAX] < DAY_MS;
}

bool mc_policy_mux_lost(struct mc_policy *policy, int64_t now_ms)
{
    window_add(&policy->mux_lost, now_ms);
    if (!often_in_a_day(&policy->mux_lost, now_ms))
        return false;
    policy->mux_lost.count = 0;
    return true;
}

bool mc_policy_mux_unsteady(struct mc_policy *policy, int64_t now_ms)
{
    struct window *window = &policy->mux_unsteady;
    if (window->count == MUX_LOST_MAX) /* the last three tell */
        memmove(window->at_ms, window->at_ms + 1, sizeof(window->at_ms[0]) * --window->count);
    window_add(window, now_ms);
    return mc_policy_mux_rests(policy, now_ms);
}

bool mc_policy_mux_rests(const struct mc_policy *policy, int64_t now_ms)
{
    return often_in_a_day(&policy->mux_unsteady, now_ms);
}

static void forgive(struct mc_policy *policy)
{
    memset(policy->failures, 0, sizeof(policy->failures));
    policy->pace_failures = 0;
    policy->quick_failures = 0;
    policy->host_failures = 0;
    policy->modem_failures = 0;
}

void mc_policy_carried(struct mc_policy *policy)
{
    forgive(policy);
    policy->carried = true;
}

void mc_policy_good(struct mc_policy *policy)
{
    forgive(policy);
    /* The remedies helped: their intervals start over, counted from when they were last used. */
    for (size_t i = 0; i < MC_REMEDY_COUNT; i++)
        policy->budgets[i].grown = 0;
}

unsigned mc_policy_failures(const struct mc_policy *policy, enum mc_fault fault)
{
    return policy->failures[mc_ladder_row(fault)->fault];
}

void mc_policy_start_over(struct mc_policy *policy)
{
    mc_policy_good(policy);
}

int64_t mc_policy_boot_jitter_ms(struct mc_policy *policy)
{
    int64_t jitter = policy->settings->recovery.boot_jitter_ms;
    return jitter > 0 ? (int64_t)(policy->random(policy->ctx) % (uint64_t)(jitter + 1)) : 0;
}
