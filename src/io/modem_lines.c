/* SPDX-License-Identifier: MIT */
#include "modem_lines.h"
#include <errno.h>
#include <sys/ioctl.h>

int mc_modem_line_set(int fd, int which, bool on)
{
    return ioctl(fd, on ? TIOCMBIS : TIOCMBIC, &which) < 0 ? -errno : 0;
}

int mc_modem_break(int fd, bool on)
{
    return ioctl(fd, on ? TIOCSBRK : TIOCCBRK) < 0 ? -errno : 0;
}

int mc_modem_dsr(int fd)
{
    int lines = 0;

    return ioctl(fd, TIOCMGET, &lines) < 0 ? -errno : (lines & TIOCM_DSR) != 0;
}
