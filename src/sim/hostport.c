/* SPDX-License-Identifier: MIT */
#include "hostport.h"
#include "termspeed.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/buf.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>

#define SEND_LIMIT      (256 * 1024) /* what a bridge and the host's driver may hold; beyond that bytes are lost */
#define CHECK_MS        200
#define READ_MS         5 /* worth of line at a time */
#define READ_MAX        4096
#define READ_BACKLOG_US 100000 /* a late turn may catch up this much */

struct sim_hostport {
    struct sim_pump *pump;
    struct sim_board *board;
    char *tty, *link, *udc;
    char path[128];
    int fd, notify_fd;
    bool opened; /* somebody has the other end */
    struct mc_buf send;
    int64_t read_free_us;
    struct mc_timer read_timer, check_timer;
};

static void watch(struct sim_hostport *port)
{
    short events = mc_timer_armed(&port->read_timer) ? 0 : POLLIN;

    if (mc_buf_len(&port->send) > 0)
        events |= POLLOUT;
    sim_pump_set(port->pump, port->fd, port->opened ? events : 0);
}

static void lose_host(struct sim_hostport *port)
{
    port->opened = false;
    mc_buf_consume(&port->send, mc_buf_len(&port->send));
    watch(port);
}

static void flush(struct sim_hostport *port)
{
    while (mc_buf_len(&port->send) > 0) {
        ssize_t n = write(port->fd, mc_buf_head(&port->send), mc_buf_len(&port->send));

        if (n <= 0)
            break;
        mc_buf_consume(&port->send, (size_t)n);
    }
    watch(port);
}

void sim_hostport_send(struct sim_hostport *port, const void *data, size_t len_bytes)
{
    if (port->fd < 0 || !port->opened)
        return;
    mc_buf_append(&port->send, data, len_bytes);
    flush(port);
}

/* What the host has set on its end; a gadget's tty does not tell. */
void sim_hostport_look(struct sim_hostport *port)
{
    struct termios settings;

    if (port->tty || port->fd < 0 || tcgetattr(port->fd, &settings) < 0)
        return;
    sim_board_host_baud(port->board, sim_termspeed(&settings));
    sim_board_host_flow(port->board, (settings.c_cflag & CRTSCTS) != 0);
}

static void close_port(struct sim_hostport *port)
{
    if (port->notify_fd >= 0) {
        sim_pump_remove(port->pump, port->notify_fd);
        close(port->notify_fd);
        port->notify_fd = -1;
    }
    if (port->fd >= 0) {
        sim_pump_remove(port->pump, port->fd);
        close(port->fd);
        port->fd = -1;
        if (port->link)
            unlink(port->link);
    }
    mc_timer_disarm(&port->read_timer);
    mc_buf_consume(&port->send, mc_buf_len(&port->send));
    port->opened = false;
    port->path[0] = '\0';
}

/* Bytes take their time: after a piece, reading pauses for as long as the wire needs for it. */
static void pause_reading(struct sim_hostport *port, size_t len)
{
    int64_t now_us = mc_timerq_now_ms(sim_pump_queue(port->pump)) * 1000;
    char pace[8];

    if (sim_board_get(port->board, "pace", pace, sizeof(pace)) < 0 || strcmp(pace, "yes") != 0)
        return;
    if (port->read_free_us < now_us - READ_BACKLOG_US)
        port->read_free_us = now_us;
    port->read_free_us += (int64_t)len * 10 * 1000000 / sim_board_baud(port->board);
    if (port->read_free_us > now_us + 1000)
        mc_timer_arm(&port->read_timer, sim_pump_queue(port->pump), (port->read_free_us - now_us) / 1000);
    watch(port);
}

static void on_read_again(void *ctx)
{
    watch(ctx);
}

static void hung_up(struct sim_hostport *port)
{
    if (!port->tty) {
        lose_host(port);
        return;
    }
    close_port(port);
    sim_board_unplug(port->board);
}

static void on_port(void *ctx, short events)
{
    struct sim_hostport *port = ctx;
    uint8_t data[READ_MAX];
    size_t most = sim_board_baud(port->board) / 10 * READ_MS / 1000 + 1;
    ssize_t n;

    sim_hostport_look(port);
    if (events & POLLOUT)
        flush(port);
    if (!(events & (POLLIN | POLLHUP | POLLERR)))
        return;
    n = read(port->fd, data, most < sizeof(data) ? most : sizeof(data));
    if (n > 0) {
        sim_board_from_host(port->board, data, (size_t)n);
        pause_reading(port, (size_t)n);
    } else if (n == 0 || errno != EAGAIN) {
        hung_up(port);
    }
}

/* Somebody opened or closed the pty's other end. */
static void on_notify(void *ctx, short events)
{
    struct sim_hostport *port = ctx;
    char drain[1024];

    while (read(port->notify_fd, drain, sizeof(drain)) > 0)
        ;
    port->opened = true; /* when it was closed instead, reading says so */
    watch(port);
}

static int make_pty(struct sim_hostport *port)
{
    _cleanup_close_ int slave = -1;
    struct termios raw = {0};

    cfmakeraw(&raw);
    raw.c_cflag |= CREAD | CLOCAL;
    cfsetspeed(&raw, B115200);
    if (openpty(&port->fd, &slave, NULL, &raw, NULL) < 0)
        return -errno;
    if (ttyname_r(slave, port->path, sizeof(port->path)) != 0)
        return -ENOTTY;
    fcntl(port->fd, F_SETFD, FD_CLOEXEC);
    port->notify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (port->notify_fd < 0 || inotify_add_watch(port->notify_fd, port->path, IN_OPEN) < 0)
        return -errno;
    sim_pump_add(port->pump, port->notify_fd, POLLIN, on_notify, port);
    if (!port->link)
        return 0;
    unlink(port->link);
    return symlink(port->path, port->link) < 0 ? -errno : 0;
}

static int open_tty(struct sim_hostport *port)
{
    struct termios raw;

    port->fd = open(port->tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (port->fd < 0)
        return -errno;
    snprintf(port->path, sizeof(port->path), "%s", port->tty);
    port->opened = true;
    if (tcgetattr(port->fd, &raw) == 0) {
        cfmakeraw(&raw);
        raw.c_cflag |= CREAD | CLOCAL;
        tcsetattr(port->fd, TCSANOW, &raw);
    }
    sim_board_host_baud(port->board, 0);
    return 0;
}

int sim_hostport_plug(struct sim_hostport *port)
{
    int r;

    if (port->fd >= 0)
        return 0;
    r = port->tty ? open_tty(port) : make_pty(port);
    if (r < 0) {
        close_port(port);
        return r;
    }
    fcntl(port->fd, F_SETFL, O_NONBLOCK);
    sim_pump_add(port->pump, port->fd, 0, on_port, port);
    watch(port);
    sim_board_plug(port->board);
    return 0;
}

int sim_hostport_unplug(struct sim_hostport *port)
{
    if (port->tty) /* the gadget's plug is pulled at its device controller */
        return -EOPNOTSUPP;
    close_port(port);
    sim_board_unplug(port->board);
    return 0;
}

static bool udc_configured(const struct sim_hostport *port)
{
    char path[256], state[32] = "";
    _cleanup_close_ int fd = -1;

    if (!port->udc)
        return true;
    snprintf(path, sizeof(path), "/sys/class/udc/%s/state", port->udc);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, state, sizeof(state) - 1) <= 0)
        return false;
    return !strncmp(state, "configured", 10);
}

/* A gadget's tty: is the cable in? */
static void on_check(void *ctx)
{
    struct sim_hostport *port = ctx;
    bool in = udc_configured(port);

    if (in && port->fd < 0) {
        sim_hostport_plug(port);
    } else if (!in && port->fd >= 0) {
        close_port(port);
        sim_board_unplug(port->board);
    }
    mc_timer_arm(&port->check_timer, sim_pump_queue(port->pump), CHECK_MS);
}

static char *only_udc(void)
{
    DIR *dir = opendir("/sys/class/udc");
    struct dirent *entry;
    char *name = NULL;

    while (dir && !name && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            name = strdup(entry->d_name);
    if (dir)
        closedir(dir);
    return name;
}

int sim_hostport_start(struct sim_hostport *port, struct sim_board *board)
{
    int r = 0;

    port->board = board;
    if (!port->tty)
        return sim_hostport_plug(port);
    if (!port->udc && strstr(port->tty, "ttyGS"))
        port->udc = only_udc();
    if (udc_configured(port))
        r = sim_hostport_plug(port);
    mc_timer_arm(&port->check_timer, sim_pump_queue(port->pump), CHECK_MS);
    return r == -ENOENT && port->udc ? 0 : r;
}

const char *sim_hostport_path(const struct sim_hostport *port)
{
    return port->path;
}

struct sim_hostport *sim_hostport_new(struct sim_pump *pump, const char *tty, const char *link, const char *udc)
{
    struct sim_hostport *port = calloc(1, sizeof(*port));

    if (!port)
        return NULL;
    port->pump = pump;
    port->tty = tty ? strdup(tty) : NULL;
    port->link = link ? strdup(link) : NULL;
    port->udc = udc ? strdup(udc) : NULL;
    port->fd = port->notify_fd = -1;
    mc_buf_init(&port->send, SEND_LIMIT);
    mc_timer_init(&port->read_timer, "sim-read", on_read_again, port);
    mc_timer_init(&port->check_timer, "sim-check", on_check, port);
    return port;
}

void sim_hostport_free(struct sim_hostport *port)
{
    if (!port)
        return;
    close_port(port);
    mc_timer_disarm(&port->check_timer);
    mc_buf_free(&port->send);
    free(port->tty);
    free(port->link);
    free(port->udc);
    free(port);
}
