/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_WHOLE_CALL_H
#define MICROCAT_TESTS_WHOLE_CALL_H

/* A call that is looked at before the daemon's end, and again when the next one has carried it on or given it up. */

#include "whole.h"

/** What is known of the call before the daemon's end. */
struct whole_call {
    pid_t pppd;
    int pidfd; /* of pppd; open until whole_call_ends() */
    char local[64];
    int64_t dials, age_s;
    size_t lines, outages; /* of the history */
};

/** Simulator, daemon, online; the call is kept by systemd, and the history on disk knows of it. */
void whole_call_online(struct whole *w);
struct whole_call whole_call_look(struct whole *w);
/** pppd ends. */
void whole_call_ends(struct whole_call *call);
/** All stops in order, and nothing of the call stays. */
void whole_call_stop(struct whole *w, struct whole_call *call);
/** The history as the daemon tells it; the caller's. */
json_t *whole_call_history(struct whole *w);
size_t whole_call_count(const json_t *history, const char *kind);
/** Waits until the file @name of the state says @text: what is worth remembering is written a moment later. */
void whole_call_saved(struct whole *w, const char *name, const char *text);

#endif
