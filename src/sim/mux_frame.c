/* SPDX-License-Identifier: MIT */
#include "mux_frame.h"
#include <string.h>

enum look { MORE, BAD, GOOD };

/* 27.010 annex B: reflected polynomial x^8 + x^2 + x + 1 */
uint8_t sim_mux_fcs(const uint8_t *data, size_t len)
{
    uint8_t fcs = 0xff;

    for (size_t i = 0; i < len; i++) {
        fcs ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            fcs = (uint8_t)((fcs >> 1) ^ (fcs & 1 ? 0xe0 : 0));
    }
    return (uint8_t)(0xff - fcs);
}

size_t sim_mux_encode(const struct sim_mux_frame *frame, bool two_bytes, uint8_t out[SIM_MUX_FRAME_MAX])
{
    size_t n = 0;

    out[n++] = SIM_MUX_FLAG;
    out[n++] = frame->address;
    out[n++] = frame->control;
    if (two_bytes || frame->len > 127) {
        out[n++] = (uint8_t)(frame->len << 1);
        out[n++] = (uint8_t)(frame->len >> 7);
    } else {
        out[n++] = (uint8_t)(frame->len << 1 | SIM_MUX_EA);
    }
    uint8_t fcs = sim_mux_fcs(out + 1, n - 1); /* not of the information: 5.2.1.6, all but UI */

    if (frame->len > 0)
        memcpy(out + n, frame->info, frame->len);
    n += frame->len;
    out[n++] = fcs;
    out[n++] = SIM_MUX_FLAG;
    return n;
}

static bool known(uint8_t control)
{
    switch (control & ~SIM_MUX_PF) {
    case SIM_MUX_SABM:
    case SIM_MUX_UA:
    case SIM_MUX_DM:
    case SIM_MUX_DISC:
    case SIM_MUX_UIH:
        return true;
    default:
        return false; /* UI is not of this option's subset 0 */
    }
}

/* What stands at the buffer's beginning? */
static enum look look(struct sim_mux_decoder *d, struct sim_mux_frame *ret)
{
    const uint8_t *buf = d->buf;
    size_t head = 4, len;

    if (d->len > 0 && buf[0] != SIM_MUX_FLAG)
        return BAD;
    if ((d->len > 1 && (buf[1] == SIM_MUX_FLAG || !(buf[1] & SIM_MUX_EA))) || (d->len > 2 && !known(buf[2])))
        return BAD;
    if (d->len < 4)
        return MORE;
    len = buf[3] >> 1;
    if (!(buf[3] & SIM_MUX_EA)) {
        if (d->len < 5)
            return MORE;
        len |= (size_t)buf[head++] << 7;
    }
    if (len > SIM_MUX_N1_MAX)
        return BAD;
    if (d->len < head + len + 2)
        return MORE;
    if (sim_mux_fcs(buf + 1, head - 1) != buf[head + len] || buf[head + len + 1] != SIM_MUX_FLAG) {
        d->bad++;
        return BAD;
    }
    *ret = (struct sim_mux_frame){.address = buf[1], .control = buf[2], .info = buf + head, .len = len};
    d->done = head + len + 1; /* the closing flag may open the next frame */
    return GOOD;
}

static void drop(struct sim_mux_decoder *d, size_t n)
{
    d->len -= n;
    memmove(d->buf, d->buf + n, d->len);
}

/* Up to the next flag behind the first byte. */
static void resync(struct sim_mux_decoder *d)
{
    const uint8_t *flag = memchr(d->buf + 1, SIM_MUX_FLAG, d->len - 1);

    drop(d, flag ? (size_t)(flag - d->buf) : d->len);
}

bool sim_mux_decode(struct sim_mux_decoder *d, const uint8_t **data, size_t *len, struct sim_mux_frame *ret)
{
    drop(d, d->done);
    d->done = 0;
    for (;;) {
        enum look seen = look(d, ret);

        if (seen == GOOD)
            return true;
        if (seen == BAD) {
            resync(d);
            continue;
        }
        if (*len == 0)
            return false;
        d->buf[d->len++] = *(*data)++;
        --*len;
    }
}
