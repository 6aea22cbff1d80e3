/* SPDX-License-Identifier: MIT */
/* The seam for what only root may do: nothing is missing in it, and another can take direct's place. */
#include <microcat/host/privileged.h>
#include <microcat/io/process.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Members that direct leaves out on purpose: the caller asks resolved himself. */
static bool left_out(size_t offset)
{
    return offset == offsetof(struct mc_privileged_ops, set_resolved) ||
           offset == offsetof(struct mc_privileged_ops, revert_resolved);
}

static void direct_does_everything(void **state)
{
    const char *ops = (const char *)&mc_privileged_direct;
    void (*member)(void);

    for (size_t offset = 0; offset < offsetof(struct mc_privileged_ops, apart); offset += sizeof(member)) {
        memcpy(&member, ops + offset, sizeof(member));
        if (left_out(offset))
            assert_null(member);
        else
            assert_non_null(member);
    }
}

static int somebody(const char *path, struct mc_port_holder *ret_holder)
{
    *ret_holder = (struct mc_port_holder){.pid = 4711, .name = "somebody"};
    return 0;
}

static void another_takes_its_place(void **state)
{
    struct mc_privileged_ops other = mc_privileged_direct;
    struct mc_transport *transport;

    other.tty_holder = somebody;
    assert_ptr_equal(mc_privileged(), &mc_privileged_direct);
    mc_privileged_use(&other);
    assert_ptr_equal(mc_privileged(), &other);
    /* The port asks it as well: any tty that is no pty shows it, and none is opened. */
    if (access("/sys/class/tty/ttyS0", F_OK) == 0 && access("/dev/ttyS0", R_OK | W_OK) == 0)
        assert_int_equal(mc_port_open(NULL, "/dev/ttyS0", &transport), -EBUSY);
    mc_privileged_use(NULL);
    assert_ptr_equal(mc_privileged(), &mc_privileged_direct);
}

static void an_orphan_is_its_process_alone(void **state)
{
    struct mc_process process;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pause();
        _exit(0);
    }
    assert_int_equal(mc_process_read(pid, &process), 0);
    assert_int_equal(mc_privileged()->kill_orphan(pid, "1"), 0); /* another, of the same number */
    assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
    assert_int_equal(mc_privileged()->kill_orphan(pid, process.start), 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(mc_privileged()->kill_orphan(pid, process.start), 0); /* gone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direct_does_everything),
        cmocka_unit_test(another_takes_its_place),
        cmocka_unit_test(an_orphan_is_its_process_alone),
    };
    return cmocka_run_group_tests_name("host/privileged", tests, NULL, NULL);
}
