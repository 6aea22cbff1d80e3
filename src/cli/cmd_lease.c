/* SPDX-License-Identifier: MIT */

/* lease: a pty with an AT channel, held as long as this process, or the program it starts, lives. */

#include "render.h"
#include "varlink_client.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEND_MS      90000 /* with --cut: a call's end, in order */
#define GIVE_BACK_MS 5000
#define PLACE        "{}"

struct lease {
    const struct cli *cli;
    struct cli_link link;
    json_t *loan;  /* the daemon's word that it lends, or NULL */
    char *path;    /* NULL: not begun */
    pid_t program; /* 0: none */
    int pidfd;
};

/* ---- the program ---- */

/* A copy of its words, with the path wherever {} stands alone. */
static char **words_of(const struct lease *lease)
{
    const struct cli *cli = lease->cli;
    char **words = calloc(cli->n_args + 1, sizeof(*words));

    for (size_t i = 0; words && i < cli->n_args; i++)
        words[i] = strcmp(cli->args[i], PLACE) == 0 ? lease->path : cli->args[i];
    return words;
}

static enum cli_exit start(struct lease *lease)
{
    _cleanup_free_ char **words = words_of(lease);

    if (!words)
        return CLI_REFUSED;
    lease->program = fork();
    if (lease->program == 0) {
        setenv("MICROCAT_TTY", lease->path, 1);
        execvp(words[0], words);
        cli_complain("%s: %s", words[0], strerror(errno));
        _exit(127);
    }
    lease->pidfd = lease->program < 0 ? -1 : (int)syscall(SYS_pidfd_open, lease->program, 0);
    if (lease->pidfd < 0) {
        cli_complain("%s: %s", words[0], strerror(errno));
        return CLI_REFUSED;
    }
    signal(SIGINT, SIG_IGN); /* a Ctrl-C is the program's own affair */
    signal(SIGQUIT, SIG_IGN);
    return CLI_DONE;
}

static enum cli_exit reap(struct lease *lease)
{
    int status = 0;
    pid_t program = lease->program;

    lease->program = 0;
    if (waitpid(program, &status, 0) != program || !WIFEXITED(status))
        return CLI_REFUSED;
    return WEXITSTATUS(status) == 0 ? CLI_DONE : CLI_REFUSED;
}

/* ---- the daemon ---- */

static enum cli_exit begin(struct lease *lease)
{
    const struct cli *cli = lease->cli;
    const char *path = render_string(lease->loan, "path", "");
    char time[32];
    double for_s = 0;

    lease->path = strdup(path);
    if (cli->n_args > 0)
        return lease->path ? start(lease) : CLI_REFUSED;
    if (!cli_print_json(cli, lease->loan))
        puts(path);
    fflush(stdout);
    render_number(lease->loan, "for_s", &for_s);
    if (cli->progress)
        fprintf(stderr, "An AT channel, for %s at the most; Ctrl-C gives it back.\n",
                render_duration(for_s, time, sizeof(time)));
    return CLI_DONE;
}

static enum cli_exit end(const struct lease *lease, const json_t *parameters)
{
    if (!cli_print_json(lease->cli, parameters))
        cli_complain("%s", render_string(parameters, "text", "it is over"));
    return lease->path ? CLI_DONE : CLI_REFUSED; /* over before it began */
}

/* All that the daemon has said, as several messages may have come at once. @return whether the last one was there. */
static bool take(struct lease *lease, enum cli_exit *ret_result)
{
    json_t *message, *parameters;
    bool last = false;
    int r;

    while (!last && (r = cli_link_receive(&lease->link, lease->loan ? 0 : LEND_MS, &message)) == 0) {
        *ret_result = cli_judge(lease->cli, message, &parameters);
        last = *ret_result != CLI_DONE || !render_get(parameters, "path");
        if (!last && !lease->loan)
            lease->loan = json_incref(parameters);
        else if (last && *ret_result == CLI_DONE)
            *ret_result = end(lease, parameters);
        json_decref(message);
    }
    if (last || (r == -EAGAIN && lease->loan))
        return last;
    *ret_result = cli_lost(lease->cli, r);
    return true;
}

/* Back before this returns: the next lease is not refused because of this one. */
static void give_back(struct lease *lease)
{
    json_t *message;

    shutdown(lease->link.fd, SHUT_WR);
    if (cli_link_receive(&lease->link, GIVE_BACK_MS, &message) == 0)
        json_decref(message);
}

/* Until the daemon, or the program, ends it. */
static enum cli_exit hold(struct lease *lease)
{
    enum cli_exit result = CLI_DONE;

    while (!take(lease, &result) && (lease->path || (result = begin(lease)) == CLI_DONE)) {
        struct pollfd fds[] = {{.fd = lease->link.fd, .events = POLLIN}, {.fd = lease->pidfd, .events = POLLIN}};

        while (poll(fds, 2, -1) < 0 && errno == EINTR)
            ;
        if (fds[1].revents) {
            result = reap(lease);
            give_back(lease);
            return result;
        }
    }
    return result;
}

enum cli_exit cli_run_lease(const struct cli *cli)
{
    struct lease lease = {.cli = cli, .pidfd = -1};
    json_t *parameters = json_pack("{s:b}", "cut", (int)cli->cut);
    enum cli_exit result = cli_link_open(cli, &lease.link);
    int r;

    if (result != CLI_DONE) {
        json_decref(parameters);
        return result;
    }
    if (cli->for_ms >= 0)
        json_object_set_new(parameters, "for_ms", json_integer(cli->for_ms));
    r = cli_link_call(&lease.link, "Lease", parameters, true);
    result = r < 0 ? cli_lost(cli, r) : hold(&lease);
    if (lease.program > 0) { /* its tty is gone */
        kill(lease.program, SIGHUP);
        reap(&lease);
    }
    if (lease.pidfd >= 0)
        close(lease.pidfd);
    cli_link_close(&lease.link);
    free(lease.path);
    json_decref(lease.loan);
    return result;
}
