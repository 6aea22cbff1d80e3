/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <assert.h>
#include <microcat/status/history.h>
#include <stdlib.h>
#include <string.h>

/* A history file, damaged in any way: what is taken from it can be lived with, and saved so that it loads without loss.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct mc_history *history = mc_history_new(64), *again = mc_history_new(64);
    int64_t online_ms, known_ms;
    char *text;

    assert(mc_history_load(history, (const char *)data, len_bytes) >= 0);
    mc_history_start(history, 1763800000000, 1000);
    mc_history_event(history, 1763800005000,
                     &(struct mc_event){.kind = MC_EVENT_STATE, .to = MC_STATE_ONLINE, .at_ms = 6000});
    mc_history_event(history, 5000, /* the clock is set back by half a century */
                     &(struct mc_event){.kind = MC_EVENT_STATE, .to = MC_STATE_HANGUP, .at_ms = 9000});
    mc_history_online_ms(history, 24 * 3600 * 1000, 1763800005000, 9000, &online_ms, &known_ms);
    assert(online_ms >= 0 && online_ms <= known_ms);
    text = mc_history_save(history, 1763800006000, 10000);
    assert(text);
    (void)mc_history_load(again, text, strlen(text));
    free(text);
    mc_history_free(history);
    mc_history_free(again);
    return 0;
}
