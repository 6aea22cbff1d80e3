/* SPDX-License-Identifier: MIT */
/* The judge's own arithmetic: schedules of which it is known what they must cost. */
#include "judge.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka wants the four from setjmp.h on first */
#include <cmocka.h>

#define ORACLE    (&judge_contenders[0])
#define MICROCATD (&judge_contenders[1])
#define WATCHDOG  (&judge_contenders[5])
#define BOARD     0 /* a seed with no habits */
#define LINES     4 /* one with a reset line */

/* Dials once, and whatever comes of it, never again. */
static const struct judge_policy never = {
    .after_ms = 365 * DAY_MS, .first_ms = 365 * DAY_MS, .factor = 1, .most_ms = 365 * DAY_MS};
static const struct judge_contender sloth = {"sloth", &judge_dialer, &never, NULL};

static struct judge_tally live_on(uint64_t board, const struct judge_contender *contender, struct judge_event *events,
                                  size_t n)
{
    const struct judge_schedule schedule = {events, n, JUDGE_START_MS + DAY_MS};
    struct judge_tally tally = {0};
    judge_live(&schedule, board, contender, &tally);
    assert_string_equal(tally.broken, "");
    assert_int_equal(tally.lived_ms, DAY_MS);
    return tally;
}

static struct judge_tally live(const struct judge_contender *contender, struct judge_event *events, size_t n)
{
    return live_on(BOARD, contender, events, n);
}

static struct judge_event event(const char *name, int64_t at_ms, int64_t lasts_ms)
{
    int64_t begin_ms = JUDGE_START_MS + at_ms;
    return (struct judge_event){begin_ms, begin_ms + lasts_ms, judge_row(name), 1};
}

static void a_calm_day_costs_nothing(void **unused)
{
    for (size_t i = 0; i < judge_contenders_n; i++) {
        struct judge_tally t = live(&judge_contenders[i], NULL, 0);
        assert_int_equal(t.down_ms, 0);
        assert_int_equal(t.dials + t.attaches + t.cycles + t.resets + t.visits, 0);
    }
}

/* What the oracle needs is what the board's own times add up to: ATD 0.4 s, pppd 0.75 s; a boot 12.5 s and a search of
 * 4.5 s before them. A fault that lasts is down as long as it lasts, and until
 * pppd has an address: one that opens PPP into a silence asks again after three seconds. */
static void the_oracle_needs_the_modems_own_time(void **unused)
{
    static const struct {
        const char *name;
        int64_t lasts_ms, least_ms, most_ms;
        uint64_t dials;
    } known[] = {
        {"no carrier", 0, 1100, 1200, 1},       {"modem reboots", 0, 18100, 18200, 1},
        {"mute", 1000000, 1000000, 1000800, 0}, {"SIM pulled", 600000, 606100, 606200, 1},
        {"denied", 600000, 605600, 605700, 1},  {"echo dead", 600000, 600000, 600800, 0},
        {"attach refused", 600000, 0, 0, 0},    {"name servers dead", 600000, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct judge_event e = event(known[i].name, HOUR_MS, known[i].lasts_ms);
        struct judge_tally t = live(ORACLE, &e, 1);
        print_message("# %s: %lld ms\n", known[i].name, (long long)t.down_ms);
        assert_in_range(t.down_ms, known[i].least_ms, known[i].most_ms);
        assert_int_equal(t.rows[e.row].times, 1);
        assert_int_equal(t.rows[e.row].down_ms, t.down_ms);
        assert_int_equal(t.dials, known[i].dials);
        assert_int_equal(t.cycles + t.visits, 0);
    }
}

/* A modem that hangs is reset by whoever can reset it; and nobody can who has no line to pull. Whoever does it, the
 * attach is booked on the fault's row. */
static void a_modem_that_hangs_is_reset(void **unused)
{
    const struct judge_contender *const who[] = {ORACLE, MICROCATD, WATCHDOG};
    struct judge_event e = event("mute for long", HOUR_MS, 2 * HOUR_MS);
    for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
        struct judge_tally with = live_on(LINES, who[i], &e, 1), without = live(who[i], &e, 1);
        print_message("# %s: %lld s, without a line %lld s\n", who[i]->name, (long long)with.down_ms / 1000,
                      (long long)without.down_ms / 1000);
        assert_in_range(with.down_ms, 18100, 6 * MINUTE_MS);
        assert_int_equal(with.resets, 1);
        assert_int_equal(with.attaches, 1);
        assert_int_equal(with.rows[e.row].attaches, 1);
        assert_true(without.down_ms >= 2 * HOUR_MS);
        assert_true(with.visits + without.visits == 0);
    }
    assert_in_range(live_on(LINES, ORACLE, &e, 1).down_ms, 18100, 18200);
    struct judge_event shorter = event("mute for long", HOUR_MS, 15000); /* the boot would be longer */
    assert_int_equal(live_on(LINES, ORACLE, &shorter, 1).resets, 0);
}

/* It knows that no dial helps before the fault's end: those that were under way are all that it wastes. */
static void the_oracle_knows_when_a_fault_ends(void **unused)
{
    struct judge_event e[] = {event("no carrier", HOUR_MS, 0), event("dials fail", HOUR_MS + 200, 600000)};
    struct judge_tally t = live(ORACLE, e, 2), ours = live(MICROCATD, e, 2);
    print_message("# dials fail: %llu dials, microcatd %llu in %lld ms\n", (unsigned long long)t.dials,
                  (unsigned long long)ours.dials, (long long)ours.down_ms);
    assert_in_range(t.down_ms, 601300, 601500);
    assert_in_range(t.dials, 1, 3);
    assert_true(ours.down_ms > t.down_ms);
}

/* Three faults cost what they cost one by one, each on its own row. */
static void a_day_is_the_sum_of_its_faults(void **unused)
{
    struct judge_event e[] = {event("no carrier", HOUR_MS, 0), event("mute", 2 * HOUR_MS, 1000000),
                              event("no carrier", 5 * HOUR_MS, 0)};
    struct judge_tally all = live(ORACLE, e, 3), first = live(ORACLE, e, 1), second = live(ORACLE, e + 1, 1);
    assert_int_equal(all.rows[e[0].row].times, 2);
    assert_int_equal(all.rows[e[0].row].down_ms, 2 * first.down_ms);
    assert_int_equal(all.rows[e[1].row].down_ms, second.down_ms);
    assert_int_equal(all.down_ms, 2 * first.down_ms + second.down_ms);
    assert_int_equal(all.dials, first.dials * 2 + second.dials);
}

/* Who does nothing is down until a person comes, two hours after all is well; and that is worse than anybody. */
static void who_does_nothing_is_the_worst(void **unused)
{
    struct judge_event e[] = {event("no carrier", HOUR_MS, 0), event("LCP terminate", 6 * HOUR_MS, 0)};
    struct judge_tally nothing = live(&sloth, e, 2), oracle = live(ORACLE, e, 2), ours = live(MICROCATD, e, 2);
    assert_int_equal(nothing.visits, 2);
    assert_in_range(nothing.down_ms, 4 * HOUR_MS, 4 * HOUR_MS + 5 * MINUTE_MS);
    assert_true(oracle.down_ms < ours.down_ms && ours.down_ms < nothing.down_ms);
    for (size_t i = 2; i < judge_contenders_n; i++) {
        struct judge_tally t = live(&judge_contenders[i], e, 2);
        assert_true(oracle.down_ms < t.down_ms && t.down_ms < nothing.down_ms);
    }
}

/* The same seed is the same schedule, and no two faults overlap: or one would answer for the other. */
static void a_schedule_is_drawn_before_anybody_lives(void **unused)
{
    struct judge_schedule one = judge_draw(7, 30), again = judge_draw(7, 30), other = judge_draw(8, 30);
    assert_int_equal(one.n, again.n);
    assert_memory_equal(one.events, again.events, one.n * sizeof(one.events[0]));
    assert_true(one.n > 100 && other.n > 100);
    assert_memory_not_equal(one.events, other.events, sizeof(one.events[0]) * 10);
    for (size_t i = 0; i < one.n; i++) {
        assert_true(one.events[i].begin_ms <= one.events[i].end_ms && one.events[i].end_ms < one.end_ms);
        assert_true(i == 0 || one.events[i - 1].end_ms < one.events[i].begin_ms);
    }
    judge_schedule_free(&one);
    judge_schedule_free(&again);
    judge_schedule_free(&other);
}

/* The goal, on a few boards: not much worse than who knows it all, and without a rule broken. */
static void a_quarter_beyond_the_oracle_at_most(void **unused)
{
    struct judge_tally oracle = {0}, ours = {0};
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct judge_schedule schedule = judge_draw(seed, 10);
        judge_live(&schedule, seed, ORACLE, &oracle);
        judge_live(&schedule, seed, MICROCATD, &ours);
        judge_schedule_free(&schedule);
    }
    assert_string_equal(ours.broken, "");
    print_message("# microcatd: %.3f of the oracle's downtime\n", (double)ours.down_ms / (double)oracle.down_ms);
    assert_true((double)ours.down_ms <= 1.25 * (double)oracle.down_ms);
    assert_int_equal(ours.visits, 0);
    /* And hardly an attach that the faults do not bring themselves: who never touches the radio has a person come, who
     * costs one each four days. */
    double own_a_day = ((double)ours.attaches - (double)oracle.attaches) / 120;
    print_message("# microcatd: %.2f attaches a day beyond the oracle's\n", own_a_day);
    assert_true(own_a_day <= 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_calm_day_costs_nothing),
        cmocka_unit_test(the_oracle_needs_the_modems_own_time),
        cmocka_unit_test(a_modem_that_hangs_is_reset),
        cmocka_unit_test(the_oracle_knows_when_a_fault_ends),
        cmocka_unit_test(a_day_is_the_sum_of_its_faults),
        cmocka_unit_test(who_does_nothing_is_the_worst),
        cmocka_unit_test(a_schedule_is_drawn_before_anybody_lives),
        cmocka_unit_test(a_quarter_beyond_the_oracle_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
