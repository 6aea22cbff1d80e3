/* SPDX-License-Identifier: MIT */
#include <microcat/io/loop.h>
#include <microcat/ppp/relay.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUT_BYTES = 4096, PENDING_SIGNS = 4 };

struct sign {
    enum mc_relay_sign sign;
    char line[MC_RELAY_TAIL_BYTES + 1];
};

struct mc_relay {
    struct mc_loop *loop;
    int fd;
    struct mc_watch watch;
    struct mc_relay_events events;
    void *ctx;
    struct mc_relay_scan scan;
    struct mc_relay_counters counters;
    struct mc_timer idle;     /* silence inside an open frame */
    struct mc_timer deferred; /* what must not be called back from inside a call */
    struct sign signs[PENDING_SIGNS];
    size_t n_signs;
    uint8_t out[OUT_BYTES]; /* from pppd, not yet taken by the modem's side */
    size_t out_start, out_end;
    bool wants_room; /* bytes from the modem were refused */
    bool holds;      /* nothing is read from pppd */
    bool hung_up;    /* nobody has the pty's other side any more: always "ready", never again of use */
};

/* Is there nothing from pppd that waits for the modem's side? */
static bool is_empty(const struct mc_relay *relay)
{
    return relay->out_start == relay->out_end;
}

static void update_interest(struct mc_relay *relay)
{
    unsigned interest = 0;

    if (is_empty(relay) && !relay->hung_up && !relay->holds)
        interest |= MC_WATCH_READ;
    if (relay->wants_room)
        interest |= MC_WATCH_WRITE;
    mc_watch_set(&relay->watch, interest);
}

/* Offers what pppd sent: some of it is there. */
static void offer(struct mc_relay *relay)
{
    size_t taken = relay->events.to_modem(relay->ctx, relay->out + relay->out_start, relay->out_end - relay->out_start);

    if (taken > 0)
        relay->counters.last_tx_ms = mc_loop_clock_ms();
    relay->counters.tx_bytes += taken;
    relay->out_start += taken;
}

/* What pppd sends next, once all before it was taken: as read() returns. */
static ssize_t take(struct mc_relay *relay)
{
    ssize_t n = read(relay->fd, relay->out, sizeof(relay->out));

    if (n > 0) {
        relay->out_start = 0;
        relay->out_end = (size_t)n;
        offer(relay);
    }
    return n;
}

static void on_readable(struct mc_relay *relay)
{
    ssize_t n = take(relay);
    bool later = n < 0 && (errno == EAGAIN || errno == EINTR);

    if (n <= 0 && !later)
        relay->hung_up = true; /* pppd's end itself is told by its pidfd */
    else if (!is_empty(relay))
        relay->counters.tx_stalls++;
}

static void on_ready(void *ctx, int fd, unsigned ready)
{
    struct mc_relay *relay = ctx;

    if ((ready & MC_WATCH_WRITE) != 0) { /* watched only while room is wanted */
        relay->wants_room = false;
        if (relay->events.on_room != NULL)
            relay->events.on_room(relay->ctx);
    }
    if ((ready & MC_WATCH_READ) != 0 && is_empty(relay) && !relay->holds)
        on_readable(relay);
    update_interest(relay);
}

static void on_scan_sign(void *ctx, enum mc_relay_sign sign, const char *line)
{
    struct mc_relay *relay = ctx;
    struct sign *slot;

    if (relay->n_signs == PENDING_SIGNS)
        return; /* the first ones say it all */
    slot = &relay->signs[relay->n_signs++];
    slot->sign = sign;
    snprintf(slot->line, sizeof(slot->line), "%s", line);
    mc_timer_arm(&relay->deferred, mc_loop_timers(relay->loop), 0);
}

static void on_deferred(void *ctx)
{
    struct mc_relay *relay = ctx;
    struct sign signs[PENDING_SIGNS];
    size_t n = relay->n_signs;

    memcpy(signs, relay->signs, sizeof(signs));
    relay->n_signs = 0;
    for (size_t i = 0; i < n && relay->events.on_sign != NULL; i++)
        relay->events.on_sign(relay->ctx, signs[i].sign, signs[i].line);
    if (!is_empty(relay))
        offer(relay);
    update_interest(relay);
}

static void on_idle(void *ctx)
{
    struct mc_relay *relay = ctx;

    mc_relay_scan_idle(&relay->scan);
}

int mc_relay_new(struct mc_loop *loop, int master_fd, const struct mc_relay_events *events, void *ctx,
                 struct mc_relay **ret_relay)
{
    struct mc_relay *relay = calloc(1, sizeof(*relay));
    int r;

    if (relay == NULL)
        return -ENOMEM;
    relay->loop = loop;
    relay->fd = master_fd;
    relay->events = *events;
    relay->ctx = ctx;
    relay->counters.last_rx_ms = relay->counters.last_tx_ms = -1;
    mc_relay_scan_init(&relay->scan, on_scan_sign, relay);
    mc_timer_init(&relay->idle, "relay idle", on_idle, relay);
    mc_timer_init(&relay->deferred, "relay deferred", on_deferred, relay);
    r = mc_watch_add(&relay->watch, loop, master_fd, MC_WATCH_READ, on_ready, relay);
    if (r < 0) {
        free(relay);
        return r;
    }
    *ret_relay = relay;
    return 0;
}

void mc_relay_free(struct mc_relay *relay)
{
    if (relay == NULL)
        return;
    mc_watch_remove(&relay->watch);
    mc_timer_disarm(&relay->idle);
    mc_timer_disarm(&relay->deferred);
    free(relay);
}

size_t mc_relay_from_modem(struct mc_relay *relay, const uint8_t *data, size_t len_bytes)
{
    ssize_t n;
    size_t taken;

    if (len_bytes == 0)
        return 0;
    n = relay->hung_up ? (ssize_t)len_bytes : write(relay->fd, data, len_bytes);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        n = (ssize_t)len_bytes; /* nobody reads there any more: dropped, but looked at */
    taken = n > 0 ? (size_t)n : 0;
    if (taken > 0) {
        relay->counters.rx_bytes += taken;
        relay->counters.last_rx_ms = mc_loop_clock_ms();
        mc_relay_scan_feed(&relay->scan, data, taken);
    }
    if (taken < len_bytes && !relay->wants_room) {
        relay->wants_room = true;
        relay->counters.rx_stalls++;
        update_interest(relay);
    }
    if (mc_relay_scan_open(&relay->scan) && !relay->wants_room) /* else it is we who hold the rest of the frame up */
        mc_timer_arm(&relay->idle, mc_loop_timers(relay->loop), MC_RELAY_IDLE_MS);
    else
        mc_timer_disarm(&relay->idle);
    return taken;
}

void mc_relay_resume(struct mc_relay *relay)
{
    if (!is_empty(relay))
        mc_timer_arm(&relay->deferred, mc_loop_timers(relay->loop), 0);
}

void mc_relay_drain(struct mc_relay *relay)
{
    on_deferred(relay);
    while (is_empty(relay) && take(relay) > 0)
        ;
}

size_t mc_relay_hold(struct mc_relay *relay, bool holds)
{
    relay->holds = holds;
    update_interest(relay);
    return relay->out_end - relay->out_start;
}

const struct mc_relay_counters *mc_relay_counters(const struct mc_relay *relay)
{
    return &relay->counters;
}
