/* SPDX-License-Identifier: MIT */
/* Networks whose IPCP hands out the modem's own, useless DNS servers: the modem is asked for the real ones, and only
 * then. */
#include "bench.h"

static void servers_are_asked_for_only_when_missing(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm instant");
    struct mc_facts *facts = mc_bringup_facts(b->bringup);
    assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_NONE);
    assert_null(strstr(b->sent, "AT+CGCONTRDP"));
    assert_string_equal(facts->dns[0], "");

    _cleanup_bench_ struct bench *again = bench_new("warm instant");
    facts = mc_bringup_facts(again->bringup);
    facts->want_dns = true;
    assert_int_equal(bench_walk(again, MC_STEP_FIND), MC_FAULT_NONE);
    assert_non_null(strstr(again->sent, "AT+CGCONTRDP=1"));
    assert_string_equal(facts->dns[0], "100.127.0.53");
    assert_string_equal(facts->dns[1], "100.127.1.53");
    assert_false(facts->want_dns);
}

/* A network of nothing but IPv6: no IPCP, and not every router tells; and never where names are somebody else's
 * business. */
static void servers_of_an_ipv6_network_are_asked_for_at_once(void **state)
{
    for (int use_dns = 0; use_dns < 2; use_dns++) {
        _cleanup_bench_ struct bench *b = bench_new("warm instant");
        b->settings.pdp.type = MC_PDP_IPV6;
        b->settings.ppp.use_dns = use_dns;
        assert_int_equal(bench_walk(b, MC_STEP_FIND), MC_FAULT_NONE);
        assert_int_equal(strstr(b->sent, "AT+CGCONTRDP=1") != NULL, use_dns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_are_asked_for_only_when_missing),
        cmocka_unit_test(servers_of_an_ipv6_network_are_asked_for_at_once),
    };
    return cmocka_run_group_tests_name("modem/dns", tests, NULL, NULL);
}
