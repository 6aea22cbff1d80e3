/* SPDX-License-Identifier: MIT */
/* The modem as a witness: when it is asked, when its word condemns, and when neither. */
#include <context.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct mc_context_witness begun(bool proven)
{
    struct mc_context_witness witness = {.proven = proven};
    mc_context_begin(&witness, 1000);
    return witness;
}

/* A look at the traffic is a question to the kernel: once a second, however many packets there are. */
static void the_traffic_is_looked_at_once_a_second(void **state)
{
    struct mc_context_witness witness = begun(true);
    unsigned looks = 0;
    for (int64_t now_ms = 1000; now_ms < 11000; now_ms += 2) {
        if (!mc_context_due(&witness, now_ms))
            continue;
        looks++;
        mc_context_sent(&witness, (uint64_t)now_ms, (uint64_t)now_ms, now_ms);
    }
    assert_int_equal(looks, 9);
}

static void asked_when_nothing_comes_back(void **state)
{
    struct mc_context_witness witness = begun(true);
    assert_false(mc_context_sent(&witness, 10, 10, 2000)); /* something came */
    assert_false(mc_context_sent(&witness, 10, 20, 6999));
    assert_false(mc_context_sent(&witness, 10, 20, 10999)); /* 10 s since the call began are not over */
    assert_true(mc_context_sent(&witness, 10, 20, 11000));
    assert_false(mc_context_sent(&witness, 10, 30, 20999)); /* nor since it was asked */
    assert_true(mc_context_sent(&witness, 10, 30, 21000));
    assert_false(mc_context_sent(&witness, 20, 30, 30000)); /* it carried a moment ago */
    assert_false(mc_context_sent(&witness, 20, 40, 34999));
    assert_true(mc_context_sent(&witness, 20, 40, 35000));
}

static void not_asked_while_it_carries_or_nobody_sends(void **state)
{
    struct mc_context_witness witness = begun(true);
    for (int64_t now_ms = 2000; now_ms < 60000; now_ms += 1000)
        assert_false(mc_context_sent(&witness, (uint64_t)now_ms, (uint64_t)now_ms, now_ms));
    for (int64_t now_ms = 60000; now_ms < 120000; now_ms += 1000)
        assert_false(mc_context_sent(&witness, 59000, 59000, now_ms)); /* LCP alone */
}

/* Proven, silent for 5 s, and denied for 5 more: all three. */
static void what_condemns(void **state)
{
    static const struct {
        bool proven;
        int32_t active;
        int64_t silent_ms, again_ms;
        enum mc_context_word first, second;
    } rows[] = {{true, 0, 5000, 5000, MC_CONTEXT_ASK, MC_CONTEXT_DEAD},
                {true, 0, 5000, 4999, MC_CONTEXT_ASK, MC_CONTEXT_ASK},
                {true, 0, 4999, 5000, MC_CONTEXT_FINE, MC_CONTEXT_ASK}, /* the silence was too short to count */
                {true, -1, 60000, 60000, MC_CONTEXT_FINE, MC_CONTEXT_FINE},
                {true, 1, 60000, 60000, MC_CONTEXT_FINE, MC_CONTEXT_FINE},
                {false, 0, 60000, 60000, MC_CONTEXT_FINE, MC_CONTEXT_FINE}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mc_context_witness witness = begun(rows[i].proven);
        int64_t now_ms = 2000;
        mc_context_sent(&witness, 10, 10, now_ms);
        assert_int_equal(mc_context_told(&witness, rows[i].active, 10, now_ms += rows[i].silent_ms), rows[i].first);
        assert_int_equal(mc_context_told(&witness, rows[i].active, 10, now_ms += rows[i].again_ms), rows[i].second);
    }
}

/* What it takes back, or what comes in, counts from the beginning. */
static void a_denial_is_taken_back(void **state)
{
    struct mc_context_witness witness = begun(true);
    assert_int_equal(mc_context_told(&witness, 0, 0, 10000), MC_CONTEXT_ASK);
    assert_int_equal(mc_context_told(&witness, 1, 0, 12000), MC_CONTEXT_FINE);
    assert_int_equal(mc_context_told(&witness, 0, 0, 15000), MC_CONTEXT_ASK);
    assert_int_equal(mc_context_told(&witness, -1, 0, 16000), MC_CONTEXT_FINE); /* no word takes nothing back */
    assert_int_equal(mc_context_told(&witness, 0, 0, 20000), MC_CONTEXT_DEAD);
    witness = begun(true);
    assert_int_equal(mc_context_told(&witness, 0, 0, 10000), MC_CONTEXT_ASK);
    assert_int_equal(mc_context_told(&witness, 0, 10, 15000), MC_CONTEXT_FINE);
    assert_int_equal(mc_context_told(&witness, 0, 10, 20000), MC_CONTEXT_ASK);
    assert_int_equal(mc_context_told(&witness, 0, 10, 25000), MC_CONTEXT_DEAD);
}

static void its_own_word_proves_it(void **state)
{
    struct mc_context_witness witness = begun(false);
    assert_int_equal(mc_context_told(&witness, 1, 10, 2000), MC_CONTEXT_FINE);
    assert_int_equal(mc_context_told(&witness, 0, 20, 60000), MC_CONTEXT_FINE); /* something came meanwhile */
    assert_int_equal(mc_context_told(&witness, 0, 20, 65000), MC_CONTEXT_ASK);
    mc_context_begin(&witness, 70000); /* another call on the same context */
    assert_int_equal(mc_context_told(&witness, 0, 0, 75000), MC_CONTEXT_ASK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_traffic_is_looked_at_once_a_second),
        cmocka_unit_test(asked_when_nothing_comes_back),
        cmocka_unit_test(not_asked_while_it_carries_or_nobody_sends),
        cmocka_unit_test(what_condemns),
        cmocka_unit_test(a_denial_is_taken_back),
        cmocka_unit_test(its_own_word_proves_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
