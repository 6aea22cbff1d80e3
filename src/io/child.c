/* SPDX-License-Identifier: MIT */
#include "child_spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/io/child.h>
#include <microcat/io/process.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define READ_BYTES 4096
#define LAST_BYTES 65536 /* of output taken after the end: one pipe full. A grandchild could go on writing for ever */
#define BURY_MS    2000  /* how long mc_child_free() waits for a killed process; the kernel needs far less */

struct output {
    struct mc_child *child;
    struct mc_watch watch;
    enum mc_child_stream stream;
    int fd; /* -1: not captured, or at its end */
    size_t len;
    char line[MC_CHILD_LINE_BYTES + 1];
};

struct mc_child {
    struct mc_loop *loop;
    struct mc_child_events events;
    void *ctx;
    const char *name;
    const struct mc_child_hands *hands; /* NULL: our own */
    struct mc_watch watch;              /* on pidfd */
    struct mc_timer kill_timer;
    struct output out[2];
    int pidfd;
    pid_t pid;
    bool ours; /* our child: can be waited for, leads a process group of its own */
    bool running, stopping;
    unsigned calls; /* calls back under way: freeing waits for them */
    bool freed;
};

int mc_child_kill(struct mc_child *child, int signo)
{
    if (!child->running)
        return -ESRCH;
    if (child->hands)
        return child->hands->signal(child->hands, child->pid, signo);
    return syscall(SYS_pidfd_send_signal, child->pidfd, signo, NULL, 0) < 0 ? -errno : 0;
}

/* The group exists, and its number is nobody else's, until its leader, our child, is buried. */
static void kill_group(struct mc_child *child, int signo)
{
    if (!child->ours || kill(-child->pid, signo) < 0)
        mc_child_kill(child, signo);
}

int mc_child_kill_group(struct mc_child *child, int signo)
{
    if (!child->running)
        return -ESRCH;
    child->stopping |= signo == SIGTERM || signo == SIGKILL;
    kill_group(child, signo);
    return 0;
}

static void close_output(struct output *out)
{
    mc_watch_remove(&out->watch);
    if (out->fd >= 0)
        close(out->fd);
    out->fd = -1;
}

static void release(struct mc_child *child)
{
    mc_watch_remove(&child->watch);
    mc_timer_disarm(&child->kill_timer);
    for (size_t i = 0; i < MC_LENGTH_OF(child->out); i++)
        close_output(&child->out[i]);
    if (child->pidfd >= 0)
        close(child->pidfd);
    child->pidfd = -1;
    child->running = false;
}

static void enter(struct mc_child *child)
{
    child->calls++;
}

static void leave(struct mc_child *child)
{
    if (--child->calls == 0 && child->freed)
        free(child);
}

static void end_line(struct output *out)
{
    struct mc_child *child = out->child;

    out->line[out->len] = '\0';
    out->len = 0;
    if (!child->freed && child->events.on_line)
        child->events.on_line(child->ctx, out->stream, out->line);
}

static void take_output(struct output *out, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\n')
            end_line(out);
        else if (out->len < MC_CHILD_LINE_BYTES && data[i] != '\r' && data[i] != '\0')
            out->line[out->len++] = data[i];
    }
}

/* Returns how many bytes were read; 0 when there are none now, or none any more (the output is closed then). */
static size_t read_output(struct output *out)
{
    char data[READ_BYTES];
    ssize_t n = out->fd < 0 ? -1 : read(out->fd, data, sizeof(data));

    if (n > 0) {
        take_output(out, data, (size_t)n);
        return (size_t)n;
    }
    if (out->fd >= 0 && (n == 0 || (errno != EAGAIN && errno != EINTR)))
        close_output(out);
    return 0;
}

static void on_output(void *ctx, int fd, unsigned ready)
{
    struct output *out = ctx;
    struct mc_child *child = out->child;

    enter(child);
    read_output(out);
    leave(child);
}

/* What the process wrote before its end may still be in the pipes. */
static void drain_output(struct output *out)
{
    size_t got = 0, n;

    while (got < LAST_BYTES && (n = read_output(out)) > 0)
        got += n;
    if (out->len > 0)
        end_line(out);
    close_output(out);
}

/* Buries the process if it is dead; its wait status, or -EAGAIN while it lives. */
static int bury(struct mc_child *child, int *ret_status)
{
    int status;

    *ret_status = child->hands ? child->hands->status(child->hands, child->pid) : MC_CHILD_STATUS_UNKNOWN;
    if (!child->ours)
        return 0;
    if (child->stopping)
        kill(-child->pid, SIGKILL); /* what its group left behind; the number is still ours */
    pid_t pid = waitpid(child->pid, &status, WNOHANG);
    if (pid == 0)
        return -EAGAIN;
    if (pid == child->pid)
        *ret_status = status;
    return 0;
}

static void on_pidfd(void *ctx, int fd, unsigned ready)
{
    struct mc_child *child = ctx;
    int status;

    if (bury(child, &status) < 0)
        return;
    child->running = false;
    enter(child);
    mc_watch_remove(&child->watch);
    mc_timer_disarm(&child->kill_timer);
    for (size_t i = 0; i < MC_LENGTH_OF(child->out); i++)
        drain_output(&child->out[i]);
    if (!child->freed && child->events.on_exit)
        child->events.on_exit(child->ctx, status);
    leave(child);
}

static void on_kill_time(void *ctx)
{
    struct mc_child *child = ctx;

    mc_warn("%s (pid %d) does not end: killing it", child->name, (int)child->pid);
    kill_group(child, SIGKILL);
}

void mc_child_stop(struct mc_child *child, int64_t term_ms)
{
    int64_t left_ms = mc_timer_left_ms(&child->kill_timer);

    if (!child->running)
        return;
    if (!child->stopping) {
        child->stopping = true;
        kill_group(child, SIGTERM);
        kill_group(child, SIGCONT); /* a stopped process sees SIGTERM only when it runs again */
        mc_timer_arm(&child->kill_timer, mc_loop_timers(child->loop), term_ms);
    } else if (left_ms > term_ms) {
        mc_timer_arm(&child->kill_timer, mc_loop_timers(child->loop), term_ms);
    }
}

static struct mc_child *child_new(struct mc_loop *loop, const struct mc_child_events *events, void *ctx,
                                  const char *name)
{
    struct mc_child *child = calloc(1, sizeof(*child));

    if (!child)
        return NULL;
    *child = (struct mc_child){.loop = loop, .events = *events, .ctx = ctx, .name = name, .pidfd = -1};
    for (size_t i = 0; i < MC_LENGTH_OF(child->out); i++)
        child->out[i] = (struct output){.child = child, .stream = i ? MC_CHILD_STDERR : MC_CHILD_STDOUT, .fd = -1};
    mc_timer_init(&child->kill_timer, "child-kill", on_kill_time, child);
    return child;
}

static int watch_child(struct mc_child *child)
{
    int r = mc_watch_add(&child->watch, child->loop, child->pidfd, MC_WATCH_READ, on_pidfd, child);

    for (size_t i = 0; r == 0 && i < MC_LENGTH_OF(child->out); i++)
        if (child->out[i].fd >= 0)
            r = mc_watch_add(&child->out[i].watch, child->loop, child->out[i].fd, MC_WATCH_READ, on_output,
                             &child->out[i]);
    return r;
}

/* Whoever starts it, there is a pidfd afterwards. */
static int begin(struct mc_child *child, const struct mc_child_spec *spec, const int out_fds[2], const char **step)
{
    if (spec->hands) {
        child->hands = spec->hands;
        int r = spec->hands->start(spec->hands, spec->errand, spec, out_fds, &child->pid, &child->pidfd, step);
        child->running = r == 0;
        return r;
    }
    int r = mc_child_fork(spec, out_fds, &child->pid, step);
    if (r < 0)
        return r;
    child->ours = child->running = true;
    *step = "pidfd";
    child->pidfd = mc_process_pidfd(child->pid);
    return child->pidfd < 0 ? child->pidfd : 0;
}

/* Makes the pipes for stdout and stderr: our ends in @child, the process's in @ret_fds. */
static int make_pipes(struct mc_child *child, int ret_fds[2])
{
    for (size_t i = 0; child->events.on_line && i < MC_LENGTH_OF(child->out); i++) {
        int fds[2];
        if (pipe2(fds, O_CLOEXEC) < 0)
            return -errno;
        child->out[i].fd = fds[0];
        ret_fds[i] = fds[1];
        if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
            return -errno;
    }
    return 0;
}

int mc_child_spawn(struct mc_loop *loop, const struct mc_child_spec *spec, const struct mc_child_events *events,
                   void *ctx, struct mc_child **ret_child)
{
    struct mc_child *child = child_new(loop, events, ctx, spec->name ? spec->name : spec->program);
    const char *unasked, **step = spec->ret_step ? spec->ret_step : &unasked;
    int fds[2] = {-1, -1};

    *step = "memory";
    if (!child)
        return -ENOMEM;
    *step = "pipe";
    int r = spec->out_fds ? 0 : make_pipes(child, fds);
    if (r == 0)
        r = begin(child, spec, spec->out_fds ? spec->out_fds : fds, step);
    for (size_t i = 0; i < MC_LENGTH_OF(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    if (r == 0)
        r = watch_child(child);
    if (r < 0)
        mc_child_free(child);
    else
        *ret_child = child;
    return r;
}

int mc_child_adopt(struct mc_loop *loop, int pidfd, pid_t pid, const char *name, const struct mc_child_events *events,
                   void *ctx, struct mc_child **ret_child)
{
    struct mc_child *child = child_new(loop, events, ctx, name);

    if (!child)
        return -ENOMEM;
    child->pidfd = pidfd;
    child->pid = pid;
    child->running = true;
    int r = watch_child(child);
    if (r < 0) {
        child->pidfd = -1; /* stays the caller's */
        mc_child_release(child);
        return r;
    }
    *ret_child = child;
    return 0;
}

void mc_child_hand_over(struct mc_child *child, const struct mc_child_hands *hands)
{
    child->hands = hands;
}

int mc_child_pid_of(int pidfd, pid_t *ret_pid)
{
    char path[64], line[128];
    int pid = 0;

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
    FILE *info = fopen(path, "re");
    if (!info)
        return -EBADF;
    while (pid == 0 && fgets(line, sizeof(line), info))
        if (sscanf(line, "Pid: %d", &pid) != 1)
            pid = 0;
    fclose(info);
    if (pid == 0)
        return -EBADF;
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    if (pid < 0 || poll(&ended, 1, 0) > 0) /* the second while nobody has buried it */
        return -ESRCH;
    *ret_pid = pid;
    return 0;
}

pid_t mc_child_pid(const struct mc_child *child)
{
    return child->pid;
}

int mc_child_pidfd(const struct mc_child *child)
{
    return child->pidfd;
}

bool mc_child_running(const struct mc_child *child)
{
    return child->running;
}

void mc_child_release(struct mc_child *child)
{
    release(child);
    child->freed = true;
    enter(child);
    leave(child);
}

static void kill_and_bury(struct mc_child *child)
{
    struct pollfd dead = {.fd = child->pidfd, .events = POLLIN};
    int status;

    child->stopping = true;
    kill_group(child, SIGKILL);
    if (child->pidfd < 0) { /* born without one */
        waitpid(child->pid, NULL, 0);
        return;
    }
    while (poll(&dead, 1, BURY_MS) < 0 && errno == EINTR)
        ;
    if (bury(child, &status) < 0)
        mc_err("%s (pid %d) cannot be killed: it hangs in the kernel", child->name, (int)child->pid);
}

void mc_child_free(struct mc_child *child)
{
    if (!child || child->freed)
        return;
    if (child->running)
        kill_and_bury(child);
    mc_child_release(child);
}

void mc_child_status_text(int wait_status, char *out, size_t out_bytes)
{
    if (wait_status != MC_CHILD_STATUS_UNKNOWN && WIFEXITED(wait_status)) {
        snprintf(out, out_bytes, "exit code %d", WEXITSTATUS(wait_status));
    } else if (wait_status != MC_CHILD_STATUS_UNKNOWN && WIFSIGNALED(wait_status)) {
        const char *name = sigabbrev_np(WTERMSIG(wait_status));
        snprintf(out, out_bytes, "killed by SIG%s", name ? name : "?");
    } else {
        snprintf(out, out_bytes, "ended (how is not known)");
    }
}
