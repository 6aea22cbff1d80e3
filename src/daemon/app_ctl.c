/* SPDX-License-Identifier: MIT */
/* The socket's backend: what clients may see and ask for. */
#include "app_priv.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t backend_wall_ms(void *ctx)
{
    return app_wall_ms();
}

/* Bytes and commands are counted all the time, and nobody is told of each. */
static void backend_refresh(void *ctx)
{
    struct app *app = ctx;
    mc_link_refresh(app->link);
    app_call_count(app);
}

static void backend_verb(void *ctx, enum mc_verb verb, mc_verb_done_fn *done, void *done_ctx)
{
    struct app *app = ctx;
    mc_link_verb(app->link, verb, done, done_ctx);
}

/* ---- at ---- */

struct at_request {
    struct app *app;
    struct at_request *next;
    mc_ctl_at_done_fn *done;
    void *ctx;
};

static void forget(struct at_request *request)
{
    struct at_request **place = &request->app->at_requests;
    while (*place != request)
        place = &(*place)->next;
    *place = request->next;
}

static void on_at_done(void *ctx, const struct mc_at_answer *answer)
{
    _cleanup_free_ struct at_request *request = ctx;
    forget(request);
    struct mc_ctl_at_answer reply = {
        .final = answer->final, .lines = answer->lines, .n_lines = answer->n_lines, .took_ms = answer->took_ms};
    if (answer->result == MC_AT_TIMEOUT) {
        reply.result = -ETIMEDOUT;
        reply.text = *answer->final ? answer->final : "The modem did not answer in time.";
    } else if (answer->result == MC_AT_CANCELLED) {
        reply.result = -ECANCELED;
        reply.text = *answer->final ? answer->final : "The line was needed for something else, or was lost.";
    }
    request->done(request->ctx, &reply);
}

static int64_t backend_at(void *ctx, const char *command, mc_ctl_at_done_fn *done, void *done_ctx)
{
    struct app *app = ctx;
    const char *why = NULL;
    int64_t deadline_ms = 0;
    struct at_request *request = malloc(sizeof(*request));
    int r = -ENOMEM;
    if (request) {
        *request = (struct at_request){app, app->at_requests, done, done_ctx};
        app->at_requests = request;
        r = mc_link_at(app->link, command, on_at_done, request, &deadline_ms, &why);
    }
    if (r == 0)
        return deadline_ms;
    if (request)
        forget(request);
    free(request);
    done(done_ctx, &(struct mc_ctl_at_answer){.result = r, .text = why ? why : "Out of memory."});
    return 0;
}

static void backend_at_withdraw(void *ctx, const void *done_ctx)
{
    const struct app *app = ctx;
    const struct at_request *request = app->at_requests;
    while (request && request->ctx != done_ctx)
        request = request->next;
    if (request)
        mc_link_at_withdraw(app->link, request);
}

/* The link is gone, and with it whoever could answer. */
void app_ctl_end(struct app *app)
{
    const struct mc_at_answer stopped = {.result = MC_AT_CANCELLED, .final = "microcatd stops."};
    app->link = NULL;
    app_lease_done(app);
    while (app->at_requests)
        on_at_done(app->at_requests, &stopped);
}

/* ---- info ---- */

static void backend_info(void *ctx, bool all, mc_ctl_info_fn *line, void *line_ctx)
{
    const struct app *app = ctx;
    char value[256], name[64];
    line(line_ctx, "version", MICROCATD_VERSION);
    line(line_ctx, "config.file", app->options->config);
    snprintf(value, sizeof(value), "%llu", (unsigned long long)mc_loop_wakeups(app->loop));
    line(line_ctx, "loop.wakeups", value);
    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        mc_config_row_format(row, &app->settings, value, sizeof(value));
        if (!all && (row->flags & MC_CONFIG_PERSONAL) && *value)
            snprintf(value, sizeof(value), "(set)");
        snprintf(name, sizeof(name), "%s.%s", mc_strtab_name(&mc_config_section_names, (int)row->section), row->key);
        line(line_ctx, name, value);
    }
}

static void backend_watched(void *ctx, unsigned watchers)
{
    struct app *app = ctx;
    if (app->link) /* else the server ends */
        mc_link_watched(app->link, watchers);
}

int app_listen(struct app *app)
{
    app->backend = (struct mc_ctl_backend){.bus = app->bus,
                                           .trace = app->trace,
                                           .history = app->history,
                                           .samples = app->samples,
                                           .sample_interval_ms = &app->settings.modem.sample_interval_ms,
                                           .refresh = backend_refresh,
                                           .wall_ms = backend_wall_ms,
                                           .verb = backend_verb,
                                           .at = backend_at,
                                           .at_withdraw = backend_at_withdraw,
                                           .watched = backend_watched,
                                           .lease = app_lease_begin,
                                           .lease_end = app_lease_end,
                                           .info = backend_info,
                                           .ctx = app};
    const struct mc_ctl_options options = {.path = app->settings.control.socket,
                                           .group = app->settings.control.group,
                                           .read_group = app->settings.control.read_group,
                                           .version = MICROCATD_VERSION};
    return mc_ctl_server_new(app->loop, &options, &app->backend, &app->server);
}
