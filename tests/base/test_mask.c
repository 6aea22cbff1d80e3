/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <microcat/base/mask.h>

struct row {
    const char *text, *masked;
};

static void hold(const struct row *rows, size_t n, void (*mask)(char *text))
{
    for (size_t i = 0; i < n; i++) {
        char text[128];

        strcpy(text, rows[i].text);
        mask(text);
        if (strcmp(text, rows[i].masked) != 0)
            fail_msg("%s: %s, not %s", rows[i].text, text, rows[i].masked);
        assert_true(strlen(text) <= strlen(rows[i].text));
        mask(text); /* once is enough */
        assert_string_equal(text, rows[i].masked);
    }
}

static void identities_are_masked_whole(void **state)
{
    static const struct row rows[] = {
        {"8942310000000009012", "8942…9012"},
        {"8942310xxxxxxxxxxxxx", "8942…xxxx"},
        {"440101234567890", "4401…7890"},
        {"860000000000001", "8600…0001"},
        {"12345678901234", "1234…1234"},
        {"1234567890123", "12…23"},
        {"12345678901", "12…01"},
        {"1234567", "12…67"},
        {"123456", "1…6"}, /* as short as an IMSI may be */
        {"123", "…"},
        {"12", "**"},
        {"", ""},
        {"8942…9012", "8942…9012"},
    };

    hold(rows, sizeof(rows) / sizeof(rows[0]), mc_mask_identity);
}

static void digits_in_a_text_are_masked(void **state)
{
    static const struct row rows[] = {
        {"8942310000000009012", "8942…9012"},
        {"SIM 8942310000000009012 was taken out", "SIM 8942…9012 was taken out"},
        {"+ICCID: 8942310000000009 0F", "+ICCID: 8942…0009 0F"},
        {"+ICCID: 894231000000000900F", "+ICCID: 8942…900F"},
        {"89423A1234567BC9012", "8942…9012"}, /* hex letters in the middle */
        {"call from +819012345678", "call from +81…78"},
        {"call from 0312345678", "call from 03…78"},
        {"a1234567", "a1…67"},
        {"1234567", "12…67"},
        {"123456", "123456"},
        {"1234567 1234567", "12…67 12…67"},
        {"IMSI440101234567890", "IMSI4401…7890"},
        {"10.164.98.251 on ppp0, 2001:db8::1234:5678", "10.164.98.251 on ppp0, 2001:db8::1234:5678"},
        {"2374B05SIM767XM5A, 2026-11-28 14:02", "2374B05SIM767XM5A, 2026-11-28 14:02"},
        {"decade 123456 deadbeef", "decade 123456 deadbeef"},
        {"8942…9012", "8942…9012"},
        {"\xff\xfe 12345678 \xff", "\xff\xfe 12…78 \xff"},
        {"", ""},
    };

    hold(rows, sizeof(rows) / sizeof(rows[0]), mc_mask_text);
}

/* Of whatever length, at least three characters of a run of digits are never seen, and half of an identity's. */
static void never_tells_all(void **state)
{
    for (size_t len = 7; len < 60; len++) {
        char text[64] = "";
        size_t shown = 0;

        memset(text, '7', len);
        mc_mask_text(text);
        for (const char *p = text; *p; p++)
            shown += *p == '7';
        assert_true(shown + 3 <= len);
        assert_true(shown <= 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities_are_masked_whole),
        cmocka_unit_test(digits_in_a_text_are_masked),
        cmocka_unit_test(never_tells_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
