/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_PRIV_H
#define MICROCAT_LINK_PRIV_H

/* Shared by the files of the room: link.c (line and life), walk.c (the sequence), device.c (device and port), remedy.c
 * (faults), call.c (the PPP call), watch.c (is it alive), verbs.c and hand.c (the operator), words.c (state, notes,
 * status). */

#include <microcat/link/link.h>
#include <microcat/policy/witness.h>

enum link_doing {
    DOING_NOTHING, /* no device, or not open */
    DOING_WALK,    /* the sequence is under way */
    DOING_CALL,    /* a pppd runs */
    DOING_WAIT,    /* for the next try */
    DOING_BOARD,   /* a board line is being worked */
    DOING_REST,    /* in command mode, nothing to do: stopped by the operator */
};

enum link_want { WANT_ONLINE, WANT_COMMAND, WANT_RADIO_OFF, WANT_POWER_OFF };

enum link_walk { WALK_UP, WALK_HANGUP, WALK_VERB, WALK_SAMPLE };

struct mc_link {
    struct mc_timerq *queue;
    const struct mc_settings *settings;
    struct mc_status *status;
    struct mc_bus *bus;
    struct mc_link_requests req;
    void *ctx;
    struct mc_line *line;
    struct mc_bringup *bringup;
    struct mc_policy *policy;

    enum link_doing doing;
    enum link_want want, want_before_off;
    enum link_walk walk;
    bool started, present, open;
    bool found;        /* the modem was in command mode when the line was last ours */
    bool compare_anew; /* the settings changed since the modem's were compared with them */
    bool by_person;    /* the try under way was asked for: budgets do not refuse it */
    bool quiet;        /* looking again whether a person did something: shown only when it did */
    bool jitter_due;   /* BootJitter still to be waited */
    bool powered_off;
    bool off;         /* the modem said that it goes off, and was not met since */
    bool new_session; /* the modem may be booting: give it BootTime */

    /* remedy.c */
    struct mc_timer wait;
    struct mc_timer port_lost; /* a closed port: was it pulled out, or did it fail? */
    char port_detail[80];
    enum mc_board_line board_line; /* being worked, or about to be */
    struct mc_timer sample;        /* at rest: signal, temperature and supply now and then */
    enum mc_fault fault;           /* being dealt with */
    enum mc_fault held_fault;      /* last published one of a quiet kind */
    enum mc_state held_state;      /* in which it was found */
    struct mc_decision decision;   /* what the wait is for */
    bool stays_stopped;            /* `disconnect` met the fault: it is looked after quietly, in `stopped` */
    bool rechecking;               /* the remedy stands ready, but first: is the fault still there? */
    enum mc_remedy in_progress;    /* the last remedy carried out, for counters and history */

    /* call.c */
    bool call, call_up, stopping;
    enum mc_fault call_fault; /* why we ended it, or what the modem said; NONE: pppd's own word counts */
    char call_detail[160];
    int64_t up_at_ms;      /* since when this call has carried; -1 not yet */
    int64_t adopted_at_ms; /* since when a call that was taken over is online; -1 not taken over */
    struct mc_timer good, stale, settle, bounce;
    uint64_t seen_rx, seen_tx;
    int64_t alive_at_ms;
    unsigned lost_probes;
    bool probing, probe_unsent_told, unvouched_told;
    unsigned proofs; /* probes still to be sent though bytes come in: the target has to prove itself */

    /* verbs.c */
    bool verb_pending;
    enum mc_verb verb;
    mc_verb_done_fn *verb_done;
    void *verb_ctx;
    int verb_result; /* of a verb that has ended but was not told yet */
    bool verb_ended;
    bool verb_cuts_call; /* there was a call when it came */
    bool verb_in_hangup; /* it came while a call was being ended for a fault */
    char verb_text[240];
    struct mc_timer verb_tell;
    int64_t verb_at_ms;
    void (*shutdown_done)(void *ctx);
    void *shutdown_ctx;
    struct mc_timer shutdown_timer;

    /* walk.c */
    struct mc_timer save_soon;
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
/** A modem that was switched off is here again. */
void mc_link_by_hand(struct mc_link *link);
/** Walk, command in flight and commands that wait end now; @why, a sentence, is told to the person who asked. */
void mc_link_no_answers(struct mc_link *link, const char *why);

/* walk.c */
extern const struct mc_bringup_callbacks mc_link_walk_callbacks;
void mc_link_walk_init(struct mc_link *link);
void mc_link_walk(struct mc_link *link, enum link_walk walk, enum mc_step step);
void mc_link_rest(struct mc_link *link);
/** At rest: the modem is looked at within a minute, and a fault that it is over is told no longer. */
void mc_link_sample_soon(struct mc_link *link);
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
/** Works one of the board's lines, with a detach before it where the modem still answers. */
bool mc_link_has_line(const struct mc_link *link, const char *setting); /* @setting: Reset= or Power= */
void mc_link_work_board(struct mc_link *link, enum mc_board_line what);
/** Everything that hangs on the port ends; nothing is sent. @why as for mc_link_no_answers(), "" says nothing. */
void mc_link_drop_port(struct mc_link *link, const char *why);

/* remedy.c */
void mc_link_failed(struct mc_link *link, enum mc_fault fault, const char *detail);
void mc_link_act(struct mc_link *link, enum mc_remedy remedy);
void mc_link_wait(struct mc_link *link, int64_t delay_ms, enum mc_remedy remedy, const char *next);
void mc_link_clear_fault(struct mc_link *link);
void mc_link_remedy_init(struct mc_link *link);
/** The modem spoke while we wait: does it end the wait? */
void mc_link_news(struct mc_link *link);
bool mc_link_walk_failed_in_recheck(struct mc_link *link, enum mc_fault fault);

/* call.c */
void mc_link_call_init(struct mc_link *link);
void mc_link_start_call(struct mc_link *link);
/** The probe's standing into the status. */
void mc_link_probe_status(struct mc_link *link);
/** Ends the call for @fault (NONE: the operator); the walk of the hang-up follows by itself. */
void mc_link_end_call(struct mc_link *link, enum mc_fault fault, const char *detail, bool kill);
void mc_link_call_lost(struct mc_link *link);

/* watch.c */
void mc_link_watch_init(struct mc_link *link);
/** A call is online: is it alive? Until quiet_timers(). */
void mc_link_watch(struct mc_link *link);

/* verbs.c */
void mc_link_verbs_init(struct mc_link *link);
/** Up again because a person wants it: whatever was waited for, and nothing is held against it. */
void mc_link_go_up_by_person(struct mc_link *link);
/** A verb that waits for this is over. */
void mc_link_verb_end(struct mc_link *link, int result, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/** The line is in command mode and idle: what the operator wants next. @return false: nothing, go up. */
bool mc_link_verb_next(struct mc_link *link);

#endif
