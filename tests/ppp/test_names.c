/* SPDX-License-Identifier: MIT */
/* Who takes the link's DNS servers, in the order of their right, and that they are taken back from all of them. */
#include "names_bed.h"

/* Ethernet's server stays first while it can be reached; with the cable pulled ours are; and back. */
static void the_file_follows_the_cable(void **state)
{
    NEEDS_NETNS(link_fd);
    write_file("resolv.conf", ETHERNET, 0644);
    assert_int_equal(mc_route_add("mceth0", MC_ROUTE_IPV4, 100, 0), 0);
    make("none");
    give();
    turn_until_told(1);
    assert_int_equal(told.where, MC_NAMES_RESOLV_CONF);
    assert_int_equal(told.result, 2);
    assert_string_equal(read_file("resolv.conf"), ETHERNET OURS);
    assert_true(leads("100.127.0.53", "mcppp0")); /* past Ethernet's default route */
    assert_true(leads("198.51.100.1", "mceth0"));
    set_flags("mceth0", false);
    turn_until("resolv.conf", OURS ETHERNET);
    set_flags("mceth0", true);
    assert_int_equal(mc_route_add("mceth0", MC_ROUTE_IPV4, 100, 0), 0); /* which DHCP would do */
    turn_until("resolv.conf", ETHERNET OURS);
    mc_names_take_back(names);
    assert_string_equal(read_file("resolv.conf"), ETHERNET);
    assert_false(leads("100.127.0.53", "mcppp0"));
}

/* What a daemon that was killed left in the file is taken out by the next one; others' text stays. */
static void a_former_life_is_swept(void **state)
{
    NEEDS_NETNS(link_fd);
    write_file("resolv.conf", "# by hand\n" ETHERNET OURS, 0644);
    make("none");
    assert_true(mc_names_sweep(names));
    assert_string_equal(read_file("resolv.conf"), "# by hand\n" ETHERNET);
    assert_false(mc_names_sweep(names));
}

/* A router's link-local address, as NetworkManager and dhcpcd write it: no route tells of it, but its interface. */
static void a_server_with_a_zone(void **state)
{
    static const char *const router = "nameserver fe80::1%mceth0\n";
    char behind[512], first[512];

    NEEDS_NETNS(link_fd);
    snprintf(behind, sizeof(behind), "%s%s", router, OURS);
    snprintf(first, sizeof(first), "%s%s", OURS, router);
    assert_false(mc_route_reaches_without("fe80::1%mcppp0", "mcppp0"));
    assert_false(mc_route_reaches_without("fe80::1%mcnone0", "mcppp0"));
    write_file("resolv.conf", router, 0644);
    make("none");
    give();
    turn_until_told(1);
    assert_string_equal(read_file("resolv.conf"), behind);
    set_flags("mceth0", false);
    turn_until("resolv.conf", first);
    set_flags("mceth0", true);
    turn_until("resolv.conf", behind);
    mc_names_take_back(names);
    assert_string_equal(read_file("resolv.conf"), router);
}

/* A server that others ask keeps their way; a route that somebody set is not overruled. */
static void others_ways_stay(void **state)
{
    struct mc_route_way way;

    NEEDS_NETNS(link_fd);
    assert_int_equal(mc_route_add("mceth0", MC_ROUTE_IPV4, 100, 0), 0);
    assert_int_equal(mc_route_add_server("mceth0", "100.127.1.53", 50, 0), 1); /* as somebody's own */
    write_file("resolv.conf", "nameserver 100.127.0.53\n", 0644);
    make("none");
    give();
    turn_until_told(1);
    assert_true(leads("100.127.0.53", "mceth0"));
    assert_true(leads("100.127.1.53", "mceth0"));
    mc_names_take_back(names);
    assert_true(leads("100.127.1.53", "mceth0"));
    assert_int_equal(mc_route_lookup("127.0.0.1", &way), 0);
    assert_true(way.local);
    assert_int_equal(mc_route_lookup("nonsense", &way), -EINVAL);
}

#define RESOLVCONF                                                                                                     \
    "#!/bin/sh\necho \"$1 $2 ${IF_METRIC:-none}\" >>\"$0.log\"\n[ \"$1\" != -a ] || sed 's/^/ /' >>\"$0.log\"\n"
#define SERVERS " nameserver 100.127.0.53\n nameserver 100.127.1.53\n"

/* A record behind Ethernet's, or before it when that is dead: the new one is there before the old one goes. */
static void resolvconf_follows_the_cable(void **state)
{
    NEEDS_NETNS(link_fd);
    write_file("resolv.conf", ETHERNET, 0644);
    write_file("resolvconf", RESOLVCONF, 0755);
    assert_int_equal(mc_route_add("mceth0", MC_ROUTE_IPV4, 100, 0), 0);
    make("resolvconf");
    give();
    turn_until_told(1);
    assert_int_equal(told.where, MC_NAMES_RESOLVCONF);
    assert_string_equal(read_file("resolvconf.log"), "-a ppp.gw 700\n" SERVERS);
    set_flags("mceth0", false);
    turn_until("resolvconf.log", "-a ppp.gw 700\n" SERVERS "-a tun0.gw none\n" SERVERS "-d ppp.gw 700\n");
    mc_names_take_back(names); /* the run that takes the old record away may not have ended yet */
    while (strstr(read_file("resolvconf.log"), "-d tun0.gw 700\n") == NULL)
        assert_int_equal(mc_loop_turn(loop), 0);
    assert_string_equal(read_file("resolv.conf"), ETHERNET); /* that one is resolvconf's */
    assert_int_equal(told.n, 1);
}

static void on_path(void *ctx, bool vanished)
{
}

/* The daemon ends while resolvconf still works: the record goes all the same. */
static void taken_back_by_one_who_leaves(void **state)
{
    NEEDS_NETNS(link_fd);
    write_file("resolvconf", RESOLVCONF, 0755);
    make("resolvconf");
    give();
    turn_until_told(1);
    mc_names_take_back(names);
    mc_names_free(names);
    names = NULL;
    struct mc_pathwatch *watch;
    assert_int_equal(mc_pathwatch_contents(loop, scratch_path(dir, "resolvconf.log"), on_path, NULL, &watch), 0);
    while (strstr(read_file("resolvconf.log"), "-d tun0.gw") == NULL)
        assert_int_equal(mc_loop_turn(loop), 0);
    mc_pathwatch_free(watch);
}

/* Taken back while resolvconf is still at it, so that nobody was told yet: what it adds then goes again. */
static void taken_back_while_it_is_given(void **state)
{
    NEEDS_NETNS(link_fd);
    write_file("resolv.conf", ETHERNET, 0644);
    write_file("resolvconf",
               RESOLVCONF "[ \"$1\" != -a ] || { echo busy; until [ -e \"$0.go\" ]; do sleep 0.02; done; }\n", 0755);
    make("resolvconf");
    give();
    turn_until("resolvconf.log", "-a tun0.gw none\n" SERVERS);
    mc_names_take_back(names);
    write_file("resolvconf.go", "", 0644);
    while (strstr(read_file("resolvconf.log"), "-d tun0.gw 700\n") == NULL)
        assert_int_equal(mc_loop_turn(loop), 0);
    assert_string_equal(read_file("resolv.conf"), ETHERNET);
    assert_int_equal(told.n, 0);
}

/* The record of a daemon that was killed goes, in whichever form it was, when the next one starts. */
static void a_former_record_is_swept(void **state)
{
    NEEDS_NETNS(link_fd);
    write_file("resolvconf", RESOLVCONF "echo done\n", 0755);
    make("resolvconf");
    assert_false(mc_names_sweep(names));
    turn_until("resolvconf.log", "-d ppp.gw 0\n-d tun0.gw 0\n");
}

/* A resolvconf that fails is no end: the file is there. */
static void a_resolvconf_that_fails(void **state)
{
    NEEDS_NETNS(link_fd);
    write_file("resolv.conf", "", 0644);
    write_file("resolvconf", "#!/bin/sh\nexit 3\n", 0755);
    make("resolvconf");
    give();
    turn_until_told(1);
    assert_int_equal(told.where, MC_NAMES_RESOLV_CONF);
    assert_string_equal(read_file("resolv.conf"), OURS);
    mc_names_take_back(names);
    assert_string_equal(read_file("resolv.conf"), "");
}

/* Given by one way, and later in the same call by another: but one of them has them, and none when the link is down. */
static void given_by_two_ways(void **state)
{
    NEEDS_NETNS(link_fd);
    for (int slow = 0; slow < 2; slow++) {
        write_file("resolv.conf", ETHERNET, 0644);
        write_file("resolvconf", FAILS_ONCE, 0755);
        unlink(scratch_path(dir, "resolvconf.once"));
        told.n = 0;
        make("resolvconf");
        give();
        turn_until_told(1);
        assert_int_equal(told.where, MC_NAMES_RESOLV_CONF);
        assert_non_null(strstr(read_file("resolv.conf"), OURS));
        turn_for(300); /* what there may be of the failed record goes */
        if (slow)
            write_file("resolvconf.slow", "", 0644);
        give(); /* the router's servers came as well */
        if (!slow) {
            turn_until_told(2);
            assert_int_equal(told.where, MC_NAMES_RESOLVCONF);
            assert_true(has_record());
            assert_string_equal(read_file("resolv.conf"), ETHERNET);
        } else {
            turn_until("resolvconf.log", "busy\n");
        }
        mc_names_take_back(names); /* also while it is at it */
        unlink(scratch_path(dir, "resolvconf.slow"));
        assert_string_equal(read_file("resolv.conf"), ETHERNET);
        while (strstr(read_file("resolvconf.log"), "done -d tun0.gw\n") == NULL)
            turn_for(20);
        assert_false(has_record());
        write_file("resolv.conf", "nameserver 192.0.2.54\n", 0644); /* DHCP */
        turn_for(2 * SETTLE_MS);
        assert_string_equal(read_file("resolv.conf"), "nameserver 192.0.2.54\n");
        mc_names_free(MC_TAKE_PTR(names));
    }
}

/* Others in the place of those that were given, none of which can be: then nobody has any. */
static void no_usable_one_in_their_place(void **state)
{
    static const char *const servers[] = {"127.0.0.1"};
    const struct mc_names_gift gift = {.ifname = "mcppp0", .servers = servers, .n_servers = 1, .metric = METRIC};

    NEEDS_NETNS(link_fd);
    write_file("resolv.conf", ETHERNET, 0644);
    make("none");
    give();
    turn_until_told(1);
    assert_int_equal(mc_names_give(names, &gift), -EINVAL);
    assert_string_equal(read_file("resolv.conf"), ETHERNET);
    assert_false(leads("100.127.0.53", "mcppp0"));
}

static void networkmanagers_file(void **state)
{
    NEEDS_NETNS(link_fd);
    write_file("resolv.conf", "# Generated by NetworkManager\n" ETHERNET, 0644);
    assert_int_equal(mc_route_add("mceth0", MC_ROUTE_IPV4, 100, 0), 0);
    make("none");
    give();
    turn_until_told(1);
    assert_int_equal(told.where, MC_NAMES_NETWORKMANAGER);
    assert_string_equal(mc_strtab_name(&mc_names_where_names, (int)told.where), "NetworkManager");
    write_file("resolv.conf", "# Generated by NetworkManager\nsearch lan\n" ETHERNET, 0644); /* it wrote it anew */
    turn_until("resolv.conf", "# Generated by NetworkManager\nsearch lan\n" ETHERNET OURS);
    mc_names_take_back(names);
    assert_string_equal(read_file("resolv.conf"), "# Generated by NetworkManager\nsearch lan\n" ETHERNET);
}

/* Nobody takes them: said so, and nothing is broken. */
static void nobody_takes_them(void **state)
{
    NEEDS_NETNS(link_fd);
    assert_int_equal(mkdir(scratch_path(dir, "resolv.conf"), 0755), 0);
    make("none");
    give();
    turn_until_told(1);
    assert_int_equal(told.where, MC_NAMES_NOWHERE);
    assert_true(told.result < 0);
    mc_names_take_back(names);
    rmdir(scratch_path(dir, "resolv.conf"));
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_file_follows_the_cable),
        TEST(a_former_life_is_swept),
        TEST(a_server_with_a_zone),
        TEST(others_ways_stay),
        TEST(resolvconf_follows_the_cable),
        TEST(taken_back_by_one_who_leaves),
        TEST(taken_back_while_it_is_given),
        TEST(a_former_record_is_swept),
        TEST(a_resolvconf_that_fails),
        TEST(given_by_two_ways),
        TEST(no_usable_one_in_their_place),
        TEST(networkmanagers_file),
        TEST(nobody_takes_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
