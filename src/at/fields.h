/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_AT_FIELDS_H
#define MICROCAT_AT_FIELDS_H

/* An answer line taken apart: "+CGDCONT: 1,"IP","soracom.io"" -> three fields. Shared by the reply parsers. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** In commands blanks mean nothing outside quotes (V.250, 5.2.1). */
static inline const char *at_skip_blanks(const char *p)
{
    return p + strspn(p, " \t");
}

#define AT_FIELDS_MAX       24
#define AT_FIELDS_MAX_BYTES 512

struct at_fields {
    size_t n;
    const char *text[AT_FIELDS_MAX]; /* into store; blanks around it and quotes taken off */
    bool quoted[AT_FIELDS_MAX];
    char store[AT_FIELDS_MAX_BYTES];
};

/** Splits what follows @prefix ("+CGDCONT:"). 0, or -EINVAL: another prefix, a quote out of place, too much. */
int at_fields_split(const char *line, const char *prefix, struct at_fields *ret_fields);

/** Field @i as a number, unquoted. -EINVAL when it is missing or something else. */
int at_fields_int(const struct at_fields *fields, size_t i, int32_t min, int32_t max, int32_t *ret_value);
/** The same, but missing or empty is fine and leaves @ret_value alone. */
int at_fields_int_or_none(const struct at_fields *fields, size_t i, int32_t min, int32_t max, int32_t *ret_value);
/** Field @i in hex, quoted or not, with or without 0x. */
int at_fields_hex(const struct at_fields *fields, size_t i, int64_t max, int64_t *ret_value);
/** Copies field @i; a missing one gives "". -EINVAL when it does not fit. */
int at_fields_string(const struct at_fields *fields, size_t i, char *ret_text, size_t size_bytes);

/** What follows @prefix and blanks, or NULL for another prefix. */
const char *at_after_prefix(const char *line, const char *prefix);
int at_copy(const char *text, char *ret_text, size_t size_bytes);

#endif
