/* SPDX-License-Identifier: MIT */
/* Decisions: delays, rungs, budgets, PIN tries. */
#include "harness.h"
#include <microcat/base/cleanup.h>
#include <string.h>

/* ---- delays ---- */

static void dial_delays_grow_to_the_cap(void **state)
{
    static const int64_t seconds[] = {10, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800};
    struct harness *h = *state;
    for (size_t i = 0; i < MC_LENGTH_OF(seconds); i++) {
        struct mc_decision d = harness_decide(h, MC_FAULT_CONGESTION, ALL, NOW);
        assert_int_equal(d.delay_ms, seconds[i] * SECOND);
        assert_int_equal(d.failures, i + 1);
        assert_int_equal(d.remedy, MC_REMEDY_REDIAL);
    }
}

static void chance_is_thirty_percent_both_ways(void **state)
{
    struct harness *h = *state;
    int64_t least = INT64_MAX, most = 0;
    h->shaken = true;
    for (int i = 0; i < 4000; i++) {
        mc_policy_start_over(h->policy);
        struct mc_decision d = harness_decide(h, MC_FAULT_CONGESTION, ALL, NOW);
        least = d.delay_ms < least ? d.delay_ms : least;
        most = d.delay_ms > most ? d.delay_ms : most;
    }
    assert_in_range(least, 7 * SECOND, 7100);
    assert_in_range(most, 12900, 13 * SECOND);
}

static void network_backoff_is_never_shortened(void **state)
{
    struct harness *h = *state;
    h->shaken = true;
    for (int i = 0; i < 1000; i++) {
        struct mc_decision d = harness_decide(h, MC_FAULT_NETWORK_BACKOFF, ALL, NOW);
        assert_in_range(d.delay_ms, 12 * MINUTE, 12 * MINUTE * 13 / 10);
        assert_int_equal(d.remedy, MC_REMEDY_REDIAL);
    }
}

static const struct {
    enum mc_fault fault;
    int64_t least_ms, most_ms; /* of the first delay */
} first_delays[] = {
    {MC_FAULT_APN_REJECTED, 21 * MINUTE, 39 * MINUTE}, /* straight to the cap */
    {MC_FAULT_AUTH_REJECTED, 21 * MINUTE, 39 * MINUTE},
    {MC_FAULT_PPP_AUTH, 21 * MINUTE, 39 * MINUTE},
    {MC_FAULT_NOT_SUBSCRIBED, 21 * MINUTE, 39 * MINUTE},
    {MC_FAULT_PDP_TYPE_REJECTED, 21 * MINUTE, 39 * MINUTE},
    {MC_FAULT_PPPD_DIED, 0, 0}, /* not the network's fault: at once */
    {MC_FAULT_MODEM_REBOOTED, 0, 0},
    {MC_FAULT_SIM_ABSENT, 21 * SECOND, 39 * SECOND},
    {MC_FAULT_SIM_PUK, 21 * SECOND, 39 * SECOND},
    {MC_FAULT_MODEM_SILENT, 700, 1300},
    {MC_FAULT_NO_CARRIER, 7 * SECOND, 13 * SECOND},
};

static void first_delay_by_fault(void **state)
{
    struct harness *h = *state;
    h->shaken = true;
    for (size_t i = 0; i < MC_LENGTH_OF(first_delays); i++) {
        mc_policy_start_over(h->policy);
        struct mc_decision d = harness_decide(h, first_delays[i].fault, ALL, NOW);
        assert_in_range(d.delay_ms, first_delays[i].least_ms, first_delays[i].most_ms);
    }
}

static void host_faults_slow_down_when_they_go_on(void **state)
{
    struct harness *h = *state;
    assert_int_equal(harness_decide(h, MC_FAULT_PPPD_DIED, ALL, NOW).delay_ms, 0);
    assert_int_equal(harness_decide(h, MC_FAULT_PPPD_DIED, ALL, NOW).delay_ms, 1 * SECOND);
    assert_int_equal(harness_decide(h, MC_FAULT_PPPD_DIED, ALL, NOW).delay_ms, 2 * SECOND);
    for (int i = 0; i < 20; i++)
        harness_decide(h, MC_FAULT_PPPD_DIED, ALL, NOW);
    /* what bounds it then is the dial budget */
    assert_int_equal(harness_decide(h, MC_FAULT_PPPD_DIED, ALL, NOW).delay_ms, 30 * SECOND);
}

/* What the network did before is no reason to wait for what the host does, nor the other way round. */
static void host_and_network_are_counted_apart(void **state)
{
    struct harness *h = *state;
    for (int i = 0; i < 4; i++)
        harness_decide(h, MC_FAULT_NO_CARRIER, ALL, NOW);
    assert_int_equal(harness_decide(h, MC_FAULT_PPPD_DIED, ALL, NOW).delay_ms, 0);
    for (int i = 0; i < 8; i++)
        harness_decide(h, MC_FAULT_PPPD_DIED, ALL, NOW);
    assert_int_equal(harness_decide(h, MC_FAULT_NO_CARRIER, ALL, NOW).delay_ms, 240 * SECOND);
}

/* A network that was away for an hour says nothing of a modem that then refuses a command, and the other way round. */
static void modem_and_network_are_counted_apart(void **state)
{
    struct harness *h = *state;
    for (int i = 0; i < 8; i++)
        harness_decide(h, MC_FAULT_DIAL_NO_CARRIER, ALL, NOW);
    assert_int_equal(harness_decide(h, MC_FAULT_MODEM_REFUSED, ALL, NOW).delay_ms, 10 * SECOND);
    assert_int_equal(harness_decide(h, MC_FAULT_MODEM_MALFORMED, ALL, NOW).delay_ms,
                     30 * SECOND); /* its failures are one */
    assert_int_equal(harness_decide(h, MC_FAULT_PDP_REFUSED, ALL, NOW).delay_ms, 60 * SECOND);
    assert_int_equal(harness_decide(h, MC_FAULT_CONGESTION, ALL, NOW).delay_ms, 30 * MINUTE);
}

/* A call that carried and ended is redialled within seconds, each time; what fails on the way backs off as ever. */
static void a_call_that_carried_is_redialled_at_once(void **state)
{
    struct harness *h = *state;
    for (int i = 0; i < 10; i++) {
        mc_policy_carried(h->policy);
        struct mc_decision d = harness_decide(h, MC_FAULT_NO_CARRIER, ALL, NOW);
        assert_int_equal(d.delay_ms, 2 * SECOND);
        assert_int_equal(d.remedy, MC_REMEDY_REDIAL);
    }
    assert_int_equal(harness_decide(h, MC_FAULT_DIAL_NO_CARRIER, ALL, NOW).delay_ms, 30 * SECOND);
    assert_int_equal(harness_decide(h, MC_FAULT_DIAL_NO_CARRIER, ALL, NOW).delay_ms, 60 * SECOND);
    mc_policy_carried(h->policy); /* the address went away, and the call with it */
    assert_int_equal(harness_decide(h, MC_FAULT_PPP_NO_ADDRESS, ALL, NOW).delay_ms, 2 * SECOND);
    mc_policy_carried(h->policy); /* it does not soften what a person or the network has to mend */
    assert_int_equal(harness_decide(h, MC_FAULT_PPP_AUTH, ALL, NOW).delay_ms, 30 * MINUTE);
    mc_policy_carried(h->policy);
    assert_int_equal(harness_decide(h, MC_FAULT_NETWORK_BACKOFF, ALL, NOW).delay_ms, 12 * MINUTE);
}

static void alternating_faults_do_not_dial_faster(void **state)
{
    struct harness *h = *state;
    int64_t last_ms = 0;
    for (int i = 0; i < 8; i++) {
        struct mc_decision d = harness_decide(h, i % 2 ? MC_FAULT_NO_CARRIER : MC_FAULT_DIAL_NO_CARRIER, 0, NOW);
        assert_true(d.delay_ms >= last_ms);
        last_ms = d.delay_ms;
    }
    assert_int_equal(last_ms, 30 * MINUTE);
}

static void delays_stay_bounded_after_years(void **state)
{
    struct harness *h = *state;
    for (int fault = 1; fault < MC_FAULT_COUNT; fault++)
        for (int i = 0; i < 3000; i++) {
            struct mc_decision d = harness_decide(h, (enum mc_fault)fault, 0, NOW);
            assert_in_range(d.delay_ms, 0, 39 * MINUTE);
            assert_true(strlen(d.reason) > 0);
        }
}

static void boot_jitter_stays_within_its_setting(void **state)
{
    struct harness *h = *state;
    h->shaken = true;
    for (int i = 0; i < 1000; i++)
        assert_in_range(mc_policy_boot_jitter_ms(h->policy), 0, 30 * SECOND);
    h->settings.recovery.boot_jitter_ms = 0;
    assert_int_equal(mc_policy_boot_jitter_ms(h->policy), 0);
}

/* ---- rungs and budgets ---- */

/* The dial that has just failed was the look at the fault that comes before each strong remedy. To wait minutes between
 * the two would be to detach or reset a modem that may have come to itself. What ends a call that had come up was no
 * such look: there the delays grow. */
static void a_remedy_comes_right_behind_the_dial_that_failed(void **state)
{
    static const struct {
        enum mc_fault fault;
        bool of_a_dial;
    } rows[] = {{MC_FAULT_DIAL_NO_CARRIER, true}, {MC_FAULT_DIAL_REFUSED, true},   {MC_FAULT_DIAL_TIMEOUT, true},
                {MC_FAULT_PPP_TIMEOUT, true},     {MC_FAULT_PPP_LCP, true},        {MC_FAULT_PPP_NO_ADDRESS, true},
                {MC_FAULT_PPP_ECHO_DEAD, false},  {MC_FAULT_LINK_STALE, false},    {MC_FAULT_NO_CARRIER, false},
                {MC_FAULT_PPP_TERMINATED, false}, {MC_FAULT_NOT_REGISTERED, false}};
    static const int64_t growing_s[] = {10, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800};
    struct harness *h = *state;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        mc_policy_start_over(h->policy);
        unsigned remedies = 0;
        for (size_t n = 0; n < MC_LENGTH_OF(growing_s); n++) {
            struct mc_decision d = harness_decide(h, rows[i].fault, ALL, NOW);
            bool at_once = rows[i].of_a_dial && d.remedy != MC_REMEDY_REDIAL;
            remedies += d.remedy != MC_REMEDY_REDIAL;
            if (d.delay_ms != (at_once ? 10 : growing_s[n]) * SECOND)
                fail_msg("%s, failure %zu: %d s", mc_fault_info(rows[i].fault)->code, n + 1,
                         (int)(d.delay_ms / SECOND));
        }
        assert_true(remedies > 0);
    }
}

/* T3402 is 12 minutes: the modem has tried by itself for several times before it is made to. */
static void who_is_refused_attaches_no_more_than_the_modem_itself(void **state)
{
    struct harness *h = *state;
    int64_t waited_ms = 0;
    for (enum mc_remedy remedy = MC_REMEDY_REDIAL; remedy == MC_REMEDY_REDIAL;) {
        struct mc_decision d = harness_decide(h, MC_FAULT_REGISTRATION_DENIED, ALL, NOW);
        remedy = d.remedy;
        waited_ms += d.delay_ms;
    }
    assert_in_range(waited_ms, 60 * MINUTE, 2 * HOUR);
}

/* A link that goes stale for ever, as an hour of the day: which remedies, and how often. */
static void rungs_come_in_order_and_within_their_budgets(void **state)
{
    struct harness *h = *state;
    unsigned counts[MC_REMEDY_COUNT] = {0};
    int64_t now_ms = NOW, end_ms = NOW + 24 * HOUR, last_ms[MC_REMEDY_COUNT] = {0};
    enum mc_remedy first[MC_REMEDY_COUNT];
    unsigned n_first = 0;
    while (now_ms < end_ms) {
        struct mc_decision d = harness_decide(h, MC_FAULT_LINK_STALE, ALL, now_ms);
        if (counts[d.remedy]++ == 0)
            first[n_first++] = d.remedy;
        if (d.remedy == MC_REMEDY_RESET && last_ms[d.remedy])
            assert_true(now_ms - last_ms[d.remedy] >= 1 * HOUR);
        if (d.remedy == MC_REMEDY_RADIO_CYCLE && last_ms[d.remedy])
            assert_true(now_ms - last_ms[d.remedy] >= 15 * MINUTE);
        if (d.remedy > MC_REMEDY_REDIAL)
            mc_policy_spend(h->policy, d.remedy, now_ms);
        last_ms[d.remedy] = now_ms;
        now_ms += d.delay_ms + 30 * SECOND;
    }
    assert_int_equal(n_first, 5);
    for (unsigned i = 0; i < n_first; i++)
        assert_int_equal(first[i], MC_REMEDY_REDIAL + (int)i);
    assert_in_range(counts[MC_REMEDY_REATTACH], 1, 1);
    assert_in_range(counts[MC_REMEDY_RESET], 1, 6);
    assert_in_range(counts[MC_REMEDY_RADIO_CYCLE], 1, 8);
    assert_true(counts[MC_REMEDY_REDIAL] > 20); /* it never stops trying */
}

static void only_what_the_board_can_do(void **state)
{
    struct harness *h = *state;
    for (int i = 0; i < 50; i++) {
        struct mc_decision d =
            harness_decide(h, MC_FAULT_MODEM_SILENT, 1u << MC_REMEDY_LOOK | 1u << MC_REMEDY_RADIO_CYCLE, NOW);
        assert_int_equal(d.remedy, MC_REMEDY_LOOK);
    }
}

static void a_remedy_that_did_not_help_waits_twice_as_long(void **state)
{
    struct harness *h = *state;
    const unsigned usable = 1u << MC_REMEDY_RESET;
    int64_t now_ms = NOW, at_ms[6];
    for (unsigned n = 0; n < MC_LENGTH_OF(at_ms); now_ms += MINUTE)
        if (harness_decide(h, MC_FAULT_MODEM_SILENT, usable, now_ms).remedy == MC_REMEDY_RESET) {
            mc_policy_spend(h->policy, MC_REMEDY_RESET, now_ms);
            at_ms[n++] = now_ms;
        }
    for (unsigned n = 1; n < MC_LENGTH_OF(at_ms); n++)
        assert_int_equal(at_ms[n] - at_ms[n - 1], HOUR << (n - 1));
}

static void only_a_good_link_or_a_person_forgives(void **state)
{
    struct harness *h = *state;
    for (int i = 0; i < 5; i++)
        harness_decide(h, MC_FAULT_NO_CARRIER, 0, NOW + i);
    assert_int_equal(harness_decide(h, MC_FAULT_NO_CARRIER, 0, NOW + 24 * HOUR).failures, 6);
    mc_policy_good(h->policy);
    assert_int_equal(harness_decide(h, MC_FAULT_NO_CARRIER, 0, NOW + 24 * HOUR).failures, 1);
    harness_decide(h, MC_FAULT_NO_CARRIER, 0, NOW);
    mc_policy_start_over(h->policy);
    assert_int_equal(harness_decide(h, MC_FAULT_NO_CARRIER, 0, NOW).failures, 1);
}

static void forgiving_does_not_refill_the_hour(void **state)
{
    struct harness *h = *state;
    for (int i = 0; i < 6; i++)
        assert_int_equal(mc_policy_attach(h->policy, false, NOW + i * MINUTE), 0);
    mc_policy_good(h->policy);
    mc_policy_start_over(h->policy);
    assert_int_equal(mc_policy_attach(h->policy, false, NOW + 10 * MINUTE), 50 * MINUTE);
    assert_int_equal(mc_policy_attach(h->policy, false, NOW + 60 * MINUTE), 0);
}

static void attaches_and_radio_cycles_share_a_budget(void **state)
{
    struct harness *h = *state;
    for (int i = 0; i < 3; i++) {
        mc_policy_spend(h->policy, MC_REMEDY_REATTACH, NOW);
        mc_policy_spend(h->policy, MC_REMEDY_RADIO_CYCLE, NOW);
    }
    assert_int_equal(mc_policy_attach(h->policy, false, NOW + 1), HOUR - 1);
    for (int i = 0; i < 4; i++)
        harness_decide(h, MC_FAULT_LINK_STALE, 0, NOW);
    struct mc_decision d = harness_decide(h, MC_FAULT_LINK_STALE, 1u << MC_REMEDY_RADIO_CYCLE, NOW + 59 * MINUTE);
    assert_int_equal(d.remedy, MC_REMEDY_REDIAL);
}

static void a_person_is_counted_but_never_refused(void **state)
{
    struct harness *h = *state;
    for (int i = 0; i < 200; i++) {
        assert_int_equal(mc_policy_dial(h->policy, true, NOW + i), 0);
        assert_int_equal(mc_policy_attach(h->policy, true, NOW + i), 0);
    }
    assert_true(mc_policy_dial(h->policy, false, NOW + 200) > 0);
    assert_true(mc_policy_attach(h->policy, false, NOW + 200) > 0);
}

/* Whoever asks as often as possible gets no more than the limit in any hour. */
static void dials_an_hour_are_limited(void **state)
{
    struct harness *h = *state;
    int64_t at_ms[1000];
    unsigned n = 0;
    for (int64_t now_ms = NOW; now_ms < NOW + 6 * HOUR; now_ms += SECOND)
        if (mc_policy_dial(h->policy, false, now_ms) == 0) {
            assert_true(n < MC_LENGTH_OF(at_ms));
            at_ms[n++] = now_ms;
        }
    for (unsigned i = MC_POLICY_DIALS_PER_HOUR; i < n; i++)
        assert_true(at_ms[i] - at_ms[i - MC_POLICY_DIALS_PER_HOUR] >= HOUR);
    assert_int_equal(n, 6 * MC_POLICY_DIALS_PER_HOUR);
}

static void radio_cycle_comes_when_the_settings_say(void **state)
{
    static const unsigned settings[] = {1, 2, 3, 5, 20};
    struct harness *h = *state;
    for (size_t i = 0; i < MC_LENGTH_OF(settings); i++) {
        mc_policy_start_over(h->policy);
        h->settings.recovery.radio_cycle_after = settings[i];
        for (unsigned n = 1;; n++) {
            struct mc_decision d = harness_decide(h, MC_FAULT_DIAL_NO_CARRIER, ALL, NOW);
            if (d.remedy <= MC_REMEDY_REATTACH)
                continue;
            assert_int_equal(d.remedy, MC_REMEDY_RADIO_CYCLE); /* and no reset before it */
            assert_int_equal(n, settings[i]);
            break;
        }
    }
}

/* ---- PIN tries ---- */

#define ICCID "8942310000000000012"

static void a_pin_needs_tries_to_spare(void **state)
{
    static const struct {
        const char *pin;
        int tries;
        enum mc_fault fault;
    } rows[] = {
        {"1234", 3, MC_FAULT_NONE},          {"1234", 2, MC_FAULT_NONE},           {"1234", 1, MC_FAULT_SIM_PIN_SPENT},
        {"1234", 0, MC_FAULT_SIM_PIN_SPENT}, {"1234", -1, MC_FAULT_SIM_PIN_SPENT}, {"", 3, MC_FAULT_SIM_PIN_MISSING},
    };
    struct harness *h = *state;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++)
        assert_int_equal(harness_pin(h, ICCID, rows[i].pin, rows[i].tries), rows[i].fault);
}

/* Sent, and refused. */
static void tried(struct harness *h, const char *iccid, const char *pin)
{
    mc_policy_pin_try(h->policy, iccid, pin, 3);
    mc_policy_pin_wrong(h->policy, iccid, pin);
}

static void a_pin_is_never_tried_twice(void **state)
{
    struct harness *h = *state;
    tried(h, ICCID, "1234");
    assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_SIM_PIN_WRONG);
    assert_int_equal(harness_pin(h, ICCID, "4321", 3), MC_FAULT_NONE);
    assert_int_equal(harness_pin(h, "8942310000000000099", "1234", 3), MC_FAULT_NONE);
    mc_policy_start_over(h->policy); /* not even when a person says reconnect */
    mc_policy_good(h->policy);
    assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_SIM_PIN_WRONG);
    assert_false(mc_policy_pin_right(h->policy, "8942310000000000099"));
    assert_true(mc_policy_pin_right(h->policy, ICCID));
    assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_NONE);
    assert_false(mc_policy_pin_right(h->policy, ICCID)); /* nothing more to forget, so nothing to save */
}

/* A SIM whose ICCID could not be read may be any SIM, the one that refused the PIN included; but that one has counted
 * it.
 */
static void an_unknown_sim_may_be_the_same(void **state)
{
    struct harness *h = *state;
    tried(h, "", "1234");
    assert_int_equal(harness_pin(h, "", "1234", 3), MC_FAULT_SIM_PIN_WRONG);
    assert_int_equal(harness_pin(h, ICCID, "4321", 2), MC_FAULT_NONE);
    assert_int_equal(harness_pin(h, "8942310000000000099", "1234", 3), MC_FAULT_NONE); /* another one */
    assert_int_equal(harness_pin(h, ICCID, "1234", 2), MC_FAULT_SIM_PIN_WRONG);
    assert_true(h->changed); /* it was that one, then, and that is worth saving; another is another */
    assert_int_equal(harness_pin(h, "8942310000000000099", "1234", 2), MC_FAULT_NONE);
    assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_SIM_PIN_WRONG);
    assert_int_equal(harness_pin(h, "", "1234", 3), MC_FAULT_SIM_PIN_WRONG);
}

/* Both at once: what another SIM refused says nothing for the one that refused it under its name. */
static void a_sim_with_a_name_and_one_without(void **state)
{
    struct harness *h = *state;
    tried(h, "", "1234");
    tried(h, ICCID, "1234");
    assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_SIM_PIN_WRONG);
    assert_int_equal(harness_pin(h, "8942310000000000099", "1234", 3), MC_FAULT_NONE);
}

/* Tried without a name, and then it was open: right, under whatever name it has now. */
static void an_unknown_sim_that_opened(void **state)
{
    struct harness *h = *state;
    tried(h, "", "1234");
    mc_policy_pin_right(h->policy, ICCID);
    assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_NONE);
}

/* Its verdict was never heard: what the SIM has counted since says whether it may be sent once more. */
static void a_pin_without_a_verdict(void **state)
{
    static const struct {
        const char *sent_to;
        int before, after;
        enum mc_fault fault;
    } rows[] = {
        {ICCID, 3, 3, MC_FAULT_NONE},
        {ICCID, 2, 3, MC_FAULT_NONE},
        {ICCID, 2, 2, MC_FAULT_NONE},
        {ICCID, 3, 2, MC_FAULT_SIM_PIN_WRONG},
        {ICCID, 3, 1, MC_FAULT_SIM_PIN_WRONG},
        {ICCID, 2, 1, MC_FAULT_SIM_PIN_WRONG},
        {ICCID, 3, 0, MC_FAULT_SIM_PIN_WRONG},
        {ICCID, 3, -1, MC_FAULT_SIM_PIN_WRONG},
        {"", 3, 3, MC_FAULT_NONE},
        {"", 3, 2, MC_FAULT_SIM_PIN_WRONG},
    };
    struct harness *h = *state;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        mc_policy_pin_try(h->policy, rows[i].sent_to, "1234", rows[i].before);
        if (harness_pin(h, ICCID, "1234", rows[i].after) != rows[i].fault)
            fail_msg("row %zu", i);
        mc_policy_pin_right(h->policy, ICCID);
    }
}

/* A count that never changes proves nothing: twice, and then never again, whatever it says. */
static void a_pin_without_a_verdict_twice(void **state)
{
    struct harness *h = *state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_NONE);
        mc_policy_pin_try(h->policy, ICCID, "1234", 3);
        assert_int_equal(harness_pin(h, "", "1234", 3), MC_FAULT_SIM_PIN_WRONG); /* who is that? */
        assert_int_equal(harness_pin(h, "8942310000000000099", "1234", 3), MC_FAULT_NONE);
    }
    assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_SIM_PIN_WRONG);
    assert_true(mc_policy_pin_wrong(h->policy, ICCID, "1234"));
    assert_false(mc_policy_pin_wrong(h->policy, ICCID, "1234")); /* known: nothing to save */
    assert_false(mc_policy_pin_wrong(h->policy, ICCID, "4321"));
    assert_int_equal(harness_pin(h, ICCID, "1234", 3), MC_FAULT_SIM_PIN_WRONG);
}

static void pins_of_many_sims_are_remembered(void **state)
{
    struct harness *h = *state;
    char iccid[24];
    for (int i = 0; i < 8; i++) {
        snprintf(iccid, sizeof(iccid), "894231000000000%04d", i);
        tried(h, iccid, "1234");
        tried(h, iccid, "1234"); /* twice the same takes no second place */
    }
    for (int i = 0; i < 8; i++) {
        snprintf(iccid, sizeof(iccid), "894231000000000%04d", i);
        assert_int_equal(harness_pin(h, iccid, "1234", 3), MC_FAULT_SIM_PIN_WRONG);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(dial_delays_grow_to_the_cap),
        TEST(chance_is_thirty_percent_both_ways),
        TEST(network_backoff_is_never_shortened),
        TEST(first_delay_by_fault),
        TEST(host_faults_slow_down_when_they_go_on),
        TEST(host_and_network_are_counted_apart),
        TEST(modem_and_network_are_counted_apart),
        TEST(a_call_that_carried_is_redialled_at_once),
        TEST(alternating_faults_do_not_dial_faster),
        TEST(delays_stay_bounded_after_years),
        TEST(boot_jitter_stays_within_its_setting),
        TEST(a_remedy_comes_right_behind_the_dial_that_failed),
        TEST(who_is_refused_attaches_no_more_than_the_modem_itself),
        TEST(rungs_come_in_order_and_within_their_budgets),
        TEST(only_what_the_board_can_do),
        TEST(a_remedy_that_did_not_help_waits_twice_as_long),
        TEST(only_a_good_link_or_a_person_forgives),
        TEST(forgiving_does_not_refill_the_hour),
        TEST(attaches_and_radio_cycles_share_a_budget),
        TEST(a_person_is_counted_but_never_refused),
        TEST(dials_an_hour_are_limited),
        TEST(radio_cycle_comes_when_the_settings_say),
        TEST(a_pin_needs_tries_to_spare),
        TEST(a_pin_is_never_tried_twice),
        TEST(an_unknown_sim_may_be_the_same),
        TEST(a_sim_with_a_name_and_one_without),
        TEST(an_unknown_sim_that_opened),
        TEST(a_pin_without_a_verdict),
        TEST(a_pin_without_a_verdict_twice),
        TEST(pins_of_many_sims_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
