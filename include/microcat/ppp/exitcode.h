/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_EXITCODE_H
#define MICROCAT_PPP_EXITCODE_H

/* How a pppd ended -> what was wrong. pppd(8), EXIT STATUS, and what is known of the call on top of it. */

#include <microcat/base/fault.h>
#include <microcat/base/phase.h>
#include <stdbool.h>
#include <stddef.h>

/** What is known of a pppd that ended. */
struct mc_exit_view {
    int wait_status;           /* as waitid/waitpid give it (WIFEXITED, ...); only read when exec_error is 0 */
    bool unknown;              /* it was no child of ours, and the plugin did not say */
    int exec_error;            /* -errno: it could not be started at all; else 0 */
    enum mc_ppp_phase reached; /* the furthest phase of this call */
    bool was_up;               /* it had an address */
    bool stop_asked;           /* we asked it to end */
    bool stuck;                /* we had to kill it, because it did not react */
    bool late;                 /* ended by us, because no address came in time */
    bool spoke;                /* the plugin had reported */
    bool echo_lost;            /* it complained of LCP echo without an answer */
};

/**
 * The fault, MC_FAULT_NONE for an end that was asked for.
 * @text gets what was seen, for people: "pppd exited with 15 (peer not responding) in phase running".
 */
enum mc_fault mc_exit_fault(const struct mc_exit_view *view, char *text, size_t text_bytes);

/** What pppd(8) says an exit status means; "unknown status" for one it does not know. Never NULL. */
const char *mc_exit_meaning(int code);

#endif
