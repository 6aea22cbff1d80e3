/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_PPP_PRIVATE_H
#define MICROCAT_SIM_PPP_PRIVATE_H

/* The parts of the small PPP among themselves. */

#include "hdlc.h"
#include "ppp_stub.h"
#include <errno.h>

#define SIM_CP_MAX 256 /* bytes of options */

enum sim_cp_code {
    SIM_CP_REQUEST = 1,
    SIM_CP_ACK,
    SIM_CP_NAK,
    SIM_CP_REJECT,
    SIM_CP_TERMINATE,
    SIM_CP_TERMINATED,
    SIM_CP_CODE_REJECT,
    SIM_LCP_PROTOCOL_REJECT,
    SIM_LCP_ECHO,
    SIM_LCP_ECHOED
};
enum sim_cp_state {
    SIM_CP_CLOSED,
    SIM_CP_LISTEN,
    SIM_CP_REQ_SENT,
    SIM_CP_ACK_RCVD,
    SIM_CP_ACK_SENT,
    SIM_CP_OPENED,
    SIM_CP_CLOSING
};

struct sim_cp_ops {
    int protocol;
    /** Writes our options, returns their length. */
    size_t (*request)(struct sim_ppp *ppp, uint8_t *out);
    /** Judges one option of the peer's: SIM_CP_ACK (keeps it), _NAK (rewrites its value in place), _REJECT. */
    enum sim_cp_code (*judge)(struct sim_ppp *ppp, uint8_t *option);
    /** The peer did not like one of ours. */
    void (*disliked)(struct sim_ppp *ppp, enum sim_cp_code code, const uint8_t *option);
    void (*up)(struct sim_ppp *ppp);
    void (*gave_up)(struct sim_ppp *ppp);
};

/* The option negotiation of RFC 1661, as much of its automaton as two well-meaning ends need. */
struct sim_cp {
    struct sim_ppp *ppp;
    const struct sim_cp_ops *ops;
    enum sim_cp_state state;
    uint8_t id;
    int tries;
    struct mc_timer timer;
};

struct sim_ppp {
    struct mc_timerq *queue;
    struct sim_ppp_config config;
    struct sim_ppp_callbacks callbacks;
    void *ctx;
    struct sim_hdlc hdlc;
    struct sim_cp lcp, ipcp;
    enum sim_ppp_phase phase;
    struct sim_ppp_addresses addresses;
    uint32_t magic, random;
    uint32_t accm; /* control characters that the peer wants escaped */
    bool accm_rejected, magic_rejected, dns_rejected[2];
    enum sim_ppp_auth demands, demanded; /* of the other; of us */
    uint8_t challenge[16], auth_id;
    bool auth_theirs_done, auth_ours_done;
    int echoes_out, own_frames, auth_tries;
    enum sim_ppp_end why; /* of a termination that is on */
    struct mc_timer echo_timer, auth_timer;
};

/* ppp_stub.c */
void sim_ppp_send(struct sim_ppp *ppp, int protocol, const uint8_t *payload, size_t len_bytes);
void sim_ppp_end(struct sim_ppp *ppp, enum sim_ppp_end end);
void sim_ppp_set_phase(struct sim_ppp *ppp, enum sim_ppp_phase phase);
uint32_t sim_ppp_random(struct sim_ppp *ppp);

/* ppp_cp.c */
void sim_cp_init(struct sim_cp *cp, struct sim_ppp *ppp, const struct sim_cp_ops *ops);
void sim_cp_open(struct sim_cp *cp, bool listen);
void sim_cp_close(struct sim_cp *cp);
void sim_cp_stop(struct sim_cp *cp); /* at once, without a word */
void sim_cp_input(struct sim_cp *cp, uint8_t *packet, size_t len_bytes);
void sim_cp_send(struct sim_cp *cp, uint8_t code, uint8_t id, const uint8_t *data, size_t len_bytes);

/* ppp_lcp.c, ppp_ipcp.c, ppp_auth.c */
extern const struct sim_cp_ops sim_lcp_ops, sim_ipcp_ops;
void sim_lcp_echo_input(struct sim_ppp *ppp, uint8_t *packet, size_t len_bytes);
void sim_lcp_start_echo(struct sim_ppp *ppp);
void sim_auth_init(struct sim_ppp *ppp);
void sim_auth_begin(struct sim_ppp *ppp);
void sim_auth_pap(struct sim_ppp *ppp, const uint8_t *packet, size_t len_bytes);
void sim_auth_chap(struct sim_ppp *ppp, const uint8_t *packet, size_t len_bytes);

#endif
