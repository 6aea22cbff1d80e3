/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LINK_FAKES_H
#define TESTS_LINK_FAKES_H

/*
 * One file of the link by itself: session, call and wish are fakes that say what they are told to and write down what
 * is asked of them. The file under test gets the names that other files of src/link define from its test program, so
 * the library's own are not linked.
 */

#include "bench.h"
#include <link_priv.h>

struct mc_session {
    bool present, open, met, muxed, said_off;
    enum mc_step step;
    enum mc_session_use use;
    enum mc_board_line board_line;
    struct mc_facts facts;
};

struct mc_datacall {
    enum mc_datacall_state state;
};

struct mc_wish {
    enum mc_wish_state state, before; /* it was switched off */
    enum mc_verb verb;
    struct mc_wish_came came;
    bool aside;
};

struct stage {
    struct bench bench; /* the first: what a word gets is this */
    struct mc_session session;
    struct mc_datacall call;
    struct mc_wish wish;
    struct mc_link link;
    bool carries, port_fails; /* what the other files of the link answer */
};

static inline struct stage *stage_of(struct bench *b)
{
    return (struct stage *)(void *)b;
}
/** Of a link that is part of a stage. */
struct bench *bench_of(const struct mc_link *link);

/** A modem that was met, online wanted, nothing under way; link.wait is not initialized. */
void stage_begin(struct stage *stage);
void stage_end(struct stage *stage);
/** Words that every test knows: "met", "lost", "shut", "absent", "muxed", "said-off", "use:verb", "line:power-off",
 * "step:dial", "call:up", "wish:radio-off", "before:command", "verb:reset", "state:register", "fault:no-carrier". */
bool stage_word(struct bench *b, const char *word);
/** Plays @rows, each on a stage of its own; @begin makes ready what the file under test needs. */
void stage_rows(const struct bench_row *rows, size_t n_rows, void (*begin)(struct stage *stage), bench_word_fn *word);

/** "up", "hangup", "verb", "sample", "board", "none". */
const char *use_name(enum mc_session_use use);

#endif
