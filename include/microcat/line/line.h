/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINE_LINE_H
#define MICROCAT_LINE_LINE_H

/*
 * The line: who has it, the AT engine or the data. Everything that goes to the modem goes through here, by one
 * function.
 *
 * Command mode: bytes go to the engine. Data mode, from the CONNECT on: bytes go to the data sink, and the engine is
 * closed. Raw: bytes go to a listener and nobody else (the finder, while it asks in which mode the modem is). Pure:
 * bytes and time in, bytes out. Callbacks are not called from inside mc_line_send_*().
 */

#include <microcat/at/engine.h>
#include <microcat/base/timerq.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mc_line_owner { MC_LINE_OWNER_AT, MC_LINE_OWNER_DATA, MC_LINE_OWNER_RAW };

struct mc_line_callbacks {
    /** To the port: 0 or -errno. */
    int (*write)(void *ctx, const void *data, size_t len_bytes);
    /** Data mode bytes for PPP. @return how many were taken; the rest is offered again by the port later. */
    size_t (*data)(void *ctx, const uint8_t *data, size_t len_bytes);
    void (*urc)(void *ctx, const char *line);
    void (*trace)(void *ctx, enum mc_at_direction direction, const char *text);
    /** The line changed hands. May be NULL. */
    void (*owner)(void *ctx, enum mc_line_owner owner);
};

typedef void mc_line_raw_fn(void *ctx, const uint8_t *data, size_t len_bytes);
typedef void mc_line_escaped_fn(void *ctx);

struct mc_line;

/** @callbacks are copied. NULL: no memory. */
struct mc_line *mc_line_new(struct mc_timerq *queue, const struct mc_line_callbacks *callbacks, void *ctx);
void mc_line_free(struct mc_line *line);

struct mc_at *mc_line_at(struct mc_line *line);
enum mc_line_owner mc_line_owner(const struct mc_line *line);

/** Bytes from the port. @return how many were taken (fewer only when the data sink is full). */
size_t mc_line_feed(struct mc_line *line, const uint8_t *data, size_t len_bytes);

/** PPP's bytes to the modem: 0, -EAGAIN while an escape holds the line still, -EPERM outside data mode. */
int mc_line_send_data(struct mc_line *line, const void *data, size_t len_bytes);

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
/** Stops an escape that is under way; @done is not called. */
void mc_line_escape_cancel(struct mc_line *line);

/** The device went away: commands are cancelled, half lines forgotten, the engine has the line. */
void mc_line_reset(struct mc_line *line);

#endif
