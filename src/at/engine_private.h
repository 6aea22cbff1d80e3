/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_AT_ENGINE_PRIVATE_H
#define MICROCAT_AT_ENGINE_PRIVATE_H

/* Shared by engine.c (life of a command), engine_queue.c (those that wait) and engine_match.c (whose line is it). */

#include <microcat/at/engine.h>
#include <microcat/at/lexer.h>

#define AT_TEXT_MAX_BYTES   1023 /* of a command; the manual's own limit is higher than any command known */
#define AT_WAITING_MAX      16
#define AT_LINES_MAX        64
#define AT_GHOSTS_MAX       64     /* more than a modem that is behind keeps in its input buffer */
#define AT_GHOST_MAX_AGE_MS 120000 /* twice the longest deadline of the manual (COPS write, 60 s) */
#define AT_PROBE_TIMEOUT_MS 2000
#define AT_PROBE            (1u << 16) /* internal flag: the engine's own question */

struct at_command {
    struct at_command *next; /* waiting */
    mc_at_done_fn *done;     /* NULL: nobody wants to know (probe) */
    void *ctx;
    int64_t timeout_ms, sent_at_ms, expired_at_ms;
    int64_t until_ms; /* MC_AT_IMPATIENT: over then, written or not */
    unsigned flags;
    unsigned echoes;  /* times its echo came: the modem echoes at input, and again when it executes what had to wait
                         (seed log) */
    bool probed;      /* a probe went ahead of it */
    bool unwritten;   /* the write failed: nothing can come back */
    bool owed;        /* it got the answer to an earlier command of the same text: its own may still come */
    bool informed;    /* a line has come that looks like its own */
    bool certain;     /* ... and is nobody else's, nor ever sent unasked */
    char *prefix;     /* in the same allocation, or NULL */
    size_t len_bytes; /* of text */
    char text[];
};

struct mc_at {
    struct mc_timerq *queue;
    struct mc_at_callbacks callbacks;
    void *ctx;
    struct mc_at_lexer lexer;
    struct mc_timer deadline;
    struct mc_timer patience; /* of the waiting one that has the least left */
    struct mc_timer prompt;   /* a '>' stands alone: is it one? */
    struct at_command *waiting;
    size_t n_waiting;
    struct at_command *current;
    struct at_command *ghosts[AT_GHOSTS_MAX]; /* timed out or cancelled, oldest first: may still be answered */
    size_t n_ghosts;
    struct at_command *executing; /* the modem shows that it is at this one (a ghost, or current); NULL: not known */
    struct {
        char *data; /* the information lines, each with its NUL */
        size_t len_bytes, size_bytes;
        size_t starts[AT_LINES_MAX];
        size_t n;
    } lines;
    unsigned depth; /* callbacks in progress */
    bool probe_on;
    bool heard;     /* a line has come since the last probe went unanswered */
    bool data_mode; /* CONNECT was the final result: bytes are not ours */
    bool eat_lf;    /* ... except for the LF of that very line */
    struct mc_at_stats stats;
};

/* engine.c */
void at_trace(struct mc_at *at, enum mc_at_direction direction, const char *line);
void at_trace_command(struct mc_at *at, enum mc_at_direction direction, const struct at_command *command);
void at_give_urc(struct mc_at *at, const char *line);
void at_add_line(struct mc_at *at, const char *line, size_t len_bytes);
void at_finish(struct mc_at *at, enum mc_at_result result, int code, const char *final);
void at_call_done(struct mc_at *at, mc_at_done_fn *done, void *ctx, const struct mc_at_answer *answer);
void at_pump(struct mc_at *at); /* writes the next one if it may */

/* engine_queue.c */
void at_watch_patience(struct mc_at *at); /* after each change of what waits */
void at_on_patience(void *at);

/* engine_match.c */
void at_take_line(struct mc_at *at, const char *line, size_t len_bytes);
bool at_same_text(const struct at_command *a, const struct at_command *b);
void at_add_ghost(struct mc_at *at, struct at_command *command);
void at_drop_ghosts(struct mc_at *at, size_t n); /* the @n oldest */
void at_expire_ghosts(struct mc_at *at);

#endif
