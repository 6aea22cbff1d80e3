/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/io/process.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void a_stopped_child_with_an_odd_name(void **state)
{
    struct mc_process process;
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_NAME, "a) R 1 (b");
        raise(SIGSTOP);
        _exit(0);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    assert_int_equal(mc_process_read(pid, &process), 0);
    assert_string_equal(process.name, "a) R 1 (b");
    assert_int_equal(process.state, 'T');
    assert_int_equal(process.parent, getpid());
    assert_true(*process.start > '0' && *process.start <= '9');
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void none_of_that_pid(void **state)
{
    struct mc_process process;
    assert_int_equal(mc_process_read(0x7ffffff, &process), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stopped_child_with_an_odd_name),
        cmocka_unit_test(none_of_that_pid),
    };
    return cmocka_run_group_tests_name("io/process", tests, NULL, NULL);
}
