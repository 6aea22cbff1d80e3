/* SPDX-License-Identifier: MIT */
/* The multiplexer's life: how it and its DLCs open, what DLCI 0 says, silence, and every way it ends. */
#include "muxdesk.h"
#include <errno.h>
#include <microcat/base/cleanup.h>

static struct desk d;
#define COMMAND(...)                                                                                                   \
    desk_command(&d, (const char *)(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
#define TEST_WORDS "UIH0[23116d6963726f636174]"

static void starts(void **state)
{
    desk_ready(&d, 256, 115200);
    assert_true(mc_mux_is_open(d.mux, 0) && mc_mux_is_open(d.mux, 1) && !mc_mux_is_open(d.mux, 3));
    assert_int_equal(mc_mux_n1(d.mux), 256);
    assert_int_equal(mc_mux_send(d.mux, 1, "AT", 2), 2);
    desk_wrote(&d, "UIH1[4154]");
    assert_int_equal(mc_mux_send(d.mux, 3, "AT", 2), -ENOTCONN);
    assert_int_equal(mc_mux_send(d.mux, 0, "AT", 2), -ENOTCONN);
    assert_int_equal(mc_mux_send(d.mux, 9, "AT", 2), -ENOTCONN);
    desk_say(&d, 1, MUX_UIH | MUX_PF, "OK", 2);
    desk_say(&d, 1, MUX_UIH, "ui", 2);
    desk_say(&d, 1, MUX_UIH, NULL, 0); /* nothing is no data */
    desk_say(&d, 1, MUX_UIH, "!", 1);
    assert_int_equal(mc_buf_len(&d.got[1]), 5);
    assert_memory_equal(mc_buf_head(&d.got[1]), "OKui", 4);
    desk_told(&d, "");
    desk_close(&d);
}

/* @lost UAs are lost; asked again each 300 ms, and given up at 900. */
static void lost_ua(void **state)
{
    static const char *const wrote[] = {"SABM0", "SABM0 SABM0", "SABM0 SABM0 SABM0"};
    for (int lost = 0; lost < 4; lost++) {
        desk_open(&d, 64, 115200);
        mc_mux_start(d.mux);
        desk_pass(&d, lost * 300 - 1);
        desk_told(&d, "");
        if (lost < 3) {
            desk_pass(&d, 1);
            desk_wrote(&d, wrote[lost]);
            desk_say(&d, 0, MUX_UA, NULL, 0);
            desk_told(&d, "opened0=0 ");
            desk_pass(&d, 2000);
        } else {
            desk_pass(&d, 2000);
            desk_wrote(&d, wrote[2]);
            desk_told(&d, "opened0=late ended=NO_ANSWER ");
        }
        assert_int_equal(mc_mux_stats(d.mux).retransmissions, lost < 3 ? lost : 2);
        desk_close(&d);
    }
}

static void refused(void **state)
{
    desk_open(&d, 64, 115200);
    mc_mux_start(d.mux);
    desk_say(&d, 0, MUX_DM, NULL, 0);
    desk_told(&d, "opened0=refused ");
    desk_pass(&d, 0);
    desk_told(&d, "ended=NO_ANSWER ");
    desk_close(&d);
    desk_ready(&d, 64, 115200);
    mc_mux_open(d.mux, 4);
    for (int i = 0; i < 3; i++) { /* it is believed at the last one */
        desk_told(&d, "");
        desk_pass(&d, i > 0 ? 300 : 0);
        desk_say(&d, 4, MUX_DM, NULL, 0);
    }
    desk_told(&d, "opened4=refused ");
    mc_mux_open(d.mux, 4);
    desk_pass(&d, 899);
    desk_told(&d, "");
    desk_pass(&d, 1);
    desk_told(&d, "opened4=late ");
    mc_mux_open(d.mux, 5); /* there is none */
    mc_mux_close_dlc(d.mux, 5);
    assert_true(mc_mux_is_open(d.mux, 1));
    desk_close(&d);
}

/* A modem that is slow with a DISC hears it twice, and says DM to the second: of the SABM behind it that says nothing.
 */
static void a_late_dm_refuses_nothing(void **state)
{
    desk_ready(&d, 64, 115200);
    mc_mux_close_dlc(d.mux, 2);
    desk_pass(&d, 300);
    desk_wrote(&d, "DISC2 DISC2");
    desk_say(&d, 2, MUX_UA, NULL, 0);
    desk_told(&d, "closed2 ");
    mc_mux_open(d.mux, 2);
    desk_say(&d, 2, MUX_DM, NULL, 0);
    desk_told(&d, "");
    desk_say(&d, 2, MUX_UA, NULL, 0);
    desk_told(&d, "opened2=0 ");
    mc_mux_close_dlc(d.mux, 2); /* heard at once: then a DM may be a refusal */
    desk_say(&d, 2, MUX_UA, NULL, 0);
    mc_mux_open(d.mux, 2);
    desk_pass(&d, 600);
    desk_say(&d, 2, MUX_DM, NULL, 0);
    desk_told(&d, "closed2 opened2=refused ");
    desk_close(&d);
}

static void dlcs_close(void **state)
{
    desk_ready(&d, 64, 115200);
    mc_mux_close_dlc(d.mux, 2);
    desk_wrote(&d, "DISC2");
    desk_say(&d, 2, MUX_UA, NULL, 0);
    desk_told(&d, "closed2 ");
    desk_say(&d, 2, MUX_UIH, "x", 1); /* it thinks that it is open */
    desk_wrote(&d, "DM2");
    desk_say(&d, 1, MUX_DISC, NULL, 0);
    desk_wrote(&d, "UA1");
    desk_told(&d, "closed1 ");
    desk_say(&d, 1, MUX_DISC, NULL, 0);
    desk_say(&d, 7, MUX_SABM, NULL, 0);
    desk_wrote(&d, "DM1 DM7");
    mc_mux_open(d.mux, 1);
    desk_say(&d, 1, MUX_UA, NULL, 0);
    desk_say(&d, 1, MUX_DM, NULL, 0); /* to data on it */
    desk_told(&d, "opened1=0 closed1 ");
    mc_mux_open(d.mux, 1);
    desk_say(&d, 1, MUX_UA, NULL, 0);
    desk_forget(&d);
    desk_say(&d, 1, MUX_SABM, NULL, 0);
    desk_wrote(&d, "UA1");
    mc_mux_close_dlc(d.mux, 1);
    desk_pass(&d, 900);
    desk_wrote(&d, "DISC1 DISC1 DISC1");
    desk_told(&d, "closed1 ");
    desk_close(&d);
}

static const struct {
    const char *what;
    uint8_t command[12];
    size_t len;
    const char *answer, *told;
} controls[] = {
    {"MSC", {0xe3, 5, 7, 0x8d}, 4, "UIH0[e105078d]", ""},
    {"MSC with a break", {0xe3, 7, 7, 0x8d, 1}, 5, "UIH0[e107078d01]", ""},
    {"MSC cut short", {0xe3, 3, 7}, 3, "UIH0[1103e3]", ""},
    {"TEST", {0x23, 5, 1, 2}, 4, "UIH0[21050102]", ""},
    {"TEST of nothing", {0x23, 1}, 2, "UIH0[2101]", ""},
    {"FCon", {0xa3, 1}, 2, "UIH0[a101]", ""},
    {"FCoff", {0x63, 1}, 2, "UIH0[6101]", ""},
    {"PN", {0x83, 17, 1, 0, 0, 0, 64, 0, 0, 0}, 10, "UIH0[81110100000040000000]", ""},
    {"RPN", {0x93, 3, 7}, 3, "UIH0[910307]", ""},
    {"RLS", {0x53, 5, 7, 0}, 4, "UIH0[51050700]", ""},
    {"SNC", {0xd3, 1}, 2, "UIH0[1103d3]", ""},
    {"NSC", {0x11, 3, 0xd3}, 3, "", ""},
    {"NSC as a command", {0x13, 3, 0xd3}, 3, "", ""},
    {"two in one frame", {0x23, 1, 0xe3, 5, 7, 0x8d}, 6, "UIH0[2101] UIH0[e105078d]", ""},
    {"longer than its frame", {0x23, 9, 1}, 3, "", ""},
    {"a type of two bytes", {0x22, 1, 1}, 3, "", ""},
    {"CLD", {0xc3, 1}, 2, "UIH0[c101]", "ended=LEFT "},
    {"our own TEST", {0x23, 17, 'm', 'i', 'c', 'r', 'o', 'c', 'a', 't'}, 10, "", ""},
};

static void control_channel(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(controls); i++) {
        desk_ready(&d, 64, 115200);
        desk_command(&d, (const char *)controls[i].command, controls[i].len);
        if (strcmp(d.out, controls[i].answer) != 0)
            fail_msg("%s: %s", controls[i].what, d.out);
        desk_told(&d, "");
        desk_pass(&d, 10);
        desk_told(&d, controls[i].told);
        desk_close(&d);
    }
}

static void closed_while_taking(void **state)
{
    desk_ready(&d, 64, 115200);
    d.closes_in_data = 2;
    d.take = 1;
    desk_say(&d, 2, MUX_UIH, "xyz", 3);
    desk_wrote(&d, "DISC2");
    desk_say(&d, 2, MUX_UA, NULL, 0);
    desk_told(&d, "closed2 ");
    desk_close(&d);
}

static void silence(void **state)
{
    desk_ready(&d, 64, 115200); /* at 1010 ms; looked at every 15 s, at 45000 for the first time after 30 s */
    desk_pass(&d, 43989);
    desk_wrote(&d, "");
    desk_pass(&d, 1);
    desk_wrote(&d, TEST_WORDS);
    COMMAND(0x21, 17, 'm', 'i', 'c', 'r', 'o', 'c', 'a', 't');
    desk_pass(&d, 29999);
    desk_wrote(&d, "");
    desk_pass(&d, 1);
    desk_wrote(&d, TEST_WORDS);
    desk_pass(&d, 4999);
    desk_wrote(&d, "");
    desk_pass(&d, 1);
    desk_wrote(&d, TEST_WORDS);
    desk_pass(&d, 4999);
    desk_told(&d, "");
    desk_pass(&d, 1);
    desk_pass(&d, 0);
    desk_told(&d, "ended=SILENT ");
    assert_int_equal(mc_mux_stats(d.mux).tests, 3);
    assert_int_equal(mc_mux_stats(d.mux).tests_lost, 2);
    desk_close(&d);
}

static void adopts(void **state)
{
    for (int answers = 0; answers < 2; answers++) {
        desk_open(&d, 64, 115200);
        mc_mux_adopt(d.mux, 1 << 1 | 1 << 2);
        desk_wrote(&d, "UIH0[e305078d] UIH0[e3050b8d] " TEST_WORDS);
        assert_true(mc_mux_is_open(d.mux, 1) && mc_mux_is_open(d.mux, 2) && !mc_mux_is_open(d.mux, 3));
        if (answers)
            desk_say(&d, 0, MUX_UIH, "\x21\x01", 2);
        desk_pass(&d, 1800);
        desk_pass(&d, 0);
        desk_told(&d, answers ? "" : "ended=SILENT ");
        assert_int_equal(mc_mux_stats(d.mux).tests, answers ? 1 : 2);
        desk_forget(&d);
        desk_pass(&d, 42200); /* from here on it is one as any other: 30 s of silence, at the next look */
        if (answers)
            assert_non_null(strstr(d.out, TEST_WORDS));
        desk_close(&d);
    }
}

/* One that leaves knows what it must still read and write, to leave it behind a whole frame; and the next one knows
 * that it begins there: the closing flag that was read may open the frame that comes. */
static void left_behind_a_whole_frame(void **state)
{
    uint8_t frame[MUX_FRAME_MAX];
    const size_t len = mc_mux_frame_put(frame, 2, MUX_UIH, false, (const uint8_t *)"hi", 2);
    static const struct {
        size_t have, waits;
    } rows[] = {{1, 0}, {2, 4}, {3, 3}, {4, 4}, {5, 3}, {7, 1}, {8, 0}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        desk_ready(&d, 64, 115200);
        mc_mux_feed(d.mux, frame, rows[i].have);
        assert_int_equal(mc_mux_waits_bytes(d.mux), rows[i].waits);
        desk_close(&d);
    }
    desk_ready(&d, 64, 115200);
    assert_int_equal(mc_mux_owes_bytes(d.mux), 0);
    d.take = 1;
    mc_mux_feed(d.mux, frame, len);
    assert_int_equal(mc_mux_owes_bytes(d.mux), 1);
    d.take = SIZE_MAX;
    mc_mux_resume(d.mux, 2);
    d.pending = 1;
    assert_int_equal(mc_mux_send(d.mux, 2, "data", 4), 4);
    assert_int_equal(mc_mux_owes_bytes(d.mux), 4);
    d.write_result = -ENOBUFS;
    mc_mux_send_whole(d.mux, 1, "AT", 2);
    assert_true(mc_mux_owes_bytes(d.mux) > 4);
    d.write_result = 0;
    d.pending = 0;
    mc_mux_writable(d.mux);
    assert_int_equal(mc_mux_owes_bytes(d.mux), 0);
    desk_close(&d);
    desk_open(&d, 64, 115200);
    mc_mux_adopt(d.mux, 1 << 1 | 1 << 2);
    mc_mux_feed(d.mux, frame + 1, len - 1); /* its opening flag was the last one's closing flag */
    assert_int_equal(mc_buf_len(&d.got[2]), 2);
    desk_close(&d);
}

/* The modem may ask the same of us: what tells an echo is what was asked. */
static void a_test_of_the_modems(void **state)
{
    desk_ready(&d, 64, 115200);
    COMMAND(0x23, 17, 'm', 'i', 'c', 'r', 'o', 'd', 'o', 'g');
    COMMAND(0x23, 15, 'm', 'i', 'c', 'r', 'o', 'c', 'a');
    desk_pass(&d, 10);
    desk_wrote(&d, "UIH0[21116d6963726f646f67] UIH0[210f6d6963726f6361]");
    desk_told(&d, "");
    COMMAND(0x23, 17, 'm', 'i', 'c', 'r', 'o', 'c', 'a', 't');
    desk_pass(&d, 10); /* ours, come back as it went: neither answered nor taken for a farewell */
    desk_wrote(&d, "");
    desk_told(&d, "");
    desk_close(&d);
}

static void an_echo_is_no_multiplexer(void **state)
{
    desk_open(&d, 64, 115200);
    mc_mux_start(d.mux);
    desk_say(&d, 0, MUX_SABM, NULL, 0);
    desk_wrote(&d, "SABM0");
    desk_pass(&d, 1000);
    desk_told(&d, "opened0=late ended=NO_ANSWER ");
    desk_close(&d);
}

/* A modem in command mode sends our frames back as they went, TEST and all. */
static void echoes(int64_t ms)
{
    uint8_t test[MUX_FRAME_MAX], at[MUX_FRAME_MAX];
    size_t test_len = mc_mux_frame_put(test, 0, MUX_UIH, true, (const uint8_t *)"\x23\x11microcat", 10);
    size_t at_len = mc_mux_frame_put(at, 1, MUX_UIH, true, (const uint8_t *)"AT\r", 3);
    uint64_t tests = mc_mux_stats(d.mux).tests;
    for (int64_t i = 0; i < ms; i++) {
        desk_pass(&d, 1);
        if (mc_mux_stats(d.mux).tests > tests) {
            tests = mc_mux_stats(d.mux).tests;
            mc_mux_feed(d.mux, test, test_len);
            mc_mux_feed(d.mux, at, at_len);
        }
    }
}

static void an_echoed_test_is_no_answer(void **state)
{
    desk_ready(&d, 64, 115200);
    echoes(43990 + 9998);
    desk_wrote(&d, TEST_WORDS " " TEST_WORDS); /* and no answer to them */
    desk_told(&d, "");
    echoes(10);
    desk_told(&d, "ended=SILENT ");
    assert_int_equal(mc_mux_stats(d.mux).tests_lost, 2);
    desk_close(&d);
    desk_ready(&d, 64, 115200);                       /* one that echoes and answers */
    desk_say(&d, 1, MUX_UIH, "\x23\x11microcat", 10); /* is text on a DLC */
    assert_int_equal(mc_buf_len(&d.got[1]), 10);
    for (int i = 0; i < 4; i++) {
        echoes(45000);
        COMMAND(0x21, 17, 'm', 'i', 'c', 'r', 'o', 'c', 'a', 't');
    }
    desk_told(&d, "");
    assert_int_equal(mc_mux_stats(d.mux).tests_lost, 0);
    desk_pass(&d, 20000);
    desk_say(&d, 1, MUX_UIH, "OK", 2); /* its own again */
    desk_forget(&d);
    desk_pass(&d, 29000);
    desk_wrote(&d, "");
    desk_close(&d);
}

static void an_echo_is_not_adopted(void **state)
{
    desk_open(&d, 64, 115200);
    mc_mux_adopt(d.mux, 1 << 1 | 1 << 2);
    COMMAND(0xe3, 5, 7, 0x8d); /* all three of ours come back */
    COMMAND(0xe3, 5, 0x0b, 0x8d);
    COMMAND(0x23, 17, 'm', 'i', 'c', 'r', 'o', 'c', 'a', 't');
    echoes(1799);
    desk_told(&d, "");
    echoes(2);
    desk_told(&d, "ended=SILENT ");
    desk_close(&d);
}

static void leaves(void **state)
{
    static const struct {
        const char *what, *answer;
        uint8_t control;
        bool discs;
        int64_t at_ms;
    } rows[] = {{"CLD answered", "\xc1\x01", MUX_UIH, true, 0},
                {"CLD by CLD", "\xc3\x01", MUX_UIH, true, 0},
                {"CLD by UA", "", MUX_UA, true, 0},
                {"CLD by DM", "", MUX_DM, true, 0},
                {"CLD by DISC", "", MUX_DISC, true, 0},
                {"nothing", NULL, 0, false, 1000},
                {"DISC only", NULL, 0, true, 1000}};
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        desk_ready(&d, 64, 115200);
        mc_mux_close(d.mux);
        mc_mux_close(d.mux); /* once is enough */
        desk_wrote(&d, "DISC1 DISC2");
        assert_int_equal(mc_mux_send(d.mux, 1, "AT", 2), -ENOTCONN);
        if (rows[i].discs) {
            desk_say(&d, 1, MUX_UA, NULL, 0);
            desk_wrote(&d, "");
            desk_say(&d, 2, MUX_DM, NULL, 0);
            desk_wrote(&d, "UIH0[c301]");
        }
        COMMAND(0xe1, 5, 7, 0x8d); /* to an MSC of before */
        if (rows[i].answer)
            desk_say(&d, 0, rows[i].control, rows[i].answer, strlen(rows[i].answer));
        desk_pass(&d, rows[i].at_ms - 1);
        if (rows[i].at_ms > 0)
            desk_told(&d, "");
        desk_pass(&d, 1);
        desk_pass(&d, 0);
        desk_told(&d, "ended=CLOSED ");
        if (!rows[i].discs)
            assert_non_null(strstr(d.out, "UIH0[c301]"));
        mc_mux_open(d.mux, 1);
        mc_mux_close_dlc(d.mux, 1);
        mc_mux_close(d.mux);
        desk_say(&d, 1, MUX_UIH, "late", 4);
        mc_mux_feed(d.mux, (const uint8_t *)"late", 4);
        desk_pass(&d, 60000);
        desk_told(&d, ""); /* nothing comes after it */
        desk_close(&d);
    }
}

/* A UA that answers nothing: of a channel that is open, of one that never was, of the multiplexer; of the CLD it is
 * DLCI 0's alone. */
static void answers_to_nothing(void **state)
{
    desk_ready(&d, 64, 115200);
    for (unsigned dlci = 0; dlci <= 3; dlci++)
        desk_say(&d, dlci, MUX_UA, NULL, 0);
    desk_pass(&d, 10);
    desk_told(&d, "");
    assert_true(mc_mux_is_open(d.mux, 0) && mc_mux_is_open(d.mux, 1) && !mc_mux_is_open(d.mux, 3));
    mc_mux_close(d.mux);
    desk_say(&d, 0, MUX_UA, NULL, 0); /* no CLD was said yet */
    desk_say(&d, 1, MUX_UA, NULL, 0);
    desk_say(&d, 2, MUX_UA, NULL, 0);
    desk_wrote(&d, "DISC1 DISC2 UIH0[c301]");
    desk_say(&d, 1, MUX_UA, NULL, 0);
    desk_pass(&d, 10);
    desk_told(&d, "");
    desk_say(&d, 0, MUX_UA, NULL, 0);
    desk_pass(&d, 1);
    desk_told(&d, "ended=CLOSED ");
    desk_close(&d);
}

static void leaves_while_starting(void **state)
{
    desk_open(&d, 64, 115200);
    mc_mux_start(d.mux);
    mc_mux_close(d.mux);
    desk_wrote(&d, "SABM0 UIH0[c301]");
    desk_pass(&d, 500);
    desk_wrote(&d, "");
    mc_mux_feed(d.mux, (const uint8_t *)"x", 1);
    desk_pass(&d, 600);
    desk_told(&d, "(x) ended=CLOSED ");
    desk_close(&d);
}

static void the_modem_leaves(void **state)
{
    static const uint8_t cld[] = {0xf9, 0x01, 0xef, 0x05, 0xc3, 0x01, 0xd7, 0xf9, 'R', 'D', 'Y'};
    uint8_t frame[sizeof(cld)];
    desk_ready(&d, 64, 115200);
    size_t n = mc_mux_frame_put(frame, 0, MUX_UIH, false, cld + 4, 2);
    memcpy(frame + n, "RDY", 3);
    mc_mux_feed(d.mux, frame, n + 3);
    desk_told(&d, "(RDY) "); /* never from inside feed() */
    desk_wrote(&d, "UIH0[c101]");
    desk_pass(&d, 0);
    desk_told(&d, "ended=LEFT ");
    desk_close(&d);
    for (int dm = 0; dm < 2; dm++) {
        desk_ready(&d, 64, 115200);
        desk_say(&d, 0, dm ? MUX_DM : MUX_DISC, NULL, 0);
        desk_wrote(&d, dm ? "" : "UA0");
        desk_pass(&d, 0);
        desk_told(&d, "ended=LEFT ");
        desk_close(&d);
    }
}

/* A frame that has begun has a second, or three times its time on the wire, from its own begin, and then 50 ms more for
 * what lies unread. */
static void partial_frames(void **state)
{
    static const uint8_t small[] = {0xf9, 0x05, 0xef}, big[] = {0xf9, 0x05, 0xef, 0xd0, 0x07}; /* 1000 bytes */
    static uint8_t whole[MUX_FRAME_MAX], payload[1000];
    desk_ready(&d, 64, 9600);
    mc_mux_feed(d.mux, small, sizeof(small));
    desk_pass(&d, 1049);
    desk_told(&d, "");
    desk_pass(&d, 1);
    desk_told(&d, "(\x05\xef) ");
    mc_mux_feed(d.mux, big, sizeof(big));
    desk_pass(&d, 3195); /* 1007 bytes take 1049 ms */
    desk_told(&d, "");
    desk_pass(&d, 1);
    desk_told(&d, "(\x05\xef\xd0\x07) ");
    size_t n = mc_mux_frame_put(whole, 2, MUX_UIH, false, payload, sizeof(payload));
    mc_mux_feed(d.mux, whole, 3); /* its length is not there yet: the limit grows with it */
    desk_pass(&d, 900);
    mc_mux_feed(d.mux, whole + 3, 10);
    desk_pass(&d, 1500);
    mc_mux_feed(d.mux, whole + 13, n - 13);
    assert_int_equal(mc_buf_len(&d.got[2]), sizeof(payload));
    mc_mux_feed(d.mux, small, sizeof(small)); /* another begins when the first turns out to be none */
    desk_pass(&d, 900);
    mc_mux_feed(d.mux, (const uint8_t[]){1, 2, 3, 0xf9, 0x05, 0xef}, 6);
    desk_pass(&d, 900);
    n = mc_mux_frame_put(whole, 1, MUX_UIH, false, (const uint8_t *)"ok", 2);
    mc_mux_feed(d.mux, whole + 3, n - 3);
    assert_int_equal(mc_buf_len(&d.got[1]), 2);
    desk_forget(&d);
    mc_mux_feed(d.mux, (const uint8_t[]){0xf9, 0x05, 0xef, 0x21, 0xf9, 0x07, 0xef}, 7); /* one in another */
    desk_pass(&d, 1050);
    desk_told(&d, "(\x05\xef!) ");
    desk_pass(&d, 1049);
    desk_told(&d, "");
    desk_pass(&d, 1); /* and nothing else comes */
    desk_told(&d, "(\x07\xef) ");
    desk_close(&d);
}

/* A bridge or a busy host pauses amid a frame: that costs nothing of it, nor of what follows. A daemon that was held up
 * itself finds the rest unread when its timer is due. */
static void a_pause_amid_a_frame(void **state)
{
    static const int64_t pauses_ms[] = {101, 400, 999, 1000, 1040};
    uint8_t frame[MUX_FRAME_MAX], payload[80] = "of a call";
    size_t n = mc_mux_frame_put(frame, 2, MUX_UIH, false, payload, sizeof(payload));
    for (size_t i = 0; i < sizeof(pauses_ms) / sizeof(pauses_ms[0]); i++)
        for (size_t cut = 3; cut < n; cut += 7) { /* two bytes may as well be noise's */
            desk_ready(&d, 64, 115200);
            mc_mux_feed(d.mux, frame, cut);
            desk_pass(&d, pauses_ms[i]);
            mc_mux_feed(d.mux, frame + cut, n - cut);
            assert_int_equal(mc_buf_len(&d.got[2]), sizeof(payload));
            assert_int_equal(mc_mux_stats(d.mux).stray_bytes, 0);
            desk_close(&d);
        }
}

/* Before the multiplexer is there, an answer is looked for among whatever the line says. */
static void noise_before_the_first_answer(void **state)
{
    desk_open(&d, 64, 115200);
    mc_mux_start(d.mux);
    mc_mux_feed(d.mux, (const uint8_t[]){0xf9, 0x05, 0xef, 0x41, 'n', 'o', 'i', 's', 'e'}, 9);
    desk_say(&d, 0, MUX_UA, NULL, 0);
    desk_forget(&d);
    desk_pass(&d, 149);
    desk_told(&d, "");
    desk_pass(&d, 1);
    desk_told(&d, "(\x05\xef"
                  "Anoise) opened0=0 ");
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts),
        cmocka_unit_test(lost_ua),
        cmocka_unit_test(refused),
        cmocka_unit_test(dlcs_close),
        cmocka_unit_test(a_late_dm_refuses_nothing),
        cmocka_unit_test(control_channel),
        cmocka_unit_test(silence),
        cmocka_unit_test(adopts),
        cmocka_unit_test(left_behind_a_whole_frame),
        cmocka_unit_test(a_test_of_the_modems),
        cmocka_unit_test(leaves),
        cmocka_unit_test(an_echo_is_no_multiplexer),
        cmocka_unit_test(answers_to_nothing),
        cmocka_unit_test(an_echoed_test_is_no_answer),
        cmocka_unit_test(an_echo_is_not_adopted),
        cmocka_unit_test(partial_frames),
        cmocka_unit_test(a_pause_amid_a_frame),
        cmocka_unit_test(noise_before_the_first_answer),
        cmocka_unit_test(leaves_while_starting),
        cmocka_unit_test(the_modem_leaves),
        cmocka_unit_test(closed_while_taking),
    };
    return cmocka_run_group_tests_name("line/mux", tests, NULL, NULL);
}
