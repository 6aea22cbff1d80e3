/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINE_MUX_H
#define MICROCAT_LINE_MUX_H

/*
 * The host's end of 3GPP TS 27.010, basic option: one UART, several channels (DLCs), so that a modem can be asked
 * while it carries a call. Pure: bytes in by mc_mux_feed(), whole frames out by a callback, time by the timer queue.
 *
 * What goes out: control first, then AT, then data, and data only in pace with the wire, so that an AT command never
 * waits longer than 40 ms (mux_out.c). What comes in: frames with either C/R bit, UIH with and without P/F, one-
 * and two-byte lengths, runs of flags, a flag shared by two frames; noise between frames, and false flags in it, behind
 * which it is searched again.
 *
 * Callbacks run from inside mc_mux_feed() and the timer queue. They may send, open, close and resume; they must not
 * free the multiplexer, but for `ended`, which always comes from the timer queue.
 */

#include <microcat/base/timerq.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MC_MUX_DLCIS  4    /* 1 to 4: what the SIM767 series has */
#define MC_MUX_N1_MAX 1500 /* 767, AT+CMUX */

enum mc_mux_end {
    MC_MUX_CLOSED,    /* by us */
    MC_MUX_LEFT,      /* by the modem: CLD, DISC or DM on DLCI 0 */
    MC_MUX_SILENT,    /* two TESTs unanswered; that they come back as they went is no answer */
    MC_MUX_NO_ANSWER, /* SABM on DLCI 0 unanswered for a second: it was never there */
};

/** V.24 signals as MSC carries them (27.010, 5.4.6.3.7). */
enum mc_mux_signals {
    MC_MUX_FC = 1 << 1,
    MC_MUX_RTC = 1 << 2,
    MC_MUX_RTR = 1 << 3,
    MC_MUX_IC = 1 << 6,
    MC_MUX_DV = 1 << 7
};

enum mc_mux_kind { MC_MUX_AT, MC_MUX_DATA };

struct mc_mux_callbacks {
    /** A whole frame for the port: 0 or -errno; -ENOBUFS and -EAGAIN: kept until mc_mux_writable(). */
    int (*write)(void *ctx, const void *data, size_t len_bytes);
    /** Written bytes that the port has not got rid of: no data is sent meanwhile. May be NULL. */
    size_t (*pending)(void *ctx);
    /** What a DLC carried. @return how many bytes were taken; the rest is kept, the modem told to stop this DLC, and
     * offered again at mc_mux_resume(). */
    size_t (*data)(void *ctx, unsigned dlci, const uint8_t *data, size_t len_bytes);
    /** The multiplexer (@dlci 0) or a DLC is open: 0, or -ECONNREFUSED, -ETIMEDOUT: it is not. */
    void (*opened)(void *ctx, unsigned dlci, int result);
    /** A DLC that was open is closed: by the modem, or as mc_mux_close_dlc() asked. */
    void (*closed)(void *ctx, unsigned dlci);
    /** A DLC that did not take all bytes takes some again. */
    void (*room)(void *ctx, unsigned dlci);
    /** The modem has stopped a DLC on which something waits for 5 s, and is asked whether it still does (again each 5
     * s); or (@goes_on) it answered four times without a word about it, and what waits is sent. */
    void (*stopped)(void *ctx, unsigned dlci, bool goes_on);
    /** Bytes that are no frame's, in order; those behind a CLD of the modem's too, until `ended`. */
    void (*stray)(void *ctx, const uint8_t *data, size_t len_bytes);
    /** Once, and nothing comes after it. */
    void (*ended)(void *ctx, enum mc_mux_end why);
};

struct mc_mux_stats {
    uint64_t frames_in, frames_out, bad_frames, false_flags, stray_bytes;
    uint64_t tests, tests_lost, retransmissions, overruns;
    uint64_t asks; /* whether a DLC is still stopped */
};

struct mc_mux;

/** @n1_bytes: what AT+CMUX was told, the most that a frame of ours carries, 1 to MC_MUX_N1_MAX. @baud paces. @callbacks
 * are copied. NULL: no memory. */
struct mc_mux *mc_mux_new(struct mc_timerq *queue, unsigned n1_bytes, int32_t baud,
                          const struct mc_mux_callbacks *callbacks, void *ctx);
void mc_mux_free(struct mc_mux *mux);

/** Opens the multiplexer: callbacks.opened(0) within a second. */
void mc_mux_start(struct mc_mux *mux);
/** It is open already, and so are @dlcis (bits) of the kinds that mc_mux_set_kind() was told: a daemon before us left
 * it so, behind a whole frame if it could. Whether it still is, is asked at once. */
void mc_mux_adopt(struct mc_mux *mux, unsigned dlcis);
/** What a DLC carries; AT goes before data. Default AT. */
void mc_mux_set_kind(struct mc_mux *mux, unsigned dlci, enum mc_mux_kind kind);
/** DLCs 1 to MC_MUX_DLCIS; of others nothing happens. */
void mc_mux_open(struct mc_mux *mux, unsigned dlci);
void mc_mux_close_dlc(struct mc_mux *mux, unsigned dlci);
bool mc_mux_is_open(const struct mc_mux *mux, unsigned dlci);
/** Leaves: DISC for each DLC, then CLD; ended(CLOSED) within a second, answered or not. */
void mc_mux_close(struct mc_mux *mux);
/** Ends at once and without a word; nothing is called back any more. */
void mc_mux_abandon(struct mc_mux *mux);

void mc_mux_feed(struct mc_mux *mux, const uint8_t *data, size_t len_bytes);
/** @return how many bytes were taken (fewer: room() follows), or -ENOTCONN. */
int mc_mux_send(struct mc_mux *mux, unsigned dlci, const void *data, size_t len_bytes);
/** All of it or nothing (half a command would spoil the next): 0, -ENOBUFS or -ENOTCONN. */
int mc_mux_send_whole(struct mc_mux *mux, unsigned dlci, const void *data, size_t len_bytes);
/** The port has got rid of everything. */
void mc_mux_writable(struct mc_mux *mux);
/** What data() did not take of @dlci is offered again; not from inside of such an offer. */
void mc_mux_resume(struct mc_mux *mux, unsigned dlci);
/** So many bytes at least are missing of a frame that has begun to come; 0: none has. */
size_t mc_mux_waits_bytes(const struct mc_mux *mux);
/** Bytes for the port that it was not given yet, and such of DLCs that data() has not taken. */
size_t mc_mux_owes_bytes(const struct mc_mux *mux);
/** The modem's last MSC of @dlci; 0 none. */
unsigned mc_mux_signals(const struct mc_mux *mux, unsigned dlci);
unsigned mc_mux_n1(const struct mc_mux *mux);
struct mc_mux_stats mc_mux_stats(const struct mc_mux *mux);

#endif
