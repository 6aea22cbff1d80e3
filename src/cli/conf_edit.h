/* SPDX-License-Identifier: MIT */
#ifndef CLI_CONF_EDIT_H
#define CLI_CONF_EDIT_H

#include <stdbool.h>

/** The text of a configuration file with one key set, everything else as the person wrote it. Pure. */

/** Is the key set there, and not as a comment? */
bool conf_edit_is_set(const char *text, const char *section, const char *key);

/**
 * @text with Key=value in [section]: in the place of the key where it is set, else of its commented default, else at
 * the section's end, else in a new section behind all. The caller's; NULL: no memory.
 */
char *conf_edit_set(const char *text, const char *section, const char *key, const char *value);

#endif
