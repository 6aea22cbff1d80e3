/* SPDX-License-Identifier: MIT */
#include <microcat/host/route.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "netns.h"

#include <cmocka.h>
#include <linux/rtnetlink.h>

static int link_fd = -1, other_fd = -1;

static int set_up(void **state)
{
    if (test_network_enter() < 0)
        return 0;
    link_fd = netns_tun("mcppp0", "10.164.98.251");
    other_fd = netns_tun("mceth0", "192.0.2.2");
    return link_fd >= 0 && other_fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    close(link_fd);
    close(other_fd);
    return 0;
}

/* Default routes as /proc shows them: "mcppp0/700 mceth0/0 " */
static const char *default_routes(void)
{
    static char text[512];
    char line[256], name[32];
    unsigned destination, metric;
    FILE *file = fopen("/proc/thread-self/net/route", "re");

    text[0] = '\0';
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "%31s %x %*x %*x %*d %*d %u", name, &destination, &metric) == 3 && destination == 0 &&
            strcmp(name, "Iface") != 0)
            snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s/%u ", name, metric);
    fclose(file);
    return text;
}

static int count_v6(const char *interface)
{
    char line[256], name[32], destination[40];
    int n = 0;
    unsigned prefix;
    FILE *file = fopen("/proc/thread-self/net/ipv6_route", "re");

    if (file == NULL)
        return -1;
    while (fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "%39s %x %*s %*s %*s %*s %*s %*s %*s %31s", destination, &prefix, name) == 3 && prefix == 0 &&
            strspn(destination, "0") == 32 && strcmp(name, interface) == 0)
            n++;
    fclose(file);
    return n;
}

static void add_and_remove(void **state)
{
    NEEDS_NETNS(link_fd);
    assert_string_equal(default_routes(), "");
    assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4, 700, 0), 0);
    assert_string_equal(default_routes(), "mcppp0/700 ");
    assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4, 700, 0), 0); /* ours already */
    assert_string_equal(default_routes(), "mcppp0/700 ");
    assert_int_equal(mc_route_remove("mcppp0", MC_ROUTE_IPV4, 700, 0), 0);
    assert_string_equal(default_routes(), "");
    assert_int_equal(mc_route_remove("mcppp0", MC_ROUTE_IPV4, 700, 0), 0); /* gone already */
}

static void never_displaces(void **state)
{
    NEEDS_NETNS(link_fd);
    assert_int_equal(system("ip route add default dev mceth0 metric 700"), 0);
    assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4, 700, 0), -EEXIST);
    assert_string_equal(default_routes(), "mceth0/700 ");
    assert_int_equal(mc_route_remove("mceth0", MC_ROUTE_IPV4, 700, 0), 0); /* not ours: stays */
    assert_string_equal(default_routes(), "mceth0/700 ");
    assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4, 701, 0), 0);
    assert_string_equal(default_routes(), "mceth0/700 mcppp0/701 ");
    assert_int_equal(mc_route_sweep(NULL), 1);
    assert_string_equal(default_routes(), "mceth0/700 ");
    assert_int_equal(system("ip route del default dev mceth0 metric 700"), 0);
}

static void a_foreign_route_through_our_interface(void **state)
{
    NEEDS_NETNS(link_fd);
    assert_int_equal(system("ip route add default dev mcppp0 metric 700"), 0);
    assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4, 700, 0), -EEXIST);
    assert_int_equal(mc_route_sweep("mcppp0"), 0);
    assert_string_equal(default_routes(), "mcppp0/700 ");
    assert_int_equal(system("ip route del default dev mcppp0 metric 700"), 0);
}

static void sweeps_what_a_crash_left(void **state)
{
    NEEDS_NETNS(link_fd);
    assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4, 700, 0), 0);
    assert_int_equal(mc_route_add("mceth0", MC_ROUTE_IPV4, 800, 0), 0);
    assert_int_equal(mc_route_sweep("mceth0"), 1);
    assert_string_equal(default_routes(), "mcppp0/700 ");
    assert_int_equal(mc_route_sweep(NULL), 1);
    assert_int_equal(mc_route_sweep(NULL), 0);
    assert_string_equal(default_routes(), "");
}

/* A table of one's own, a small number and one beyond a byte: the main table is not touched, and the sweep finds it. */
static void in_another_table(void **state)
{
    static const uint32_t tables[] = {100, 70000};

    NEEDS_NETNS(link_fd);
    for (size_t i = 0; i < 2; i++) {
        char show[120];
        snprintf(show, sizeof(show), "ip route show table %u | grep -q 'default dev mcppp0 .*metric 700'", tables[i]);
        assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4, 700, tables[i]), 0);
        assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4, 700, tables[i]), 0); /* ours already */
        assert_int_equal(mc_route_add("mceth0", MC_ROUTE_IPV4, 700, tables[i]), -EEXIST);
        assert_string_equal(default_routes(), "");
        assert_int_equal(system(show), 0);
        assert_int_equal(mc_route_remove("mcppp0", MC_ROUTE_IPV4, 700, 0), 0); /* another table's */
        assert_int_equal(system(show), 0);
        assert_int_equal(mc_route_remove("mcppp0", MC_ROUTE_IPV4, 700, tables[i]), 0);
        assert_int_not_equal(system(show), 0);
        assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4, 700, tables[i]), 0);
        assert_int_equal(mc_route_sweep("mcppp0"), 1);
        assert_int_not_equal(system(show), 0);
    }
}

/* The link-local address of IPV6CP is no address that anything is reached from; one that is tentative is none yet. */
static void a_global_address(void **state)
{
    char text[64] = "untouched";

    NEEDS_NETNS(link_fd);
    if (count_v6("mcppp0") < 0)
        return;
    assert_false(mc_link_global6("mcppp0", text, sizeof(text)));
    assert_false(mc_link_global6("nope0", text, sizeof(text)));
    assert_int_equal(system("ip -6 addr add 2001:db8:9::2/64 dev mceth0 nodad"), 0);
    assert_false(mc_link_global6("mcppp0", text, sizeof(text))); /* another interface's */
    assert_int_equal(system("ip -6 addr add 2001:db8::2/64 dev mcppp0 nodad preferred_lft 0"), 0);
    assert_false(mc_link_global6("mcppp0", text, sizeof(text))); /* deprecated */
    assert_int_equal(system("ip -6 addr add 2001:db8:1::2/64 dev mcppp0 nodad"), 0);
    assert_true(mc_link_global6("mcppp0", text, sizeof(text)));
    assert_string_equal(text, "2001:db8:1::2");
    assert_int_equal(system("ip -6 addr flush scope global"), 0);
}

static void ipv6(void **state)
{
    NEEDS_NETNS(link_fd);
    if (count_v6("mcppp0") < 0) {
        assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4 | MC_ROUTE_IPV6, 700, 0), -EOPNOTSUPP);
        assert_string_equal(default_routes(), ""); /* both or none */
        return;
    }
    assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4 | MC_ROUTE_IPV6, 700, 0), 0);
    assert_int_equal(count_v6("mcppp0"), 1);
    assert_int_equal(mc_route_add("mceth0", MC_ROUTE_IPV6, 700, 0), -EEXIST);
    assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4 | MC_ROUTE_IPV6, 700, 0), 0);
    assert_int_equal(mc_route_remove("mcppp0", MC_ROUTE_IPV4 | MC_ROUTE_IPV6, 700, 0), 0);
    assert_int_equal(count_v6("mcppp0"), 0);
    assert_string_equal(default_routes(), "");
    /* both or none */
    assert_int_equal(mc_route_add("mceth0", MC_ROUTE_IPV6, 700, 0), 0);
    assert_int_equal(mc_route_add("mcppp0", MC_ROUTE_IPV4 | MC_ROUTE_IPV6, 700, 0), -EEXIST);
    assert_string_equal(default_routes(), "");
    assert_int_equal(mc_route_sweep(NULL), 1);
}

static void interface_facts(void **state)
{
    struct mc_link_stats before = {0}, after = {0};
    uint8_t packet[28] = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 164, 98, 251};

    NEEDS_NETNS(link_fd);
    assert_int_equal(mc_link_stats("mcppp0", &before), 0);
    assert_true(before.up);
    assert_int_equal(before.mtu, 1500);
    assert_int_equal(write(link_fd, packet, sizeof(packet)), sizeof(packet));
    assert_int_equal(mc_link_stats("mcppp0", &after), 0);
    assert_int_equal(after.rx_bytes - before.rx_bytes, sizeof(packet));
    assert_int_equal(after.rx_packets - before.rx_packets, 1);
}

static void no_such_interface(void **state)
{
    struct mc_link_stats stats;

    NEEDS_NETNS(link_fd);
    assert_int_equal(mc_route_add("nope0", MC_ROUTE_IPV4, 700, 0), -ENODEV);
    assert_int_equal(mc_route_remove("nope0", MC_ROUTE_IPV4, 700, 0), 0);
    assert_int_equal(mc_route_sweep("nope0"), 0);
    assert_int_equal(mc_link_stats("nope0", &stats), -ENODEV);
}

/* A sweep removes by this number: it must be nobody else's. */
static void the_protocol_is_nobodys(void **state)
{
    static const int taken[] = {RTPROT_ZEBRA, RTPROT_BIRD, RTPROT_DHCP, RTPROT_KEEPALIVED, RTPROT_BABEL, RTPROT_OPENR,
                                RTPROT_BGP,   RTPROT_ISIS, RTPROT_OSPF, RTPROT_RIP,        RTPROT_EIGRP};
    assert_true(MC_ROUTE_PROTOCOL > RTPROT_STATIC && MC_ROUTE_PROTOCOL < 256);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        assert_int_not_equal(MC_ROUTE_PROTOCOL, taken[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_protocol_is_nobodys),  cmocka_unit_test(add_and_remove),
        cmocka_unit_test(never_displaces),          cmocka_unit_test(a_foreign_route_through_our_interface),
        cmocka_unit_test(sweeps_what_a_crash_left), cmocka_unit_test(ipv6),
        cmocka_unit_test(in_another_table),         cmocka_unit_test(a_global_address),
        cmocka_unit_test(interface_facts),          cmocka_unit_test(no_such_interface),
    };
    return cmocka_run_group_tests_name("ppp/route", tests, set_up, tear_down);
}
