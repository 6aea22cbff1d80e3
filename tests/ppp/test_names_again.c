/* SPDX-License-Identifier: MIT */
/* What fails once is tried again, given and taken back; and when it is done, nobody is woken for it any more. */
#include "names_bed.h"

#include <microcat/host/privileged.h>

/* The helper's answers: each kind fails so often, then is done; how often it was asked. */
static struct failing {
    int left, asked;
} set, revert, route, unroute, writing;

static int answer(struct failing *failing)
{
    failing->asked++;
    return failing->left > 0 ? (failing->left--, -ETIMEDOUT) : 0;
}

static int set_resolved(const char *ifname, const char *const *servers, size_t n_servers, bool default_route)
{
    return answer(&set);
}

static int revert_resolved(const char *ifname)
{
    return answer(&revert);
}

static int add_server_route(const char *ifname, const char *server, uint32_t metric, uint32_t table)
{
    int r = answer(&route);

    return r < 0 ? r : mc_route_add_server(ifname, server, metric, table);
}

static int no_route(const char *ifname, const char *server, uint32_t metric, uint32_t table)
{
    return 0;
}

static int remove_server_route(const char *ifname, const char *server, uint32_t metric, uint32_t table)
{
    int r = answer(&unroute);

    return r < 0 ? r : mc_route_remove_server(ifname, server, metric, table);
}

static int write_names(const struct mc_names_block *block, const char *path, bool give, bool *ret_wrote)
{
    int r = answer(&writing);

    return r < 0 ? r : mc_names_block_write(block, path, give, ret_wrote);
}

static int trouble(void)
{
    return -ETIMEDOUT;
}

static struct mc_privileged_ops ops;

static int be_asked(void **state)
{
    set = revert = route = unroute = writing = (struct failing){0};
    ops = mc_privileged_direct;
    ops.add_server_route = add_server_route;
    ops.remove_server_route = remove_server_route;
    ops.write_names = write_names;
    ops.trouble = trouble;
    mc_privileged_use(&ops);
    return set_up(state);
}

static int be_asked_no_more(void **state)
{
    mc_privileged_use(NULL);
    return tear_down(state);
}

static void turn_until_asked(const struct failing *failing, int n)
{
    while (failing->asked < n)
        turn_for(20);
}

/* What is done is not done again: a daemon at rest is woken by nobody. */
static void is_at_rest(void)
{
    const int before = set.asked + revert.asked + route.asked + unroute.asked + writing.asked, told_before = told.n;

    turn_for(8 * RETRY_MS);
    assert_int_equal(set.asked + revert.asked + route.asked + unroute.asked + writing.asked, before);
    assert_int_equal(told.n, told_before);
}

static void resolved_is_asked_again(void **state)
{
    NEEDS_NETNS(link_fd);
    ops.set_resolved = set_resolved;
    ops.revert_resolved = revert_resolved;
    ops.add_server_route = no_route; /* whose news would hurry it */
    set.left = 3;
    make("none");
    give();
    turn_until_told(1);
    assert_int_equal(told.where, MC_NAMES_NOWHERE);
    assert_int_equal(told.result, -ETIMEDOUT);
    turn_until_told(4);
    assert_int_equal(told.where, MC_NAMES_RESOLVED);
    assert_int_equal(set.asked, 4);
    is_at_rest();
    revert.left = 2;
    mc_names_take_back(names);
    turn_until_asked(&revert, 3);
    is_at_rest();
}

static void more_and_more_seldom(void **state)
{
    NEEDS_NETNS(link_fd);
    ops.set_resolved = set_resolved;
    ops.add_server_route = no_route;
    set.left = 1000;
    make("none");
    give();
    turn_for(20 * RETRY_MS);
    assert_in_range(set.asked, 3, 12); /* 5, and some for the news of the network that has just been made */
}

/* Taken back is what was late, too; and given again meanwhile, nothing is taken. */
static void what_is_late_and_what_came_back(void **state)
{
    NEEDS_NETNS(link_fd);
    ops.set_resolved = set_resolved;
    ops.revert_resolved = revert_resolved;
    set.left = 1;
    make("none");
    give();
    turn_until_told(1);
    revert.left = 1;
    mc_names_take_back(names);
    turn_until_asked(&revert, 1);
    turn_for(20);
    give();
    turn_until_told(2);
    assert_int_equal(told.where, MC_NAMES_RESOLVED);
    is_at_rest();
    assert_int_equal(revert.asked, 1);
}

static void the_file_is_written_later(void **state)
{
    NEEDS_NETNS(link_fd);
    write_file("resolv.conf", ETHERNET, 0644);
    writing.left = 1;
    route.left = 3;
    make("none");
    give();
    turn_until_told(2);
    assert_int_equal(told.where, MC_NAMES_RESOLV_CONF);
    assert_non_null(strstr(read_file("resolv.conf"), OURS));
    while (!leads("100.127.0.53", "mcppp0") || !leads("100.127.1.53", "mcppp0"))
        turn_for(20);
    turn_for(2 * SETTLE_MS); /* by the routes' news */
    is_at_rest();
    writing.left = unroute.left = 2;
    mc_names_take_back(names);
    while (strcmp(read_file("resolv.conf"), ETHERNET) != 0)
        turn_for(20);
    assert_false(leads("100.127.0.53", "mcppp0"));
    assert_false(leads("100.127.1.53", "mcppp0"));
    is_at_rest();
}

/* What was never there is not owed. */
static void a_file_that_cannot_be(void **state)
{
    NEEDS_NETNS(link_fd);
    ops.trouble = mc_privileged_direct.trouble;
    assert_int_equal(mkdir(scratch_path(dir, "resolv.conf"), 0755), 0);
    make("none");
    give();
    turn_until_told(2);
    assert_int_equal(told.where, MC_NAMES_NOWHERE);
    mc_names_take_back(names);
    is_at_rest();
    give();
    turn_until_told(3);
    assert_int_equal(rmdir(scratch_path(dir, "resolv.conf")), 0);
    write_file("resolv.conf", "", 0644);
    while (told.where == MC_NAMES_NOWHERE)
        turn_for(20);
    assert_string_equal(read_file("resolv.conf"), OURS);
    mc_names_take_back(names);
    assert_string_equal(read_file("resolv.conf"), "");
}

/* A resolvconf that could not be run, because the helper was not there. */
static int left_of_spawns;

static int spawn(struct mc_loop *on, const struct mc_errand *errand, const struct mc_child_spec *spec,
                 const struct mc_child_events *events, void *ctx, struct mc_child **ret_child)
{
    return left_of_spawns > 0 ? (left_of_spawns--, -ETIMEDOUT)
                              : mc_privileged_direct.spawn(on, errand, spec, events, ctx, ret_child);
}

static void a_record_is_taken_away_later(void **state)
{
    NEEDS_NETNS(link_fd);
    ops.spawn = spawn;
    left_of_spawns = 0;
    write_file("resolv.conf", ETHERNET, 0644);
    write_file("resolvconf", FAILS_ONCE, 0755);
    write_file("resolvconf.once", "", 0644);
    make("resolvconf");
    give();
    turn_until_told(1);
    assert_true(has_record());
    left_of_spawns = 2;
    mc_names_take_back(names);
    while (has_record())
        turn_for(20);
    while (strstr(read_file("resolvconf.log"), "done -d tun0.gw\n") == NULL)
        turn_for(20);
    is_at_rest();
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, be_asked, be_asked_no_more)
    const struct CMUnitTest tests[] = {
        TEST(resolved_is_asked_again),   TEST(more_and_more_seldom),  TEST(what_is_late_and_what_came_back),
        TEST(the_file_is_written_later), TEST(a_file_that_cannot_be), TEST(a_record_is_taken_away_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
