/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_STATUS_LAYERS_H
#define MICROCAT_STATUS_LAYERS_H

/* The layers that `microcatctl status` has a line for, and between which parts of the chain each of them stands: one
 * table for the status, the picture in the README and the manual. */

enum mc_layer {
    MC_LAYER_USB,
    MC_LAYER_MODEM,
    MC_LAYER_SIM,
    MC_LAYER_RADIO,
    MC_LAYER_PDP,
    MC_LAYER_PPP,
    MC_LAYER_IP,
    MC_LAYER_COUNT
};

/** From the gateway to the network, in their order. */
enum mc_part { MC_PART_GATEWAY, MC_PART_BRIDGE, MC_PART_MODEM, MC_PART_NETWORK, MC_PART_COUNT };

struct mc_layer_info {
    const char *name; /* "USB" */
    enum mc_part from, to;
    const char *tick; /* what its tick says, a short sentence */
};
extern const struct mc_layer_info mc_layers[MC_LAYER_COUNT];
extern const char *const mc_part_names[MC_PART_COUNT];

#endif
