/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIMULATE_JUDGE_H
#define TESTS_SIMULATE_JUDGE_H

/*
 * What a policy is worth: a schedule of faults that is drawn before anybody lives through it, contenders that live
 * through the very same one on the same board, and what it cost each of them.
 *
 * The truth about the link is the world's, not a contender's: it carries while pppd runs, has its address, and the
 * network behind the modem answers. A fault answers for the time from its beginning to the next one's.
 */

#include "world.h"

#define JUDGE_ROWS     96
#define JUDGE_START_MS (30 * MINUTE_MS) /* to come up in; nothing is counted before it */

struct judge_event {
    int64_t begin_ms, end_ms; /* the same: it is over at once */
    size_t row;               /* of the table in faults.c */
    uint64_t random;          /* the chance in it */
};

struct judge_schedule {
    struct judge_event *events; /* one behind the other, never overlapping */
    size_t n;
    int64_t end_ms;
};

struct judge_tally {
    int64_t lived_ms, down_ms;
    struct {
        unsigned times;
        int64_t down_ms;
        uint64_t attaches;
    } rows[JUDGE_ROWS];
    int64_t stranded_ms; /* part of down_ms, and of no row: nothing was wrong any more, until a person came */
    uint64_t dials, attaches, cycles, resets, visits; /* visits: a person had to come and reboot the modem */
    int64_t *events_ms;                               /* down for each event of the schedule; or NULL */
    char broken[400];                                 /* the rule of the world that microcatd broke, or "" */
};

struct judge_policy;

/* What a guest is told by the judge, and its own memory. */
struct judge_guest {
    struct world *w;
    const struct judge_policy *policy;
    bool hopeless;      /* the fault that is on cannot be mended from here, and this one knows */
    int64_t over_at_ms; /* when the fault that began last is over */
    bool started;
    struct mc_timer timer, other;
    int step;
    unsigned failures, lost;
    bool escaped, dead;
    char heard[256];
    size_t heard_bytes;
};

struct judge_contender {
    const char *name;
    const struct guest *guest;         /* NULL: microcatd */
    const struct judge_policy *policy; /* of the dialers */
    void (*look)(struct world *w);     /* told after everything that happened; or NULL */
};

/* judge_dialer.c: people's policies, as numbers. A call that carried is followed by @after_ms; a dial that failed by
 * @first_ms, times @factor for every further one, @most_ms at most; after @tries in a row by @pause_ms.
 */
struct judge_policy {
    int64_t after_ms, first_ms, factor, most_ms, pause_ms;
    unsigned tries;  /* 0 any number */
    int64_t ping_ms; /* or 0; three lost, and the board is reset */
};
extern const struct guest judge_dialer;
/* judge_oracle.c */
extern const struct guest judge_oracle;
void judge_oracle_look(struct world *w);

/* judge_table.c */
/** The oracle is the first, microcatd the second. */
extern const struct judge_contender judge_contenders[];
extern const size_t judge_contenders_n;
/** `simulate --judge`: prints the tables, as Markdown. @verbose: before them every fault that
 * cost microcatd a minute more than the oracle. @return the process's exit status.
 */
int judge_main(uint64_t first, long seeds, long days, bool verbose);

/* judge.c */
struct judge_schedule judge_draw(uint64_t seed, int64_t days);
void judge_schedule_free(struct judge_schedule *schedule);
/** Row of the table in faults.c, by its name. */
size_t judge_row(const char *name);
bool judge_carries(const struct world *w);
/** Does the board's state say @value of @key? */
bool judge_is(const struct world *w, const char *key, const char *value);
/** Adds to @tally what @contender made of @schedule on the board that @seed gives. */
void judge_live(const struct judge_schedule *schedule, uint64_t seed, const struct judge_contender *contender,
                struct judge_tally *tally);

#endif
