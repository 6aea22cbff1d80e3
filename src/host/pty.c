/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/host/pty.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>

/* Raw from the first byte: frames that come before pppd has set its tty up must neither be echoed to the modem nor
 * changed. */
static int make_raw(int fd)
{
    struct termios mode;

    if (tcgetattr(fd, &mode) < 0)
        return -errno;
    cfmakeraw(&mode);
    mode.c_cflag |= CLOCAL | CREAD;
    return tcsetattr(fd, TCSANOW, &mode) < 0 ? -errno : 0;
}

int mc_pty_open(int *ret_master_fd, int *ret_slave_fd, char *name, size_t name_bytes)
{
    _cleanup_close_ int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    _cleanup_close_ int slave = -1;
    int error = errno, r;

    snprintf(name, name_bytes, "/dev/ptmx"); /* until the slave has a name */
    if (master < 0)
        return -error;
    if (grantpt(master) < 0 || unlockpt(master) < 0)
        return -errno;
    r = ptsname_r(master, name, name_bytes);
    if (r != 0)
        return -r;
    slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (slave < 0)
        return -errno;
    r = make_raw(slave);
    if (r < 0)
        return r;
    if (fchmod(slave, 0600) < 0)
        return -errno;
    *ret_master_fd = MC_TAKE_FD(master);
    *ret_slave_fd = MC_TAKE_FD(slave);
    return 0;
}

int mc_pty_lend(uid_t uid, int *ret_master_fd, int *ret_slave_fd, char *name, size_t name_bytes)
{
    int master, slave, r = mc_pty_open(&master, &slave, name, name_bytes);

    if (r == 0 && fchown(slave, uid, (gid_t)-1) < 0) {
        r = -errno;
        close(master);
        close(slave);
    }
    if (r < 0)
        return r;
    *ret_master_fd = master;
    *ret_slave_fd = slave;
    return 0;
}
