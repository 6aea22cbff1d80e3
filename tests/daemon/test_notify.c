/* SPDX-License-Identifier: MIT */
/* What systemd is told, heard on a socket of our own, and what it would hand back. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "scratch.h"
#include <microcat/daemon/notify.h>

static int listener = -1;
static char dir[SCRATCH_BYTES];
static struct sockaddr_un address = {.sun_family = AF_UNIX};

static int listen_here(void **state)
{
    assert_int_equal(scratch_make(dir), 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", dir);
    listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    return setenv("NOTIFY_SOCKET", address.sun_path, 1);
}

static int stop_listening(void **state)
{
    close(listener);
    return scratch_remove(dir);
}

/* The next message, which is there already when the call that sends it is back; "" when there is none. */
static const char *heard(int *ret_fd)
{
    static char text[1024];
    char control[CMSG_SPACE(sizeof(int))];
    struct iovec iov = {text, sizeof(text) - 1};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};

    ssize_t n = recvmsg(listener, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    text[n > 0 ? n : 0] = '\0';
    struct cmsghdr *cmsg = n >= 0 ? CMSG_FIRSTHDR(&msg) : NULL;
    int fd = -1;
    if (cmsg && cmsg->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
    if (ret_fd)
        *ret_fd = fd;
    else
        assert_int_equal(fd, -1);
    return text;
}

static void life_is_told(void **state)
{
    mc_notify_ready("absent: waiting for the device");
    assert_string_equal(heard(NULL), "READY=1\nSTATUS=absent: waiting for the device");
    mc_notify_status("online on %s", "ppp0");
    assert_string_equal(heard(NULL), "STATUS=online on ppp0");
    mc_notify_status("online on %s", "ppp0");
    assert_string_equal(heard(NULL), "");
    mc_notify_status("two\nWATCHDOG=trigger");
    assert_string_equal(heard(NULL), "STATUS=two WATCHDOG=trigger");
    mc_notify_reloading();
    assert_memory_equal(heard(NULL), "RELOADING=1\nMONOTONIC_USEC=", 27);
    mc_notify_ready(NULL);
    assert_string_equal(heard(NULL), "READY=1\nSTATUS=two WATCHDOG=trigger");
    mc_notify_stopping("hanging up", 5000);
    assert_string_equal(heard(NULL), "STOPPING=1\nSTATUS=hanging up\nEXTEND_TIMEOUT_USEC=5000000");
    mc_notify_stopping("gone", 0);
    assert_string_equal(heard(NULL), "STOPPING=1\nSTATUS=gone");
}

static void watchdog_is_half_the_units(void **state)
{
    char pid[16];

    unsetenv("WATCHDOG_USEC");
    assert_int_equal(mc_notify_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    assert_int_equal(mc_notify_watchdog_ms(), 15000);
    setenv("WATCHDOG_PID", "1", 1); /* another process' */
    assert_int_equal(mc_notify_watchdog_ms(), 0);
    snprintf(pid, sizeof(pid), "%d", getpid());
    setenv("WATCHDOG_PID", pid, 1);
    setenv("WATCHDOG_USEC", "100", 1);
    assert_int_equal(mc_notify_watchdog_ms(), 1);
    setenv("WATCHDOG_USEC", "much", 1);
    assert_int_equal(mc_notify_watchdog_ms(), 0);
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    mc_notify_watchdog();
    assert_string_equal(heard(NULL), "WATCHDOG=1");
}

static void descriptors_are_stored_and_removed(void **state)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), got;
    struct stat a, b;

    assert_int_equal(mc_notify_store_fd("tty", fd), 0);
    assert_string_equal(heard(NULL), "FDSTOREREMOVE=1\nFDNAME=tty");
    assert_string_equal(heard(&got), "FDSTORE=1\nFDNAME=tty");
    assert_int_equal(fstat(fd, &a), 0);
    assert_int_equal(fstat(got, &b), 0);
    assert_true(a.st_rdev == b.st_rdev && a.st_ino == b.st_ino);
    close(got);
    assert_int_equal(mc_notify_remove_fd("tty"), 0);
    assert_string_equal(heard(NULL), "FDSTOREREMOVE=1\nFDNAME=tty");
    assert_int_equal(mc_notify_store_fd("", fd), -EINVAL);
    assert_int_equal(mc_notify_store_fd("a:b", fd), -EINVAL);
    assert_int_equal(mc_notify_store_fd("a\nb", fd), -EINVAL);
    assert_int_equal(mc_notify_store_fd("tty", -1), -EINVAL);
    assert_string_equal(heard(NULL), "");
    close(fd);
}

/* In a child, which has descriptors 3 to 5 as systemd would hand them over. */
static int fetch_in_child(void)
{
    struct mc_notify_fd fds[2];
    char pid[16];

    for (int i = 3; i <= 5; i++)
        dup2(open("/dev/null", O_RDONLY), i);
    snprintf(pid, sizeof(pid), "%d", getpid());
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", "3", 1);
    setenv("LISTEN_FDNAMES", "tty:pty:surplus", 1);
    if (mc_notify_fetch_fds(fds, 2) != 2)
        return 1;
    if (strcmp(fds[0].name, "tty") != 0 || fds[0].fd != 3 || strcmp(fds[1].name, "pty") != 0 || fds[1].fd != 4)
        return 2;
    if (!(fcntl(3, F_GETFD) & FD_CLOEXEC) || fcntl(5, F_GETFD) >= 0)
        return 3;
    return getenv("LISTEN_FDS") || mc_notify_fetch_fds(fds, 2) != 0 ? 4 : 0;
}

static void stored_descriptors_come_back_once(void **state)
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(fetch_in_child());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- a manager that does not read ---- */

static void turn(struct mc_timerq *queue)
{
    mc_timerq_advance(queue, mc_timerq_now_ms(queue) + 1000);
    mc_timerq_run(queue);
}

static ino_t inode(int fd)
{
    struct stat st;

    assert_int_equal(fstat(fd, &st), 0);
    return st.st_ino;
}

/* Reads all that comes, a little at a time; the last fd that came with a name is checked against @fd. */
static void hear_all(struct mc_timerq *queue, char *out, size_t size, const char *name, int fd)
{
    char line[1024]; /* as long as what heard() has */
    int got;

    out[0] = '\0';
    for (int quiet = 0; quiet < 2; quiet++, turn(queue)) {
        for (const char *text; *(text = heard(&got)); quiet = 0) {
            snprintf(line, sizeof(line), "%s", text);
            for (char *p = strchr(line, '\n'); p; p = strchr(p, '\n'))
                *p = ' ';
            strncat(strncat(out, line, size - strlen(out) - 1), "|", size - strlen(out) - 1);
            if (got >= 0) {
                assert_non_null(strstr(line, "FDSTORE=1"));
                if (strstr(line, name))
                    assert_int_equal(inode(got), inode(fd));
                close(got);
            }
        }
    }
}

/* As much as the socket takes. */
static void fill_up(void)
{
    for (int i = 0; i < 1000; i++)
        mc_notify_status("before %d", i);
}

static void nobody_waits_for_a_manager_that_does_not_read(void **state)
{
    struct mc_timerq *queue = mc_timerq_new(0);
    int lowest = dup(0), old, new;
    static char all[65536];
    const char *rest;

    close(lowest);
    old = memfd_create("old", MFD_CLOEXEC);
    new = memfd_create("new", MFD_CLOEXEC);
    mc_notify_start(queue);
    alarm(60); /* it used to hang here */
    fill_up();
    assert_int_equal(mc_notify_store_fd("tty", old), 0);
    assert_int_equal(mc_notify_store_fd("pty", old), 0);
    assert_true(mc_notify_store_waits());
    for (int i = 0; i < 100; i++) {
        mc_notify_watchdog();
        mc_notify_status("after %d", i);
        mc_notify_reloading();
        mc_notify_ready(NULL);
        assert_int_equal(mc_notify_store_fd("tty", i < 99 ? old : new), 0);
    }
    mc_notify_remove_fd("pty");
    mc_notify_status("the last");
    hear_all(queue, all, sizeof(all), "tty", new);
    alarm(0);
    rest = strstr(all, "WATCHDOG=1|");
    assert_non_null(rest);
    assert_null(strstr(all, "after 98|"));
    assert_null(strstr(all, "FDNAME=pty|FDSTORE"));
    rest = strstr(all, "|RELOADING=1");
    assert_non_null(rest);
    rest = strstr(rest + 1, "|READY=1 STATUS=after 99|");
    assert_non_null(rest);
    assert_string_equal(rest, "|READY=1 STATUS=after 99|FDSTOREREMOVE=1 FDNAME=tty|FDSTORE=1 FDNAME=tty|"
                              "FDSTOREREMOVE=1 FDNAME=pty|STATUS=the last|");
    assert_int_equal(mc_timerq_next_ms(queue), -1); /* nothing is left to be sent */
    mc_notify_status("at once");
    assert_string_equal(heard(NULL), "STATUS=at once");

    fill_up();
    assert_int_equal(mc_notify_store_fd("tty", old), 0);
    mc_notify_stop();
    close(old);
    close(new);
    assert_int_equal(dup(0), lowest); /* no copy is left open */
    close(lowest);
    assert_int_equal(mc_timerq_next_ms(queue), -1);
    mc_timerq_free(queue);
    while (*heard(NULL))
        ;
}

static void without_systemd_nothing_happens(void **state)
{
    struct mc_notify_fd fds[2];

    unsetenv("NOTIFY_SOCKET");
    mc_notify_ready("x");
    mc_notify_status("y");
    mc_notify_watchdog();
    mc_notify_reloading();
    mc_notify_stopping("z", 1);
    assert_string_equal(heard(NULL), "");
    assert_int_equal(mc_notify_store_fd("tty", 0), -ENOENT);
    assert_int_equal(mc_notify_remove_fd("tty"), -ENOENT);
    assert_int_equal(mc_notify_fetch_fds(fds, 2), 0);
    setenv("NOTIFY_SOCKET", scratch_path(dir, "nowhere"), 1); /* one that is gone */
    mc_notify_ready("x");
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(life_is_told),
        cmocka_unit_test(watchdog_is_half_the_units),
        cmocka_unit_test(descriptors_are_stored_and_removed),
        cmocka_unit_test(nobody_waits_for_a_manager_that_does_not_read),
        cmocka_unit_test(stored_descriptors_come_back_once),
        cmocka_unit_test(without_systemd_nothing_happens),
    };
    return cmocka_run_group_tests(tests, listen_here, stop_listening);
}
