/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_SERIAL_H
#define MICROCAT_IO_SERIAL_H

/* A transport on a serial port: the only module that knows libserialport. */

#include <microcat/io/loop.h>
#include <microcat/io/transport.h>

/**
 * Opens the tty at @path (its real name, no symlink): raw, 115200 8N1, no flow control, DTR and RTS on, close-on-exec,
 * for us alone (TIOCEXCL). A pty is not a serial port: use io/port.h, which picks. 0, -ENOENT, -ENODEV, -EACCES,
 * -EBUSY, -ENOTTY, -ENOMEM or another -errno.
 */
int mc_serial_open(struct mc_loop *loop, const char *path, struct mc_transport **ret_transport);

/**
 * The same for a tty that a former life of this process left open: speed, flow control and the lines stay as they are,
 * and what waits to be read is kept.
 */
int mc_serial_reopen(struct mc_loop *loop, const char *path, struct mc_transport **ret_transport);

#endif
