/* SPDX-License-Identifier: MIT */
#include "context.h"

#define SILENT_MS 5000  /* nothing came in for so long, though something went out: worth a question */
#define AGAIN_MS  10000 /* between two such questions */
#define LOOK_MS   1000  /* between two looks at the traffic */

void mc_context_begin(struct mc_context_witness *witness, int64_t now_ms)
{
    witness->rx = witness->tx = 0;
    witness->denied_at_ms = -1;
    witness->began_at_ms = witness->came_at_ms = witness->asked_at_ms = witness->looked_at_ms = now_ms;
    witness->registered = true; /* or it would not have been dialled */
}

static void note_traffic(struct mc_context_witness *witness, uint64_t rx, uint64_t tx, int64_t now_ms)
{
    if (rx == witness->rx)
        return;
    witness->rx = rx;
    witness->tx = tx;
    witness->came_at_ms = now_ms;
}

bool mc_context_due(const struct mc_context_witness *witness, int64_t now_ms)
{
    return now_ms - witness->looked_at_ms >= LOOK_MS;
}

bool mc_context_sent(struct mc_context_witness *witness, uint64_t rx, uint64_t tx, int64_t now_ms)
{
    witness->looked_at_ms = now_ms;
    note_traffic(witness, rx, tx, now_ms);
    if (tx == witness->tx || now_ms - witness->came_at_ms < SILENT_MS || now_ms - witness->asked_at_ms < AGAIN_MS)
        return false;
    witness->asked_at_ms = now_ms;
    return true;
}

enum mc_context_word mc_context_told(struct mc_context_witness *witness, int32_t active, uint64_t rx, int64_t now_ms)
{
    note_traffic(witness, rx, witness->tx, now_ms);
    if (active == 1)
        witness->proven = true;
    if (active == 1 || witness->came_at_ms == now_ms)
        witness->denied_at_ms = -1;
    if (active != 0 || !witness->proven || now_ms - witness->came_at_ms < SILENT_MS)
        return MC_CONTEXT_FINE;
    if (witness->denied_at_ms < 0)
        witness->denied_at_ms = now_ms;
    return now_ms - witness->denied_at_ms >= MC_CONTEXT_AGAIN_MS ? MC_CONTEXT_DEAD : MC_CONTEXT_ASK;
}
