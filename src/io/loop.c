/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <event2/event.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/io/loop.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>

#define LATE_MS 50

struct mc_loop {
    struct event_base *base;
    struct mc_timerq *timers;
    int timer_fd; /* on CLOCK_BOOTTIME: libevent's own timers stand still during suspend */
    struct mc_watch timer;
    int64_t armed_ms; /* for when timer_fd is set; -1 not at all */
    uint64_t wakeups;
    bool stop;
};

int64_t mc_loop_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void set_clock(struct mc_loop *loop)
{
    mc_timerq_advance(loop->timers, mc_loop_clock_ms());
}

void mc_loop_waited(struct mc_loop *loop)
{
    set_clock(loop);
}

static void on_timer(void *ctx, int fd, unsigned ready)
{
    struct mc_loop *loop = ctx;
    uint64_t expirations;

    if (read(fd, &expirations, sizeof(expirations)) == sizeof(expirations))
        loop->armed_ms = -1;
}

/* Sets the one kernel timer for the queue's next due time, if that changed. */
static int set_timer(struct mc_loop *loop, int64_t due_ms)
{
    struct itimerspec when = {0};

    if (due_ms == loop->armed_ms)
        return 0;
    if (due_ms >= 0) {
        when.it_value.tv_sec = due_ms / 1000;
        when.it_value.tv_nsec = due_ms % 1000 * 1000000;
        if (due_ms == 0)
            when.it_value.tv_nsec = 1; /* all zero would disarm */
    }
    if (timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &when, NULL) < 0)
        return -errno;
    loop->armed_ms = due_ms;
    return 0;
}

/* libevent writes to stderr by itself; what it warns of comes back as an error and is reported by whoever asked. Behind
 * an error it ends the process (without descriptors for its signals, say), and nobody else can tell why. */
static void on_libevent_log(int severity, const char *message)
{
    if (severity >= EVENT_LOG_ERR)
        mc_err("libevent: %s", message);
    else
        mc_debug("libevent: %s", message);
}

/* Whatever the environment says of libevent's mechanisms (EVENT_NOEPOLL): only one of them is one that we can use. */
static int new_base(struct event_base **ret_base)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;
    int r = -ENOMEM;

    errno = 0;
    if (config && event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV) == 0 &&
        event_config_require_features(config, EV_FEATURE_ET) == 0) { /* MC_WATCH_HANGUP would spin without */
        base = event_base_new_with_config(config);
        r = base ? 0 : errno ? -errno : -EOPNOTSUPP;
    }
    if (config)
        event_config_free(config);
    *ret_base = base;
    return r;
}

int mc_loop_new(struct mc_loop **ret_loop)
{
    struct mc_loop *loop = calloc(1, sizeof(*loop));
    int r = -ENOMEM;

    if (!loop)
        return -ENOMEM;
    event_set_log_callback(on_libevent_log);
    loop->timer_fd = -1;
    loop->armed_ms = -1;
    loop->timers = mc_timerq_new(mc_loop_clock_ms());
    if (loop->timers)
        r = new_base(&loop->base);
    if (r < 0)
        goto fail;
    loop->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (loop->timer_fd < 0) {
        r = -errno;
        goto fail;
    }
    r = mc_watch_add(&loop->timer, loop, loop->timer_fd, MC_WATCH_READ, on_timer, loop);
    if (r < 0)
        goto fail;
    signal(SIGPIPE, SIG_IGN);
    *ret_loop = loop;
    return 0;
fail:
    mc_loop_free(loop);
    return r;
}

void mc_loop_free(struct mc_loop *loop)
{
    if (!loop)
        return;
    mc_watch_remove(&loop->timer);
    if (loop->timer_fd >= 0)
        close(loop->timer_fd);
    if (loop->base)
        event_base_free(loop->base);
    mc_timerq_free(loop->timers);
    free(loop);
}

struct mc_timerq *mc_loop_timers(struct mc_loop *loop)
{
    return loop->timers;
}

/*
 * Fires what is due. When that is late, because something held us up (a callback that waited, a machine that stood
 * still), what has come meanwhile is heard first: an answer that is there must not be called missing.
 */
static int run_timers(struct mc_loop *loop, size_t *ret_fired)
{
    set_clock(loop);
    int64_t due_ms = mc_timerq_next_ms(loop->timers);
    if (due_ms >= 0 && mc_timerq_now_ms(loop->timers) - due_ms > LATE_MS) {
        if (event_base_loop(loop->base, EVLOOP_ONCE | EVLOOP_NONBLOCK) < 0)
            return errno ? -errno : -EIO;
        set_clock(loop);
    }
    *ret_fired = loop->stop ? 0 : mc_timerq_run(loop->timers);
    return 0;
}

/*
 * One pass of the queue, then one look at the descriptors: a timer that always arms itself anew with delay 0 keeps the
 * loop busy, but starves nobody, and so does a descriptor that is always ready (EVLOOP_NONBLOCK alone would look again
 * until none is). A turn that fired something does not sleep: what the caller waits for may have happened.
 */
int mc_loop_turn(struct mc_loop *loop)
{
    size_t fired = 0; /* gcc -O3 does not see that run_timers() sets it wherever it succeeds */
    int r = run_timers(loop, &fired);
    if (r < 0 || loop->stop)
        return r;
    int64_t due_ms = mc_timerq_next_ms(loop->timers);
    bool sleep = fired == 0 && (due_ms < 0 || due_ms > mc_timerq_now_ms(loop->timers));
    if (sleep) {
        r = set_timer(loop, due_ms);
        if (r < 0)
            return r;
    }
    if (event_base_loop(loop->base, sleep ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK) < 0)
        return errno ? -errno : -EIO;
    loop->wakeups += sleep;
    return run_timers(loop, &fired);
}

int mc_loop_run(struct mc_loop *loop)
{
    int r = 0;

    while (!loop->stop && r == 0)
        r = mc_loop_turn(loop);
    loop->stop = false;
    return r;
}

void mc_loop_stop(struct mc_loop *loop)
{
    loop->stop = true;
}

uint64_t mc_loop_wakeups(const struct mc_loop *loop)
{
    return loop->wakeups;
}

static void on_fd_event(evutil_socket_t fd, short what, void *ctx)
{
    struct mc_watch *watch = ctx;
    unsigned ready = (what & EV_READ ? MC_WATCH_READ : 0) | (what & EV_WRITE ? MC_WATCH_WRITE : 0);

    if (watch->interest == MC_WATCH_HANGUP)
        ready = MC_WATCH_HANGUP;
    set_clock(watch->loop);
    watch->fn(watch->ctx, fd, ready); /* may remove the watch: not touched any more */
}

int mc_watch_add(struct mc_watch *watch, struct mc_loop *loop, int fd, unsigned interest, mc_watch_fn *fn, void *ctx)
{
    *watch = (struct mc_watch){.loop = loop, .fd = fd, .fn = fn, .ctx = ctx};
    watch->event = event_new(loop->base, fd, EV_PERSIST, on_fd_event, watch);
    int r = watch->event ? mc_watch_set(watch, interest) : -ENOMEM;
    if (r < 0)
        mc_watch_remove(watch);
    return r;
}

int mc_watch_set(struct mc_watch *watch, unsigned interest)
{
    short what = (short)((interest & MC_WATCH_READ ? EV_READ : 0) | (interest & MC_WATCH_WRITE ? EV_WRITE : 0));

    /* An end of the stream stays readable, and so does what nobody reads: an edge tells what comes after it. */
    if (interest == MC_WATCH_HANGUP)
        what = EV_READ | EV_ET;
    if (interest == watch->interest)
        return 0;
    event_del(watch->event);
    watch->interest = 0;
    if (what == 0)
        return 0;
    event_assign(watch->event, watch->loop->base, watch->fd, (short)(what | EV_PERSIST), on_fd_event, watch);
    errno = 0;
    if (event_add(watch->event, NULL) < 0)
        return errno ? -errno : -EIO;
    watch->interest = interest;
    return 0;
}

void mc_watch_remove(struct mc_watch *watch)
{
    if (watch->event)
        event_free(watch->event);
    *watch = (struct mc_watch){.fd = -1};
}

static void on_signal_event(evutil_socket_t signo, short what, void *ctx)
{
    struct mc_signal *sig = ctx;

    set_clock(sig->loop);
    sig->fn(sig->ctx, signo);
}

int mc_signal_add(struct mc_signal *sig, struct mc_loop *loop, int signo, mc_signal_fn *fn, void *ctx)
{
    *sig = (struct mc_signal){.loop = loop, .fn = fn, .ctx = ctx};
    sig->event = evsignal_new(loop->base, signo, on_signal_event, sig);
    if (!sig->event)
        return -ENOMEM;
    errno = 0;
    if (evsignal_add(sig->event, NULL) < 0) {
        int r = errno ? -errno : -EIO;
        mc_signal_remove(sig);
        return r;
    }
    return 0;
}

void mc_signal_remove(struct mc_signal *sig)
{
    if (sig->event)
        event_free(sig->event);
    *sig = (struct mc_signal){0};
}
