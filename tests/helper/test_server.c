/* SPDX-License-Identifier: MIT */
/*
 * What the helper does to the host for its client, and what it refuses: the configuration, its own notes and the kernel
 * decide. A TUN interface in a network of our own is pppd's.
 */
#include "bed.h"

#include <microcat/base/cleanup.h>
#include <microcat/io/process.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "netns.h"

/* ---- the network ---- */

static int routes(unsigned metric)
{
    char line[256], name[32];
    unsigned destination, found;
    int n = 0;
    FILE *file = fopen("/proc/thread-self/net/route", "re");

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL)
        n += sscanf(line, "%31s %x %*x %*x %*d %*d %u", name, &destination, &found) == 3 && found == metric &&
             strcmp(name, "mcppp0") == 0;
    fclose(file);
    return n;
}

static void routes_through_our_interface(void **state)
{
    char server[32];

    NEEDS_NETNS(bed.tun_fd);
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), -ENODEV); /* no pppd of ours */
    be_pppd();
    pid_file("ppp-microcat-test.pid", 1, "mcppp0\n"); /* another pppd's */
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), -ENODEV);
    pid_file("mcppp0.pid", 1, "");
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), -ENODEV);
    pid_file("ppp-microcat-test.pid", getpid(), ""); /* it has none yet */
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), -ENODEV);
    pid_file("ppp-microcat-test.pid", getpid(), "no-such0\n");
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), -ENODEV);
    pid_file("ppp-microcat-test.pid", getpid(), "lo\n"); /* not as configured */
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), -ENODEV);
    unlink(scratch_path(bed.pid_dir, "ppp-microcat-test.pid"));
    pid_file("mcppp0.pid", getpid(), ""); /* of a pppd from before helpers */
    assert_int_equal(ask_number(MC_HELPER_REMOVE_ROUTE, MC_HELPER_IPV4), 0);
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), 0);
    assert_int_equal(routes(711), 1);
    pid_file("mcppp0.pid", 1, ""); /* in another network namespace, of the same name */
    be_pppd();
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), 0);
    assert_int_equal(routes(711), 1);
    for (int i = 1; i <= 7; i++) {
        snprintf(server, sizeof(server), "192.0.2.%d", i);
        assert_int_equal(ask_address(MC_HELPER_ADD_SERVER, server), 1);
    }
    assert_int_equal(ask_address(MC_HELPER_ADD_SERVER, "192.0.2.99"), -ENOSPC); /* enough is enough */
    assert_int_equal(ask_address(MC_HELPER_REMOVE_SERVER, "192.0.2.1"), 0);
    assert_int_equal(routes(711), 7);
    configure("[PPP]\nRouteMetric=5");
    assert_int_equal(ask_number(MC_HELPER_REMOVE_ROUTE, MC_HELPER_IPV4), 0); /* with the metric that it was given */
    assert_int_equal(routes(711), 6);
    assert_int_equal(ask_number(MC_HELPER_SWEEP, 0), 6);
    assert_int_equal(routes(711), 0);
    unlink(scratch_path(bed.dir, "test.pppd"));
    assert_int_equal(ask_number(MC_HELPER_REMOVE_ROUTE, MC_HELPER_IPV4), 0); /* gone with its interface */
    assert_int_equal(ask_number(MC_HELPER_SWEEP, 0), 0);
}

/* Killed, pppd leaves its pid file; the interface of that name is another instance's by now, with routes like ours. */
static void a_dead_pppds_interface_is_not_ours(void **state)
{
    struct mc_process process;
    pid_t pid;

    NEEDS_NETNS(bed.tun_fd);
    configure("[Probe]\nMethod=icmp");
    be_pppd();
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), 0);
    pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pause();
        _exit(0);
    }
    assert_int_equal(mc_process_read(pid, &process), 0);
    note_pppd(pid, process.start);
    pid_file("ppp-microcat-test.pid", pid, "mcppp0\n");
    assert_int_equal(ask_number(MC_HELPER_OPEN_PROBE, MC_HELPER_IPV4), 0); /* as long as it lives */
    kill(pid, SIGKILL);
    assert_int_equal(waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT), 0); /* dead, not yet buried */
    for (int buried = 0; buried < 2; buried++) {
        assert_int_equal(ask_number(MC_HELPER_OPEN_PROBE, MC_HELPER_IPV4), -ENODEV);
        assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), -ENODEV);
        assert_int_equal(ask_address(MC_HELPER_ADD_SERVER, "192.0.2.1"), -ENODEV);
        assert_int_equal(ask_number(MC_HELPER_NETWORKMANAGER, 1), -ENODEV);
        assert_int_equal(ask_names(1, "192.0.2.1"), -ENODEV);
        /* Ours is gone with it: who takes it back need not ask again. */
        assert_int_equal(ask_number(MC_HELPER_REMOVE_ROUTE, MC_HELPER_IPV4), 0);
        assert_int_equal(ask_address(MC_HELPER_REMOVE_SERVER, "192.0.2.1"), 0);
        assert_int_equal(ask_number(MC_HELPER_SWEEP, 0), 0);
        assert_int_equal(ask_plain(MC_HELPER_REVERT_RESOLVED), 0);
        assert_int_equal(ask_names(0, NULL), 0);
        assert_int_equal(routes(711), 1);
        waitpid(pid, NULL, WNOHANG);
    }
    be_pppd();
    assert_int_equal(ask_number(MC_HELPER_SWEEP, 0), 1);
}

static void a_probes_socket_of_our_interface(void **state)
{
    static const struct {
        const char *setting;
        int type;
    } rows[] = {
        {"[Probe]\nMethod=icmp", SOCK_RAW}, {"[Probe]\nMethod=dns", SOCK_DGRAM}, {"[Probe]\nMethod=tcp", SOCK_STREAM}};

    NEEDS_NETNS(bed.tun_fd);
    be_pppd();
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        char bound[16] = "";
        socklen_t bound_len = sizeof(bound), type_len = sizeof(int);
        int type = 0;

        configure(rows[i].setting);
        assert_int_equal(ask_number(MC_HELPER_OPEN_PROBE, MC_HELPER_IPV4), 0);
        assert_int_equal(getsockopt(bed.fds[0], SOL_SOCKET, SO_BINDTODEVICE, bound, &bound_len), 0);
        assert_string_equal(bound, "mcppp0");
        assert_int_equal(getsockopt(bed.fds[0], SOL_SOCKET, SO_TYPE, &type, &type_len), 0);
        assert_int_equal(type, bed.reply.body.number ? SOCK_RAW : rows[i].type == SOCK_RAW ? SOCK_DGRAM : rows[i].type);
    }
}

static void names(void **state)
{
    NEEDS_NETNS(bed.tun_fd);
    scratch_write(bed.dir, "resolv.conf", "nameserver 127.0.0.1\n", 0644);
    assert_int_equal(ask_names(1, "192.0.2.1"), -ENODEV);
    be_pppd();
    assert_int_equal(ask_names(1, "192.0.2.1"), 1);
    assert_int_equal(bed.reply.body.number, 1);
    assert_non_null(strstr(text_of("resolv.conf"), "nameserver 192.0.2.1\n"));
    assert_int_equal(ask_names(1, "192.0.2.1"), 1);
    assert_int_equal(bed.reply.body.number, 0); /* it is as it should be */
    /* The name leads elsewhere: from where it was it goes. */
    assert_int_equal(rename(bed.resolv_conf, scratch_path(bed.dir, "old")), 0);
    scratch_write(bed.dir, "test.names", scratch_path(bed.dir, "old"), 0600);
    assert_int_equal(ask_names(1, "192.0.2.1"), 1);
    assert_string_equal(text_of("old"), "nameserver 127.0.0.1\n");
    assert_int_equal(ask_names(0, NULL), 1);
    assert_int_equal(access(bed.resolv_conf, F_OK), -1); /* it was made for us */
    assert_int_equal(ask_names(0, NULL), 0);
}

/* ---- what the configuration does not say ---- */

static int ask_board(void)
{
    int fds[2], r;

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    const int out[MC_HELPER_FDS_MAX] = {fds[1], fds[1], -1};
    r = ask(&(struct mc_helper_message){.kind = MC_HELPER_START_BOARD, .body.number = MC_HELPER_BOARD_ON}, out);
    close(fds[0]);
    close(fds[1]);
    return r;
}

static int ask_record(void)
{
    struct mc_helper_message message = {.kind = MC_HELPER_START_RESOLVCONF};
    int fds[2], r;

    message.body.names.servers.n = 1;
    mc_helper_text(message.body.names.servers.address[0], MC_HELPER_ADDRESS_BYTES, "192.0.2.1");
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    const int out[MC_HELPER_FDS_MAX] = {fds[1], fds[1], -1};
    r = ask(&message, out);
    close(fds[0]);
    close(fds[1]);
    return r;
}

static int ask_resolved(void)
{
    struct mc_helper_message message = {.kind = MC_HELPER_SET_RESOLVED};

    message.body.names.servers.n = 1;
    mc_helper_text(message.body.names.servers.address[0], MC_HELPER_ADDRESS_BYTES, "192.0.2.1");
    return ask(&message, NULL);
}

static void not_as_configured(void **state)
{
    static const char *const no_ttys[] = {"/etc/passwd", "/dev/null", "/dev/ptmx", "/proc/self/fd/0",
                                          "/dev/../etc/shadow"};

    be_pppd();
    configure("[PPP]\nDefaultRoute=ipv6\nUseDNS=no\n[PDP]\nType=IP\n[Probe]\nMethod=none");
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), -EPERM);
    assert_int_equal(ask_address(MC_HELPER_ADD_SERVER, "192.0.2.1"), -EPERM);
    assert_int_equal(ask_names(1, "192.0.2.1"), -EPERM);
    assert_int_equal(ask_record(), -EPERM);
    assert_int_equal(ask_resolved(), -EPERM);
    assert_int_equal(ask_plain(MC_HELPER_JOIN_VRF), -EPERM);
    assert_int_equal(ask_plain(MC_HELPER_ACCEPT_ROUTER), -EPERM);
    assert_int_equal(ask_plain(MC_HELPER_ASK_ROUTER), -EPERM);
    assert_int_equal(ask_number(MC_HELPER_OPEN_PROBE, MC_HELPER_IPV4), -EPERM);
    assert_int_equal(ask_board(), -EPERM);
    configure("[PPP]\nDefaultRoute=no");
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV6), -EPERM);
    configure("");
    assert_int_equal(ask_address(MC_HELPER_ADD_SERVER, "127.0.0.1"), -EPERM);
    assert_int_equal(ask_address(MC_HELPER_ADD_SERVER, "0.0.0.0/0"), -EPERM);
    assert_int_equal(ask_names(1, "not-an-address"), -EPERM);
    assert_int_equal(ask_names(1, NULL), -EPERM);
    for (size_t i = 0; i < MC_LENGTH_OF(no_ttys); i++) {
        assert_int_equal(ask_tty(MC_HELPER_TTY_HOLDER, no_ttys[i]), -EPERM);
        assert_int_equal(ask_tty(MC_HELPER_GRANT_TTY, no_ttys[i]), -EPERM);
    }
    configure("[Modem]\nDevice=/dev/null");
    assert_int_equal(ask_tty(MC_HELPER_TTY_HOLDER, "/dev/zero"), -EPERM);
    assert_int_equal(ask_tty(MC_HELPER_GRANT_TTY, "/dev/zero"), -EPERM);
}

/* ---- the configuration ---- */

static int ask_config(const char *name)
{
    struct mc_helper_message message = {.kind = MC_HELPER_OPEN_CONFIG};

    mc_helper_text(message.body.path.text, sizeof(message.body.path.text), name);
    return ask(&message, NULL);
}

static void the_configuration_and_no_other_file(void **state)
{
    static const char *const others[] = {"../pppd", "/etc/passwd", "x/a.conf", ".a.conf", "a", ".conf"};
    char text[16] = "";

    scratch_write(bed.dir, "test.conf", "main", 0600);
    mkdir(scratch_path(bed.dir, "test.conf.d"), 0755);
    scratch_write(scratch_path(bed.dir, "test.conf.d"), "10-a.conf", "drop-in", 0600);
    mkdir(scratch_path(scratch_path(bed.dir, "test.conf.d"), "d.conf"), 0755);
    assert_int_equal(ask_config(""), 0);
    assert_int_equal(read(bed.fds[0], text, sizeof(text)), 4);
    assert_string_equal(text, "main");
    assert_int_equal(fcntl(bed.fds[0], F_GETFL) & O_ACCMODE, O_RDONLY);
    assert_int_equal(ask_config("10-a.conf"), 0);
    assert_int_equal(read(bed.fds[0], text, sizeof(text)), 7);
    assert_string_equal(text, "drop-in");
    assert_int_equal(ask_config("b.conf"), -ENOENT);
    assert_int_equal(ask_config("d.conf"), -EPERM);
    for (size_t i = 0; i < MC_LENGTH_OF(others); i++)
        assert_int_equal(ask_config(others[i]), -EPERM);
}

/* ---- a configuration with mistakes ---- */

static const char good[] = "[PDP]\nAPN=apn\nUser=somebody\nPassword=s3cret\n[PPP]\nRouteMetric=711\n";
static const char bad[] = "[PDP]\nAPN=apn\n[PPP]\nRouteMetric=712\nMTU=9000\n";
static unsigned told;

static void count_words(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n,
                        const char *message)
{
    if (level <= MC_LOG_WARNING && strstr(message, "the configuration has mistakes"))
        told++;
}

static void write_config(const char *text)
{
    bed.by_file = true;
    scratch_write(bed.dir, "test.conf", text, 0600);
}

static void assert_metric(int64_t metric, const char *password)
{
    const struct mc_settings *settings = bed_settings();

    assert_non_null(settings);
    assert_int_equal(settings->ppp.route_metric, metric);
    assert_string_equal(settings->pdp.password, password);
}

/* As the daemon goes on with its old one, so does its helper; also one that has never seen it. */
static void the_last_good_one_goes_on(void **state)
{
    static const struct {
        const char *text; /* NULL: there is no file */
        unsigned told;    /* by the helper that had seen another one before, and by the next one */
    } no_good[] = {{bad, 2}, {"[PPP]\nRouteMetric=712\n", 2}, {"", 1}, {NULL, 2}};
    struct stat st;

    write_config(good);
    assert_metric(711, "s3cret");
    assert_int_equal(stat(scratch_path(bed.dir, "test.config"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600); /* a secret is in it */
    mc_log_set_sink(count_words, NULL);
    for (size_t i = 0; i < MC_LENGTH_OF(no_good); i++) {
        if (no_good[i].text != NULL)
            write_config(no_good[i].text);
        else
            unlink(bed.config_path);
        told = 0;
        assert_metric(711, "s3cret"); /* in memory */
        assert_int_equal(another_helper(), 0);
        assert_metric(711, "s3cret");
        assert_metric(711, "s3cret");
        assert_int_equal(told, no_good[i].told);
    }
    mc_log_set_sink(quiet, NULL);
    assert_int_equal(ask_plain(MC_HELPER_OPEN_PTY), 0);
    write_config("[PDP]\nAPN=another\n[PPP]\nRouteMetric=713\n"); /* mended */
    assert_metric(713, "");
    write_config(bad);
    assert_int_equal(another_helper(), 0);
    assert_metric(713, "");
}

static void one_that_never_had_an_apn_is_served(void **state)
{
    write_config("[PPP]\nRouteMetric=1\n");
    assert_metric(1, "");
    write_config("[PPP]\nRouteMetric=2\n");
    assert_metric(2, "");
    write_config(bad);
    assert_int_equal(another_helper(), 0);
    assert_metric(2, "");
}

static int ask_to_delete_record(void)
{
    struct mc_helper_message message = {.kind = MC_HELPER_START_RESOLVCONF};
    int fds[2], r;

    message.body.names.option = MC_RECORD_DELETE_BOTH;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    const int out[MC_HELPER_FDS_MAX] = {fds[1], fds[1], -1};
    r = ask(&message, out);
    close(fds[0]);
    close(fds[1]);
    return r;
}

/* There is none from before: a call ends, and what it had is taken back; nothing is begun. */
static void without_any(void **state)
{
    char says[160];

    NEEDS_NETNS(bed.tun_fd);
    be_pppd();
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), 0);
    assert_int_equal(ask_address(MC_HELPER_ADD_SERVER, "192.0.2.1"), 1);
    scratch_write(bed.dir, "resolv.conf", "nameserver 127.0.0.1\n", 0644);
    assert_int_equal(ask_names(1, "192.0.2.1"), 1);
    assert_int_equal(ask_number(MC_HELPER_NETWORKMANAGER, 1), 0);
    scratch_write(bed.dir, "test.config", "rubbish", 0600);
    write_config(bad);
    assert_int_equal(ask_plain(MC_HELPER_OPEN_PTY), MC_HELPER_MISTAKES);
    snprintf(says, sizeof(says), "%s:5: [PPP] MTU=", bed.config_path);
    assert_string_equal(bed.reply.body.path.text, says);
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), MC_HELPER_MISTAKES);
    assert_int_equal(ask_address(MC_HELPER_ADD_SERVER, "192.0.2.2"), MC_HELPER_MISTAKES);
    assert_int_equal(ask_names(1, "192.0.2.1"), MC_HELPER_MISTAKES);
    assert_int_equal(ask_number(MC_HELPER_NETWORKMANAGER, 1), MC_HELPER_MISTAKES);
    assert_int_equal(ask_record(), MC_HELPER_MISTAKES);
    assert_int_equal(ask_resolved(), MC_HELPER_MISTAKES);
    assert_int_equal(ask_board(), MC_HELPER_MISTAKES);
    assert_int_equal(ask_tty(MC_HELPER_GRANT_TTY, "/dev/null"), MC_HELPER_MISTAKES);
    assert_int_equal(routes(711), 2);
    assert_int_equal(ask_address(MC_HELPER_REMOVE_SERVER, "192.0.2.1"), 0);
    assert_int_equal(routes(711), 1);
    assert_int_equal(ask_number(MC_HELPER_REMOVE_ROUTE, MC_HELPER_IPV4), 0);
    assert_int_equal(routes(711), 0);
    assert_int_equal(ask_number(MC_HELPER_SWEEP, 0), 0);
    assert_int_equal(ask_names(0, NULL), 1);
    assert_string_equal(text_of("resolv.conf"), "nameserver 127.0.0.1\n");
    assert_int_equal(ask_number(MC_HELPER_NETWORKMANAGER, 0), 0);
    assert_int_equal(ask_to_delete_record(), 0);
    assert_int_not_equal(ask_plain(MC_HELPER_REVERT_RESOLVED), MC_HELPER_MISTAKES);
    assert_int_equal(ask_number(MC_HELPER_STATUS, MC_ERRAND_BOARD), -ECHILD);
    assert_int_equal(ask_signal(MC_ERRAND_PPPD, MC_HELPER_CONT), 0);
    assert_int_equal(ask_config(""), 0); /* for the daemon, which says what is wrong */
}

static void the_boards_command(void **state)
{
    char more[128];

    snprintf(more, sizeof(more), "[Modem]\nPower=%s", scratch_path(bed.dir, "board"));
    scratch_write(bed.dir, "board", "#!/bin/sh\necho \"$@\" >\"${0%/*}/args\"\n", 0755);
    configure(more);
    assert_int_equal(ask_board(), 0);
    assert_true(mc_helper_server_busy(bed.server));
    struct pollfd pidfd = {.fd = bed.fds[0], .events = POLLIN};
    assert_int_equal(poll(&pidfd, 1, 10000), 1);
    assert_int_equal(ask_number(MC_HELPER_STATUS, MC_ERRAND_BOARD), 0);
    assert_int_equal(bed.reply.body.number, 0);
    assert_string_equal(text_of("args"), "on\n");
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(routes_through_our_interface, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dead_pppds_interface_is_not_ours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_probes_socket_of_our_interface, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(not_as_configured, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_configuration_and_no_other_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_good_one_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_never_had_an_apn_is_served, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_any, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_boards_command, set_up, tear_down),
    };
    mc_log_set_sink(quiet, NULL);
    return cmocka_run_group_tests_name("helper/server", tests, begin, NULL);
}
