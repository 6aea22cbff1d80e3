/* SPDX-License-Identifier: MIT */
/* The line in the multiplexer: what the modem closes, what we do, what is said outside of frames. */
#include "linedesk.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- the modem closes ---- */

static void the_modem_closes_the_at_channel(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_dial(desk);
    linedesk_send_at(desk, "AT+COPS?");
    linedesk_say(desk, 1, MUX_DISC, NULL);
    linedesk_say(desk, 1, MUX_UA, NULL);
    linedesk_expect(desk, "UIH1(AT+COPS?\r) UA1 SABM1 cancelled ");
    linedesk_send_at(desk, "AT+CSQ"); /* nothing is owed any more: no question first */
    linedesk_expect(desk, "UIH1(AT+CSQ\r) ");
    assert_true(mc_line_carries(desk->line));
}

static void the_modem_closes_the_data_channel(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_dial(desk);
    linedesk_say(desk, 2, MUX_DISC, NULL);
    linedesk_expect(desk, "UA2 SABM2 data-closed ");
    assert_false(mc_line_carries(desk->line));
    assert_int_equal(mc_line_send_data(desk->line, "~", 1), -EPERM);
    linedesk_say(desk, 2, MUX_UA, NULL);
    linedesk_dial(desk);
    mc_line_command(desk->line);
    linedesk_say(desk, 2, MUX_DISC, NULL); /* it carried nothing */
    linedesk_expect(desk, "UA2 SABM2 ");
}

static void the_modem_leaves(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_dial(desk);
    linedesk_send_at(desk, "AT+CSQ");
    linedesk_say(desk, 0, MUX_DISC, NULL);
    linedesk_pass(desk, 1);
    linedesk_expect(desk, "UIH1(AT+CSQ\r) UA0 owner=at lost ");
    assert_false(mc_line_muxed(desk->line) || mc_line_carries(desk->line));
    assert_true(mc_at_busy(mc_line_at(desk->line))); /* its answer may come plainly, or not: the deadline tells */
}

/* ---- we do ---- */

static void redialled(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_dial(desk);
    mc_line_redial(desk->line, linedesk_on_done, desk);
    assert_false(mc_line_carries(desk->line));
    linedesk_say(desk, 2, MUX_UA, NULL);
    linedesk_say(desk, 2, MUX_UA, NULL);
    linedesk_expect(desk, "DISC2 SABM2 done=0 ");
    linedesk_dial(desk);
    mc_line_command(desk->line);
    linedesk_send_on(desk, mc_line_dial_at(desk->line), "ATH", 0);
    mc_line_redial(desk->line, linedesk_on_done, desk);
    linedesk_expect(desk, "UIH2(ATH\r) cancelled DISC2 ");
}

static void left_with_a_call(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_dial(desk);
    mc_line_mux_leave(desk->line, linedesk_on_done, desk);
    assert_false(mc_line_carries(desk->line));
    linedesk_pass(desk, 1000);
    assert_non_null(strstr(desk->log, "owner=at done=0 "));
    desk->log[0] = '\0';
}

static void left_in_order(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_dial(desk);
    mc_line_command(desk->line);
    linedesk_send_at(desk, "AT+CSQ");
    linedesk_send_on(desk, mc_line_dial_at(desk->line), "ATH", 0);
    mc_line_mux_leave(desk->line, linedesk_on_done, desk);
    linedesk_expect(desk, "UIH1(AT+CSQ\r) UIH2(ATH\r) cancelled cancelled DISC1 DISC2 ");
    assert_false(mc_line_carries(desk->line));
    linedesk_say(desk, 1, MUX_UA, NULL);
    linedesk_say(desk, 2, MUX_UA, NULL);
    linedesk_say(desk, 0, MUX_UIH, "\xc1\x01"); /* CLD answered */
    linedesk_pass(desk, 1);
    linedesk_expect(desk, "owner=at done=0 ");
    linedesk_pass(desk, 60000);
    linedesk_expect(desk, "");
}

/* Nobody waits any more: what is half done is undone without a word, and the next that is lost is told as such. */
static void forgotten(void **state)
{
    struct linedesk *desk = *state;
    mc_line_mux_start(desk->line, 64, 115200, linedesk_on_done, desk);
    linedesk_say(desk, 0, MUX_UA, NULL);
    mc_line_mux_forget(desk->line);
    linedesk_send_at(desk, "AT");
    linedesk_expect(desk, "SABM0 SABM1 plain(AT\r) ");
    assert_int_equal(mc_line_mux_adopt(desk->line, 64, 115200), 0);
    linedesk_expect(desk, "owner=mux ");
    linedesk_say(desk, 0, MUX_DISC, NULL);
    linedesk_pass(desk, 1);
    linedesk_expect(desk, "UA0 owner=at lost ");

    assert_int_equal(mc_line_mux_adopt(desk->line, 64, 115200), 0);
    mc_line_redial(desk->line, linedesk_on_done, desk);
    mc_line_mux_forget(desk->line);
    linedesk_say(desk, 2, MUX_UA, NULL);
    linedesk_say(desk, 2, MUX_UA, NULL);
    linedesk_expect(desk, "owner=mux DISC2 SABM2 ");
    mc_line_mux_leave(desk->line, linedesk_on_done, desk);
    mc_line_mux_forget(desk->line);
    linedesk_pass(desk, 60000);
    linedesk_expect(desk, "cancelled DISC1 DISC2 owner=at ");
}

static void adopted_with_its_call(void **state)
{
    struct linedesk *desk = *state;
    assert_int_equal(mc_line_mux_adopt(desk->line, 64, 115200), 0);
    assert_true(mc_line_muxed(desk->line) && mc_line_carries(desk->line));
    linedesk_say(desk, 2, MUX_UIH, "\n~frame~"); /* no CONNECT before it: the LF is PPP's */
    linedesk_expect(desk, "owner=mux data(\n~frame~) ");
}

/* ---- outside of frames ---- */

static void words_outside_of_frames(void **state)
{
    char line[100];
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_say_plainly(desk, "\r\nRDY\r\n\r\nPOWERD DOWN\r\n");
    linedesk_expect(desk, "urc0(RDY) urc0(POWERD DOWN) ");
    linedesk_say_plainly(desk, "\r\nOK\r\nRDYX\r\nXRDY\r\n~RDY\r\nRDY \r\n+CSQ: 1\r\n");
    linedesk_expect(desk, "");
    linedesk_say_plainly(desk, "noise\x80RDY\r\n noise\x01RDY\nnoise\x7fRDY\r");
    linedesk_expect(desk, "urc0(RDY) urc0(RDY) urc0(RDY) ");
    linedesk_say_plainly(desk, "RD");
    linedesk_say_plainly(desk, "Y\r\n");
    linedesk_expect(desk, "urc0(RDY) ");
    linedesk_say_plainly(desk, "RDY\x80\r\nRDY\x7f\r\nRDY\x01\r\nRDY\t\n");
    linedesk_expect(desk, "");
    snprintf(line, sizeof(line), "%79s%s", "", "_RDY\r\n"); /* too long for a word: begins again behind it */
    linedesk_say_plainly(desk, line);
    linedesk_expect(desk, "urc0(RDY) ");
    assert_true(mc_line_stray_bytes(desk->line) > 100);
}

/* Half a word before the multiplexer is none behind it, and the count of strays goes on. */
static void half_a_word(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_say_plainly(desk, "RD");
    mc_line_plain(desk->line);
    assert_int_equal(mc_line_stray_bytes(desk->line), 2);
    assert_int_equal(mc_line_mux_adopt(desk->line, 64, 115200), 0);
    desk->log[0] = '\0';
    linedesk_say_plainly(desk, "Y\r\n");
    linedesk_expect(desk, "");
    assert_int_equal(mc_line_stray_bytes(desk->line), 5);
}

/* A modem that starts anew says so, the line is made plain from inside the callback: the rest is not heard. */
static void plain_from_inside(void **state)
{
    struct linedesk *desk = *state;
    uint8_t bytes[3 * MUX_FRAME_MAX];
    size_t len;
    linedesk_open_both(desk);
    desk->plain_in_urc = true;
    len = linedesk_frame(bytes, 1, MUX_UIH, "\r\nRDY\r\n");
    len += linedesk_frame(bytes + len, 1, MUX_UIH, "\r\nQCRDY\r\n");
    len += linedesk_frame(bytes + len, 1, MUX_DISC, NULL);
    assert_int_equal(mc_line_feed(desk->line, bytes, len), len);
    linedesk_expect(desk, "urc0(RDY) owner=at ");
    desk->plain_in_urc = false;
    linedesk_open_both(desk);
    desk->plain_in_urc = true;
    linedesk_say_plainly(desk, "RDY\r\nQCRDY\r\n");
    linedesk_expect(desk, "urc0(RDY) owner=at ");
    linedesk_pass(desk, 60000);
    linedesk_expect(desk, "");
}

static void callbacks_that_are_missing(void **state)
{
    static const char zeros[8192];
    struct linedesk *desk = *state;
    linedesk_make_line(desk, false);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(mc_line_mux_adopt(desk->line, 64, 115200), 0);
        if (round == 0)
            linedesk_say(desk, 2, MUX_DISC, NULL);
        if (round == 1)
            mc_line_send_data(desk->line, zeros, sizeof(zeros));
        linedesk_say_plainly(desk, "RDY\r\n");
        linedesk_pass(desk, 1000);
        if (round == 2)
            linedesk_say(desk, 0, MUX_DISC, NULL);
        linedesk_pass(desk, 10000);
        assert_int_equal(mc_line_owner(desk->line), MC_LINE_OWNER_AT);
        desk->log[0] = '\0';
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, linedesk_set_up, linedesk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_modem_closes_the_at_channel),
        TEST(the_modem_closes_the_data_channel),
        TEST(the_modem_leaves),
        TEST(redialled),
        TEST(left_with_a_call),
        TEST(left_in_order),
        TEST(forgotten),
        TEST(adopted_with_its_call),
        TEST(words_outside_of_frames),
        TEST(half_a_word),
        TEST(plain_from_inside),
        TEST(callbacks_that_are_missing),
    };
    return cmocka_run_group_tests_name("line/line_mux_ends", tests, NULL, NULL);
}
