/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_BOARD_COMMAND_H
#define MICROCAT_HOST_BOARD_COMMAND_H

/* How a command of Reset= or Power= is run. */

#include <stdbool.h>

/** Filled in place, and pointing into itself: not to be copied. */
struct mc_board_command {
    char script[1024];
    const char *argv[6];
    const char *const *envp;
};

/** Is @setting a command at all, and none of the lines' names? */
bool mc_board_is_command(const char *setting);
/** The setting is a shell command line of root's own configuration; @word ("reset", "on", "off") comes as its last
 * argument. Both are borrowed. */
void mc_board_command(struct mc_board_command *command, const char *setting, const char *word);

#endif
