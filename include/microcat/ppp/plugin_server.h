/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_PLUGIN_SERVER_H
#define MICROCAT_PPP_PLUGIN_SERVER_H

/*
 * The daemon's end of the plugin's socket: listens on a path, hears one pppd, answers its question for user and
 * password. Only the process that was announced is listened to (SO_PEERCRED); a second connection of it takes the place
 * of the first.
 */

#include <microcat/ppp/plugin_proto.h>
#include <sys/types.h>

struct mc_loop; /* io/loop.h */
struct mc_plugin_server;

/** From the loop, or from mc_plugin_server_drain(). Borrowed. WANTED has been answered already. */
typedef void mc_plugin_message_fn(void *ctx, const struct mc_plugin_msg *msg);

/**
 * Listens on @path (a stale socket there is removed; mode 0600). @user and @password are copied into memory that is
 * wiped. 0; -ENAMETOOLONG, -EINVAL (a control character or too long), or another -errno.
 */
int mc_plugin_server_new(struct mc_loop *loop, const char *path, const char *user, const char *password,
                         mc_plugin_message_fn *fn, void *ctx, struct mc_plugin_server **ret_server);
/** Not from @fn. Removes the socket's path. NULL is harmless. */
void mc_plugin_server_free(struct mc_plugin_server *server);

/** The process to listen to; before this is told, connections wait. */
void mc_plugin_server_expect(struct mc_plugin_server *server, pid_t pid);
/** Takes in what has come but was not read yet: its last words, once the process has ended. */
void mc_plugin_server_drain(struct mc_plugin_server *server);

#endif
