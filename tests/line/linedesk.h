/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LINE_LINEDESK_H
#define TESTS_LINE_LINEDESK_H

/* A line with a modem's hand at its other end: what it writes and calls back stands in one log, what the modem says is
 * given. */

#include "../../src/line/mux_frame.h"
#include <microcat/line/line.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

struct linedesk {
    struct mc_timerq *queue;
    struct mc_line *line;
    struct mux_reader modem; /* reads what the line writes */
    size_t take;             /* data() takes so much a call */
    bool full;               /* the port takes nothing */
    bool traced;             /* what is traced stands in the log, too */
    bool command_in_owner;   /* a change of owner is answered by mc_line_command() */
    bool plain_in_urc;       /* a URC is answered by mc_line_plain() */
    char log[8192];          /* what was written and called back, in order; UIH of DLCI 0 left out */
};

/** cmocka's: *@state is a desk, its line plain. */
int linedesk_set_up(void **state);
int linedesk_tear_down(void **state);
/** The line anew; @all callbacks, or write and data only. */
void linedesk_make_line(struct linedesk *desk, bool all);
void linedesk_pass(struct linedesk *desk, int64_t ms);
/** Compares the log and empties it. */
void linedesk_expect(struct linedesk *desk, const char *log);

/** A frame of the modem's (@info a string or NULL); returns its length. */
size_t linedesk_frame(uint8_t *out, unsigned dlci, uint8_t control, const char *info);
/** The modem sends a frame, or what is none. */
void linedesk_say(struct linedesk *desk, unsigned dlci, uint8_t control, const char *info);
void linedesk_say_plainly(struct linedesk *desk, const char *text);
/** A command; its result goes to the log ("OK "). */
void linedesk_send_on(struct linedesk *desk, struct mc_at *at, const char *text, unsigned flags);
void linedesk_send_at(struct linedesk *desk, const char *text);
/** For what ends once: "done=0 " in the log. */
void linedesk_on_done(void *ctx, int result);

/** The multiplexer is open, both channels are, the log is empty. */
void linedesk_open_both(struct linedesk *desk);
/** ... and the data channel carries a call. */
void linedesk_dial(struct linedesk *desk);

#endif
