/* SPDX-License-Identifier: MIT */
/*
 * Finding boards by USB identity, on a /sys and /run of the test's own: in a root directory that has nothing else, the
 * test plugs and unplugs boards by making folders. The news of hot-plug cannot be made this way (the
 * machine tier does it for real); the test says "recheck" in their place.
 */
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/io/device.h>
#include <sandbox.h>
#include <scratch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

/* Makes the folders of a path and writes a file there. */
static void put(const char *content, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(const char *content, const char *fmt, ...)
{
    char path[256];
    va_list args;

    va_start(args, fmt);
    vsnprintf(path, sizeof(path), fmt, args);
    va_end(args);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static void put_link(const char *target, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put_link(const char *target, const char *fmt, ...)
{
    char path[256];
    va_list args;

    va_start(args, fmt);
    vsnprintf(path, sizeof(path), fmt, args);
    va_end(args);
    unlink(path);
    assert_int_equal(symlink(target, path), 0);
}

#define BUS "/sys/devices/pci0000:00/usb1"

static void plug_board(const char *port, const char *vendor, const char *product, const char *serial)
{
    put("DEVTYPE=usb_device\n", BUS "/%s/uevent", port);
    put(vendor, BUS "/%s/idVendor", port);
    put(product, BUS "/%s/idProduct", port);
    if (serial)
        put(serial, BUS "/%s/serial", port);
    put("MicroCat.1\n", BUS "/%s/product", port);
    put_link("/sys/bus/usb", BUS "/%s/subsystem", port);
}

static void plug_tty(const char *port, unsigned interface, unsigned minor_)
{
    char dir[160], text[64], number[16];

    snprintf(dir, sizeof(dir), BUS "/%s/%s:1.%u", port, port, interface);
    put("DEVTYPE=usb_interface\n", "%s/uevent", dir);
    snprintf(text, sizeof(text), "%02x\n", interface);
    put(text, "%s/bInterfaceNumber", dir);
    put_link("/sys/bus/usb", "%s/subsystem", dir);
    snprintf(dir + strlen(dir), sizeof(dir) - strlen(dir), "/tty/ttyACM%u", minor_);
    snprintf(text, sizeof(text), "MAJOR=166\nMINOR=%u\nDEVNAME=ttyACM%u\n", minor_, minor_);
    put(text, "%s/uevent", dir);
    snprintf(number, sizeof(number), "166:%u", minor_);
    put(number, "%s/dev", dir);
    put_link("/sys/class/tty", "%s/subsystem", dir);
    put_link(dir, "/sys/class/tty/ttyACM%u", minor_);
    put_link(dir, "/sys/dev/char/%s", number);
}

/* The string of the tty's control interface. */
static void name_interface(const char *port, unsigned interface, const char *name)
{
    put(name, BUS "/%s/%s:1.%u/interface", port, port, interface);
}

static void unplug(const char *port, unsigned minor_)
{
    char path[128];

    snprintf(path, sizeof(path), "/sys/class/tty/ttyACM%u", minor_);
    unlink(path);
    snprintf(path, sizeof(path), "/sys/dev/char/166:%u", minor_);
    unlink(path);
    snprintf(path, sizeof(path), BUS "/%s", port);
    assert_int_equal(test_tree_remove(path), 0);
}

struct bed {
    char dir[64];
    struct test_root back;
    struct mc_loop *loop;
    struct mc_device_watch *watch;
    unsigned added, removed;
    struct mc_device device;
};

static void on_added(void *ctx, const struct mc_device *device)
{
    struct bed *bed = ctx;

    bed->added++;
    bed->device = *device;
}

static void on_removed(void *ctx)
{
    ((struct bed *)ctx)->removed++;
}

static const struct mc_device_events events = {on_added, on_removed};

static int setup(void **state)
{
    struct bed *bed = calloc(1, sizeof(*bed));

    if (scratch_make(bed->dir) < 0)
        return -1;
    if (test_root_enter(&bed->back, bed->dir) < 0) {
        rmdir(bed->dir);
        return -1;
    }
    put("", "/sys/bus/usb/devices/.keep");
    put("", "/sys/class/tty/.keep");
    put("", "/sys/dev/char/.keep");
    *state = bed;
    return mc_loop_new(&bed->loop);
}

static int teardown(void **state)
{
    struct bed *bed = *state;

    mc_device_watch_free(bed->watch);
    mc_loop_free(bed->loop);
    test_root_leave(&bed->back);
    scratch_remove(bed->dir);
    free(bed);
    return 0;
}

static void nothing(void *ctx)
{
}

static bool fired(void *ctx)
{
    return !mc_timer_armed(ctx);
}

/* Stands for the news from the kernel; then turns the loop until everything that is due has been done. */
static void recheck(struct bed *bed)
{
    struct mc_timer timer;

    mc_device_watch_recheck(bed->watch);
    mc_timer_init(&timer, "recheck", nothing, NULL);
    for (int i = 0; i < 4; i++) {
        mc_timer_arm(&timer, mc_loop_timers(bed->loop), 0);
        assert_true(test_wait(bed->loop, fired, &timer, 5000));
    }
}

static void watch_for(struct bed *bed, const struct mc_device_want *want)
{
    assert_int_equal(mc_device_watch_new(bed->loop, want, &events, bed, &bed->watch), 0);
    recheck(bed);
}

static void watch(struct bed *bed, const char *path, const char *ids, const char *serial)
{
    watch_for(bed, &(struct mc_device_want){.path = path, .usb_ids = ids, .usb_serial = serial});
}

static void a_board_is_found_with_its_names(void **state)
{
    struct bed *bed = *state;

    plug_board("1-1", "388b\n", "ca71\n", "E66123\n");
    plug_tty("1-1", 0, 0);
    watch(bed, NULL, "388b:ca71", "");
    assert_int_equal(bed->added, 1);
    assert_string_equal(bed->device.path, "/dev/ttyACM0");
    assert_string_equal(bed->device.vendor_id, "388b");
    assert_string_equal(bed->device.product_id, "ca71");
    assert_string_equal(bed->device.serial, "E66123");
    assert_string_equal(bed->device.product, "MicroCat.1");
}

static void other_devices_are_left_alone(void **state)
{
    struct bed *bed = *state;

    plug_board("1-1", "2341", "0043", NULL);
    plug_tty("1-1", 0, 0);
    put("MAJOR=4\nMINOR=64\nDEVNAME=ttyS0\n", "/sys/devices/platform/serial/tty/ttyS0/uevent"); /* not on USB */
    put_link("/sys/class/tty", "/sys/devices/platform/serial/tty/ttyS0/subsystem");
    put_link("/sys/devices/platform/serial/tty/ttyS0", "/sys/class/tty/ttyS0");
    watch(bed, NULL, "388b:ca71", "");
    assert_int_equal(bed->added, 0);
}

static void of_several_boards_the_serial_number_picks(void **state)
{
    struct bed *bed = *state;

    plug_board("1-1", "388b", "ca71", "AAA");
    plug_tty("1-1", 0, 1);
    plug_board("1-2", "388b", "ca71", "BBB");
    plug_tty("1-2", 0, 0);
    watch(bed, NULL, "1234:abcd 388b:ca71", "BBB");
    assert_string_equal(bed->device.path, "/dev/ttyACM0");
    mc_device_watch_free(bed->watch);
    watch(bed, NULL, "1234:abcd 388b:ca71", "");
    assert_string_equal(bed->device.path, "/dev/ttyACM1"); /* else the first by its place on the bus */
    mc_device_watch_free(bed->watch);
    watch(bed, NULL, "1234:abcd 388b:ca71", "CCC");
    assert_int_equal(bed->added, 2);
}

static void of_a_composite_device_the_first_tty_is_taken(void **state)
{
    struct bed *bed = *state;

    plug_board("1-1", "388b", "ca71", "E66123");
    plug_tty("1-1", 2, 0); /* the numbers of the names say nothing */
    plug_tty("1-1", 0, 1);
    plug_tty("1-1", 10, 2);
    watch(bed, NULL, "388b:ca71", "");
    assert_int_equal(bed->added, 1);
    assert_string_equal(bed->device.path, "/dev/ttyACM1");
}

/* A bridge has the REPL's tty beside the modem's. */
static void the_tty_is_chosen_by_the_name_of_its_interface(void **state)
{
    struct bed *bed = *state;

    plug_board("1-1", "388b", "ca71", "E66123");
    plug_tty("1-1", 0, 0);
    name_interface("1-1", 0, "Board CDC\n");
    plug_tty("1-1", 2, 1);
    name_interface("1-1", 2, "MicroCat.1 modem\n");
    plug_tty("1-1", 4, 2);
    name_interface("1-1", 4, "MicroCat.1 modem 2\n");
    watch(bed, NULL, "388b:ca71", "");
    assert_int_equal(bed->added, 1);
    assert_string_equal(bed->device.path, "/dev/ttyACM1");
    assert_true(bed->device.bridge);
}

static void a_name_picks_among_the_ttys_of_a_board_not_among_boards(void **state)
{
    struct bed *bed = *state;

    plug_board("1-2", "388b", "ca71", "BBB");
    plug_tty("1-2", 2, 0);
    name_interface("1-2", 2, "MicroCat.1 modem\n");
    plug_board("1-1", "388b", "ca71", "AAA");
    plug_tty("1-1", 0, 1);
    watch(bed, NULL, "388b:ca71", "");
    assert_string_equal(bed->device.serial, "AAA");
    assert_false(bed->device.bridge); /* its lines are nobody's promise */
}

static void a_setting_names_the_interface_by_number_or_by_name(void **state)
{
    static const struct {
        const char *setting, *path; /* NULL: none will do */
    } rows[] = {
        {"0", "/dev/ttyACM0"},
        {"2", "/dev/ttyACM1"},
        {"10", "/dev/ttyACM2"},
        {"CDC Abstract", "/dev/ttyACM2"},
        {"MicroCat.1 modem", "/dev/ttyACM1"},
        {"1", NULL},
        {"256", NULL},
        {"MicroCat.1", NULL},
    };
    struct bed *bed = *state;

    plug_board("1-1", "388b", "ca71", "E66123");
    plug_tty("1-1", 0, 0);
    plug_tty("1-1", 2, 1);
    name_interface("1-1", 2, "MicroCat.1 modem\n");
    plug_tty("1-1", 10, 2);
    name_interface("1-1", 10, "CDC Abstract\n");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bed->added = 0;
        watch_for(bed, &(struct mc_device_want){.usb_ids = "388b:ca71", .usb_interface = rows[i].setting});
        assert_int_equal(bed->added, rows[i].path ? 1 : 0);
        if (rows[i].path)
            assert_string_equal(bed->device.path, rows[i].path);
        mc_device_watch_free(bed->watch);
        bed->watch = NULL;
    }
}

static void the_named_tty_is_taken_though_it_came_last(void **state)
{
    struct bed *bed = *state;

    plug_board("1-1", "388b", "ca71", "E66123");
    plug_tty("1-1", 0, 0);
    watch(bed, NULL, "388b:ca71", "");
    assert_string_equal(bed->device.path, "/dev/ttyACM0");
    plug_tty("1-1", 2, 1);
    name_interface("1-1", 2, "MicroCat.1 modem\n");
    recheck(bed);
    assert_int_equal(bed->removed, 1);
    assert_int_equal(bed->added, 2);
    assert_string_equal(bed->device.path, "/dev/ttyACM1");
    recheck(bed); /* and there it stays */
    plug_tty("1-1", 4, 2);
    name_interface("1-1", 4, "MicroCat.1 modem\n");
    recheck(bed);
    assert_int_equal(bed->removed, 1);
    assert_int_equal(bed->added, 2);
}

static void a_board_that_went_comes_back_under_another_name(void **state)
{
    struct bed *bed = *state;

    plug_board("1-1", "388b", "ca71", "E66123");
    plug_tty("1-1", 0, 0);
    watch(bed, NULL, "388b:ca71", "");
    unplug("1-1", 0);
    recheck(bed);
    assert_int_equal(bed->removed, 1);
    assert_null(mc_device_watch_current(bed->watch));
    plug_board("1-1", "388b", "ca71", "E66123");
    plug_tty("1-1", 0, 3);
    recheck(bed);
    assert_int_equal(bed->added, 2);
    assert_string_equal(bed->device.path, "/dev/ttyACM3");
    unplug("1-1", 3); /* and both at once: one look finds another name */
    plug_board("1-1", "388b", "ca71", "E66123");
    plug_tty("1-1", 0, 0);
    recheck(bed);
    assert_int_equal(bed->removed, 2);
    assert_int_equal(bed->added, 3);
    assert_string_equal(bed->device.path, "/dev/ttyACM0");
}

static void a_board_in_use_is_kept(void **state)
{
    struct bed *bed = *state;

    plug_board("1-2", "388b", "ca71", "BBB");
    plug_tty("1-2", 0, 0);
    watch(bed, NULL, "388b:ca71", "");
    plug_board("1-1", "388b", "ca71", "AAA");
    plug_tty("1-1", 0, 1);
    recheck(bed);
    assert_int_equal(bed->added, 1);
    assert_int_equal(bed->removed, 0);
    unplug("1-2", 0);
    recheck(bed);
    assert_int_equal(bed->added, 2);
    assert_string_equal(bed->device.serial, "AAA");
}

static void udevd_is_waited_for_but_not_for_ever(void **state)
{
    struct bed *bed = *state;

    put("", "/run/udev/control");
    plug_board("1-1", "388b", "ca71", "E66123");
    plug_tty("1-1", 0, 0);
    watch(bed, NULL, "388b:ca71", "");
    assert_int_equal(bed->added, 0); /* its rules have not set owner and mode yet */
    put("I:12345678\n", "/run/udev/data/c166:0");
    recheck(bed);
    assert_int_equal(bed->added, 1);

    unplug("1-1", 0);
    assert_int_equal(unlink("/run/udev/data/c166:0"), 0);
    recheck(bed);
    assert_int_equal(bed->removed, 1);
    plug_board("1-1", "388b", "ca71", "E66123");
    plug_tty("1-1", 0, 0);
    recheck(bed);
    assert_int_equal(bed->added, 1);
    mc_timerq_advance(mc_loop_timers(bed->loop), mc_loop_clock_ms() + 4000);
    recheck(bed);
    assert_int_equal(bed->added, 2); /* a udevd that never finishes must not keep the link down */
}

static void a_fixed_path_has_its_usb_names_too(void **state)
{
    static const char node[] = "/dev/ttyACM7", link_[] = "/dev/modem";
    struct bed *bed = *state;

    mkdir("/dev", 0755);
    plug_board("1-1", "1209", "0001", "XYZ");
    plug_tty("1-1", 0, 7);
    if (mknod(node, S_IFCHR | 0600, makedev(166, 7)) < 0) {
        print_message("this machine refuses device nodes (%s): it takes root with CAP_MKNOD\n", strerror(errno));
        skip();
    }
    assert_int_equal(symlink("ttyACM7", link_), 0);
    watch(bed, link_, "388b:ca71", "");
    assert_int_equal(bed->added, 1);
    assert_string_equal(bed->device.path, link_);
    assert_string_equal(bed->device.vendor_id, "1209"); /* a path is a path, whatever the identity */
    assert_string_equal(bed->device.serial, "XYZ");
    unlink(link_);
    recheck(bed);
    assert_int_equal(bed->removed, 1);
    unlink(node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_board_is_found_with_its_names, setup, teardown),
        cmocka_unit_test_setup_teardown(other_devices_are_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(of_several_boards_the_serial_number_picks, setup, teardown),
        cmocka_unit_test_setup_teardown(of_a_composite_device_the_first_tty_is_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(the_tty_is_chosen_by_the_name_of_its_interface, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_picks_among_the_ttys_of_a_board_not_among_boards, setup, teardown),
        cmocka_unit_test_setup_teardown(a_setting_names_the_interface_by_number_or_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(the_named_tty_is_taken_though_it_came_last, setup, teardown),
        cmocka_unit_test_setup_teardown(a_board_that_went_comes_back_under_another_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_board_in_use_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(udevd_is_waited_for_but_not_for_ever, setup, teardown),
        cmocka_unit_test_setup_teardown(a_fixed_path_has_its_usb_names_too, setup, teardown),
    };

    setenv("SYSTEMD_DEVICE_VERIFY_SYSFS", "0", 1); /* libudev from systemd 251 on wants /sys to be sysfs */
    return cmocka_run_group_tests_name("io/device_usb", tests, NULL, NULL);
}
