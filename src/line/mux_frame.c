/* SPDX-License-Identifier: MIT */
#include "mux_frame.h"
#include <string.h>

/* x^8+x^2+x+1, reversed: one table step a byte, and only over the head of a frame. */
static const uint8_t crc[256] = {
    0x00, 0x91, 0xe3, 0x72, 0x07, 0x96, 0xe4, 0x75, 0x0e, 0x9f, 0xed, 0x7c, 0x09, 0x98, 0xea, 0x7b, 0x1c, 0x8d, 0xff,
    0x6e, 0x1b, 0x8a, 0xf8, 0x69, 0x12, 0x83, 0xf1, 0x60, 0x15, 0x84, 0xf6, 0x67, 0x38, 0xa9, 0xdb, 0x4a, 0x3f, 0xae,
    0xdc, 0x4d, 0x36, 0xa7, 0xd5, 0x44, 0x31, 0xa0, 0xd2, 0x43, 0x24, 0xb5, 0xc7, 0x56, 0x23, 0xb2, 0xc0, 0x51, 0x2a,
    0xbb, 0xc9, 0x58, 0x2d, 0xbc, 0xce, 0x5f, 0x70, 0xe1, 0x93, 0x02, 0x77, 0xe6, 0x94, 0x05, 0x7e, 0xef, 0x9d, 0x0c,
    0x79, 0xe8, 0x9a, 0x0b, 0x6c, 0xfd, 0x8f, 0x1e, 0x6b, 0xfa, 0x88, 0x19, 0x62, 0xf3, 0x81, 0x10, 0x65, 0xf4, 0x86,
    0x17, 0x48, 0xd9, 0xab, 0x3a, 0x4f, 0xde, 0xac, 0x3d, 0x46, 0xd7, 0xa5, 0x34, 0x41, 0xd0, 0xa2, 0x33, 0x54, 0xc5,
    0xb7, 0x26, 0x53, 0xc2, 0xb0, 0x21, 0x5a, 0xcb, 0xb9, 0x28, 0x5d, 0xcc, 0xbe, 0x2f, 0xe0, 0x71, 0x03, 0x92, 0xe7,
    0x76, 0x04, 0x95, 0xee, 0x7f, 0x0d, 0x9c, 0xe9, 0x78, 0x0a, 0x9b, 0xfc, 0x6d, 0x1f, 0x8e, 0xfb, 0x6a, 0x18, 0x89,
    0xf2, 0x63, 0x11, 0x80, 0xf5, 0x64, 0x16, 0x87, 0xd8, 0x49, 0x3b, 0xaa, 0xdf, 0x4e, 0x3c, 0xad, 0xd6, 0x47, 0x35,
    0xa4, 0xd1, 0x40, 0x32, 0xa3, 0xc4, 0x55, 0x27, 0xb6, 0xc3, 0x52, 0x20, 0xb1, 0xca, 0x5b, 0x29, 0xb8, 0xcd, 0x5c,
    0x2e, 0xbf, 0x90, 0x01, 0x73, 0xe2, 0x97, 0x06, 0x74, 0xe5, 0x9e, 0x0f, 0x7d, 0xec, 0x99, 0x08, 0x7a, 0xeb, 0x8c,
    0x1d, 0x6f, 0xfe, 0x8b, 0x1a, 0x68, 0xf9, 0x82, 0x13, 0x61, 0xf0, 0x85, 0x14, 0x66, 0xf7, 0xa8, 0x39, 0x4b, 0xda,
    0xaf, 0x3e, 0x4c, 0xdd, 0xa6, 0x37, 0x45, 0xd4, 0xa1, 0x30, 0x42, 0xd3, 0xb4, 0x25, 0x57, 0xc6, 0xb3, 0x22, 0x50,
    0xc1, 0xba, 0x2b, 0x59, 0xc8, 0xbd, 0x2c, 0x5e, 0xcf,
};

uint8_t mc_mux_fcs(const uint8_t *data, size_t len)
{
    uint8_t fcs = 0xff;
    for (size_t i = 0; i < len; i++)
        fcs = crc[fcs ^ data[i]];
    return (uint8_t)(0xff - fcs);
}

size_t mc_mux_frame_put(uint8_t *out, unsigned dlci, uint8_t control, bool command, const uint8_t *info, size_t len)
{
    size_t n = 0;
    out[n++] = MUX_FLAG;
    out[n++] = (uint8_t)(dlci << 2 | (command ? 2 : 0) | 1);
    out[n++] = control;
    out[n++] = (uint8_t)(len << 1 | (len < 128 ? 1 : 0));
    if (len >= 128)
        out[n++] = (uint8_t)(len >> 7);
    uint8_t fcs = mc_mux_fcs(out + 1, n - 1);
    if (len > 0)
        memcpy(out + n, info, len);
    n += len;
    out[n++] = fcs;
    out[n++] = MUX_FLAG;
    return n;
}

/* ---- reading ---- */

enum verdict { NEEDS_MORE, NO_FRAME, BROKEN, FRAME };

static bool is_control(uint8_t control)
{
    switch (control & ~MUX_PF) {
    case MUX_UI:
    case MUX_DM:
    case MUX_SABM:
    case MUX_DISC:
    case MUX_UA:
    case MUX_UIH:
        return true;
    default:
        return false;
    }
}

/* Only UI and UIH carry any: where the FCS says otherwise of another, it is by chance (a wrong bit of the length has
 * the closing flag taken for it, and the next one's for the closing one). */
static size_t most_info(uint8_t control)
{
    control &= (uint8_t)~MUX_PF;
    return control == MUX_UI || control == MUX_UIH ? MUX_INFO_MAX : 0;
}

/* Is there a frame at @p, which is a flag and has a byte behind it at least? @ret_total: its length, closing flag
 * included; of one whose length has not come yet, the least that it can be. */
static enum verdict look(const uint8_t *p, size_t len, struct mux_frame *ret_frame, size_t *ret_total)
{
    *ret_total = 6;
    if (!(p[1] & 1) || (len > 2 && !is_control(p[2])))
        return NO_FRAME;
    if (len < 4)
        return NEEDS_MORE;
    size_t info = p[3] >> 1, head = 4;
    if (!(p[3] & 1)) {
        if (len < 5)
            return NEEDS_MORE;
        info |= (size_t)p[4] << 7;
        head = 5;
    }
    if (info > most_info(p[2]))
        return NO_FRAME;
    *ret_total = head + info + 2;
    if (len < *ret_total)
        return NEEDS_MORE;
    if (p[*ret_total - 1] != MUX_FLAG)
        return NO_FRAME;
    uint8_t control = p[2] & (uint8_t)~MUX_PF;
    uint8_t fcs = mc_mux_fcs(p + 1, control == MUX_UI ? head - 1 + info : head - 1);
    if (fcs != p[head + info])
        return BROKEN;
    *ret_frame = (struct mux_frame){.dlci = p[1] >> 2, .control = control, .info = p + head, .info_bytes = info};
    return FRAME;
}

static void stray(struct mux_reader *reader, const struct mux_reader_events *events, void *ctx, const uint8_t *data,
                  size_t len)
{
    size_t hushed = len < reader->hush ? len : reader->hush;
    reader->hush -= hushed;
    reader->stray_bytes += len;
    if (len > hushed)
        events->stray(ctx, data + hushed, len - hushed);
}

/* @late: what is not complete will never be. @return how many bytes are done with; the rest begins with a flag. */
static size_t scan(struct mux_reader *reader, const struct mux_reader_events *events, void *ctx, const uint8_t *data,
                   size_t len, bool late)
{
    size_t at = 0;
    while (at < len) {
        const uint8_t *p = data + at;
        if (*p != MUX_FLAG) {
            const uint8_t *flag = memchr(p, MUX_FLAG, len - at);
            size_t n = flag ? (size_t)(flag - p) : len - at;
            stray(reader, events, ctx, p, n);
            at += n;
            continue;
        }
        if (at + 1 < len && p[1] == MUX_FLAG) { /* runs of flags are how some idle */
            reader->hush -= reader->hush > 0;
            at++;
            continue;
        }
        struct mux_frame frame;
        size_t total;
        enum verdict verdict = at + 1 < len ? look(p, len - at, &frame, &total) : NEEDS_MORE;
        if (verdict == NEEDS_MORE && (!late || at + 1 == len))
            return at;
        if (verdict == FRAME) {
            reader->hush = 0;
            events->frame(ctx, &frame);
            at += total - 1; /* its closing flag may open the next */
            continue;
        }
        late = false; /* one flag was false; what follows it may be a frame that is still coming */
        reader->false_flags += verdict != BROKEN;
        reader->bad_frames += verdict == BROKEN;
        if (verdict == BROKEN && reader->hush < total)
            reader->hush = total;
        reader->hush -= reader->hush > 0;
        at++;
    }
    return at;
}

void mc_mux_read(struct mux_reader *reader, const struct mux_reader_events *events, void *ctx, const uint8_t *data,
                 size_t len)
{
    while (reader->len > 0 && len > 0) {
        size_t more = sizeof(reader->held) - reader->len;
        if (more > len)
            more = len;
        memcpy(reader->held + reader->len, data, more);
        size_t held = reader->len, have = held + more;
        size_t done = scan(reader, events, ctx, reader->held, have, false);
        reader->begun += done > 0;
        if (done >= held) { /* the rest is read where it lies */
            reader->len = 0;
            data += done - held;
            len -= done - held;
            break;
        }
        reader->len = have - done;
        memmove(reader->held, reader->held + done, reader->len);
        data += more;
        len -= more;
    }
    if (len == 0)
        return;
    size_t done = scan(reader, events, ctx, data, len, false);
    reader->begun++;
    reader->len = len - done; /* less than a frame: scan() would have known more */
    memcpy(reader->held, data + done, reader->len);
}

size_t mc_mux_reader_waits(const struct mux_reader *reader)
{
    struct mux_frame frame;
    size_t total;
    if (reader->len < 2 || look(reader->held, reader->len, &frame, &total) != NEEDS_MORE)
        return 0;
    return total;
}

void mc_mux_reader_late(struct mux_reader *reader, const struct mux_reader_events *events, void *ctx)
{
    size_t done = scan(reader, events, ctx, reader->held, reader->len, true);
    reader->begun += done > 0;
    reader->len -= done;
    memmove(reader->held, reader->held + done, reader->len);
}
