/* SPDX-License-Identifier: MIT */
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

void mc_notify_ready(const char *status)
{
    if (status)
        set_status(last_status, status);
    sd_notifyf(0, "READY=1\nSTATUS=%s", last_status);
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
    sd_notifyf(0, "STATUS=%s", status);
}

/* Type=notify-reload (systemd 253) wants the time with it; older ones ignore it. */
void mc_notify_reloading(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void mc_notify_stopping(const char *status, int64_t timeout_ms)
{
    char extend[64] = "";

    set_status(last_status, status);
    if (timeout_ms > 0)
        snprintf(extend, sizeof(extend), "\nEXTEND_TIMEOUT_USEC=%lld", (long long)timeout_ms * 1000);
    sd_notifyf(0, "STOPPING=1\nSTATUS=%s%s", last_status, extend);
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
    sd_notify(0, "WATCHDOG=1");
}

static bool is_name(const char *name)
{
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    return len > 0 && !name[len] && len < sizeof(((struct mc_notify_fd *)0)->name);
}

/* sd_notify() says 0 where nobody listens. */
static int sent(int r)
{
    return r < 0 ? r : r == 0 ? -ENOENT : 0;
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
    return sent(sd_pid_notify_with_fds(0, 0, text, &fd, 1));
}

int mc_notify_remove_fd(const char *name)
{
    if (!is_name(name))
        return -EINVAL;
    return sent(sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name));
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
