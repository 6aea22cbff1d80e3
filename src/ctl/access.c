/* SPDX-License-Identifier: MIT */
#include "access.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <stdlib.h>
#include <sys/socket.h>

#define MAX_GROUPS_BYTES (65536 * sizeof(gid_t)) /* NGROUPS_MAX of the kernel */

static bool is_member(const struct access_peer *peer, gid_t gid)
{
    if (peer->gid == gid)
        return true;
    for (size_t i = 0; i < peer->n_groups; i++)
        if (peer->groups[i] == gid)
            return true;
    return false;
}

enum access_level access_decide(const struct access_rule *rule, const struct access_peer *peer)
{
    if (peer->uid == 0 || peer->uid == rule->own_uid)
        return ACCESS_COMMAND;
    if (rule->has_group && is_member(peer, rule->gid))
        return ACCESS_COMMAND;
    return !rule->has_readers || is_member(peer, rule->readers) ? ACCESS_READ : ACCESS_NONE;
}

/* Supplementary groups of the peer as the kernel holds them; the user database might say something else by now. */
static gid_t *peer_groups(int fd, size_t *ret_count)
{
    socklen_t len = 0;
    gid_t *groups;

    *ret_count = 0;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) == 0 || errno != ERANGE || len > MAX_GROUPS_BYTES)
        return NULL;
    groups = malloc(len);
    if (!groups || getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0) {
        free(groups);
        return NULL;
    }
    *ret_count = len / sizeof(gid_t);
    return groups;
}

enum access_level access_of_socket(const struct access_rule *rule, int fd, uid_t *ret_uid)
{
    _cleanup_free_ gid_t *groups = NULL;
    struct ucred credentials;
    socklen_t len = sizeof(credentials);
    struct access_peer peer = {0};

    *ret_uid = (uid_t)-1;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) < 0)
        return ACCESS_NONE;
    *ret_uid = credentials.uid;
    groups = peer_groups(fd, &peer.n_groups);
    peer.uid = credentials.uid;
    peer.gid = credentials.gid;
    peer.groups = groups;
    return access_decide(rule, &peer);
}
