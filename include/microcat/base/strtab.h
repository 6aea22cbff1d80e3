/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_STRTAB_H
#define MICROCAT_BASE_STRTAB_H

/* Enum <-> string tables: an enum that has names has exactly one list of them. */

#include <stddef.h>

struct mc_strtab {
    const char *const *names; /* names[value]; a NULL entry is a value without a name */
    size_t count;
};

/** MC_STRTAB(array) makes a table of a static array of names. */
#define MC_STRTAB(array)                                                                                               \
    {                                                                                                                  \
        .names = (array), .count = sizeof(array) / sizeof((array)[0])                                                  \
    }

/** Name of @value, or NULL when it has none. */
const char *mc_strtab_name(const struct mc_strtab *tab, int value);

/** Value whose name is @name exactly (case matters), or -ENOENT. */
int mc_strtab_value(const struct mc_strtab *tab, const char *name);

#endif
