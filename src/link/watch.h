/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_WATCH_H
#define MICROCAT_LINK_WATCH_H

/*
 * Is the link alive? What comes in tells; where nothing does, a probe, if its target has proved itself. Works while a
 * call is up, from mc_watch_start() to mc_watch_stop().
 */

#include <microcat/link/link.h>

struct mc_watch_host {
    /** As many probes in a row as Failures= says were lost, and the witness's word counts: the link carries nothing. */
    void (*stale)(void *ctx, const char *detail);
    void (*note)(void *ctx, const char *text);
    /** Whose SIM it is, "" not known: a witness is remembered by it. */
    const char *(*iccid)(void *ctx);
};

struct mc_watch;

/** @settings, @status and @policy are borrowed; @requests, called with @req_ctx, and @host, called with @ctx, are
 * copied. NULL: no memory. */
struct mc_watch *mc_watch_new(struct mc_timerq *queue, const struct mc_settings *settings, struct mc_status *status,
                              struct mc_policy *policy, const struct mc_link_requests *requests, void *req_ctx,
                              const struct mc_watch_host *host, void *ctx);
void mc_watch_free(struct mc_watch *watch);

void mc_watch_start(struct mc_watch *watch);
void mc_watch_stop(struct mc_watch *watch);
/** The probe that was asked for has ended; the call is up. */
void mc_watch_probed(struct mc_watch *watch, enum mc_link_probe result);

#endif
