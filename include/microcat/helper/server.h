/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HELPER_SERVER_H
#define MICROCAT_HELPER_SERVER_H

/*
 * The helper's side: what a request is answered with. It trusts the configuration, which root owns, its own notes and
 * the kernel; of its client it takes which of these things is wanted now, and addresses of name servers.
 *
 * "Ours" is the pppd that a helper of this instance started, by pid and start time in a note of root's, and the
 * interface of which pppd's own pid file says that it is that pppd's.
 */

#include <microcat/base/settings.h>
#include <microcat/helper/protocol.h>
#include <stdbool.h>
#include <sys/types.h>

struct mc_loop; /* io/loop.h */
struct mc_helper_server;

/** Where things are; NULL takes the built-in place. Borrowed for the server's life. */
struct mc_helper_place {
    const char *instance;         /* "microcatd", or the template's instance */
    const char *notes;            /* folder of its notes: "/run/microcat-helper" */
    const char *const *pid_files; /* folders where a pppd leaves IFNAME.pid; ends with NULL */
    const char *config;           /* "/etc/microcatd/INSTANCE.conf"; never NULL */
    uid_t client;                 /* who may have the modem's tty */
    const char *plugin;           /* the plugin's .so */
    const char *runtime_dir;      /* where the daemon listens for it: MC_HELPER_RUNTIME_DIR */
    const char *resolv_conf;      /* "/etc/resolv.conf" */
    const char *resolvconf;       /* "/sbin/resolvconf" */
    const char *networkmanager;   /* folder of its run-time configuration */
};

/** 0 or -ENOMEM. */
int mc_helper_server_new(struct mc_loop *loop, const struct mc_helper_place *place,
                         struct mc_helper_server **ret_server);
/** What it started goes on. NULL is fine. */
void mc_helper_server_free(struct mc_helper_server *server);

/**
 * The configuration as its files are now; while they have mistakes the last good one, also that of a helper before this
 * one; and what has mistakes is one that has lost its APN, too. NULL: there is none. Until the next call.
 */
const struct mc_settings *mc_helper_settings(struct mc_helper_server *server);

/**
 * Does what @request asks, with @settings; NULL: only what needs none (signals, taking back, the files to read), all
 * else is answered with MC_HELPER_MISTAKES. @fds came with it and stay the caller's. The reply is always
 * set; its descriptors (as its kind wants, else -1) are the caller's. From the loop or between its turns.
 */
void mc_helper_serve(struct mc_helper_server *server, const struct mc_settings *settings,
                     const struct mc_helper_message *request, const int fds[MC_HELPER_FDS_MAX],
                     struct mc_helper_message *ret_reply, int ret_fds[MC_HELPER_FDS_MAX]);

/** Does a program that somebody waits for still run (pppd is none: it outlives the helper)? */
bool mc_helper_server_busy(const struct mc_helper_server *server);

#endif
