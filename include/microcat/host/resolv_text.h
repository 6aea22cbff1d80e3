/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_RESOLV_TEXT_H
#define MICROCAT_HOST_RESOLV_TEXT_H

/*
 * The text of a resolv.conf with our servers in it, and without them. They stand in a block between two marked lines,
 * which name the daemon that owns it; what stands outside is never changed, not by a byte. Pure functions.
 */

#include <stdbool.h>
#include <stddef.h>

/** The C library asks no more servers than these, the first in the file. */
#define MC_RESOLV_SERVERS_MAX 3
/** What is longer is no resolv.conf, and left alone. */
#define MC_RESOLV_TEXT_BYTES 65536

struct mc_resolv_block {
    const char *owner;  /* of the block: the daemon's instance; no white space */
    const char *ifname; /* whose servers they are */
    const char *const *servers;
    size_t n_servers;
    bool first;   /* before the others' servers, because those cannot be reached; else behind them */
    bool no_file; /* there is none yet: taking the block out removes the file */
};

/**
 * @text without @owner's block; everybody else's text as it is. *@ret_text is allocated, the caller's.
 * *@ret_remove (may be NULL): the file was made for the block, and nothing is left in it. 1 when there was a block, 0
 * when there was none (*@ret_text is a copy then), -ENOMEM.
 */
int mc_resolv_without(const char *text, const char *owner, char **ret_text, bool *ret_remove);

/**
 * @text, which has no block of this owner, with one. Behind the others' servers it has as many of ours as the C
 * library will ask; when that is none there is no block. Servers that others gave already are left out.
 * *@ret_text is allocated, the caller's. How many of our servers are in it, or -ENOMEM.
 */
int mc_resolv_with(const char *text, const struct mc_resolv_block *block, char **ret_text);

/** The address of the next "nameserver" line of *@at, moving *@at behind it; false: there is none.
 */
bool mc_resolv_next(const char **at, char *out, size_t out_bytes);

/** Can @address be reached, but not through @ifname? */
typedef bool mc_resolv_reach_fn(const char *address, const char *ifname);
/** @text names servers beside @ours, and none of them can be reached without @ifname. */
bool mc_resolv_others_are_dead(const char *text, const char *const *ours, size_t n_ours, mc_resolv_reach_fn *reach,
                               const char *ifname);

#endif
