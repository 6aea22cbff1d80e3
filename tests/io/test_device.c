/* SPDX-License-Identifier: MIT */
#include "pty.h"
#include "scratch.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/io/device.h>
#include <microcat/io/pathwatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder of its own for each test, with the names of what is made in it. */
struct bed {
    struct mc_loop *loop;
    struct mc_device_watch *watch;
    char dir[32], sub[64], link[96], far_link[64];
    unsigned added, removed;
    bool free_in_callback;
    struct mc_device device;
};

static void on_added(void *ctx, const struct mc_device *device)
{
    struct bed *bed = ctx;

    assert_int_equal(bed->added, bed->removed); /* by turns */
    bed->added++;
    bed->device = *device;
    if (bed->free_in_callback) {
        mc_device_watch_free(bed->watch);
        bed->watch = NULL;
    }
}

static void on_removed(void *ctx)
{
    struct bed *bed = ctx;

    bed->removed++;
    assert_int_equal(bed->added, bed->removed);
    if (bed->free_in_callback) {
        mc_device_watch_free(bed->watch);
        bed->watch = NULL;
    }
}

static const struct mc_device_events events = {on_added, on_removed};

static bool one_added(void *ctx)
{
    return ((struct bed *)ctx)->added == 1;
}

static bool one_removed(void *ctx)
{
    return ((struct bed *)ctx)->removed == 1;
}

static bool two_added(void *ctx)
{
    return ((struct bed *)ctx)->added == 2;
}

static void start(struct bed *bed)
{
    memset(bed, 0, sizeof(*bed));
    assert_int_equal(scratch_make(bed->dir), 0);
    snprintf(bed->sub, sizeof(bed->sub), "%s/by-id", bed->dir);
    snprintf(bed->link, sizeof(bed->link), "%s/modem", bed->sub);
    snprintf(bed->far_link, sizeof(bed->far_link), "%s/far", bed->dir);
    assert_int_equal(mc_loop_new(&bed->loop), 0);
}

static void watch_path(struct bed *bed, const char *path)
{
    const struct mc_device_want want = {.path = path};

    assert_int_equal(mc_device_watch_new(bed->loop, &want, &events, bed, &bed->watch), 0);
    assert_int_equal(bed->added, 0);
}

static void stop(struct bed *bed)
{
    mc_device_watch_free(bed->watch);
    mc_loop_free(bed->loop);
    scratch_remove(bed->dir);
}

static void a_pty_is_found_and_missed(void **state)
{
    struct test_pty pty;
    struct bed bed;

    start(&bed);
    assert_int_equal(test_pty_open(&pty), 0);
    watch_path(&bed, pty.path);
    assert_null(mc_device_watch_current(bed.watch));
    assert_true(test_wait(bed.loop, one_added, &bed, 5000));
    assert_string_equal(bed.device.path, pty.path);
    assert_string_equal(bed.device.vendor_id, "");
    assert_string_equal(mc_device_watch_current(bed.watch)->path, pty.path);
    test_pty_close(&pty);
    mc_device_watch_recheck(bed.watch); /* as after the transport's on_closed */
    assert_true(test_wait(bed.loop, one_removed, &bed, 5000));
    assert_null(mc_device_watch_current(bed.watch));
    stop(&bed);
}

/* /dev/serial/by-id is made with the first device and removed with the last one. */
static void a_symlink_in_a_folder_to_come_is_followed(void **state)
{
    struct test_pty pty;
    struct bed bed;

    start(&bed);
    assert_int_equal(test_pty_open(&pty), 0);
    watch_path(&bed, bed.far_link);
    assert_int_equal(symlink("by-id/modem", bed.far_link), 0); /* relative, leads nowhere yet */
    assert_int_equal(mkdir(bed.sub, 0700), 0);
    assert_int_equal(symlink(pty.path, bed.link), 0);
    assert_true(test_wait(bed.loop, one_added, &bed, 5000));
    assert_string_equal(bed.device.path, bed.far_link);
    assert_int_equal(unlink(bed.link), 0);
    assert_int_equal(rmdir(bed.sub), 0);
    assert_true(test_wait(bed.loop, one_removed, &bed, 5000));
    assert_int_equal(mkdir(bed.sub, 0700), 0);
    assert_int_equal(symlink(pty.path, bed.link), 0);
    assert_true(test_wait(bed.loop, two_added, &bed, 5000));
    test_pty_close(&pty);
    stop(&bed);
}

static void a_quick_replug_shows_as_both(void **state)
{
    struct test_pty pty;
    struct bed bed;

    start(&bed);
    assert_int_equal(test_pty_open(&pty), 0);
    assert_int_equal(mkdir(bed.sub, 0700), 0);
    assert_int_equal(symlink(pty.path, bed.link), 0);
    watch_path(&bed, bed.link);
    assert_true(test_wait(bed.loop, one_added, &bed, 5000));
    assert_int_equal(unlink(bed.link), 0);
    assert_int_equal(symlink(pty.path, bed.link), 0); /* the same device number as before */
    assert_true(test_wait(bed.loop, two_added, &bed, 5000));
    assert_int_equal(bed.removed, 1);
    test_pty_close(&pty);
    stop(&bed);
}

static bool looked(void *ctx)
{
    return !mc_timer_armed(ctx);
}

static void nothing(void *ctx)
{
}

/* Turns the loop until everything that is due has been done. */
static void settle(struct mc_loop *loop)
{
    struct mc_timer timer;

    mc_timer_init(&timer, "settle", nothing, NULL);
    for (int i = 0; i < 3; i++) {
        mc_timer_arm(&timer, mc_loop_timers(loop), 0);
        assert_true(test_wait(loop, looked, &timer, 5000));
    }
}

static void what_is_no_device_is_not_taken(void **state)
{
    struct bed bed;

    start(&bed);
    watch_path(&bed, bed.far_link);
    int fd = open(bed.far_link, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    settle(bed.loop);
    assert_int_equal(unlink(bed.far_link), 0);
    assert_int_equal(symlink("far", bed.far_link), 0); /* to itself */
    settle(bed.loop);
    assert_int_equal(bed.added, 0);
    stop(&bed);
}

static void freeing_from_callbacks_is_safe(void **state)
{
    struct test_pty pty;
    struct bed bed;

    start(&bed);
    assert_int_equal(test_pty_open(&pty), 0);
    bed.free_in_callback = true;
    watch_path(&bed, pty.path);
    assert_true(test_wait(bed.loop, one_added, &bed, 5000));
    assert_null(bed.watch);
    bed.added = 0;
    bed.free_in_callback = false;
    watch_path(&bed, pty.path);
    assert_true(test_wait(bed.loop, one_added, &bed, 5000));
    bed.free_in_callback = true;
    test_pty_close(&pty);
    mc_device_watch_recheck(bed.watch);
    assert_true(test_wait(bed.loop, one_removed, &bed, 5000));
    assert_null(bed.watch);
    stop(&bed);
}

/* No such USB device can exist: the vendor number 0000 is not given out. */
static void an_identity_that_nobody_has_is_not_found(void **state)
{
    const struct mc_device_want want = {.usb_ids = "0000:0000", .usb_serial = "x"};
    struct bed bed;

    start(&bed);
    assert_int_equal(mc_device_watch_new(bed.loop, &want, &events, &bed, &bed.watch), 0);
    settle(bed.loop);
    assert_int_equal(bed.added, 0);
    stop(&bed);
}

static void what_is_wanted_is_checked(void **state)
{
    const struct mc_device_want bad[] = {
        {.usb_ids = ""}, {.usb_ids = NULL}, {.usb_ids = "388b"}, {.path = "ttyACM0"}, {.path = ""},
    };
    struct bed bed;

    start(&bed);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(mc_device_watch_new(bed.loop, &bad[i], &events, &bed, &bed.watch), -EINVAL);
    stop(&bed);
}

static void identities_are_checked_and_matched(void **state)
{
    static const struct {
        const char *list;
        int check;
        bool match; /* 388b:ca71 */
    } rows[] = {
        {"388b:ca71", 0, true},
        {"388B:CA71", 0, true},
        {"1234:abcd 388b:ca71", 0, true},
        {" 1234:abcd,388b:ca71 ", 0, true},
        {"1234:abcd", 0, false},
        {"ca71:388b", 0, false},
        {"", -EINVAL, false},
        {"  ", -EINVAL, false},
        {"388b", -EINVAL, false},
        {"388b:ca7", -EINVAL, false},
        {"388b:ca711", -EINVAL, false},
        {"388b-ca71", -EINVAL, false},
        {"388g:ca71", -EINVAL, false},
        {"388b:ca71;1234:abcd", -EINVAL, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(mc_device_check_ids(rows[i].list), rows[i].check);
        assert_int_equal(mc_device_match_ids(rows[i].list, "388b", "ca71"), rows[i].match);
    }
    assert_int_equal(mc_device_check_ids(NULL), -EINVAL);
    assert_false(mc_device_match_ids("388b:ca71", "", "")); /* not a USB device */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pty_is_found_and_missed),      cmocka_unit_test(a_symlink_in_a_folder_to_come_is_followed),
        cmocka_unit_test(a_quick_replug_shows_as_both),   cmocka_unit_test(what_is_no_device_is_not_taken),
        cmocka_unit_test(freeing_from_callbacks_is_safe), cmocka_unit_test(an_identity_that_nobody_has_is_not_found),
        cmocka_unit_test(what_is_wanted_is_checked),      cmocka_unit_test(identities_are_checked_and_matched),
    };
    return cmocka_run_group_tests_name("io/device", tests, NULL, NULL);
}
