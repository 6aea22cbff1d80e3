/* SPDX-License-Identifier: MIT */
#include "muxdesk.h"
#include <errno.h>

static void add(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add(char *text, size_t size, const char *format, ...)
{
    size_t len = strlen(text);
    va_list list;
    va_start(list, format);
    assert_true(len + (size_t)vsnprintf(text + len, size - len, format, list) < size);
    va_end(list);
}
#define TOLD(desk, ...) add((desk)->events, sizeof((desk)->events), __VA_ARGS__)

static const char *name(uint8_t control)
{
    switch (control) {
    case MUX_DM:
        return "DM";
    case MUX_SABM:
        return "SABM";
    case MUX_DISC:
        return "DISC";
    case MUX_UA:
        return "UA";
    default:
        return "UIH";
    }
}

static void heard(void *ctx, const struct mux_frame *frame)
{
    struct desk *desk = ctx;
    if (frame->dlci > 0 && frame->dlci < 5 && frame->info_bytes > 0) {
        assert_int_equal(mc_buf_append(&desk->carried[frame->dlci], frame->info, frame->info_bytes), 0);
        if (desk->quiet)
            return;
    }
    add(desk->out, sizeof(desk->out), "%s%s%u", *desk->out ? " " : "", name(frame->control), frame->dlci);
    for (size_t i = 0; i < frame->info_bytes; i++)
        add(desk->out, sizeof(desk->out), "%s%02x%s", i ? "" : "[", frame->info[i],
            i + 1 < frame->info_bytes ? "" : "]");
}

static void heard_stray(void *ctx, const uint8_t *data, size_t len)
{
    fail_msg("the multiplexer wrote what is no frame");
}

static int on_write(void *ctx, const void *data, size_t len)
{
    static const struct mux_reader_events events = {.frame = heard, .stray = heard_stray};
    struct desk *desk = ctx;
    if (desk->write_result < 0)
        return desk->write_result;
    desk->written_bytes += (int64_t)len;
    /* The C/R bit is that of who opened the multiplexer (27.010, 5.2.1.2): we are, so that answers have none. */
    const uint8_t *first = data, control = first[2] & (uint8_t)~MUX_PF;
    assert_int_equal((first[1] & 2) == 0, control == MUX_UA || control == MUX_DM);
    mc_mux_read(&desk->host, &events, desk, data, len);
    return 0;
}

static size_t on_pending(void *ctx)
{
    return ((struct desk *)ctx)->pending;
}

static size_t on_data(void *ctx, unsigned dlci, const uint8_t *data, size_t len)
{
    struct desk *desk = ctx;
    size_t n = len < desk->take ? len : desk->take;
    assert_int_not_equal(len, 0);
    assert_int_equal(mc_buf_append(&desk->got[dlci], data, n), 0);
    if (desk->closes_in_data)
        mc_mux_close_dlc(desk->mux, desk->closes_in_data);
    return n;
}

static void on_opened(void *ctx, unsigned dlci, int result)
{
    TOLD((struct desk *)ctx, "opened%u=%s ", dlci, result == 0 ? "0" : result == -ECONNREFUSED ? "refused" : "late");
}

static void on_closed(void *ctx, unsigned dlci)
{
    TOLD((struct desk *)ctx, "closed%u ", dlci);
}

static void on_room(void *ctx, unsigned dlci)
{
    TOLD((struct desk *)ctx, "room%u ", dlci);
}

static void on_stopped(void *ctx, unsigned dlci, bool goes_on)
{
    TOLD((struct desk *)ctx, "%s%u ", goes_on ? "goes-on" : "stopped", dlci);
}

static void on_stray(void *ctx, const uint8_t *data, size_t len)
{
    TOLD((struct desk *)ctx, "(%.*s) ", (int)len, (const char *)data);
}

static void on_ended(void *ctx, enum mc_mux_end why)
{
    static const char *const words[] = {"CLOSED", "LEFT", "SILENT", "NO_ANSWER"};
    TOLD((struct desk *)ctx, "ended=%s ", words[why]);
}

void desk_open(struct desk *desk, unsigned n1, int32_t baud)
{
    static const struct mc_mux_callbacks callbacks = {.write = on_write,
                                                      .pending = on_pending,
                                                      .data = on_data,
                                                      .opened = on_opened,
                                                      .closed = on_closed,
                                                      .room = on_room,
                                                      .stopped = on_stopped,
                                                      .stray = on_stray,
                                                      .ended = on_ended};
    *desk = (struct desk){.take = SIZE_MAX};
    for (int i = 0; i < 5; i++) {
        mc_buf_init(&desk->got[i], 4 << 20);
        mc_buf_init(&desk->carried[i], 4 << 20);
    }
    desk->queue = mc_timerq_new(1000);
    desk->mux = mc_mux_new(desk->queue, n1, baud, &callbacks, desk);
    assert_non_null(desk->mux);
    mc_mux_set_kind(desk->mux, 2, MC_MUX_DATA);
    mc_mux_set_kind(desk->mux, 3, MC_MUX_DATA);
}

void desk_ready(struct desk *desk, unsigned n1, int32_t baud)
{
    desk_open(desk, n1, baud);
    mc_mux_start(desk->mux);
    desk_say(desk, 0, MUX_UA, NULL, 0);
    for (unsigned i = 1; i <= 2; i++) {
        mc_mux_open(desk->mux, i);
        desk_say(desk, i, MUX_UA, NULL, 0);
        desk_command(desk, (const char[]){(char)0xe1, 5, (char)(i << 2 | 3), (char)0x8d}, 4);
    }
    desk_pass(desk, 10);
    desk_told(desk, "opened0=0 opened1=0 opened2=0 ");
    desk_wrote(desk, "SABM0 SABM1 UIH0[e305078d] SABM2 UIH0[e3050b8d]");
}

void desk_close(struct desk *desk)
{
    mc_mux_free(desk->mux);
    assert_int_equal(mc_timerq_next_ms(desk->queue), -1);
    mc_timerq_free(desk->queue);
    for (int i = 0; i < 5; i++) {
        mc_buf_free(&desk->got[i]);
        mc_buf_free(&desk->carried[i]);
    }
}

void desk_forget(struct desk *desk)
{
    desk->out[0] = desk->events[0] = '\0';
}

void desk_pass(struct desk *desk, int64_t ms)
{
    int64_t end_ms = mc_timerq_now_ms(desk->queue) + ms, next_ms;
    while ((next_ms = mc_timerq_next_ms(desk->queue)) >= 0 && next_ms <= end_ms) {
        mc_timerq_advance(desk->queue, next_ms);
        mc_timerq_run(desk->queue);
    }
    mc_timerq_advance(desk->queue, end_ms);
}

void desk_say(struct desk *desk, unsigned dlci, uint8_t control, const void *info, size_t len)
{
    uint8_t frame[MUX_FRAME_MAX];
    mc_mux_feed(desk->mux, frame, mc_mux_frame_put(frame, dlci, control, false, info, len));
}

void desk_command(struct desk *desk, const char *info, size_t len)
{
    desk_say(desk, 0, MUX_UIH, info, len);
}

void desk_wrote(struct desk *desk, const char *words)
{
    assert_string_equal(desk->out, words);
    desk->out[0] = '\0';
}

void desk_told(struct desk *desk, const char *words)
{
    assert_string_equal(desk->events, words);
    desk->events[0] = '\0';
}
