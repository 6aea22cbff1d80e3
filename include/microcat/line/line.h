/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINE_LINE_H
#define MICROCAT_LINE_LINE_H

/*
 * The line: who has it, the AT engine or the data. Everything that goes to the modem goes through here, by one
 * function.
 *
 * It hands out two channels: AT, and data, on which it is dialled and which then carries a call. Plain, they are the
 * same line, and one of them has it at a time: in command mode bytes go to the engine; in data mode, from the CONNECT
 * on, to the data sink, and the engine is closed. Multiplexed (mux.h), each has a DLC of its own, and AT is always
 * there. Raw: bytes go to a listener and nobody else (the finder, while it asks in which mode the modem is). Lent:
 * a third channel in the multiplexer, plain the whole line. Nobody above knows which it is, but for what may be done.
 *
 * Pure: bytes and time in, bytes out. Callbacks are not called from inside mc_line_send_*().
 */

#include <microcat/at/engine.h>
#include <microcat/base/timerq.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mc_line_owner {
    MC_LINE_OWNER_AT,
    MC_LINE_OWNER_DATA,
    MC_LINE_OWNER_RAW,
    MC_LINE_OWNER_MUX,
    MC_LINE_OWNER_LENT /* plain, and whole: in the multiplexer nobody goes without */
};

enum mc_line_channel { MC_CHANNEL_AT, MC_CHANNEL_DATA, MC_CHANNEL_LEASE };

struct mc_line_callbacks {
    /** To the port: 0 or -errno. */
    int (*write)(void *ctx, const void *data, size_t len_bytes);
    /** Data mode bytes for PPP. @return how many were taken; the rest is offered again by the port later. */
    size_t (*data)(void *ctx, const uint8_t *data, size_t len_bytes);
    void (*urc)(void *ctx, enum mc_line_channel channel, const char *line);
    void (*trace)(void *ctx, enum mc_line_channel channel, enum mc_at_direction direction, const char *text);
    /** The line changed hands. May be NULL. */
    void (*owner)(void *ctx, enum mc_line_owner owner);
    /** mc_line_send_data() takes bytes again. May be NULL. */
    void (*room)(void *ctx);
    /** Written bytes that the port has not got rid of. May be NULL. */
    size_t (*pending)(void *ctx);
    /** The modem was asked something on a channel of its own, beside a call. May be NULL. */
    void (*asked)(void *ctx);
    /** The modem closed the channel that carried data; AT goes on. */
    void (*data_closed)(void *ctx);
    /** What is worth a line in the journal, and no fault: the modem holds a channel. May be NULL. */
    void (*note)(void *ctx, const char *text);
    /** The multiplexer has ended by itself, @why is a sentence; the line is plain, and in what mode the modem is, is
     * not known. @left: the modem closed it in order, it did not fall silent. */
    void (*mux_lost)(void *ctx, bool left, const char *why);
};

typedef void mc_line_raw_fn(void *ctx, const uint8_t *data, size_t len_bytes);
typedef void mc_line_escaped_fn(void *ctx);
/** @result 0 or -errno. */
typedef void mc_line_done_fn(void *ctx, int result);

struct mc_line;

/** @callbacks are copied. NULL: no memory. */
struct mc_line *mc_line_new(struct mc_timerq *queue, const struct mc_line_callbacks *callbacks, void *ctx);
void mc_line_free(struct mc_line *line);

struct mc_at *mc_line_at(struct mc_line *line);
/** The engine of the data channel, on which it is dialled; plain, the same. */
struct mc_at *mc_line_dial_at(struct mc_line *line);
enum mc_line_owner mc_line_owner(const struct mc_line *line);

/** Bytes from the port. @return how many were taken (fewer only when the data sink is full). */
size_t mc_line_feed(struct mc_line *line, const uint8_t *data, size_t len_bytes);

/** Is a call's data carried? */
bool mc_line_carries(const struct mc_line *line);
/** Can AT be sent now, whatever else goes on? */
bool mc_line_at_there(const struct mc_line *line);
/** PPP's bytes to the modem: how many were taken (all, but in the multiplexer; then room() follows), -EAGAIN while an
 * escape holds the line still, -EPERM when no data is carried. */
int mc_line_send_data(struct mc_line *line, const void *data, size_t len_bytes);
/** The data sink, or the port, takes bytes again. */
void mc_line_resume_data(struct mc_line *line);
void mc_line_drained(struct mc_line *line);

/**
 * Data mode from now on: the dial was answered with CONNECT. Called by who dialled; harmless when bytes have said so
 * already.
 * @fresh: CONNECT's own LF may still come and is not PPP's; false when a call is taken over in its middle.
 */
void mc_line_data(struct mc_line *line, bool fresh);
/** Command mode from now on: the modem said so (NO CARRIER), or a script is about to find out. Half lines are
 * forgotten. */
void mc_line_command(struct mc_line *line);

/** Hands everything the modem says to @fn until the line is given to somebody else. */
void mc_line_listen_raw(struct mc_line *line, mc_line_raw_fn *fn, void *ctx);
/** Sends bytes that are neither AT nor PPP (a probe frame). 0 or -errno; -EPERM unless raw. */
int mc_line_send_raw(struct mc_line *line, const void *data, size_t len_bytes);

/**
 * Out of data mode by force: 1 s of silence, `+++`, 1 s of silence (guard times of 767's manual, S12); then the line is
 * in command mode as far as the host is concerned and @done is called; whether the modem agrees is for an AT to prove.
 * Anybody's data is held back meanwhile.
 */
void mc_line_escape(struct mc_line *line, mc_line_escaped_fn *done, void *ctx);
/** The modem did not come out by it: from now on, until the next call, guard times are half as long again. */
void mc_line_escape_failed(struct mc_line *line);
/** Stops an escape that is under way; @done is not called. */
void mc_line_escape_cancel(struct mc_line *line);
/** Has the modem been told `+++` already? Before that an escape costs nothing but the silence. */
bool mc_line_escape_said(const struct mc_line *line);
/** After an escape: the call waits, its bytes are not taken (-EAGAIN) until mc_line_data(), or refused from
 * mc_line_command() on. */
void mc_line_call_waits(struct mc_line *line);

/* ---- the multiplexer ---- */

bool mc_line_muxed(const struct mc_line *line);
/** The modem said OK to AT+CMUX with @n1_bytes: opens both channels. @done once, within 2 s; on an error the line is
 * plain as before: -ETIMEDOUT when no multiplexer answers, -ECONNABORTED when one does, and has not both channels. */
void mc_line_mux_start(struct mc_line *line, unsigned n1_bytes, int32_t baud, mc_line_done_fn *done, void *ctx);
/** A daemon before us left it open, with a call on its data channel. */
int mc_line_mux_adopt(struct mc_line *line, unsigned n1_bytes, int32_t baud);
/** As mc_mux_waits_bytes() and mc_mux_owes_bytes(); 0 on the plain line. */
size_t mc_line_waits_bytes(const struct mc_line *line);
size_t mc_line_owes_bytes(const struct mc_line *line);
/** Leaves it, in order: @done once, within a second; then the line is plain. Whether the modem agrees is for an AT to
 * prove. */
void mc_line_mux_leave(struct mc_line *line, mc_line_done_fn *done, void *ctx);
/** The call is over: closes the data channel and opens it anew, so that it speaks AT for certain. */
void mc_line_redial(struct mc_line *line, mc_line_done_fn *done, void *ctx);
/** Nobody waits for the end of any of these any more: @done is not called. */
void mc_line_mux_forget(struct mc_line *line);
/** Without a word to the modem, which has started anew or is to be found: the line is plain. Harmless when it is. */
void mc_line_plain(struct mc_line *line);
/** Bytes that were no frame's, of all multiplexers so far. */
uint64_t mc_line_stray_bytes(const struct mc_line *line);
/** What the multiplexer was opened with; 0 when the line is plain. */
unsigned mc_line_mux_n1(const struct mc_line *line);

/* ---- a channel for somebody else ---- */

/** Who borrows a channel. Nothing is called from inside mc_line_lend() and mc_line_take_back(). */
struct mc_line_borrower {
    /** 0: the modem hears him from now on; or -errno: it opens no such channel, and the loan is over. */
    void (*opened)(void *ctx, int result);
    /** @return taken; the rest is offered again at mc_line_loan_resume(), plain by the port. */
    size_t (*bytes)(void *ctx, const uint8_t *data, size_t len_bytes);
    /** mc_line_loan_send() takes bytes again. */
    void (*room)(void *ctx);
    /** The channel is gone; @why is a sentence. Nothing is called after it. */
    void (*ended)(void *ctx, const char *why);
};

/** Lends a channel: one at a time. @borrower and @ctx are borrowed until the end. 0, -EBUSY: it is lent already, or the
 * plain line is in use. */
int mc_line_lend(struct mc_line *line, const struct mc_line_borrower *borrower, void *ctx);
bool mc_line_lent(const struct mc_line *line);
/** @return taken (fewer: room() follows), or -EPERM when nothing is lent, or not yet. */
int mc_line_loan_send(struct mc_line *line, const void *data, size_t len_bytes);
void mc_line_loan_resume(struct mc_line *line);
/** The borrower is told nothing. Plain, what the modem was left with is for an AT to find out. */
void mc_line_take_back(struct mc_line *line);

/** The device went away: commands are cancelled, half lines forgotten, the engine has the line. */
void mc_line_reset(struct mc_line *line);

#endif
