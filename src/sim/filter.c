/* SPDX-License-Identifier: MIT */
/*
 * Faults of a link whose PPP looks well: some of the network's frames never reach the host. The frames are only looked
 * into, never rewritten, so that any peer may stand behind.
 */
#include "hdlc.h"
#include "internal.h"
#include <string.h>

#define FRAME_MAX 8192

bool sim_filter_wanted(const struct sim_board *b)
{
    return b->stale || b->context_lost || b->echo_dead || b->no_address;
}

static size_t unescape_head(const uint8_t *raw, size_t len, uint8_t *out, size_t most)
{
    size_t n = 0;

    for (size_t i = 0; i < len && n < most; i++) {
        if (raw[i] == 0x7d && i + 1 < len)
            out[n++] = raw[++i] ^ 0x20;
        else if (raw[i] != 0x7e)
            out[n++] = raw[i];
    }
    return n;
}

static bool swallowed(const struct sim_board *b, const uint8_t *raw, size_t len)
{
    uint8_t head[8];
    size_t n = unescape_head(raw, len, head, sizeof(head)), payload;
    int protocol = sim_ppp_protocol(head, n, &payload);

    if (protocol == SIM_PPP_IP || protocol == SIM_PPP_IPV6)
        return b->stale || b->context_lost;
    if (protocol == SIM_PPP_IPCP)
        return b->no_address;
    if (protocol == SIM_PPP_LCP && payload < n)
        return b->echo_dead && (head[payload] == 9 || head[payload] == 10);
    return false;
}

void sim_filter_to_host(struct sim_board *b, const uint8_t *data, size_t len_bytes)
{
    if (!b->frame)
        b->frame = malloc(FRAME_MAX);
    if (!b->frame)
        return;
    for (size_t i = 0; i < len_bytes; i++) {
        b->frame[b->frame_len++] = data[i];
        if ((data[i] != 0x7e || b->frame_len == 1) && b->frame_len < FRAME_MAX)
            continue;
        if (!swallowed(b, b->frame, b->frame_len))
            sim_channel_out(b->call_at, b->frame, b->frame_len);
        b->frame_len = 0;
    }
}
