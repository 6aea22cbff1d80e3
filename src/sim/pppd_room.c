/* SPDX-License-Identifier: MIT */
#include "pppd_room.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARGS 40

/* From fork() on, in the child: whatever fails is said on stderr, and the child is gone. */
static void give_up(const char *what)
{
    dprintf(STDERR_FILENO, "microcat-sim: pppd: %s: %s\n", what, strerror(errno));
    _exit(127);
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        give_up(path);
    close(fd);
}

/* Whom the network knows: the one it was told, else whoever the modem was told (AT+CGAUTH). */
static const char *accepted_user(const struct sim_call *call)
{
    return call->net_user[0] ? call->net_user : call->user;
}

static const char *accepted_password(const struct sim_call *call)
{
    return call->net_user[0] ? call->net_password : call->password;
}

/* Its pid files and its database are not the host's: the host's own pppd has a ppp0 as well. What it says still goes to
 * the host's log. */
static void own_run(void)
{
    bool logs =
        mkdir("/etc/ppp/systemd", 0700) == 0 && mount("/run/systemd", "/etc/ppp/systemd", NULL, MS_BIND, NULL) == 0;

    if (mount("sim-run", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
        give_up("/run");
    if (logs && (mkdir("/run/systemd", 0755) < 0 || mount("/etc/ppp/systemd", "/run/systemd", NULL, MS_MOVE, NULL) < 0))
        give_up("/run/systemd");
}

/* A tmpfs over /etc/ppp, seen by this child only: the host's options, secrets and scripts stay out of it. */
static void own_etc_ppp(const struct sim_pppd_room *room)
{
    bool refuse = room->call->refuse_auth;
    char secrets[256];

    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        give_up("mount namespace");
    if (mount("sim-ppp", "/etc/ppp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700") < 0)
        give_up("/etc/ppp");
    snprintf(secrets, sizeof(secrets), "\"%s\" * \"%s\" *\n", refuse ? "nobody" : accepted_user(room->call),
             refuse ? "never-the-right-one" : accepted_password(room->call));
    own_run();
    write_file("/etc/ppp/options", "");
    write_file("/etc/ppp/pap-secrets", secrets);
    write_file("/etc/ppp/chap-secrets", secrets);
}

static void enter_netns(const char *name)
{
    char path[256];
    int fd;

    snprintf(path, sizeof(path), "/run/netns/%s", name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
        give_up(path);
    close(fd);
}

static const char *auth_option(const struct sim_pppd_room *room)
{
    const char *auth = room->options->auth;

    if (room->call->refuse_auth)
        return auth && !strcmp(auth, "pap") ? "require-pap" : "require-chap";
    if (!auth || !strcmp(auth, "none") || !accepted_user(room->call)[0])
        return "noauth";
    return !strcmp(auth, "pap") ? "require-pap" : "require-chap";
}

/*
 * "silent": the modem's PPP answers the host instead of speaking first, so that no request of its own is lost before
 * the host's pppd has its terminal ready, which would cost 3 s.
 */
static void run_pppd(const struct sim_pppd_room *room, const char *tty)
{
    const struct sim_call *call = room->call;
    static const char *const ipv6_words[][2] = {
        [SIM_IPV6_NO] = {"noipv6"}, [SIM_IPV6_YES] = {"+ipv6"}, [SIM_IPV6_ONLY] = {"+ipv6", "noip"}};
    const char *const *ipv6 = ipv6_words[room->options->ipv6];
    char addresses[128];
    const char *argv[ARGS] = {room->options->program,
                              tty,
                              "460800",
                              "nodetach",
                              "local",
                              "nocrtscts",
                              "silent",
                              "nolock",
                              "nodefaultroute",
                              "noproxyarp",
                              "noccp",
                              "novj",
                              "novjccomp",
                              "nomultilink",
                              "lcp-echo-interval",
                              "0",
                              "lcp-max-terminate",
                              "1",
                              "ms-dns",
                              call->dns1,
                              "ms-dns",
                              call->dns2,
                              addresses,
                              auth_option(room),
                              "name",
                              "network",
                              ipv6[0],
                              ipv6[1],
                              NULL};

    snprintf(addresses, sizeof(addresses), "%s:%s", call->gateway, call->address);
    execv(room->options->program, (char *const *)argv);
    give_up(room->options->program);
}

static void child(const struct sim_pppd_room *room, int tty_fd)
{
    char tty[128];
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    if (ttyname_r(tty_fd, tty, sizeof(tty)) != 0)
        give_up("ttyname");
    if (room->options->netns)
        enter_netns(room->options->netns);
    own_etc_ppp(room);
    run_pppd(room, tty);
}

int sim_pppd_room_spawn(const struct sim_pppd_room *room, int tty_fd, pid_t *ret_pid)
{
    pid_t pid = fork();

    if (pid < 0)
        return -errno;
    if (pid == 0)
        child(room, tty_fd);
    *ret_pid = pid;
    return 0;
}
