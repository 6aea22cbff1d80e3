/* SPDX-License-Identifier: MIT */
/* What may go wrong in the multiplexer. */
#include "inject.h"
#include <errno.h>
#include <microcat/base/parse.h>
#include <string.h>

int sim_inject_mux_silent(const struct inject *in)
{
    int r = sim_inject_yes(in, &sim_mux_faults(in->b->mux)->silent);

    sim_out_kick(in->b);
    return r;
}

int sim_inject_mux_noisy(const struct inject *in)
{
    return sim_inject_yes(in, &sim_mux_faults(in->b->mux)->noisy);
}

int sim_inject_mux_forget_ua(const struct inject *in)
{
    int times = sim_inject_number(in, 1, -1);

    if (times < -1)
        return -EINVAL;
    sim_mux_faults(in->b->mux)->lost_ua = times;
    return 0;
}

static int dlci_of(const struct inject *in)
{
    int dlci = sim_inject_number(in, 1, -1);

    if (dlci < 1 || dlci > SIM_MUX_DLCIS)
        return -EINVAL;
    return sim_mux_is_open(in->b->mux, dlci) ? dlci : -ENOTCONN;
}

int sim_inject_mux_drop(const struct inject *in)
{
    const char *how = in->n > 2 ? in->word[2] : "disc";
    int dlci = dlci_of(in);

    if (strcmp(how, "disc") != 0 && strcmp(how, "dm") != 0)
        return -EINVAL;
    return dlci < 0 ? dlci : sim_mux_drop(in->b->mux, dlci, !strcmp(how, "dm"));
}

int sim_inject_mux_hold(const struct inject *in)
{
    int dlci = dlci_of(in);
    bool on;

    if (in->n < 3 || mc_parse_bool(in->word[2], &on) < 0)
        return -EINVAL;
    if (dlci > 0)
        sim_mux_hold(in->b->mux, dlci, on);
    return dlci < 0 ? dlci : 0;
}

int sim_inject_mux_leave(const struct inject *in)
{
    if (!sim_mux_on(in->b->mux))
        return -ENOTCONN;
    sim_muxed_leave(in->b);
    return 0;
}

int sim_inject_mux_reboot_after(const struct inject *in)
{
    int bytes = sim_inject_number(in, 1, -1);

    if (bytes < 0)
        return -EINVAL;
    in->b->reboot_after = bytes;
    in->b->mux_since = sim_mux_counters(in->b->mux)->carried;
    return 0;
}

void sim_inject_mux_forgive(struct sim_board *b)
{
    *sim_mux_faults(b->mux) = (struct sim_mux_faults){0};
    b->reboot_after = 0;
    for (int i = 1; i <= SIM_MUX_DLCIS; i++)
        sim_mux_hold(b->mux, i, false);
    sim_out_kick(b);
}
