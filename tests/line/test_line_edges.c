/* SPDX-License-Identifier: MIT */
/* What of the line, plain and multiplexed, scripts/mutate found that nobody noticed. */
#include "alloc_fail.h"
#include "linedesk.h"
#include <errno.h>
#include <malloc.h>
#include <string.h>

static void on_escaped(void *ctx)
{
    linedesk_on_done(ctx, 0);
}

static void on_raw(void *ctx, const uint8_t *data, size_t len)
{
    linedesk_on_done(ctx, (int)len);
}

static void feed(struct linedesk *desk, const char *text)
{
    linedesk_say_plainly(desk, text);
}

static void connect_plainly(struct linedesk *desk, const char *behind)
{
    linedesk_send_on(desk, mc_line_at(desk->line), "ATD*99#", MC_AT_DIALS);
    feed(desk, "\r\nCONNECT\r\n");
    if (*behind)
        feed(desk, behind);
}

/* ---- whose the line is ---- */

static void who_is_there(void **state)
{
    struct linedesk *desk = *state;
    assert_true(mc_line_at_there(desk->line));
    assert_false(mc_line_carries(desk->line));
    mc_line_data(desk->line, true);
    assert_false(mc_line_at_there(desk->line));
    assert_true(mc_line_carries(desk->line));
    mc_line_listen_raw(desk->line, on_raw, desk);
    assert_false(mc_line_at_there(desk->line));
    assert_false(mc_line_carries(desk->line));
}

/* A call that waits goes on when the line is its own again, and only then. */
static void a_call_that_waits(void **state)
{
    struct linedesk *desk = *state;
    mc_line_call_waits(desk->line);
    mc_line_listen_raw(desk->line, on_raw, desk);
    linedesk_expect(desk, "owner=raw ");
    mc_line_command(desk->line);
    mc_line_call_waits(desk->line);
    mc_line_data(desk->line, true);
    linedesk_expect(desk, "owner=at owner=data room ");
}

/* The bytes said it first: what is said then changes nothing, and the next LF is PPP's. */
static void data_is_told_late(void **state)
{
    struct linedesk *desk = *state;
    connect_plainly(desk, "~");
    mc_line_data(desk->line, true);
    feed(desk, "\n~");
    linedesk_expect(desk, "plain(ATD*99#\r) CONNECT owner=data data(~) data(\n~) ");
    mc_line_command(desk->line);
    assert_int_equal(mc_line_mux_adopt(desk->line, 64, 115200), 0);
    mc_line_data(desk->line, true);
    linedesk_say(desk, 2, MUX_UIH, "\n~");
    linedesk_expect(desk, "owner=at owner=mux data(\n~) ");
}

/* Whoever hears of the change may have it back: what came behind CONNECT is nobody's then. */
static void taken_back_at_once(void **state)
{
    struct linedesk *desk = *state;
    desk->command_in_owner = true;
    connect_plainly(desk, "~~~");
    linedesk_expect(desk, "plain(ATD*99#\r) CONNECT owner=data owner=at ");
    feed(desk, "RDY\r\n");
    linedesk_expect(desk, "urc0(RDY) ");
}

static void an_escape_holds_at_up_too(void **state)
{
    struct linedesk *desk = *state;
    mc_line_escape(desk->line, on_escaped, desk); /* nobody knows in which mode the modem is */
    linedesk_send_at(desk, "AT");
    linedesk_expect(desk, "cancelled ");
    linedesk_pass(desk, 5000);
    linedesk_send_at(desk, "AT");
    linedesk_expect(desk, "plain(+++) done=0 plain(AT\r) ");
}

static void a_command_mode_that_is_known_needs_no_escape(void **state)
{
    struct linedesk *desk = *state;
    mc_line_data(desk->line, false);
    mc_line_escape(desk->line, on_escaped, desk);
    mc_line_command(desk->line);
    linedesk_pass(desk, 5000);
    linedesk_send_at(desk, "AT");
    linedesk_expect(desk, "owner=data owner=at plain(AT\r) ");
}

static void what_is_listened_to_raw(void **state)
{
    struct linedesk *desk = *state;
    linedesk_send_at(desk, "AT");
    mc_line_listen_raw(desk->line, on_raw, desk);
    linedesk_expect(desk, "plain(AT\r) cancelled owner=raw ");
    feed(desk, "12345");
    linedesk_expect(desk, "done=5 ");
    mc_line_command(desk->line);
    linedesk_expect(desk, "owner=at ");
    linedesk_open_both(desk);
    mc_line_listen_raw(desk->line, on_raw, desk);
    feed(desk, "123");
    linedesk_expect(desk, "owner=at owner=raw done=3 ");
}

static void the_device_goes(void **state)
{
    struct linedesk *desk = *state;
    mc_line_data(desk->line, true);
    mc_line_reset(desk->line);
    linedesk_expect(desk, "owner=data owner=at ");
    mc_line_mux_start(desk->line, 64, 115200, linedesk_on_done, desk);
    mc_line_reset(desk->line);
    linedesk_pass(desk, 60000);
    linedesk_expect(desk, "SABM0 ");
    linedesk_open_both(desk);
    mc_line_reset(desk->line);
    feed(desk, "RDY\r\n");
    linedesk_expect(desk, "owner=at urc0(RDY) ");
    linedesk_open_both(desk);
    mc_line_redial(desk->line, linedesk_on_done, desk);
    mc_line_reset(desk->line);
    assert_int_equal(mc_line_mux_adopt(desk->line, 64, 115200), 0);
    mc_line_redial(desk->line, linedesk_on_done, desk);
    linedesk_say(desk, 2, MUX_UA, NULL);
    linedesk_say(desk, 2, MUX_UA, NULL);
    linedesk_expect(desk, "DISC2 owner=at owner=mux DISC2 SABM2 done=0 ");
}

/* ---- the trace ---- */

static void everything_is_traced(void **state)
{
    struct linedesk *desk = *state;
    desk->traced = true;
    linedesk_send_at(desk, "AT");
    feed(desk, "OK\r\nRDY\r\n");
    linedesk_expect(desk, "sent0[AT] plain(AT\r) received0[OK] OK urc0[RDY] urc0(RDY) ");
    mc_line_escape(desk->line, on_escaped, desk);
    linedesk_pass(desk, 5000);
    linedesk_expect(desk, "sent0[+++] plain(+++) done=0 ");
    desk->traced = false;
    linedesk_open_both(desk);
    desk->traced = true;
    linedesk_send_on(desk, mc_line_dial_at(desk->line), "ATH", 0);
    linedesk_expect(desk, "sent1[ATH] UIH2(ATH\r) ");
}

/* ---- from one mode to the other ---- */

/* The channel that carried speaks AT again, and is not taken for data. */
static void a_channel_in_command_mode_again(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_dial(desk);
    mc_line_command(desk->line);
    linedesk_say(desk, 2, MUX_UIH, "\r\nRDY\r\n");
    linedesk_expect(desk, "urc1(RDY) ");
    assert_false(mc_line_carries(desk->line));
    linedesk_dial(desk);
    linedesk_say(desk, 2, MUX_DISC, NULL); /* closed and opened anew: the same */
    linedesk_say(desk, 2, MUX_UA, NULL);
    linedesk_say(desk, 2, MUX_UIH, "\r\nRDY\r\n");
    linedesk_expect(desk, "UA2 SABM2 data-closed urc1(RDY) ");
}

/* Commands on the data channel end, are owed nothing, and half a line is none. */
static void plain_from_the_multiplexer(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_send_on(desk, mc_line_dial_at(desk->line), "ATD*99#", MC_AT_DIALS);
    linedesk_say(desk, 1, MUX_UIH, "\r\nRD");
    linedesk_say(desk, 2, MUX_UIH, "\r\nRD");
    mc_line_plain(desk->line);
    feed(desk, "Y\r\n");
    linedesk_expect(desk, "UIH2(ATD*99#\r) cancelled owner=at urc0(Y) ");
    linedesk_open_both(desk);
    linedesk_say(desk, 2, MUX_UIH, "Y\r\n");
    linedesk_expect(desk, "urc1(Y) ");
    linedesk_dial(desk);
}

/* The data channel's bytes go in pace with the wire, AT's at once. */
static void the_data_channel_is_one(void **state)
{
    static const char zeros[4000];
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_dial(desk);
    assert_int_equal(mc_line_send_data(desk->line, zeros, sizeof(zeros)), sizeof(zeros));
    size_t frames = 0;
    for (const char *p = desk->log; (p = strstr(p, "UIH2")); p++)
        frames++;
    assert_in_range(frames, 1, 10);
    desk->log[0] = '\0';
}

/* What the port did not take goes out when it has got rid of what it had. */
static void the_port_is_full(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    desk->full = true;
    linedesk_send_at(desk, "AT+CSQ");
    desk->full = false;
    linedesk_expect(desk, "");
    mc_line_drained(desk->line);
    linedesk_expect(desk, "UIH1(AT+CSQ\r) ");
}

/* Whoever kept the data channel's engine is told that there is none. */
static void an_engine_without_its_channel(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    struct mc_at *dial = mc_line_dial_at(desk->line);
    mc_line_plain(desk->line);
    linedesk_send_on(desk, dial, "ATH", 0);
    linedesk_expect(desk, "owner=at cancelled ");
}

/* A multiplexer that is begun while another is there takes its place. */
static void one_takes_anothers_place(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    mc_line_mux_start(desk->line, 32, 115200, linedesk_on_done, desk);
    linedesk_expect(desk, "owner=at SABM0 ");
    assert_int_equal(mc_line_mux_adopt(desk->line, 16, 115200), 0);
    assert_int_equal(mc_line_mux_n1(desk->line), 16);
    linedesk_expect(desk, "owner=mux ");
}

/* ---- nothing is left ---- */

/* What the allocator has given out; 0 where a sanitizer counts instead. */
static size_t given_bytes(void)
{
    return mallinfo2().uordblks;
}

static void no_multiplexer_is_left(void **state)
{
    struct linedesk *desk = *state;
    size_t before = 0;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(mc_line_mux_adopt(desk->line, 64, 115200), 0);
        if (i % 2)
            mc_line_plain(desk->line);
        assert_int_equal(mc_line_mux_adopt(desk->line, 64, 115200), 0);
        mc_line_plain(desk->line);
        linedesk_pass(desk, 0);
        if (i == 1)
            before = given_bytes();
    }
    assert_int_equal(given_bytes(), before);
    desk->log[0] = '\0';
}

static int on_write(void *ctx, const void *data, size_t len)
{
    return 0;
}

static void no_line_is_left(void **state)
{
    static const struct mc_line_callbacks none = {.write = on_write};
    struct linedesk *desk = *state;
    size_t before = given_bytes();
    for (int i = 0; i < 10; i++) {
        struct mc_line *line = mc_line_new(desk->queue, &none, desk);
        assert_non_null(line);
        if (i % 2) {
            mc_line_escape(line, on_escaped, desk);
        } else {
            assert_int_equal(mc_line_mux_adopt(line, 64, 115200), 0);
            mc_line_plain(line);
        }
        mc_line_free(line);
        assert_int_equal(mc_timerq_next_ms(desk->queue), -1);
    }
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        struct mc_line *line = mc_line_new(desk->queue, &none, desk);
        if (!alloc_fail_stop()) {
            mc_line_free(line);
            break;
        }
        assert_null(line);
    }
    assert_int_equal(given_bytes(), before);
    mc_line_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, linedesk_set_up, linedesk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_is_there),
        TEST(a_call_that_waits),
        TEST(data_is_told_late),
        TEST(taken_back_at_once),
        TEST(an_escape_holds_at_up_too),
        TEST(a_command_mode_that_is_known_needs_no_escape),
        TEST(what_is_listened_to_raw),
        TEST(the_device_goes),
        TEST(everything_is_traced),
        TEST(a_channel_in_command_mode_again),
        TEST(plain_from_the_multiplexer),
        TEST(the_data_channel_is_one),
        TEST(the_port_is_full),
        TEST(an_engine_without_its_channel),
        TEST(one_takes_anothers_place),
        TEST(no_multiplexer_is_left),
        TEST(no_line_is_left),
    };
    return cmocka_run_group_tests_name("line/line_edges", tests, NULL, NULL);
}
