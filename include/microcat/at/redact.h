/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_AT_REDACT_H
#define MICROCAT_AT_REDACT_H

/*
 * The one place that takes secrets and identities out of AT text before it reaches a trace or a log.
 *
 * AT+CPIN="1234" becomes AT+CPIN=…, and likewise CLCK, CPWD, SPIC and friends: nothing is shown behind the first '=' of
 * such, wherever in a chain it stands, with blanks or without.
 *
 * AT+CGAUTH=1,2,"pw","user" becomes AT+CGAUTH=1,2,"…","…" (SIMCom writes the password first: nothing quoted is shown),
 * +CGAUTH: 1,2,"sora","pw" becomes +CGAUTH: 1,2,"sora","…".
 *
 * +ICCID: 8942310000000009012 becomes +ICCID: 8942…9012, IMEI: 869850000000430 becomes IMEI: 8698…0430, and of a line
 * of bare digits (CIMI, CGSN) the first and the last four are left.
 *
 * Works on damaged text too: what matters is found anywhere in the line. Cuts at the end of @out, never overflows.
 */

#include <stddef.h>

/** Writes the harmless form of @text, NUL-terminated. @out must not overlap @text. Returns @out. */
char *mc_at_redact(const char *text, char *out, size_t out_bytes);

#endif
