/* SPDX-License-Identifier: MIT */
/* A look during a call on the plain line: `+++`, AT, ATO, while the link is idle (EscapeInterval=). */
#include "link_priv.h"

#define IDLE_MS 10000 /* nothing came and went for so long */

bool mc_link_peeks(const struct mc_link *link)
{
    return link->settings->modem.escape_interval_ms > 0 && !mc_session_muxed(link->session) &&
           mc_datacall_in(link->call, MC_MACHINE_BIT(MC_DATACALL_UP)) && mc_session_use(link->session) == MC_USE_NONE &&
           !*mc_session_escape_why(link->session);
}

void mc_link_peek(struct mc_link *link)
{
    struct link_peek *peek = &link->peek;
    uint64_t rx = 0, tx = 0;
    link->req.traffic(link->ctx, &rx, &tx);
    if (rx != peek->rx || tx != peek->tx) {
        peek->rx = rx;
        peek->tx = tx;
        mc_session_sample_in(link->session, IDLE_MS);
        return;
    }
    peek->began_at_ms = mc_timerq_now_ms(link->queue);
    link->look.quiet = true;
    link->remedy.held_state = MC_STATE_COUNT;
    mc_link_walk(link, MC_USE_PEEK, MC_STEP_PEEK_ESCAPE);
}

void mc_link_peek_yields(struct mc_link *link)
{
    if (mc_session_use(link->session) != MC_USE_PEEK || mc_session_step(link->session) != MC_STEP_PEEK_ESCAPE ||
        mc_line_escape_said(mc_session_line(link->session)))
        return;
    mc_session_cancel(link->session);
    link->look.quiet = false;
    mc_session_sample_in(link->session, IDLE_MS);
}

/* Where the call is left is for the line to say: in data mode it goes on. */
void mc_link_peeked(struct mc_link *link, const struct mc_bringup_result *result)
{
    bool carries = mc_line_carries(mc_session_line(link->session));
    link->look.quiet = false;
    link->status->step[0] = '\0';
    if (*mc_session_escape_why(link->session))
        link->req.save(link->ctx);
    if (carries) {
        link->status->modem.escape_pause_ms = mc_timerq_now_ms(link->queue) - link->peek.began_at_ms;
        mc_session_sample_in(link->session, link->settings->modem.escape_interval_ms);
    }
    mc_link_publish(link);
    if (!carries)
        mc_link_call_sign(link, MC_CALL_NO_CARRIER, result->detail);
}

/* What the modem is in the middle of (a command, the silence behind `+++`) it ends first: it would not hear an ATO. */
void mc_link_leave(struct mc_link *link)
{
    mc_link_peek_yields(link);
    if (mc_session_use(link->session) != MC_USE_PEEK)
        return;
    link->peek.leaves = true;
    if (mc_session_step(link->session) == MC_STEP_PEEK)
        mc_link_walk(link, MC_USE_PEEK, MC_STEP_PEEK_BACK);
}

size_t mc_link_owes_bytes(const struct mc_link *link, size_t *ret_waits_bytes)
{
    const struct mc_line *line = mc_session_line(link->session);
    bool answer = mc_session_use(link->session) == MC_USE_PEEK;
    *ret_waits_bytes = mc_line_waits_bytes(line) + answer;
    return mc_line_owes_bytes(line);
}
