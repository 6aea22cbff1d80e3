/* SPDX-License-Identifier: MIT */
/* What the helper starts and signals, and what it does not: a shell script is pppd. */
#include "bed.h"

#include <microcat/base/cleanup.h>
#include <microcat/host/pty.h>
#include <microcat/io/process.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wait.h"

/* ---- pppd ---- */

/* The pty's slave, and pipes for the output: what the daemon would hand over. @ret_out: to read from. */
static void make_fds(int fds[MC_HELPER_FDS_MAX], int *ret_out)
{
    int out[2];

    if (bed.master_fd >= 0)
        close(bed.master_fd);

    assert_int_equal(ask_plain(MC_HELPER_OPEN_PTY), 0);
    assert_int_equal(strncmp(bed.reply.body.path.text, "/dev/pts/", 9), 0);
    bed.master_fd = fcntl(bed.fds[0], F_DUPFD_CLOEXEC, 3); /* with it the slave would go */
    fds[0] = fcntl(bed.fds[1], F_DUPFD_CLOEXEC, 3);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    *ret_out = out[0];
    fds[1] = out[1];
    fds[2] = fcntl(out[1], F_DUPFD_CLOEXEC, 3);
}

static bool is_buried(void *pid)
{
    return kill(*(pid_t *)pid, 0) < 0;
}

static void pppd_runs_as_configured(void **state)
{
    const struct mc_helper_message start = {.kind = MC_HELPER_START_PPPD};
    int fds[MC_HELPER_FDS_MAX], out;
    char said[16] = "", tty[160], socket[160];

    configure("[Control]\nSocket=/run/elsewhere/control"); /* since the daemon's start */
    make_fds(fds, &out);
    snprintf(tty, sizeof(tty), "%s\n", bed.reply.body.path.text);
    snprintf(socket, sizeof(socket), "\n%s/pppd-test.sock\n", bed.pid_dir);
    assert_int_equal(ask(&start, fds), 0);
    mc_helper_close_fds(fds);
    assert_int_equal(read(out, said, sizeof(said)), 8); /* by its pipe to us */
    assert_string_equal(said, "started\n");
    /* The arguments are the configuration's, and tell no secret; those go by the pipe. */
    const char *args = text_of("args");
    assert_int_equal(strncmp(args, tty, strlen(tty)), 0);
    assert_non_null(strstr(args, "ifname\nmcppp0\n"));
    assert_non_null(strstr(args, "plugin\n/plugin.so\n"));
    assert_non_null(strstr(args, "linkname\nmicrocat-test\n"));
    assert_non_null(strstr(args, "microcat-secrets\n3\n"));
    assert_non_null(strstr(args, socket)); /* the daemon has not moved */
    assert_null(strstr(args, "s3cret"));
    assert_string_equal(text_of("secrets"), "secrets user=somebody password=s3cret\n");
    /* It is alive, is ours, and ends when asked. */
    pid_t pid = bed.reply.body.process.pid;
    struct pollfd pidfd = {.fd = fcntl(bed.fds[0], F_DUPFD_CLOEXEC, 3), .events = POLLIN};
    assert_int_equal(poll(&pidfd, 1, 0), 0);
    assert_int_equal(ask_number(MC_HELPER_STATUS, MC_ERRAND_PPPD), -EBUSY);
    assert_false(mc_helper_server_busy(bed.server)); /* it outlives the helper */
    assert_int_equal(ask_signal(MC_ERRAND_PPPD, MC_HELPER_TERM), 0);
    assert_int_equal(poll(&pidfd, 1, 10000), 1);
    assert_int_equal(ask_number(MC_HELPER_STATUS, MC_ERRAND_PPPD), 0); /* also before we have seen it ourselves */
    assert_int_equal(bed.reply.body.number, SIGTERM);
    assert_int_equal(ask_signal(MC_ERRAND_PPPD, MC_HELPER_CONT), -ESRCH);
    assert_true(test_wait(bed.loop, is_buried, &pid, 10000));
    assert_int_equal(ask_number(MC_HELPER_STATUS, MC_ERRAND_PPPD), 0);
    assert_int_equal(bed.reply.body.number, SIGTERM);
    assert_int_equal(ask_signal(MC_ERRAND_PPPD, MC_HELPER_KILL), -ESRCH);
    close(out);
    close(pidfd.fd);
}

/* Waits until pppd has ended. */
static void wait_end(int fd)
{
    struct pollfd pidfd = {.fd = fd, .events = POLLIN};

    assert_int_equal(poll(&pidfd, 1, 10000), 1);
}

/* The client closes the pty before pppd has opened it by its name: that is nobody else's until pppd has ended. */
static void its_ttys_name_stays_its(void **state)
{
    const struct mc_helper_message start = {.kind = MC_HELPER_START_PPPD};
    int fds[MC_HELPER_FDS_MAX], out, pidfd, master, slave;
    char tty[sizeof(bed.reply.body.path.text)], name[64];

    make_fds(fds, &out);
    snprintf(tty, sizeof(tty), "%s", bed.reply.body.path.text);
    assert_int_equal(ask(&start, fds), 0);
    pidfd = fcntl(bed.fds[0], F_DUPFD_CLOEXEC, 3);
    mc_helper_close_fds(fds);
    close(bed.master_fd);
    bed.master_fd = -1;
    assert_int_equal(mc_pty_open(&master, &slave, name, sizeof(name)), 0);
    assert_string_not_equal(name, tty);
    close(master);
    close(slave);
    assert_int_equal(ask_signal(MC_ERRAND_PPPD, MC_HELPER_KILL), 0);
    wait_end(pidfd);
    close(pidfd);
    close(out);
}

/* What keeps the name keeps no hang-up from pppd. */
static void a_hang_up_reaches_it(void **state)
{
    const struct mc_helper_message start = {.kind = MC_HELPER_START_PPPD};
    int fds[MC_HELPER_FDS_MAX], out, pidfd;
    char said[16];

    scratch_write(bed.dir, "pppd", "#!/bin/sh\nexec 5<\"$1\"\necho started\nexec cat <&5\n", 0755);
    make_fds(fds, &out);
    assert_int_equal(ask(&start, fds), 0);
    pidfd = fcntl(bed.fds[0], F_DUPFD_CLOEXEC, 3);
    mc_helper_close_fds(fds);
    assert_int_equal(read(out, said, sizeof(said)), 8);
    assert_int_equal(poll(&(struct pollfd){.fd = pidfd, .events = POLLIN}, 1, 0), 0);
    close(bed.master_fd);
    bed.master_fd = -1;
    wait_end(pidfd);
    close(pidfd);
    close(out);
}

/* A second one takes the place of the first: one call an instance. */
static void one_pppd_an_instance(void **state)
{
    const struct mc_helper_message start = {.kind = MC_HELPER_START_PPPD};
    struct pollfd first = {.events = POLLIN};
    int fds[MC_HELPER_FDS_MAX], outs[2]; /* one that nobody reads would end it */

    for (int i = 0; i < 2; i++) {
        make_fds(fds, &outs[i]);
        assert_int_equal(ask(&start, fds), 0);
        mc_helper_close_fds(fds);
        if (i == 0)
            first.fd = fcntl(bed.fds[0], F_DUPFD_CLOEXEC, 3);
    }
    assert_int_equal(poll(&first, 1, 10000), 1);
    assert_int_equal(ask_number(MC_HELPER_SWEEP, 1), 1);
    close(first.fd);
    close(outs[0]);
    close(outs[1]);
}

static void no_other_tty(void **state)
{
    const struct mc_helper_message start = {.kind = MC_HELPER_START_PPPD};
    int fds[MC_HELPER_FDS_MAX], out, master, slave;
    char name[64];
    const char *const others[] = {"/dev/null", "/dev/ptmx", scratch_path(bed.dir, "pppd")};

    make_fds(fds, &out);
    const int right = fds[0];
    assert_int_equal(mc_privileged()->open_pty(&master, &slave, name, sizeof(name)), 0);
    fds[0] = slave;
    assert_int_equal(ask(&start, fds), -EPERM);
    fds[0] = master;
    assert_int_equal(ask(&start, fds), -EPERM);
    /* The right one, but by a descriptor that keeps no name from others. */
    char link[32], tty[64] = "";
    snprintf(link, sizeof(link), "/proc/self/fd/%d", right);
    assert_true(readlink(link, tty, sizeof(tty) - 1) > 0);
    fds[0] = open(tty, O_PATH | O_CLOEXEC);
    assert_int_equal(ask(&start, fds), -EPERM);
    close(fds[0]);
    for (size_t i = 0; i < MC_LENGTH_OF(others); i++) {
        fds[0] = open(others[i], O_RDWR | O_CLOEXEC | O_NOCTTY);
        assert_true(fds[0] >= 0);
        assert_int_equal(ask(&start, fds), -EPERM);
        close(fds[0]);
    }
    /* Nor any file for its log; and the call that is, is left alone. */
    fds[0] = right;
    be_pppd();
    for (int i = 1; i < 3; i++) {
        const int kept = fds[i];
        fds[i] = slave;
        assert_int_equal(ask(&start, fds), -EPERM);
        assert_string_equal(bed.reply.body.process.text, "output");
        fds[i] = kept;
    }
    mc_helper_close_fds(fds);
    close(master);
    close(slave);
    close(out);
}

static void a_program_that_is_not_there(void **state)
{
    const struct mc_helper_message start = {.kind = MC_HELPER_START_PPPD};
    int fds[MC_HELPER_FDS_MAX], out;

    make_fds(fds, &out);
    assert_int_equal(unlink(scratch_path(bed.dir, "pppd")), 0);
    assert_int_equal(ask(&start, fds), -ENOENT);
    assert_string_equal(bed.reply.body.process.text, "exec");
    mc_helper_close_fds(fds);
    close(out);
}

/* ---- whose it is ---- */

static void a_signal_to_nobody_else(void **state)
{
    struct mc_process process, init;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pause();
        _exit(0);
    }
    assert_int_equal(mc_process_read(pid, &process), 0);
    assert_int_equal(ask_signal(MC_ERRAND_PPPD, MC_HELPER_KILL), -ESRCH); /* none was started */
    note_pppd(pid, "12345");                                              /* its number is another's by now */
    assert_int_equal(ask_signal(MC_ERRAND_PPPD, MC_HELPER_KILL), -ESRCH);
    assert_int_equal(ask_number(MC_HELPER_SWEEP, 1), 0);
    assert_int_equal(mc_process_read(1, &init), 0);
    note_pppd(1, init.start);
    assert_int_equal(ask_signal(MC_ERRAND_PPPD, MC_HELPER_CONT), -ESRCH);
    scratch_write(bed.dir, "test.pppd", "garbage", 0600);
    assert_int_equal(ask_signal(MC_ERRAND_PPPD, MC_HELPER_TERM), -ESRCH);
    assert_int_equal(ask_signal(MC_ERRAND_BOARD, MC_HELPER_KILL), -ESRCH);
    assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
    note_pppd(pid, process.start);
    assert_int_equal(ask_number(MC_HELPER_STATUS, MC_ERRAND_PPPD), -ECHILD); /* another helper's child */
    assert_int_equal(ask_signal(MC_ERRAND_PPPD, MC_HELPER_KILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* Of a daemon that had no helper: root's, and with our socket among its words. */
static void a_pppd_from_before_helpers(void **state)
{
    const struct {
        const char *name, *socket;
        bool ours, stale; /* there is the note of one that has ended */
    } rows[] = {{"pppd", "/run/x/pppd-test.sock", false},
                {"pppd", scratch_path(bed.pid_dir, "pppd-other.sock"), false},
                {"sh", scratch_path(bed.pid_dir, "pppd-test.sock"), false},
                {"pppd", scratch_path(bed.pid_dir, "pppd-other.sock"), false, true},
                {"pppd", scratch_path(bed.pid_dir, "pppd-test.sock"), true, true},
                {"pppd", "/run/elsewhere/pppd-test.sock", true},
                {"pppd", scratch_path(bed.pid_dir, "pppd-test.sock"), true}};

    if (getuid() != 0)
        skip();
    configure("[Control]\nSocket=/run/elsewhere/control"); /* beside it daemons listened once */
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        int ready[2], silent[2], status;
        char byte;

        assert_int_equal(pipe(ready) + pipe(silent), 0);
        pid_t pid = fork();
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            dup2(ready[1], 1);
            dup2(silent[0], 0);
            execl("/bin/sh", rows[i].name, "-c", "echo; read -r x", "sh", "microcat-socket", rows[i].socket, NULL);
            _exit(127);
        }
        assert_int_equal(read(ready[0], &byte, 1), 1);
        if (rows[i].stale)
            note_pppd(getpid(), "1");
        assert_int_equal(ask_signal(MC_ERRAND_PPPD, MC_HELPER_KILL), rows[i].ours ? 0 : -ESRCH);
        kill(pid, SIGTERM);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(WTERMSIG(status), rows[i].ours ? SIGKILL : SIGTERM);
        for (int end = 0; end < 2; end++) {
            close(ready[end]);
            close(silent[end]);
        }
    }
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pppd_runs_as_configured, set_up, tear_down),
        cmocka_unit_test_setup_teardown(its_ttys_name_stays_its, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hang_up_reaches_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_pppd_an_instance, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_other_tty, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_program_that_is_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_signal_to_nobody_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pppd_from_before_helpers, set_up, tear_down),
    };
    mc_log_set_sink(quiet, NULL);
    return cmocka_run_group_tests_name("helper/programs", tests, NULL, NULL);
}
