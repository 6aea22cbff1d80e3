/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_LINK_H
#define MICROCAT_LINK_LINK_H

/*
 * The link's life: bring-up, call, remedy, rest. The one machine that joins the sequence, the PPP call, policy,
 * hot-plug and the operator's verbs. Pure: events and time go in, requests come out through a small vtable; so the same
 * decisions run under the event loop, under a test and under a simulated clock.
 *
 * Every change of state goes through one function and becomes an event on the bus; every fault is decided by policy;
 * every wait is a timer with a name. Requests may be answered from inside the call (open, call) or by an event later;
 * events must not be sent from inside a request.
 */

#include <microcat/modem/bringup.h>
#include <microcat/policy/policy.h>
#include <microcat/status/bus.h>
#include <microcat/status/status.h>
#include <microcat/status/verbs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mc_link;

enum mc_board_line { MC_BOARD_RESET, MC_BOARD_POWER_CYCLE, MC_BOARD_POWER_ON, MC_BOARD_POWER_OFF };

enum mc_call_sign { MC_CALL_NO_CARRIER, MC_CALL_DISCONNECTED, MC_CALL_REBOOTED, MC_CALL_OFF };

struct mc_link_requests {
    /** Opens the device. MC_FAULT_NONE, or the fault with what was seen in @detail. */
    enum mc_fault (*open)(void *ctx, char *detail, size_t detail_bytes);
    /** Closes it; no bytes come any more. */
    void (*close)(void *ctx);
    int (*write)(void *ctx, const void *data, size_t len_bytes);
    int (*set_baud)(void *ctx, int32_t baud);
    int (*set_flow)(void *ctx, enum mc_flow flow);
    /** What comes within @ms may be read in one piece: nobody waits for it. May be NULL. */
    void (*lull)(void *ctx, int64_t ms);

    /** Could pppd be started? Asked before a dial. */
    enum mc_fault (*call_check)(void *ctx, char *detail, size_t detail_bytes);
    /** Starts pppd. MC_FAULT_NONE, or the fault. Then mc_link_call_exit() comes exactly once. */
    enum mc_fault (*call)(void *ctx, char *detail, size_t detail_bytes);
    /** Data from the modem for pppd. @return taken. */
    size_t (*to_call)(void *ctx, const uint8_t *data, size_t len_bytes);
    /** LCP terminate, then the end; or the end at once because nobody would hear it. */
    void (*call_stop)(void *ctx);
    void (*call_kill)(void *ctx);
    /** mc_link_from_call() takes bytes again. */
    void (*call_room)(void *ctx);
    /** Written bytes that the port has not got rid of. */
    size_t (*pending)(void *ctx);
    /** Default route and DNS: give them, or take them back. Idempotent. */
    void (*network)(void *ctx, bool up);
    /** Bytes of IP traffic of this call so far, without LCP. */
    void (*traffic)(void *ctx, uint64_t *ret_rx_bytes, uint64_t *ret_tx_bytes);
    /** One probe through the link; mc_link_probed() comes once. -errno: it cannot be sent. */
    int (*probe)(void *ctx);

    /** Does the modem have power? 1, 0, or -errno: the board does not tell. */
    int (*powered)(void *ctx);
    /** Works one of the board's lines as configured; mc_link_board_done() comes once. */
    void (*board)(void *ctx, enum mc_board_line what);
    /** Budgets or facts changed: worth saving soon. */
    void (*save)(void *ctx);
    uint32_t (*random)(void *ctx);
    /** One line of the AT dialogue, redacted. */
    void (*trace)(void *ctx, enum mc_line_channel channel, enum mc_at_direction direction, const char *text);
    /** The line carries data, or frames of the multiplexer (true), or commands alone. */
    void (*data_mode)(void *ctx, bool on);
};

/** @settings is borrowed and may change between events (then mc_link_settings_changed()). @requests are copied. NULL:
 * no memory. */
struct mc_link *mc_link_new(struct mc_timerq *queue, const struct mc_settings *settings, struct mc_status *status,
                            struct mc_bus *bus, const struct mc_link_requests *requests, void *ctx);
void mc_link_free(struct mc_link *link);

struct mc_policy *mc_link_policy(struct mc_link *link);
struct mc_facts *mc_link_facts(struct mc_link *link);

/** The status is about to be shown: what the engine counted and what the modem told goes into it, and nobody is told.
 */
void mc_link_refresh(struct mc_link *link);

/* ---- events ---- */

/** The daemon is ready. @booting: the host has just booted, so BootJitter applies once. */
void mc_link_start(struct mc_link *link, bool booting);
/** The daemon ends: hangs up in order and closes; @done is called once everything is back (within about 15 s). */
void mc_link_shutdown(struct mc_link *link, void (*done)(void *ctx), void *ctx);

/** The device is there (its facts are in status->device), or gone. */
void mc_link_device(struct mc_link *link, bool present);
/**
 * The device is there, its port is open, and a pppd runs on it: a daemon before this one left the call to us. @stat:
 * what CEREG said before the dial. @online_at_ms: since when it is online, -1 when not known. @mux_n1: of the
 * multiplexer that it runs in, 0 for none.
 */
void mc_link_adopt(struct mc_link *link, int32_t baud, enum mc_flow flow, int32_t stat, int64_t online_at_ms,
                   unsigned mux_n1);
/** What mc_link_adopt() of the next daemon needs to know: 0, or the multiplexer's N1. */
unsigned mc_link_mux_n1(const struct mc_link *link);
/** This daemon goes and leaves its call to the next: what it is in the middle of must not be met by that one. */
void mc_link_leave(struct mc_link *link);
/** To leave it nothing by halves. @ret_waits_bytes: at least so many are missing of what the modem has begun to say,
 * or has to say before a call that a look has left is back in data mode.
 * @return how many bytes of the call are still here. */
size_t mc_link_owes_bytes(const struct mc_link *link, size_t *ret_waits_bytes);
/** So many persons watch the signal right now: it is asked for more often meanwhile, where that costs nobody anything.
 */
void mc_link_watched(struct mc_link *link, unsigned watchers);
/** Bytes from the port. @return taken. */
size_t mc_link_bytes(struct mc_link *link, const uint8_t *data, size_t len_bytes);
/** The port failed or was hung up. */
void mc_link_port_closed(struct mc_link *link, int error);
/** The port has got rid of everything that was written. */
void mc_link_drained(struct mc_link *link);
/** Who took fewer bytes than requests.to_call() offered takes them again. */
void mc_link_call_resume(struct mc_link *link);
/** pppd's bytes for the modem. @return taken (0 while the line is held still). */
size_t mc_link_from_call(struct mc_link *link, const uint8_t *data, size_t len_bytes);

void mc_link_call_phase(struct mc_link *link, enum mc_ppp_phase phase);
/** Addresses are in status->ppp. May come again. */
void mc_link_call_up(struct mc_link *link);
/** The address is gone. When pppd's end follows within a second, that alone is the change of state. */
void mc_link_call_down(struct mc_link *link);
void mc_link_call_sign(struct mc_link *link, enum mc_call_sign sign, const char *text);
/** pppd says that the network refused user or password: that is why the call ends, whoever hangs up first. */
void mc_link_call_refused(struct mc_link *link, const char *text);
/** pppd has ended: @fault NONE when it was asked to. */
void mc_link_call_exit(struct mc_link *link, enum mc_fault fault, const char *detail);
enum mc_link_probe { MC_LINK_PROBE_ANSWERED, MC_LINK_PROBE_LOST, MC_LINK_PROBE_UNSENT };
void mc_link_probed(struct mc_link *link, enum mc_link_probe result, int64_t rtt_ms);
/** @result 0 or -errno. */
void mc_link_board_done(struct mc_link *link, int result);
/** The settings were read anew: what was held or backing off looks again; @redo_pdp: the PDP context must be compared
 * again. */
void mc_link_settings_changed(struct mc_link *link, bool redo_pdp);

/* ---- the operator ---- */

void mc_link_verb(struct mc_link *link, enum mc_verb verb, mc_verb_done_fn *done, void *ctx);
/**
 * One AT command of a person's. 0: queued, @done is called once. -EBUSY, -ENODEV, -EINVAL (a command that the daemon
 * owns): @ret_why says why in a sentence. It ends @ret_deadline_ms from now at the latest, what goes ahead of it
 * included.
 */
int mc_link_at(struct mc_link *link, const char *command, mc_at_done_fn *done, void *ctx, int64_t *ret_deadline_ms,
               const char **ret_why);
/** Who asked with @ctx is gone: what is not yet written is not written (its @done is called before this returns). */
void mc_link_at_withdraw(struct mc_link *link, const void *ctx);

/* ---- a channel for a person's program ---- */

/** Who holds a lease. Nothing is called from inside mc_link_lease*(). */
struct mc_link_holder {
    /** The modem hears him from now on. */
    void (*lent)(void *ctx);
    /** What the modem says; never more than room() said. */
    void (*said)(void *ctx, const void *data, size_t len_bytes);
    size_t (*room)(void *ctx);
    /** mc_link_lease_typed() takes bytes again. */
    void (*type_again)(void *ctx);
    /** It is over: 0 as agreed, or -errno; @why is a sentence. Comes once, and nothing after it. */
    void (*ended)(void *ctx, int result, const char *why);
};

/**
 * A channel with AT for @for_ms at most: one at a time. What the daemon owns is refused there too. In the multiplexer
 * nobody notices; the plain line is lent as a whole: at rest, or with @cut after the call has been ended, and what was
 * wanted before is wanted again afterwards. 0: lent() or ended() follows; -EBUSY, -ENODEV: @ret_why says why in a
 * sentence. @holder and @ctx are borrowed until ended().
 */
int mc_link_lease(struct mc_link *link, bool cut, int64_t for_ms, const struct mc_link_holder *holder, void *ctx,
                  const char **ret_why);
/** @return taken; fewer: type_again() follows. */
size_t mc_link_lease_typed(struct mc_link *link, const uint8_t *data, size_t len_bytes);
/** The holder has room again. */
void mc_link_lease_room(struct mc_link *link);
/** Ends it, if there is one: ended() follows. */
void mc_link_lease_end(struct mc_link *link, int result, const char *why);

/** The time spent in every state is bounded by a timer or an event from outside: for tests, the name of what is waited
 * for. */
const char *mc_link_waits_for(const struct mc_link *link);

#endif
