/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPPD_PLUGIN_CLIENT_H
#define MICROCAT_PPPD_PLUGIN_CLIENT_H

/*
 * The plugin's side of the socket, without any of pppd's headers.
 *
 * It must never hold pppd up: everything has a deadline, and a daemon that is gone is no error for pppd. What was told
 * is kept, and told again after a reconnection (a restarted daemon listens on the same path).
 */

#include <microcat/ppp/plugin_proto.h>

/** Remembers the path (copied) and connects. */
void mc_client_open(const char *path, const char *version);
/** Tells the daemon, at most half a second; keeps what describes the present state. */
void mc_client_tell(const struct mc_plugin_msg *msg);
/** Connects again when the daemon went away. Cheap; to be called now and then. */
void mc_client_check(void);
/** Takes user and password from @fd, one line of the protocol, and closes it: nobody is asked for them then. 0 or
 * -errno. */
int mc_client_read_secrets(int fd);
/**
 * User and password for @auth ("PAP", "CHAP"), both buffers of MC_PLUGIN_NAME_BYTES. Asked once, then remembered: a
 * network that challenges again in the middle of a call gets its answer also while the daemon is being restarted. 0, or
 * -errno within 5 s.
 */
int mc_client_secrets(const char *auth, char *user, char *password);
/** Forgets the secrets and closes. */
void mc_client_close(void);

#endif
