/* SPDX-License-Identifier: MIT */
#include "lease_filter.h"
#include "hand.h"
#include <microcat/at/lexer.h>
#include <microcat/at/redact.h>
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum mode {
    COMMANDS,
    TEXT, /* behind "> " */
    DATA, /* behind CONNECT */
};

struct mc_lease_filter {
    const struct mc_lease_host *host;
    void *ctx;
    enum mode mode;
    bool waits;                        /* for a final result code: only then a '>' asks for a text */
    bool asked;                        /* for a text, and perhaps it still waits for its end */
    bool echoed;                       /* that command line was: so will the text be */
    bool text_ended;                   /* Ctrl-Z or ESC was typed */
    unsigned like_finals;              /* lines of the text that read like a final result code, not echoed yet */
    unsigned plus;                     /* in a row, the last that was typed in data mode */
    char typed[MC_LEASE_LINE_MAX + 1]; /* the command line so far, or the text's */
    size_t typed_bytes;                /* beyond MC_LEASE_LINE_MAX: too long, and not kept */
    char out[MC_LEASE_LINE_MAX + 1];   /* a line for the modem, with its CR */
    size_t out_bytes, out_sent;
    char echo[MC_LEASE_LINE_MAX + 1]; /* of the modem's, to be left out */
    size_t echo_bytes, echo_seen;
    struct mc_at_lexer lexer; /* what the modem says */
};

/* ---- to the holder ---- */

static void show(struct mc_lease_filter *filter, const char *text, size_t len)
{
    if (len > 0 && filter->host->room(filter->ctx) >= len) /* else it does not read: it misses its echo */
        filter->host->to_holder(filter->ctx, text, len);
}

static void trace(const struct mc_lease_filter *filter, enum mc_at_direction direction, const char *line)
{
    char text[512];
    filter->host->trace(filter->ctx, direction, mc_at_redact(line, text, sizeof(text)));
}

static void refuse(struct mc_lease_filter *filter, const char *line, const char *why)
{
    char text[320], known[96];
    int len = snprintf(text, sizeof(text), "\r\nmicrocatd: %s\r\n\r\nERROR\r\n", why);
    show(filter, text, (size_t)len);
    snprintf(text, sizeof(text), "refused: %s", mc_at_redact(line, known, sizeof(known)));
    filter->host->trace(filter->ctx, MC_AT_MARK, text);
}

/* ---- to the modem ---- */

void mc_lease_filter_room(struct mc_lease_filter *filter)
{
    filter->out_sent +=
        filter->host->to_modem(filter->ctx, filter->out + filter->out_sent, filter->out_bytes - filter->out_sent);
    if (filter->out_sent == filter->out_bytes)
        filter->out_sent = filter->out_bytes = 0;
}

static void send_line(struct mc_lease_filter *filter, const char *line)
{
    trace(filter, MC_AT_SENT, line);
    filter->out_bytes = (size_t)snprintf(filter->out, sizeof(filter->out), "%s\r", line);
    memcpy(filter->echo, filter->out, filter->out_bytes);
    filter->echo_bytes = filter->out_bytes;
    filter->echo_seen = 0;
    filter->waits = true;
    filter->asked = false;
    mc_lease_filter_room(filter);
}

/* A text whose line reads OK comes back as a line that reads OK (27.005, 3.5.1: it is echoed). */
static void typed_text(struct mc_lease_filter *filter, char c)
{
    filter->text_ended = filter->text_ended || c == 0x1a || c == 0x1b;
    if (c != '\r' && c != '\n') {
        if (filter->typed_bytes < MC_LEASE_LINE_MAX)
            filter->typed[filter->typed_bytes++] = c;
        return;
    }
    filter->typed[filter->typed_bytes] = '\0';
    filter->typed_bytes = 0;
    if (mc_at_final(filter->typed) != MC_AT_RESULT_COUNT)
        filter->like_finals++;
}

/* A modem takes no notice of what stands before the AT (V.250, 5.2.1), nor of a line without one. */
static const char *command_in(const char *line)
{
    while (*line && strncasecmp(line, "AT", 2) != 0)
        line++;
    return line;
}

static void end_line(struct mc_lease_filter *filter)
{
    struct mc_hand_judged judged;
    bool whole = filter->typed_bytes < MC_LEASE_LINE_MAX;
    filter->typed[whole ? filter->typed_bytes : MC_LEASE_LINE_MAX - 1] = '\0';
    const char *line = command_in(filter->typed);
    filter->typed_bytes = 0;
    show(filter, "\r", 1);
    const char *why = !whole ? "The line is too long." : *line ? mc_hand_judge(line + 2, &judged) : NULL;
    if (why)
        refuse(filter, line, why);
    else if (*line)
        send_line(filter, line);
}

static void type(struct mc_lease_filter *filter, char c)
{
    if (c == '\r' || (c == '\n' && filter->typed_bytes > 0)) { /* LF: a program that knows no better */
        end_line(filter);
    } else if (c == '\b' || c == 0x7f) {
        if (filter->typed_bytes > 0 && filter->typed_bytes <= MC_LEASE_LINE_MAX) {
            filter->typed_bytes--;
            show(filter, "\b \b", 3);
        }
    } else if (c >= ' ' || c < 0) {
        if (filter->typed_bytes < MC_LEASE_LINE_MAX)
            filter->typed[filter->typed_bytes] = c;
        if (filter->typed_bytes <= MC_LEASE_LINE_MAX)
            filter->typed_bytes++;
        show(filter, &c, 1);
    }
}

size_t mc_lease_filter_typed(struct mc_lease_filter *filter, const uint8_t *data, size_t len)
{
    size_t i = 0;
    while (i < len && filter->out_bytes == 0) {
        if (filter->mode == COMMANDS) {
            type(filter, (char)data[i++]);
            continue;
        }
        size_t taken = filter->host->to_modem(filter->ctx, data + i, len - i);
        if (taken == 0)
            break;
        for (size_t end = i + taken; i < end; i++) {
            filter->plus = data[i] == '+' ? filter->plus + 1 : 0;
            if (filter->mode == TEXT)
                typed_text(filter, (char)data[i]);
        }
    }
    return i;
}

bool mc_lease_filter_waits(const struct mc_lease_filter *filter)
{
    return filter->waits;
}

void mc_lease_filter_leave(struct mc_lease_filter *filter)
{
    if (filter->asked)
        filter->host->to_modem(filter->ctx, "\x1b", 1);
}

/* ---- from the modem ---- */

/* Among data a line that reads OK is data, but for the one that answers a +++. */
static bool ends(const struct mc_lease_filter *filter, enum mc_at_result final)
{
    if (filter->mode == DATA)
        return final == MC_AT_NO_CARRIER || (final == MC_AT_OK && filter->plus >= 3);
    return final != MC_AT_RESULT_COUNT;
}

static bool is_texts_echo(struct mc_lease_filter *filter, enum mc_at_result final)
{
    if (filter->mode != TEXT || !filter->echoed || filter->text_ended || filter->like_finals == 0 ||
        final == MC_AT_RESULT_COUNT)
        return false;
    filter->like_finals--;
    return true;
}

static void heard_line(struct mc_lease_filter *filter)
{
    enum mc_at_result final = mc_at_final(filter->lexer.line);
    bool over = ends(filter, final) && !is_texts_echo(filter, final);
    if (filter->mode != DATA || over)
        trace(filter, MC_AT_RECEIVED, filter->lexer.line);
    if (!over)
        return;
    filter->mode = final == MC_AT_CONNECT ? DATA : COMMANDS;
    filter->asked = filter->asked && filter->like_finals > 0; /* that may have been an echo all the same */
    filter->waits = false;
    filter->plus = 0;
    filter->typed_bytes = 0;
}

static void text_begins(struct mc_lease_filter *filter)
{
    filter->mode = TEXT;
    filter->asked = true;
    filter->echoed = filter->echo_bytes == 0;
    filter->text_ended = false;
    filter->like_finals = 0;
    filter->typed_bytes = 0;
}

/* 27.005 writes it "> ", SIMCom's own commands without the blank. */
static bool is_asked_for_text(const struct mc_lease_filter *filter, enum mc_at_token token)
{
    const struct mc_at_lexer *lexer = &filter->lexer;
    bool alone = token == MC_AT_TOKEN_NONE && lexer->len_bytes == 1 && lexer->seen_bytes == 1 && lexer->line[0] == '>';
    return filter->mode == COMMANDS && filter->waits && (token == MC_AT_TOKEN_PROMPT || alone);
}

static void hear(struct mc_lease_filter *filter, const uint8_t *data, size_t len)
{
    while (len > 0) {
        enum mc_at_token token;
        size_t taken = mc_at_lexer_next(&filter->lexer, data, len, &token);
        if (token == MC_AT_TOKEN_LINE)
            heard_line(filter);
        else if (is_asked_for_text(filter, token))
            text_begins(filter);
        data += taken;
        len -= taken;
    }
}

static void pass(struct mc_lease_filter *filter, const void *data, size_t len)
{
    if (len == 0)
        return;
    filter->host->to_holder(filter->ctx, data, len);
    hear(filter, data, len);
}

/* As many of the bytes as are the echo, which may come in pieces; a URC may stand before it. */
static size_t leave_out_echo(struct mc_lease_filter *filter, const uint8_t *data, size_t len)
{
    size_t n = 0;
    while (n < len && filter->echo_seen < filter->echo_bytes && data[n] == (uint8_t)filter->echo[filter->echo_seen]) {
        filter->echo_seen++;
        n++;
    }
    if (filter->echo_seen == filter->echo_bytes)
        filter->echo_bytes = filter->echo_seen = 0;
    return n;
}

size_t mc_lease_filter_said(struct mc_lease_filter *filter, const uint8_t *data, size_t len)
{
    size_t room = filter->host->room(filter->ctx), left = filter->echo_seen, i = 0;
    if (len + left > room)
        len = room > left ? room - left : 0;
    while (i < len && filter->echo_bytes > 0) {
        i += leave_out_echo(filter, data + i, len - i);
        if (i == len || filter->echo_bytes == 0)
            break;
        pass(filter, filter->echo, filter->echo_seen); /* it was none, but began like it */
        filter->echo_seen = 0;
        if (data[i] != (uint8_t)filter->echo[0])
            pass(filter, data + i++, 1);
    }
    pass(filter, data + i, len - i);
    return len;
}

/* ---- life ---- */

struct mc_lease_filter *mc_lease_filter_new(const struct mc_lease_host *host, void *ctx)
{
    struct mc_lease_filter *filter = calloc(1, sizeof(*filter));
    if (!filter)
        return NULL;
    filter->host = host;
    filter->ctx = ctx;
    mc_at_lexer_init(&filter->lexer);
    return filter;
}

void mc_lease_filter_free(struct mc_lease_filter *filter)
{
    free(filter);
}
