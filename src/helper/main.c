/* SPDX-License-Identifier: MIT */
/*
 * microcat-helper: started by systemd for a connection to its socket (microcat-helper@NAME.socket), answers the
 * requests of microcatd, which has no rights, and of root, and ends when nobody has asked for a while. pppd goes on
 * without it.
 */
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/daemon/notify.h>
#include <microcat/helper/server.h>
#include <microcat/io/loop.h>

#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#define IDLE_MS    30000
#define RECEIVE_MS 1000
#define REPLY_MS   1000

struct helper {
    struct mc_loop *loop;
    struct mc_helper_server *server;
    const char *instance;
    char config_path[128];
    struct mc_watch listening;
    struct mc_timer idle;
    struct mc_signal sigterm;
    uid_t client; /* beside root */
};

/* The journal reads the level. */
static void sink(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n, const char *message)
{
    fprintf(stderr, "<%d>%s\n", (int)level, message);
}

static void answer(struct helper *helper, int fd)
{
    struct mc_helper_message request, reply;
    int fds[MC_HELPER_FDS_MAX], reply_fds[MC_HELPER_FDS_MAX] = {-1, -1, -1};
    int r = mc_helper_receive(fd, MC_HELPER_REQUEST, &request, fds, RECEIVE_MS);

    if (r < 0) {
        mc_warn("a client that does not speak our protocol: %s", strerror(-r));
        return;
    }
    /* Read for each request: root may have written it anew. */
    mc_helper_serve(helper->server, mc_helper_settings(helper->server), &request, fds, &reply, reply_fds);
    mc_helper_close_fds(fds);
    r = mc_helper_send(fd, MC_HELPER_REPLY, &reply, reply_fds, REPLY_MS);
    if (r < 0)
        mc_warn("%s: the reply did not get through: %s", mc_helper_kind_name(request.kind), strerror(-r));
    mc_helper_close_fds(reply_fds);
}

static bool may_ask(const struct helper *helper, int fd)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
        return false;
    if (peer.uid == 0 || peer.uid == helper->client)
        return true;
    mc_warn("user %u (process %d) may not ask: refused", (unsigned)peer.uid, (int)peer.pid);
    return false;
}

/* systemd ends a helper that it has not heard of for longer than this takes: one that hangs, and the next question
 * starts another. One that is idle has left before, and need not wake up for it. */
static void await_question(struct helper *helper)
{
    mc_notify_watchdog();
    mc_timer_arm(&helper->idle, mc_loop_timers(helper->loop), IDLE_MS);
}

static void on_listening(void *ctx, int listen_fd, unsigned ready)
{
    struct helper *helper = ctx;
    _cleanup_close_ int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd >= 0 && may_ask(helper, fd))
        answer(helper, fd);
    await_question(helper);
}

static void on_idle(void *ctx)
{
    struct helper *helper = ctx;

    if (mc_helper_server_busy(helper->server))
        await_question(helper);
    else
        mc_loop_stop(helper->loop);
}

static void on_term(void *ctx, int signo)
{
    struct helper *helper = ctx;

    mc_loop_stop(helper->loop);
}

static int run(struct helper *helper, int listen_fd)
{
    const struct mc_helper_place place = {
        .instance = helper->instance, .config = helper->config_path, .client = helper->client};
    int r = mc_loop_new(&helper->loop);

    if (r == 0)
        r = mc_helper_server_new(helper->loop, &place, &helper->server);
    mc_timer_init(&helper->idle, "idle", on_idle, helper);
    if (r == 0)
        r = mc_signal_add(&helper->sigterm, helper->loop, SIGTERM, on_term, helper);
    if (r == 0)
        r = mc_watch_add(&helper->listening, helper->loop, listen_fd, MC_WATCH_READ, on_listening, helper);
    if (r == 0) {
        mc_notify_start(mc_loop_timers(helper->loop));
        await_question(helper);
        r = mc_loop_run(helper->loop);
    }
    mc_timer_disarm(&helper->idle);
    mc_notify_stop();
    mc_watch_remove(&helper->listening);
    mc_signal_remove(&helper->sigterm);
    mc_helper_server_free(helper->server);
    mc_loop_free(helper->loop);
    return r;
}

static int parse(struct helper *helper, int argc, char **argv)
{
    static const struct option options[] = {{"instance", required_argument, NULL, 'i'}, {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option != 'i' || *optarg == '\0' || *optarg == '.' || strchr(optarg, '/') != NULL)
            return -EINVAL;
        helper->instance = optarg;
    }
    int n = snprintf(helper->config_path, sizeof(helper->config_path), "/etc/microcatd/%s.conf", helper->instance);
    return optind < argc || n >= (int)sizeof(helper->config_path) ? -EINVAL : 0;
}

int main(int argc, char **argv)
{
    struct helper helper = {.instance = "microcatd", .client = 0};
    const struct passwd *user = getpwnam("microcatd");

    if (parse(&helper, argc, argv) < 0) {
        fputs("Usage: microcat-helper [--instance=NAME], from its socket unit\n", stderr);
        return 2;
    }
    mc_log_set_sink(sink, NULL);
    if (sd_listen_fds(1) != 1 || sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_SEQPACKET, 1, NULL, 0) <= 0) {
        mc_err("no socket was handed to it: microcat-helper@.socket starts it");
        return EXIT_FAILURE;
    }
    if (user != NULL)
        helper.client = user->pw_uid;
    int r = run(&helper, SD_LISTEN_FDS_START);
    if (r < 0)
        mc_err("%s", strerror(-r));
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
