/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_POLICY_WITNESS_H
#define MICROCAT_POLICY_WITNESS_H

/*
 * What a probe's silence is worth. A target that has never answered on this SIM and APN (a private network's name
 * servers, a firewall that drops ICMP) cannot tell a stale link from a good one: it condemns nobody. One that has
 * answered may, once; when it is as silent after the redial, its word is gone until it answers again, so that a name
 * server that dies for a day costs one redial and not a day of them. Remembered with the budgets, over restarts.
 */

#include <microcat/base/witness.h>
#include <stdbool.h>

struct mc_policy;

/** How @target ("" the network's name servers) stands on this SIM ("" not known) and APN. */
enum mc_witness mc_policy_witness(const struct mc_policy *policy, const char *iccid, const char *apn,
                                  const char *target);
/** It answered. @return whether that is news: then there is something to save. */
bool mc_policy_witness_answered(struct mc_policy *policy, const char *iccid, const char *apn, const char *target);
/**
 * It was silent as often as [Probe] Failures= says. @return whether the call is to be ended for it; whatever the
 * answer, how it stands may have changed, and is worth saving.
 */
bool mc_policy_witness_condemns(struct mc_policy *policy, const char *iccid, const char *apn, const char *target);

#endif
