/* SPDX-License-Identifier: MIT */
#ifndef CTL_SERVER_INTERNAL_H
#define CTL_SERVER_INTERNAL_H

#include "access.h"
#include "varlink.h"
#include <microcat/base/buf.h>
#include <microcat/ctl/server.h>
#include <microcat/io/loop.h>

#define CTL_INTERFACE "io.microcat.Modem"

/* What becomes of it when its client goes away. */
enum ctl_orphan {
    ORPHAN_GOES_ON,
    ORPHAN_IS_WITHDRAWN, /* an AT command that is for nobody but this client */
    ORPHAN_ENDS,         /* a lease */
};

/* A verb, an AT command or a lease whose end is awaited. It outlives a client that goes away. */
struct ctl_pending {
    struct mc_ctl_server *server;
    struct ctl_client *client; /* NULL: gone */
    struct ctl_pending *prev, *next;
    enum mc_verb verb;
    enum ctl_orphan orphan;
};

/* One connection. */
struct ctl_client {
    struct mc_ctl_server *server;
    struct ctl_client *prev, *next;
    int fd;
    struct mc_watch watch;
    enum access_level access;
    uid_t uid; /* of the peer */
    struct mc_buf in, out;
    size_t scanned_bytes; /* of `in`, without a NUL so far */
    size_t message_bytes; /* the whole message at the head of `in`, when `waits` */
    bool waits;           /* for its turn */
    struct ctl_client *next_waiting;
    uint64_t last_turn;      /* its user's, by whichever connection: what server->turns was then */
    struct mc_timer half;    /* the rest of a message must come */
    struct mc_timer unread;  /* something must be taken of what waits */
    struct mc_timer resume;  /* look at the next message, deferred */
    struct mc_timer timeout; /* of Wait */
    struct mc_observer observer;
    bool observing;
    bool eof, closing, dead;
    bool busy; /* a call waits for its (next) answer */
    bool more, oneway;
    struct ctl_pending *pending;
    enum mc_state wanted; /* by Wait */
    int64_t wait_since_ms;
    uint64_t samples_seen; /* by Signal */
    bool watches_signal;
};

struct mc_ctl_server {
    struct mc_loop *loop;
    struct mc_timerq *queue;
    struct mc_ctl_options limits; /* strings in it are not kept, but those below */
    const struct mc_ctl_backend *backend;
    struct access_rule rule;
    struct mc_ctl_stats stats;
    char *path, *group, *readers, *version;
    int fd;
    dev_t device; /* of the socket's name, to remove no other's */
    ino_t inode;
    struct mc_watch watch;
    struct mc_timer pause; /* out of descriptors: accept later */
    struct mc_timer reap;
    struct ctl_client *clients, *dead;
    struct ctl_client *first_waiting, *last_waiting; /* for their turn */
    struct mc_timer turn;
    uint64_t turns; /* taken so far: the last one's number */
    struct ctl_pending *pendings;
    unsigned signal_watchers;
};

/* client.c */
/* Of somebody who may do that, and whose @uid it is. On failure @fd is the caller's still. */
int ctl_client_new(struct mc_ctl_server *server, int fd, enum access_level access, uid_t uid);
/* Closes it now; the memory goes a turn later. */
void ctl_client_drop(struct ctl_client *client);
void ctl_client_free(struct ctl_client *client);
/* Its turn has come: runs the message at the head of its input. */
void ctl_client_run(struct ctl_client *client);
/* turn.c: the last_turn of somebody who connects now. */
uint64_t ctl_turn_last(const struct mc_ctl_server *server, uid_t uid);
/* Queues @client, whose message is whole. */
void ctl_turn_wait(struct ctl_client *client);
/* Takes it out again. Harmless when it does not wait. */
void ctl_turn_leave(struct ctl_client *client);
/* Of the server's timer `turn`: runs the call of the one whose turn it is. */
void ctl_turn_take(void *server);
/* The answer to the call under way. All take @parameters (NULL: none). After any but the first the call is over. */
void ctl_client_continue(struct ctl_client *client, json_t *parameters);
void ctl_client_reply(struct ctl_client *client, json_t *parameters);
/* A reply, the last one unless it @continues. It begins with @lists: taken, and masked already where they must be. */
void ctl_client_lists(struct ctl_client *client, bool continues, char *lists, json_t *parameters);
void ctl_client_error(struct ctl_client *client, const char *error, json_t *parameters);
/* An error of our interface with a text for people. */
void ctl_client_fail(struct ctl_client *client, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* methods.c: what is begun and awaited. NULL: no memory, and the client was told. */
struct ctl_pending *ctl_pending_new(struct ctl_client *client);
/* Ends it. @return the client that waits for it, or NULL. */
struct ctl_client *ctl_pending_end(struct ctl_pending *pending);
/* "Busy" for -EBUSY, and so on: the error's name in the interface. */
const char *ctl_error_name(int result);
/* lease.c */
void ctl_lease(struct ctl_client *client, bool cut, int64_t for_ms);
/* methods.c: its client is gone. What was begun goes on; an AT command that still waits to be sent is not sent. */
void ctl_pending_orphan(struct ctl_pending *pending);
/* methods.c: its client has said all that it will say: a lease ends, and its client hears that. */
void ctl_pending_eof(struct ctl_pending *pending);
/* methods.c: runs one call. It answers at once or later; client->busy until it has. */
void ctl_method_run(struct ctl_client *client, const struct varlink_call *call);
/* follow.c: Watch, Wait and Signal. */
void ctl_follow_watch(struct ctl_client *client);
void ctl_follow_wait(struct ctl_client *client, enum mc_state wanted, int64_t timeout_ms);
void ctl_follow_signal(struct ctl_client *client);
void ctl_follow_end(struct ctl_client *client);

/* The texts of the interface definitions, made from the .varlink files. */
extern const char ctl_interface_definition[];
extern const char ctl_service_definition[];

#endif
