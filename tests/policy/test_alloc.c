/* SPDX-License-Identifier: MIT */
/* Each allocation fails once: no policy at all, or the budgets as they were before. */
#include "alloc_fail.h"
#include "harness.h"
#include <errno.h>
#include <string.h>

#define LATER (NOW + 5 * MINUTE)

static void no_memory_for_a_policy(void **state)
{
    struct harness *h = *state;
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        struct mc_policy *policy = mc_policy_new(&h->settings, harness_random, h);
        bool failed = alloc_fail_stop();
        assert_true((policy == NULL) == failed);
        mc_policy_free(policy);
        if (!failed) {
            assert_true(nth > 1);
            break;
        }
    }
}

/* Deciding, spending, forgiving and saving need none. */
static void use(struct harness *h)
{
    char text[MC_POLICY_TEXT_BYTES];
    for (int fault = MC_FAULT_NONE + 1; fault < MC_FAULT_COUNT; fault++)
        harness_decide(h, (enum mc_fault)fault, ALL, NOW + fault * SECOND);
    for (int i = 0; i < 30; i++) {
        mc_policy_dial(h->policy, false, NOW + i * SECOND);
        mc_policy_attach(h->policy, true, NOW + i * SECOND);
    }
    mc_policy_spend(h->policy, MC_REMEDY_RESET, NOW);
    mc_policy_pin_try(h->policy, "8981", "1234", 3);
    mc_policy_good(h->policy);
    assert_true(mc_policy_save(h->policy, NOW, WALL, text, sizeof(text)) > 0);
}

static void use_needs_no_memory(void **state)
{
    alloc_fail_at(1);
    use(*state);
    assert_false(alloc_fail_stop());
}

static void loading_is_whole_or_not_at_all(void **state)
{
    struct harness *h = *state;
    char full[MC_POLICY_TEXT_BYTES], empty[MC_POLICY_TEXT_BYTES], now[MC_POLICY_TEXT_BYTES];
    struct mc_policy *fresh = mc_policy_new(&h->settings, harness_random, h);
    unsigned line;
    use(h);
    assert_true(mc_policy_save(h->policy, LATER, WALL, full, sizeof(full)) > 0);
    assert_true(mc_policy_save(fresh, LATER, WALL, empty, sizeof(empty)) > 0);
    assert_string_not_equal(full, empty);
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        int r = mc_policy_load(fresh, full, LATER, WALL, &line);
        bool failed = alloc_fail_stop();
        assert_int_equal(r, failed ? -ENOMEM : 0);
        assert_true(mc_policy_save(fresh, LATER, WALL, now, sizeof(now)) > 0);
        assert_string_equal(now, failed ? empty : full);
        if (!failed) {
            assert_true(nth > 1);
            break;
        }
    }
    mc_policy_free(fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(no_memory_for_a_policy), TEST(use_needs_no_memory),
                                       TEST(loading_is_whole_or_not_at_all)};
    return cmocka_run_group_tests_name("policy/alloc", tests, NULL, NULL);
}
