/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_LEASE_FILTER_H
#define MICROCAT_LINK_LEASE_FILTER_H

/*
 * Between a person's program on a lent channel and the modem: what the daemon owns (hand.h) is refused there too, with
 * a word and an ERROR, as a modem would. For that a command line is held here until its CR; it is echoed here as it is
 * typed, and the modem's own echo of it is left out. What is no command line goes through as it is: the text behind a
 * modem's "> " (AT+CMGS, a certificate, firmware), and whatever follows a CONNECT, each until a final result code.
 *
 * Pure: bytes in, bytes out, both ways with back-pressure.
 */

#include <microcat/at/engine.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MC_LEASE_LINE_MAX 2048 /* bytes of a command line; AT+CGDRT and friends are far shorter */

struct mc_lease_host {
    /** @return taken; the rest is offered again at mc_lease_filter_room(). */
    size_t (*to_modem)(void *ctx, const void *data, size_t len_bytes);
    /** Never more than room() said. */
    void (*to_holder)(void *ctx, const void *data, size_t len_bytes);
    size_t (*room)(void *ctx);
    /** Command lines and answers, redacted, and what was refused (MC_AT_MARK). */
    void (*trace)(void *ctx, enum mc_at_direction direction, const char *text);
};

struct mc_lease_filter;

/** @host is borrowed. NULL: no memory. */
struct mc_lease_filter *mc_lease_filter_new(const struct mc_lease_host *host, void *ctx);
void mc_lease_filter_free(struct mc_lease_filter *filter);

/** Bytes of the holder's. @return taken: fewer while the modem's side is full; offer the rest again when it is not. */
size_t mc_lease_filter_typed(struct mc_lease_filter *filter, const uint8_t *data, size_t len_bytes);
/** Bytes of the modem's. @return taken: as many as the holder has room for. */
size_t mc_lease_filter_said(struct mc_lease_filter *filter, const uint8_t *data, size_t len_bytes);
/** The modem's side takes bytes again. */
void mc_lease_filter_room(struct mc_lease_filter *filter);
/** Was a command sent whose final result code has not come? */
bool mc_lease_filter_waits(const struct mc_lease_filter *filter);
/** The holder goes: a text that the modem still waits for is given up (ESC: 27.005, 3.5.1). */
void mc_lease_filter_leave(struct mc_lease_filter *filter);

#endif
