/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_WISH_H
#define MICROCAT_LINK_WISH_H

/*
 * What is wanted, and by whom: online as a rule, or less because an operator said so; and the verb that a person waits
 * for, from its coming to its one answer. It knows nothing of the modem: link tells what became of it.
 */

#include <microcat/base/timerq.h>
#include <microcat/link/machines.h>
#include <microcat/status/verbs.h>
#include <stdint.h>

enum mc_wish_state {
    MC_WISH_ONLINE,
    MC_WISH_COMMAND, /* command mode: attach and PDP context, and no call */
    MC_WISH_RADIO_OFF,
    MC_WISH_GOING_OFF, /* the power is to be switched off */
    MC_WISH_OFF,       /* it was, by us */
    MC_WISH_LENT,      /* online again, when the plain line comes back from whom it is lent to */
};

enum mc_wish_event {
    MC_WISH_CONNECT,
    MC_WISH_DISCONNECT,
    MC_WISH_EXPECT, /* `connect` while the power is off: when it is on again, a call is wanted */
    MC_WISH_SETTLE, /* `disconnect` while the radio is off: when it is on again, nothing is dialled */
    MC_WISH_SWITCH_RADIO_OFF,
    MC_WISH_SWITCH_RADIO_ON,
    MC_WISH_SWITCH_OFF,
    MC_WISH_SWITCHED_OFF, /* the power is being switched off now */
    MC_WISH_LEND,
    MC_WISH_GIVEN_BACK,
    MC_WISH_CAME_BACK, /* by hand, by the plug, or it did not hear that it should go off; or it is not to go */
};

struct mc_wish;

/** NULL: no memory. */
struct mc_wish *mc_wish_new(struct mc_timerq *queue);
/** A verb that waits is forgotten, its callback is not called. */
void mc_wish_free(struct mc_wish *wish);

enum mc_wish_state mc_wish_state(const struct mc_wish *wish);
void mc_wish_event(struct mc_wish *wish, enum mc_wish_event event);
/** The try under way was asked for by a person: budgets do not refuse it. */
bool mc_wish_by_person(const struct mc_wish *wish);
void mc_wish_set_by_person(struct mc_wish *wish, bool by_person);

/** What was the case when a verb came. */
struct mc_wish_came {
    bool amid_call;
    bool amid_hangup; /* ... that was being ended for a fault: the verb is about what comes after */
};

/** A verb that waits, or whose end was not told yet, makes room for another: it ends with -ECANCELED, told at once. */
void mc_wish_make_room(struct mc_wish *wish);
/** There is room: mc_wish_make_room() was called. */
void mc_wish_begin(struct mc_wish *wish, enum mc_verb verb, struct mc_wish_came came, mc_verb_done_fn *done, void *ctx);
/** The verb that waits; MC_VERB_COUNT: none. */
enum mc_verb mc_wish_verb(const struct mc_wish *wish);
struct mc_wish_came mc_wish_came(const struct mc_wish *wish);
int64_t mc_wish_waited_ms(const struct mc_wish *wish);
/** The verb that waits is over: its callback is called soon, never from inside. Without one nothing happens. */
void mc_wish_end(struct mc_wish *wish, int result, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/** While the fault of a call is taken up, a verb that came amid its hang-up does not wait for anything. @return whether
 * there was one; then mc_wish_take_up() makes it wait again, if no other has come since. */
bool mc_wish_set_aside(struct mc_wish *wish);
void mc_wish_take_up(struct mc_wish *wish);

#endif
