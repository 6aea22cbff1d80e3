/* SPDX-License-Identifier: MIT */
#include <microcat/base/state.h>

static const char *const names[] = {
    [MC_STATE_ABSENT] = "absent",   [MC_STATE_SYNC] = "sync",       [MC_STATE_SETUP] = "setup",
    [MC_STATE_SIM] = "sim",         [MC_STATE_PDP] = "pdp",         [MC_STATE_REGISTER] = "register",
    [MC_STATE_DIAL] = "dial",       [MC_STATE_PPP] = "ppp",         [MC_STATE_ONLINE] = "online",
    [MC_STATE_HANGUP] = "hangup",   [MC_STATE_BACKOFF] = "backoff", [MC_STATE_HELD] = "held",
    [MC_STATE_STOPPED] = "stopped",
};
_Static_assert(sizeof(names) / sizeof(names[0]) == MC_STATE_COUNT, "every state has a name");

const struct mc_strtab mc_state_names = MC_STRTAB(names);

static const char *const texts[MC_STATE_COUNT] = {
    [MC_STATE_ABSENT] = "no device: waiting for it to be plugged in",
    [MC_STATE_SYNC] = "finding the modem and the mode it is in",
    [MC_STATE_SETUP] = "setting up flow control and speed, reading the modem's identity",
    [MC_STATE_SIM] = "checking the SIM",
    [MC_STATE_PDP] = "comparing the PDP context and its authentication with the configuration",
    [MC_STATE_REGISTER] = "waiting for the network to register the modem",
    [MC_STATE_DIAL] = "dialling",
    [MC_STATE_PPP] = "negotiating PPP",
    [MC_STATE_ONLINE] = "online",
    [MC_STATE_HANGUP] = "ending the call and returning to command mode",
    [MC_STATE_BACKOFF] = "waiting for the next try",
    [MC_STATE_HELD] = "held: needs a person",
    [MC_STATE_STOPPED] = "stopped by the operator",
};

const char *mc_state_text(enum mc_state state)
{
    return (unsigned)state < MC_STATE_COUNT ? texts[state] : "in no known state";
}
