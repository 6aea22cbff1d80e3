/* SPDX-License-Identifier: MIT */
/* The way to one address: how it is reached, and a route of our own to a server behind the link. */
#include "route_priv.h"
#include <microcat/base/parse.h>
#include <microcat/host/route.h>

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

static int parse(const char *address, struct route_target *ret_target)
{
    *ret_target = (struct route_target){.family = AF_INET, .len_bits = 32};
    if (inet_pton(AF_INET, address, ret_target->address) == 1)
        return 0;
    *ret_target = (struct route_target){.family = AF_INET6, .len_bits = 128};
    return inet_pton(AF_INET6, address, ret_target->address) == 1 ? 0 : -EINVAL;
}

static bool has_carrier(int index)
{
    char name[IF_NAMESIZE];
    struct mc_link_stats stats;

    return if_indextoname((unsigned)index, name) == NULL || mc_link_stats(name, &stats) < 0 || stats.running;
}

static int take_way(const struct nlmsghdr *header, void *ctx)
{
    const struct rtmsg *route = mnl_nlmsg_get_payload(header);
    struct mc_route_way *way = ctx;
    const struct nlattr *attribute;
    int index = 0;

    way->by_default = route->rtm_dst_len == 0;
    way->local = route->rtm_type == RTN_LOCAL;
    mnl_attr_for_each(attribute, header, sizeof(*route))
    {
        if (mnl_attr_get_type(attribute) == RTA_OIF && mnl_attr_validate(attribute, MNL_TYPE_U32) >= 0)
            index = (int)mnl_attr_get_u32(attribute);
    }
    if (index > 0)
        if_indextoname((unsigned)index, way->ifname);
    way->down =
        (route->rtm_flags & (RTNH_F_LINKDOWN | RTNH_F_DEAD)) != 0 || (index > 0 && !way->local && !has_carrier(index));
    return MNL_CB_OK;
}

int mc_route_lookup(const char *address, struct mc_route_way *ret_way)
{
    char buffer[MNL_NLMSG_HDRLEN + 256];
    struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
    struct route_target target;
    struct rtmsg *route;
    int r = parse(address, &target);

    *ret_way = (struct mc_route_way){0};
    if (r < 0)
        return r;
    header->nlmsg_type = RTM_GETROUTE;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    route = mnl_nlmsg_put_extra_header(header, sizeof(*route));
    route->rtm_family = (unsigned char)target.family;
    route->rtm_dst_len = target.len_bits;
    route->rtm_flags = RTM_F_FIB_MATCH; /* the route that matches, not a copy of it for this address */
    mnl_attr_put(header, RTA_DST, target.len_bits / 8u, target.address);
    return route_talk(header, take_way, ret_way);
}

/* "fe80::1%eth0" says itself by which interface; also by its number. */
static bool zone_reaches(const char *zone, const char *ifname)
{
    struct mc_link_stats stats = {0};
    char name[IF_NAMESIZE];
    int64_t index;

    if (mc_parse_int(zone, 1, INT_MAX, &index) == 0)
        zone = if_indextoname((unsigned)index, name);
    return zone != NULL && strcmp(zone, ifname) != 0 && mc_link_stats(zone, &stats) == 0 && stats.running;
}

bool mc_route_reaches_without(const char *address, const char *ifname)
{
    const char *zone = strchr(address, '%');
    struct mc_route_way way;

    if (zone != NULL)
        return zone_reaches(zone + 1, ifname);
    if (mc_route_lookup(address, &way) < 0)
        return false;
    return way.local || (!way.down && strcmp(way.ifname, ifname) != 0);
}

int mc_route_add_server(const char *ifname, const char *server, uint32_t metric, uint32_t table)
{
    int index = (int)if_nametoindex(ifname), r;
    struct route_target target;
    struct mc_route_way way;

    if (index == 0)
        return -ENODEV;
    r = parse(server, &target);
    if (r < 0)
        return r;
    r = table ? -ENOENT : mc_route_lookup(server, &way); /* who is routed by another table is not by this way */
    if (r == 0 && !way.by_default && strcmp(way.ifname, ifname) != 0)
        return 0;
    target.table = table;
    r = route_add(&target, index, metric);
    return r < 0 ? r : 1;
}

int mc_route_remove_server(const char *ifname, const char *server, uint32_t metric, uint32_t table)
{
    int index = (int)if_nametoindex(ifname);
    struct route_target target;

    if (index == 0)
        return 0;
    int r = parse(server, &target);
    target.table = table;
    return r < 0 ? r : route_delete(&target, index, metric);
}

int mc_route_remove_servers(const char *ifname, const char *server)
{
    struct route_target target;
    int r = parse(server, &target);

    return r < 0 ? r : route_remove_all(ifname, &target);
}
