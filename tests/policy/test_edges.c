/* SPDX-License-Identifier: MIT */
/* The edges that mutation found unwatched: the last millisecond, the first failure, the entry beside the one meant. */
#include "harness.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/policy/witness.h>
#include <stdio.h>
#include <string.h>

#define HEADER "microcatd-budgets 1\n"
#define ICCID  "8942310000000000012"
#define OTHER  "8942310000000000099"

static const char *saved(struct harness *h, int64_t now_ms, int64_t wall_ms)
{
    static char text[MC_POLICY_TEXT_BYTES];
    assert_true(mc_policy_save(h->policy, now_ms, wall_ms, text, sizeof(text)) > 0);
    return text;
}

static int load(struct harness *h, const char *text)
{
    unsigned line;
    return mc_policy_load(h->policy, text, NOW, WALL, &line);
}

/* ---- the text ---- */

static void only_what_counts_is_saved(void **state)
{
    struct harness *h = *state;
    assert_string_equal(saved(h, NOW, WALL), HEADER);
    mc_policy_spend(h->policy, MC_REMEDY_REATTACH, NOW); /* has no interval, and counts as an attach */
    mc_policy_dial(h->policy, false, NOW);
    assert_string_equal(saved(h, NOW, 1), HEADER "dial 1\nattach 1\n");
    assert_string_equal(saved(h, NOW + HOUR - 1, HOUR), HEADER "dial 1\nattach 1\n");
    assert_string_equal(saved(h, NOW + HOUR, HOUR + 1), HEADER);
}

static void times_keep_their_millisecond_and_their_order(void **state)
{
    static const struct {
        const char *text, *again;
    } rows[] = {
        {HEADER "dial 1763846399999\n", HEADER "dial 1763846399999\n"},
        {HEADER "dial 1763846400001\n", HEADER "dial 1763846400000\n"}, /* the future is now */
        {HEADER "dial 1763846399999\ndial 1763846390000\n", HEADER "dial 1763846399999\ndial 1763846399999\n"},
    };
    struct harness *h = *state;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        assert_int_equal(load(h, rows[i].text), 0);
        assert_string_equal(saved(h, NOW, WALL), rows[i].again);
    }
}

/* What a PIN's line says after its hash. */
static void pins_are_saved_with_what_matters(void **state)
{
    static const struct {
        const char *iccid;
        int tries;
        bool refused;
        const char *tail;
    } rows[] = {
        {ICCID, 3, true, "\n"},      {ICCID, 3, false, " 3 1\n"}, {ICCID, -1, false, " 0 1\n"},
        {ICCID, 1, false, " 1 1\n"}, {"", 3, true, " 3 0\n"},     {"", 1, true, " 1 0\n"},
    };
    struct harness *h = *state;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        int end = 0;
        mc_policy_pin_try(h->policy, rows[i].iccid, "1234", rows[i].tries);
        if (rows[i].refused)
            mc_policy_pin_wrong(h->policy, rows[i].iccid, "1234");
        const char *line = saved(h, NOW, WALL) + strlen(HEADER);
        sscanf(line, "pin %*s %*s%n", &end);
        if (strcmp(line + end, rows[i].tail) != 0)
            fail_msg("row %zu: %s", i, line);
        assert_true(mc_policy_pin_right(h->policy, ICCID)); /* one without a name was this one */
    }
}

static void every_entry_is_loaded(void **state)
{
    struct harness *h = *state;
    mc_policy_pin_try(h->policy, ICCID, "1111", -1);
    mc_policy_pin_try(h->policy, ICCID, "2222", -1);
    mc_policy_witness_answered(h->policy, ICCID, "a", "");
    mc_policy_witness_answered(h->policy, ICCID, "b", "");
    assert_int_equal(mc_policy_witness(h->policy, ICCID, "a", ""), MC_WITNESS_PROVEN);
    char text[MC_POLICY_TEXT_BYTES];
    snprintf(text, sizeof(text), "%s", saved(h, NOW, WALL));
    assert_int_equal(load(h, text), 0);
    assert_string_equal(saved(h, NOW, WALL), text);
    assert_int_equal(harness_pin(h, ICCID, "1111", 3), MC_FAULT_SIM_PIN_WRONG);
    assert_int_equal(harness_pin(h, ICCID, "2222", 3), MC_FAULT_SIM_PIN_WRONG);
    assert_int_equal(mc_policy_witness(h->policy, ICCID, "a", ""), MC_WITNESS_PROVEN);
    assert_int_equal(mc_policy_witness(h->policy, ICCID, "b", ""), MC_WITNESS_PROVEN);
}

static void lines_of_another_kind_are_refused(void **state)
{
    static const struct {
        const char *line;
        int r;
    } rows[] = {
        {"oops reset 1 1\n", -EINVAL},
        {"oops 01 proven\n", -EINVAL},
        {"pin 89423100000000000120000 01\n", 0}, /* 23 digits have room, 24 have not */
        {"pin 894231000000000001200000 01\n", -EINVAL},
    };
    struct harness *h = *state;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        char text[120];
        snprintf(text, sizeof(text), HEADER "%s", rows[i].line);
        assert_int_equal(load(h, text), rows[i].r);
    }
}

/* ---- PINs ---- */

static void tries_that_were_not_known_prove_nothing(void **state)
{
    struct harness *h = *state;
    mc_policy_pin_try(h->policy, ICCID, "1234", -1);
    assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_SIM_PIN_WRONG);
    mc_policy_pin_right(h->policy, ICCID);
    mc_policy_pin_try(h->policy, ICCID, "1234", 1);
    h->changed = true;
    assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_NONE);
    assert_false(h->changed);
}

static void another_pin_of_the_same_sim_is_another(void **state)
{
    struct harness *h = *state;
    mc_policy_pin_try(h->policy, ICCID, "1111", -1);
    mc_policy_pin_wrong(h->policy, ICCID, "1111");
    mc_policy_pin_try(h->policy, ICCID, "2222", -1);
    assert_int_equal(harness_pin(h, ICCID, "1111", 3), MC_FAULT_SIM_PIN_WRONG);
}

static void a_try_without_a_name_counts_for_the_name(void **state)
{
    struct harness *h = *state;
    mc_policy_pin_try(h->policy, "", "1234", 3);
    mc_policy_pin_try(h->policy, ICCID, "1234", 3); /* the second one without a verdict */
    assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_SIM_PIN_WRONG);
}

static void a_refusal_without_a_name_stays_beside_one_with(void **state)
{
    struct harness *h = *state;
    mc_policy_pin_try(h->policy, "", "1234", 3);
    mc_policy_pin_wrong(h->policy, "", "1234");
    mc_policy_pin_try(h->policy, ICCID, "1234", 3);
    mc_policy_pin_wrong(h->policy, ICCID, "1234");
    assert_int_equal(harness_pin(h, OTHER, "1234", 2), MC_FAULT_SIM_PIN_WRONG);
}

static void a_try_with_a_name_is_none_of_one_without(void **state)
{
    struct harness *h = *state;
    mc_policy_pin_try(h->policy, ICCID, "1234", 3);
    mc_policy_pin_try(h->policy, "", "1234", 3);
    assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_NONE);
}

static void a_third_try_can_still_be_saved(void **state)
{
    char text[MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    for (int i = 0; i < 3; i++)
        mc_policy_pin_try(h->policy, ICCID, "1234", 3);
    snprintf(text, sizeof(text), "%s", saved(h, NOW, WALL));
    assert_int_equal(load(h, text), 0);
}

/* ---- delays ---- */

static void delays_double_to_half_a_minute(void **state)
{
    static const int64_t quick[] = {1, 2, 4, 8, 16, 30, 30}, host[] = {0, 1, 2, 4, 8, 16, 30, 30};
    struct harness *h = *state;
    for (size_t i = 0; i < MC_LENGTH_OF(quick); i++)
        assert_int_equal(harness_decide(h, MC_FAULT_MODEM_SILENT, 0, NOW).delay_ms, quick[i] * SECOND);
    for (size_t i = 0; i < MC_LENGTH_OF(host); i++)
        assert_int_equal(harness_decide(h, MC_FAULT_PPPD_DIED, 0, NOW).delay_ms, host[i] * SECOND);
}

/* Chance shortens a wait as often as it lengthens it; fifty gateways that all wait longer still come in step. */
static void chance_shortens_too(void **state)
{
    static const struct {
        enum mc_fault fault;
        bool carried;
        int failures;
        int64_t middle_ms;
        unsigned usable;
    } rows[] = {
        {MC_FAULT_PPPD_DIED, false, 2, 1 * SECOND},          {MC_FAULT_MODEM_SILENT, false, 1, 1 * SECOND},
        {MC_FAULT_SIM_ABSENT, false, 1, 30 * SECOND},        {MC_FAULT_MODEM_REFUSED, false, 1, 10 * SECOND},
        {MC_FAULT_APN_REJECTED, false, 1, 30 * MINUTE},      {MC_FAULT_NO_CARRIER, true, 1, 2 * SECOND},
        {MC_FAULT_DIAL_REFUSED, false, 3, 10 * SECOND, ALL},
    };
    struct harness *h = *state;
    h->shaken = true;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        int64_t least = INT64_MAX, most = 0;
        for (int round = 0; round < 200; round++) {
            struct mc_decision d = {0};
            mc_policy_start_over(h->policy);
            if (rows[i].carried)
                mc_policy_carried(h->policy);
            for (int n = 0; n < rows[i].failures; n++)
                d = harness_decide(h, rows[i].fault, rows[i].usable, NOW);
            least = d.delay_ms < least ? d.delay_ms : least;
            most = d.delay_ms > most ? d.delay_ms : most;
        }
        assert_in_range(least, rows[i].middle_ms * 7 / 10, rows[i].middle_ms * 8 / 10);
        assert_in_range(most, rows[i].middle_ms * 12 / 10, rows[i].middle_ms * 13 / 10);
    }
}

static void forgiving_forgives_each_pace(void **state)
{
    static const enum mc_fault faults[] = {MC_FAULT_MODEM_SILENT, MC_FAULT_MODEM_REFUSED, MC_FAULT_PPPD_DIED,
                                           MC_FAULT_NO_CARRIER};
    struct harness *h = *state;
    for (size_t i = 0; i < MC_LENGTH_OF(faults); i++) {
        int64_t first_ms = harness_decide(h, faults[i], 0, NOW).delay_ms;
        assert_true(harness_decide(h, faults[i], 0, NOW).delay_ms > first_ms);
        mc_policy_good(h->policy);
        assert_int_equal(harness_decide(h, faults[i], 0, NOW).delay_ms, first_ms);
    }
}

static void a_jitter_of_a_millisecond(void **state)
{
    struct harness *h = *state;
    int64_t sum = 0;
    h->shaken = true;
    h->settings.recovery.boot_jitter_ms = 1;
    for (int i = 0; i < 100; i++)
        sum += mc_policy_boot_jitter_ms(h->policy);
    assert_in_range(sum, 20, 80);
}

/* ---- words ---- */

static void the_reason_counts_from_the_second_failure(void **state)
{
    struct harness *h = *state;
    assert_string_equal(harness_decide(h, MC_FAULT_NO_CARRIER, 0, NOW).reason, "redial");
    assert_string_equal(harness_decide(h, MC_FAULT_NO_CARRIER, 0, NOW).reason, "redial (failure 2 in a row)");
    for (int i = 0; i < 3; i++)
        assert_string_equal(harness_decide(h, MC_FAULT_SIM_PUK, 0, NOW).reason,
                            "look again whether somebody has mended it");
}

/* ---- budgets ---- */

static void attaches_have_their_limit(void **state)
{
    struct harness *h = *state;
    h->settings.recovery.attaches_per_hour = 0; /* no limit */
    for (int i = 0; i < 3; i++)
        assert_int_equal(mc_policy_attach(h->policy, false, 0), 0);
    h->settings.recovery.attaches_per_hour = 1;
    assert_int_equal(mc_policy_attach(h->policy, false, NOW), 0);
    assert_int_equal(mc_policy_attach(h->policy, false, NOW), HOUR);
    h->settings.recovery.attaches_per_hour = 1000; /* more than is kept: what is kept is the limit */
    for (int i = 0; i < 64; i++)
        mc_policy_attach(h->policy, true, NOW);
    assert_int_equal(mc_policy_attach(h->policy, false, NOW), HOUR);
}

/* Without attaches left, to the last millisecond, what attaches is not done; a reset is. */
static void what_attaches_asks_the_attach_budget(void **state)
{
    static const struct {
        int64_t at_ms;
        const enum mc_remedy remedies[6];
    } rows[] = {
        {NOW + HOUR - 1,
         {MC_REMEDY_REDIAL, MC_REMEDY_REDIAL, MC_REMEDY_REDIAL, MC_REMEDY_REDIAL, MC_REMEDY_REDIAL, MC_REMEDY_RESET}},
        {NOW + HOUR,
         {MC_REMEDY_REDIAL, MC_REMEDY_REATTACH, MC_REMEDY_RADIO_CYCLE, MC_REMEDY_RADIO_CYCLE, MC_REMEDY_RADIO_CYCLE,
          MC_REMEDY_RESET}},
    };
    struct harness *h = *state;
    for (int i = 0; i < 6; i++)
        mc_policy_attach(h->policy, false, NOW);
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        mc_policy_start_over(h->policy);
        for (size_t n = 0; n < MC_LENGTH_OF(rows[i].remedies); n++)
            assert_int_equal(harness_decide(h, MC_FAULT_LINK_STALE, ALL, rows[i].at_ms).remedy, rows[i].remedies[n]);
    }
}

static void an_unused_remedy_need_not_wait(void **state)
{
    struct harness *h = *state;
    harness_decide(h, MC_FAULT_MODEM_SILENT, ALL, 0);
    assert_int_equal(harness_decide(h, MC_FAULT_MODEM_SILENT, ALL, 0).remedy, MC_REMEDY_RESET);
}

static void a_remedy_that_helped_has_its_first_interval_again(void **state)
{
    struct harness *h = *state;
    for (int i = 0; i < 3; i++)
        mc_policy_spend(h->policy, MC_REMEDY_RESET, NOW);
    mc_policy_good(h->policy);
    harness_decide(h, MC_FAULT_MODEM_SILENT, 1u << MC_REMEDY_RESET, NOW);
    assert_int_equal(harness_decide(h, MC_FAULT_MODEM_SILENT, 1u << MC_REMEDY_RESET, NOW + HOUR - 1).remedy,
                     MC_REMEDY_LOOK);
    assert_int_equal(harness_decide(h, MC_FAULT_MODEM_SILENT, 1u << MC_REMEDY_RESET, NOW + HOUR).remedy,
                     MC_REMEDY_RESET);
}

/* RadioCycleAfter= moves the ladders that have the default, from the radio cycle on; no other, and no reattach. */
static void what_the_setting_does_not_move(void **state)
{
    static const enum mc_remedy moved[] = {MC_REMEDY_REDIAL, MC_REMEDY_REATTACH, MC_REMEDY_REDIAL, MC_REMEDY_REDIAL,
                                           MC_REMEDY_RADIO_CYCLE};
    struct harness *h = *state;
    h->settings.recovery.radio_cycle_after = 5;
    for (size_t i = 0; i < MC_LENGTH_OF(moved); i++)
        assert_int_equal(harness_decide(h, MC_FAULT_LINK_STALE, ALL, NOW).remedy, moved[i]);
    assert_int_equal(harness_decide(h, MC_FAULT_NOT_REGISTERED, ALL, NOW).remedy, MC_REMEDY_RADIO_CYCLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_what_counts_is_saved),
        TEST(times_keep_their_millisecond_and_their_order),
        TEST(pins_are_saved_with_what_matters),
        TEST(every_entry_is_loaded),
        TEST(lines_of_another_kind_are_refused),
        TEST(tries_that_were_not_known_prove_nothing),
        TEST(another_pin_of_the_same_sim_is_another),
        TEST(a_try_without_a_name_counts_for_the_name),
        TEST(a_refusal_without_a_name_stays_beside_one_with),
        TEST(a_try_with_a_name_is_none_of_one_without),
        TEST(a_third_try_can_still_be_saved),
        TEST(delays_double_to_half_a_minute),
        TEST(chance_shortens_too),
        TEST(forgiving_forgives_each_pace),
        TEST(a_jitter_of_a_millisecond),
        TEST(the_reason_counts_from_the_second_failure),
        TEST(attaches_have_their_limit),
        TEST(what_attaches_asks_the_attach_budget),
        TEST(an_unused_remedy_need_not_wait),
        TEST(a_remedy_that_helped_has_its_first_interval_again),
        TEST(what_the_setting_does_not_move),
    };
    return cmocka_run_group_tests_name("policy/edges", tests, NULL, NULL);
}
