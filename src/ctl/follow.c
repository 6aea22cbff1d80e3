/* SPDX-License-Identifier: MIT */

/* Watch, Wait and Signal: the calls that live on the event bus. */

#include "json_out.h"
#include "server_internal.h"
#ifdef __GLIBC__
#include <malloc.h>
#endif

static int64_t now_ms(const struct ctl_client *client)
{
    return mc_timerq_now_ms(client->server->queue);
}

static void watch_signal(struct ctl_client *client, bool on)
{
    const struct mc_ctl_backend *backend = client->server->backend;

    if (client->watches_signal == on)
        return;
    client->watches_signal = on;
    client->server->signal_watchers += on ? 1u : -1u;
    if (backend->watched)
        backend->watched(backend->ctx, client->server->signal_watchers);
}

void ctl_follow_end(struct ctl_client *client)
{
    watch_signal(client, false);
    if (client->observing)
        mc_bus_forget(client->server->backend->bus, &client->observer);
    client->observing = false;
    mc_timer_disarm(&client->timeout);
}

static void follow(struct ctl_client *client, mc_observer_fn *fn)
{
    client->observing = true;
    mc_bus_observe(client->server->backend->bus, &client->observer, fn, client);
}

static void on_watched(void *ctx, const void *event)
{
    struct ctl_client *client = ctx;
    const struct mc_ctl_backend *backend = client->server->backend;
    json_t *json = ctl_event_json(event, now_ms(client), backend->wall_ms(backend->ctx));

    ctl_client_continue(client, json_pack("{s:n, s:o}", "status", "event", json));
}

void ctl_follow_watch(struct ctl_client *client)
{
    const struct mc_ctl_backend *backend = client->server->backend;
    json_t *status = ctl_status_json(backend, now_ms(client), backend->wall_ms(backend->ctx));

    follow(client, on_watched);
    ctl_client_continue(client, json_pack("{s:o, s:n}", "status", status, "event"));
}

static void send_signal(struct ctl_client *client, size_t max)
{
    const struct mc_ctl_backend *backend = client->server->backend;
    int64_t wall_ms = backend->wall_ms(backend->ctx);
    char *lists = ctl_signal_text(backend, max, wall_ms, client->access < ACCESS_COMMAND);

    client->samples_seen = backend->samples ? mc_samples_taken(backend->samples) : 0;
    ctl_client_lists(client, client->more, lists, ctl_signal_json(backend, now_ms(client), wall_ms));
}

static void on_sampled(void *ctx, const void *event)
{
    struct ctl_client *client = ctx;
    const struct mc_samples *samples = client->server->backend->samples;
    uint64_t fresh = samples ? mc_samples_taken(samples) - client->samples_seen : 0;

    if (fresh > 0)
        send_signal(client, fresh);
}

void ctl_follow_signal(struct ctl_client *client)
{
    if (client->more) {
        follow(client, on_sampled);
        watch_signal(client, true);
    }
    send_signal(client, MC_SAMPLES_MAX);
#ifdef __GLIBC__
    malloc_trim(0); /* a whole day takes as much as the daemon itself: glibc would keep that */
#endif
}

static void reached(struct ctl_client *client)
{
    json_t *waited = ctl_json_spent(now_ms(client) - client->wait_since_ms);
    const char *name = mc_strtab_name(&mc_state_names, (int)client->wanted);

    ctl_follow_end(client);
    ctl_client_reply(client, json_pack("{s:s, s:o}", "state", name, "waited_s", waited));
}

static void on_waited(void *ctx, const void *event)
{
    const struct mc_event *it = event;
    struct ctl_client *client = ctx;

    if (it->kind == MC_EVENT_STATE && it->to == client->wanted)
        reached(client);
}

static void on_timeout(void *ctx)
{
    struct ctl_client *client = ctx;
    const struct mc_status *status = mc_bus_status(client->server->backend->bus);
    const char *name = mc_strtab_name(&mc_state_names, (int)status->state);
    json_t *text = json_sprintf("still %s, not %s", name, mc_strtab_name(&mc_state_names, (int)client->wanted));

    ctl_follow_end(client);
    ctl_client_error(client, CTL_INTERFACE ".TimedOut", json_pack("{s:o, s:s}", "text", text, "state", name));
}

void ctl_follow_wait(struct ctl_client *client, enum mc_state wanted, int64_t timeout_ms)
{
    client->wanted = wanted;
    client->wait_since_ms = now_ms(client);
    mc_timer_init(&client->timeout, "ctl-wait", on_timeout, client);
    if (mc_bus_status(client->server->backend->bus)->state == wanted) {
        reached(client);
        return;
    }
    follow(client, on_waited);
    if (timeout_ms >= 0)
        mc_timer_arm(&client->timeout, client->server->queue, timeout_ms);
}
