/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_FDPORT_H
#define MICROCAT_IO_FDPORT_H

/*
 * A transport on a file descriptor: a pty, a socket, or the serial port that io/serial.c opened. All the queueing,
 * back-pressure and deferring of io/transport.h is here, once.
 *
 * - Writing: what is written is queued (at most MC_FDPORT_QUEUE_BYTES) and goes out from the loop, so that no call back
 * comes from inside a call. on_drained comes each time the queue ran empty.
 * - Reading: what on_bytes does not take is kept, and nothing more is read, until resume.
 * - End: end of file and a hung-up tty are -ENODEV, other errors what the system said.
 */

#include <microcat/io/loop.h>
#include <microcat/io/transport.h>

#define MC_FDPORT_QUEUE_BYTES 65536

/** How the line under the descriptor is set; a NULL member is answered by -EOPNOTSUPP. */
struct mc_fdport_line {
    int (*set_baud)(void *line, uint32_t baud);
    int (*set_flow)(void *line, enum mc_flow flow);
    int (*set_dtr)(void *line, bool on);
    int (*set_rts)(void *line, bool on);
    int (*set_break)(void *line, bool on);
    int (*get_dsr)(void *line); /* 1, 0 or -errno */
    void (*close)(void *line);  /* closes the descriptor as well; NULL: close() does */
};

/**
 * Makes a transport on @fd (made non-blocking and close-on-exec; owned by the transport from here on, but not on
 * error).
 * @line NULL: a plain descriptor. If that is a tty it is made raw, its speed and flow control are set in the tty's
 * settings (where a simulated modem can read them), and DTR, RTS and BREAK are accepted and ignored. Listen before the
 * loop turns. 0, -ENOMEM or -errno.
 */
int mc_fdport_new(struct mc_loop *loop, int fd, const struct mc_fdport_line *line, void *line_ctx,
                  struct mc_transport **ret_transport);

/** The descriptor of a transport made by this module, or -1. It stays the transport's. */
int mc_fdport_fd(const struct mc_transport *transport);

#endif
