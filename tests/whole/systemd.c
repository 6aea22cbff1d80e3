/* SPDX-License-Identifier: MIT */
/* In systemd's place: takes down what the daemon tells it, and keeps descriptors for the next one. */
#include "whole.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void remove_fd(struct whole *w, const char *name)
{
    size_t left = 0;

    for (size_t i = 0; i < w->n_stored; i++) {
        if (!strcmp(w->stored[i].name, name))
            close(w->stored[i].fd);
        else
            w->stored[left++] = w->stored[i];
    }
    w->n_stored = left;
}

static void keep_fd(struct whole *w, const char *name, int fd)
{
    if (!w->keeps || w->n_stored == sizeof(w->stored) / sizeof(w->stored[0])) {
        close(fd);
        return;
    }
    snprintf(w->stored[w->n_stored].name, sizeof(w->stored[0].name), "%s", name);
    w->stored[w->n_stored++].fd = fd;
}

static void take(struct whole *w, const char *text, int fd)
{
    const char *field = strstr(text, "FDNAME=");
    char name[32] = "";

    if (field)
        sscanf(field, "FDNAME=%31s", name);
    pthread_mutex_lock(&w->store_lock);
    if (strstr(text, "FDSTOREREMOVE=1"))
        remove_fd(w, name);
    else if (fd >= 0)
        keep_fd(w, name, fd);
    pthread_mutex_unlock(&w->store_lock);
}

static int fd_of(struct msghdr *message)
{
    int fd = -1;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            memcpy(&fd, CMSG_DATA(c), sizeof(fd));
    return fd;
}

/* A thread of its own, because a service manager that does not read holds the daemon up. */
static void *listen_on(void *ctx)
{
    struct whole *w = ctx;
    char text[4096];

    for (;;) {
        union {
            struct cmsghdr align;
            char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
        } control;
        struct iovec iov = {text, sizeof(text) - 2};
        struct msghdr message = {
            .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
        ssize_t n = recvmsg(w->notify_fd, &message, MSG_CMSG_CLOEXEC);

        if (n <= 0) /* shut down by whole_systemd_stop() */
            return NULL;
        text[n] = '\0';
        take(w, text, fd_of(&message));
        if (text[n - 1] != '\n')
            strcpy(text + n, "\n");
        if (write(w->notify_log, text, strlen(text)) < 0)
            return NULL;
    }
}

int whole_systemd_start(struct whole *w)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};

    w->systemd.name = "systemd";
    snprintf(w->systemd.log, sizeof(w->systemd.log), "%s/systemd.log", w->dir);
    w->notify_log = open(w->systemd.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    w->notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(where.sun_path, sizeof(where.sun_path), "%s/notify", w->dir);
    if (bind(w->notify_fd, (struct sockaddr *)&where, sizeof(where)) < 0 || chmod(where.sun_path, 0666) < 0)
        return -1;
    pthread_mutex_init(&w->store_lock, NULL);
    return pthread_create(&w->listener, NULL, listen_on, w);
}

void whole_systemd_stop(struct whole *w)
{
    shutdown(w->notify_fd, SHUT_RDWR);
    pthread_join(w->listener, NULL);
    while (w->n_stored > 0)
        remove_fd(w, w->stored[0].name);
    close(w->notify_fd);
    close(w->notify_log);
}

void whole_systemd_environment(const struct whole *w, char *text, size_t bytes)
{
    size_t used = (size_t)snprintf(text, bytes, "LISTEN_FDS=%zu|LISTEN_FDNAMES=", w->n_stored);

    for (size_t i = 0; i < w->n_stored; i++)
        used += (size_t)snprintf(text + used, bytes - used, "%s%s", i ? ":" : "", w->stored[i].name);
}

void whole_systemd_hand_over(const struct whole *w)
{
    int high[sizeof(w->stored) / sizeof(w->stored[0])];

    for (size_t i = 0; i < w->n_stored; i++)
        high[i] = fcntl(w->stored[i].fd, F_DUPFD, 200);
    for (size_t i = 0; i < w->n_stored; i++)
        dup2(high[i], 3 + (int)i);
}

/* ---- what is kept ---- */

static size_t kept(struct whole *w)
{
    pthread_mutex_lock(&w->store_lock);
    size_t n = w->n_stored;
    pthread_mutex_unlock(&w->store_lock);
    return n;
}

void whole_store_holds(struct whole *w, size_t n)
{
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;
    int watch = inotify_init1(IN_CLOEXEC);
    char events[4096];

    assert_true(inotify_add_watch(watch, w->systemd.log, IN_MODIFY) >= 0);
    while (kept(w) != n) {
        if (!whole_poll(watch, POLLIN, until_ms))
            fail_msg("%zu descriptors are kept, not %zu", kept(w), n);
        assert_true(read(watch, events, sizeof(events)) > 0);
    }
    close(watch);
}

void whole_store_drop(struct whole *w, const char *name)
{
    size_t n = kept(w);

    pthread_mutex_lock(&w->store_lock);
    remove_fd(w, name);
    pthread_mutex_unlock(&w->store_lock);
    assert_int_equal(kept(w), n - 1);
}

void whole_store_add(struct whole *w, const char *name, int fd)
{
    size_t n = kept(w);

    pthread_mutex_lock(&w->store_lock);
    keep_fd(w, name, fd);
    pthread_mutex_unlock(&w->store_lock);
    assert_int_equal(kept(w), n + 1);
}
