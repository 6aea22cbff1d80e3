/* SPDX-License-Identifier: MIT */
/*
 * The way to the host: everything waits in one buffer and leaves in pieces, as fast as the wire allows, unless flow
 * control holds it or a fault spoils it.
 */
#include "internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PIECE_MAX       4096
#define WIRE_BACKLOG_US 100000 /* a late caller may catch up this much of a steady stream, no more */

/* After AT+IFC=2,2 the modem sends only while CTS is asserted, and a bridge that does not wire it never asserts it. */
static bool held(const struct sim_board *b)
{
    if (!b->flow)
        return false;
    return !b->profile.bridge_rtscts || (b->profile.host_rtscts && !b->host_flow);
}

static void emit(struct sim_board *b, const uint8_t *data, size_t len)
{
    uint8_t garbled[PIECE_MAX];

    b->counters.bytes_to_host += len;
    if (b->garbage || (b->profile.check_baud && b->host_baud != 0 && b->host_baud != b->baud)) {
        for (size_t i = 0; i < len; i++)
            garbled[i] = (uint8_t)(sim_random(b) | 0x80);
        b->counters.garbled_bytes += len;
        data = garbled;
    }
    b->callbacks.to_host(b->ctx, data, len);
}

static size_t piece(struct sim_board *b, size_t waiting, int64_t *ret_us)
{
    size_t len = waiting < PIECE_MAX ? waiting : PIECE_MAX;

    if (b->profile.fragment_max > 0 && (!b->call_on || b->call_at->mode != SIM_MODE_DATA)) {
        size_t most = 1 + sim_random(b) % (uint32_t)b->profile.fragment_max;

        len = len < most ? len : most;
    }
    *ret_us = 0;
    if (b->profile.pace) {
        size_t most = b->baud / 10 / 200 + 1; /* 5 ms worth of line */

        len = len < most ? len : most;
        *ret_us = (int64_t)len * 10 * 1000000 / b->baud;
    }
    return len;
}

/* The answer to AT+IPR= and AT+IFC= still leaves under the old settings. */
static void drained(struct sim_board *b)
{
    sim_work(b, SIM_WORK_WIRE, false);
    if (b->next_baud) {
        b->baud = b->next_baud;
        b->next_baud = 0;
    }
    if (b->flow_wanted)
        b->flow = true;
}

/* Is there something for the wire? The multiplexer gives a frame at a time, when the one before has left: so that DLCs
 * take turns on the wire and not in a queue. */
static bool waiting(struct sim_board *b)
{
    return mc_buf_len(&b->out) > 0 || sim_mux_fill(b->mux, &b->out);
}

static void on_out(void *ctx)
{
    struct sim_board *b = ctx;
    int64_t now_us = sim_now(b) * 1000, took_us;
    uint8_t copy[PIECE_MAX];
    size_t len;
    bool more;

    if (held(b) || !waiting(b))
        return;
    if (b->wire_free_us < now_us - WIRE_BACKLOG_US)
        b->wire_free_us = now_us - WIRE_BACKLOG_US;
    len = piece(b, mc_buf_len(&b->out), &took_us);
    b->wire_free_us += took_us;
    memcpy(copy, mc_buf_head(&b->out), len);
    mc_buf_consume(&b->out, len);
    more = waiting(b);
    if (more)
        mc_timer_arm(&b->out_timer, b->queue, b->wire_free_us > now_us ? (b->wire_free_us - now_us + 999) / 1000 : 0);
    if (b->plugged)
        emit(b, copy, len);
    if (!more)
        drained(b);
}

void sim_out_kick(struct sim_board *b)
{
    int64_t now_us = sim_now(b) * 1000;

    if (held(b) || mc_timer_armed(&b->out_timer) || !waiting(b))
        return;
    sim_work(b, SIM_WORK_WIRE, true);
    if (b->wire_free_us < now_us)
        b->wire_free_us = now_us;
    mc_timer_arm(&b->out_timer, b->queue, (b->wire_free_us - now_us) / 1000);
}

void sim_out(struct sim_board *b, const void *data, size_t len_bytes)
{
    if (b->mute || !b->plugged || mc_buf_append(&b->out, data, len_bytes) < 0) {
        b->counters.dropped_bytes += len_bytes;
        return;
    }
    sim_out_kick(b);
}

void sim_out_drop(struct sim_board *b)
{
    b->counters.dropped_bytes += mc_buf_len(&b->out);
    mc_buf_consume(&b->out, mc_buf_len(&b->out));
    mc_timer_disarm(&b->out_timer);
    drained(b);
}

void sim_channel_urc(struct sim_channel *channel, const char *text)
{
    char line[320];
    int len;

    if (!sim_channel_listens(channel))
        return;
    len = snprintf(line, sizeof(line), "\r\n%.*s\r\n", (int)sizeof(line) - 5, text);
    sim_channel_out(channel, line, (size_t)len);
}

void sim_urc(struct sim_board *b, const char *fmt, ...)
{
    char text[320];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    for (int i = 0; i <= SIM_MUX_DLCIS; i++)
        if (i == 0 || sim_mux_is_open(b->mux, i))
            sim_channel_urc(&b->channels[i], text);
}

void sim_out_init(struct sim_board *b)
{
    mc_buf_init(&b->out, SIM_OUT_LIMIT);
    mc_timer_init(&b->out_timer, "sim-out", on_out, b);
}
