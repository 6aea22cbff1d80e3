/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_HOSTPORT_H
#define MICROCAT_SIM_HOSTPORT_H

/*
 * The board's plug: a pty of its own, or a tty it is given (the gadget's /dev/ttyGS0).
 *
 * On a pty the speed and CRTSCTS that the host sets are seen and honoured; while nobody has it open, what the modem
 * says is lost. Pulled (the `unplug` command), the pty and its symbolic link go away; plugged in again there is a new
 * one. On a tty the host's settings cannot be seen, and plugged means: the USB device controller says "configured" (or
 * the tty can be opened, where there is none).
 */

#include "board.h"
#include "pump.h"

struct sim_hostport;

/** @tty NULL: make a pty, and a symbolic link @link to it (NULL: none). @udc NULL: the only one there is. Copied. */
struct sim_hostport *sim_hostport_new(struct sim_pump *pump, const char *tty, const char *link, const char *udc);
void sim_hostport_free(struct sim_hostport *port);
/** Plugs the board in. 0 or -errno. */
int sim_hostport_start(struct sim_hostport *port, struct sim_board *board);
/** The path that the host opens; "" while unplugged. */
const char *sim_hostport_path(const struct sim_hostport *port);
/** From the board's callback. */
void sim_hostport_send(struct sim_hostport *port, const void *data, size_t len_bytes);
/** Takes up the speed and flow control of the host's end. It tells nobody when it changes them; it is looked at with
 * each byte of its, and what comes without one wants this before. */
void sim_hostport_look(struct sim_hostport *port);
/** `unplug` and `plug` of the control socket: 0, -errno. */
int sim_hostport_unplug(struct sim_hostport *port);
int sim_hostport_plug(struct sim_hostport *port);

#endif
