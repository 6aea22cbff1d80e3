/* SPDX-License-Identifier: MIT */
#include "signal_day.h"
#include "render.h"
#include <math.h>
#include <microcat/base/cleanup.h>
#include <stdlib.h>
#include <string.h>

const struct signal_metric signal_metrics[SIGNAL_METRICS] = {
    {"rsrp_dbm", "RSRP", "dBm"}, {"rsrq_db", "RSRQ", "dB"}, {"sinr_db", "SINR", "dB"}};

double signal_reach(const json_t *reply)
{
    double interval_s = 60;

    render_number(reply, "interval_s", &interval_s);
    return 1.5 * (interval_s < 60 ? 60 : interval_s);
}

double signal_begin(const json_t *reply, double now_s)
{
    static const int hours[] = {1, 3, 6, 12};
    double first_s = now_s;

    render_number(json_array_get(render_get(reply, "samples"), 0), "time", &first_s);
    for (size_t i = 0; i < MC_LENGTH_OF(hours); i++)
        if (first_s >= now_s - hours[i] * 3600.0)
            return now_s - hours[i] * 3600.0;
    return now_s - 24 * 3600.0;
}

bool signal_any(const json_t *reply)
{
    const json_t *samples = render_get(reply, "samples");
    double value;

    for (size_t i = 0; i < json_array_size(samples); i++)
        for (size_t m = 0; m < SIGNAL_METRICS; m++)
            if (render_number(json_array_get(samples, i), signal_metrics[m].key, &value))
                return true;
    return false;
}

static void put(struct signal_bin *bin, double value)
{
    bin->low = bin->known && bin->low < value ? bin->low : value;
    bin->high = bin->known && bin->high > value ? bin->high : value;
    bin->known = true;
}

void signal_bins(const json_t *reply, const char *key, double from_s, double to_s, struct signal_bin *bins, size_t n)
{
    const json_t *samples = render_get(reply, "samples");
    double reach_s = signal_reach(reply), width_s = (to_s - from_s) / (double)n;

    memset(bins, 0, n * sizeof(*bins));
    for (size_t i = 0; i < json_array_size(samples); i++) {
        double value, at_s = 0, next_s = to_s;

        render_number(json_array_get(samples, i), "time", &at_s);
        render_number(json_array_get(samples, i + 1), "time", &next_s);
        if (!render_number(json_array_get(samples, i), key, &value) || at_s < from_s || at_s > to_s)
            continue;
        if (next_s > at_s + reach_s)
            next_s = at_s + reach_s;
        for (size_t b = (size_t)((at_s - from_s) / width_s), first = b; b < n || b == first; b++) {
            if (b > first && from_s + (double)b * width_s >= next_s)
                break;
            put(&bins[b < n ? b : n - 1], value);
        }
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

bool signal_summary(const json_t *reply, const char *key, double from_s, struct signal_sum *ret_sum)
{
    const json_t *samples = render_get(reply, "samples");
    _cleanup_free_ double *values = calloc(json_array_size(samples) + 1, sizeof(double));
    struct signal_sum sum = {0};

    if (!values)
        return false;
    for (size_t i = 0; i < json_array_size(samples); i++) {
        double value, at_s = 0;

        render_number(json_array_get(samples, i), "time", &at_s);
        if (!render_number(json_array_get(samples, i), key, &value) || at_s < from_s)
            continue;
        values[sum.n++] = sum.last = value;
        sum.last_s = at_s;
    }
    if (sum.n > 0) {
        qsort(values, sum.n, sizeof(double), compare);
        sum.min = values[0];
        sum.median = values[sum.n / 2];
        sum.max = values[sum.n - 1];
    }
    *ret_sum = sum;
    return true;
}

void signal_axis(const struct signal_sum *sum, double *ret_low, double *ret_high)
{
    *ret_low = floor(sum->min / 5) * 5;
    *ret_high = ceil((sum->max + 0.1) / 5) * 5;
}

bool signal_next_cell(const json_t *reply, size_t *index, struct signal_cell *cell)
{
    const json_t *samples = render_get(reply, "samples");
    double id;

    while (*index < json_array_size(samples)) {
        const json_t *sample = json_array_get(samples, (*index)++);

        if (!render_number(sample, "cell_id", &id))
            continue;
        render_number(sample, "time", &cell->at_s);
        cell->another = cell->known && id != cell->id;
        cell->known = true;
        cell->id = id;
        return true;
    }
    return false;
}

bool signal_outage(const json_t *reply, size_t index, double now_s, double *ret_from_s, double *ret_to_s)
{
    const json_t *list = render_get(reply, "outages"), *outage = json_array_get(list, index);
    double length_s = 0;

    if (!outage && index == json_array_size(list))
        outage = render_get(reply, "outage");
    if (!outage || !render_number(outage, "time", ret_from_s))
        return false;
    render_number(outage, "length_s", &length_s);
    *ret_to_s = index == json_array_size(list) ? now_s : *ret_from_s + length_s;
    return true;
}

const char *signal_why_none(const json_t *reply)
{
    const char *state = render_string(reply, "state", "");

    if (strcmp(state, "absent") == 0)
        return "no board is plugged in";
    if (strcmp(render_string(reply, "line", ""), "data") == 0)
        return "the line carries data, and the modem can only be asked in command mode";
    if (strcmp(state, "stopped") == 0 || strcmp(state, "held") == 0)
        return render_string(reply, "state_text", state);
    return "the modem has not been met yet, or has not told of its signal";
}
