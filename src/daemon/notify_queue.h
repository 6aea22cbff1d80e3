/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_NOTIFY_QUEUE_H
#define MICROCAT_DAEMON_NOTIFY_QUEUE_H

/*
 * The way to the service manager's socket. It holds ten datagrams, and sd_notify(3) waits, without a limit, when it is
 * full; nothing in libsystemd sends without waiting. So the datagrams, whose form sd_notify(3) promises to keep, are
 * sent here: never waiting, what does not fit later, in order, and what a later one makes pointless not at all.
 */

#include <microcat/base/timerq.h>
#include <stddef.h>

enum mc_notice_kind {
    MC_NOTICE_STATUS,    /* the last one wins */
    MC_NOTICE_READY,     /* with the status */
    MC_NOTICE_RELOADING, /* takes the place of an earlier one and of the READY behind that */
    MC_NOTICE_STOPPING,  /* with the status */
    MC_NOTICE_WATCHDOG,
    MC_NOTICE_FD_REMOVE, /* of a name: whatever waits for that name is pointless now */
    MC_NOTICE_FD_STORE,
};

/**
 * Sends @text, now or later. @name is that of the descriptor, else NULL; @fd is duplicated when it has to wait, -1
 * none. 0; -ENOENT: no service manager; -ENOBUFS: too much waits (more names of descriptors than anybody has); or
 * another -errno, after which it is not sent.
 */
int mc_notice_send(enum mc_notice_kind kind, const char *name, const char *text, int fd);

/** From now on @queue's time sends what waits; NULL: only the next mc_notice_send() does. */
void mc_notice_drive(struct mc_timerq *queue);
/** How many of a kind wait. */
size_t mc_notice_waiting(enum mc_notice_kind kind);
/** The end: what cannot be sent now is forgotten. */
void mc_notice_forget(void);

#endif
