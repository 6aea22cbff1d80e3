/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_FINDER_PRIV_H
#define MICROCAT_FINDER_PRIV_H

/* Shared by the finder (finder.c), what it asks (finder_round.c), and how it tells an echo from an answer
 * (finder_echo.c). */

#include <microcat/line/frames.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mc_finder_ask { MC_ASK_AT, MC_ASK_LCP, MC_ASK_CMUX, MC_ASK_UNMUTE, MC_ASK_ESCAPE };

struct mc_finder_question {
    enum mc_finder_ask ask;
    unsigned rank; /* of the speed at which it is asked, or: */
    int wait_ms;   /* for an answer; an escape has guard times and proofs instead */
};
#define MC_FINDER_RANK_TURN 99 /* one of the unlikely speeds, another one in each round */

extern const struct mc_finder_question mc_finder_round[];
extern const unsigned mc_finder_questions;

/**
 * Is what comes back at some speed nothing but the echo of what was sent? A frame that comes back whole, byte by byte,
 * shows an echo; any other byte or message at that speed shows that there is somebody. Speeds are judged one by one,
 * because at a wrong one the echo comes back as rubbish. Zero is its start.
 */
struct mc_finder_echo {
    uint8_t frame[MC_FRAME_MAX_BYTES];
    size_t len, seen;
    unsigned rank;
    uint64_t urcs;           /* the engine's count so far */
    unsigned echoed, spoken; /* speeds, a bit a rank */
};

/** The question before is over, and the next one is asked at @rank; @urcs: the engine's count. */
void mc_finder_echo_next(struct mc_finder_echo *echo, unsigned rank, uint64_t urcs);
/** @frame has been sent. */
void mc_finder_echo_expect(struct mc_finder_echo *echo, const uint8_t *frame, size_t len);
/** Bytes that came for it. */
void mc_finder_echo_feed(struct mc_finder_echo *echo, const uint8_t *data, size_t len);
bool mc_finder_echo_only(const struct mc_finder_echo *echo);

#endif
