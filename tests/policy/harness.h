/* SPDX-License-Identifier: MIT */
#ifndef TESTS_POLICY_HARNESS_H
#define TESTS_POLICY_HARNESS_H

/* A policy with the default settings and dice that the test throws. */

#include <microcat/daemon/config.h>
#include <microcat/policy/policy.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define NOW    (400 * HOUR) /* of the queue's clock */
#define WALL   1763846400000LL
#define ALL    (~0u) /* every remedy can be done */

struct harness {
    struct mc_settings settings;
    struct mc_policy *policy;
    uint32_t dice; /* 0: no chance at all, every wait as the table has it */
    bool shaken;
    bool changed; /* what the last harness_pin() said */
};

static uint32_t harness_random(void *ctx)
{
    struct harness *h = ctx;
    if (h->shaken)
        h->dice = h->dice * 1664525u + 1013904223u;
    return h->dice >> 8;
}

static inline int harness_setup(void **state)
{
    struct harness *h = calloc(1, sizeof(*h));
    if (!h || mc_settings_init(&h->settings) < 0)
        return -1;
    h->policy = mc_policy_new(&h->settings, harness_random, h);
    *state = h;
    return h->policy ? 0 : -1;
}

static inline int harness_teardown(void **state)
{
    struct harness *h = *state;
    mc_policy_free(h->policy);
    mc_settings_done(&h->settings);
    free(h);
    return 0;
}

/** Decides and gives back the decision. */
static inline struct mc_decision harness_decide(struct harness *h, enum mc_fault fault, unsigned usable, int64_t now_ms)
{
    struct mc_decision decision;
    mc_policy_decide(h->policy, fault, usable, now_ms, &decision);
    return decision;
}

static inline enum mc_fault harness_pin(struct harness *h, const char *iccid, const char *pin, int tries_left)
{
    return mc_policy_pin(h->policy, iccid, pin, tries_left, &h->changed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

#endif
