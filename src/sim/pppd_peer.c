/* SPDX-License-Identifier: MIT */
#include "pppd_peer.h"
#include "pppd_room.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/buf.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define LINE_N_PPP 3 /* the PPP line discipline */
#define READY_MS   5
#define READY_MAX  1000 /* looks: 5 s */

struct sim_pppd_peer {
    struct sim_pump *pump;
    struct sim_pppd_options options;
    struct sim_board *board;
    int master, slave, pidfd;
    pid_t pid;
    bool ready; /* pppd has set up its line: what came before would be flushed */
    int looks;
    struct mc_buf to_pppd;
    struct mc_timer ready_timer, room_timer;
};

bool sim_pppd_possible(void)
{
    _cleanup_close_ int fd = open("/dev/ppp", O_RDWR | O_CLOEXEC);

    return fd >= 0;
}

static void flush(struct sim_pppd_peer *peer)
{
    while (peer->ready && mc_buf_len(&peer->to_pppd) > 0) {
        ssize_t n = write(peer->master, mc_buf_head(&peer->to_pppd), mc_buf_len(&peer->to_pppd));

        if (n <= 0)
            break;
        mc_buf_consume(&peer->to_pppd, (size_t)n);
    }
    sim_pump_set(peer->pump, peer->master, mc_buf_len(&peer->to_pppd) && peer->ready ? POLLIN | POLLOUT : POLLIN);
}

static void on_ready_look(void *ctx)
{
    struct sim_pppd_peer *peer = ctx;
    int discipline = 0;

    if (ioctl(peer->slave, TIOCGETD, &discipline) == 0 && discipline == LINE_N_PPP) {
        peer->ready = true;
        flush(peer);
    } else if (++peer->looks < READY_MAX) {
        mc_timer_arm(&peer->ready_timer, sim_pump_queue(peer->pump), READY_MS);
    }
}

static void from_host(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct sim_pppd_peer *peer = ctx;

    if (peer->master < 0)
        return;
    mc_buf_append(&peer->to_pppd, data, len_bytes);
    flush(peer);
}

static void forget(struct sim_pppd_peer *peer)
{
    int *fds[] = {&peer->master, &peer->slave, &peer->pidfd};

    mc_timer_disarm(&peer->ready_timer);
    mc_timer_disarm(&peer->room_timer);
    for (size_t i = 0; i < MC_LENGTH_OF(fds); i++) {
        if (*fds[i] < 0)
            continue;
        sim_pump_remove(peer->pump, *fds[i]);
        close(*fds[i]);
        *fds[i] = -1;
    }
    peer->pid = 0;
    mc_buf_consume(&peer->to_pppd, mc_buf_len(&peer->to_pppd));
}

static void on_room(void *ctx)
{
    struct sim_pppd_peer *peer = ctx;

    sim_pump_set(peer->pump, peer->master, POLLIN);
    flush(peer);
}

/* pppd's frames; while the wire is full pppd waits. */
static void on_master(void *ctx, short events)
{
    struct sim_pppd_peer *peer = ctx;
    size_t room = sim_board_peer_room(peer->board);
    uint8_t data[4096];
    ssize_t n;

    if (events & POLLOUT)
        flush(peer);
    if (!(events & POLLIN))
        return;
    if (room < 256) {
        sim_pump_set(peer->pump, peer->master, 0);
        mc_timer_arm(&peer->room_timer, sim_pump_queue(peer->pump), 10);
        return;
    }
    n = read(peer->master, data, room < sizeof(data) ? room : sizeof(data));
    if (n > 0)
        sim_board_peer_data(peer->board, data, (size_t)n);
}

static void on_exit_of_pppd(void *ctx, short events)
{
    struct sim_pppd_peer *peer = ctx;
    int status = 0;

    on_master(peer, POLLIN); /* its last words: the Terminate-Ack */
    waitpid(peer->pid, &status, 0);
    mc_info("network: pppd ended, status %d", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
    forget(peer);
    sim_board_peer_closed(peer->board);
}

static int open_line(struct sim_pppd_peer *peer)
{
    struct termios raw = {0};

    cfmakeraw(&raw);
    raw.c_cflag |= CREAD | CLOCAL;
    cfsetspeed(&raw, B460800);
    if (openpty(&peer->master, &peer->slave, NULL, &raw, NULL) < 0)
        return -errno;
    fcntl(peer->master, F_SETFD, FD_CLOEXEC);
    fcntl(peer->slave, F_SETFD, FD_CLOEXEC);
    fcntl(peer->master, F_SETFL, O_NONBLOCK);
    return 0;
}

static int start(void *ctx, const struct sim_call *call)
{
    struct sim_pppd_peer *peer = ctx;
    struct sim_pppd_room room = {.options = &peer->options, .call = call};
    int r = open_line(peer);

    if (r == 0)
        r = sim_pppd_room_spawn(&room, peer->slave, &peer->pid);
    if (r == 0) {
        peer->pidfd = (int)syscall(SYS_pidfd_open, peer->pid, 0);
        r = peer->pidfd < 0 ? -errno : 0;
    }
    if (r < 0) {
        mc_err("network: cannot start pppd: %s", strerror(-r));
        forget(peer);
        return r;
    }
    peer->ready = false;
    peer->looks = 0;
    sim_pump_add(peer->pump, peer->master, POLLIN, on_master, peer);
    sim_pump_add(peer->pump, peer->pidfd, POLLIN, on_exit_of_pppd, peer);
    mc_timer_arm(&peer->ready_timer, sim_pump_queue(peer->pump), READY_MS);
    return 0;
}

static void stop(void *ctx)
{
    struct sim_pppd_peer *peer = ctx;

    if (peer->pid > 0) {
        kill(peer->pid, SIGKILL);
        waitpid(peer->pid, NULL, 0);
    }
    forget(peer);
}

static void terminate(void *ctx)
{
    struct sim_pppd_peer *peer = ctx;

    if (peer->pid > 0)
        kill(peer->pid, SIGTERM);
}

struct sim_pppd_peer *sim_pppd_peer_new(struct sim_pump *pump, const struct sim_pppd_options *options)
{
    struct sim_pppd_peer *peer = calloc(1, sizeof(*peer));

    if (!peer)
        return NULL;
    peer->pump = pump;
    peer->options = *options;
    peer->master = peer->slave = peer->pidfd = -1;
    mc_buf_init(&peer->to_pppd, 65536);
    mc_timer_init(&peer->ready_timer, "pppd-ready", on_ready_look, peer);
    mc_timer_init(&peer->room_timer, "pppd-room", on_room, peer);
    return peer;
}

void sim_pppd_peer_free(struct sim_pppd_peer *peer)
{
    if (!peer)
        return;
    stop(peer);
    mc_buf_free(&peer->to_pppd);
    free(peer);
}

void sim_pppd_peer_attach(struct sim_pppd_peer *peer, struct sim_board *board)
{
    static const struct sim_peer_ops ops = {start, from_host, stop, terminate};

    peer->board = board;
    sim_board_set_peer(board, &ops, peer);
}
