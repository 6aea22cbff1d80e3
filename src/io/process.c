/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/io/process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define START_FIELD 22 /* proc(5), starttime; the state is field 3, the parent field 4 */

static int parse(char *stat, struct mc_process *ret)
{
    char *name = strchr(stat, '('), *end = strrchr(stat, ')'), *save = NULL; /* the name may have both in it */
    if (!name || !end || end < name)
        return -EINVAL;
    *end = '\0';
    snprintf(ret->name, sizeof(ret->name), "%s", name + 1);
    char *field = strtok_r(end + 1, " ", &save);
    for (int i = 3; field && i < START_FIELD; i++) {
        if (i == 3)
            ret->state = field[0];
        else if (i == 4)
            ret->parent = atoi(field);
        field = strtok_r(NULL, " ", &save);
    }
    if (!field || strlen(field) >= sizeof(ret->start))
        return -EINVAL;
    strcpy(ret->start, field);
    return 0;
}

int mc_process_read(int pid, struct mc_process *ret_process)
{
    char path[32], stat[1024];
    *ret_process = (struct mc_process){0};
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    size_t n = fread(stat, 1, sizeof(stat) - 1, file);
    fclose(file);
    stat[n] = '\0';
    return parse(stat, ret_process);
}

int mc_process_pidfd(int pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0); /* close-on-exec by itself */
    return fd < 0 ? -errno : fd;
}
