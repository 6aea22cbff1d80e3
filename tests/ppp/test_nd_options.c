/* SPDX-License-Identifier: MIT */
#include <microcat/ppp/nd_options.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SERVER(n)        "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0" n
#define RDNSS(len, life) "\x19" len "\0\0" life
#define HOUR             "\x00\x00\x0e\x10"
#define PREFIX           "\x00\x64\xff\x9b\0\0\0\0\0\0\0\0"
/* 1800 s: 225 units of 8 s, the prefix length's code in the lower three bits */
#define PREF64(code) "\x26\x02\x07" code PREFIX

/* All that is known, in one line. */
static const char *known(const struct mc_nd_facts *facts)
{
    static char text[256];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < MC_ND_SERVERS && facts->servers[i].address[0]; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s ", facts->servers[i].address);
    snprintf(text + len, sizeof(text) - len, "| %s", facts->nat64);
    return text;
}

#define OPTIONS(text) (text), sizeof(text) - 1
static const struct {
    const char *options;
    size_t len;
    int result;
    const char *known;
} rows[] = {
    {OPTIONS(RDNSS("\x03", HOUR) SERVER("\x01")), 1, "2001:db8::1 | "},
    {OPTIONS(RDNSS("\x05", HOUR) SERVER("\x01") SERVER("\x02")), 1, "2001:db8::1 2001:db8::2 | "},
    {OPTIONS(RDNSS("\x09", HOUR) SERVER("\x01") SERVER("\x02") SERVER("\x03") SERVER("\x04")), 1,
     "2001:db8::1 2001:db8::2 2001:db8::3 | "},
    {OPTIONS(PREF64("\x08") RDNSS("\x03", HOUR) SERVER("\x01")), 1, "2001:db8::1 | 64:ff9b::/96"},
    {OPTIONS(PREF64("\x09")), 1, "| 64:ff9b::/64"},
    {OPTIONS(PREF64("\x0d")), 1, "| 64:ff9b::/32"},
    {OPTIONS(PREF64("\x0e")), 0, "| "},            /* no such length */
    {OPTIONS("\x26\x02\x00\x00" PREFIX), 0, "| "}, /* ends before it began */
    {OPTIONS(RDNSS("\x03", "\0\0\0\0") SERVER("\x01")), 0, "| "},
    {OPTIONS("\x1f\x01\0\0\0\0\0\0"), 0, "| "}, /* another kind: DNSSL */
    /* a server that nobody can use: link-local, ::1, a group */
    {OPTIONS(RDNSS("\x07", HOUR) "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"
                                 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"
                                 "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"),
     0, "| "},
    /* lengths that cannot be: none, more than there is, less than its kind has, half a header */
    {OPTIONS(RDNSS("\x03", HOUR) SERVER("\x01") "\x19\x00"), -EBADMSG, "| "},
    {OPTIONS(RDNSS("\x05", HOUR) SERVER("\x01")), -EBADMSG, "| "},
    {OPTIONS("\x19\x01\0\0" HOUR), -EBADMSG, "| "},
    {OPTIONS("\x26\x01\x07\x08\0\0\0\0"), -EBADMSG, "| "},
    {OPTIONS("\x26\x03\x07\x08" PREFIX "\0\0\0\0\0\0\0\0"), -EBADMSG, "| "},
    {OPTIONS("\x19"), -EBADMSG, "| "},
    {OPTIONS(""), 0, "| "},
};

static void options_are_taken_or_left(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct mc_nd_facts facts = {0};
        char text[512];

        int r = mc_nd_take(&facts, memcpy(text, rows[i].options, rows[i].len), rows[i].len, 1000);
        if (r != rows[i].result || strcmp(known(&facts), rows[i].known) != 0)
            fail_msg("row %zu: %d, '%s'", i, r, known(&facts));
        assert_true(rows[i].result != 1 || mc_nd_take(&facts, rows[i].options, rows[i].len, 2000) == 0); /* no news */
    }
}

static void a_word_holds_for_its_time(void **state)
{
    struct mc_nd_facts facts = {0};
    int64_t next_ms;

    assert_int_equal(mc_nd_take(&facts, OPTIONS(RDNSS("\x03", HOUR) SERVER("\x01") PREF64("\x08")), 1000), 1);
    assert_int_equal(mc_nd_take(&facts, OPTIONS(RDNSS("\x03", "\xff\xff\xff\xff") SERVER("\x02")), 1000), 1);
    assert_int_equal(mc_nd_expire(&facts, 1800999, &next_ms), 0);
    assert_int_equal(next_ms, 1801000); /* the prefix */
    assert_int_equal(mc_nd_expire(&facts, 1801000, &next_ms), 1);
    assert_string_equal(known(&facts), "2001:db8::1 2001:db8::2 | ");
    assert_int_equal(next_ms, 3601000);
    assert_int_equal(mc_nd_take(&facts, OPTIONS(RDNSS("\x03", HOUR) SERVER("\x01")), 3600000), 0); /* said again */
    assert_int_equal(mc_nd_expire(&facts, 3601000, &next_ms), 0);
    assert_int_equal(mc_nd_expire(&facts, 7200000, &next_ms), 1);
    assert_string_equal(known(&facts), "2001:db8::2 | ");
    assert_true(next_ms == INT64_MAX);
    /* taken back by the router */
    assert_int_equal(mc_nd_take(&facts, OPTIONS(RDNSS("\x03", "\0\0\0\0") SERVER("\x02")), 7200000), 1);
    assert_string_equal(known(&facts), "| ");
    assert_int_equal(mc_nd_take(&facts, OPTIONS(PREF64("\x08")), 7200000), 1);
    assert_int_equal(mc_nd_take(&facts, OPTIONS("\x26\x02\x00\x01" PREFIX), 7200000), 0); /* the /64 ends: not ours */
    assert_int_equal(mc_nd_take(&facts, OPTIONS("\x26\x02\x00\x00" PREFIX), 7200000), 1);
    assert_string_equal(known(&facts), "| ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_taken_or_left),
        cmocka_unit_test(a_word_holds_for_its_time),
    };

    return cmocka_run_group_tests_name("ppp/nd_options", tests, NULL, NULL);
}
