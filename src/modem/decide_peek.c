/* SPDX-License-Identifier: MIT */
/* A look beside a call on the plain line (EscapeInterval=): what is remembered of a modem that does not take part. */
#include "table_priv.h"

const char *mc_bringup_escape_why(const struct mc_bringup *b)
{
    return mc_facts_distrusted(&b->facts, b->facts.escape_of, b->facts.escape_why);
}

static void distrust(struct mc_bringup *b, const char *why)
{
    mc_facts_distrust(&b->facts, b->facts.escape_of, b->facts.escape_why, why);
}

enum mc_step mc_after_peek_escape(struct mc_bringup *b)
{
    mc_line_call_waits(b->line);
    return MC_STEP_PEEK_PROVE;
}

/* It is in data mode still: the call goes on as if nothing had been. What was said went to the peer, as noise. */
enum mc_step mc_after_peek_unheard(struct mc_bringup *b)
{
    distrust(b, "no-answer");
    mc_bringup_note(b, "`+++` does not bring the modem to command mode: it is not asked during a call any more");
    mc_line_data(b->line, false);
    return MC_STEP_END;
}

enum mc_step mc_after_peek_back(struct mc_bringup *b)
{
    mc_line_data(b->line, true);
    return MC_STEP_END;
}

static enum mc_step lost(struct mc_bringup *b, const char *why)
{
    distrust(b, why);
    mc_bringup_note(b, "ATO does not lead back to the call (%s): the modem is not asked during one any more",
                    b->last.detail);
    return MC_STEP_END;
}

enum mc_step mc_after_peek_lost(struct mc_bringup *b)
{
    return lost(b, "no-answer");
}

enum mc_step mc_after_peek_refused(struct mc_bringup *b)
{
    return lost(b, "refused");
}
