/* SPDX-License-Identifier: MIT */
#include "pump.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#define FDS 16

struct watch {
    int fd; /* -1 free */
    short events;
    sim_pump_fn *fn;
    void *ctx;
};

struct sim_pump {
    struct mc_timerq *queue;
    struct watch watches[FDS];
    bool stopped;
};

static int64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct sim_pump *sim_pump_new(void)
{
    struct sim_pump *pump = calloc(1, sizeof(*pump));

    if (!pump)
        return NULL;
    pump->queue = mc_timerq_new(clock_ms());
    for (int i = 0; i < FDS; i++)
        pump->watches[i].fd = -1;
    if (!pump->queue) {
        free(pump);
        return NULL;
    }
    return pump;
}

void sim_pump_free(struct sim_pump *pump)
{
    if (!pump)
        return;
    mc_timerq_free(pump->queue);
    free(pump);
}

struct mc_timerq *sim_pump_queue(struct sim_pump *pump)
{
    return pump->queue;
}

static struct watch *find(struct sim_pump *pump, int fd)
{
    for (int i = 0; i < FDS; i++)
        if (pump->watches[i].fd == fd)
            return &pump->watches[i];
    return NULL;
}

int sim_pump_add(struct sim_pump *pump, int fd, short events, sim_pump_fn *fn, void *ctx)
{
    struct watch *watch = find(pump, -1);

    if (!watch)
        return -ENOSPC;
    *watch = (struct watch){.fd = fd, .events = events, .fn = fn, .ctx = ctx};
    return 0;
}

void sim_pump_set(struct sim_pump *pump, int fd, short events)
{
    struct watch *watch = fd < 0 ? NULL : find(pump, fd);

    if (watch)
        watch->events = events;
}

void sim_pump_remove(struct sim_pump *pump, int fd)
{
    struct watch *watch = fd < 0 ? NULL : find(pump, fd);

    if (watch)
        watch->fd = -1;
}

static int wait_ms(struct sim_pump *pump)
{
    int64_t next_ms = mc_timerq_next_ms(pump->queue), now_ms = clock_ms();

    if (next_ms < 0)
        return -1;
    return next_ms <= now_ms ? 0 : next_ms - now_ms > 60000 ? 60000 : (int)(next_ms - now_ms);
}

static int turn(struct sim_pump *pump)
{
    struct pollfd polls[FDS];
    struct watch before[FDS];
    int n = 0;

    for (int i = 0; i < FDS; i++) {
        if (pump->watches[i].fd < 0 || pump->watches[i].events == 0)
            continue;
        before[n] = pump->watches[i];
        polls[n++] = (struct pollfd){.fd = pump->watches[i].fd, .events = pump->watches[i].events};
    }
    if (poll(polls, (nfds_t)n, wait_ms(pump)) < 0 && errno != EINTR)
        return -errno;
    mc_timerq_advance(pump->queue, clock_ms());
    for (int i = 0; i < n; i++) {
        struct watch *watch = polls[i].revents ? find(pump, polls[i].fd) : NULL;

        if (watch && watch->fn == before[i].fn && watch->ctx == before[i].ctx)
            watch->fn(watch->ctx, polls[i].revents);
    }
    mc_timerq_run(pump->queue);
    return 0;
}

int sim_pump_run(struct sim_pump *pump)
{
    int r = 0;

    while (!pump->stopped && r == 0)
        r = turn(pump);
    return r;
}

void sim_pump_stop(struct sim_pump *pump)
{
    pump->stopped = true;
}
