/* SPDX-License-Identifier: MIT */
#include "json_out.h"
#include "server_internal.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CHUNK_BYTES 16384
#define FAREWELL_MS 2000 /* how long a client that is being closed may take to notice */

void ctl_client_drop(struct ctl_client *client)
{
    struct mc_ctl_server *server = client->server;

    if (client->dead)
        return;
    client->dead = true;
    ctl_follow_end(client);
    ctl_turn_leave(client);
    if (client->pending)
        ctl_pending_orphan(client->pending);
    mc_timer_disarm(&client->half);
    mc_timer_disarm(&client->unread);
    mc_timer_disarm(&client->resume);
    mc_watch_remove(&client->watch);
    close(client->fd);
    if (client->prev)
        client->prev->next = client->next;
    else
        server->clients = client->next;
    if (client->next)
        client->next->prev = client->prev;
    client->next = server->dead;
    server->dead = client;
    server->stats.connected--;
    mc_timer_arm(&server->reap, server->queue, 0);
}

void ctl_client_free(struct ctl_client *client)
{
    mc_buf_free(&client->in);
    mc_buf_free(&client->out);
    free(client);
}

static void drop_rude(struct ctl_client *client, const char *why)
{
    client->server->stats.dropped++;
    mc_debug("control client dropped: %s", why);
    ctl_client_drop(client);
}

/* Who is neither read from nor written to may still go away: its place and its lease must not stay taken. */
static void set_interest(struct ctl_client *client)
{
    bool read = !client->eof && (client->closing || mc_buf_room(&client->in) > 0);
    bool write = mc_buf_len(&client->out) > 0;
    unsigned interest = (read ? MC_WATCH_READ : 0) | (write ? MC_WATCH_WRITE : 0);

    if (mc_watch_set(&client->watch, interest ? interest : MC_WATCH_HANGUP) < 0)
        ctl_client_drop(client);
}

/* Gives the kernel what it takes. A client being closed is told so when everything is out. */
static void flush(struct ctl_client *client)
{
    bool wrote = false;

    while (mc_buf_len(&client->out) > 0) {
        ssize_t n = send(client->fd, mc_buf_head(&client->out), mc_buf_len(&client->out), MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0) {
            ctl_client_drop(client);
            return;
        }
        mc_buf_consume(&client->out, (size_t)n);
        wrote = true;
        mc_timer_disarm(&client->unread); /* it does read: the patience starts anew */
    }
    if (mc_buf_len(&client->out) > 0) {
        if (!mc_timer_armed(&client->unread))
            mc_timer_arm(&client->unread, client->server->queue, client->server->limits.unread_ms);
        return;
    }
    if (client->closing) {
        shutdown(client->fd, SHUT_WR);
        if (!mc_timer_armed(&client->unread))
            mc_timer_arm(&client->unread, client->server->queue, FAREWELL_MS);
    } else if (mc_buf_len(&client->in) > 0) {
        if (wrote) /* the next message has waited for this */
            mc_timer_arm(&client->resume, client->server->queue, 0);
    } else if (client->eof && !client->busy) {
        ctl_client_drop(client);
    }
}

static int append(struct ctl_client *client, char *text, size_t len)
{
    int r = text ? mc_buf_append(&client->out, text, len + 1) : -ENOMEM; /* with its NUL */

    free(text);
    return r;
}

/* The call is over: look at the next message, but not from inside whoever answered. */
static void finish(struct ctl_client *client)
{
    client->busy = false;
    if (!client->dead)
        mc_timer_arm(&client->resume, client->server->queue, 0);
}

/* What everything that is said to a client comes by: who may not command sees no identities. */
static json_t *for_client(const struct ctl_client *client, json_t *parameters)
{
    if (client->access == ACCESS_COMMAND || ctl_json_mask(parameters) == 0)
        return parameters;
    json_decref(parameters);
    return NULL;
}

static void send_more(struct ctl_client *client, char *text, size_t len)
{
    if (append(client, text, len) < 0) {
        drop_rude(client, "it does not read what it asked to watch");
        return;
    }
    flush(client);
    if (!client->dead)
        set_interest(client);
}

void ctl_client_continue(struct ctl_client *client, json_t *parameters)
{
    size_t len = 0;
    char *text = varlink_reply(for_client(client, parameters), true, &len);

    if (client->dead)
        free(text);
    else
        send_more(client, text, len);
}

static void send_last(struct ctl_client *client, char *text, size_t len)
{
    int r;

    if (client->dead || client->oneway) {
        free(text);
        finish(client);
        return;
    }
    r = append(client, text, len);
    if (r == -ENOBUFS) {
        char *error = varlink_error(CTL_INTERFACE ".TooLarge",
                                    json_pack("{s:s}", "text", "the answer is too large: ask for fewer lines"), &len);

        r = append(client, error, len);
    }
    if (r < 0) {
        drop_rude(client, "no room for its answer");
        return;
    }
    finish(client);
    flush(client);
    if (!client->dead)
        set_interest(client);
}

void ctl_client_reply(struct ctl_client *client, json_t *parameters)
{
    size_t len = 0;
    char *text = varlink_reply(for_client(client, parameters), false, &len);

    send_last(client, text, len);
}

void ctl_client_lists(struct ctl_client *client, bool continues, char *lists, json_t *parameters)
{
    size_t len = 0;
    char *text = varlink_reply_lists(lists, for_client(client, parameters), continues, &len);

    free(lists);
    if (client->dead)
        free(text);
    else if (continues)
        send_more(client, text, len);
    else
        send_last(client, text, len);
}

void ctl_client_error(struct ctl_client *client, const char *error, json_t *parameters)
{
    size_t len = 0;
    char *text = varlink_error(error, for_client(client, parameters), &len);

    client->server->stats.refused++;
    send_last(client, text, len);
}

void ctl_client_fail(struct ctl_client *client, const char *name, const char *fmt, ...)
{
    char error[64], text[512];
    json_t *parameters = json_object(), *json;
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    snprintf(error, sizeof(error), CTL_INTERFACE ".%s", name);
    /* A text cut in the middle of a character is no UTF-8 any more: json_string refuses it. */
    json = json_string(text);
    json_object_set_new(parameters, "text", json ? json : json_string("failed"));
    ctl_client_error(client, error, parameters);
}

/* What cannot be a message ends the connection: who knows where the next one would begin. */
static void refuse_input(struct ctl_client *client, const char *why)
{
    mc_buf_consume(&client->in, mc_buf_len(&client->in));
    mc_timer_disarm(&client->half);
    client->closing = true;
    client->oneway = false;
    client->server->stats.dropped++;
    ctl_client_fail(client, "BadMessage", "%s", why);
}

static void run_message(struct ctl_client *client)
{
    const size_t len = client->message_bytes;
    struct varlink_call call;
    char why[200];
    int r = varlink_parse((const char *)mc_buf_head(&client->in), len, &call, why, sizeof(why));

    mc_buf_consume(&client->in, len + 1);
    client->scanned_bytes = 0;
    if (r < 0) {
        refuse_input(client, why);
        return;
    }
    client->server->stats.calls++;
    client->busy = true;
    client->more = call.more;
    client->oneway = call.oneway;
    ctl_method_run(client, &call);
    varlink_call_clear(&call);
}

/* Waits for a turn with one whole message if nothing is under way. The next one waits until this answer is written:
 * that bounds the output. */
static void pump(struct ctl_client *client)
{
    size_t len = mc_buf_len(&client->in), from = client->scanned_bytes;
    const uint8_t *nul;

    if (client->dead || client->closing || client->busy || client->waits || mc_buf_len(&client->out) > 0 || len == 0)
        return;
    nul = memchr(mc_buf_head(&client->in) + from, '\0', len - from);
    client->scanned_bytes = len;
    if (nul) {
        mc_timer_disarm(&client->half);
        client->message_bytes = (size_t)(nul - mc_buf_head(&client->in));
        ctl_turn_wait(client);
    } else if (len >= client->server->limits.max_message_bytes) {
        refuse_input(client, "the message is too long");
    } else if (client->eof) {
        refuse_input(client, "the message has no end (a NUL byte is missing)");
    } else if (!mc_timer_armed(&client->half)) {
        mc_timer_arm(&client->half, client->server->queue, client->server->limits.half_message_ms);
    }
}

/* A peer that closed both ways is gone; one that only shut down its sending still wants its answer. */
static bool hung_up(int fd)
{
    struct pollfd poller = {.fd = fd};

    return poll(&poller, 1, 0) == 1 && (poller.revents & (POLLHUP | POLLERR));
}

/* It is gone. The call that waits for its turn is heard nevertheless, as it would be if nobody else were there. */
static void part(struct ctl_client *client)
{
    client->eof = true;
    if (!client->waits)
        ctl_client_drop(client);
}

static void take_input(struct ctl_client *client)
{
    uint8_t chunk[CHUNK_BYTES];
    size_t room = client->closing ? sizeof(chunk) : mc_buf_room(&client->in);
    ssize_t n = recv(client->fd, chunk, room < sizeof(chunk) ? room : sizeof(chunk), MSG_DONTWAIT);

    if (n > 0 && client->closing)
        return; /* thrown away, so that the peer gets to reading our answer */
    if (n > 0) {
        if (mc_buf_append(&client->in, chunk, (size_t)n) < 0)
            drop_rude(client, "out of memory");
        return;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    client->eof = true;
    if (n < 0 || client->closing || hung_up(client->fd))
        part(client);
    else if (client->pending)
        ctl_pending_eof(client->pending);
}

static void settle(struct ctl_client *client)
{
    if (!client->dead)
        flush(client);
    if (!client->dead)
        set_interest(client);
}

static void on_ready(void *ctx, int fd, unsigned ready)
{
    struct ctl_client *client = ctx;

    if (ready & MC_WATCH_HANGUP && hung_up(fd))
        part(client);
    else if (ready & MC_WATCH_READ && !client->eof)
        take_input(client);
    if (!client->dead)
        pump(client);
    settle(client);
}

void ctl_client_run(struct ctl_client *client)
{
    run_message(client);
    if (!client->dead && client->eof && hung_up(client->fd)) /* which called before, and calls but once */
        part(client);
    settle(client);
}

static void on_resume(void *ctx)
{
    on_ready(ctx, -1, 0);
}

static void on_half(void *ctx)
{
    refuse_input(ctx, "the rest of the message did not come in time");
}

static void on_unread(void *ctx)
{
    struct ctl_client *client = ctx;

    if (client->closing && mc_buf_len(&client->out) == 0)
        ctl_client_drop(client);
    else
        drop_rude(client, "it does not read");
}

int ctl_client_new(struct mc_ctl_server *server, int fd, enum access_level access, uid_t uid)
{
    struct ctl_client *client = calloc(1, sizeof(*client));
    int r;

    if (!client)
        return -ENOMEM;
    client->server = server;
    client->fd = fd;
    client->access = access;
    client->uid = uid;
    client->last_turn = ctl_turn_last(server, uid);
    mc_buf_init(&client->in, server->limits.max_message_bytes);
    mc_buf_init(&client->out, server->limits.max_unread_bytes);
    mc_timer_init(&client->half, "ctl-half-message", on_half, client);
    mc_timer_init(&client->unread, "ctl-unread", on_unread, client);
    mc_timer_init(&client->resume, "ctl-resume", on_resume, client);
    r = mc_watch_add(&client->watch, server->loop, fd, MC_WATCH_READ, on_ready, client);
    if (r < 0) {
        free(client);
        return r;
    }
    client->next = server->clients;
    if (client->next)
        client->next->prev = client;
    server->clients = client;
    server->stats.clients++;
    server->stats.connected++;
    return 0;
}
