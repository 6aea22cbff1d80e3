/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_NAMES_H
#define MICROCAT_PPP_NAMES_H

/*
 * Where the host's names come from, and the link's DNS servers in it: systemd-resolved where it runs, else a resolvconf
 * (Debian's or openresolv) where one is installed, else resolv.conf itself, also where NetworkManager writes it. The
 * others' servers stay first as long as one of them can be reached without the link; what is given is taken back,
 * also what a daemon before this one left.
 *
 * To each server a route leads through the link, unless others use that server, or a route to it is there.
 */

#include <microcat/base/strtab.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mc_loop; /* io/loop.h */
struct mc_names;

enum mc_names_where {
    MC_NAMES_NOWHERE,
    MC_NAMES_RESOLVED,
    MC_NAMES_RESOLVCONF,
    MC_NAMES_RESOLV_CONF,
    MC_NAMES_NETWORKMANAGER,
    MC_NAMES_WHERE_COUNT
};
/** "systemd-resolved", "resolvconf", "resolv.conf", "NetworkManager"; "" nowhere. */
extern const struct mc_strtab mc_names_where_names;

struct mc_names_place {
    const char *owner;       /* the instance: whose servers they are in a file that several write */
    const char *resolv_conf; /* NULL: /etc/resolv.conf */
    const char *resolvconf;  /* the program; NULL: /sbin/resolvconf, unless it is systemd's */
    int64_t retry_ms;        /* after which what failed is tried again, at first; 0: 30 s */
};

/**
 * The servers are taken (@result 0, or how many of them are asked now), or not: @where is NOWHERE, @result why
 * (-ENOENT: nobody here takes any; -EBUSY: resolv.conf is somebody else's). Comes once for each mc_names_give(), from
 * the loop or from inside it, and again when somebody else takes them later: whoever refused them is asked again from
 * time to time, and so is what could not be taken back.
 */
typedef void mc_names_fn(void *ctx, enum mc_names_where where, int result);

/** @place is copied. Nothing is looked at yet. NULL: no memory. */
struct mc_names *mc_names_new(struct mc_loop *loop, const struct mc_names_place *place, mc_names_fn *fn, void *ctx);
/** What was given stays: mc_names_take_back() first. NULL is fine. */
void mc_names_free(struct mc_names *names);

struct mc_names_gift {
    const char *ifname;
    const char *const *servers; /* numeric; at most 4 */
    size_t n_servers;
    bool default_route; /* resolved: for all names that no other link claims */
    uint32_t metric;    /* of the link's routes */
    uint32_t table;     /* theirs; 0: main */
};
/** In the place of what was given before. 0, or -EINVAL when no usable server is among them. */
int mc_names_give(struct mc_names *names, const struct mc_names_gift *gift);
void mc_names_take_back(struct mc_names *names);
/** What a daemon before this one left in files or with resolvconf is taken out. Returns whether there was anything. */
bool mc_names_sweep(struct mc_names *names);

#endif
