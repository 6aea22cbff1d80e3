/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/host/names_block.h>
#include <microcat/io/atomic_file.h>

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 5 };

static int read_text(const char *path, struct mc_file_id *ret_id, char **ret_text)
{
    size_t len = 0;
    int r = mc_file_look(path, ret_id);

    if (r < 0)
        return r;
    if (!ret_id->there) {
        *ret_text = strdup("");
        return *ret_text != NULL ? 0 : -ENOMEM;
    }
    r = mc_file_read(path, MC_RESOLV_TEXT_BYTES, ret_text, &len);
    if (r < 0)
        return r == -ENOENT ? -ESTALE : r;
    if (strlen(*ret_text) == len)
        return 0;
    free(MC_TAKE_PTR(*ret_text));
    return -EBADMSG; /* that is no text */
}

int mc_names_block_read(const char *path, char **ret_text)
{
    struct mc_file_id id;

    return read_text(path, &id, ret_text);
}

/* What the file is to hold, of @bare, which has no block. How many of our servers, or -ENOMEM. */
static int wanted_text(const struct mc_names_block *names, const char *bare, bool no_file, char **ret_text)
{
    struct mc_resolv_block block = {.owner = names->owner,
                                    .ifname = names->ifname,
                                    .servers = names->servers,
                                    .n_servers = names->n_servers,
                                    .no_file = no_file,
                                    .first = names->reach != NULL &&
                                             mc_resolv_others_are_dead(bare, NULL, 0, names->reach, names->ifname)};

    return mc_resolv_with(bare, &block, ret_text);
}

static int swap(const struct mc_names_block *block, const char *path, const struct mc_file_id *seen, const char *text)
{
    _cleanup_free_ char *temporary = NULL;

    if (asprintf(&temporary, "%s.microcatd-%s", path, block->owner) < 0)
        return -ENOMEM;
    return mc_file_swap(path, temporary, seen, text, text != NULL ? strlen(text) : 0, seen->there ? seen->mode : 0644);
}

/* One look at the file, and one writing (@write) when it is not as it should be (@give: with our block, else without).
 */
static int write_once(const struct mc_names_block *block, const char *path, bool give, bool write, bool *ret_wrote)
{
    _cleanup_free_ char *text = NULL, *bare = NULL, *wanted = NULL;
    struct mc_file_id seen;
    bool remove = false, same;
    int had, r = read_text(path, &seen, &text);

    *ret_wrote = false;
    if (r < 0)
        return r;
    had = mc_resolv_without(text, block->owner, &bare, &remove);
    if (had < 0)
        return had;
    r = had;
    if (give)
        r = wanted_text(block, bare, !seen.there || remove, &wanted);
    if (r < 0)
        return r;
    if (wanted == NULL)
        wanted = MC_TAKE_PTR(bare);
    same = strcmp(text, wanted) == 0;
    if (same)
        return r;
    int w = write ? swap(block, path, &seen, remove && *wanted == '\0' ? NULL : wanted) : 0;
    *ret_wrote = w == 0;
    return w < 0 ? w : r;
}

int mc_names_block_write(const struct mc_names_block *block, const char *path, bool give, bool *ret_wrote)
{
    int r = -ESTALE;

    for (unsigned i = 0; i < TRIES && r == -ESTALE; i++)
        r = write_once(block, path, give, true, ret_wrote);
    return r;
}

int mc_names_block_look(const struct mc_names_block *block, const char *path, bool give, bool *ret_would_write)
{
    return write_once(block, path, give, false, ret_would_write);
}

char *mc_names_block_resolve(const char *path)
{
    _cleanup_free_ char *copy = NULL, *name_copy = NULL, *folder = NULL;
    char *found = realpath(path, NULL), *made = NULL;
    char target[PATH_MAX];
    ssize_t n;

    if (found != NULL || errno != ENOENT)
        return found;
    n = readlink(path, target, sizeof(target) - 1); /* a symlink to nothing: one step, as far as anybody goes */
    if (n > 0) {
        target[n] = '\0';
        if (target[0] != '/') {
            errno = ENOENT;
            return NULL;
        }
        path = target;
    }
    copy = strdup(path);
    name_copy = strdup(path);
    if (copy == NULL || name_copy == NULL)
        return NULL;
    folder = realpath(dirname(copy), NULL);
    if (folder == NULL || asprintf(&made, "%s/%s", folder, basename(name_copy)) < 0)
        return NULL;
    return made;
}

bool mc_names_block_is_resolved(const char *path)
{
    return strncmp(path, "/run/systemd/", strlen("/run/systemd/")) == 0;
}
