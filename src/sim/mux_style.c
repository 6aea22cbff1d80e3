/* SPDX-License-Identifier: MIT */
/* What captures of SIMCom's modems show of their multiplexers. */
#include "mux_private.h"

static const struct sim_mux_manner manners[] = {
    /* "f9 07 73 01 15 f9 f9 01 ef 09 e3 05 07 0d 9a f9", then "f9 05 ef 4f ..." (espressif/esp-protocols, issue 140) */
    [SIM_MUX_SIM7670] = {.uih = 0xef, .msc_at_once = true, .close_downs = 1},
    /* the same, but "f9 07 ef 21 7e ff ..." for its PPP */
    [SIM_MUX_SIM7670G] = {.uih = 0xef, .cr_data = true, .msc_at_once = true, .close_downs = 1},
    [SIM_MUX_A7670] =
        {.uih = 0xff, .cr_control = true, .cr_data = true, .two_bytes = true, .runs = true, .close_downs = 1},
    /* and one that answers CLD, closes its DLCs, and stays */
    [SIM_MUX_SIM7600] =
        {.uih = 0xff, .cr_control = true, .cr_data = true, .two_bytes = true, .runs = true, .close_downs = 2},
};

const struct sim_mux_manner *sim_mux_manner(enum sim_mux_style style)
{
    return &manners[style];
}
