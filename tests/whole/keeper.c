/* SPDX-License-Identifier: MIT */
#include "keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct kept {
    char name[256];
    int fd;
};

struct keeper {
    int socket, end;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct kept kept[KEEPER_FDS];
    unsigned n, readies;
    char path[96];
};

/* ---- what the daemon says ---- */

/* Under the lock. */
static int take_out(struct keeper *k, const char *name)
{
    for (unsigned i = 0; i < k->n; i++)
        if (!strcmp(k->kept[i].name, name)) {
            close(k->kept[i].fd);
            k->kept[i] = k->kept[--k->n];
            return 1;
        }
    return 0;
}

static void put_in(struct keeper *k, const char *name, int fd)
{
    if (k->n == KEEPER_FDS) {
        close(fd);
        return;
    }
    snprintf(k->kept[k->n].name, sizeof(k->kept[k->n].name), "%s", name);
    k->kept[k->n++].fd = fd;
}

static void heed(struct keeper *k, char *text, int fd)
{
    bool store = false, remove = false;
    const char *name = "stored";
    char *save = NULL;

    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        store = store || !strcmp(line, "FDSTORE=1");
        remove = remove || !strcmp(line, "FDSTOREREMOVE=1");
        if (!strncmp(line, "FDNAME=", 7))
            name = line + 7;
        if (!strcmp(line, "READY=1"))
            k->readies++;
    }
    while (remove && take_out(k, name))
        ;
    if (store && fd >= 0)
        put_in(k, name, fd);
    else if (fd >= 0)
        close(fd);
}

static void receive(struct keeper *k)
{
    char text[4096], control[CMSG_SPACE(sizeof(int))];
    struct iovec iov = {.iov_base = text, .iov_len = sizeof(text) - 1};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
    ssize_t n = recvmsg(k->socket, &msg, MSG_CMSG_CLOEXEC);
    int fd = -1;

    if (n < 0)
        return;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            memcpy(&fd, CMSG_DATA(c), sizeof(fd));
    text[n] = '\0';
    pthread_mutex_lock(&k->lock);
    heed(k, text, fd);
    pthread_cond_broadcast(&k->changed);
    pthread_mutex_unlock(&k->lock);
}

static void *listen_thread(void *ctx)
{
    struct keeper *k = ctx;
    struct pollfd poller[2] = {{.fd = k->socket, .events = POLLIN}, {.fd = k->end, .events = POLLIN}};

    while (poll(poller, 2, -1) >= 0 && !poller[1].revents)
        if (poller[0].revents)
            receive(k);
    return NULL;
}

/* ---- what the test asks ---- */

struct keeper *keeper_new(struct whole *w)
{
    struct keeper *k = calloc(1, sizeof(*k));
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    pthread_condattr_t monotonic;

    assert_non_null(k);
    snprintf(k->path, sizeof(k->path), "%s/keeper", w->dir);
    snprintf(where.sun_path, sizeof(where.sun_path), "%s", k->path);
    k->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    k->end = eventfd(0, EFD_CLOEXEC);
    assert_int_equal(bind(k->socket, (struct sockaddr *)&where, sizeof(where)), 0);
    pthread_mutex_init(&k->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&k->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    assert_int_equal(pthread_create(&k->thread, NULL, listen_thread, k), 0);
    return k;
}

void keeper_free(struct keeper *k)
{
    uint64_t one = 1;

    assert_int_equal(write(k->end, &one, sizeof(one)), sizeof(one));
    pthread_join(k->thread, NULL);
    for (unsigned i = 0; i < k->n; i++)
        close(k->kept[i].fd);
    close(k->socket);
    close(k->end);
    pthread_cond_destroy(&k->changed);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

/* Waits until *@what is @wanted or more (@exactly: that and no other). */
static void wait_until(struct keeper *k, const unsigned *what, unsigned wanted, bool exactly, const char *name)
{
    struct timespec until;
    int r = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WHOLE_MS / 1000;
    pthread_mutex_lock(&k->lock);
    while (r == 0 && (exactly ? *what != wanted : *what < wanted))
        r = pthread_cond_timedwait(&k->changed, &k->lock, &until);
    unsigned got = *what;
    pthread_mutex_unlock(&k->lock);
    if (r != 0)
        fail_msg("%s: %u, not %u", name, got, wanted);
}

void keeper_holds(struct keeper *k, unsigned n)
{
    wait_until(k, &k->n, n, true, "descriptors kept");
}

int keeper_drop(struct keeper *k, const char *name)
{
    pthread_mutex_lock(&k->lock);
    int r = take_out(k, name);
    pthread_mutex_unlock(&k->lock);
    return r;
}

void keeper_add(struct keeper *k, const char *name, int fd)
{
    pthread_mutex_lock(&k->lock);
    put_in(k, name, fd);
    pthread_mutex_unlock(&k->lock);
}

/* ---- the daemon ---- */

/* In the child: the kept ones become 3, 4, ... */
static void hand_over(const struct keeper *k)
{
    char names[KEEPER_FDS * 64] = "", number[16];
    int fds[KEEPER_FDS];

    for (unsigned i = 0; i < k->n; i++) {
        fds[i] = fcntl(k->kept[i].fd, F_DUPFD, 100);
        strcat(strcat(names, i ? ":" : ""), k->kept[i].name);
    }
    for (unsigned i = 0; i < k->n; i++)
        dup2(fds[i], 3 + (int)i);
    syscall(SYS_close_range, 3 + k->n, ~0U, 0);
    if (k->n == 0)
        return;
    snprintf(number, sizeof(number), "%d", (int)getpid());
    setenv("LISTEN_PID", number, 1);
    snprintf(number, sizeof(number), "%u", k->n);
    setenv("LISTEN_FDS", number, 1);
    setenv("LISTEN_FDNAMES", names, 1);
}

static void become(const struct keeper *k, const struct whole *w)
{
    char config[128], state[128];
    int log = open(w->daemon.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    dup2(log, 1);
    dup2(log, 2);
    snprintf(config, sizeof(config), "--config=%s", w->conf);
    snprintf(state, sizeof(state), "%s/state", w->dir);
    setenv("STATE_DIRECTORY", state, 1);
    setenv("NOTIFY_SOCKET", k->path, 1);
    hand_over(k);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execl(getenv("MICROCATD"), "microcatd", config, (char *)NULL);
    _exit(127);
}

void keeper_start(struct keeper *k, struct whole *w)
{
    struct whole_process *daemon = &w->daemon;
    unsigned readies = k->readies;

    assert_int_equal(daemon->pid, 0);
    snprintf(daemon->log, sizeof(daemon->log), "%s/%s.log", w->dir, daemon->name);
    daemon->pid = fork();
    assert_true(daemon->pid >= 0);
    if (daemon->pid == 0)
        become(k, w);
    daemon->pidfd = pidfd_open(daemon->pid, 0);
    assert_true(daemon->pidfd >= 0);
    wait_until(k, &k->readies, readies + 1, false, "READY=1");
}
