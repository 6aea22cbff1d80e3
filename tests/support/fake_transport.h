/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_SUPPORT_FAKE_TRANSPORT_H
#define MICROCAT_TESTS_SUPPORT_FAKE_TRANSPORT_H

/*
 * A transport without a device: the test says what the modem sends and looks at what was written. Like a real one it
 * never calls back from inside a call: bytes, drained and closed come from the timer queue.
 */

#include <microcat/base/buf.h>
#include <microcat/base/timerq.h>
#include <microcat/io/transport.h>

struct fake_transport {
    struct mc_transport base; /* give &fake->base to the code under test */
    struct mc_timerq *queue;
    struct mc_buf written; /* everything written so far, until the test takes it */
    struct mc_buf incoming;
    struct mc_timer deliver, drained, gone;
    size_t fragment_bytes; /* how many bytes a call of on_bytes gets at most; 0: all */
    int write_error;       /* -errno that the next writes return; 0 none */
    int closed_error;      /* what on_closed will say */
    bool hold_drained;     /* pending_bytes() keeps what is written, and on_drained waits for fake_transport_drain() */
    size_t pending;
    bool stopped; /* on_bytes took less than offered; waits for resume */
    bool closed;  /* close() was called */
    uint32_t baud;
    enum mc_flow flow;
    bool dtr, rts, brk, dsr;
    unsigned breaks, dtr_changes, rts_changes;
};

void fake_transport_init(struct fake_transport *fake, struct mc_timerq *queue);
void fake_transport_free(struct fake_transport *fake);

/** The modem sends: delivered by the queue's next passes, in fragments of fragment_bytes. */
void fake_transport_send(struct fake_transport *fake, const void *data, size_t len_bytes);
/** The same for a string. */
void fake_transport_say(struct fake_transport *fake, const char *text);
/** The device goes away: on_closed(@error) from the next pass. */
void fake_transport_hang_up(struct fake_transport *fake, int error);
/** With hold_drained: lets the written bytes go. */
void fake_transport_drain(struct fake_transport *fake);

/** What was written since the last call, as a string (bytes as they are, NUL-ended); valid until the next call. */
const char *fake_transport_take(struct fake_transport *fake, size_t *ret_len_bytes);

#endif
