/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_STATUS_SAMPLES_H
#define MICROCAT_STATUS_SAMPLES_H

/*
 * A day of the radio: how strong the signal was, and from which cell. Pure, as the history is: it is fed with the
 * status and two clocks, and turns itself into text and back. Bounded: MC_SAMPLES_MAX samples of 24 bytes. When they
 * are more than a day has room for, what is older than a day goes first, then every second one of the older half, but
 * never a change of cell, band or registration while something else can go.
 *
 * Wall time (ms since the epoch) is what is kept. When the wall clock is set, what this run has taken is moved along,
 * as in the history; what an earlier run has taken stays where it was.
 */

#include <microcat/status/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MC_SAMPLES_MAX 2048 /* a day of one a minute is 1440 */

struct mc_sample {
    int64_t at_ms;                                    /* wall clock, when it was measured */
    int32_t rssi_ddbm, rsrp_ddbm, rsrq_ddb, sinr_ddb; /* tenths; MC_UNKNOWN each */
    int64_t cell_id;                                  /* -1 unknown */
    int32_t band, stat;                               /* MC_UNKNOWN each */
};

struct mc_samples;

/** NULL: no memory. It does not grow. */
struct mc_samples *mc_samples_new(void);
void mc_samples_free(struct mc_samples *samples);

/**
 * Looks at @status: a signal that was measured anew is taken, and so is another cell, band or registration, whose
 * signal is unknown until it is measured. What is less than a second younger than the last one belongs to it.
 * @wall_ms and @now_ms (queue clock) are now. True: there is a new one.
 */
bool mc_samples_take(struct mc_samples *samples, int64_t wall_ms, int64_t now_ms, const struct mc_status *status);

size_t mc_samples_count(const struct mc_samples *samples);
/** Sample @index, 0 the oldest taken. False beyond. */
bool mc_samples_get(const struct mc_samples *samples, size_t index, struct mc_sample *ret_sample);
/** How many were taken since mc_samples_new(), kept or not: who follows sees by it how many are new. */
uint64_t mc_samples_taken(const struct mc_samples *samples);

/** Text form; caller frees. NULL: no memory. */
char *mc_samples_save(const struct mc_samples *samples);
/**
 * Takes what mc_samples_save() made, into an empty store: 0; -EBADMSG: it is damaged, or something else, and the store
 * stays empty; -ENOMEM.
 */
int mc_samples_load(struct mc_samples *samples, const char *text, size_t len_bytes);

#endif
