/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <microcat/policy/witness.h>
#include <stdio.h>
#include <string.h>

#define A    "8942310000000000012", "soracom.io", ""
#define WHO_ h->policy, A

static void stands(struct harness *h, enum mc_witness wanted)
{
    assert_int_equal(mc_policy_witness(WHO_), wanted);
}

static void who_never_answered_condemns_nobody(void **state)
{
    struct harness *h = *state;
    stands(h, MC_WITNESS_UNPROVEN);
    for (int i = 0; i < 5; i++)
        assert_false(mc_policy_witness_condemns(WHO_));
    stands(h, MC_WITNESS_UNPROVEN);
}

static void who_answered_is_believed_once(void **state)
{
    struct harness *h = *state;
    for (int i = 0; i < 3; i++) {
        assert_true(mc_policy_witness_answered(WHO_)); /* news */
        assert_false(mc_policy_witness_answered(WHO_));
        stands(h, MC_WITNESS_PROVEN);
        assert_true(mc_policy_witness_condemns(WHO_));
        stands(h, MC_WITNESS_SENTENCED);
        if (i == 0)
            continue; /* the redial helped: it answers again */
        assert_false(mc_policy_witness_condemns(WHO_));
        stands(h, MC_WITNESS_LOST);
        assert_false(mc_policy_witness_condemns(WHO_));
        stands(h, MC_WITNESS_LOST);
    }
}

static void each_sim_apn_and_target_for_itself(void **state)
{
    struct harness *h = *state;
    mc_policy_witness_answered(WHO_);
    assert_int_equal(mc_policy_witness(h->policy, "8942310000000000013", "soracom.io", ""), MC_WITNESS_UNPROVEN);
    assert_int_equal(mc_policy_witness(h->policy, "8942310000000000012", "soracom.i", "o"), MC_WITNESS_UNPROVEN);
    assert_int_equal(mc_policy_witness(h->policy, "8942310000000000012", "soracom.io", "8.8.8.8"), MC_WITNESS_UNPROVEN);
    for (int i = 0; i < 20; i++) { /* the oldest is forgotten, and nothing else */
        char apn[8] = {'a', (char)('a' + i), 0};
        mc_policy_witness_answered(h->policy, "", apn, "");
        assert_int_equal(mc_policy_witness(h->policy, "", apn, ""), MC_WITNESS_PROVEN);
    }
    stands(h, MC_WITNESS_UNPROVEN);
}

static void it_is_remembered(void **state)
{
    static const enum mc_witness all[] = {MC_WITNESS_PROVEN, MC_WITNESS_SENTENCED, MC_WITNESS_LOST};
    struct harness *h = *state;
    char text[MC_POLICY_TEXT_BYTES];
    unsigned line;
    mc_policy_witness_answered(WHO_);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        stands(h, all[i]);
        assert_true(mc_policy_save(h->policy, NOW, WALL, text, sizeof(text)) > 0);
        assert_null(strstr(text, "soracom"));
        assert_int_equal(mc_policy_load(h->policy, text, NOW, WALL, &line), 0);
        stands(h, all[i]);
        mc_policy_witness_condemns(WHO_);
    }
}

static void a_bad_line_is_refused(void **state)
{
    static const char *const lines[] = {"witness 1 unproven\n", "witness 0 proven\n", "witness x proven\n",
                                        "witness 1\n", "witness 1 believed\n"};
    struct harness *h = *state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char text[80];
        unsigned line;
        snprintf(text, sizeof(text), "microcatd-budgets 1\n%s", lines[i]);
        assert_int_equal(mc_policy_load(h->policy, text, NOW, WALL, &line), -EINVAL);
        assert_int_equal(line, 2);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_never_answered_condemns_nobody),
        TEST(who_answered_is_believed_once),
        TEST(each_sim_apn_and_target_for_itself),
        TEST(it_is_remembered),
        TEST(a_bad_line_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
