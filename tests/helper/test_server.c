/* SPDX-License-Identifier: MIT */
/*
 * What the helper does for its client, and what it refuses: the configuration, its own notes and the kernel decide. A
 * shell script is pppd, a TUN interface in a network of our own is its.
 */
#include <microcat/base/cleanup.h>
#include <microcat/daemon/config.h>
#include <microcat/helper/server.h>
#include <microcat/host/privileged.h>
#include <microcat/io/atomic_file.h>
#include <microcat/io/loop.h>
#include <microcat/io/process.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "netns.h"
#include "scratch.h"
#include "wait.h"

#include <cmocka.h>

static struct {
    char dir[SCRATCH_BYTES], pid_dir[64], resolv_conf[64], config_path[64];
    const char *pid_files[2];
    struct mc_loop *loop;
    struct mc_helper_server *server;
    struct mc_config *config;
    struct mc_helper_message reply;
    int fds[MC_HELPER_FDS_MAX]; /* of the last reply */
    int master_fd;              /* of the last pty */
    int tun_fd;
} bed = {.master_fd = -1};

/* ---- asking ---- */

static void configure(const char *more)
{
    char text[1024];

    snprintf(text, sizeof(text),
             "[PDP]\nAPN=apn\nUser=somebody\nPassword=s3cret\nAuthentication=chap\n[PPP]\nProgram=%s/pppd\n"
             "Interface=mcppp0\nRouteMetric=711\n[Control]\nSocket=%s/run/microcatd.sock\n%s\n",
             bed.dir, bed.dir, more);
    mc_config_free(bed.config);
    assert_int_equal(mc_config_load_text("test", text, strlen(text), NULL, NULL, &bed.config), 0);
}

static int ask(const struct mc_helper_message *request, const int fds[MC_HELPER_FDS_MAX])
{
    static const int none[MC_HELPER_FDS_MAX] = {-1, -1, -1};

    mc_helper_close_fds(bed.fds);
    mc_helper_serve(bed.server, mc_config_settings(bed.config), request, fds != NULL ? fds : none, &bed.reply, bed.fds);
    /* Whatever it is, it can be said. */
    char data[MC_HELPER_MESSAGE_BYTES];
    assert_true(mc_helper_pack(MC_HELPER_REPLY, &bed.reply, data) > 0);
    for (size_t i = 0; i < MC_HELPER_FDS_MAX; i++)
        assert_int_equal(bed.fds[i] >= 0, i < mc_helper_fds(MC_HELPER_REPLY, bed.reply.kind, bed.reply.result));
    return bed.reply.result;
}

static int ask_plain(enum mc_helper_kind kind)
{
    return ask(&(struct mc_helper_message){.kind = kind}, NULL);
}

static int ask_number(enum mc_helper_kind kind, uint32_t number)
{
    return ask(&(struct mc_helper_message){.kind = kind, .body.number = number}, NULL);
}

static int ask_address(enum mc_helper_kind kind, const char *address)
{
    struct mc_helper_message message = {.kind = kind};

    mc_helper_text(message.body.address.text, sizeof(message.body.address.text), address);
    return ask(&message, NULL);
}

static int ask_tty(enum mc_helper_kind kind, const char *path)
{
    struct mc_helper_message message = {.kind = kind};

    mc_helper_text(message.body.path.text, sizeof(message.body.path.text), path);
    return ask(&message, NULL);
}

static int ask_signal(enum mc_errand_kind errand, enum mc_helper_signal_word signal)
{
    return ask(&(struct mc_helper_message){.kind = MC_HELPER_SIGNAL, .body.signal = {errand, signal}}, NULL);
}

static int ask_names(uint32_t give, const char *server)
{
    struct mc_helper_message message = {.kind = MC_HELPER_WRITE_NAMES, .body.names.option = give};

    if (server != NULL) {
        message.body.names.servers.n = 1;
        mc_helper_text(message.body.names.servers.address[0], MC_HELPER_ADDRESS_BYTES, server);
    }
    return ask(&message, NULL);
}

/* ---- the bed ---- */

static void note_pppd(pid_t pid, const char *start)
{
    char text[64];

    snprintf(text, sizeof(text), "%d %s\n", (int)pid, start);
    scratch_write(bed.dir, "test.pppd", text, 0600);
}

static void pid_file(pid_t pid)
{
    char text[16];

    snprintf(text, sizeof(text), "%d\n", (int)pid);
    scratch_write(bed.pid_dir, "mcppp0.pid", text, 0644);
}

/* This very process is pppd, and the interface its. */
static void be_pppd(void)
{
    struct mc_process self;

    assert_int_equal(mc_process_read(getpid(), &self), 0);
    note_pppd(getpid(), self.start);
    pid_file(getpid());
}

static int set_up(void **state)
{
    const char *script = "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"${0%/*}/args\"\ncat <&3 >\"${0%/*}/secrets\"\n"
                         "echo started\nexec sleep 1000\n";
    struct mc_helper_place place = {
        .instance = "test", .notes = bed.dir, .config = bed.config_path, .plugin = "/plugin.so"};

    if (scratch_make(bed.dir) < 0 || mc_loop_new(&bed.loop) < 0)
        return -1;
    snprintf(bed.pid_dir, sizeof(bed.pid_dir), "%s/run", bed.dir);
    snprintf(bed.resolv_conf, sizeof(bed.resolv_conf), "%s/resolv.conf", bed.dir);
    snprintf(bed.config_path, sizeof(bed.config_path), "%s/test.conf", bed.dir);
    mkdir(bed.pid_dir, 0755);
    scratch_write(bed.dir, "pppd", script, 0755);
    bed.pid_files[0] = bed.pid_dir;
    place.pid_files = bed.pid_files;
    place.resolv_conf = bed.resolv_conf;
    place.resolvconf = place.networkmanager = bed.pid_dir;
    for (size_t i = 0; i < MC_HELPER_FDS_MAX; i++)
        bed.fds[i] = -1;
    configure("");
    return mc_helper_server_new(bed.loop, &place, &bed.server);
}

static int tear_down(void **state)
{
    mc_helper_close_fds(bed.fds);
    mc_helper_server_free(bed.server);
    mc_config_free(bed.config);
    bed.config = NULL;
    mc_loop_free(bed.loop);
    return scratch_remove(bed.dir);
}

static char *text_of(const char *name)
{
    static char *text;

    free(text);
    assert_int_equal(mc_file_read(scratch_path(bed.dir, name), 4096, &text, NULL), 0);
    return text;
}

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
    char said[16] = "", tty[160];

    make_fds(fds, &out);
    snprintf(tty, sizeof(tty), "%s\n", bed.reply.body.path.text);
    assert_int_equal(ask(&start, fds), 0);
    mc_helper_close_fds(fds);
    assert_int_equal(read(out, said, sizeof(said)), 8); /* by its pipe to us */
    assert_string_equal(said, "started\n");
    /* The arguments are the configuration's, and tell no secret; those go by the pipe. */
    const char *args = text_of("args");
    assert_int_equal(strncmp(args, tty, strlen(tty)), 0);
    assert_non_null(strstr(args, "ifname\nmcppp0\n"));
    assert_non_null(strstr(args, "plugin\n/plugin.so\n"));
    assert_non_null(strstr(args, "microcat-secrets\n3\n"));
    assert_non_null(strstr(args, "/run/pppd-test.sock\n"));
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
    for (size_t i = 0; i < MC_LENGTH_OF(others); i++) {
        fds[0] = open(others[i], O_RDWR | O_CLOEXEC | O_NOCTTY);
        assert_true(fds[0] >= 0);
        assert_int_equal(ask(&start, fds), -EPERM);
        close(fds[0]);
    }
    /* Nor any file for its log. */
    fds[0] = right;
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
    pid_file(1); /* an interface of another pppd */
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), -ENODEV);
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

static void an_icmp_socket_of_our_interface(void **state)
{
    char bound[16] = "";
    socklen_t len = sizeof(bound);

    NEEDS_NETNS(bed.tun_fd);
    be_pppd();
    configure("[Probe]\nMethod=icmp");
    assert_int_equal(ask_number(MC_HELPER_OPEN_ICMP, MC_HELPER_IPV4), 0);
    assert_int_equal(getsockopt(bed.fds[0], SOL_SOCKET, SO_BINDTODEVICE, bound, &len), 0);
    assert_string_equal(bound, "mcppp0");
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
    configure("[PPP]\nDefaultRoute=ipv6\nUseDNS=no\n[PDP]\nType=IP");
    assert_int_equal(ask_number(MC_HELPER_ADD_ROUTE, MC_HELPER_IPV4), -EPERM);
    assert_int_equal(ask_address(MC_HELPER_ADD_SERVER, "192.0.2.1"), -EPERM);
    assert_int_equal(ask_names(1, "192.0.2.1"), -EPERM);
    assert_int_equal(ask_record(), -EPERM);
    assert_int_equal(ask_resolved(), -EPERM);
    assert_int_equal(ask_plain(MC_HELPER_JOIN_VRF), -EPERM);
    assert_int_equal(ask_plain(MC_HELPER_ACCEPT_ROUTER), -EPERM);
    assert_int_equal(ask_plain(MC_HELPER_ASK_ROUTER), -EPERM);
    assert_int_equal(ask_number(MC_HELPER_OPEN_ICMP, MC_HELPER_IPV4), -EPERM);
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

static int begin(void **state)
{
    bed.tun_fd = test_network_enter() < 0 ? -1 : netns_tun("mcppp0", "10.164.98.251");
    return 0;
}

static void quiet(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n, const char *message)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pppd_runs_as_configured, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_pppd_an_instance, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_other_tty, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_program_that_is_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_signal_to_nobody_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(routes_through_our_interface, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_icmp_socket_of_our_interface, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(not_as_configured, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_configuration_and_no_other_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_boards_command, set_up, tear_down),
    };
    mc_log_set_sink(quiet, NULL);
    return cmocka_run_group_tests_name("helper/server", tests, begin, NULL);
}
