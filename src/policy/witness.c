/* SPDX-License-Identifier: MIT */
#include "policy_priv.h"
#include <microcat/base/hash.h>

/* FNV-1a over the three and their ends: tells them apart, and keeps a SIM's number out of the file. Never 0. */
static uint64_t key_of(const char *iccid, const char *apn, const char *target)
{
    const char *const parts[] = {iccid, apn, target};
    uint64_t key = MC_FNV1A_BASIS;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        key = mc_fnv1a_part(key, parts[i]);
    return key ? key : 1;
}

static struct witness_entry *find(struct mc_policy *policy, uint64_t key)
{
    for (size_t i = 0; i < WITNESS_ENTRIES; i++)
        if (policy->witnesses[i].key == key)
            return &policy->witnesses[i];
    return NULL;
}

enum mc_witness mc_policy_witness(const struct mc_policy *policy, const char *iccid, const char *apn,
                                  const char *target)
{
    const struct witness_entry *entry = find((struct mc_policy *)policy, key_of(iccid, apn, target));
    return entry ? entry->standing : MC_WITNESS_UNPROVEN;
}

bool mc_policy_witness_answered(struct mc_policy *policy, const char *iccid, const char *apn, const char *target)
{
    uint64_t key = key_of(iccid, apn, target);
    struct witness_entry *entry = find(policy, key);
    if (entry && entry->standing == MC_WITNESS_PROVEN)
        return false;
    if (!entry) {
        entry = &policy->witnesses[policy->next_witness];
        policy->next_witness = (policy->next_witness + 1) % WITNESS_ENTRIES;
    }
    *entry = (struct witness_entry){.key = key, .standing = MC_WITNESS_PROVEN};
    return true;
}

bool mc_policy_witness_condemns(struct mc_policy *policy, const char *iccid, const char *apn, const char *target)
{
    struct witness_entry *entry = find(policy, key_of(iccid, apn, target));
    if (!entry) /* never proved itself */
        return false;
    bool condemns = entry->standing == MC_WITNESS_PROVEN;
    entry->standing = condemns ? MC_WITNESS_SENTENCED : MC_WITNESS_LOST;
    return condemns;
}
