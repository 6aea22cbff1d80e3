/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { TELL_MS = 500, SECRETS_MS = 5000 };

/* What a daemon that connects anew has to be told, in this order. */
static const enum mc_plugin_kind kept_kinds[] = {MC_PLUGIN_HELLO, MC_PLUGIN_AUTH, MC_PLUGIN_PHASE, MC_PLUGIN_IP_UP,
                                                 MC_PLUGIN_IPV6_UP};

static struct {
    int fd;
    struct sockaddr_un address;
    struct mc_plugin_msg kept[MC_PLUGIN_KIND_COUNT];
    char has[MC_PLUGIN_KIND_COUNT];
    struct mc_plugin_msg secrets; /* of the answer */
    int has_secrets;
} client = {.fd = -1};

static long long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void drop(void)
{
    if (client.fd >= 0)
        close(client.fd);
    client.fd = -1;
}

/* Waits until the socket is ready or the time is over: 0, -ETIMEDOUT, -errno. */
static int wait_for(short events, long long until_ms)
{
    struct pollfd poll_fd = {.fd = client.fd, .events = events};

    for (;;) {
        long long left = until_ms - now_ms();
        int r = poll(&poll_fd, 1, left < 0 ? 0 : (int)left);

        if (r > 0)
            return 0;
        if (r == 0)
            return -ETIMEDOUT;
        if (errno != EINTR)
            return -errno;
    }
}

static int send_line(const struct mc_plugin_msg *msg)
{
    char line[MC_PLUGIN_LINE_BYTES];
    int len = mc_plugin_encode(msg, line, sizeof(line));
    long long until = now_ms() + TELL_MS;

    for (int sent = 0; len > 0 && sent < len;) {
        ssize_t n = send(client.fd, line + sent, (size_t)(len - sent), MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n > 0) {
            sent += (int)n;
        } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            int r = wait_for(POLLOUT, until);

            if (r < 0)
                return r;
        } else {
            return -errno;
        }
    }
    return len < 0 ? len : 0;
}

/* A UNIX socket connects at once or not at all. */
static int connect_again(void)
{
    if (client.address.sun_path[0] == '\0')
        return -ENOTCONN;
    client.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (client.fd < 0)
        return -errno;
    if (connect(client.fd, (const struct sockaddr *)&client.address, sizeof(client.address)) < 0) {
        int r = -errno;

        drop();
        return r;
    }
    for (size_t i = 0; i < sizeof(kept_kinds) / sizeof(kept_kinds[0]); i++) {
        int r = client.has[kept_kinds[i]] ? send_line(&client.kept[kept_kinds[i]]) : 0;

        if (r < 0) {
            drop();
            return r;
        }
    }
    return 0;
}

void mc_client_open(const char *path, const char *version)
{
    struct mc_plugin_msg *hello = &client.kept[MC_PLUGIN_HELLO];

    client.address.sun_family = AF_UNIX;
    snprintf(client.address.sun_path, sizeof(client.address.sun_path), "%s", path);
    mc_plugin_msg_init(hello, MC_PLUGIN_HELLO);
    hello->pid = getpid();
    snprintf(hello->version, sizeof(hello->version), "%s", version);
    client.has[MC_PLUGIN_HELLO] = 1;
    connect_again();
}

static void keep(const struct mc_plugin_msg *msg)
{
    if (msg->kind == MC_PLUGIN_IP_DOWN)
        client.has[MC_PLUGIN_IP_UP] = 0;
    if (msg->kind == MC_PLUGIN_IPV6_DOWN)
        client.has[MC_PLUGIN_IPV6_UP] = 0;
    client.kept[msg->kind] = *msg;
    client.has[msg->kind] = 1;
}

void mc_client_tell(const struct mc_plugin_msg *msg)
{
    keep(msg);
    mc_client_check();
    if (client.fd < 0)
        return;
    /* A failed half line would spoil the stream: start over, with all that is kept. What is not kept (exit) is told
     * once more. */
    if (send_line(msg) < 0) {
        drop();
        if (connect_again() == 0 && msg->kind == MC_PLUGIN_EXIT && send_line(msg) < 0)
            drop();
    }
}

void mc_client_check(void)
{
    char byte;
    ssize_t n;

    if (client.fd >= 0) {
        n = recv(client.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
            return;
        drop();
    }
    connect_again();
}

static int receive_secrets(struct mc_plugin_reader *reader, long long until)
{
    char bytes[512];
    struct mc_plugin_msg msg;

    for (;;) {
        ssize_t n = recv(client.fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        const char *data = bytes;
        size_t len = n > 0 ? (size_t)n : 0;
        int r = n < 0 && (errno == EAGAIN || errno == EINTR) ? wait_for(POLLIN, until) : n < 0 ? -errno : 0;

        if (n == 0)
            r = -ECONNRESET;
        while (r == 0 && len > 0) {
            r = mc_plugin_read(reader, &data, &len, &msg);
            if (r == 1 && msg.kind == MC_PLUGIN_SECRETS) {
                client.secrets = msg;
                client.has_secrets = 1;
            } else if (r == 1) {
                r = 0;
            }
        }
        mc_plugin_wipe(bytes, sizeof(bytes));
        mc_plugin_wipe(&msg, sizeof(msg));
        if (r != 0)
            return r < 0 ? r : 0;
    }
}

static int ask(const char *auth)
{
    struct mc_plugin_msg wanted;
    struct mc_plugin_reader reader;
    int r;

    mc_client_check();
    if (client.fd < 0)
        return -ENOTCONN;
    mc_plugin_msg_init(&wanted, MC_PLUGIN_WANTED);
    snprintf(wanted.auth, sizeof(wanted.auth), "%s", auth);
    mc_plugin_reader_init(&reader);
    r = send_line(&wanted);
    if (r == 0)
        r = receive_secrets(&reader, now_ms() + SECRETS_MS);
    mc_plugin_wipe(&reader, sizeof(reader));
    if (r < 0)
        drop(); /* a late answer must not be taken for one to a later question */
    return r;
}

int mc_client_read_secrets(int fd)
{
    char line[MC_PLUGIN_LINE_BYTES];
    size_t len = 0;
    ssize_t n;
    int r;

    while (len < sizeof(line) && (n = read(fd, line + len, sizeof(line) - len)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        len += (size_t)n;
    }
    close(fd);
    r = len > 0 ? mc_plugin_decode(line, len - 1, &client.secrets) : -ENODATA; /* without its LF */
    mc_plugin_wipe(line, sizeof(line));
    if (r == 0 && client.secrets.kind != MC_PLUGIN_SECRETS)
        r = -EBADMSG;
    client.has_secrets = r == 0;
    return r;
}

int mc_client_secrets(const char *auth, char *user, char *password)
{
    int r = client.has_secrets ? 0 : ask(auth);

    if (r < 0)
        return r;
    snprintf(user, MC_PLUGIN_NAME_BYTES, "%s", client.secrets.user);
    snprintf(password, MC_PLUGIN_NAME_BYTES, "%s", client.secrets.password);
    return 0;
}

void mc_client_close(void)
{
    mc_plugin_wipe(&client.secrets, sizeof(client.secrets));
    client.has_secrets = 0;
    drop();
}
