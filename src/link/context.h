/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_CONTEXT_H
#define MICROCAT_LINK_CONTEXT_H

/*
 * The modem as a witness: what it says of the PDP context beside a call (AT+CGACT?, AT+CGPADDR), which only the
 * multiplexer lets it be asked. As any witness it must have proved itself: it has said of this session's context that
 * it is active; it has to say twice that it is not, for a modem that comes back into coverage says so for a moment of a
 * context that lives; and its word condemns only a link on which nothing comes in. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

/** Zero is its start. */
struct mc_context_witness {
    uint64_t rx, tx;     /* when something last came in */
    int64_t began_at_ms; /* the call */
    int64_t came_at_ms;
    int64_t asked_at_ms;
    int64_t told_at_ms;   /* of the last word that was heard */
    int64_t looked_at_ms; /* at the traffic */
    int64_t denied_at_ms; /* since when it says that the context is not active; -1 it does not */
    bool proven;
    bool registered; /* as far as was heard: a loss is told, not acted on */
};

/** A call begins, at @now_ms. What was proven stays. */
void mc_context_begin(struct mc_context_witness *witness, int64_t now_ms);
/** Something is being sent: is it time to look at the traffic? That costs a question to the kernel, and this comes with
 * each packet. */
bool mc_context_due(const struct mc_context_witness *witness, int64_t now_ms);
/** Something is being sent; so much has come and gone so far. @return whether the modem should be asked now: something
 * went out, and nothing has come in for a while. */
bool mc_context_sent(struct mc_context_witness *witness, uint64_t rx_bytes, uint64_t tx_bytes, int64_t now_ms);
enum mc_context_word {
    MC_CONTEXT_FINE, /* or nothing that can be gone by */
    MC_CONTEXT_ASK,  /* it should be asked again, after MC_CONTEXT_AGAIN_MS */
    MC_CONTEXT_DEAD, /* the link is, by its word */
};
#define MC_CONTEXT_AGAIN_MS 5000

/** The modem says @active (1, 0, -1 nothing). */
enum mc_context_word mc_context_told(struct mc_context_witness *witness, int32_t active, uint64_t rx_bytes,
                                     int64_t now_ms);

#endif
