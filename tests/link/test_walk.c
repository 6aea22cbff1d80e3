/* SPDX-License-Identifier: MIT */
/* Walks by themselves: what a step says, what policy is asked and told amid one, what follows its end, and where a way
 * up, a sample and a rest begin. */
#include "fakes.h"
#include <microcat/at/engine.h>

static struct {
    struct bench *bench;
    int64_t budget_ms, jitter_ms, waited_ms; /* policy's and the wish's words */
    enum mc_fault pin;
    bool pin_news, by_person, peeks, rechecked, power_line, busy, waited_for, mux_rests;
    struct mc_bringup_result result; /* of the walk that ends */
} says;

/* ---- the AT engine: the library's stands in the same archive as what it needs ---- */

bool __wrap_mc_at_busy(const struct mc_at *at);
void __wrap_mc_at_give_up(struct mc_at *at);

bool __wrap_mc_at_busy(const struct mc_at *at)
{
    return says.busy;
}

void __wrap_mc_at_give_up(struct mc_at *at)
{
    bench_say(says.bench, "give-up");
}

/* ---- session, call, wish: what only walks ask ---- */

struct mc_at *mc_session_at(const struct mc_session *session)
{
    return NULL;
}

void mc_session_walk(struct mc_session *session, enum mc_session_use use, enum mc_step step)
{
    bench_say(says.bench, "walk %s %s", use_name(use), mc_bringup_table[step].name);
}

void mc_datacall_start(struct mc_datacall *call)
{
    bench_say(says.bench, "start-call");
}

bool mc_wish_by_person(const struct mc_wish *wish)
{
    return says.by_person;
}

int64_t mc_wish_waited_ms(const struct mc_wish *wish)
{
    return says.waited_ms;
}

/* ---- the other files of the link ---- */

void mc_link_by_hand(struct mc_link *link)
{
    bench_say(bench_of(link), "by-hand");
}

bool mc_link_down_is_waited_for(const struct mc_link *link)
{
    return says.waited_for;
}

bool mc_link_registration_fault(enum mc_fault fault)
{
    return fault == MC_FAULT_NOT_REGISTERED;
}

void mc_link_go_down(struct mc_link *link)
{
    bench_say(bench_of(link), "go-down");
}

void mc_link_not_off(struct mc_link *link)
{
    bench_say(bench_of(link), "not-off");
}

void mc_link_clear_fault(struct mc_link *link)
{
    bench_say(bench_of(link), "clear-fault");
    link->look.stays_stopped = false;
}

void mc_link_enter(struct mc_link *link, enum mc_state state)
{
    bench_say(bench_of(link), "-> %s", mc_strtab_name(&mc_state_names, (int)state));
    link->status->state = state;
}

void mc_link_failed(struct mc_link *link, enum mc_fault fault, const char *detail)
{
    bench_say(bench_of(link), "failed %s (%s)", mc_fault_info(fault)->code, detail);
}

bool mc_link_has_power(const struct mc_link *link)
{
    return says.power_line;
}

void mc_link_lease_at_rest(struct mc_link *link)
{
    bench_say(bench_of(link), "lease-at-rest, pause %s", link->pause == PAUSE_REST ? "rest" : "other");
}

void mc_link_next(struct mc_link *link, enum mc_session_use ended)
{
    bench_say(bench_of(link), "next %s", use_name(ended));
}

void mc_link_note(struct mc_link *link, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    bench_vsay(bench_of(link), "note ", fmt, ap);
    va_end(ap);
}

bool mc_link_open_port(struct mc_link *link)
{
    bench_say(bench_of(link), "open-port");
    return !stage_of(bench_of(link))->port_fails;
}

void mc_link_peek(struct mc_link *link)
{
    bench_say(bench_of(link), "peek");
}

void mc_link_peeked(struct mc_link *link, const struct mc_bringup_result *result)
{
    bench_say(bench_of(link), "peeked %s", mc_fault_info(result->fault)->code);
}

void mc_link_leave(struct mc_link *link)
{
    bench_say(bench_of(link), "leave");
}

bool mc_link_peeks(const struct mc_link *link)
{
    return says.peeks;
}

bool mc_link_powered_off(const struct mc_link *link)
{
    return link->wish->state == MC_WISH_OFF;
}

void mc_link_publish(struct mc_link *link)
{
    bench_say(bench_of(link), "publish \"%s\" \"%s\"", link->status->step, link->status->next);
}

void mc_link_wait(struct mc_link *link, int64_t delay_ms, enum mc_remedy remedy, const char *next)
{
    bench_say(bench_of(link), "wait %lld %s (%s)", (long long)delay_ms, mc_strtab_name(&mc_remedy_names, (int)remedy),
              next);
}

bool mc_link_walk_failed_in_recheck(struct mc_link *link, enum mc_fault fault)
{
    bench_say(bench_of(link), "rechecked %s", mc_fault_info(fault)->code);
    return says.rechecked;
}

bool mc_link_wants_online(const struct mc_link *link)
{
    return link->wish->state == MC_WISH_ONLINE;
}

/* ---- bus and policy ---- */

void mc_bus_publish(struct mc_bus *bus, const struct mc_event *event)
{
    assert_int_equal(event->kind, MC_EVENT_STEP);
    bench_say((struct bench *)(void *)bus, "step %s in %s to %s", event->text,
              mc_strtab_name(&mc_state_names, (int)event->from), mc_strtab_name(&mc_state_names, (int)event->to));
}

enum mc_fault mc_policy_pin(struct mc_policy *policy, const char *iccid, const char *pin, int tries_left,
                            bool *ret_changed)
{
    bench_say(says.bench, "may %s be tried on %s, %d left", pin, iccid, tries_left);
    *ret_changed = says.pin_news;
    return says.pin;
}

void mc_policy_pin_try(struct mc_policy *policy, const char *iccid, const char *pin, int tries_left)
{
    bench_say(says.bench, "%s is tried on %s, %d left", pin, iccid, tries_left);
}

bool mc_policy_pin_right(struct mc_policy *policy, const char *iccid)
{
    bench_say(says.bench, "right on %s", iccid);
    return says.pin_news;
}

bool mc_policy_pin_wrong(struct mc_policy *policy, const char *iccid, const char *pin)
{
    bench_say(says.bench, "%s is wrong on %s", pin, iccid);
    return says.pin_news;
}

int64_t mc_policy_attach(struct mc_policy *policy, bool by_person, int64_t now_ms)
{
    assert_int_equal(now_ms, mc_timerq_now_ms(says.bench->queue));
    bench_say(says.bench, "attach%s", by_person ? " by a person" : "");
    return says.budget_ms;
}

int64_t mc_policy_dial(struct mc_policy *policy, bool by_person, int64_t now_ms)
{
    assert_int_equal(now_ms, mc_timerq_now_ms(says.bench->queue));
    bench_say(says.bench, "dial%s", by_person ? " by a person" : "");
    return says.budget_ms;
}

bool mc_policy_mux_rests(const struct mc_policy *policy, int64_t now_ms)
{
    assert_int_equal(now_ms, mc_timerq_now_ms(says.bench->queue));
    return says.mux_rests;
}

void mc_link_mux_failed(void *ctx, const char *why)
{
    bench_say(says.bench, "mux-failed %s", why);
}

int64_t mc_policy_boot_jitter_ms(struct mc_policy *policy)
{
    bench_say(says.bench, "jitter");
    return says.jitter_ms;
}

/* ---- requests and timers ---- */

static void on_save(void *ctx)
{
    bench_say(ctx, "save");
}

static int on_powered(void *ctx)
{
    return ((struct bench *)ctx)->powered;
}

static void on_wait(void *ctx)
{
    bench_say(ctx, "waited");
}

static void on_shutdown(void *ctx)
{
    bench_say(ctx, "shutdown");
}

static void begin(struct stage *stage)
{
    struct mc_link *link = &stage->link;
    memset(&says, 0, sizeof(says));
    says.bench = &stage->bench;
    snprintf(says.result.detail, sizeof(says.result.detail), "detail");
    link->bus = (struct mc_bus *)(void *)&stage->bench;
    link->req.save = on_save;
    link->req.powered = on_powered;
    link->remedy.held_state = MC_STATE_SIM;
    mc_timer_init(&link->wait, "link.wait", on_wait, &stage->bench);
    mc_timer_init(&link->shutdown_timer, "link.shutdown", on_shutdown, &stage->bench);
    mc_link_walk_init(link);
    stage->bench.status.state = MC_STATE_SYNC;
}

/* ---- words ---- */

static void show(struct bench *b)
{
    static const char *const pauses[] = {"none", "wait", "rest"};
    const struct mc_link *link = &stage_of(b)->link;
    bench_say(b, "pause %s%s%s%s%s%s%s, cycles %llu, dials %llu", pauses[link->pause],
              link->look.quiet ? ", quiet" : "", link->remedy.held_state == MC_STATE_COUNT ? " past all" : "",
              link->remedy.rechecking ? ", rechecks" : "", link->remedy.heard ? ", heard" : "",
              link->jitter_due ? ", jitter due" : "", link->compare_anew ? ", compares" : "",
              (unsigned long long)b->status.counters.radio_cycles, (unsigned long long)b->status.counters.dials);
}

static bool flag_word(struct mc_link *link, const char *word)
{
    const struct {
        const char *word;
        bool *flag;
    } flags[] = {
        {"quiet", &link->look.quiet},
        {"leaves", &link->peek.leaves},
        {"stays-stopped", &link->look.stays_stopped},
        {"rechecks", &link->remedy.rechecking},
        {"jitter-due", &link->jitter_due},
        {"compares", &link->compare_anew},
        {"port-fails", &stage_of(says.bench)->port_fails},
        {"pin-news", &says.pin_news},
        {"by-person", &says.by_person},
        {"peeks", &says.peeks},
        {"rechecked", &says.rechecked},
        {"power-line", &says.power_line},
        {"busy", &says.busy},
        {"waited-for", &says.waited_for},
        {"mux-rests", &says.mux_rests},
        {"connected", &says.result.connected},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(flags); i++)
        if (!strcmp(flags[i].word, word))
            return *flags[i].flag = true;
    return false;
}

static bool plain_word(struct bench *b, const char *word)
{
    struct stage *stage = stage_of(b);
    struct mc_link *link = &stage->link;
    if (!strcmp(word, "stopping"))
        link->life = LIFE_STOPPING;
    else if (!strcmp(word, "at-rest"))
        link->pause = PAUSE_REST;
    else if (!strcmp(word, "waits"))
        link->pause = PAUSE_WAIT;
    else if (!strcmp(word, "wait-begins"))
        mc_timer_arm(&link->wait, b->queue, 5000);
    else if (!strcmp(word, "note"))
        mc_link_walk_callbacks.note(link, "50 % of it");
    else if (!strcmp(word, "pin"))
        bench_say(b, "%s", mc_fault_info(mc_link_walk_callbacks.pin_allowed(link, "8981", 3))->code);
    else if (!strcmp(word, "right"))
        mc_link_walk_callbacks.pin_result(link, "8981", true);
    else if (!strcmp(word, "wrong"))
        mc_link_walk_callbacks.pin_result(link, "8981", false);
    else if (!strcmp(word, "attach"))
        bench_say(b, "%lld ms", (long long)mc_link_walk_callbacks.attach_allowed(link));
    else if (!strcmp(word, "dial"))
        bench_say(b, "%lld ms", (long long)mc_link_walk_callbacks.dial_allowed(link));
    else if (!strcmp(word, "mux"))
        bench_say(b, "mux %d", mc_link_walk_callbacks.mux_allowed(link));
    else if (!strcmp(word, "no-mux"))
        mc_link_walk_callbacks.mux_failed(link, "no-answer");
    else if (!strcmp(word, "done"))
        mc_link_walk_done(link, stage->session.use, &says.result);
    else if (!strcmp(word, "sample"))
        mc_link_sample(link);
    else if (!strcmp(word, "sample-again"))
        mc_link_sample_again(link, false);
    else if (!strcmp(word, "sample-now"))
        mc_link_sample_again(link, true);
    else if (!strcmp(word, "up"))
        mc_link_go_up(link);
    else if (!strcmp(word, "rest"))
        mc_link_rest(link, stage->session.use);
    else if (!strcmp(word, "way-back"))
        bench_say(b, "way back: %s", mc_link_way_back(link));
    else if (!strcmp(word, "show"))
        show(b);
    else
        return flag_word(link, word) || stage_word(b, word);
    return true;
}

/* Of all steps, by its name. */
static const struct mc_bringup_row *row_of(const char *name)
{
    for (int step = 0; step < MC_STEP_COUNT; step++)
        if (mc_bringup_table[step].name && !strcmp(mc_bringup_table[step].name, name))
            return &mc_bringup_table[step];
    fail_msg("no such step: %s", name);
    return NULL;
}

static bool word(struct bench *b, const char *word)
{
    struct mc_link *link = &stage_of(b)->link;
    const char *arg = strchr(word, ':');
    if (!arg)
        return plain_word(b, word);
    arg++;
    if (!strncmp(word, "begins:", 7))
        mc_link_walk_callbacks.step(link, row_of(arg));
    else if (!strncmp(word, "walk:", 5))
        mc_link_walk(link, MC_USE_UP, row_of(arg)->step);
    else if (!strncmp(word, "with:", 5))
        says.result.fault = bench_fault(arg);
    else if (!strncmp(word, "rests:", 6))
        says.result.wait_ms = atoll(arg);
    else if (!strncmp(word, "held:", 5))
        link->remedy.held_state = (enum mc_state)mc_strtab_value(&mc_state_names, arg);
    else if (!strncmp(word, "budget:", 7))
        says.budget_ms = atoll(arg);
    else if (!strncmp(word, "jitter:", 7))
        says.jitter_ms = atoll(arg);
    else if (!strncmp(word, "waited:", 7))
        says.waited_ms = atoll(arg);
    else if (!strncmp(word, "pin:", 4))
        says.pin = bench_fault(arg);
    else if (!strncmp(word, "powered:", 8))
        b->powered = atoi(arg);
    else if (!strncmp(word, "watchers:", 9))
        mc_link_watched(link, (unsigned)atoi(arg));
    else
        return stage_word(b, word);
    return true;
}

#include "walk_rows.h"

static void steps(void **state)
{
    stage_rows(step_rows, MC_LENGTH_OF(step_rows), begin, word);
}

static void ends(void **state)
{
    stage_rows(end_rows, MC_LENGTH_OF(end_rows), begin, word);
}

static void beginnings(void **state)
{
    stage_rows(begin_rows, MC_LENGTH_OF(begin_rows), begin, word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps),
        cmocka_unit_test(ends),
        cmocka_unit_test(beginnings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
