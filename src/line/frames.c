/* SPDX-License-Identifier: MIT */
#include "mux_frame.h"
#include <microcat/line/frames.h>
#include <string.h>

#define PPP_FLAG   0x7e
#define PPP_ESCAPE 0x7d

/* RFC 1662's FCS-16, bit by bit: a few frames at start are no hot path. */
static uint16_t fcs16(const uint8_t *data, size_t len)
{
    uint16_t fcs = 0xffff;
    for (size_t i = 0; i < len; i++) {
        fcs ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            fcs = (uint16_t)(fcs & 1 ? (fcs >> 1) ^ 0x8408 : fcs >> 1);
    }
    return fcs;
}
#define FCS16_GOOD 0xf0b8 /* what the FCS of a frame with its own FCS comes to */

static size_t put_escaped(uint8_t *out, uint8_t byte)
{
    if (byte >= 0x20 && byte != PPP_FLAG && byte != PPP_ESCAPE) {
        out[0] = byte;
        return 1;
    }
    out[0] = PPP_ESCAPE;
    out[1] = byte ^ 0x20;
    return 2;
}

size_t mc_frame_lcp_echo(uint8_t id, uint8_t out[MC_FRAME_MAX_BYTES])
{
    /* Address, control, protocol LCP; Echo-Request, id, length 8, magic number 0. */
    uint8_t frame[14] = {0xff, 0x03, 0xc0, 0x21, 9, id, 0, 8, 0, 0, 0, 0};
    uint16_t fcs = (uint16_t)~fcs16(frame, 12);
    frame[12] = (uint8_t)(fcs & 0xff);
    frame[13] = (uint8_t)(fcs >> 8);
    size_t len = 0;
    out[len++] = PPP_FLAG;
    for (size_t i = 0; i < sizeof(frame); i++)
        len += put_escaped(out + len, frame[i]);
    out[len++] = PPP_FLAG;
    return len;
}

size_t mc_frame_cmux_sabm(unsigned dlci, uint8_t out[MC_FRAME_MAX_BYTES])
{
    return mc_mux_frame_put(out, dlci, MUX_SABM | MUX_PF, true, NULL, 0);
}

size_t mc_frame_cmux_disc(unsigned dlci, uint8_t out[MC_FRAME_MAX_BYTES])
{
    return mc_mux_frame_put(out, dlci, MUX_DISC | MUX_PF, true, NULL, 0);
}

size_t mc_frame_cmux_cld(uint8_t out[MC_FRAME_MAX_BYTES])
{
    static const uint8_t cld[] = {0xc3, 0x01};
    return mc_mux_frame_put(out, 0, MUX_UIH, true, cld, sizeof(cld));
}

/* Our own Echo-Request, 12 bytes and the FCS, coming back (a loop, or a modem in command mode that echoes what it does
 * not understand) proves nothing. */
static bool own_echo_request(const uint8_t *frame, size_t len)
{
    static const uint8_t head[] = {0xff, 0x03, 0xc0, 0x21, 9};
    static const uint8_t no_magic[4] = {0};
    return len >= 14 && !memcmp(frame, head, sizeof(head)) && !memcmp(frame + 8, no_magic, sizeof(no_magic));
}

static void ppp_byte(struct mc_frame_watch *watch, uint8_t byte)
{
    if (byte == PPP_FLAG) {
        if (watch->ppp_open && watch->ppp_len >= 6 && fcs16(watch->ppp, watch->ppp_len) == FCS16_GOOD &&
            !own_echo_request(watch->ppp, watch->ppp_len))
            watch->saw_ppp = true;
        watch->ppp_open = true;
        watch->ppp_len = 0;
        watch->ppp_escape = false;
        return;
    }
    if (byte == PPP_ESCAPE) {
        watch->ppp_escape = true;
        return;
    }
    if (watch->ppp_len == sizeof(watch->ppp)) { /* longer than any LCP packet: wait for the next flag */
        watch->ppp_open = false;
        return;
    }
    watch->ppp[watch->ppp_len++] = watch->ppp_escape ? byte ^ 0x20 : byte;
    watch->ppp_escape = false;
}

/* UA is F9, address, 0x73 (or 0x63 without the final bit), length 0, FCS. The opening flag may be shared with the frame
 * before. */
static void cmux_byte(struct mc_frame_watch *watch, uint8_t byte)
{
    if (byte == MUX_FLAG) {
        const uint8_t *f = watch->cmux;
        if (watch->cmux_len == 4 && (f[1] & ~MUX_PF) == MUX_UA && f[2] == 1 && mc_mux_fcs(f, 3) == f[3])
            watch->saw_cmux_ua = true;
        watch->cmux_len = 0;
        return;
    }
    if (watch->cmux_len < sizeof(watch->cmux))
        watch->cmux[watch->cmux_len++] = byte;
}

void mc_frame_watch_feed(struct mc_frame_watch *watch, const uint8_t *data, size_t len)
{
    watch->bytes += len;
    for (size_t i = 0; i < len; i++) {
        ppp_byte(watch, data[i]);
        cmux_byte(watch, data[i]);
    }
}
