/* SPDX-License-Identifier: MIT */
#include "story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void pass(struct world *w, int64_t ms)
{
    world_pass(w, ms);
    if (w->failed)
        fail_msg("%s", w->failure);
}

int64_t until(struct world *w, enum mc_state wanted, int64_t limit_ms)
{
    int64_t began_ms = world_now(w);
    while (!w->failed && (!w->link || w->status.state != wanted) && world_now(w) - began_ms < limit_ms)
        world_pass(w, 100);
    if (w->failed)
        fail_msg("%s", w->failure);
    if (!w->link || w->status.state != wanted)
        fail_msg("in %s after %lld s, not %s: %s (%s)", mc_strtab_name(&mc_state_names, (int)w->status.state),
                 (long long)(limit_ms / SECOND_MS), mc_strtab_name(&mc_state_names, (int)wanted),
                 mc_fault_info(w->status.fault)->code, w->status.fault_detail);
    return world_now(w) - began_ms;
}
