/* SPDX-License-Identifier: MIT */
#ifndef HELPER_SERVER_PRIV_H
#define HELPER_SERVER_PRIV_H

/* Shared by server.c (which request goes where, and the network), programs.c (what it starts and signals), ours.c (what
 * is ours), config.c (by which configuration), host_names.c (name servers, NetworkManager), and files.c (tty and
 * configuration). */

#include <microcat/base/cleanup.h>
#include <microcat/helper/server.h>
#include <microcat/host/privileged.h>
#include <microcat/io/process.h>

struct mc_config; /* daemon/config.h */

struct helper_program {
    struct mc_child *child; /* NULL: none was started, or it has ended */
    bool ended;
    int wait_status;
};

struct mc_helper_server {
    struct mc_loop *loop;
    struct mc_helper_place place;
    const struct mc_settings *settings; /* while a request is served; NULL: there are none */
    struct mc_config *config;           /* the last good one that is known; NULL: none */
    char mistake[MC_HELPER_PATH_BYTES]; /* of the configuration as it is now; "" none */
    char told[MC_HELPER_PATH_BYTES];    /* of which the journal knows */
    struct helper_program programs[MC_ERRAND_COUNT];
};

/* A request under way. */
struct helper_job {
    struct mc_helper_server *server;
    const struct mc_settings *settings; /* NULL: only what needs none comes here */
    const union mc_helper_body *in;
    const int *fds;
    union mc_helper_body *out;
    int *out_fds;
};

/* ours.c */

/** Notes our pppd, the pty that it may be started on (0: none). 0 or -errno. */
int helper_note_pppd(const struct mc_helper_server *server, pid_t pid);
int helper_note_pty(const struct mc_helper_server *server, uint64_t device);
uint64_t helper_noted_pty(const struct mc_helper_server *server);
/** Where our block in resolv.conf was written; NULL: nowhere. The caller's. */
char *helper_noted_names(const struct mc_helper_server *server);
int helper_note_names(const struct mc_helper_server *server, const char *path);
/** The configuration that we went by last. NULL: none is noted. The caller's, and secret. */
char *helper_noted_config(const struct mc_helper_server *server);
int helper_note_config(const struct mc_helper_server *server, const char *text);
/** The name of our pppd's link, as its pid file is called after. */
void helper_link(const struct mc_helper_server *server, char *out, size_t out_bytes);
/** Where the daemon listens for pppd's plugin. */
void helper_plugin_socket(const struct mc_helper_server *server, char *out, size_t out_bytes);
/** A pidfd of our pppd, the very process that was noted; -ESRCH: it has ended, or there was none. */
int helper_pppd(const struct mc_helper_server *server, pid_t *ret_pid);
/** The interface of our pppd; with @settings (not NULL) only the one that is configured. 0, or -ENODEV: it has none, or
 * has ended, and then nothing of ours is left there: routes, and resolved's servers, go with an interface. */
int helper_interface(const struct mc_helper_server *server, const struct mc_settings *settings, char out[16]);
/** The tty that @path names, if it is one that the configuration may mean: an O_PATH descriptor, by which all else is
 * done. -EPERM: it is not. */
int helper_open_modem(const struct mc_settings *settings, const char *path);

/* files.c */
int helper_tty_holder(struct helper_job *job);
int helper_grant_tty(struct helper_job *job);
int helper_open_config(struct helper_job *job);

/* programs.c */
int helper_open_pty(struct helper_job *job);
int helper_lend_pty(struct helper_job *job);
int helper_start_pppd(struct helper_job *job);
int helper_start_board(struct helper_job *job);
int helper_start_resolvconf(struct helper_job *job);
int helper_signal(struct helper_job *job);
int helper_status(struct helper_job *job);
/** SIGKILL to our pppd. 1: it was there; 0; or -errno. */
int helper_kill_pppd(const struct mc_helper_server *server);

/* host_names.c */
int helper_set_resolved(struct helper_job *job);
int helper_revert_resolved(struct helper_job *job);
int helper_write_names(struct helper_job *job);
int helper_networkmanager(struct helper_job *job);
/** Are all of them name servers that can be? */
bool helper_servers_are_usable(const struct mc_helper_servers *servers);

#endif
