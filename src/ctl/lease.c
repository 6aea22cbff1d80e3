/* SPDX-License-Identifier: MIT */

/* Lease: a pty with an AT channel of its own, which is its client's as long as that stays. */

#include "json_out.h"
#include "server_internal.h"
#include <microcat/base/log.h>
#include <microcat/base/parse.h>
#include <string.h>

static void on_lent(void *ctx, const char *path, int64_t for_ms)
{
    const struct ctl_pending *pending = ctx;
    char time[32];

    mc_format_duration(for_ms, time, sizeof(time));
    mc_info("operator: lease of %s for %s", path, time);
    if (pending->client)
        ctl_client_continue(pending->client,
                            json_pack("{s:s, s:o, s:n}", "path", path, "for_s", ctl_json_spent(for_ms), "text"));
}

static void on_ended(void *ctx, int result, const char *text)
{
    struct ctl_client *client = ctl_pending_end(ctx);

    mc_info("operator: lease over: %s", text);
    if (!client)
        return;
    if (result == 0)
        ctl_client_reply(client, json_pack("{s:n, s:n, s:s}", "path", "for_s", "text", text));
    else
        ctl_client_fail(client, ctl_error_name(result), "%s", text);
}

void ctl_lease(struct ctl_client *client, bool cut, int64_t for_ms)
{
    static const struct mc_ctl_lease_events events = {.lent = on_lent, .ended = on_ended};
    const struct mc_ctl_backend *backend = client->server->backend;
    const struct mc_ctl_lease lease = {.cut = cut, .for_ms = for_ms, .uid = client->uid};
    struct ctl_pending *pending;

    if (!backend->lease) {
        ctl_client_fail(client, "NotSupported", "no channel can be lent here");
        return;
    }
    if (client->eof) { /* it said that it stays no longer while it waited for the call before */
        ctl_client_reply(client, json_pack("{s:n, s:n, s:s}", "path", "for_s", "text", "The holder has gone."));
        return;
    }
    pending = ctl_pending_new(client);
    if (!pending)
        return;
    pending->orphan = ORPHAN_ENDS;
    mc_info("operator: lease%s (uid %u)", cut ? " --cut" : "", (unsigned)client->uid);
    backend->lease(backend->ctx, &lease, &events, pending);
}
