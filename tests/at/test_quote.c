/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <microcat/at/quote.h>
#include <microcat/base/cleanup.h>
#include <string.h>

static const struct {
    const char *text;
    size_t out_bytes;
    int result;
    const char *out;
} rows[] = {
    {"soracom.io", 64, 0, "\"soracom.io\""},
    {"", 64, 0, "\"\""},
    {"a b,c;d=e?#~", 64, 0, "\"a b,c;d=e?#~\""},
    {"back\\slash", 64, 0, "\"back\\slash\""},
    {"x\rATD*99#", 64, -EINVAL, ""},
    {"x\nAT", 64, -EINVAL, ""},
    {"a\"b", 64, -EINVAL, ""},
    {"\x1b", 64, -EINVAL, ""},
    {"\x1a", 64, -EINVAL, ""},
    {"tab\t", 64, -EINVAL, ""},
    {"\x7f", 64, -EINVAL, ""},
    {"caf\xc3\xa9", 64, -EINVAL, ""},
    {NULL, 64, -EINVAL, ""},
    {"abc", 6, 0, "\"abc\""},
    {"abc", 5, -ENOBUFS, ""},
    {"abc", 1, -ENOBUFS, ""},
};

static void test_quote(void **state)
{
    char out[64];
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        memset(out, 'x', sizeof(out));
        assert_int_equal(mc_at_quote(rows[i].text, out, rows[i].out_bytes), rows[i].result);
        assert_string_equal(out, rows[i].out);
    }
    strcpy(out, "kept");
    assert_int_equal(mc_at_quote("a", out, 0), -ENOBUFS);
    assert_string_equal(out, "kept");
    assert_int_equal(mc_at_quotable("fine"), 0);
    assert_int_equal(mc_at_quotable("not\rfine"), -EINVAL);
}

static void test_format(void **state)
{
    char out[64];
    assert_int_equal(mc_at_format(out, sizeof(out), "AT+CGDCONT=%d,%q,%q", 1, "IP", "soracom.io"), 0);
    assert_string_equal(out, "AT+CGDCONT=1,\"IP\",\"soracom.io\"");
    assert_int_equal(mc_at_format(out, sizeof(out), "ATD*99***%d#", 16), 0);
    assert_string_equal(out, "ATD*99***16#");
    assert_int_equal(mc_at_format(out, sizeof(out), "AT%s=%d%%", "+X", -3), 0);
    assert_string_equal(out, "AT+X=-3%");
    assert_int_equal(mc_at_format(out, sizeof(out), "AT"), 0);
    assert_string_equal(out, "AT");
    assert_int_equal(mc_at_format(out, sizeof(out), ""), 0);
    assert_string_equal(out, "");
}

static void test_format_refuses(void **state)
{
    char out[16];
    assert_int_equal(mc_at_format(out, sizeof(out), "AT+CPIN=%q", "12\"34"), -EINVAL);
    assert_string_equal(out, "");                                                     /* never half a command */
    assert_int_equal(mc_at_format(out, sizeof(out), "AT+X=%q,1", "12\"34"), -EINVAL); /* nor what comes behind */
    assert_string_equal(out, "");
    assert_int_equal(mc_at_format(out, sizeof(out), "AT%s", "+X\r"), -EINVAL);
    assert_int_equal(mc_at_format(out, sizeof(out), "AT%x", 1), -EINVAL);
    assert_int_equal(mc_at_format(out, sizeof(out), "AT%"), -EINVAL);
    assert_int_equal(mc_at_format(out, sizeof(out), "AT+CPIN=%q", "12345678"), -ENOBUFS);
    assert_string_equal(out, "");
    assert_int_equal(mc_at_format(out, sizeof(out), "AT+CPIN=%q", "12345"), 0);
    strcpy(out, "kept");
    assert_int_equal(mc_at_format(out, 0, "AT"), -ENOBUFS);
    assert_string_equal(out, "kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quote),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_format_refuses),
    };
    return cmocka_run_group_tests_name("at.quote", tests, NULL, NULL);
}
