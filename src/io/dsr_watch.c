/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/io/dsr_watch.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define STACK_BYTES (64 * 1024)

struct mc_dsr_watch {
    int fd, moved_fd;
    pthread_t thread;
    struct mc_watch watch;
    void (*fn)(void *ctx);
    void *ctx;
};

/* Allocates nothing and takes no lock, so it may be cancelled at any point of its wait. */
static void *wait_for_moves(void *arg)
{
    const struct mc_dsr_watch *watch = arg;
    int type;

    for (;;) {
        pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
        int r = ioctl(watch->fd, TIOCMIWAIT, TIOCM_DSR);
        pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
        if (r < 0 && errno != EINTR)
            return NULL; /* no such call, or unplugged */
        if (r == 0 && eventfd_write(watch->moved_fd, 1) < 0)
            return NULL;
    }
}

static void on_moved(void *ctx, int fd, unsigned ready)
{
    struct mc_dsr_watch *watch = ctx;
    eventfd_t times;

    if (eventfd_read(fd, &times) == 0)
        watch->fn(watch->ctx); /* the last thing done: it may free the watch */
}

/* The signals are the loop's. */
static int start_thread(struct mc_dsr_watch *watch)
{
    pthread_attr_t attributes;
    sigset_t all, before;

    int r = pthread_attr_init(&attributes);
    if (r != 0)
        return -r;
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    r = pthread_create(&watch->thread, &attributes, wait_for_moves, watch);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return -r;
}

int mc_dsr_watch_new(struct mc_loop *loop, int fd, void (*fn)(void *ctx), void *ctx, struct mc_dsr_watch **ret_watch)
{
    struct mc_dsr_watch *watch = calloc(1, sizeof(*watch));

    if (!watch)
        return -ENOMEM;
    *watch = (struct mc_dsr_watch){.fd = fd, .fn = fn, .ctx = ctx};
    watch->moved_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int r = watch->moved_fd < 0 ? -errno : 0;
    if (r == 0)
        r = mc_watch_add(&watch->watch, loop, watch->moved_fd, MC_WATCH_READ, on_moved, watch);
    if (r == 0)
        r = start_thread(watch);
    if (r < 0) {
        mc_watch_remove(&watch->watch);
        if (watch->moved_fd >= 0)
            close(watch->moved_fd);
        free(watch);
        return r;
    }
    *ret_watch = watch;
    return 0;
}

void mc_dsr_watch_free(struct mc_dsr_watch *watch)
{
    if (!watch)
        return;
    pthread_cancel(watch->thread);
    pthread_join(watch->thread, NULL);
    mc_watch_remove(&watch->watch);
    close(watch->moved_fd);
    free(watch);
}
