/* SPDX-License-Identifier: MIT */
/*
 * Every allocation and every system call of each constructor and of the file functions fails once: the error comes back
 * as it is, nothing is left open, nothing leaks (the sanitizer build sees that), and the next try works.
 */
#include "fail_rows.h"
#include "pty.h"
#include "scratch.h"
#include "sys_fail.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/io/atomic_file.h>
#include <microcat/io/child.h>
#include <microcat/io/device.h>
#include <microcat/io/pathwatch.h>
#include <microcat/io/port.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct mc_loop *loop;
static struct test_pty pty;
static char dir[SCRATCH_BYTES], file[64];

static int try_loop(void)
{
    struct mc_loop *another;
    int r = mc_loop_new(&another);

    if (r == 0)
        mc_loop_free(another);
    return r;
}

static int try_port(void)
{
    struct mc_transport *transport;
    int r = mc_port_open(loop, pty.path, &transport);

    if (r == 0)
        transport->ops->close(transport);
    return r;
}

static void on_path(void *ctx, bool vanished)
{
}

static int try_pathwatch(void)
{
    struct mc_pathwatch *watch;
    int r = mc_pathwatch_new(loop, pty.path, on_path, NULL, &watch);

    if (r == 0)
        mc_pathwatch_free(watch);
    return r;
}

static int try_device(void)
{
    const struct mc_device_want want = {.path = pty.path};
    const struct mc_device_events events = {0};
    struct mc_device_watch *watch;
    int r = mc_device_watch_new(loop, &want, &events, NULL, &watch);

    if (r == 0)
        mc_device_watch_free(watch);
    return r;
}

static void on_line(void *ctx, enum mc_child_stream stream, const char *line)
{
}

static int try_child(void)
{
    const char *const argv[] = {"true", NULL};
    const struct mc_child_spec spec = {.program = "/bin/true", .argv = argv, .stdin_fd = -1};
    const struct mc_child_events events = {.on_line = on_line};
    struct mc_child *child;
    int r = mc_child_spawn(loop, &spec, &events, NULL, &child);

    if (r == 0)
        mc_child_free(child);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left, whatever failed */
    return r;
}

static int try_file_write(void)
{
    return mc_file_write(file, "content", 7, 0600);
}

static int try_file_read(void)
{
    char *data = NULL;
    int r = mc_file_read(file, 100, &data, NULL);

    if (r == 0)
        assert_string_equal(data, "content");
    else
        assert_null(data);
    free(data);
    return r;
}

static const struct fail_row rows[] = {
    {"loop", try_loop, 2, 1},           {"port", try_port, 1, 4},   {"pathwatch", try_pathwatch, 2, 2},
    {"device", try_device, 4, 2},       {"child", try_child, 1, 9}, {"file write", try_file_write, 1, 5},
    {"file read", try_file_read, 1, 3},
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void each_allocation_fails_once(void **state)
{
    fail_each_allocation(rows, N_ROWS, NULL);
}

static void each_system_call_fails_once(void **state)
{
    fail_each_call(rows, N_ROWS, NULL);
}

/* A signal in the middle of reading or writing is no failure. */
static void an_interrupted_call_is_repeated(void **state)
{
    assert_int_equal(try_file_write(), 0);
    sys_fail_at(3, EINTR);
    assert_int_equal(try_file_read(), 0);
    assert_true(sys_fail_stop());
    assert_string_equal(sys_fail_what(), "read");
    sys_fail_at(2, EINTR);
    assert_int_equal(try_file_write(), 0);
    assert_true(sys_fail_stop());
    assert_string_equal(sys_fail_what(), "write");
}

/* Whatever fails in writing: the file is the old one or the new one, and whole. */
static void a_file_is_never_half_written(void **state)
{
    char *data;

    for (unsigned nth = 1;; nth++) {
        assert_int_equal(mc_file_write(file, "old", 3, 0600), 0);
        sys_fail_at(nth, ENOSPC);
        int r = mc_file_write(file, "new content", 11, 0600);
        bool hit = sys_fail_stop();
        assert_int_equal(mc_file_read(file, 100, &data, NULL), 0);
        assert_true(strcmp(data, "new content") == 0 || (r < 0 && strcmp(data, "old") == 0));
        free(data);
        if (!hit)
            return;
        assert_int_equal(r, -ENOSPC);
    }
}

static int setup(void **state)
{
    if (scratch_make(dir) < 0)
        return -1;
    snprintf(file, sizeof(file), "%s/file", dir);
    return mc_loop_new(&loop) < 0 || test_pty_open(&pty) < 0 || try_file_write() < 0 ? -1 : 0;
}

static int teardown(void **state)
{
    test_pty_close(&pty);
    mc_loop_free(loop);
    unlink(file);
    return rmdir(dir); /* nothing else was left there */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_fails_once),
        cmocka_unit_test(each_system_call_fails_once),
        cmocka_unit_test(an_interrupted_call_is_repeated),
        cmocka_unit_test(a_file_is_never_half_written),
    };
    return cmocka_run_group_tests_name("io/failures", tests, setup, teardown);
}
