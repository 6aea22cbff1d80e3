/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_JOURNAL_H
#define MICROCAT_DAEMON_JOURNAL_H

/*
 * The log's sink: structured entries in the journal when stderr leads there (JOURNAL_STREAM), else lines on stderr with
 * the level's word.
 *
 * A message that says the same as the one before is counted, not repeated: "(the last message came 9 more times)"
 * follows when another one comes, and after 10, 100, 1000, ... repetitions. Lines that take turns are counted too: of
 * one line thirty are written in a minute, and how many more came is told at 10, 100, 1000, ..., and when it comes
 * again after that minute.
 */

#include <microcat/base/fault.h>
#include <microcat/base/log.h>
#include <microcat/base/state.h>
#include <stdbool.h>

/** Becomes the process' log sink. @instance (may be NULL or "") goes into MICROCAT_INSTANCE. */
void mc_journal_start(const char *instance);
/** Says what is still counted and gives the log back to its default. */
void mc_journal_stop(void);

/** Does stderr lead to the journal? */
bool mc_journal_is_there(void);

/** Fields that entries carry from now on; NULL or "" takes one away. MICROCAT_DEVICE, MICROCAT_STATE. */
void mc_journal_set_device(const char *path);
void mc_journal_set_state(enum mc_state state);

/** Logs a fault: warning level, MICROCAT_FAULT and its MESSAGE_ID, so that `journalctl -x` explains it. @detail may be
 * "". */
void mc_journal_fault(enum mc_fault fault, const char *detail);

#endif
