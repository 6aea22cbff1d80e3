/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/at/quote.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct out {
    char *data;
    size_t size_bytes, len_bytes;
};

static int put(struct out *out, const char *text, size_t len_bytes)
{
    if (len_bytes >= out->size_bytes - out->len_bytes)
        return -ENOBUFS;
    memcpy(out->data + out->len_bytes, text, len_bytes);
    out->len_bytes += len_bytes;
    out->data[out->len_bytes] = '\0';
    return 0;
}

static bool plain(const char *text, bool quote_allowed)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c >= 0x7f || (*c == '"' && !quote_allowed))
            return false;
    return true;
}

int mc_at_quotable(const char *text)
{
    return text && plain(text, false) ? 0 : -EINVAL;
}

static int put_quoted(struct out *out, const char *text)
{
    int r = mc_at_quotable(text);
    if (r == 0)
        r = put(out, "\"", 1);
    if (r == 0)
        r = put(out, text, strlen(text));
    return r < 0 ? r : put(out, "\"", 1);
}

static int put_plain(struct out *out, const char *text)
{
    return text && plain(text, true) ? put(out, text, strlen(text)) : -EINVAL;
}

static int put_int(struct out *out, int value)
{
    char digits[16];
    int n = snprintf(digits, sizeof(digits), "%d", value);
    return put(out, digits, (size_t)n);
}

int mc_at_quote(const char *text, char *out, size_t out_bytes)
{
    struct out o = {.data = out, .size_bytes = out_bytes};
    if (out_bytes == 0)
        return -ENOBUFS;
    out[0] = '\0';
    int r = put_quoted(&o, text);
    if (r < 0)
        out[0] = '\0';
    return r;
}

int mc_at_vformat(char *out, size_t out_bytes, const char *format, va_list args)
{
    struct out o = {.data = out, .size_bytes = out_bytes};
    int r = 0;
    if (out_bytes == 0)
        return -ENOBUFS;
    out[0] = '\0';
    for (const char *f = format; *f && r == 0; f++) {
        if (*f != '%') {
            size_t run = strcspn(f, "%");
            r = put(&o, f, run);
            f += run - 1;
            continue;
        }
        switch (*++f) {
        case 'd':
            r = put_int(&o, va_arg(args, int));
            break;
        case 'q':
            r = put_quoted(&o, va_arg(args, const char *));
            break;
        case 's':
            r = put_plain(&o, va_arg(args, const char *));
            break;
        case '%':
            r = put(&o, "%", 1);
            break;
        default:
            r = -EINVAL;
        }
        if (*f == '\0')
            break;
    }
    if (r < 0)
        out[0] = '\0'; /* half a command must never be sent */
    return r;
}

int mc_at_format(char *out, size_t out_bytes, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int r = mc_at_vformat(out, out_bytes, format, args);
    va_end(args);
    return r;
}
