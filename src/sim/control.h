/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_CONTROL_H
#define MICROCAT_SIM_CONTROL_H

/* The control socket: a UNIX stream, one command a line, its answer's lines closed by "ok" or "error REASON". */

#include "board.h"
#include "pump.h"

struct sim_control;

/** Runs one line: the program's own commands first, then the board's. Always ends with "ok" or "error". */
typedef void sim_control_fn(void *ctx, const char *line, sim_reply_fn *reply, void *reply_ctx);

/** Listens at @path (replacing a dead socket; mode 0600). 0 or -errno. */
int sim_control_new(struct sim_pump *pump, const char *path, sim_control_fn *fn, void *ctx, struct sim_control **ret);
void sim_control_free(struct sim_control *control);

/** The other end: sends @line to @path and prints the answer. 0, -EPROTO when it was an error, -errno. */
int sim_control_send(const char *path, const char *line);

#endif
