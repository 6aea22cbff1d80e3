/* SPDX-License-Identifier: MIT */
/* Texts that outlive the process: replaced as a whole, and trouble said once. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "scratch.h"
#include <microcat/base/log.h>
#include <microcat/daemon/state_store.h>

static char dir[SCRATCH_BYTES];
static char said[4096];
static struct mc_state_store *store;

static void hear(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields,
                 const char *message)
{
    strcat(strcat(said, message), "\n");
}

static int open_store(void **state)
{
    assert_int_equal(scratch_make(dir), 0);
    *said = '\0';
    mc_log_set_sink(hear, NULL);
    store = mc_state_store_new(dir, NULL);
    return store ? 0 : -1;
}

static int close_store(void **state)
{
    mc_state_store_free(store);
    mc_log_set_sink(NULL, NULL);
    return scratch_remove(dir);
}

static int load_is(const char *name, const char *expected)
{
    char *text = NULL;
    size_t len = 0;
    int r = mc_state_store_load(store, name, 100, &text, &len);

    if (r == 0) {
        assert_string_equal(text, expected);
        assert_int_equal(len, strlen(expected));
    }
    free(text);
    return r;
}

static void what_was_saved_is_loaded(void **state)
{
    struct stat st;

    assert_int_equal(load_is("budgets", ""), -ENOENT);
    assert_int_equal(mc_state_store_save(store, "budgets", "one\n", 4), 0);
    assert_int_equal(load_is("budgets", "one\n"), 0);
    assert_int_equal(mc_state_store_save(store, "budgets", "", 0), 0);
    assert_int_equal(load_is("budgets", ""), 0);
    assert_int_equal(mc_state_store_note(store, "call", "ppp0\n", 5), 0);
    assert_int_equal(load_is("call", "ppp0\n"), 0);
    assert_int_equal(stat(scratch_path(dir, "budgets"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_string_equal(said, "");
}

static void instances_keep_apart(void **state)
{
    struct mc_state_store *other = mc_state_store_new(dir, "gw1");

    assert_int_equal(mc_state_store_save(store, "budgets", "main", 4), 0);
    assert_int_equal(mc_state_store_save(other, "budgets", "gw1", 3), 0);
    assert_int_equal(load_is("budgets", "main"), 0);
    assert_int_equal(access(scratch_path(dir, "gw1.budgets"), F_OK), 0);
    mc_state_store_free(other);
}

static void damaged_files_are_kept_aside(void **state)
{
    char expected[512];
    char *large = calloc(1, 200);

    assert_non_null(large);
    memset(large, 'x', 199);
    assert_int_equal(mc_state_store_save(store, "budgets", "nonsense", 8), 0);
    mc_state_store_reject(store, "budgets", "line 1 is damaged");
    assert_int_equal(load_is("budgets", ""), -ENOENT);
    assert_int_equal(access(scratch_path(dir, "budgets.bad"), F_OK), 0);
    assert_int_equal(mc_state_store_save(store, "history", large, 199), 0);
    assert_int_equal(load_is("history", ""), -EFBIG);
    assert_int_equal(load_is("history", ""), -ENOENT);
    free(large);
    snprintf(expected, sizeof(expected),
             "%s: line 1 is damaged; kept aside as %s, beginning anew\n"
             "%s: is larger than anything that was written there; kept aside as %s, beginning anew\n",
             scratch_path(dir, "budgets"), scratch_path(dir, "budgets.bad"), scratch_path(dir, "history"),
             scratch_path(dir, "history.bad"));
    assert_string_equal(said, expected);
}

static void trouble_is_said_once_and_its_end_too(void **state)
{
    char expected[512];

    assert_int_equal(mkdir(scratch_path(dir, "budgets"), 0700),
                     0); /* a folder in the file's place: neither read nor replaced */
    assert_int_equal(mkdir(scratch_path(dir, "budgets/x"), 0700), 0);
    assert_int_equal(load_is("budgets", ""), -EISDIR);
    for (int i = 0; i < 3; i++)
        assert_int_equal(mc_state_store_save(store, "budgets", "x", 1), -EISDIR);
    assert_int_equal(mc_state_store_save(store, "history", "x", 1), 0); /* another file is not concerned */
    rmdir(scratch_path(dir, "budgets/x"));
    rmdir(scratch_path(dir, "budgets"));
    assert_int_equal(mc_state_store_save(store, "budgets", "x", 1), 0);
    snprintf(expected, sizeof(expected),
             "%s cannot be read: Is a directory; what is remembered will not outlive this process until it can\n"
             "%s can be written again\n",
             scratch_path(dir, "budgets"), scratch_path(dir, "budgets"));
    assert_string_equal(said, expected);
}

static void folder_comes_from_systemd(void **state)
{
    char both[128];

    snprintf(both, sizeof(both), "%s:/nowhere", scratch_path(dir, "sub"));
    setenv("STATE_DIRECTORY", both, 1);
    struct mc_state_store *other = mc_state_store_new("", "gw1");
    unsetenv("STATE_DIRECTORY");
    assert_int_equal(mc_state_store_save(other, "budgets", "x", 1), 0);
    assert_int_equal(access(scratch_path(dir, "sub/budgets"), F_OK), 0);
    mc_state_store_free(other);
}

/* Another process that has the folder, or (@instance) an instance's part of it, until it is killed. */
static pid_t start_holder(const char *instance)
{
    int ready[2];
    char got = 'n';

    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct mc_state_store *held = mc_state_store_new(dir, instance);

        if (held && mc_state_store_lock(held) == 0 && write(ready[1], "y", 1) == 1)
            pause();
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &got, 1), 1);
    close(ready[0]);
    return pid;
}

static void end_holder(pid_t pid)
{
    int status;

    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

static void one_process_has_the_folder(void **state)
{
    char expected[512];

    assert_int_equal(mc_state_store_save(store, "budgets", "theirs", 6), 0);
    pid_t holder = start_holder(NULL);
    struct mc_state_store *late = mc_state_store_new(dir, NULL), *other = mc_state_store_new(dir, "gw1"), *mine = store;
    assert_int_equal(mc_state_store_lock(other), 0); /* an instance's files are its own */
    assert_int_equal(mc_state_store_lock(late), -EBUSY);
    store = late;
    assert_int_equal(load_is("budgets", ""), -ENOENT);
    assert_int_equal(mc_state_store_save(late, "budgets", "ours", 4), -EBUSY);
    assert_int_equal(mc_state_store_note(late, "call", "ours", 4), -EBUSY);
    mc_state_store_reject(late, "budgets", "for the test");
    store = mine;
    assert_int_equal(load_is("budgets", "theirs"), 0);
    assert_int_equal(load_is("call", ""), -ENOENT);
    snprintf(expected, sizeof(expected),
             "%s is in use by another microcatd (process %d): what is remembered will not outlive this process; give "
             "each a StateDirectory= of its own, or start it as an instance (microcatd@NAME)\n",
             dir, (int)holder);
    assert_string_equal(said, expected);
    end_holder(holder);
    mc_state_store_free(other);
    mc_state_store_free(late);
}

/* The next daemon has it at once, though a program that the one before started (pppd) lives on. */
static void the_lock_ends_with_its_process(void **state)
{
    end_holder(start_holder(NULL));
    assert_int_equal(mc_state_store_lock(store), 0);
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    mc_state_store_free(store);
    store = NULL;
    end_holder(start_holder(NULL));
    store = mc_state_store_new(dir, NULL);
    assert_int_equal(mc_state_store_lock(store), 0);
    end_holder(child);
    assert_string_equal(said, "");
}

static void no_folder_is_made_right_under_the_root(void **state)
{
    char name[64];

    snprintf(name, sizeof(name), "/%s", strrchr(dir, '/') + 1); /* as nobody else's as the folder's is */
    struct mc_state_store *other = mc_state_store_new(name, NULL);
    assert_int_equal(mc_state_store_save(other, "budgets", "x", 1), -ENOENT);
    assert_int_equal(access(name, F_OK), -1);
    mc_state_store_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_saved_is_loaded, open_store, close_store),
        cmocka_unit_test_setup_teardown(instances_keep_apart, open_store, close_store),
        cmocka_unit_test_setup_teardown(damaged_files_are_kept_aside, open_store, close_store),
        cmocka_unit_test_setup_teardown(trouble_is_said_once_and_its_end_too, open_store, close_store),
        cmocka_unit_test_setup_teardown(folder_comes_from_systemd, open_store, close_store),
        cmocka_unit_test_setup_teardown(one_process_has_the_folder, open_store, close_store),
        cmocka_unit_test_setup_teardown(the_lock_ends_with_its_process, open_store, close_store),
        cmocka_unit_test_setup_teardown(no_folder_is_made_right_under_the_root, open_store, close_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
