/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_CTL_SERVER_H
#define MICROCAT_CTL_SERVER_H

/*
 * The control socket: Varlink (JSON objects ended by NUL) on a UNIX stream socket, interface io.microcat.Modem.
 *
 * Who may do what is decided by peer credentials when somebody connects: root, the daemon's own user and the members of
 * the group may read and command; the members of the readers' group, or everybody where there is none, may read, and
 * see identities (IMSI, ICCID, IMEI, phone numbers) masked; everybody else is told so and let go. A client can do no
 * harm by what it sends or does not read: messages, replies, clients and patience are bounded, and those who may only
 * read can take half of the places at most, one user of them an eighth. Nor by how often it asks: a turn of the loop
 * answers one call or two, and between two of one user everybody else who waited at the first has one answered.
 */

#include <microcat/ctl/backend.h>
#include <stddef.h>
#include <stdint.h>

struct mc_loop;
struct mc_ctl_server;

struct mc_ctl_options {
    const char *path;       /* of the socket; a stale one is replaced, one in use is refused */
    const char *group;      /* who may command; "" or NULL: nobody but root and the daemon's user */
    const char *read_group; /* who may read; "" or NULL: everybody */
    const char *version;    /* for org.varlink.service.GetInfo */
    /* Limits; 0 takes the default. */
    size_t max_clients;       /* 256 */
    size_t max_message_bytes; /* 65536, of a request */
    size_t max_unread_bytes;  /* 1 MiB waiting for a client that does not read */
    int64_t half_message_ms;  /* 10 s for the rest of a message */
    int64_t unread_ms;        /* 30 s for a client that takes nothing of what waits for it */
};

struct mc_ctl_stats {
    uint64_t clients, calls, refused, dropped; /* all since the start; dropped: thrown out for bad manners */
    size_t connected;
};

/**
 * Listens on @options->path: mode 0666, or 0660 where those who may ask are one group's members.
 * 0, -EADDRINUSE (another daemon answers there), -ENOENT (no such group or directory), -ENAMETOOLONG, or another
 * -errno.
 */
int mc_ctl_server_new(struct mc_loop *loop, const struct mc_ctl_options *options, const struct mc_ctl_backend *backend,
                      struct mc_ctl_server **ret_server);
/**
 * Other groups, for who connects from now on; who is connected stays what he is. 0; on error (-ENOENT: no such group)
 * all is as before.
 */
int mc_ctl_server_regroup(struct mc_ctl_server *server, const char *group, const char *read_group);
/** Closes all clients and removes the socket. NULL is allowed. */
void mc_ctl_server_free(struct mc_ctl_server *server);
const struct mc_ctl_stats *mc_ctl_server_stats(const struct mc_ctl_server *server);

#endif
