/* SPDX-License-Identifier: MIT */
/* The link's default routes, in a network of the test's own: never in another's place, and what fails once is tried
 * again. mcppp0 is the link, mceth0 Ethernet. */
#include <microcat/host/privileged.h>
#include <microcat/host/route.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/default_routes.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include "netns.h"

#include <cmocka.h>

#include "turn_for.h"

#define METRIC   700
#define RETRY_MS 600 /* in life it is longer; longer than the routes' news take */

static int link_fd = -1, other_fd = -1;
static struct mc_loop *loop;
static struct mc_default_routes *routes;
static int told;

/* The helper's answers: each kind fails so often with this error, and then is done; how often it was asked. */
static struct failing {
    int left, error, asked;
} adding, removing;

static int add_route(const char *ifname, enum mc_route_family family, uint32_t metric, uint32_t table)
{
    adding.asked++;
    return adding.left-- > 0 ? adding.error : mc_route_add(ifname, family, metric, table);
}

static int remove_route(const char *ifname, enum mc_route_family family, uint32_t metric, uint32_t table)
{
    removing.asked++;
    return removing.left-- > 0 ? removing.error : mc_route_remove(ifname, family, metric, table);
}

static int trouble(void)
{
    return adding.left >= 0 && adding.error == -ETIMEDOUT ? -ETIMEDOUT : 0;
}

static void on_routes(void *ctx)
{
    told++;
}

static void turn_for(int64_t ms)
{
    turn_loop_for(loop, ms);
}

static unsigned there(void)
{
    return mc_default_routes_there(routes);
}

/* Waits for it, or the test program's time limit ends it. */
static void turn_until(unsigned families)
{
    while (there() != families)
        turn_for(10);
}

static void is_at_rest(void)
{
    const int before = adding.asked + removing.asked, told_before = told;

    turn_for(3 * RETRY_MS);
    assert_int_equal(adding.asked + removing.asked, before);
    assert_int_equal(told, told_before);
}

static void want(unsigned families, uint32_t metric)
{
    const struct mc_default_routes_wish wish = {.ifname = "mcppp0", .families = families, .metric = metric};

    mc_default_routes_set(routes, &wish);
}

static int set_up(void **state)
{
    static struct mc_privileged_ops ops;

    told = 0;
    adding = removing = (struct failing){0};
    ops = mc_privileged_direct;
    ops.add_route = add_route;
    ops.remove_route = remove_route;
    ops.trouble = trouble;
    mc_privileged_use(&ops);
    if (link_fd < 0 && test_network_enter() < 0)
        return 0;
    if (link_fd < 0)
        link_fd = netns_tun("mcppp0", "10.164.98.251");
    other_fd = netns_tun("mceth0", "192.0.2.2");
    mc_loop_new(&loop);
    routes = mc_default_routes_new(loop, RETRY_MS, on_routes, NULL);
    return routes != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    mc_default_routes_free(routes);
    routes = NULL;
    mc_route_sweep("mcppp0");
    mc_loop_free(loop);
    loop = NULL;
    close(other_fd);
    mc_privileged_use(NULL);
    return 0;
}

/* Another's with the same metric stays. Ours comes when that one goes, and as soon as it goes. */
static void in_nobodys_place(void **state)
{
    NEEDS_NETNS(link_fd);
    assert_int_equal(mc_route_add("mceth0", MC_ROUTE_IPV4, METRIC, 0), 0);
    want(MC_ROUTE_IPV4, METRIC);
    assert_int_equal(there(), 0);
    turn_for(RETRY_MS + RETRY_MS / 2);
    assert_int_equal(there(), 0);
    assert_int_equal(mc_route_count("mceth0"), 1);
    assert_int_equal(told, 0);
    assert_int_equal(mc_route_remove("mceth0", MC_ROUTE_IPV4, METRIC, 0), 0);
    const int64_t gone_ms = mc_loop_clock_ms();
    turn_until(MC_ROUTE_IPV4);
    assert_true(mc_loop_clock_ms() - gone_ms < RETRY_MS); /* not by the timer, which is at twice that by now */
    assert_int_equal(told, 1);
    is_at_rest();
    want(0, 0);
    assert_int_equal(there(), 0);
    assert_int_equal(mc_route_count("mcppp0"), 0);
    is_at_rest();
}

static void a_helper_that_is_away_once(void **state)
{
    NEEDS_NETNS(link_fd);
    adding = (struct failing){.left = 2, .error = -ETIMEDOUT};
    want(MC_ROUTE_IPV4, METRIC);
    assert_int_equal(there(), 0);
    turn_until(MC_ROUTE_IPV4);
    assert_int_equal(adding.asked, 3);
    assert_int_equal(told, 1);
    removing = (struct failing){.left = 2, .error = -ETIMEDOUT};
    want(0, 0);
    assert_int_equal(there(), 0); /* as far as anybody is concerned */
    assert_int_equal(mc_route_count("mcppp0"), 1);
    while (mc_route_count("mcppp0") > 0)
        turn_for(10);
    assert_int_equal(removing.asked, 3);
    is_at_rest();
}

/* Wanted again before it could be taken back: it stays. */
static void wanted_again(void **state)
{
    NEEDS_NETNS(link_fd);
    want(MC_ROUTE_IPV4, METRIC);
    removing = (struct failing){.left = 1, .error = -ETIMEDOUT};
    want(0, 0);
    want(MC_ROUTE_IPV4, METRIC);
    assert_int_equal(there(), MC_ROUTE_IPV4);
    is_at_rest();
    assert_int_equal(mc_route_count("mcppp0"), 1);
    want(MC_ROUTE_IPV4, METRIC + 1); /* it keeps what it was given, and goes with it */
    assert_int_equal(adding.asked, 2);
    want(0, METRIC + 1);
    assert_int_equal(mc_route_count("mcppp0"), 0);
}

/* ... but for one that went with its interface, which came back: it is given anew. */
static void wanted_again_by_another(void **state)
{
    struct mc_default_routes_wish wish = {.ifname = "mceth0", .families = MC_ROUTE_IPV4, .metric = METRIC};

    NEEDS_NETNS(link_fd);
    mc_default_routes_set(routes, &wish);
    removing = (struct failing){.left = 1, .error = -ETIMEDOUT};
    wish.families = 0;
    mc_default_routes_set(routes, &wish);
    close(other_fd);
    other_fd = netns_tun("mceth0", "192.0.2.2");
    wish.families = MC_ROUTE_IPV4;
    mc_default_routes_set(routes, &wish);
    assert_int_equal(there(), MC_ROUTE_IPV4);
    assert_int_equal(mc_route_count("mceth0"), 1);
    is_at_rest();
}

/* What may not be, or cannot, is asked for once. */
static void what_is_hopeless(void **state)
{
    NEEDS_NETNS(link_fd);
    adding = (struct failing){.left = 2, .error = -EOPNOTSUPP};
    want(MC_ROUTE_IPV6, METRIC);
    assert_int_equal(there(), 0);
    is_at_rest();
    want(0, 0);
    adding.error = -EPERM;
    adding.left = 1;
    want(MC_ROUTE_IPV4, METRIC);
    is_at_rest();
}

/* Gone with its interface: nothing is owed, and nothing is asked. */
static void gone_with_its_interface(void **state)
{
    struct mc_default_routes_wish wish = {.ifname = "mceth0", .families = MC_ROUTE_IPV4, .metric = METRIC};

    NEEDS_NETNS(link_fd);
    mc_default_routes_set(routes, &wish);
    assert_int_equal(there(), MC_ROUTE_IPV4);
    removing = (struct failing){.left = 1, .error = -ETIMEDOUT};
    wish.families = 0;
    mc_default_routes_set(routes, &wish);
    assert_int_equal(removing.asked, 1);
    close(other_fd);
    other_fd = -1;
    turn_for(2 * RETRY_MS);
    assert_int_equal(removing.asked, 1);
    is_at_rest();
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(in_nobodys_place),        TEST(a_helper_that_is_away_once), TEST(wanted_again),
        TEST(wanted_again_by_another), TEST(what_is_hopeless),           TEST(gone_with_its_interface),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
