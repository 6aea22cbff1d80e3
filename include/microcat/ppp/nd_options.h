/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_ND_OPTIONS_H
#define MICROCAT_PPP_ND_OPTIONS_H

/*
 * What a router's advertisement says beside addresses: name servers (RDNSS, RFC 8106) and the prefix behind which the
 * network reaches IPv4 (PREF64, RFC 8781), each with the time for which that holds. Pure functions; the options are
 * untrusted input.
 */

#include <stddef.h>
#include <stdint.h>

/** More servers than these no resolver asks. */
#define MC_ND_SERVERS 3

struct mc_nd_facts {
    struct {
        char address[46]; /* "" none */
        int64_t until_ms; /* INT64_MAX: for ever */
    } servers[MC_ND_SERVERS];
    char nat64[50]; /* "64:ff9b::/96"; "" none */
    int64_t nat64_until_ms;
};

/**
 * Takes the options of one advertisement (as the kernel hands them on: one or several). Link-local servers are not
 * taken: the resolvers that we hand them to have no place for their zone. 1: something is different now; 0; -EBADMSG: a
 * length that cannot be, and nothing of this message was taken.
 */
int mc_nd_take(struct mc_nd_facts *facts, const void *options, size_t len_bytes, int64_t now_ms);
/** Drops what has run out. 1: something did; 0. *@ret_next_ms: when the next will; INT64_MAX never. */
int mc_nd_expire(struct mc_nd_facts *facts, int64_t now_ms, int64_t *ret_next_ms);

#endif
