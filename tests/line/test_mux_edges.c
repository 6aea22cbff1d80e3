/* SPDX-License-Identifier: MIT */
/* What of the multiplexer scripts/mutate found that nobody noticed. */
#include "muxdesk.h"
#include <errno.h>

static struct desk d;
#define COMMAND(...)                                                                                                   \
    desk_command(&d, (const char *)(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
#define TEST_WORDS "UIH0[23116d6963726f636174]"

/* What nobody has, what carries nothing, and the least that carries something. */
static void what_may_be_sent(void **state)
{
    desk_ready(&d, 64, 115200);
    assert_int_equal(mc_mux_send_whole(d.mux, 9, "AT", 2), -ENOTCONN);
    assert_int_equal(mc_mux_send_whole(d.mux, 3, "AT", 2), -ENOTCONN);
    desk_wrote(&d, "");
    assert_int_equal(mc_mux_send_whole(d.mux, 1, "AT", 2), 0);
    desk_wrote(&d, "UIH1[4154]");
    desk_say(&d, 1, MUX_UIH, NULL, 0);
    assert_int_equal(mc_buf_len(&d.got[1]), 0);
    desk_say(&d, 1, MUX_UIH, "!", 1);
    assert_int_equal(mc_buf_len(&d.got[1]), 1);
    desk_close(&d);
}

/* The last one is one as any other: it has signals, is told of room, and is asked to close. */
static void the_last_one(void **state)
{
    static const char zeros[5000];
    desk_ready(&d, 64, 115200);
    mc_mux_open(d.mux, MC_MUX_DLCIS);
    desk_say(&d, MC_MUX_DLCIS, MUX_UA, NULL, 0);
    COMMAND(0xe3, 5, MC_MUX_DLCIS << 2 | 3, 0x8d);
    assert_int_equal(mc_mux_signals(d.mux, MC_MUX_DLCIS), 0x8c);
    assert_int_equal(mc_mux_signals(d.mux, MC_MUX_DLCIS + 1), 0);
    d.quiet = true;
    assert_in_range(mc_mux_send(d.mux, MC_MUX_DLCIS, zeros, sizeof(zeros)), 1, sizeof(zeros) - 1);
    desk_forget(&d);
    desk_pass(&d, 2000);
    desk_told(&d, "room4 ");
    desk_forget(&d);
    mc_mux_close(d.mux);
    desk_wrote(&d, "DISC1 DISC2 DISC4");
    desk_say(&d, 1, MUX_UA, NULL, 0);
    desk_say(&d, 2, MUX_UA, NULL, 0);
    desk_wrote(&d, ""); /* ... and waited for */
    desk_say(&d, MC_MUX_DLCIS, MUX_UA, NULL, 0);
    desk_wrote(&d, "UIH0[c301]");
    desk_close(&d);
}

/* A whole may be as long as there is room. */
static void a_whole_that_just_fits(void **state)
{
    static const char zeros[4096];
    desk_ready(&d, 64, 115200);
    COMMAND(0xe3, 5, 1 << 2 | 3, 0x8f); /* FC on 1: all of it is kept */
    assert_int_equal(mc_mux_send_whole(d.mux, 1, zeros, sizeof(zeros)), 0);
    assert_int_equal(mc_mux_send_whole(d.mux, 1, zeros, 1), -ENOBUFS);
    desk_close(&d);
}

/* One that was adopted, and answered, is one as any other: silence is noticed. */
static void adopted_and_silent(void **state)
{
    desk_open(&d, 64, 115200);
    mc_mux_adopt(d.mux, 1 << 1 | 1 << 2);
    desk_say(&d, 0, MUX_UIH, "\x21\x01", 2);
    desk_forget(&d);
    desk_pass(&d, 60000);
    assert_non_null(strstr(d.out, TEST_WORDS));
    desk_told(&d, "ended=SILENT ");
    desk_close(&d);
}

/* What was stopped, and what was refused, is nothing to the DLC that is opened anew. */
static void opened_anew(void **state)
{
    static const char zeros[5000];
    desk_ready(&d, 64, 115200);
    d.take = 0;
    desk_say(&d, 2, MUX_UIH, "x", 1);
    d.quiet = true;
    assert_in_range(mc_mux_send(d.mux, 2, zeros, sizeof(zeros)), 1, sizeof(zeros) - 1);
    desk_say(&d, 2, MUX_DISC, NULL, 0);
    desk_forget(&d);
    size_t carried = mc_buf_len(&d.carried[2]);
    mc_mux_open(d.mux, 2);
    desk_say(&d, 2, MUX_UA, NULL, 0);
    COMMAND(0xe1, 5, 0x0b, 0x8d);
    desk_pass(&d, 10000);
    desk_wrote(&d, "SABM2 UIH0[e3050b8d]");
    desk_told(&d, "opened2=0 ");
    assert_int_equal(mc_buf_len(&d.carried[2]), carried);
    desk_close(&d);
}

/* The answer to what was said of signals before is none to DISC. */
static void closing_is_not_answered_by_signals(void **state)
{
    desk_ready(&d, 64, 115200);
    mc_mux_close_dlc(d.mux, 2);
    COMMAND(0xe1, 5, 0x0b, 0x8d);
    desk_pass(&d, 300);
    desk_wrote(&d, "DISC2 DISC2");
    desk_close(&d);
}

/* Nor is an answer of another kind one to what is said of signals, whatever its values look like. */
static void signals_are_answered_by_signals(void **state)
{
    desk_ready(&d, 64, 115200);
    d.take = 0;
    desk_say(&d, 2, MUX_UIH, "x", 1);
    desk_wrote(&d, "UIH0[e3050b8f]");
    COMMAND(0x81, 17, 0x0b, 0x8f, 0, 0, 0, 0, 0, 0); /* PN */
    desk_pass(&d, 300);
    desk_wrote(&d, "UIH0[e3050b8f]");
    COMMAND(0xe1, 5, 0x0b, 0x8f);
    desk_pass(&d, 1000);
    desk_wrote(&d, "");
    desk_close(&d);
}

/* A modem that does not stop when it is told to: what is more than we keep is lost, and counted. */
static void the_modem_does_not_stop(void **state)
{
    static const char zeros[1000];
    desk_ready(&d, 64, 115200);
    d.take = 0;
    for (int i = 0; i < 40; i++)
        desk_say(&d, 2, MUX_UIH, zeros, sizeof(zeros));
    assert_int_equal(mc_mux_stats(d.mux).overruns, 40000 - 32000); /* whole frames of 32768 */
    d.take = SIZE_MAX;
    mc_mux_resume(d.mux, 2);
    assert_int_equal(mc_buf_len(&d.got[2]), 32000);
    desk_close(&d);
}

/* One that was adopted is left as any other. */
static void adopted_and_left(void **state)
{
    desk_open(&d, 64, 115200);
    mc_mux_adopt(d.mux, 1 << 1 | 1 << 2);
    desk_say(&d, 0, MUX_UIH, "\x21\x01", 2);
    mc_mux_close(d.mux);
    desk_pass(&d, 999);
    desk_told(&d, "");
    desk_pass(&d, 1);
    desk_pass(&d, 0);
    desk_told(&d, "ended=CLOSED ");
    mc_mux_feed(d.mux, (const uint8_t[]){0xf9, 0x05, 0xef}, 3); /* nobody waits for the rest of it */
    assert_int_equal(mc_timerq_next_ms(d.queue), -1);
    desk_close(&d);
}

/* Freed before its end was told. */
static void freed_while_ending(void **state)
{
    desk_ready(&d, 64, 115200);
    desk_say(&d, 0, MUX_DISC, NULL, 0);
    assert_int_not_equal(mc_timerq_next_ms(d.queue), -1);
    desk_close(&d); /* no timer is left */
}

/* Who was held up while the answer was due has not listened: it is waited for once more. Not for ever. */
static void adopts_while_held_up(void **state)
{
    desk_open(&d, 64, 115200);
    mc_mux_adopt(d.mux, 1 << 1 | 1 << 2);
    desk_forget(&d);
    for (int i = 0; i < 2; i++) {
        mc_timerq_advance(d.queue, mc_timerq_now_ms(d.queue) + 5000);
        desk_pass(&d, 1);
    }
    desk_told(&d, "");
    desk_say(&d, 0, MUX_UIH, "\x21\x01", 2);
    desk_pass(&d, 3000);
    desk_told(&d, "");
    desk_close(&d);
    desk_open(&d, 64, 115200);
    mc_mux_adopt(d.mux, 1 << 1 | 1 << 2);
    for (int i = 0; i < 8; i++) {
        mc_timerq_advance(d.queue, mc_timerq_now_ms(d.queue) + 5000);
        desk_pass(&d, 1);
    }
    desk_pass(&d, 1000);
    desk_told(&d, "ended=SILENT ");
    desk_close(&d);
    desk_open(&d, 64, 115200); /* once, and then it is silent */
    mc_mux_adopt(d.mux, 1 << 1 | 1 << 2);
    mc_timerq_advance(d.queue, mc_timerq_now_ms(d.queue) + 5000);
    desk_pass(&d, 1);
    desk_pass(&d, 5000);
    desk_told(&d, "ended=SILENT ");
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adopts_while_held_up),
        cmocka_unit_test(what_may_be_sent),
        cmocka_unit_test(the_last_one),
        cmocka_unit_test(a_whole_that_just_fits),
        cmocka_unit_test(adopted_and_silent),
        cmocka_unit_test(opened_anew),
        cmocka_unit_test(closing_is_not_answered_by_signals),
        cmocka_unit_test(signals_are_answered_by_signals),
        cmocka_unit_test(the_modem_does_not_stop),
        cmocka_unit_test(adopted_and_left),
        cmocka_unit_test(freed_while_ending),
    };
    return cmocka_run_group_tests_name("line/mux_edges", tests, NULL, NULL);
}
