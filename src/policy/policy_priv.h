/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_POLICY_PRIV_H
#define MICROCAT_POLICY_PRIV_H

/* What policy.c and pin.c decide on and budget_text.c saves. */

#include <microcat/base/siphash.h>
#include <microcat/policy/policy.h>
#include <microcat/policy/witness.h>

#define HOUR_MS      (60LL * 60 * 1000)
#define DAY_MS       (24 * HOUR_MS)
#define WINDOW_MAX   64 /* times kept in a window; AttachesPerHour's upper bound */
#define PIN_ENTRIES  8
#define PIN_SENT_MAX 2 /* of a PIN that gets no verdict */

struct window { /* when something happened, oldest first; only the last hour counts */
    int64_t at_ms[WINDOW_MAX];
    unsigned count;
};

struct budget { /* a remedy with a least interval, doubled each time that it did not help */
    int64_t last_ms;
    bool used;
    unsigned grown; /* doublings, at most GROWN_MAX */
};
#define GROWN_MAX 5

struct pin_entry { /* a PIN that was sent to this SIM, as a hash (pin.c) */
    char iccid[24];
    uint64_t pin_hash; /* 0 free */
    uint32_t key_id;   /* of the key that it is under; 0: under none */
    int tries;         /* left before it was sent, 0 not known; kept while that matters */
    unsigned sent;     /* how often, without a verdict; 0: it was refused */
};

#define WITNESS_ENTRIES 8 /* SIM, APN and target */
struct witness_entry {
    uint64_t key; /* 0 free */
    enum mc_witness standing;
};

struct mc_policy {
    const struct mc_settings *settings;
    uint32_t (*random)(void *ctx);
    void *ctx;
    unsigned failures[MC_FAULT_COUNT]; /* in a row, since the link was last good */
    unsigned pace_failures;            /* of the paces that dial, together: alternating faults must not dial faster */
    unsigned quick_failures;
    unsigned modem_failures; /* answers that were wrong: what the network refused before has no part in it */
    unsigned host_failures;  /* of what the host or the modem did itself: the network has no part in it */
    bool carried;            /* the call that has just ended carried for a while: mc_policy_carried() */
    struct window dials, attaches;
    struct window mux_lost, mux_unsteady;   /* a day counts, not an hour */
    struct budget budgets[MC_REMEDY_COUNT]; /* radio cycle, reset and power cycle only */
    struct pin_entry pins[PIN_ENTRIES];
    unsigned next_pin;
    uint8_t pin_key[MC_SIPHASH_KEY_BYTES];
    uint32_t pin_key_id; /* 0: there is none */
    struct witness_entry witnesses[WITNESS_ENTRIES];
    unsigned next_witness;
};

/** Puts @entry, which is under no key, under the policy's. @return whether that changed it. */
bool mc_policy_seal(const struct mc_policy *policy, struct pin_entry *entry);

#endif
