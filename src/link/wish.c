/* SPDX-License-Identifier: MIT */
#include "wish.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum task { TASK_NONE, TASK_WAITS, TASK_ASIDE, TASK_ENDED };

struct mc_wish {
    struct mc_machine machine;
    struct mc_timerq *queue;
    enum mc_wish_state before; /* radio or power went off: online, or command mode */
    bool by_person;

    enum task task;
    enum mc_verb verb;
    struct mc_wish_came came;
    int64_t came_at_ms;
    mc_verb_done_fn *done;
    void *done_ctx;
    int result;
    char text[240];
    struct mc_timer tell;
};

/* ---- the table ---- */

static void before_was_online(void *owner)
{
    struct mc_wish *wish = owner;
    wish->before = MC_WISH_ONLINE;
}

static void before_was_command(void *owner)
{
    struct mc_wish *wish = owner;
    wish->before = MC_WISH_COMMAND;
}

static bool was_online(const void *owner)
{
    const struct mc_wish *wish = owner;
    return wish->before == MC_WISH_ONLINE;
}

static const char *const state_names[] = {
    [MC_WISH_ONLINE] = "online",       [MC_WISH_COMMAND] = "command", [MC_WISH_RADIO_OFF] = "radio-off",
    [MC_WISH_GOING_OFF] = "going-off", [MC_WISH_OFF] = "off",         [MC_WISH_LENT] = "lent",
};
static const char *const event_names[] = {
    [MC_WISH_CONNECT] = "connect",
    [MC_WISH_DISCONNECT] = "disconnect",
    [MC_WISH_EXPECT] = "expect",
    [MC_WISH_SETTLE] = "settle",
    [MC_WISH_SWITCH_RADIO_OFF] = "switch-radio-off",
    [MC_WISH_SWITCH_RADIO_ON] = "switch-radio-on",
    [MC_WISH_SWITCH_OFF] = "switch-off",
    [MC_WISH_SWITCHED_OFF] = "switched-off",
    [MC_WISH_LEND] = "lend",
    [MC_WISH_GIVEN_BACK] = "given-back",
    [MC_WISH_CAME_BACK] = "came-back",
};
static const struct mc_strtab states = MC_STRTAB(state_names), events = MC_STRTAB(event_names);

#define S(state)  MC_MACHINE_BIT(MC_WISH_##state)
#define IS(state) MC_WISH_##state
#define ON(event) MC_WISH_##event
#define SAME      MC_MACHINE_SAME
#define ANY       (S(ONLINE) | S(COMMAND) | S(RADIO_OFF) | S(GOING_OFF) | S(OFF) | S(LENT))
#define POWERED   (ANY & ~(S(OFF) | S(LENT)))

/* clang-format off */
static const struct mc_machine_row rows[] = {
    {ANY & ~S(LENT),                ON(CONNECT),          NULL,       NULL,               IS(ONLINE)},
    {POWERED,                       ON(DISCONNECT),       NULL,       NULL,               IS(COMMAND)},
    {S(OFF),                        ON(EXPECT),           NULL,       before_was_online,  SAME},
    {S(RADIO_OFF),                  ON(SETTLE),           NULL,       before_was_command, SAME},
    {S(ONLINE),                     ON(SWITCH_RADIO_OFF), NULL,       before_was_online,  IS(RADIO_OFF)},
    {S(COMMAND),                    ON(SWITCH_RADIO_OFF), NULL,       before_was_command, IS(RADIO_OFF)},
    {S(RADIO_OFF) | S(GOING_OFF),   ON(SWITCH_RADIO_OFF), NULL,       NULL,               IS(RADIO_OFF)},
    {S(RADIO_OFF),                  ON(SWITCH_RADIO_ON),  was_online, NULL,               IS(ONLINE)},
    {S(RADIO_OFF),                  ON(SWITCH_RADIO_ON),  NULL,       NULL,               IS(COMMAND)},
    {POWERED,                       ON(SWITCH_RADIO_ON),  NULL,       NULL,               SAME}, /* it is not off by us */
    {S(ONLINE),                     ON(SWITCH_OFF),       NULL,       before_was_online,  IS(GOING_OFF)},
    {S(COMMAND),                    ON(SWITCH_OFF),       NULL,       before_was_command, IS(GOING_OFF)},
    {S(RADIO_OFF) | S(GOING_OFF),   ON(SWITCH_OFF),       NULL,       NULL,               IS(GOING_OFF)},
    {S(GOING_OFF),                  ON(SWITCHED_OFF),     NULL,       NULL,               IS(OFF)},
    {S(ONLINE),                     ON(LEND),             NULL,       NULL,               IS(LENT)},
    {S(LENT),                       ON(GIVEN_BACK),       NULL,       NULL,               IS(ONLINE)},
    {S(GOING_OFF) | S(OFF),         ON(CAME_BACK),        was_online, NULL,               IS(ONLINE)},
    {S(GOING_OFF) | S(OFF),         ON(CAME_BACK),        NULL,       NULL,               IS(COMMAND)},
};
/* clang-format on */
const struct mc_machine_table mc_wish_table = {"wish", &states, &events, rows, MC_LENGTH_OF(rows)};

enum mc_wish_state mc_wish_state(const struct mc_wish *wish)
{
    return (enum mc_wish_state)wish->machine.state;
}

void mc_wish_event(struct mc_wish *wish, enum mc_wish_event event)
{
    mc_machine_event(&wish->machine, event);
}

bool mc_wish_by_person(const struct mc_wish *wish)
{
    return wish->by_person;
}

void mc_wish_set_by_person(struct mc_wish *wish, bool by_person)
{
    wish->by_person = by_person;
}

/* ---- the verb ---- */

static void on_tell(void *ctx)
{
    struct mc_wish *wish = ctx;
    mc_verb_done_fn *done = wish->done;
    char text[sizeof(wish->text)];
    memcpy(text, wish->text, sizeof(text));
    wish->task = TASK_NONE;
    if (done)
        done(wish->done_ctx, wish->result, text);
}

void mc_wish_make_room(struct mc_wish *wish)
{
    if (wish->task == TASK_NONE)
        return;
    mc_wish_take_up(wish); /* one that was set aside has its end, too */
    mc_wish_end(wish, -ECANCELED, "Another command came in between.");
    mc_timer_disarm(&wish->tell);
    on_tell(wish);
}

void mc_wish_begin(struct mc_wish *wish, enum mc_verb verb, struct mc_wish_came came, mc_verb_done_fn *done, void *ctx)
{
    wish->task = TASK_WAITS;
    wish->verb = verb;
    wish->came = came;
    wish->came_at_ms = mc_timerq_now_ms(wish->queue);
    wish->done = done;
    wish->done_ctx = ctx;
}

enum mc_verb mc_wish_verb(const struct mc_wish *wish)
{
    return wish->task == TASK_WAITS ? wish->verb : MC_VERB_COUNT;
}

struct mc_wish_came mc_wish_came(const struct mc_wish *wish)
{
    return wish->came;
}

int64_t mc_wish_waited_ms(const struct mc_wish *wish)
{
    return mc_timerq_now_ms(wish->queue) - wish->came_at_ms;
}

void mc_wish_end(struct mc_wish *wish, int result, const char *fmt, ...)
{
    if (wish->task != TASK_WAITS)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(wish->text, sizeof(wish->text), fmt, ap);
    va_end(ap);
    wish->task = TASK_ENDED;
    wish->result = result;
    mc_timer_arm(&wish->tell, wish->queue, 0);
}

bool mc_wish_set_aside(struct mc_wish *wish)
{
    if (wish->task != TASK_WAITS || !wish->came.amid_hangup)
        return false;
    wish->task = TASK_ASIDE;
    wish->came.amid_hangup = false; /* from now on it is about what is */
    return true;
}

void mc_wish_take_up(struct mc_wish *wish)
{
    if (wish->task == TASK_ASIDE)
        wish->task = TASK_WAITS;
}

/* ---- life ---- */

struct mc_wish *mc_wish_new(struct mc_timerq *queue)
{
    struct mc_wish *wish = calloc(1, sizeof(*wish));
    if (!wish)
        return NULL;
    mc_machine_init(&wish->machine, &mc_wish_table, MC_WISH_ONLINE, wish);
    wish->queue = queue;
    mc_timer_init(&wish->tell, "wish.tell", on_tell, wish);
    return wish;
}

void mc_wish_free(struct mc_wish *wish)
{
    if (!wish)
        return;
    mc_timer_disarm(&wish->tell);
    free(wish);
}
