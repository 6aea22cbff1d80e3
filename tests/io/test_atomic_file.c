/* SPDX-License-Identifier: MIT */
#include "alloc_fail.h"
#include "scratch.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/io/atomic_file.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[SCRATCH_BYTES], path[64], temporary[80];

static int setup(void **state)
{
    if (scratch_make(dir) < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/budget", dir);
    snprintf(temporary, sizeof(temporary), "%s.new", path);
    return 0;
}

static int teardown(void **state)
{
    unlink(path);
    unlink(temporary);
    rmdir(path);
    return rmdir(dir);
}

static void assert_content(const char *expected, size_t expected_len)
{
    char *data = NULL;
    size_t len;

    assert_int_equal(mc_file_read(path, 1000, &data, &len), 0);
    assert_int_equal(len, expected_len);
    assert_memory_equal(data, expected, expected_len);
    assert_int_equal(data[len], '\0');
    free(data);
}

static void what_is_written_is_read(void **state)
{
    struct stat st;

    assert_int_equal(mc_file_write(path, "a\0b\n", 4, 0640), 0);
    assert_content("a\0b\n", 4);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(mc_file_write(path, "", 0, 0600), 0);
    assert_content("", 0);
    assert_int_equal(mc_file_replace(path, "note", 4, 0600), 0);
    assert_content("note", 4);
    assert_int_equal(access(temporary, F_OK), -1);
}

static void a_power_cut_leaves_nothing_in_the_way(void **state)
{
    assert_int_equal(symlink("/etc/passwd", temporary), 0); /* and nothing is written through it */
    assert_int_equal(mc_file_write(path, "new", 3, 0600), 0);
    assert_content("new", 3);
}

static void a_symlink_leads_to_what_is_written(void **state)
{
    char link[96], *target = NULL;

    snprintf(link, sizeof(link), "%s/link", dir);
    assert_int_equal(mc_file_target(path, &target), 0); /* a free name */
    assert_string_equal(target, path);
    free(target);
    assert_int_equal(symlink("budget", link), 0);
    assert_int_equal(mc_file_target(link, &target), -ENOENT);
    assert_int_equal(mc_file_write(path, "x", 1, 0600), 0);
    assert_int_equal(mc_file_target(link, &target), 0);
    assert_string_equal(strrchr(target, '/'), "/budget");
    free(target);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(symlink("link", link), 0);
    assert_int_equal(mc_file_target(link, &target), -ELOOP);
    assert_int_equal(unlink(link), 0);
}

static void errors_leave_the_old_file(void **state)
{
    struct rlimit before, tiny = {.rlim_cur = 2, .rlim_max = RLIM_INFINITY};
    char missing[96];

    assert_int_equal(mc_file_write(path, "old", 3, 0600), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tiny.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tiny), 0); /* the third byte does not fit: as on a full disk */
    int r = mc_file_write(path, "new content", 11, 0600);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(r, -EFBIG);
    assert_content("old", 3);
    assert_int_equal(access(temporary, F_OK), -1);

    snprintf(missing, sizeof(missing), "%s/none/budget", dir);
    assert_int_equal(mc_file_write(missing, "x", 1, 0600), -ENOENT);
    snprintf(missing, sizeof(missing), "%s/budget", path);
    assert_int_equal(mc_file_write(missing, "x", 1, 0600), -ENOTDIR);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(mc_file_write(path, "x", 1, 0600), -EISDIR);
    assert_int_equal(access(temporary, F_OK), -1);
}

static void odd_files_are_refused(void **state)
{
    char *data = NULL;
    size_t len;

    assert_int_equal(mc_file_read(path, 1000, &data, &len), -ENOENT);
    assert_int_equal(mc_file_write(path, "12345", 5, 0600), 0);
    assert_int_equal(mc_file_read(path, 4, &data, &len), -EFBIG);
    assert_int_equal(mc_file_read(path, 5, &data, NULL), 0);
    free(data);
    data = NULL;
    assert_int_equal(mc_file_read(dir, 1000, &data, &len), -EISDIR);
    assert_int_equal(mc_file_read("/dev/zero", 1000, &data, &len), -ENODEV);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(mc_file_read(path, 1000, &data, &len), -ENODEV); /* and does not hang */
    assert_null(data);
}

static void no_memory_is_reported(void **state)
{
    char *data = NULL;

    assert_int_equal(mc_file_write(path, "x", 1, 0600), 0);
    alloc_fail_at(1);
    assert_int_equal(mc_file_read(path, 1000, &data, NULL), -ENOMEM);
    assert_true(alloc_fail_stop());
    assert_null(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(a_power_cut_leaves_nothing_in_the_way, setup, teardown),
        cmocka_unit_test_setup_teardown(a_symlink_leads_to_what_is_written, setup, teardown),
        cmocka_unit_test_setup_teardown(errors_leave_the_old_file, setup, teardown),
        cmocka_unit_test_setup_teardown(odd_files_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(no_memory_is_reported, setup, teardown),
    };
    signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests_name("io/atomic_file", tests, NULL, NULL);
}
