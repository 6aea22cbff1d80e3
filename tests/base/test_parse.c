/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/parse.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void integers(void **state)
{
    static const struct {
        const char *text;
        int64_t min, max;
        int result;
        int64_t value;
    } rows[] = {
        {"0", 0, 10, 0, 0},
        {"10", 0, 10, 0, 10},
        {"007", 0, 10, 0, 7},
        {"-5", -5, 5, 0, -5},
        {"-0", -5, 5, 0, 0},
        {"9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX},
        {"-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN},
        {"11", 0, 10, -ERANGE, 0},
        {"-1", 0, 10, -ERANGE, 0},
        {"9223372036854775808", INT64_MIN, INT64_MAX, -ERANGE, 0},
        {"-9223372036854775809", INT64_MIN, INT64_MAX, -ERANGE, 0},
        {"18446744073709551616", INT64_MIN, INT64_MAX, -ERANGE, 0},
        {"99999999999999999999999999", INT64_MIN, INT64_MAX, -ERANGE, 0},
        {"99999999999999999999999999x", INT64_MIN, INT64_MAX, -EINVAL, 0}, /* the form comes before the range */
        {"", 0, 10, -EINVAL, 0},
        {"-", 0, 10, -EINVAL, 0},
        {"--1", -10, 10, -EINVAL, 0},
        {"+1", 0, 10, -EINVAL, 0},
        {" 1", 0, 10, -EINVAL, 0},
        {"1 ", 0, 10, -EINVAL, 0},
        {"1.0", 0, 10, -EINVAL, 0},
        {"0x1", 0, 10, -EINVAL, 0},
        {"1e3", 0, 10, -EINVAL, 0},
        {"\xd9\xa1", 0, 10, -EINVAL, 0}, /* an Arabic-Indic digit */
        {NULL, 0, 10, -EINVAL, 0},
    };

    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        int64_t value = 4711;
        assert_int_equal(mc_parse_int(rows[i].text, rows[i].min, rows[i].max, &value), rows[i].result);
        assert_int_equal(value, rows[i].result == 0 ? rows[i].value : 4711);
    }
}

static void hexadecimals(void **state)
{
    static const struct {
        const char *text;
        uint64_t max;
        int result;
        uint64_t value;
    } rows[] = {
        {"0", 0xffff, 0, 0},
        {"1A2b", 0xffff, 0, 0x1a2b},
        {"ffffffffffffffff", UINT64_MAX, 0, UINT64_MAX},
        {"0000000000000001", 1, 0, 1},
        {"00000000000000001", 1, -EINVAL, 0},
        {"10000", 0xffff, -ERANGE, 0},
        {"", 1, -EINVAL, 0},
        {"0x1", 1, -EINVAL, 0},
        {"-1", 1, -EINVAL, 0},
        {"1g", UINT64_MAX, -EINVAL, 0},
        {" 1", 1, -EINVAL, 0},
        {NULL, 1, -EINVAL, 0},
    };

    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        uint64_t value = 4711;
        assert_int_equal(mc_parse_hex(rows[i].text, rows[i].max, &value), rows[i].result);
        assert_true(value == (rows[i].result == 0 ? rows[i].value : 4711));
    }
}

static void booleans(void **state)
{
    static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off", "0"};
    static const char *const bad[] = {"", "Yes", "y", "2", "yes ", "truee", NULL};

    for (size_t i = 0; i < MC_LENGTH_OF(yes); i++) {
        bool value = false;
        assert_int_equal(mc_parse_bool(yes[i], &value), 0);
        assert_true(value);
        assert_int_equal(mc_parse_bool(no[i], &value), 0);
        assert_false(value);
    }
    for (size_t i = 0; i < MC_LENGTH_OF(bad); i++) {
        bool value = true;
        assert_int_equal(mc_parse_bool(bad[i], &value), -EINVAL);
        assert_true(value);
    }
}

static void durations(void **state)
{
    static const struct {
        const char *text;
        int result;
        int64_t ms;
    } rows[] = {
        {"0", 0, 0},
        {"0s", 0, 0},
        {"90", 0, 90000},
        {"90s", 0, 90000},
        {"90 s", 0, 90000},
        {"1.5", 0, 1500},
        {"1.5s", 0, 1500},
        {"250ms", 0, 250},
        {"5min", 0, 300000},
        {"5minutes", 0, 300000},
        {"1h 30min", 0, 5400000},
        {"1h30min", 0, 5400000},
        {"1 h  30 min", 0, 5400000},
        {"2d", 0, 172800000},
        {"1w", 0, 604800000},
        {"0.5h", 0, 1800000},
        {"2 h 14 min", 0, 8040000}, /* as mc_format_duration() writes it */
        {"0.0333333333333333333333h", 0, 120000},
        {"0.0015s", 0, 2},
        {"1.0001s", 0, 1000},
        {"0.0001s", -ERANGE, 0}, /* would be 0, which often means "off" */
        {"9223372036854775807ms", 0, INT64_MAX},
        {"9223372036854775808ms", -ERANGE, 0},
        {"9223372036854775807", -ERANGE, 0},
        {"99999999999999999999d", -ERANGE, 0},
        {"9223372036854775807ms 1ms", -ERANGE, 0},
        {"infinity", -ERANGE, 0},
        {"", -EINVAL, 0},
        {" ", -EINVAL, 0},
        {"s", -EINVAL, 0},
        {"-5s", -EINVAL, 0},
        {"+5s", -EINVAL, 0},
        {"5 parsecs", -EINVAL, 0},
        {"5S", -EINVAL, 0},
        {"5m", -EINVAL, 0}, /* minutes to systemd, metres or milli to others: say min */
        {"1h 30", -EINVAL, 0},
        {"30 1h", -EINVAL, 0},
        {"5s ", -EINVAL, 0},
        {" 5s", -EINVAL, 0},
        {"5 ", -EINVAL, 0},
        {"1.s", -EINVAL, 0},
        {".5s", -EINVAL, 0},
        {"1.2.3s", -EINVAL, 0},
        {"1,5s", -EINVAL, 0},
        {"0x10", -EINVAL, 0},
        {"1e3s", -EINVAL, 0},
        {"99999999999999999999 parsecs", -EINVAL, 0},
        {NULL, -EINVAL, 0},
    };

    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        int64_t ms = 4711;
        int r = mc_parse_duration_ms(rows[i].text, &ms);
        if (r != rows[i].result || ms != (r == 0 ? rows[i].ms : 4711))
            fail_msg("\"%s\": %d, %lld ms", rows[i].text ? rows[i].text : "(null)", r, (long long)ms);
    }
}

static void durations_for_people(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {-5, "0 s"},
        {0, "0 s"},
        {1, "1 ms"},
        {99, "99 ms"},
        {100, "0.1 s"},
        {400, "0.4 s"},
        {949, "0.9 s"},
        {951, "1 s"},
        {3400, "3.4 s"},
        {5000, "5 s"},
        {9949, "9.9 s"},
        {9951, "10 s"},
        {38000, "38 s"},
        {59499, "59 s"},
        {59500, "1 min"},
        {60000, "1 min"},
        {303000, "5 min 3 s"},
        {3599499, "59 min 59 s"},
        {3599500, "1 h"},
        {3600000, "1 h"},
        {8040000, "2 h 14 min"},
        {86399499, "23 h 59 min"},
        {86400000, "1 d"},
        {266400000, "3 d 2 h"},
        {INT64_MAX, "106751991167 d 7 h"},
    };
    char text[64];

    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        mc_format_duration(rows[i].ms, text, sizeof(text));
        assert_string_equal(text, rows[i].text);
    }
    mc_format_duration(8040000, text, 5);
    assert_string_equal(text, "2 h ");
}

static void durations_for_files_come_back(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {0, "0s"},
        {250, "250ms"},
        {1000, "1s"},
        {1500, "1500ms"},
        {90000, "90s"},
        {300000, "5min"},
        {5400000, "90min"},
        {7200000, "2h"},
        {86400000, "1d"},
        {604800000, "7d"},
        {INT64_MAX, "9223372036854775807ms"},
    };
    char text[64];

    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        int64_t back;
        mc_format_duration_exact(rows[i].ms, text, sizeof(text));
        assert_string_equal(text, rows[i].text);
        assert_int_equal(mc_parse_duration_ms(text, &back), 0);
        assert_int_equal(back, rows[i].ms);
    }
}

static void sizes_for_people(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } rows[] = {
        {0, "0 B"},         {17, "17 B"},        {999, "999 B"},      {1000, "1.0 kB"},      {1049, "1.0 kB"},
        {1050, "1.1 kB"},   {9949, "9.9 kB"},    {9950, "10 kB"},     {340000, "340 kB"},    {999499, "999 kB"},
        {999500, "1.0 MB"}, {1200000, "1.2 MB"}, {12300000, "12 MB"}, {999999999, "1.0 GB"}, {UINT64_MAX, "18 EB"},
    };
    char text[32];

    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        mc_format_bytes(rows[i].bytes, text, sizeof(text));
        assert_string_equal(text, rows[i].text);
    }
}

#define BYTES(s) s, sizeof(s) - 1

static void utf8(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        int result;
    } rows[] = {
        {BYTES(""), 0},
        {BYTES("AT+CSQ"), 0},
        {BYTES("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb1"), 0},
        {BYTES("\xc2\x80"), 0},
        {BYTES("\xdf\xbf"), 0},
        {BYTES("\xe0\xa0\x80"), 0},
        {BYTES("\xed\x9f\xbf"), 0},
        {BYTES("\xee\x80\x80"), 0},
        {BYTES("\xf0\x90\x80\x80"), 0},
        {BYTES("\xf4\x8f\xbf\xbf"), 0},
        {BYTES("a\0b"), -EINVAL},
        {BYTES("\x80"), -EINVAL},
        {BYTES("\xc0\x80"), -EINVAL},         /* NUL in two bytes */
        {BYTES("\xc1\xbf"), -EINVAL},         /* longer than needed */
        {BYTES("\xe0\x9f\xbf"), -EINVAL},     /* the same */
        {BYTES("\xf0\x8f\xbf\xbf"), -EINVAL}, /* the same */
        {BYTES("\xed\xa0\x80"), -EINVAL},     /* a surrogate */
        {BYTES("\xf4\x90\x80\x80"), -EINVAL}, /* beyond U+10FFFF */
        {BYTES("\xf5\x80\x80\x80"), -EINVAL},
        {BYTES("\xff"), -EINVAL},
        {BYTES("\xc3"), -EINVAL}, /* cut off */
        {BYTES("\xe2\x82"), -EINVAL},
        {BYTES("\xf0\x9f\x90"), -EINVAL},
        {BYTES("\xc3("), -EINVAL},
        {BYTES("\xe2(\xa1"), -EINVAL},
    };

    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        /* In memory of its own size, so that a sanitizer sees a read beyond. */
        char *copy = malloc(rows[i].len ? rows[i].len : 1);
        memcpy(copy, rows[i].text, rows[i].len);
        assert_int_equal(mc_parse_utf8(copy, rows[i].len), rows[i].result);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(hexadecimals),
        cmocka_unit_test(booleans),
        cmocka_unit_test(durations),
        cmocka_unit_test(durations_for_people),
        cmocka_unit_test(durations_for_files_come_back),
        cmocka_unit_test(sizes_for_people),
        cmocka_unit_test(utf8),
    };
    return cmocka_run_group_tests_name("base/parse", tests, NULL, NULL);
}
