/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/base/strtab.h>
#include <string.h>

const char *mc_strtab_name(const struct mc_strtab *tab, int value)
{
    return value >= 0 && (size_t)value < tab->count ? tab->names[value] : NULL;
}

int mc_strtab_value(const struct mc_strtab *tab, const char *name)
{
    for (size_t i = 0; name && i < tab->count; i++)
        if (tab->names[i] && strcmp(tab->names[i], name) == 0)
            return (int)i;
    return -ENOENT;
}
