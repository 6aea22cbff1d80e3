/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_STATE_STORE_H
#define MICROCAT_DAEMON_STATE_STORE_H

/*
 * Small texts that outlive the process (budgets, history) in a folder of ours, normally systemd's StateDirectory. Each
 * is one file, replaced as a whole, so that a power cut leaves the old one or the new one. What goes wrong is logged
 * once a file until it works again, and never stops anybody: without its past the daemon is only more careful.
 */

#include <stddef.h>

struct mc_state_store;

/**
 * @dir: NULL or "" takes the first folder of $STATE_DIRECTORY, and /var/lib/microcatd without that. It is made if it is
 * missing.
 * @instance: NULL or "" none; else its files are DIR/INSTANCE.NAME, but for $STATE_DIRECTORY, which is the unit's own.
 * NULL: no memory.
 */
struct mc_state_store *mc_state_store_new(const char *dir, const char *instance);
void mc_state_store_free(struct mc_state_store *store);

/**
 * Takes the folder (of an instance: its files in it) for this process, until mc_state_store_free() or the process's
 * end, however it ends; children have no part in it. 0, also where no lock can be had, as on a read-only disk; -EBUSY:
 * another process has it, which is said, and from now on nothing is read (-ENOENT) or written (-EBUSY), so that neither
 * overwrites the other's budgets nor ends its call; -ENOMEM.
 */
int mc_state_store_lock(struct mc_state_store *store);

/**
 * Reads @name: 0, and *ret_text (NUL-terminated, the caller's) has *ret_len bytes; -ENOENT: there is none yet; -EFBIG:
 * larger than @max_bytes, and kept aside as by mc_state_store_reject(); or another -errno.
 */
int mc_state_store_load(struct mc_state_store *store, const char *name, size_t max_bytes, char **ret_text,
                        size_t *ret_len);

/**
 * The path of what must not lie in the folder, to be freed: @name in the second folder of $STATE_DIRECTORY, and without
 * one in DIR-key, which may be missing. NULL: no memory.
 */
char *mc_state_store_beside(const struct mc_state_store *store, const char *name);

/** Replaces @name: 0 or -errno, after which the old text is still there. Mode 0600. */
int mc_state_store_save(struct mc_state_store *store, const char *name, const char *text, size_t len_bytes);

/** The same for what a power cut makes void: whole or not at all, but without waiting for the disk. */
int mc_state_store_note(struct mc_state_store *store, const char *name, const char *text, size_t len_bytes);

/** What was loaded as @name makes no sense (@why: "line 3 is damaged"): kept aside as NAME.bad, and said. */
void mc_state_store_reject(struct mc_state_store *store, const char *name, const char *why);

#endif
