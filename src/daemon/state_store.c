/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/daemon/state_store.h>
#include <microcat/io/atomic_file.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MAX 8 /* files whose trouble is remembered */

struct mc_state_store {
    char *dir;
    char *beside;  /* what must not lie in dir; made when it is needed */
    char *prefix;  /* "" or "INSTANCE." */
    int lock_fd;   /* or -1 */
    bool not_ours; /* another process has the lock */
    struct {
        char name[32];
        bool broken;
    } files[NAMES_MAX];
};

struct mc_state_store *mc_state_store_new(const char *dir, const char *instance)
{
    struct mc_state_store *store = calloc(1, sizeof(*store));
    const char *given = getenv("STATE_DIRECTORY");
    bool none = !instance || !*instance;

    if (!store)
        return NULL;
    store->lock_fd = -1;
    if (!dir || !*dir) {
        bool ours = given && *given == '/'; /* this unit's alone */
        dir = ours ? given : "/var/lib/microcatd";
        none |= ours;
    }
    size_t len = strcspn(dir, ":"); /* systemd parts several by ':' */
    store->dir = strndup(dir, len);
    store->beside = dir[len] && dir[len + 1] == '/' ? strndup(dir + len + 1, strcspn(dir + len + 1, ":")) : NULL;
    if (!store->beside && asprintf(&store->beside, "%.*s-key", (int)len, dir) < 0)
        store->beside = NULL;
    if (asprintf(&store->prefix, "%s%s", none ? "" : instance, none ? "" : ".") < 0)
        store->prefix = NULL;
    if (!store->dir || !store->beside || !store->prefix) {
        mc_state_store_free(store);
        return NULL;
    }
    if (strrchr(store->dir, '/') != store->dir) /* right under the root is where only a mistake leads */
        mkdir(store->dir, 0700);                /* where it fails, the first save says so */
    return store;
}

void mc_state_store_free(struct mc_state_store *store)
{
    if (!store)
        return;
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    free(store->dir);
    free(store->beside);
    free(store->prefix);
    free(store);
}

/* The memory of @name's trouble; beyond NAMES_MAX files share the last. */
static bool *broken(struct mc_state_store *store, const char *name)
{
    size_t i = 0;

    while (i + 1 < NAMES_MAX && store->files[i].name[0] && strcmp(store->files[i].name, name) != 0)
        i++;
    snprintf(store->files[i].name, sizeof(store->files[i].name), "%s", name);
    return &store->files[i].broken;
}

static void tell_once(struct mc_state_store *store, const char *name, const char *verb, int error)
{
    bool *told = broken(store, name);

    if (!*told)
        mc_warn("%s/%s%s cannot be %s: %s; what is remembered will not outlive this process until it can", store->dir,
                store->prefix, name, verb, strerror(error));
    *told = true;
}

static char *path_of(const struct mc_state_store *store, const char *name, const char *suffix)
{
    char *path;

    return asprintf(&path, "%s/%s%s%s", store->dir, store->prefix, name, suffix) < 0 ? NULL : path;
}

char *mc_state_store_beside(const struct mc_state_store *store, const char *name)
{
    char *path;

    return asprintf(&path, "%s/%s%s", store->beside, store->prefix, name) < 0 ? NULL : path;
}

int mc_state_store_lock(struct mc_state_store *store)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    _cleanup_free_ char *path = path_of(store, "lock", "");
    char who[32] = "";

    if (!path)
        return -ENOMEM;
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600);
    if (store->lock_fd < 0) /* nobody can write here; or, on a full disk, nobody is known to */
        return 0;
    /* A lock of the process (fcntl(2)): no child has a part in it, and it tells whose it is. */
    if (fcntl(store->lock_fd, F_SETLK, &lock) == 0 || (errno != EACCES && errno != EAGAIN))
        return 0;
    if (fcntl(store->lock_fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0)
        snprintf(who, sizeof(who), " (process %d)", (int)lock.l_pid);
    store->not_ours = true;
    mc_warn("%s is in use by another microcatd%s: what is remembered will not outlive this process; give each a "
            "StateDirectory= of its own, or start it as an instance (microcatd@NAME)",
            store->dir, who);
    return -EBUSY;
}

void mc_state_store_reject(struct mc_state_store *store, const char *name, const char *why)
{
    _cleanup_free_ char *path = path_of(store, name, ""), *bad = path_of(store, name, ".bad");

    if (!path || !bad || store->not_ours)
        return;
    if (rename(path, bad) < 0)
        mc_warn("%s: %s; it cannot be kept aside (%s) and will be overwritten", path, why, strerror(errno));
    else
        mc_warn("%s: %s; kept aside as %s, beginning anew", path, why, bad);
}

int mc_state_store_load(struct mc_state_store *store, const char *name, size_t max_bytes, char **ret_text,
                        size_t *ret_len)
{
    _cleanup_free_ char *path = path_of(store, name, "");
    int r = store->not_ours ? -ENOENT : path ? mc_file_read(path, max_bytes, ret_text, ret_len) : -ENOMEM;

    if (r == -EFBIG)
        mc_state_store_reject(store, name, "is larger than anything that was written there");
    else if (r < 0 && r != -ENOENT)
        tell_once(store, name, "read", -r);
    return r;
}

static int save(struct mc_state_store *store, const char *name, const char *text, size_t len_bytes,
                int (*write)(const char *path, const void *data, size_t len_bytes, mode_t mode))
{
    if (store->not_ours) /* said already */
        return -EBUSY;
    _cleanup_free_ char *path = path_of(store, name, "");
    int r = path ? write(path, text, len_bytes, 0600) : -ENOMEM;
    bool *told = broken(store, name);

    if (r < 0)
        tell_once(store, name, "written", -r);
    else if (*told)
        mc_notice("%s can be written again", path);
    if (r == 0)
        *told = false;
    return r;
}

int mc_state_store_save(struct mc_state_store *store, const char *name, const char *text, size_t len_bytes)
{
    return save(store, name, text, len_bytes, mc_file_write);
}

int mc_state_store_note(struct mc_state_store *store, const char *name, const char *text, size_t len_bytes)
{
    return save(store, name, text, len_bytes, mc_file_replace);
}
