/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_SUPPORT_SCRATCH_H
#define MICROCAT_TESTS_SUPPORT_SCRATCH_H

/* A directory of the test's own, for its files, sockets and links: what is there when it begins, the test has put
 * there. */

#include <sys/types.h>

#define SCRATCH_BYTES 32

/** Makes an empty directory and writes its path (short enough for a socket's) into @dir. 0 or -errno. */
int scratch_make(char dir[SCRATCH_BYTES]);
/** Removes it with all in it, following no link and leaving other file systems alone. 0 or -errno. */
int scratch_remove(const char *dir);
/** "DIR/NAME"; valid for seven more calls. */
const char *scratch_path(const char *dir, const char *name);
/** Writes a file with this mode; ends the program when that fails. */
void scratch_write(const char *dir, const char *name, const char *text, mode_t mode);

#endif
