/* SPDX-License-Identifier: MIT */
#include "scratch.h"
#include "sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEGINS "/tmp/microcat-test-"

int scratch_make(char dir[SCRATCH_BYTES])
{
    strcpy(dir, BEGINS "XXXXXX");
    return mkdtemp(dir) ? 0 : -errno;
}

int scratch_remove(const char *dir)
{
    if (strncmp(dir, BEGINS, strlen(BEGINS)) != 0) /* never made: not ours to remove */
        return -EINVAL;
    return test_tree_remove(dir) == 0 ? 0 : -errno;
}

const char *scratch_path(const char *dir, const char *name)
{
    static char paths[8][256];
    static unsigned next;
    char *path = paths[next++ % 8];

    snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
    return path;
}

void scratch_write(const char *dir, const char *name, const char *text, mode_t mode)
{
    const char *path = scratch_path(dir, name);
    FILE *file = fopen(path, "we");

    if (!file || fputs(text, file) < 0 || fclose(file) != 0 || chmod(path, mode) < 0) {
        perror(path);
        abort();
    }
}
