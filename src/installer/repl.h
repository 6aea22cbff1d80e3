/* SPDX-License-Identifier: MIT */
#ifndef INSTALLER_REPL_H
#define INSTALLER_REPL_H

/*
 * MicroPython's raw REPL over a tty (docs: "MicroPython Interactive Interpreter Mode"): code goes in, what it prints
 * comes out. Plain raw mode, which every port has. Blocking, each call with a deadline.
 */

#include <microcat/io/loop.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct repl;

/** Opens @path. 0, or what mc_port_open() says. */
int repl_open(struct mc_loop *loop, const char *path, struct repl **ret_repl);
/** NULL is fine. */
void repl_close(struct repl *repl);

/** Interrupts what runs and enters the raw REPL: 0; -EPROTO: what answers is no MicroPython; -ETIMEDOUT: nobody
 * answers; -ENODEV: it was pulled. */
int repl_enter(struct repl *repl);
/**
 * Runs @code. What it printed is in @out, the end of it. 0; -EREMOTEIO: it raised, and @out has the exception's
 * last line; -ETIMEDOUT, -ENODEV.
 */
int repl_run(struct repl *repl, const char *code, int64_t timeout_ms, char *out, size_t out_bytes);
/** Sends @code whose end nobody hears of: a reset. 0 or -errno. */
int repl_leave_with(struct repl *repl, const char *code);

/** On any tty: sends @text, waits for @answer. 0, -ETIMEDOUT, -ENODEV. */
int repl_ask(struct repl *repl, const char *text, const char *answer, int64_t timeout_ms);
/** The speed of this side of the line. 0, -EINVAL (the tty cannot do it), -ENODEV or another -errno. */
int repl_set_baud(struct repl *repl, uint32_t baud);
/** A BREAK of this length, if the tty has one. 0 or -errno. */
int repl_break(struct repl *repl, int64_t ms);
/** DSR: 1, 0 or -errno. */
int repl_dsr(struct repl *repl);

#endif
