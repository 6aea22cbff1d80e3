/* SPDX-License-Identifier: MIT */
/*
 * Which PIN may be tried. A PIN counts as refused from before it is sent until the SIM is seen open: whatever is cut
 * off in between (the daemon, the board's power), it is not tried again blindly.
 *
 * The SIM's own count of tries is a witness: a wrong PIN lowers it, and only a right one raises it. So where it is not
 * lower than before a PIN was sent that got no verdict, the PIN was right, or the SIM never saw it, and it may be sent
 * once more; only once, because a modem whose count never changes would else lose one try a power cut. And a SIM whose
 * count is not lower than before one without a name refused a PIN is another one.
 *
 * A PIN has so few digits that whoever may try them all against a hash has it. So its hash is put under a key of the
 * machine's (SipHash over FNV-1a: what an older daemon wrote, the bare FNV-1a, can be put under the key without knowing
 * the PIN). What is under another machine's key cannot be compared: it counts as this very PIN for as long as the SIM
 * has counted a wrong one.
 */
#include "policy_priv.h"
#include <microcat/base/hash.h>
#include <stdio.h>
#include <string.h>

#define SIM_TRIES 3 /* of a SIM that has counted no wrong PIN (ETSI TS 102 221) */

/* In one order on every processor, and never 0, which is a free entry's. */
static uint64_t sealed(const uint8_t key[MC_SIPHASH_KEY_BYTES], uint64_t hash)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(hash >> (8 * i));
    hash = mc_siphash(key, bytes, sizeof(bytes));
    return hash ? hash : 1;
}

bool mc_policy_seal(const struct mc_policy *policy, struct pin_entry *entry)
{
    if (!entry->pin_hash || entry->key_id || !policy->pin_key_id)
        return false;
    entry->pin_hash = sealed(policy->pin_key, entry->pin_hash);
    entry->key_id = policy->pin_key_id;
    return true;
}

bool mc_policy_pin_key(struct mc_policy *policy, const uint8_t key[MC_SIPHASH_KEY_BYTES])
{
    static const char name[] = "microcatd PIN key";
    bool changed = false;
    memcpy(policy->pin_key, key, sizeof(policy->pin_key));
    policy->pin_key_id = (uint32_t)mc_siphash(key, name, sizeof(name));
    if (!policy->pin_key_id)
        policy->pin_key_id = 1;
    for (size_t i = 0; i < PIN_ENTRIES; i++)
        changed |= mc_policy_seal(policy, &policy->pins[i]);
    return changed;
}

static bool is_foreign(const struct mc_policy *policy, const struct pin_entry *entry)
{
    return entry->pin_hash && entry->key_id != policy->pin_key_id;
}

unsigned mc_policy_pins_foreign(const struct mc_policy *policy)
{
    unsigned n = 0;
    for (size_t i = 0; i < PIN_ENTRIES; i++)
        n += is_foreign(policy, &policy->pins[i]);
    return n;
}

/* Tells "the same PIN on the same SIM" apart, which is all it is for. */
static void remember_pin(const struct mc_policy *policy, struct pin_entry *entry, const char *iccid, const char *pin)
{
    *entry = (struct pin_entry){0};
    snprintf(entry->iccid, sizeof(entry->iccid), "%s", iccid);
    entry->pin_hash = mc_fnv1a(mc_fnv1a(MC_FNV1A_BASIS, entry->iccid), pin);
    mc_policy_seal(policy, entry);
}

/* One whose ICCID could not be read, now or then, may be the very same. */
static bool same_sim(const struct pin_entry *entry, const char *iccid)
{
    return entry->pin_hash && (!*iccid || !*entry->iccid || !strcmp(entry->iccid, iccid));
}

/* Was @pin sent to this SIM? */
static bool was_sent(const struct mc_policy *policy, const struct pin_entry *entry, const char *iccid, const char *pin)
{
    struct pin_entry as_then;
    if (!same_sim(entry, iccid))
        return false;
    remember_pin(policy, &as_then, entry->iccid, pin);
    return entry->pin_hash == as_then.pin_hash;
}

/* Something was, under another key, and may have been wrong: nobody can tell what. */
static bool may_have_been_sent(const struct mc_policy *policy, const struct pin_entry *entry, const char *iccid,
                               int tries_left)
{
    return same_sim(entry, iccid) && is_foreign(policy, entry) && tries_left < SIM_TRIES;
}

/* The SIM, which has a name, has not counted that try. */
static bool not_counted(const struct pin_entry *entry, const char *iccid, int tries_left)
{
    if (!*iccid || entry->tries == 0 || tries_left < entry->tries)
        return false;
    return entry->sent > 0 ? entry->sent < PIN_SENT_MAX : !*entry->iccid;
}

enum mc_fault mc_policy_pin(struct mc_policy *policy, const char *iccid, const char *pin, int tries_left,
                            bool *ret_changed)
{
    bool refused = false;
    *ret_changed = false;
    if (!*pin)
        return MC_FAULT_SIM_PIN_MISSING;
    for (size_t i = 0; i < PIN_ENTRIES; i++) {
        struct pin_entry *entry = &policy->pins[i];
        bool known = was_sent(policy, entry, iccid, pin);
        if ((!known && !may_have_been_sent(policy, entry, iccid, tries_left)) || not_counted(entry, iccid, tries_left))
            continue;
        refused = true;
        if (known && !*entry->iccid && *iccid) { /* now it has a name: the next SIM is another one */
            remember_pin(policy, entry, iccid, pin);
            *ret_changed = true;
        }
    }
    if (refused)
        return MC_FAULT_SIM_PIN_WRONG;
    return tries_left < 2 ? MC_FAULT_SIM_PIN_SPENT : MC_FAULT_NONE;
}

/* The entry for @pin on this SIM; a try without a verdict on one without a name may have been on this one. NULL: none.
 */
static struct pin_entry *find_entry(struct mc_policy *policy, const char *iccid, const char *pin)
{
    struct pin_entry *perhaps = NULL;
    for (size_t i = 0; i < PIN_ENTRIES; i++) {
        struct pin_entry *entry = &policy->pins[i];
        if (!was_sent(policy, entry, iccid, pin))
            continue;
        if (!strcmp(entry->iccid, iccid))
            return entry;
        if (!*entry->iccid && entry->sent > 0)
            perhaps = entry;
    }
    return perhaps;
}

void mc_policy_pin_try(struct mc_policy *policy, const char *iccid, const char *pin, int tries_left)
{
    struct pin_entry *entry = find_entry(policy, iccid, pin);
    unsigned sent = entry ? entry->sent : 0;
    if (!entry) {
        entry = &policy->pins[policy->next_pin];
        policy->next_pin = (policy->next_pin + 1) % PIN_ENTRIES;
    }
    remember_pin(policy, entry, iccid, pin);
    entry->tries = tries_left > 0 ? tries_left : 0;
    entry->sent = sent < PIN_SENT_MAX ? sent + 1 : sent;
}

bool mc_policy_pin_wrong(struct mc_policy *policy, const char *iccid, const char *pin)
{
    struct pin_entry *entry = find_entry(policy, iccid, pin);
    if (!entry || entry->sent == 0)
        return false;
    entry->sent = 0;
    if (*entry->iccid) /* else the count tells it from other SIMs */
        entry->tries = 0;
    return true;
}

bool mc_policy_pin_right(struct mc_policy *policy, const char *iccid)
{
    bool known = false;
    for (size_t i = 0; i < PIN_ENTRIES; i++) {
        const struct pin_entry *entry = &policy->pins[i];
        if (!entry->pin_hash || (*entry->iccid && strcmp(entry->iccid, iccid) != 0)) /* one without a name was this */
            continue;
        policy->pins[i] = (struct pin_entry){0};
        known = true;
    }
    return known;
}
