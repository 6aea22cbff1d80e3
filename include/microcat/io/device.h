/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_DEVICE_H
#define MICROCAT_IO_DEVICE_H

/*
 * Finding the modem's tty and noticing it come and go: by its USB identity, or by a fixed path (a tty, a symlink such
 * as /dev/serial/by-id/..., a pty). The only module that knows libudev. Nothing is polled.
 */

#include <microcat/io/loop.h>
#include <stdbool.h>

struct mc_device {
    char path[128];     /* "/dev/ttyACM0"; for a fixed path, that path as it was given */
    char vendor_id[5];  /* "388b"; "" when it is not a USB device */
    char product_id[5]; /* "ca71" */
    char serial[64];    /* USB serial number, "" without one */
    char product[64];   /* USB product string, "" without one */
    bool bridge;        /* its interface has the name MC_DEVICE_INTERFACE: it keeps that contract */
};

/* What a transparent bridge calls the control interface that leads to the modem: microcatd-bridge's contract. */
#define MC_DEVICE_INTERFACE "MicroCat.1 modem"

struct mc_device_want {
    const char *path;    /* a fixed path, or NULL: any tty that matches the identities */
    const char *usb_ids; /* "388b:ca71 1234:abcd"; not looked at with a fixed path */
    const char
        *usb_serial; /* only the device with this USB serial number; NULL or "": any. Not with a fixed path either */
    /* Of a composite device this tty: its interface's number ("0" to "255") or name. NULL or "": the one that is named
     * MC_DEVICE_INTERFACE, else the lowest number. Not with a fixed path either. */
    const char *usb_interface;
};

/** Called from the loop, never from inside a call; both may call everything here, mc_device_watch_free() too. */
struct mc_device_events {
    /** The device is there and, where udevd runs, set up by its rules. @device is borrowed for the call. */
    void (*on_added)(void *ctx, const struct mc_device *device);
    /** The device that on_added told of is gone. An unplug and plug-in that follow at once show as removed, then added.
     */
    void (*on_removed)(void *ctx);
};

struct mc_device_watch;

/**
 * Starts watching; a device that is there already is told of by on_added from the loop's next turn. Of several that
 * match, the first by USB path is taken, of a composite device's ttys the one that @want names, and it is kept until it
 * goes. A composite device's ttys come one after another: one that was taken because its better sister was not there
 * yet is left for her (removed, then added).
 * @want and @events are copied. 0, -EINVAL (bad @want), -ENOMEM or -errno.
 */
int mc_device_watch_new(struct mc_loop *loop, const struct mc_device_want *want, const struct mc_device_events *events,
                        void *ctx, struct mc_device_watch **ret_watch);
void mc_device_watch_free(struct mc_device_watch *watch);

/** Looks again soon: after the transport said that its device is gone, which may come before or after the news from the
 * kernel. */
void mc_device_watch_recheck(struct mc_device_watch *watch);

/** The device that is there now, borrowed until the loop's next turn, or NULL. */
const struct mc_device *mc_device_watch_current(const struct mc_device_watch *watch);

/** Is @usb_ids a list of "vvvv:pppp" (four hex digits each), parted by spaces or commas, not empty? 0 or -EINVAL. */
int mc_device_check_ids(const char *usb_ids);
/** Does the list contain this pair? The case of hex digits does not matter. */
bool mc_device_match_ids(const char *usb_ids, const char *vendor_id, const char *product_id);

#endif
