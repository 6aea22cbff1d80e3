/* SPDX-License-Identifier: MIT */
/* Ten failures in a row of each fault: which remedy each brings when the board can do all and nothing was spent, and
 * how long the first three wait. What the manual promises of a fault stands here cell by cell. */
#include "harness.h"
#include <microcat/base/cleanup.h>
#include <string.h>

/* l look, d redial, a reattach, c radio cycle, r reset, p power cycle, h hold */
static const char letters[MC_REMEDY_COUNT + 1] = {
    [MC_REMEDY_LOOK] = 'l',  [MC_REMEDY_REDIAL] = 'd',      [MC_REMEDY_REATTACH] = 'a', [MC_REMEDY_RADIO_CYCLE] = 'c',
    [MC_REMEDY_RESET] = 'r', [MC_REMEDY_POWER_CYCLE] = 'p', [MC_REMEDY_HOLD] = 'h',
};

static const struct {
    enum mc_fault fault;
    const char *remedies;
    int64_t delays_s[3]; /* after one failure of the network before: it counts for what dials, and for nothing else */
} rows[] = {
    {MC_FAULT_NONE, "llllllllll", {1, 2, 4}},
    {MC_FAULT_NO_DEVICE, "llllllllll", {1, 2, 4}},
    {MC_FAULT_DEVICE_DENIED, "llllllllll", {1, 2, 4}},
    {MC_FAULT_DEVICE_BUSY, "llllllllll", {1, 2, 4}},
    {MC_FAULT_DEVICE_ERROR, "llllllllll", {1, 2, 4}},
    {MC_FAULT_DEVICE_GONE, "llllllllll", {1, 2, 4}},
    {MC_FAULT_NOT_A_MODEM, "llllllllll", {30, 30, 30}},
    {MC_FAULT_MODEM_SILENT, "lrrrrppppp", {1, 2, 4}},
    {MC_FAULT_MODEM_REFUSED, "lllrrrpppp", {10, 30, 60}},
    {MC_FAULT_MODEM_MALFORMED, "lllrrrpppp", {10, 30, 60}},
    {MC_FAULT_MODEM_REBOOTED, "lllllppppp", {0, 1, 2}},
    {MC_FAULT_MODEM_OFF, "pppppppppp", {1, 2, 4}},
    {MC_FAULT_STUCK_IN_DATA, "lrrppppppp", {1, 2, 4}},
    {MC_FAULT_MUX_SILENT, "llrrrppppp", {0, 1, 2}},
    {MC_FAULT_MUX_LEFT, "lllllrrrrr", {0, 1, 2}},
    {MC_FAULT_SIM_ABSENT, "llllllllll", {30, 30, 30}},
    {MC_FAULT_SIM_PIN_MISSING, "hhhhhhhhhh", {30, 30, 30}},
    {MC_FAULT_SIM_PIN_WRONG, "hhhhhhhhhh", {30, 30, 30}},
    {MC_FAULT_SIM_PIN_SPENT, "hhhhhhhhhh", {30, 30, 30}},
    {MC_FAULT_SIM_PUK, "hhhhhhhhhh", {30, 30, 30}},
    {MC_FAULT_SIM_LOCKED, "hhhhhhhhhh", {30, 30, 30}},
    {MC_FAULT_SIM_FAILURE, "lllrrrrppp", {30, 30, 30}},
    {MC_FAULT_SIM_BUSY, "llllllllll", {1, 2, 4}},
    {MC_FAULT_APN_MISSING, "hhhhhhhhhh", {30, 30, 30}},
    {MC_FAULT_PDP_REFUSED, "lllrrrrrrr", {10, 30, 60}},
    {MC_FAULT_RADIO_REFUSED, "lrrppppppp", {10, 30, 60}},
    {MC_FAULT_NOT_REGISTERED, "cccrrrrppp", {30, 60, 120}},
    {MC_FAULT_REGISTRATION_DENIED, "ddddddddcc", {30, 60, 120}},
    {MC_FAULT_REGISTRATION_LIMITED, "dccccccccc", {30, 60, 120}},
    {MC_FAULT_REGISTRATION_LOST, "dcccrrrrrr", {30, 60, 120}},
    {MC_FAULT_NETWORK_BACKOFF, "dddddddddd", {720, 720, 720}},
    {MC_FAULT_CONGESTION, "dddddddddd", {30, 60, 120}},
    {MC_FAULT_APN_REJECTED, "dddddddddd", {1800, 1800, 1800}},
    {MC_FAULT_PDP_TYPE_REJECTED, "dddddddddd", {1800, 1800, 1800}},
    {MC_FAULT_AUTH_REJECTED, "dddddddddd", {1800, 1800, 1800}},
    {MC_FAULT_NOT_SUBSCRIBED, "dddddddddd", {1800, 1800, 1800}},
    {MC_FAULT_DIAL_NO_CARRIER, "ddccccrrrp", {30, 60, 120}},
    {MC_FAULT_DIAL_REFUSED, "ddccccrrrp", {30, 60, 120}},
    {MC_FAULT_DIAL_TIMEOUT, "ddcccrrrpp", {30, 60, 120}},
    {MC_FAULT_PPP_TIMEOUT, "ddccccrrrp", {30, 60, 120}},
    {MC_FAULT_PPP_LCP, "ddddddrrrp", {30, 60, 120}},
    {MC_FAULT_PPP_AUTH, "dddddddddd", {1800, 1800, 1800}},
    {MC_FAULT_PPP_NO_ADDRESS, "dddaddrrrp", {30, 60, 120}},
    {MC_FAULT_PPP_ECHO_DEAD, "ddddrrrppp", {30, 60, 120}},
    {MC_FAULT_PPP_TERMINATED, "ddaccccccc", {30, 60, 120}},
    {MC_FAULT_NO_CARRIER, "ddaccccrrr", {30, 60, 120}},
    {MC_FAULT_PDP_DISCONNECTED, "ddaccccrrr", {30, 60, 120}},
    {MC_FAULT_LINK_STALE, "dacccrrrpp", {30, 60, 120}},
    {MC_FAULT_PPPD_MISSING, "dddddddddd", {30, 30, 30}},
    {MC_FAULT_PPPD_UNUSABLE, "dddddddddd", {30, 60, 120}},
    {MC_FAULT_PPPD_FAILED, "dddddddddd", {0, 1, 2}},
    {MC_FAULT_PPPD_DIED, "dddddddddd", {0, 1, 2}},
    {MC_FAULT_PPPD_STUCK, "dddddddddd", {0, 1, 2}},
    {MC_FAULT_NO_KERNEL_PPP, "dddddddddd", {1800, 1800, 1800}},
    {MC_FAULT_HOST_REFUSED, "dddddddddd", {30, 30, 30}},
    {MC_FAULT_HELPER_FAILED, "dddddddddd", {30, 30, 30}},
    {MC_FAULT_WALK_IN_CIRCLES, "llrrrppppp", {10, 30, 60}},
    {MC_FAULT_INTERNAL, "llllllllll", {10, 30, 60}},
};

static void each_fault_climbs_its_own_ladder(void **state)
{
    struct harness *h = *state;
    assert_int_equal(MC_LENGTH_OF(rows), MC_FAULT_COUNT);
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        char got[11] = "";
        mc_policy_start_over(h->policy);
        for (size_t n = 0; n < 10; n++)
            got[n] = letters[harness_decide(h, rows[i].fault, ALL, NOW).remedy];
        if (strcmp(got, rows[i].remedies) != 0)
            fail_msg("%s: %s, wanted %s", mc_fault_info(rows[i].fault)->code, got, rows[i].remedies);
    }
}

static void each_fault_keeps_its_own_pace(void **state)
{
    struct harness *h = *state;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        mc_policy_start_over(h->policy);
        harness_decide(h, rows[i].fault == MC_FAULT_CONGESTION ? MC_FAULT_NO_CARRIER : MC_FAULT_CONGESTION, 0, NOW);
        for (size_t n = 0; n < MC_LENGTH_OF(rows[i].delays_s); n++)
            if (harness_decide(h, rows[i].fault, 0, NOW).delay_ms != rows[i].delays_s[n] * SECOND)
                fail_msg("%s: failure %zu", mc_fault_info(rows[i].fault)->code, n + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(each_fault_climbs_its_own_ladder), TEST(each_fault_keeps_its_own_pace)};
    return cmocka_run_group_tests_name("policy/rows", tests, NULL, NULL);
}
