/* SPDX-License-Identifier: MIT */
#include "notify_queue.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/daemon/notify.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#define STATUS_BYTES 256

static char last_status[STATUS_BYTES];

/* A line end in the text would begin another assignment. */
static void set_status(char *out, const char *text)
{
    snprintf(out, STATUS_BYTES, "%s", text);
    for (char *p = out; *p; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
}

__attribute__((format(printf, 3, 4))) static int tell(enum mc_notice_kind kind, const char *name, const char *fmt, ...)
{
    char text[STATUS_BYTES + 96];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    return mc_notice_send(kind, name, text, -1);
}

void mc_notify_start(struct mc_timerq *queue)
{
    mc_notice_drive(queue);
}

void mc_notify_stop(void)
{
    mc_notice_forget();
    mc_notice_drive(NULL);
}

void mc_notify_ready(const char *status)
{
    if (status)
        set_status(last_status, status);
    tell(MC_NOTICE_READY, NULL, "READY=1\nSTATUS=%s", last_status);
}

void mc_notify_status(const char *fmt, ...)
{
    char text[STATUS_BYTES], status[STATUS_BYTES];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    set_status(status, text);
    if (strcmp(status, last_status) == 0)
        return;
    memcpy(last_status, status, sizeof(last_status));
    tell(MC_NOTICE_STATUS, NULL, "STATUS=%s", status);
}

/* Type=notify-reload (systemd 253) wants the time with it; older ones ignore it. */
void mc_notify_reloading(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    tell(MC_NOTICE_RELOADING, NULL, "RELOADING=1\nMONOTONIC_USEC=%lld",
         (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void mc_notify_stopping(const char *status, int64_t timeout_ms)
{
    char extend[64] = "";

    set_status(last_status, status);
    if (timeout_ms > 0)
        snprintf(extend, sizeof(extend), "\nEXTEND_TIMEOUT_USEC=%lld", (long long)timeout_ms * 1000);
    tell(MC_NOTICE_STOPPING, NULL, "STOPPING=1\nSTATUS=%s%s", last_status, extend);
}

int64_t mc_notify_watchdog_ms(void)
{
    uint64_t usec;

    if (sd_watchdog_enabled(0, &usec) <= 0)
        return 0;
    int64_t half_ms = (int64_t)(usec / 2000);
    return half_ms > 0 ? half_ms : 1;
}

void mc_notify_watchdog(void)
{
    tell(MC_NOTICE_WATCHDOG, NULL, "WATCHDOG=1");
}

static bool is_name(const char *name)
{
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    return len > 0 && !name[len] && len < sizeof(((struct mc_notify_fd *)0)->name);
}

int mc_notify_store_fd(const char *name, int fd)
{
    char text[128];

    if (!is_name(name) || fd < 0)
        return -EINVAL;
    int r = mc_notify_remove_fd(name); /* the store would keep both */
    if (r < 0)
        return r;
    snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=%s", name);
    return mc_notice_send(MC_NOTICE_FD_STORE, name, text, fd);
}

int mc_notify_remove_fd(const char *name)
{
    if (!is_name(name))
        return -EINVAL;
    return tell(MC_NOTICE_FD_REMOVE, name, "FDSTOREREMOVE=1\nFDNAME=%s", name);
}

bool mc_notify_store_waits(void)
{
    return mc_notice_waiting(MC_NOTICE_FD_STORE) > 0;
}

int mc_notify_fetch_fds(struct mc_notify_fd *fds, size_t n_max)
{
    char **names = NULL;
    size_t taken = 0;
    int n = sd_listen_fds_with_names(1, &names);

    for (int i = 0; i < n; i++) {
        int fd = SD_LISTEN_FDS_START + i;
        const char *name = names ? names[i] : "";
        if (taken < n_max && is_name(name)) {
            snprintf(fds[taken].name, sizeof(fds[taken].name), "%s", name);
            fds[taken++].fd = fd;
        } else {
            close(fd);
        }
        if (names)
            free(names[i]);
    }
    free(names);
    return n < 0 ? n : (int)taken;
}
