/* SPDX-License-Identifier: MIT */
/* microcat-sim as a program: a pty, its settings, the stub network behind it, the control socket, the plug. */
#include "control.h"
#include "internet.h"
#include "ppp_stub.h"
#include "pump.h"
#include "scratch.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/buf.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#define DEADLINE_MS 10000

extern char **environ;

struct run {
    char dir[64], link[96], control[96], link_option[128], control_option[128];
    pid_t pid;
    int tty;
    uint8_t said[4096];
    size_t len;
    struct sim_pump *pump;
    struct sim_ppp *ppp;
    struct mc_timer deadline;
    bool late, ended;
    uint8_t packet[2048];
    size_t packet_len;
};

static pid_t start(char *const argv[], int *ret_out, int *ret_err)
{
    posix_spawn_file_actions_t actions;
    int out[2], err[2];
    pid_t pid;

    assert_int_equal(pipe(out), 0);
    assert_int_equal(pipe(err), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    for (int i = 0; i < 2; i++) {
        posix_spawn_file_actions_addclose(&actions, out[i]);
        posix_spawn_file_actions_addclose(&actions, err[i]);
    }
    assert_int_equal(posix_spawn(&pid, SIM_PROGRAM, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    close(err[1]);
    *ret_out = out[0];
    *ret_err = err[0];
    return pid;
}

static void read_all(int fd, char *out, size_t out_bytes, bool line)
{
    size_t len = 0;
    ssize_t n = 1;

    while (n > 0 && len + 1 < out_bytes && !(line && len > 0 && out[len - 1] == '\n')) {
        n = read(fd, out + len, line ? 1 : out_bytes - 1 - len);
        len += n > 0 ? (size_t)n : 0;
    }
    out[len] = '\0';
    close(fd);
}

static void on_deadline(void *ctx)
{
    struct run *run = ctx;

    run->late = true;
    sim_pump_stop(run->pump);
}

static void begin(struct run *run, const char *extra)
{
    char *argv[] = {(char *)"microcat-sim",
                    (char *)"--profile=warm",
                    (char *)"--speed=fast",
                    (char *)"--quiet",
                    (char *)"--network=stub",
                    (char *)"--set=usb-power=no",
                    run->link_option,
                    run->control_option,
                    (char *)extra,
                    NULL};
    char path[128];
    int out, err;

    memset(run, 0, sizeof(*run));
    assert_int_equal(scratch_make(run->dir), 0);
    snprintf(run->link, sizeof(run->link), "%s/tty", run->dir);
    snprintf(run->control, sizeof(run->control), "%s/control", run->dir);
    snprintf(run->link_option, sizeof(run->link_option), "--link=%s", run->link);
    snprintf(run->control_option, sizeof(run->control_option), "--control=%s", run->control);
    run->pid = start(argv, &out, &err);
    read_all(out, path, sizeof(path), true);
    close(err);
    path[strcspn(path, "\n")] = '\0';
    assert_string_equal(path, run->link);
}

static void open_tty(struct run *run, speed_t speed)
{
    struct termios raw;

    run->tty = open(run->link, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(run->tty >= 0);
    assert_int_equal(tcgetattr(run->tty, &raw), 0);
    cfmakeraw(&raw);
    raw.c_cflag |= CLOCAL;
    cfsetspeed(&raw, speed);
    assert_int_equal(tcsetattr(run->tty, TCSANOW, &raw), 0);
}

/* Reads until @end closes what was said; the alarm ends a test that waits in vain. */
static void wait_for(struct run *run, const char *end)
{
    size_t len = strlen(end);

    while (run->len < len || memcmp(run->said + run->len - len, end, len) != 0) {
        ssize_t n = read(run->tty, run->said + run->len, sizeof(run->said) - run->len);

        assert_true(n > 0);
        run->len += (size_t)n;
    }
    run->said[run->len] = '\0';
}

static void ask(struct run *run, const char *command, const char *answer)
{
    run->len = 0;
    assert_int_equal(write(run->tty, command, strlen(command)), strlen(command));
    wait_for(run, answer);
}

/* One line to the control socket; returns the answer's first line. */
static const char *control(struct run *run, const char *line)
{
    static char text[512];
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(where.sun_path, run->control);
    assert_int_equal(connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
    assert_true(dprintf(fd, "%s\n", line) > 0);
    read_all(fd, text, sizeof(text), true);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static void end(struct run *run)
{
    struct stat stat_of;
    int status;

    if (run->tty > 0)
        close(run->tty);
    assert_string_equal(control(run, "quit"), "ok");
    assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(lstat(run->link, &stat_of), -1);
    assert_int_equal(lstat(run->control, &stat_of), -1);
    assert_int_equal(rmdir(run->dir), 0);
}

static void speaks_at(void **state)
{
    struct run run;

    begin(&run, NULL);
    open_tty(&run, B115200);
    ask(&run, "AT\r", "\r\nOK\r\n");
    assert_string_equal((char *)run.said, "AT\r\r\nOK\r\n");
    ask(&run, "AT+CEREG?\r", "\r\nOK\r\n");
    assert_string_equal((char *)run.said, "AT+CEREG?\r\r\n+CEREG: 0,5\r\n\r\nOK\r\n");
    assert_string_equal(control(&run, "get host_baud"), "115200");
    close(run.tty);
    open_tty(&run, B115200); /* closed and opened again, it is there */
    ask(&run, "AT\r", "\r\nOK\r\n");
    end(&run);
}

static void hears_the_speed(void **state)
{
    struct run run;

    begin(&run, NULL);
    open_tty(&run, B9600);
    assert_int_equal(write(run.tty, "AT\r", 3), 3);
    while (strcmp(control(&run, "get garbled_bytes"), "3") != 0) /* nothing is answered; the alarm is the deadline */
        ;
    close(run.tty);
    open_tty(&run, B115200);
    ask(&run, "AT+IPR=460800\r", "\r\nOK\r\n");
    close(run.tty);
    open_tty(&run, B460800);
    ask(&run, "AT\r", "\r\nOK\r\n");
    end(&run);
}

static void plug(void **state)
{
    struct stat stat_of;
    struct run run;
    char byte;

    begin(&run, NULL);
    open_tty(&run, B115200);
    assert_string_equal(control(&run, "unplug"), "ok");
    assert_true(read(run.tty, &byte, 1) <= 0);
    assert_int_equal(lstat(run.link, &stat_of), -1);
    close(run.tty);
    assert_string_equal(control(&run, "plug"), "ok");
    open_tty(&run, B115200);
    ask(&run, "AT\r", "\r\nOK\r\n");
    assert_string_equal(control(&run, "nonsense"), "error not known");
    end(&run);
}

static void ppp_write(void *ctx, const uint8_t *data, size_t len)
{
    struct run *run = ctx;

    assert_int_equal(write(run->tty, data, len), len);
}

static void ppp_phase(void *ctx, enum sim_ppp_phase phase)
{
    static const uint8_t ping[28] = {0x45, 0,   0, 28, 0, 1, 0, 0, 64,   1,    0, 0, 10, 164,
                                     98,   251, 8, 8,  8, 8, 8, 0, 0xf7, 0xfd, 0, 1, 0,  1};
    struct run *run = ctx;

    if (phase == SIM_PPP_RUNNING)
        assert_int_equal(sim_ppp_packet(run->ppp, ping, sizeof(ping)), 0);
}

static void ppp_packet(void *ctx, const uint8_t *data, size_t len)
{
    struct run *run = ctx;

    memcpy(run->packet, data, len);
    run->packet_len = len;
    sim_ppp_close(run->ppp);
}

static void ppp_ended(void *ctx, enum sim_ppp_end why)
{
    struct run *run = ctx;

    run->ended = why == SIM_PPP_END_SELF;
    sim_pump_stop(run->pump);
}

static void on_tty(void *ctx, short events)
{
    struct run *run = ctx;
    ssize_t n = read(run->tty, run->said, sizeof(run->said));

    assert_true(n > 0);
    run->len = (size_t)n; /* the modem's words may have come with PPP's last frame */
    sim_ppp_input(run->ppp, run->said, run->len);
}

/* From ATD to a ping through PPP and back to command mode. */
static void carries_a_call(void **state)
{
    static const struct sim_ppp_callbacks callbacks = {ppp_write, ppp_phase, ppp_packet, ppp_ended};
    struct sim_ppp_config config = {.user = "anybody", .password = "anything", .seed = 3};
    struct run run;

    begin(&run, NULL);
    open_tty(&run, B115200);
    ask(&run, "ATD*99***1#\r", "\r\nCONNECT\r\n");
    run.pump = sim_pump_new();
    run.ppp = sim_ppp_new(sim_pump_queue(run.pump), &config, &callbacks, &run);
    mc_timer_init(&run.deadline, "deadline", on_deadline, &run);
    mc_timer_arm(&run.deadline, sim_pump_queue(run.pump), DEADLINE_MS);
    assert_int_equal(sim_pump_add(run.pump, run.tty, POLLIN, on_tty, &run), 0);
    sim_ppp_open(run.ppp);
    assert_int_equal(sim_pump_run(run.pump), 0);
    assert_false(run.late);
    assert_true(run.ended);
    assert_int_equal(run.packet_len, 28);
    assert_int_equal(run.packet[20], 0); /* echo reply */
    assert_memory_equal(sim_ppp_addresses(run.ppp)->local, ((const uint8_t[]){10, 164, 98, 251}), 4);
    assert_int_equal(sim_ppp_addresses(run.ppp)->auth, SIM_PPP_AUTH_CHAP);
    wait_for(&run, "\r\n+PPPD: DISCONNECTED\r\n");
    ask(&run, "AT\r", "\r\nOK\r\n");
    mc_timer_disarm(&run.deadline);
    sim_ppp_free(run.ppp);
    sim_pump_free(run.pump);
    assert_string_equal(control(&run, "get calls"), "1");
    end(&run);
}

static void options(void **state)
{
    static const struct {
        const char *option;
        int status;
        const char *out, *err;
    } rows[] = {
        {"--help", 0, "Control commands:", ""},
        {"--version", 0, "microcat-sim ", ""},
        {"--profile=nothing", 2, "", "nothing"},
        {"--set=net-stat=x", 2, "", "net-stat=x"},
        {"--set=nothing", 2, "", "nothing"},
        {"--latency=sleep=1", 2, "", "sleep=1"},
        {"--network=carrier-pigeon", 2, "", "carrier-pigeon"},
        {"--network-auth=maybe", 2, "", "maybe"},
        {"--speed=warp", 2, "", "warp"},
        {"--send=state", 2, "", "--control"},
        {"--nonsense", 2, "", "nonsense"},
        {"stray", 2, "", "stray"},
        {"--tty=/dev/no-such-tty", 1, "", "/dev/no-such-tty"},
        {"--inject=explode", 1, "", "not known"},
        {"--control=/no-such-directory/socket", 1, "", "No such file"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *argv[] = {(char *)"microcat-sim", (char *)rows[i].option, NULL};
        char text[16384], errors[1024];
        int out, err, status;
        pid_t pid = start(argv, &out, &err);

        read_all(out, text, sizeof(text), false);
        read_all(err, errors, sizeof(errors), false);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), rows[i].status);
        assert_non_null(strstr(text, rows[i].out));
        assert_non_null(strstr(errors, rows[i].err));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_at),      cmocka_unit_test(hears_the_speed), cmocka_unit_test(plug),
        cmocka_unit_test(carries_a_call), cmocka_unit_test(options),
    };

    signal(SIGPIPE, SIG_IGN);
    alarm(60); /* whatever waits in vain */
    return cmocka_run_group_tests_name("sim program", tests, NULL, NULL);
}
