/* SPDX-License-Identifier: MIT */
#include "sandbox.h"
#include "scratch.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <microcat/base/cleanup.h>
#include <microcat/io/acl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { ADMITTED = 54321, ANOTHER = 54322 };

static char dir[SCRATCH_BYTES];

static int set_up(void **state)
{
    int r = scratch_make(dir);

    return r < 0 ? r : chmod(dir, 0755);
}

static int tear_down(void **state)
{
    return scratch_remove(dir);
}

/* May somebody of this user and group read and write the file? */
static bool may(unsigned uid, unsigned gid)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
            _exit(2);
        _exit(open(scratch_path(dir, "file"), O_RDWR | O_CLOEXEC) >= 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
    return WEXITSTATUS(status) == 0;
}

static void one_more_may(void **state)
{
    static const struct {
        bool group;
        mode_t mode;
    } rows[] = {{false, 0600}, {true, 0600}, {false, 0640}, {true, 0640}};

    if (geteuid() != 0 || !test_may_become(ADMITTED))
        skip();
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        unlink(scratch_path(dir, "file"));
        scratch_write(dir, "file", "x", rows[i].mode);
        assert_false(may(ADMITTED, ADMITTED));
        int r = mc_acl_admit(scratch_path(dir, "file"), rows[i].group, ADMITTED);
        if (r == -EOPNOTSUPP)
            skip();
        assert_int_equal(r, 0);
        assert_true(may(ADMITTED, ADMITTED));
        assert_int_equal(may(ADMITTED, ANOTHER), !rows[i].group);
        assert_int_equal(may(ANOTHER, ADMITTED), rows[i].group);
        assert_false(may(ANOTHER, ANOTHER));
        /* In the place of the list that is there, not beside it. */
        assert_int_equal(mc_acl_admit(scratch_path(dir, "file"), rows[i].group, ANOTHER), 0);
        assert_false(may(ADMITTED, ADMITTED));
        assert_true(may(ANOTHER, ANOTHER));
        assert_false(may(ADMITTED, getgid())); /* the file's own group may no more than before */
    }
}

static mode_t mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 0777;
}

/* A mode that is set counts, and not what a list had made of it; and a list counts, and not the mode before it. */
static void what_was_there_is_gone(void **state)
{
    static const mode_t modes[] = {0600, 0640, 0660, 0606, 0666};

    if (geteuid() != 0 || !test_may_become(ADMITTED))
        skip();
    scratch_write(dir, "file", "x", 0600);
    for (size_t i = 0; i < 2 * MC_LENGTH_OF(modes); i++) {
        const mode_t mode = modes[i / 2];
        const char *path = scratch_path(dir, "file");
        int r = i % 2 ? mc_acl_admit(path, true, ADMITTED) : mc_acl_mode_and(path, 0600, true, ADMITTED);

        if (r == -EOPNOTSUPP)
            skip();
        assert_int_equal(r, 0);
        assert_true(may(ANOTHER, ADMITTED));
        assert_int_equal(mc_acl_mode(path, mode), 0);
        assert_int_equal(mode_of(path), mode);
        assert_int_equal(may(ANOTHER, ADMITTED), (mode & 06) == 06);
        assert_int_equal(may(ANOTHER, getgid()), (mode & 060) == 060);
        assert_int_equal(mc_acl_mode_and(path, 0600, true, ADMITTED), 0);
        assert_true(may(ANOTHER, ADMITTED));
        assert_false(may(ANOTHER, ANOTHER));
        assert_false(may(ANOTHER, getgid()));
    }
}

static void what_is_not_there(void **state)
{
    assert_int_equal(mc_acl_mode(scratch_path(dir, "none"), 0600), -ENOENT);
    assert_int_equal(mc_acl_mode_and(scratch_path(dir, "none"), 0600, false, ADMITTED), -ENOENT);
    assert_int_equal(mc_acl_admit(scratch_path(dir, "none"), false, ADMITTED), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_more_may, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_there_is_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_there, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("io/acl", tests, NULL, NULL);
}
