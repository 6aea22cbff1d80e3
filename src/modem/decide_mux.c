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
    if (b->without_mux || multiplex == MC_MULTIPLEX_NO || (multiplex == MC_MULTIPLEX_AUTO && *mc_bringup_mux_why(b)))
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
    return MC_STEP_SIM;
}

/* The modem is in its multiplexer, and is to be fetched back from there; nothing is known against it. */
enum mc_step mc_after_mux_open_refused(struct mc_bringup *b)
{
    b->without_mux = true;
    mc_bringup_note(b, "no memory for the multiplexer: the link's line is plain");
    return MC_STEP_FIND;
}

static void no_answer(struct mc_bringup *b)
{
    mc_bringup_mux_distrust(b, "no-answer");
    mc_bringup_note(b, "AT+CMUX was answered OK, and no multiplexer answers: the link's line is plain");
}

enum mc_step mc_after_mux_undo(struct mc_bringup *b)
{
    no_answer(b);
    return MC_STEP_SIM;
}

enum mc_step mc_after_mux_undo_late(struct mc_bringup *b)
{
    no_answer(b);
    return MC_STEP_FIND;
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
