/* SPDX-License-Identifier: MIT */
#ifndef STATUS_SAMPLES_INTERNAL_H
#define STATUS_SAMPLES_INTERNAL_H

#include <microcat/status/samples.h>

#define NO_CELL  UINT32_MAX /* an E-UTRAN cell has 28 bits */
#define NO_VALUE INT16_MIN

/* As it is kept: 24 bytes. */
struct kept_sample {
    int64_t at_ms;
    int16_t rssi, rsrp, rsrq, sinr;
    uint32_t cell;
    int16_t band;
    int8_t stat; /* INT8_MIN unknown */
    bool this_run;
};
_Static_assert(sizeof(struct kept_sample) == 24, "a day is to stay small");

struct mc_samples {
    struct kept_sample kept[MC_SAMPLES_MAX]; /* as they were taken */
    size_t n_kept;
    uint64_t n_taken;
    int64_t offset_ms;    /* wall clock minus queue clock, or INT64_MIN */
    int64_t signal_at_ms; /* of the status, when it was last looked at */
};

struct kept_sample samples_pack(const struct mc_sample *sample);
struct mc_sample samples_unpack(const struct kept_sample *kept);

#endif
