/* SPDX-License-Identifier: MIT */
/* Each allocation of a line's life fails once: every command that was accepted is answered once, data passes, nothing
 * is lost at the change of owners. */
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

static struct mc_timerq *queue;
static unsigned sent, done, escaped;
static size_t data_bytes, raw_bytes, written_bytes;

static int on_write(void *ctx, const void *data, size_t len)
{
    written_bytes += len;
    return 0;
}

static size_t on_data(void *ctx, const uint8_t *data, size_t len)
{
    data_bytes += len;
    return len;
}

static void on_raw(void *ctx, const uint8_t *data, size_t len)
{
    raw_bytes += len;
}

static void on_done(void *ctx, const struct mc_at_answer *answer)
{
    done++;
}

static void on_escaped(void *ctx)
{
    escaped++;
}

static void pass(int64_t ms)
{
    int64_t end_ms = mc_timerq_now_ms(queue) + ms, next_ms;
    while ((next_ms = mc_timerq_next_ms(queue)) >= 0 && next_ms <= end_ms) {
        mc_timerq_advance(queue, next_ms);
        mc_timerq_run(queue);
    }
    mc_timerq_advance(queue, end_ms);
}

static void feed(struct mc_line *line, const char *text)
{
    assert_int_equal(mc_line_feed(line, (const uint8_t *)text, strlen(text)), strlen(text));
}

static void send(struct mc_line *line, const char *text)
{
    const struct mc_at_command command = {.text = text, .timeout_ms = 1000};
    int r = mc_at_send(mc_line_at(line), &command, on_done, NULL);
    assert_true(r == 0 || r == -ENOMEM);
    sent += r == 0;
}

static void live(struct mc_line *line)
{
    send(line, "AT");
    feed(line, "\r\nOK\r\n");
    send(line, "ATD*99#");
    pass(10);
    mc_line_data(line, false);
    feed(line, "~frame~");
    assert_int_equal(mc_line_send_data(line, "~frame~", 7), 7);
    mc_line_escape(line, on_escaped, NULL);
    assert_int_equal(mc_line_send_data(line, "~frame~", 7), -EAGAIN);
    pass(5000);
    send(line, "ATH");
    feed(line, "\r\nOK\r\n");
    mc_line_listen_raw(line, on_raw, NULL);
    feed(line, "\xf9raw\xf9");
    mc_line_reset(line);
    pass(20000);
}

static void every_allocation_fails_once(void **state)
{
    static const struct mc_line_callbacks callbacks = {.write = on_write, .data = on_data};
    for (unsigned nth = 1;; nth++) {
        queue = mc_timerq_new(0);
        sent = done = escaped = 0;
        data_bytes = raw_bytes = written_bytes = 0;
        alloc_fail_at(nth);
        struct mc_line *line = mc_line_new(queue, &callbacks, NULL);
        if (line)
            live(line);
        bool failed = alloc_fail_stop();
        assert_int_equal(done, sent);
        assert_true(line || failed);
        if (line) {
            assert_int_equal(data_bytes, 7);
            assert_int_equal(raw_bytes, 5);
            assert_int_equal(escaped, 1);
        }
        mc_line_free(line);
        assert_int_equal(mc_timerq_next_ms(queue), -1);
        mc_timerq_free(queue);
        if (!failed) {
            assert_true(nth > 3);
            assert_int_equal(sent, 3);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_fails_once)};
    return cmocka_run_group_tests_name("line/alloc", tests, NULL, NULL);
}
