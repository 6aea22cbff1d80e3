/* SPDX-License-Identifier: MIT */
#include <microcat/base/mask.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define DOTS       "…"
#define DOTS_BYTES 3
#define DIGITS     "0123456789"
#define HEX_DIGITS DIGITS "ABCDEFabcdef"
#define RUN_MIN    7
#define LONG_MIN   14 /* of which four and four tell not too much; no phone number is so long */
#define SHORT_MIN  6

/* Writes the masked form of the @len bytes at @from to @to, which does not lie behind it. @return its length. */
static size_t put_masked(char *to, const char *from, size_t len)
{
    size_t kept = len >= LONG_MIN ? 4 : len >= SHORT_MIN ? 2 : 0;

    if (len < DOTS_BYTES) { /* no room for them */
        memset(to, '*', len);
        return len;
    }
    if (len < 2 * kept + DOTS_BYTES)
        kept = (len - DOTS_BYTES) / 2;
    memmove(to, from, kept);
    memmove(to + kept + DOTS_BYTES, from + len - kept, kept);
    memcpy(to + kept, DOTS, DOTS_BYTES);
    return 2 * kept + DOTS_BYTES;
}

void mc_mask_identity(char *text)
{
    if (!strstr(text, DOTS))
        text[put_masked(text, text, strlen(text))] = '\0';
}

/* Does this run of hex digits have so many decimal ones in a row? */
static bool is_telling(const char *run, size_t len)
{
    size_t digits = 0;

    for (size_t i = 0; i < len; i++) {
        digits = run[i] <= '9' ? digits + 1 : 0;
        if (digits == RUN_MIN)
            return true;
    }
    return false;
}

void mc_mask_text(char *text)
{
    char *to = text;

    for (const char *from = text; *from;) {
        size_t len = strspn(from, HEX_DIGITS);

        if (len > 0 && is_telling(from, len)) {
            to += put_masked(to, from, len);
        } else {
            len += len == 0;
            memmove(to, from, len);
            to += len;
        }
        from += len;
    }
    *to = '\0';
}
