/* SPDX-License-Identifier: MIT */
/* Devices that are not there, not ours, somebody else's, no modem, or gone in the middle of a word. */
#include "whole.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static void comes_and_goes(void **state)
{
    struct whole *w = *state;
    int fds;

    whole_config(w, NULL);
    whole_start(w, NULL);
    whole_said(w, &w->daemon, "the device is not there (there is no ");
    assert_string_equal(whole_get(w, "fault.code"), "no-device");
    whole_sim_start(w, "--profile=warm|--profile=searching|--set=usb-power=no");
    whole_wait(w, "register");                          /* where it stays for now */
    assert_string_equal(whole_get(w, "fault"), "null"); /* it is there: no fault any more, before it is online */
    whole_sim(w, "register");
    whole_wait(w, "online");
    fds = whole_fds_quiet(w);
    for (int i = 0; i < 3; i++) {
        whole_sim(w, "unplug");
        whole_wait(w, "absent");
        assert_string_equal(whole_get(w, "device.path"), "null");
        assert_string_equal(whole_get(w, "ppp.local"), "null");
        assert_true(!strcmp(whole_get(w, "fault.code"), "device-gone") ||
                    !strcmp(whole_get(w, "fault.code"), "no-device"));
        whole_sim(w, "plug");
        whole_wait(w, "online");
    }
    whole_fds_settle(w, fds);
    whole_end(w);
}

static void ends_in_mid_command(void **state)
{
    static const struct {
        const char *silent, *state;
    } rows[] = {{"AT+IFC", "setup"}, {"AT+CPIN", "sim"}, {"AT+CGDCONT", "pdp"}};
    struct whole *w = *state;
    int fds = 0;

    whole_config(w, NULL);
    whole_sim_start(w, "--profile=cold|--set=usb-power=no");
    whole_start(w, NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        whole_sim(w, "unplug");
        whole_wait(w, "absent");
        if (i == 1)
            fds = whole_fds_quiet(w);
        else if (i > 1)
            whole_fds_settle(w, fds);
        whole_sim(w, "silence %s", rows[i].silent);
        whole_sim(w, "plug");
        whole_until(w, "state", rows[i].state);
        whole_sim(w, "unplug");
        whole_wait(w, "absent");
        whole_sim(w, "forgive");
        whole_sim(w, "plug");
        whole_wait(w, "online");
    }
    whole_end(w);
}

static void permission_denied(void **state)
{
    struct whole *w = *state;
    char path[128];

    w->uid = WHOLE_NOBODY;
    assert_int_equal(chmod(w->dir, 0777), 0);
    snprintf(path, sizeof(path), "%s/state", w->dir);
    assert_int_equal(chmod(path, 0777), 0);
    whole_sim_start(w, "--profile=warm");
    whole_config(w, "[PDP]\nPassword=open\n");
    whole_start(w, NULL);
    whole_until(w, "fault.code", "device-denied");
    snprintf(path, sizeof(path), "%s: permission denied", w->tty);
    assert_string_equal(whole_get(w, "fault.detail"), path);
    whole_ctl_says(w, "status", 0, "permission denied");
    assert_int_equal(whole_sim_count(w, "commands"), 0);
    assert_int_equal(chmod(w->tty, 0666), 0);
    whole_ctl(w, "reconnect"); /* whether nobody may reach pppd and have a pty for it is the host's business */
    assert_string_equal(whole_get(w, "modem.model"), "SIM7672JP-MNGV");
    assert_true(whole_sim_count(w, "commands") > 0);
    whole_end(w);
}

/* A modem of ours in the place of the simulator's: a pty and who answers on it. */
enum stranger { ECHOES, BABBLES, PROMPTS };

/* What MicroPython 1.27's prompt makes of "AT". It must see nothing that it would take for more than a name. */
static ssize_t answer_as_python(int master, const char *bytes, size_t n)
{
    static const char error[] = "\r\nTraceback (most recent call last):\r\n  File \"<stdin>\", line 1, in <module>\r\n"
                                "NameError: name 'AT' isn't defined\r\n>>> ";
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != 'A' && bytes[i] != 'T' && bytes[i] != '\r')
            return write(master, "KEYS WERE PRESSED\r\n", 19) < 0 ? -1 : 0;
        if ((bytes[i] == '\r' ? write(master, error, sizeof(error) - 1) : write(master, &bytes[i], 1)) < 0)
            return -1;
    }
    return 0;
}

static void play(int master, enum stranger stranger)
{
    static const char babble[] = "GPS: $GPGGA,123519,4807.038,N\r\nlogin: \xff\xfe\r\nwelcome\r\n";
    char bytes[512];

    for (;;) {
        struct pollfd poller = {.fd = master, .events = POLLIN};
        ssize_t n;

        if (stranger == BABBLES && write(master, babble, sizeof(babble)) < 0)
            _exit(1);
        if (poll(&poller, 1, stranger == BABBLES ? 20 : -1) <= 0)
            continue;
        n = read(master, bytes, sizeof(bytes));
        if (n > 0 && stranger == ECHOES && write(master, bytes, (size_t)n) < 0)
            _exit(1);
        if (n > 0 && stranger == PROMPTS && answer_as_python(master, bytes, (size_t)n) < 0)
            _exit(1);
    }
}

static void start_stranger(struct whole *w, enum stranger stranger)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
    struct termios raw;

    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_int_equal(tcgetattr(slave, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
    assert_int_equal(symlink(ptsname(master), w->tty), 0);
    w->other.pid = fork();
    if (w->other.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        play(master, stranger);
    }
    w->other.pidfd = pidfd_open(w->other.pid, 0);
    close(master);
    close(slave);
}

static void not_a_modem(void **state)
{
    static const struct {
        enum stranger stranger;
        const char *fault;
        const char *says;
    } rows[] = {{ECHOES, "modem-silent", "only the echo"},
                {BABBLES, "not-a-modem", "modem"},
                {PROMPTS, "not-a-modem", "microcat-bridge install"}};
    struct whole *w = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int fds;

        start_stranger(w, rows[i].stranger);
        whole_config(w, "[Modem]\nBootTime=5s\n");
        whole_start(w, NULL);
        fds = whole_fds_quiet(w);
        whole_until(w, "fault.code", rows[i].fault);
        whole_ctl_says(w, "status", 0, rows[i].says);
        if (rows[i].stranger == PROMPTS) {
            whole_ctl(w, "trace");
            assert_null(strstr(w->out, "KEYS WERE PRESSED"));
        }
        whole_fds_settle(w, fds + (rows[i].stranger == ECHOES)); /* the port; what is no modem's is let go of */
        whole_stop(w, 2000);
        whole_kill(&w->other, SIGKILL);
        assert_int_equal(unlink(w->tty), 0);
    }
    whole_end(w);
}

static void taken_by_another(void **state)
{
    struct whole *w = *state;
    int fd, fds;
    char says[192];

    whole_config(w, NULL);
    whole_sim_start(w, "--profile=warm");
    fd = open(w->tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    whole_start(w, NULL);
    whole_until(w, "fault.code", "device-busy");
    snprintf(says, sizeof(says), "%s is used by test_whole_devi (pid %d)", w->tty, (int)getpid());
    assert_string_equal(whole_get(w, "fault.detail"), says);
    whole_ctl_says(w, "status", 0, says);
    assert_int_equal(whole_sim_count(w, "commands"), 0);
    fds = whole_fds_quiet(w);
    whole_ctl_says(w, "reconnect", 1, "is used by");
    whole_fds_settle(w, fds);
    close(fd);
    whole_ctl_says(w, "reconnect", 0, "Online");
    whole_end(w);
}

static void not_a_device(void **state)
{
    struct whole *w = *state;

    whole_config(w, "[Modem]\nDevice=/dev/null\n");
    whole_start(w, NULL);
    whole_until(w, "fault.code", "not-a-modem");
    assert_string_equal(whole_get(w, "fault.detail"), "/dev/null is not a tty");
    whole_ctl_says(w, "status", 0, "/dev/null is not a tty");
    whole_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(comes_and_goes), WHOLE_TEST(ends_in_mid_command), WHOLE_TEST(permission_denied),
        WHOLE_TEST(not_a_modem),    WHOLE_TEST(taken_by_another),    WHOLE_TEST(not_a_device),
    };

    return cmocka_run_group_tests_name("whole: device", tests, whole_world, NULL);
}
