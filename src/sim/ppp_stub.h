/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_PPP_STUB_H
#define MICROCAT_SIM_PPP_STUB_H

/*
 * A small PPP of our own, for hosts whose kernel has none: LCP, PAP, CHAP-MD5, IPCP with DNS, LCP echo. Pure: bytes,
 * packets and the timer queue. One code plays both ends: the network (waits for the host, demands authentication, gives
 * addresses) and the host (speaks first, presents credentials, asks for addresses and DNS).
 *
 * Callbacks run from sim_ppp_input(), sim_ppp_open() and the queue; sim_ppp_free() is not allowed in them.
 */

#include <microcat/base/timerq.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_ppp;

enum sim_ppp_auth { SIM_PPP_AUTH_NONE, SIM_PPP_AUTH_PAP, SIM_PPP_AUTH_CHAP };
enum sim_ppp_phase {
    SIM_PPP_DEAD,
    SIM_PPP_ESTABLISH,
    SIM_PPP_AUTHENTICATE,
    SIM_PPP_NETWORK,
    SIM_PPP_RUNNING,
    SIM_PPP_TERMINATE,
    SIM_PPP_PHASES
};
enum sim_ppp_end {
    SIM_PPP_END_NONE,
    SIM_PPP_END_SELF,       /* sim_ppp_close() */
    SIM_PPP_END_PEER,       /* the peer sent a Terminate-Request */
    SIM_PPP_END_NO_ANSWER,  /* LCP got none */
    SIM_PPP_END_NO_NETWORK, /* IPCP came to nothing */
    SIM_PPP_END_AUTH,       /* authentication failed, either side */
    SIM_PPP_END_ECHO,       /* too many echoes unanswered */
    SIM_PPP_END_LOOP,       /* our own frames come back */
};

struct sim_ppp_config {
    bool network;                /* the network's end; false: the host's */
    enum sim_ppp_auth demands;   /* what this end demands of the other */
    const char *user, *password; /* network: accepted, "" any; host: presented, and not read before
                                  * phase authenticate is told. Borrowed, never NULL. */
    bool refuse;                 /* network: refuse whatever is presented */
    uint8_t local[4], remote[4]; /* network: its own address, the host's; host: zero */
    uint8_t dns[2][4];
    int echo_interval_ms, echo_failure; /* 0: no echoes of our own */
    uint32_t seed;                      /* magic number and challenge */
};

struct sim_ppp_callbacks {
    /** Framed bytes for the wire. */
    void (*write)(void *ctx, const uint8_t *data, size_t len_bytes);
    void (*phase)(void *ctx, enum sim_ppp_phase phase);
    /** An IP packet of the peer's, while running. */
    void (*packet)(void *ctx, const uint8_t *data, size_t len_bytes);
    /** PPP is over. */
    void (*ended)(void *ctx, enum sim_ppp_end end);
};

/** NULL: no memory. */
struct sim_ppp *sim_ppp_new(struct mc_timerq *queue, const struct sim_ppp_config *config,
                            const struct sim_ppp_callbacks *callbacks, void *ctx);
void sim_ppp_free(struct sim_ppp *ppp);
/** Begins: the host's end speaks, the network's end waits. */
void sim_ppp_open(struct sim_ppp *ppp);
/** Sends a Terminate-Request and ends when it is acknowledged, or after 2 s. */
void sim_ppp_close(struct sim_ppp *ppp);
void sim_ppp_input(struct sim_ppp *ppp, const void *data, size_t len_bytes);
/** Sends an IP packet: 0, -ENETDOWN. */
int sim_ppp_packet(struct sim_ppp *ppp, const uint8_t *data, size_t len_bytes);

/** What was negotiated: auth from phase authenticate on, addresses while running. */
struct sim_ppp_addresses {
    uint8_t local[4], remote[4], dns[2][4];
    enum sim_ppp_auth auth; /* used, by either end */
    int mru;
};
const struct sim_ppp_addresses *sim_ppp_addresses(const struct sim_ppp *ppp);
enum sim_ppp_phase sim_ppp_phase(const struct sim_ppp *ppp);

#endif
