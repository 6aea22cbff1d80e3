/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_MESSAGE_ID_H
#define MICROCAT_DAEMON_MESSAGE_ID_H

/*
 * The MESSAGE_ID of each fault in the journal: made from the fault's code alone (FNV-1a, 128 bits, over
 * "io.microcat.fault.CODE", marked as a UUID of version 8), so that it stays when rows come and go. The journal and the
 * message catalog meet in it.
 */

#define MC_MESSAGE_ID_BYTES 33 /* 32 hex digits and NUL */

/** Writes the id of the fault with @code, as systemd writes ids: 32 hex digits. @return @out. */
char *mc_message_id(const char *code, char out[static MC_MESSAGE_ID_BYTES]);

#endif
