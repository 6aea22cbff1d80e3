/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_OPTIONS_H
#define MICROCAT_SIM_OPTIONS_H

/* The command line of microcat-sim. */

#include "pppd_peer.h"
#include "profile.h"

enum sim_network { SIM_NETWORK_AUTO, SIM_NETWORK_PPPD, SIM_NETWORK_STUB, SIM_NETWORK_NONE };

struct sim_options {
    enum sim_ipv6 ipv6; /* of the network's pppd */
    struct sim_profile profile;
    enum sim_network network;
    const char *tty, *link, *udc, *control, *send, *netns, *auth, *pppd;
    const char *inject[16];
    size_t n_inject;
};

/** 0 go on, 1 done (--help, --version), -EINVAL said what is wrong on stderr. Strings are argv's. */
int sim_options_parse(struct sim_options *options, int argc, char **argv);

#endif
