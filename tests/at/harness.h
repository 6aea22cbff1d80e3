/* SPDX-License-Identifier: MIT */
#ifndef TESTS_AT_HARNESS_H
#define TESTS_AT_HARNESS_H

/* An engine on a clock of its own, that writes down what happens: one line an event, to be compared with what should
 * happen. */

#include <microcat/at/engine.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

struct harness {
    struct mc_timerq *queue;
    struct mc_at *at;
    char log[16384];    /* "AT+CEREG? -> OK [+CEREG: 0,5]", "urc RDY", "late OK" */
    char written[8192]; /* all bytes written */
    int write_error;    /* what write returns */
    void (*on_done)(struct harness *h, const char *text);
    void (*on_urc)(struct harness *h, const char *line);
    struct harness_command {
        struct harness *h;
        char text[1100];
    } commands[160];
    size_t n_commands;
};

void harness_start(struct harness *h);
void harness_stop(struct harness *h);
void harness_log(struct harness *h, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Sends with a deadline of 1 s; the outcome goes to the log. */
int harness_send(struct harness *h, const char *text, const char *prefix, unsigned flags);
size_t harness_feed(struct harness *h, const char *text);
void harness_wait(struct harness *h, int64_t ms);
/** Compares the log and empties it. */
void harness_expect(struct harness *h, const char *log);

#endif
