/* SPDX-License-Identifier: MIT */
#include <microcat/host/networkmanager.h>
#include <scratch.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[SCRATCH_BYTES];

static int set_up(void **state)
{
    umask(0027); /* the service's */
    return scratch_make(dir);
}

static int tear_down(void **state)
{
    return scratch_remove(dir);
}

static const char *text_of(const char *name)
{
    static char text[512];
    FILE *file = fopen(scratch_path(dir, name), "re");

    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static unsigned mode_of(const char *name)
{
    struct stat st;

    assert_int_equal(stat(scratch_path(dir, name), &st), 0);
    return st.st_mode & 07777;
}

static void an_interface_is_named_and_forgotten(void **state)
{
    const char *folder = scratch_path(dir, "NetworkManager/conf.d");

    assert_int_equal(mc_networkmanager_hands_off(folder, "north", "ppp7"), 0);
    assert_int_equal(mc_networkmanager_hands_off(folder, "south", "lte2"), 0);
    assert_int_equal(mc_networkmanager_hands_off(folder, "north", "ppp0"), 0); /* in the place of the other */
    assert_string_equal(text_of("NetworkManager/conf.d/microcatd-north.conf"),
                        "# by microcatd, as long as it has this interface\n"
                        "[keyfile]\nunmanaged-devices+=interface-name:=ppp0\n"
                        "[device-microcatd-north]\nmatch-device=interface-name:=ppp0\nmanaged=0\n");
    assert_int_equal(mode_of("NetworkManager"), 0755);
    assert_int_equal(mode_of("NetworkManager/conf.d"), 0755);
    assert_int_equal(mode_of("NetworkManager/conf.d/microcatd-north.conf"), 0644);
    mc_networkmanager_forget(folder, "north");
    assert_int_equal(access(scratch_path(dir, "NetworkManager/conf.d/microcatd-north.conf"), F_OK), -1);
    assert_int_equal(access(scratch_path(dir, "NetworkManager/conf.d/microcatd-south.conf"), F_OK), 0);
    mc_networkmanager_forget(folder, "north"); /* nothing there: nothing done */
}

/* A folder that is there keeps its mode; a name that would say something else in its syntax is not written. */
static void others_things_stay(void **state)
{
    const char *folder = scratch_path(dir, "NetworkManager/conf.d");

    assert_int_equal(mkdir(scratch_path(dir, "NetworkManager"), 0700), 0);
    assert_int_equal(mc_networkmanager_hands_off(folder, "x", "ppp0;*"), -EINVAL);
    assert_int_equal(mc_networkmanager_hands_off(folder, "x", ""), -EINVAL);
    assert_int_equal(access(folder, F_OK), -1);
    assert_int_equal(mc_networkmanager_hands_off(folder, "x", "ppp0"), 0);
    assert_int_equal(mode_of("NetworkManager"), 0700);
    assert_int_equal(mc_networkmanager_hands_off("/proc/nowhere/conf.d", "x", "ppp0"), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_interface_is_named_and_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(others_things_stay, set_up, tear_down)};

    return cmocka_run_group_tests_name("ppp/networkmanager", tests, NULL, NULL);
}
