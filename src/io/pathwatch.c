/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <microcat/base/cleanup.h>
#include <microcat/io/pathwatch.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#define MAX_HOPS 8 /* symlinks in a row; a chain beyond is a loop or a joke */
#define THERE    (IN_CREATE | IN_MOVED_TO | IN_ATTRIB)
#define GONE     (IN_DELETE | IN_MOVED_FROM)
#define SELF     (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_Q_OVERFLOW)

/* A folder of the chain, and the one name in it that matters. */
struct hop {
    int wd;
    char name[NAME_MAX + 1];
};

struct mc_pathwatch {
    char *path;
    mc_pathwatch_fn *fn;
    void *ctx;
    int fd;
    uint32_t also; /* events beyond those of being there */
    struct mc_watch watch;
    struct hop hops[MAX_HOPS];
    size_t n_hops;
};

/* Cuts @path at its last slash: the folder stays in @path ("/" for the root), the name goes to @name. */
static void split(char *path, char *name)
{
    char *slash = strrchr(path, '/');

    snprintf(name, NAME_MAX + 1, "%s", slash + 1);
    slash[slash == path] = '\0';
}

/*
 * Watches the folder of @path, or the nearest one above it that exists. Returns whether @path itself is there, or
 * -errno. The watch comes before the look, so that nothing can appear between them unnoticed.
 */
static int add_hop(struct mc_pathwatch *pw, const char *path)
{
    struct hop *hop = &pw->hops[pw->n_hops];
    char folder[PATH_MAX];
    struct stat st;

    snprintf(folder, sizeof(folder), "%s", path);
    do {
        split(folder, hop->name);
        hop->wd = inotify_add_watch(pw->fd, folder, THERE | GONE | SELF | IN_ONLYDIR | pw->also);
    } while (hop->wd < 0 && (errno == ENOENT || errno == ENOTDIR) && strcmp(folder, "/") != 0);
    if (hop->wd < 0)
        return -errno;
    pw->n_hops++;
    return lstat(path, &st) == 0;
}

/* Replaces a symlink's path by where it leads to; false when @path is no symlink. */
static bool follow(char *path)
{
    char target[PATH_MAX], name[NAME_MAX + 1], joined[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof(target) - 1);

    if (n <= 0)
        return false;
    target[n] = '\0';
    if (target[0] == '/') {
        strcpy(path, target);
        return true;
    }
    split(path, name);
    if (snprintf(joined, sizeof(joined), "%s/%s", path, target) >= (int)sizeof(joined))
        return false;
    strcpy(path, joined);
    return true;
}

static bool is_watched(const struct hop *hops, size_t n_hops, int wd)
{
    for (size_t i = 0; i < n_hops; i++)
        if (hops[i].wd == wd)
            return true;
    return false;
}

/* Builds the chain of folders anew and drops the watches that are no longer part of it. */
static int rebuild(struct mc_pathwatch *pw)
{
    struct hop old[MAX_HOPS];
    size_t n_old = pw->n_hops;
    char path[PATH_MAX];
    int r;

    memcpy(old, pw->hops, sizeof(old));
    snprintf(path, sizeof(path), "%s", pw->path);
    pw->n_hops = 0;
    do
        r = add_hop(pw, path);
    while (r == 1 && pw->n_hops < MAX_HOPS && follow(path));
    for (size_t i = 0; i < n_old; i++)
        if (!is_watched(pw->hops, pw->n_hops, old[i].wd) && !is_watched(old, i, old[i].wd))
            inotify_rm_watch(pw->fd, old[i].wd); /* fails when the folder itself is gone: just as well */
    return r < 0 ? r : 0;
}

static bool concerns_us(const struct mc_pathwatch *pw, const struct inotify_event *event)
{
    if (event->mask & SELF)
        return true;
    for (size_t i = 0; i < pw->n_hops; i++)
        if (pw->hops[i].wd == event->wd && event->len && strcmp(pw->hops[i].name, event->name) == 0)
            return true;
    return false;
}

static void on_events(void *ctx, int fd, unsigned ready)
{
    struct mc_pathwatch *pw = ctx;
    _Alignas(struct inotify_event) char data[4096];
    bool changed = false, vanished = false;
    ssize_t n = read(fd, data, sizeof(data));

    for (ssize_t i = 0; i < n;) {
        const struct inotify_event *event = (const struct inotify_event *)(data + i);
        i += (ssize_t)(sizeof(*event) + event->len);
        if (!concerns_us(pw, event))
            continue;
        changed = true;
        vanished |= (event->mask & GONE) != 0; /* of a folder that moved, the caller's look tells */
    }
    if (!changed)
        return;
    rebuild(pw);
    pw->fn(pw->ctx, vanished); /* may free it: not touched any more */
}

static int start(struct mc_loop *loop, const char *path, uint32_t also, mc_pathwatch_fn *fn, void *ctx,
                 struct mc_pathwatch **ret_pathwatch)
{
    if (path[0] != '/' || strlen(path) >= PATH_MAX)
        return -EINVAL;
    struct mc_pathwatch *pw = calloc(1, sizeof(*pw));
    if (!pw)
        return -ENOMEM;
    *pw = (struct mc_pathwatch){.fn = fn, .ctx = ctx, .path = strdup(path), .also = also};
    pw->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    int r = !pw->path ? -ENOMEM : pw->fd < 0 ? -errno : rebuild(pw);
    if (r == 0)
        r = mc_watch_add(&pw->watch, loop, pw->fd, MC_WATCH_READ, on_events, pw);
    if (r < 0)
        mc_pathwatch_free(pw);
    else
        *ret_pathwatch = pw;
    return r;
}

int mc_pathwatch_new(struct mc_loop *loop, const char *path, mc_pathwatch_fn *fn, void *ctx,
                     struct mc_pathwatch **ret_pathwatch)
{
    return start(loop, path, 0, fn, ctx, ret_pathwatch);
}

int mc_pathwatch_contents(struct mc_loop *loop, const char *path, mc_pathwatch_fn *fn, void *ctx,
                          struct mc_pathwatch **ret_pathwatch)
{
    return start(loop, path, IN_CLOSE_WRITE, fn, ctx, ret_pathwatch);
}

void mc_pathwatch_free(struct mc_pathwatch *pathwatch)
{
    if (!pathwatch)
        return;
    mc_watch_remove(&pathwatch->watch);
    if (pathwatch->fd >= 0)
        close(pathwatch->fd);
    free(pathwatch->path);
    free(pathwatch);
}
