/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LINK_BENCH_H
#define TESTS_LINK_BENCH_H

/*
 * A machine of the link by itself: requests that only write down that they came, a virtual clock, and tables of
 * {what happens, what is asked for}. What happens is words parted by blanks; "+1500" lets 1500 ms pass; the test
 * program knows the others. What is asked for is the log: "12000 probe|15000 stale ...|", each with the ms since the
 * row began, so that every timer is in it.
 */

#include <microcat/base/cleanup.h>
#include <microcat/base/machine.h>
#include <microcat/daemon/config.h>
#include <microcat/link/link.h>
#include <microcat/policy/witness.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four from setjmp.h on first */
#include <cmocka.h>

#define BENCH_BEGAN_MS 1000000

struct bench {
    struct mc_timerq *queue;
    struct mc_settings settings;
    struct mc_status status;
    struct mc_policy *policy;
    void *machine; /* the one under test */
    char log[16384];

    /* what the requests answer */
    uint64_t rx, tx;
    int probe_result, powered, write_result;
    enum mc_fault call_fault, check_fault, open_fault;
    uint32_t random;
    int64_t last_ms; /* of the log */
};

struct bench_row {
    const char *what;     /* is shown by it, for messages */
    const char *settings; /* "Probe.Interval=10 Probe.Failures=2", or NULL */
    const char *script;
    const char *log;
};

/** Does one word of a script. False: no such word. */
typedef bool bench_word_fn(struct bench *b, const char *word);

/** Every request writes its name into the log; ctx is the bench. */
extern const struct mc_link_requests bench_requests;

/** Queue, settings, status and log; what is logged (base/log.h) is written there, too: "log 4: ...". */
void bench_begin(struct bench *b);
void bench_end(struct bench *b);
/** The same, with a policy. */
void bench_init(struct bench *b);
void bench_done(struct bench *b);
/** A line in the log. */
void bench_say(struct bench *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** The same behind @word, for fakes that are asked with a format of their own. */
void bench_vsay(struct bench *b, const char *word, const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));
/** "no-carrier"; fails the test when there is none of that name. */
enum mc_fault bench_fault(const char *code);
/** The log begins anew. */
void bench_forget(struct bench *b);
/** "Section.Key=value", several parted by blanks. */
void bench_set(struct bench *b, const char *settings);
/** Lets time pass. */
void bench_pass(struct bench *b, int64_t ms);
/** Does a script; @what it is for, for messages. */
void bench_do(struct bench *b, const char *what, const char *script, bench_word_fn *word);
/** Does the row's script; then its log must be as it says. One that is not is printed and counted. */
void bench_play(struct bench *b, const struct bench_row *row, bench_word_fn *word);

/** Every event in one state; a cell an event, in the order of the enum: the state after it, "=" the same one, "-" it is
 * refused: logged, and nothing else, "." nobody outside can send it. @from: the state, with "/more" what a guard looks
 * at. */
struct bench_matrix_row {
    const char *from, *cells;
};
/** Makes a machine, takes it to @from, forgets the log, and sends @event. @return the state after it. */
typedef int bench_try_fn(struct bench *b, const char *from, int event);
void bench_matrix(const struct mc_machine_table *table, const struct bench_matrix_row *rows, size_t n_rows,
                  bench_try_fn *try);

/** Says what is wrong, and counts it. */
void bench_failed(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** Fails the test if a row, or a cell, did. */
void bench_verdict(void);

#endif
