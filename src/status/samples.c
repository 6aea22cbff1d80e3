/* SPDX-License-Identifier: MIT */
#include "samples_internal.h"
#include <stdlib.h>
#include <string.h>

#define NEVER         INT64_MIN
#define CLOCK_JUMP_MS 5000 /* the wall clock was set, it did not merely drift */
#define DAY_MS        (24 * 3600 * 1000LL)
#define SAME_LOOK_MS  1000 /* RSSI and RSRP are answers to two commands */

struct mc_samples *mc_samples_new(void)
{
    struct mc_samples *samples = calloc(1, sizeof(*samples));

    if (!samples)
        return NULL;
    samples->offset_ms = NEVER;
    samples->signal_at_ms = -1;
    return samples;
}

void mc_samples_free(struct mc_samples *samples)
{
    free(samples);
}

/* ---- 24 bytes ---- */

static int16_t pack_value(int32_t value)
{
    return value > INT16_MIN && value <= INT16_MAX ? (int16_t)value : NO_VALUE;
}

static int32_t unpack_value(int16_t value)
{
    return value == NO_VALUE ? MC_UNKNOWN : value;
}

struct kept_sample samples_pack(const struct mc_sample *sample)
{
    return (struct kept_sample){
        .at_ms = sample->at_ms,
        .rssi = pack_value(sample->rssi_ddbm),
        .rsrp = pack_value(sample->rsrp_ddbm),
        .rsrq = pack_value(sample->rsrq_ddb),
        .sinr = pack_value(sample->sinr_ddb),
        .cell = sample->cell_id >= 0 && sample->cell_id < NO_CELL ? (uint32_t)sample->cell_id : NO_CELL,
        .band = pack_value(sample->band),
        .stat = sample->stat >= 0 && sample->stat <= INT8_MAX ? (int8_t)sample->stat : INT8_MIN,
    };
}

struct mc_sample samples_unpack(const struct kept_sample *kept)
{
    return (struct mc_sample){
        .at_ms = kept->at_ms,
        .rssi_ddbm = unpack_value(kept->rssi),
        .rsrp_ddbm = unpack_value(kept->rsrp),
        .rsrq_ddb = unpack_value(kept->rsrq),
        .sinr_ddb = unpack_value(kept->sinr),
        .cell_id = kept->cell == NO_CELL ? -1 : (int64_t)kept->cell,
        .band = unpack_value(kept->band),
        .stat = kept->stat == INT8_MIN ? MC_UNKNOWN : kept->stat,
    };
}

/* ---- room ---- */

static void drop(struct mc_samples *samples, size_t from, size_t n)
{
    samples->n_kept -= n;
    memmove(&samples->kept[from], &samples->kept[from + n], (samples->n_kept - from) * sizeof(samples->kept[0]));
}

static bool same_place(const struct kept_sample *a, const struct kept_sample *b)
{
    return a->cell == b->cell && a->band == b->band && a->stat == b->stat;
}

/* Every second one of the older half goes, but for those that begin something. */
static void thin_out(struct mc_samples *samples)
{
    size_t half = samples->n_kept / 2, to = 1;
    bool last_went = false;

    for (size_t from = 1; from < samples->n_kept; from++) {
        last_went = from < half && !last_went && same_place(&samples->kept[from], &samples->kept[from - 1]);
        if (!last_went)
            samples->kept[to++] = samples->kept[from];
    }
    samples->n_kept = to;
}

static void make_room(struct mc_samples *samples, int64_t wall_ms)
{
    size_t old = 0;

    if (samples->n_kept < MC_SAMPLES_MAX)
        return;
    while (old < samples->n_kept && samples->kept[old].at_ms < wall_ms - DAY_MS)
        old++;
    if (old > 0)
        drop(samples, 0, old);
    else
        thin_out(samples);
    if (samples->n_kept == MC_SAMPLES_MAX)
        drop(samples, 0, 1);
}

/* ---- taking ---- */

static void follow_clock(struct mc_samples *samples, int64_t wall_ms, int64_t now_ms)
{
    int64_t offset_ms = wall_ms - now_ms, by_ms = samples->offset_ms == NEVER ? 0 : offset_ms - samples->offset_ms;

    if (by_ms > -CLOCK_JUMP_MS && by_ms < CLOCK_JUMP_MS && samples->offset_ms != NEVER)
        return;
    samples->offset_ms = offset_ms;
    for (size_t i = 0; i < samples->n_kept; i++)
        if (samples->kept[i].this_run)
            samples->kept[i].at_ms += by_ms;
}

static struct mc_sample look(const struct mc_status *status, bool measured, int64_t at_ms)
{
    const struct mc_status_signal *signal = &status->signal;

    return (struct mc_sample){
        .at_ms = at_ms,
        .rssi_ddbm = measured ? signal->rssi_ddbm : MC_UNKNOWN,
        .rsrp_ddbm = measured ? signal->rsrp_ddbm : MC_UNKNOWN,
        .rsrq_ddb = measured ? signal->rsrq_ddb : MC_UNKNOWN,
        .sinr_ddb = measured ? signal->sinr_ddb : MC_UNKNOWN,
        .cell_id = status->registration.cell_id,
        .band = status->registration.band,
        .stat = status->registration.stat,
    };
}

bool mc_samples_take(struct mc_samples *samples, int64_t wall_ms, int64_t now_ms, const struct mc_status *status)
{
    static const struct kept_sample nothing = {.cell = NO_CELL, .band = NO_VALUE, .stat = INT8_MIN};
    bool measured = status->signal.at_ms >= 0 && status->signal.at_ms != samples->signal_at_ms;
    int64_t at_ms = measured && status->signal.at_ms < now_ms ? status->signal.at_ms : now_ms;

    follow_clock(samples, wall_ms, now_ms);
    struct mc_sample sample = look(status, measured, wall_ms - (now_ms - at_ms));
    struct kept_sample kept = samples_pack(&sample);
    struct kept_sample *last = samples->n_kept ? &samples->kept[samples->n_kept - 1] : NULL;
    bool went = status->signal.at_ms < 0 && samples->signal_at_ms >= 0; /* the radio was switched off */

    samples->signal_at_ms = status->signal.at_ms;
    if (!measured && !went && same_place(&kept, last ? last : &nothing))
        return false;
    kept.this_run = true;
    if (measured && last && last->this_run && kept.at_ms - last->at_ms < SAME_LOOK_MS && kept.at_ms >= last->at_ms) {
        *last = kept;
        return false;
    }
    make_room(samples, wall_ms);
    samples->kept[samples->n_kept++] = kept;
    samples->n_taken++;
    return true;
}

size_t mc_samples_count(const struct mc_samples *samples)
{
    return samples->n_kept;
}

bool mc_samples_get(const struct mc_samples *samples, size_t index, struct mc_sample *ret_sample)
{
    if (index >= samples->n_kept)
        return false;
    *ret_sample = samples_unpack(&samples->kept[index]);
    return true;
}

uint64_t mc_samples_taken(const struct mc_samples *samples)
{
    return samples->n_taken;
}
