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
static int n_told;

static void on_address(void *ctx, const char *address)
{
    n_told++;
    snprintf(told, sizeof(told), "%s", address);
}

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
    assert_int_equal(mc_slaac_new(loop, "nope0", on_address, NULL, &slaac), -ENODEV);
    assert_int_equal(mc_slaac_new(loop, "mcppp0", on_address, NULL, &slaac), 0);
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
    mc_slaac_free(slaac);
    /* A call that is carried on has its address, and nobody is asked for one. */
    assert_int_equal(system("ip -6 addr add 2001:db8:1::3/64 dev mcppp0 nodad"), 0);
    while (is_asked())
        ;
    assert_int_equal(mc_slaac_new(loop, "mcppp0", on_address, NULL, &slaac), 0);
    turn_until_told(3);
    assert_string_equal(told, "2001:db8:1::3");
    mc_slaac_free(slaac);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(asks_and_tells, set_up, tear_down)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
