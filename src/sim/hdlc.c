/* SPDX-License-Identifier: MIT */
#include "hdlc.h"

#define FLAG   0x7e
#define ESCAPE 0x7d

/* RFC 1662 appendix C: reflected 0x1021; a nibble at a time keeps the table small. */
static const uint16_t nibbles[16] = {0x0000, 0x1081, 0x2102, 0x3183, 0x4204, 0x5285, 0x6306, 0x7387,
                                     0x8408, 0x9489, 0xa50a, 0xb58b, 0xc60c, 0xd68d, 0xe70e, 0xf78f};

uint16_t sim_fcs16(const uint8_t *data, size_t len_bytes)
{
    uint16_t fcs = 0xffff;

    for (size_t i = 0; i < len_bytes; i++) {
        fcs = (uint16_t)((fcs >> 4) ^ nibbles[(fcs ^ data[i]) & 15]);
        fcs = (uint16_t)((fcs >> 4) ^ nibbles[(fcs ^ (data[i] >> 4)) & 15]);
    }
    return fcs;
}

static size_t put(uint8_t *out, uint8_t c, uint32_t accm)
{
    if (c >= 0x20 ? c != FLAG && c != ESCAPE : !(accm >> c & 1)) {
        out[0] = c;
        return 1;
    }
    out[0] = ESCAPE;
    out[1] = c ^ 0x20;
    return 2;
}

size_t sim_hdlc_encode(uint8_t *out, const uint8_t *frame, size_t len_bytes, uint32_t accm)
{
    uint16_t fcs;
    size_t len = 0;

    if (len_bytes + 2 > SIM_HDLC_FRAME_MAX)
        return 0;
    fcs = (uint16_t)~sim_fcs16(frame, len_bytes);
    out[len++] = FLAG;
    for (size_t i = 0; i < len_bytes; i++)
        len += put(out + len, frame[i], accm);
    len += put(out + len, (uint8_t)fcs, accm);
    len += put(out + len, (uint8_t)(fcs >> 8), accm);
    out[len++] = FLAG;
    return len;
}

static void frame_end(struct sim_hdlc *in, sim_hdlc_frame_fn *fn, void *ctx)
{
    size_t len = in->len;
    bool good = !in->overlong && !in->escaped && len >= 4 && sim_fcs16(in->frame, len) == 0xf0b8;

    in->len = 0;
    in->escaped = in->overlong = false;
    if (good)
        fn(ctx, in->frame, len - 2);
    else if (len > 0)
        in->bad++;
}

void sim_hdlc_feed(struct sim_hdlc *in, const uint8_t *data, size_t len_bytes, sim_hdlc_frame_fn *fn, void *ctx)
{
    for (size_t i = 0; i < len_bytes; i++) {
        uint8_t c = data[i];

        if (c == FLAG) {
            frame_end(in, fn, ctx);
        } else if (c == ESCAPE) {
            in->escaped = true;
        } else if (in->len == sizeof(in->frame)) {
            in->overlong = true;
        } else {
            in->frame[in->len++] = in->escaped ? c ^ 0x20 : c;
            in->escaped = false;
        }
    }
}

int sim_ppp_protocol(const uint8_t *frame, size_t len_bytes, size_t *ret_payload)
{
    size_t at = len_bytes >= 2 && frame[0] == 0xff && frame[1] == 0x03 ? 2 : 0;

    if (at < len_bytes && (frame[at] & 1)) {
        *ret_payload = at + 1;
        return frame[at];
    }
    if (at + 2 > len_bytes)
        return -1;
    *ret_payload = at + 2;
    return frame[at] << 8 | frame[at + 1];
}
