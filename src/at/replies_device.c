/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <errno.h>
#include <microcat/at/replies.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/parse.h>
#include <string.h>

static int one_int(const char *line, const char *prefix, int32_t min, int32_t max, int32_t *ret_value)
{
    struct at_fields fields;
    if (at_fields_split(line, prefix, &fields) < 0 || fields.n != 1)
        return -EINVAL;
    return at_fields_int(&fields, 0, min, max, ret_value);
}

int mc_at_parse_ifc(const char *line, int32_t *ret_dce, int32_t *ret_dte)
{
    struct at_fields fields;
    int32_t dce, dte;
    if (at_fields_split(line, "+IFC:", &fields) < 0 || fields.n != 2 || at_fields_int(&fields, 0, 0, 3, &dce) < 0 ||
        at_fields_int(&fields, 1, 0, 3, &dte) < 0)
        return -EINVAL;
    *ret_dce = dce;
    *ret_dte = dte;
    return 0;
}

int mc_at_parse_ipr(const char *line, int32_t *ret_baud)
{
    return one_int(line, "+IPR:", 0, 10000000, ret_baud);
}

int mc_at_parse_cfun(const char *line, int32_t *ret_fun)
{
    return one_int(line, "+CFUN:", 0, 127, ret_fun);
}

int mc_at_parse_cpmutemp(const char *line, int32_t *ret_celsius)
{
    return one_int(line, "+CPMUTEMP:", -100, 200, ret_celsius);
}

/* "3.978V" -> 3978 */
int mc_at_parse_cbc(const char *line, int32_t *ret_mv)
{
    const char *text = at_after_prefix(line, "+CBC:");
    char number[16];
    int64_t whole, part;
    if (!text || at_copy(text, number, sizeof(number)) < 0)
        return -EINVAL;
    char *dot = strchr(number, '.'), *end = number + strlen(number);
    if (!dot)
        return one_int(line, "+CBC:", 0, 30000, ret_mv);
    if (end[-1] != 'V' || end - dot != 5)
        return -EINVAL;
    end[-1] = *dot = '\0';
    if (mc_parse_int(number, 0, 30, &whole) < 0 || strspn(dot + 1, "0123456789") != 3 ||
        mc_parse_int(dot + 1, 0, 999, &part) < 0)
        return -EINVAL;
    *ret_mv = (int32_t)(whole * 1000 + part);
    return 0;
}

int mc_at_parse_cgmr(const char *line, char *ret_firmware, size_t size_bytes)
{
    const char *text = at_after_prefix(line, "+CGMR:");
    if (!text)
        text = at_after_prefix(line, "Revision:");
    if (!text) /* what begins so is another command's answer, or news */
        text = strchr("+*^$", line[0]) ? "" : line;
    return *text ? at_copy(text, ret_firmware, size_bytes) : -EINVAL;
}

int mc_at_parse_ati(const char *line, enum mc_at_ati_field *ret_field, char *ret_value, size_t size_bytes)
{
    static const char *const labels[] = {
        [MC_AT_ATI_MANUFACTURER] = "Manufacturer:",
        [MC_AT_ATI_MODEL] = "Model:",
        [MC_AT_ATI_REVISION] = "Revision:",
        [MC_AT_ATI_IMEI] = "IMEI:",
    };
    for (size_t i = 0; i < MC_LENGTH_OF(labels); i++) {
        const char *value = at_after_prefix(line, labels[i]);
        if (!value)
            continue;
        if (*value == '\0' || at_copy(value, ret_value, size_bytes) < 0)
            return -EINVAL;
        *ret_field = (enum mc_at_ati_field)i;
        return 0;
    }
    return -EINVAL;
}
