/* SPDX-License-Identifier: MIT */

/*
 * The samples' text form:
 *
 *   microcat-signal 1
 *   MS RSSI RSRP RSRQ SINR CELL BAND STAT      one line a sample
 *   end COUNT HASH                             of all before it
 *
 * MS is the time since the line before (the first: since the epoch). "=" is the value of the line before, "-" unknown.
 * A line says nothing without those before it, so that the file is good as a whole, or not at all.
 */

#include "samples_internal.h"
#include <errno.h>
#include <inttypes.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/hash.h>
#include <microcat/base/parse.h>
#include <stdio.h>
#include <string.h>

#define HEADER      "microcat-signal 1\n"
#define MAX_TIME_MS 253402300799999LL /* the end of the year 9999 */
#define N_VALUES    7

/* As numbers in the order of the line; INT64_MIN: unknown. */
static void to_values(const struct kept_sample *kept, int64_t values[N_VALUES])
{
    const int16_t small[] = {kept->rssi, kept->rsrp, kept->rsrq, kept->sinr, kept->band};

    for (size_t i = 0; i < 4; i++)
        values[i] = small[i] == NO_VALUE ? INT64_MIN : small[i];
    values[4] = kept->cell == NO_CELL ? INT64_MIN : (int64_t)kept->cell;
    values[5] = small[4] == NO_VALUE ? INT64_MIN : small[4];
    values[6] = kept->stat == INT8_MIN ? INT64_MIN : kept->stat;
}

static struct kept_sample from_values(const int64_t values[N_VALUES])
{
    int16_t small[6];

    for (size_t i = 0; i < 6; i++)
        small[i] = values[i] == INT64_MIN || i == 4 ? NO_VALUE : (int16_t)values[i];
    return (struct kept_sample){.rssi = small[0],
                                .rsrp = small[1],
                                .rsrq = small[2],
                                .sinr = small[3],
                                .cell = values[4] == INT64_MIN ? NO_CELL : (uint32_t)values[4],
                                .band = small[5],
                                .stat = values[6] == INT64_MIN ? INT8_MIN : (int8_t)values[6]};
}

static void write_sample(FILE *out, const struct kept_sample *kept, const struct kept_sample *before)
{
    int64_t values[N_VALUES], old[N_VALUES];

    to_values(kept, values);
    fprintf(out, "%" PRId64, kept->at_ms - (before ? before->at_ms : 0));
    if (before)
        to_values(before, old);
    for (size_t i = 0; i < N_VALUES; i++) {
        if (before && values[i] == old[i])
            fputs(" =", out);
        else if (values[i] == INT64_MIN)
            fputs(" -", out);
        else
            fprintf(out, " %" PRId64, values[i]);
    }
    fputc('\n', out);
}

char *mc_samples_save(const struct mc_samples *samples)
{
    _cleanup_free_ char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        return NULL;
    fputs(HEADER, out);
    for (size_t i = 0; i < samples->n_kept; i++)
        write_sample(out, &samples->kept[i], i ? &samples->kept[i - 1] : NULL);
    if (fflush(out) == 0)
        fprintf(out, "end %zu %016" PRIx64 "\n", samples->n_kept, mc_fnv1a(MC_FNV1A_BASIS, text));
    if (fclose(out) != 0)
        return NULL;
    return MC_TAKE_PTR(text);
}

static int read_value(const char *word, const int64_t *old, int64_t min, int64_t max, int64_t *ret_value)
{
    if (strcmp(word, "=") == 0 && old) {
        *ret_value = *old;
        return 0;
    }
    if (strcmp(word, "-") == 0) {
        *ret_value = INT64_MIN;
        return 0;
    }
    return mc_parse_int(word, min, max, ret_value);
}

static int read_sample(char *line, const struct kept_sample *before, struct kept_sample *ret_kept)
{
    static const struct {
        int64_t min, max;
    } ranges[N_VALUES] = {{-INT16_MAX, INT16_MAX},
                          {-INT16_MAX, INT16_MAX},
                          {-INT16_MAX, INT16_MAX},
                          {-INT16_MAX, INT16_MAX},
                          {0, NO_CELL - 1},
                          {-INT16_MAX, INT16_MAX},
                          {0, INT8_MAX}};
    int64_t values[N_VALUES], old[N_VALUES], at_ms;
    char *save = NULL, *word = strtok_r(line, " ", &save);

    if (!word || mc_parse_int(word, -MAX_TIME_MS, MAX_TIME_MS, &at_ms) < 0)
        return -EBADMSG;
    if (before)
        to_values(before, old);
    for (size_t i = 0; i < N_VALUES; i++) {
        word = strtok_r(NULL, " ", &save);
        if (!word || read_value(word, before ? &old[i] : NULL, ranges[i].min, ranges[i].max, &values[i]) < 0)
            return -EBADMSG;
    }
    at_ms += before ? before->at_ms : 0;
    if (strtok_r(NULL, " ", &save) || at_ms < -MAX_TIME_MS || at_ms > MAX_TIME_MS)
        return -EBADMSG;
    *ret_kept = from_values(values);
    ret_kept->at_ms = at_ms;
    return 0;
}

/* @text: a copy that may be cut into words, behind its header; @end: where its last line begins. */
static int read_samples(struct mc_samples *samples, char *text, const char *end)
{
    while (text < end) {
        struct kept_sample *kept = &samples->kept[samples->n_kept];
        char *line_end = memchr(text, '\n', (size_t)(end - text));

        if (!line_end || samples->n_kept == MC_SAMPLES_MAX)
            return -EBADMSG;
        *line_end = '\0';
        if (read_sample(text, samples->n_kept ? kept - 1 : NULL, kept) < 0)
            return -EBADMSG;
        samples->n_kept++;
        text = line_end + 1;
    }
    return 0;
}

int mc_samples_load(struct mc_samples *samples, const char *text, size_t len_bytes)
{
    _cleanup_free_ char *copy = strndup(text, len_bytes);
    char last[64], *end = copy ? copy + len_bytes : NULL;
    int r;

    if (!copy)
        return -ENOMEM;
    if (strlen(copy) != len_bytes || strncmp(copy, HEADER, strlen(HEADER)) != 0 || end[-1] != '\n')
        return -EBADMSG;
    for (end--; end > copy && end[-1] != '\n';)
        end--;
    if (end - copy < (ptrdiff_t)strlen(HEADER)) /* nothing but the header */
        return -EBADMSG;
    snprintf(last, sizeof(last), "%s", end);
    *end = '\0';
    uint64_t hash = mc_fnv1a(MC_FNV1A_BASIS, copy);
    r = read_samples(samples, copy + strlen(HEADER), end);
    char expected[64];
    snprintf(expected, sizeof(expected), "end %zu %016" PRIx64 "\n", samples->n_kept, hash);
    if (r == 0 && strcmp(last, expected) == 0)
        return 0;
    samples->n_kept = 0;
    return -EBADMSG;
}
