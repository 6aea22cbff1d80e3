/* SPDX-License-Identifier: MIT */
#include <microcat/status/layers.h>

const char *const mc_part_names[MC_PART_COUNT] = {
    [MC_PART_GATEWAY] = "gateway",
    [MC_PART_BRIDGE] = "bridge (RP2350)",
    [MC_PART_MODEM] = "modem (SIM7672)",
    [MC_PART_NETWORK] = "LTE network",
};

const struct mc_layer_info mc_layers[MC_LAYER_COUNT] = {
    [MC_LAYER_USB] = {"USB", MC_PART_GATEWAY, MC_PART_BRIDGE, "The board is plugged in and its tty is open."},
    [MC_LAYER_MODEM] = {"Modem", MC_PART_GATEWAY, MC_PART_MODEM, "The modem answers AT at the speed that is shown."},
    [MC_LAYER_SIM] = {"SIM", MC_PART_MODEM, MC_PART_MODEM, "The card is there and asks for no PIN."},
    [MC_LAYER_RADIO] = {"Radio", MC_PART_MODEM, MC_PART_NETWORK, "Registered: the network lets the SIM in."},
    [MC_LAYER_PDP] = {"PDP", MC_PART_MODEM, MC_PART_NETWORK, "The APN's context is set as configured."},
    [MC_LAYER_PPP] = {"PPP", MC_PART_GATEWAY, MC_PART_MODEM, "LCP and IPCP are up, and the modem answers echoes."},
    [MC_LAYER_IP] = {"IP", MC_PART_GATEWAY, MC_PART_NETWORK, "An address, a route and name servers: it carries."},
};
