/* SPDX-License-Identifier: MIT */
/* Which tty the helper tells of and gives away: the modem's, whatever its client makes of a name. */
#include "bed.h"

#include <microcat/base/cleanup.h>
#include <microcat/host/pty.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ACL "system.posix_acl_access"

/* A folder below /dev where the client may write: there a name is what he wants it to be. */
#define SHARED "/dev/shm/microcat-test"

static struct {
    struct {
        int master, slave;
        char path[64];
    } modem, other;
    char folder[64], link[96], next[96]; /* next: what takes the link's place */
} ttys;

static int make_ttys(void **state)
{
    char more[128];
    int r = set_up(state);

    if (r == 0)
        r = mc_pty_open(&ttys.modem.master, &ttys.modem.slave, ttys.modem.path, sizeof(ttys.modem.path));
    if (r == 0)
        r = mc_pty_open(&ttys.other.master, &ttys.other.slave, ttys.other.path, sizeof(ttys.other.path));
    if (r < 0)
        return r;
    snprintf(ttys.folder, sizeof(ttys.folder), "%s.%d", SHARED, (int)getpid());
    snprintf(ttys.link, sizeof(ttys.link), "%s/tty", ttys.folder);
    snprintf(ttys.next, sizeof(ttys.next), "%s/next", ttys.folder);
    snprintf(more, sizeof(more), "[Modem]\nDevice=%s", ttys.modem.path);
    configure(more);
    scratch_write(bed.dir, "file", "root's", 0600);
    mkdir(ttys.folder, 0700);
    return 0;
}

static int remove_ttys(void **state)
{
    unlink(ttys.link);
    unlink(ttys.next);
    rmdir(ttys.folder);
    close(ttys.modem.master);
    close(ttys.modem.slave);
    close(ttys.other.master);
    close(ttys.other.slave);
    return tear_down(state);
}

static void the_modems_tty_and_no_other(void **state)
{
    char dots[96], of_process[64], of_helper[64];
    const struct {
        const char *path, *target; /* of a symlink at @path */
        bool is_modem;
    } rows[] = {{ttys.modem.path, NULL, true},
                {ttys.link, ttys.modem.path, true}, /* as udev's below /dev/serial/by-id */
                {ttys.link, ttys.other.path, false},
                {ttys.link, scratch_path(bed.dir, "file"), false},
                {ttys.link, "/dev/null", false},
                {ttys.link, ttys.folder, false},
                {ttys.link, "nowhere", false},
                {ttys.other.path, NULL, false},
                {dots, NULL, false},
                {of_process, NULL, false},
                {of_helper, NULL, false}};

    snprintf(dots, sizeof(dots), "/dev/..%s", ttys.modem.path);
    snprintf(of_process, sizeof(of_process), "/dev/../proc/%d/fd/%d", (int)getpid(), ttys.modem.slave);
    snprintf(of_helper, sizeof(of_helper), "/proc/self/fd/%d", ttys.modem.slave);
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        unlink(ttys.link);
        if (rows[i].target != NULL && symlink(rows[i].target, ttys.link) < 0)
            skip(); /* no /dev/shm */
        int holder = ask_tty(MC_HELPER_TTY_HOLDER, rows[i].path), grant = ask_tty(MC_HELPER_GRANT_TTY, rows[i].path);
        assert_int_equal(holder, rows[i].is_modem ? -ENOENT : -EPERM);
        assert_int_equal(grant == -EPERM, !rows[i].is_modem); /* a devpts may have no lists */
    }
}

/* Turns the name between the modem's tty and @victim, for ever. */
static pid_t turn_to(const char *victim)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (bool modem = true;; modem = !modem)
        if (symlink(modem ? ttys.modem.path : victim, ttys.next) < 0 || rename(ttys.next, ttys.link) < 0)
            _exit(1);
}

/* It was looked at by one name, and given away by the same name, which led elsewhere by then. */
static void a_name_that_is_turned_meanwhile(void **state)
{
    char victim[SCRATCH_BYTES + 32], list[256];

    snprintf(victim, sizeof(victim), "%s", scratch_path(bed.dir, "file"));
    if (symlink(ttys.modem.path, ttys.link) < 0 || (getxattr(victim, ACL, list, sizeof(list)) < 0 && errno != ENODATA))
        skip();
    pid_t pid = turn_to(victim);
    for (int i = 0; i < 5000; i++) {
        ask_tty(MC_HELPER_GRANT_TTY, ttys.link);
        if (getxattr(victim, ACL, list, sizeof(list)) >= 0)
            fail_msg("root's file was given away, asked %d times", i + 1);
    }
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_modems_tty_and_no_other, make_ttys, remove_ttys),
        cmocka_unit_test_setup_teardown(a_name_that_is_turned_meanwhile, make_ttys, remove_ttys),
    };
    mc_log_set_sink(quiet, NULL);
    return cmocka_run_group_tests_name("helper/tty", tests, NULL, NULL);
}
