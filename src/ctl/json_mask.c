/* SPDX-License-Identifier: MIT */
#include "json_out.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/mask.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Whole identities by their names; every other text is free text, and may have one in it. */
static bool is_identity(const char *key)
{
    static const char *const keys[] = {"imei", "iccid", "imsi"};

    for (size_t i = 0; key && i < MC_LENGTH_OF(keys); i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static int mask_string(json_t *string, const char *key)
{
    char *text = strdup(json_string_value(string));
    int r;

    if (!text)
        return -ENOMEM;
    if (is_identity(key))
        mc_mask_identity(text);
    else
        mc_mask_text(text);
    r = json_string_set(string, text) < 0 ? -ENOMEM : 0;
    free(text);
    return r;
}

static int mask(json_t *value, const char *key)
{
    int r = json_is_string(value) ? mask_string(value, key) : 0;
    const char *name;
    json_t *member;
    size_t i;

    json_array_foreach(value, i, member) r = r < 0 ? r : mask(member, key);
    json_object_foreach(value, name, member) r = r < 0 ? r : mask(member, name);
    return r;
}

int ctl_json_mask(json_t *value)
{
    return mask(value, NULL);
}
