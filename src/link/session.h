/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_SESSION_H
#define MICROCAT_LINK_SESSION_H

/*
 * The modem as this host meets it: device and port, whether it answers, what the board's lines are worked for, and the
 * walks of the sequence. Owns line, AT engine, facts and bring-up. It decides nothing about what comes next: it tells
 * its host, which is link.
 *
 * Callbacks run from inside the event that caused them; the host may start the next walk from any of them.
 */

#include <microcat/link/link.h>
#include <microcat/link/machines.h>

enum mc_session_state {
    MC_SESSION_ABSENT,   /* no device */
    MC_SESSION_SHUT,     /* a device, its port not open */
    MC_SESSION_SHUT_OFF, /* ... and the modem behind it had said that it goes off */
    MC_SESSION_BOOTING,  /* open, and not met yet: it may be starting, and gets BootTime= */
    MC_SESSION_LOST,     /* was met, and does not answer as it should: looked for without patience */
    MC_SESSION_MET,      /* answers AT, or carries what it was told to */
    MC_SESSION_OFF,      /* it said that it goes off */
    MC_SESSION_WAKING,   /* ... and it may be on its way back: a line was worked, the port opened anew */
};
#define MC_SESSION_OPEN                                                                                                \
    (MC_MACHINE_BIT(MC_SESSION_BOOTING) | MC_MACHINE_BIT(MC_SESSION_LOST) | MC_MACHINE_BIT(MC_SESSION_MET) |           \
     MC_MACHINE_BIT(MC_SESSION_OFF) | MC_MACHINE_BIT(MC_SESSION_WAKING))
/** It may be on its way up, and gets BootTime=. */
#define MC_SESSION_STARTING (MC_MACHINE_BIT(MC_SESSION_BOOTING) | MC_MACHINE_BIT(MC_SESSION_WAKING))
/** Off, as it said itself. */
#define MC_SESSION_SAID_OFF                                                                                            \
    (MC_MACHINE_BIT(MC_SESSION_SHUT_OFF) | MC_MACHINE_BIT(MC_SESSION_OFF) | MC_MACHINE_BIT(MC_SESSION_WAKING))

enum mc_session_event {
    MC_SESSION_PLUGGED,
    MC_SESSION_UNPLUGGED,
    MC_SESSION_OPENED,
    MC_SESSION_CLOSED,
    MC_SESSION_ADOPTED,  /* a daemon before us left it open, with a call on it */
    MC_SESSION_ANSWERED, /* as a modem in command mode does */
    MC_SESSION_DOUBTED,  /* silent, or its mode is not what it was thought to be */
    MC_SESSION_REBOOTED, /* by itself: nothing that was set up holds any more */
    MC_SESSION_WENT_OFF,
    MC_SESSION_WORKED, /* one of the board's lines was: whoever is there starts anew */
};

/** Who uses the AT channel, and for what. */
enum mc_session_use {
    MC_USE_NONE,
    MC_USE_UP,     /* a walk up, as far as is wanted */
    MC_USE_HANGUP, /* back to command mode, and no further */
    MC_USE_VERB,   /* what a verb asked for */
    MC_USE_SAMPLE, /* signal, temperature and supply, at rest or in the multiplexer */
    MC_USE_PEEK,   /* the same during a call on the plain line, which waits */
    MC_USE_BOARD,  /* no walk: a line of the board is being worked */
};

struct mc_session_host {
    /** The bring-up's own callbacks; what a session does itself (set_baud, set_flow, dial_fault, done) is not asked. */
    struct mc_bringup_callbacks walk;
    /** A walk for @use has ended; mc_session_use() is NONE already. */
    void (*done)(void *ctx, enum mc_session_use use, const struct mc_bringup_result *result);
    /** A line of the modem's own, facts are taken from it already. @reboot: it starts anew. */
    void (*urc)(void *ctx, const char *line, bool reboot);
    /** Data mode bytes. @return taken. */
    size_t (*data)(void *ctx, const uint8_t *data, size_t len_bytes);
    /** The modem closed the channel that carried data. */
    void (*data_closed)(void *ctx);
    /** The multiplexer ended by itself; @left: in order; @why is a sentence. */
    void (*mux_lost)(void *ctx, bool left, const char *why);
    /** Signal, temperature and supply are due (mc_session_sample_in()). */
    void (*sample)(void *ctx);
    /** A line of the board was worked: 0 or -errno. Not called after mc_session_drop(). */
    void (*worked)(void *ctx, int result);
};

struct mc_session;

/** @settings and @status are borrowed; @requests, called with @req_ctx, and @host, called with @ctx, are copied. NULL:
 * no memory. */
struct mc_session *mc_session_new(struct mc_timerq *queue, const struct mc_settings *settings, struct mc_status *status,
                                  const struct mc_link_requests *requests, void *req_ctx,
                                  const struct mc_session_host *host, void *ctx);
void mc_session_free(struct mc_session *session);

bool mc_session_in(const struct mc_session *session, unsigned states);
bool mc_session_present(const struct mc_session *session);
bool mc_session_open(const struct mc_session *session);
bool mc_session_met(const struct mc_session *session);
enum mc_session_use mc_session_use(const struct mc_session *session);
/** The step of the walk under way, MC_STEP_END without one. */
enum mc_step mc_session_step(const struct mc_session *session);
struct mc_facts *mc_session_facts(const struct mc_session *session);
struct mc_line *mc_session_line(const struct mc_session *session);
struct mc_at *mc_session_at(const struct mc_session *session);
/** Reset= or Power= as @setting: is there such a line to work? "auto": what a bridge that keeps the contract has, and
 * no other board is believed to have. */
bool mc_session_has_line(const struct mc_session *session, const char *setting);

void mc_session_event(struct mc_session *session, enum mc_session_event event);
/** Opens the port if it is not. MC_FAULT_NONE, or the fault with what was seen. */
enum mc_fault mc_session_open_port(struct mc_session *session, char *detail, size_t detail_bytes);
/** The port is given up, for MC_SESSION_CLOSED or MC_SESSION_UNPLUGGED; nothing is sent. */
void mc_session_drop(struct mc_session *session, enum mc_session_event why);
/** Walk, command in flight and commands that wait end now; @why, a sentence, is told to the person who asked. */
void mc_session_no_answers(struct mc_session *session, const char *why);
/** The modem is at its defaults: 115200, no flow control on the host's side. */
void mc_session_defaults(struct mc_session *session);
/** The call is over: the line is AT's again. */
void mc_session_take_line_back(struct mc_session *session);
/** A call that a daemon before us left runs on the line, in the multiplexer when @mux_n1 is not 0. 0 or -errno: then
 * the line is plain. */
int mc_session_adopt(struct mc_session *session, unsigned mux_n1);

/** Walks end before the dial; also the one under way. */
void mc_session_stop_before_dial(struct mc_session *session, bool stop);
/** A walk that comes as far as the registration leaves the radio off. */
void mc_session_radio_stays_off(struct mc_session *session, bool off);
void mc_session_walk(struct mc_session *session, enum mc_session_use use, enum mc_step step);
/** The next walk, and that one only, does not wait for a registration: it only looks whether there is one. */
void mc_session_look_once(struct mc_session *session, bool once);
/** Is the modem in its multiplexer? */
bool mc_session_muxed(const struct mc_session *session);
/** Somebody wonders whether the PDP context of the call is still active: the next sample asks. */
void mc_session_wonder(struct mc_session *session);
/** What is known against being asked during a plain call: mc_bringup_escape_why(). */
const char *mc_session_escape_why(const struct mc_session *session);
/** What is known against the modem's multiplexer: mc_bringup_mux_why(). */
const char *mc_session_mux_why(const struct mc_session *session);
void mc_session_mux_distrust(struct mc_session *session, const char *why);
void mc_session_cancel(struct mc_session *session);
/** The data path saw the call end. */
void mc_session_call_ended(struct mc_session *session);
/** Works a line of the board, with a detach before it where the modem still answers; host.worked() follows. */
void mc_session_work_board(struct mc_session *session, enum mc_board_line what);
/** The line that is being worked, or was last: MC_USE_BOARD, and in host.worked(). */
enum mc_board_line mc_session_board_line(const struct mc_session *session);
void mc_session_board_done(struct mc_session *session, int result);
/** When signal, temperature and supply are asked next: host.sample() comes once. */
void mc_session_sample_in(struct mc_session *session, int64_t delay_ms);

size_t mc_session_bytes(struct mc_session *session, const uint8_t *data, size_t len_bytes);

#endif
