/* SPDX-License-Identifier: MIT */
#include "route_priv.h"
#include <microcat/base/cleanup.h>
#include <microcat/host/route.h>

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

enum { SWEEP_MAX = 32 };

static void close_socket(struct mnl_socket **socket)
{
    if (*socket != NULL)
        mnl_socket_close(*socket);
}
#define _cleanup_socket_ _cleanup_(close_socket)

/* The kernel answers at once; the time limit is for the day when it does not. */
static struct mnl_socket *open_socket(void)
{
    struct timeval limit = {.tv_sec = 2};
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

    if (socket == NULL)
        return NULL;
    if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
        setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0) {
        mnl_socket_close(socket);
        return NULL;
    }
    return socket;
}

int route_talk(struct nlmsghdr *request, mnl_cb_t fn, void *ctx)
{
    _cleanup_socket_ struct mnl_socket *socket = open_socket();
    char buffer[16384]; /* a dump's chunk never is longer */
    unsigned seq = (unsigned)time(NULL);
    int r = MNL_CB_OK;

    if (socket == NULL)
        return -errno;
    request->nlmsg_seq = seq;
    if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
        return -errno;
    while (r > MNL_CB_STOP) {
        ssize_t n = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));

        if (n < 0)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
        r = mnl_cb_run(buffer, (size_t)n, seq, mnl_socket_get_portid(socket), fn, ctx);
    }
    return r < 0 ? -errno : 0;
}

static uint32_t table_of(const struct route_target *target)
{
    return target->table ? target->table : RT_TABLE_MAIN;
}

struct nlmsghdr *route_request(char *buffer, uint16_t type, uint16_t flags, const struct route_target *target,
                               int index, uint32_t metric)
{
    struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
    struct rtmsg *route;

    header->nlmsg_type = type;
    header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
    route = mnl_nlmsg_put_extra_header(header, sizeof(*route));
    route->rtm_family = (unsigned char)target->family;
    route->rtm_dst_len = target->len_bits;
    route->rtm_table = target->table < 256 ? (unsigned char)table_of(target) : RT_TABLE_UNSPEC;
    route->rtm_protocol = MC_ROUTE_PROTOCOL;
    route->rtm_scope = target->family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    route->rtm_type = RTN_UNICAST;
    if (target->len_bits > 0)
        mnl_attr_put(header, RTA_DST, target->len_bits / 8u, target->address);
    mnl_attr_put_u32(header, RTA_OIF, (uint32_t)index);
    mnl_attr_put_u32(header, RTA_PRIORITY, metric);
    mnl_attr_put_u32(header, RTA_TABLE, table_of(target));
    return header;
}

struct found {
    struct route_target target;
    int index;
    uint32_t metric;
};
struct search {
    int family;
    unsigned char protocol;
    int only_index; /* 0: any */
    struct found found[SWEEP_MAX];
    int n;
};

static int take_route(const struct nlmsghdr *header, void *ctx)
{
    const struct rtmsg *route = mnl_nlmsg_get_payload(header);
    struct search *search = ctx;
    struct found found = {
        .target = {.family = route->rtm_family, .len_bits = route->rtm_dst_len, .table = route->rtm_table}};
    const struct nlattr *attribute;

    /* A kernel without IPv6 that is asked for its routes tells those of all families that it has: rtnetlink.c's
     * rtnl_dump_all(). */
    if (route->rtm_family != search->family)
        return MNL_CB_OK;
    if (route->rtm_protocol != search->protocol || route->rtm_type != RTN_UNICAST ||
        (route->rtm_flags & RTM_F_CLONED) != 0)
        return MNL_CB_OK;
    mnl_attr_for_each(attribute, header, sizeof(*route))
    {
        if (mnl_attr_get_type(attribute) == RTA_OIF && mnl_attr_validate(attribute, MNL_TYPE_U32) >= 0)
            found.index = (int)mnl_attr_get_u32(attribute);
        if (mnl_attr_get_type(attribute) == RTA_PRIORITY && mnl_attr_validate(attribute, MNL_TYPE_U32) >= 0)
            found.metric = mnl_attr_get_u32(attribute);
        if (mnl_attr_get_type(attribute) == RTA_TABLE && mnl_attr_validate(attribute, MNL_TYPE_U32) >= 0)
            found.target.table = mnl_attr_get_u32(attribute);
        if (mnl_attr_get_type(attribute) == RTA_DST &&
            mnl_attr_get_payload_len(attribute) <= sizeof(found.target.address))
            memcpy(found.target.address, mnl_attr_get_payload(attribute), mnl_attr_get_payload_len(attribute));
    }
    if (search->n < SWEEP_MAX && (search->only_index == 0 || search->only_index == found.index))
        search->found[search->n++] = found;
    return MNL_CB_OK;
}

static int find_routes(int family, struct search *search)
{
    char buffer[MNL_NLMSG_HDRLEN + 256];
    struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
    struct rtmsg *route;

    search->family = family;
    header->nlmsg_type = RTM_GETROUTE;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    route = mnl_nlmsg_put_extra_header(header, sizeof(*route));
    route->rtm_family = (unsigned char)family;
    return route_talk(header, take_route, search);
}

int route_delete(const struct route_target *target, int index, uint32_t metric)
{
    char buffer[MNL_NLMSG_HDRLEN + 256];
    int r = route_talk(route_request(buffer, RTM_DELROUTE, 0, target, index, metric), NULL, NULL);

    return r == -ESRCH || r == -ENODEV ? 0 : r;
}

static bool same_address(const struct route_target *a, const struct route_target *b)
{
    return a->family == b->family && a->len_bits == b->len_bits &&
           memcmp(a->address, b->address, a->len_bits / 8u) == 0;
}

static bool same_target(const struct route_target *a, const struct route_target *b)
{
    return same_address(a, b) && table_of(a) == table_of(b);
}

int route_add(const struct route_target *target, int index, uint32_t metric)
{
    char buffer[MNL_NLMSG_HDRLEN + 256];
    struct search search = {.protocol = MC_ROUTE_PROTOCOL, .only_index = index};
    int r =
        route_talk(route_request(buffer, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, target, index, metric), NULL, NULL);

    if (r != -EEXIST || find_routes(target->family, &search) < 0)
        return r;
    for (int i = 0; i < search.n; i++)
        if (search.found[i].metric == metric && same_target(&search.found[i].target, target))
            return 0;
    return -EEXIST;
}

int mc_route_add(const char *ifname, enum mc_route_family family, uint32_t metric, uint32_t table)
{
    const struct route_target everywhere4 = {.family = AF_INET, .table = table};
    const struct route_target everywhere6 = {.family = AF_INET6, .table = table};
    int index = (int)if_nametoindex(ifname);
    int r = 0;

    if (index == 0)
        return -ENODEV;
    if ((family & MC_ROUTE_IPV4) != 0)
        r = route_add(&everywhere4, index, metric);
    if (r == 0 && (family & MC_ROUTE_IPV6) != 0) {
        r = route_add(&everywhere6, index, metric);
        if (r < 0 && (family & MC_ROUTE_IPV4) != 0) /* both or none */
            route_delete(&everywhere4, index, metric);
    }
    return r;
}

int mc_route_remove(const char *ifname, enum mc_route_family family, uint32_t metric, uint32_t table)
{
    const struct route_target everywhere4 = {.family = AF_INET, .table = table};
    const struct route_target everywhere6 = {.family = AF_INET6, .table = table};
    int index = (int)if_nametoindex(ifname);
    int r = 0;

    if (index == 0)
        return 0;
    if ((family & MC_ROUTE_IPV4) != 0)
        r = route_delete(&everywhere4, index, metric);
    if ((family & MC_ROUTE_IPV6) != 0) {
        int r6 = route_delete(&everywhere6, index, metric);

        r = r < 0 ? r : r6;
    }
    return r;
}

int mc_route_sweep(const char *ifname)
{
    struct search search = {.protocol = MC_ROUTE_PROTOCOL};
    int removed = 0, r;

    if (ifname != NULL) {
        search.only_index = (int)if_nametoindex(ifname);
        if (search.only_index == 0)
            return 0; /* its routes went with it */
    }
    r = find_routes(AF_INET, &search);
    if (r == 0)
        r = find_routes(AF_INET6, &search);
    for (int i = 0; r == 0 && i < search.n; i++) {
        r = route_delete(&search.found[i].target, search.found[i].index, search.found[i].metric);
        removed += r == 0;
    }
    return r < 0 ? r : removed;
}

int mc_route_remove_defaults(const char *ifname, enum mc_route_family family)
{
    return route_remove_all(ifname, &(struct route_target){.family = family == MC_ROUTE_IPV6 ? AF_INET6 : AF_INET});
}

int route_remove_all(const char *ifname, const struct route_target *target)
{
    struct search search = {.protocol = MC_ROUTE_PROTOCOL, .only_index = (int)if_nametoindex(ifname)};
    int removed = 0, r = 0;

    if (search.only_index == 0)
        return 0; /* its routes went with it */
    r = find_routes(target->family, &search);
    for (int i = 0; r == 0 && i < search.n; i++) {
        if (!same_address(&search.found[i].target, target))
            continue;
        r = route_delete(&search.found[i].target, search.found[i].index, search.found[i].metric);
        removed += r == 0;
    }
    return r < 0 ? r : removed;
}

int mc_route_count(const char *ifname)
{
    struct search search = {.protocol = MC_ROUTE_PROTOCOL, .only_index = (int)if_nametoindex(ifname)};
    int r = search.only_index == 0 ? -ENODEV : find_routes(AF_INET, &search);

    if (r == 0)
        r = find_routes(AF_INET6, &search);
    return r < 0 ? r : search.n;
}

int mc_route_remove_advertised(const char *ifname)
{
    struct search search = {.protocol = RTPROT_RA, .only_index = (int)if_nametoindex(ifname)};
    char buffer[MNL_NLMSG_HDRLEN + 256];
    int removed = 0, r = search.only_index == 0 ? -ENODEV : find_routes(AF_INET6, &search);

    for (int i = 0; r == 0 && i < search.n; i++) {
        const struct found *found = &search.found[i];
        if (found->target.len_bits > 0)
            continue; /* its prefixes are the kernel's */
        struct nlmsghdr *header = route_request(buffer, RTM_DELROUTE, 0, &found->target, found->index, found->metric);
        ((struct rtmsg *)mnl_nlmsg_get_payload(header))->rtm_protocol = RTPROT_RA;
        r = route_talk(header, NULL, NULL);
        removed += r == 0;
    }
    return r < 0 ? r : removed;
}

static int take_link(const struct nlmsghdr *header, void *ctx)
{
    const struct ifinfomsg *info = mnl_nlmsg_get_payload(header);
    struct mc_link_stats *stats = ctx;
    const struct nlattr *attribute;
    struct rtnl_link_stats64 counted;

    stats->up = (info->ifi_flags & IFF_UP) != 0;
    stats->running = (info->ifi_flags & IFF_RUNNING) != 0;
    mnl_attr_for_each(attribute, header, sizeof(*info))
    {
        size_t len = mnl_attr_get_payload_len(attribute);

        if (mnl_attr_get_type(attribute) == IFLA_MTU && mnl_attr_validate(attribute, MNL_TYPE_U32) >= 0)
            stats->mtu = (int)mnl_attr_get_u32(attribute);
        if (mnl_attr_get_type(attribute) != IFLA_STATS64)
            continue;
        memset(&counted, 0, sizeof(counted)); /* a kernel may know fewer counters than our headers */
        memcpy(&counted, mnl_attr_get_payload(attribute), len < sizeof(counted) ? len : sizeof(counted));
        stats->rx_bytes = counted.rx_bytes;
        stats->tx_bytes = counted.tx_bytes;
        stats->rx_packets = counted.rx_packets;
        stats->tx_packets = counted.tx_packets;
    }
    return MNL_CB_OK;
}

static struct nlmsghdr *link_request(char *buffer, uint16_t type, uint16_t flags, int index)
{
    struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
    struct ifinfomsg *info;

    header->nlmsg_type = type;
    header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
    info->ifi_family = AF_UNSPEC;
    info->ifi_index = index;
    return header;
}

int mc_link_stats(const char *ifname, struct mc_link_stats *ret_stats)
{
    char buffer[MNL_NLMSG_HDRLEN + 256];
    struct mc_link_stats stats = {0};
    int index = (int)if_nametoindex(ifname);
    int r;

    if (index == 0)
        return -ENODEV;
    r = route_talk(link_request(buffer, RTM_GETLINK, NLM_F_ACK, index), take_link, &stats);
    if (r == 0)
        *ret_stats = stats;
    return r;
}

bool mc_link_has(const char *ifname, const char *address)
{
    struct ifaddrs *all = NULL;
    bool found = false;
    char text[INET6_ADDRSTRLEN];

    if (getifaddrs(&all) < 0)
        return false;
    for (const struct ifaddrs *a = all; a != NULL && !found; a = a->ifa_next) {
        const void *binary;

        if (a->ifa_addr == NULL || strcmp(a->ifa_name, ifname) != 0 || (a->ifa_flags & IFF_UP) == 0 ||
            (a->ifa_flags & IFF_RUNNING) == 0)
            continue;
        if (a->ifa_addr->sa_family == AF_INET)
            binary = &((const struct sockaddr_in *)a->ifa_addr)->sin_addr;
        else if (a->ifa_addr->sa_family == AF_INET6)
            binary = &((const struct sockaddr_in6 *)a->ifa_addr)->sin6_addr;
        else
            continue;
        found = inet_ntop(a->ifa_addr->sa_family, binary, text, sizeof(text)) != NULL && strcmp(text, address) == 0;
    }
    freeifaddrs(all);
    return found;
}

struct address_search {
    int index;
    char text[INET6_ADDRSTRLEN];
};

static int take_address(const struct nlmsghdr *header, void *ctx)
{
    const struct ifaddrmsg *message = mnl_nlmsg_get_payload(header);
    const struct nlattr *attribute;
    struct address_search *search = ctx;
    uint32_t flags = message->ifa_flags;

    if ((int)message->ifa_index != search->index || message->ifa_family != AF_INET6 ||
        message->ifa_scope != RT_SCOPE_UNIVERSE || *search->text)
        return MNL_CB_OK;
    mnl_attr_for_each(attribute, header, sizeof(*message))
    {
        if (mnl_attr_get_type(attribute) == IFA_FLAGS && mnl_attr_validate(attribute, MNL_TYPE_U32) >= 0)
            flags = mnl_attr_get_u32(attribute);
    }
    if (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED))
        return MNL_CB_OK;
    mnl_attr_for_each(attribute, header, sizeof(*message))
    {
        if (mnl_attr_get_type(attribute) == IFA_ADDRESS && mnl_attr_get_payload_len(attribute) == 16)
            inet_ntop(AF_INET6, mnl_attr_get_payload(attribute), search->text, sizeof(search->text));
    }
    return MNL_CB_OK;
}

bool mc_link_global6(const char *ifname, char *out, size_t out_bytes)
{
    char buffer[MNL_NLMSG_HDRLEN + 256];
    struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
    struct address_search search = {.index = (int)if_nametoindex(ifname)};
    struct ifaddrmsg *message;

    header->nlmsg_type = RTM_GETADDR;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    message = mnl_nlmsg_put_extra_header(header, sizeof(*message));
    message->ifa_family = AF_INET6;
    if (search.index == 0 || route_talk(header, take_address, &search) < 0 || !*search.text)
        return false;
    snprintf(out, out_bytes, "%s", search.text);
    return true;
}
