/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIM_DESK_H
#define TESTS_SIM_DESK_H

/* A board on a desk: virtual clock, everything it says is kept. */

#include "board.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DESK_MAX 65536

struct desk {
    struct mc_timerq *queue;
    struct sim_profile profile;
    struct sim_board *board;
    uint8_t said[DESK_MAX + 1];
    size_t len, pieces;
    enum sim_peer_state peer;
    unsigned peer_changes;
    char reply[8192];
};

/** A board with @preset, unpaced and whole unless the preset says otherwise; plugged in. */
void desk_open(struct desk *desk, const char *const *presets);
/** The same in two steps, to change the profile between. */
void desk_prepare(struct desk *desk, const char *const *presets);
void desk_plug(struct desk *desk);
void desk_close(struct desk *desk);
/** Lets time pass. */
void desk_run(struct desk *desk, int64_t ms);
/** Sends text (CR is the caller's). */
void desk_type(struct desk *desk, const char *text);
/** Sends @command and CR, waits @ms, and asserts that exactly @expected came since the last look. */
void desk_expect(struct desk *desk, const char *command, int64_t ms, const char *expected);
/** Asserts what came since the last look. */
void desk_said(struct desk *desk, const char *expected);
/** Forgets what came. */
void desk_forget(struct desk *desk);
/** Runs a control command and asserts its last line; desk->reply has all of them. */
void desk_inject(struct desk *desk, const char *line, const char *last);
/** Asserts a value of the state. */
void desk_get(struct desk *desk, const char *key, const char *expected);

#endif
