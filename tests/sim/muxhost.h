/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIM_MUXHOST_H
#define TESTS_SIM_MUXHOST_H

/* A host that speaks CMUX with a board on a desk. */

#include "desk.h"
#include "mux_frame.h"

#define OK(command) command "\r\r\nOK\r\n"
#define CONNECT     "ATD*99***1#\r\r\nCONNECT\r\n"

struct host {
    struct desk desk;
    struct sim_mux_decoder decoder;
    size_t looked;
    char text[5][20000];    /* what each DLC said */
    char control[4000];     /* DLCI 0's messages and the frames that are not UIH: "UA1+ e3:070d ", + for P/F */
    size_t longest, frames; /* of UIH on DLCIs 1 to 4: longest information, how many */
    uint8_t address, head;  /* of the last of those, and its control field */
};

/** A board of the warm preset that ran the control commands of @settings (up to NULL; may be NULL) and then @command,
 * AT+CMUX with its CR. */
void host_begin(struct host *h, const char *const *settings, const char *command);
/** The same with AT+CMUX=0, and all five DLCs open. */
void host_open(struct host *h, const char *const *settings);
void host_close(struct host *h);
/** Time passes, and what the modem sent is sorted. */
void host_run(struct host *h, int64_t ms);
/** Forgets what it said. */
void host_forget(struct host *h);
void host_frame(struct host *h, int dlci, uint8_t control, const void *info, size_t len);
/** SABM with P, and 50 ms. */
void host_sabm(struct host *h, int dlci);
void host_type(struct host *h, int dlci, const char *text);
/** A message on DLCI 0, and 50 ms. */
void host_message(struct host *h, uint8_t type, const void *value, size_t len);
void host_msc(struct host *h, int dlci, uint8_t signals);
/** Types @command on @dlci, waits, and asserts what came there and that no other DLC said a word. */
void host_expect(struct host *h, int dlci, const char *command, int64_t ms, const char *expected);
/** Asserts h->control, and forgets. */
void host_controls(struct host *h, const char *expected);

#endif
