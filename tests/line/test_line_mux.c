/* SPDX-License-Identifier: MIT */
/* The line's channels in the multiplexer: how they open, and who may say what on which. */
#include "alloc_fail.h"
#include "linedesk.h"
#include <errno.h>
#include <string.h>

/* ---- opening ---- */

static void both_channels_open(void **state)
{
    struct linedesk *desk = *state;
    assert_int_equal(mc_line_mux_n1(desk->line), 0);
    assert_ptr_equal(mc_line_dial_at(desk->line), mc_line_at(desk->line));
    linedesk_open_both(desk);
    assert_true(mc_line_muxed(desk->line) && mc_line_at_there(desk->line) && !mc_line_carries(desk->line));
    assert_int_equal(mc_line_mux_n1(desk->line), 64);
    assert_ptr_not_equal(mc_line_dial_at(desk->line), mc_line_at(desk->line));
    linedesk_send_at(desk, "AT+CSQ");
    linedesk_say(desk, 1, MUX_UIH, "\r\nOK\r\n\r\nRDY\r\n");
    linedesk_say(desk, 2, MUX_UIH, "\r\nRDY\r\n");
    linedesk_say(desk, 3, MUX_UIH, "\r\nRDY\r\n"); /* nobody's */
    assert_false(mc_line_carries(desk->line));
    linedesk_expect(desk, "UIH1(AT+CSQ\r) OK urc0(RDY) urc1(RDY) DM3 ");
}

/* Neither plain nor in a channel: AT that is sent meanwhile is not written, and what the modem says is not AT's. */
static void nobody_writes_while_it_is_opened(void **state)
{
    struct linedesk *desk = *state;
    mc_line_mux_start(desk->line, 64, 115200, linedesk_on_done, desk);
    linedesk_say(desk, 0, MUX_UA, NULL);
    assert_false(mc_line_muxed(desk->line));
    assert_int_equal(mc_line_mux_n1(desk->line), 0);
    linedesk_send_at(desk, "AT+CSQ");
    linedesk_expect(desk, "SABM0 SABM1 cancelled ");
}

/* Half a line of the plain line and answers that it owed are nothing to the channel. */
static void a_channel_begins_anew(void **state)
{
    struct linedesk *desk = *state;
    linedesk_send_at(desk, "AT+COPS?");
    linedesk_pass(desk, 60000);
    linedesk_say_plainly(desk, "\r\nRD");
    linedesk_expect(desk, "plain(AT+COPS?\r) timeout ");
    linedesk_open_both(desk);
    linedesk_say(desk, 1, MUX_UIH, "Y\r\n");
    linedesk_send_at(desk, "AT+CSQ");
    linedesk_say(desk, 1, MUX_UIH, "OK\r\n");
    linedesk_expect(desk, "urc0(Y) UIH1(AT+CSQ\r) OK ");
}

/* A channel is asked for three times more than the multiplexer asks by itself (three SABMs each). */
static void a_channel_that_does_not_open(void **state)
{
    struct linedesk *desk = *state;
    mc_line_mux_start(desk->line, 64, 115200, linedesk_on_done, desk);
    linedesk_say(desk, 0, MUX_UA, NULL);
    linedesk_pass(desk, 60000);
    linedesk_expect(desk, "SABM0 SABM1 SABM1 SABM1 SABM1 SABM1 SABM1 SABM1 SABM1 SABM1 SABM1 SABM1 SABM1 done=-103 ");
    assert_false(mc_line_muxed(desk->line));
    linedesk_send_at(desk, "AT");
    linedesk_expect(desk, "plain(AT\r) ");
}

/* So often for each: that the first was late does not cost the second. */
static void a_channel_that_opens_late(void **state)
{
    struct linedesk *desk = *state;
    mc_line_mux_start(desk->line, 64, 115200, linedesk_on_done, desk);
    linedesk_say(desk, 0, MUX_UA, NULL);
    linedesk_pass(desk, 3 * 900);
    linedesk_say(desk, 1, MUX_UA, NULL);
    linedesk_expect(desk, "SABM0 SABM1 SABM1 SABM1 SABM1 SABM1 SABM1 SABM1 SABM1 SABM1 SABM1 SABM2 ");
    linedesk_pass(desk, 3 * 900);
    linedesk_say(desk, 2, MUX_UA, NULL);
    linedesk_expect(desk, "SABM2 SABM2 SABM2 SABM2 SABM2 SABM2 SABM2 SABM2 SABM2 owner=mux done=0 ");
}

static void a_channel_that_is_refused(void **state)
{
    struct linedesk *desk = *state;
    mc_line_mux_start(desk->line, 64, 115200, linedesk_on_done, desk);
    linedesk_say(desk, 0, MUX_UA, NULL);
    for (int i = 0; i < 2; i++) { /* for all that is known it is for something else: asked again */
        linedesk_say(desk, 1, MUX_DM, NULL);
        linedesk_pass(desk, 300);
    }
    linedesk_expect(desk, "SABM0 SABM1 SABM1 SABM1 ");
    linedesk_say(desk, 1, MUX_DM, NULL);
    linedesk_expect(desk, "done=-103 ");
    linedesk_pass(desk, 60000);
    linedesk_expect(desk, "");
}

/* The modem ends the call's channel while PPP is written: each frame that was on the wire it answers with a DM (27.010,
 * 5.4.1), and then the SABM behind them with a UA. */
static void data_on_the_wire_when_the_channel_closes(void **state)
{
    for (int dm = 0; dm < 2; dm++) {
        struct linedesk *desk = *state;
        linedesk_make_line(desk, true);
        linedesk_open_both(desk);
        linedesk_dial(desk);
        linedesk_say(desk, 2, dm ? MUX_DM : MUX_DISC | MUX_PF, NULL);
        linedesk_expect(desk, dm ? "SABM2 data-closed " : "UA2 SABM2 data-closed ");
        for (int i = 0; i < 12; i++)
            linedesk_say(desk, 2, MUX_DM, NULL);
        linedesk_say(desk, 2, MUX_UA, NULL);
        linedesk_pass(desk, 1000);
        linedesk_expect(desk, "");
        assert_true(mc_line_muxed(desk->line));
        linedesk_send_on(desk, mc_line_dial_at(desk->line), "ATD*99#", MC_AT_DIALS);
        linedesk_expect(desk, "UIH2(ATD*99#\r) ");
    }
}

/* The AT channel, beside a call: the call goes on. */
static void a_command_on_the_wire_when_its_channel_closes(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_dial(desk);
    linedesk_send_at(desk, "AT+CSQ");
    linedesk_say(desk, 1, MUX_DISC | MUX_PF, NULL);
    linedesk_say(desk, 1, MUX_DM, NULL);
    linedesk_say(desk, 1, MUX_UA, NULL);
    linedesk_expect(desk, "UIH1(AT+CSQ\r) UA1 SABM1 cancelled ");
    assert_true(mc_line_carries(desk->line));
    linedesk_say(desk, 2, MUX_UIH, "~frame~");
    linedesk_expect(desk, "data(~frame~) ");
}

/* A dial whose channel the modem closes is answered so, and not waited for. */
static void the_channel_of_a_dial_closes(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_send_on(desk, mc_line_dial_at(desk->line), "ATD*99#", MC_AT_DIALS);
    linedesk_say(desk, 2, MUX_DISC | MUX_PF, NULL);
    linedesk_expect(desk, "UIH2(ATD*99#\r) UA2 SABM2 NO CARRIER ");
}

/* A modem that tears the context down first answers three DISCs at once, after they were given up: UA, DM, DM, and then
 * the SABMs. */
static void slow_with_a_disc(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_dial(desk);
    mc_line_redial(desk->line, linedesk_on_done, desk);
    linedesk_pass(desk, 2000);
    linedesk_expect(desk, "DISC2 DISC2 DISC2 SABM2 SABM2 SABM2 SABM2 ");
    linedesk_say(desk, 2, MUX_UA, NULL);
    linedesk_say(desk, 2, MUX_DM, NULL);
    linedesk_say(desk, 2, MUX_DM, NULL);
    for (int i = 0; i < 4; i++)
        linedesk_say(desk, 2, MUX_UA, NULL);
    linedesk_expect(desk, "done=0 ");
    linedesk_send_on(desk, mc_line_dial_at(desk->line), "ATD*99#", MC_AT_DIALS);
    linedesk_say(desk, 2, MUX_UIH, "\r\nCONNECT\r\n");
    linedesk_expect(desk, "UIH2(ATD*99#\r) CONNECT ");
    mc_line_data(desk->line, true);
    linedesk_say(desk, 2, MUX_DM, NULL); /* behind what it has said on the channel this one is meant */
    linedesk_expect(desk, "SABM2 data-closed ");
}

static void no_multiplexer_answers(void **state)
{
    struct linedesk *desk = *state;
    mc_line_mux_start(desk->line, 64, 115200, linedesk_on_done, desk);
    linedesk_pass(desk, 60000);
    linedesk_expect(desk, "SABM0 SABM0 SABM0 done=-110 ");
}

static void no_memory_for_one(void **state)
{
    struct linedesk *desk = *state;
    alloc_fail_at(1);
    mc_line_mux_start(desk->line, 64, 115200, linedesk_on_done, desk);
    assert_true(alloc_fail_stop());
    linedesk_expect(desk, "done=-12 ");
    alloc_fail_at(1);
    assert_int_equal(mc_line_mux_adopt(desk->line, 64, 115200), -ENOMEM);
    assert_true(alloc_fail_stop());
    assert_false(mc_line_muxed(desk->line) || mc_line_carries(desk->line));
    linedesk_send_at(desk, "AT");
    linedesk_expect(desk, "plain(AT\r) ");
}

/* ---- a call ---- */

static void a_call_is_carried(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    assert_int_equal(mc_line_send_data(desk->line, "~", 1), -EPERM);
    linedesk_send_on(desk, mc_line_dial_at(desk->line), "ATD*99#", MC_AT_DIALS);
    linedesk_say(desk, 2, MUX_UIH, "\r\nCONNECT\r\n~frame~");
    linedesk_say(desk, 2, MUX_UIH, "~more~");
    assert_int_equal(mc_line_send_data(desk->line, "~ours~", 6), 6);
    linedesk_pass(desk, 100);
    linedesk_expect(desk, "UIH2(ATD*99#\r) CONNECT data(~frame~) data(~more~) UIH2(~ours~) ");
    /* AT is there all the same, but not on the channel that carries. */
    linedesk_send_at(desk, "AT+CSQ");
    linedesk_send_on(desk, mc_line_dial_at(desk->line), "ATH", 0);
    linedesk_expect(desk, "UIH1(AT+CSQ\r) cancelled ");
}

static void the_sink_is_full(void **state)
{
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_dial(desk);
    desk->take = 3;
    linedesk_say(desk, 2, MUX_UIH, "abcdef");
    linedesk_expect(desk, "data(abc) ");
    mc_line_resume_data(desk->line);
    linedesk_expect(desk, "data(def) ");
    mc_line_plain(desk->line);
    mc_line_resume_data(desk->line);
    mc_line_drained(desk->line);
    linedesk_expect(desk, "owner=at ");
}

/* More than the channel holds: the rest is refused, and room is told once it has gone out. */
static void the_channel_is_full(void **state)
{
    static const char zeros[8192];
    struct linedesk *desk = *state;
    linedesk_open_both(desk);
    linedesk_dial(desk);
    int taken = mc_line_send_data(desk->line, zeros, sizeof(zeros));
    assert_in_range(taken, 1, sizeof(zeros) - 1);
    assert_null(strstr(desk->log, "room"));
    linedesk_pass(desk, 10000);
    assert_non_null(strstr(desk->log, "room"));
}

/* A command that its channel does not hold is refused whole, and nobody is told of room for data. */
static void the_at_channel_is_full(void **state)
{
    struct linedesk *desk = *state;
    char text[1000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    memcpy(text, "AT", 2);
    linedesk_open_both(desk);
    linedesk_say(desk, 0, MUX_UIH, "\x63\x01"); /* FCoff: the modem takes nothing */
    for (int i = 0; i < 4; i++) {
        linedesk_send_at(desk, text);
        linedesk_expect(desk, "");
        mc_at_cancel_all(mc_line_at(desk->line));
        linedesk_expect(desk, "cancelled ");
        mc_at_resync(mc_line_at(desk->line));
    }
    for (int i = 0; i < 2; i++) { /* room for a part of it, or for none, is no room */
        linedesk_send_at(desk, text);
        linedesk_expect(desk, "cancelled ");
    }
    linedesk_say(desk, 0, MUX_UIH, "\xa3\x01"); /* FCon */
    linedesk_send_at(desk, "AT+CSQ");
    linedesk_pass(desk, 10000);
    assert_null(strstr(desk->log, "room"));
    size_t bytes = 0;
    for (const char *p = desk->log; (p = strstr(p, "UIH1("));)
        bytes += strcspn(p += strlen("UIH1("), ")");
    assert_int_equal(bytes, 4 * (strlen(text) + 1) + strlen("AT+CSQ\r"));
    desk->log[0] = '\0';
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, linedesk_set_up, linedesk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_channels_open),
        TEST(nobody_writes_while_it_is_opened),
        TEST(a_channel_begins_anew),
        TEST(a_channel_that_does_not_open),
        TEST(a_channel_that_opens_late),
        TEST(a_channel_that_is_refused),
        TEST(data_on_the_wire_when_the_channel_closes),
        TEST(a_command_on_the_wire_when_its_channel_closes),
        TEST(the_channel_of_a_dial_closes),
        TEST(slow_with_a_disc),
        TEST(no_multiplexer_answers),
        TEST(no_memory_for_one),
        TEST(a_call_is_carried),
        TEST(the_sink_is_full),
        TEST(the_channel_is_full),
        TEST(the_at_channel_is_full),
    };
    return cmocka_run_group_tests_name("line/line_mux", tests, NULL, NULL);
}
