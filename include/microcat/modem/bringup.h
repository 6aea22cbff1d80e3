/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_MODEM_BRINGUP_H
#define MICROCAT_MODEM_BRINGUP_H

/*
 * The sequence, as a table of rows {step, state, script, deadline, fault if late, fault if refused, next}, and the
 * machine that walks it.
 *
 * The machine starts at any step and walks until the table says END or a fault; it never retries by itself: that is
 * policy. Remedies (radio cycle, reset ...) and the end of a call are rows of the same table: where they end, the
 * sequence goes on. Pure: line, timers and callbacks only.
 */

#include <microcat/base/fault.h>
#include <microcat/base/settings.h>
#include <microcat/base/state.h>
#include <microcat/line/line.h>
#include <microcat/modem/chat.h>
#include <microcat/modem/facts.h>
#include <stdbool.h>

enum mc_step {
    MC_STEP_END = 0, /* the walk is over */
    /* the way up */
    MC_STEP_FIND,
    MC_STEP_FIND_MUXED,
    MC_STEP_GREET,
    MC_STEP_FLOW,
    MC_STEP_FLOW_SET,
    MC_STEP_FLOW_VERIFY,
    MC_STEP_FLOW_UNDO,
    MC_STEP_SPEED,
    MC_STEP_SPEED_SET,
    MC_STEP_IDENTITY,
    MC_STEP_SPEED_UNDO,
    MC_STEP_FIRMWARE,
    MC_STEP_MUX_ASK,
    MC_STEP_MUX_SET,
    MC_STEP_MUX_OPEN,
    MC_STEP_MUX_UNDO,
    MC_STEP_SIM,
    MC_STEP_SIM_TRIES,
    MC_STEP_SIM_UNLOCK,
    MC_STEP_SIM_READY,
    MC_STEP_SIM_IDENTITY,
    MC_STEP_PDP,
    MC_STEP_PDP_WRITE,
    MC_STEP_PDP_RESTORE,
    MC_STEP_PDP_SIM,
    MC_STEP_REGISTER,
    MC_STEP_REGISTER_RADIO,
    MC_STEP_REGISTER_URCS,
    MC_STEP_REGISTER_WAIT,
    MC_STEP_REGISTER_ATTACH,
    MC_STEP_SIGNAL,
    MC_STEP_DIAL,
    MC_STEP_DIAL_ABORT,
    MC_STEP_DIAL_HANGUP,
    /* the next dial, from command mode */
    MC_STEP_CHECK,
    /* the end of a call */
    MC_STEP_HANGUP_WAIT,
    MC_STEP_HANGUP_ASK,
    MC_STEP_HANGUP_ESCAPE,
    MC_STEP_HANGUP_PROVE,
    MC_STEP_HANGUP_LISTEN,
    MC_STEP_HANGUP_LAST,
    MC_STEP_HANGUP_CHANNEL,
    MC_STEP_MUX_LEAVE, /* ... of the multiplexer, for good */
    MC_STEP_MUX_LEFT,
    MC_STEP_MUX_REDO, /* ... because the line's settings changed */
    /* remedies and verbs */
    MC_STEP_REATTACH,
    MC_STEP_RADIO_CYCLE,
    MC_STEP_RADIO_OFF,
    MC_STEP_RADIO_ON,
    MC_STEP_RESET,
    MC_STEP_RESET_WAIT,
    MC_STEP_POWER_OFF,
    MC_STEP_SAMPLE,
    /* a look beside a call on the plain line */
    MC_STEP_PEEK_ESCAPE,
    MC_STEP_PEEK_PROVE,
    MC_STEP_PEEK,
    MC_STEP_PEEK_BACK,
    MC_STEP_COUNT
};

enum mc_row_kind {
    MC_ROW_SCRIPT,
    MC_ROW_FIND,
    MC_ROW_AWAIT,
    MC_ROW_ESCAPE,
    MC_ROW_MUX,    /* opens the multiplexer */
    MC_ROW_UNMUX,  /* leaves it */
    MC_ROW_REDIAL, /* the data channel is closed and opened anew */
    MC_ROW_END
};

struct mc_bringup;

struct mc_bringup_row {
    enum mc_step step;
    const char *name; /* "setup.flow": shown beside the state */
    enum mc_state state;
    enum mc_row_kind kind;
    int script;             /* row of the scripts' list, 0 none; AWAIT: the slow poll behind the URC */
    int64_t deadline_ms;    /* of the whole row; 0: SearchTime= (registration) */
    enum mc_fault late;     /* deadline passed or a command unanswered; NONE stands for MODEM_SILENT. AWAIT: the
                               deadline alone; a poll that is lost is asked again while AT is answered */
    enum mc_fault refused;  /* a final ERROR whose CME code names no fault itself; NONE stands for MODEM_REFUSED */
    enum mc_step next;      /* END ends well */
    enum mc_step late_next; /* not END: go there instead of failing with `late` */
    enum mc_step
        refused_next;   /* not END: go there instead of failing with `refused`, or for an answer of the wrong shape */
    enum mc_step muxed; /* not END: in the multiplexer, this row instead */
    bool keep_fault;    /* ... but the fault stands: what comes next only tidies up */
    bool (*satisfied)(const struct mc_bringup *bringup); /* AWAIT; a SCRIPT that has it may end by it, too */
    /** Looks at the facts and picks: a step, or sets a fault (mc_bringup_fail). NULL: next. */
    enum mc_step (*decide)(struct mc_bringup *bringup);
    /** As decide, when the row is late: which way depends on what was tried. NULL: late_next. */
    enum mc_step (*decide_late)(struct mc_bringup *bringup);
    /** As decide, when a command was refused or its answer had the wrong shape. NULL: refused_next. */
    enum mc_step (*decide_refused)(struct mc_bringup *bringup);
    int64_t poll_ms; /* AWAIT */
};

extern const struct mc_bringup_row mc_bringup_table[MC_STEP_COUNT];

struct mc_bringup_result {
    enum mc_fault fault; /* MC_FAULT_NONE: the row END was reached */
    char detail[160];
    int64_t wait_ms; /* > 0: no fault, but a budget says to wait this long (attach or dial) */
    enum mc_step at; /* where it ended */
    bool connected;  /* the last step was a dial that was answered CONNECT */
};

struct mc_bringup_callbacks {
    /** A step begins. */
    void (*step)(void *ctx, const struct mc_bringup_row *row);
    /** Something that a person would like to read: "raised to 460800". */
    void (*note)(void *ctx, const char *text);
    /** Host side of the line. 0 or -errno. */
    int (*set_baud)(void *ctx, int32_t baud);
    int (*set_flow)(void *ctx, enum mc_flow flow);
    /** May the configured PIN be tried? Called right before it is sent: MC_FAULT_NONE means yes, and it is charged
     * already. */
    enum mc_fault (*pin_allowed)(void *ctx, const char *iccid, int tries_left);
    /** The SIM is ready (@right) or refused the PIN. Not called where a verdict is never heard. */
    void (*pin_result)(void *ctx, const char *iccid, bool right);
    /** 0: go, and it is charged; > 0: wait that many ms first. */
    int64_t (*attach_allowed)(void *ctx);
    int64_t (*dial_allowed)(void *ctx);
    /** What makes a dial pointless (no pppd): MC_FAULT_NONE, or the fault with what was seen. */
    enum mc_fault (*dial_fault)(void *ctx, char *detail, size_t detail_bytes);
    /** May a modem of which nothing is known be asked for its multiplexer? */
    bool (*mux_allowed)(void *ctx);
    /** It was asked, and did not come: "no-answer", "no-channel", or MC_MUX_UNSTEADY where that says little of it.
     * Whether it is asked again is the host's word. */
    void (*mux_failed)(void *ctx, const char *why);
    void (*done)(void *ctx, const struct mc_bringup_result *result);
};

#define MC_MUX_UNSTEADY "unsteady"

/** @settings and @line are borrowed; @callbacks are copied. NULL: no memory. */
struct mc_bringup *mc_bringup_new(struct mc_timerq *queue, struct mc_line *line, const struct mc_settings *settings,
                                  const struct mc_bringup_callbacks *callbacks, void *ctx);
void mc_bringup_free(struct mc_bringup *bringup);

/** Walks from @step on; a walk under way is cancelled first. @patience_ms: how long FIND may look for a modem that may
 * be booting. */
void mc_bringup_start(struct mc_bringup *bringup, enum mc_step step, int64_t patience_ms);
/** Ends the walk where the table allows a well-formed end before a dial: `connect` not wanted. */
void mc_bringup_stop_before_dial(struct mc_bringup *bringup, bool stop);
/** A walk that comes as far as the registration ends there with the radio off: the operator wants it so, and a modem
 * that was looked for may have started anew. */
void mc_bringup_radio_stays_off(struct mc_bringup *bringup, bool off);
/** The next walk does not wait for a registration: it only looks whether there is one. */
void mc_bringup_look_once(struct mc_bringup *bringup, bool once);
void mc_bringup_cancel(struct mc_bringup *bringup);
/** The same when the modem can no longer answer: its commands, and those that wait behind them, end by mc_at_abandon().
 */
void mc_bringup_abandon(struct mc_bringup *bringup, const char *why);
bool mc_bringup_running(const struct mc_bringup *bringup);
enum mc_step mc_bringup_step(const struct mc_bringup *bringup);

/** A URC came (from the line). Facts are taken from it, and a row that waits for it goes on. @return it says that the
 * modem rebooted. */
bool mc_bringup_urc(struct mc_bringup *bringup, const char *line);
/** The data path saw the call end (NO CARRIER, +PPPD: DISCONNECTED). */
void mc_bringup_call_ended(struct mc_bringup *bringup);

/** Somebody wonders whether the PDP context of a call is still active: the next sample asks, whether it is due or not.
 */
void mc_bringup_wonder(struct mc_bringup *bringup);

/** Why the modem's multiplexer is not used though Multiplex=auto, "" when it is or nothing is known: "refused",
 * "no-answer", "no-channel", "silent". */
const char *mc_bringup_mux_why(const struct mc_bringup *bringup);
/** It is not used any more, until the firmware changes. */
void mc_bringup_mux_distrust(struct mc_bringup *bringup, const char *why);

/** Why EscapeInterval= is not followed, "" when it is or nothing is known: "refused", "no-answer". */
const char *mc_bringup_escape_why(const struct mc_bringup *bringup);

struct mc_facts *mc_bringup_facts(struct mc_bringup *bringup);

#endif
