/* SPDX-License-Identifier: MIT */
/* What happens to the modem as a whole: power, lines, speed, the mode it is in. */
#include "inject.h"
#include <microcat/base/parse.h>
#include <string.h>

int sim_inject_reboot(const struct inject *in)
{
    sim_power_reboot(in->b);
    return 0;
}

int sim_inject_power_off(const struct inject *in)
{
    sim_power_off(in->b);
    return 0;
}

int sim_inject_power_on(const struct inject *in)
{
    sim_power_on(in->b);
    return 0;
}

int sim_inject_baud(const struct inject *in)
{
    int speed = sim_inject_number(in, 1, -1);

    if (speed < 300 || speed > 4000000)
        return -EINVAL;
    in->b->baud = (uint32_t)speed;
    return 0;
}

int sim_inject_cmux_mode(const struct inject *in)
{
    if (in->b->power != SIM_POWER_ON)
        return -EBUSY;
    sim_call_drop(in->b, NULL);
    sim_in_reset(&in->b->channels[0]);
    sim_muxed_enter(in->b, SIM_MUX_N1_DEFAULT);
    for (int i = 0; i <= SIM_MUX_DLCIS; i++)
        sim_mux_force(in->b->mux, i);
    return 0;
}

int sim_inject_line(const struct inject *in)
{
    static const char *const names[] = {"", "break", "dtr", "rts"};
    bool on;

    if (in->n < 3 || mc_parse_bool(in->word[2], &on) < 0)
        return -EINVAL;
    for (int i = 1; i < 4; i++) {
        if (!strcmp(names[i], in->word[1])) {
            sim_board_line(in->b, (enum sim_line)i, on);
            return 0;
        }
    }
    return -EINVAL;
}

int sim_inject_plug(const struct inject *in)
{
    sim_board_plug(in->b);
    return 0;
}

int sim_inject_unplug(const struct inject *in)
{
    sim_board_unplug(in->b);
    return 0;
}
