/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_TRANSPORT_H
#define MICROCAT_IO_TRANSPORT_H

/*
 * A byte transport to the modem: serial port (io/serial.c), plain fd or pty (io/fdport.c), or a fake in tests. The pure
 * core sees only this vtable and the three calls back.
 *
 * Calls back come from the event loop, never from inside a call into the transport. After on_closed nothing more comes,
 * and only mc_transport_close() is allowed.
 */

#include <microcat/base/settings.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mc_transport;

struct mc_transport_events {
    /** Bytes from the modem. @return how many were taken; fewer than @len_bytes means "stop reading until
     * mc_transport_resume()". */
    size_t (*on_bytes)(void *ctx, const uint8_t *data, size_t len_bytes);
    /** Everything written so far has been given to the kernel. */
    void (*on_drained)(void *ctx);
    /** End of file or an error: @error is -errno (-ENODEV: unplugged, -EIO, ...). */
    void (*on_closed)(void *ctx, int error);
};

struct mc_transport_ops {
    /** Queues all of @data (bounded: -ENOBUFS refuses all of it). 0 or -errno. */
    int (*write)(struct mc_transport *transport, const void *data, size_t len_bytes);
    /** Bytes written but not yet given to the kernel. */
    size_t (*pending_bytes)(const struct mc_transport *transport);
    /** Goes on delivering bytes after on_bytes took fewer than offered. */
    void (*resume)(struct mc_transport *transport);
    /** What comes within @ms is read then, in one piece: nobody waits for it, and each piece is a wake-up. NULL: it is
     * read as it comes. */
    void (*lull)(struct mc_transport *transport, int64_t ms);
    /** From now on at most so many bytes are read at a time (0: none, SIZE_MAX: as ever); may be called from inside
     * on_bytes. @return how many that were read are held, because on_bytes did not take them. NULL: not to be had. */
    size_t (*read_most)(struct mc_transport *transport, size_t most_bytes);
    /** Host side of the line; a pty or fake may accept and ignore these. 0 or -errno (-EOPNOTSUPP). */
    int (*set_baud)(struct mc_transport *transport, uint32_t baud);
    int (*set_flow)(struct mc_transport *transport, enum mc_flow flow);
    int (*set_dtr)(struct mc_transport *transport, bool on);
    int (*set_rts)(struct mc_transport *transport, bool on);
    int (*set_break)(struct mc_transport *transport, bool on);
    /** Does the other end hold DSR? 1, 0, or -errno (-EOPNOTSUPP: such a line has none). */
    int (*get_dsr)(struct mc_transport *transport);
    /** Closes and frees; no call back comes after it. */
    void (*close)(struct mc_transport *transport);
};

struct mc_transport {
    const struct mc_transport_ops *ops;
    const struct mc_transport_events *events; /* set by mc_transport_listen() */
    void *ctx;
};

static inline void mc_transport_listen(struct mc_transport *transport, const struct mc_transport_events *events,
                                       void *ctx)
{
    transport->events = events;
    transport->ctx = ctx;
}

#endif
