/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/base/parse.h>
#include <stdio.h>
#include <string.h>

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

/* All of @text as digits of @base. The form is judged before the range: "99x" is never out of range. */
static int parse_digits(const char *text, unsigned base, uint64_t *ret_value)
{
    uint64_t value = 0;
    bool over = false;

    if (!*text)
        return -EINVAL;
    for (; *text; text++) {
        int digit = digit_value(*text);
        if (digit >= (int)base)
            return -EINVAL;
        over |= __builtin_mul_overflow(value, (uint64_t)base, &value);
        over |= __builtin_add_overflow(value, (uint64_t)digit, &value);
    }
    if (over)
        return -ERANGE;
    *ret_value = value;
    return 0;
}

int mc_parse_int(const char *text, int64_t min, int64_t max, int64_t *ret_value)
{
    bool negative = text && *text == '-';
    uint64_t magnitude;
    int64_t value;

    if (!text)
        return -EINVAL;
    int r = parse_digits(text + negative, 10, &magnitude);
    if (r < 0)
        return r;
    if (negative ? __builtin_sub_overflow((int64_t)0, magnitude, &value)
                 : __builtin_add_overflow((int64_t)0, magnitude, &value))
        return -ERANGE;
    if (value < min || value > max)
        return -ERANGE;
    *ret_value = value;
    return 0;
}

int mc_parse_hex(const char *text, uint64_t max, uint64_t *ret_value)
{
    uint64_t value;

    if (!text || strlen(text) > 16)
        return -EINVAL;
    int r = parse_digits(text, 16, &value);
    if (r < 0)
        return r;
    if (value > max)
        return -ERANGE;
    *ret_value = value;
    return 0;
}

int mc_parse_bool(const char *text, bool *ret_value)
{
    static const char *const words[][2] = {{"no", "yes"}, {"false", "true"}, {"off", "on"}, {"0", "1"}};

    for (size_t i = 0; text && i < sizeof(words) / sizeof(words[0]); i++)
        for (int value = 0; value < 2; value++)
            if (strcmp(text, words[i][value]) == 0) {
                *ret_value = value;
                return 0;
            }
    return -EINVAL;
}

/* Length of the well-formed sequence at @s with @left bytes to go (Unicode 15, table 3-7), or 0. */
static size_t utf8_sequence_len(const unsigned char *s, size_t left)
{
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

    if (s[0] == 0 || (s[0] >= 0x80 && s[0] < 0xc2) || s[0] > 0xf4 || len > left)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90)) /* longer than needed */
        return 0;
    if ((s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf4 && s[1] > 0x8f)) /* a surrogate; beyond U+10FFFF */
        return 0;
    return len;
}

int mc_parse_utf8(const char *text, size_t len_bytes)
{
    const unsigned char *s = (const unsigned char *)text;

    while (len_bytes > 0) {
        size_t len = utf8_sequence_len(s, len_bytes);
        if (len == 0)
            return -EINVAL;
        s += len;
        len_bytes -= len;
    }
    return 0;
}

void mc_format_bytes(uint64_t bytes, char *out, size_t out_bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    uint64_t tenths, unit = 1;
    size_t i = 0;

    /* 999.5 of a unit would print as 1000: that is one of the next unit. */
    while (i + 1 < sizeof(units) / sizeof(units[0]) &&
           (i ? bytes / unit >= 1000 || bytes + unit / 2 >= 1000 * unit : bytes >= 1000)) {
        unit *= 1000;
        i++;
    }
    if (i == 0) {
        snprintf(out, out_bytes, "%u B", (unsigned)bytes);
        return;
    }
    tenths = bytes / (unit / 10) + (bytes % (unit / 10) >= unit / 20);
    if (tenths < 100)
        snprintf(out, out_bytes, "%u.%u %s", (unsigned)(tenths / 10), (unsigned)(tenths % 10), units[i]);
    else
        snprintf(out, out_bytes, "%u %s", (unsigned)(bytes / unit + (bytes % unit >= unit / 2)), units[i]);
}
