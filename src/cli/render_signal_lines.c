/* SPDX-License-Identifier: MIT */

/* `signal`, a line a sample: CSV, and what --watch prints on a pipe. */

#include "render.h"
#include <math.h>
#include <string.h>
#include <time.h>

static const char *const keys[] = {"rssi_dbm", "rsrp_dbm", "rsrq_db", "sinr_db", "cell_id", "band", "stat"};

void render_signal_csv(FILE *out, const json_t *samples, bool header)
{
    if (header)
        fputs("time,rssi_dbm,rsrp_dbm,rsrq_db,sinr_db,cell_id,band,stat\n", out);
    for (size_t i = 0; i < json_array_size(samples); i++) {
        double at_s = 0, value;
        struct tm tm;

        render_number(json_array_get(samples, i), "time", &at_s);
        long long ms = llround(at_s * 1000), s = ms / 1000 - (ms % 1000 < 0);
        time_t at = (time_t)s;
        if (!gmtime_r(&at, &tm))
            continue;
        fprintf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                tm.tm_min, tm.tm_sec, (int)(ms - s * 1000));
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            fputc(',', out);
            if (render_number(json_array_get(samples, i), keys[k], &value))
                fprintf(out, "%.*f", k < 4, value);
        }
        fputc('\n', out);
    }
}

void render_signal_line(FILE *out, const json_t *sample)
{
    static const char *const names[] = {"RSSI", "RSRP", "RSRQ", "SINR", "cell", "band", "stat"};
    double at_s = 0, value;
    struct tm tm;

    render_number(sample, "time", &at_s);
    time_t at = (time_t)at_s;
    if (!localtime_r(&at, &tm))
        return;
    fprintf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
        if (render_number(sample, keys[k], &value))
            fprintf(out, "  %s %.*f%s", names[k], k < 4, value, k < 2 ? " dBm" : k < 4 ? " dB" : "");
        else
            fprintf(out, "  %s unknown", names[k]);
    fputc('\n', out);
}
