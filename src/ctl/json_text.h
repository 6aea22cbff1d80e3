/* SPDX-License-Identifier: MIT */
#ifndef CTL_JSON_TEXT_H
#define CTL_JSON_TEXT_H

/*
 * JSON written straight as text, byte for byte as jansson writes it (compact, 15 digits): for the long lists, where a
 * tree of a thousand objects costs ten times as much, and megabytes. Nothing fails before the end: it is told there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_text {
    char *data;
    size_t len_bytes, size_bytes;
    bool masked; /* texts for who may see no identities */
    bool failed; /* no memory */
};

/* @text as it is: brackets, commas, names. */
void json_text_add(struct json_text *json, const char *text);
void json_text_integer(struct json_text *json, int64_t value);
/* @value / 10^@decimals, as a real number. */
void json_text_fixed(struct json_text *json, int64_t value, unsigned decimals);
/* NULL, "" and what is no UTF-8 are null. */
void json_text_string(struct json_text *json, const char *text);
/* Its text, to be freed; NULL: no memory. Nothing is left in it. */
char *json_text_take(struct json_text *json);

#endif
