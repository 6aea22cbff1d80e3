/* SPDX-License-Identifier: MIT */
/* The multiplexer's part of the decisions: is it asked for, did it come, and what is remembered of one that did not. */
#include "table_priv.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define BASELINE_LEAST 2364 /* 767, AT+CMUX: since then; older builds say OK and stay as they are */

/* "2374B05SIM767XM5A_M": a firmware is called by its baseline first. 0: this one is not. */
static int baseline(const char *firmware)
{
    size_t digits = strspn(firmware, "0123456789");
    return digits == 4 && isalpha((unsigned char)firmware[4]) ? atoi(firmware) : 0;
}

const char *mc_bringup_mux_why(const struct mc_bringup *b)
{
    return mc_facts_distrusted(&b->facts, b->facts.mux_of, b->facts.mux_why);
}

void mc_bringup_mux_distrust(struct mc_bringup *b, const char *why)
{
    mc_facts_distrust(&b->facts, b->facts.mux_of, b->facts.mux_why, why);
}

enum mc_step mc_after_firmware(struct mc_bringup *b)
{
    enum mc_multiplex multiplex = b->settings->modem.multiplex;
    if (b->without_mux || multiplex == MC_MULTIPLEX_NO)
        return MC_STEP_SIM;
    if (multiplex == MC_MULTIPLEX_AUTO && (*mc_bringup_mux_why(b) || !b->cb.mux_allowed(b->ctx)))
        return MC_STEP_SIM;
    return multiplex == MC_MULTIPLEX_YES || baseline(b->facts.firmware) >= BASELINE_LEAST ? MC_STEP_MUX_SET
                                                                                          : MC_STEP_MUX_ASK;
}

enum mc_step mc_after_mux_refused(struct mc_bringup *b)
{
    mc_bringup_mux_distrust(b, "refused");
    mc_bringup_note(b, "the modem has no multiplexer (%s): the link's line is plain", b->last.detail);
    return MC_STEP_SIM;
}

enum mc_step mc_after_mux_open(struct mc_bringup *b)
{
    b->facts.mux_of[0] = b->facts.mux_why[0] = '\0';
    b->mux_unheard = true;
    return MC_STEP_SIM;
}

/* The modem is in its multiplexer, and is to be fetched back from there; nothing is known against it. */
enum mc_step mc_after_mux_open_refused(struct mc_bringup *b)
{
    b->without_mux = true;
    mc_bringup_note(b, "no memory for the multiplexer: the link's line is plain");
    return MC_STEP_FIND;
}

enum mc_step mc_after_mux_set(struct mc_bringup *b)
{
    b->mux_ok = true;
    return MC_STEP_MUX_OPEN;
}

/* One mishap is no proof. And only an OK is a promise: a modem that says nothing to AT+CMUX may be busy, or start anew
 * by it, and one that is slow with its UA has a multiplexer. */
static void failed(struct mc_bringup *b, const char *why, const char *what)
{
    b->without_mux = true;
    b->mux_pending = false;
    mc_bringup_note(b, "%s: the link's line is plain", what);
    b->cb.mux_failed(b->ctx, why);
}

static void did_not_come(struct mc_bringup *b)
{
    if (b->mux_channel)
        failed(b, "no-channel", "the modem's multiplexer does not open a channel");
    else if (b->mux_ok)
        failed(b, "no-answer", "AT+CMUX was answered OK, and no multiplexer answers");
    else
        failed(b, MC_MUX_UNSTEADY, "AT+CMUX was not answered, or the modem started anew at it");
}

/* A DLC may begin with what somebody saved (ATQ1, ATV0): it opens, and its answers have no end. */
enum mc_step mc_after_sim_late(struct mc_bringup *b)
{
    if (!b->mux_unheard)
        return MC_STEP_END;
    b->mux_unheard = false; /* on the plain line the same silence is the modem's */
    failed(b, MC_MUX_UNSTEADY, "the multiplexer opens a channel that answers nothing");
    return MC_STEP_MUX_REDO;
}

enum mc_step mc_after_mux_undo(struct mc_bringup *b)
{
    did_not_come(b);
    return MC_STEP_SIM;
}

/* It does not answer AT, either: what it is in, or that it starts anew, the finder will tell. */
enum mc_step mc_after_mux_undo_late(struct mc_bringup *b)
{
    b->without_mux = b->mux_pending = true;
    return MC_STEP_FIND;
}

void mc_bringup_mux_found(struct mc_bringup *b, bool in_cmux)
{
    if (in_cmux && !b->mux_channel)
        failed(b, MC_MUX_UNSTEADY, "the modem's multiplexer answers too late");
    else
        did_not_come(b);
}

/* Said before the row is over: a walk that begins anew would ask again, and again. */
void mc_bringup_mux_rebooted(struct mc_bringup *b)
{
    if (b->row && b->row->step >= MC_STEP_MUX_SET && b->row->step <= MC_STEP_MUX_UNDO)
        b->cb.mux_failed(b->ctx, MC_MUX_UNSTEADY);
}

/* In the multiplexer already: flow control and speed are as they were when it was opened. */
enum mc_step mc_after_greet(struct mc_bringup *b)
{
    const struct mc_facts *f = &b->facts;
    if (!mc_line_muxed(b->line))
        return MC_STEP_FLOW;
    bool same = b->settings->modem.multiplex != MC_MULTIPLEX_NO &&
                (f->baud == b->settings->modem.baud_rate || f->speed_refused) &&
                (f->flow == b->settings->modem.flow || f->flow_refused);
    return same ? MC_STEP_SIM : MC_STEP_MUX_REDO;
}

/* The channel does not answer: whatever the modem is in now, it is looked for on the plain line. */
enum mc_step mc_after_find_muxed_late(struct mc_bringup *b)
{
    mc_line_plain(b->line);
    return MC_STEP_FIND;
}
