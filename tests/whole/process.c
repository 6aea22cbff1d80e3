/* SPDX-License-Identifier: MIT */
#include "whole.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS 40

extern char **environ;

int64_t whole_clock_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool whole_poll(int fd, short events, int64_t until_ms)
{
    struct pollfd poller = {.fd = fd, .events = events};
    int64_t left_ms;
    int n;

    do {
        left_ms = until_ms - whole_clock_ms();
        n = poll(&poller, 1, left_ms > 0 ? (int)left_ms : 0);
    } while (n < 0 && errno == EINTR);
    return n == 1;
}

static int part(char *text, char **words, int n)
{
    char *save = NULL;

    for (char *word = strtok_r(text, "|", &save); word && n < WORDS - 1; word = strtok_r(NULL, "|", &save))
        words[n++] = word;
    words[n] = NULL;
    return n;
}

/* In the child: nothing of ours but the log, nobody's rights but @uid's, and no life beyond ours. */
static void become(const struct whole *w, const struct whole_process *process, const char *program, char *words,
                   char *environment, unsigned uid)
{
    char *argv[WORDS] = {NULL}, *more[WORDS] = {NULL};
    int out = open(process->log, O_WRONLY | O_CREAT | O_APPEND, 0644), in = open("/dev/null", O_RDONLY);

    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    size_t handed = process == &w->daemon ? w->n_stored : 0;
    if (handed)
        whole_systemd_hand_over(w);
    syscall(SYS_close_range, 3 + handed, ~0U, 0);
    argv[0] = strdup(program);
    part(words, argv, 1);
    part(environment, more, 0);
    for (char **variable = more; *variable; variable++)
        putenv(*variable);
    if (uid && (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0))
        _exit(127);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execv(program, argv);
    dprintf(2, "%s: %s\n", program, strerror(errno));
    _exit(127);
}

void whole_spawn(struct whole *w, struct whole_process *process, const char *program, const char *words,
                 const char *environment, unsigned uid)
{
    assert_int_equal(process->pid, 0);
    snprintf(process->log, sizeof(process->log), "%s/%s.log", w->dir, process->name);
    close(open(process->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)); /* there to be watched */
    process->pid = fork();
    assert_true(process->pid >= 0);
    if (process->pid == 0)
        become(w, process, program, strdup(words ? words : ""), strdup(environment ? environment : ""), uid);
    process->pidfd = pidfd_open(process->pid, 0);
    assert_true(process->pidfd >= 0);
}

static int reap(struct whole_process *process)
{
    int status = 0;

    waitpid(process->pid, &status, 0);
    close(process->pidfd);
    process->pid = 0;
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

int whole_ended(struct whole *w, struct whole_process *process)
{
    assert_true(process->pid > 0);
    if (!whole_poll(process->pidfd, POLLIN, whole_clock_ms() + WHOLE_MS))
        fail_msg("%s does not end", process->name);
    return reap(process);
}

void whole_kill(struct whole_process *process, int signo)
{
    if (process->pid <= 0)
        return;
    kill(process->pid, signo);
    if (signo == SIGKILL)
        reap(process);
}

char *whole_read(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t bytes = 0;

    if (!file || getdelim(&text, &bytes, '\0', file) < 0) {
        free(text);
        text = strdup("");
    }
    if (file)
        fclose(file);
    return text;
}

/* Whose end is the end of the log: systemd's is written for the daemon. */
static int end_of(const struct whole *w, const struct whole_process *process)
{
    if (process->pid)
        return process->pidfd;
    return process == &w->systemd && w->daemon.pid ? w->daemon.pidfd : -1;
}

/* The dead say nothing more; what they said last is there to be read once. */
static bool wait_for_more(int watch, int end, int64_t until_ms)
{
    struct pollfd pollers[] = {{.fd = watch, .events = POLLIN}, {.fd = end, .events = POLLIN}};
    int64_t left_ms = until_ms - whole_clock_ms();

    return left_ms > 0 && poll(pollers, 2, (int)left_ms) > 0 && pollers[0].revents;
}

static bool says(struct whole_process *process, const char *text)
{
    char *all = whole_read(process->log);
    const char *at = strlen(all) >= process->seen ? strstr(all + process->seen, text) : NULL;

    if (at)
        process->seen = (size_t)(at - all) + strlen(text);
    free(all);
    return at != NULL;
}

void whole_said(struct whole *w, struct whole_process *process, const char *text)
{
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), end = end_of(w, process);
    char events[4096];

    if (watch < 0)
        fail_msg("no inotify instance: %s", strerror(errno));
    assert_true(inotify_add_watch(watch, process->log, IN_MODIFY) >= 0);
    while (!says(process, text)) {
        if (!wait_for_more(watch, end, until_ms))
            fail_msg("%s %s \"%s\"", process->name,
                     whole_clock_ms() < until_ms ? "ended without a word of" : "did not say", text);
        while (read(watch, events, sizeof(events)) > 0)
            ;
    }
    close(watch);
}

void whole_write(const struct whole *w, const char *name, const char *text, int mode)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", w->dir, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, (mode_t)mode), 0);
}

void whole_program(const struct whole *w, char *path, size_t path_bytes, const char *name)
{
    const char *bin = getenv(name);

    if (!bin)
        fail_msg("%s is not in the environment", name);
    snprintf(path, path_bytes, "%s", bin);
}
