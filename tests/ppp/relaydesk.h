/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_PPP_RELAYDESK_H
#define MICROCAT_TESTS_PPP_RELAYDESK_H

/* A relay between a test that plays the modem's side and one that plays pppd, on a socketpair. */

#include "wait.h"

#include <microcat/io/loop.h>
#include <microcat/ppp/relay.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELAYDESK_BYTES 262144 /* more than the socketpair holds */

struct relaydesk {
    struct mc_loop *loop;
    struct mc_relay *relay;
    int ours, theirs; /* the relay's end; pppd's */

    /* the modem's side */
    size_t takes; /* so many bytes yet; SIZE_MAX: all that come */
    uint8_t got[RELAYDESK_BYTES];
    size_t n_got;
    unsigned offers; /* how often to_modem was called */
    unsigned rooms;  /* and on_room */
    char signs[512]; /* "no-carrier(NO CARRIER) ..." */
    const uint8_t *waiting;
    size_t n_waiting; /* what on_room sends on; none: it is only counted */
    bool inside;      /* a call of the relay is under way: nothing may call back */

    /* pppd's */
    uint8_t read[RELAYDESK_BYTES];
    size_t n_read;
};

/** cmocka's set-up and tear-down: *@state is a desk whose relay runs. */
int relaydesk_set_up(void **state);
int relaydesk_tear_down(void **state);
/** A relay anew on desk->ours; @events NULL: all of them. */
void relaydesk_begin(struct relaydesk *desk, const struct mc_relay_events *events);
/** Frees the relay and closes both ends. */
void relaydesk_end(struct relaydesk *desk);
size_t relaydesk_to_modem(void *ctx, const uint8_t *data, size_t len_bytes);

/** One turn of the loop that does not sleep. */
void relaydesk_turn(struct relaydesk *desk);
/** Would the loop sleep? False: a descriptor wakes it again and again. */
bool relaydesk_rests(struct relaydesk *desk);
/** Is any timer armed? */
bool relaydesk_timer_armed(struct relaydesk *desk);
/** Time passes: @ms, in no time. What is due fires, and what it defers. */
void relaydesk_pass(struct relaydesk *desk, int64_t ms);

void relaydesk_pppd_sends(struct relaydesk *desk, const void *data, size_t len_bytes);
/** Reads all that is there behind what was read before; returns how much that was. */
size_t relaydesk_pppd_reads(struct relaydesk *desk);
/** Sends from the modem until no more is taken (at most RELAYDESK_BYTES); returns how much was. */
size_t relaydesk_fill(struct relaydesk *desk, const uint8_t *data);
/** A string from the modem, all of which must be taken. */
void relaydesk_modem_says(struct relaydesk *desk, const char *text);

#endif
