/* SPDX-License-Identifier: MIT */
#include "pty.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

int test_pty_open(struct test_pty *pty)
{
    struct termios settings;

    *pty = (struct test_pty){.master = -1, .slave = -1};
    pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (pty->master < 0)
        return -errno;
    if (grantpt(pty->master) < 0 || unlockpt(pty->master) < 0 ||
        ptsname_r(pty->master, pty->path, sizeof(pty->path)) != 0)
        goto fail;
    pty->slave = open(pty->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (pty->slave < 0 || tcgetattr(pty->slave, &settings) < 0)
        goto fail;
    cfmakeraw(&settings);
    if (tcsetattr(pty->slave, TCSANOW, &settings) == 0)
        return 0;
fail:;
    int r = -errno;
    test_pty_close(pty);
    return r;
}

void test_pty_hang_up(struct test_pty *pty)
{
    if (pty->master >= 0)
        close(pty->master);
    pty->master = -1;
}

void test_pty_close(struct test_pty *pty)
{
    test_pty_hang_up(pty);
    if (pty->slave >= 0)
        close(pty->slave);
    pty->slave = -1;
}
