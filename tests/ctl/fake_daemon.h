/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CTL_FAKE_DAEMON_H
#define TESTS_CTL_FAKE_DAEMON_H

/* A daemon of facts without a modem, behind a real control socket in a directory of its own. */

#include <jansson.h>
#include <microcat/ctl/server.h>
#include <microcat/io/loop.h>

#define FAKE_WALL_MS 1763806934000LL /* 2025-11-22 10:22:14 UTC */

struct fake_daemon {
    struct mc_loop *loop;
    struct mc_status status;
    struct mc_bus *bus;
    struct mc_trace *trace;
    struct mc_history *history;
    struct mc_ctl_backend backend;
    struct mc_ctl_server *server;
    char directory[64], path[108];
    int64_t begin_ms;

    int n_verbs;
    enum mc_verb last_verb;
    int verb_result;       /* how verbs end */
    const char *verb_text; /* and with which words */
    unsigned n_withdrawn;  /* AT commands whose asker went away */
    bool hold;             /* they end only with fake_daemon_finish() */
    mc_verb_done_fn *held_done;
    void *held_ctx;
    mc_ctl_at_done_fn *held_at; /* AT+QUEUED ends only with fake_daemon_answer() */
    void *held_at_ctx;
    unsigned watchers; /* of the signal */
    struct mc_ctl_lease lease;
    const struct mc_ctl_lease_events *lessee; /* NULL: nothing is lent */
    void *lessee_ctx;
};

/** @limits may be NULL; path and version in it are filled in. */
struct fake_daemon *fake_daemon_new(const struct mc_ctl_options *limits);
void fake_daemon_free(struct fake_daemon *daemon);
/** Ends the server alone, as when the daemon dies. */
void fake_daemon_stop(struct fake_daemon *daemon);
/** Begins it anew behind the same socket. */
void fake_daemon_start(struct fake_daemon *daemon);
/** Ends the verb that is held. */
void fake_daemon_finish(struct fake_daemon *daemon, int result, const char *text);
/** The modem answers the AT command that is held. */
void fake_daemon_answer(struct fake_daemon *daemon, const char *final);
/** Changes the state and tells the bus. */
void fake_daemon_go(struct fake_daemon *daemon, enum mc_state to, enum mc_fault fault);
/** Fills the status with the facts of a link that is online. */
void fake_daemon_online(struct fake_daemon *daemon);

/** A client that connects now is served. */
bool fake_daemon_serves(struct fake_daemon *daemon);
/** Turns the loop until no client is left; false: some stay. */
bool fake_daemon_empties(struct fake_daemon *daemon);

/* A client without manners: bytes out, messages in. */
struct fake_peer {
    struct fake_daemon *daemon;
    int fd;
    char *data;
    size_t len;
    bool eof;
    json_t *message;
    bool silent; /* does not read */
};

void fake_peer_connect(struct fake_peer *peer, struct fake_daemon *daemon);
void fake_peer_close(struct fake_peer *peer);
/** As much as the socket takes, turning the loop in between; false when the daemon has closed. */
bool fake_peer_send(struct fake_peer *peer, const void *data, size_t len);
/** A call as JSON text; its NUL is sent too. */
void fake_peer_call(struct fake_peer *peer, const char *json);
/** The next message, borrowed until the next call; NULL: the daemon closed, or nothing came in time. */
json_t *fake_peer_receive(struct fake_peer *peer);
/** Waits for the end of the connection. */
bool fake_peer_closed(struct fake_peer *peer);
/** Calls and returns the name of the error, "" for a reply, "(closed)". */
const char *fake_peer_ask(struct fake_peer *peer, const char *json);

#endif
