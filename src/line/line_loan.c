/* SPDX-License-Identifier: MIT */
/* A channel for somebody else: a DLC of its own in the multiplexer, plain the whole line. */
#include "line_priv.h"
#include <errno.h>

static bool is_open(const struct mc_line *line)
{
    return line->loan == LOAN_LENT;
}

bool mc_line_lent(const struct mc_line *line)
{
    return line->loan != LOAN_NONE;
}

/* Ends it. @return who borrowed it, for what he is to be told. */
static const struct mc_line_borrower *over(struct mc_line *line)
{
    line->loan = LOAN_NONE;
    mc_timer_disarm(&line->lend_soon);
    if (line->owner == MC_LINE_OWNER_LENT)
        mc_line_command(line);
    return line->borrower;
}

void mc_line_loan_opened(struct mc_line *line, int result)
{
    if (line->loan != LOAN_OPENING)
        return;
    if (result < 0) {
        over(line)->opened(line->borrower_ctx, result);
        return;
    }
    line->loan = LOAN_LENT;
    line->borrower->opened(line->borrower_ctx, 0);
}

static void on_lend_soon(void *ctx)
{
    mc_line_loan_opened(ctx, 0);
}

int mc_line_lend(struct mc_line *line, const struct mc_line_borrower *borrower, void *ctx)
{
    bool muxed = mc_line_muxed(line);
    if (mc_line_lent(line) || (muxed ? line->task == MUX_TASK_LEAVE : line->owner != MC_LINE_OWNER_AT || line->mux))
        return -EBUSY;
    line->loan = LOAN_OPENING;
    line->borrower = borrower;
    line->borrower_ctx = ctx;
    if (muxed) {
        mc_mux_open(line->mux, DLCI_LOAN);
        return 0;
    }
    mc_at_cancel_all(line->at);
    mc_line_set_owner(line, MC_LINE_OWNER_LENT);
    mc_timer_arm(&line->lend_soon, line->queue, 0);
    return 0;
}

size_t mc_line_loan_bytes(struct mc_line *line, const uint8_t *data, size_t len)
{
    return is_open(line) ? line->borrower->bytes(line->borrower_ctx, data, len) : len;
}

void mc_line_loan_room(struct mc_line *line)
{
    if (is_open(line))
        line->borrower->room(line->borrower_ctx);
}

int mc_line_loan_send(struct mc_line *line, const void *data, size_t len)
{
    if (!is_open(line))
        return -EPERM;
    if (mc_line_muxed(line))
        return mc_mux_send(line->mux, DLCI_LOAN, data, len);
    int r = mc_line_write(line, data, len);
    return r < 0 ? r : (int)len;
}

void mc_line_loan_resume(struct mc_line *line)
{
    if (line->mux)
        mc_mux_resume(line->mux, DLCI_LOAN);
}

void mc_line_take_back(struct mc_line *line)
{
    if (!mc_line_lent(line))
        return;
    over(line);
    if (mc_line_muxed(line) && line->task != MUX_TASK_LEAVE)
        mc_mux_close_dlc(line->mux, DLCI_LOAN);
}

void mc_line_loan_lost(struct mc_line *line, const char *why)
{
    if (mc_line_lent(line))
        over(line)->ended(line->borrower_ctx, why);
}

void mc_line_loan_init(struct mc_line *line)
{
    mc_timer_init(&line->lend_soon, "line.lend", on_lend_soon, line);
}

void mc_line_loan_done(struct mc_line *line)
{
    line->loan = LOAN_NONE;
    mc_timer_disarm(&line->lend_soon);
}
