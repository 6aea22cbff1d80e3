/* SPDX-License-Identifier: MIT */
/* host/privileged.h by way of a helper: a process of its own, which has the bed. */
#include "bed.h"

#include <microcat/base/cleanup.h>
#include <microcat/helper/client.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/supervisor.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wait.h"

static struct {
    char path[64];
    pid_t pid;
    struct mc_loop *loop;
    char lines[256];
    bool ended;
    int status;
} client;

/* Until it is killed. What it started is its child, whose end it tells without burying it. */
static void serve(int listen_fd)
{
    for (;;) {
        struct mc_helper_message request, reply;
        int fds[MC_HELPER_FDS_MAX], reply_fds[MC_HELPER_FDS_MAX];
        int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);

        if (mc_helper_receive(fd, MC_HELPER_REQUEST, &request, fds, 5000) == 0) {
            mc_helper_serve(bed.server, bed_settings(), &request, fds, &reply, reply_fds);
            mc_helper_send(fd, MC_HELPER_REPLY, &reply, reply_fds, 5000);
            mc_helper_close_fds(reply_fds);
            mc_helper_close_fds(fds);
        }
        close(fd);
    }
}

static int set_up_helper(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (set_up(state) < 0)
        return -1;
    snprintf(client.path, sizeof(client.path), "%s/sock", bed.dir);
    strcpy(address.sun_path, client.path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 8) < 0)
        return -1;
    client.pid = fork();
    if (client.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(fd);
    }
    close(fd);
    mc_privileged_use(mc_helper_ops(client.path));
    client.lines[0] = '\0';
    client.ended = false;
    return mc_loop_new(&client.loop);
}

static int set_up_by_file(void **state)
{
    bed.by_file = true;
    return set_up_helper(state);
}

static int tear_down_helper(void **state)
{
    mc_privileged_use(NULL);
    mc_loop_free(client.loop);
    kill(client.pid, SIGKILL);
    waitpid(client.pid, NULL, 0);
    return tear_down(state);
}

static void on_line(void *ctx, enum mc_child_stream stream, const char *line)
{
    snprintf(client.lines + strlen(client.lines), sizeof(client.lines) - strlen(client.lines), "%s|", line);
}

static void on_exit_(void *ctx, int wait_status)
{
    client.ended = true;
    client.status = wait_status;
}

static const struct mc_child_events events = {.on_line = on_line, .on_exit = on_exit_};

static bool has_said(void *ctx)
{
    return client.lines[0] != '\0';
}

static int start_pppd(int slave_fd, struct mc_child **ret_child, const char **ret_step)
{
    const struct mc_errand errand = {.kind = MC_ERRAND_PPPD, .tty_fd = slave_fd};
    /* A program that there is not: it is the helper that knows which to run. */
    const struct mc_child_spec spec = {.program = "/nonexistent", .stdin_fd = -1, .name = "pppd", .ret_step = ret_step};

    return mc_privileged()->spawn(client.loop, &errand, &spec, &events, NULL, ret_child);
}

static void a_call(void **state)
{
    struct mc_child *child;
    const char *step;
    int master, slave;
    char name[64];

    assert_true(mc_privileged()->apart);
    assert_int_equal(mc_privileged()->open_pty(&master, &slave, name, sizeof(name)), 0);
    assert_int_equal(strncmp(name, "/dev/pts/", 9), 0);
    assert_int_equal(start_pppd(slave, &child, &step), 0);
    assert_true(test_wait(client.loop, has_said, NULL, 10000));
    assert_string_equal(client.lines, "started|"); /* its log comes to us */
    assert_true(mc_child_running(child));
    mc_child_stop(child, 5000);
    assert_true(test_wait_flag(client.loop, &client.ended, 10000));
    assert_int_equal(client.status, SIGTERM); /* which only its parent could know */
    assert_int_equal(mc_child_kill(child, SIGKILL), -ESRCH);
    mc_child_free(child);
    close(master);
    close(slave);
}

/* It dies of a word that nobody reads: let go of before, it would be gone by itself, or not yet. */
static void wait_for_its_word(void)
{
    assert_true(test_wait(client.loop, has_said, NULL, 10000));
    client.lines[0] = '\0';
}

/* Taken up again by a daemon started anew, from its pidfd alone. */
static void a_call_that_is_taken_over(void **state)
{
    struct mc_child *child, *again;
    const char *step;
    int master, slave;
    char name[64];

    assert_int_equal(mc_privileged()->open_pty(&master, &slave, name, sizeof(name)), 0);
    assert_int_equal(start_pppd(slave, &child, &step), 0);
    wait_for_its_word();
    const pid_t pid = mc_child_pid(child);
    int pidfd = fcntl(mc_child_pidfd(child), F_DUPFD_CLOEXEC, 3);
    mc_child_release(child);
    assert_int_equal(mc_privileged()->adopt(client.loop, pidfd, pid, "pppd", &events, NULL, &again), 0);
    assert_int_equal(mc_child_kill(again, SIGKILL), 0);
    assert_true(test_wait_flag(client.loop, &client.ended, 10000));
    mc_child_free(again);
    /* And one that nobody takes up is ended. */
    assert_int_equal(start_pppd(slave, &child, &step), 0);
    wait_for_its_word();
    pidfd = fcntl(mc_child_pidfd(child), F_DUPFD_CLOEXEC, 3);
    mc_child_release(child);
    assert_int_equal(mc_privileged()->kill_kept(pidfd), 0);
    assert_int_equal(poll(&(struct pollfd){.fd = pidfd, .events = POLLIN}, 1, 10000), 1);
    assert_int_equal(mc_privileged()->kill_orphan(0, ""), 0); /* it is gone */
    close(pidfd);
    close(master);
    close(slave);
}

static void a_pty_for_another(void **state)
{
    struct stat st;
    int master, slave;
    char name[64];

    if (getuid() != 0)
        skip();
    assert_int_equal(mc_privileged()->lend_pty(54321, &master, &slave, name, sizeof(name)), 0);
    assert_int_equal(stat(name, &st), 0);
    assert_int_equal(st.st_uid, 54321);
    assert_int_equal(st.st_mode & 0777, 0600);
    close(master);
    close(slave);
}

static void what_was_refused_is_told(void **state)
{
    struct mc_child *child;
    const char *step;
    int slave = open("/dev/null", O_RDWR | O_CLOEXEC);

    assert_int_equal(start_pppd(slave, &child, &step), -EPERM);
    assert_string_equal(step, "pty");
    assert_int_equal(mc_privileged()->trouble(), 0);
    /* And when there is nobody, who it was that was not there. */
    unlink(client.path);
    assert_int_equal(start_pppd(slave, &child, &step), -ENOTCONN);
    assert_string_equal(step, "microcat-helper");
    assert_int_equal(mc_privileged()->trouble(), -ENOTCONN);
    close(slave);
}

/* One that hangs holds up the daemon once, not for each of the things that the end of a call asks for. */
static void one_that_hangs(void **state)
{
    int64_t began_ms;

    mc_helper_keep_time(client.loop);
    kill(client.pid, SIGSTOP);
    began_ms = mc_loop_clock_ms();
    assert_int_equal(mc_privileged()->sweep_routes("x0"), -ETIMEDOUT);
    /* What is armed behind it counts from now. */
    assert_in_range(mc_timerq_now_ms(mc_loop_timers(client.loop)) - began_ms, MC_HELPER_DEADLINE_MS,
                    MC_HELPER_DEADLINE_MS + 2000);
    assert_in_range(mc_loop_clock_ms() - began_ms, MC_HELPER_DEADLINE_MS, MC_HELPER_DEADLINE_MS + 2000);
    began_ms = mc_loop_clock_ms();
    for (int i = 0; i < 3; i++)
        assert_int_equal(mc_privileged()->sweep_routes("x0"), -ETIMEDOUT);
    assert_in_range(mc_loop_clock_ms() - began_ms, 0, 3000);
    kill(client.pid, SIGCONT);
    while (mc_privileged()->sweep_routes("x0") < 0)
        ;
    mc_helper_keep_time(NULL);
    assert_int_equal(mc_privileged()->trouble(), 0);
}

/* Before the daemon has a loop there is nobody whom waiting would hold up: a busy machine takes seconds to start a
 * helper, and a daemon that gave up would be a unit that failed. */
static void one_that_comes_late(void **state)
{
    kill(client.pid, SIGSTOP);
    pid_t later = fork();
    if (later == 0) {
        poll(NULL, 0, MC_HELPER_DEADLINE_MS + 300);
        kill(client.pid, SIGCONT);
        _exit(0);
    }
    assert_int_equal(mc_privileged()->sweep_routes("x0"), 0);
    assert_int_equal(mc_privileged()->trouble(), 0);
    assert_int_equal(waitpid(later, NULL, 0), later);
}

static void the_boards_word(void **state)
{
    const char *const words[] = {"reset", "on", "off"};

    for (size_t i = 0; i < MC_LENGTH_OF(words); i++) {
        const struct mc_errand errand = {.kind = MC_ERRAND_BOARD, .tty_fd = -1, .word = words[i]};
        const char *step;
        const struct mc_child_spec spec = {.program = "/x", .stdin_fd = -1, .name = "x", .ret_step = &step};
        struct mc_child *child;

        /* None is configured: a word that is none would not even have been sent. */
        assert_int_equal(mc_privileged()->spawn(client.loop, &errand, &spec, &events, NULL, &child), -EPERM);
    }
}

static void a_record_for_resolvconf(void **state)
{
    const struct mc_errand errand = {.kind = MC_ERRAND_RESOLVCONF,
                                     .tty_fd = -1,
                                     .record = MC_RECORD_ADD_BEHIND,
                                     .servers = "nameserver 192.0.2.1\nnameserver 2001:db8::53\n"};
    const char *step;
    const struct mc_child_spec spec = {.program = "/x", .stdin_fd = -1, .name = "x", .ret_step = &step};
    struct mc_child *child;

    scratch_write(bed.dir, "resolvconf",
                  "#!/bin/sh\necho \"$@ $IF_METRIC\" >\"${0%/*}/args\"\ncat >\"${0%/*}/record\"\necho done\n", 0755);
    assert_int_equal(mc_privileged()->spawn(client.loop, &errand, &spec, &events, NULL, &child), 0);
    assert_true(test_wait_flag(client.loop, &client.ended, 10000));
    assert_int_equal(client.status, 0);
    assert_string_equal(client.lines, "done|");
    assert_string_equal(text_of("args"), "-a ppp.test 711\n");
    assert_string_equal(text_of("record"), "nameserver 192.0.2.1\nnameserver 2001:db8::53\n");
    mc_child_free(child);
}

/* What a script runs goes with it: a resolvconf that is left behind holds its lock for ever. */
static void a_script_with_all_that_it_runs(void **state)
{
    const struct mc_errand errand = {.kind = MC_ERRAND_RESOLVCONF, .tty_fd = -1, .record = MC_RECORD_DELETE_BEHIND};
    const char *step;
    const struct mc_child_spec spec = {.program = "/x", .stdin_fd = -1, .name = "x", .ret_step = &step};
    struct mc_child *child;
    int pid;

    /* DELETE runs it as a child of the shell's. */
    scratch_write(bed.dir, "resolvconf", "#!/bin/sh\necho $$ >\"${0%/*}/pid\"\necho ready\nexec sleep 1000\n", 0755);
    assert_int_equal(mc_privileged()->spawn(client.loop, &errand, &spec, &events, NULL, &child), 0);
    assert_true(test_wait(client.loop, has_said, NULL, 10000));
    pid = atoi(text_of("pid"));
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    assert_true(pidfd >= 0 && pid != mc_child_pid(child));
    mc_child_stop(child, 5000);
    assert_int_equal(poll(&(struct pollfd){.fd = pidfd, .events = POLLIN}, 1, 10000), 1);
    assert_true(test_wait_flag(client.loop, &client.ended, 10000));
    mc_child_free(child);
    close(pidfd);
}

/* Looked at here: the helper is asked when there is something to write. */
static void a_file_that_is_as_it_should_be(void **state)
{
    const char *const servers[] = {"192.0.2.1"};
    const struct mc_names_block block = {.owner = "test", .ifname = "x0", .servers = servers, .n_servers = 1};
    bool wrote;

    scratch_write(bed.dir, "resolv.conf", "nameserver 127.0.0.1\n", 0644);
    assert_int_equal(mc_privileged()->write_names(&block, bed.resolv_conf, true, &wrote), -ENODEV); /* no pppd */
    unlink(client.path);
    assert_int_equal(mc_privileged()->write_names(&block, bed.resolv_conf, false, &wrote), 0); /* nobody is asked */
    assert_false(wrote);
}

/* Nothing is dialled in vain, and what is wrong is told where somebody looks; but not what a person wrote there. */
static void a_configuration_with_mistakes(void **state)
{
    struct mc_settings settings = {.ppp = {.program = strdup(scratch_path(bed.dir, "pppd")), .vrf = (char *)""}};
    struct mc_ppp_failure failure;
    char says[192];

    scratch_write(bed.dir, "test.conf", "[PDP]\nAPN=a\n[PPP]\nMTU=s3cret\nInterface=/\n", 0600);
    assert_int_equal(mc_ppp_check(&settings, &failure), -EINVAL);
    assert_int_equal(failure.fault, MC_FAULT_HELPER_FAILED);
    snprintf(says, sizeof(says),
             "no pty for pppd: microcat-helper: the configuration has mistakes: %s:4: [PPP] MTU=", bed.config_path);
    assert_string_equal(failure.text, says);
    assert_int_equal(mc_privileged()->trouble(), MC_HELPER_MISTAKES);
    assert_int_equal(mc_privileged()->kill_orphan(0, ""), 0); /* the end of a call does not wait for a person */
    assert_int_equal(mc_privileged()->trouble(), 0);
    scratch_write(bed.dir, "test.conf", "[PDP]\nAPN=a\n", 0600);
    assert_int_equal(mc_ppp_check(&settings, &failure), 0);
    free(settings.ppp.program);
}

static void the_configurations_files(void **state)
{
    char text[16] = "";

    scratch_write(bed.dir, "test.conf", "main", 0600);
    int fd = mc_helper_open_config(bed.config_path);
    assert_int_equal(read(fd, text, sizeof(text)), 4);
    close(fd);
    assert_int_equal(mc_helper_open_config(scratch_path(bed.dir, "test.conf.d/a.conf")), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call, set_up_helper, tear_down_helper),
        cmocka_unit_test_setup_teardown(a_call_that_is_taken_over, set_up_helper, tear_down_helper),
        cmocka_unit_test_setup_teardown(a_pty_for_another, set_up_helper, tear_down_helper),
        cmocka_unit_test_setup_teardown(what_was_refused_is_told, set_up_helper, tear_down_helper),
        cmocka_unit_test_setup_teardown(one_that_hangs, set_up_helper, tear_down_helper),
        cmocka_unit_test_setup_teardown(one_that_comes_late, set_up_helper, tear_down_helper),
        cmocka_unit_test_setup_teardown(the_boards_word, set_up_helper, tear_down_helper),
        cmocka_unit_test_setup_teardown(a_record_for_resolvconf, set_up_helper, tear_down_helper),
        cmocka_unit_test_setup_teardown(a_script_with_all_that_it_runs, set_up_helper, tear_down_helper),
        cmocka_unit_test_setup_teardown(a_file_that_is_as_it_should_be, set_up_helper, tear_down_helper),
        cmocka_unit_test_setup_teardown(a_configuration_with_mistakes, set_up_by_file, tear_down_helper),
        cmocka_unit_test_setup_teardown(the_configurations_files, set_up_helper, tear_down_helper),
    };
    mc_log_set_sink(quiet, NULL);
    return cmocka_run_group_tests_name("helper/ops", tests, NULL, NULL);
}
