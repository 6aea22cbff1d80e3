/* SPDX-License-Identifier: MIT */
/* A link's global address, in a network of the test's own: mcppp0 is a TUN, the test is its router. */
#include <microcat/io/loop.h>
#include <microcat/ppp/slaac.h>

#include <fcntl.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "netns.h"

#include <cmocka.h>

static int link_fd = -1;
static struct mc_loop *loop;
static char told[64];
static int n_told, n_router;

static void on_address(void *ctx, const char *address)
{
    n_told++;
    snprintf(told, sizeof(told), "%s", address);
}

static void on_router(void *ctx)
{
    n_router++;
}

static const struct mc_slaac_events events = {.on_address = on_address, .on_router = on_router};

static int set_up(void **state)
{
    if (test_network_enter() < 0)
        return 0;
    link_fd = netns_tun("mcppp0", "10.164.98.251");
    return link_fd >= 0 ? mc_loop_new(&loop) : -1;
}

static int tear_down(void **state)
{
    mc_loop_free(loop);
    close(link_fd);
    return 0;
}

static char setting(const char *name)
{
    char path[96], value = '?';
    int fd;

    snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s", name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, &value, 1) != 1)
        value = '?';
    close(fd);
    return value;
}

static void turn_until_told(int n)
{
    while (n_told < n)
        assert_int_equal(mc_loop_turn(loop), 0);
}

/* The next router solicitation that goes out; what the kernel says besides is not looked at. */
static bool is_asked(void)
{
    struct pollfd poller = {.fd = link_fd, .events = POLLIN};
    uint8_t packet[1500];

    while (poll(&poller, 1, 0) > 0) {
        ssize_t n = read(link_fd, packet, sizeof(packet));
        const struct ip6_hdr *ip = (const void *)packet;
        if (n >= (ssize_t)(sizeof(*ip) + sizeof(struct nd_router_solicit)) && ip->ip6_nxt == IPPROTO_ICMPV6 &&
            packet[sizeof(*ip)] == ND_ROUTER_SOLICIT && ip->ip6_hlim == 255)
            return true;
    }
    return false;
}

/* A router advertisement with these options comes in through the TUN. */
static void advertise(const void *options, size_t len)
{
    struct {
        struct ip6_hdr ip;
        struct nd_router_advert advert;
        uint8_t options[128];
    } packet = {.ip = {.ip6_nxt = IPPROTO_ICMPV6, .ip6_hlim = 255},
                .advert = {.nd_ra_hdr.icmp6_type = ND_ROUTER_ADVERT}};
    const size_t icmp_len = sizeof(packet.advert) + len;
    uint32_t sum = IPPROTO_ICMPV6 + (uint32_t)icmp_len;

    assert_true(len <= sizeof(packet.options));
    memcpy(packet.options, options, len);
    packet.ip.ip6_vfc = 6 << 4; /* the other half of a union */
    packet.ip.ip6_plen = htons((uint16_t)icmp_len);
    inet_pton(AF_INET6, "fe80::99", &packet.ip.ip6_src);
    inet_pton(AF_INET6, "ff02::1", &packet.ip.ip6_dst);
    packet.advert.nd_ra_router_lifetime = htons(1800);
    for (const uint8_t *at = (uint8_t *)&packet.ip.ip6_src; at < (uint8_t *)&packet.advert + icmp_len; at += 2)
        sum += (uint32_t)(at[0] << 8 | at[1]); /* addresses and message lie one behind the other */
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    packet.advert.nd_ra_cksum = htons((uint16_t)~sum);
    assert_int_equal(write(link_fd, &packet, sizeof(packet.ip) + icmp_len), (ssize_t)(sizeof(packet.ip) + icmp_len));
}

static bool has_default_route(void)
{
    return system("ip -6 route show default dev mcppp0 | grep -q .") == 0;
}

/* RFC 8106 and RFC 8781: an hour of 2001:db8::53, half an hour of 64:ff9b::/96. */
#define SERVER "\x19\x03\0\0\0\0\x0e\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x53"
#define PREFIX "\x26\x02\x07\x08\x00\x64\xff\x9b\0\0\0\0\0\0\0\0"

static void the_router_says_more(void **state)
{
    struct mc_slaac *slaac;
    char word[] = SERVER PREFIX;

    if (link_fd < 0 || access("/proc/net/if_inet6", F_OK) < 0)
        skip(); /* it has said why, or this kernel has no IPv6 */
    n_router = 0;
    assert_int_equal(system("sysctl -q -w net.ipv6.conf.all.forwarding=0 net.ipv6.conf.mcppp0.accept_ra=1 "
                            "net.ipv6.conf.mcppp0.accept_ra_defrtr=1"),
                     0);
    advertise("", 0);
    while (!has_default_route()) /* the kernel's work is done in its own time */
        ;
    assert_int_equal(system("ip -6 route add default dev mcppp0 metric 800"), 0); /* somebody's own */
    assert_int_equal(mc_slaac_new(loop, "mcppp0", &events, NULL, &slaac), 0);
    assert_int_equal(system("ip -6 route show default dev mcppp0 | grep -q 'proto ra'") != 0, 1);
    assert_true(has_default_route());
    while (!is_asked())
        assert_int_equal(mc_loop_turn(loop), 0);
    advertise(word, sizeof(word) - 1);
    while (*mc_slaac_router(slaac)->nat64 == '\0')
        assert_int_equal(mc_loop_turn(loop), 0);
    assert_string_equal(mc_slaac_router(slaac)->servers[0].address, "2001:db8::53");
    assert_string_equal(mc_slaac_router(slaac)->nat64, "64:ff9b::/96");
    const int n = n_router;
    assert_true(n > 0);
    advertise(word, sizeof(word) - 1); /* the same again, then another one: one piece of news */
    word[7] = word[6] = 0;
    advertise(word, sizeof(word) - 1);
    while (n_router == n)
        assert_int_equal(mc_loop_turn(loop), 0);
    assert_int_equal(n_router, n + 1);
    assert_string_equal(mc_slaac_router(slaac)->servers[0].address, "");
    mc_slaac_free(slaac);
}

static void asks_and_tells(void **state)
{
    struct mc_slaac *slaac;
    char others;

    if (link_fd < 0 || access("/proc/net/if_inet6", F_OK) < 0)
        skip(); /* it has said why, or this kernel has no IPv6 */
    assert_int_equal(system("sysctl -q -w net.ipv6.conf.all.forwarding=1"), 0);
    others = setting("default/accept_ra");
    while (is_asked()) /* the kernel's own */
        ;
    assert_int_equal(mc_slaac_new(loop, "nope0", &events, NULL, &slaac), -ENODEV);
    assert_int_equal(mc_slaac_new(loop, "mcppp0", &events, NULL, &slaac), 0);
    assert_int_equal(setting("mcppp0/accept_ra"), '2'); /* though the host forwards */
    assert_int_equal(setting("mcppp0/accept_ra_defrtr"), '0');
    assert_int_equal(setting("default/accept_ra"), others);
    assert_string_equal(mc_slaac_address(slaac), "");
    while (!is_asked())
        assert_int_equal(mc_loop_turn(loop), 0);
    assert_int_equal(n_told, 0);
    assert_int_equal(system("ip -6 addr add 2001:db8:1::2/64 dev mcppp0 nodad"), 0);
    turn_until_told(1);
    assert_string_equal(told, "2001:db8:1::2");
    assert_string_equal(mc_slaac_address(slaac), told);
    assert_int_equal(system("ip -6 addr del 2001:db8:1::2/64 dev mcppp0"), 0);
    turn_until_told(2);
    assert_string_equal(told, "");
    while (!is_asked()) /* anew: its time ran out */
        assert_int_equal(mc_loop_turn(loop), 0);
    mc_slaac_free(slaac);
    /* A call that is carried on has its address; the router is asked for what else it says, once. */
    assert_int_equal(system("ip -6 addr add 2001:db8:1::3/64 dev mcppp0 nodad"), 0);
    while (is_asked())
        ;
    assert_int_equal(mc_slaac_new(loop, "mcppp0", &events, NULL, &slaac), 0);
    turn_until_told(3);
    while (!is_asked())
        assert_int_equal(mc_loop_turn(loop), 0);
    assert_string_equal(told, "2001:db8:1::3");
    mc_slaac_free(slaac);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(asks_and_tells, set_up, tear_down),
                                       cmocka_unit_test_setup_teardown(the_router_says_more, set_up, tear_down)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
