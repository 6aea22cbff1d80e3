/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINE_PRIV_H
#define MICROCAT_LINE_PRIV_H

/* Shared by line.c (the plain line, and who has it), line_mux.c (its channels in the multiplexer) and line_loan.c (a
 * channel for somebody else). */

#include <microcat/line/line.h>
#include <microcat/line/mux.h>

enum escape_phase { ESCAPE_NONE, ESCAPE_SILENCE_BEFORE, ESCAPE_SILENCE_AFTER };

/** DLCIs of the channels. SIMCom's guide: four DLCs, all AT by default, any may dial. */
enum { DLCI_AT = 1, DLCI_DATA = 2, DLCI_LOAN = 3 };

enum loan_state { LOAN_NONE, LOAN_OPENING, LOAN_LENT };

enum mux_task { MUX_TASK_NONE, MUX_TASK_START, MUX_TASK_LEAVE, MUX_TASK_REDIAL };

struct mc_line {
    struct mc_timerq *queue;
    struct mc_line_callbacks cb;
    void *ctx;
    struct mc_at *at;
    enum mc_line_owner owner;
    bool connect_lf; /* the LF of CONNECT's line may still come: not PPP's */
    mc_line_raw_fn *raw;
    void *raw_ctx;
    enum escape_phase escape;
    bool patient;    /* an escape has failed since the last call */
    bool call_waits; /* plain, in command mode, and the call is only left for a moment */
    struct mc_timer guard;
    mc_line_escaped_fn *escaped;
    void *escaped_ctx;

    struct mc_mux *mux;  /* NULL: plain */
    struct mc_mux *dead; /* given up from inside one of its own callbacks: freed a moment later */
    struct mc_timer bury;
    struct mc_at *dial; /* the data channel's engine */
    bool carries;       /* the data channel carries data */
    enum mux_task task;
    unsigned reopens; /* of a channel that was not opened in time, in a row */
    mc_line_done_fn *done;
    void *done_ctx;
    char stray[80]; /* a line outside of frames */
    size_t stray_len;
    uint64_t stray_bytes; /* of multiplexers that have ended */

    enum loan_state loan;
    const struct mc_line_borrower *borrower;
    void *borrower_ctx;
    struct mc_timer lend_soon;
};

int mc_line_write(struct mc_line *line, const void *data, size_t len_bytes);
void mc_line_set_owner(struct mc_line *line, enum mc_line_owner owner);
/** What a channel's engine has to tell. */
void mc_line_tell_urc(struct mc_line *line, enum mc_line_channel channel, const char *text);
void mc_line_tell_trace(struct mc_line *line, enum mc_line_channel channel, enum mc_at_direction direction,
                        const char *text);
/** Feeds the engine that dials. @return taken: fewer than there are when it stopped behind CONNECT, and the rest is
 * PPP's. */
size_t mc_line_feed_dialler(struct mc_line *line, struct mc_at *at, const uint8_t *data, size_t len_bytes);
/** Bytes of the data channel, from the CONNECT on, one at least. @return taken. */
size_t mc_line_take_data(struct mc_line *line, const uint8_t *data, size_t len_bytes);

int mc_line_mux_init(struct mc_line *line);
void mc_line_mux_done(struct mc_line *line);
/* line_loan.c: what the multiplexer tells of the borrower's DLC. */
void mc_line_loan_init(struct mc_line *line);
void mc_line_loan_done(struct mc_line *line);
void mc_line_loan_opened(struct mc_line *line, int result);
size_t mc_line_loan_bytes(struct mc_line *line, const uint8_t *data, size_t len_bytes);
void mc_line_loan_room(struct mc_line *line);
/** The channel is gone, if it was lent. */
void mc_line_loan_lost(struct mc_line *line, const char *why);

#endif
