/* SPDX-License-Identifier: MIT */
/*
 * Which PIN may be tried. A PIN counts as refused from before it is sent until the SIM is seen open: whatever is cut
 * off in between (the daemon, the board's power), it is not tried again blindly.
 *
 * The SIM's own count of tries is a witness: a wrong PIN lowers it, and only a right one raises it. So where it is not
 * lower than before a PIN was sent that got no verdict, the PIN was right, or the SIM never saw it, and it may be sent
 * once more; only once, because a modem whose count never changes would else lose one try a power cut. And a SIM whose
 * count is not lower than before one without a name refused a PIN is another one.
 */
#include "policy_priv.h"
#include <microcat/base/hash.h>
#include <stdio.h>
#include <string.h>

/* FNV-1a over ICCID and PIN: tells "the same PIN on the same SIM" apart, which is all it is for. */
static uint64_t pin_hash(const char *iccid, const char *pin)
{
    return mc_fnv1a(mc_fnv1a(MC_FNV1A_BASIS, iccid), pin);
}

/* Was @pin sent to this SIM? One whose ICCID could not be read, now or then, may be the very same. */
static bool was_sent(const struct pin_entry *entry, const char *iccid, const char *pin)
{
    return entry->pin_hash && (!*iccid || !*entry->iccid || !strcmp(entry->iccid, iccid)) &&
           entry->pin_hash == pin_hash(entry->iccid, pin);
}

/* The SIM, which has a name, has not counted that try. */
static bool not_counted(const struct pin_entry *entry, const char *iccid, int tries_left)
{
    if (!*iccid || entry->tries == 0 || tries_left < entry->tries)
        return false;
    return entry->sent > 0 ? entry->sent < PIN_SENT_MAX : !*entry->iccid;
}

static void remember_pin(struct pin_entry *entry, const char *iccid, const char *pin)
{
    *entry = (struct pin_entry){0};
    snprintf(entry->iccid, sizeof(entry->iccid), "%s", iccid);
    entry->pin_hash = pin_hash(entry->iccid, pin);
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
        if (!was_sent(entry, iccid, pin) || not_counted(entry, iccid, tries_left))
            continue;
        refused = true;
        if (!*entry->iccid && *iccid) { /* now it has a name: the next SIM is another one */
            remember_pin(entry, iccid, pin);
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
        if (!was_sent(entry, iccid, pin))
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
    remember_pin(entry, iccid, pin);
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
