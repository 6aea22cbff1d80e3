/* SPDX-License-Identifier: MIT */
/* The contenders, and the tables that are printed of them. */
#include "judge.h"
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct judge_policy
    persist  = {.after_ms = 30000, .first_ms = 30000, .factor = 1, .most_ms = 30000},
    four     = {.after_ms = 1000, .first_ms = 1000, .factor = 1, .most_ms = 1000, .tries = 4, .pause_ms = 300000},
    doubling = {.after_ms = 5000, .first_ms = 5000, .factor = 2, .most_ms = 600000},
    watchdog = {.after_ms = 30000, .first_ms = 30000, .factor = 1, .most_ms = 30000, .ping_ms = 60000};
/* clang-format on */
#define DIALER(name, policy)                                                                                           \
    {                                                                                                                  \
        name, &judge_dialer, policy, NULL                                                                              \
    }

const struct judge_contender judge_contenders[] = {
    {"oracle", &judge_oracle, NULL, judge_oracle_look},
    {"microcatd", NULL, NULL, NULL},
    DIALER("pppd, holdoff 30", &persist),
    DIALER("4 tries, 300 s", &four),
    DIALER("5 to 600 s", &doubling),
    DIALER("ping and reboot", &watchdog),
};
#define CONTENDERS (sizeof(judge_contenders) / sizeof(judge_contenders[0]))
const size_t judge_contenders_n = CONTENDERS;

/* Beside the oracle's: times as much, or where it has none, how many seconds. */
static void cell(int64_t down_ms, int64_t oracle_ms, unsigned times)
{
    if (times == 0)
        printf(" - |");
    else if (oracle_ms < 500 * (int64_t)times)
        printf(" +%.1f s |", (double)(down_ms - oracle_ms) / 1000.0 / times);
    else
        printf(" %.2f |", (double)down_ms / (double)oracle_ms);
}

static void print_head(const char *const *first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("| %s ", first[i]);
    printf("|\n");
    for (size_t i = 0; i < n; i++)
        printf("|---");
    printf("|\n");
}

static void print_faults(const struct judge_tally *t)
{
    const char *names[3 + CONTENDERS] = {"fault", "times", "oracle, each"};
    for (size_t i = 1; i < CONTENDERS; i++)
        names[2 + i] = judge_contenders[i].name;
    print_head(names, 2 + CONTENDERS);
    for (size_t row = 0; faults_name(row); row++) {
        unsigned times = t[0].rows[row].times;
        if (times == 0)
            continue;
        printf("| %s | %u | %.1f s |", faults_name(row), times, (double)t[0].rows[row].down_ms / 1000.0 / times);
        for (size_t i = 1; i < CONTENDERS; i++)
            cell(t[i].rows[row].down_ms, t[0].rows[row].down_ms, times);
        printf("\n");
    }
    printf("| (nothing any more, until a person came) | | |");
    for (size_t i = 1; i < CONTENDERS; i++)
        printf(" %.1f min a day |",
               (double)t[i].stranded_ms / (double)MINUTE_MS / ((double)t[i].lived_ms / (double)DAY_MS));
    printf("\n| **in all** | | |");
    for (size_t i = 1; i < CONTENDERS; i++)
        printf(" **%.2f** |", (double)t[i].down_ms / (double)t[0].down_ms);
    printf("\n");
}

static void print_costs(const struct judge_tally *t)
{
    static const char *const names[] = {
        "a day",  "down, of the oracle's", "minutes beyond it", "attaches", "dials", "radio cycles",
        "resets", "a person has to come"};
    print_head(names, sizeof(names) / sizeof(names[0]));
    for (size_t i = 0; i < CONTENDERS; i++) {
        double days = (double)t[i].lived_ms / (double)DAY_MS;
        printf("| %s | %.2f | %.1f | %.2f | %.1f | %.2f | %.2f | %.3f |\n", judge_contenders[i].name,
               (double)t[i].down_ms / (double)t[0].down_ms,
               (double)(t[i].down_ms - t[0].down_ms) / (double)MINUTE_MS / days, (double)t[i].attaches / days,
               (double)t[i].dials / days, (double)t[i].cycles / days, (double)t[i].resets / days,
               (double)t[i].visits / days);
    }
}

/* An attach that the oracle has, too, is the fault's own; this many more are microcatd's. */
#define OWN_A_DAY 0.005

static void print_attaches(const struct judge_tally *t)
{
    const double days = (double)t[0].lived_ms / (double)DAY_MS;
    const char *names[1 + CONTENDERS] = {"attaches a day"};
    for (size_t i = 0; i < CONTENDERS; i++)
        names[1 + i] = judge_contenders[i].name;
    print_head(names, 1 + CONTENDERS);
    for (size_t row = 0; faults_name(row); row++) {
        if ((double)t[1].rows[row].attaches < (double)t[0].rows[row].attaches + OWN_A_DAY * days)
            continue;
        printf("| %s |", faults_name(row));
        for (size_t i = 0; i < CONTENDERS; i++)
            printf(" %.3f |", (double)t[i].rows[row].attaches / days);
        printf("\n");
    }
}

static void print_dear(uint64_t seed, const struct judge_schedule *s, const int64_t *oracle_ms, const int64_t *ours_ms)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct judge_event *e = &s->events[i];
        if (ours_ms[i] - oracle_ms[i] >= MINUTE_MS)
            printf("seed %llu, day %.4f: %s of %lld s: oracle %lld s, microcatd %lld s more\n",
                   (unsigned long long)seed, (double)e->begin_ms / (double)DAY_MS, faults_name(e->row),
                   (long long)((e->end_ms - e->begin_ms) / 1000), (long long)(oracle_ms[i] / 1000),
                   (long long)((ours_ms[i] - oracle_ms[i]) / 1000));
    }
}

static void judge_one(uint64_t seed, long days, bool verbose, struct judge_tally *tallies)
{
    struct judge_schedule schedule = judge_draw(seed, days);
    for (size_t i = 0; i < CONTENDERS; i++) {
        tallies[i].events_ms = i < 2 ? calloc(schedule.n + 1, sizeof(int64_t)) : NULL;
        judge_live(&schedule, seed, &judge_contenders[i], &tallies[i]);
    }
    if (verbose && tallies[0].events_ms && tallies[1].events_ms)
        print_dear(seed, &schedule, tallies[0].events_ms, tallies[1].events_ms);
    free(tallies[0].events_ms);
    free(tallies[1].events_ms);
    judge_schedule_free(&schedule);
}

int judge_main(uint64_t first, long seeds, long days, bool verbose)
{
    static struct judge_tally tallies[CONTENDERS];
    bool broken = false;
    for (long i = 0; i < seeds; i++)
        judge_one(first + (uint64_t)i, days, verbose, tallies);
    printf("%ld boards, %ld days each; the oracle is down for %.1f minutes a day\n\n", seeds, days,
           (double)tallies[0].down_ms / (double)MINUTE_MS / ((double)tallies[0].lived_ms / (double)DAY_MS));
    print_faults(tallies);
    printf("\n");
    print_costs(tallies);
    printf("\n");
    print_attaches(tallies);
    for (size_t i = 0; i < CONTENDERS; i++) {
        broken = broken || *tallies[i].broken;
        if (*tallies[i].broken)
            printf("\n%s broke a rule: %s\n", judge_contenders[i].name, tallies[i].broken);
    }
    return broken;
}
