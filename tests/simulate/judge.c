/* SPDX-License-Identifier: MIT */
/* A schedule of faults, and one contender's life through it. */
#include "judge.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MEAN_GAP_MS  (90 * MINUTE_MS)
#define LONGEST_MS   (4 * HOUR_MS)
#define PATIENCE_MS  (2 * HOUR_MS) /* down with nothing wrong any more: then a person comes */
#define REBOOT_MS    30000
#define EVENTS_A_DAY 64

/* What the table of faults leaves to the end of a storm: who mends it, and when. */
static const struct {
    const char *name;
    bool left_out; /* a person at the verbs, and what is of our own files: the others have no such thing */
    int64_t least_ms, most_ms;
    const char *end[2];
    bool hopeless;
} judged[] = {
    {.name = "a person plays", .left_out = true},
    {.name = "a person reconnects", .left_out = true},
    {.name = "settings change", .left_out = true},
    {.name = "clock jumps", .left_out = true},
    {.name = "disk full", .left_out = true},
    {.name = "suspend", .left_out = true},
    {.name = "bridge pauses", .left_out = true},
    {"SIM locked", false, 60000, HOUR_MS, {"set pin-required no", "sim-insert"}, true},
    {"PUK", false, 60000, HOUR_MS, {"set pin-required no", "sim-insert"}, true},
    {"attach refused", false, 0, 0, {"register 5"}, false}, /* the modem's own T3402 */
    {"dials fail", false, 0, 0, {NULL}, true},
    {"auth refused", false, 0, 0, {NULL}, true},
    {"no address", false, 0, 0, {NULL}, true},
    {"echo dead", false, 0, 0, {NULL}, true},
};
#define JUDGED (sizeof(judged) / sizeof(judged[0]))

static size_t judged_row(size_t row)
{
    size_t i = 0;
    while (i < JUDGED && strcmp(judged[i].name, faults_name(row)) != 0)
        i++;
    return i;
}

size_t judge_row(const char *name)
{
    size_t row = 0;
    while (faults_name(row) && strcmp(faults_name(row), name) != 0)
        row++;
    if (!faults_name(row))
        abort();
    return row;
}

/* ---- the schedule ---- */

static unsigned weight(size_t row)
{
    size_t i = judged_row(row);
    return i < JUDGED && judged[i].left_out ? 0 : faults_weight(row);
}

static size_t draw_row(struct world *chance)
{
    unsigned sum = 0;
    for (size_t i = 0; faults_name(i); i++)
        sum += weight(i);
    unsigned left = world_random(chance) % sum;
    size_t row = 0;
    for (; left >= weight(row); row++)
        left -= weight(row);
    return row;
}

static int64_t draw_length(struct world *chance, size_t row)
{
    size_t i = judged_row(row);
    int64_t least_ms, most_ms;
    faults_lasts(row, &least_ms, &most_ms);
    if (i < JUDGED && judged[i].most_ms) {
        least_ms = judged[i].least_ms;
        most_ms = judged[i].most_ms;
    }
    return most_ms ? world_spread(chance, least_ms, most_ms < LONGEST_MS ? most_ms : LONGEST_MS) : 0;
}

struct judge_schedule judge_draw(uint64_t seed, int64_t days)
{
    struct world chance = {.random = seed * 0x2545f4914f6cdd1du};
    struct judge_schedule s = {.end_ms = JUDGE_START_MS + days * DAY_MS};
    s.events = calloc((size_t)days * EVENTS_A_DAY, sizeof(*s.events));
    if (!s.events)
        abort();
    for (int64_t at_ms = JUDGE_START_MS; s.n < (size_t)days * EVENTS_A_DAY;) {
        at_ms +=
            world_chance(&chance, 25) ? world_spread(&chance, 10, 60000) : world_between(&chance, 0, 2 * MEAN_GAP_MS);
        size_t row = draw_row(&chance);
        int64_t end_ms = at_ms + draw_length(&chance, row);
        if (end_ms >= s.end_ms)
            break;
        uint64_t random =
            (uint64_t)world_random(&chance) << 32 | s.n; /* on its own: the order within one line is the compiler's */
        s.events[s.n++] = (struct judge_event){at_ms, end_ms, row, random};
        at_ms = end_ms;
    }
    return s;
}

void judge_schedule_free(struct judge_schedule *schedule)
{
    free(schedule->events);
    *schedule = (struct judge_schedule){0};
}

/* ---- a life ---- */

struct life {
    struct world *w;
    const struct judge_contender *contender;
    struct judge_guest *guest;
    struct judge_tally *tally;
    const struct judge_event *first, *last; /* the fault that began last */
    bool on;                                /* and it is not over */
    int64_t stranded_ms;                    /* down with nothing wrong, since it last carried */
    int64_t stranded_rows_ms[JUDGE_ROWS];
    uint64_t attaches; /* of the board, as last counted */
};

bool judge_carries(const struct world *w)
{
    const struct pppd *p = &w->pppd;
    return p->running && p->up && !p->stuck && sim_board_peer_state(w->board) == SIM_PEER_UP;
}

bool judge_is(const struct world *w, const char *key, const char *value)
{
    char text[64] = "";
    sim_board_get(w->board, key, text, sizeof(text));
    return !strcmp(text, value);
}

static void forget_stranded(struct life *l)
{
    if (l->stranded_ms)
        memset(l->stranded_rows_ms, 0, sizeof(l->stranded_rows_ms));
    l->stranded_ms = 0;
}

/* What pulls the plug and puts it in again, or presses the button. */
static void person_comes(struct life *l)
{
    struct world *w = l->w;
    l->tally->visits++;
    l->tally->stranded_ms += l->stranded_ms;
    for (size_t row = 0; row < JUDGE_ROWS; row++)
        l->tally->rows[row].down_ms -= l->stranded_rows_ms[row];
    forget_stranded(l);
    world_say(w, "a person comes");
    world_inject(w, "power-off");
    world_inject(w, "power-on");
    if (w->guest && w->guest->gone(w, false)) /* when the modem is up again */
        mc_timer_arm(&w->start, w->queue, REBOOT_MS);
}

static void count_time(struct life *l, int64_t ms, bool carried)
{
    l->tally->lived_ms += ms;
    if (carried) {
        forget_stranded(l);
        return;
    }
    l->tally->down_ms += ms;
    if (l->last)
        l->tally->rows[l->last->row].down_ms += ms;
    if (l->last && l->tally->events_ms)
        l->tally->events_ms[l->last - l->first] += ms;
    if (!l->on) {
        l->stranded_ms += ms;
        if (l->last)
            l->stranded_rows_ms[l->last->row] += ms;
    }
    if (l->stranded_ms >= PATIENCE_MS)
        person_comes(l);
}

/* Whoever caused it: an attach is booked where the downtime is. */
static void count_attaches(struct life *l)
{
    uint64_t attaches = sim_board_counters(l->w->board)->attaches;
    if (l->last)
        l->tally->rows[l->last->row].attaches += attaches - l->attaches;
    l->attaches = attaches;
}

static void pass_until(struct life *l, int64_t end_ms)
{
    struct world *w = l->w;
    while (!w->failed && world_now(w) < end_ms) {
        bool carried = judge_carries(w);
        int64_t before_ms = world_now(w), next_ms = mc_timerq_next_ms(w->queue);
        int64_t patience_ms = before_ms + PATIENCE_MS - l->stranded_ms;
        if (next_ms < 0 || next_ms > end_ms)
            next_ms = end_ms;
        if (!carried && !l->on && next_ms > patience_ms)
            next_ms = patience_ms;
        world_pass(w, next_ms - before_ms);
        count_time(l, world_now(w) - before_ms, carried);
        count_attaches(l);
        if (l->contender->look)
            l->contender->look(w);
    }
}

static void set_on(struct life *l, const struct judge_event *event, bool on)
{
    size_t i = judged_row(event->row);
    l->on = on;
    l->guest->hopeless = on && i < JUDGED && judged[i].hopeless;
    l->guest->over_at_ms = event->end_ms;
}

static void end_event(struct life *l, const struct judge_event *event)
{
    size_t i = judged_row(event->row);
    faults_over(l->w, event->row);
    for (size_t k = 0; i < JUDGED && k < 2 && judged[i].end[k]; k++)
        world_inject(l->w, "%s", judged[i].end[k]);
    set_on(l, event, false);
    if (l->contender->look)
        l->contender->look(l->w);
}

static void live_event(struct life *l, const struct judge_event *event)
{
    pass_until(l, event->begin_ms);
    l->last = event;
    l->tally->rows[event->row].times++;
    set_on(l, event, true);
    faults_strike(l->w, event->row, event->random);
    if (l->contender->look)
        l->contender->look(l->w);
    if (event->end_ms > event->begin_ms) {
        pass_until(l, event->end_ms);
        end_event(l, event);
    }
    set_on(l, event, false);
}

static void count_counters(struct judge_tally *t, const struct sim_counters *c, uint64_t sign)
{
    t->dials += sign * c->dials;
    t->attaches += sign * c->attaches;
    t->cycles += sign * c->cfun_cycles;
    t->resets += sign * (c->resets + c->power_offs);
}

/* No two boards are alike, and the contenders have the same. */
static const char *const habits[] = {"",      "chatty",       "quiet-end",        "no-flow",
                                     "lines", "chatty lines", "quiet-end no-flow"};

void judge_live(const struct judge_schedule *schedule, uint64_t seed, const struct judge_contender *contender,
                struct judge_tally *tally)
{
    struct life l = {.contender = contender, .tally = tally, .first = schedule->events};
    struct judge_tally before = {0};
    l.guest = calloc(1, sizeof(*l.guest));
    if (!l.guest)
        abort();
    l.w = world_judged(seed, habits[seed % (sizeof(habits) / sizeof(habits[0]))], contender->guest, l.guest);
    l.guest->w = l.w;
    l.guest->policy = contender->policy;
    l.tally = &before;
    pass_until(&l, JUDGE_START_MS);
    l.tally = tally;
    count_counters(tally, sim_board_counters(l.w->board), (uint64_t)-1);
    for (size_t i = 0; i < schedule->n && !l.w->failed; i++)
        live_event(&l, &schedule->events[i]);
    pass_until(&l, schedule->end_ms);
    count_counters(tally, sim_board_counters(l.w->board), 1);
    if (l.w->failed && !*tally->broken)
        snprintf(tally->broken, sizeof(tally->broken), "seed %llu: %s", (unsigned long long)seed, l.w->failure);
    world_free(l.w);
    free(l.guest);
}
