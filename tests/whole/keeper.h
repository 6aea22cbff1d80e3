/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_KEEPER_H
#define MICROCAT_TESTS_KEEPER_H

/*
 * systemd's part in a restart: keeps the descriptors that the daemon leaves (FDSTORE) and hands them to the next one.
 * It listens in a thread of its own, because a service manager that does not read holds the daemon up.
 */

#include "whole.h"

#define KEEPER_FDS 16

struct keeper;

struct keeper *keeper_new(struct whole *w);
void keeper_free(struct keeper *keeper);
/** Starts the daemon with what is kept, and waits for READY=1. */
void keeper_start(struct keeper *keeper, struct whole *w);
/** Waits until @n descriptors are kept. */
void keeper_holds(struct keeper *keeper, unsigned n);
/** Takes one away; 0 when there was none. */
int keeper_drop(struct keeper *keeper, const char *name);
/** Adds one; takes @fd. */
void keeper_add(struct keeper *keeper, const char *name, int fd);

#endif
