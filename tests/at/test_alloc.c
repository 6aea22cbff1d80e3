/* SPDX-License-Identifier: MIT */
#include "alloc_fail.h"
#include "harness.h"

#include <errno.h>
#include <string.h>

/* Each allocation of a little dialogue fails in turn: what was accepted is answered all the same, once. */

static unsigned sent, done, ok;

static int on_write(void *ctx, const void *data, size_t len_bytes)
{
    return 0;
}

static void on_done(void *ctx, const struct mc_at_answer *answer)
{
    done++;
    ok += answer->result == MC_AT_OK;
}

static void send(struct mc_at *at, const char *text, const char *prefix)
{
    struct mc_at_command command = {.text = text, .prefix = prefix, .timeout_ms = 1000};
    int r = mc_at_send(at, &command, on_done, NULL);
    assert_true(r == 0 || r == -ENOMEM);
    sent += r == 0;
}

static void feed(struct mc_at *at, const char *text)
{
    assert_int_equal(mc_at_feed(at, (const uint8_t *)text, strlen(text)), strlen(text));
}

static void talk(struct mc_timerq *queue, struct mc_at *at)
{
    static char long_line[3000];
    send(at, "AT+CGDCONT?", "+CGDCONT:");
    feed(at, "+CGDCONT: 1,\"IP\",\"a\"\r");
    for (int i = 0; i < 3; i++) { /* enough for the arena to grow */
        memset(long_line, 'x', sizeof(long_line) - 2);
        memcpy(long_line, "+CGDCONT:", 9);
        long_line[sizeof(long_line) - 2] = '\r';
        feed(at, long_line);
    }
    feed(at, "OK\r");
    send(at, "AT+CFUN=4", NULL);
    mc_timerq_advance(queue, 1000);
    mc_timerq_run(queue);
    send(at, "AT+CFUN=1", NULL); /* a probe goes ahead, if there is memory for it */
    feed(at, "OK\r+IPR: 115200\rOK\rOK\r");
    mc_timerq_advance(queue, 10000);
    mc_timerq_run(queue);
    mc_at_cancel_all(at);
}

static void test_every_allocation_fails_once(void **state)
{
    static const struct mc_at_callbacks callbacks = {.write = on_write};
    for (unsigned nth = 1;; nth++) {
        struct mc_timerq *queue = mc_timerq_new(0);
        sent = done = ok = 0;
        alloc_fail_at(nth);
        struct mc_at *at = mc_at_new(queue, &callbacks, NULL);
        if (at)
            talk(queue, at);
        bool failed = alloc_fail_stop();
        assert_int_equal(done, sent);
        assert_true(at || nth == 1);
        mc_at_free(at);
        mc_timerq_free(queue);
        if (!failed) {
            assert_true(nth > 6);
            assert_int_equal(sent, 3);
            assert_int_equal(ok, 2);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_allocation_fails_once)};
    return cmocka_run_group_tests_name("at.alloc", tests, NULL, NULL);
}
