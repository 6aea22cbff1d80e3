/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/plugin_server.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

struct mc_plugin_server {
    struct mc_loop *loop;
    struct mc_watch listening, connection;
    int listen_fd, fd;
    pid_t pid;
    struct sockaddr_un address;
    struct mc_plugin_reader reader;
    struct mc_plugin_msg secrets;
    mc_plugin_message_fn *fn;
    void *ctx;
};

static void hang_up(struct mc_plugin_server *server)
{
    mc_watch_remove(&server->connection);
    if (server->fd >= 0)
        close(server->fd);
    server->fd = -1;
}

/* A line of 2 kB always fits into an empty socket; one that does not belongs to a peer that reads nothing. */
static int answer(struct mc_plugin_server *server)
{
    char line[MC_PLUGIN_LINE_BYTES];
    int len = mc_plugin_encode(&server->secrets, line, sizeof(line));
    ssize_t n = len < 0 ? -1 : send(server->fd, line, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);

    mc_plugin_wipe(line, sizeof(line));
    return n == len ? 0 : -EPIPE;
}

static int take(struct mc_plugin_server *server, const char *data, size_t len)
{
    struct mc_plugin_msg msg;
    int r;

    while ((r = mc_plugin_read(&server->reader, &data, &len, &msg)) == 1) {
        if (msg.kind == MC_PLUGIN_SECRETS)
            return -EBADMSG; /* ours to send */
        if (msg.kind == MC_PLUGIN_WANTED && answer(server) < 0)
            return -EPIPE;
        server->fn(server->ctx, &msg);
    }
    return r;
}

/* Reads once. 0: nothing more; 1: there was something. */
static int receive(struct mc_plugin_server *server)
{
    char bytes[1024];
    ssize_t n = recv(server->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    int r;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    r = n > 0 ? take(server, bytes, (size_t)n) : 0;
    if (r < 0)
        mc_warn("pppd's plugin does not speak our protocol: connection closed");
    if (n <= 0 || r < 0)
        hang_up(server);
    return n > 0 && r == 0;
}

static void on_connection(void *ctx, int fd, unsigned ready)
{
    receive(ctx);
}

static bool is_expected(const struct mc_plugin_server *server, int fd)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid == server->pid;
}

static void accept_one(struct mc_plugin_server *server)
{
    int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return;
    if (!is_expected(server, fd)) {
        mc_warn("a process that is not our pppd connected to its socket: refused");
        close(fd);
        return;
    }
    hang_up(server);
    server->fd = fd;
    mc_plugin_reader_init(&server->reader);
    if (mc_watch_add(&server->connection, server->loop, fd, MC_WATCH_READ, on_connection, server) < 0)
        hang_up(server);
}

static void on_listening(void *ctx, int fd, unsigned ready)
{
    accept_one(ctx);
}

static int open_listener(struct mc_plugin_server *server)
{
    mode_t before;
    int r;

    server->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (server->listen_fd < 0)
        return -errno;
    unlink(server->address.sun_path);
    before = umask(0177); /* the secrets go over it */
    r = bind(server->listen_fd, (const struct sockaddr *)&server->address, sizeof(server->address)) < 0 ? -errno : 0;
    umask(before);
    if (r == 0 && listen(server->listen_fd, 4) < 0)
        r = -errno;
    return r;
}

static int copy_secrets(struct mc_plugin_server *server, const char *user, const char *password)
{
    char line[MC_PLUGIN_LINE_BYTES];
    int r;

    mc_plugin_msg_init(&server->secrets, MC_PLUGIN_SECRETS);
    if (strlen(user) >= sizeof(server->secrets.user) || strlen(password) >= sizeof(server->secrets.password))
        return -EINVAL;
    strcpy(server->secrets.user, user);
    strcpy(server->secrets.password, password);
    r = mc_plugin_encode(&server->secrets, line, sizeof(line)); /* now, while somebody can still be told */
    mc_plugin_wipe(line, sizeof(line));
    return r < 0 ? -EINVAL : 0;
}

int mc_plugin_server_new(struct mc_loop *loop, const char *path, const char *user, const char *password,
                         mc_plugin_message_fn *fn, void *ctx, struct mc_plugin_server **ret_server)
{
    struct mc_plugin_server *server;
    int r;

    if (strlen(path) >= sizeof(server->address.sun_path))
        return -ENAMETOOLONG;
    server = calloc(1, sizeof(*server));
    if (server == NULL)
        return -ENOMEM;
    *server = (struct mc_plugin_server){.loop = loop, .listen_fd = -1, .fd = -1, .fn = fn, .ctx = ctx};
    server->address.sun_family = AF_UNIX;
    strcpy(server->address.sun_path, path);
    r = copy_secrets(server, user, password);
    if (r == 0)
        r = open_listener(server);
    if (r == 0)
        r = mc_watch_add(&server->listening, loop, server->listen_fd, 0, on_listening, server);
    if (r < 0) {
        mc_plugin_server_free(server);
        return r;
    }
    *ret_server = server;
    return 0;
}

void mc_plugin_server_free(struct mc_plugin_server *server)
{
    if (server == NULL)
        return;
    hang_up(server);
    mc_watch_remove(&server->listening);
    if (server->listen_fd >= 0) {
        unlink(server->address.sun_path);
        close(server->listen_fd);
    }
    mc_plugin_wipe(&server->secrets, sizeof(server->secrets));
    free(server);
}

void mc_plugin_server_expect(struct mc_plugin_server *server, pid_t pid)
{
    server->pid = pid;
    mc_watch_set(&server->listening, MC_WATCH_READ);
}

void mc_plugin_server_drain(struct mc_plugin_server *server)
{
    if (server->fd < 0)
        accept_one(server);
    while (server->fd >= 0 && receive(server) > 0)
        ;
}
