/* SPDX-License-Identifier: MIT */
#include "notify_queue.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define TEXT_BYTES 384
#define NAME_BYTES 64
#define MAX_WAIT   40 /* each kind once, and two for each of MC_NOTIFY_FDS_MAX names */
#define AGAIN_MS   200

struct notice {
    enum mc_notice_kind kind;
    int fd; /* ours; -1 none */
    char name[NAME_BYTES], text[TEXT_BYTES];
};

static struct {
    struct mc_timerq *queue;
    struct mc_timer again;
    struct notice waiting[MAX_WAIT]; /* the oldest first */
    size_t n;
    bool deaf; /* told once */
} state;

/* ---- sending ---- */

static int address(struct sockaddr_un *ret, socklen_t *ret_len)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t len = path ? strlen(path) : 0;

    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (len == 0)
        return -ENOENT;
    if ((path[0] != '/' && path[0] != '@') || len < 2 || len >= sizeof(ret->sun_path))
        return -EINVAL;
    memcpy(ret->sun_path, path, len);
    if (path[0] == '@') /* one without a name in the file system: unix(7) */
        ret->sun_path[0] = '\0';
    *ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (path[0] == '/'));
    return 0;
}

static int send_now(const char *text, int fd)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct sockaddr_un where;
    struct iovec iov = {(void *)(uintptr_t)text, strlen(text)};
    struct msghdr message = {.msg_name = &where, .msg_iov = &iov, .msg_iovlen = 1};
    int r = address(&where, &message.msg_namelen);

    if (r < 0)
        return r;
    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
    }
    _cleanup_close_ int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sock < 0)
        return -errno;
    return sendmsg(sock, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The manager does not read now, or this machine is short of something for a moment. ETOOMANYREFS: too many descriptors
 * are under way (unix(7)). */
static bool is_for_a_while(int error)
{
    return error == -EAGAIN || error == -EINTR || error == -ENOBUFS || error == -ENOMEM || error == -EMFILE ||
           error == -ENFILE || error == -ETOOMANYREFS;
}

/* ---- waiting ---- */

static void drop(size_t index)
{
    if (state.waiting[index].fd >= 0)
        close(state.waiting[index].fd);
    state.n--;
    memmove(&state.waiting[index], &state.waiting[index + 1], (state.n - index) * sizeof(state.waiting[0]));
}

/* Does a new one of @kind leave no sense in @old? */
static bool is_pointless(const struct notice *old, enum mc_notice_kind kind, const char *name)
{
    switch (kind) {
    case MC_NOTICE_STATUS:
    case MC_NOTICE_WATCHDOG:
        return old->kind == kind;
    case MC_NOTICE_READY:
    case MC_NOTICE_STOPPING:
        return old->kind == kind || old->kind == MC_NOTICE_STATUS;
    case MC_NOTICE_RELOADING:
        return old->kind == kind || old->kind == MC_NOTICE_READY;
    case MC_NOTICE_FD_REMOVE:
        return *old->name && strcmp(old->name, name) == 0;
    case MC_NOTICE_FD_STORE:
        break;
    }
    return false;
}

static void set_deaf(bool deaf)
{
    if (deaf && !state.deaf)
        mc_warn("the service manager does not read its notifications: it is told later");
    else if (!deaf && state.deaf)
        mc_info("the service manager reads its notifications again");
    state.deaf = deaf;
}

static void schedule(void)
{
    if (state.n == 0)
        mc_timer_disarm(&state.again);
    else if (state.queue && !mc_timer_armed(&state.again))
        mc_timer_arm(&state.again, state.queue, AGAIN_MS);
}

static void flush(void)
{
    while (state.n > 0) {
        int r = send_now(state.waiting[0].text, state.waiting[0].fd);
        if (is_for_a_while(r))
            break;
        if (r < 0)
            mc_warn("the service manager could not be told \"%.40s\": %s", state.waiting[0].text, strerror(-r));
        drop(0);
    }
    schedule();
}

static void on_again(void *ctx)
{
    flush();
    set_deaf(state.n > 0);
}

static int append(enum mc_notice_kind kind, const char *name, const char *text, int fd)
{
    struct notice *notice = &state.waiting[state.n];
    int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);

    if (fd >= 0 && copy < 0)
        return -errno;
    *notice = (struct notice){.kind = kind, .fd = copy};
    snprintf(notice->name, sizeof(notice->name), "%s", name ? name : "");
    snprintf(notice->text, sizeof(notice->text), "%s", text);
    state.n++;
    return 0;
}

int mc_notice_send(enum mc_notice_kind kind, const char *name, const char *text, int fd)
{
    for (size_t i = state.n; i-- > 0;)
        if (is_pointless(&state.waiting[i], kind, name))
            drop(i);
    flush();
    if (state.n == 0) {
        int r = send_now(text, fd);
        set_deaf(is_for_a_while(r));
        if (!state.deaf)
            return r;
    }
    if (state.n == MAX_WAIT || strlen(text) >= TEXT_BYTES)
        return -ENOBUFS;
    int r = append(kind, name, text, fd);
    schedule();
    return r;
}

void mc_notice_drive(struct mc_timerq *queue)
{
    mc_timer_disarm(&state.again);
    mc_timer_init(&state.again, "notify.again", on_again, NULL);
    state.queue = queue;
    if (queue && state.n > 0)
        mc_timer_arm(&state.again, queue, 0);
}

size_t mc_notice_waiting(enum mc_notice_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < state.n; i++)
        n += state.waiting[i].kind == kind;
    return n;
}

void mc_notice_forget(void)
{
    flush();
    while (state.n > 0)
        drop(state.n - 1);
    mc_timer_disarm(&state.again);
    state.deaf = false;
}
