/* SPDX-License-Identifier: MIT */
#ifndef PPP_NAMES_PROGRAM_H
#define PPP_NAMES_PROGRAM_H

/*
 * The link's DNS servers to a resolvconf program, Debian's or openresolv: one run of it at a time, each bounded. Where
 * a record stands among the others follows from its name (Debian: interface-order; openresolv: dynamic_order) and its
 * metric (openresolv).
 */

#include <stdbool.h>
#include <stdint.h>

struct mc_loop; /* io/loop.h */
struct names_program;

enum names_form {
    NAMES_BEHIND = 1 << 0, /* as ppp* with a metric: behind Ethernet and WLAN */
    NAMES_FIRST = 1 << 1,  /* as tun0*: before them, and behind a local resolver */
};

/** What was asked for is done: 0, or -errno. */
typedef void names_program_fn(void *ctx, int result);

/** @program and @owner are copied. NULL: no memory. */
struct names_program *names_program_new(struct mc_loop *loop, const char *program, const char *owner,
                                        names_program_fn *fn, void *ctx);
/** What was given stays; what was taken back is taken back by a process that outlives us. NULL is fine. */
void names_program_free(struct names_program *program);

/** @text: lines as in resolv.conf, copied. In the place of what was given before, in whichever form. */
int names_program_give(struct names_program *program, enum names_form form, const char *text, uint32_t metric);
/** Also what a daemon before this one gave. @fn is not called. */
void names_program_take_back(struct names_program *program);
/** Is a record still there, or may be, that should not? */
bool names_program_owes(const struct names_program *program);
/** What could not be run, or did not come to its end, is tried again. */
void names_program_go_on(struct names_program *program);

/** Is it a resolvconf that takes servers by itself, and not systemd's, which is resolvectl in disguise? */
bool names_program_usable(const char *path);

#endif
