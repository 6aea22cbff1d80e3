/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_PUMP_H
#define MICROCAT_SIM_PUMP_H

/* The program's loop: poll() on a handful of descriptors, and the timer queue on CLOCK_MONOTONIC. */

#include <microcat/base/timerq.h>
#include <poll.h>
#include <stdbool.h>

struct sim_pump;
typedef void sim_pump_fn(void *ctx, short events);

/** NULL: no memory. */
struct sim_pump *sim_pump_new(void);
void sim_pump_free(struct sim_pump *pump);
struct mc_timerq *sim_pump_queue(struct sim_pump *pump);

/** Watches @fd (at most 16; borrowed): 0 or -ENOSPC. Removing and adding from callbacks is fine. */
int sim_pump_add(struct sim_pump *pump, int fd, short events, sim_pump_fn *fn, void *ctx);
/** Changes what is watched; 0 pauses it, errors included. Harmless for an unknown @fd, as is removing. */
void sim_pump_set(struct sim_pump *pump, int fd, short events);
void sim_pump_remove(struct sim_pump *pump, int fd);

/** Runs until sim_pump_stop(). 0 or -errno. */
int sim_pump_run(struct sim_pump *pump);
void sim_pump_stop(struct sim_pump *pump);

#endif
