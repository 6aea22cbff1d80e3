/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_ROUTE_H
#define MICROCAT_HOST_ROUTE_H

/*
 * Routes and interface facts through rtnetlink (the one file with libmnl). Requests are answered by the kernel at once;
 * none waits for anybody. Our routes carry a protocol number of their own, so that they can be told from everybody
 * else's, also by a daemon that was started after a crash.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* rtm_protocol of our routes: nobody's in linux/rtnetlink.h (186 to 189 and 192 are those of routing daemons, whose
 * routes a sweep must never take for ours). */
enum { MC_ROUTE_PROTOCOL = 177 };

enum mc_route_family { MC_ROUTE_IPV4 = 1 << 0, MC_ROUTE_IPV6 = 1 << 1 };

/**
 * Adds a default route through @ifname with @metric to @table (0: main), without a gateway (a PPP link has one
 * neighbour). Never displaces a route: 0; -EEXIST when somebody else's default route has this metric; 0 as well when
 * ours is there already; -ENODEV, -ENETDOWN, -EPERM, -EOPNOTSUPP for IPv6 in a kernel without it, ...
 */
int mc_route_add(const char *ifname, enum mc_route_family family, uint32_t metric, uint32_t table);
/** Removes what mc_route_add() added, and only that. 0, also when it is gone already (the kernel drops routes of an
 * interface that goes down). */
int mc_route_remove(const char *ifname, enum mc_route_family family, uint32_t metric, uint32_t table);
/**
 * Removes every route that carries our protocol number, for @ifname only or (NULL) for all interfaces: what a
 * crashed daemon left. Returns how many, or -errno. With several daemons on one host pass the interface.
 */
int mc_route_sweep(const char *ifname);

/** Removes every default route of ours through @ifname, of one family, whatever metric and table it has. How many, or
 * -errno. */
int mc_route_remove_defaults(const char *ifname, enum mc_route_family family);
/** How many routes through @ifname carry our protocol number (32 at most), or -errno. */
int mc_route_count(const char *ifname);

/**
 * Removes the IPv6 default routes through @ifname that the kernel itself made of a router's advertisement, before it
 * was told to make none. How many, or -errno.
 */
int mc_route_remove_advertised(const char *ifname);

/** How an address would be reached now, main table and rules included. */
struct mc_route_way {
    char ifname[16];
    bool by_default; /* no route but a default one leads there */
    bool down;       /* it leads through an interface without carrier: nothing arrives */
    bool local;      /* it is the host's own */
};
/** 0; -EINVAL for no address; -ENETUNREACH and others: it cannot be reached. */
int mc_route_lookup(const char *address, struct mc_route_way *ret_way);
/** Can @address (also with a zone: "fe80::1%eth0") be reached, but not through @ifname? */
bool mc_route_reaches_without(const char *address, const char *ifname);

/**
 * A route to the one address @server through @ifname, unless somebody has set one to it already that is no default
 * route (main table only; in another one nobody else's is looked for). 1 added (or ours was there), 0 none is needed,
 * or -errno.
 */
int mc_route_add_server(const char *ifname, const char *server, uint32_t metric, uint32_t table);
/** Takes it back. 0, also when it is gone. */
int mc_route_remove_server(const char *ifname, const char *server, uint32_t metric, uint32_t table);
/** Removes every route of ours to @server through @ifname, whatever metric and table it has. How many, or -errno. */
int mc_route_remove_servers(const char *ifname, const char *server);

struct mc_link_stats {
    uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets;
    int mtu;
    bool up;
    bool running; /* it has a carrier */
};
/** What the kernel counted on the interface. 0, -ENODEV. */
int mc_link_stats(const char *ifname, struct mc_link_stats *ret_stats);
/** A global IPv6 address of the interface that can be used (no longer tentative), in text; false: it has none. */
bool mc_link_global6(const char *ifname, char *out, size_t out_bytes);
/** Is the interface up and running, with @address (IPv4 or IPv6, in text) as its own? */
bool mc_link_has(const char *ifname, const char *address);

#endif
