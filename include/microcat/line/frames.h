/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINE_FRAMES_H
#define MICROCAT_LINE_FRAMES_H

/*
 * Frames that ask a modem in which mode it is, and a recogniser for what comes back: an LCP Echo-Request (a reply, or
 * any good PPP frame, means that PPP is still up) and 27.010's SABM and CLD on DLCI 0 (UA means CMUX). Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MC_FRAME_MAX_BYTES 64

/** LCP Echo-Request, escaped for an ACCM of all ones (RFC 1662), which a peer in any state must accept. @return its
 * length. */
size_t mc_frame_lcp_echo(uint8_t id, uint8_t out[MC_FRAME_MAX_BYTES]);
/** CMUX basic option: SABM or DISC on @dlci, and the CLD command on DLCI 0. @return the length. */
size_t mc_frame_cmux_sabm(unsigned dlci, uint8_t out[MC_FRAME_MAX_BYTES]);
size_t mc_frame_cmux_disc(unsigned dlci, uint8_t out[MC_FRAME_MAX_BYTES]);
size_t mc_frame_cmux_cld(uint8_t out[MC_FRAME_MAX_BYTES]);

/** Looks for good frames in bytes of any fragmentation. Zero is its start. */
struct mc_frame_watch {
    uint8_t ppp[256]; /* the frame being collected, unescaped */
    size_t ppp_len;
    bool ppp_open, ppp_escape;
    uint8_t cmux[8];
    size_t cmux_len;
    bool saw_ppp, saw_cmux_ua;
    uint64_t bytes;
};
void mc_frame_watch_feed(struct mc_frame_watch *watch, const uint8_t *data, size_t len_bytes);

#endif
