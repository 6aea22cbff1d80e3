/* SPDX-License-Identifier: MIT */
#include <microcat/base/witness.h>

static const char *const names[MC_WITNESS_COUNT] = {
    [MC_WITNESS_UNPROVEN] = "unproven",
    [MC_WITNESS_PROVEN] = "proven",
    [MC_WITNESS_SENTENCED] = "sentenced",
    [MC_WITNESS_LOST] = "lost",
};
const struct mc_strtab mc_witness_names = MC_STRTAB(names);
