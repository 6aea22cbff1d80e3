/* SPDX-License-Identifier: MIT */
/* The multiplexer's flow control: who stops whom, and that a lost word stops nobody for ever. */
#include "muxdesk.h"
#include <errno.h>

static struct desk d;
#define COMMAND(...)                                                                                                   \
    desk_command(&d, (const char *)(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* A stopped DLC stops nothing else, and loses nothing. */
static void the_modem_stops(void **state)
{
    desk_ready(&d, 64, 115200);
    COMMAND(0xe3, 5, 0x0b, 0x8f); /* FC on 2 */
    assert_int_equal(mc_mux_signals(d.mux, 2), 0x8e);
    desk_forget(&d);
    assert_int_equal(mc_mux_send(d.mux, 2, "data", 4), 4);
    assert_int_equal(mc_mux_send(d.mux, 1, "AT", 2), 2);
    desk_wrote(&d, "UIH1[4154]");
    COMMAND(0xe3, 5, 0x0b, 0x8d);
    desk_wrote(&d, "UIH0[e1050b8d] UIH2[64617461]");
    COMMAND(0x63, 1); /* FCoff */
    assert_int_equal(mc_mux_send(d.mux, 2, "d", 1), 1);
    assert_int_equal(mc_mux_send(d.mux, 1, "A", 1), 1);
    desk_wrote(&d, "UIH0[6101]");
    COMMAND(0x23, 1); /* DLCI 0 is not stopped */
    desk_wrote(&d, "UIH0[2101]");
    COMMAND(0xa3, 1); /* FCon: AT before data */
    desk_wrote(&d, "UIH0[a101] UIH1[41] UIH2[64]");
    desk_close(&d);
}

static void we_stop(void **state)
{
    char sent[600];
    size_t at = 0;
    for (size_t i = 0; i < sizeof(sent); i++)
        sent[i] = (char)(i * 7 % 251);
    desk_ready(&d, 64, 115200);
    d.take = 30;
    desk_say(&d, 2, MUX_UIH, sent, 50);
    desk_wrote(&d, "UIH0[e3050b8f]");
    COMMAND(0xe1, 5, 0x0b, 0x8f);
    for (at = 50; at < sizeof(sent); at += 50) /* on its way already */
        desk_say(&d, 2, MUX_UIH, sent + at, 50);
    desk_say(&d, 1, MUX_UIH, "on", 2);
    assert_int_equal(mc_buf_len(&d.got[1]), 2);
    assert_int_equal(mc_buf_len(&d.got[2]), 30);
    desk_pass(&d, 1000);
    desk_wrote(&d, ""); /* the MSC was answered */
    mc_mux_resume(d.mux, 2);
    assert_int_equal(mc_buf_len(&d.got[2]), 60);
    desk_wrote(&d, "");
    d.take = SIZE_MAX;
    mc_mux_resume(d.mux, 2);
    desk_wrote(&d, "UIH0[e3050b8d]");
    desk_pass(&d, 3000); /* unanswered: said three times in all */
    desk_wrote(&d, "UIH0[e3050b8d] UIH0[e3050b8d]");
    assert_int_equal(mc_buf_len(&d.got[2]), sizeof(sent));
    assert_memory_equal(mc_buf_head(&d.got[2]), sent, sizeof(sent));
    mc_mux_resume(d.mux, 2);
    mc_mux_resume(d.mux, 4);
    desk_wrote(&d, "");
    assert_int_equal(mc_mux_stats(d.mux).overruns, 0);
    desk_close(&d);
}

/* The answer to "stop" does not quiet "go on". */
static void an_old_answer(void **state)
{
    desk_ready(&d, 64, 115200);
    d.take = 0;
    desk_say(&d, 2, MUX_UIH, "x", 1);
    d.take = 1;
    mc_mux_resume(d.mux, 2);
    COMMAND(0xe1, 5, 0x0b, 0x8f);
    desk_forget(&d);
    COMMAND(0xe1, 3, 0x0b); /* nor what is none */
    COMMAND(0xe1, 1);
    desk_pass(&d, 300);
    desk_wrote(&d, "UIH0[e3050b8d]");
    COMMAND(0xe1, 5, 0x0b, 0x8d);
    desk_pass(&d, 1000);
    desk_wrote(&d, "");
    mc_mux_open(d.mux, 2);
    COMMAND(0xe1, 5, 0x0b, 0x8d); /* nor does it answer a SABM */
    desk_pass(&d, 300);
    desk_wrote(&d, "SABM2 SABM2");
    desk_close(&d);
}

/* Our release is lost for longer than it is repeated at once: it is said again, and again, until it is answered. */
static void our_release_is_lost(void **state)
{
    desk_ready(&d, 64, 115200);
    d.take = 0;
    desk_say(&d, 2, MUX_UIH, "x", 1);
    COMMAND(0xe1, 5, 0x0b, 0x8f);
    desk_forget(&d);
    d.take = SIZE_MAX;
    mc_mux_resume(d.mux, 2);
    desk_pass(&d, 899);
    desk_wrote(&d, "UIH0[e3050b8d] UIH0[e3050b8d] UIH0[e3050b8d]");
    for (int i = 0; i < 4; i++) {
        desk_pass(&d, 5000);
        desk_wrote(&d, "UIH0[e3050b8d]");
    }
    COMMAND(0xe1, 5, 0x0b, 0x8d);
    desk_pass(&d, 20000);
    desk_wrote(&d, "");
    desk_told(&d, "");
    desk_close(&d);
}

/* A modem that answers no MSC at all is told thrice, and works. */
static void one_that_answers_none(void **state)
{
    desk_open(&d, 64, 115200);
    mc_mux_start(d.mux);
    desk_say(&d, 0, MUX_UA, NULL, 0);
    mc_mux_open(d.mux, 1);
    desk_say(&d, 1, MUX_UA, NULL, 0);
    desk_pass(&d, 29000);
    desk_wrote(&d, "SABM0 SABM1 UIH0[e305078d] UIH0[e305078d] UIH0[e305078d]");
    desk_close(&d);
}

/* Stops DLC 2 with something on it, and all is forgotten. */
static void stop_and_send(void)
{
    desk_ready(&d, 64, 115200);
    COMMAND(0xe3, 5, 0x0b, 0x8f);
    desk_forget(&d);
    assert_int_equal(mc_mux_send(d.mux, 2, "d", 1), 1);
}

static void the_modems_release_is_lost(void **state)
{
    stop_and_send();
    desk_pass(&d, 2000);
    assert_int_equal(mc_mux_send(d.mux, 2, "ata", 3), 3); /* counts from the first */
    desk_pass(&d, 2999);
    desk_wrote(&d, "");
    desk_told(&d, "");
    desk_pass(&d, 1);
    desk_wrote(&d, "UIH0[e3050b8d]");
    desk_told(&d, "stopped2 ");
    COMMAND(0xe1, 5, 0x0b, 0x8d);
    COMMAND(0xe3, 5, 0x0b, 0x8d); /* its own: it does not stop us */
    desk_wrote(&d, "UIH0[e1050b8d] UIH2[64617461]");
    assert_int_equal(mc_mux_stats(d.mux).asks, 1);
    desk_pass(&d, 20000);
    desk_wrote(&d, "");
    desk_told(&d, "");
    desk_close(&d);
}

/* One that says itself that it is stopped is asked each 5 s and believed, and that is told once. */
static void it_is_stopped_indeed(void **state)
{
    stop_and_send();
    for (int i = 0; i < 20; i++) {
        desk_pass(&d, 5000);
        desk_wrote(&d, "UIH0[e3050b8d]");
        COMMAND(0xe1, 5, 0x0b, 0x8d);
        COMMAND(0xe3, 5, 0x0b, 0x8f);
        desk_wrote(&d, "UIH0[e1050b8f]");
    }
    desk_told(&d, "stopped2 ");
    COMMAND(0xe3, 5, 0x0b, 0x8d);
    desk_wrote(&d, "UIH0[e1050b8d] UIH2[64]");
    COMMAND(0xe3, 5, 0x0b, 0x8f); /* another stop is told anew */
    assert_int_equal(mc_mux_send(d.mux, 2, "data", 4), 4);
    desk_pass(&d, 5000);
    desk_told(&d, "stopped2 ");
    desk_close(&d);
}

/* One that answers our MSC and says none of its own: four times, then what waits is sent. */
static void it_says_nothing_about_it(void **state)
{
    for (int all = 0; all < 2; all++) {
        desk_ready(&d, 64, 115200);
        COMMAND(0xe3, 5, 0x0b, 0x8d | (all ? 0 : 2));
        if (all)
            COMMAND(0x63, 1); /* FCoff */
        desk_forget(&d);
        assert_int_equal(mc_mux_send(d.mux, 2, "data", 4), 4);
        for (int i = 0; i < 4; i++) {
            desk_pass(&d, 5000);
            desk_wrote(&d, "UIH0[e3050b8d]");
            COMMAND(0xe1, 5, 0x0b, 0x8d);
        }
        desk_pass(&d, 4999);
        desk_told(&d, "stopped2 ");
        desk_pass(&d, 1);
        desk_wrote(&d, "UIH2[64617461]");
        desk_told(&d, "goes-on2 ");
        assert_int_equal(mc_mux_send(d.mux, 2, "more", 4), 4);
        desk_pass(&d, 100);
        desk_wrote(&d, "UIH2[6d6f7265]");
        desk_close(&d);
    }
}

/* One that does not even answer is asked on, until silence ends it; nothing is sent into a stop. */
static void it_does_not_answer(void **state)
{
    stop_and_send();
    desk_pass(&d, 60000);
    desk_told(&d, "stopped2 ended=SILENT ");
    assert_null(strstr(d.out, "UIH2"));
    desk_close(&d);
}

/* Nothing waits, or no more: nobody is asked. A DLC that begins anew is not stopped. */
static void nothing_waits(void **state)
{
    desk_ready(&d, 64, 115200);
    assert_int_equal(mc_mux_send(d.mux, 1, "A", 1), 1);
    desk_pass(&d, 500);
    assert_true(mc_timerq_next_ms(d.queue) > mc_timerq_now_ms(d.queue) + 10000); /* nothing wakes us but silence */
    COMMAND(0x63, 1);
    assert_int_equal(mc_mux_send(d.mux, 1, "T", 1), 1);
    COMMAND(0xa3, 1);
    desk_forget(&d);
    desk_pass(&d, 10000);
    desk_wrote(&d, "");
    desk_told(&d, "");
    desk_close(&d);
    desk_ready(&d, 64, 115200);
    COMMAND(0xe3, 5, 0x0b, 0x8f);
    desk_forget(&d);
    desk_pass(&d, 20000);
    desk_wrote(&d, "");
    assert_int_equal(mc_mux_send(d.mux, 2, "data", 4), 4);
    desk_pass(&d, 4000);
    mc_mux_open(d.mux, 2);
    desk_say(&d, 2, MUX_UA, NULL, 0);
    COMMAND(0xe1, 5, 0x0b, 0x8d);
    desk_forget(&d);
    assert_int_equal(mc_mux_send(d.mux, 2, "data", 4), 4);
    desk_wrote(&d, "UIH2[64617461]");
    desk_pass(&d, 5000);
    desk_wrote(&d, "");
    assert_int_equal(mc_mux_stats(d.mux).asks, 0);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_modem_stops),       cmocka_unit_test(we_stop),
        cmocka_unit_test(an_old_answer),         cmocka_unit_test(our_release_is_lost),
        cmocka_unit_test(one_that_answers_none), cmocka_unit_test(the_modems_release_is_lost),
        cmocka_unit_test(it_is_stopped_indeed),  cmocka_unit_test(it_says_nothing_about_it),
        cmocka_unit_test(it_does_not_answer),    cmocka_unit_test(nothing_waits),
    };
    return cmocka_run_group_tests_name("line/mux_flow", tests, NULL, NULL);
}
