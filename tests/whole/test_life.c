/* SPDX-License-Identifier: MIT */
/* The daemon's own life: what systemd hears, SIGHUP, SIGTERM in every state, a crash, what the next one remembers. */
#include "whole.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void tells_systemd(void **state)
{
    struct whole *w = *state;

    w->environment = "WATCHDOG_USEC=200000";
    whole_config(w, NULL);
    whole_start(w, NULL);
    whole_said(w, &w->systemd, "STATUS=absent: the device is not there");
    whole_said(w, &w->systemd, "WATCHDOG=1");
    whole_said(w, &w->systemd, "WATCHDOG=1");
    whole_sim_start(w, "--profile=warm");
    whole_said(w, &w->systemd, "STATUS=online: 10.164.98.251 on ppp0");
    whole_sim(w, "no-carrier");
    whole_said(w, &w->systemd, "STATUS=backoff: the network ended the call");
    whole_said(w, &w->systemd, "STATUS=dial: dialling\n");
    whole_wait(w, "online");
    whole_kill(&w->daemon, SIGHUP);
    whole_said(w, &w->systemd, "RELOADING=1\nMONOTONIC_USEC=");
    whole_said(w, &w->systemd, "READY=1");
    whole_kill(&w->daemon, SIGTERM);
    whole_said(w, &w->systemd, "STOPPING=1\nSTATUS=hanging up\nEXTEND_TIMEOUT_USEC=");
    assert_int_equal(whole_ended(w, &w->daemon), 0);
    whole_end(w);
}

/* A socket that nobody reads, bound at @path. */
static int deaf_socket(const char *path)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    snprintf(where.sun_path, sizeof(where.sun_path), "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&where, sizeof(where)), 0);
    return fd;
}

/* What the messages so far leave in the descriptor store: a bit each. */
static unsigned stored_after(unsigned stored, const char *message, bool with_fd)
{
    static const char *const names[] = {"tty", "pty", "pty-slave", "pppd"};
    const char *name = strstr(message, "FDNAME=");

    for (unsigned i = 0; name && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name + strlen("FDNAME="), names[i]) != 0)
            continue;
        if (strstr(message, "FDSTOREREMOVE=1"))
            stored &= ~(1u << i);
        else if (with_fd && !(stored & 1u << i)) /* one of each: systemd would keep both */
            stored |= 1u << i;
        else
            fail_msg("twice, or without a descriptor: %s", message);
    }
    return stored;
}

/* Reads on until a message begins with @text. */
static unsigned hear_until(int fd, const char *text, unsigned stored)
{
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;
    char said[4096] = "";

    while (strncmp(said, text, strlen(text)) != 0) {
        char control[CMSG_SPACE(sizeof(int))];
        struct iovec iov = {said, sizeof(said) - 1};
        struct msghdr message = {
            .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
        int got = -1;

        if (!whole_poll(fd, POLLIN, until_ms))
            fail_msg("\"%s\" was never said, at last \"%s\"", text, said);
        ssize_t len = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
        assert_true(len >= 0);
        said[len] = '\0';
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header && header->cmsg_type == SCM_RIGHTS) {
            memcpy(&got, CMSG_DATA(header), sizeof(got));
            close(got);
        }
        stored = stored_after(stored, said, got >= 0);
    }
    return stored;
}

/* A service manager that reads nothing holds nobody up, and hears what counts when it reads again. */
static void a_deaf_service_manager(void **state)
{
    struct whole *w = *state;
    char words[160], environment[320], path[96];

    whole_config(w, NULL);
    snprintf(path, sizeof(path), "%s/deaf", w->dir);
    int fd = deaf_socket(path);
    snprintf(words, sizeof(words), "--config=%s", w->conf);
    snprintf(environment, sizeof(environment), "STATE_DIRECTORY=%s/state|NOTIFY_SOCKET=%s", w->dir, path);
    whole_spawn(w, &w->daemon, getenv("MICROCATD"), words, environment, 0);
    hear_until(fd, "READY=1", 0);
    whole_sim_start(w, "--profile=warm");
    whole_wait(w, "online"); /* the socket takes ten: state after state, and eight for the descriptors */
    for (int i = 0; i < 3; i++)
        whole_ctl_says(w, "reconnect", 0, "Online");
    whole_said(w, &w->daemon, "the service manager does not read its notifications");
    unsigned stored =
        hear_until(fd, "FDSTORE=1\nFDNAME=pppd", 0); /* that of the first call, or already the last one's */
    stored = hear_until(fd, "STATUS=online: 10.164.98.251 on ppp0", stored);
    assert_int_equal(stored, 0xf);
    whole_said(w, &w->daemon, "the service manager reads its notifications again");
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    assert_int_equal(hear_until(fd, "FDSTOREREMOVE=1\nFDNAME=pppd", stored), 0); /* and they are taken back */
    close(fd);
    whole_end(w);
}

static void reloads(void **state)
{
    struct whole *w = *state;

    whole_online(w, NULL, NULL);
    whole_kill(&w->daemon, SIGHUP);
    whole_said(w, &w->daemon, "configuration read anew: nothing changed");
    assert_int_equal(whole_sim_count(w, "dials"), 1);
    whole_config(w, "[PPP]\nMTU=9000\n");
    whole_kill(&w->daemon, SIGHUP);
    whole_said(w, &w->daemon, "MTU=9000");
    whole_said(w, &w->daemon, "the old one goes on");
    assert_string_equal(whole_get(w, "state"), "online");
    whole_config(w, "[PDP]\nAPN=\n"); /* half a file is no reason to end the call, and to wait for a person */
    whole_kill(&w->daemon, SIGHUP);
    whole_said(w, &w->daemon, "[PDP] APN= is missing");
    whole_said(w, &w->daemon, "the old one goes on");
    assert_string_equal(whole_get(w, "state"), "online");
    assert_int_equal(whole_sim_count(w, "dials"), 1);
    whole_config(w, "[PDP]\nAPN=example.org\nPassword=another-one\n");
    whole_kill(&w->daemon, SIGHUP);
    whole_said(w, &w->daemon, "[PDP] APN: soracom.io -> example.org");
    whole_said(w, &w->daemon, "configuration read anew: changed");
    whole_until(w, "pdp.apn", "example.org");
    whole_wait(w, "online");
    whole_until(w, "last_outage.text", "the configuration changed");
    assert_string_equal(whole_sim(w, "get saved_apn"), "example.org");
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    whole_end(w);
}

/* What a reload cannot change is named, and shown as it is in force. */
static void reloads_what_it_can(void **state)
{
    struct whole *w = *state;
    char more[320];
    struct stat st;

    whole_online(w, NULL, "[Control]\nReadGroup=daemon\n");
    snprintf(more, sizeof(more),
             "[Modem]\nDevice=/dev/null\nUsbID=1234:abcd\nSerial=x\nUsbInterface=2\n[Control]\nSocket=%s2\n"
             "TraceLines=50\nReadGroup=no-such-group\n",
             w->socket);
    whole_config(w, more);
    whole_kill(&w->daemon, SIGHUP);
    whole_said(w, &w->daemon, "[Modem] Device=/dev/null takes effect with the next start");
    whole_said(w, &w->daemon, "[Modem] UsbID=1234:abcd takes effect with the next start");
    whole_said(w, &w->daemon, "[Modem] Serial=x takes effect with the next start");
    whole_said(w, &w->daemon, "[Modem] UsbInterface=2 takes effect with the next start");
    whole_said(w, &w->daemon, "[Control] Socket=");
    whole_said(w, &w->daemon, "[Control] TraceLines=50 takes effect with the next start");
    whole_said(w, &w->daemon, "ReadGroup=no-such-group: no such group");
    whole_said(w, &w->daemon, "Group= and ReadGroup= stay as they were");
    whole_said(w, &w->daemon, "configuration read anew: nothing changed");
    assert_int_equal(stat(w->socket, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
    assert_int_equal(whole_ctl(w, "--json|info"), 0);
    assert_non_null(strstr(w->out, "\"name\":\"Control.TraceLines\",\"value\":\"400\""));
    assert_non_null(strstr(w->out, "\"name\":\"Control.ReadGroup\",\"value\":\"daemon\""));
    assert_null(strstr(w->out, "/dev/null"));
    assert_string_equal(whole_get(w, "state"), "online"); /* nothing is in force that was not */
    assert_int_equal(whole_sim_count(w, "dials"), 1);
    whole_end(w);
}

static void stop_within(struct whole *w, const char *state, int64_t bound_ms)
{
    whole_until(w, "state", state);
    whole_stop(w, bound_ms);
    if (w->sim.pid) {
        whole_sim(w, "quit");
        whole_ended(w, &w->sim);
    }
}

/* Each state, how to get the link to stay in it, and how long the end may take: where no call is to be ended, no
 * longer than a busy machine needs. */
static void stops_in_every_state(void **state)
{
    static const struct {
        const char *state, *sim, *config;
        int64_t bound_ms;
    } rows[] = {
        {"absent", NULL, NULL, 3000},
        {"sync", "--profile=warm|--inject=mute on", NULL, 3000},
        {"setup", "--profile=warm|--inject=silence AT+IFC", NULL, 3000},
        {"sim", "--profile=warm|--inject=silence AT+CPIN", NULL, 3000},
        {"pdp", "--profile=warm|--inject=silence AT+CGDCONT", NULL, 3000},
        {"register", "--profile=warm|--profile=searching", NULL, 3000},
        {"dial", "--profile=warm|--inject=dial-reject silence", NULL, 5000},
        {"ppp", "--profile=warm|--inject=no-address on", NULL, 15000},
        {"online", "--profile=warm", NULL, 5000},
        {"backoff", "--profile=warm|--inject=dial-reject 133", NULL, 3000},
        {"held", "--profile=warm|--profile=sim-pin=4711", NULL, 3000},
    };
    struct whole *w = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("# in %s\n", rows[i].state);
        whole_config(w, rows[i].config);
        if (rows[i].sim)
            whole_sim_start(w, rows[i].sim);
        whole_start(w, NULL);
        stop_within(w, rows[i].state, rows[i].bound_ms);
    }
    whole_online(w, NULL, NULL);
    whole_ctl_says(w, "disconnect", 0, "");
    stop_within(w, "stopped", 3000);
    whole_end(w);
}

/* While it hangs up: the modem does not come back by itself, and a second SIGTERM changes nothing. */
static void stops_in_hangup(void **state)
{
    struct whole *w = *state;

    whole_online(w, NULL, NULL);
    whole_sim(w, "hang-on-hangup on");
    whole_kill(&w->daemon, SIGTERM);
    whole_until(w, "state", "hangup");
    whole_kill(&w->daemon, SIGTERM);
    whole_stop(w, 16000);
    whole_end(w);
}

/* The modem is in command mode afterwards: the next daemon finds it at once. */
static void leaves_the_modem_in_command_mode(void **state)
{
    struct whole *w = *state;

    whole_online(w, NULL, NULL);
    whole_stop(w, 5000);
    assert_string_equal(whole_sim(w, "get mode"), "command");
    whole_start(w, NULL);
    whole_wait(w, "online");
    assert_int_equal(whole_sim_count(w, "escapes"), 0);
    whole_end(w);
}

/* SIGUSR2 leaves the call to the next daemon; where nobody keeps it meanwhile it is ended in order. */
static void leaves_nothing_to_nobody(void **state)
{
    struct whole *w = *state;
    char words[160], environment[160];

    whole_config(w, NULL);
    whole_sim_start(w, "--profile=warm");
    snprintf(words, sizeof(words), "--config=%s", w->conf);
    snprintf(environment, sizeof(environment), "STATE_DIRECTORY=%s/state", w->dir);
    whole_spawn(w, &w->daemon, getenv("MICROCATD"), words, environment, 0);
    whole_said(w, &w->daemon, "ppp -> online");
    whole_kill(&w->daemon, SIGUSR2);
    whole_said(w, &w->daemon, "it cannot be left to another microcatd");
    assert_int_equal(whole_ended(w, &w->daemon), 0);
    assert_string_equal(whole_sim(w, "get mode"), "command");
    whole_end(w);
}

/* kill -9 while online: systemd kept the call, the next daemon carries it on. */
static void crash_keeps_the_call(void **state)
{
    struct whole *w = *state;
    int64_t pid;

    whole_online(w, NULL, NULL);
    pid = whole_get_int(w, "ppp.pid");
    whole_kill(&w->daemon, SIGKILL);
    whole_start(w, NULL); /* over the socket that the dead one has left */
    whole_said(w, &w->daemon, "carrying on the call");
    whole_wait(w, "online");
    assert_int_equal(whole_get_int(w, "ppp.pid"), pid);
    assert_string_equal(whole_get(w, "ppp.local"), "10.164.98.251");
    assert_int_equal(whole_sim_count(w, "dials"), 1);
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    whole_ctl_says(w, "connect", 0, "Online");
    whole_end(w);
}

/* The same where nobody keeps it: the modem is found in data mode, brought back and dialled. */
static void crash_without_store(void **state)
{
    struct whole *w = *state;

    w->keeps = false;
    whole_online(w, NULL, NULL);
    whole_kill(&w->daemon, SIGKILL);
    assert_string_equal(whole_sim(w, "get mode"), whole_muxed() ? "cmux" : "data");
    whole_start(w, NULL);
    whole_wait(w, "online");
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    assert_int_equal(whole_sim_count(w, "resets"), 0);
    whole_end(w);
}

static void sockets(void **state)
{
    struct whole *w = *state;
    char out[512], place[128];

    whole_config(w, NULL);
    whole_start(w, NULL);
    snprintf(out, sizeof(out), "--config=%s", w->conf);
    snprintf(place, sizeof(place), "STATE_DIRECTORY=%s/other", w->dir);
    whole_spawn(w, &w->other, getenv("MICROCATD"), out, place, 0);
    assert_int_equal(whole_ended(w, &w->other), 1);
    whole_said(w, &w->other, "another microcatd answers there");
    whole_ctl_says(w, "status", 0, "absent"); /* the first one's socket is still there */
    whole_kill(&w->daemon, SIGKILL);
    whole_ctl_says(w, "status", 3, "nobody answers");
    whole_start(w, NULL);
    whole_ctl_says(w, "status", 0, "absent");
    whole_end(w);
}

static void history_survives(void **state)
{
    struct whole *w = *state;

    whole_online(w, NULL, NULL);
    whole_sim(w, "no-carrier");
    whole_until(w, "counters.redials", "1");
    whole_wait(w, "online");
    whole_ctl_says(w, "history", 0, "no-carrier");
    whole_stop(w, 5000);
    whole_start(w, NULL);
    whole_wait(w, "online");
    whole_ctl_says(w, "history", 0, "no-carrier");
    whole_ctl_says(w, "--json|history", 0, "\"kind\":\"start\"");
    whole_stop(w, 5000);
    whole_write(w, "state/history", "rubbish\xff\n\n5\n", 0600);
    whole_write(w, "state/budgets", "more rubbish\n", 0600);
    whole_write(w, "state/modem", "{}\n", 0600);
    whole_write(w, "state/call", "x y z\n", 0600);
    whole_start(w, NULL);
    whole_said(w, &w->daemon, "budgets");
    whole_wait(w, "online");
    whole_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(tells_systemd),
        WHOLE_TEST(a_deaf_service_manager),
        WHOLE_TEST(reloads),
        WHOLE_TEST(reloads_what_it_can),
        WHOLE_TEST(stops_in_every_state),
        WHOLE_TEST(stops_in_hangup),
        WHOLE_TEST(leaves_the_modem_in_command_mode),
        WHOLE_TEST(leaves_nothing_to_nobody),
        WHOLE_TEST(crash_keeps_the_call),
        WHOLE_TEST(crash_without_store),
        WHOLE_TEST(sockets),
        WHOLE_TEST(history_survives),
    };

    return cmocka_run_group_tests_name("whole: life", tests, whole_world, NULL);
}
