/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_AT_REDACT_H
#define MICROCAT_AT_REDACT_H

/*
 * The one place that takes secrets and identities out of AT text before it reaches a trace or a log:
 *   AT+CPIN="1234"                  -> AT+CPIN=…             (also CLCK, CPWD, SPIC and friends: everything behind '=')
 *   AT+CGAUTH=1,2,"pw","user"       -> AT+CGAUTH=1,2,"…","…"   (SIMCom writes the password first: nothing quoted is
 * shown) +CGAUTH: 1,2,"sora","pw"        -> +CGAUTH: 1,2,"sora","…" +ICCID: 8942310000000009012     -> +ICCID:
 * 8942…9012 IMEI: 869850000000430           -> IMEI: 8698…0430 a line of 14 to 20 bare digits (CIMI, CGSN) -> first
 * four, …, last four Works on damaged text too: what matters is found anywhere in the line. Cuts at the end of @out,
 * never overflows.
 */

#include <stddef.h>

/** Writes the harmless form of @text, NUL-terminated. @out must not overlap @text. Returns @out. */
char *mc_at_redact(const char *text, char *out, size_t out_bytes);

#endif
