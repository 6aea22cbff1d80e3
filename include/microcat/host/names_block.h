/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_NAMES_BLOCK_H
#define MICROCAT_HOST_NAMES_BLOCK_H

/* The link's servers put into a resolv.conf, or taken out: the file is read, and replaced in one step when it is not as
 * it should be. Who else wrote it meanwhile is respected: it is read again. */

#include <microcat/host/resolv_text.h>

struct mc_names_block {
    const char *owner;  /* the instance */
    const char *ifname; /* to give only, as are the servers */
    const char *const *servers;
    size_t n_servers;
    mc_resolv_reach_fn *reach; /* NULL: whoever is there can be reached */
};

/**
 * @path (symlinks followed already) has the block (@give), or has none, after this. How many of ours are asked now,
 * or, taken out, 1 when there was a block and 0 when not; -EBADMSG: that is no text; or -errno, and the file is as it
 * was.
 */
int mc_names_block_write(const struct mc_names_block *block, const char *path, bool give, bool *ret_wrote);
/** What that would return, and whether it would write; nothing is written. */
int mc_names_block_look(const struct mc_names_block *block, const char *path, bool give, bool *ret_would_write);

/** Where @path leads to, also when there is no file yet. The caller's; NULL with errno set. */
char *mc_names_block_resolve(const char *path);
/** Is it resolved's own, which it writes for itself? */
bool mc_names_block_is_resolved(const char *path);
/** The text of @path ("" when there is no file), the caller's. 0, -EBADMSG: no text, or -errno. */
int mc_names_block_read(const char *path, char **ret_text);

#endif
