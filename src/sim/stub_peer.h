/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_STUB_PEER_H
#define MICROCAT_SIM_STUB_PEER_H

/* The small PPP as a board's network, with the one-function internet behind it. Pure. */

#include "board.h"
#include "ppp_stub.h"

struct sim_stub_peer;

/** NULL: no memory. */
struct sim_stub_peer *sim_stub_peer_new(struct mc_timerq *queue, enum sim_ppp_auth demands);
/** Free it after the board. */
void sim_stub_peer_free(struct sim_stub_peer *peer);
/** Becomes @board's network. */
void sim_stub_peer_attach(struct sim_stub_peer *peer, struct sim_board *board);

#endif
