/* SPDX-License-Identifier: MIT */
/* A line taken apart, by itself: how many fields it may have, and what a missing one is. */
#include "../../src/at/fields.h"
#include "harness.h"

#include <errno.h>
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>

static void test_how_many(void **state)
{
    static struct at_fields f;
    char line[4 + 2 * AT_FIELDS_MAX] = "+X: 1";
    for (size_t n = 1; n <= AT_FIELDS_MAX; n++) {
        assert_int_equal(at_fields_split(line, "+X:", &f), 0);
        assert_int_equal(f.n, n);
        assert_string_equal(f.text[n - 1], "1");
        if (n < AT_FIELDS_MAX)
            strcat(line, ",1");
    }
    assert_int_equal(at_fields_split("+X: 1,,,,,,,,,,,,,,,,,,,,,,,,", "+X:", &f), -EINVAL); /* one more */
    assert_int_equal(at_fields_split("+X:", "+X:", &f), -EINVAL);
    assert_int_equal(at_fields_split("+X:  ", "+X:", &f), -EINVAL);
    assert_int_equal(at_fields_split("+Y: 1", "+X:", &f), -EINVAL);
}

static void test_how_long(void **state)
{
    static struct at_fields f;
    char line[8 + AT_FIELDS_MAX_BYTES] = "+X: ";
    memset(line + 4, 'x', AT_FIELDS_MAX_BYTES - 1);
    assert_int_equal(at_fields_split(line, "+X:", &f), 0);
    assert_int_equal(strlen(f.text[0]), AT_FIELDS_MAX_BYTES - 1);
    strcat(line, "x");
    assert_int_equal(at_fields_split(line, "+X:", &f), -EINVAL);
}

static void test_a_missing_one(void **state)
{
    static struct at_fields f;
    int32_t number = 7;
    int64_t hex = 7;
    char text[8] = "kept";
    assert_int_equal(at_fields_split("+X: 1", "+X:", &f), 0);
    f.text[1] = "5"; /* of another line */
    assert_int_equal(at_fields_int(&f, 1, 0, 9, &number), -EINVAL);
    assert_int_equal(at_fields_int_or_none(&f, 1, 0, 9, &number), 0);
    assert_int_equal(at_fields_hex(&f, 1, 9, &hex), -EINVAL);
    assert_int_equal(number, 7);
    assert_int_equal(hex, 7);
    assert_int_equal(at_fields_string(&f, 1, text, sizeof(text)), 0);
    assert_string_equal(text, "");
    assert_int_equal(at_fields_int(&f, 0, 0, 9, &number), 0);
    assert_int_equal(at_fields_hex(&f, 0, 9, &hex), 0);
    assert_int_equal(number, 1);
    assert_int_equal(hex, 1);
}

/* Blanks around a field are none of it, those within quotes are; hex may say that it is. */
static void test_what_a_field_is(void **state)
{
    static const struct {
        const char *text;
        int64_t hex;
    } rows[] = {{"0x1A", 0x1a}, {"0X1A", 0x1a}, {"1A", 0x1a}, {"0", 0}, {"1x1A", -1}, {"0x", -1}, {"xx1A", -1}};
    static struct at_fields f;
    assert_int_equal(at_fields_split("+X: a , \" b \" ,  ,", "+X:", &f), 0);
    assert_int_equal(f.n, 4);
    assert_string_equal(f.text[0], "a");
    assert_string_equal(f.text[1], " b ");
    assert_string_equal(f.text[2], "");
    assert_string_equal(f.text[3], "");
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        char line[32];
        int64_t hex = -1;
        snprintf(line, sizeof(line), "+X: %s", rows[i].text);
        assert_int_equal(at_fields_split(line, "+X:", &f), 0);
        assert_int_equal(at_fields_hex(&f, 0, 0xff, &hex), rows[i].hex < 0 ? -EINVAL : 0);
        assert_int_equal(hex, rows[i].hex);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_many),
        cmocka_unit_test(test_how_long),
        cmocka_unit_test(test_a_missing_one),
        cmocka_unit_test(test_what_a_field_is),
    };
    return cmocka_run_group_tests_name("at.fields", tests, NULL, NULL);
}
