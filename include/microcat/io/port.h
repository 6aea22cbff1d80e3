/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_PORT_H
#define MICROCAT_IO_PORT_H

/* Opens whatever Device= names: a serial port, or a pty with a simulated modem behind it. */

#include <microcat/io/loop.h>
#include <microcat/io/transport.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * Opens @path (symlinks are followed) for us alone: flock() and TIOCEXCL tell others, and a device that anybody else
 * has open is refused, because two programs on one modem take each other's answers. No UUCP lock files.
 *
 * 0, or: -ENOENT, -ENODEV, -ENXIO nothing there; -EACCES, -EPERM denied; -EBUSY taken (mc_port_holder() tells by whom);
 * -ENOTTY not a tty; another -errno.
 */
int mc_port_open(struct mc_loop *loop, const char *path, struct mc_transport **ret_transport);

/**
 * Goes on with a descriptor of @path that was open before (systemd's file descriptor store): the line's settings are
 * kept. Takes @fd, also on error. -ENODEV when @fd is hung up or is not the device that @path names by now.
 */
int mc_port_adopt(struct mc_loop *loop, int fd, const char *path, struct mc_transport **ret_transport);

/** The descriptor under a transport that this module opened, or -1. It stays the transport's. */
int mc_port_fd(const struct mc_transport *transport);

struct stat; /* sys/stat.h */

struct mc_port_holder {
    pid_t pid;
    char name[32]; /* the program's name, "ModemManager" */
};

/** Another process that has @path open: 0, or -ENOENT when none can be seen (only root sees everybody's). */
int mc_port_holder(const char *path, struct mc_port_holder *ret_holder);
/** The same of what @fd leads to, which may be an O_PATH one: no name is followed. */
int mc_port_holder_fd(int fd, struct mc_port_holder *ret_holder);
/** The name of what @fd leads to, without a symlink in it, as the kernel tells it. */
bool mc_port_real(int fd, char *out, size_t out_bytes);
/** Is what stat() says of it a tty, as libserialport's or a pty's slave are? The device is not opened for that. */
bool mc_port_is_tty(const struct stat *st);

typedef int mc_port_holder_fn(const char *path, struct mc_port_holder *ret_holder);
/** mc_port_open() asks @fn who has the port from now on, in the place of mc_port_holder(): for a process that does not
 * see everybody's. */
void mc_port_ask_holder_of(mc_port_holder_fn *fn);

#endif
