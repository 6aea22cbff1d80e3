/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_AT_QUOTE_H
#define MICROCAT_AT_QUOTE_H

/*
 * The one place where strings from outside (configuration, operator) become part of an AT command. V.250 has no escape
 * inside a string constant that SIMCom's manual documents, so what can't be said plainly is refused: nobody smuggles a
 * second command in.
 */

#include <stdarg.h>
#include <stddef.h>

/** 0 when @text may stand between quotes: printable 7-bit characters without the double quote. Else -EINVAL. */
int mc_at_quotable(const char *text);

/** Writes @text with quotes around it. 0, -EINVAL (see above; @out becomes ""), -ENOBUFS. */
int mc_at_quote(const char *text, char *out, size_t out_bytes);

/**
 * Builds a command: mc_at_format(buf, sizeof(buf), "AT+CGDCONT=%d,%q,%q", 1, "IP", apn).
 *   %d  int            %q  string, quoted and checked
 *   %s  string as it is (a constant of the program's own, checked for control characters)    %%  a percent sign
 * 0, -EINVAL (a string that can't be quoted, an unknown conversion), -ENOBUFS. On error @out is "".
 */
int mc_at_format(char *out, size_t out_bytes, const char *format, ...);
int mc_at_vformat(char *out, size_t out_bytes, const char *format, va_list args);

#endif
