/* SPDX-License-Identifier: MIT */
#include "bench.h"

/* ---- requests ---- */

static enum mc_fault say_fault(struct bench *b, const char *what, enum mc_fault fault, char *detail, size_t size)
{
    bench_say(b, "%s", what);
    if (fault != MC_FAULT_NONE)
        snprintf(detail, size, "%s failed", what);
    return fault;
}

static enum mc_fault on_open(void *ctx, char *detail, size_t size)
{
    return say_fault(ctx, "open", ((struct bench *)ctx)->open_fault, detail, size);
}

static void on_close(void *ctx)
{
    bench_say(ctx, "close");
}

static int on_write(void *ctx, const void *data, size_t len)
{
    struct bench *b = ctx;
    bench_say(b, "write %.*s", (int)len - (((const char *)data)[len - 1] == '\r'), (const char *)data);
    return b->write_result;
}

static int on_set_baud(void *ctx, int32_t baud)
{
    bench_say(ctx, "baud %d", (int)baud);
    return 0;
}

static int on_set_flow(void *ctx, enum mc_flow flow)
{
    bench_say(ctx, "flow %d", (int)flow);
    return 0;
}

static enum mc_fault on_call_check(void *ctx, char *detail, size_t size)
{
    return say_fault(ctx, "call-check", ((struct bench *)ctx)->check_fault, detail, size);
}

static enum mc_fault on_call(void *ctx, char *detail, size_t size)
{
    return say_fault(ctx, "call", ((struct bench *)ctx)->call_fault, detail, size);
}

static size_t on_to_call(void *ctx, const uint8_t *data, size_t len)
{
    bench_say(ctx, "to-call %zu", len);
    return len;
}

static void on_call_stop(void *ctx)
{
    bench_say(ctx, "call-stop");
}

static void on_call_kill(void *ctx)
{
    bench_say(ctx, "call-kill");
}

static void on_network(void *ctx, bool up)
{
    bench_say(ctx, "network %s", up ? "up" : "down");
}

static void on_traffic(void *ctx, uint64_t *ret_rx, uint64_t *ret_tx)
{
    const struct bench *b = ctx;
    *ret_rx = b->rx;
    *ret_tx = b->tx;
}

static int on_probe(void *ctx)
{
    struct bench *b = ctx;
    bench_say(b, "probe");
    if (b->probe_result == 0)
        b->tx += 84; /* it is traffic, too */
    return b->probe_result;
}

static int on_powered(void *ctx)
{
    return ((struct bench *)ctx)->powered;
}

static void on_board(void *ctx, enum mc_board_line what)
{
    static const char *const names[] = {"reset", "power-cycle", "power-on", "power-off"};
    bench_say(ctx, "board %s", names[what]);
}

static void on_save(void *ctx)
{
    bench_say(ctx, "save");
}

static uint32_t on_random(void *ctx)
{
    return ((struct bench *)ctx)->random;
}

static void on_trace(void *ctx, enum mc_line_channel channel, enum mc_at_direction direction, const char *text)
{
    if (direction == MC_AT_RECEIVED)
        bench_say(ctx, "heard %s", text);
}

static void on_call_room(void *ctx)
{
    bench_say(ctx, "call room");
}

static size_t on_pending(void *ctx)
{
    return 0;
}

static void on_data_mode(void *ctx, bool on)
{
    bench_say(ctx, "data-mode %d", on);
}

const struct mc_link_requests bench_requests = {
    .open = on_open,
    .close = on_close,
    .write = on_write,
    .set_baud = on_set_baud,
    .set_flow = on_set_flow,
    .call_check = on_call_check,
    .call = on_call,
    .to_call = on_to_call,
    .call_stop = on_call_stop,
    .call_kill = on_call_kill,
    .network = on_network,
    .traffic = on_traffic,
    .probe = on_probe,
    .powered = on_powered,
    .board = on_board,
    .save = on_save,
    .random = on_random,
    .trace = on_trace,
    .data_mode = on_data_mode,
    .call_room = on_call_room,
    .pending = on_pending,
};

/* ---- life ---- */

void bench_init(struct bench *b)
{
    bench_begin(b);
    b->policy = mc_policy_new(&b->settings, on_random, b);
    assert_non_null(b->policy);
}

void bench_done(struct bench *b)
{
    mc_policy_free(b->policy);
    bench_end(b);
}
