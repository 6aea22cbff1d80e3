/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_NAMES_FILE_H
#define MICROCAT_PPP_NAMES_FILE_H

/*
 * The link's DNS servers in a resolv.conf that nobody manages, or NetworkManager writes: in a marked block behind the
 * servers that are there, before them while none of those can be reached. Whoever writes the file anew (DHCP,
 * NetworkManager) finds his text respected and our block put into it again. A symlink is followed and stays one.
 */

#include <microcat/host/resolv_text.h>

struct mc_loop; /* io/loop.h */

struct mc_names_file;

struct mc_names_file_place {
    const char *path;          /* of resolv.conf, absolute */
    const char *owner;         /* the instance: whose block it is */
    mc_resolv_reach_fn *reach; /* NULL: whoever is there can be reached */
};

/** @place is copied. Nothing is looked at yet. NULL: no memory. */
struct mc_names_file *mc_names_file_new(struct mc_loop *loop, const struct mc_names_file_place *place);
/** What was written stays: mc_names_file_take_back() first. NULL is fine. */
void mc_names_file_free(struct mc_names_file *file);

/**
 * Puts the servers into the file, in the place of what we gave before, and looks after them until they are taken back.
 * How many of ours are asked now (0: the file is full of others' servers, which can be reached), or -errno (-EROFS,
 * -EACCES, -EBUSY for a file that is mounted, ...): the file is as it was.
 */
int mc_names_file_give(struct mc_names_file *file, const char *ifname, const char *const *servers, size_t n_servers);
/** Takes our block out, one of a former life of ours as well. 1, 0 when there was none (the file is not touched), or
 * -errno. */
int mc_names_file_take_back(struct mc_names_file *file);
/** The network may have changed: what is given is looked at again, soon. */
void mc_names_file_look(struct mc_names_file *file);
/** Is it NetworkManager that writes the file? */
bool mc_names_file_is_networkmanager(const struct mc_names_file *file);

#endif
