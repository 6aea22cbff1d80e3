/* SPDX-License-Identifier: MIT */

/* The method table: name, who may call it, what it takes, what it does. */

#include "json_out.h"
#include "server_internal.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_LINES    500
#define DEFAULT_LEASE_MS (10 * 60 * 1000)
#define MAX_LEASE_MS     (24LL * 3600 * 1000)
#define MAX_WAIT_MS      (366LL * 24 * 3600 * 1000)

struct param {
    const char *name;
    json_type type; /* JSON_TRUE stands for either boolean */
    bool required;
};

struct method {
    const char *name; /* with its interface */
    enum access_level needs;
    bool stream; /* "more" is a must */
    void (*run)(struct ctl_client *client, const struct method *method, const json_t *parameters);
    struct param params[2];
    enum mc_verb verb, verb_off; /* off: with on=false */
};

static int64_t now_ms(const struct ctl_client *client)
{
    return mc_timerq_now_ms(client->server->queue);
}

static int64_t wall_ms(const struct ctl_client *client)
{
    return client->server->backend->wall_ms(client->server->backend->ctx);
}

static void invalid(struct ctl_client *client, const char *parameter)
{
    ctl_client_error(client, "org.varlink.service.InvalidParameter", json_pack("{s:s}", "parameter", parameter));
}

static void run_status(struct ctl_client *client, const struct method *method, const json_t *parameters)
{
    json_t *status = ctl_status_json(client->server->backend, now_ms(client), wall_ms(client));

    ctl_client_reply(client, json_pack("{s:o}", "status", status));
}

static void run_info(struct ctl_client *client, const struct method *method, const json_t *parameters)
{
    const struct mc_ctl_backend *backend = client->server->backend;
    json_t *status = ctl_status_json(backend, now_ms(client), wall_ms(client));
    json_t *daemon = ctl_info_json(backend, client->access == ACCESS_COMMAND);

    ctl_client_reply(client, json_pack("{s:o, s:o}", "status", status, "daemon", daemon));
}

static void run_watch(struct ctl_client *client, const struct method *method, const json_t *parameters)
{
    ctl_follow_watch(client);
}

static void run_wait(struct ctl_client *client, const struct method *method, const json_t *parameters)
{
    const json_t *wanted = json_object_get(parameters, "for"), *timeout = json_object_get(parameters, "timeout_ms");
    int state = MC_STATE_ONLINE;

    if (json_is_string(wanted))
        state = mc_strtab_value(&mc_state_names, json_string_value(wanted));
    if (state < 0)
        invalid(client, "for");
    else if (json_is_integer(timeout) && (json_integer_value(timeout) < 0 || json_integer_value(timeout) > MAX_WAIT_MS))
        invalid(client, "timeout_ms");
    else
        ctl_follow_wait(client, (enum mc_state)state, json_is_integer(timeout) ? json_integer_value(timeout) : -1);
}

/* How many of a list: 0 when the parameter is bad (and refused). */
static size_t get_max(struct ctl_client *client, const json_t *parameters, const char *name)
{
    const json_t *value = json_object_get(parameters, name);
    json_int_t max = json_is_integer(value) ? json_integer_value(value) : DEFAULT_LINES;

    if (max >= 1 && max <= 1000000)
        return (size_t)max;
    invalid(client, name);
    return 0;
}

static void run_trace(struct ctl_client *client, const struct method *method, const json_t *parameters)
{
    size_t max = get_max(client, parameters, "lines");

    if (max > 0)
        ctl_client_reply(client, json_pack("{s:o}", "trace", ctl_trace_json(client->server->backend->trace, max)));
}

static void run_history(struct ctl_client *client, const struct method *method, const json_t *parameters)
{
    const struct mc_history *history = client->server->backend->history;
    size_t max = get_max(client, parameters, "entries");
    json_t *rest;

    if (max == 0)
        return;
    rest = json_pack("{s:o}", "time", ctl_json_spent(wall_ms(client)));
    ctl_availability_json(rest, history, now_ms(client), wall_ms(client));
    ctl_client_lists(client, false, ctl_history_text(history, max, client->access < ACCESS_COMMAND), rest);
}

static void run_signal(struct ctl_client *client, const struct method *method, const json_t *parameters)
{
    ctl_follow_signal(client);
}

struct ctl_pending *ctl_pending_new(struct ctl_client *client)
{
    struct mc_ctl_server *server = client->server;
    struct ctl_pending *pending = calloc(1, sizeof(*pending));

    if (!pending) {
        ctl_client_fail(client, "Failed", "out of memory");
        return NULL;
    }
    pending->server = server;
    pending->client = client;
    pending->next = server->pendings;
    if (pending->next)
        pending->next->prev = pending;
    server->pendings = pending;
    client->pending = pending;
    return pending;
}

/* Ends it and returns the client that waits for it, or NULL. */
struct ctl_client *ctl_pending_end(struct ctl_pending *pending)
{
    struct ctl_client *client = pending->client;

    if (pending->prev)
        pending->prev->next = pending->next;
    else
        pending->server->pendings = pending->next;
    if (pending->next)
        pending->next->prev = pending->prev;
    free(pending);
    if (client)
        client->pending = NULL;
    return client;
}

void ctl_pending_orphan(struct ctl_pending *pending)
{
    const struct mc_ctl_backend *backend = pending->server->backend;

    pending->client = NULL;
    if (pending->orphan == ORPHAN_IS_WITHDRAWN && backend->at_withdraw)
        backend->at_withdraw(backend->ctx, pending);
    else if (pending->orphan == ORPHAN_ENDS)
        backend->lease_end(backend->ctx, pending);
}

void ctl_pending_eof(struct ctl_pending *pending)
{
    const struct mc_ctl_backend *backend = pending->server->backend;

    if (pending->orphan == ORPHAN_ENDS)
        backend->lease_end(backend->ctx, pending);
}

const char *ctl_error_name(int result)
{
    static const struct {
        int error;
        const char *name;
    } names[] = {
        {-EBUSY, "Busy"},          {-ENODEV, "NoDevice"},    {-EOPNOTSUPP, "NotSupported"},
        {-ECANCELED, "Cancelled"}, {-ETIMEDOUT, "TimedOut"}, {-EINVAL, "InvalidCommand"},
    };

    for (size_t i = 0; i < MC_LENGTH_OF(names); i++)
        if (names[i].error == result)
            return names[i].name;
    return "Failed";
}

static void on_verb_done(void *ctx, int result, const char *text)
{
    const struct ctl_pending *pending = ctx;
    const char *verb = mc_strtab_name(&mc_verb_names, (int)pending->verb);
    struct ctl_client *client;

    mc_info("operator: %s %s: %s", verb, result == 0 ? "done" : "failed", text && text[0] ? text : strerror(-result));
    client = ctl_pending_end(ctx);
    if (!client)
        return;
    if (result == 0)
        ctl_client_reply(client, json_pack("{s:s}", "text", text ? text : ""));
    else
        ctl_client_fail(client, ctl_error_name(result), "%s", text && text[0] ? text : strerror(-result));
}

static void run_verb(struct ctl_client *client, const struct method *method, const json_t *parameters)
{
    const struct mc_ctl_backend *backend = client->server->backend;
    const json_t *on = json_object_get(parameters, "on");
    enum mc_verb verb = json_is_false(on) ? method->verb_off : method->verb;
    struct ctl_pending *pending = ctl_pending_new(client);

    if (!pending)
        return;
    pending->verb = verb;
    mc_info("operator: %s (uid %u)", mc_strtab_name(&mc_verb_names, (int)verb), (unsigned)client->uid);
    backend->verb(backend->ctx, verb, on_verb_done, pending);
}

static json_t *lines_json(const struct mc_ctl_at_answer *answer)
{
    json_t *lines = json_array();

    for (size_t i = 0; i < answer->n_lines; i++) {
        json_t *line = json_string(answer->lines[i]);

        /* Names from a phone book may be in any character set: shown with what is readable. */
        json_array_append_new(lines, line ? line : json_string("(not UTF-8)"));
    }
    return lines;
}

static void on_at_done(void *ctx, const struct mc_ctl_at_answer *answer)
{
    struct ctl_client *client = ctl_pending_end(ctx);

    if (!client)
        return;
    if (answer->result < 0)
        ctl_client_fail(client, ctl_error_name(answer->result), "%s",
                        answer->text && answer->text[0] ? answer->text : strerror(-answer->result));
    else
        ctl_client_reply(client,
                         json_pack("{s:o, s:o, s:o, s:n}", "final", ctl_json_string(answer->final), "lines",
                                   lines_json(answer), "took_s", ctl_json_spent(answer->took_ms), "deadline_s"));
}

/* With "more" the first reply says how long it can take: nobody need wait longer than that, nor guess. */
static void run_at(struct ctl_client *client, const struct method *method, const json_t *parameters)
{
    const struct mc_ctl_backend *backend = client->server->backend;
    struct ctl_pending *pending = ctl_pending_new(client);
    int64_t deadline_ms;

    if (!pending)
        return;
    if (!client->oneway) /* whoever wants no answer may leave at once */
        pending->orphan = ORPHAN_IS_WITHDRAWN;
    deadline_ms =
        backend->at(backend->ctx, json_string_value(json_object_get(parameters, "command")), on_at_done, pending);
    if (deadline_ms > 0 && client->more)
        ctl_client_continue(client, json_pack("{s:n, s:[], s:f, s:o}", "final", "lines", "took_s", 0.0, "deadline_s",
                                              ctl_json_spent(deadline_ms)));
}

static void run_lease(struct ctl_client *client, const struct method *method, const json_t *parameters)
{
    const json_t *time = json_object_get(parameters, "for_ms");
    int64_t for_ms = json_is_integer(time) ? json_integer_value(time) : DEFAULT_LEASE_MS;

    if (for_ms < 1000 || for_ms > MAX_LEASE_MS)
        invalid(client, "for_ms");
    else
        ctl_lease(client, json_is_true(json_object_get(parameters, "cut")), for_ms);
}

static void run_get_info(struct ctl_client *client, const struct method *method, const json_t *parameters)
{
    ctl_client_reply(client, json_pack("{s:s, s:s, s:s, s:s, s:[s, s]}", "vendor", "microcatd", "product", "microcatd",
                                       "version", client->server->version, "url", "https://varlink.org", "interfaces",
                                       "org.varlink.service", CTL_INTERFACE));
}

static void run_describe(struct ctl_client *client, const struct method *method, const json_t *parameters)
{
    const char *name = json_string_value(json_object_get(parameters, "interface"));

    if (strcmp(name, CTL_INTERFACE) == 0)
        ctl_client_reply(client, json_pack("{s:s}", "description", ctl_interface_definition));
    else if (strcmp(name, "org.varlink.service") == 0)
        ctl_client_reply(client, json_pack("{s:s}", "description", ctl_service_definition));
    else
        ctl_client_error(client, "org.varlink.service.InterfaceNotFound", json_pack("{s:s}", "interface", name));
}

#define M(name) CTL_INTERFACE "." name

static const struct method methods[] = {
    {"org.varlink.service.GetInfo", ACCESS_NONE, false, run_get_info},
    {"org.varlink.service.GetInterfaceDescription",
     ACCESS_NONE,
     false,
     run_describe,
     {{"interface", JSON_STRING, true}}},
    {M("Status"), ACCESS_READ, false, run_status},
    {M("Info"), ACCESS_READ, false, run_info},
    {M("Watch"), ACCESS_READ, true, run_watch},
    {M("Wait"), ACCESS_READ, false, run_wait, {{"for", JSON_STRING, false}, {"timeout_ms", JSON_INTEGER, false}}},
    {M("Trace"), ACCESS_COMMAND, false, run_trace, {{"lines", JSON_INTEGER, false}}},
    {M("History"), ACCESS_READ, false, run_history, {{"entries", JSON_INTEGER, false}}},
    {M("Signal"), ACCESS_READ, false, run_signal},
    {M("Connect"), ACCESS_COMMAND, false, run_verb, {{0}}, MC_VERB_CONNECT},
    {M("Disconnect"), ACCESS_COMMAND, false, run_verb, {{0}}, MC_VERB_DISCONNECT},
    {M("Radio"), ACCESS_COMMAND, false, run_verb, {{"on", JSON_TRUE, true}}, MC_VERB_RADIO_ON, MC_VERB_RADIO_OFF},
    {M("Reset"), ACCESS_COMMAND, false, run_verb, {{0}}, MC_VERB_RESET},
    {M("Power"), ACCESS_COMMAND, false, run_verb, {{"on", JSON_TRUE, true}}, MC_VERB_POWER_ON, MC_VERB_POWER_OFF},
    {M("Reconnect"), ACCESS_COMMAND, false, run_verb, {{0}}, MC_VERB_RECONNECT},
    {M("At"), ACCESS_COMMAND, false, run_at, {{"command", JSON_STRING, true}}},
    {M("Lease"), ACCESS_COMMAND, true, run_lease, {{"for_ms", JSON_INTEGER, false}, {"cut", JSON_TRUE, false}}},
};

static bool fits(const struct param *param, const json_t *value)
{
    if (!value || json_is_null(value))
        return !param->required;
    return param->type == JSON_TRUE ? json_is_boolean(value) : json_typeof(value) == param->type;
}

/* Name of the first parameter that is missing, of the wrong type or unknown; NULL: all are right. */
static const char *check_parameters(const struct method *method, json_t *parameters)
{
    const char *key;
    json_t *value;

    for (size_t i = 0; i < MC_LENGTH_OF(method->params) && method->params[i].name; i++)
        if (!fits(&method->params[i], json_object_get(parameters, method->params[i].name)))
            return method->params[i].name;
    json_object_foreach(parameters, key, value)
    {
        bool known = false;

        for (size_t i = 0; i < MC_LENGTH_OF(method->params) && method->params[i].name; i++)
            known = known || strcmp(method->params[i].name, key) == 0;
        if (!known)
            return key;
    }
    return NULL;
}

static void not_found(struct ctl_client *client, const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t len = dot ? (size_t)(dot - name) : 0;
    bool ours = (len == strlen(CTL_INTERFACE) && strncmp(name, CTL_INTERFACE, len) == 0) ||
                (len == strlen("org.varlink.service") && strncmp(name, "org.varlink.service", len) == 0);

    if (ours)
        ctl_client_error(client, "org.varlink.service.MethodNotFound", json_pack("{s:s}", "method", name));
    else
        ctl_client_error(client, "org.varlink.service.InterfaceNotFound",
                         json_pack("{s:o}", "interface", json_stringn(name, len)));
}

void ctl_method_run(struct ctl_client *client, const struct varlink_call *call)
{
    const struct method *method = NULL;
    const char *bad;

    for (size_t i = 0; i < MC_LENGTH_OF(methods) && !method; i++)
        if (strcmp(methods[i].name, call->method) == 0)
            method = &methods[i];
    if (!method) {
        not_found(client, call->method);
        return;
    }
    bad = check_parameters(method, call->parameters);
    if (client->access < method->needs)
        ctl_client_fail(client, "NotPermitted",
                        client->server->rule.has_group ? "only root and the members of the group \"%s\" may do this"
                                                       : "only root may do this: no Group= is configured%s",
                        client->server->rule.has_group ? client->server->group : "");
    else if (bad)
        invalid(client, bad);
    else if (method->stream && !call->more)
        ctl_client_error(client, "org.varlink.service.ExpectedMore", NULL);
    else
        method->run(client, method, call->parameters);
}
