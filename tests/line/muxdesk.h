/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LINE_MUXDESK_H
#define TESTS_LINE_MUXDESK_H

/* A multiplexer with a modem's hand at its other end: what it writes is told as words, what the modem says is given. */

#include "../../src/line/mux_frame.h"
#include <microcat/base/buf.h>
#include <microcat/line/mux.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

struct desk {
    struct mc_timerq *queue;
    struct mc_mux *mux;
    struct mux_reader host;   /* reads what the multiplexer writes */
    char out[4096];           /* ... "SABM0 UIH0[e3058d] UIH1[4154]": P/F left out, UIH's information in hex */
    char events[4096];        /* what was called back: "opened1=0 closed2 room1 (stray) ended=1" */
    struct mc_buf got[5];     /* what data() took, by DLC */
    struct mc_buf carried[5]; /* what the modem got, by DLC */
    size_t take;              /* data() takes so much a call */
    int write_result;
    size_t pending;
    unsigned closes_in_data; /* data() closes this DLC */
    int64_t written_bytes;
    bool quiet; /* no words of UIH on DLCs */
};

void desk_open(struct desk *desk, unsigned n1, int32_t baud);
/** ... started, DLC 0 open, DLCs 1 (AT) and 2 (data) open, all words forgotten. */
void desk_ready(struct desk *desk, unsigned n1, int32_t baud);
void desk_close(struct desk *desk);
void desk_forget(struct desk *desk);
void desk_pass(struct desk *desk, int64_t ms);
/** The modem sends a frame. */
void desk_say(struct desk *desk, unsigned dlci, uint8_t control, const void *info, size_t len);
/** ... a UIH on DLCI 0, of so many bytes. */
void desk_command(struct desk *desk, const char *info, size_t len);
/** What was written, resp. called back, since desk_forget(); forgets. */
void desk_wrote(struct desk *desk, const char *words);
void desk_told(struct desk *desk, const char *words);

#endif
