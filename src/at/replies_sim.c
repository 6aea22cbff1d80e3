/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <ctype.h>
#include <errno.h>
#include <microcat/at/replies.h>
#include <string.h>

int mc_at_parse_cpin(const char *line, char *ret_state, size_t size_bytes)
{
    const char *state = at_after_prefix(line, "+CPIN:");
    if (!state || !isalpha((unsigned char)state[0]))
        return -EINVAL;
    if (state[strspn(state, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -")] != '\0')
        return -EINVAL;
    return at_copy(state, ret_state, size_bytes);
}

int mc_at_parse_spic(const char *line, struct mc_at_spic *ret_spic)
{
    struct at_fields fields;
    struct mc_at_spic spic;
    if (at_fields_split(line, "+SPIC:", &fields) < 0 || fields.n != 4 ||
        at_fields_int(&fields, 0, 0, 255, &spic.pin1) < 0 || at_fields_int(&fields, 1, 0, 255, &spic.puk1) < 0 ||
        at_fields_int(&fields, 2, 0, 255, &spic.pin2) < 0 || at_fields_int(&fields, 3, 0, 255, &spic.puk2) < 0)
        return -EINVAL;
    *ret_spic = spic;
    return 0;
}

int mc_at_parse_iccid(const char *line, char *ret_iccid, size_t size_bytes)
{
    struct at_fields fields;
    char iccid[24];
    if (at_fields_split(line, "+ICCID:", &fields) < 0 || fields.n != 1 ||
        at_fields_string(&fields, 0, iccid, sizeof(iccid)) < 0)
        return -EINVAL;
    size_t len_bytes = strlen(iccid);
    if (len_bytes < 18 || len_bytes > 22 || strspn(iccid, "0123456789ABCDEFabcdef") != len_bytes)
        return -EINVAL;
    while (len_bytes > 18 && (iccid[len_bytes - 1] == 'F' || iccid[len_bytes - 1] == 'f'))
        iccid[--len_bytes] = '\0'; /* the filler of an odd number of digits (ITU-T E.118, 102.221) */
    return at_copy(iccid, ret_iccid, size_bytes);
}

int mc_at_parse_digits(const char *line, size_t min, size_t max, char *ret_digits, size_t size_bytes)
{
    size_t len_bytes = strlen(line);
    if (len_bytes < min || len_bytes > max || strspn(line, "0123456789") != len_bytes)
        return -EINVAL;
    return at_copy(line, ret_digits, size_bytes);
}
