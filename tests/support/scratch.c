/* SPDX-License-Identifier: MIT */
#include "scratch.h"
#include "sandbox.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BEGINS "/microcat-test-"

/* Best first; the last is taken as it is. */
static const char *const places[] = {"/tmp", "/var/tmp", "/tmp"};
#define N_PLACES (sizeof(places) / sizeof(places[0]))

/* Tests start programs from there, which many a /tmp does not allow. */
static bool may_start_programs(const char *place)
{
    struct statvfs st;

    return access(place, W_OK) == 0 && statvfs(place, &st) == 0 && (st.f_flag & ST_NOEXEC) == 0;
}

int scratch_make(char dir[SCRATCH_BYTES])
{
    size_t i = 0;

    while (i < N_PLACES - 1 && !may_start_programs(places[i]))
        i++;
    snprintf(dir, SCRATCH_BYTES, "%s" BEGINS "XXXXXX", places[i]);
    return mkdtemp(dir) ? 0 : -errno;
}

int scratch_remove(const char *dir)
{
    size_t i = 0;

    while (i < N_PLACES && (strncmp(dir, places[i], strlen(places[i])) != 0 ||
                            strncmp(dir + strlen(places[i]), BEGINS, strlen(BEGINS)) != 0))
        i++;
    if (i == N_PLACES) /* never made: not ours to remove */
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
