/* SPDX-License-Identifier: MIT */
/*
 * The abstract peer: PPP is open, nothing is carried. It answers LCP Echo-Requests, as the modem does by itself, and a
 * Terminate-Request; the rest is for the harness (board.h).
 */
#include "hdlc.h"
#include "internal.h"
#include <string.h>

enum { LCP_TERMINATE_REQUEST = 5, LCP_TERMINATE_ACK = 6, LCP_ECHO_REQUEST = 9, LCP_ECHO_REPLY = 10 };
static const uint8_t magic[4] = {'m', 'c', 's', '1'};

static void answer(struct sim_board *b, uint8_t *frame, size_t len)
{
    uint8_t wire[2 * sizeof(b->probe) + 8];

    sim_channel_out(b->call_at, wire, sim_hdlc_encode(wire, frame, len, SIM_HDLC_ESCAPE_ALL));
}

static void on_frame(struct sim_board *b, uint8_t *frame, size_t len)
{
    static const uint8_t lcp[4] = {0xff, 0x03, 0xc0, 0x21};

    if (len < 10 || sim_fcs16(frame, len) != 0xf0b8 || memcmp(frame, lcp, sizeof(lcp)) != 0)
        return;
    if (frame[4] == LCP_ECHO_REQUEST && len >= 14 && !b->echo_dead && !b->terminated) {
        frame[4] = LCP_ECHO_REPLY;
        memcpy(frame + 8, magic, sizeof(magic));
        answer(b, frame, len - 2);
    } else if (frame[4] == LCP_TERMINATE_REQUEST) {
        frame[4] = LCP_TERMINATE_ACK;
        answer(b, frame, len - 2);
        sim_board_peer_closed(b);
    }
}

void sim_abstract_from_host(struct sim_board *b, const uint8_t *data, size_t len_bytes)
{
    for (size_t i = 0; i < len_bytes; i++) {
        uint8_t c = data[i];

        if (c == 0x7e) {
            if (b->probe_len > 0 && b->probe_len < sizeof(b->probe))
                on_frame(b, b->probe, b->probe_len);
            b->probe_len = 0;
            b->probe_escaped = false;
        } else if (c == 0x7d) {
            b->probe_escaped = true;
        } else if (b->probe_len < sizeof(b->probe)) {
            b->probe[b->probe_len++] = b->probe_escaped ? c ^ 0x20 : c;
            b->probe_escaped = false;
        }
    }
}
