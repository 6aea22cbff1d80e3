/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SRC_DAEMON_CONFIG_SUGGEST_H
#define MICROCAT_SRC_DAEMON_CONFIG_SUGGEST_H

#include <stddef.h>

/** What [section] key was probably meant to be: "[PDP] APN", or "" when nothing is near. */
void mc_config_suggest(const char *section, const char *key, char *out, size_t out_bytes);

#endif
