/* SPDX-License-Identifier: MIT */
#include "files.h"
#include <microcat/base/cleanup.h>
#include <microcat/io/atomic_file.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES 65536

static int load_one(const char *directory, const char *line, struct files *files)
{
    struct files_entry *entry = &files->entries[files->n];
    char path[512];

    if (files->n == FILES_MAX || sscanf(line, "%64[0-9a-f] %63s", entry->sum, entry->path) != 2 ||
        strlen(entry->sum) != FILES_SUM_BYTES - 1 || strstr(entry->path, "..") || entry->path[0] == '/' ||
        strpbrk(entry->path, "'\\"))
        return -EBADMSG;
    snprintf(path, sizeof(path), "%s/%s", directory, entry->path);
    int r = mc_file_read(path, FILE_MAX_BYTES, &entry->data, &entry->len);
    if (r < 0)
        return r;
    files->bytes += entry->len;
    files->n++;
    return 0;
}

int files_load(const char *directory, struct files *ret_files)
{
    _cleanup_free_ char *text = NULL;
    char path[512];
    size_t len;

    *ret_files = (struct files){0};
    snprintf(path, sizeof(path), "%s/MANIFEST", directory);
    int r = mc_file_read(path, FILE_MAX_BYTES, &text, &len);
    for (char *next = text, *line; r == 0 && (line = strsep(&next, "\n")) != NULL;)
        if (*line)
            r = load_one(directory, line, ret_files);
    if (r == 0 && ret_files->n == 0)
        r = -EBADMSG;
    if (r < 0)
        files_free(ret_files);
    return r;
}

void files_free(struct files *files)
{
    for (size_t i = 0; i < files->n; i++)
        free(files->entries[i].data);
    *files = (struct files){0};
}
