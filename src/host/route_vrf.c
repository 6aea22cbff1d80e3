/* SPDX-License-Identifier: MIT */
#include "route_priv.h"
#include <microcat/host/vrf.h>

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

struct link {
    bool is_vrf;
    uint32_t table, master;
};

static void take_info(const struct nlattr *info, struct link *link)
{
    const struct nlattr *attribute, *inner;

    mnl_attr_for_each_nested(attribute, info)
    {
        if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND && mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) >= 0)
            link->is_vrf = strcmp(mnl_attr_get_str(attribute), "vrf") == 0;
        if (mnl_attr_get_type(attribute) != IFLA_INFO_DATA || !link->is_vrf)
            continue;
        mnl_attr_for_each_nested(inner, attribute)
        {
            if (mnl_attr_get_type(inner) == IFLA_VRF_TABLE && mnl_attr_validate(inner, MNL_TYPE_U32) >= 0)
                link->table = mnl_attr_get_u32(inner);
        }
    }
}

static int take_link(const struct nlmsghdr *header, void *ctx)
{
    struct link *link = ctx;
    const struct nlattr *attribute;

    mnl_attr_for_each(attribute, header, sizeof(struct ifinfomsg))
    {
        if (mnl_attr_get_type(attribute) == IFLA_MASTER && mnl_attr_validate(attribute, MNL_TYPE_U32) >= 0)
            link->master = mnl_attr_get_u32(attribute);
        if (mnl_attr_get_type(attribute) == IFLA_LINKINFO)
            take_info(attribute, link);
    }
    return MNL_CB_OK;
}

static struct nlmsghdr *request_for(char *buffer, uint16_t type, unsigned index)
{
    struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
    struct ifinfomsg *info;

    header->nlmsg_type = type;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
    info->ifi_family = AF_UNSPEC;
    info->ifi_index = (int)index;
    return header;
}

static int look(const char *ifname, struct link *ret_link)
{
    char buffer[MNL_NLMSG_HDRLEN + 256];
    unsigned index = if_nametoindex(ifname);

    *ret_link = (struct link){0};
    return index == 0 ? -ENODEV : route_talk(request_for(buffer, RTM_GETLINK, index), take_link, ret_link);
}

int mc_vrf_look(const char *vrf, uint32_t *ret_table)
{
    struct link link;
    int r = look(vrf, &link);

    if (r == 0 && (!link.is_vrf || link.table == 0))
        r = -ENOTUNIQ;
    if (r == 0)
        *ret_table = link.table;
    return r;
}

int mc_vrf_join(const char *ifname, const char *vrf, uint32_t *ret_table)
{
    char buffer[MNL_NLMSG_HDRLEN + 256];
    const unsigned master = if_nametoindex(vrf);
    struct nlmsghdr *header;
    struct link link;
    int r = mc_vrf_look(vrf, ret_table);

    if (r == 0)
        r = look(ifname, &link);
    if (r < 0 || link.master == master)
        return r;
    header = request_for(buffer, RTM_NEWLINK, if_nametoindex(ifname));
    mnl_attr_put_u32(header, IFLA_MASTER, master);
    return route_talk(header, NULL, NULL);
}
