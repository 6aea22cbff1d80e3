/* SPDX-License-Identifier: MIT */
#include "pty.h"
#include "scratch.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/buf.h>
#include <microcat/io/child.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct run {
    struct mc_loop *loop;
    struct mc_child *child;
    char lines[4096]; /* "1:hello|2:oops|" */
    size_t n_lines, longest;
    bool ended, any_line, free_at_line, free_at_exit;
    int status;
};

static void on_line(void *ctx, enum mc_child_stream stream, const char *line)
{
    struct run *run = ctx;
    size_t used = strlen(run->lines);

    assert_false(run->ended);
    snprintf(run->lines + used, sizeof(run->lines) - used, "%d:%s|", (int)stream, line);
    run->n_lines++;
    run->any_line = true;
    if (strlen(line) > run->longest)
        run->longest = strlen(line);
    if (run->free_at_line) {
        mc_child_free(run->child);
        run->child = NULL;
    }
}

static void on_exit_(void *ctx, int wait_status)
{
    struct run *run = ctx;

    assert_false(run->ended);
    run->ended = true;
    run->status = wait_status;
    if (run->free_at_exit) {
        mc_child_free(run->child);
        run->child = NULL;
    }
}

static const struct mc_child_events events = {on_line, on_exit_};

static void start(struct run *run)
{
    memset(run, 0, sizeof(*run));
    assert_int_equal(mc_loop_new(&run->loop), 0);
}

static void shell(struct run *run, const char *script)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    const char *const envp[] = {"PATH=/usr/bin:/bin", "GREETING=hello", NULL};
    const struct mc_child_spec spec = {.program = "/bin/sh", .argv = argv, .envp = envp, .stdin_fd = -1, .name = "sh"};

    assert_int_equal(mc_child_spawn(run->loop, &spec, &events, run, &run->child), 0);
}

static void wait_end(struct run *run)
{
    assert_true(test_wait_flag(run->loop, &run->ended, 10000));
}

static void assert_no_zombie(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void stop(struct run *run)
{
    mc_child_free(run->child);
    mc_loop_free(run->loop);
    assert_no_zombie();
}

static void output_and_exit_code_arrive(void **state)
{
    struct run run;

    start(&run);
    shell(&run, "echo $GREETING; echo oops >&2; printf 'no end'; read x || exit 3");
    wait_end(&run);
    assert_non_null(strstr(run.lines, "1:hello|"));
    assert_non_null(strstr(run.lines, "2:oops|"));
    assert_non_null(strstr(run.lines, "1:no end|"));
    assert_int_equal(run.n_lines, 3);
    assert_true(WIFEXITED(run.status));
    assert_int_equal(WEXITSTATUS(run.status), 3);
    assert_false(mc_child_running(run.child));
    assert_int_equal(mc_child_kill(run.child, SIGTERM), -ESRCH);
    mc_child_stop(run.child, 0);
    stop(&run);
}

static void endless_and_long_lines_are_bounded(void **state)
{
    struct run run;

    start(&run);
    shell(&run, "head -c 100000 /dev/zero | tr '\\0' x; echo; echo after; head -c 3000 /dev/zero");
    wait_end(&run);
    assert_int_equal(run.n_lines, 2);
    assert_int_equal(run.longest, MC_CHILD_LINE_BYTES);
    assert_non_null(strstr(run.lines, "|1:after|"));
    stop(&run);
}

static void what_cannot_start_says_so_at_once(void **state)
{
    char dir[SCRATCH_BYTES], path[64], missing[64], below[80];
    const char *const argv[] = {"x", NULL};
    const struct {
        const char *program;
        mode_t mode;
        int error;
    } rows[] = {
        {missing, 0, -ENOENT}, {path, 0600, -EACCES}, {dir, 0, -EACCES}, {path, 0700, -ENOEXEC}, {below, 0, -ENOTDIR},
    };
    struct run run;

    assert_int_equal(scratch_make(dir), 0);
    scratch_write(dir, "garbage", "\x01garbage", 0600);
    snprintf(path, sizeof(path), "%s/garbage", dir);
    snprintf(missing, sizeof(missing), "%s/pppd", dir);
    snprintf(below, sizeof(below), "%s/pppd", path);
    start(&run);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mc_child_spec spec = {.program = rows[i].program, .argv = argv, .stdin_fd = -1};
        if (rows[i].mode)
            assert_int_equal(chmod(path, rows[i].mode), 0);
        assert_int_equal(mc_child_spawn(run.loop, &spec, &events, &run, &run.child), rows[i].error);
        assert_null(run.child);
        assert_no_zombie();
    }
    scratch_remove(dir);
    stop(&run);
}

static void the_room_is_clean(void **state)
{
    int leak = open("/dev/null", O_RDONLY); /* not close-on-exec, on purpose */
    int given[2];
    struct run run;
    const char *const argv[] = {"sh", "-c", "echo 'given' >&4; ls /proc/self/fd | tr '\\n' ' '; env; kill -PIPE $$",
                                NULL};

    start(&run);
    assert_int_equal(pipe2(given, O_CLOEXEC), 0);
    const int inherit[] = {given[0], given[1]}; /* may themselves be 3 and 4, crosswise */
    const struct mc_child_spec spec = {
        .program = "/bin/sh", .argv = argv, .stdin_fd = -1, .inherit = inherit, .n_inherit = 2};
    assert_int_equal(mc_child_spawn(run.loop, &spec, &events, &run, &run.child), 0);
    wait_end(&run);
    char text[16] = "";
    assert_int_equal(read(given[0], text, sizeof(text)), 6);
    assert_string_equal(text, "given\n");
    assert_non_null(strstr(run.lines, "1:0 1 2 3 4 5 ")); /* 5: ls reading the directory */
    assert_null(strstr(run.lines, "5 6"));
    assert_null(strstr(run.lines, "HOME="));
    assert_true(WIFSIGNALED(run.status)); /* SIGPIPE is ignored in the parent, not in the child */
    assert_int_equal(WTERMSIG(run.status), SIGPIPE);
    close(leak);
    close(given[0]);
    close(given[1]);
    stop(&run);
}

static void a_pty_becomes_the_controlling_terminal(void **state)
{
    const char *const argv[] = {"sh", "-c", "echo to-tty >/dev/tty; tty", NULL};
    struct test_pty pty;
    char text[32] = "";
    struct run run;

    start(&run);
    assert_int_equal(test_pty_open(&pty), 0);
    const struct mc_child_spec spec = {.program = "/bin/sh",
                                       .argv = argv,
                                       .envp = (const char *const[]){"PATH=/usr/bin:/bin", NULL},
                                       .stdin_fd = pty.slave,
                                       .stdin_is_tty = true};
    assert_int_equal(mc_child_spawn(run.loop, &spec, &events, &run, &run.child), 0);
    wait_end(&run);
    assert_true(read(pty.master, text, sizeof(text) - 1) > 0);
    assert_string_equal(text, "to-tty\n");
    assert_non_null(strstr(run.lines, pty.path));
    test_pty_close(&pty);
    stop(&run);
}

static void a_willing_child_ends_by_sigterm(void **state)
{
    struct run run;

    start(&run);
    shell(&run, "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.01; done");
    assert_true(test_wait_flag(run.loop, &run.any_line, 10000));
    mc_child_stop(run.child, 60000);
    wait_end(&run);
    assert_non_null(strstr(run.lines, "1:bye|"));
    stop(&run);
}

static void a_stubborn_child_is_killed(void **state)
{
    char text[64];
    struct run run;

    start(&run);
    shell(&run, "trap '' TERM; echo up; while :; do sleep 1; done");
    assert_true(test_wait_flag(run.loop, &run.any_line, 10000));
    mc_child_stop(run.child, 60000);
    mc_child_stop(run.child, 20);    /* shortens */
    mc_child_stop(run.child, 60000); /* does not lengthen */
    wait_end(&run);
    assert_true(WIFSIGNALED(run.status));
    mc_child_status_text(run.status, text, sizeof(text));
    assert_string_equal(text, "killed by SIGKILL");
    stop(&run);
}

static void a_stopped_child_still_ends_in_order(void **state)
{
    struct run run;

    start(&run);
    shell(&run, "trap 'exit 7' TERM; echo up; while :; do sleep 0.01; done");
    assert_true(test_wait_flag(run.loop, &run.any_line, 10000));
    assert_int_equal(mc_child_kill(run.child, SIGSTOP), 0);
    mc_child_stop(run.child, 60000);
    wait_end(&run);
    assert_true(WIFEXITED(run.status));
    assert_int_equal(WEXITSTATUS(run.status), 7);
    stop(&run);
}

static void freeing_kills_and_buries(void **state)
{
    struct run run;

    start(&run);
    shell(&run, "trap '' TERM HUP; echo up; while :; do sleep 1; done");
    assert_true(test_wait_flag(run.loop, &run.any_line, 10000));
    pid_t pid = mc_child_pid(run.child);
    mc_child_free(run.child);
    run.child = NULL;
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
    assert_false(run.ended);
    stop(&run);
}

static void freeing_from_callbacks_is_safe(void **state)
{
    struct run run;

    start(&run);
    run.free_at_line = true;
    shell(&run, "echo one; echo two; sleep 60");
    assert_true(test_wait_flag(run.loop, &run.any_line, 10000));
    assert_int_equal(run.n_lines, 1);
    assert_null(run.child);
    stop(&run);

    start(&run);
    run.free_at_exit = true;
    shell(&run, "echo one");
    wait_end(&run);
    assert_null(run.child);
    stop(&run);
}

/* What the stopped process started must not live on. */
static void stopping_takes_the_whole_group(void **state)
{
    struct run run;
    int pid = 0;

    start(&run);
    shell(&run, "(trap '' TERM; exec sleep 600 >/dev/null 2>&1) & echo $!; wait");
    assert_true(test_wait_flag(run.loop, &run.any_line, 10000));
    assert_int_equal(sscanf(run.lines, "1:%d|", &pid), 1);
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    assert_true(pidfd >= 0);
    mc_child_stop(run.child, 60000);
    wait_end(&run);
    struct pollfd gone = {.fd = pidfd, .events = POLLIN};
    assert_int_equal(poll(&gone, 1, 10000), 1);
    close(pidfd);
    stop(&run);
}

static void a_grandchild_that_holds_the_pipe_delays_nothing(void **state)
{
    struct run run;

    start(&run);
    shell(&run, "sleep 600 & echo $!; exit 0");
    wait_end(&run);
    int pid = 0;
    assert_int_equal(sscanf(run.lines, "1:%d|", &pid), 1);
    kill(pid, SIGKILL);
    stop(&run);
}

static void a_pidfd_says_whose_it_is(void **state)
{
    struct run run;
    pid_t pid = 0;

    start(&run);
    shell(&run, "echo up; exec sleep 600");
    assert_true(test_wait_flag(run.loop, &run.any_line, 10000));
    int pidfd = fcntl(mc_child_pidfd(run.child), F_DUPFD_CLOEXEC, 3);
    assert_int_equal(mc_child_pid_of(pidfd, &pid), 0);
    assert_int_equal(pid, mc_child_pid(run.child));
    mc_child_kill(run.child, SIGKILL);
    wait_end(&run);
    assert_int_equal(mc_child_pid_of(pidfd, &pid), -ESRCH);
    close(pidfd);
    assert_int_equal(mc_child_pid_of(pidfd, &pid), -EBADF);
    assert_int_equal(mc_child_pid_of(0, &pid), -EBADF);
    stop(&run);
}

static void an_adopted_process_is_watched_and_stopped(void **state)
{
    struct run first, second;
    char text[64];

    start(&first);
    start(&second);
    shell(&first, "echo up; exec sleep 600");
    assert_true(test_wait_flag(first.loop, &first.any_line, 10000));
    int pidfd = fcntl(mc_child_pidfd(first.child), F_DUPFD_CLOEXEC, 3);
    assert_int_equal(
        mc_child_adopt(second.loop, pidfd, mc_child_pid(first.child), "sleep", &events, &second, &second.child), 0);
    mc_child_stop(second.child, 60000);
    wait_end(&second);
    assert_int_equal(second.status, MC_CHILD_STATUS_UNKNOWN);
    mc_child_status_text(second.status, text, sizeof(text));
    assert_string_equal(text, "ended (how is not known)");
    wait_end(&first); /* its parent still learns how */
    assert_true(WIFSIGNALED(first.status));
    mc_child_free(second.child);
    mc_loop_free(second.loop);
    stop(&first);
}

static void a_released_process_lives_on(void **state)
{
    struct run run;

    start(&run);
    shell(&run, "echo up; exec sleep 600");
    assert_true(test_wait_flag(run.loop, &run.any_line, 10000));
    pid_t pid = mc_child_pid(run.child);
    mc_child_release(run.child);
    run.child = NULL;
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    stop(&run);
}

static void no_descriptor_leaks(void **state)
{
    struct run run;
    int before = dup(0), after;

    close(before);
    for (int i = 0; i < 20; i++) {
        start(&run);
        shell(&run, "exit 0");
        wait_end(&run);
        stop(&run);
    }
    after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_and_exit_code_arrive),
        cmocka_unit_test(endless_and_long_lines_are_bounded),
        cmocka_unit_test(what_cannot_start_says_so_at_once),
        cmocka_unit_test(the_room_is_clean),
        cmocka_unit_test(a_pty_becomes_the_controlling_terminal),
        cmocka_unit_test(a_willing_child_ends_by_sigterm),
        cmocka_unit_test(a_stubborn_child_is_killed),
        cmocka_unit_test(a_stopped_child_still_ends_in_order),
        cmocka_unit_test(freeing_kills_and_buries),
        cmocka_unit_test(freeing_from_callbacks_is_safe),
        cmocka_unit_test(stopping_takes_the_whole_group),
        cmocka_unit_test(a_grandchild_that_holds_the_pipe_delays_nothing),
        cmocka_unit_test(a_pidfd_says_whose_it_is),
        cmocka_unit_test(an_adopted_process_is_watched_and_stopped),
        cmocka_unit_test(a_released_process_lives_on),
        cmocka_unit_test(no_descriptor_leaks),
    };
    return cmocka_run_group_tests_name("io/child", tests, NULL, NULL);
}
