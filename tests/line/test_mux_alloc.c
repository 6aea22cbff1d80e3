/* SPDX-License-Identifier: MIT */
/* Each allocation of a line's life in the multiplexer fails once: every command that was accepted is answered once,
 * what waits for an end gets one, nothing leaks, and the line goes on: in the multiplexer, or plain. */
#include "../../src/line/mux_frame.h"
#include "alloc_fail.h"
#include <errno.h>
#include <microcat/line/line.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* A modem that allocates nothing. */
struct modem {
    bool muxed;
    bool dialled; /* DLC 2 carries data */
    size_t heard_bytes;
    struct mux_reader reader;
    uint8_t wire[1 << 17]; /* for the host */
    size_t wire_len;
};

static struct modem modem;
static struct mc_timerq *queue;
static struct mc_line *line;
static unsigned sent, done, lost, ends, room;
static size_t take, data_bytes, given;
static int result;
static uint8_t bulk[40000];

/* ---- the modem ---- */

static void says(unsigned dlci, uint8_t control, const void *info, size_t len)
{
    assert_true(modem.wire_len + MUX_FRAME_MAX < sizeof(modem.wire));
    modem.wire_len += mc_mux_frame_put(modem.wire + modem.wire_len, dlci, control, false, info, len);
}

static void answers(unsigned dlci, const char *text)
{
    if (modem.muxed) {
        says(dlci, MUX_UIH, text, strlen(text));
        return;
    }
    memcpy(modem.wire + modem.wire_len, text, strlen(text));
    modem.wire_len += strlen(text);
}

static void hears_text(unsigned dlci, const uint8_t *text, size_t len)
{
    if (dlci == 2 && modem.dialled) {
        modem.heard_bytes += len;
    } else if (len >= 3 && !memcmp(text, "ATD", 3)) {
        answers(dlci, "\r\nCONNECT\r\n");
        modem.dialled = true;
    } else if (len >= 2 && !memcmp(text, "AT", 2)) {
        answers(dlci, "\r\nOK\r\n");
    }
}

static void hears_frame(void *ctx, const struct mux_frame *frame)
{
    uint8_t info[64];
    modem.dialled = modem.dialled && !(frame->control == MUX_DISC && frame->dlci == 2);
    if (frame->control == MUX_SABM || frame->control == MUX_DISC)
        says(frame->dlci, MUX_UA | MUX_PF, NULL, 0);
    else if (frame->control == MUX_UIH && frame->dlci == 0 && frame->info_bytes < sizeof(info) &&
             frame->info[0] & 2) { /* a command: the same, as an answer */
        memcpy(info, frame->info, frame->info_bytes);
        info[0] &= (uint8_t)~2u;
        says(0, MUX_UIH, info, frame->info_bytes);
        modem.muxed = modem.muxed && info[0] != 0xc1; /* CLD */
    } else if (frame->control == MUX_UIH) {
        hears_text(frame->dlci, frame->info, frame->info_bytes);
    }
}

static void hears_stray(void *ctx, const uint8_t *data, size_t len)
{
}

static int on_write(void *ctx, const void *data, size_t len)
{
    static const struct mux_reader_events events = {.frame = hears_frame, .stray = hears_stray};
    if (modem.muxed)
        mc_mux_read(&modem.reader, &events, NULL, data, len);
    else
        hears_text(0, data, len);
    return 0;
}

/* ---- the host ---- */

static size_t on_data(void *ctx, const uint8_t *data, size_t len)
{
    size_t taken = len < take ? len : take;
    data_bytes += taken;
    return taken;
}

static void on_room(void *ctx)
{
    room++;
}

static void on_mux_lost(void *ctx, bool left, const char *why)
{
    lost++;
}

static void on_done(void *ctx, const struct mc_at_answer *answer)
{
    done++;
}

static void on_end(void *ctx, int r)
{
    ends++;
    result = r;
}

/* What the modem has said is heard, and a millisecond passes. */
static void pass(int64_t ms)
{
    static uint8_t wire[sizeof(modem.wire)];
    for (int64_t i = 0; i < ms; i++) {
        size_t len = modem.wire_len;
        memcpy(wire, modem.wire, len);
        modem.wire_len = 0;
        mc_line_feed(line, wire, len);
        mc_timerq_advance(queue, mc_timerq_now_ms(queue) + 1);
        mc_timerq_run(queue);
    }
}

static void send(struct mc_at *at, const char *text)
{
    const struct mc_at_command command = {.text = text, .timeout_ms = 1000};
    int r = mc_at_send(at, &command, on_done, NULL);
    assert_true(r == 0 || r == -ENOMEM || r == -EBUSY);
    sent += r == 0;
    pass(1100);
}

/* Flow control both ways, and more than is kept. */
static void carry(void)
{
    take = 0;
    for (int i = 0; i < 4 && mc_line_carries(line); i++)
        says(2, MUX_UIH, bulk, 1000);
    pass(20);
    take = SIZE_MAX;
    mc_line_resume_data(line);
    pass(20);
    for (size_t at = 0; at < sizeof(bulk) && mc_line_carries(line);) {
        int r = mc_line_send_data(line, bulk + at, sizeof(bulk) - at);
        assert_true(r >= 0);
        at += (size_t)r;
        given += (size_t)r;
        pass(50);
    }
    pass(1000);
    assert_int_equal(modem.heard_bytes, given);
}

static void live(void)
{
    ends = 0;
    modem.muxed = true; /* it said OK to AT+CMUX */
    mc_line_mux_start(line, 256, 115200, on_end, NULL);
    pass(7000);
    assert_int_equal(ends, 1);
    if (result == 0) {
        assert_true(mc_line_muxed(line));
        send(mc_line_at(line), "AT");
        send(mc_line_dial_at(line), "ATD*99#");
        if (modem.dialled) { /* there was memory to dial */
            mc_line_data(line, false);
            carry();
        }
        send(mc_line_at(line), "AT+CSQ");
        mc_line_redial(line, on_end, NULL);
        pass(4000);
        assert_int_equal(ends, 2);
        send(mc_line_dial_at(line), "AT");
        mc_line_mux_leave(line, on_end, NULL);
        pass(2000);
        assert_int_equal(ends, 3);
    } else {
        assert_int_equal(result, -ENOMEM);
        modem.muxed = false;
    }
    assert_false(mc_line_muxed(line));
}

static void every_allocation_fails_once(void **state)
{
    static const struct mc_line_callbacks callbacks = {
        .write = on_write, .data = on_data, .room = on_room, .mux_lost = on_mux_lost};
    unsigned plain = 0;
    for (unsigned nth = 1;; nth++) {
        modem = (struct modem){0};
        queue = mc_timerq_new(0);
        sent = done = lost = room = 0;
        data_bytes = given = 0;
        line = mc_line_new(queue, &callbacks, NULL);
        assert_non_null(line);
        alloc_fail_at(nth);
        live();
        bool failed = alloc_fail_stop();
        plain += result < 0;
        assert_true(result == 0 || failed);
        assert_int_equal(lost, 0);
        unsigned before = done;
        send(mc_line_at(line), "AT"); /* plain, it goes on in any case */
        assert_int_equal(done, before + 1);
        assert_int_equal(done, sent);
        mc_line_free(line);
        assert_int_equal(mc_timerq_next_ms(queue), -1);
        mc_timerq_free(queue);
        if (!failed) {
            print_message("# %u allocations, %u of them leave the line plain\n", nth - 1, plain);
            assert_true(nth > 8 && plain == 1);
            assert_int_equal(sent, 5);
            assert_int_equal(data_bytes, 4000);
            assert_int_equal(given, sizeof(bulk));
            assert_true(room > 0);
            break;
        }
    }
}

/* Taken over without memory: plain, and said so. */
static void none_to_adopt(void **state)
{
    static const struct mc_line_callbacks callbacks = {
        .write = on_write, .data = on_data, .room = on_room, .mux_lost = on_mux_lost};
    for (unsigned nth = 1;; nth++) {
        modem = (struct modem){.muxed = true};
        queue = mc_timerq_new(0);
        lost = 0;
        line = mc_line_new(queue, &callbacks, NULL);
        assert_non_null(line);
        alloc_fail_at(nth);
        int r = mc_line_mux_adopt(line, 256, 115200);
        pass(3000);
        bool failed = alloc_fail_stop();
        assert_true(r == 0 || (r == -ENOMEM && failed));
        assert_int_equal(mc_line_muxed(line), r == 0);
        assert_int_equal(lost, 0); /* a TEST that was not sent is sent again */
        mc_line_free(line);
        assert_int_equal(mc_timerq_next_ms(queue), -1);
        mc_timerq_free(queue);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_fails_once), cmocka_unit_test(none_to_adopt)};
    return cmocka_run_group_tests_name("line/mux_alloc", tests, NULL, NULL);
}
