/* SPDX-License-Identifier: MIT */
#include "pty.h"
#include "scratch.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/io/child.h>
#include <microcat/io/port.h>
#include <microcat/io/serial.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

struct bed {
    struct mc_loop *loop;
    struct test_pty pty;
    struct mc_transport *transport;
    struct mc_child *child;
    bool ready;
    char got[16];
};

static void start(struct bed *bed)
{
    memset(bed, 0, sizeof(*bed));
    assert_int_equal(mc_loop_new(&bed->loop), 0);
    assert_int_equal(test_pty_open(&bed->pty), 0);
}

static void stop(struct bed *bed)
{
    if (bed->transport)
        bed->transport->ops->close(bed->transport);
    mc_child_free(bed->child);
    test_pty_close(&bed->pty);
    mc_loop_free(bed->loop);
}

static size_t on_bytes(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct bed *bed = ctx;

    assert_true(len_bytes < sizeof(bed->got));
    memcpy(bed->got, data, len_bytes);
    bed->ready = true;
    return len_bytes;
}

static const struct mc_transport_events transport_events = {.on_bytes = on_bytes};

static void on_line(void *ctx, enum mc_child_stream stream, const char *line)
{
    ((struct bed *)ctx)->ready = true;
}

static const struct mc_child_events child_events = {.on_line = on_line};

static void each_refusal_has_its_error(void **state)
{
    char dir[SCRATCH_BYTES], path[64];
    struct bed bed;

    start(&bed);
    assert_int_equal(scratch_make(dir), 0);
    snprintf(path, sizeof(path), "%s/it", dir);
    assert_int_equal(mc_port_open(bed.loop, path, &bed.transport), -ENOENT);
    assert_int_equal(symlink("it", path), 0);
    assert_int_equal(mc_port_open(bed.loop, path, &bed.transport), -ELOOP);
    unlink(path);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    close(fd);
    assert_int_equal(mc_port_open(bed.loop, path, &bed.transport), -ENOTTY);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(mc_port_open(bed.loop, path, &bed.transport), -ENOTTY); /* and does not hang */
    unlink(path);
    assert_int_equal(mc_port_open(bed.loop, dir, &bed.transport), -ENOTTY);
    assert_int_equal(mc_port_open(bed.loop, "/dev/null", &bed.transport), -ENOTTY);
    assert_null(bed.transport);
    rmdir(dir);
    stop(&bed);
}

/* Permission is judged by the kernel, which refuses root nothing: so the test asks as somebody else, in a process of
 * its own. */
static void permission_denied_is_told_apart(void **state)
{
    struct bed bed;
    int status;

    start(&bed);
    assert_int_equal(chmod(bed.pty.path, 0600), 0);
    if (geteuid() != 0)
        assert_int_equal(chmod(bed.pty.path, 0), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct mc_transport *transport;
        if (geteuid() == 0 && setuid(65534) < 0)
            _exit(2);
        _exit(mc_port_open(bed.loop, bed.pty.path, &transport) == -EACCES ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    stop(&bed);
}

static void symlinks_are_followed(void **state)
{
    char dir[SCRATCH_BYTES], path[64];
    struct bed bed;

    start(&bed);
    assert_int_equal(scratch_make(dir), 0);
    snprintf(path, sizeof(path), "%s/it", dir);
    assert_int_equal(symlink(bed.pty.path, path), 0);
    assert_int_equal(mc_port_open(bed.loop, path, &bed.transport), 0);
    assert_true(fcntl(mc_port_fd(bed.transport), F_GETFD) & FD_CLOEXEC);
    unlink(path);
    rmdir(dir);
    stop(&bed);
}

static void a_second_user_is_refused_and_named(void **state)
{
    struct mc_port_holder holder;
    struct bed bed;

    start(&bed);
    const char *const argv[] = {"sh", "-c", "exec 5<>$0; flock 5; echo taken; exec sleep 600", bed.pty.path, NULL};
    const struct mc_child_spec spec = {.program = "/bin/sh",
                                       .argv = argv,
                                       .envp = (const char *const[]){"PATH=/usr/bin:/bin", NULL},
                                       .stdin_fd = -1,
                                       .name = "sh"};
    assert_int_equal(mc_port_holder(bed.pty.path, &holder), -ENOENT);
    assert_int_equal(mc_child_spawn(bed.loop, &spec, &child_events, &bed, &bed.child), 0);
    assert_true(test_wait_flag(bed.loop, &bed.ready, 10000));
    assert_int_equal(mc_port_open(bed.loop, bed.pty.path, &bed.transport), -EBUSY);
    assert_int_equal(mc_port_holder(bed.pty.path, &holder), 0);
    assert_int_equal(holder.pid, mc_child_pid(bed.child));
    assert_true(strcmp(holder.name, "sleep") == 0 || strcmp(holder.name, "sh") == 0); /* around its execve() */
    mc_child_free(bed.child);
    bed.child = NULL;
    assert_int_equal(mc_port_holder(bed.pty.path, &holder), -ENOENT);
    assert_int_equal(mc_port_open(bed.loop, bed.pty.path, &bed.transport), 0);
    assert_int_equal(flock(bed.pty.slave, LOCK_EX | LOCK_NB), -1); /* now it is ours */
    stop(&bed);
}

static void an_exclusive_tty_is_refused_even_to_root(void **state)
{
    struct bed bed;

    start(&bed);
    assert_int_equal(ioctl(bed.pty.slave, TIOCEXCL), 0);
    assert_int_equal(mc_port_open(bed.loop, bed.pty.path, &bed.transport), -EBUSY);
    assert_int_equal(ioctl(bed.pty.slave, TIOCNXCL), 0);
    assert_int_equal(mc_port_open(bed.loop, bed.pty.path, &bed.transport), 0);
    stop(&bed);
}

static void an_open_port_is_adopted_with_what_waits_in_it(void **state)
{
    struct bed bed;

    start(&bed);
    assert_int_equal(mc_port_open(bed.loop, bed.pty.path, &bed.transport), 0);
    assert_int_equal(bed.transport->ops->set_baud(bed.transport, 460800), 0);
    int kept = fcntl(mc_port_fd(bed.transport), F_DUPFD_CLOEXEC, 3); /* the descriptor store's copy */
    bed.transport->ops->close(bed.transport);
    bed.transport = NULL;
    assert_int_equal(write(bed.pty.master, "RING", 4), 4);
    assert_int_equal(mc_port_adopt(bed.loop, kept, bed.pty.path, &bed.transport), 0);
    mc_transport_listen(bed.transport, &transport_events, &bed);
    assert_true(test_wait_flag(bed.loop, &bed.ready, 5000));
    assert_string_equal(bed.got, "RING");
    struct termios settings;
    assert_int_equal(tcgetattr(mc_port_fd(bed.transport), &settings), 0);
    assert_int_equal(cfgetospeed(&settings), B460800);
    stop(&bed);
}

static void a_dead_or_foreign_descriptor_is_not_adopted(void **state)
{
    struct test_pty other;
    struct bed bed;

    start(&bed);
    assert_int_equal(test_pty_open(&other), 0);
    int fd = open(bed.pty.path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_int_equal(mc_port_adopt(bed.loop, fd, other.path, &bed.transport), -ENODEV);
    assert_int_equal(fcntl(fd, F_GETFD), -1); /* taken, and closed */
    fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    assert_int_equal(mc_port_adopt(bed.loop, fd, "/dev/null", &bed.transport), -ENOTTY);
    test_pty_close(&other);
    stop(&bed);
}

/* libserialport's part is proven on real ttys by the machine tier; what it does not take must be refused in an orderly
 * way. */
static void what_is_no_serial_port_is_refused(void **state)
{
    struct bed bed;
    char missing[80];

    start(&bed);
    assert_true(mc_serial_open(bed.loop, bed.pty.path, &bed.transport) < 0);
    assert_true(mc_serial_open(bed.loop, "/dev/null", &bed.transport) < 0);
    snprintf(missing, sizeof(missing), "%s.none", bed.pty.path);
    assert_true(mc_serial_open(bed.loop, missing, &bed.transport) < 0);
    assert_null(bed.transport);
    stop(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_refusal_has_its_error),
        cmocka_unit_test(permission_denied_is_told_apart),
        cmocka_unit_test(symlinks_are_followed),
        cmocka_unit_test(a_second_user_is_refused_and_named),
        cmocka_unit_test(an_exclusive_tty_is_refused_even_to_root),
        cmocka_unit_test(an_open_port_is_adopted_with_what_waits_in_it),
        cmocka_unit_test(a_dead_or_foreign_descriptor_is_not_adopted),
        cmocka_unit_test(what_is_no_serial_port_is_refused),
    };
    return cmocka_run_group_tests_name("io/port", tests, NULL, NULL);
}
