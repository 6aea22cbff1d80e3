/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_RELAY_H
#define MICROCAT_PPP_RELAY_H

/*
 * The relay between the modem's line and pppd's pty.
 *
 * The scanner is pure: it follows the HDLC frames (0x7E) in what the modem sends and finds the modem's own words, which
 * come between frames: NO CARRIER, +PPPD: DISCONNECTED, boot messages. The same words inside a frame are somebody's
 * data and mean nothing. A flag is followed by a frame, or by the CR or LF that opens a result code (V.250 6.2.6:
 * results start with CR LF); no PPP frame starts with 0x0D or 0x0A. A modem that drops the call or reboots in mid-frame
 * never sends the closing flag: then the words stand at the end of an open frame, and mc_relay_scan_idle() finds them
 * once nothing has followed for a while.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mc_loop; /* io/loop.h */

enum mc_relay_sign {
    MC_RELAY_NO_CARRIER,   /* "NO CARRIER" */
    MC_RELAY_DISCONNECTED, /* "+PPPD: DISCONNECTED" */
    MC_RELAY_REBOOTED,     /* QCRDY, RDY, *ATREADY, SMS DONE, PB DONE, +CPIN: ... (MODEM.md: boot URCs) */
    MC_RELAY_OFF,          /* POWERD DOWN: too hot, too little voltage, or its power key */
    MC_RELAY_SIGN_COUNT
};
/** "no-carrier", "disconnected", "rebooted", "off". */
const char *mc_relay_sign_name(enum mc_relay_sign sign);

/** @line is the text without CR LF, borrowed. */
typedef void mc_relay_sign_fn(void *ctx, enum mc_relay_sign sign, const char *line);

enum {
    MC_RELAY_TAIL_BYTES = 96, /* more than the longest word */
    MC_RELAY_IDLE_MS = 700,   /* silence that ends an open frame: no line rate pauses so long inside one */
};

struct mc_relay_scan {
    mc_relay_sign_fn *on_sign;
    void *ctx;
    enum { MC_SCAN_BETWEEN, MC_SCAN_FRAME, MC_SCAN_TEXT } where;
    size_t len;                         /* of text (TEXT), or of tail (FRAME) */
    char text[MC_RELAY_TAIL_BYTES + 1]; /* the line so far; in a frame its last bytes */
    uint64_t frames, lines;
};

void mc_relay_scan_init(struct mc_relay_scan *scan, mc_relay_sign_fn *on_sign, void *ctx);
/** Bytes from the modem. Calls on_sign as it goes. */
void mc_relay_scan_feed(struct mc_relay_scan *scan, const uint8_t *data, size_t len_bytes);
/** Nothing has come for MC_RELAY_IDLE_MS. */
void mc_relay_scan_idle(struct mc_relay_scan *scan);
/** Is a frame or line open, so that silence would mean something? */
bool mc_relay_scan_open(const struct mc_relay_scan *scan);

/* The part with a file descriptor: pppd's pty master. */

struct mc_relay;

struct mc_relay_events {
    /** Bytes from pppd for the modem. Returns how many were taken; fewer means: no more until mc_relay_resume(). */
    size_t (*to_modem)(void *ctx, const uint8_t *data, size_t len_bytes);
    /** mc_relay_from_modem() refused bytes and can take some again. */
    void (*on_room)(void *ctx);
    /** Seen in the modem's stream. */
    mc_relay_sign_fn *on_sign;
};

struct mc_relay_counters {
    uint64_t rx_bytes, tx_bytes;    /* from the modem, to the modem; frames as on the line */
    int64_t last_rx_ms, last_tx_ms; /* loop's clock; -1 never */
    uint64_t rx_stalls, tx_stalls;  /* times a direction had to wait for the other side */
};

/**
 * @master_fd stays the caller's and must be non-blocking. When its other side has hung up, what is left is read, and
 * from then on the modem's bytes are taken, looked at and dropped. 0 or -errno.
 */
int mc_relay_new(struct mc_loop *loop, int master_fd, const struct mc_relay_events *events, void *ctx,
                 struct mc_relay **ret_relay);
/** Not from inside a callback of the relay. NULL is fine. */
void mc_relay_free(struct mc_relay *relay);

/** Bytes from the modem for pppd. Returns how many were taken (fewer: wait for on_room). */
size_t mc_relay_from_modem(struct mc_relay *relay, const uint8_t *data, size_t len_bytes);
/** The modem's side can take bytes again. */
void mc_relay_resume(struct mc_relay *relay);
/** From now on nothing is read from pppd, or again. @return how much was read that the modem's side has not taken: it
 * is still offered. */
size_t mc_relay_hold(struct mc_relay *relay, bool holds);
/** pppd has ended: gives the modem's side what is still in the pty, as far as it takes it, and tells the signs that
 * wait. Calls back. */
void mc_relay_drain(struct mc_relay *relay);
const struct mc_relay_counters *mc_relay_counters(const struct mc_relay *relay);

#endif
