/* SPDX-License-Identifier: MIT */
/* Who has the line: no byte to the wrong owner, none lost at CONNECT, and the escape's guard times. */
#include <errno.h>
#include <microcat/base/buf.h>
#include <microcat/line/line.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

struct harness {
    struct mc_timerq *queue;
    struct mc_line *line;
    struct mc_buf written, data, raw;
    size_t sink_room; /* how much the data sink takes at a time */
    char urcs[256];
    int owners; /* changes told */
    enum mc_line_owner owner;
    int escaped;
    int answers;
    enum mc_at_result result;
    bool data_on_connect; /* who dialled calls mc_line_data() from the answer, as the sequence does */
};

static int on_write(void *ctx, const void *data, size_t len)
{
    struct harness *h = ctx;
    return mc_buf_append(&h->written, data, len);
}

static size_t on_data(void *ctx, const uint8_t *data, size_t len)
{
    struct harness *h = ctx;
    size_t take = len < h->sink_room ? len : h->sink_room;
    assert_int_not_equal(len, 0);
    assert_int_equal(mc_buf_append(&h->data, data, take), 0);
    return take;
}

static void on_urc(void *ctx, enum mc_line_channel channel, const char *line)
{
    struct harness *h = ctx;
    strncat(h->urcs, line, sizeof(h->urcs) - strlen(h->urcs) - 2);
    strcat(h->urcs, "|");
}

static void on_owner(void *ctx, enum mc_line_owner owner)
{
    struct harness *h = ctx;
    assert_int_not_equal(owner, h->owner); /* told once a change */
    h->owner = owner;
    h->owners++;
}

static void on_answer(void *ctx, const struct mc_at_answer *answer)
{
    struct harness *h = ctx;
    h->answers++;
    h->result = answer->result;
    if (answer->result == MC_AT_CONNECT && h->data_on_connect)
        mc_line_data(h->line, true);
}

static void on_escaped(void *ctx)
{
    ((struct harness *)ctx)->escaped++;
}

static void on_raw(void *ctx, const uint8_t *data, size_t len)
{
    struct harness *h = ctx;
    assert_int_equal(mc_buf_append(&h->raw, data, len), 0);
}

static int setup(void **state)
{
    static const struct mc_line_callbacks callbacks = {
        .write = on_write, .data = on_data, .urc = on_urc, .owner = on_owner};
    struct harness *h = calloc(1, sizeof(*h));
    if (!h)
        return -1;
    mc_buf_init(&h->written, 65536);
    mc_buf_init(&h->data, 65536);
    mc_buf_init(&h->raw, 65536);
    h->sink_room = SIZE_MAX;
    h->queue = mc_timerq_new(1000);
    h->line = mc_line_new(h->queue, &callbacks, h);
    *state = h;
    return h->line ? 0 : -1;
}

static int teardown(void **state)
{
    struct harness *h = *state;
    mc_line_free(h->line);
    mc_timerq_free(h->queue);
    mc_buf_free(&h->written);
    mc_buf_free(&h->data);
    mc_buf_free(&h->raw);
    free(h);
    return 0;
}

static void pass(struct harness *h, int64_t ms)
{
    int64_t end_ms = mc_timerq_now_ms(h->queue) + ms, next_ms;
    while ((next_ms = mc_timerq_next_ms(h->queue)) >= 0 && next_ms <= end_ms) {
        mc_timerq_advance(h->queue, next_ms);
        mc_timerq_run(h->queue);
    }
    mc_timerq_advance(h->queue, end_ms);
}

static void feed(struct harness *h, const char *text)
{
    assert_int_equal(mc_line_feed(h->line, (const uint8_t *)text, strlen(text)), strlen(text));
}

static void dial(struct harness *h)
{
    const struct mc_at_command command = {.text = "ATD*99***1#", .timeout_ms = 50000, .flags = MC_AT_DIALS};
    assert_int_equal(mc_at_send(mc_line_at(h->line), &command, on_answer, h), 0);
}

static void expect(struct mc_buf *buf, const void *data, size_t len)
{
    assert_int_equal(mc_buf_len(buf), len);
    if (len)
        assert_memory_equal(mc_buf_head(buf), data, len);
    mc_buf_consume(buf, len);
}

/* ---- CONNECT ---- */

static const uint8_t ppp[] = {0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21, '\r', '\n', 'O', 'K', '\r', '\n', 0x00, 0x7e};

/* @head, then PPP, as the bytes of one answer, cut in three at every pair of points. */
static void connect_in_pieces(struct harness *h, const char *head, bool told)
{
    uint8_t bytes[64];
    size_t head_len = strlen(head), len = head_len + sizeof(ppp);
    memcpy(bytes, head, head_len);
    memcpy(bytes + head_len, ppp, sizeof(ppp));
    h->data_on_connect = told;
    for (size_t a = 0; a <= len; a++)
        for (size_t b = a; b <= len; b++) {
            const size_t cuts[] = {0, a, b, len};
            h->answers = 0;
            dial(h);
            for (int i = 0; i < 3; i++)
                assert_int_equal(mc_line_feed(h->line, bytes + cuts[i], cuts[i + 1] - cuts[i]), cuts[i + 1] - cuts[i]);
            assert_int_equal(h->answers, 1);
            assert_int_equal(h->result, MC_AT_CONNECT);
            assert_int_equal(mc_line_owner(h->line), MC_LINE_OWNER_DATA);
            expect(&h->data, ppp, sizeof(ppp));
            mc_buf_consume(&h->written, mc_buf_len(&h->written));
            mc_line_command(h->line);
        }
}

static void ppp_behind_connect_is_not_lost(void **state)
{
    connect_in_pieces(*state, "ATD*99***1#\r\r\nCONNECT\r\n", true);
    connect_in_pieces(*state, "ATD*99***1#\r\r\nCONNECT 115200\r\n", true);
}

/* Also when nobody says mc_line_data(): the bytes themselves do. */
static void bytes_behind_connect_change_the_owner(void **state)
{
    connect_in_pieces(*state, "\r\nCONNECT\r\n", false);
}

/* The LF of CONNECT's line may come late, alone; a second one would be PPP's. */
static void a_late_lf_is_not_ppps(void **state)
{
    struct harness *h = *state;
    h->data_on_connect = true;
    dial(h);
    feed(h, "\r\nCONNECT\r");
    feed(h, "\n");
    expect(&h->data, "", 0);
    feed(h, "\n~");
    expect(&h->data, "\n~", 2);
    mc_line_command(h->line);
    dial(h);
    feed(h, "\r\nCONNECT\r\n\n~"); /* in one read: the first LF is the line's, the second is not */
    expect(&h->data, "\n~", 2);
    mc_line_command(h->line);
    dial(h);
    feed(h, "\r\nCONNECT\r\n");
    feed(h, "\n~");
    expect(&h->data, "\n~", 2);
}

static void a_full_sink_is_offered_the_rest(void **state)
{
    struct harness *h = *state;
    h->data_on_connect = true;
    h->sink_room = 3;
    dial(h);
    const uint8_t *bytes = (const uint8_t *)"\r\nCONNECT\r\n12345678";
    size_t len = 19, taken = mc_line_feed(h->line, bytes, len);
    assert_int_equal(taken, 14);
    while (taken < len)
        taken += mc_line_feed(h->line, bytes + taken, len - taken);
    expect(&h->data, "12345678", 8);
}

/* ---- ownership ---- */

static void each_owner_gets_its_own_bytes(void **state)
{
    struct harness *h = *state;
    feed(h, "\r\n+CEREG: 5\r\n");
    assert_string_equal(h->urcs, "+CEREG: 5|");
    mc_line_data(h->line, true);
    feed(h, "\r\n+CEREG: 2\r\n");
    assert_string_equal(h->urcs, "+CEREG: 5|");
    expect(&h->data, "\r\n+CEREG: 2\r\n", 13);
    mc_line_listen_raw(h->line, on_raw, h);
    feed(h, "\r\n+CEREG: 3\r\n");
    expect(&h->raw, "\r\n+CEREG: 3\r\n", 13);
    mc_line_command(h->line);
    feed(h, "\r\nRDY\r\n");
    assert_string_equal(h->urcs, "+CEREG: 5|RDY|");
    assert_int_equal(h->owners, 3);
}

static void only_the_owner_may_write(void **state)
{
    struct harness *h = *state;
    const struct mc_at_command at = {.text = "AT", .timeout_ms = 300};
    assert_int_equal(mc_line_send_data(h->line, "x", 1), -EPERM);
    assert_int_equal(mc_line_send_raw(h->line, "x", 1), -EPERM);
    mc_line_data(h->line, true);
    assert_int_equal(mc_line_send_raw(h->line, "x", 1), -EPERM);
    assert_int_equal(mc_line_send_data(h->line, "x", 1), 1);
    expect(&h->written, "x", 1);
    assert_int_equal(mc_at_send(mc_line_at(h->line), &at, on_answer, h), 0); /* taken, but told that it cannot be */
    pass(h, 0);
    assert_int_equal(h->answers, 1);
    assert_int_equal(h->result, MC_AT_CANCELLED);
    expect(&h->written, "", 0);
    mc_line_listen_raw(h->line, on_raw, h);
    assert_int_equal(mc_line_send_data(h->line, "x", 1), -EPERM);
    assert_int_equal(mc_line_send_raw(h->line, "y", 1), 0);
    expect(&h->written, "y", 1);
}

static void a_half_line_does_not_survive_a_change(void **state)
{
    struct harness *h = *state;
    feed(h, "\r\n+CEREG: 5"); /* no end */
    mc_line_command(h->line);
    feed(h, "\r\nRDY\r\n");
    assert_string_equal(h->urcs, "RDY|");
}

static void the_device_goes_in_mid_command(void **state)
{
    struct harness *h = *state;
    dial(h);
    feed(h, "ATD*99***1#\r\r\nCONN");
    mc_line_reset(h->line);
    assert_int_equal(h->answers, 1);
    assert_int_equal(h->result, MC_AT_CANCELLED);
    assert_int_equal(mc_line_owner(h->line), MC_LINE_OWNER_AT);
    assert_false(mc_at_busy(mc_line_at(h->line)));
    assert_int_equal(mc_timerq_next_ms(h->queue), -1);
}

/* ---- the escape ---- */

static void an_escape_keeps_its_guard_times(void **state)
{
    struct harness *h = *state;
    mc_line_data(h->line, true);
    assert_int_equal(mc_line_send_data(h->line, "~~", 2), 2);
    expect(&h->written, "~~", 2);
    mc_line_escape(h->line, on_escaped, h);
    pass(h, 1000); /* the modem demands 1 s of silence: nothing may have gone out until now */
    assert_int_equal(mc_line_send_data(h->line, "~~", 2), -EAGAIN);
    expect(&h->written, "", 0);
    pass(h, 200);
    expect(&h->written, "+++", 3);
    assert_int_equal(h->escaped, 0);
    pass(h, 800); /* less than 1 s behind the pluses */
    assert_int_equal(mc_line_send_data(h->line, "~~", 2), -EAGAIN);
    assert_int_equal(h->escaped, 0);
    pass(h, 200);
    assert_int_equal(h->escaped, 1);
    assert_int_equal(mc_line_owner(h->line), MC_LINE_OWNER_AT);
    expect(&h->written, "", 0);
    pass(h, 10000);
    assert_int_equal(h->escaped, 1);
}

static void data_goes_on_while_escaping(void **state)
{
    struct harness *h = *state;
    mc_line_data(h->line, true);
    mc_line_escape(h->line, on_escaped, h);
    feed(h, "~abc~");
    pass(h, 1500);
    feed(h, "~def~");
    expect(&h->data, "~abc~~def~", 10);
    pass(h, 1000);
    feed(h, "\r\nOK\r\n"); /* the modem's OK to +++ is nobody's answer, and no data */
    expect(&h->data, "", 0);
}

/* What was too short is longer the next time, until the next call. */
static void an_escape_that_failed_is_longer(void **state)
{
    struct harness *h = *state;
    for (int round = 0; round < 3; round++) {
        const int guard_ms = round == 1 ? 1600 : 1050;
        if (round == 2)
            mc_line_data(h->line, true);
        mc_line_escape(h->line, on_escaped, h);
        pass(h, guard_ms - 1);
        expect(&h->written, "", 0);
        pass(h, 1);
        expect(&h->written, "+++", 3);
        pass(h, guard_ms - 1);
        assert_int_equal(h->escaped, round);
        pass(h, 1);
        assert_int_equal(h->escaped, round + 1);
        mc_line_escape_failed(h->line);
    }
}

static void an_escape_can_be_stopped(void **state)
{
    static const int64_t at_ms[] = {0, 500, 1100, 2000};
    struct harness *h = *state;
    for (size_t i = 0; i < sizeof(at_ms) / sizeof(at_ms[0]); i++) {
        mc_line_data(h->line, true);
        mc_line_escape(h->line, on_escaped, h);
        pass(h, at_ms[i]);
        mc_line_escape_cancel(h->line);
        pass(h, 10000);
        assert_int_equal(h->escaped, 0);
        assert_int_equal(mc_line_owner(h->line), MC_LINE_OWNER_DATA);
        assert_int_equal(mc_line_send_data(h->line, "x", 1), 1);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(ppp_behind_connect_is_not_lost),
        TEST(bytes_behind_connect_change_the_owner),
        TEST(a_late_lf_is_not_ppps),
        TEST(a_full_sink_is_offered_the_rest),
        TEST(each_owner_gets_its_own_bytes),
        TEST(only_the_owner_may_write),
        TEST(a_half_line_does_not_survive_a_change),
        TEST(the_device_goes_in_mid_command),
        TEST(an_escape_keeps_its_guard_times),
        TEST(data_goes_on_while_escaping),
        TEST(an_escape_that_failed_is_longer),
        TEST(an_escape_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
