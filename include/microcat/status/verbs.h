/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_STATUS_VERBS_H
#define MICROCAT_STATUS_VERBS_H

/* The operator's verbs that change something: the words of microcatctl, the methods of the socket, the requests to
 * link. */

#include <microcat/base/strtab.h>

enum mc_verb {
    MC_VERB_CONNECT,
    MC_VERB_DISCONNECT, /* PPP only: attach and PDP context stay */
    MC_VERB_RADIO_OFF,  /* CFUN=4 */
    MC_VERB_RADIO_ON,   /* CFUN=1 */
    MC_VERB_RESET,      /* reset line if configured, else AT+CRESET */
    MC_VERB_POWER_OFF,  /* power line if configured, else AT+CPOF */
    MC_VERB_POWER_ON,
    MC_VERB_RECONNECT, /* starts over: forgives every back-off */
    MC_VERB_COUNT
};

/** "connect", "disconnect", "radio-off", "radio-on", "reset", "power-off", "power-on", "reconnect". */
extern const struct mc_strtab mc_verb_names;

/**
 * How a verb ends: called exactly once, never from inside the call that started it.
 * @result 0, or -EBUSY, -ENODEV, -EOPNOTSUPP, -ECANCELED, -ETIMEDOUT, -EIO.
 * @text one or two sentences for people: what was cut and what coming back costs, or why it was refused. Borrowed for
 * the call.
 */
typedef void mc_verb_done_fn(void *ctx, int result, const char *text);

#endif
