/* SPDX-License-Identifier: MIT */
#include <microcat/ppp/relay.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* frames: an LCP echo reply as the kernel sends it, and one that shares its flags */
#define LCP  "\x7e\xff\x7d\x23\xc0\x21\x7d\x2a\x7d\x25\x7d\x20\x7d\x28\x12\x34\x56\x78\xb1\xe2\x7e"
#define DATA "\x7e\x21\x45\x00 some bytes \x7d\x5e of a packet\x12\x99\x7e"
#define ECHO "\x7e\xff\x03\xc0\x21\x09\x03\x00\x08\x11\x22"

struct record {
    char text[512];
};

static void record_sign(void *ctx, enum mc_relay_sign sign, const char *line)
{
    struct record *record = ctx;
    size_t len = strlen(record->text);

    snprintf(record->text + len, sizeof(record->text) - len, "%s(%s) ", mc_relay_sign_name(sign), line);
}

static const struct {
    const char *what;
    const char *bytes;
    size_t len;
    const char *signs;      /* as the bytes come */
    const char *after_idle; /* and more, once silence follows */
} cases[] = {
#define CASE(what, bytes, signs, after)                                                                                \
    {                                                                                                                  \
        what, bytes, sizeof(bytes) - 1, signs, after                                                                   \
    }
    CASE("between frames", LCP "\r\nNO CARRIER\r\n", "no-carrier(NO CARRIER) ", ""),
    CASE("at the very start", "\r\nNO CARRIER\r\n", "no-carrier(NO CARRIER) ", ""),
    CASE("the LF of CONNECT first", "\n" LCP DATA, "", ""),
    CASE("both farewells", DATA "\r\n+PPPD: DISCONNECTED\r\n\r\nNO CARRIER\r\n",
         "disconnected(+PPPD: DISCONNECTED) no-carrier(NO CARRIER) ", ""),
    CASE("frames go on after it", LCP "\r\nNO CARRIER\r\n" LCP "\r\nRDY\r\n", "no-carrier(NO CARRIER) rebooted(RDY) ",
         ""),
    CASE("a boot", "\r\nQCRDY\r\n\r\n+CPIN: READY\r\n\r\nSMS DONE\r\n",
         "rebooted(QCRDY) rebooted(+CPIN: READY) rebooted(SMS DONE) ", ""),
    CASE("a sibling's boot", LCP "\r\n*ATREADY: 1\r\n\r\nPB DONE\r\n", "rebooted(*ATREADY: 1) rebooted(PB DONE) ", ""),
    CASE("without a SIM", "\r\n+CPIN: NOT INSERTED\r\n", "rebooted(+CPIN: NOT INSERTED) ", ""),
    CASE("goes off", LCP "\r\nPOWERD DOWN\r\n", "off(POWERD DOWN) ", ""),
    CASE("goes off for its supply", LCP "\r\nUNDER-VOLTAGE WARNNING\r\n\r\nUNDER-VOLTAGE WARNNING POWER DOWN\r\n",
         "off(UNDER-VOLTAGE WARNNING POWER DOWN) ", ""),
    CASE("CR alone", LCP "\rNO CARRIER\r", "no-carrier(NO CARRIER) ", ""),
    CASE("somebody's data", "\x7e\x21 mail:\r\nNO CARRIER\r\n\r\n+PPPD: DISCONNECTED\r\nRDY\r\n\x11\x22\x7e", "", ""),
    CASE("data, shared flags", LCP "\xff\x03\x00\x21\r\nNO CARRIER\r\n\x01\x02\x7e\x21\r\nRDY\r\n\x01\x02\x7e", "", ""),
    CASE("data, cut at the checksum", "\x7e\x21\r\nNO CARRIER\r\n\x11", "", ""),
    CASE("part of a longer line", LCP "\r\nNO CARRIER HERE\r\n\r\nMY RDY\r\n\r\nRDYX\r\n", "", ""),
    CASE("unfinished, no idle", LCP "\r\nNO CARR", "", ""),
    CASE("cut without its line end", LCP "\r\nNO CARRIER", "", "no-carrier(NO CARRIER) "),
    CASE("carrier lost in mid-frame", LCP ECHO "\r\nNO CARRIER\r\n", "", "no-carrier(NO CARRIER) "),
    CASE("reboot in mid-frame", ECHO "\x00\xff\r\nRDY\r\n\r\n+CPIN: READY\r\n", "",
         "rebooted(RDY) rebooted(+CPIN: READY) "),
    CASE("no CR LF before it", LCP "NO CARRIER\r\n", "", "no-carrier(NO CARRIER) "),
    CASE("NUL in a line", LCP "\r\nNO CARRIER\0\r\n", "", ""),
    CASE("NUL in a cut frame", ECHO "\0NO CARRIER\r\n", "", "no-carrier(NO CARRIER) "),
    CASE("NUL in the words of a cut frame", ECHO "\r\nNO\0 CARRIER\r\n", "", ""),
    CASE("a cut frame that ends with LF", ECHO "\nNO CARRIER\n", "", "no-carrier(NO CARRIER) "),
    CASE("a cut frame that ends with CR", ECHO "\rNO CARRIER\r", "", "no-carrier(NO CARRIER) "),
    CASE("an echoed AT", LCP "\r\nERROR\r\n", "", ""),
};

static void run(size_t i, size_t split, struct record *record, size_t *ret_len)
{
    struct mc_relay_scan scan;

    memset(record, 0, sizeof(*record));
    mc_relay_scan_init(&scan, record_sign, record);
    mc_relay_scan_feed(&scan, (const uint8_t *)cases[i].bytes, split);
    mc_relay_scan_feed(&scan, (const uint8_t *)cases[i].bytes + split, cases[i].len - split);
    *ret_len = strlen(record->text);
    mc_relay_scan_idle(&scan);
    mc_relay_scan_idle(&scan); /* says nothing twice */
}

static void split_at_every_byte(void **state)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t split = 0; split <= cases[i].len; split++) {
            struct record record;
            char wanted[512];
            size_t before;

            run(i, split, &record, &before);
            snprintf(wanted, sizeof(wanted), "%s%s", cases[i].signs, cases[i].after_idle);
            if (strcmp(record.text, wanted) != 0 || before != strlen(cases[i].signs))
                fail_msg("%s, split at %zu: \"%s\", wanted \"%s\"", cases[i].what, split, record.text, wanted);
        }
}

static void byte_by_byte(void **state)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mc_relay_scan scan;
        struct record record = {0};

        mc_relay_scan_init(&scan, record_sign, &record);
        for (size_t k = 0; k < cases[i].len; k++)
            mc_relay_scan_feed(&scan, (const uint8_t *)cases[i].bytes + k, 1);
        assert_string_equal(record.text, cases[i].signs);
    }
}

/* Frames full of the words, escaped as a sender must: never a sign, and the first real one after them is found. */
static void no_false_alarm_in_a_megabyte(void **state)
{
    static const char *const pieces[] = {
        "\r\nNO CARRIER\r\n", "\r\n+PPPD: DISCONNECTED\r\n", "\r\nRDY\r\n", "\r", "\n", "\x7d\x5e", "abc"};
    struct mc_relay_scan scan;
    struct record record = {0};
    uint8_t byte;

    srand(1);
    mc_relay_scan_init(&scan, record_sign, &record);
    for (size_t sent = 0; sent < 1 << 20;) {
        mc_relay_scan_feed(&scan, (const uint8_t *)"\x7e\x21", (size_t)(1 + (rand() & 1)));
        mc_relay_scan_feed(&scan, (const uint8_t *)"\xff\x03", 2);
        for (int i = rand() % 40; i >= 0; i--) {
            const char *piece = pieces[(size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]))];

            mc_relay_scan_feed(&scan, (const uint8_t *)piece, strlen(piece));
            sent += strlen(piece);
        }
        byte = 0x7e;
        mc_relay_scan_feed(&scan, &byte, 1);
    }
    assert_string_equal(record.text, "");
    assert_true(scan.frames > 1000);
    mc_relay_scan_feed(&scan, (const uint8_t *)"\r\nNO CARRIER\r\n", 14);
    assert_string_equal(record.text, "no-carrier(NO CARRIER) ");
}

/* What the modem says, and each in its own words; @prefix: more may follow. */
static const struct {
    const char *text;
    bool prefix;
    const char *sign;
} words[] = {
    {"NO CARRIER", false, "no-carrier"},
    {"+PPPD: DISCONNECTED", false, "disconnected"},
    {"QCRDY", false, "rebooted"},
    {"SMS DONE", false, "rebooted"},
    {"PB DONE", false, "rebooted"},
    {"RDY", false, "rebooted"},
    {"+CPIN: ", true, "rebooted"},
    {"*ATREADY: ", true, "rebooted"},
    {"POWERD DOWN", false, "off"},
    {"POWER DOWN", false, "off"},
    {"NORMAL POWER DOWN", false, "off"},
    {"UNDER-VOLTAGE WARNNING POWER DOWN", false, "off"},
    {"OVER-VOLTAGE WARNNING POWER DOWN", false, "off"},
};

/* @line as a line of its own, and at the end of a frame that was cut: the same signs. */
static void expect_line(const char *line, const char *sign)
{
    static const char *const before[] = {LCP, ECHO};
    char wanted[256] = "";

    if (sign != NULL)
        snprintf(wanted, sizeof(wanted), "%s(%s) ", sign, line);
    for (size_t i = 0; i < 2; i++) {
        struct mc_relay_scan scan;
        struct record record = {0};
        char bytes[256];
        int len = snprintf(bytes, sizeof(bytes), "%s\r\n%s\r\n", before[i], line);

        mc_relay_scan_init(&scan, record_sign, &record);
        mc_relay_scan_feed(&scan, (const uint8_t *)bytes, (size_t)len);
        assert_string_equal(record.text, i == 0 ? wanted : "");
        mc_relay_scan_idle(&scan);
        assert_string_equal(record.text, wanted);
    }
}

static void every_word_and_nothing_near_it(void **state)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i].text);
        char near[64];

        expect_line(words[i].text, words[i].sign);
        snprintf(near, sizeof(near), "%s9", words[i].text);
        expect_line(near, words[i].prefix ? words[i].sign : NULL);
        snprintf(near, sizeof(near), " %s", words[i].text);
        expect_line(near, NULL);
        snprintf(near, sizeof(near), "%.*s", (int)len - 1, words[i].text);
        expect_line(near, NULL);
    }
}

static void signs_have_names(void **state)
{
    static const char *const names[] = {"no-carrier", "disconnected", "rebooted", "off"};

    for (unsigned i = 0; i < MC_RELAY_SIGN_COUNT; i++)
        assert_string_equal(mc_relay_sign_name((enum mc_relay_sign)i), names[i]);
    assert_null(mc_relay_sign_name(MC_RELAY_SIGN_COUNT));
    assert_null(mc_relay_sign_name((enum mc_relay_sign) - 1));
}

static void frames_and_lines_are_counted(void **state)
{
    static const struct {
        const char *bytes;
        unsigned frames, lines;
    } rows[] = {
        {"", 0, 0},          {"\r\n\r\n\n", 0, 0},    {"\r\nA\r\n\r\nB\n", 0, 2},  {"\x7e\x7e\x7e", 0, 0},
        {"\x7e!\x7e", 1, 0}, {LCP LCP "!\x7e", 3, 0}, {LCP "\r\nA\r\n" LCP, 2, 1}, {"\r\nA\x7e\r\n", 0, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mc_relay_scan scan;
        struct record record = {0};

        memset(&scan, 0x55, sizeof(scan));
        mc_relay_scan_init(&scan, record_sign, &record);
        mc_relay_scan_feed(&scan, (const uint8_t *)rows[i].bytes, strlen(rows[i].bytes));
        assert_int_equal(scan.frames, rows[i].frames);
        assert_int_equal(scan.lines, rows[i].lines);
    }
}

static void silence_means_something_while_a_frame_or_line_is_open(void **state)
{
    static const struct {
        const char *bytes;
        bool open;
    } rows[] = {
        {"", false},     {"\x7e", false},      {"\r\n", false}, {"\x7e!", true},
        {"\r\n!", true}, {"\r\n!\x7e", false}, {LCP, false},    {LCP "!!", true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mc_relay_scan scan;
        struct record record = {0};

        mc_relay_scan_init(&scan, record_sign, &record);
        mc_relay_scan_feed(&scan, (const uint8_t *)rows[i].bytes, strlen(rows[i].bytes));
        assert_int_equal(mc_relay_scan_open(&scan), rows[i].open);
        mc_relay_scan_idle(&scan);
        assert_string_equal(record.text, "");
        assert_int_equal(scan.lines, strcmp(rows[i].bytes, "\r\n!") == 0);
    }
}

/* A frame of every length around the tail's, fed in pieces of every size around it: its last bytes are kept, no more.
 */
static void the_tail_of_a_frame_is_kept(void **state)
{
    uint8_t frame[2 * MC_RELAY_TAIL_BYTES + 8];
    struct mc_relay_scan scan;
    struct record record = {0};

    for (size_t i = 0; i < sizeof(frame); i++)
        frame[i] = (uint8_t)(i + 1 == 0x7e ? 0xff : i + 1);
    for (size_t len = 2; len <= sizeof(frame); len++)
        for (size_t piece = 1; piece < len; piece++) {
            size_t kept = len < MC_RELAY_TAIL_BYTES ? len : MC_RELAY_TAIL_BYTES;

            mc_relay_scan_init(&scan, record_sign, &record);
            mc_relay_scan_feed(&scan, (const uint8_t *)"\x7e", 1);
            for (size_t at = 0; at < len; at += piece)
                mc_relay_scan_feed(&scan, frame + at, piece < len - at ? piece : len - at);
            assert_int_equal(scan.where, MC_SCAN_FRAME);
            assert_int_equal(scan.len, kept);
            assert_memory_equal(scan.text, frame + len - kept, kept);
        }
}

static void a_line_of_any_length(void **state)
{
    struct mc_relay_scan scan;
    struct record record = {0};
    char line[MC_RELAY_TAIL_BYTES + 1];

    memset(line, 'x', sizeof(line));
    mc_relay_scan_init(&scan, record_sign, &record);
    mc_relay_scan_feed(&scan, (const uint8_t *)"\r\n", 2);
    mc_relay_scan_feed(&scan, (const uint8_t *)line, MC_RELAY_TAIL_BYTES);
    assert_int_equal(scan.where, MC_SCAN_TEXT);
    mc_relay_scan_feed(&scan, (const uint8_t *)"\r\n", 2);
    assert_int_equal(scan.lines, 1);
    /* One more: noise, or a frame whose flag was lost. It is kept as a frame is, to the byte. */
    line[MC_RELAY_TAIL_BYTES] = '\0';
    mc_relay_scan_feed(&scan, (const uint8_t *)line, sizeof(line));
    assert_int_equal(scan.where, MC_SCAN_FRAME);
    assert_int_equal(scan.len, MC_RELAY_TAIL_BYTES);
    assert_memory_equal(scan.text, line + 1, MC_RELAY_TAIL_BYTES);
    mc_relay_scan_feed(&scan, (const uint8_t *)"NO CARRIER\r\n", 12);
    mc_relay_scan_idle(&scan);
    assert_string_equal(record.text, "no-carrier(NO CARRIER) ");
    assert_int_equal(scan.lines, 1);
    mc_relay_scan_feed(&scan, (const uint8_t *)"\x7e", 1);
    assert_int_equal(scan.where, MC_SCAN_BETWEEN);
}

static void noise_is_bounded(void **state)
{
    struct mc_relay_scan scan;
    struct record record = {0};
    uint8_t noise[4096];

    srand(2);
    mc_relay_scan_init(&scan, record_sign, &record);
    for (int round = 0; round < 256; round++) {
        for (size_t i = 0; i < sizeof(noise); i++)
            noise[i] = (uint8_t)rand();
        mc_relay_scan_feed(&scan, noise, (size_t)rand() % sizeof(noise));
        mc_relay_scan_idle(&scan);
        assert_true(scan.len <= MC_RELAY_TAIL_BYTES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(split_at_every_byte),
        cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(no_false_alarm_in_a_megabyte),
        cmocka_unit_test(every_word_and_nothing_near_it),
        cmocka_unit_test(signs_have_names),
        cmocka_unit_test(frames_and_lines_are_counted),
        cmocka_unit_test(silence_means_something_while_a_frame_or_line_is_open),
        cmocka_unit_test(the_tail_of_a_frame_is_kept),
        cmocka_unit_test(a_line_of_any_length),
        cmocka_unit_test(noise_is_bounded),
    };
    return cmocka_run_group_tests_name("ppp/relay_scan", tests, NULL, NULL);
}
