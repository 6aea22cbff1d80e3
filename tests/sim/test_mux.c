/* SPDX-License-Identifier: MIT */
/* The board in CMUX: how one gets in, what its DLCs do, and what DLCI 0 answers. */
#include "hdlc.h"
#include "muxhost.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SAYS(...) says((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
#define SEND(...) bytes((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static const char *const warm[] = {"warm", NULL};
static struct host h;

static void bytes(const uint8_t *data, size_t len)
{
    sim_board_from_host(h.desk.board, data, len);
    host_run(&h, 50);
}

static void says(const uint8_t *data, size_t len)
{
    assert_int_equal(h.desk.len, len);
    assert_memory_equal(h.desk.said, data, len);
    host_forget(&h);
}

/* The bytes of captures. */
static void enters(void **state)
{
    host_begin(&h, NULL, "AT+CMUX=0\r");
    SEND('A', 'T', '\r');
    assert_int_equal(h.desk.len, 0); /* nobody */
    SEND(0xf9, 0x03, 0x3f, 0x01, 0x1c, 0xf9);
    SAYS(0xf9, 0x03, 0x73, 0x01, 0xd7, 0xf9);
    SEND(0xf9, 0x07, 0x3f, 0x01, 0xde, 0xf9);
    SAYS(0xf9, 0x07, 0x73, 0x01, 0x15, 0xf9, 0xf9, 0x01, 0xef, 0x09, 0xe3, 0x05, 0x07, 0x0d, 0x9a, 0xf9);
    host_expect(&h, 1, "AT", 50, OK("AT"));
    host_expect(&h, 1, "AT+CMUX?", 50, "AT+CMUX?\r\r\n+CMUX: 0,0,5,64\r\n\r\nOK\r\n");
    host_expect(&h, 1, "AT+CMUX=0", 50, "AT+CMUX=0\r\r\nERROR\r\n");
    SEND(0xf9, 0x03, 0xef, 0x05, 0xc3, 0x01, 0xf2, 0xf9, 'A', 'T', '\r'); /* heard, though in the same read */
    desk_get(&h.desk, "mode", "command");
    assert_memory_equal(h.desk.said, ((const uint8_t[]){0xf9, 0x01, 0xef, 0x05, 0xc1, 0x01}), 6);
    assert_string_equal((const char *)h.desk.said + 8, OK("AT"));
    host_close(&h);
}

static void parameters(void **state)
{
    static const struct {
        const char *command;
        bool good;
    } rows[] = {
        {"AT+CMUX=0\r", true},        {"AT+CMUX=0,0,5,1500\r", true}, {"AT+CMUX=0,0,6,127,10,3,30,10,2\r", true},
        {"AT+CMUX=1\r", false},       {"AT+CMUX=0,1\r", false},       {"AT+CMUX=0,0,7\r", false},
        {"AT+CMUX=0,0,5,0\r", false}, {"AT+CMUX=0,0,5,1501\r", false}};
    struct desk desk;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        desk_open(&desk, warm);
        desk_type(&desk, rows[i].command);
        desk_run(&desk, 50);
        assert_non_null(strstr((const char *)desk.said, rows[i].good ? "OK" : "ERROR"));
        desk_get(&desk, "mode", rows[i].good ? "cmux" : "command");
        desk_close(&desk);
    }
}

/* Firmware that refuses, and firmware that says OK and stays. */
static void firmwares(void **state)
{
    struct desk desk;

    desk_open(&desk, warm);
    desk_inject(&desk, "set cmux none", "ok");
    desk_expect(&desk, "AT+CMUX=0", 50, "AT+CMUX=0\r\r\nERROR\r\n");
    desk_expect(&desk, "AT+CMUX=?", 50, "AT+CMUX=?\r\r\nERROR\r\n");
    desk_expect(&desk, "AT+CMUX?", 50, "AT+CMUX?\r\r\nERROR\r\n");
    desk_inject(&desk, "set cmux lies", "ok");
    desk_expect(&desk, "AT+CMUX=0,0,5,127", 50, OK("AT+CMUX=0,0,5,127"));
    desk_get(&desk, "mode", "command");
    sim_board_from_host(desk.board, "\xf9\x03\x3f\x01\x1c\xf9", 6); /* echoed, as in issue 669 of esp-protocols */
    desk_run(&desk, 50);
    desk_said(&desk, "\xf9\x03\x3f\x01\x1c\xf9");
    desk_close(&desk);
}

/* An echo, a line and a command of its own for each. */
static void four_interpreters(void **state)
{
    host_open(&h, (const char *const[]){"late AT+CSQ 1000 1", NULL});
    host_expect(&h, 2, "ATE0", 50, OK("ATE0"));
    host_expect(&h, 2, "AT", 50, "\r\nOK\r\n");
    host_expect(&h, 3, "AT", 50, OK("AT"));
    host_type(&h, 1, "AT+CS");
    host_type(&h, 3, "AT+CG");
    host_type(&h, 1, "Q\r");
    host_type(&h, 3, "MM\r");
    host_run(&h, 50); /* 3's is answered while 1's still works */
    assert_string_equal(h.text[1], "AT+CSQ\r");
    assert_string_equal(h.text[3], "AT+CGMM\r\r\nSIM7672JP-MNGV\r\n\r\nOK\r\n");
    host_run(&h, 1000);
    assert_string_equal(h.text[1], "AT+CSQ\r\r\n+CSQ: 22,99\r\n\r\nOK\r\n");
    desk_get(&h.desk, "command_ms", "1025"); /* 5 AT+CMUX, 15 2's and 3's, 1005 1's; 3's overlapped */
    host_forget(&h);
    host_sabm(&h, 2); /* begins anew, with its echo */
    host_forget(&h);
    host_expect(&h, 2, "AT", 50, OK("AT"));
    host_close(&h);
}

/* What the modem says by itself is told on every DLC that is open and in command mode. */
static void urcs(void **state)
{
    host_open(&h, NULL);
    host_frame(&h, 4, SIM_MUX_DISC | SIM_MUX_PF, NULL, 0);
    host_run(&h, 50);
    host_controls(&h, "UA4+ ");
    host_expect(&h, 3, "AT+CEREG=1", 50, OK("AT+CEREG=1"));
    host_expect(&h, 1, "ATD*99***1#", 1000, CONNECT);
    desk_inject(&h.desk, "deregister 2 silent", "ok");
    host_run(&h, 100);
    assert_string_equal(h.text[1], "");
    assert_string_equal(h.text[2], "\r\n+CEREG: 2\r\n");
    assert_string_equal(h.text[3], "\r\n+CEREG: 2\r\n");
    assert_string_equal(h.text[4], "");
    host_forget(&h);
    desk_inject(&h.desk, "no-carrier", "ok"); /* only the one that dialled hears of its call's end */
    host_run(&h, 100);
    assert_string_equal(h.text[1], "\r\nNO CARRIER\r\n");
    assert_string_equal(h.text[2], "");
    host_close(&h);
}

static void one_call(int dlci)
{
    const char number[2] = {(char)('0' + dlci), '\0'};
    int other = dlci % 4 + 1;

    host_open(&h, NULL);
    host_expect(&h, dlci, "ATD*99***1#", 1000, CONNECT);
    desk_get(&h.desk, "call_dlci", number);
    assert_int_equal(h.desk.peer, SIM_PEER_UP);
    host_expect(&h, other, "AT+CSQ", 50, "AT+CSQ\r\r\n+CSQ: 22,99\r\n\r\nOK\r\n");
    host_expect(&h, other, "ATD*99***1#", 2000, "ATD*99***1#\r\r\nERROR\r\n");
    host_expect(&h, other, "ATH", 50, OK("ATH"));
    host_expect(&h, other, "ATO", 50, "ATO\r\r\nNO CARRIER\r\n");
    host_expect(&h, dlci, "AT", 1500, ""); /* data */
    assert_int_equal(h.desk.peer, SIM_PEER_UP);
    host_type(&h, dlci, "+++");
    host_run(&h, 1000);
    assert_string_equal(h.text[dlci], "\r\nOK\r\n");
    host_forget(&h);
    host_expect(&h, dlci, "ATO", 50, "ATO\r\r\nCONNECT\r\n");
    host_frame(&h, dlci, SIM_MUX_DISC | SIM_MUX_PF, NULL, 0);
    host_run(&h, 50);
    assert_int_equal(h.desk.peer, SIM_PEER_NONE);
    host_sabm(&h, dlci);
    host_forget(&h);
    host_expect(&h, dlci, "AT", 50, OK("AT")); /* at once */
    host_close(&h);
}

/* Any may dial; one call at a time, and it is the channel's that dialled. */
static void calls(void **state)
{
    for (int dlci = 1; dlci <= 4; dlci++)
        one_call(dlci);
}

/* DV comes and goes with the call. */
static void carrier(void **state)
{
    host_open(&h, NULL);
    host_type(&h, 2, "ATD*99***1#\r");
    host_run(&h, 1000);
    host_controls(&h, "e3:0b8d ");
    desk_inject(&h.desk, "no-carrier", "ok");
    host_run(&h, 50);
    host_controls(&h, "e3:0b0d ");
    host_close(&h);
}

/* The modem's own answer to LCP echo comes on the DLC of the call, and a Terminate-Request ends it there. */
static void ppp(void **state)
{
    static const uint8_t request[] = {0xff, 0x03, 0xc0, 0x21, 9, 7, 0, 8, 1, 2, 3, 4};
    static const uint8_t reply[] = {0xff, 0x03, 0xc0, 0x21, 10, 7, 0, 8, 'm', 'c', 's', '1'};
    uint8_t wire[SIM_HDLC_WIRE_MAX], expected[SIM_HDLC_WIRE_MAX];
    size_t len = sim_hdlc_encode(wire, request, sizeof(request), SIM_HDLC_ESCAPE_ALL);
    size_t expected_len = sim_hdlc_encode(expected, reply, sizeof(reply), SIM_HDLC_ESCAPE_ALL);

    host_open(&h, NULL);
    host_expect(&h, 3, "ATD*99***1#", 1000, CONNECT);
    host_frame(&h, 3, SIM_MUX_UIH, wire, 10); /* in two frames */
    host_frame(&h, 3, SIM_MUX_UIH, wire + 10, len - 10);
    host_run(&h, 50);
    assert_int_equal(strlen(h.text[3]), expected_len);
    assert_memory_equal(h.text[3], expected, expected_len);
    assert_string_equal(h.text[1], "");
    host_forget(&h);
    desk_inject(&h.desk, "lcp-terminate", "ok");
    host_run(&h, 1000);
    assert_string_equal(h.text[3], "\r\n+PPPD: DISCONNECTED\r\n");
    assert_string_equal(h.text[2], "");
    host_close(&h);
}

/* Bytes of the network come in frames no longer than N1, and its end is told when there is no more room. */
static void data(void **state)
{
    static uint8_t bulk[16385];

    memset(bulk, 'p', sizeof(bulk));
    host_begin(&h, NULL, "AT+CMUX=0,0,5,200\r");
    host_sabm(&h, 0);
    host_sabm(&h, 1);
    host_forget(&h);
    host_expect(&h, 1, "ATD*99***1#", 1000, CONNECT);
    assert_int_equal(sim_board_peer_data(h.desk.board, bulk, sizeof(bulk)), -ENOBUFS);
    assert_int_equal(sim_board_peer_data(h.desk.board, bulk, 16000), 0);
    assert_in_range(sim_board_peer_room(h.desk.board), 384, 584); /* one frame may be on the wire already */
    host_run(&h, 100);
    assert_int_equal(strlen(h.text[1]), 16000);
    assert_int_equal(h.longest, 200);
    assert_int_equal(h.frames, 80);
    assert_int_equal(sim_board_peer_room(h.desk.board), 16384);
    memset(bulk, ' ', sizeof(bulk)); /* and the host's may not be longer */
    host_frame(&h, 1, SIM_MUX_UIH, bulk, 201);
    desk_get(&h.desk, "mux_too_long", "1");
    host_frame(&h, 1, SIM_MUX_UIH, bulk, 200);
    desk_get(&h.desk, "mux_too_long", "1");
    host_close(&h);
}

/* With the call saturated AT waits for no more than a frame or two of the wire's time. */
static void at_beside_data(void **state)
{
    static uint8_t bulk[16000];
    int64_t ms = 0;

    memset(bulk, 'p', sizeof(bulk));
    host_open(&h, (const char *const[]){"set pace yes", NULL});
    host_expect(&h, 1, "ATD*99***1#", 1000, CONNECT);
    assert_int_equal(sim_board_peer_data(h.desk.board, bulk, sizeof(bulk)), 0);
    host_run(&h, 100);
    host_type(&h, 2, "AT\r");
    while (strcmp(h.text[2], OK("AT")) != 0 && ms++ < 200)
        host_run(&h, 1);
    assert_in_range(ms, 5, 30); /* 5 ms of its own; a frame of 70 bytes takes 6 */
    assert_in_range(strlen(h.text[1]), 800, 1500);
    host_close(&h);
}

/* P/F and C/R either way, both lengths, DLCs that are not there, frames for closed ones. */
static void frames(void **state)
{
    host_begin(&h, NULL, "AT+CMUX=0\r");
    host_sabm(&h, 1); /* not before DLCI 0 */
    host_controls(&h, "DM1+ ");
    host_frame(&h, 0, SIM_MUX_SABM, NULL, 0);
    host_run(&h, 50);
    host_controls(&h, "UA0 ");
    host_sabm(&h, 5);
    host_controls(&h, "DM5+ ");
    host_type(&h, 3, "AT\r");
    host_run(&h, 50);
    host_controls(&h, "DM3+ ");
    desk_get(&h.desk, "mux_strays", "1");
    host_frame(&h, 3, SIM_MUX_DISC, NULL, 0);
    host_run(&h, 50);
    host_controls(&h, "DM3 ");
    host_msc(&h, 3, 0x0d);
    host_controls(&h, "");
    host_sabm(&h, 3);
    host_controls(&h, "UA3+ e3:0f0d ");
    host_frame(&h, 3, SIM_MUX_UIH | SIM_MUX_PF, "AT\r", 3);
    host_run(&h, 50);
    assert_string_equal(h.text[3], OK("AT"));
    host_forget(&h);
    for (int cr = 0; cr < 2; cr++) {
        for (int two = 0; two < 2; two++) {
            const struct sim_mux_frame frame = {(uint8_t)(0x0d | cr << 1), 0xef, (const uint8_t *)"AT\r", 3};
            uint8_t wire[SIM_MUX_FRAME_MAX];

            bytes(wire, sim_mux_encode(&frame, two, wire));
            assert_string_equal(h.text[3], OK("AT"));
            host_forget(&h);
            wire[4 + two] ^= 4; /* information is not under the FCS, the rest is */
            wire[3] ^= 2;
            bytes(wire, sim_mux_encode(&frame, two, wire));
            host_forget(&h);
        }
    }
    host_close(&h);
}

/* A frame whose FCS is wrong is none; noise between frames harms none. */
static void noise(void **state)
{
    const struct sim_mux_frame frame = {0x07, 0xef, (const uint8_t *)"AT\r", 3};
    uint8_t wire[SIM_MUX_FRAME_MAX];
    size_t len = sim_mux_encode(&frame, false, wire);

    host_open(&h, NULL);
    wire[len - 2] ^= 1;
    bytes(wire, len);
    assert_string_equal(h.text[1], "");
    desk_get(&h.desk, "mux_bad", "1");
    wire[len - 2] ^= 1;
    SEND('\r', '\n', 'n', 0xf9, 0xf9, 0xf9, 0x07, 0x00, 0xff);
    bytes(wire, len);
    assert_string_equal(h.text[1], OK("AT"));
    host_close(&h);
}

/* What each message of DLCI 0 is answered with. */
static void messages(void **state)
{
    static const struct {
        const char *name;
        uint8_t type, value[8];
        size_t len;
        const char *answer;
    } rows[] = {
        {"MSC", 0xe3, {0x07, 0x0d}, 2, "e1:070d "},
        {"MSC of a DLC that is not there", 0xe3, {0x1f, 0x0d}, 2, ""},
        {"TEST", 0x23, {'e', 'c', 'h', 'o'}, 4, "21:6563686f "},
        {"FCoff", 0x63, {0}, 0, "61: "},
        {"FCon", 0xa3, {0}, 0, "a1: "},
        {"PN, N1 512", 0x83, {2, 0, 7, 10, 0, 2, 3, 2}, 8, "81:0200070a00020302 "},
        {"PN, N1 too long, I frames", 0x83, {2, 2, 7, 10, 0, 8, 3, 2}, 8, "81:0200070adc050302 "},
        {"RPN", 0x93, {3}, 1, "11:93 "},
        {"SNC", 0xd3, {3, 1}, 2, "11:d3 "},
        {"an answer", 0xe1, {0x07, 0x0d}, 2, ""},
        {"an NSC", 0x11, {0x93}, 1, ""},
    };

    host_open(&h, NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        host_message(&h, rows[i].type, rows[i].value, rows[i].len);
        if (strcmp(h.control, rows[i].answer) != 0)
            fail_msg("%s: %s", rows[i].name, h.control);
        host_forget(&h);
    }
    host_frame(&h, 0, SIM_MUX_UIH, "\x23\x03x\x23\x03y", 6); /* two in a frame */
    host_run(&h, 50);
    host_controls(&h, "21:78 21:79 ");
    host_close(&h);
}

/* PN's N1 is that of its DLC, both ways, also before SABM. */
static void negotiated(void **state)
{
    static const uint8_t pn[8] = {2, 0, 7, 10, 16, 0, 3, 2};

    host_begin(&h, NULL, "AT+CMUX=0\r");
    host_sabm(&h, 0);
    host_message(&h, 0x83, pn, sizeof(pn));
    host_sabm(&h, 2);
    host_sabm(&h, 3);
    host_forget(&h);
    host_type(&h, 3, "AT+CGMM;+CGMM;+CGMM;+CGMM\r");
    host_run(&h, 100);
    assert_in_range(h.longest, 20, 64);
    host_forget(&h);
    host_type(&h, 2, "AT+CGMM;+CGMM\r");
    host_run(&h, 100);
    assert_int_equal(h.longest, 16);
    host_type(&h, 2, "AT+CGMM;+CGMM;+CGMM\r"); /* 20 */
    desk_get(&h.desk, "mux_too_long", "1");
    host_close(&h);
}

/* The whole of it, cut at every byte. */
static void every_split(void **state)
{
    static const uint8_t talk[] = {0xf9, 0x03, 0x3f, 0x01, 0x1c, 0xf9, 0xf9, 0x07, 0x3f, 0x01,
                                   0xde, 0xf9, 0xf9, 0x07, 0xef, 0x07, 'A',  'T',  '\r', 0xd3,
                                   0xf9, 0xf9, 0x03, 0xef, 0x05, 0xc3, 0x01, 0xf2, 0xf9};

    for (size_t split = 0; split <= sizeof(talk); split++) {
        host_begin(&h, NULL, "AT+CMUX=0\r");
        sim_board_from_host(h.desk.board, talk, split < 21 ? split : 21);
        host_run(&h, split < 21 ? 3 : 50);
        if (split < 21)
            bytes(talk + split, 21 - split);
        assert_string_equal(h.text[1], OK("AT"));
        sim_board_from_host(h.desk.board, talk + 21, split > 21 ? split - 21 : 0);
        host_run(&h, 3);
        bytes(talk + (split > 21 ? split : 21), sizeof(talk) - (split > 21 ? split : 21));
        host_controls(&h, "UA0+ UA1+ e3:070d c1: ");
        desk_get(&h.desk, "mode", "command");
        host_close(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enters),      cmocka_unit_test(parameters),
        cmocka_unit_test(firmwares),   cmocka_unit_test(four_interpreters),
        cmocka_unit_test(urcs),        cmocka_unit_test(calls),
        cmocka_unit_test(carrier),     cmocka_unit_test(ppp),
        cmocka_unit_test(data),        cmocka_unit_test(at_beside_data),
        cmocka_unit_test(frames),      cmocka_unit_test(noise),
        cmocka_unit_test(messages),    cmocka_unit_test(negotiated),
        cmocka_unit_test(every_split),
    };

    return cmocka_run_group_tests_name("sim mux", tests, NULL, NULL);
}
