/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_MODEM_LINES_H
#define MICROCAT_IO_MODEM_LINES_H

/* The modem lines of a tty, as ioctl_tty(2) has them. Each 0 (or a level), or -errno: -ENOTTY or -EINVAL from one
 * without such lines, as a pty is. */

#include <stdbool.h>

/** @which: TIOCM_DTR, TIOCM_RTS. */
int mc_modem_line_set(int fd, int which, bool on);
int mc_modem_break(int fd, bool on);
int mc_modem_dsr(int fd);

#endif
