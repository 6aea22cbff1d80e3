/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HELPER_CLIENT_H
#define MICROCAT_HELPER_CLIENT_H

/* The daemon's side: one call, and what is behind host/privileged.h when it is the helper who does it. */

#include <microcat/helper/protocol.h>

struct mc_privileged_ops; /* host/privileged.h */
struct mc_loop;           /* io/loop.h */

/**
 * One request to the helper that listens at @path, and its reply, within @deadline_ms; a connection of its own, so that
 * a helper that has gone meanwhile is simply started again. @fds: as the request's kind wants; borrowed. @ret_reply and
 * @ret_fds (MC_HELPER_FDS_MAX, the caller's) may be NULL where the reply carries nothing.
 * The reply's result; or -ENOTCONN: nobody listens there; -ETIMEDOUT; -ECONNABORTED: it hung up without a reply (it has
 * died, or takes nothing of us); -EPROTO: its reply is none; -EINVAL: it has no configuration to go by
 * (mc_helper_trouble() tells that from another one).
 */
int mc_helper_call(const char *path, const struct mc_helper_message *request, const int *fds,
                   union mc_helper_body *ret_reply, int ret_fds[MC_HELPER_FDS_MAX], int deadline_ms);

/** What host/privileged.h asks for is asked of the helper at @path (copied) by these. */
const struct mc_privileged_ops *mc_helper_ops(const char *path);

/** Who waits for the helper loses time: @loop's clock is set anew after each call. NULL: nobody's. */
void mc_helper_keep_time(struct mc_loop *loop);

/** The configuration's file, or one of its drop-ins, opened to be read by the helper, as mc_config_open_with() wants
 * it. */
int mc_helper_open_config(const char *path);

/** Was the last call's trouble the helper itself, and not what it was asked for? -errno as above, or
 * MC_HELPER_MISTAKES; or 0. */
int mc_helper_trouble(void);
/** In words: "Connection refused", "the configuration has mistakes: FILE:LINE: ...". Until the next call. */
const char *mc_helper_trouble_text(void);

#endif
