/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_FINDER_PRIV_H
#define MICROCAT_FINDER_PRIV_H

/* Shared by the finder (finder.c), what it asks (finder_round.c), how it tells an echo from an answer (finder_echo.c),
 * one speed's answer from another's (finder_sure.c), and what it says when there was none (finder_nobody.c). */

#include <microcat/line/frames.h>
#include <microcat/modem/finder.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mc_finder_ask { MC_ASK_AT, MC_ASK_LCP, MC_ASK_CMUX, MC_ASK_UNMUTE, MC_ASK_WORDS, MC_ASK_ESCAPE };

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
    unsigned worded;         /* those of them at which a line came that is no echo */
};

/** The question before is over, and the next one is asked at @rank; @urcs: the engine's count. */
void mc_finder_echo_next(struct mc_finder_echo *echo, unsigned rank, uint64_t urcs);
/** @frame has been sent. */
void mc_finder_echo_expect(struct mc_finder_echo *echo, const uint8_t *frame, size_t len);
/** Bytes that came for it. */
void mc_finder_echo_feed(struct mc_finder_echo *echo, const uint8_t *data, size_t len);
/** Of some speed: nothing but the echo came there. */
bool mc_finder_echo_only(const struct mc_finder_echo *echo);
/** Is @rank's a speed at which it is worth while to look for the echo again, with more time than a round has? */
bool mc_finder_echo_is_likely(const struct mc_finder_echo *echo, unsigned rank);
/** What was heard at this speed so far does not count. */
void mc_finder_echo_again(struct mc_finder_echo *echo);
/** Something else than the echo came at @rank's speed. */
bool mc_finder_echo_spoken(const struct mc_finder_echo *echo, unsigned rank);

enum { FINDER_BAUDS_MAX = 9 }; /* the usual seven and the caller's two */

enum finder_phase {
    PHASE_IDLE,
    PHASE_ROUND,
    PHASE_DWELL,
    PHASE_LEAVE_DATA,
    PHASE_LEAVE_CMUX,
    PHASE_HANG_UP,
    PHASE_SURE,
    PHASE_DOUBT
};

struct mc_finder {
    struct mc_timerq *queue;
    struct mc_line *line;
    mc_finder_baud_fn *set_baud;
    void *baud_ctx;
    mc_finder_done_fn *done;
    void *ctx;
    int32_t bauds[FINDER_BAUDS_MAX];
    unsigned n_bauds;
    int32_t baud;
    int64_t deadline_ms;
    enum finder_phase phase;
    unsigned question, escapes, proofs, turns;
    unsigned unanswered; /* AT in a row at this speed */
    bool words_asked;    /* ATQ0V1 was: an OK may be its own, and late */
    int32_t elsewhere;   /* the speed that was left, at left_at_ms, without an answer; 0 none */
    int64_t left_at_ms;
    unsigned sure;   /* questions of PHASE_SURE at one speed */
    bool returned;   /* it asks at the speed before */
    bool unmuted;    /* AT+IFC=0,0 was said */
    bool confirming; /* ERROR to an AT: garbage stood before it, ask once more */
    bool stranger;
    bool blind_later; /* it may be booting: no blind escape yet that takes 3 s at a speed where no boot message comes */
    int64_t blind_at_ms;
    struct mc_frame_watch watch;
    struct mc_finder_echo echo;
    unsigned doubts; /* speeds at which the echo was looked for again */
    bool doubted;    /* at this one the frame is out */
    struct mc_timer timer;
};

/** The search is over: the line is in command mode, and the caller is told. */
void finder_finish(struct mc_finder *finder, enum mc_found found);
/** What is said from now on is said at @baud. */
void finder_go_to_baud(struct mc_finder *finder, int32_t baud);
/** What comes is bytes, not lines. */
void finder_listen(struct mc_finder *finder);
/** Asks with a frame, and waits for @wait_ms. */
void finder_ask_raw(struct mc_finder *finder, enum mc_finder_ask ask, int wait_ms);
/** The question before is over, the next one is asked at @rank. */
void finder_echo_next(struct mc_finder *finder, unsigned rank);

/** Asks; @prefix as in mc_at_command. The answer comes to the finder's phase. */
void finder_send_command(struct mc_finder *finder, const char *text, const char *prefix, int wait_ms);
/** AT, or what tells whose answer it gets. */
void finder_send_at(struct mc_finder *finder, int wait_ms);

/** Can an answer that comes now be this speed's alone? */
bool finder_is_sure(const struct mc_finder *finder);
/** Begins PHASE_SURE: is this the speed, or the one before it? */
void finder_make_sure(struct mc_finder *finder);
/** PHASE_SURE's answer: this is the speed; or else it has asked again. */
bool finder_made_sure(struct mc_finder *finder, const struct mc_at_answer *answer);
/** PHASE_SURE without an answer: asks at the speed before, and after that goes on with the round. */
void finder_sure_of_nothing(struct mc_finder *finder);

/** Nobody answered in time. Ends the search, or begins to doubt what was heard. */
void finder_nobody(struct mc_finder *finder);
/** PHASE_DOUBT's timer: it is quiet now, or what was asked for has had its time. */
void finder_doubt_further(struct mc_finder *finder);

#endif
