/* SPDX-License-Identifier: MIT */
#include "server_internal.h"
#include <errno.h>
#include <grp.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define ACCEPT_PAUSE_MS 1000

static void on_reap(void *ctx)
{
    struct mc_ctl_server *server = ctx;

    while (server->dead) {
        struct ctl_client *client = server->dead;

        server->dead = client->next;
        ctl_client_free(client);
    }
}

/* One too many: told so and let go, without a buffer or a place of its own. */
static void turn_away(struct mc_ctl_server *server, int fd)
{
    size_t len = 0;
    _cleanup_free_ char *text = varlink_error(
        CTL_INTERFACE ".TooManyClients", json_pack("{s:s}", "text", "too many clients are connected, try later"), &len);

    server->stats.dropped++;
    if (text && send(fd, text, len + 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        mc_debug("control client turned away unheard");
    close(fd);
}

static void on_connection(void *ctx, int listener, unsigned ready)
{
    struct mc_ctl_server *server = ctx;
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
        /* The one who waits stays ready: without a pause this would spin. */
        mc_warn("cannot accept a control client: %s; again in a second", strerror(errno));
        mc_watch_set(&server->watch, 0);
        mc_timer_arm(&server->pause, server->queue, ACCEPT_PAUSE_MS);
    }
    if (fd < 0)
        return;
    if (server->stats.connected >= server->limits.max_clients)
        turn_away(server, fd);
    else if (ctl_client_new(server, fd) < 0)
        close(fd);
}

static void on_pause_over(void *ctx)
{
    struct mc_ctl_server *server = ctx;

    mc_watch_set(&server->watch, MC_WATCH_READ);
}

static int find_group(struct mc_ctl_server *server)
{
    const struct group *group;

    if (!server->group[0])
        return 0;
    errno = 0;
    group = getgrnam(server->group);
    if (!group) {
        mc_err("Group=%s: no such group", server->group);
        return -ENOENT;
    }
    server->rule.has_group = true;
    server->rule.gid = group->gr_gid;
    return 0;
}

/* Is what has our name a socket that nobody answers? Then it is in the way since its owner died. */
static bool remove_stale(const struct sockaddr_un *address, socklen_t len)
{
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct stat st;

    if (fd < 0 || lstat(address->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return false;
    if (connect(fd, (const struct sockaddr *)address, len) == 0 || errno != ECONNREFUSED)
        return false;
    return unlink(address->sun_path) == 0;
}

static int bind_name(struct mc_ctl_server *server, const struct sockaddr_un *address, socklen_t len)
{
    mode_t mask = umask(0177); /* nobody else gets in before the mode is right */
    int r = bind(server->fd, (const struct sockaddr *)address, len) < 0 ? -errno : 0;

    if (r == -EADDRINUSE && remove_stale(address, len))
        r = bind(server->fd, (const struct sockaddr *)address, len) < 0 ? -errno : 0;
    umask(mask);
    return r;
}

static int open_socket(struct mc_ctl_server *server)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat st;
    int r;

    if (strlen(server->path) >= sizeof(address.sun_path))
        return -ENAMETOOLONG;
    memcpy(address.sun_path, server->path, strlen(server->path));
    server->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (server->fd < 0)
        return -errno;
    r = bind_name(server, &address, sizeof(address));
    if (r < 0)
        return r;
    if (lstat(server->path, &st) < 0)
        return -errno;
    server->device = st.st_dev;
    server->inode = st.st_ino;
    if (server->rule.has_group &&
        (chown(server->path, (uid_t)-1, server->rule.gid) < 0 || chmod(server->path, 0660) < 0))
        return -errno;
    return listen(server->fd, SOMAXCONN) < 0 ? -errno : 0;
}

static void take_limits(struct mc_ctl_options *limits, const struct mc_ctl_options *options)
{
    limits->max_clients = options->max_clients ? options->max_clients : 256;
    limits->max_message_bytes = options->max_message_bytes ? options->max_message_bytes : 65536;
    limits->max_unread_bytes = options->max_unread_bytes ? options->max_unread_bytes : 1 << 20;
    limits->half_message_ms = options->half_message_ms ? options->half_message_ms : 10 * 1000;
    limits->unread_ms = options->unread_ms ? options->unread_ms : 30 * 1000;
}

static int start(struct mc_ctl_server *server)
{
    int r;

    if (!server->path || !server->group || !server->version)
        return -ENOMEM;
    r = find_group(server);
    if (r == 0)
        r = open_socket(server);
    if (r == 0)
        r = mc_watch_add(&server->watch, server->loop, server->fd, MC_WATCH_READ, on_connection, server);
    return r;
}

int mc_ctl_server_new(struct mc_loop *loop, const struct mc_ctl_options *options, const struct mc_ctl_backend *backend,
                      struct mc_ctl_server **ret_server)
{
    struct mc_ctl_server *server = calloc(1, sizeof(*server));
    int r;

    if (!server)
        return -ENOMEM;
    server->loop = loop;
    server->queue = mc_loop_timers(loop);
    server->backend = backend;
    server->rule.own_uid = geteuid();
    server->fd = -1;
    server->path = strdup(options->path);
    server->group = strdup(options->group ? options->group : "");
    server->version = strdup(options->version ? options->version : "");
    take_limits(&server->limits, options);
    mc_timer_init(&server->reap, "ctl-reap", on_reap, server);
    mc_timer_init(&server->pause, "ctl-accept-pause", on_pause_over, server);
    r = start(server);
    if (r < 0) {
        mc_ctl_server_free(server);
        return r;
    }
    *ret_server = server;
    return 0;
}

static void remove_name(const struct mc_ctl_server *server)
{
    struct stat st;

    if (server->inode != 0 && lstat(server->path, &st) == 0 && st.st_dev == server->device &&
        st.st_ino == server->inode)
        unlink(server->path);
}

void mc_ctl_server_free(struct mc_ctl_server *server)
{
    if (!server)
        return;
    while (server->clients)
        ctl_client_drop(server->clients);
    on_reap(server);
    while (server->pendings) {
        struct ctl_pending *pending = server->pendings;

        server->pendings = pending->next;
        free(pending);
    }
    mc_timer_disarm(&server->reap);
    mc_timer_disarm(&server->pause);
    mc_watch_remove(&server->watch);
    if (server->fd >= 0)
        close(server->fd);
    if (server->path)
        remove_name(server);
    free(server->path);
    free(server->group);
    free(server->version);
    free(server);
}

const struct mc_ctl_stats *mc_ctl_server_stats(const struct mc_ctl_server *server)
{
    return &server->stats;
}
