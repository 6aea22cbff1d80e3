/* SPDX-License-Identifier: MIT */

/* mc_dns against a private bus (dbus-daemon) and a stand-in for systemd-resolved, both processes of this test. */

#include "scratch.h"
#include <microcat/io/loop.h>
#include <microcat/ppp/dns.h>

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <cmocka.h>

static struct mc_loop *loop;
static char directory[SCRATCH_BYTES], address[128];
static pid_t bus_pid = -1, resolved_pid = -1;
static int told_fd = -1; /* what the stand-in was told */
static struct {
    int n, result;
} seen;

static void on_done(void *ctx, int result)
{
    seen.n++;
    seen.result = result;
}

/* --- the stand-in --- */

enum manner { OBEY, REFUSE, MUTE };
static enum manner manner;
static int tell_fd;

static int on_call(sd_bus_message *call, void *ctx, sd_bus_error *error)
{
    const char *method = sd_bus_message_get_member(call);
    char line[256];
    int index = 0, yes = 0, len;

    if (!sd_bus_message_is_method_call(call, "org.freedesktop.resolve1.Manager", NULL))
        return 0;
    sd_bus_message_read(call, "i", &index);
    len = snprintf(line, sizeof(line), "%s %d", method, index);
    if (strcmp(method, "SetLinkDNS") == 0) {
        sd_bus_message_enter_container(call, 'a', "(iay)");
        while (sd_bus_message_enter_container(call, 'r', "iay") > 0) {
            const void *bytes;
            size_t n;
            int family;

            sd_bus_message_read(call, "i", &family);
            sd_bus_message_read_array(call, 'y', &bytes, &n);
            len += snprintf(line + len, sizeof(line) - (size_t)len, " %d:%zu:%d", family, n,
                            ((const uint8_t *)bytes)[n - 1]);
            sd_bus_message_exit_container(call);
        }
    } else if (strcmp(method, "SetLinkDefaultRoute") == 0) {
        sd_bus_message_read(call, "b", &yes);
        len += snprintf(line + len, sizeof(line) - (size_t)len, " %d", yes);
    }
    len += snprintf(line + len, sizeof(line) - (size_t)len, "\n");
    if (write(tell_fd, line, (size_t)len) != len)
        _exit(1);
    if (manner == MUTE)
        return 1;
    if (manner == REFUSE)
        return sd_bus_reply_method_errorf(call, "org.freedesktop.resolve1.LinkBusy", "managed elsewhere");
    return sd_bus_reply_method_return(call, NULL);
}

static void serve(void)
{
    sd_bus *bus = NULL;

    if (sd_bus_new(&bus) < 0 || sd_bus_set_address(bus, address) < 0 || sd_bus_set_bus_client(bus, 1) < 0 ||
        sd_bus_start(bus) < 0 || sd_bus_add_filter(bus, NULL, on_call, NULL) < 0 ||
        sd_bus_request_name(bus, "org.freedesktop.resolve1", 0) < 0)
        _exit(1);
    if (write(tell_fd, "ready\n", 6) != 6)
        _exit(1);
    for (;;)
        if (sd_bus_process(bus, NULL) == 0)
            sd_bus_wait(bus, UINT64_MAX);
}

static const char *next_line(void)
{
    static char line[256];
    size_t len = 0;

    while (len + 1 < sizeof(line) && read(told_fd, line + len, 1) == 1 && line[len] != '\n')
        len++;
    line[len] = '\0';
    return line;
}

static void start_resolved(enum manner how)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    resolved_pid = fork();
    if (resolved_pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(fds[0]);
        manner = how;
        tell_fd = fds[1];
        serve();
    }
    close(fds[1]);
    told_fd = fds[0];
    assert_string_equal(next_line(), "ready");
}

static void stop_resolved(void)
{
    kill(resolved_pid, SIGKILL);
    waitpid(resolved_pid, NULL, 0);
    resolved_pid = -1;
    close(told_fd);
}

/* --- the bus --- */

static bool start_bus(void)
{
    char config[128], config_arg[160], fd_text[32], byte;
    int fds[2];
    FILE *file;

    snprintf(config, sizeof(config), "%s/bus.conf", directory);
    snprintf(address, sizeof(address), "unix:path=%s/bus", directory);
    file = fopen(config, "we");
    fprintf(file,
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
            "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
            "<busconfig><type>system</type><listen>%s</listen><policy context=\"default\"><allow user=\"*\"/>"
            "<allow own=\"*\"/><allow send_destination=\"*\"/><allow receive_sender=\"*\"/></policy></busconfig>\n",
            address);
    fclose(file);
    if (pipe(fds) < 0)
        return false;
    bus_pid = fork();
    if (bus_pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* not to outlive a test that fails */
        close(fds[0]);
        snprintf(fd_text, sizeof(fd_text), "--print-address=%d", fds[1]);
        snprintf(config_arg, sizeof(config_arg), "--config-file=%s", config);
        execlp("dbus-daemon", "dbus-daemon", config_arg, "--nofork", "--nopidfile", fd_text, NULL);
        _exit(127);
    }
    close(fds[1]);
    if (read(fds[0], &byte, 1) != 1) { /* it prints once it listens */
        waitpid(bus_pid, NULL, 0);
        bus_pid = -1;
    }
    close(fds[0]);
    return bus_pid > 0;
}

static int set_up(void **state)
{
    if (scratch_make(directory) < 0)
        return -1;
    start_bus();
    return mc_loop_new(&loop);
}

static int tear_down(void **state)
{
    if (bus_pid > 0) {
        kill(bus_pid, SIGTERM);
        waitpid(bus_pid, NULL, 0);
    }
    mc_loop_free(loop);
    return scratch_remove(directory);
}

#define NEEDS_BUS()                                                                                                    \
    do {                                                                                                               \
        if (bus_pid < 0) {                                                                                             \
            print_message("needs dbus-daemon\n");                                                                      \
            skip();                                                                                                    \
        }                                                                                                              \
    } while (0)

static struct mc_dns *new_dns(void)
{
    struct mc_dns *dns = mc_dns_new(loop);

    memset(&seen, 0, sizeof(seen));
    assert_int_equal(mc_dns_set_address(dns, address), 0);
    return dns;
}

static void wait_done(int n)
{
    while (seen.n < n)
        assert_int_equal(mc_loop_turn(loop), 0);
    assert_int_equal(seen.n, n);
}

static const char *const servers[] = {"100.127.0.53", "10.11.12.13", "2001:db8::7"};

static void usable(void **state)
{
    static const struct {
        const char *address;
        bool usable;
    } cases[] = {
        {"100.127.0.53", true}, {"8.8.8.8", true},   {"10.11.12.12", true},
        {"2001:db8::1", true},  {"fe80::1", true},   {"10.11.12.13", false},
        {"10.11.12.14", false}, {"0.0.0.0", false},  {"127.0.0.53", false},
        {"224.0.0.1", false},   {"::", false},       {"::1", false},
        {"ff02::1", false},     {"", false},         {"soracom.io", false},
        {"1.2.3", false},       {"1.2.3.4 ", false}, {"255.255.255.255", false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (mc_dns_usable(cases[i].address) != cases[i].usable)
            fail_msg("\"%s\"", cases[i].address);
}

static void given_and_taken_back(void **state)
{
    char wanted[64];
    unsigned lo = if_nametoindex("lo");
    struct mc_dns *dns;

    NEEDS_BUS();
    start_resolved(OBEY);
    dns = new_dns();
    assert_int_equal(mc_dns_set(dns, "lo", servers, 3, true, on_done, NULL), 0);
    assert_int_equal(seen.n, 0); /* never from inside */
    wait_done(1);
    assert_int_equal(seen.result, 0);
    snprintf(wanted, sizeof(wanted), "SetLinkDNS %u 2:4:53 10:16:7", lo);
    assert_string_equal(next_line(), wanted);
    snprintf(wanted, sizeof(wanted), "SetLinkDefaultRoute %u 1", lo);
    assert_string_equal(next_line(), wanted);
    assert_int_equal(mc_dns_revert(dns, "lo", on_done, NULL), 0);
    wait_done(2);
    assert_int_equal(seen.result, 0);
    snprintf(wanted, sizeof(wanted), "RevertLink %u", lo);
    assert_string_equal(next_line(), wanted);
    mc_dns_free(dns);
    stop_resolved();
}

static void not_the_default(void **state)
{
    struct mc_dns *dns;

    NEEDS_BUS();
    start_resolved(OBEY);
    dns = new_dns();
    assert_int_equal(mc_dns_set(dns, "lo", servers, 1, false, on_done, NULL), 0);
    wait_done(1);
    next_line();
    assert_non_null(strstr(next_line(), "SetLinkDefaultRoute"));
    mc_dns_free(dns);
    stop_resolved();
}

static void refused(void **state)
{
    struct mc_dns *dns;

    NEEDS_BUS();
    start_resolved(REFUSE);
    dns = new_dns();
    assert_int_equal(mc_dns_set(dns, "lo", servers, 1, true, on_done, NULL), 0);
    wait_done(1);
    assert_true(seen.result < 0 && seen.result != -ENOENT && seen.result != -ETIMEDOUT);
    mc_dns_free(dns);
    stop_resolved();
}

static void no_resolved(void **state)
{
    struct mc_dns *dns;

    NEEDS_BUS();
    dns = new_dns();
    assert_int_equal(mc_dns_set(dns, "lo", servers, 1, true, on_done, NULL), 0);
    assert_int_equal(mc_dns_revert(dns, "lo", NULL, NULL), 0);
    wait_done(1);
    assert_int_equal(seen.result, -ENOENT);
    mc_dns_free(dns);
}

static void no_bus(void **state)
{
    struct mc_dns *dns = new_dns();

    assert_int_equal(mc_dns_set_address(dns, "unix:path=/nonexistent/bus"), 0);
    assert_int_equal(mc_dns_set(dns, "lo", servers, 1, true, on_done, NULL), 0);
    assert_int_equal(seen.n, 0);
    wait_done(1);
    assert_int_equal(seen.result, -ENOENT);
    mc_dns_free(dns);
}

/* It dies over a question: the answer is an error, not silence; and without an answer there is a time limit, or the end
 * by free. */
static void dies_or_is_mute(void **state)
{
    struct mc_dns *dns;

    NEEDS_BUS();
    start_resolved(MUTE);
    dns = new_dns();
    assert_int_equal(mc_dns_set(dns, "lo", servers, 1, true, on_done, NULL), 0);
    assert_in_range(mc_timerq_next_ms(mc_loop_timers(loop)) - mc_loop_clock_ms(), 0, 5100); /* the limit */
    while (poll(&(struct pollfd){.fd = told_fd, .events = POLLIN}, 1, 0) == 0)
        assert_int_equal(mc_loop_turn(loop), 0);
    stop_resolved(); /* in mid-question */
    wait_done(1);
    assert_true(seen.result < 0);
    start_resolved(MUTE);
    assert_int_equal(mc_dns_set(dns, "lo", servers, 1, true, on_done, NULL), 0);
    mc_dns_free(dns);
    assert_int_equal(seen.n, 1);
    assert_int_equal(mc_timerq_next_ms(mc_loop_timers(loop)), -1);
    stop_resolved();
}

static void bad_requests(void **state)
{
    static const char *const bogus[] = {"10.11.12.13", "10.11.12.14"};
    struct mc_dns *dns = new_dns();

    assert_int_equal(mc_dns_set(dns, "lo", bogus, 2, true, on_done, NULL), -EINVAL);
    assert_int_equal(mc_dns_set(dns, "lo", NULL, 0, true, on_done, NULL), -EINVAL);
    assert_int_equal(mc_dns_set(dns, "nope0", servers, 1, true, on_done, NULL), -ENODEV);
    assert_int_equal(mc_dns_revert(dns, "nope0", on_done, NULL), -ENODEV);
    mc_dns_free(dns);
    assert_int_equal(seen.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usable),          cmocka_unit_test(given_and_taken_back), cmocka_unit_test(not_the_default),
        cmocka_unit_test(refused),         cmocka_unit_test(no_resolved),          cmocka_unit_test(no_bus),
        cmocka_unit_test(dies_or_is_mute), cmocka_unit_test(bad_requests),
    };
    alarm(20);
    return cmocka_run_group_tests_name("ppp/dns", tests, set_up, tear_down);
}
