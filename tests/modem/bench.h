/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MODEM_BENCH_H
#define TESTS_MODEM_BENCH_H

/* Line, sequence and the simulated board on one virtual clock: what the sequence does, written down. */

#include <board.h>
#include <microcat/base/buf.h>
#include <microcat/base/cleanup.h>
#include <microcat/daemon/config.h>
#include <microcat/modem/bringup.h>
#include <microcat/modem/finder.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four from setjmp.h on first */
#include <cmocka.h>

struct bench {
    struct mc_timerq *queue;
    struct mc_settings settings;
    struct sim_board *board;
    struct mc_line *line;
    struct mc_bringup *bringup;
    struct mc_bringup_result result;
    bool done, rebooted;
    const char *what;           /* is tried, for messages */
    int64_t began_ms, steps_ms; /* sum of the deadlines of the steps entered */
    unsigned n_steps;
    enum mc_step steps[128];
    char notes[1024]; /* parted by '|' */
    char sent[4096];  /* AT commands, redacted, parted by '|' */
    unsigned attaches, pins, mux_failed;
    bool mux_rests;
    int64_t attach_wait_ms, dial_wait_ms;
    enum mc_fault pin_fault, dial_fault;
    char pin_results[64];                                         /* '+' right, '-' refused */
    struct mc_buf data;                                           /* what came in data mode */
    uint32_t baud;                                                /* of the host */
    int32_t flow;                                                 /* of the host; -1 not set so far */
    uint32_t deaf_at;                                             /* the wire garbles at this speed */
    void (*on_urc)(struct bench *b, const char *line, void *ctx); /* besides the sequence */
    void *on_urc_ctx;
};

/** Every step that any test of this program walked through. */
extern bool bench_walked[MC_STEP_COUNT];

/** A board of @presets ("cold no-flow"), plugged in, and default settings with SORACOM's APN and password. */
struct bench *bench_new(const char *presets);
void bench_free(struct bench *b);
/** Another board instead, of @presets and then @key=@value. */
void bench_board(struct bench *b, const char *presets, const char *key, const char *value);
/** Sends an event to the board (microcat-sim(8)); fails the test when it is refused. */
void bench_inject(struct bench *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Lets time pass. */
void bench_pass(struct bench *b, int64_t ms);
/** Walks from @step to its end, at most @limit_ms. @return the fault. */
enum mc_fault bench_walk_within(struct bench *b, enum mc_step step, int64_t patience_ms, int64_t limit_ms);
/** The same with a limit of the sum of the deadlines of the steps walked. */
enum mc_fault bench_walk(struct bench *b, enum mc_step step);
/** Walks from FIND to CONNECT, or fails the test. */
void bench_online(struct bench *b);
bool bench_stepped(const struct bench *b, enum mc_step step);
/** A number of the board's state. */
int bench_get(struct bench *b, const char *key);

#define _cleanup_bench_ __attribute__((cleanup(bench_freep)))
static inline void bench_freep(struct bench **b)
{
    bench_free(*b);
}

#endif
