/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_RESOLVCONF_H
#define MICROCAT_HOST_RESOLVCONF_H

/* The command line that puts a record of ours into a resolvconf's (Debian's, or openresolv), or takes it out. */

#include <microcat/host/privileged.h>
#include <stdint.h>

enum { MC_RESOLVCONF_LABEL_BYTES = 80, MC_RESOLVCONF_TEXT_BYTES = 512 /* of a record; a pipe takes that at once */ };

/** Filled in place, and pointing into itself and at @path: not to be copied. */
struct mc_resolvconf_command {
    const char *argv[7];
    const char *envp[4];
    char metric[32];
    char labels[2][MC_RESOLVCONF_LABEL_BYTES];
};

/** How to run @path (the program) for @record of @owner (the instance). A record to add is read from standard input. */
void mc_resolvconf_command(struct mc_resolvconf_command *command, const char *path, const char *owner,
                           enum mc_errand_record record, uint32_t metric);
/** Adds a server to a record's text, as far as there is room. */
void mc_resolvconf_add(char *text, size_t text_bytes, const char *server);
/** A pipe that has @text in it, to be read to its end: the descriptor, or -errno. */
int mc_resolvconf_text_fd(const char *text);

#endif
