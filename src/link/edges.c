/* SPDX-License-Identifier: MIT */
#include <microcat/link/edges.h>
#include <microcat/modem/bringup.h>

#define S(state) MC_STATE_BIT(MC_STATE_##state)
#define CALL     (S(PPP) | S(ONLINE))
#define RESTING  (S(BACKOFF) | S(HELD) | S(STOPPED))

const struct mc_link_edge mc_link_edges[] = {
    {S(ABSENT), MC_STATES_SEQUENCE, "plugged in"},
    {S(ABSENT), S(PPP), "a call of the daemon before is carried on"},
    {S(PDP) | S(REGISTER), S(SIM), "the SIM asks for its PIN again"},
    {S(SYNC), S(SIM), "in the multiplexer: flow control and speed stand"},
    {S(DIAL), S(PPP), "CONNECT"},
    {S(ABSENT), S(PPP), "a call was taken over"},
    {S(PPP), S(ONLINE), "an address"},
    {S(ONLINE), S(PPP), "the address went away"},
    {CALL, S(HANGUP), "a fault, or disconnect"},
    {MC_STATES_SEQUENCE | S(HANGUP), S(BACKOFF), "a fault"},
    {MC_STATES_SEQUENCE, S(HANGUP), "disconnect"},
    {CALL, S(BACKOFF), "the port failed"},
    {MC_STATES_SEQUENCE | S(HANGUP), S(HELD), "a fault that needs a person"},
    {S(BACKOFF), MC_STATES_SEQUENCE, "the remedy's time has come"},
    {S(HELD), MC_STATES_SEQUENCE, "looked again: a person did something"},
    {S(HANGUP), MC_STATES_SEQUENCE, "the next dial, or a verb"},
    {MC_STATES_SEQUENCE, S(SYNC) | S(REGISTER), "a remedy or a verb"},
    {RESTING, RESTING, "another fault, or disconnect"},
    {MC_STATES_SEQUENCE | S(HANGUP), S(STOPPED), "disconnect"},
    {S(STOPPED), MC_STATES_SEQUENCE | S(HANGUP), "connect, radio, reset"},
    {S(ABSENT), RESTING, "the device cannot be used"},
    {MC_STATES_ALL & ~S(ABSENT), S(ABSENT), "unplugged"},
};
const size_t mc_link_n_edges = sizeof(mc_link_edges) / sizeof(mc_link_edges[0]);

static bool leads_to(enum mc_step step, enum mc_state state)
{
    return step != MC_STEP_END && mc_bringup_table[step].state == state;
}

bool mc_link_edge_of_sequence(enum mc_state from, enum mc_state to)
{
    for (int step = MC_STEP_END + 1; step < MC_STEP_COUNT; step++) {
        const struct mc_bringup_row *row = &mc_bringup_table[step];
        if (row->state == from &&
            (leads_to(row->next, to) || leads_to(row->late_next, to) || leads_to(row->refused_next, to)))
            return true;
    }
    return false;
}

bool mc_link_edge_known(enum mc_state from, enum mc_state to)
{
    for (size_t i = 0; i < mc_link_n_edges; i++)
        if ((mc_link_edges[i].from & MC_STATE_BIT(from)) && (mc_link_edges[i].to & MC_STATE_BIT(to)))
            return true;
    return mc_link_edge_of_sequence(from, to);
}
