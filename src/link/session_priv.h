/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_SESSION_PRIV_H
#define MICROCAT_LINK_SESSION_PRIV_H

/* Shared by the session's files: session.c (the machine, its port and board lines), session_line.c (what the line
 * carries and tells), session_walk.c (walks of the sequence). */

#include "session.h"

struct mc_session {
    struct mc_machine machine;
    struct mc_timerq *queue;
    const struct mc_settings *settings;
    struct mc_status *status;
    struct mc_link_requests req;
    struct mc_session_host host;
    void *ctx, *req_ctx;
    struct mc_line *line;
    struct mc_bringup *bringup;
    enum mc_session_use use;
    enum mc_board_line board_line; /* being worked, or about to be */
    struct mc_timer sample;
};

/** None is under way any more. */
void mc_session_walk_over(struct mc_session *session);

extern const struct mc_line_callbacks mc_session_line_callbacks;
extern const struct mc_bringup_callbacks mc_session_walk_callbacks;

#endif
