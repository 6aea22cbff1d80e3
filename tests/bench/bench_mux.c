/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/line/mux.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/*
 * How fast the multiplexer frames and deframes, in MB of payload a second of processor time: what one end is given to
 * send is written as frames, which the other end reads in fragments of 512 bytes (a full USB read) and hands out. N1 is
 * 1024, and 256 as AT+CMUX is told. Beside it memcpy of as many bytes in pieces of N1, as the measure of this machine.
 */

#define FRAGMENT_BYTES 512
#define RUN_S          0.5
#define PIECE_BYTES    1500 /* a PPP frame */

struct bench {
    struct mc_timerq *queue;
    struct mc_mux *ends[2]; /* the first sends, the second hears */
    uint8_t wire[1 << 16];
    size_t wire_len;
    uint64_t heard_bytes, sum;
};

static int on_write(void *ctx, const void *data, size_t len)
{
    struct bench *bench = ctx;
    memcpy(bench->wire + bench->wire_len, data, len); /* as a port's queue does */
    bench->wire_len += len;
    return 0;
}

static int on_silent_write(void *ctx, const void *data, size_t len)
{
    return 0;
}

static size_t on_data(void *ctx, unsigned dlci, const uint8_t *data, size_t len)
{
    struct bench *bench = ctx;
    bench->heard_bytes += len;
    bench->sum += data[0] + data[len - 1];
    return len;
}

static void on_opened(void *ctx, unsigned dlci, int result)
{
}

static void on_closed(void *ctx, unsigned dlci)
{
}

static void on_room(void *ctx, unsigned dlci)
{
}

static void on_stopped(void *ctx, unsigned dlci, bool goes_on)
{
}

static void on_stray(void *ctx, const uint8_t *data, size_t len)
{
}

static void on_ended(void *ctx, enum mc_mux_end why)
{
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* what else this machine does is not of interest */
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void begin(struct bench *bench, unsigned n1)
{
    struct mc_mux_callbacks callbacks = {.write = on_write,
                                         .data = on_data,
                                         .opened = on_opened,
                                         .closed = on_closed,
                                         .room = on_room,
                                         .stopped = on_stopped,
                                         .stray = on_stray,
                                         .ended = on_ended};
    *bench = (struct bench){.queue = mc_timerq_new(0)};
    for (int i = 0; i < 2; i++) {
        bench->ends[i] = mc_mux_new(bench->queue, n1, 115200, &callbacks, bench);
        mc_mux_adopt(bench->ends[i], 1 << 1);
        callbacks.write = on_silent_write; /* MSCs and answers */
    }
    bench->wire_len = 0;
}

static void end(struct bench *bench)
{
    for (int i = 0; i < 2; i++)
        mc_mux_free(bench->ends[i]);
    mc_timerq_free(bench->queue);
}

/* @return MB/s; -1: not all of it came. An AT channel, which no pace holds back. */
static double bench_mux(unsigned n1, const uint8_t *data)
{
    static struct bench bench;
    uint64_t bytes = 0;
    begin(&bench, n1);
    double began_s = now_s(), spent_s = 0;
    for (; spent_s < RUN_S; spent_s = now_s() - began_s) {
        for (int i = 0; i < 1000; i++) {
            mc_mux_send(bench.ends[0], 1, data + i * 8, PIECE_BYTES);
            bytes += PIECE_BYTES;
            if (bench.wire_len < sizeof(bench.wire) / 2)
                continue;
            for (size_t at = 0; at < bench.wire_len; at += FRAGMENT_BYTES) {
                size_t left = bench.wire_len - at;
                mc_mux_feed(bench.ends[1], bench.wire + at, left < FRAGMENT_BYTES ? left : FRAGMENT_BYTES);
            }
            bench.wire_len = 0;
        }
    }
    for (size_t at = 0; at < bench.wire_len; at += FRAGMENT_BYTES)
        mc_mux_feed(bench.ends[1], bench.wire + at,
                    bench.wire_len - at < FRAGMENT_BYTES ? bench.wire_len - at : FRAGMENT_BYTES);
    end(&bench);
    return bench.heard_bytes == bytes ? (double)bytes / spent_s / 1e6 : -1;
}

static double bench_memcpy(unsigned n1, const uint8_t *data)
{
    static uint8_t out[16384];
    uint64_t bytes = 0;
    volatile uint8_t sink;
    double began_s = now_s(), spent_s = 0;
    for (; spent_s < RUN_S; spent_s = now_s() - began_s) {
        for (int i = 0; i < 1000; i++) {
            memcpy(out + (i & 7) * n1, data + i * 8, n1);
            sink = out[(i & 7) * n1 + (unsigned)i % n1];
            bytes += n1;
        }
    }
    (void)sink;
    return (double)bytes / spent_s / 1e6;
}

int main(void)
{
    static uint8_t data[16384];
    for (size_t i = 0; i < sizeof(data); i++) /* every value as often, flags too */
        data[i] = (uint8_t)((i * 2654435761u) >> 11);
    double wide = bench_mux(1024, data), narrow = bench_mux(256, data), copy = bench_memcpy(1024, data);
    printf("mux: %.0f MB/s of payload framed and deframed at N1 1024, %.0f MB/s at 256; memcpy %.0f MB/s, ratio %.3f\n",
           wide, narrow, copy, wide / copy);
    return wide < 0 || narrow < 0;
}
