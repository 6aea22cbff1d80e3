/* SPDX-License-Identifier: MIT */
#include "child_spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/cleanup.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void default_signals(void)
{
    const struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int signo = 1; signo < NSIG; signo++)
        sigaction(signo, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Everything from @first on closes with execve(); until then the pipe that tells of its failure is needed. */
static void close_from(int first)
{
    struct rlimit limit;

    if (close_range((unsigned)first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    getrlimit(RLIMIT_NOFILE, &limit); /* a sandbox that does not know close_range() */
    for (int fd = first; fd < (int)(limit.rlim_cur > 65536 ? 65536 : limit.rlim_cur); fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/*
 * Puts descriptors in their places: @from[i] becomes i. All are first moved out of the way, so that no place is taken
 * by one that is still to be moved.
 */
static int place_fds(int *from, int n)
{
    for (int i = 0; i < n; i++) {
        from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, n + 1);
        if (from[i] < 0)
            return -errno;
    }
    for (int i = 0; i < n; i++)
        if (dup2(from[i], i) < 0)
            return -errno;
    return 0;
}

/* What the child tells of its failure. It is the same program up to execve(): the words are where they are here. */
struct report {
    int error;
    const char *step;
};

/* In the child: only async-signal-safe calls. Returns only on failure. */
static int become(const struct mc_child_spec *spec, const int out_fds[2], int *ret_report_fd, const char **ret_step)
{
    static const char *const no_env[] = {NULL};
    int from[3 + MC_CHILD_MAX_INHERIT], n = 3 + (int)spec->n_inherit, null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    *ret_step = "/dev/null";
    if (null_fd < 0)
        return -errno;
    *ret_step = "descriptors";
    /* The report pipe must not stand where a descriptor is going to be placed. */
    int report = fcntl(*ret_report_fd, F_DUPFD_CLOEXEC, 3 + MC_CHILD_MAX_INHERIT + 1);
    if (report < 0)
        return -errno;
    *ret_report_fd = report;
    from[0] = spec->stdin_fd >= 0 ? spec->stdin_fd : null_fd;
    for (int i = 0; i < 2; i++)
        from[1 + i] = out_fds[i] >= 0 ? out_fds[i] : null_fd;
    for (size_t i = 0; i < spec->n_inherit; i++)
        from[3 + i] = spec->inherit[i];
    int r = place_fds(from, n);
    if (r < 0)
        return r;
    *ret_step = "session";
    if (setsid() < 0 || (spec->stdin_is_tty && ioctl(0, TIOCSCTTY, 0) < 0))
        return -errno;
    close_from(n);
    default_signals();
    *ret_step = "exec";
    execve(spec->program, (char *const *)spec->argv, (char *const *)(spec->envp ? spec->envp : no_env));
    return -errno;
}

/* Reads what the child reports: nothing when execve() closed the pipe, else its -errno. */
static int read_report(int fd, const char **ret_step)
{
    struct report report = {0};
    ssize_t n;

    do
        n = read(fd, &report, sizeof(report));
    while (n < 0 && errno == EINTR);
    if (n == sizeof(report))
        *ret_step = report.step;
    return n < 0 ? -errno : n == sizeof(report) ? report.error : 0;
}

int mc_child_fork(const struct mc_child_spec *spec, const int out_fds[2], pid_t *ret_pid, const char **ret_step)
{
    sigset_t all, before;
    int pipe_fds[2];

    *ret_step = "pipe";
    if (spec->n_inherit > MC_CHILD_MAX_INHERIT)
        return -EINVAL;
    if (pipe2(pipe_fds, O_CLOEXEC) < 0)
        return -errno;
    _cleanup_close_ int read_fd = pipe_fds[0];
    _cleanup_close_ int write_fd = pipe_fds[1];
    /* A signal that came to the child before its handlers are reset would be reported to the daemon's loop. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    *ret_step = "fork";
    pid_t pid = fork();
    if (pid == 0) {
        struct report report;
        report.error = become(spec, out_fds, &write_fd, &report.step);
        ssize_t n = write(write_fd, &report, sizeof(report));
        _exit(n == sizeof(report) ? 127 : 126);
    }
    int r = pid < 0 ? -errno : 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (r < 0)
        return r;
    close(MC_TAKE_FD(write_fd));
    r = read_report(read_fd, ret_step);
    if (r == 0) {
        *ret_pid = pid;
        return 0;
    }
    kill(pid, SIGKILL); /* dead already, but for the case that its report could not be read */
    waitpid(pid, NULL, 0);
    return r;
}
