/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_PPPD_ROOM_H
#define MICROCAT_SIM_PPPD_ROOM_H

/* How the network's pppd is started: namespaces, a private /etc/ppp, options. */

#include "pppd_peer.h"
#include <sys/types.h>

struct sim_pppd_room {
    const struct sim_pppd_options *options;
    const struct sim_call *call;
};

/** Starts pppd on the terminal @tty_fd. 0 or -errno; what fails later ends the child with status 127. */
int sim_pppd_room_spawn(const struct sim_pppd_room *room, int tty_fd, pid_t *ret_pid);

#endif
