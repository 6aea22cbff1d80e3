/* SPDX-License-Identifier: MIT */
#include "server_internal.h"
#include <errno.h>
#include <grp.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/io/acl.h>
#include <stdio.h>
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

/* Told why and let go, without a buffer or a place of its own. */
static void turn_away(struct mc_ctl_server *server, int fd, const char *error, const char *why)
{
    size_t len = 0;
    _cleanup_free_ char *text = varlink_error(error, json_pack("{s:s}", "text", why), &len);

    server->stats.dropped++;
    if (text && send(fd, text, len + 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        mc_debug("control client turned away unheard");
    close(fd);
}

/* Those who may only look leave room for those who may command, and each of them for the others. */
static bool has_room(const struct mc_ctl_server *server, enum access_level access, uid_t uid)
{
    const size_t max = server->limits.max_clients;
    size_t readers = 0, own = 0;

    if (server->stats.connected >= max)
        return false;
    for (const struct ctl_client *client = server->clients; client; client = client->next) {
        readers += client->access < ACCESS_COMMAND;
        own += client->access < ACCESS_COMMAND && client->uid == uid;
    }
    return access == ACCESS_COMMAND || (readers < (max + 1) / 2 && own < (max + 7) / 8);
}

static void refuse(struct mc_ctl_server *server, int fd)
{
    const struct access_rule *rule = &server->rule;
    char why[256];

    if (!rule->has_readers) /* everybody may read, but the kernel does not say who this is */
        snprintf(why, sizeof(why), "nobody can tell who you are");
    else if (!rule->has_group)
        snprintf(why, sizeof(why), "only root and the members of the group \"%s\" may ask", server->readers);
    else
        snprintf(why, sizeof(why), "only root and the members of the groups \"%s\" and \"%s\" may ask", server->group,
                 server->readers);
    turn_away(server, fd, CTL_INTERFACE ".NotPermitted", why);
}

/* Who it is comes first: those to whom nothing is said take no place. */
static void take(struct mc_ctl_server *server, int fd)
{
    uid_t uid;
    enum access_level access = access_of_socket(&server->rule, fd, &uid);

    if (access == ACCESS_NONE)
        refuse(server, fd);
    else if (!has_room(server, access, uid))
        turn_away(server, fd, CTL_INTERFACE ".TooManyClients", "too many clients are connected, try later");
    else if (ctl_client_new(server, fd, access, uid) < 0)
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
    if (fd >= 0)
        take(server, fd);
}

static void on_pause_over(void *ctx)
{
    struct mc_ctl_server *server = ctx;

    mc_watch_set(&server->watch, MC_WATCH_READ);
}

static int find_group(const char *key, const char *name, bool *ret_has, gid_t *ret_gid)
{
    const struct group *group;

    if (!name[0])
        return 0;
    errno = 0;
    group = getgrnam(name);
    if (!group) {
        mc_err("%s=%s: no such group", key, name);
        return -ENOENT;
    }
    *ret_has = true;
    *ret_gid = group->gr_gid;
    return 0;
}

static int find_groups(struct mc_ctl_server *server)
{
    struct access_rule *rule = &server->rule;
    int r = find_group("Group", server->group, &rule->has_group, &rule->gid);

    return r < 0 ? r : find_group("ReadGroup", server->readers, &rule->has_readers, &rule->readers);
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

/* Where a file's one group says it all, the kernel keeps the others out; else whoever connects is looked at. Whatever
 * other groups left there before is gone then. */
static int set_mode(const struct mc_ctl_server *server)
{
    const struct access_rule *rule = &server->rule;
    const bool closed = rule->has_readers && (!rule->has_group || rule->gid == rule->readers);
    const gid_t gid = rule->has_group ? rule->gid : rule->readers;

    if ((rule->has_group || closed) && chown(server->path, (uid_t)-1, gid) < 0) {
        if (errno != EPERM && errno != ENOSYS) /* ENOSYS: the unit's filter has no chown() */
            return -errno;
        if (closed) /* no member of it: then by a list, which the owner may make */
            return mc_acl_mode_and(server->path, 0600, true, gid);
    }
    return mc_acl_mode(server->path, closed ? 0660 : 0666);
}

static void exchange_groups(struct mc_ctl_server *server, char **group, char **readers)
{
    char *const old[] = {server->group, server->readers};

    server->group = *group;
    server->readers = *readers;
    *group = old[0];
    *readers = old[1];
}

int mc_ctl_server_regroup(struct mc_ctl_server *server, const char *group, const char *read_group)
{
    const struct access_rule before = server->rule;
    char *other = strdup(group), *others = strdup(read_group);
    int r = !other || !others ? -ENOMEM : 0;

    if (r == 0) {
        exchange_groups(server, &other, &others);
        server->rule.has_group = server->rule.has_readers = false;
        r = find_groups(server);
        if (r == 0)
            r = set_mode(server);
        if (r < 0) {
            exchange_groups(server, &other, &others);
            server->rule = before;
            set_mode(server);
        }
    }
    free(other);
    free(others);
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
    r = set_mode(server);
    if (r < 0)
        return r;
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

    if (!server->path || !server->group || !server->readers || !server->version)
        return -ENOMEM;
    r = find_groups(server);
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
    server->readers = strdup(options->read_group ? options->read_group : "");
    server->version = strdup(options->version ? options->version : "");
    take_limits(&server->limits, options);
    mc_timer_init(&server->reap, "ctl-reap", on_reap, server);
    mc_timer_init(&server->turn, "ctl-turn", ctl_turn_take, server);
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
    free(server->readers);
    free(server->version);
    free(server);
}

const struct mc_ctl_stats *mc_ctl_server_stats(const struct mc_ctl_server *server)
{
    return &server->stats;
}
