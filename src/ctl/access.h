/* SPDX-License-Identifier: MIT */
#ifndef CTL_ACCESS_H
#define CTL_ACCESS_H

/* Who is at the other end of a socket, and what may he do. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum access_level { ACCESS_NONE, ACCESS_READ, ACCESS_COMMAND };

struct access_rule {
    uid_t own_uid;
    bool has_group, has_readers; /* false: nobody more may command; everybody may read */
    gid_t gid, readers;
};

struct access_peer {
    uid_t uid;
    gid_t gid;
    const gid_t *groups; /* supplementary */
    size_t n_groups;
};

/** Root, the daemon's own user and the members of the group may read and command; the members of the readers' group, or
 * everybody where there is none, may read; nobody else may do anything. Pure. */
enum access_level access_decide(const struct access_rule *rule, const struct access_peer *peer);

/** Asks the kernel who is at the other end of @fd (credentials as they were at connect()) and decides. @ret_uid: -1
 * when the kernel does not say. */
enum access_level access_of_socket(const struct access_rule *rule, int fd, uid_t *ret_uid);

#endif
