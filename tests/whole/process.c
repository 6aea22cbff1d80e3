/* SPDX-License-Identifier: MIT */
#include "whole.h"

#include <errno.h>
#include <fcntl.h>
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

/* What a process is to be, made before it is: between fork() and execve() in a program with threads (systemd.c has one)
 * only what is async-signal-safe may be called, which malloc() is not; a lock that the other thread held stays locked.
 */
struct birth {
    const char *program, *log;
    char *words, *more; /* what argv and environment point into */
    char *argv[WORDS];
    char **environment;       /* ours before what we have, because the first of a name counts */
    char listen_pid[24];      /* known to the child only */
    char listen[320];         /* of the kept descriptors */
    const struct whole *kept; /* NULL: none to hand over */
    unsigned uid;
};

static size_t part(char *text, char **words, size_t n)
{
    char *save = NULL;

    for (char *word = strtok_r(text, "|", &save); word && n < WORDS - 1; word = strtok_r(NULL, "|", &save))
        words[n++] = word;
    words[n] = NULL;
    return n;
}

static void conceive(struct birth *birth, const char *words, const char *environment)
{
    char *more[WORDS];
    size_t n_ours = 0, n = 0;

    birth->words = strdup(words ? words : "");
    birth->more = strdup(environment ? environment : "");
    birth->argv[0] = (char *)birth->program;
    part(birth->words, birth->argv, 1);
    n_ours = part(birth->more, more, 0);
    if (birth->kept) {
        whole_systemd_environment(birth->kept, birth->listen, sizeof(birth->listen));
        n_ours = part(birth->listen, more, n_ours);
        more[n_ours++] = birth->listen_pid;
    }
    while (environ[n])
        n++;
    birth->environment = calloc(n_ours + n + 1, sizeof(char *));
    memcpy(birth->environment, more, n_ours * sizeof(char *));
    memcpy(birth->environment + n_ours, environ, n * sizeof(char *));
}

/* In the child: nothing of ours but the log, nobody's rights but @uid's, and no life beyond ours. */
static void become(struct birth *birth)
{
    int out = open(birth->log, O_WRONLY | O_APPEND), in = open("/dev/null", O_RDONLY);
    unsigned uid = birth->uid;

    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    if (birth->kept)
        whole_systemd_hand_over(birth->kept);
    syscall(SYS_close_range, 3 + (birth->kept ? birth->kept->n_stored : 0), ~0U, 0);
    snprintf(birth->listen_pid, sizeof(birth->listen_pid), "LISTEN_PID=%d", (int)getpid());
    if (uid && (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, uid, uid, uid) < 0 ||
                syscall(SYS_setresuid, uid, uid, uid) < 0))
        _exit(127);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execve(birth->program, birth->argv, birth->environment);
    dprintf(2, "%s: %s\n", birth->program, strerror(errno));
    _exit(127);
}

void whole_spawn(struct whole *w, struct whole_process *process, const char *program, const char *words,
                 const char *environment, unsigned uid)
{
    struct birth birth = {.program = program, .log = process->log, .uid = uid};

    assert_int_equal(process->pid, 0);
    snprintf(process->log, sizeof(process->log), "%s/%s.log", w->dir, process->name);
    close(open(process->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)); /* there to be watched */
    pthread_mutex_lock(&w->store_lock);
    birth.kept = process == &w->daemon && w->n_stored > 0 ? w : NULL;
    conceive(&birth, words, environment);
    process->pid = fork();
    if (process->pid == 0)
        become(&birth);
    pthread_mutex_unlock(&w->store_lock);
    free(birth.words);
    free(birth.more);
    free(birth.environment);
    assert_true(process->pid > 0);
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

/* Of a process that lives and keeps silent: its program, its state, where in the kernel it waits. */
static const char *whereabouts(const struct whole_process *process)
{
    static const char *const files[] = {"stat", "wchan"};
    static char text[2][64];
    static char both[160];
    char path[64];

    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "/proc/%d/%s", (int)process->pid, files[i]);
        char *all = whole_read(path);
        snprintf(text[i], sizeof(text[i]), "%s", all);
        free(all);
    }
    snprintf(both, sizeof(both), ": it is %s, and waits in %s", text[0], text[1]);
    return both;
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
        if (!wait_for_more(watch, end, until_ms)) {
            if (whole_clock_ms() < until_ms)
                fail_msg("%s ended without a word of \"%s\"", process->name, text);
            fail_msg("%s did not say \"%s\"%s", process->name, text, process->pid ? whereabouts(process) : "");
        }
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
