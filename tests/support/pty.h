/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_SUPPORT_PTY_H
#define MICROCAT_TESTS_SUPPORT_PTY_H

/* A pty pair: the test plays the modem on the master side. */

struct test_pty {
    int master;    /* raw, non-blocking, close-on-exec; -1 closed */
    int slave;     /* kept open so that the master sees no hang-up; -1 closed */
    char path[64]; /* of the slave: "/dev/pts/3" */
};

/** 0 or -errno. */
int test_pty_open(struct test_pty *pty);
void test_pty_close(struct test_pty *pty);
/** Closes only the master: the other side sees a hang-up. */
void test_pty_hang_up(struct test_pty *pty);

#endif
