/* SPDX-License-Identifier: MIT */
#include <microcat/status/verbs.h>

static const char *const verb_names[MC_VERB_COUNT] = {
    [MC_VERB_CONNECT] = "connect",   [MC_VERB_DISCONNECT] = "disconnect", [MC_VERB_RADIO_OFF] = "radio-off",
    [MC_VERB_RADIO_ON] = "radio-on", [MC_VERB_RESET] = "reset",           [MC_VERB_POWER_OFF] = "power-off",
    [MC_VERB_POWER_ON] = "power-on", [MC_VERB_RECONNECT] = "reconnect",
};
const struct mc_strtab mc_verb_names = MC_STRTAB(verb_names);
