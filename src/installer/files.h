/* SPDX-License-Identifier: MIT */
#ifndef INSTALLER_FILES_H
#define INSTALLER_FILES_H

/* The bridge's files on this host, as its manifest lists them: "SHA-256  path", a line each. */

#include <stddef.h>

enum { FILES_MAX = 32, FILES_SUM_BYTES = 65 };

struct files {
    size_t n;
    struct files_entry {
        char path[64]; /* as on the board: "microcat/port.py" */
        char sum[FILES_SUM_BYTES];
        char *data; /* owned */
        size_t len;
    } entries[FILES_MAX];
    size_t bytes; /* of all together */
};

/** Reads all of them from @directory. 0, -ENOENT, -EBADMSG (no such manifest), ... */
int files_load(const char *directory, struct files *ret_files);
void files_free(struct files *files);

#endif
