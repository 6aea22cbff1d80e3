/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_AT_LEXER_H
#define MICROCAT_AT_LEXER_H

/*
 * Bytes from the modem -> lines, in any fragmentation.
 *
 * A line ends at CR or at LF, whichever comes first: the modem may send a CR whose LF comes late or never (seed log:
 * `+CEREG: 0,5\r` and `\n` in two reads), so the lexer never waits for one. Empty lines are swallowed, which also makes
 * `\r\n` and the echo's `\r\r\n` one line end. A line is 7-bit printable text; bytes that are not are noise: at the
 * head of a line (a glitch at power-on or at a change of speed) they are counted and skipped, inside a line they cost
 * the whole line.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MC_AT_LINE_MAX_BYTES 3071 /* without the line end and the closing NUL */

enum mc_at_token {
    MC_AT_TOKEN_NONE,   /* all bytes are used up, no line is complete */
    MC_AT_TOKEN_LINE,   /* lexer->line, lexer->len_bytes */
    MC_AT_TOKEN_PROMPT, /* "> " at the head of a line: the modem waits for a text (AT+CMGS and the like) */
};

struct mc_at_lexer {
    char line[MC_AT_LINE_MAX_BYTES + 1]; /* NUL-terminated when a line is delivered; good until the next call */
    size_t len_bytes;
    size_t seen_bytes; /* of this line, noise and what did not fit included */
    char ended_by;     /* '\r' or '\n': what ended the line just delivered */
    bool delivered;    /* `line` was handed out: start anew at the next call */
    bool noise;        /* the line is spoilt: drop it at its end */
    bool overlong;
    /* counters, for ever growing */
    uint64_t noise_bytes, overlong_lines;
};

void mc_at_lexer_init(struct mc_at_lexer *lexer);

/** Forgets the line begun (its bytes count as noise). The counters stay. */
void mc_at_lexer_reset(struct mc_at_lexer *lexer);

/** Takes bytes up to the end of one line, or all. Returns how many were taken; @ret_token says what they made. */
size_t mc_at_lexer_next(struct mc_at_lexer *lexer, const uint8_t *data, size_t len_bytes, enum mc_at_token *ret_token);

#endif
