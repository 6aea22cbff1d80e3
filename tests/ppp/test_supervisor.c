/* SPDX-License-Identifier: MIT */
#include "scratch.h"
#include <microcat/base/log.h>
#include <microcat/host/pty.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/supervisor.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct mc_loop *loop;
static char directory[SCRATCH_BYTES];
static struct mc_settings settings;
static struct mc_ppp_place place = {.plugin = "/plugin.so", .runtime_dir = directory, .instance = "test"};

/* What a call told, in words: "phase4 up ..." */
static struct {
    char words[512], interface[16];
    struct mc_ppp_link link;
    struct mc_ppp_end end;
    bool ended, refused;
    const char *free_at; /* frees the call in the callback of this name */
    unsigned rooms;
    size_t len, limit;      /* limit: how much it takes before it asks to wait */
    uint8_t bytes[1 << 20]; /* to the modem */
    struct mc_ppp *ppp;
} seen;
static char logged[4096];
static struct mc_ppp_failure failure;

__attribute__((format(printf, 1, 2))) static void word(const char *fmt, ...)
{
    size_t len = strlen(seen.words);
    va_list args;

    va_start(args, fmt);
    vsnprintf(seen.words + len, sizeof(seen.words) - len, fmt, args);
    va_end(args);
}

static void maybe_free(const char *where)
{
    if (seen.free_at != NULL && strcmp(seen.free_at, where) == 0) {
        mc_ppp_free(seen.ppp);
        seen.ppp = NULL;
        seen.ended = true;
    }
}

static void on_phase(void *ctx, enum mc_ppp_phase phase)
{
    word("phase%d ", (int)phase);
    maybe_free("phase");
}
static void on_auth(void *ctx, const char *protocol)
{
    word("%s ", protocol);
}
/* Once, and before there is an address. */
static void on_interface(void *ctx, const char *ifname)
{
    assert_string_equal(seen.interface, "");
    assert_null(strstr(seen.words, "up"));
    snprintf(seen.interface, sizeof(seen.interface), "%s", ifname);
}
static void on_up(void *ctx, const struct mc_ppp_link *link)
{
    assert_string_equal(seen.interface, link->ifname);
    seen.link = *link;
    word("up%s%s ", link->local[0] != '\0' ? "4" : "", link->local6[0] != '\0' ? "6" : "");
    maybe_free("up");
}
static void on_down(void *ctx)
{
    word("down ");
    maybe_free("down");
}
static size_t to_modem(void *ctx, const uint8_t *data, size_t len_bytes)
{
    size_t room = seen.limit - seen.len, n = len_bytes < room ? len_bytes : room;

    memcpy(seen.bytes + seen.len, data, n);
    seen.len += n;
    return n;
}
static void on_room(void *ctx)
{
    seen.rooms++;
}
static void on_sign(void *ctx, enum mc_relay_sign sign, const char *line)
{
    word("%s ", mc_relay_sign_name(sign));
    maybe_free("sign");
}
static void on_refused(void *ctx, const char *line)
{
    seen.refused = !seen.ended && strcmp(line, "CHAP authentication failed") == 0;
}
static void on_exit_(void *ctx, const struct mc_ppp_end *end)
{
    seen.end = *end;
    seen.ended = true;
    word("exit");
    maybe_free("exit");
}

static const struct mc_ppp_events events = {.on_phase = on_phase,
                                            .on_auth = on_auth,
                                            .on_interface = on_interface,
                                            .on_up = on_up,
                                            .on_down = on_down,
                                            .to_modem = to_modem,
                                            .on_room = on_room,
                                            .on_sign = on_sign,
                                            .on_refused = on_refused,
                                            .on_exit = on_exit_};

static void sink(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields,
                 const char *message)
{
    size_t len = strlen(logged);

    snprintf(logged + len, sizeof(logged) - len, "%d %s\n", (int)level, message);
}

static int set_up(void **state)
{
    if (scratch_make(directory) < 0)
        return -1;
    setenv("NOTIFY_SOCKET", "/run/none", 1); /* must not reach pppd */
    mc_log_set_sink(sink, NULL);
    mc_log_set_level(MC_LOG_DEBUG);
    settings.modem.baud_rate = 115200;
    settings.pdp.user = (char *)"sora";
    settings.pdp.password = (char *)"so geheim%";
    settings.ppp.program = (char *)FAKE_PPPD;
    settings.ppp.vrf = (char *)"";
    settings.ppp.echo_interval_ms = 20000;
    return mc_loop_new(&loop);
}

static int tear_down(void **state)
{
    mc_loop_free(loop);
    return rmdir(directory); /* the socket went with its call */
}

/* for the next start: 0 takes the usual */
static int64_t next_setup_ms, next_term_ms, next_check_ms;

static int start_result(const char *mode)
{
    memset(&seen, 0, offsetof(__typeof__(seen), bytes));
    seen.limit = sizeof(seen.bytes);
    logged[0] = '\0';
    settings.ppp.interface = (char *)mode;
    settings.ppp.setup_timeout_ms = next_setup_ms != 0 ? next_setup_ms : 20000;
    place.term_ms = next_term_ms;
    place.check_ms = next_check_ms;
    next_setup_ms = next_term_ms = next_check_ms = 0;
    return mc_ppp_start(loop, &settings, &place, &events, NULL, &seen.ppp, &failure);
}

static void start(const char *mode)
{
    assert_int_equal(start_result(mode), 0);
    assert_string_equal(seen.words, ""); /* nothing from inside */
}

static void turn(void)
{
    assert_int_equal(mc_loop_turn(loop), 0);
}

static void wait_word(const char *text)
{
    while (strstr(seen.words, text) == NULL) {
        if (seen.ended)
            fail_msg("ended without \"%s\": \"%s\" %s\n%s", text, seen.words, seen.end.text, logged);
        turn();
    }
}

static void wait_end(void)
{
    while (!seen.ended)
        turn();
    mc_ppp_free(seen.ppp);
    seen.ppp = NULL;
}

#define UP "phase2 phase3 CHAP phase4 up4 phase5 "

static void whole_call(void **state)
{
    static const uint8_t frame[] = "\x7e\xff\x03 some frame \x7e";

    start("online");
    wait_word(UP);
    assert_string_equal(seen.link.ifname, "ppp3");
    assert_string_equal(seen.link.local, "10.164.98.251");
    assert_string_equal(seen.link.dns[0], "100.127.0.53"); /* the bogus one is left out */
    assert_string_equal(seen.link.dns[1], "");
    assert_int_equal(seen.link.mtu, 1500);
    assert_int_equal(mc_ppp_phase(seen.ppp), MC_PPP_RUNNING);
    assert_int_equal(mc_ppp_from_modem(seen.ppp, frame, sizeof(frame) - 1), sizeof(frame) - 1);
    while (seen.len < sizeof(frame) - 1)
        turn();
    assert_memory_equal(seen.bytes, frame, sizeof(frame) - 1);
    assert_int_equal(mc_ppp_counters(seen.ppp)->rx_bytes, sizeof(frame) - 1);
    assert_int_equal(mc_ppp_counters(seen.ppp)->tx_bytes, sizeof(frame) - 1);
    mc_ppp_stop(seen.ppp);
    wait_end();
    assert_string_equal(seen.words, UP "phase6 down phase0 exit");
    assert_memory_equal(seen.bytes + seen.len - 6, "\x7eTERM\x7e", 6); /* the farewell reached the modem */
    assert_int_equal(seen.end.fault, MC_FAULT_NONE);
    assert_int_equal(seen.end.status, 5);
    assert_int_equal(seen.end.rx_bytes, 1000);
    assert_int_equal(seen.end.seconds, 30);
    assert_null(strstr(logged, "geheim"));
}

static void ends(void **state)
{
    static const struct {
        const char *mode, *words;
        enum mc_fault fault;
        const char *text;
    } cases[] = {
        {"exit1", "exit", MC_FAULT_PPPD_UNUSABLE, "exited with 1"},
        {"exit2", "exit", MC_FAULT_PPPD_UNUSABLE, "options"},
        {"exit4", "exit", MC_FAULT_NO_KERNEL_PPP, "no PPP"},
        {"room", "exit", MC_FAULT_PPPD_FAILED, "exited with 43"},
        {"refused", "phase2 phase3 phase0 exit", MC_FAULT_PPP_AUTH, "CHAP authentication failed"},
        {"killed", UP "down phase0 exit", MC_FAULT_PPPD_DIED, "signal 9 while running"},
        {"echodead", UP "down phase0 exit", MC_FAULT_PPP_ECHO_DEAD, "LCP echo"},
        {"bounce", UP "down up4 down phase0 exit", MC_FAULT_PPP_TERMINATED, "exited with 0"},
        {"dual", UP "up46 up6 down phase0 exit", MC_FAULT_PPP_TERMINATED, "exited with 0"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start(cases[i].mode);
        wait_end();
        if (strcmp(seen.words, cases[i].words) != 0 || seen.end.fault != cases[i].fault ||
            strstr(seen.end.text, cases[i].text) == NULL)
            fail_msg("%s: \"%s\", %s, \"%s\"\n%s", cases[i].mode, seen.words, mc_fault_info(seen.end.fault)->code,
                     seen.end.text, logged);
        assert_null(strstr(logged, "geheim"));
        assert_int_equal(seen.refused, strcmp(cases[i].mode, "refused") == 0);
    }
}

static void cannot_start(void **state)
{
    static const struct {
        const char *program;
        int result;
        enum mc_fault fault;
        const char *error;
    } cases[] = {
        {"missing", -ENOENT, MC_FAULT_PPPD_MISSING, "No such file or directory"},
        {"plain/pppd", -ENOTDIR, MC_FAULT_PPPD_MISSING, "Not a directory"},
        {"plain", -EACCES, MC_FAULT_PPPD_UNUSABLE, "Permission denied"},
    };
    char program[64], text[160];

    scratch_write(directory, "plain", "not a program\n", 0600);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(program, sizeof(program), "%s/%s", directory, cases[i].program);
        snprintf(text, sizeof(text), "%s: %s", program, cases[i].error);
        settings.ppp.program = program;
        assert_int_equal(start_result("online"), cases[i].result);
        assert_int_equal(failure.fault, cases[i].fault);
        assert_string_equal(failure.text, text);
        assert_int_equal(mc_ppp_check(&settings, &failure), cases[i].result);
        assert_int_equal(failure.fault, cases[i].fault);
        assert_string_equal(failure.text, text);
    }
    unlink(scratch_path(directory, "plain"));
    settings.ppp.program = (char *)FAKE_PPPD;
    assert_int_equal(mc_ppp_check(&settings, &failure), 0);
    assert_int_equal(start_result("-online"), -EINVAL);
    snprintf(program, sizeof(program), "%s/no", directory);
    place.runtime_dir = program;
    assert_int_equal(start_result("online"), -ENOENT); /* of a socket: says nothing of pppd */
    assert_int_equal(failure.fault, MC_FAULT_HOST_REFUSED);
    snprintf(text, sizeof(text), "no socket for pppd's plugin: %s/pppd-test.sock: No such file or directory", program);
    assert_string_equal(failure.text, text);
    place.runtime_dir = directory;
    assert_int_equal(mc_timerq_next_ms(mc_loop_timers(loop)), -1); /* nothing is left */
}

static void no_address_in_time(void **state)
{
    next_setup_ms = 3000; /* in which pppd says its first word on any machine */
    start("silent");
    wait_end();
    assert_string_equal(seen.words, "phase2 phase0 exit");
    assert_int_equal(seen.end.fault, MC_FAULT_PPP_TIMEOUT);
}

/* A link-local address reaches nobody but the peer: the time goes on, until a global one is there. */
static void link_local_is_no_address(void **state)
{
    next_setup_ms = 5000; /* in which pppd comes as far as that on any machine */
    start("linklocal");
    wait_end();
    assert_non_null(strstr(seen.words, "up6 "));
    assert_int_equal(seen.end.fault, MC_FAULT_PPP_NO_ADDRESS);
    next_setup_ms = 1000000;
    next_check_ms = 3000000;
    start("linklocal");
    wait_word("up6 ");
    int64_t due_ms = mc_timerq_next_ms(mc_loop_timers(loop));
    mc_ppp_reachable(seen.ppp);
    assert_true(mc_timerq_next_ms(mc_loop_timers(loop)) > due_ms + 1000000); /* nothing but the look at pppd is left */
    mc_ppp_stop(seen.ppp);
    wait_end();
    assert_int_equal(seen.end.fault, MC_FAULT_NONE);
}

static void ignores_term(void **state)
{
    next_term_ms = 200;
    start("deaf");
    wait_word(UP);
    mc_ppp_stop(seen.ppp);
    wait_end();
    assert_int_equal(seen.end.fault, MC_FAULT_PPPD_STUCK);
    assert_int_equal(seen.end.signal, SIGKILL);
    assert_non_null(strstr(seen.words, "down phase0 exit"));
}

static void killed_on_request(void **state)
{
    start("deaf");
    wait_word(UP);
    mc_ppp_kill(seen.ppp);
    wait_end();
    assert_int_equal(seen.end.fault, MC_FAULT_NONE);
    assert_string_equal(seen.words, UP "down phase0 exit");
}

/* It hangs in the kernel, and no signal ends it: modelled by a descriptor that never tells an end and takes no signal.
 */
static void cannot_be_killed(void **state)
{
    for (int killed = 0; killed < 2; killed++) {
        struct mc_ppp_leave leave = {.slave_fd = -1, .pid = getpid(), .pidfd = eventfd(0, EFD_CLOEXEC)};
        char name[64];

        assert_int_equal(mc_pty_open(&leave.master_fd, &leave.slave_fd, name, sizeof(name)), 0);
        memset(&seen, 0, offsetof(__typeof__(seen), bytes));
        settings.ppp.setup_timeout_ms = 60000;
        place.term_ms = 100;
        assert_int_equal(mc_ppp_adopt(loop, &settings, &place, &leave, &events, NULL, &seen.ppp), 0);
        if (killed)
            mc_ppp_kill(seen.ppp);
        else
            mc_ppp_stop(seen.ppp);
        wait_end();
        assert_int_equal(seen.end.fault, MC_FAULT_PPPD_STUCK);
        assert_non_null(strstr(seen.end.text, "cannot be killed"));
        assert_int_equal(mc_timerq_next_ms(mc_loop_timers(loop)), -1);
    }
}

static void stopped_by_somebody(void **state)
{
    next_check_ms = 50;
    start("stopped");
    wait_end();
    assert_int_equal(seen.end.fault, MC_FAULT_PPPD_STUCK);
}

static void signs_between_frames(void **state)
{
    static const uint8_t bytes[] = "\x7e\xff\x03 \r\nNO CARRIER\r\n \x7e\r\n+PPPD: DISCONNECTED\r\n\r\nNO CARRIER\r\n";

    start("online");
    wait_word(UP);
    assert_int_equal(mc_ppp_from_modem(seen.ppp, bytes, sizeof(bytes) - 1), sizeof(bytes) - 1);
    assert_string_equal(seen.words, UP); /* not from inside */
    wait_word("no-carrier");
    assert_string_equal(seen.words, UP "disconnected no-carrier ");
    mc_ppp_kill(seen.ppp);
    wait_end();
}

/* A sign at the end of an open frame, found by the silence behind it. */
static void sign_in_an_open_frame(void **state)
{
    start("online");
    wait_word(UP);
    assert_int_equal(mc_ppp_from_modem(seen.ppp, (const uint8_t *)"\x7e\xff\x03 half\r\nNO CARRIER\r\n", 22), 22);
    wait_word("no-carrier");
    mc_ppp_kill(seen.ppp);
    wait_end();
}

/* A megabyte through pppd and back, while the modem's side takes a little at a time: nothing lost, nothing grows. */
static void flow_control_both_ways(void **state)
{
    static uint8_t wanted[200000];
    size_t sent = 0;

    for (size_t i = 0; i < sizeof(wanted); i++)
        wanted[i] = (uint8_t)(i * 7 + i / 251);
    start("online");
    wait_word(UP);
    seen.limit = 0;
    while (seen.len < sizeof(wanted)) {
        size_t n = sizeof(wanted) - sent;

        sent += mc_ppp_from_modem(seen.ppp, wanted + sent, n < 5000 ? n : 5000);
        if (seen.limit == seen.len) {
            seen.limit += seen.limit + 3000 <= sizeof(seen.bytes) ? 3000 : 0;
            mc_ppp_resume(seen.ppp);
        }
        turn();
    }
    assert_int_equal(sent, sizeof(wanted));
    assert_memory_equal(seen.bytes, wanted, sizeof(wanted));
    assert_true(mc_ppp_counters(seen.ppp)->tx_stalls > 0);
    mc_ppp_kill(seen.ppp);
    wait_end();
}

/* Nobody reads the pty: mc_ppp_from_modem() refuses, and says when it can again. */
static void room_is_told(void **state)
{
    uint8_t bytes[4096] = {0x7e};
    size_t total = 0, taken;

    start("online");
    wait_word(UP);
    assert_int_equal(kill(mc_ppp_pid(seen.ppp), SIGSTOP), 0);
    while ((taken = mc_ppp_from_modem(seen.ppp, bytes, sizeof(bytes))) > 0 && total < 10 << 20)
        total += taken;
    assert_true(total < 10 << 20);
    assert_int_equal(seen.rooms, 0);
    assert_int_equal(kill(mc_ppp_pid(seen.ppp), SIGCONT), 0);
    while (seen.rooms == 0)
        turn();
    assert_true(mc_ppp_from_modem(seen.ppp, bytes, sizeof(bytes)) > 0);
    mc_ppp_kill(seen.ppp);
    wait_end();
}

static void freed_in_any_callback(void **state)
{
    static const char *const where[] = {"phase", "up", "down", "sign", "exit"};

    for (size_t i = 0; i < 5; i++) {
        start(strcmp(where[i], "down") == 0 ? "bounce" : strcmp(where[i], "sign") == 0 ? "online" : "echodead");
        seen.free_at = where[i];
        if (strcmp(where[i], "sign") == 0) {
            wait_word(UP);
            assert_int_equal(mc_ppp_from_modem(seen.ppp, (const uint8_t *)"\r\nRDY\r\n", 7), 7);
        }
        while (!seen.ended)
            turn();
        assert_null(seen.ppp);
        while (mc_timerq_next_ms(mc_loop_timers(loop)) != -1) /* the burial; no timer but it may be left */
            turn();
    }
}

static void garbage_on_the_socket(void **state)
{
    start("garbage");
    wait_word(UP);
    while (strstr(logged, "does not speak our protocol") == NULL)
        turn();
    mc_ppp_stop(seen.ppp);
    wait_end();
    assert_int_equal(seen.end.fault, MC_FAULT_NONE);
    assert_string_equal(seen.words, UP "down phase0 exit");
}

/* The daemon is replaced under a running call: the descriptors go to the successor, the plugin comes back by itself. */
static void adopted(void **state)
{
    struct mc_ppp_leave leave;

    start("again");
    wait_word(UP);
    assert_int_equal(mc_ppp_lend(seen.ppp, &leave), 0);
    leave.master_fd = fcntl(leave.master_fd, F_DUPFD_CLOEXEC, 3); /* what the fd store would give back */
    leave.slave_fd = fcntl(leave.slave_fd, F_DUPFD_CLOEXEC, 3);
    leave.pidfd = fcntl(leave.pidfd, F_DUPFD_CLOEXEC, 3);
    mc_ppp_abandon(seen.ppp);
    seen.words[0] = seen.interface[0] = '\0';
    place.runtime_dir = "/run/elsewhere"; /* by now: the plugin looks where it was told to */
    assert_int_equal(mc_ppp_adopt(loop, &settings, &place, &leave, &events, NULL, &seen.ppp), 0);
    place.runtime_dir = directory;
    wait_word("phase5 up4 ");
    assert_string_equal(seen.words, "phase5 up4 ");
    assert_int_equal(mc_ppp_from_modem(seen.ppp, (const uint8_t *)"abc", 3), 3);
    while (seen.len < 3)
        turn();
    mc_ppp_stop(seen.ppp);
    wait_end();
    assert_string_equal(seen.words, "phase5 up4 phase6 down phase0 exit");
    assert_int_equal(seen.end.fault, MC_FAULT_NONE);
    waitpid(leave.pid, NULL, 0); /* in a real restart init does this */
}

/* An interface that still has its address needs no plugin to be believed; one that has not waits for it. */
static void adopted_as_it_stands(void **state)
{
    static const struct {
        const char *ifname, *address;
        bool stands;
    } cases[] = {{"lo", "127.0.0.1", true}, {"lo", "127.9.9.9", false}, {"ppp99", "127.0.0.1", false}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mc_ppp_leave leave;

        start("online"); /* its plugin does not come back by itself */
        wait_word(UP);
        assert_int_equal(mc_ppp_lend(seen.ppp, &leave), 0);
        assert_string_equal(leave.link.ifname, "ppp3");
        leave.master_fd = fcntl(leave.master_fd, F_DUPFD_CLOEXEC, 3);
        leave.slave_fd = fcntl(leave.slave_fd, F_DUPFD_CLOEXEC, 3);
        leave.pidfd = fcntl(leave.pidfd, F_DUPFD_CLOEXEC, 3);
        memset(&leave.link, 0, sizeof(leave.link));
        strcpy(leave.link.ifname, cases[i].ifname);
        strcpy(leave.link.local, cases[i].address);
        mc_ppp_abandon(seen.ppp);
        seen.words[0] = seen.interface[0] = '\0';
        next_setup_ms = 0;
        assert_int_equal(mc_ppp_adopt(loop, &settings, &place, &leave, &events, NULL, &seen.ppp), 0);
        assert_string_equal(seen.words, ""); /* nothing from inside */
        if (cases[i].stands) {
            wait_word("phase5 up4 ");
            assert_string_equal(seen.link.ifname, "lo");
        } else {
            turn();
            assert_string_equal(seen.words, "");
        }
        mc_ppp_kill(seen.ppp);
        wait_end();
        assert_int_equal(seen.end.fault, MC_FAULT_NONE);
        waitpid(leave.pid, NULL, 0);
    }
}

static void socket_is_private(void **state)
{
    char path[128];
    struct stat info;

    start("online");
    snprintf(path, sizeof(path), "%s/pppd-test.sock", directory);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    mc_ppp_kill(seen.ppp);
    wait_end();
    assert_int_equal(stat(path, &info), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_call),
        cmocka_unit_test(ends),
        cmocka_unit_test(cannot_start),
        cmocka_unit_test(no_address_in_time),
        cmocka_unit_test(link_local_is_no_address),
        cmocka_unit_test(ignores_term),
        cmocka_unit_test(killed_on_request),
        cmocka_unit_test(cannot_be_killed),
        cmocka_unit_test(stopped_by_somebody),
        cmocka_unit_test(signs_between_frames),
        cmocka_unit_test(sign_in_an_open_frame),
        cmocka_unit_test(flow_control_both_ways),
        cmocka_unit_test(room_is_told),
        cmocka_unit_test(freed_in_any_callback),
        cmocka_unit_test(garbage_on_the_socket),
        cmocka_unit_test(adopted),
        cmocka_unit_test(adopted_as_it_stands),
        cmocka_unit_test(socket_is_private),
    };
    alarm(60);
    return cmocka_run_group_tests_name("ppp/supervisor", tests, set_up, tear_down);
}
