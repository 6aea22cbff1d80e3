/* SPDX-License-Identifier: MIT */
#include "alloc_fail.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/io/loop.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct ping {
    struct mc_loop *loop;
    struct mc_watch watch, other;
    struct mc_timer timer;
    int fds[2], other_fds[2];
    unsigned calls, other_calls;
    bool done;
};

static void start(struct ping *ping)
{
    memset(ping, 0, sizeof(*ping));
    assert_int_equal(mc_loop_new(&ping->loop), 0);
    assert_int_equal(pipe2(ping->fds, O_CLOEXEC | O_NONBLOCK), 0);
    assert_int_equal(pipe2(ping->other_fds, O_CLOEXEC | O_NONBLOCK), 0);
}

static void stop(struct ping *ping)
{
    mc_watch_remove(&ping->watch);
    mc_watch_remove(&ping->other);
    mc_timer_disarm(&ping->timer);
    for (int i = 0; i < 2; i++) {
        close(ping->fds[i]);
        close(ping->other_fds[i]);
    }
    mc_loop_free(ping->loop);
}

static void set_done(void *ctx)
{
    ((struct ping *)ctx)->done = true;
}

static void on_ping(void *ctx, int fd, unsigned ready)
{
    struct ping *ping = ctx;
    char byte;

    assert_int_equal(ready, MC_WATCH_READ);
    assert_int_equal(fd, ping->fds[0]);
    assert_int_equal(read(fd, &byte, 1), 1);
    ping->calls++;
    ping->done = true;
}

static void a_watch_reports_and_rests(void **state)
{
    struct ping ping;

    start(&ping);
    assert_int_equal(mc_watch_add(&ping.watch, ping.loop, ping.fds[0], MC_WATCH_READ, on_ping, &ping), 0);
    assert_int_equal(write(ping.fds[1], "xy", 2), 2);
    assert_true(test_wait_flag(ping.loop, &ping.done, 5000));
    assert_int_equal(mc_watch_set(&ping.watch, 0), 0);
    mc_timer_init(&ping.timer, "test", set_done, &ping);
    mc_timer_arm(&ping.timer, mc_loop_timers(ping.loop), 5);
    ping.done = false;
    unsigned calls = ping.calls;
    assert_true(test_wait_flag(ping.loop, &ping.done, 5000)); /* by the timer: the watch rests */
    assert_int_equal(ping.calls, calls);
    if (calls < 2) {
        ping.done = false;
        assert_int_equal(mc_watch_set(&ping.watch, MC_WATCH_READ), 0);
        assert_true(test_wait_flag(ping.loop, &ping.done, 5000));
        assert_int_equal(ping.calls, 2);
    }
    stop(&ping);
}

static void on_hang_up(void *ctx, int fd, unsigned ready)
{
    struct ping *ping = ctx;
    struct pollfd poller = {.fd = fd};

    assert_int_equal(ready, MC_WATCH_HANGUP);
    ping->calls++;
    ping->done = poll(&poller, 1, 0) == 1 && (poller.revents & (POLLHUP | POLLERR));
}

/* Input that nobody reads and a peer that only says no more call once each, and then let the loop sleep. */
static void a_hang_up_alone_is_heard(void **state)
{
    for (int unread = 0; unread < 4; unread++) { /* bit 0: by us, bit 1: by the peer, which makes the end an error */
        struct ping ping;
        int pair[2];

        start(&ping);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
        assert_int_equal(mc_watch_add(&ping.watch, ping.loop, pair[0], MC_WATCH_HANGUP, on_hang_up, &ping), 0);
        if (unread & 1)
            assert_int_equal(write(pair[1], "x", 1), 1);
        if (unread & 2)
            assert_int_equal(write(pair[0], "x", 1), 1);
        assert_int_equal(shutdown(pair[1], SHUT_WR), 0);
        for (int i = 0; i < 20; i++) {
            mc_timer_init(&ping.timer, "test", set_done, &ping);
            mc_timer_arm(&ping.timer, mc_loop_timers(ping.loop), 1);
            ping.done = false;
            test_wait_flag(ping.loop, &ping.done, 5000);
        }
        assert_true(ping.calls <= 3);
        ping.done = false;
        assert_int_equal(close(pair[1]), 0);
        assert_true(test_wait_flag(ping.loop, &ping.done, 5000));
        mc_watch_remove(&ping.watch);
        close(pair[0]);
        stop(&ping);
    }
}

/* Whichever of the two ready watches is called first removes both: the second must not be called. */
static void on_first(void *ctx, int fd, unsigned ready)
{
    struct ping *ping = ctx;

    ping->calls++;
    mc_watch_remove(&ping->watch);
    mc_watch_remove(&ping->other);
}

static void a_removed_watch_is_not_called(void **state)
{
    struct ping ping;

    start(&ping);
    assert_int_equal(mc_watch_add(&ping.watch, ping.loop, ping.fds[0], MC_WATCH_READ, on_first, &ping), 0);
    assert_int_equal(mc_watch_add(&ping.other, ping.loop, ping.other_fds[0], MC_WATCH_READ, on_first, &ping), 0);
    assert_int_equal(write(ping.fds[1], "x", 1), 1);
    assert_int_equal(write(ping.other_fds[1], "x", 1), 1);
    mc_timer_init(&ping.timer, "test", set_done, &ping);
    mc_timer_arm(&ping.timer, mc_loop_timers(ping.loop), 5);
    assert_true(test_wait_flag(ping.loop, &ping.done, 5000));
    assert_int_equal(ping.calls, 1);
    stop(&ping);
}

static void a_hang_up_shows_as_ready(void **state)
{
    struct ping ping;

    start(&ping);
    assert_int_equal(mc_watch_add(&ping.watch, ping.loop, ping.fds[0], MC_WATCH_READ, on_first, &ping), 0);
    close(ping.fds[1]);
    ping.fds[1] = -1;
    mc_loop_turn(ping.loop);
    assert_int_equal(ping.calls, 1);
    stop(&ping);
}

static void a_file_without_readiness_is_refused(void **state)
{
    struct ping ping;

    start(&ping);
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_equal(mc_watch_add(&ping.watch, ping.loop, fd, MC_WATCH_READ, on_first, &ping), -EPERM);
    assert_null(ping.watch.event);
    close(fd);
    stop(&ping);
}

static void on_signal(void *ctx, int signo)
{
    struct ping *ping = ctx;

    assert_int_equal(signo, SIGUSR1);
    ping->done = true;
}

static void a_signal_comes_from_the_loop(void **state)
{
    struct mc_signal sig;
    struct ping ping;
    struct sigaction after;

    start(&ping);
    assert_int_equal(mc_signal_add(&sig, ping.loop, SIGUSR1, on_signal, &ping), 0);
    assert_int_equal(kill(getpid(), SIGUSR1), 0);
    assert_false(ping.done);
    assert_true(test_wait_flag(ping.loop, &ping.done, 5000));
    mc_signal_remove(&sig);
    mc_signal_remove(&sig);
    assert_int_equal(sigaction(SIGUSR1, NULL, &after), 0);
    assert_ptr_equal(after.sa_handler, SIG_DFL);
    stop(&ping);
}

static void timers_keep_boot_time(void **state)
{
    struct ping ping;

    start(&ping);
    int64_t began_ms = mc_loop_clock_ms();
    mc_timer_init(&ping.timer, "test", set_done, &ping);
    mc_timer_arm(&ping.timer, mc_loop_timers(ping.loop), 30);
    assert_true(test_wait_flag(ping.loop, &ping.done, 5000));
    int64_t took_ms = mc_loop_clock_ms() - began_ms;
    assert_true(took_ms >= 29);
    assert_true(mc_timerq_now_ms(mc_loop_timers(ping.loop)) >= began_ms + 29);
    stop(&ping);
}

/* Timers armed, moved and disarmed without end must not wake the loop: only the one that is due does. */
static void an_idle_loop_sleeps(void **state)
{
    struct mc_timer far[20];
    struct ping ping;

    start(&ping);
    for (size_t i = 0; i < 20; i++) {
        mc_timer_init(&far[i], "far", set_done, &ping);
        mc_timer_arm(&far[i], mc_loop_timers(ping.loop), 1 + (int64_t)i);
        mc_timer_arm(&far[i], mc_loop_timers(ping.loop), 60000);
    }
    assert_int_equal(mc_watch_add(&ping.watch, ping.loop, ping.fds[0], MC_WATCH_READ, on_ping, &ping), 0);
    mc_timer_init(&ping.timer, "test", set_done, &ping);
    mc_timer_arm(&ping.timer, mc_loop_timers(ping.loop), 100);
    uint64_t before = mc_loop_wakeups(ping.loop);
    assert_true(test_wait_flag(ping.loop, &ping.done, 5000));
    assert_in_range(mc_loop_wakeups(ping.loop) - before, 1, 2); /* 2: the first may find the old kernel timer */
    for (size_t i = 0; i < 20; i++)
        mc_timer_disarm(&far[i]);
    stop(&ping);
}

static void arm_again(void *ctx)
{
    struct ping *ping = ctx;

    ping->other_calls++;
    mc_timer_arm(&ping->timer, mc_loop_timers(ping->loop), 0);
}

static void a_busy_timer_starves_nobody(void **state)
{
    struct ping ping;

    start(&ping);
    mc_timer_init(&ping.timer, "busy", arm_again, &ping);
    mc_timer_arm(&ping.timer, mc_loop_timers(ping.loop), 0);
    assert_int_equal(mc_watch_add(&ping.watch, ping.loop, ping.fds[0], MC_WATCH_READ, on_ping, &ping), 0);
    assert_int_equal(write(ping.fds[1], "x", 1), 1);
    assert_true(test_wait_flag(ping.loop, &ping.done, 5000));
    assert_true(ping.other_calls >= 1);
    stop(&ping);
}

static void on_always_ready(void *ctx, int fd, unsigned ready)
{
    struct ping *ping = ctx;

    if (++ping->calls == 1000) /* so that a loop that never comes back shows as a failure */
        mc_watch_set(&ping->watch, 0);
}

/* Nobody reads what is there: the descriptor is ready at every look. */
static void a_busy_descriptor_starves_nobody(void **state)
{
    struct ping ping;

    start(&ping);
    assert_int_equal(mc_watch_add(&ping.watch, ping.loop, ping.fds[0], MC_WATCH_READ, on_always_ready, &ping), 0);
    assert_int_equal(write(ping.fds[1], "x", 1), 1);
    mc_timer_init(&ping.timer, "due", set_done, &ping);
    for (unsigned turn = 1; turn <= 3; turn++) {
        ping.done = false;
        mc_timer_arm(&ping.timer, mc_loop_timers(ping.loop), 0); /* a turn that fires something does not sleep */
        assert_int_equal(mc_loop_turn(ping.loop), 0);
        assert_true(ping.done);
        assert_int_equal(ping.calls, turn);
    }
    assert_int_equal(mc_loop_turn(ping.loop), 0); /* and one that could sleep does not wait for anything else */
    assert_int_equal(ping.calls, 4);
    stop(&ping);
}

static void on_stop(void *ctx)
{
    mc_loop_stop(ctx);
}

static void on_deadline(void *ctx)
{
    struct ping *ping = ctx;

    ping->done = true;
    assert_int_equal(ping->calls, 1);
}

/* Who was held up hears what came meanwhile before he calls it missing. */
static void a_late_deadline_hears_first(void **state)
{
    struct ping ping;

    start(&ping);
    assert_int_equal(mc_watch_add(&ping.watch, ping.loop, ping.fds[0], MC_WATCH_READ, on_ping, &ping), 0);
    mc_timer_init(&ping.timer, "deadline", on_deadline, &ping);
    mc_timer_arm(&ping.timer, mc_loop_timers(ping.loop), 10);
    assert_int_equal(write(ping.fds[1], "x", 1), 1);
    for (int64_t began_ms = mc_loop_clock_ms(); mc_loop_clock_ms() - began_ms < 100;)
        ;
    assert_int_equal(mc_loop_turn(ping.loop), 0);
    assert_true(ping.done);
    stop(&ping);
}

static void run_ends_by_stop(void **state)
{
    struct ping ping;

    start(&ping);
    mc_timer_init(&ping.timer, "stop", on_stop, ping.loop);
    mc_timer_arm(&ping.timer, mc_loop_timers(ping.loop), 1);
    assert_int_equal(mc_loop_run(ping.loop), 0);
    mc_loop_stop(ping.loop);
    assert_int_equal(mc_loop_run(ping.loop), 0); /* at once: nothing else would end it */
    stop(&ping);
}

static void no_memory_is_reported(void **state)
{
    for (unsigned nth = 1;; nth++) {
        struct mc_loop *loop = NULL;
        alloc_fail_at(nth);
        int r = mc_loop_new(&loop);
        if (!alloc_fail_stop()) {
            assert_int_equal(r, 0);
            mc_loop_free(loop);
            assert_true(nth > 2);
            return;
        }
        assert_int_equal(r, -ENOMEM);
    }
}

/* libevent looks there for mechanisms that it should not take. */
static void the_environment_chooses_no_mechanism(void **state)
{
    struct mc_loop *loop = NULL;

    assert_int_equal(setenv("EVENT_NOEPOLL", "1", 1), 0);
    int r = mc_loop_new(&loop);
    unsetenv("EVENT_NOEPOLL");
    assert_int_equal(r, 0);
    mc_loop_free(loop);
}

/* Out of descriptors is not out of memory. */
static void why_there_is_no_loop_is_told(void **state)
{
    struct mc_loop *loop = NULL;
    struct rlimit before, none;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int r = mc_loop_new(&loop);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(r, -EMFILE);
}

/* Where libevent gives up by itself: one descriptor is left for the loop, and none for signals. */
static void what_ends_libevent_is_told(void **state)
{
    char said[512] = "";
    struct rlimit few;
    int link[2], status;
    pid_t pid;

    assert_int_equal(pipe2(link, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        struct mc_loop *loop = NULL;
        int next = dup(0);

        close(next);
        if (dup2(link[1], STDERR_FILENO) < 0 || getrlimit(RLIMIT_NOFILE, &few) < 0)
            _exit(3);
        few.rlim_cur = (rlim_t)next + 1;
        if (setrlimit(RLIMIT_NOFILE, &few) < 0)
            _exit(4);
        int r = mc_loop_new(&loop);
        if (r < 0)
            fprintf(stderr, "%s\n", strerror(-r));
        _exit(r < 0 ? 1 : 0);
    }
    close(link[1]);
    for (ssize_t n = 1, used = 0; n > 0; used += n)
        n = read(link[0], said + used, sizeof(said) - 1 - (size_t)used);
    close(link[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_non_null(strstr(said, strerror(EMFILE)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_watch_reports_and_rests),
        cmocka_unit_test(a_hang_up_alone_is_heard),
        cmocka_unit_test(a_removed_watch_is_not_called),
        cmocka_unit_test(a_hang_up_shows_as_ready),
        cmocka_unit_test(a_file_without_readiness_is_refused),
        cmocka_unit_test(a_signal_comes_from_the_loop),
        cmocka_unit_test(timers_keep_boot_time),
        cmocka_unit_test(an_idle_loop_sleeps),
        cmocka_unit_test(a_busy_timer_starves_nobody),
        cmocka_unit_test(a_busy_descriptor_starves_nobody),
        cmocka_unit_test(a_late_deadline_hears_first),
        cmocka_unit_test(run_ends_by_stop),
        cmocka_unit_test(no_memory_is_reported),
        cmocka_unit_test(the_environment_chooses_no_mechanism),
        cmocka_unit_test(why_there_is_no_loop_is_told),
        cmocka_unit_test(what_ends_libevent_is_told),
    };
    return cmocka_run_group_tests_name("io/loop", tests, NULL, NULL);
}
