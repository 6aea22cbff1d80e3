/* SPDX-License-Identifier: MIT */
#include "board.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS    2000 /* udev's rules may still be at it */
#define LEAVING_MS 3000 /* from the command to reset until USB notices */

struct waiting {
    struct mc_timer timer;
    bool late, added, removed;
    struct mc_device device;
};

static void on_late(void *ctx)
{
    struct waiting *waiting = ctx;
    waiting->late = true;
}

static void on_added(void *ctx, const struct mc_device *device)
{
    struct waiting *waiting = ctx;
    waiting->added = true;
    waiting->device = *device;
}

static void on_removed(void *ctx)
{
    struct waiting *waiting = ctx;
    waiting->removed = true;
    waiting->added = false;
}

static const struct mc_device_events events = {.on_added = on_added, .on_removed = on_removed};

static void turn_until(struct mc_loop *loop, struct waiting *waiting, const bool *there, int64_t timeout_ms)
{
    waiting->late = false;
    mc_timer_init(&waiting->timer, "board", on_late, waiting);
    mc_timer_arm(&waiting->timer, mc_loop_timers(loop), timeout_ms);
    while (!*there && !waiting->late && mc_loop_turn(loop) == 0)
        ;
    mc_timer_disarm(&waiting->timer);
}

static int look(struct mc_loop *loop, const struct mc_device_want *want, int64_t timeout_ms,
                struct mc_device *ret_device)
{
    struct waiting waiting = {0};
    struct mc_device_watch *watch;
    int r = mc_device_watch_new(loop, want, &events, &waiting, &watch);

    if (r < 0)
        return r;
    turn_until(loop, &waiting, &waiting.added, timeout_ms);
    mc_device_watch_free(watch);
    if (!waiting.added)
        return -ETIMEDOUT;
    *ret_device = waiting.device;
    return 0;
}

int board_find(struct mc_loop *loop, const char *path, struct mc_device *ret_device)
{
    const struct mc_device_want want = {.path = path, .usb_ids = BOARD_USB_IDS, .usb_interface = "0"};
    int r = look(loop, &want, LOOK_MS, ret_device);

    return r == -ETIMEDOUT ? -ENODEV : r;
}

static int look_modem(struct mc_loop *loop, const char *serial, int64_t timeout_ms, struct mc_device *ret_device)
{
    const struct mc_device_want want = {
        .usb_ids = BOARD_USB_IDS, .usb_serial = serial, .usb_interface = MC_DEVICE_INTERFACE};

    return look(loop, &want, timeout_ms, ret_device);
}

int board_wait_modem(struct mc_loop *loop, const char *serial, int64_t timeout_ms, struct mc_device *ret_device)
{
    return look_modem(loop, serial, timeout_ms, ret_device);
}

bool board_has_modem(struct mc_loop *loop, const char *serial, struct mc_device *ret_device)
{
    return look_modem(loop, serial, LOOK_MS / 4, ret_device) == 0;
}

int board_wait_back(struct mc_loop *loop, const char *path, int64_t timeout_ms)
{
    const struct mc_device_want want = {.path = path, .usb_ids = BOARD_USB_IDS};
    struct waiting waiting = {0};
    struct mc_device_watch *watch;
    int r = mc_device_watch_new(loop, &want, &events, &waiting, &watch);

    if (r < 0)
        return r;
    if (access(path, F_OK) == 0)
        turn_until(loop, &waiting, &waiting.removed, LEAVING_MS);
    waiting.added = waiting.added && access(path, F_OK) == 0; /* gone and back may be told in one turn */
    turn_until(loop, &waiting, &waiting.added, timeout_ms);
    mc_device_watch_free(watch);
    return waiting.added ? 0 : -ETIMEDOUT;
}
