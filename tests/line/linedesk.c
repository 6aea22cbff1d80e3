/* SPDX-License-Identifier: MIT */
#include "linedesk.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell(struct linedesk *desk, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void tell(struct linedesk *desk, const char *format, ...)
{
    size_t len = strlen(desk->log);
    va_list list;
    va_start(list, format);
    assert_true(len + (size_t)vsnprintf(desk->log + len, sizeof(desk->log) - len, format, list) < sizeof(desk->log));
    va_end(list);
}

static void on_frame(void *ctx, const struct mux_frame *frame)
{
    static const struct {
        uint8_t control;
        const char *name;
    } names[] = {{MUX_SABM, "SABM"}, {MUX_DISC, "DISC"}, {MUX_UA, "UA"}, {MUX_DM, "DM"}};
    for (size_t i = 0; i < MC_LENGTH_OF(names); i++)
        if (frame->control == names[i].control)
            tell(ctx, "%s%u ", names[i].name, frame->dlci);
    if (frame->control == MUX_UIH && frame->dlci > 0)
        tell(ctx, "UIH%u(%.*s) ", frame->dlci, (int)frame->info_bytes, (const char *)frame->info);
}

static void on_plain_bytes(void *ctx, const uint8_t *data, size_t len)
{
    tell(ctx, "plain(%.*s) ", (int)len, (const char *)data);
}

static int on_write(void *ctx, const void *data, size_t len)
{
    static const struct mux_reader_events events = {.frame = on_frame, .stray = on_plain_bytes};
    struct linedesk *desk = ctx;
    if (desk->full)
        return -EAGAIN;
    mc_mux_read(&desk->modem, &events, desk, data, len);
    return 0;
}

static size_t on_data(void *ctx, const uint8_t *data, size_t len)
{
    struct linedesk *desk = ctx;
    size_t n = len < desk->take ? len : desk->take;
    assert_int_not_equal(len, 0);
    tell(desk, "data(%.*s) ", (int)n, (const char *)data);
    return n;
}

static void on_urc(void *ctx, enum mc_line_channel channel, const char *text)
{
    struct linedesk *desk = ctx;
    tell(desk, "urc%d(%s) ", (int)channel, text);
    if (desk->plain_in_urc)
        mc_line_plain(desk->line);
}

static void on_owner(void *ctx, enum mc_line_owner owner)
{
    static const char *const names[] = {"at", "data", "raw", "mux"};
    struct linedesk *desk = ctx;
    tell(desk, "owner=%s ", names[owner]);
    if (desk->command_in_owner && owner == MC_LINE_OWNER_DATA)
        mc_line_command(desk->line);
}

static void on_trace(void *ctx, enum mc_line_channel channel, enum mc_at_direction direction, const char *text)
{
    static const char *const names[] = {"sent", "received", "urc", "late", "mark"};
    struct linedesk *desk = ctx;
    if (desk->traced)
        tell(desk, "%s%d[%s] ", names[direction], (int)channel, text);
}

static void on_room(void *ctx)
{
    tell(ctx, "room ");
}

static void on_data_closed(void *ctx)
{
    tell(ctx, "data-closed ");
}

static void on_mux_lost(void *ctx, bool left, const char *why)
{
    tell(ctx, "lost ");
}

void linedesk_on_done(void *ctx, int result)
{
    tell(ctx, "done=%d ", result);
}

static void on_answer(void *ctx, const struct mc_at_answer *answer)
{
    tell(ctx, "%s ", mc_at_result_name(answer->result));
}

void linedesk_make_line(struct linedesk *desk, bool all)
{
    static const struct mc_line_callbacks few = {.write = on_write, .data = on_data},
                                          callbacks = {.write = on_write,
                                                       .data = on_data,
                                                       .urc = on_urc,
                                                       .trace = on_trace,
                                                       .owner = on_owner,
                                                       .room = on_room,
                                                       .data_closed = on_data_closed,
                                                       .mux_lost = on_mux_lost};
    mc_line_free(desk->line);
    desk->line = mc_line_new(desk->queue, all ? &callbacks : &few, desk);
    assert_non_null(desk->line);
}

void linedesk_pass(struct linedesk *desk, int64_t ms)
{
    int64_t end_ms = mc_timerq_now_ms(desk->queue) + ms, next_ms;
    while ((next_ms = mc_timerq_next_ms(desk->queue)) >= 0 && next_ms <= end_ms) {
        mc_timerq_advance(desk->queue, next_ms);
        mc_timerq_run(desk->queue);
    }
    mc_timerq_advance(desk->queue, end_ms);
}

void linedesk_expect(struct linedesk *desk, const char *log)
{
    assert_string_equal(desk->log, log);
    desk->log[0] = '\0';
}

size_t linedesk_frame(uint8_t *out, unsigned dlci, uint8_t control, const char *info)
{
    return mc_mux_frame_put(out, dlci, control, false, (const uint8_t *)info, info ? strlen(info) : 0);
}

/* The modem sends a frame, or what is none. */
void linedesk_say(struct linedesk *desk, unsigned dlci, uint8_t control, const char *info)
{
    uint8_t frame[MUX_FRAME_MAX];
    size_t len = linedesk_frame(frame, dlci, control, info);
    assert_int_equal(mc_line_feed(desk->line, frame, len), len);
}

void linedesk_say_plainly(struct linedesk *desk, const char *text)
{
    assert_int_equal(mc_line_feed(desk->line, (const uint8_t *)text, strlen(text)), strlen(text));
}

void linedesk_send_on(struct linedesk *desk, struct mc_at *at, const char *text, unsigned flags)
{
    const struct mc_at_command command = {.text = text, .timeout_ms = 60000, .flags = flags};
    assert_int_equal(mc_at_send(at, &command, on_answer, desk), 0);
    linedesk_pass(desk, 20); /* a write that is refused is told from the queue */
}

void linedesk_send_at(struct linedesk *desk, const char *text)
{
    linedesk_send_on(desk, mc_line_at(desk->line), text, 0);
}

int linedesk_set_up(void **state)
{
    struct linedesk *desk = calloc(1, sizeof(*desk));
    if (!desk)
        return -1;
    desk->take = SIZE_MAX;
    desk->queue = mc_timerq_new(1000);
    linedesk_make_line(desk, true);
    *state = desk;
    return 0;
}

int linedesk_tear_down(void **state)
{
    struct linedesk *desk = *state;
    mc_line_free(desk->line);
    assert_int_equal(mc_timerq_next_ms(desk->queue), -1);
    mc_timerq_free(desk->queue);
    free(desk);
    return 0;
}

void linedesk_open_both(struct linedesk *desk)
{
    mc_line_mux_start(desk->line, 64, 115200, linedesk_on_done, desk);
    for (unsigned dlci = 0; dlci <= 2; dlci++)
        linedesk_say(desk, dlci, MUX_UA, NULL);
    linedesk_expect(desk, "SABM0 SABM1 SABM2 owner=mux done=0 ");
    linedesk_pass(desk, 1000); /* what is to be said of signals was said */
}

void linedesk_dial(struct linedesk *desk)
{
    linedesk_send_on(desk, mc_line_dial_at(desk->line), "ATD*99#", MC_AT_DIALS);
    linedesk_say(desk, 2, MUX_UIH, "\r\nCONNECT\r\n");
    linedesk_expect(desk, "UIH2(ATD*99#\r) CONNECT ");
    mc_line_data(desk->line, true);
    assert_true(mc_line_carries(desk->line));
}
