/* SPDX-License-Identifier: MIT */

/*
 * Stands in for pppd where the kernel has no PPP: takes pppd's arguments, speaks the plugin's protocol, and behaves as
 * told by the name of the interface (ifname), because its environment and arguments are the daemon's to choose.
 */

#include <microcat/ppp/plugin_proto.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int tty = -1, plug = -1;
static volatile sig_atomic_t asked_to_end;
static const char *socket_path;

static void on_term(int signo)
{
    asked_to_end = 1;
}

static const char *option(char **argv, const char *name)
{
    for (; *argv != NULL; argv++)
        if (strcmp(*argv, name) == 0)
            return argv[1];
    return "";
}

static void say(const struct mc_plugin_msg *msg)
{
    char line[MC_PLUGIN_LINE_BYTES];
    int len = mc_plugin_encode(msg, line, sizeof(line));

    if (len < 0 || send(plug, line, (size_t)len, MSG_NOSIGNAL) != len)
        fprintf(stderr, "fake-pppd: could not speak\n");
}

static void say_phase(int phase)
{
    struct mc_plugin_msg msg;

    mc_plugin_msg_init(&msg, MC_PLUGIN_PHASE);
    msg.phase = phase;
    if (phase >= 5) /* ESTABLISH is over: there is an interface */
        strcpy(msg.ifname, "ppp3");
    say(&msg);
}

static void say_kind(enum mc_plugin_kind kind)
{
    struct mc_plugin_msg msg;

    mc_plugin_msg_init(&msg, kind);
    strcpy(msg.auth, "CHAP");
    strcpy(msg.version, "fake");
    msg.pid = getpid();
    say(&msg);
}

static void say_up(enum mc_plugin_kind kind)
{
    struct mc_plugin_msg msg;
    int v4 = kind == MC_PLUGIN_IP_UP;

    mc_plugin_msg_init(&msg, kind);
    strcpy(msg.ifname, "ppp3");
    msg.unit = 3;
    msg.mtu = 1500;
    strcpy(msg.local, v4 ? "10.164.98.251" : "fe80::1");
    strcpy(msg.remote, v4 ? "10.64.64.64" : "fe80::2");
    strcpy(msg.dns1, "10.11.12.13");
    strcpy(msg.dns2, "100.127.0.53");
    say(&msg);
}

static void finish(int status)
{
    struct mc_plugin_msg msg;

    mc_plugin_msg_init(&msg, MC_PLUGIN_EXIT);
    msg.status = status;
    msg.rx_bytes = 1000;
    msg.tx_bytes = 2000;
    msg.seconds = 30;
    say(&msg);
    _exit(status);
}

static void connect_plug(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
    plug = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(plug, (struct sockaddr *)&address, sizeof(address)) < 0) {
        fprintf(stderr, "fake-pppd: connect failed: %s\n", strerror(errno));
        exit(1);
    }
    say_kind(MC_PLUGIN_HELLO);
}

/* "user/password" as the daemon gave them. */
static const char *ask_secrets(void)
{
    static char both[600];
    struct mc_plugin_reader reader;
    struct mc_plugin_msg msg;
    char bytes[256];

    say_kind(MC_PLUGIN_WANTED);
    mc_plugin_reader_init(&reader);
    for (;;) {
        ssize_t n = read(plug, bytes, sizeof(bytes));
        const char *data = bytes;
        size_t len = n > 0 ? (size_t)n : 0;

        if (n <= 0)
            return "";
        if (mc_plugin_read(&reader, &data, &len, &msg) == 1)
            break;
    }
    snprintf(both, sizeof(both), "%s/%s", msg.user, msg.password);
    return both;
}

/* The descriptor that keeps the tty's name ours. */
static int is_tty(int fd, const char *path)
{
    struct stat here, there;

    return fstat(fd, &here) == 0 && stat(path, &there) == 0 && S_ISCHR(here.st_mode) && here.st_rdev == there.st_rdev;
}

/* Anything of the daemon's that should not be here: 40 + what. */
static void inspect_room(char **argv, char **envp)
{
    DIR *directory = opendir("/proc/self/fd");
    struct dirent *entry;

    while ((entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.' && atoi(entry->d_name) > 2 && atoi(entry->d_name) != dirfd(directory) &&
            !is_tty(atoi(entry->d_name), argv[1]))
            exit(40);
    closedir(directory);
    for (; *envp != NULL; envp++)
        if (strncmp(*envp, "PATH=", 5) != 0 && strncmp(*envp, "LC_ALL=", 7) != 0 && strncmp(*envp, "HOME=", 5) != 0)
            exit(41);
    for (; *argv != NULL; argv++)
        if (strstr(*argv, "sora") != NULL || strstr(*argv, "geheim") != NULL)
            exit(42);
    exit(43); /* as it should be */
}

static void bring_up(void)
{
    say_phase(4);
    say_phase(5);
    say_kind(MC_PLUGIN_AUTH);
    if (strcmp(ask_secrets(), "sora/so geheim%") != 0)
        finish(19);
    say_phase(7);
    say_up(MC_PLUGIN_IP_UP);
    say_phase(8);
}

/* Sends back what comes, until told to end; then says so on the line, as LCP does. */
static void run_line(int deaf)
{
    struct pollfd poll_fd = {.fd = tty, .events = POLLIN};
    uint8_t bytes[4096];

    while (!asked_to_end || deaf) {
        ssize_t n;

        if (poll(&poll_fd, 1, 50) <= 0)
            continue;
        n = read(tty, bytes, sizeof(bytes));
        if (n == 0 && getppid() == 1) /* hung up, and the test that started us is gone: do not spin for ever */
            _exit(1);
        for (ssize_t at = 0; at < n;) {
            ssize_t w = write(tty, bytes + at, (size_t)(n - at));

            if (w > 0)
                at += w;
            else if (w < 0 && errno == EIO && getppid() == 1) /* as above, met while writing */
                _exit(1);
            else if (poll(&(struct pollfd){.fd = tty, .events = POLLOUT}, 1, 1000) < 0 && asked_to_end)
                return;
        }
    }
}

static void hang_up(void)
{
    say_phase(9);
    say_kind(MC_PLUGIN_IP_DOWN);
    if (write(tty, "\x7eTERM\x7e", 6) != 6)
        exit(1);
    finish(5);
}

/* A restarted daemon: comes again to the same path, says what is. */
static void come_again(void)
{
    char byte;

    while (read(plug, &byte, 1) > 0)
        ;
    close(plug);
    while (access(socket_path, F_OK) != 0)
        poll(NULL, 0, 5);
    poll(NULL, 0, 50);
    connect_plug();
    say_phase(8);
    say_up(MC_PLUGIN_IP_UP);
}

static void play(const char *mode, char **argv, char **envp)
{
    if (sscanf(mode, "exit%d", &(int){0}) == 1)
        exit(atoi(mode + 4));
    if (strcmp(mode, "room") == 0)
        inspect_room(argv, envp);
    connect_plug();
    if (strcmp(mode, "silent") == 0) {
        say_phase(4);
        run_line(0);
        finish(5);
    }
    if (strcmp(mode, "stopped") == 0) {
        say_phase(4);
        raise(SIGSTOP);
    }
    if (strcmp(mode, "refused") == 0) {
        say_phase(4);
        say_phase(5);
        fprintf(stderr, "CHAP authentication failed\nmy password is so geheim%%\n");
        finish(19);
    }
    if (strcmp(mode, "linklocal") == 0) {
        say_phase(4);
        say_phase(7);
        say_up(MC_PLUGIN_IPV6_UP);
        run_line(0);
        finish(5);
    }
    bring_up();
    if (strcmp(mode, "killed") == 0)
        raise(SIGKILL);
    if (strcmp(mode, "echodead") == 0)
        finish(15);
    if (strcmp(mode, "bounce") == 0) {
        say_kind(MC_PLUGIN_IP_DOWN);
        say_kind(MC_PLUGIN_IP_DOWN);
        say_up(MC_PLUGIN_IP_UP);
        say_up(MC_PLUGIN_IP_UP);
        finish(0);
    }
    if (strcmp(mode, "dual") == 0) {
        say_up(MC_PLUGIN_IPV6_UP);
        say_kind(MC_PLUGIN_IP_DOWN);
        say_kind(MC_PLUGIN_IPV6_DOWN);
        finish(0);
    }
    if (strcmp(mode, "garbage") == 0) {
        if (write(plug, "news\nphase phase=\xff\n", 19) != 19)
            exit(1);
        run_line(0);
        _exit(5);
    }
    if (strcmp(mode, "again") == 0)
        come_again();
    run_line(strcmp(mode, "deaf") == 0);
    hang_up();
}

int main(int argc, char **argv, char **envp)
{
    struct sigaction act = {.sa_handler = on_term};

    sigaction(SIGTERM, &act, NULL);
    socket_path = option(argv, "microcat-socket");
    if (argc < 2 || (tty = open(argv[1], O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) < 0)
        return 7;
    if (strcmp(option(argv, "ifname"), "room") == 0)
        close(tty);
    play(option(argv, "ifname"), argv, envp);
    return 0;
}
