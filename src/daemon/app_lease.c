/* SPDX-License-Identifier: MIT */
/* A lease's pty: whose it is, and what goes between it and the link. */
#include "app_priv.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/host/privileged.h>
#include <microcat/io/fdport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct app_lease {
    struct app *app;
    struct mc_transport *pty;
    int slave; /* kept open: between two programs of the holder's the pty must not hang up */
    struct mc_ctl_lease lease;
    const struct mc_ctl_lease_events *events;
    void *ctx;
};

/* ---- the link's side ---- */

static void on_lent(void *ctx)
{
    struct app_lease *lease = ctx;
    lease->events->lent(lease->ctx, lease->app->status.lease.path, lease->lease.for_ms);
}

static void on_said(void *ctx, const void *data, size_t len)
{
    const struct app_lease *lease = ctx;
    lease->pty->ops->write(lease->pty, data, len);
}

static size_t on_room(void *ctx)
{
    const struct app_lease *lease = ctx;
    return MC_FDPORT_QUEUE_BYTES - lease->pty->ops->pending_bytes(lease->pty);
}

static void on_type_again(void *ctx)
{
    const struct app_lease *lease = ctx;
    lease->pty->ops->resume(lease->pty);
}

static void lease_free(struct app_lease *lease)
{
    lease->app->lease = NULL;
    lease->app->status.lease.path[0] = '\0';
    if (lease->pty)
        lease->pty->ops->close(lease->pty);
    if (lease->slave >= 0)
        close(lease->slave);
    free(lease);
}

static void on_ended(void *ctx, int result, const char *why)
{
    struct app_lease *lease = ctx;
    const struct mc_ctl_lease_events *events = lease->events;
    void *events_ctx = lease->ctx;
    lease_free(lease);
    events->ended(events_ctx, result, why);
}

static const struct mc_link_holder holder = {
    .lent = on_lent, .said = on_said, .room = on_room, .type_again = on_type_again, .ended = on_ended};

/* ---- the pty's side ---- */

static size_t on_typed(void *ctx, const uint8_t *data, size_t len)
{
    const struct app_lease *lease = ctx;
    return mc_link_lease_typed(lease->app->link, data, len);
}

/* What the modem still has for it: the link's side, and on a plain line the port itself. */
static void on_drained(void *ctx)
{
    const struct app_lease *lease = ctx;
    struct app *app = lease->app;
    mc_link_lease_room(app->link);
    if (app->port)
        app->port->ops->resume(app->port);
}

static void on_closed(void *ctx, int error)
{
    const struct app_lease *lease = ctx;
    mc_link_lease_end(lease->app->link, error, "The pty was closed.");
}

static int open_pty(struct app_lease *lease)
{
    static const struct mc_transport_events events = {
        .on_bytes = on_typed, .on_drained = on_drained, .on_closed = on_closed};
    struct app *app = lease->app;
    _cleanup_close_ int master = -1;
    int r = mc_privileged()->lend_pty(lease->lease.uid, &master, &lease->slave, app->status.lease.path,
                                      sizeof(app->status.lease.path));
    if (r < 0)
        return r;
    r = mc_fdport_new(app->loop, master, NULL, NULL, &lease->pty);
    if (r < 0)
        return r;
    master = -1; /* the transport's now */
    mc_transport_listen(lease->pty, &events, lease);
    return 0;
}

/* ---- the socket's side ---- */

void app_lease_begin(void *ctx, const struct mc_ctl_lease *wanted, const struct mc_ctl_lease_events *events,
                     void *events_ctx)
{
    struct app *app = ctx;
    struct app_lease *lease = app->lease ? NULL : calloc(1, sizeof(*lease));
    if (!lease) {
        events->ended(events_ctx, app->lease ? -EBUSY : -ENOMEM,
                      app->lease ? "A channel is lent already: one at a time." : "Out of memory.");
        return;
    }
    *lease = (struct app_lease){app, NULL, -1, *wanted, events, events_ctx};
    app->lease = lease;
    const char *why = NULL;
    int r = open_pty(lease);
    if (r == 0)
        r = mc_link_lease(app->link, wanted->cut, wanted->for_ms, &holder, lease, &why);
    if (r == 0)
        return;
    char text[160];
    snprintf(text, sizeof(text), "%s%s", why ? why : "No pty can be had: ", why ? "" : strerror(-r));
    on_ended(lease, r, text);
}

void app_lease_end(void *ctx, const void *events_ctx)
{
    const struct app *app = ctx;
    if (app->lease && app->lease->ctx == events_ctx && app->link)
        mc_link_lease_end(app->link, 0, "The holder has gone.");
}

void app_lease_done(struct app *app)
{
    if (app->lease)
        on_ended(app->lease, -ECANCELED, "microcatd stops.");
}
