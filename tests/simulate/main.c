/* SPDX-License-Identifier: MIT */
/*
 * simulate --judge [--first N] [--seeds N] [--days D] [--verbose]: what the policy is worth beside an oracle's and
 * other people's. simulate [--first N] [--seeds N] [--days D] [--verbose] [--tap]: lives N lives of D days under a
 * virtual clock, a seed a life. A life is storms of faults and the calm behind them: once all is mended, the link must
 * be online again within a bound and stay so.
 */
#include "judge.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BACK_MS (60 * MINUTE_MS) /* RedialMax + 30 %, a search, an hour's budget that was spent, a boot */
#define SETTLE_MS                                                                                                      \
    (5 * MINUTE_MS) /* a SIM just exchanged, echoes and probes that were lost: the last of it still comes */
#define CALM_MS HOUR_MS

struct totals {
    uint64_t days, turns, faults, recoveries, recovery_sum_ms, recovery_max_ms, outages, failures;
};

static bool online(const struct world *w)
{
    return w->link && w->status.state == MC_STATE_ONLINE && w->network_up;
}

static void expect_online(struct world *w)
{
    int64_t began_ms = world_now(w);
    world_pass(w, SETTLE_MS);
    while (!w->failed && !online(w) && world_now(w) - began_ms < BACK_MS)
        world_pass(w, 10 * SECOND_MS);
    int64_t took_ms = world_now(w) - began_ms;
    if (!w->failed && !online(w))
        world_fail(w, "not online %lld min after all was mended: in %s, %s (%s), waiting for %s",
                   (long long)(took_ms / MINUTE_MS), mc_strtab_name(&mc_state_names, (int)w->status.state),
                   mc_fault_info(w->status.fault)->code, w->status.fault_detail,
                   w->link ? mc_link_waits_for(w->link) : "the daemon");
    w->recoveries++;
    w->recovery_sum_ms += (uint64_t)took_ms;
    if ((uint64_t)took_ms > w->recovery_max_ms)
        w->recovery_max_ms = (uint64_t)took_ms;
    /* and calm it stays: what was is past, and no remedy comes late */
    uint64_t outages = w->outages;
    world_pass(w, CALM_MS);
    if (!w->failed && (w->outages != outages || !online(w)))
        world_fail(w, "the link went down in the calm: in %s, %s (%s)",
                   mc_strtab_name(&mc_state_names, (int)w->status.state), mc_fault_info(w->status.fault)->code,
                   w->status.fault_detail);
}

static bool live(uint64_t seed, int64_t days, bool verbose, struct totals *totals)
{
    struct world *w = world_new(seed, verbose);
    int64_t end_ms = days * DAY_MS;
    expect_online(w);
    while (!w->failed && world_now(w) < end_ms) {
        int64_t left_ms = end_ms - world_now(w), storm_ms = world_between(w, HOUR_MS, DAY_MS);
        faults_storm(w);
        world_pass(w, storm_ms < left_ms ? storm_ms : left_ms);
        if (w->failed)
            break;
        faults_mend(w);
        expect_online(w);
    }
    bool good = !w->failed;
    if (!good)
        printf("seed %llu: %s\n  again: simulate --first %llu --seeds 1 --days %lld --verbose\n",
               (unsigned long long)seed, w->failure, (unsigned long long)seed, (long long)days);
    totals->days += (uint64_t)(world_now(w) / DAY_MS);
    totals->turns += w->turns;
    totals->faults += w->faults;
    totals->outages += w->outages;
    totals->recoveries += w->recoveries;
    totals->recovery_sum_ms += w->recovery_sum_ms;
    if (w->recovery_max_ms > totals->recovery_max_ms)
        totals->recovery_max_ms = w->recovery_max_ms;
    totals->failures += !good;
    world_free(w);
    return good;
}

static double seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"first", required_argument, NULL, 'f'},
                                            {"seeds", required_argument, NULL, 's'},
                                            {"days", required_argument, NULL, 'd'},
                                            {"verbose", no_argument, NULL, 'v'},
                                            {"tap", no_argument, NULL, 't'},
                                            {"judge", no_argument, NULL, 'j'},
                                            {NULL, 0, NULL, 0}};
    long first = 1, seeds = 100, days = 3;
    bool verbose = false, tap = false, judge = false;
    struct totals totals = {0};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'f')
            first = atol(optarg);
        else if (c == 's')
            seeds = atol(optarg);
        else if (c == 'd')
            days = atol(optarg);
        else if (c == 'v')
            verbose = true;
        else if (c == 't')
            tap = true;
        else if (c == 'j')
            judge = true;
        else
            return 2;
    }
    if (seeds < 1 || days < 1) {
        fprintf(stderr, "usage: simulate [--first N] [--seeds N] [--days D] [--verbose]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    if (judge)
        return judge_main((uint64_t)first, seeds, days, verbose);
    double began = seconds();
    for (long i = 0; i < seeds; i++)
        live((uint64_t)(first + i), days, verbose, &totals);
    double took = seconds() - began;
    printf("%s%ld seeds, %llu device-days in %.1f s of a processor: %.0f device-days/minute; %llu faults, %llu "
           "outages, back %.1f min "
           "after the last fault on average, %.1f at most; %llu failed\n",
           tap ? "# " : "", seeds, (unsigned long long)totals.days, took, (double)totals.days / took * 60,
           (unsigned long long)totals.faults, (unsigned long long)totals.outages,
           totals.recoveries ? (double)totals.recovery_sum_ms / (double)totals.recoveries / (double)MINUTE_MS : 0.0,
           (double)totals.recovery_max_ms / (double)MINUTE_MS, (unsigned long long)totals.failures);
    if (tap)
        printf("1..1\n%s 1 - %ld seeds of %ld days\n", totals.failures ? "not ok" : "ok", seeds, days);
    return totals.failures ? 1 : 0;
}
