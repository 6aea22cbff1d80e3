/* SPDX-License-Identifier: MIT */
/* A resolv.conf with our servers in it and without them, in a directory of the test's own. */
#include "scratch.h"
#include <errno.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/names_file.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define BLOCK                                                                                                          \
    "# microcatd gw: the servers of ppp0\nnameserver 100.127.0.53\nnameserver 100.127.1.53\n# microcatd gw: end\n"
#define ETHERNET "search lan\nnameserver 192.168.1.1\n"

static const char *const servers[] = {"100.127.0.53", "100.127.1.53"};
static struct mc_loop *loop;
static char dir[SCRATCH_BYTES];
static bool dead;

static bool reach(const char *address, const char *ifname)
{
    return !dead;
}

static struct mc_names_file *new_file(void)
{
    struct mc_names_file_place place = {scratch_path(dir, "resolv.conf"), "gw", reach};

    dead = false;
    return mc_names_file_new(loop, &place);
}

static bool holds(const char *name, const char *text)
{
    char data[2048] = "";
    FILE *file = fopen(scratch_path(dir, name), "re");
    size_t n = file != NULL ? fread(data, 1, sizeof(data) - 1, file) : 0;

    if (file != NULL)
        fclose(file);
    data[n] = '\0';
    return strcmp(data, text) == 0;
}

static void turn_until(const char *text)
{
    while (!holds("resolv.conf", text))
        assert_int_equal(mc_loop_turn(loop), 0);
}

/* What was there, what is there with our servers, how many are ours. Taken back, it is what was there. */
static void given_and_given_back(void **state)
{
    static const struct {
        const char *before, *given;
        int n;
    } rows[] = {
        {ETHERNET, ETHERNET BLOCK, 2},
        {"", BLOCK, 2},
        {"nameserver 192.168.1.1",
         "nameserver 192.168.1.1\n# microcatd gw: the servers of ppp0 (without a line's end before)\n"
         "nameserver 100.127.0.53\nnameserver 100.127.1.53\n# microcatd gw: end\n",
         2},
        {"nameserver 1.1.1.1\nnameserver 1.0.0.1\n",
         "nameserver 1.1.1.1\nnameserver 1.0.0.1\n# microcatd gw: the servers of ppp0\nnameserver 100.127.0.53\n"
         "# microcatd gw: end\n",
         1},
        {"nameserver 1.1.1.1\nnameserver 1.0.0.1\nnameserver 9.9.9.9\n",
         "nameserver 1.1.1.1\nnameserver 1.0.0.1\nnameserver 9.9.9.9\n", 0},
        {"# microcatd other: the servers of ppp1\nnameserver 10.0.0.1\n# microcatd other: end\n",
         "# microcatd other: the servers of ppp1\nnameserver 10.0.0.1\n# microcatd other: end\n" BLOCK, 2},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mc_names_file *file = new_file();
        struct stat st;

        scratch_write(dir, "resolv.conf", rows[i].before, 0640);
        assert_int_equal(mc_names_file_give(file, "ppp0", servers, 2), rows[i].n);
        assert_true(holds("resolv.conf", rows[i].given));
        mc_names_file_free(file); /* as after kill -9: the next one finds it by its marks */
        file = new_file();
        assert_int_equal(mc_names_file_take_back(file), rows[i].n > 0);
        assert_true(holds("resolv.conf", rows[i].before));
        assert_int_equal(stat(scratch_path(dir, "resolv.conf"), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0640);
        mc_names_file_free(file);
    }
}

static void untouched_when_nothing_is_ours(void **state)
{
    struct mc_names_file *file = new_file();
    struct stat before, after;

    scratch_write(dir, "resolv.conf", ETHERNET, 0644);
    stat(scratch_path(dir, "resolv.conf"), &before);
    assert_int_equal(mc_names_file_take_back(file), 0);
    stat(scratch_path(dir, "resolv.conf"), &after);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
    mc_names_file_free(file);
}

static void no_file_before(void **state)
{
    struct mc_names_file *file = new_file();

    unlink(scratch_path(dir, "resolv.conf"));
    assert_int_equal(mc_names_file_give(file, "ppp0", servers, 2), 2);
    assert_int_equal(mc_names_file_give(file, "ppp0", servers, 2), 2);
    assert_int_equal(mc_names_file_take_back(file), 1);
    assert_int_equal(access(scratch_path(dir, "resolv.conf"), F_OK), -1);
    mc_names_file_free(file);
}

static void a_symlink_stays_one(void **state)
{
    struct mc_names_file *file = new_file();
    struct stat st;

    unlink(scratch_path(dir, "resolv.conf"));
    scratch_write(dir, "target", ETHERNET, 0644);
    assert_int_equal(symlink("target", scratch_path(dir, "resolv.conf")), 0);
    assert_int_equal(mc_names_file_give(file, "ppp0", servers, 2), 2);
    assert_true(holds("target", ETHERNET BLOCK));
    assert_int_equal(mc_names_file_take_back(file), 1);
    assert_true(holds("target", ETHERNET));
    assert_int_equal(lstat(scratch_path(dir, "resolv.conf"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    unlink(scratch_path(dir, "resolv.conf"));
    mc_names_file_free(file);
}

static void written_by_others(void **state)
{
    struct mc_names_file *file = new_file();

    scratch_write(dir, "resolv.conf", ETHERNET, 0644);
    assert_int_equal(mc_names_file_give(file, "ppp0", servers, 2), 2);
    assert_false(mc_names_file_is_networkmanager(file));
    scratch_write(dir, "nm", "# Generated by NetworkManager\n", 0644); /* Ethernet was pulled */
    rename(scratch_path(dir, "nm"), scratch_path(dir, "resolv.conf"));
    turn_until("# Generated by NetworkManager\n" BLOCK);
    assert_true(mc_names_file_is_networkmanager(file));
    scratch_write(dir, "resolv.conf", ETHERNET, 0644); /* in place, as a shell does */
    turn_until(ETHERNET BLOCK);
    dead = true;
    mc_names_file_look(file);
    turn_until(BLOCK ETHERNET);
    dead = false;
    mc_names_file_look(file);
    turn_until(ETHERNET BLOCK);
    assert_int_equal(mc_names_file_take_back(file), 1);
    assert_true(holds("resolv.conf", ETHERNET));
    mc_names_file_free(file);
}

/* As in a container: it cannot be replaced, and is written where it is, longer and shorter. */
static void a_file_that_is_a_mount(void **state)
{
    char path[SCRATCH_BYTES + 32];

    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
        print_message("no mounts of our own: %s\n", strerror(errno));
        skip();
    }
    scratch_write(dir, "outside.conf", ETHERNET, 0644);
    scratch_write(dir, "resolv.conf", "", 0644);
    snprintf(path, sizeof(path), "%s", scratch_path(dir, "resolv.conf"));
    assert_int_equal(mount(scratch_path(dir, "outside.conf"), path, NULL, MS_BIND, NULL), 0);
    struct mc_names_file *file = new_file();
    assert_int_equal(mc_names_file_give(file, "ppp0", servers, 2), 2);
    assert_true(holds("outside.conf", ETHERNET BLOCK));
    assert_int_equal(mc_names_file_take_back(file), 1);
    assert_true(holds("outside.conf", ETHERNET));
    mc_names_file_free(file);
    assert_int_equal(access(scratch_path(dir, "resolv.conf.microcatd-gw"), F_OK), -1);
    assert_int_equal(umount(path), 0);
    assert_true(holds("resolv.conf", "")); /* what lies below is nobody's business */
}

static int set_up(void **state)
{
    return scratch_make(dir) < 0 ? -1 : mc_loop_new(&loop);
}

static int tear_down(void **state)
{
    mc_loop_free(loop);
    return scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_and_given_back), cmocka_unit_test(untouched_when_nothing_is_ours),
        cmocka_unit_test(no_file_before),       cmocka_unit_test(a_symlink_stays_one),
        cmocka_unit_test(written_by_others),    cmocka_unit_test(a_file_that_is_a_mount),
    };
    alarm(20);
    return cmocka_run_group_tests_name("ppp/names_file", tests, set_up, tear_down);
}
