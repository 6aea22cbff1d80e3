/* SPDX-License-Identifier: MIT */
#include "repl.h"
#include <microcat/base/cleanup.h>
#include <microcat/io/port.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_BYTES 16384 /* of what came and was not looked at: more than any of our snippets prints */
#define PROMPT_MS    1500
#define ENTER_TRIES  4 /* a program may take a Ctrl-C for its own once or twice */
#define INTERRUPT    "\r\x03\x03"
#define ENTER_RAW    "\x01"
#define RUN          "\x04"
#define RAW_BANNER   "raw REPL; CTRL-B to exit\r\n>"

struct repl {
    struct mc_loop *loop;
    struct mc_transport *port;
    struct mc_timer timer;
    bool late, gone;
    char data[BUFFER_BYTES + 1]; /* NUL behind it; NULs that come are shown as '?' */
    size_t len;
};

/* ---- bytes ---- */

static size_t on_bytes(void *ctx, const uint8_t *bytes, size_t len)
{
    struct repl *repl = ctx;

    for (size_t i = 0; i < len; i++) {
        if (repl->len == BUFFER_BYTES) { /* the older half is nothing that anybody still waits for */
            memmove(repl->data, repl->data + BUFFER_BYTES / 2, BUFFER_BYTES / 2);
            repl->len = BUFFER_BYTES / 2;
        }
        repl->data[repl->len++] = bytes[i] ? (char)bytes[i] : '?';
    }
    repl->data[repl->len] = '\0';
    return len;
}

static void on_drained(void *ctx)
{
}

static void on_closed(void *ctx, int error)
{
    struct repl *repl = ctx;
    repl->gone = true;
}

static void on_timer(void *ctx)
{
    struct repl *repl = ctx;
    repl->late = true;
}

static void forget(struct repl *repl, size_t n)
{
    memmove(repl->data, repl->data + n, repl->len - n + 1);
    repl->len -= n;
}

/* Turns the loop until @text (NULL: nothing) has come, the time is over, or the port is gone. Where it begins, or NULL.
 */
static char *turn_until(struct repl *repl, const char *text, int64_t timeout_ms)
{
    char *found = NULL;

    repl->late = false;
    mc_timer_arm(&repl->timer, mc_loop_timers(repl->loop), timeout_ms);
    while (!(found = text ? strstr(repl->data, text) : NULL) && !repl->late && !repl->gone)
        if (mc_loop_turn(repl->loop) < 0)
            repl->gone = true;
    mc_timer_disarm(&repl->timer);
    return found;
}

/* What stood before @text goes to @out (its end, when that is too small); it and all of that is forgotten. */
static int wait_for(struct repl *repl, const char *text, int64_t timeout_ms, char *out, size_t out_bytes)
{
    char *found = turn_until(repl, text, timeout_ms);

    if (!found)
        return repl->gone ? -ENODEV : -ETIMEDOUT;
    if (out_bytes > 0) {
        size_t n = (size_t)(found - repl->data);
        n = n < out_bytes ? n : out_bytes - 1;
        memcpy(out, found - n, n);
        out[n] = '\0';
    }
    forget(repl, (size_t)(found - repl->data) + strlen(text));
    return 0;
}

static int send(struct repl *repl, const char *text)
{
    return repl->gone ? -ENODEV : repl->port->ops->write(repl->port, text, strlen(text));
}

/* ---- the raw REPL ---- */

int repl_enter(struct repl *repl)
{
    bool heard = false;
    int r;

    for (int i = 0; i < ENTER_TRIES; i++) {
        forget(repl, repl->len);
        r = send(repl, INTERRUPT);
        if (r == 0)
            r = wait_for(repl, ">>> ", PROMPT_MS, NULL, 0);
        heard = heard || repl->len > 0;
        if (r == -ENODEV)
            return r;
        /* One that was left in raw mode shows no prompt, and answers this all the same. */
        r = send(repl, ENTER_RAW);
        if (r == 0)
            r = wait_for(repl, RAW_BANNER, PROMPT_MS, NULL, 0);
        if (r == 0 || r == -ENODEV)
            return r;
    }
    return heard || repl->len > 0 ? -EPROTO : -ETIMEDOUT;
}

/* "...\r\nOSError: [Errno 28] ENOSPC\r\n": the last line says it. */
static void last_line(char *text)
{
    size_t len = strlen(text);
    char *start;

    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        text[--len] = '\0';
    start = strrchr(text, '\n');
    if (start)
        memmove(text, start + 1, strlen(start + 1) + 1);
}

int repl_run(struct repl *repl, const char *code, int64_t timeout_ms, char *out, size_t out_bytes)
{
    char error[512];
    int r = send(repl, code);

    if (out_bytes > 0)
        *out = '\0';
    if (r == 0)
        r = send(repl, RUN);
    if (r == 0)
        r = wait_for(repl, "OK", timeout_ms, NULL, 0);
    if (r == 0)
        r = wait_for(repl, "\x04", timeout_ms, out, out_bytes);
    if (r == 0)
        r = wait_for(repl, "\x04>", timeout_ms, error, sizeof(error));
    if (r < 0 || !*error)
        return r;
    last_line(error);
    if (out_bytes > 0) {
        size_t n = strlen(error) < out_bytes ? strlen(error) : out_bytes - 1;
        memcpy(out, error, n);
        out[n] = '\0';
    }
    return -EREMOTEIO;
}

int repl_leave_with(struct repl *repl, const char *code)
{
    int r = send(repl, code);

    if (r == 0)
        r = send(repl, RUN);
    return r < 0 ? r : wait_for(repl, "OK", PROMPT_MS, NULL, 0);
}

/* ---- any tty ---- */

int repl_ask(struct repl *repl, const char *text, const char *answer, int64_t timeout_ms)
{
    forget(repl, repl->len);
    int r = send(repl, text);
    return r < 0 ? r : wait_for(repl, answer, timeout_ms, NULL, 0);
}

int repl_set_baud(struct repl *repl, uint32_t baud)
{
    return repl->gone ? -ENODEV : repl->port->ops->set_baud(repl->port, baud);
}

int repl_break(struct repl *repl, int64_t ms)
{
    int r = repl->port->ops->set_break(repl->port, true);

    if (r == 0)
        turn_until(repl, NULL, ms); /* or until it is pulled */
    return r < 0 ? r : repl->port->ops->set_break(repl->port, false);
}

int repl_dsr(struct repl *repl)
{
    return repl->port->ops->get_dsr(repl->port);
}

/* ---- life ---- */

int repl_open(struct mc_loop *loop, const char *path, struct repl **ret_repl)
{
    static const struct mc_transport_events events = {
        .on_bytes = on_bytes, .on_drained = on_drained, .on_closed = on_closed};
    struct repl *repl = calloc(1, sizeof(*repl));

    if (!repl)
        return -ENOMEM;
    repl->loop = loop;
    mc_timer_init(&repl->timer, "repl", on_timer, repl);
    int r = mc_port_open(loop, path, &repl->port);
    if (r < 0) {
        free(repl);
        return r;
    }
    mc_transport_listen(repl->port, &events, repl);
    *ret_repl = repl;
    return 0;
}

void repl_close(struct repl *repl)
{
    if (!repl)
        return;
    mc_timer_disarm(&repl->timer);
    repl->port->ops->close(repl->port);
    free(repl);
}
