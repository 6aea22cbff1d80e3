/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_PPPD_PEER_H
#define MICROCAT_SIM_PPPD_PEER_H

/*
 * A real pppd as the network: one a call, on a pty whose other end is the board. It runs in a mount namespace of its
 * own with a private /etc/ppp (no options, secrets or scripts of the host's) and, when named, in a network namespace.
 * Needs root and a kernel with PPP.
 */

#include "board.h"
#include "pump.h"

struct sim_pppd_peer;

enum sim_ipv6 { SIM_IPV6_NO, SIM_IPV6_YES, SIM_IPV6_ONLY };

struct sim_pppd_options {
    const char *program; /* "/usr/sbin/pppd" */
    const char *netns;   /* name under /run/netns, or NULL */
    const char
        *auth; /* "none", "pap", "chap": what it demands, when net-user or the modem's AT+CGAUTH names somebody */
    enum sim_ipv6 ipv6;
};

/** Can this kernel do PPP? */
bool sim_pppd_possible(void);

/** @options' strings are borrowed for the peer's life. NULL: no memory. */
struct sim_pppd_peer *sim_pppd_peer_new(struct sim_pump *pump, const struct sim_pppd_options *options);
void sim_pppd_peer_free(struct sim_pppd_peer *peer);
/** Becomes @board's network. */
void sim_pppd_peer_attach(struct sim_pppd_peer *peer, struct sim_board *board);

#endif
