/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_BOARD_H
#define MICROCAT_SIM_BOARD_H

/*
 * The simulated MicroCat.1: an SIM7672 behind a USB-UART bridge, as bytes and time.
 *
 * Pure: no I/O, no clock but the timer queue. Bytes to the host come out of the callbacks, always from the queue and
 * never from inside a call into the board, so that a host may call the board from them. Idle, the board arms no timer.
 * It shares no code with the daemon's AT room, on purpose: two readings of the manual must agree.
 *
 * Modelling pppd on it (simulation under a virtual clock). Without a peer the board's data mode is abstract: IP and PPP
 * frames are not modelled, except that a raw LCP Echo-Request is answered as the modem would. A harness that plays pppd
 * does this:
 *   - when the daemon asks to spawn pppd, wait a little, then look at sim_board_peer_state():
 *       SIM_PEER_NONE: not in data mode, so nothing answers: pppd gives up after its LCP timeout;
 *       SIM_PEER_AUTH_REFUSED: pppd ends with exit status 19;  SIM_PEER_NO_ADDRESS: network phase is never left;
 *       SIM_PEER_UP, SIM_PEER_STALE, SIM_PEER_ECHO_DEAD: running, with the address of sim_board_call();
 *   - while it runs, callbacks.peer tells every change of that state: to NONE or TERMINATED pppd ends (LCP terminated
 * by the peer, or at the daemon's kill when it saw NO CARRIER itself); ECHO_DEAD: pppd ends after echo interval x
 * failures (status 15); STALE: nothing comes back any more for what the daemon sends, probes included, while echo is
 * answered;
 *   - when the daemon stops pppd (SIGTERM), call sim_board_peer_hangup(): the host's LCP Terminate-Request. pppd exits
 * at once.
 */

#include "profile.h"
#include <microcat/base/timerq.h>

struct sim_board;

/** A call as the network side needs to know it. Borrowed from the board, good until the call ends. */
struct sim_call {
    int cid;
    int auth; /* CGAUTH type */
    const char *type, *apn, *user, *password;
    const char *address, *gateway, *dns1, *dns2;
    const char *net_user, *net_password; /* what the network's PPP accepts; user "" anybody */
    bool refuse_auth;                    /* fault injection: refuse whatever the host presents */
};

/** What stands behind the modem in data mode. Called from the board; may call the sim_board_peer_...() functions back.
 */
struct sim_peer_ops {
    /** A call begins. 0 or -errno: the dial then ends in NO CARRIER. */
    int (*start)(void *ctx, const struct sim_call *call);
    void (*from_host)(void *ctx, const uint8_t *data, size_t len_bytes);
    /** The call is over, however it came: stop at once, say nothing more. */
    void (*stop)(void *ctx);
    /** The network ends PPP properly: send an LCP Terminate-Request. */
    void (*terminate)(void *ctx);
};

enum sim_peer_state {
    SIM_PEER_NONE,         /* no call */
    SIM_PEER_UP,           /* PPP as it should be */
    SIM_PEER_STALE,        /* echo answered, no traffic back */
    SIM_PEER_ECHO_DEAD,    /* nothing answered */
    SIM_PEER_AUTH_REFUSED, /* CHAP and PAP refused */
    SIM_PEER_NO_ADDRESS,   /* IPCP not answered */
    SIM_PEER_TERMINATED,   /* the network closed PPP; the modem goes back to command mode */
};

struct sim_callbacks {
    /** Bytes for the host, at most 4096 at a time. */
    void (*to_host)(void *ctx, const uint8_t *data, size_t len_bytes);
    /** The abstract peer's state changed. May be NULL. */
    void (*peer)(void *ctx, enum sim_peer_state state);
    /** STATUS pin: is the modem powered? May be NULL. */
    void (*status)(void *ctx, bool on);
    /** A line worth logging: commands, calls, power. May be NULL. */
    void (*log)(void *ctx, const char *line);
};

/** @profile is copied. The board starts unplugged: sim_board_plug() begins its life. NULL: no memory. */
struct sim_board *sim_board_new(struct mc_timerq *queue, const struct sim_profile *profile,
                                const struct sim_callbacks *callbacks, void *ctx);
void sim_board_free(struct sim_board *board);

/** Gives the board a network; NULL @ops (the default) is the abstract one. Only between calls. */
void sim_board_set_peer(struct sim_board *board, const struct sim_peer_ops *ops, void *ctx);

/* --- the host's side of the wire --- */
void sim_board_plug(struct sim_board *board);
void sim_board_unplug(struct sim_board *board);
bool sim_board_plugged(const struct sim_board *board);
/** Takes everything. */
void sim_board_from_host(struct sim_board *board, const void *data, size_t len_bytes);
/** The speed set on the host's tty; 0 matches any (the default). */
void sim_board_host_baud(struct sim_board *board, uint32_t baud);
/** Is CRTSCTS set on the host's tty? */
void sim_board_host_flow(struct sim_board *board, bool on);
void sim_board_line(struct sim_board *board, enum sim_line line, bool on);
/** The speed of the modem's UART just now. */
uint32_t sim_board_baud(const struct sim_board *board);

/* --- the peer's side --- */
/** PPP frames for the host. Takes all or nothing: 0, -ENOBUFS (look at sim_board_peer_room() first), -ENOTCONN. */
int sim_board_peer_data(struct sim_board *board, const void *data, size_t len_bytes);
size_t sim_board_peer_room(const struct sim_board *board);
/** PPP is closed (by either end): the modem leaves data mode after its hang-up time. */
void sim_board_peer_closed(struct sim_board *board);

/* --- abstract data mode, see above --- */
enum sim_peer_state sim_board_peer_state(const struct sim_board *board);
void sim_board_peer_hangup(struct sim_board *board);
/** The call that is on, or NULL. */
const struct sim_call *sim_board_call(const struct sim_board *board);

/* --- what the board knows about itself --- */
struct sim_counters { /* commands: lines, each of one command or several */
    uint64_t commands, unknown, dials, calls, cfun_cycles, radio_off, radio_on, attaches, resets, boots, power_offs;
    uint64_t pin_attempts, pin_wrong, puk_attempts, writes;
    uint64_t dials_forbidden; /* dials without a usable SIM or without registration */
    uint64_t bytes_from_host, bytes_to_host, garbled_bytes, dropped_bytes, escapes;
};
const struct sim_counters *sim_board_counters(const struct sim_board *board);

/**
 * The board's own necessary time since the last sim_board_path_reset(): the total during which it booted or read its
 * SIM, worked on a command, searched the network, hung up or had bytes on the wire, overlaps counted once. What a host
 * needs beyond it is the host's own.
 */
int64_t sim_board_path_ms(const struct sim_board *board);
void sim_board_path_reset(struct sim_board *board);

/** Prints every value of the state as `key=value`, one call a line. */
typedef void sim_reply_fn(void *ctx, const char *line);
void sim_board_state(const struct sim_board *board, sim_reply_fn *reply, void *ctx);
/** Prints one value of the state ("pin-tries" finds "pin_tries") or else a knob. 0, -ENOENT. */
int sim_board_get(const struct sim_board *board, const char *key, char *out, size_t out_bytes);

/**
 * Injects an event or changes the board: one line of the control socket's language (microcat-sim(8)). @reply gets the
 * answer's lines; the last is "ok" or "error REASON". It may be NULL. Returns 0, -ENOENT unknown command, -EINVAL bad
 * arguments.
 */
int sim_board_command(struct sim_board *board, const char *line, sim_reply_fn *reply, void *ctx);
/** Usage and help of the @index-th command, or NULL behind the last. */
const char *sim_board_command_usage(size_t index, const char **ret_help);

#endif
