/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_PROBE_H
#define MICROCAT_PPP_PROBE_H

/*
 * One active probe of the link: does anything come back from beyond the modem? The modem answers LCP echo by itself, so
 * only traffic proves the link. ICMP echo, a DNS query over UDP, or a TCP connect; always bound to the interface. When
 * to probe is decided elsewhere (link). On the wire one probe is below 150 bytes both ways together (tcp: below 300,
 * with the reset that ends it).
 */

#include <microcat/base/settings.h>

struct mc_loop; /* io/loop.h */

struct mc_probe;

enum mc_probe_result {
    MC_PROBE_ANSWERED, /* something came back: an echo, any DNS answer to our query, a connection or its refusal */
    MC_PROBE_LOST,     /* nothing in time */
    MC_PROBE_FAILED,   /* it could not be sent: no route, interface gone, no permission; says nothing of the network */
};
/** Called once, from the loop, after which the probe is gone. @rtt_ms is -1 unless answered; @error is -errno of
 * FAILED. */
typedef void mc_probe_done_fn(void *ctx, enum mc_probe_result result, int rtt_ms, int error);

struct mc_probe_target {
    enum mc_probe_kind kind;
    const char *ifname;  /* bound to it with SO_BINDTODEVICE; NULL not bound (tests) */
    const char *address; /* numeric, IPv4 or IPv6 */
    int port;            /* tcp; dns: 0 means 53 */
    int timeout_ms;
};

/** Sends one probe. 0 or -errno (-EINVAL no numeric address, -ENODEV, -EPERM, ...): then nothing is called back. */
int mc_probe_start(struct mc_loop *loop, const struct mc_probe_target *target, mc_probe_done_fn *done, void *ctx,
                   struct mc_probe **ret_probe);
/** Gives up on it without a call back. NULL is harmless; not after @done came. */
void mc_probe_cancel(struct mc_probe *probe);

#endif
