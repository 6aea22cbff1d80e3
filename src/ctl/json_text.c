/* SPDX-License-Identifier: MIT */
#include "json_text.h"
#include <microcat/base/mask.h>
#include <microcat/base/parse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 4096

static bool make_room(struct json_text *json, size_t len_bytes)
{
    size_t size_bytes = json->size_bytes ? json->size_bytes : FIRST_BYTES;
    char *data;

    if (json->failed || json->size_bytes - json->len_bytes > len_bytes) /* a NUL fits, too */
        return !json->failed;
    while (size_bytes - json->len_bytes <= len_bytes)
        size_bytes *= 2;
    data = realloc(json->data, size_bytes);
    json->failed = !data;
    if (!data)
        return false;
    json->data = data;
    json->size_bytes = size_bytes;
    return true;
}

static void add_bytes(struct json_text *json, const char *bytes, size_t len_bytes)
{
    if (!make_room(json, len_bytes))
        return;
    memcpy(json->data + json->len_bytes, bytes, len_bytes);
    json->len_bytes += len_bytes;
}

void json_text_add(struct json_text *json, const char *text)
{
    add_bytes(json, text, strlen(text));
}

/* Digits from the back; snprintf() would be half of the whole cost. */
static char *put_digits(char *end, uint64_t value)
{
    do
        *--end = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    return end;
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

void json_text_integer(struct json_text *json, int64_t value)
{
    char digits[24], *end = digits + sizeof(digits), *begin = put_digits(end, magnitude(value));

    if (value < 0)
        *--begin = '-';
    add_bytes(json, begin, (size_t)(end - begin));
}

void json_text_fixed(struct json_text *json, int64_t value, unsigned decimals)
{
    uint64_t unit = 1, rest;
    char digits[24], *end = digits + sizeof(digits), *begin;

    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    rest = magnitude(value) % unit;
    if (value < 0)
        json_text_add(json, "-");
    json_text_integer(json, (int64_t)(magnitude(value) / unit));
    begin = put_digits(end, rest + unit); /* its first digit, a one, makes place for the point */
    *begin = '.';
    while (end - begin > 2 && end[-1] == '0')
        end--;
    add_bytes(json, begin, (size_t)(end - begin));
}

static void add_escaped(struct json_text *json, const char *text)
{
    static const char named[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";

    while (*text) {
        const char *from = text, *at;
        char escape[8];

        while ((unsigned char)*text >= 0x20 && *text != '"' && *text != '\\')
            text++;
        add_bytes(json, from, (size_t)(text - from));
        if (!*text)
            break;
        at = strchr(named, *text);
        if (at)
            snprintf(escape, sizeof(escape), "\\%c", names[at - named]);
        else
            snprintf(escape, sizeof(escape), "\\u%04X", (unsigned)(unsigned char)*text);
        json_text_add(json, escape);
        text++;
    }
}

void json_text_string(struct json_text *json, const char *text)
{
    char *masked = NULL;

    if (!text || !text[0] || mc_parse_utf8(text, strlen(text)) < 0) {
        json_text_add(json, "null");
        return;
    }
    if (json->masked) {
        masked = strdup(text);
        json->failed = json->failed || !masked;
        if (!masked)
            return;
        mc_mask_text(masked);
    }
    json_text_add(json, "\"");
    add_escaped(json, masked ? masked : text);
    json_text_add(json, "\"");
    free(masked);
}

char *json_text_take(struct json_text *json)
{
    char *data = NULL;

    add_bytes(json, "", 1);
    if (json->failed)
        free(json->data);
    else
        data = json->data;
    *json = (struct json_text){0};
    return data;
}
