/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <assert.h>
#include <microcat/status/samples.h>
#include <stdlib.h>
#include <string.h>

/* A file of samples, damaged in any way: taken whole, and then saved so that it loads again, or not at all. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct mc_samples *samples = mc_samples_new(), *again = mc_samples_new();
    int r = mc_samples_load(samples, (const char *)data, len_bytes);
    char *text = mc_samples_save(samples);

    assert(text && (r == 0 || mc_samples_count(samples) == 0));
    r = mc_samples_load(again, text, strlen(text));
    assert(r == 0 && mc_samples_count(again) == mc_samples_count(samples));
    free(text);
    mc_samples_free(samples);
    mc_samples_free(again);
    return 0;
}
