/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_INJECT_H
#define MICROCAT_SIM_INJECT_H

/* The handlers of the control socket's commands; inject.c has the table. Each returns 0 or -errno. */

#include "internal.h"

#define SIM_INJECT_WORDS 4

struct inject {
    struct sim_board *b;
    int n;
    char *word[SIM_INJECT_WORDS]; /* [0] is the command, the last takes the rest of the line */
    const char *rest;             /* everything behind the command, as it was written */
    sim_reply_fn *reply;
    void *reply_ctx;
};

/** Word @index as a number from -1 on, @fallback when left out, -2 when it is none. */
int sim_inject_number(const struct inject *in, int index, int fallback);
/** The first word behind the command as on or off. */
int sim_inject_yes(const struct inject *in, bool *ret_on);

/* inject_network.c */
int sim_inject_no_carrier(const struct inject *in);
int sim_inject_pppd_disconnected(const struct inject *in);
int sim_inject_lcp_terminate(const struct inject *in);
int sim_inject_deregister(const struct inject *in);
int sim_inject_deny(const struct inject *in);
int sim_inject_register_again(const struct inject *in);
int sim_inject_signal_level(const struct inject *in);
int sim_inject_sim_remove(const struct inject *in);
int sim_inject_sim_insert(const struct inject *in);
int sim_inject_pin_lock(const struct inject *in);
int sim_inject_puk_lock(const struct inject *in);
int sim_inject_stale(const struct inject *in);
int sim_inject_context_lost(const struct inject *in);
int sim_inject_echo_dead(const struct inject *in);
int sim_inject_auth_refuse(const struct inject *in);
int sim_inject_no_address(const struct inject *in);
int sim_inject_data_mode(const struct inject *in);
int sim_inject_dial_reject(const struct inject *in);
int sim_inject_attach_reject(const struct inject *in);
int sim_inject_hang_on_hangup(const struct inject *in);
int sim_inject_ignore_escapes(const struct inject *in);

/* inject_modem.c */
int sim_inject_reboot(const struct inject *in);
int sim_inject_power_off(const struct inject *in);
int sim_inject_power_on(const struct inject *in);
int sim_inject_baud(const struct inject *in);
int sim_inject_cmux_mode(const struct inject *in);
int sim_inject_line(const struct inject *in);
int sim_inject_plug(const struct inject *in);
int sim_inject_unplug(const struct inject *in);

/* inject_mux.c */
int sim_inject_mux_silent(const struct inject *in);
int sim_inject_mux_noisy(const struct inject *in);
int sim_inject_mux_forget_ua(const struct inject *in);
int sim_inject_mux_drop(const struct inject *in);
int sim_inject_mux_hold(const struct inject *in);
int sim_inject_mux_leave(const struct inject *in);
int sim_inject_mux_reboot_after(const struct inject *in);
void sim_inject_mux_forgive(struct sim_board *b);

/* inject_faults.c */
int sim_inject_mute(const struct inject *in);
int sim_inject_mute_for(const struct inject *in);
int sim_inject_noise(const struct inject *in);
int sim_inject_garbage_answers(const struct inject *in);
int sim_inject_say(const struct inject *in);
int sim_inject_refuse(const struct inject *in);
int sim_inject_silence(const struct inject *in);
int sim_inject_malform(const struct inject *in);
int sim_inject_read_back(const struct inject *in);
int sim_inject_cpin_ready(const struct inject *in);
int sim_inject_answer(const struct inject *in);
int sim_inject_late(const struct inject *in);
int sim_inject_forgive(const struct inject *in);

#endif
