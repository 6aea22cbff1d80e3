/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_PRIV_H
#define MICROCAT_LINK_PRIV_H

/* What joins session, call and wish; shared by the files that do: link.c (life, the modem's lines), next.c (what next,
 * as a table), walk.c (the sequence), device.c (device and port), remedy.c (faults), dialled.c (the call), verbs.c and
 * hand.c and lease.c (the operator), peek.c (a look during a plain call), words.c (state, notes, status). */

#include "call.h"
#include "context.h"
#include "lease_filter.h"
#include "session.h"
#include "wish.h"

/** What is done while neither a walk nor a call is under way. */
enum link_pause { PAUSE_NONE, PAUSE_WAIT, PAUSE_REST, PAUSE_LENT };

enum link_life { LIFE_NEW, LIFE_STARTED, LIFE_STOPPING };

/** A fault, from where it is taken up to where it is forgotten. */
struct link_remedy {
    enum mc_fault fault;         /* being dealt with */
    enum mc_fault held_fault;    /* last published one of a quiet kind */
    enum mc_state held_state;    /* in which it was found */
    struct mc_decision decision; /* what the wait is for */
    enum mc_remedy by_line;      /* for which a line of the board is worked; MC_REMEDY_LOOK: for none */
    bool rechecking;             /* the remedy stands ready, but first: is the fault still there? */
    bool heard;                  /* the modem was found in the walk under way, or the last one: it answered AT */
};

/** How a look at a fault is told. */
struct link_look {
    bool quiet;         /* looking again whether a person did something: shown only when it did */
    bool stays_stopped; /* `disconnect` met the fault: it is looked after quietly, in `stopped` */
};

/** A channel for somebody else. */
struct link_lease {
    struct mc_machine machine;
    const struct mc_link_holder *holder; /* NULL: there is none, or he was told */
    void *holder_ctx;
    struct mc_lease_filter *filter;
    int64_t for_ms;
    bool whole_line; /* plain: nobody else has any meanwhile */
    int result;      /* of its end */
    char why[160];
    struct mc_timer limit, tell;
};

/** A look during a call on the plain line. */
struct link_peek {
    uint64_t rx, tx; /* at the last look at the traffic */
    int64_t began_at_ms;
    bool leaves; /* the daemon: straight back, nothing is asked */
};

struct mc_link {
    struct mc_timerq *queue;
    const struct mc_settings *settings;
    struct mc_status *status;
    struct mc_bus *bus;
    struct mc_link_requests req;
    void *ctx;

    struct mc_session *session;
    struct mc_datacall *call;
    struct mc_wish *wish;
    struct mc_policy *policy;
    struct link_remedy remedy;
    struct link_look look;
    struct mc_context_witness context;
    struct link_lease lease;
    struct link_peek peek;

    unsigned watchers; /* of the signal */

    enum link_life life;
    enum link_pause pause;
    char refused[96];  /* what pppd said of user and password in this call; "" nothing */
    bool compare_anew; /* the settings changed since the modem's were compared with them */
    bool jitter_due;   /* BootJitter still to be waited */
    bool on_again;     /* `power on` was said while the power line switches off: it is worked again right behind that */
    struct mc_timer wait;
    struct mc_timer down;      /* a registration begins: does somebody wait for command mode? */
    struct mc_timer port_lost; /* a closed port: was it pulled out, or did it fail? */
    char port_detail[80];
    struct mc_timer save_soon;
    void (*shutdown_done)(void *ctx);
    void *shutdown_ctx;
    struct mc_timer shutdown_timer;
};

/* words.c */
/** The one function that changes the state. */
void mc_link_enter(struct mc_link *link, enum mc_state state);
void mc_link_note(struct mc_link *link, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** It was switched off by `radio off`, and nobody has switched it on since (`at AT+CFUN=1`). */
bool mc_link_radio_off(const struct mc_link *link);
/** Copies the facts into the status and tells the bus. */
void mc_link_publish(struct mc_link *link);

/* link.c */
bool mc_link_wants_online(const struct mc_link *link);
bool mc_link_powered_off(const struct mc_link *link);
/** A modem that was switched off is here again. */
void mc_link_by_hand(struct mc_link *link);
void mc_link_urc(void *ctx, const char *line, bool reboot);
void mc_link_mux_lost(void *ctx, bool left, const char *why);
/** It did not come when it was asked for, or did not stay: is it asked again? @why: as mc_bringup_mux_why(), or
 * MC_MUX_UNSTEADY. */
void mc_link_mux_failed(void *ctx, const char *why);

/* next.c */
/** A walk for @ended is over, and nothing failed. */
void mc_link_next(struct mc_link *link, enum mc_session_use ended);
/** Down to command mode, whatever is going on; what is wanted goes on from there. */
void mc_link_go_down(struct mc_link *link);
/** In command mode and idle: the verb that waits, if it wants more than that; else to rest. */
void mc_link_idle(struct mc_link *link);

/* walk.c */
extern const struct mc_bringup_callbacks mc_link_walk_callbacks;
void mc_link_walk_init(struct mc_link *link);
void mc_link_walk_done(void *ctx, enum mc_session_use use, const struct mc_bringup_result *result);
void mc_link_walk(struct mc_link *link, enum mc_session_use use, enum mc_step step);
void mc_link_sample(void *ctx);
/** The next look at the signal, after SampleInterval=; @now: at once, if there is to be one at all. */
void mc_link_sample_again(struct mc_link *link, bool now);
/** @after: the walk that ended: one that took a sample needs no other at once. */
void mc_link_rest(struct mc_link *link, enum mc_session_use after);
/** At rest: what is off, and how it comes back; "" when only the call is down. */
const char *mc_link_way_back(const struct mc_link *link);
/** Looks for the modem anew, or dials again: whatever the line allows. */
void mc_link_go_up(struct mc_link *link);

/* device.c */
void mc_link_device_init(struct mc_link *link);
bool mc_link_open_port(struct mc_link *link);
/** A closed port whose reason is still waited for counts as failed from now on. */
void mc_link_settle_port(struct mc_link *link);
/** The fault of a device that is not there, with what was looked for. */
void mc_link_no_device(struct mc_link *link);
bool mc_link_has_reset(const struct mc_link *link);
bool mc_link_has_power(const struct mc_link *link);
void mc_link_work_board(struct mc_link *link, enum mc_board_line what);
void mc_link_worked(void *ctx, int result);
/** Everything that hangs on the port ends; nothing is sent. @why, a sentence, is told to who waits for an answer. */
void mc_link_drop_port(struct mc_link *link, enum mc_session_event event, const char *why);

/* remedy.c */
void mc_link_failed(struct mc_link *link, enum mc_fault fault, const char *detail);
void mc_link_act(struct mc_link *link, enum mc_remedy remedy);
/** A line of the board was worked: if it was for a remedy, that was done. */
void mc_link_remedy_done(struct mc_link *link);
void mc_link_wait(struct mc_link *link, int64_t delay_ms, enum mc_remedy remedy, const char *next);
void mc_link_clear_fault(struct mc_link *link);
void mc_link_remedy_init(struct mc_link *link);
/** The modem said @line by itself while we wait, and the facts know it: does it end the wait? */
void mc_link_news(struct mc_link *link, const char *line);
/** The modem answers, and the network does not let it in. */
bool mc_link_registration_fault(enum mc_fault fault);
bool mc_link_walk_failed_in_recheck(struct mc_link *link, enum mc_fault fault);

/* dialled.c */
/** A sample was taken beside the call: does the modem say that the call is dead? */
void mc_link_sampled(struct mc_link *link);
extern const struct mc_datacall_host mc_link_call_host;

/* peek.c */
/** Is the modem to be asked now and then during this call, though that has to wait? */
bool mc_link_peeks(const struct mc_link *link);
/** It is time: when the link is idle, the call is left for a moment. */
void mc_link_peek(struct mc_link *link);
/** pppd has something to send: a look that has not begun in earnest makes room. */
void mc_link_peek_yields(struct mc_link *link);
void mc_link_peeked(struct mc_link *link, const struct mc_bringup_result *result);

/* lease.c */
void mc_link_lease_init(struct mc_link *link);
void mc_link_lease_done(struct mc_link *link);
/** The plain line is lent, or about to be: nobody else can have it. */
bool mc_link_lease_has_line(const struct mc_link *link);
/** Says so to a person, in @out. */
void mc_link_lease_say(const struct mc_link *link, char *out, size_t out_bytes);
/** In command mode, at rest: the line can be lent now, if it is to be. */
void mc_link_lease_at_rest(struct mc_link *link);
/** What it waits for has failed. */
void mc_link_lease_failed(struct mc_link *link, const char *why);

/* verbs.c */
/** Up again because a person wants it: whatever was waited for, and nothing is held against it. */
void mc_link_go_up_by_person(struct mc_link *link);
/** Somebody waits for command mode: a verb that is carried out there, or who the plain line is to be lent to. */
bool mc_link_down_is_waited_for(const struct mc_link *link);
/** In command mode: begins what the verb that waits asks for. @return false: it asks for no more than that (and ends
 * where that was all), or there is none. */
bool mc_link_carry_verb(struct mc_link *link);
/** It was to be switched off, and was not: what was wanted before is wanted again. */
void mc_link_not_off(struct mc_link *link);
/** The walk that a verb asked for has ended well. @return false. */
bool mc_link_verb_walked(struct mc_link *link);

#endif
