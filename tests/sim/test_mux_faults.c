/* SPDX-License-Identifier: MIT */
/* The multiplexer's flow control, its styles, how it is left, and each of its faults. */
#include "muxhost.h"
#include <stdio.h>
#include <string.h>

#define FLAG_RUN "\xf9\xf9\xf9\xf9\xf9\xf9\xf9\xf9"

static struct host h;

static void dial(const char *const *settings)
{
    host_open(&h, settings);
    host_expect(&h, 1, "ATD*99***1#", 1000, CONNECT);
}

static void from_network(const char *text)
{
    assert_int_equal(sim_board_peer_data(h.desk.board, text, strlen(text)), 0);
    host_run(&h, 50);
}

/* A DLC that the host stopped stops nothing else and loses nothing. */
static void host_stops_one(void **state)
{
    dial(NULL);
    host_msc(&h, 1, 0x0f);
    host_controls(&h, "e1:070f ");
    from_network("one");
    from_network("two");
    assert_string_equal(h.text[1], "");
    host_expect(&h, 2, "AT", 50, OK("AT"));
    host_msc(&h, 1, 0x0d);
    assert_string_equal(h.text[1], "onetwo");
    host_close(&h);
}

static void host_stops_all(void **state)
{
    dial(NULL);
    host_message(&h, 0x63, "", 0);
    from_network("one");
    host_type(&h, 2, "AT\r");
    host_run(&h, 50);
    assert_string_equal(h.text[1], "");
    assert_string_equal(h.text[2], "");
    host_controls(&h, "61: "); /* DLCI 0 goes on */
    host_message(&h, 0xa3, "", 0);
    assert_string_equal(h.text[1], "one");
    assert_string_equal(h.text[2], OK("AT"));
    host_message(&h, 0x63, "", 0);
    host_sabm(&h, 0); /* a new host knows nothing of it */
    host_forget(&h);
    host_expect(&h, 2, "AT", 50, OK("AT"));
    host_close(&h);
}

/* A stopped host's network end is told to wait, and goes on behind. */
static void backlog(void **state)
{
    static char bulk[10001];

    memset(bulk, 'p', sizeof(bulk) - 1);
    dial(NULL);
    host_msc(&h, 1, 0x0f);
    from_network(bulk);
    assert_in_range(sim_board_peer_room(h.desk.board), 6384, 6384);
    assert_int_equal(sim_board_peer_data(h.desk.board, bulk, 10000), -105);
    host_msc(&h, 1, 0x0d);
    host_run(&h, 100);
    assert_int_equal(strlen(h.text[1]), 10000);
    host_close(&h);
}

/* Held by the modem: FC is said, what is on its way is kept, what comes in spite of it is lost and counted. */
static void modem_holds(void **state)
{
    static char bulk[65];

    host_open(&h, NULL);
    desk_inject(&h.desk, "mux-hold 2 on", "ok");
    host_run(&h, 50);
    host_controls(&h, "e3:0b0f ");
    host_expect(&h, 2, "AT", 1000, "");
    host_expect(&h, 3, "AT", 50, OK("AT"));
    desk_inject(&h.desk, "mux-hold 2 off", "ok");
    host_run(&h, 50);
    assert_string_equal(h.text[2], OK("AT"));
    host_controls(&h, "e3:0b0d ");
    memset(bulk, ' ', sizeof(bulk) - 1);
    desk_inject(&h.desk, "mux-hold 2 on", "ok");
    for (int i = 0; i < 65; i++)
        host_type(&h, 2, bulk);
    desk_get(&h.desk, "mux_overruns", "64");
    host_forget(&h);
    desk_inject(&h.desk, "forgive", "ok");
    host_run(&h, 50);
    assert_non_null(strstr(h.control, "e3:0b0d"));
    desk_inject(&h.desk, "mux-hold 5 on", "error bad arguments");
    desk_inject(&h.desk, "mux-hold 2 maybe", "error bad arguments");
    host_close(&h);
}

/* How a family spells: UIH's control field, its C/R, its length, the MSC behind UA. */
static void styles(void **state)
{
    static const struct {
        const char *set;
        uint8_t head, address, length;
        const char *opened;
    } rows[] = {
        {"set mux-style sim7670", 0xef, 0x09, 1, "UA2+ e3:0b0d "},
        {"set mux-style sim7670g", 0xef, 0x0b, 1, "UA2+ e3:0b0d "},
        {"set mux-style a7670", 0xff, 0x0b, 2, "UA2+ "},
        {"set mux-style sim7600", 0xff, 0x0b, 2, "UA2+ "},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        host_begin(&h, (const char *const[]){rows[i].set, NULL}, "AT+CMUX=0\r");
        host_sabm(&h, 0);
        host_forget(&h);
        host_sabm(&h, 2);
        host_controls(&h, rows[i].opened);
        host_type(&h, 2, "AT\r");
        host_run(&h, 50);
        assert_int_equal(h.head, rows[i].head);
        assert_int_equal(h.address, rows[i].address);
        assert_string_equal(h.text[2], OK("AT"));
        const uint8_t *at = memchr(h.desk.said, rows[i].head, h.desk.len);

        assert_int_equal(at[1] & 1, rows[i].length == 1);
        assert_int_equal(memmem(h.desk.said, h.desk.len, FLAG_RUN FLAG_RUN, 16) != NULL, rows[i].head == 0xff);
        host_forget(&h);
        host_msc(&h, 2, 0x0d);
        host_controls(&h, rows[i].length == 1 ? "e1:0b0d " : "e1:0b0d e3:0b0d ");
        host_msc(&h, 2, 0x0d);
        host_controls(&h, "e1:0b0d ");
        host_close(&h);
    }
}

/* An SIM7600 idles in runs of flags; others say nothing, and no timer runs. */
static void idles(void **state)
{
    host_open(&h, (const char *const[]){"set mux-style a7670", "set mux-idle 500", NULL});
    host_run(&h, 500);
    host_forget(&h);
    host_run(&h, 5000);
    assert_int_equal(h.desk.len, 160);
    for (size_t i = 0; i < h.desk.len; i++)
        assert_int_equal(h.desk.said[i], 0xf9);
    host_close(&h);
    host_open(&h, (const char *const[]){"set mux-style a7670", NULL});
    for (int i = 0; i < 20; i++)
        host_message(&h, 0x23, "x", 1);
    assert_in_range(h.desk.len, 20 * (16 + 10) + 20, 20 * (16 + 10) + 140); /* and 0 to 7 before each frame */
    assert_int_equal(mc_timerq_next_ms(h.desk.queue), -1);
    host_close(&h);
}

/* DISC for each DLC, then CLD or DISC on DLCI 0; a call ends with it. */
static void leaves(void **state)
{
    for (int disc = 0; disc < 2; disc++) {
        dial(NULL);
        host_frame(&h, 2, SIM_MUX_DISC | SIM_MUX_PF, NULL, 0);
        host_run(&h, 50);
        host_controls(&h, "UA2+ ");
        if (disc)
            host_frame(&h, 0, SIM_MUX_DISC | SIM_MUX_PF, NULL, 0);
        else
            host_frame(&h, 0, SIM_MUX_UIH, "\xc3\x01", 2);
        host_run(&h, 50);
        host_controls(&h, disc ? "UA0+ " : "c1: ");
        assert_int_equal(h.desk.peer, SIM_PEER_NONE);
        desk_expect(&h.desk, "AT", 50, OK("AT"));
        desk_expect(&h.desk, "AT+CMUX=0", 50, OK("AT+CMUX=0")); /* and in again, with every DLC closed */
        desk_get(&h.desk, "mode", "cmux");
        desk_get(&h.desk, "mux_open", "0");
        host_frame(&h, 0, SIM_MUX_DISC | SIM_MUX_PF, NULL, 0); /* also before any SABM */
        h.looked = 0;
        host_run(&h, 50);
        host_controls(&h, "UA0+ ");
        host_close(&h);
    }
}

/* One that answers CLD and stays: the second leads out, a SABM between them back in. */
static void leaves_badly(void **state)
{
    host_open(&h, (const char *const[]){"set mux-style sim7600", NULL});
    for (int round = 0; round < 2; round++) {
        host_message(&h, 0xc3, "", 0);
        host_controls(&h, "c1: ");
        desk_get(&h.desk, "mode", "cmux");
        desk_get(&h.desk, "mux_open", "0");
        desk_expect(&h.desk, "AT", 500, "");
        if (round == 0) {
            host_sabm(&h, 0);
            host_controls(&h, "UA0+ ");
        }
    }
    host_message(&h, 0xc3, "", 0);
    host_controls(&h, "c1: ");
    desk_expect(&h.desk, "AT", 50, OK("AT"));
    host_close(&h);
}

/* Silent: nothing any more, not even what the network sends; a reset cures it. */
static void silent(void **state)
{
    dial(NULL);
    desk_inject(&h.desk, "mux-silent on", "ok");
    from_network("lost");
    host_message(&h, 0x23, "x", 1);
    host_type(&h, 2, "AT\r");
    host_sabm(&h, 0);
    host_message(&h, 0xc3, "", 0);
    host_run(&h, 60000);
    desk_get(&h.desk, "mode", "cmux"); /* and heard nothing of it */
    assert_int_equal(h.desk.len, 0);
    desk_inject(&h.desk, "reboot", "ok");
    desk_run(&h.desk, 12000);
    desk_said(&h.desk, "\r\nQCRDY\r\n");
    desk_run(&h.desk, 3000);
    desk_forget(&h.desk);
    desk_expect(&h.desk, "AT+CMUX=0", 50, OK("AT+CMUX=0"));
    h.looked = 0;
    host_sabm(&h, 0);
    host_controls(&h, "UA0+ ");
    host_close(&h);
    host_begin(&h, (const char *const[]){"mux-silent on", NULL}, "AT+CMUX=0\r"); /* from the first frame on */
    host_sabm(&h, 0);
    assert_int_equal(h.desk.len, 0);
    desk_inject(&h.desk, "mux-silent off", "ok");
    host_sabm(&h, 0);
    host_controls(&h, "UA0+ ");
    host_close(&h);
}

/* Noisy: garbage between frames, and still every frame is there. */
static void noisy(void **state)
{
    size_t quiet, noise = 0;

    host_open(&h, NULL);
    host_type(&h, 1, "AT\r");
    host_run(&h, 50);
    quiet = h.desk.len;
    host_forget(&h);
    desk_inject(&h.desk, "mux-noisy on", "ok");
    for (int i = 0; i < 100; i++) {
        host_type(&h, 1, "AT\r");
        host_run(&h, 50);
        for (int push = 0; push < 200 && strcmp(h.text[1], OK("AT")) != 0; push++)
            host_message(&h, 0x23, "push", 4); /* what a false beginning has swallowed comes when its length is there */
        noise += h.desk.len;
        assert_string_equal(h.text[1], OK("AT"));
        host_forget(&h);
    }
    assert_true(noise > 100 * quiet + 500);
    assert_true(h.decoder.bad > 10);
    desk_inject(&h.desk, "forgive", "ok");
    host_type(&h, 1, "AT\r");
    host_run(&h, 50);
    assert_int_equal(h.desk.len, quiet);
    host_close(&h);
}

/* A UA that is forgotten: the DLC is open all the same, and a second SABM is answered. */
static void forgets_ua(void **state)
{
    host_begin(&h, NULL, "AT+CMUX=0\r");
    desk_inject(&h.desk, "mux-forget-ua 1", "ok");
    host_sabm(&h, 0);
    host_controls(&h, "");
    host_sabm(&h, 0);
    host_controls(&h, "UA0+ ");
    desk_inject(&h.desk, "mux-forget-ua", "ok");
    for (int i = 0; i < 10; i++)
        host_sabm(&h, 2);
    assert_null(strstr(h.control, "UA"));
    host_forget(&h);
    host_expect(&h, 2, "AT", 50, OK("AT"));
    host_close(&h);
}

static void drops(void **state)
{
    static const struct {
        const char *inject, *control;
        uint8_t address; /* C/R 0 of the responder's command, 1 of its response (5.2.1.2) */
    } rows[] = {
        {"mux-drop 1", "DISC1+ ", 0x05}, {"mux-drop 1 disc", "DISC1+ ", 0x05}, {"mux-drop 1 dm", "DM1+ ", 0x07}};

    for (size_t i = 0; i < 3; i++) {
        dial(NULL);
        desk_inject(&h.desk, rows[i].inject, "ok");
        host_run(&h, 50);
        assert_int_equal(h.desk.said[1], rows[i].address);
        host_controls(&h, rows[i].control);
        assert_int_equal(h.desk.peer, SIM_PEER_NONE);
        host_frame(&h, 1, SIM_MUX_UA | SIM_MUX_PF, NULL, 0); /* the host's answer to DISC */
        host_expect(&h, 2, "AT", 50, OK("AT"));
        desk_inject(&h.desk, rows[i].inject, "error no such DLC is open");
        host_sabm(&h, 1);
        host_controls(&h, "UA1+ e3:070d ");
        host_close(&h);
    }
}

/* By itself, without a word: AT mode again, and the call is gone. */
static void leaves_by_itself(void **state)
{
    dial(NULL);
    desk_inject(&h.desk, "mux-leave", "ok");
    desk_run(&h.desk, 50);
    desk_said(&h.desk, "");
    assert_int_equal(h.desk.peer, SIM_PEER_NONE);
    desk_expect(&h.desk, "AT", 50, OK("AT"));
    desk_inject(&h.desk, "mux-leave", "error no such DLC is open");
    host_close(&h);
}

/* Under load; by `reboot` in any mode. */
static void reboots(void **state)
{
    dial(NULL);
    desk_inject(&h.desk, "mux-reboot-after 200", "ok");
    from_network("quite a lot of bytes, though not enough of them yet");
    desk_get(&h.desk, "resets", "0");
    for (int i = 0; i < 3; i++)
        from_network("quite a lot of bytes, though not enough of them yet");
    host_forget(&h);
    desk_get(&h.desk, "resets", "1");
    assert_int_equal(h.desk.peer, SIM_PEER_NONE);
    desk_run(&h.desk, 12000);
    desk_said(&h.desk, "\r\nQCRDY\r\n");
    desk_run(&h.desk, 5000);
    desk_forget(&h.desk);
    desk_expect(&h.desk, "AT", 50, OK("AT"));
    host_close(&h);
    dial(NULL);
    desk_inject(&h.desk, "mux-reboot-after 10", "ok");
    desk_inject(&h.desk, "forgive", "ok");
    from_network("more than ten bytes");
    desk_get(&h.desk, "resets", "0");
    host_forget(&h);
    desk_inject(&h.desk, "reboot", "ok");
    desk_run(&h.desk, 12000);
    desk_said(&h.desk, "\r\nQCRDY\r\n");
    host_close(&h);
}

/* A crashed host's: every DLC open. */
static void left_behind(void **state)
{
    memset(&h, 0, sizeof(h));
    desk_open(&h.desk, (const char *const[]){"warm", NULL});
    desk_inject(&h.desk, "cmux-mode", "ok");
    desk_get(&h.desk, "mux_open", "4");
    host_expect(&h, 4, "AT", 50, OK("AT"));
    desk_inject(&h.desk, "say +CEREG: 2", "ok");
    host_run(&h, 50);
    for (int i = 1; i <= 4; i++)
        assert_string_equal(h.text[i], "\r\n+CEREG: 2\r\n");
    desk_inject(&h.desk, "data-mode", "ok"); /* of the plain line */
    desk_get(&h.desk, "mode", "data");
    desk_get(&h.desk, "mux_open", "0");
    host_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_stops_one),   cmocka_unit_test(host_stops_all),
        cmocka_unit_test(backlog),          cmocka_unit_test(modem_holds),
        cmocka_unit_test(styles),           cmocka_unit_test(idles),
        cmocka_unit_test(leaves),           cmocka_unit_test(leaves_badly),
        cmocka_unit_test(silent),           cmocka_unit_test(noisy),
        cmocka_unit_test(forgets_ua),       cmocka_unit_test(drops),
        cmocka_unit_test(leaves_by_itself), cmocka_unit_test(reboots),
        cmocka_unit_test(left_behind),
    };

    return cmocka_run_group_tests_name("sim mux faults", tests, NULL, NULL);
}
