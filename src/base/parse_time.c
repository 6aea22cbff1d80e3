/* SPDX-License-Identifier: MIT */
/* The times of mc_parse_duration_ms() and how they are written: one table of units for both ways. */
#include <errno.h>
#include <microcat/base/parse.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int64_t ms;
} units[] = {
    {"ms", 1},          {"msec", 1},           {"s", 1000},         {"sec", 1000},        {"second", 1000},
    {"seconds", 1000},  {"min", 60000},        {"minute", 60000},   {"minutes", 60000},   {"h", 3600000},
    {"hr", 3600000},    {"hour", 3600000},     {"hours", 3600000},  {"d", 86400000},      {"day", 86400000},
    {"days", 86400000}, {"w", 7 * 86400000LL}, {"week", 604800000}, {"weeks", 604800000},
};

static const char *skip_spaces(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A word of letters: its unit in ms; 0 without a word, -EINVAL for an unknown one. */
static int64_t take_unit(const char **p)
{
    const char *word = *p;
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz");

    *p += len;
    for (size_t i = 0; len > 0 && i < sizeof(units) / sizeof(units[0]); i++)
        if (strlen(units[i].name) == len && memcmp(units[i].name, word, len) == 0)
            return units[i].ms;
    return len == 0 ? 0 : -EINVAL;
}

/* A number: its whole part, and its fraction in billionths (more digits than nine add nothing). */
static int take_number(const char **p, int64_t *ret_whole, int64_t *ret_billionths, bool *ret_over)
{
    int64_t whole = 0, billionths = 0, scale = 1000000000;

    if (!is_digit(**p))
        return -EINVAL;
    for (; is_digit(**p); (*p)++)
        *ret_over |= __builtin_mul_overflow(whole, (int64_t)10, &whole) ||
                     __builtin_add_overflow(whole, (int64_t)(**p - '0'), &whole);
    if (**p == '.') {
        if (!is_digit(*++*p))
            return -EINVAL;
        for (; is_digit(**p); (*p)++) {
            scale /= 10;
            billionths += scale * (**p - '0');
        }
    }
    *ret_whole = whole;
    *ret_billionths = billionths;
    return 0;
}

/* Adds one part ("1.5h") to @sum_ms; what a fraction has below 1 ms is rounded, but never to nothing: 0 often means
 * "off". */
static void add_part(int64_t *sum_ms, int64_t whole, int64_t billionths, int64_t unit_ms, bool *ret_over)
{
    int64_t part, fraction_ms = (billionths * unit_ms + 500000000) / 1000000000; /* below 10^9 * 6.05 * 10^8: fits */

    if (whole == 0 && billionths > 0 && fraction_ms == 0)
        *ret_over = true;
    *ret_over |= __builtin_mul_overflow(whole, unit_ms, &part) || __builtin_add_overflow(part, fraction_ms, &part) ||
                 __builtin_add_overflow(*sum_ms, part, sum_ms);
}

int mc_parse_duration_ms(const char *text, int64_t *ret_ms)
{
    const char *p = text;
    int64_t sum_ms = 0, whole, billionths;
    bool over = false;
    size_t parts = 0;

    if (!text || !*text)
        return -EINVAL;
    if (strcmp(text, "infinity") == 0)
        return -ERANGE;
    for (; *p; parts++) {
        int r = take_number(&p, &whole, &billionths, &over);
        if (r < 0)
            return r;
        const char *after_number = p;
        p = skip_spaces(p);
        int64_t unit_ms = take_unit(&p);
        if (unit_ms < 0)
            return -EINVAL;
        if (unit_ms == 0) { /* a plain number is seconds, but only alone: "1h 30" could mean two things */
            if (parts > 0 || *after_number)
                return -EINVAL;
            unit_ms = 1000;
        }
        add_part(&sum_ms, whole, billionths, unit_ms, &over);
        const char *next = skip_spaces(p);
        if (next != p && !*next)
            return -EINVAL; /* space at the end */
        p = next;
    }
    if (over)
        return -ERANGE;
    *ret_ms = sum_ms;
    return 0;
}

static void print_two(char *out, size_t out_bytes, int64_t big, const char *big_unit, int64_t small,
                      const char *small_unit)
{
    if (small)
        snprintf(out, out_bytes, "%lld %s %lld %s", (long long)big, big_unit, (long long)small, small_unit);
    else
        snprintf(out, out_bytes, "%lld %s", (long long)big, big_unit);
}

void mc_format_duration(int64_t ms, char *out, size_t out_bytes)
{
    if (ms <= 0) {
        snprintf(out, out_bytes, "0 s");
        return;
    }
    if (ms < 100) {
        snprintf(out, out_bytes, "%d ms", (int)ms);
        return;
    }
    int64_t tenths = ms / 100 + (ms % 100 >= 50), s = ms / 1000 + (ms % 1000 >= 500);
    if (tenths < 100 && tenths % 10)
        snprintf(out, out_bytes, "%d.%d s", (int)tenths / 10, (int)tenths % 10);
    else if (s < 60)
        snprintf(out, out_bytes, "%d s", (int)s);
    else if (s < 3600)
        print_two(out, out_bytes, s / 60, "min", s % 60, "s");
    else if (s < 86400)
        print_two(out, out_bytes, s / 3600, "h", s % 3600 / 60, "min");
    else
        print_two(out, out_bytes, s / 86400, "d", s % 86400 / 3600, "h");
}

void mc_format_duration_exact(int64_t ms, char *out, size_t out_bytes)
{
    static const char *const names[] = {"d", "h", "min", "s"}; /* a week is rarely how somebody thinks of a time */
    static const int64_t values_ms[] = {86400000, 3600000, 60000, 1000};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if ((ms != 0 || values_ms[i] == 1000) && ms % values_ms[i] == 0) {
            snprintf(out, out_bytes, "%lld%s", (long long)(ms / values_ms[i]), names[i]);
            return;
        }
    snprintf(out, out_bytes, "%lldms", (long long)ms);
}
