/* SPDX-License-Identifier: MIT */
#include "fake_transport.h"
#include <assert.h>
#include <errno.h>
#include <string.h>

#define LIMIT_BYTES (16 << 20)

static struct fake_transport *fake_of(struct mc_transport *transport)
{
    return (struct fake_transport *)transport;
}

static void on_deliver(void *ctx)
{
    struct fake_transport *fake = ctx;
    uint8_t part[4096];
    size_t len = mc_buf_len(&fake->incoming);

    if (fake->closed || fake->stopped || len == 0 || !fake->base.events || !fake->base.events->on_bytes)
        return;
    if (fake->fragment_bytes && len > fake->fragment_bytes)
        len = fake->fragment_bytes;
    if (len > sizeof(part))
        len = sizeof(part);
    memcpy(part, mc_buf_head(&fake->incoming), len);
    size_t taken = fake->base.events->on_bytes(fake->base.ctx, part, len);
    assert(taken <= len);
    mc_buf_consume(&fake->incoming, taken);
    fake->stopped = taken < len;
    if (!fake->closed && !fake->stopped && mc_buf_len(&fake->incoming))
        mc_timer_arm(&fake->deliver, fake->queue, 0);
}

static void on_drained(void *ctx)
{
    struct fake_transport *fake = ctx;

    fake->pending = 0;
    if (fake->base.events && fake->base.events->on_drained)
        fake->base.events->on_drained(fake->base.ctx);
}

static void on_gone(void *ctx)
{
    struct fake_transport *fake = ctx;

    mc_timer_disarm(&fake->deliver);
    mc_timer_disarm(&fake->drained);
    if (fake->base.events && fake->base.events->on_closed)
        fake->base.events->on_closed(fake->base.ctx, fake->closed_error);
}

static int fake_write(struct mc_transport *transport, const void *data, size_t len_bytes)
{
    struct fake_transport *fake = fake_of(transport);

    assert(!fake->closed);
    if (fake->write_error)
        return fake->write_error;
    int r = mc_buf_append(&fake->written, data, len_bytes);
    if (r < 0)
        return r;
    fake->pending += len_bytes;
    if (!fake->hold_drained)
        mc_timer_arm(&fake->drained, fake->queue, 0);
    return 0;
}

static size_t fake_pending_bytes(const struct mc_transport *transport)
{
    return ((const struct fake_transport *)transport)->pending;
}

static void fake_resume(struct mc_transport *transport)
{
    struct fake_transport *fake = fake_of(transport);

    fake->stopped = false;
    mc_timer_arm(&fake->deliver, fake->queue, 0);
}

static int fake_set_baud(struct mc_transport *transport, uint32_t baud)
{
    fake_of(transport)->baud = baud;
    return 0;
}

static int fake_set_flow(struct mc_transport *transport, enum mc_flow flow)
{
    fake_of(transport)->flow = flow;
    return 0;
}

static int fake_set_dtr(struct mc_transport *transport, bool on)
{
    fake_of(transport)->dtr = on;
    fake_of(transport)->dtr_changes++;
    return 0;
}

static int fake_set_rts(struct mc_transport *transport, bool on)
{
    fake_of(transport)->rts = on;
    fake_of(transport)->rts_changes++;
    return 0;
}

static int fake_set_break(struct mc_transport *transport, bool on)
{
    fake_of(transport)->brk = on;
    fake_of(transport)->breaks += on;
    return 0;
}

static int fake_get_dsr(struct mc_transport *transport)
{
    return fake_of(transport)->dsr;
}

static void fake_close(struct mc_transport *transport)
{
    struct fake_transport *fake = fake_of(transport);

    fake->closed = true;
    mc_timer_disarm(&fake->deliver);
    mc_timer_disarm(&fake->drained);
    mc_timer_disarm(&fake->gone);
}

static const struct mc_transport_ops ops = {
    .write = fake_write,
    .pending_bytes = fake_pending_bytes,
    .resume = fake_resume,
    .set_baud = fake_set_baud,
    .set_flow = fake_set_flow,
    .set_dtr = fake_set_dtr,
    .set_rts = fake_set_rts,
    .set_break = fake_set_break,
    .get_dsr = fake_get_dsr,
    .close = fake_close,
};

void fake_transport_init(struct fake_transport *fake, struct mc_timerq *queue)
{
    *fake = (struct fake_transport){.base.ops = &ops, .queue = queue, .baud = 115200, .dtr = true, .rts = true};
    mc_buf_init(&fake->written, LIMIT_BYTES);
    mc_buf_init(&fake->incoming, LIMIT_BYTES);
    mc_timer_init(&fake->deliver, "fake-deliver", on_deliver, fake);
    mc_timer_init(&fake->drained, "fake-drained", on_drained, fake);
    mc_timer_init(&fake->gone, "fake-gone", on_gone, fake);
}

void fake_transport_free(struct fake_transport *fake)
{
    fake_close(&fake->base);
    mc_buf_free(&fake->written);
    mc_buf_free(&fake->incoming);
}

void fake_transport_send(struct fake_transport *fake, const void *data, size_t len_bytes)
{
    int r = mc_buf_append(&fake->incoming, data, len_bytes);

    assert(r == 0);
    (void)r;
    if (!mc_timer_armed(&fake->deliver))
        mc_timer_arm(&fake->deliver, fake->queue, 0);
}

void fake_transport_say(struct fake_transport *fake, const char *text)
{
    fake_transport_send(fake, text, strlen(text));
}

void fake_transport_hang_up(struct fake_transport *fake, int error)
{
    fake->closed_error = error;
    mc_timer_arm(&fake->gone, fake->queue, 0);
}

void fake_transport_drain(struct fake_transport *fake)
{
    mc_timer_arm(&fake->drained, fake->queue, 0);
}

const char *fake_transport_take(struct fake_transport *fake, size_t *ret_len_bytes)
{
    static char text[65536];
    size_t len = mc_buf_len(&fake->written);

    assert(len < sizeof(text));
    if (len)
        memcpy(text, mc_buf_head(&fake->written), len);
    text[len] = '\0';
    mc_buf_consume(&fake->written, len);
    if (ret_len_bytes)
        *ret_len_bytes = len;
    return text;
}
