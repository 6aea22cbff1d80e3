/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_DNS_BUS_H
#define MICROCAT_PPP_DNS_BUS_H

/* The way to systemd-resolved: the one file with sd-bus. What is asked for, and for how long, is dns.c's. */

#include <stdbool.h>
#include <stddef.h>

struct mc_loop; /* io/loop.h */

/** How long resolved may take. */
enum { MC_DNS_LIMIT_MS = 5000 };

struct mc_dns_bus;
struct sd_bus_slot;

/** An answer: 0, or -errno (-ENOENT: no resolved here). From inside sd-bus: do nothing but note it. */
typedef void mc_dns_answer_fn(void *ctx, int result);
/** A call under way, embedded in whoever asks. */
struct mc_dns_call {
    mc_dns_answer_fn *answer;
    void *ctx;
    struct sd_bus_slot *slot; /* NULL: none is under way */
};
/** The connection broke with @error; it is closed, and no answer comes any more. */
typedef void mc_dns_broken_fn(void *ctx, int error);

/** Nothing is opened yet. NULL: no memory. */
struct mc_dns_bus *mc_dns_bus_new(struct mc_loop *loop, mc_dns_broken_fn *broken, void *ctx);
void mc_dns_bus_free(struct mc_dns_bus *bus);
/** "unix:path=..." instead of the system's bus. Copied. 0 or -ENOMEM. */
int mc_dns_bus_set_address(struct mc_dns_bus *bus, const char *address);

/** Harmless when it is open. 0 or -errno, -ENOENT where there is no bus. */
int mc_dns_bus_open(struct mc_dns_bus *bus);
void mc_dns_bus_close(struct mc_dns_bus *bus);
/** Sends what waits and takes what has come; the loop does it from then on. */
void mc_dns_bus_pump(struct mc_dns_bus *bus);

/*
 * resolved's methods for the link with this interface index (org.freedesktop.resolve1(5)). 0: @call->answer comes once,
 * unless mc_dns_bus_forget() is called first; or -errno.
 */
int mc_dns_bus_set_servers(struct mc_dns_bus *bus, int index, const char *const *servers, size_t n_servers,
                           struct mc_dns_call *call);
int mc_dns_bus_set_default_route(struct mc_dns_bus *bus, int index, bool default_route, struct mc_dns_call *call);
int mc_dns_bus_revert(struct mc_dns_bus *bus, int index, struct mc_dns_call *call);
/** Its answer is not called back any more; harmless when none is under way. */
void mc_dns_bus_forget(struct mc_dns_call *call);

#endif
