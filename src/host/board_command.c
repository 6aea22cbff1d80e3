/* SPDX-License-Identifier: MIT */
#include <microcat/host/board_command.h>

#include <stdio.h>

bool mc_board_is_command(const char *setting)
{
    return setting[0] == '/';
}

void mc_board_command(struct mc_board_command *command, const char *setting, const char *word)
{
    static const char *const envp[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};

    *command = (struct mc_board_command){.argv = {"sh", "-c", command->script, "sh", word}, .envp = envp};
    snprintf(command->script, sizeof(command->script), "%s \"$1\"", setting);
}
