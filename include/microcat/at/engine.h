/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_AT_ENGINE_H
#define MICROCAT_AT_ENGINE_H

/*
 * The AT engine: one command in flight, a deadline a command, answers matched to the command that asked.
 *
 * Pure: bytes go in through mc_at_feed(), bytes come out through the write function given at birth, time comes from the
 * timer queue. Callbacks run from mc_at_feed()'s caller or from the queue, but always after the line that caused them
 * is done with: they may send, cancel, even free nothing else than themselves (mc_at_free() from a callback is refused
 * by assert; defer it).
 *
 * A command owns the prefixes of its answer ("+CEREG:"); any other line that is neither its echo nor a final result
 * code is a URC. What a modem also says unasked with that prefix ("+CEREG: 5", "+CPIN: READY") lands among the lines of
 * the answer when it comes meanwhile: take the last line that has the form asked for.
 *
 * Late answers: a command that ended without a final result code (deadline, cancelled) is a ghost until the modem is
 * known to be done with it. The modem works in order, so while ghosts are about a final result code goes to the oldest
 * of them, unless there is evidence: the modem echoed a command a second time (it does so when it executes what had to
 * wait: the seed's second transcript, CFUN=4 answered two commands later), or a line came whose prefix only one command
 * owns. And before the next command goes out the engine asks a question with a distinct answer (AT+IPR?, or another
 * when a ghost asked that); its answer ends all ghosts. A command that repeats the ghosts' own text goes out at once:
 * either answer will do. A ghost also ends with a boot message, with mc_at_resync(), when a later command is echoed and
 * it never was (the modem did not hear it), and 120 s after its deadline.
 */

#include <microcat/base/timerq.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mc_at;

enum mc_at_result {
    MC_AT_OK,
    MC_AT_CONNECT,    /* data mode from here on */
    MC_AT_ERROR,      /* plain ERROR */
    MC_AT_CME,        /* +CME ERROR: code, or the text of one */
    MC_AT_CMS,        /* +CMS ERROR */
    MC_AT_NO_CARRIER, /* as the answer to a command that may dial (MC_AT_DIALS) */
    MC_AT_BUSY,
    MC_AT_NO_ANSWER,
    MC_AT_NO_DIALTONE,
    MC_AT_TIMEOUT,   /* the deadline passed: no final result code */
    MC_AT_CANCELLED, /* by mc_at_cancel_all(), for example because the device went away */
    MC_AT_RESULT_COUNT
};
/** "OK", "CONNECT", "ERROR", "+CME ERROR", ..., "timeout", "cancelled". */
const char *mc_at_result_name(enum mc_at_result result);

/** An answer; everything in it is borrowed for the callback. */
struct mc_at_answer {
    enum mc_at_result result;
    int code;                 /* of CME, CMS; -1 otherwise, or when the modem gave a text that 27.007 does not have */
    const char *final;        /* the final line as it came, "" without one; of mc_at_abandon() why none can come */
    const char *const *lines; /* the information lines, without CR LF, in order */
    size_t n_lines;           /* at most 64; more are counted in the statistics and dropped */
    int64_t took_ms;
};
typedef void mc_at_done_fn(void *ctx, const struct mc_at_answer *answer);

enum mc_at_flags {
    MC_AT_BARE =
        1
        << 0, /* its information lines carry no prefix (ATI, AT+CGSN): every line that is not a known URC is its own */
    MC_AT_DIALS = 1 << 1, /* CONNECT and NO CARRIER are final result codes of this one */
    MC_AT_SECRET =
        1 << 2, /* its text carries a secret: the trace shows the part up to '=' only, and its echo likewise */
    MC_AT_URGENT = 1 << 3, /* goes ahead of what is queued */
    MC_AT_GUESS =
        1 << 4, /* asks whether anybody is there, or is said blind: no answer to it is none that the modem owed */
    MC_AT_IMPATIENT =
        1 << 5, /* somebody waits for it: its time runs from when it is queued, what goes ahead of it included */
};

/** Which final result code @line is, a call's among them; MC_AT_RESULT_COUNT: it is none. */
enum mc_at_result mc_at_final(const char *line);

struct mc_at_command {
    const char *text;   /* "AT+CEREG?", without CR; copied. Control characters are refused. */
    const char *prefix; /* owned prefix, "+CEREG:"; several are parted by '|'; NULL none. Copied. */
    int64_t timeout_ms; /* from the moment it is written; MC_AT_IMPATIENT: from the moment it is queued */
    unsigned flags;
};

enum mc_at_direction { MC_AT_SENT, MC_AT_RECEIVED, MC_AT_URC, MC_AT_LATE, MC_AT_MARK };

struct mc_at_callbacks {
    /** Writes to the line: 0 or -errno. An error ends the command in flight as cancelled. Must not call the engine. */
    int (*write)(void *ctx, const void *data, size_t len_bytes);
    /** A URC, without CR LF. May be NULL. */
    void (*urc)(void *ctx, const char *line);
    /** Every line in either direction, redacted (at/redact.h, and what a command flagged); for the trace. May be NULL.
     * Must not call the engine. */
    void (*trace)(void *ctx, enum mc_at_direction direction, const char *line);
};

/* timeouts: commands that were not answered in time, without MC_AT_GUESS and the engine's own questions */
struct mc_at_stats {
    uint64_t commands, timeouts, late_answers, urcs, noise_bytes, overlong_lines, dropped_lines, echoes;
};

/** @callbacks are copied. NULL: no memory. */
struct mc_at *mc_at_new(struct mc_timerq *queue, const struct mc_at_callbacks *callbacks, void *ctx);
void mc_at_free(struct mc_at *at);

/** Queues a command (at most 16 wait). @done is called exactly once, never from inside this call. 0, -EINVAL, -ENOBUFS,
 * -ENOMEM. */
int mc_at_send(struct mc_at *at, const struct mc_at_command *command, mc_at_done_fn *done, void *ctx);

/** Ends the command in flight and all that wait with MC_AT_CANCELLED (called back before this returns). */
void mc_at_cancel_all(struct mc_at *at);

/**
 * The same when the modem can no longer answer: it started anew, goes off, or the port is gone. `final` of each answer
 * is @why, a sentence for people; nothing is owed any more.
 */
void mc_at_abandon(struct mc_at *at, const char *why);

/** The same with MC_AT_NO_CARRIER, when a call's own channel was closed below it: `final` is @why. */
void mc_at_hung_up(struct mc_at *at, const char *why);

/** The same for a modem that was found not to answer: what waits ends with MC_AT_TIMEOUT before its own time is over.
 */
void mc_at_give_up(struct mc_at *at);

/**
 * Nobody waits for the answer of @ctx's commands any more: those not yet written are not written, and end with
 * MC_AT_CANCELLED before this returns. One in flight goes on. Returns how many ended.
 */
size_t mc_at_withdraw(struct mc_at *at, const void *ctx);

bool mc_at_busy(const struct mc_at *at);

/**
 * Takes bytes from the modem. Returns how many: all of them, but for those behind a CONNECT that was this line's final
 * result: they belong to PPP (the LF that closes the CONNECT line is taken here, even when it comes in a later call).
 */
size_t mc_at_feed(struct mc_at *at, const uint8_t *data, size_t len_bytes);

/**
 * Forgets half lines and ghosts: after a change of speed, a reboot, a return from data mode. The queue stays. Between
 * CONNECT and this (or the next mc_at_send()) bytes are not taken and what waits is not written.
 */
void mc_at_resync(struct mc_at *at);

/** Does the engine ask AT+IPR? by itself while ghosts are about? Default yes; replay tests switch it off. */
void mc_at_set_probe(struct mc_at *at, bool on);

const struct mc_at_stats *mc_at_stats(const struct mc_at *at);

#endif
