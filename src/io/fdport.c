/* SPDX-License-Identifier: MIT */
#include "modem_lines.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/buf.h>
#include <microcat/base/cleanup.h>
#include <microcat/io/fdport.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#define READ_BYTES 4096

struct fdport {
    struct mc_transport base;
    struct mc_loop *loop;
    const struct mc_fdport_line *line;
    void *line_ctx;
    struct mc_watch watch;
    struct mc_timer flush; /* defers writing, so that on_drained and on_closed never come from inside write() */
    struct mc_timer again; /* defers what resume() asks for */
    struct mc_timer lull;  /* armed: nothing is read before */
    struct mc_buf out;
    struct mc_buf held; /* read, but not taken by on_bytes */
    size_t most;        /* read at a time */
    int fd;
    unsigned calls; /* calls back under way: close() then leaves freeing to the outermost */
    bool closed;    /* by the user */
    bool ended;     /* on_closed was called */
};

static struct fdport *port_of(struct mc_transport *transport)
{
    return (struct fdport *)transport;
}

static void release(struct fdport *port)
{
    mc_watch_remove(&port->watch);
    mc_timer_disarm(&port->flush);
    mc_timer_disarm(&port->again);
    mc_timer_disarm(&port->lull);
    if (port->fd >= 0) {
        if (port->line && port->line->close)
            port->line->close(port->line_ctx);
        else
            close(port->fd);
    }
    port->fd = -1;
}

static void enter(struct fdport *port)
{
    port->calls++;
}

/* Frees a transport that was closed, from inside a call back or by close() itself. */
static void leave(struct fdport *port)
{
    if (--port->calls > 0 || !port->closed)
        return;
    mc_buf_free(&port->out);
    mc_buf_free(&port->held);
    free(port);
}

static void end(struct fdport *port, int error)
{
    struct termios settings;

    /* A tty that was hung up (unplugged, or a pty's other end closed) says EIO to everything: the device is gone. */
    if (error == -EIO && tcgetattr(port->fd, &settings) < 0 && errno != ENOTTY)
        error = -ENODEV;
    mc_watch_remove(&port->watch);
    mc_timer_disarm(&port->flush);
    mc_timer_disarm(&port->again);
    mc_timer_disarm(&port->lull);
    port->ended = true;
    if (port->base.events && port->base.events->on_closed)
        port->base.events->on_closed(port->base.ctx, error);
}

/* Offers bytes; what is not taken is held. Runs between enter() and leave(). */
static void offer(struct fdport *port, const uint8_t *data, size_t len_bytes)
{
    const struct mc_transport_events *events = port->base.events;
    size_t taken = events && events->on_bytes ? events->on_bytes(port->base.ctx, data, len_bytes) : 0;

    if (port->closed || taken >= len_bytes)
        return;
    int r = mc_buf_append(&port->held, data + taken, len_bytes - taken);
    if (r < 0)
        end(port, r);
}

static void read_some(struct fdport *port)
{
    uint8_t data[READ_BYTES];
    if (port->most == 0) /* the loop's word is older than read_most() */
        return;
    ssize_t n = read(port->fd, data, port->most < sizeof(data) ? port->most : sizeof(data));

    if (n > 0)
        offer(port, data, (size_t)n);
    else if (n == 0)
        end(port, -ENODEV);
    else if (errno != EAGAIN && errno != EINTR)
        end(port, -errno);
}

static void write_some(struct fdport *port)
{
    if (mc_buf_len(&port->out) == 0)
        return;
    ssize_t n = write(port->fd, mc_buf_head(&port->out), mc_buf_len(&port->out));
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        end(port, -errno);
        return;
    }
    if (n > 0)
        mc_buf_consume(&port->out, (size_t)n);
    if (mc_buf_len(&port->out) == 0 && port->base.events && port->base.events->on_drained)
        port->base.events->on_drained(port->base.ctx);
}

/* After the calls back of one round: watch for what is wanted now, or free what was closed meanwhile. */
static void settle(struct fdport *port)
{
    bool reads = mc_buf_len(&port->held) == 0 && !mc_timer_armed(&port->lull) && port->most > 0;
    unsigned interest = (reads ? MC_WATCH_READ : 0) | (mc_buf_len(&port->out) ? MC_WATCH_WRITE : 0);
    int r = port->closed || port->ended ? 0 : mc_watch_set(&port->watch, interest);

    if (r < 0)
        end(port, r);
    leave(port);
}

static void on_ready(void *ctx, int fd, unsigned ready)
{
    struct fdport *port = ctx;

    enter(port);
    if (ready & MC_WATCH_READ)
        read_some(port);
    if ((ready & MC_WATCH_WRITE) && !port->closed && !port->ended)
        write_some(port);
    settle(port);
}

static void on_flush(void *ctx)
{
    on_ready(ctx, -1, MC_WATCH_WRITE);
}

static void on_again(void *ctx)
{
    struct fdport *port = ctx;
    struct mc_buf held = port->held;

    mc_buf_init(&port->held, READ_BYTES);
    enter(port);
    if (mc_buf_len(&held))
        offer(port, mc_buf_head(&held), mc_buf_len(&held));
    mc_buf_free(&held);
    settle(port);
}

static void on_lull(void *ctx)
{
    struct fdport *port = ctx;

    on_ready(ctx, -1, mc_buf_len(&port->held) ? 0 : MC_WATCH_READ);
}

static void port_lull(struct mc_transport *transport, int64_t ms)
{
    struct fdport *port = port_of(transport);

    if (port->ended || mc_timer_armed(&port->lull))
        return;
    mc_timer_arm(&port->lull, mc_loop_timers(port->loop), ms);
    enter(port);
    settle(port);
}

static int port_write(struct mc_transport *transport, const void *data, size_t len_bytes)
{
    struct fdport *port = port_of(transport);

    if (port->ended)
        return -ENODEV;
    int r = mc_buf_append(&port->out, data, len_bytes);
    if (r == 0 && len_bytes && !(port->watch.interest & MC_WATCH_WRITE) && !mc_timer_armed(&port->flush))
        mc_timer_arm(&port->flush, mc_loop_timers(port->loop), 0);
    return r;
}

static size_t port_pending_bytes(const struct mc_transport *transport)
{
    return mc_buf_len(&((const struct fdport *)transport)->out);
}

static void port_resume(struct mc_transport *transport)
{
    struct fdport *port = port_of(transport);

    if (!port->ended && !mc_timer_armed(&port->again))
        mc_timer_arm(&port->again, mc_loop_timers(port->loop), 0);
}

static size_t port_read_most(struct mc_transport *transport, size_t most)
{
    struct fdport *port = port_of(transport);

    port->most = most;
    enter(port);
    settle(port);
    return mc_buf_len(&port->held);
}

/* The settings of the line: one shape for all five. */
#define LINE_OP(name, type)                                                                                            \
    static int port_##name(struct mc_transport *transport, type value)                                                 \
    {                                                                                                                  \
        struct fdport *port = port_of(transport);                                                                      \
        if (port->ended)                                                                                               \
            return -ENODEV;                                                                                            \
        return port->line->name ? port->line->name(port->line_ctx, value) : -EOPNOTSUPP;                               \
    }
LINE_OP(set_baud, uint32_t)
LINE_OP(set_flow, enum mc_flow)
LINE_OP(set_dtr, bool)
LINE_OP(set_rts, bool)
LINE_OP(set_break, bool)

static int port_get_dsr(struct mc_transport *transport)
{
    struct fdport *port = port_of(transport);

    if (port->ended)
        return -ENODEV;
    return port->line->get_dsr ? port->line->get_dsr(port->line_ctx) : -EOPNOTSUPP;
}

static void port_close(struct mc_transport *transport)
{
    struct fdport *port = port_of(transport);

    release(port);
    port->closed = true;
    enter(port);
    leave(port);
}

static const struct mc_transport_ops ops = {
    .write = port_write,
    .pending_bytes = port_pending_bytes,
    .resume = port_resume,
    .lull = port_lull,
    .read_most = port_read_most,
    .set_baud = port_set_baud,
    .set_flow = port_set_flow,
    .set_dtr = port_set_dtr,
    .set_rts = port_set_rts,
    .set_break = port_set_break,
    .get_dsr = port_get_dsr,
    .close = port_close,
};

/* A pty carries bytes at any speed; its settings are kept for whoever reads them on the other end. */
static int pty_set_baud(void *line, uint32_t baud)
{
    static const struct {
        uint32_t baud;
        speed_t speed;
    } speeds[] = {{9600, B9600},     {19200, B19200},   {38400, B38400},   {57600, B57600},
                  {115200, B115200}, {230400, B230400}, {460800, B460800}, {921600, B921600}};
    const struct fdport *port = line;
    struct termios settings;

    if (tcgetattr(port->fd, &settings) < 0)
        return errno == ENOTTY ? 0 : -errno; /* a socket has no speed */
    for (size_t i = 0; i < MC_LENGTH_OF(speeds); i++)
        if (speeds[i].baud == baud) {
            cfsetspeed(&settings, speeds[i].speed);
            return tcsetattr(port->fd, TCSANOW, &settings) < 0 ? -errno : 0;
        }
    return -EINVAL;
}

static int pty_set_flow(void *line, enum mc_flow flow)
{
    const struct fdport *port = line;
    struct termios settings;

    if (tcgetattr(port->fd, &settings) < 0)
        return errno == ENOTTY ? 0 : -errno;
    settings.c_cflag &= ~CRTSCTS;
    if (flow == MC_FLOW_RTSCTS)
        settings.c_cflag |= CRTSCTS;
    return tcsetattr(port->fd, TCSANOW, &settings) < 0 ? -errno : 0;
}

/* A pty has no modem lines and a socket no tty: then there is nothing to move, and that is no failure. */
static int unless_missing(int r)
{
    return r == -ENOTTY || r == -EINVAL ? 0 : r;
}

static int pty_set_dtr(void *line, bool on)
{
    const struct fdport *port = line;

    return unless_missing(mc_modem_line_set(port->fd, TIOCM_DTR, on));
}

static int pty_set_rts(void *line, bool on)
{
    const struct fdport *port = line;

    return unless_missing(mc_modem_line_set(port->fd, TIOCM_RTS, on));
}

static int pty_set_break(void *line, bool on)
{
    const struct fdport *port = line;

    return unless_missing(mc_modem_break(port->fd, on));
}

static int pty_get_dsr(void *line)
{
    const struct fdport *port = line;
    int r = mc_modem_dsr(port->fd);

    return r == -ENOTTY || r == -EINVAL ? -EOPNOTSUPP : r;
}

static const struct mc_fdport_line pty_line = {
    .set_baud = pty_set_baud,
    .set_flow = pty_set_flow,
    .set_dtr = pty_set_dtr,
    .set_rts = pty_set_rts,
    .set_break = pty_set_break,
    .get_dsr = pty_get_dsr,
};

static int prepare_fd(int fd, bool plain)
{
    struct termios settings;
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return -errno;
    if (!plain || tcgetattr(fd, &settings) < 0)
        return 0;
    cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    return tcsetattr(fd, TCSANOW, &settings) < 0 ? -errno : 0;
}

int mc_fdport_new(struct mc_loop *loop, int fd, const struct mc_fdport_line *line, void *line_ctx,
                  struct mc_transport **ret_transport)
{
    int r = prepare_fd(fd, line == NULL);
    struct fdport *port;

    if (r < 0)
        return r;
    port = calloc(1, sizeof(*port));
    if (!port)
        return -ENOMEM;
    *port = (struct fdport){.base.ops = &ops, .loop = loop, .most = SIZE_MAX, .fd = fd};
    port->line = line ? line : &pty_line;
    port->line_ctx = line ? line_ctx : port;
    mc_buf_init(&port->out, MC_FDPORT_QUEUE_BYTES);
    mc_buf_init(&port->held, READ_BYTES);
    mc_timer_init(&port->flush, "fdport-flush", on_flush, port);
    mc_timer_init(&port->again, "fdport-again", on_again, port);
    mc_timer_init(&port->lull, "fdport-lull", on_lull, port);
    r = mc_watch_add(&port->watch, loop, fd, MC_WATCH_READ, on_ready, port);
    if (r < 0) {
        free(port);
        return r;
    }
    *ret_transport = &port->base;
    return 0;
}

int mc_fdport_fd(const struct mc_transport *transport)
{
    return transport->ops == &ops ? ((const struct fdport *)transport)->fd : -1;
}
