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
        cmocka_unit_test(noise_is_bounded),
    };
    return cmocka_run_group_tests_name("ppp/relay_scan", tests, NULL, NULL);
}
