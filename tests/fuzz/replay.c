/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Replays a fuzz target's corpus with any compiler: one TAP line a file. A crash or a failed assertion ends the
 * program, as it should. */

static uint8_t *read_file(const char *path, size_t *ret_len_bytes)
{
    struct stat st;
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    if (file && fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode)) {
        data = malloc((size_t)st.st_size + 1); /* exactly its size, so that a sanitizer sees the first byte too far */
        if (data && fread(data, 1, (size_t)st.st_size, file) != (size_t)st.st_size) {
            free(data);
            data = NULL;
        }
        *ret_len_bytes = (size_t)st.st_size;
    }
    if (file)
        fclose(file);
    return data;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    int n = argc == 2 ? scandir(argv[1], &entries, visible, alphasort) : -1;
    int failed = 0;
    if (n <= 0) { /* an empty corpus proves nothing */
        printf("1..1\nnot ok 1 - no corpus in %s\n", argc == 2 ? argv[1] : "(usage: replay DIRECTORY)");
        return 1;
    }
    printf("1..%d\n", n);
    for (int i = 0; i < n; i++) {
        char path[4096];
        size_t len_bytes = 0;
        snprintf(path, sizeof(path), "%s/%s", argv[1], entries[i]->d_name);
        uint8_t *data = read_file(path, &len_bytes);
        if (data)
            LLVMFuzzerTestOneInput(data, len_bytes);
        printf("%s %d - %s\n", data ? "ok" : "not ok", i + 1, entries[i]->d_name);
        fflush(stdout);
        failed += !data;
        free(data);
        free(entries[i]);
    }
    free(entries);
    return failed > 0;
}
