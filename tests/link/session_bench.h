/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LINK_SESSION_BENCH_H
#define TESTS_LINK_SESSION_BENCH_H

/* A session by itself, with the real line, AT engine and sequence below it. What it is told comes from words, or from
 * the simulated board. */

#include "bench.h"
#include <board.h>
#include <session.h>

struct session_bench {
    struct bench bench; /* the first: what a word gets is this */
    struct mc_session *session;
    struct sim_board *board; /* NULL: what is written goes to the log, and words say what is heard */
    bool steps;              /* ... of a walk go to the log */
    bool brief;              /* speeds and modes do not */
    enum mc_fault pin_fault;
    int64_t attach_wait_ms, dial_wait_ms;
    size_t takes; /* of the data offered to it, at most */
};

static inline struct session_bench *session_of(struct bench *b)
{
    return (struct session_bench *)(void *)b;
}

void session_begin(struct session_bench *s, const char *settings);
void session_end(struct session_bench *s);
/** A board of @presets and perhaps one key=value more, parted by blanks, that is plugged in. */
void session_board(struct session_bench *s, const char *presets);
/** "event:plugged", "open", "walk:up:sync.find" and the like; the rest is said beside them. */
bool session_word(struct bench *b, const char *word);
/** Plays @rows; @presets: on a board, or NULL. */
void session_rows(const struct bench_row *rows, size_t n_rows, const char *presets);
int session_state(const struct mc_session *session);

#endif
