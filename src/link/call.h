/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_CALL_H
#define MICROCAT_LINK_CALL_H

/*
 * The PPP call, from pppd's start to its end: what it has come to, what is waited for, and why it ends. Owns pppd (by
 * requests), the addresses' comings and goings, and the witness (watch.h). It tells its host, which is link, and
 * decides nothing about what comes next.
 */

#include <microcat/link/link.h>
#include <microcat/link/machines.h>

enum mc_datacall_state {
    MC_DATACALL_NONE,
    MC_DATACALL_NEGOTIATING, /* pppd runs, no address yet */
    MC_DATACALL_UP,
    MC_DATACALL_BOUNCING, /* the address went away, and may come back */
    MC_DATACALL_LEAVING,  /* ... and pppd takes its leave of the network */
    MC_DATACALL_ENDING,   /* pppd was told to end */
};
#define MC_DATACALL_ALIVE                                                                                              \
    (MC_MACHINE_BIT(MC_DATACALL_NEGOTIATING) | MC_MACHINE_BIT(MC_DATACALL_UP) | MC_MACHINE_BIT(MC_DATACALL_BOUNCING) | \
     MC_MACHINE_BIT(MC_DATACALL_LEAVING) | MC_MACHINE_BIT(MC_DATACALL_ENDING))

enum mc_datacall_event {
    MC_DATACALL_STARTED,
    MC_DATACALL_ADDRESS,
    MC_DATACALL_NO_ADDRESS,
    MC_DATACALL_SETTLED, /* a second later the address is still away */
    MC_DATACALL_STOP,    /* LCP terminate, then the end */
    MC_DATACALL_KILL,    /* nobody is left who would hear it */
    MC_DATACALL_EXITED,
    MC_DATACALL_LOST, /* the device is gone under it: its end is no longer waited for */
};

struct mc_datacall_host {
    void (*began)(void *ctx);
    /** An address; @since_ms: since when, of a call that was taken over, else -1. */
    void (*online)(void *ctx, int64_t since_ms);
    /** It has carried for GoodAfter=. */
    void (*good)(void *ctx);
    /** Something in the status changed. */
    void (*changed)(void *ctx);
    /** An address that went away did not come back at once; @leaving: pppd takes its leave. */
    void (*bounced)(void *ctx, bool leaving);
    /** pppd was, or is about to be, told to end, for @fault (NONE: somebody wants it so). */
    void (*ending)(void *ctx, enum mc_fault fault, const char *detail);
    /** pppd has ended. @worked: not at once, but after it had carried for a while, and not by falling silent. */
    void (*ended)(void *ctx, enum mc_fault fault, const char *detail, bool worked);
    void (*note)(void *ctx, const char *text);
    const char *(*iccid)(void *ctx);
};

struct mc_datacall;

/** @settings, @status and @policy are borrowed; @requests, called with @req_ctx, and @host, called with @ctx, are
 * copied. NULL: no memory. */
struct mc_datacall *mc_datacall_new(struct mc_timerq *queue, const struct mc_settings *settings,
                                    struct mc_status *status, struct mc_policy *policy,
                                    const struct mc_link_requests *requests, void *req_ctx,
                                    const struct mc_datacall_host *host, void *ctx);
void mc_datacall_free(struct mc_datacall *call);

bool mc_datacall_in(const struct mc_datacall *call, unsigned states);
bool mc_datacall_alive(const struct mc_datacall *call);

/** Starts pppd; when it cannot be started, the call ends with the reason. With a call under way nothing happens. */
void mc_datacall_start(struct mc_datacall *call);
/** A pppd of a daemon before us runs already. @online_at_ms: since when it is online, -1 not known. */
void mc_datacall_adopt(struct mc_datacall *call, int64_t online_at_ms);
/** Ends the call for @fault (NONE: it is wanted so); host.ended() follows once pppd is gone. Without a call nothing
 * happens; said again, only a @kill still counts: the first reason is the cause. */
void mc_datacall_end(struct mc_datacall *call, enum mc_fault fault, const char *detail, bool kill);
void mc_datacall_lost(struct mc_datacall *call);

void mc_datacall_phase(struct mc_datacall *call, enum mc_ppp_phase phase);
void mc_datacall_up(struct mc_datacall *call);
void mc_datacall_down(struct mc_datacall *call);
void mc_datacall_exited(struct mc_datacall *call, enum mc_fault fault, const char *detail);
void mc_datacall_probed(struct mc_datacall *call, enum mc_link_probe result);

#endif
