/* SPDX-License-Identifier: MIT */
#ifndef CLI_SIGNAL_DAY_H
#define CLI_SIGNAL_DAY_H

/* What the plots of `signal` share: the reply of Signal, laid over a number of columns. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define SIGNAL_METRICS 3
extern const struct signal_metric {
    const char *key, *name, *unit;
} signal_metrics[SIGNAL_METRICS];

struct signal_bin { /* a column: what was measured in it, or still holds */
    bool known;
    double low, high;
};

struct signal_sum {
    size_t n; /* 0: nothing was measured, and nothing below is set */
    double min, median, max, last, last_s;
};

struct signal_cell { /* zero before the first */
    bool known, another;
    double id, at_s;
};

/** How long a sample holds, in seconds: one and a half of the interval, and no less than that of the default one. */
double signal_reach(const json_t *reply);
/** The beginning of the window that ends now: 1, 3, 6, 12 or 24 h before, the least that has all samples. */
double signal_begin(const json_t *reply, double now_s);
/** True when a value was measured at all. */
bool signal_any(const json_t *reply);
void signal_bins(const json_t *reply, const char *key, double from_s, double to_s, struct signal_bin *bins, size_t n);
/** Of the samples since @from_s. False: no memory. */
bool signal_summary(const json_t *reply, const char *key, double from_s, struct signal_sum *ret_sum);
/** The range of a curve's axis: multiples of five around what was measured. */
void signal_axis(const struct signal_sum *sum, double *ret_low, double *ret_high);
/** The next sample from *@index on (the first: 0) that tells a cell, and whether it is another than the one before.
 * False: there is none. */
bool signal_next_cell(const json_t *reply, size_t *index, struct signal_cell *cell);
/** Beginning and end of outage @index, those that ended first, then the one that goes on. False: there is none. */
bool signal_outage(const json_t *reply, size_t index, double now_s, double *ret_from_s, double *ret_to_s);
/** Why there is nothing to draw, a sentence for people. */
const char *signal_why_none(const json_t *reply);

#endif
