/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/daemon/state_store.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NAMES_MAX 8 /* files whose trouble is remembered */

struct mc_state_store {
    char *dir;
    char *prefix; /* "" or "INSTANCE." */
    struct {
        char name[32];
        bool broken;
    } files[NAMES_MAX];
};

struct mc_state_store *mc_state_store_new(const char *dir, const char *instance)
{
    struct mc_state_store *store = calloc(1, sizeof(*store));
    const char *given = getenv("STATE_DIRECTORY");

    if (!store)
        return NULL;
    if (!dir || !*dir)
        dir = given && *given == '/' ? given : "/var/lib/microcatd";
    store->dir = strndup(dir, strcspn(dir, ":")); /* systemd parts several by ':' */
    bool none = !instance || !*instance;
    if (asprintf(&store->prefix, "%s%s", none ? "" : instance, none ? "" : ".") < 0)
        store->prefix = NULL;
    if (!store->dir || !store->prefix) {
        mc_state_store_free(store);
        return NULL;
    }
    mkdir(store->dir, 0700); /* where it fails, the first save says so */
    return store;
}

void mc_state_store_free(struct mc_state_store *store)
{
    if (!store)
        return;
    free(store->dir);
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

void mc_state_store_reject(struct mc_state_store *store, const char *name, const char *why)
{
    _cleanup_free_ char *path = path_of(store, name, ""), *bad = path_of(store, name, ".bad");

    if (!path || !bad)
        return;
    if (rename(path, bad) < 0)
        mc_warn("%s: %s; it cannot be kept aside (%s) and will be overwritten", path, why, strerror(errno));
    else
        mc_warn("%s: %s; kept aside as %s, beginning anew", path, why, bad);
}

/* At most @max_bytes and one more, which tells of a larger file. */
static int read_all(int fd, size_t max_bytes, char **ret_text, size_t *ret_len)
{
    _cleanup_free_ char *text = malloc(max_bytes + 2);
    size_t len = 0;

    if (!text)
        return -ENOMEM;
    while (len <= max_bytes) {
        ssize_t n = read(fd, text + len, max_bytes + 1 - len);
        if (n == 0)
            break;
        if (n < 0 && errno != EINTR)
            return -errno;
        len += n > 0 ? (size_t)n : 0;
    }
    text[len] = '\0';
    *ret_len = len;
    *ret_text = MC_TAKE_PTR(text);
    return 0;
}

int mc_state_store_load(struct mc_state_store *store, const char *name, size_t max_bytes, char **ret_text,
                        size_t *ret_len)
{
    _cleanup_free_ char *path = path_of(store, name, ""), *text = NULL;
    size_t len = 0;

    if (!path)
        return -ENOMEM;
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    int r = fd < 0 ? -errno : read_all(fd, max_bytes, &text, &len);
    if (r == -ENOENT)
        return r;
    if (r < 0) {
        tell_once(store, name, "read", -r);
        return r;
    }
    if (len > max_bytes) {
        mc_state_store_reject(store, name, "is larger than anything that was written there");
        return -EFBIG;
    }
    *ret_text = MC_TAKE_PTR(text);
    *ret_len = len;
    return 0;
}

static int write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno != EINTR)
            return -errno;
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) < 0 ? -errno : 0;
}

/* The new file is on the disk before it takes the old one's name, and the name is before this returns. */
static int replace(const char *dir, const char *path, const char *new_path, const char *text, size_t len)
{
    _cleanup_close_ int fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return -errno;
    int r = write_all(fd, text, len);
    if (r == 0 && rename(new_path, path) < 0)
        r = -errno;
    if (r < 0) {
        unlink(new_path);
        return r;
    }
    _cleanup_close_ int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd >= 0)
        fsync(dir_fd);
    return 0;
}

int mc_state_store_save(struct mc_state_store *store, const char *name, const char *text, size_t len_bytes)
{
    _cleanup_free_ char *path = path_of(store, name, ""), *new_path = path_of(store, name, ".new");
    int r = path && new_path ? replace(store->dir, path, new_path, text, len_bytes) : -ENOMEM;
    bool *told = broken(store, name);

    if (r < 0)
        tell_once(store, name, "written", -r);
    else if (*told)
        mc_notice("%s can be written again", path);
    if (r == 0)
        *told = false;
    return r;
}
