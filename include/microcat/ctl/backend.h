/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_CTL_BACKEND_H
#define MICROCAT_CTL_BACKEND_H

/*
 * What the control socket needs of the daemon behind it: facts to show, and somebody to hand the verbs to. The daemon
 * (or a test) fills in one of these; it must outlive the server.
 */

#include <microcat/status/bus.h>
#include <microcat/status/history.h>
#include <microcat/status/samples.h>
#include <microcat/status/trace.h>
#include <microcat/status/verbs.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** The answer to an operator's AT command; borrowed for the call. */
struct mc_ctl_at_answer {
    /**
     * 0: the modem answered (perhaps with ERROR: see `final`). -EBUSY the line carries data or a bring-up step needs
     * it, -ENODEV no device, -EINVAL the command has control characters or is one that the daemon owns, -ETIMEDOUT,
     * -ECANCELED.
     */
    int result;
    const char *text;         /* why, for people, when result is not 0; else may be NULL */
    const char *final;        /* "OK", "ERROR", "+CME ERROR: 10"; NULL without one */
    const char *const *lines; /* information lines */
    size_t n_lines;
    int64_t took_ms;
};
typedef void mc_ctl_at_done_fn(void *ctx, const struct mc_ctl_at_answer *answer);

/** A lease's way, of which the server hears. */
struct mc_ctl_lease_events {
    /** @path: of the pty; borrowed. */
    void (*lent)(void *ctx, const char *path, int64_t for_ms);
    /** Once, and nothing after it. @result 0 or -errno; @text for people, borrowed. */
    void (*ended)(void *ctx, int result, const char *text);
};

struct mc_ctl_lease {
    bool cut;
    int64_t for_ms;
    uid_t uid; /* whose the pty is to be */
};

/** One line of `info`: "config.file" = "/etc/microcatd/microcatd.conf". Borrowed for the call; never a secret. */
typedef void mc_ctl_info_fn(void *ctx, const char *name, const char *value);

struct mc_ctl_backend {
    struct mc_bus *bus;               /* with the status; borrowed */
    const struct mc_trace *trace;     /* may be NULL: no trace is kept */
    const struct mc_history *history; /* may be NULL */
    const struct mc_samples
        *samples; /* may be NULL; whoever fills it observes the bus before the server's clients do */
    const int64_t *sample_interval_ms; /* the setting, as it is now; 0: none; may be NULL */

    /** Called before the status is shown: what is counted elsewhere is to be copied into it now. May be NULL. */
    void (*refresh)(void *ctx);

    /** Wall clock, ms since the epoch (the loop's queue gives the other one). */
    int64_t (*wall_ms)(void *ctx);

    /**
     * Does @verb and calls @done exactly once, now or later. A client that goes away does not stop what it began, it
     * only does not hear of the end. Nobody may call @done after mc_ctl_server_free(): end the link first, the server
     * after it.
     */
    void (*verb)(void *ctx, enum mc_verb verb, mc_verb_done_fn *done, void *done_ctx);

    /**
     * Sends one AT command for an operator; @done as above. @command is not checked yet. Returns within how many ms it
     * will have ended, 0 when it has: @done was called.
     */
    int64_t (*at)(void *ctx, const char *command, mc_ctl_at_done_fn *done, void *done_ctx);

    /** Whoever asked with @done_ctx is gone: if the modem was not asked yet, it is not asked, and @done is called now.
     */
    void (*at_withdraw)(void *ctx, const void *done_ctx);

    /** So many clients follow the signal now. May be NULL. */
    void (*watched)(void *ctx, unsigned watchers);

    /** A pty with an AT channel of its own. @events is borrowed; ended() comes once, perhaps from inside. May be NULL.
     */
    void (*lease)(void *ctx, const struct mc_ctl_lease *lease, const struct mc_ctl_lease_events *events,
                  void *events_ctx);
    /** Whoever holds the lease with @events_ctx is gone: it ends. */
    void (*lease_end)(void *ctx, const void *events_ctx);

    /** Calls @line for everything worth knowing about the daemon itself: version, config file and settings, versions of
     * libraries. @all: for somebody who may command. May be NULL. */
    void (*info)(void *ctx, bool all, mc_ctl_info_fn *line, void *line_ctx);

    void *ctx; /* for all of them */
};

#endif
