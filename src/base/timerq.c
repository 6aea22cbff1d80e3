/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <microcat/base/timerq.h>
#include <stdlib.h>

struct mc_timerq {
    int64_t now_ms;
    struct mc_timer *first, *last;
    /*
     * While the queue runs, the fence stands behind the last timer that is due. What is armed meanwhile is due at the
     * clock's reading or later and so lands behind the fence: each pass ends, even if every callback arms itself anew.
     */
    struct mc_timer fence;
};

static bool is_running(const struct mc_timerq *queue)
{
    return queue->fence.queue != NULL;
}

/* From the back: most timers are armed for later than what is there, and equal ones must come after. */
static void insert(struct mc_timerq *queue, struct mc_timer *timer)
{
    struct mc_timer *before = queue->last;

    while (before && before->due_ms > timer->due_ms)
        before = before->prev;
    timer->prev = before;
    timer->next = before ? before->next : queue->first;
    if (timer->next)
        timer->next->prev = timer;
    else
        queue->last = timer;
    if (before)
        before->next = timer;
    else
        queue->first = timer;
    timer->queue = queue;
}

static void take_out(struct mc_timer *timer)
{
    struct mc_timerq *queue = timer->queue;

    if (timer->prev)
        timer->prev->next = timer->next;
    else
        queue->first = timer->next;
    if (timer->next)
        timer->next->prev = timer->prev;
    else
        queue->last = timer->prev;
    timer->prev = timer->next = NULL;
    timer->queue = NULL;
}

struct mc_timerq *mc_timerq_new(int64_t now_ms)
{
    struct mc_timerq *queue = calloc(1, sizeof(*queue));

    if (queue)
        queue->now_ms = now_ms;
    return queue;
}

void mc_timerq_free(struct mc_timerq *queue)
{
    if (!queue)
        return;
    assert(!is_running(queue));
    while (queue->first)
        take_out(queue->first);
    free(queue);
}

int64_t mc_timerq_now_ms(const struct mc_timerq *queue)
{
    return queue->now_ms;
}

void mc_timerq_advance(struct mc_timerq *queue, int64_t now_ms)
{
    if (now_ms > queue->now_ms)
        queue->now_ms = now_ms;
}

int64_t mc_timerq_next_ms(const struct mc_timerq *queue)
{
    const struct mc_timer *first = queue->first;

    if (first == &queue->fence)
        first = first->next;
    return first ? first->due_ms : -1;
}

size_t mc_timerq_run(struct mc_timerq *queue)
{
    size_t fired = 0;

    if (is_running(queue) || !queue->first || queue->first->due_ms > queue->now_ms)
        return 0;
    queue->fence.due_ms = queue->now_ms;
    insert(queue, &queue->fence);
    while (queue->first != &queue->fence) {
        struct mc_timer *timer = queue->first;
        take_out(timer);
        timer->fn(timer->ctx); /* may free the timer: not touched any more */
        fired++;
    }
    take_out(&queue->fence);
    return fired;
}

void mc_timer_init(struct mc_timer *timer, const char *name, mc_timer_fn *fn, void *ctx)
{
    *timer = (struct mc_timer){.fn = fn, .ctx = ctx, .name = name};
}

void mc_timer_arm(struct mc_timer *timer, struct mc_timerq *queue, int64_t delay_ms)
{
    mc_timer_disarm(timer);
    if (delay_ms < 0)
        delay_ms = 0;
    if (__builtin_add_overflow(queue->now_ms, delay_ms, &timer->due_ms))
        timer->due_ms = INT64_MAX;
    insert(queue, timer);
}

void mc_timer_arm_together(struct mc_timer *timer, struct mc_timerq *queue, int64_t period_ms)
{
    mc_timer_arm(timer, queue, period_ms - queue->now_ms % period_ms);
}

void mc_timer_disarm(struct mc_timer *timer)
{
    if (timer->queue)
        take_out(timer);
}

int64_t mc_timer_left_ms(const struct mc_timer *timer)
{
    if (!timer->queue)
        return -1;
    return timer->due_ms > timer->queue->now_ms ? timer->due_ms - timer->queue->now_ms : 0;
}
