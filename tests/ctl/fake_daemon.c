/* SPDX-License-Identifier: MIT */
#include "fake_daemon.h"
#include "scratch.h"
#include "wait.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_MS 20000 /* only a failure waits that long */

static int64_t now_ms(const struct fake_daemon *daemon)
{
    return mc_timerq_now_ms(mc_loop_timers(daemon->loop));
}

static int64_t wall_ms(void *ctx)
{
    struct fake_daemon *daemon = ctx;

    return FAKE_WALL_MS + now_ms(daemon) - daemon->begin_ms;
}

static void verb(void *ctx, enum mc_verb verb, mc_verb_done_fn *done, void *done_ctx)
{
    struct fake_daemon *daemon = ctx;

    daemon->n_verbs++;
    daemon->last_verb = verb;
    if (daemon->hold) {
        daemon->held_done = done;
        daemon->held_ctx = done_ctx;
    } else {
        done(done_ctx, daemon->verb_result, daemon->verb_text);
    }
}

static int64_t at(void *ctx, const char *command, mc_ctl_at_done_fn *done, void *done_ctx)
{
    struct fake_daemon *daemon = ctx;
    const char *const lines[] = {"+CSQ: 20,99", "\xff\xfe"};
    struct mc_ctl_at_answer answer = {.final = "OK", .lines = lines, .n_lines = 1, .took_ms = 12};

    if (strcmp(command, "AT+BINARY") == 0)
        answer.n_lines = 2;
    if (strcmp(command, "AT+ERROR") == 0)
        answer = (struct mc_ctl_at_answer){.final = "+CME ERROR: 10"};
    if (strcmp(command, "AT+BUSY") == 0)
        answer = (struct mc_ctl_at_answer){.result = -EBUSY, .text = "the line carries data; disconnect first"};
    if (strcmp(command, "AT+QUEUED") == 0) {
        daemon->held_at = done;
        daemon->held_at_ctx = done_ctx;
        return 60000;
    }
    done(done_ctx, &answer);
    return 0;
}

static void at_withdraw(void *ctx, const void *done_ctx)
{
    struct fake_daemon *daemon = ctx;
    const struct mc_ctl_at_answer answer = {.result = -ECANCELED, .text = "nobody waits"};
    mc_ctl_at_done_fn *done = daemon->held_at;

    assert(done && done_ctx == daemon->held_at_ctx);
    daemon->held_at = NULL;
    daemon->n_withdrawn++;
    done(daemon->held_at_ctx, &answer);
}

void fake_daemon_answer(struct fake_daemon *daemon, const char *final)
{
    mc_ctl_at_done_fn *done = daemon->held_at;

    daemon->held_at = NULL;
    done(daemon->held_at_ctx, &(struct mc_ctl_at_answer){.final = final, .took_ms = 12});
}

static void watched(void *ctx, unsigned watchers)
{
    struct fake_daemon *daemon = ctx;

    daemon->watchers = watchers;
}

static void lease(void *ctx, const struct mc_ctl_lease *wanted, const struct mc_ctl_lease_events *events,
                  void *events_ctx)
{
    struct fake_daemon *daemon = ctx;

    if (daemon->lessee) {
        events->ended(events_ctx, -EBUSY, "lent already");
        return;
    }
    daemon->lease = *wanted;
    daemon->lessee = events;
    daemon->lessee_ctx = events_ctx;
    events->lent(events_ctx, "/dev/pts/7", wanted->for_ms);
}

static void lease_end(void *ctx, const void *events_ctx)
{
    struct fake_daemon *daemon = ctx;
    const struct mc_ctl_lease_events *events = daemon->lessee;

    assert(events && events_ctx == daemon->lessee_ctx);
    daemon->lessee = NULL;
    events->ended(daemon->lessee_ctx, 0, "the holder has gone");
}

static void info(void *ctx, bool all, mc_ctl_info_fn *line, void *line_ctx)
{
    line(line_ctx, "version", "0.1.0");
    line(line_ctx, "config.file", "/etc/microcatd/microcatd.conf");
    line(line_ctx, "PDP.User", all ? "sora" : "(set)");
}

static void start_server(struct fake_daemon *daemon, const struct mc_ctl_options *limits)
{
    struct mc_ctl_options options = limits ? *limits : (struct mc_ctl_options){0};
    int r;

    options.path = daemon->path;
    options.version = "0.1.0";
    r = mc_ctl_server_new(daemon->loop, &options, &daemon->backend, &daemon->server);
    assert(r == 0);
    (void)r;
}

struct fake_daemon *fake_daemon_new(const struct mc_ctl_options *limits)
{
    struct fake_daemon *daemon = calloc(1, sizeof(*daemon));
    int r = mc_loop_new(&daemon->loop);

    assert(r == 0);
    (void)r;
    if (scratch_make(daemon->directory) < 0)
        abort();
    snprintf(daemon->path, sizeof(daemon->path), "%s/s.sock", daemon->directory);
    daemon->begin_ms = now_ms(daemon);
    mc_status_init(&daemon->status, daemon->begin_ms);
    daemon->bus = mc_bus_new(mc_loop_timers(daemon->loop), &daemon->status);
    daemon->trace = mc_trace_new(5000);
    daemon->history = mc_history_new(100);
    mc_history_start(daemon->history, FAKE_WALL_MS, daemon->begin_ms);
    daemon->verb_text = "done";
    daemon->backend = (struct mc_ctl_backend){.bus = daemon->bus,
                                              .trace = daemon->trace,
                                              .history = daemon->history,
                                              .wall_ms = wall_ms,
                                              .verb = verb,
                                              .at = at,
                                              .at_withdraw = at_withdraw,
                                              .watched = watched,
                                              .lease = lease,
                                              .lease_end = lease_end,
                                              .info = info,
                                              .ctx = daemon};
    start_server(daemon, limits);
    return daemon;
}

void fake_daemon_stop(struct fake_daemon *daemon)
{
    mc_ctl_server_free(daemon->server);
    daemon->server = NULL;
}

void fake_daemon_start(struct fake_daemon *daemon)
{
    start_server(daemon, NULL);
}

void fake_daemon_free(struct fake_daemon *daemon)
{
    fake_daemon_stop(daemon);
    mc_bus_free(daemon->bus);
    mc_trace_free(daemon->trace);
    mc_history_free(daemon->history);
    mc_loop_free(daemon->loop);
    scratch_remove(daemon->directory);
    free(daemon);
}

void fake_daemon_finish(struct fake_daemon *daemon, int result, const char *text)
{
    mc_verb_done_fn *done = daemon->held_done;

    daemon->held_done = NULL;
    if (done)
        done(daemon->held_ctx, result, text);
}

void fake_daemon_go(struct fake_daemon *daemon, enum mc_state to, enum mc_fault fault)
{
    struct mc_event event = {
        .kind = MC_EVENT_STATE,
        .from = daemon->status.state,
        .to = to,
        .fault = fault,
        .spent_ms = 3400,
    };

    daemon->status.state = to;
    daemon->status.state_at_ms = now_ms(daemon);
    daemon->status.fault = fault;
    mc_bus_publish(daemon->bus, &event);
}

void fake_daemon_online(struct fake_daemon *daemon)
{
    struct mc_status *status = &daemon->status;

    status->state = MC_STATE_ONLINE;
    strcpy(status->device.path, "/dev/ttyACM0");
    strcpy(status->device.vendor_id, "388b");
    strcpy(status->device.product_id, "ca71");
    strcpy(status->device.serial, "E66123");
    status->device.plugged_at_ms = now_ms(daemon);
    strcpy(status->modem.model, "SIM7672JP-MNGV");
    strcpy(status->modem.imei, "860000000000001");
    status->modem.line = MC_LINE_DATA;
    strcpy(status->sim.state, "READY");
    strcpy(status->sim.iccid, "8942310000000009012");
    strcpy(status->sim.imsi, "440101234567890");
    status->registration.stat = 5;
    strcpy(status->registration.operator_, "44010");
    status->signal.rsrp_ddbm = -790;
    status->signal.rsrq_ddb = -105;
    status->signal.at_ms = now_ms(daemon);
    status->pdp.cid = 1;
    strcpy(status->pdp.apn, "soracom.io");
    status->ppp.phase = MC_PPP_RUNNING;
    strcpy(status->ppp.interface, "ppp0");
    strcpy(status->ppp.local, "10.164.98.251");
    strcpy(status->ppp.dns[0], "100.127.0.53");
    status->ppp.rx_bytes = 1234567;
    status->ppp.tx_bytes = 340000;
}

void fake_peer_connect(struct fake_peer *peer, struct fake_daemon *daemon)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    *peer = (struct fake_peer){.daemon = daemon};
    strcpy(address.sun_path, daemon->path);
    peer->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connect(peer->fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        abort();
}

void fake_peer_close(struct fake_peer *peer)
{
    if (peer->fd >= 0)
        close(peer->fd);
    peer->fd = -1;
    free(peer->data);
    peer->data = NULL;
    json_decref(peer->message);
    peer->message = NULL;
}

bool fake_peer_send(struct fake_peer *peer, const void *data, size_t len)
{
    const char *from = data;

    while (len > 0) {
        ssize_t n = send(peer->fd, from, len, MSG_NOSIGNAL);

        if (n < 0 && errno != EAGAIN)
            return false;
        if (n < 0)
            mc_loop_turn(peer->daemon->loop);
        from += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

void fake_peer_call(struct fake_peer *peer, const char *json)
{
    fake_peer_send(peer, json, strlen(json) + 1);
}

static void read_some(struct fake_peer *peer)
{
    char chunk[65536];
    ssize_t n = recv(peer->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        peer->eof = true;
        return;
    }
    peer->data = realloc(peer->data, peer->len + (size_t)n);
    memcpy(peer->data + peer->len, chunk, (size_t)n);
    peer->len += (size_t)n;
}

static bool has_message(void *ctx)
{
    struct fake_peer *peer = ctx;

    read_some(peer);
    return peer->eof || (peer->len > 0 && memchr(peer->data, '\0', peer->len));
}

json_t *fake_peer_receive(struct fake_peer *peer)
{
    char *nul;
    size_t used;

    json_decref(peer->message);
    peer->message = NULL;
    test_wait(peer->daemon->loop, has_message, peer, PATIENCE_MS);
    nul = peer->len > 0 ? memchr(peer->data, '\0', peer->len) : NULL;
    if (!nul)
        return NULL;
    used = (size_t)(nul - peer->data) + 1;
    peer->message = json_loadb(peer->data, used - 1, 0, NULL);
    memmove(peer->data, peer->data + used, peer->len - used);
    peer->len -= used;
    return peer->message;
}

static bool is_closed(void *ctx)
{
    struct fake_peer *peer = ctx;

    read_some(peer);
    return peer->eof;
}

bool fake_peer_closed(struct fake_peer *peer)
{
    return test_wait(peer->daemon->loop, is_closed, peer, PATIENCE_MS);
}

const char *fake_peer_ask(struct fake_peer *peer, const char *json)
{
    const json_t *error;

    fake_peer_call(peer, json);
    if (!fake_peer_receive(peer))
        return "(closed)";
    error = json_object_get(peer->message, "error");
    return error ? json_string_value(error) : "";
}

bool fake_daemon_serves(struct fake_daemon *daemon)
{
    struct fake_peer peer;
    bool served;

    fake_peer_connect(&peer, daemon);
    served = !strcmp(fake_peer_ask(&peer, "{\"method\":\"io.microcat.Modem.Status\"}"), "");
    fake_peer_close(&peer);
    return served;
}

static bool is_empty(void *ctx)
{
    const struct fake_daemon *daemon = ctx;

    return mc_ctl_server_stats(daemon->server)->connected == 0;
}

bool fake_daemon_empties(struct fake_daemon *daemon)
{
    return test_wait(daemon->loop, is_empty, daemon, PATIENCE_MS);
}
