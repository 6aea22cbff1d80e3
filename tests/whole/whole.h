/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_WHOLE_H
#define MICROCAT_TESTS_WHOLE_H

/*
 * A whole microcatd in a directory of its own: its configuration, socket and state, the simulated board on a pty, the
 * stand-in for pppd, all in a network namespace of the test program's. Everything here waits for events: a readiness
 * message, the end of a process, a line in a log, an answer. What does not come within WHOLE_MS, which is long enough
 * for a slow and busy machine, fails the test, and so does at once the end of the process that should have brought it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#define WHOLE_MS     60000
#define WHOLE_NOBODY 65534 /* somebody else's user and group */

struct whole_process {
    const char *name;
    pid_t pid; /* 0: none */
    int pidfd;
    char log[128]; /* what it says on standard output and error */
    size_t seen;   /* of the log, by whole_said() */
};

struct whole {
    char dir[64], conf[96], tty[96], socket[96];
    struct whole_process sim, daemon, other;
    struct whole_process systemd; /* its log has what the daemon told it */
    unsigned uid;                 /* the daemon's, when not 0 */
    const char *environment;      /* more for the daemon: "NAME=value|..." */

    /* systemd.c */
    pthread_t listener;
    int notify_fd, notify_log;
    bool keeps; /* the descriptor store; false: as with FileDescriptorStoreMax=0 */
    pthread_mutex_t store_lock;
    struct {
        char name[32];
        int fd;
    } stored[8];
    size_t n_stored;

    bool ended;
    char out[262144]; /* of the last microcatctl, both streams */
};

/** The network namespace and, without root, nothing at all. For cmocka's group setup. */
int whole_world(void **state);
int whole_setup(void **state);
/** Kills what still runs; of a test that failed it prints the logs. */
int whole_teardown(void **state);
#define WHOLE_TEST(test) cmocka_unit_test_setup_teardown(test, whole_setup, whole_teardown)

/* ---- tables whose rows take a world each (rows.c) ---- */

/**
 * Calls @run for each of @n rows, each in a process, a network namespace and a world of its own, a few at once: the
 * next one starts when one has ended. They start in their order, so what takes longest stands best in front. Fails when
 * a row did; what that one said is printed behind its @name. What @run changes in memory is its own.
 */
void whole_rows(size_t n, const char *(*name)(size_t row), void (*run)(struct whole *w, size_t row));

/* ---- processes (process.c); words are parted by '|' ---- */

int64_t whole_clock_ms(void);

/** Calls run in the multiplexer; with WHOLE_MULTIPLEX=no in the environment they run on the plain line. */
bool whole_muxed(void);
/** Waits for @events on @fd until @until_ms; false: too late. */
bool whole_poll(int fd, short events, int64_t until_ms);
/** @program: its path. @uid 0: as we are. @environment: NULL, or "NAME=value|NAME=value". */
void whole_spawn(struct whole *w, struct whole_process *process, const char *program, const char *words,
                 const char *environment, unsigned uid);
/** Waits for the end: the exit status, or 1000 + the signal. */
int whole_ended(struct whole *w, struct whole_process *process);
void whole_kill(struct whole_process *process, int signo);
/** Waits until the log says @text behind what was seen before. */
void whole_said(struct whole *w, struct whole_process *process, const char *text);
/** The whole file; the caller's. "" when there is none. */
char *whole_read(const char *path);
void whole_write(const struct whole *w, const char *name, const char *text, int mode);
/** Skips the test where we cannot start programs as somebody else, or give him what is ours. */
void whole_need_nobody(void);
/** Copies a program into the test's directory, for somebody else to start: where the build is, he may not look. */
void whole_copy(const struct whole *w, const char *program, const char *name, char *path, size_t path_bytes);
void whole_program(const struct whole *w, char *path, size_t path_bytes, const char *name);

/* ---- in systemd's place (systemd.c) ---- */

int whole_systemd_start(struct whole *w);
void whole_systemd_stop(struct whole *w);
/** What a daemon needs in its environment to find the kept descriptors (sd_listen_fds(3)), but for LISTEN_PID:
 * "A=b|C=d". */
void whole_systemd_environment(const struct whole *w, char *text, size_t bytes);
/** In the daemon's process, before it becomes one: the kept descriptors, where it looks for them. */
void whole_systemd_hand_over(const struct whole *w);
/** Waits until so many descriptors are kept. */
void whole_store_holds(struct whole *w, size_t n);
/** Loses a kept descriptor, or keeps one more (which it takes over). */
void whole_store_drop(struct whole *w, const char *name);
void whole_store_add(struct whole *w, const char *name, int fd);

/* ---- the network (net.c) ---- */

/** IPv4 default routes, of all, or (@ifname not NULL) of this interface with this metric. */
unsigned whole_default_routes(const char *ifname, int metric);
/** An echo through the link, within WHOLE_MS. Sent again every second: a packet may be lost in a restart. */
void whole_ping(struct whole *w);
/** Sends @n of @bytes at once through the call. @return a socket for whole_pings_back(), which closes it: how many are
 * answered, each once, until @n are or nothing came for so long. */
int whole_pings(struct whole *w, unsigned n, size_t bytes);
unsigned whole_pings_back(int fd, unsigned n, int64_t quiet_ms);

/* ---- the board (board.c) ---- */

void whole_sim_start(struct whole *w, const char *words);
/** One line to the simulator; its answer must be "ok". Returns what stood before that. */
const char *whole_sim(struct whole *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
int64_t whole_sim_count(struct whole *w, const char *name);
/** Asks until it is so. */
void whole_sim_wait(struct whole *w, const char *name, const char *value);

/* ---- the daemon (daemon.c) ---- */

/** Writes the configuration: what every test needs, then @more, which wins. */
void whole_config(struct whole *w, const char *more);
/** Starts it and waits for READY=1. */
void whole_start(struct whole *w, const char *words);
/** Starts it; returns how it ended by itself. */
int whole_start_in_vain(struct whole *w, const char *words);
/** SIGTERM, and the end within @bound_ms: its exit status is 0, and no sanitizer has complained. */
void whole_stop(struct whole *w, int64_t bound_ms);
/** Simulator, daemon, online. */
void whole_online(struct whole *w, const char *sim_words, const char *more_config);
/** The end of every test that came through: all stops in order. */
void whole_end(struct whole *w);
/** Descriptors that are open when nothing comes and goes: the fewest in twenty looks. */
int whole_fds_quiet(struct whole *w);
/** Waits until no more than so many are open: clients that went and children that were killed are seen to soon. */
void whole_fds_settle(struct whole *w, int fds);
/** Resident memory of its own; pages of files come and go as the host pleases. */
int64_t whole_anon_kib(const struct whole *w);

/* ---- asking it (ask.c) ---- */

/** microcatctl: its exit status; what it said is in w->out. */
int whole_ctl(struct whole *w, const char *words);
/** The same, which must end with @status and have said @text. */
void whole_ctl_says(struct whole *w, const char *words, int status, const char *text);
/** Waits for a state. */
void whole_wait(struct whole *w, const char *state);
/** status --json; the caller's. */
json_t *whole_status(struct whole *w);
/** One value of the status by its path ("ppp.local"): text as it is, else as JSON. */
const char *whole_get(struct whole *w, const char *path);
int64_t whole_get_int(struct whole *w, const char *path);
/** Waits until the status has it so; asks again at every event that the daemon tells. */
void whole_until(struct whole *w, const char *path, const char *value);
/** A connection to the socket. */
int whole_connect(struct whole *w);
void whole_send(int fd, const void *data, size_t len_bytes);
/** One message (up to its NUL), or "" at the connection's end; NULL: too late. */
const char *whole_receive(struct whole *w, int fd, int64_t timeout_ms);

#endif
