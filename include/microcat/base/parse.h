/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_PARSE_H
#define MICROCAT_BASE_PARSE_H

/* Strict parsing: the whole string, or nothing. All return 0, -EINVAL (not of the form) or -ERANGE; *ret_ untouched on
 * error. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int mc_parse_int(const char *text, int64_t min, int64_t max, int64_t *ret_value);
/** Hex digits without prefix, at most 16. */
int mc_parse_hex(const char *text, uint64_t max, uint64_t *ret_value);
/** yes/no, true/false, on/off, 1/0. */
int mc_parse_bool(const char *text, bool *ret_value);
/** A time: "90s", "5min", "1h 30min", "250ms", "2d"; a plain number is seconds; "infinity" is -ERANGE. Fractions
 * ("1.5s") allowed. */
int mc_parse_duration_ms(const char *text, int64_t *ret_ms);
/** 0 when @text of @len_bytes is valid UTF-8 without NUL, else -EINVAL. */
int mc_parse_utf8(const char *text, size_t len_bytes);

/** For people: "2 h 14 min", "38 s", "0.4 s", "3 d 2 h". Two units at most. */
void mc_format_duration(int64_t ms, char *out, size_t out_bytes);
/** For config files, exact and accepted by mc_parse_duration_ms(): "5min", "90s", "250ms". */
void mc_format_duration_exact(int64_t ms, char *out, size_t out_bytes);
/** For people: "1.2 MB", "340 kB", "17 B" (powers of 1000). */
void mc_format_bytes(uint64_t bytes, char *out, size_t out_bytes);

#endif
