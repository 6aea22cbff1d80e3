/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_NOTIFY_H
#define MICROCAT_DAEMON_NOTIFY_H

/*
 * What systemd is told (sd_notify) and what it keeps for us (its file descriptor store). Without systemd every call is
 * harmless and does nothing. No call waits: what systemd does not take now it is told later, in order; of the status
 * only the last.
 */

#include <microcat/base/timerq.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** From now on what had to wait is sent in @queue's time; before, with the next call. */
void mc_notify_start(struct mc_timerq *queue);
/** The end, before the queue goes: what cannot be sent now is not sent any more. */
void mc_notify_stop(void);

/** READY=1 with a STATUS line: configured and listening. NULL keeps the line that is there (the end of a reload). */
void mc_notify_ready(const char *status);
/** What `systemctl status` shows; one line. The same line twice is sent once. */
void mc_notify_status(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** A reload (SIGHUP) begins; mc_notify_ready() ends it. */
void mc_notify_reloading(void);
/** The end begins; @timeout_ms is how long it may still take (0: say nothing of that). */
void mc_notify_stopping(const char *status, int64_t timeout_ms);

/** How often mc_notify_watchdog() is to be called, ms (half of what the unit allows); 0: the unit has no watchdog. */
int64_t mc_notify_watchdog_ms(void);
void mc_notify_watchdog(void);

/** The most that mc_notify_fetch_fds() gives back; the unit's FileDescriptorStoreMax should not be less. */
#define MC_NOTIFY_FDS_MAX 16

struct mc_notify_fd {
    char name[64];
    int fd;
};

/**
 * Leaves a duplicate of @fd with systemd under @name (letters, digits, '-', '_', '.'; 63 at most), until it is removed
 * or the service is stopped for good. Replaces one of the same name. 0 (sent, or waiting), -EINVAL, -ENOENT (no
 * systemd), or another -errno.
 */
int mc_notify_store_fd(const char *name, int fd);
/** 0, -EINVAL, -ENOENT (no systemd). */
int mc_notify_remove_fd(const char *name);
/** Are there descriptors that systemd was given and has not taken yet? */
bool mc_notify_store_waits(void);

/**
 * Takes what the store gave this process at its start, once: at most @n_max, each close-on-exec and the caller's to
 * close; what is beyond is closed. @return how many, or -errno.
 */
int mc_notify_fetch_fds(struct mc_notify_fd *fds, size_t n_max);

#endif
