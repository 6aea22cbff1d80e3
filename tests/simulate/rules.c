/* SPDX-License-Identifier: MIT */
/* What must hold whatever happens. */
#include "world.h"
#include <microcat/link/edges.h>
#include <stdlib.h>
#include <string.h>

#define PERSON_MS (15 * MINUTE_MS) /* what a person asked for may still go on */

static bool person_at_work(const struct world *w)
{
    return world_now(w) < w->rules.person_until_ms;
}

void rules_person(struct world *w)
{
    w->rules.person_until_ms = world_now(w) + PERSON_MS;
}

void rules_amnesty(struct world *w)
{
    w->rules.dials.count = w->rules.attaches.count = 0;
    w->rules.radio_cycle_ms = w->rules.reset_ms = w->rules.power_cycle_ms = -1;
}

/* The PINs too: with a disk that takes nothing, a crash forgets them. What holds even then is that the last try stays.
 */
void rules_forget_pins(struct world *w)
{
    for (unsigned i = 0; i < w->rules.n_pins; i++)
        w->rules.pins[i].refused = false;
}

/* Never more than @limit in any hour. */
static void count(struct world *w, struct window *window, unsigned limit, const char *what)
{
    if (person_at_work(w))
        return;
    window->at_ms[window->count++ % WINDOW] = world_now(w);
    if (window->count <= limit)
        return;
    int64_t first_ms = window->at_ms[(window->count - 1 - limit) % WINDOW];
    if (world_now(w) - first_ms < HOUR_MS)
        world_fail(w, "%u %s within %lld min", limit + 1, what, (long long)((world_now(w) - first_ms) / MINUTE_MS));
}

/* Never sooner than @least_ms after the last. */
static void space(struct world *w, int64_t *last_ms, int64_t least_ms, const char *what)
{
    if (person_at_work(w))
        return;
    if (*last_ms >= 0 && world_now(w) - *last_ms < least_ms)
        world_fail(w, "%s after only %lld min", what, (long long)((world_now(w) - *last_ms) / MINUTE_MS));
    *last_ms = world_now(w);
}

static void check_dial(struct world *w)
{
    const struct mc_facts *f = mc_link_facts(w->link);
    count(w, &w->rules.dials, MC_POLICY_DIALS_PER_HOUR, "dials");
    if (!mc_facts_registered(f))
        world_fail(w, "dials although the modem says registration %d", (int)f->stat);
    if (strcmp(f->cpin, "READY") != 0)
        world_fail(w, "dials although the SIM says %s", f->cpin);
    int stat = world_board(w, "stat");
    if (stat != 1 && stat != 5 && world_now(w) - w->rules.network_changed_ms > MINUTE_MS)
        world_fail(w, "dials although registration is %d for long", stat);
}

static int find_pin(struct world *w, char key[40])
{
    char iccid[32] = "";
    sim_board_get(w->board, "iccid", iccid, sizeof(iccid));
    snprintf(key, 40, "%.24s/%.8s", iccid, w->settings.sim.pin);
    for (unsigned i = 0; i < w->rules.n_pins; i++)
        if (!strcmp(w->rules.pins[i].key, key))
            return (int)i;
    return -1;
}

bool rules_pin_tried(struct world *w)
{
    char key[40];
    return find_pin(w, key) >= 0;
}

static void check_pin(struct world *w)
{
    struct rules *r = &w->rules;
    char key[40];
    int i = find_pin(w, key);
    if (world_board(w, "pin_tries") < 2)
        world_fail(w, "a PIN is tried with %d tries left", world_board(w, "pin_tries"));
    if (i >= 0 && r->pins[i].refused)
        world_fail(w, "a PIN that was refused is tried again: %s", key);
    if (i < 0 && r->n_pins < sizeof(r->pins) / sizeof(r->pins[0]))
        snprintf(r->pins[r->n_pins++].key, sizeof(key), "%s", key);
}

static void check_counters(struct world *w)
{
    const struct sim_counters *c = sim_board_counters(w->board);
    struct rules *r = &w->rules;
    char key[40];
    if (c->pin_wrong != r->pin_wrong) {
        int i = find_pin(w, key);
        if (i >= 0)
            r->pins[i].refused = true;
        r->pin_wrong = c->pin_wrong;
    }
    if (c->puk_attempts)
        world_fail(w, "a PUK is tried");
}

/* A walk in circles, or a retry without a pause. What counts is what the modem heard: who looks for one that is silent
 * may call more often. */
static void check_rate(struct world *w)
{
    uint64_t heard = sim_board_counters(w->board)->commands;
    if (heard == w->rules.commands.heard)
        return;
    w->rules.commands.heard = heard;
    unsigned slot = w->rules.commands.count++ % RATE_COMMANDS;
    int64_t before_ms = w->rules.commands.at_ms[slot];
    w->rules.commands.at_ms[slot] = world_now(w);
    if (w->rules.commands.count > RATE_COMMANDS && world_now(w) - before_ms < RATE_MS && !person_at_work(w))
        world_fail(w, "%d AT commands within %d ms", RATE_COMMANDS + 1, (int)(world_now(w) - before_ms));
}

void rules_sent(struct world *w, const char *text)
{
    check_counters(w);
    check_rate(w);
    if (!strncmp(text, "ATD", 3)) {
        check_dial(w);
    } else if (!strcmp(text, "AT+CFUN=4") || !strcmp(text, "AT+CGATT=0")) {
        count(w, &w->rules.attaches, (unsigned)w->settings.recovery.attaches_per_hour, "attaches");
    } else if (!strcmp(text, "AT+CRESET")) {
        space(w, &w->rules.reset_ms, w->settings.recovery.reset_interval_ms, "a reset");
    } else if (!strncmp(text, "AT+CPIN=", 8)) {
        check_pin(w);
    }
}

void rules_board_line(struct world *w, enum mc_board_line what)
{
    if (what == MC_BOARD_RESET)
        space(w, &w->rules.reset_ms, w->settings.recovery.reset_interval_ms, "a reset");
    else if (what == MC_BOARD_POWER_CYCLE)
        space(w, &w->rules.power_cycle_ms, w->settings.recovery.power_cycle_interval_ms, "a power cycle");
}

/* ---- states ---- */

static int64_t longest_ms(const struct world *w, enum mc_state state)
{
    switch (state) {
    case MC_STATE_SYNC:
        return 6 * MINUTE_MS;
    case MC_STATE_SETUP:
    case MC_STATE_SIM:
    case MC_STATE_HANGUP:
        return 3 * MINUTE_MS;
    case MC_STATE_PDP:
        return 4 * MINUTE_MS;
    case MC_STATE_REGISTER: /* found detached at the last moment, and attached: the search has its time once more */
        return 2 * w->settings.recovery.search_time_ms + MINUTE_MS;
    case MC_STATE_DIAL:
        return 2 * MINUTE_MS;
    case MC_STATE_PPP:
        return w->settings.ppp.setup_timeout_ms + MINUTE_MS;
    case MC_STATE_BACKOFF:
        return 2 * HOUR_MS;
    default:
        return INT64_MAX;
    }
}

static void check_length(struct world *w, enum mc_state state, int64_t spent_ms)
{
    spent_ms -= w->rules.slept_ms - w->rules.slept_before_ms;
    if (spent_ms > longest_ms(w, state))
        world_fail(w, "%lld min in %s, %s", (long long)(spent_ms / MINUTE_MS),
                   mc_strtab_name(&mc_state_names, (int)state), w->status.step);
}

/* No state without a name and a reason. */
static void check_reason(struct world *w)
{
    const struct mc_status *st = &w->status;
    bool waits = st->state == MC_STATE_BACKOFF || st->state == MC_STATE_HELD || st->state == MC_STATE_ABSENT;
    if (!mc_strtab_name(&mc_state_names, (int)st->state) || !mc_state_text(st->state))
        world_fail(w, "a state without a name: %d", (int)st->state);
    if (waits && !*st->next && st->fault == MC_FAULT_NONE)
        world_fail(w, "in %s without a reason", mc_strtab_name(&mc_state_names, (int)st->state));
    if (waits && st->fault != MC_FAULT_NONE && !*st->fault_detail)
        world_fail(w, "%s without what was seen", mc_fault_info(st->fault)->code);
    if ((st->state == MC_STATE_BACKOFF || st->state == MC_STATE_HELD) && st->retry_at_ms < 0)
        world_fail(w, "in %s for ever", mc_strtab_name(&mc_state_names, (int)st->state));
    if (st->state == MC_STATE_ONLINE && st->fault != MC_FAULT_NONE)
        world_fail(w, "online, and %s", mc_fault_info(st->fault)->code);
    if (w->network_up && !w->pppd.running)
        world_fail(w, "routes without a pppd, in %s", mc_strtab_name(&mc_state_names, (int)st->state));
}

void rules_event(struct world *w, const struct mc_event *event)
{
    const char *to = mc_strtab_name(&mc_state_names, (int)event->to);
    switch (event->kind) {
    case MC_EVENT_STATE:
        world_say(w, "link: %s -> %s%s%s %s", mc_strtab_name(&mc_state_names, (int)event->from), to,
                  event->fault ? ", " : "", event->fault ? mc_fault_info(event->fault)->code : "", event->text);
        if (event->to == MC_STATE_ONLINE) {
            w->was_online = true;
        } else if (event->to != MC_STATE_PPP && w->was_online) { /* IPCP may bounce */
            w->was_online = false;
            w->outages++;
        }
        check_length(w, event->from, event->spent_ms);
        w->rules.slept_before_ms = w->rules.slept_ms;
        if (!mc_link_edge_known(event->from, event->to))
            world_fail(w, "%s -> %s is in no table", mc_strtab_name(&mc_state_names, (int)event->from), to);
        if (event->to == MC_STATE_HELD && event->fault == MC_FAULT_SIM_PIN_WRONG && !rules_pin_tried(w))
            world_fail(w, "holds for a wrong PIN that was never tried");
        break;
    case MC_EVENT_STEP:
        if (!strcmp(event->text, "remedy.radio-cycle"))
            space(w, &w->rules.radio_cycle_ms, w->settings.recovery.radio_cycle_interval_ms, "a radio cycle");
        break;
    case MC_EVENT_FAULT:
        /* A call that carries is never ended by us. What answered until now and died is believed once; the modem's own
         * word about a context that is up, never. */
        if (event->fault == MC_FAULT_LINK_STALE && strstr(event->text, "AT+CGACT?")) {
            if (w->pppd.stopped_carrying)
                world_fail(w, "a call that carries is ended by the modem's word");
        } else if (event->fault == MC_FAULT_LINK_STALE && w->pppd.wronged && ++w->sentences > 1) {
            world_fail(w, "a call that carries is ended, for the %uth time since the name servers died", w->sentences);
        }
        __attribute__((fallthrough));
    case MC_EVENT_REMEDY:
    case MC_EVENT_NOTE:
        world_say(w, "link: %s%s%s", event->fault ? mc_fault_info(event->fault)->code : "", event->fault ? ": " : "",
                  event->text);
        if (!*event->text)
            world_fail(w, "an event without a word");
        break;
    default:
        break;
    }
    check_counters(w);
    check_reason(w);
}

/* Also without events: nothing may hang. */
static void on_watch(void *ctx)
{
    struct world *w = ctx;
    if (w->link) {
        check_counters(w);
        check_length(w, w->status.state, world_now(w) - w->status.state_at_ms);
        if (!*mc_link_waits_for(w->link))
            world_fail(w, "waits for nothing that has a name");
    }
    mc_timer_arm(&w->rules.watch, w->queue, 10 * MINUTE_MS);
}

void rules_init(struct world *w)
{
    rules_amnesty(w);
    mc_timer_init(&w->rules.watch, "rules", on_watch, w);
    mc_timer_arm(&w->rules.watch, w->queue, 10 * MINUTE_MS);
}
