/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <errno.h>
#include <microcat/base/parse.h>
#include <string.h>

const char *at_after_prefix(const char *line, const char *prefix)
{
    size_t len_bytes = strlen(prefix);
    if (strncmp(line, prefix, len_bytes) != 0)
        return NULL;
    return line + len_bytes + strspn(line + len_bytes, " ");
}

int at_copy(const char *text, char *ret_text, size_t size_bytes)
{
    size_t len_bytes = strlen(text);
    if (len_bytes >= size_bytes)
        return -EINVAL;
    memcpy(ret_text, text, len_bytes + 1);
    return 0;
}

/* One field at @p: closes it with a NUL and returns what follows its comma; NULL in *ret_next at the end. */
static int split_one(char *p, char **ret_text, bool *ret_quoted, char **ret_next)
{
    char *end;
    p += strspn(p, " ");
    *ret_quoted = *p == '"';
    if (*ret_quoted) {
        *ret_text = p + 1;
        end = strchr(p + 1, '"');
        if (!end)
            return -EINVAL;
        *end++ = '\0';
        end += strspn(end, " ");
        if (*end != ',' && *end != '\0')
            return -EINVAL;
    } else {
        *ret_text = p;
        end = p + strcspn(p, ",\"");
        if (*end == '"')
            return -EINVAL;
    }
    *ret_next = *end == ',' ? end + 1 : NULL;
    *end = '\0';
    for (size_t n = strlen(*ret_text); !*ret_quoted && n > 0 && (*ret_text)[n - 1] == ' '; n--)
        (*ret_text)[n - 1] = '\0'; /* "+CGAUTH: 1,0 ,"",""" (A76 manual's example) */
    return 0;
}

int at_fields_split(const char *line, const char *prefix, struct at_fields *ret_fields)
{
    const char *rest = at_after_prefix(line, prefix);
    ret_fields->n = 0;
    if (!rest || *rest == '\0' || at_copy(rest, ret_fields->store, sizeof(ret_fields->store)) < 0)
        return -EINVAL;
    for (char *p = ret_fields->store; p; ret_fields->n++) {
        char *text;
        size_t i = ret_fields->n;
        if (i == AT_FIELDS_MAX || split_one(p, &text, &ret_fields->quoted[i], &p) < 0)
            return -EINVAL;
        ret_fields->text[i] = text;
    }
    return 0;
}

int at_fields_int(const struct at_fields *fields, size_t i, int32_t min, int32_t max, int32_t *ret_value)
{
    int64_t value;
    if (i >= fields->n || fields->quoted[i] || mc_parse_int(fields->text[i], min, max, &value) < 0)
        return -EINVAL;
    *ret_value = (int32_t)value;
    return 0;
}

int at_fields_int_or_none(const struct at_fields *fields, size_t i, int32_t min, int32_t max, int32_t *ret_value)
{
    if (i >= fields->n || fields->text[i][0] == '\0')
        return 0;
    return at_fields_int(fields, i, min, max, ret_value);
}

int at_fields_hex(const struct at_fields *fields, size_t i, int64_t max, int64_t *ret_value)
{
    uint64_t value;
    if (i >= fields->n)
        return -EINVAL;
    const char *text = fields->text[i];
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        text += 2;
    if (mc_parse_hex(text, (uint64_t)max, &value) < 0)
        return -EINVAL;
    *ret_value = (int64_t)value;
    return 0;
}

int at_fields_string(const struct at_fields *fields, size_t i, char *ret_text, size_t size_bytes)
{
    return at_copy(i < fields->n ? fields->text[i] : "", ret_text, size_bytes);
}
