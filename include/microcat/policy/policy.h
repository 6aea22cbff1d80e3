/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_POLICY_POLICY_H
#define MICROCAT_POLICY_POLICY_H

/*
 * Policy: (history, fault, time, random) -> remedy, delay, reason. Pure: no clock, no I/O.
 *
 * How often one may try follows GSMA TS.34's retry rules: delays grow with every failure and carry +-30 % of chance so
 * that fifty gateways do not dial in step after an outage; strong remedies have budgets, and a remedy that did not help
 * waits twice as long before it is tried again. Failures are forgiven only by a link that was good for a while, or by a
 * person.
 *
 * Times are ms of the timer queue's clock. Budgets survive a restart as text (mc_policy_save/load) with wall times; an
 * entry that lies in the future (a host without a clock) counts as "just now", so that a wrong clock can only make the
 * daemon more careful.
 */

#include <microcat/base/fault.h>
#include <microcat/base/settings.h>
#include <microcat/base/siphash.h>
#include <microcat/policy/ladder.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Attempts to dial in any hour, whatever the faults were; a person's verbs are counted but never refused. */
#define MC_POLICY_DIALS_PER_HOUR 60
/** Room for the text of mc_policy_save(). */
#define MC_POLICY_TEXT_BYTES 4096

struct mc_policy;

struct mc_decision {
    enum mc_remedy remedy;
    int64_t delay_ms;  /* from now */
    unsigned failures; /* of this fault in a row, this one included */
    char reason[120];  /* what it is, for people: "redial (failure 3 in a row)" */
};

/** @settings is borrowed (its recovery section is read at each decision). @random gives 32 random bits. NULL: no
 * memory. */
struct mc_policy *mc_policy_new(const struct mc_settings *settings, uint32_t (*random)(void *ctx), void *ctx);
void mc_policy_free(struct mc_policy *policy);

/**
 * Decides about @fault, and counts it. @usable: bit 1 << remedy for what this board can do now (a mute modem without a
 * reset line cannot be reset); LOOK, REDIAL and HOLD always can.
 */
void mc_policy_decide(struct mc_policy *policy, enum mc_fault fault, unsigned usable, int64_t now_ms,
                      struct mc_decision *ret_decision);

/** @remedy (REATTACH and stronger) is being carried out: charged to its budget, before it is done, so that a crash
 * cannot hide it. */
void mc_policy_spend(struct mc_policy *policy, enum mc_remedy remedy, int64_t now_ms);
/** A radio cycle that the sequence itself needs (a changed PDP context): 0 and charged as an attach, or how long to
 * wait first. */
int64_t mc_policy_attach(struct mc_policy *policy, bool by_person, int64_t now_ms);
/** A dial is wanted now: 0 and counted, or how long to wait first (then nothing is counted). */
int64_t mc_policy_dial(struct mc_policy *policy, bool by_person, int64_t now_ms);

/** A call shorter than this proves nothing about the next one. */
#define MC_POLICY_CARRIED_MS 45000
/**
 * A call that carried for MC_POLICY_CARRIED_MS or longer was ended by the modem or the network: that it ends is no
 * failure in a row, and a redial on the kept attach costs the network next to nothing. Failures are forgiven, and the
 * next decision redials within seconds; the hourly budgets and the grown intervals of remedies stay.
 */
void mc_policy_carried(struct mc_policy *policy);
/** The link was good for GoodAfter: all failures are forgiven (the hourly budgets are not). */
void mc_policy_good(struct mc_policy *policy);
/** Failures in a row of @fault, as far as they were decided on. */
unsigned mc_policy_failures(const struct mc_policy *policy, enum mc_fault fault);
/** A person said `reconnect`: failures are forgiven and grown intervals start over; hourly budgets stay. */
void mc_policy_start_over(struct mc_policy *policy);

/** The modem's multiplexer ended by itself. @return whether this was the third time in a day: then it is not to be
 * trusted any more, and the count starts over. */
bool mc_policy_mux_lost(struct mc_policy *policy, int64_t now_ms);
/** It was not used for a reason that says little of it: a mishap at AT+CMUX. @return mc_policy_mux_rests() from now on.
 */
bool mc_policy_mux_unsteady(struct mc_policy *policy, int64_t now_ms);
/** Three times within a day so: it is not asked for until the first of them is a day old. */
bool mc_policy_mux_rests(const struct mc_policy *policy, int64_t now_ms);

/** A delay in [0, BootJitter] for a daemon started while the host boots. */
int64_t mc_policy_boot_jitter_ms(struct mc_policy *policy);

/**
 * May @pin be tried on the SIM @iccid ("" unknown) that has @tries_left (< 0 unknown)? Never with fewer than two tries
 * left or unknown tries, never the same PIN again after it was refused; one whose verdict was never heard once more, if
 * the SIM has as many tries left as before it, or more. A SIM that had no ICCID when it refused counts as the first one
 * seen after that with fewer tries, and then @ret_changed says that this is worth saving. @return MC_FAULT_NONE or the
 * reason.
 */
enum mc_fault mc_policy_pin(struct mc_policy *policy, const char *iccid, const char *pin, int tries_left,
                            bool *ret_changed);
/** @pin is about to be tried on a SIM with @tries_left: remembered until mc_policy_pin_right(), so that a crash in
 * between cannot try it twice. */
void mc_policy_pin_try(struct mc_policy *policy, const char *iccid, const char *pin, int tries_left);
/** The SIM refused @pin. @return whether that is news: then there is something to save. */
bool mc_policy_pin_wrong(struct mc_policy *policy, const char *iccid, const char *pin);
/** @return whether a PIN was remembered for @iccid at all: then there is something to save. */
bool mc_policy_pin_right(struct mc_policy *policy, const char *iccid);

/**
 * The key under which the PINs that were sent are remembered: what is saved of them tells nothing to who has not got
 * it. Without one a saved PIN can be found by trying them all. What is remembered under no key is put under this one.
 * @return whether there was any: then it is worth saving.
 */
bool mc_policy_pin_key(struct mc_policy *policy, const uint8_t key[MC_SIPHASH_KEY_BYTES]);
/** How many remembered PINs are under another key. Such a one cannot be compared, and counts as the PIN in question
 * while its SIM has fewer than three tries left. */
unsigned mc_policy_pins_foreign(const struct mc_policy *policy);

/** Writes the budgets as text. @wall_ms is the wall clock's reading at @now_ms. @return bytes, or -ENOBUFS. */
int mc_policy_save(const struct mc_policy *policy, int64_t now_ms, int64_t wall_ms, char *out, size_t out_bytes);
/** Reads what mc_policy_save() wrote, all or nothing: -EINVAL, and @ret_line (1-based) names the bad line. The key
 * stays. */
int mc_policy_load(struct mc_policy *policy, const char *text, int64_t now_ms, int64_t wall_ms, unsigned *ret_line);

#endif
