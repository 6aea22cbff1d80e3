/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_MODEM_CHAT_H
#define MICROCAT_MODEM_CHAT_H

/*
 * The chat-script runner: sends the steps of a const script one after another, each when the answer to the one before
 * is in. A step that is refused or late ends the script (but for optional ones); nothing is tried again beyond the
 * step's own tries: everything else is policy. No fixed waits: a pause stands only between two tries of one step. (An
 * OK without the line that was asked for is taken for another command's, once a script: half a second later the same is
 * asked again.)
 */

#include <microcat/at/engine.h>
#include <microcat/base/timerq.h>
#include <stddef.h>
#include <stdint.h>

enum mc_chat_flags {
    /* what goes to the engine as it is; MC_AT_DIALS: CONNECT is the good end, OK a refusal */
    MC_CHAT_BARE = MC_AT_BARE,
    MC_CHAT_DIALS = MC_AT_DIALS,
    MC_CHAT_SECRET = MC_AT_SECRET,
    MC_CHAT_URGENT = MC_AT_URGENT,
    MC_CHAT_GUESS = MC_AT_GUESS,
    MC_CHAT_AT_FLAGS = MC_CHAT_BARE | MC_CHAT_DIALS | MC_CHAT_SECRET | MC_CHAT_URGENT | MC_CHAT_GUESS,
    /* the script's own */
    MC_CHAT_OPTIONAL = 1 << 8, /* refused, late or malformed: go on with the next step */
    MC_CHAT_LATE_OK = 1 << 9,  /* late is no failure (the modem reboots under the command) */
    MC_CHAT_PROVE = 1 << 10,   /* late: AT is asked behind it; only when that is late, too, the script ends so */
};

struct mc_chat_step {
    const char *send; /* literal command, or NULL: build */
    /** Writes the command. 0, or -ENODATA: leave this step out, or another -errno: the step cannot be built (a bad
     * APN). */
    int (*build)(void *ctx, char *out, size_t out_bytes);
    const char *prefix; /* of its information lines, as in mc_at_command; NULL none */
    int timeout_ms;
    unsigned tries; /* 0 counts as 1 */
    int pause_ms;   /* between tries */
    unsigned flags;
    /** Takes a good answer: 0, -EAGAIN (not yet: counts as a try), -EBADMSG (wrong shape). May be NULL. */
    int (*take)(void *ctx, const struct mc_at_answer *answer);
    /** Sees a refusal (ERROR, CME) before it ends the script: 0 = that is an answer too, go on. May be NULL. */
    int (*refused)(void *ctx, const struct mc_at_answer *answer);
};

enum mc_chat_end {
    MC_CHAT_DONE,
    MC_CHAT_REFUSED,
    MC_CHAT_LATE,
    MC_CHAT_MALFORMED,
    MC_CHAT_UNBUILDABLE,
    MC_CHAT_CANCELLED
};

struct mc_chat_result {
    enum mc_chat_end end;
    enum mc_at_result final; /* of the last answer */
    int code;                /* of a CME or CMS error, else -1 */
    char detail[160];        /* "+CME ERROR: 10 (SIM not inserted) to AT+CPIN?": what was seen, redacted */
};
typedef void mc_chat_done_fn(void *ctx, const struct mc_chat_result *result);

struct mc_chat;
struct mc_chat *mc_chat_new(struct mc_timerq *queue, struct mc_at *at);
void mc_chat_free(struct mc_chat *chat);

/** Runs @steps (const, @n of them). @ctx goes to the steps' functions and to @done, which is called exactly once, never
 * from inside. */
int mc_chat_run(struct mc_chat *chat, const struct mc_chat_step *steps, size_t n, mc_chat_done_fn *done, void *ctx);
/** Stops without calling back; a command in flight is left to the engine. */
void mc_chat_cancel(struct mc_chat *chat);
/** Which engine scripts talk on from now on; not while one runs. */
void mc_chat_use(struct mc_chat *chat, struct mc_at *at);
bool mc_chat_running(const struct mc_chat *chat);

#endif
