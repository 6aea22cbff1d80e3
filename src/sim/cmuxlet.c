/* SPDX-License-Identifier: MIT */
/*
 * A modem left in CMUX, as far as a host needs to find that out and leave: basic option of 3GPP TS 27.010, SABM and
 * DISC are acknowledged on every DLC, the multiplexer's close down (CLD) and DISC on DLC 0 lead back to AT. Channels
 * carry nothing.
 */
#include "internal.h"
#include <string.h>

enum { FLAG = 0xf9, SABM = 0x2f, UA = 0x63, DISC = 0x43, UIH = 0xef, POLL = 0x10, CLD = 0xc3 };

/* TS 27.010 annex B: reflected polynomial x^8 + x^2 + x + 1 */
static uint8_t fcs8(const uint8_t *data, size_t len)
{
    uint8_t fcs = 0xff;

    for (size_t i = 0; i < len; i++) {
        fcs ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            fcs = (uint8_t)((fcs >> 1) ^ (fcs & 1 ? 0xe0 : 0));
    }
    return (uint8_t)(0xff - fcs);
}

static void say(struct sim_board *b, uint8_t address, uint8_t control, const uint8_t *info, uint8_t len)
{
    uint8_t frame[16] = {FLAG, address, control, (uint8_t)(len << 1 | 1)};

    if (len > 0)
        memcpy(frame + 4, info, len);
    frame[4 + len] = fcs8(frame + 1, 3);
    frame[5 + len] = FLAG;
    sim_out(b, frame, (size_t)len + 6);
}

static void leave(struct sim_board *b)
{
    b->mode = SIM_MODE_COMMAND;
    sim_in_reset(b);
    sim_log(b, "left CMUX");
}

/* @frame is what stands between two flags: address, control, length, information, FCS. */
static void on_frame(struct sim_board *b, const uint8_t *frame, size_t len)
{
    size_t info = len > 3 && !(frame[2] & 1) ? 4 : 3;

    if (len < info + 1 || fcs8(frame, info) != frame[len - 1])
        return;
    if ((frame[1] & ~POLL) == SABM || (frame[1] & ~POLL) == DISC) {
        say(b, frame[0], UA | POLL, NULL, 0);
        if ((frame[1] & ~POLL) == DISC && frame[0] >> 2 == 0)
            leave(b);
    } else if ((frame[1] & ~POLL) == UIH && frame[0] >> 2 == 0 && len > info + 1 && frame[info] == CLD) {
        static const uint8_t answer[2] = {CLD & ~2, 1};

        say(b, frame[0], UIH, answer, sizeof(answer));
        leave(b);
    }
}

void sim_cmuxlet_from_host(struct sim_board *b, const uint8_t *data, size_t len_bytes)
{
    for (size_t i = 0; i < len_bytes && b->mode == SIM_MODE_CMUX; i++) {
        if (data[i] != FLAG) {
            if (b->probe_len < sizeof(b->probe))
                b->probe[b->probe_len++] = data[i];
            continue;
        }
        if (b->probe_len > 0 && b->probe_len < sizeof(b->probe))
            on_frame(b, b->probe, b->probe_len);
        b->probe_len = 0;
    }
}
