/* SPDX-License-Identifier: MIT */
/*
 * Every allocation and every system call fails once: a constructor gives the error back and leaves nothing open; a call
 * under way goes on or comes to its end, within its time limits; the next one works.
 */
#include "alloc_fail.h"
#include "fail_rows.h"
#include "scratch.h"
#include "sys_fail.h"
#include <microcat/base/log.h>
#include <microcat/host/pty.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/dns.h>
#include <microcat/ppp/options.h>
#include <microcat/ppp/plugin_server.h>
#include <microcat/ppp/probe.h>
#include <microcat/ppp/relay.h>
#include <microcat/ppp/supervisor.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct mc_loop *loop;
static char directory[SCRATCH_BYTES];
static struct mc_settings settings;
static struct mc_ppp_place place = {
    .plugin = "/plugin.so", .runtime_dir = directory, .instance = "test", .term_ms = 300, .check_ms = 100};

static struct {
    bool up, ended;
    struct mc_ppp_end end;
} seen;

static struct mc_ppp_failure failure;

static void quiet(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n, const char *message)
{
}

static void on_up(void *ctx, const struct mc_ppp_link *link)
{
    seen.up = true;
}

static size_t to_modem(void *ctx, const uint8_t *data, size_t len_bytes)
{
    return len_bytes;
}

static void on_exit_(void *ctx, const struct mc_ppp_end *end)
{
    seen.ended = true;
    seen.end = *end;
}

static const struct mc_ppp_events events = {.on_up = on_up, .to_modem = to_modem, .on_exit = on_exit_};

/* ---- constructors ---- */

static void on_message(void *ctx, const struct mc_plugin_msg *msg)
{
}

static int try_server(void)
{
    struct mc_plugin_server *server;
    char path[64];

    snprintf(path, sizeof(path), "%s/sock", directory);
    int r = mc_plugin_server_new(loop, path, "user", "password", on_message, NULL, &server);
    if (r == 0)
        mc_plugin_server_free(server);
    return r;
}

static int try_pty(void)
{
    int master, slave;
    char name[64];
    int r = mc_pty_open(&master, &slave, name, sizeof(name));

    if (r == 0) {
        close(master);
        close(slave);
    }
    return r;
}

static int try_relay(void)
{
    static const struct mc_relay_events none = {.to_modem = to_modem};
    struct mc_relay *relay;
    int master, slave;
    char name[64];
    int r = mc_pty_open(&master, &slave, name, sizeof(name));

    if (r < 0)
        return r;
    r = mc_relay_new(loop, master, &none, NULL, &relay);
    if (r == 0)
        mc_relay_free(relay);
    close(master);
    close(slave);
    return r;
}

static int try_options(void)
{
    const struct mc_options_input input = {
        .settings = &settings, .tty = "/dev/pts/0", .plugin = "/plugin.so", .socket = "/run/sock"};
    struct mc_options options;
    int r = mc_options_make(&input, &options);

    if (r == 0)
        mc_options_free(&options);
    return r;
}

static void on_probed(void *ctx, enum mc_probe_result result, int rtt_ms, int error)
{
}

static int probe(enum mc_probe_kind kind)
{
    const struct mc_probe_target target = {
        .kind = kind, .ifname = "lo", .address = "127.0.0.1", .port = 9, .timeout_ms = 1000};
    struct mc_probe *made;
    int r = mc_probe_start(loop, &target, on_probed, NULL, &made);

    if (r == 0)
        mc_probe_cancel(made);
    return r;
}

static int try_probe_dns(void)
{
    return probe(MC_PROBE_DNS);
}

static int try_probe_tcp(void)
{
    return probe(MC_PROBE_TCP);
}

static int try_dns(void)
{
    struct mc_dns *dns = mc_dns_new(loop);

    mc_dns_free(dns);
    return dns ? 0 : -ENOMEM;
}

static int try_call(void)
{
    struct mc_ppp *ppp;
    int r = mc_ppp_start(loop, &settings, &place, &events, NULL, &ppp, &failure);

    if (r == 0)
        mc_ppp_free(ppp);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left, whatever failed */
    return r;
}

static const struct fail_row rows[] = {
    {"server", try_server, 1, 3},
    {"pty", try_pty, 0, 4},
    {"relay", try_relay, 1, 4},
    {"options", try_options, 10, 0},
    {"dns", try_dns, 1, 0},
    {"probe by DNS", try_probe_dns, 1, 2},
    {"probe by TCP", try_probe_tcp, 1, 1, .harmless = true},
    {"call", try_call, 14, 15},
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void no_timer_left(void)
{
    assert_int_equal(mc_timerq_next_ms(mc_loop_timers(loop)), -1);
}

static void each_allocation_fails_once(void **state)
{
    fail_each_allocation(rows, N_ROWS, no_timer_left);
}

/* What was refused is named, and pppd is not blamed for it. */
static void a_refusal_says_what_was_refused(void **state)
{
    static const struct {
        const char *call, *text;
    } known[] = {
        {"posix_openpt", "no pty for pppd: /dev/ptmx"}, {"grantpt", "no pty for pppd: /dev/ptmx"},
        {"unlockpt", "no pty for pppd: /dev/ptmx"},     {"open", "no pty for pppd: /dev/pts/"},
        {"socket", "no socket for pppd's plugin: "},    {"bind", "no socket for pppd's plugin: "},
        {"listen", "no socket for pppd's plugin: "},    {"pipe2", "no process for pppd: pipe"},
        {"fork", "no process for pppd: fork"},
    };
    const size_t n_known = sizeof(known) / sizeof(known[0]);
    bool met[sizeof(known) / sizeof(known[0])] = {false};

    for (unsigned nth = 1;; nth++) {
        sys_fail_at(nth, EACCES);
        int r = try_call();
        if (!sys_fail_stop() && r == 0)
            break;
        if (r == 0) /* one that does no harm */
            continue;
        assert_int_equal(failure.fault, MC_FAULT_HOST_REFUSED);
        assert_non_null(strstr(failure.text, "Permission denied"));
        assert_null(strstr(failure.text, FAKE_PPPD));
        for (size_t i = 0; i < n_known; i++) {
            if (strcmp(known[i].call, sys_fail_what()) != 0)
                continue;
            met[i] = true;
            assert_memory_equal(failure.text, known[i].text, strlen(known[i].text));
        }
    }
    for (size_t i = 0; i < n_known; i++)
        if (!met[i])
            fail_msg("%s was never met", known[i].call);
}

static void each_system_call_fails_once(void **state)
{
    fail_each_call(rows, N_ROWS, no_timer_left);
}

/* ---- a call under way ---- */

/* From the start to the end, with traffic; returns whether it came up. */
static bool live(void)
{
    struct mc_ppp *ppp;
    bool asked = false;

    memset(&seen, 0, sizeof(seen));
    if (mc_ppp_start(loop, &settings, &place, &events, NULL, &ppp, &failure) < 0)
        return false;
    while (!seen.ended) {
        mc_loop_turn(loop); /* that it ends is the supervisor's to see to; the test's time limit sees to the rest */
        if (seen.up && !asked) {
            mc_ppp_from_modem(ppp, (const uint8_t *)"~frame~", 7);
            mc_ppp_stop(ppp);
            asked = true;
        }
    }
    mc_ppp_free(ppp);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    return seen.up;
}

/* With nothing in its way, and time enough for a busy machine. */
static bool lives(void)
{
    int64_t before_ms = settings.ppp.setup_timeout_ms;
    bool up;

    settings.ppp.setup_timeout_ms = 30000;
    up = live();
    settings.ppp.setup_timeout_ms = before_ms;
    return up;
}

static void a_call_stands_every_allocation(void **state)
{
    int fd = lowest_free_fd();

    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        live();
        bool hit = alloc_fail_stop();
        assert_int_equal(lowest_free_fd(), fd);
        if (!hit)
            break;
    }
    assert_true(lives());
}

static void a_call_stands_every_system_call(void **state)
{
    int fd = lowest_free_fd();
    unsigned ups = 0, nth;

    for (nth = 1; nth < 500; nth++) {
        sys_fail_at(nth, EIO);
        ups += live();
        bool hit = sys_fail_stop();
        assert_int_equal(lowest_free_fd(), fd);
        if (!hit && seen.up)
            break;
    }
    print_message("# %u system calls, %u calls came up all the same\n", nth, ups);
    assert_in_range(nth, 20, 499);
    assert_true(lives());
    assert_int_equal(seen.end.fault, MC_FAULT_NONE);
}

static int set_up(void **state)
{
    if (scratch_make(directory) < 0)
        return -1;
    mc_log_set_sink(quiet, NULL);
    settings.modem.baud_rate = 115200;
    settings.pdp.user = (char *)"sora";
    settings.pdp.password = (char *)"so geheim%";
    settings.ppp.program = (char *)FAKE_PPPD;
    settings.ppp.interface = (char *)"online";
    settings.ppp.echo_interval_ms = 20000;
    settings.ppp.setup_timeout_ms = 500;
    return mc_loop_new(&loop);
}

static int tear_down(void **state)
{
    mc_loop_free(loop);
    return rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_fails_once),      cmocka_unit_test(each_system_call_fails_once),
        cmocka_unit_test(a_refusal_says_what_was_refused), cmocka_unit_test(a_call_stands_every_allocation),
        cmocka_unit_test(a_call_stands_every_system_call),
    };

    return cmocka_run_group_tests_name("ppp/failures", tests, set_up, tear_down);
}
