/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_CHILD_H
#define MICROCAT_IO_CHILD_H

/*
 * Child processes in a clean room: explicit arguments and environment, no descriptor but their own, default signals, a
 * session of their own (a Ctrl-C for the daemon does not hit them), watched by pidfd. Nobody else may wait for them: no
 * SIGCHLD handler, no wait(-1).
 */

#include <microcat/io/loop.h>
#include <stddef.h>
#include <sys/types.h>

struct mc_child;

enum mc_child_stream { MC_CHILD_STDOUT = 1, MC_CHILD_STDERR = 2 };

/** A wait status that nobody can know: the process was not our child (adopted after a restart). */
#define MC_CHILD_STATUS_UNKNOWN (-1)

/** Longest line that on_line gets; what a line has beyond is dropped. */
#define MC_CHILD_LINE_BYTES 1024

struct mc_child_events {
    /** A line of the child's output, without its end, control characters as they are. NULL: output goes to /dev/null.
     */
    void (*on_line)(void *ctx, enum mc_child_stream stream, const char *line);
    /**
     * It ended; all its lines came before. @wait_status as waitpid() gives it (WIFEXITED() ...), or
     * MC_CHILD_STATUS_UNKNOWN. Called once; mc_child_free() is due, here or later.
     */
    void (*on_exit)(void *ctx, int wait_status);
};

struct mc_child_spec;

/**
 * Who starts, signals and asks after a process that is another's child: one that has the rights. The process is watched
 * by its pidfd all the same.
 */
struct mc_child_hands {
    int errand; /* the hands' own */
    /** As mc_child_spawn(), with @out_fds for stdout and stderr. @ret_pidfd becomes the caller's. */
    int (*start)(const struct mc_child_hands *hands, const void *errand, const struct mc_child_spec *spec,
                 const int out_fds[2], pid_t *ret_pid, int *ret_pidfd, const char **ret_step);
    /** 0 or -errno. */
    int (*signal)(const struct mc_child_hands *hands, pid_t pid, int signo);
    /** After its end: its wait status, or MC_CHILD_STATUS_UNKNOWN. */
    int (*status)(const struct mc_child_hands *hands, pid_t pid);
};

struct mc_child_spec {
    const char *program;     /* path; no search along PATH */
    const char *const *argv; /* NULL-ended, argv[0] included */
    const char *const *envp; /* NULL-ended; NULL: an empty environment */
    int stdin_fd;            /* becomes 0; negative: /dev/null. Borrowed. */
    bool stdin_is_tty;       /* stdin_fd is a tty that becomes the controlling terminal */
    const int *inherit;      /* these become 3, 4, ... in this order. Borrowed. */
    size_t n_inherit;        /* at most 8 */
    const int *out_fds;      /* these two become 1 and 2, and on_line gets nothing; NULL: as on_line says. Borrowed */
    const struct mc_child_hands *hands; /* NULL: this process does it. Static */
    const void *errand;                 /* for hands->start() */
    const char *name;                   /* static, for messages */
    const char *
        *ret_step; /* may be NULL: of a start in vain, what failed: "memory", "pipe", "fork", ..., "exec"; static */
};

/**
 * Starts a process. @events are copied. 0; -ENOENT: no such program; -EACCES: not executable; -ENOEXEC: no program; or
 * another -errno (@spec->ret_step tells a refusal of the program from others). On error nothing was started and nothing
 * is called back.
 */
int mc_child_spawn(struct mc_loop *loop, const struct mc_child_spec *spec, const struct mc_child_events *events,
                   void *ctx, struct mc_child **ret_child);

/** Watches a process by a pidfd kept from a former life of this process. Takes @pidfd on success. 0, -ENOMEM or -errno.
 */
int mc_child_adopt(struct mc_loop *loop, int pidfd, pid_t pid, const char *name, const struct mc_child_events *events,
                   void *ctx, struct mc_child **ret_child);

/** Gives a child that was adopted into other hands. */
void mc_child_hand_over(struct mc_child *child, const struct mc_child_hands *hands);

/**
 * Asks it to end: SIGTERM and SIGCONT (it may be stopped), and SIGKILL when it lives on after @term_ms. Signals go to
 * its whole process group. on_exit tells the end. Repeating it only shortens the time.
 */
void mc_child_stop(struct mc_child *child, int64_t term_ms);

/** Sends @signo to its whole process group, as mc_child_stop() does: of a script what it runs, too. After SIGTERM and
 * SIGKILL nothing of the group is left at its end. 0 or -ESRCH. */
int mc_child_kill_group(struct mc_child *child, int signo);

/** Sends @signo to the process alone. 0 or -errno (-ESRCH: it is over). */
int mc_child_kill(struct mc_child *child, int signo);

/** Whose pidfd is it? 0; -ESRCH: that process has ended; -EBADF: no pidfd at all. */
int mc_child_pid_of(int pidfd, pid_t *ret_pid);
pid_t mc_child_pid(const struct mc_child *child);
/** The pidfd, borrowed: for the service manager's descriptor store. */
int mc_child_pidfd(const struct mc_child *child);
bool mc_child_running(const struct mc_child *child);

/** Forgets it; a running process is killed (SIGKILL) and buried, which blocks for a moment. NULL is fine. Safe in
 * callbacks. */
void mc_child_free(struct mc_child *child);

/** Forgets it and lets the process live on. */
void mc_child_release(struct mc_child *child);

/** "exit code 3", "killed by SIGKILL", "ended (how is not known)". */
void mc_child_status_text(int wait_status, char *out, size_t out_bytes);

#endif
