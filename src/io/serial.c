/* SPDX-License-Identifier: MIT */
#include "modem_lines.h"
#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <microcat/io/fdport.h>
#include <microcat/io/serial.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

#define BOOT_BAUD 115200 /* the modem's speed after each boot (767 manual, AT+IPR) */

struct serial {
    struct sp_port *port;
    int fd; /* libserialport's, borrowed */
};

static int error_of(enum sp_return r)
{
    switch (r) {
    case SP_ERR_ARG:
        return -ENOTTY; /* what it says to a name that is not a serial port */
    case SP_ERR_MEM:
        return -ENOMEM;
    case SP_ERR_SUPP:
        return -EOPNOTSUPP;
    case SP_ERR_FAIL:
        return sp_last_error_code() > 0 ? -sp_last_error_code() : -EIO;
    default:
        return 0;
    }
}

/* Success says little: a driver that cannot do a speed keeps the old one. So the line is asked. */
static int check_baud(struct sp_port *port, uint32_t wanted)
{
    struct sp_port_config *config;
    int baud = 0;

    enum sp_return sr = sp_new_config(&config);
    if (sr < 0)
        return error_of(sr);
    sr = sp_get_config(port, config);
    if (sr == SP_OK)
        sr = sp_get_config_baudrate(config, &baud);
    sp_free_config(config);
    if (sr < 0)
        return error_of(sr);
    int64_t off_by = (int64_t)baud - wanted; /* some drivers report what their divider really makes of it */
    return off_by * 50 > wanted || -off_by * 50 > wanted ? -EINVAL : 0;
}

static int serial_set_baud(void *line, uint32_t baud)
{
    struct serial *serial = line;
    int r = error_of(sp_set_baudrate(serial->port, (int)baud));

    return r < 0 ? r : check_baud(serial->port, baud);
}

/* Not sp_set_flowcontrol(): libserialport 0.1.1 puts CRTSCTS into c_iflag, where it does nothing. */
static int serial_set_flow(void *line, enum mc_flow flow)
{
    const tcflag_t want = flow == MC_FLOW_RTSCTS ? CRTSCTS : 0;
    const struct serial *serial = line;
    struct termios settings;

    if (tcgetattr(serial->fd, &settings) < 0)
        return -errno;
    settings.c_iflag &= ~(tcflag_t)(IXON | IXOFF | IXANY);
    settings.c_cflag = (settings.c_cflag & ~(tcflag_t)CRTSCTS) | want;
    if (tcsetattr(serial->fd, TCSANOW, &settings) < 0 || tcgetattr(serial->fd, &settings) < 0)
        return -errno;
    return (settings.c_cflag & CRTSCTS) == want ? 0 : -EOPNOTSUPP;
}

/* Not sp_set_rts(): that would switch flow control off to own the line, and a pulse must leave it as it is. */
static int serial_set_dtr(void *line, bool on)
{
    const struct serial *serial = line;

    return mc_modem_line_set(serial->fd, TIOCM_DTR, on);
}

static int serial_set_rts(void *line, bool on)
{
    const struct serial *serial = line;

    return mc_modem_line_set(serial->fd, TIOCM_RTS, on);
}

static int serial_set_break(void *line, bool on)
{
    const struct serial *serial = line;

    return mc_modem_break(serial->fd, on);
}

static int serial_get_dsr(void *line)
{
    const struct serial *serial = line;

    return mc_modem_dsr(serial->fd);
}

static void serial_close(void *line)
{
    struct serial *serial = line;

    tcflush(serial->fd, TCOFLUSH); /* else close() waits up to 30 s for bytes that a stuck bridge does not take */
    sp_close(serial->port);
    sp_free_port(serial->port);
    free(serial);
}

static const struct mc_fdport_line serial_line = {
    .set_baud = serial_set_baud,
    .set_flow = serial_set_flow,
    .set_dtr = serial_set_dtr,
    .set_rts = serial_set_rts,
    .set_break = serial_set_break,
    .get_dsr = serial_get_dsr,
    .close = serial_close,
};

/*
 * What libserialport leaves to be done: it opens without O_CLOEXEC and TIOCEXCL, it sets VMIN to 0, with which "nothing
 * to read" cannot be told from "hung up", and it leaves HUPCL on, with which each end of the daemon would pulse DTR, a
 * reset line on some bridges.
 */
static int finish_settings(int fd)
{
    struct termios settings;

    if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || ioctl(fd, TIOCEXCL) < 0 || tcgetattr(fd, &settings) < 0)
        return -errno;
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    settings.c_iflag = 0; /* sp_open() sets IXANY, and IXON on some */
    settings.c_cflag &= ~(tcflag_t)HUPCL;
    return tcsetattr(fd, TCSANOW, &settings) < 0 ? -errno : 0;
}

static int set_frame(struct serial *serial)
{
    const enum sp_return steps[] = {
        sp_set_bits(serial->port, 8),
        sp_set_parity(serial->port, SP_PARITY_NONE),
        sp_set_stopbits(serial->port, 1),
    };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (steps[i] < 0)
            return error_of(steps[i]);
    int r = serial_set_baud(serial, BOOT_BAUD);
    return r < 0 ? r : serial_set_flow(serial, MC_FLOW_NONE);
}

static int open_port(struct serial *serial, const char *path, bool keep)
{
    enum sp_return sr = sp_get_port_by_name(path, &serial->port);

    if (sr < 0)
        return error_of(sr);
    sr = sp_open(serial->port, SP_MODE_READ_WRITE);
    if (sr < 0) {
        int r = error_of(sr);
        sp_free_port(serial->port);
        return r;
    }
    sr = sp_get_port_handle(serial->port, &serial->fd);
    int r = sr < 0 ? error_of(sr) : keep ? 0 : set_frame(serial);
    if (r == 0)
        r = finish_settings(serial->fd);
    if (r < 0) {
        sp_close(serial->port);
        sp_free_port(serial->port);
    }
    return r;
}

static int serial_new(struct mc_loop *loop, const char *path, bool keep, struct mc_transport **ret_transport)
{
    struct serial *serial = calloc(1, sizeof(*serial));

    if (!serial)
        return -ENOMEM;
    int r = open_port(serial, path, keep);
    if (r < 0) {
        free(serial);
        return r;
    }
    r = mc_fdport_new(loop, serial->fd, &serial_line, serial, ret_transport);
    if (r < 0)
        serial_close(serial);
    return r;
}

int mc_serial_open(struct mc_loop *loop, const char *path, struct mc_transport **ret_transport)
{
    return serial_new(loop, path, false, ret_transport);
}

int mc_serial_reopen(struct mc_loop *loop, const char *path, struct mc_transport **ret_transport)
{
    return serial_new(loop, path, true, ret_transport);
}
