/* SPDX-License-Identifier: MIT */
/* Device and port: requests of the link become calls of io. */
#include "app_priv.h"
#include <errno.h>
#include <microcat/base/log.h>
#include <microcat/daemon/journal.h>
#include <microcat/host/privileged.h>
#include <microcat/io/dsr_watch.h>
#include <microcat/io/port.h>
#include <stdio.h>
#include <string.h>

/* ---- device ---- */

static void on_added(void *ctx, const struct mc_device *device)
{
    struct app *app = ctx;
    struct mc_status_device *st = &app->status.device;
    app->device = *device;
    snprintf(st->path, sizeof(st->path), "%s", device->path);
    snprintf(st->vendor_id, sizeof(st->vendor_id), "%s", device->vendor_id);
    snprintf(st->product_id, sizeof(st->product_id), "%s", device->product_id);
    snprintf(st->serial, sizeof(st->serial), "%s", device->serial);
    snprintf(st->product, sizeof(st->product), "%s", device->product);
    st->bridge = device->bridge;
    st->plugged_at_ms = mc_timerq_now_ms(app->queue);
    mc_journal_set_device(device->path);
    mc_notice("found %s%s%s%s%s", device->path, *device->product ? " " : "", device->product,
              *device->serial ? " " : "", device->serial);
    if (!app_keep_adopt(app))
        mc_link_device(app->link, true);
}

static void on_removed(void *ctx)
{
    struct app *app = ctx;
    mc_notice("%s is gone", app->device.path);
    app->status.device = (struct mc_status_device){.plugged_at_ms = -1};
    mc_journal_set_device(NULL);
    mc_link_device(app->link, false);
}

int app_watch_device(struct app *app)
{
    static const struct mc_device_events events = {.on_added = on_added, .on_removed = on_removed};
    bool any = strcmp(app->settings.modem.device, "auto") == 0;
    const struct mc_device_want want = {.path = any ? NULL : app->settings.modem.device,
                                        .usb_ids = app->settings.modem.usb_ids,
                                        .usb_serial = app->settings.modem.usb_serial,
                                        .usb_interface = app->settings.modem.usb_interface};
    return mc_device_watch_new(app->loop, &want, &events, app, &app->devices);
}

/* ---- port ---- */

static size_t on_bytes(void *ctx, const uint8_t *data, size_t len)
{
    struct app *app = ctx;
    bool was_data = app->data_mode;
    size_t taken = mc_link_bytes(app->link, data, len);
    app_keep_read(app);
    if (was_data) {
        mc_recorder_data(app->recorder, MC_RECORDER_IN, taken);
        return taken;
    }
    /* Behind the CONNECT that ended command mode in this very read come PPP frames: never recorded. */
    const uint8_t *frame = app->data_mode ? memchr(data, 0x7e, taken) : NULL;
    mc_recorder_bytes(app->recorder, mc_timerq_now_ms(app->queue), MC_RECORDER_IN, data,
                      frame ? (size_t)(frame - data) : taken);
    return taken;
}

static void on_drained(void *ctx)
{
    struct app *app = ctx;
    mc_link_drained(app->link);
    if (app->ppp)
        mc_ppp_resume(app->ppp);
}

static void on_closed(void *ctx, int error)
{
    struct app *app = ctx;
    mc_link_port_closed(app->link, error);
    if (app->devices)
        mc_device_watch_recheck(app->devices);
}

const struct mc_transport_events app_port_events = {
    .on_bytes = on_bytes, .on_drained = on_drained, .on_closed = on_closed};

static enum mc_fault open_fault(const struct app *app, int r, char *detail, size_t size)
{
    const char *path = app->device.path;
    struct mc_port_holder holder;
    switch (r) {
    case -ENOENT:
    case -ENODEV:
    case -ENXIO:
        snprintf(detail, size, "%s: %s", path, strerror(-r));
        return MC_FAULT_NO_DEVICE;
    case -EACCES:
    case -EPERM:
        snprintf(detail, size, "%s: permission denied", path);
        return MC_FAULT_DEVICE_DENIED;
    case -EBUSY:
        if (mc_privileged()->tty_holder(path, &holder) == 0)
            snprintf(detail, size, "%s is used by %s (pid %d)", path, holder.name, (int)holder.pid);
        else
            snprintf(detail, size, "%s is used by another process", path);
        return MC_FAULT_DEVICE_BUSY;
    case -ENOTTY:
        snprintf(detail, size, "%s is not a tty", path);
        return MC_FAULT_NOT_A_MODEM;
    default:
        snprintf(detail, size, "%s: %s", path, strerror(-r));
        return MC_FAULT_DEVICE_ERROR;
    }
}

static void on_dsr(void *ctx)
{
    struct app *app = ctx;
    if (app_powered(app) == 0)
        mc_link_call_sign(app->link, MC_CALL_OFF, "the bridge says that it has no power (STATUS)");
}

/* Only of a bridge that keeps the contract: elsewhere DSR may be low for ever and mean nothing. */
void app_watch_dsr(struct app *app)
{
    int r = app->device.bridge ? mc_dsr_watch_new(app->loop, mc_port_fd(app->port), on_dsr, app, &app->dsr) : 0;
    if (r < 0)
        mc_warn("a modem that goes off is not told at once: %s", strerror(-r));
}

enum mc_fault app_open(void *ctx, char *detail, size_t size)
{
    struct app *app = ctx;
    int r = mc_port_open(app->loop, app->device.path, &app->port);
    if (r == -EACCES && mc_privileged()->grant_tty(app->device.path) == 0)
        r = mc_port_open(app->loop, app->device.path, &app->port);
    if (r < 0)
        return open_fault(app, r, detail, size);
    mc_transport_listen(app->port, &app_port_events, app);
    if (app->device.bridge) /* its flow control is off until RTS is raised */
        app->port->ops->set_rts(app->port, false);
    app_watch_dsr(app);
    return MC_FAULT_NONE;
}

void app_close(void *ctx)
{
    struct app *app = ctx;
    mc_dsr_watch_free(app->dsr);
    app->dsr = NULL;
    if (app->port)
        app->port->ops->close(app->port);
    app->port = NULL;
}

int app_write(void *ctx, const void *data, size_t len)
{
    struct app *app = ctx;
    if (!app->port)
        return -ENODEV;
    if (app->data_mode)
        mc_recorder_data(app->recorder, MC_RECORDER_OUT, len);
    else
        mc_recorder_bytes(app->recorder, mc_timerq_now_ms(app->queue), MC_RECORDER_OUT, data, len);
    return app->port->ops->write(app->port, data, len);
}

size_t app_pending(void *ctx)
{
    struct app *app = ctx;
    return app->port ? app->port->ops->pending_bytes(app->port) : 0;
}

int app_set_baud(void *ctx, int32_t baud)
{
    struct app *app = ctx;
    return app->port ? app->port->ops->set_baud(app->port, (uint32_t)baud) : -ENODEV;
}

void app_lull(void *ctx, int64_t ms)
{
    struct app *app = ctx;
    if (app->port && app->port->ops->lull)
        app->port->ops->lull(app->port, ms);
}

int app_set_flow(void *ctx, enum mc_flow flow)
{
    struct app *app = ctx;
    if (!app->port)
        return -ENODEV;
    int r = app->port->ops->set_flow(app->port, flow);
    if (r == 0 && app->device.bridge) /* RTS is the switch: microcatd-bridge(7) */
        r = app->port->ops->set_rts(app->port, flow == MC_FLOW_RTSCTS);
    return r;
}
