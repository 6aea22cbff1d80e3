/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_DNS_H
#define MICROCAT_PPP_DNS_H

/*
 * The link's DNS servers to systemd-resolved over sd-bus. Asynchronous and bounded; where there is no
 * resolved the answer is -ENOENT: names.h goes another way.
 */

#include <stdbool.h>
#include <stddef.h>

struct mc_loop; /* io/loop.h */

struct mc_dns;

/** How a request ended: 0 taken by resolved; -ENOENT no resolved (or no bus) here; -ETIMEDOUT; or the error it gave. */
typedef void mc_dns_done_fn(void *ctx, int result);

/** Nothing is opened yet. NULL: no memory. */
struct mc_dns *mc_dns_new(struct mc_loop *loop);
/** Open requests are forgotten, not called back. */
void mc_dns_free(struct mc_dns *dns);
/** The bus to use instead of the system's ("unix:path=..."), for tests. Copied. 0 or -ENOMEM. */
int mc_dns_set_address(struct mc_dns *dns, const char *address);

/**
 * Gives @ifname its servers (numeric addresses; unusable ones are left out), makes it a route for no domain but those
 * that no other link claims when @default_route, else for none. Replaces what we gave before. @done comes later from
 * the loop, once. 0; -EINVAL when no usable server is left; -ENODEV.
 */
int mc_dns_set(struct mc_dns *dns, const char *ifname, const char *const *servers, size_t n_servers, bool default_route,
               mc_dns_done_fn *done, void *ctx);
/** Takes it back (RevertLink); resolved itself forgets a link that vanishes. @done may be NULL. */
int mc_dns_revert(struct mc_dns *dns, const char *ifname, mc_dns_done_fn *done, void *ctx);

/** False for what is no address, for unspecified, loopback and multicast, and for 10.11.12.13 and 10.11.12.14, which
 * some modems hand out when they know none (MODEM.md: ask AT+CGCONTRDP instead). */
bool mc_dns_usable(const char *address);

#endif
