/* SPDX-License-Identifier: MIT */
#include "control.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define CLIENTS      8
#define CONTROL_LINE 512

struct client {
    struct sim_control *control;
    int fd; /* -1 free */
    char line[CONTROL_LINE];
    size_t len;
};

struct sim_control {
    struct sim_pump *pump;
    sim_control_fn *fn;
    void *ctx;
    int fd;
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    struct client clients[CLIENTS];
};

static int address(const char *path, struct sockaddr_un *ret)
{
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(ret->sun_path))
        return -ENAMETOOLONG;
    memcpy(ret->sun_path, path, strlen(path) + 1);
    return 0;
}

static void drop(struct client *client)
{
    sim_pump_remove(client->control->pump, client->fd);
    close(client->fd);
    client->fd = -1;
}

/* A client that does not read loses the rest: an answer is a few kB, and the board must not wait for it. */
static void answer(void *ctx, const char *line)
{
    struct client *client = ctx;
    char text[CONTROL_LINE];
    int len = snprintf(text, sizeof(text), "%s\n", line);

    if (client->fd >= 0 && len > 0)
        (void)!send(client->fd, text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1,
                    MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void take_lines(struct client *client)
{
    char *end;

    while (client->fd >= 0 && (end = memchr(client->line, '\n', client->len)) != NULL) {
        size_t used = (size_t)(end - client->line) + 1;
        char line[CONTROL_LINE];

        memcpy(line, client->line, used);
        line[used - 1] = '\0';
        if (used > 1 && line[used - 2] == '\r')
            line[used - 2] = '\0';
        client->len -= used;
        memmove(client->line, client->line + used, client->len);
        client->control->fn(client->control->ctx, line, answer, client);
    }
}

static void on_client(void *ctx, short events)
{
    struct client *client = ctx;
    ssize_t n = recv(client->fd, client->line + client->len, sizeof(client->line) - client->len, MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        drop(client);
        return;
    }
    client->len += (size_t)n;
    take_lines(client);
    if (client->fd >= 0 && client->len == sizeof(client->line)) {
        answer(client, "error line too long");
        drop(client);
    }
}

static void on_listen(void *ctx, short events)
{
    struct sim_control *control = ctx;
    int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return;
    for (int i = 0; i < CLIENTS; i++) {
        struct client *client = &control->clients[i];

        if (client->fd >= 0)
            continue;
        *client = (struct client){.control = control, .fd = fd};
        if (sim_pump_add(control->pump, fd, POLLIN, on_client, client) == 0)
            return;
        client->fd = -1;
        break;
    }
    close(fd);
}

/* A socket file that nobody listens on any more is in the way of bind(). */
static void remove_dead(const struct sockaddr_un *where)
{
    _cleanup_close_ int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (probe >= 0 && connect(probe, (const struct sockaddr *)where, sizeof(*where)) < 0 && errno == ECONNREFUSED)
        unlink(where->sun_path);
}

static int start_listening(struct sim_control *control)
{
    struct sockaddr_un where;
    int r = address(control->path, &where);
    mode_t mask;

    if (r < 0)
        return r;
    control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (control->fd < 0)
        return -errno;
    remove_dead(&where);
    mask = umask(0177);
    r = bind(control->fd, (struct sockaddr *)&where, sizeof(where)) < 0 ? -errno : 0;
    umask(mask);
    if (r == 0 && listen(control->fd, CLIENTS) < 0)
        r = -errno;
    return r < 0 ? r : sim_pump_add(control->pump, control->fd, POLLIN, on_listen, control);
}

int sim_control_new(struct sim_pump *pump, const char *path, sim_control_fn *fn, void *ctx, struct sim_control **ret)
{
    struct sim_control *control = calloc(1, sizeof(*control));
    int r;

    if (!control)
        return -ENOMEM;
    control->pump = pump;
    control->fn = fn;
    control->ctx = ctx;
    for (int i = 0; i < CLIENTS; i++)
        control->clients[i].fd = -1;
    if (strlen(path) >= sizeof(control->path)) {
        free(control);
        return -ENAMETOOLONG;
    }
    memcpy(control->path, path, strlen(path) + 1);
    r = start_listening(control);
    if (r < 0) {
        if (control->fd >= 0)
            close(control->fd);
        free(control);
        return r;
    }
    *ret = control;
    return 0;
}

void sim_control_free(struct sim_control *control)
{
    if (!control)
        return;
    for (int i = 0; i < CLIENTS; i++)
        if (control->clients[i].fd >= 0)
            drop(&control->clients[i]);
    sim_pump_remove(control->pump, control->fd);
    close(control->fd);
    unlink(control->path);
    free(control);
}

static int ended(const char *text)
{
    const char *last = strrchr(text, '\n');

    last = last ? last + 1 : text;
    return !strcmp(last, "ok") ? 1 : !strncmp(last, "error", 5) ? -EPROTO : 0;
}

static int print_answer(FILE *stream)
{
    char line[CONTROL_LINE];

    while (fgets(line, sizeof(line), stream)) {
        line[strcspn(line, "\n")] = '\0';
        int r = ended(line);

        if (r != 1)
            puts(line);
        if (r != 0)
            return r < 0 ? r : 0;
    }
    return -ECONNRESET;
}

int sim_control_send(const char *path, const char *line)
{
    struct sockaddr_un where;
    int r = address(path, &where), fd;
    FILE *stream;

    if (r < 0)
        return r;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&where, sizeof(where)) < 0 || dprintf(fd, "%s\n", line) < 0) {
        r = -errno;
        close(fd);
        return r;
    }
    stream = fdopen(fd, "r");
    if (!stream) {
        close(fd);
        return -ENOMEM;
    }
    r = print_answer(stream);
    fclose(stream);
    return r;
}
