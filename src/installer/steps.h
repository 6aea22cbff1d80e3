/* SPDX-License-Identifier: MIT */
#ifndef INSTALLER_STEPS_H
#define INSTALLER_STEPS_H

/* What microcat-bridge does on a board, step by step, each told on a line with its time. */

#include <microcat/io/loop.h>
#include <stdbool.h>

struct job {
    struct mc_loop *loop;
    const char *directory; /* of the bridge's files */
    const char *device;    /* the REPL's tty, or NULL: looked for on USB */
    const char *modem;     /* the modem's tty after the restart, or NULL: by the name of its interface */
    int64_t began_ms;
};

/** All: 0 done, 1 failed (said on standard error, with what to do). */
int job_install(struct job *job);
int job_check(struct job *job);
int job_remove(struct job *job);

#endif
