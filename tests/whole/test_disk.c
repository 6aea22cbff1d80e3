/* SPDX-License-Identifier: MIT */
/* A disk that is full, read-only or not there, and files that were damaged: the link comes up all the same. */
#include "whole.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sandbox.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void state_path(const struct whole *w, char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/state%s%s", w->dir, *name ? "/" : "", name);
}

static unsigned times_said(struct whole *w, const char *text)
{
    char *log = whole_read(w->daemon.log);
    unsigned n = 0;

    for (const char *at = log; (at = strstr(at, text)); at += strlen(text))
        n++;
    free(log);
    return n;
}

static int disk_fd = -1;
static const char *const files[] = {"budgets", "history", "modem", "call"};

/* ---- nothing can be written ---- */

/* A disk of its own in the place of the state's folder. */
static void put_disk(struct whole *w, bool read_only)
{
    char path[128], target[64];

    disk_fd = test_disk_new(64, read_only);
    assert_true(disk_fd >= 0);
    snprintf(target, sizeof(target), "/proc/%d/fd/%d", getpid(), disk_fd);
    state_path(w, path, sizeof(path), "");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink(target, path), 0);
}

static void fill(struct whole *w)
{
    char path[160], block[4096] = "";

    state_path(w, path, sizeof(path), "ballast");
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    while (write(fd, block, sizeof(block)) > 0)
        ;
    assert_int_equal(errno, ENOSPC);
    close(fd);
}

static void full(struct whole *w)
{
    put_disk(w, false);
    fill(w);
}

static void read_only(struct whole *w)
{
    put_disk(w, true);
}

static void take_disk(void)
{
    close(disk_fd);
    disk_fd = -1;
}

static void not_a_folder(struct whole *w)
{
    char path[128];

    state_path(w, path, sizeof(path), "");
    assert_int_equal(rmdir(path), 0);
    whole_write(w, "state", "a file\n", 0600);
}

static void folders_for_files(struct whole *w)
{
    char path[160];

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        state_path(w, path, sizeof(path), files[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
}

static const struct {
    const char *name;
    void (*happens)(struct whole *w);
    bool is_disk;
} disks[] = {
    {"full", full, true},
    {"read-only", read_only, true},
    {"not a folder", not_a_folder, false},
    {"folders for files", folders_for_files, false},
};

/* Said once a file, however often it is tried; and what must not be forgotten is kept in memory. */
static void comes_up_and_down(struct whole *w)
{
    char text[64];

    whole_online(w, "--profile=cold", NULL);
    for (int i = 0; i < 3; i++) {
        whole_ctl_says(w, "disconnect", 0, "PPP was cut");
        whole_ctl_says(w, "connect", 0, "Online");
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(text, sizeof(text), "/state/%s cannot be ", files[i]);
        if (times_said(w, text) > 1)
            fail_msg("said %u times: %s", times_said(w, text), text);
    }
    assert_int_equal(times_said(w, "/state/budgets cannot be "), 1);
    assert_int_equal(whole_sim_count(w, "dials"), 4);
}

static void write_nothing(struct whole *w, size_t row)
{
    disks[row].happens(w);
    comes_up_and_down(w);
    whole_end(w);
    if (disks[row].is_disk)
        take_disk();
}

static const char *disk(size_t row)
{
    return disks[row].name;
}

static void cannot_be_written(void **state)
{
    whole_rows(sizeof(disks) / sizeof(disks[0]), disk, write_nothing);
}

/* A wrong PIN is tried once in a life of the daemon even when that cannot be written down. */
static void pin_is_kept_in_memory(void **state)
{
    struct whole *w = *state;

    full(w);
    whole_config(w, "[SIM]\nPIN=1111\n");
    whole_sim_start(w, "--profile=cold|--profile=sim-pin=4711");
    whole_start(w, NULL);
    whole_wait(w, "held");
    assert_int_equal(whole_sim_count(w, "pin_attempts"), 1);
    assert_int_equal(whole_ctl(w, "reconnect"), 1);
    whole_wait(w, "held");
    assert_int_equal(whole_sim_count(w, "pin_attempts"), 1);
    whole_end(w);
    take_disk();
}

/* What a daemon that knew no key wrote of a PIN counts on, and is put under the machine's key at once. */
static void a_pin_of_an_older_daemon_counts(void **state)
{
    struct whole *w = *state;
    char path[160];

    whole_write(w, "state/budgets", "microcatd-budgets 1\npin 8942310000000000012 79846ee54a90f617\n", 0600);
    whole_config(w, "[SIM]\nPIN=1111\n");
    whole_start(w, NULL);
    whole_wait(w, "absent");
    state_path(w, path, sizeof(path), "budgets");
    char *budgets = whole_read(path);
    assert_null(strstr(budgets, "79846ee54a90f617"));
    assert_non_null(strstr(budgets, "\nkeyed-pin "));
    free(budgets);
    whole_sim_start(w, "--profile=cold|--profile=sim-pin=4711");
    whole_wait(w, "held");
    assert_string_equal(whole_get(w, "fault.code"), "sim-pin-wrong");
    whole_stop(w, 20000);
    whole_start(w, NULL); /* and from the file as it is now */
    whole_wait(w, "held");
    assert_int_equal(whole_sim_count(w, "pin_attempts"), 0);
    whole_end(w);
}

/* The disk is full, and then it is not any more. */
static void room_again(void **state)
{
    struct whole *w = *state;
    char path[160];

    full(w);
    whole_online(w, NULL, NULL);
    whole_said(w, &w->daemon, "budgets cannot be written: No space left on device");
    state_path(w, path, sizeof(path), "ballast");
    assert_int_equal(unlink(path), 0);
    whole_ctl_says(w, "disconnect", 0, "");
    whole_ctl_says(w, "connect", 0, "Online");
    whole_said(w, &w->daemon, "budgets can be written again");
    state_path(w, path, sizeof(path), "budgets");
    assert_int_equal(access(path, F_OK), 0);
    whole_end(w);
    take_disk();
}

/* ---- damaged files ---- */

static const struct {
    const char *name, *content;
} damages[] = {
    {"garbage", "\x01\x02garbage \xff\xfe\n\nmore of it"},
    {"another program's", "{\"json\": [1, 2, 3]}\n"},
    {"cut off", "microcat-"},
};

static void assert_kept_aside(struct whole *w, const char *name, const char *content)
{
    char path[160], *text;

    snprintf(path, sizeof(path), "%s/state/%s.bad", w->dir, name);
    text = whole_read(path);
    if (strcmp(text, content) != 0)
        fail_msg("%s has \"%s\"", path, text);
    free(text);
    snprintf(path, sizeof(path), "kept aside as %s/state/%s.bad", w->dir, name);
    assert_int_equal(times_said(w, path), 1);
}

static void damage(struct whole *w, size_t row)
{
    const char *content = damages[row].content;
    char name[32];

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(name, sizeof(name), "state/%s", files[i]);
        whole_write(w, name, content, 0600);
    }
    whole_online(w, "--profile=cold", NULL);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (strcmp(files[i], "modem") != 0 || strchr(content, '\n') == NULL || row == 0)
            assert_kept_aside(w, files[i], content);
    assert_string_equal(whole_get(w, "modem.model"), "SIM7672JP-MNGV");
    whole_stop(w, 20000);
    unlink(w->daemon.log); /* what was written then is sound */
    whole_start(w, NULL);
    whole_wait(w, "online");
    assert_int_equal(times_said(w, ".bad"), 0);
    whole_end(w);
}

static const char *damage_name(size_t row)
{
    return damages[row].name;
}

static void damaged(void **state)
{
    whole_rows(sizeof(damages) / sizeof(damages[0]), damage_name, damage);
}

/* A FIFO or a monster in a file's place neither hangs the start nor eats the memory. */
static void not_files(void **state)
{
    struct whole *w = *state;
    char path[160];

    state_path(w, path, sizeof(path), "budgets");
    assert_int_equal(mkfifo(path, 0600), 0);
    state_path(w, path, sizeof(path), "history");
    assert_int_equal(truncate((whole_write(w, "state/history", "", 0600), path), 1LL << 33), 0);
    whole_online(w, NULL, NULL);
    whole_said(w, &w->daemon, "history: is larger than anything that was written there; kept aside as");
    assert_true(whole_anon_kib(w) < 200000);
    whole_end(w);
}

/* ---- one folder, two daemons ---- */

static void two_daemons(void **state)
{
    struct whole *w = *state;
    char words[160], says[256], place[128];

    whole_online(w, NULL, NULL);
    snprintf(says, sizeof(says), "[Modem]\nDevice=%s/none\n[PDP]\nAPN=a\n[Control]\nSocket=%s2\n", w->dir, w->socket);
    whole_write(w, "conf2", says, 0600);
    snprintf(words, sizeof(words), "--config=%s/conf2", w->dir);
    snprintf(place, sizeof(place), "STATE_DIRECTORY=%s/state", w->dir);
    whole_spawn(w, &w->other, getenv("MICROCATD"), words, place, 0);
    snprintf(says, sizeof(says), "/state is in use by another microcatd (process %d)", (int)w->daemon.pid);
    whole_said(w, &w->other, says);
    whole_said(w, &w->other, "there is no "); /* it runs all the same */
    kill(w->other.pid, SIGTERM);
    assert_int_equal(whole_ended(w, &w->other), 0);
    assert_string_equal(whole_get(w, "state"), "online");
    state_path(w, words, sizeof(words), "history");
    char *history = whole_read(words);
    assert_null(strstr(history, "no-device"));
    free(history);
    whole_kill(&w->daemon, SIGKILL); /* pppd lives on, but the folder is free */
    whole_start(w, NULL);
    whole_wait(w, "online");
    assert_int_equal(times_said(w, "in use by another"), 0);
    whole_end(w);
}

/* A day of the signal: none yet, measured at rest, kept over a restart, and a foreign file is kept aside. */
static void signal_outlives_the_daemon(void **state)
{
    struct whole *w = *state;

    whole_config(w, "[Modem]\nSampleInterval=10s\n");
    whole_start(w, NULL);
    whole_ctl_says(w, "signal", 0, "No signal has been measured in the last 24 h: no board is plugged in.");
    whole_sim_start(w, "--profile=warm");
    whole_wait(w, "online");
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    whole_ctl_says(w, "signal", 0, "RSRP  now");
    whole_ctl_says(w, "signal|--csv", 0, "time,rssi_dbm,rsrp_dbm");
    whole_ctl_says(w, "signal|--csv|--json", 2, "one of --json, --csv and --svg=FILE");
    whole_ctl_says(w, "signal|--json", 0, "\"interval_s\":10.0");
    whole_stop(w, 20000);
    whole_start(w, NULL);
    whole_ctl_says(w, "signal", 0, "median");
    whole_stop(w, 20000);
    whole_write(w, "state/signal", "microcat-history 1\n", 0600);
    whole_start(w, NULL);
    whole_said(w, &w->daemon, "state/signal: is damaged, or no day of the signal; kept aside as");
    whole_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(signal_outlives_the_daemon),
        cmocka_unit_test(cannot_be_written),
        WHOLE_TEST(pin_is_kept_in_memory),
        WHOLE_TEST(a_pin_of_an_older_daemon_counts),
        WHOLE_TEST(room_again),
        cmocka_unit_test(damaged),
        WHOLE_TEST(not_files),
        WHOLE_TEST(two_daemons),
    };

    return cmocka_run_group_tests_name("whole: disk", tests, whole_world, NULL);
}
