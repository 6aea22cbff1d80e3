/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_RECORDER_H
#define MICROCAT_DAEMON_RECORDER_H

/*
 * Records the AT dialogue into a file (--record=FILE), for bug reports and replay tests. Secrets and identities are
 * taken out (at/redact.h) before anything is written. A line of the file is one of
 *
 *   # text                           a remark; the first says what the file is
 *   12.345 > "AT+CSQ\r"              written to the modem, at this many seconds on the daemon's clock
 *   12.351 < "AT+CSQ\r\r\n"          a line from the modem, at the time of its first byte ...
 *   12.353 < "+CSQ: 2" "0,99\r\n"    ... in the fragments in which it came (as one, if something was taken out)
 *   12.360 | data mode: 1200 bytes out, 3400 in      a mark; bytes of data mode are counted, never written
 *
 * with strings as in C: \r \n \t \" \\ \xNN. The file is created with mode 0600; at 4 MiB it becomes FILE.1 (one such
 * is kept) and a new one begins. An error (disk full) is logged once and ends the recording, nothing else.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mc_recorder_direction { MC_RECORDER_OUT, MC_RECORDER_IN };

struct mc_recorder;

/** Creates @path; a file that is there is replaced, a symbolic link is refused (-ELOOP). 0, -ENOMEM or -errno. */
int mc_recorder_new(const char *path, struct mc_recorder **ret_recorder);
/** Writes what is pending and closes. NULL is harmless. */
void mc_recorder_free(struct mc_recorder *recorder);

/* NULL as recorder is harmless in all of these: no recording. @at_ms is the daemon's clock. */

/** Bytes of command mode. A line is written when it is complete, so that a secret in fragments is recognised. */
void mc_recorder_bytes(struct mc_recorder *recorder, int64_t at_ms, enum mc_recorder_direction direction,
                       const void *data, size_t len_bytes);
/** Bytes of data mode: counted only; the count is written with the next mark. */
void mc_recorder_data(struct mc_recorder *recorder, enum mc_recorder_direction direction, size_t len_bytes);
/** A mark: state changes, speeds, data mode on and off. Lines that are not complete end here. */
void mc_recorder_mark(struct mc_recorder *recorder, int64_t at_ms, const char *text);

#endif
