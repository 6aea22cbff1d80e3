/* SPDX-License-Identifier: MIT */
#include "engine_private.h"

#include <assert.h>
#include <errno.h>
#include <microcat/at/redact.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/strtab.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_KEEP_BYTES 4096 /* more is given back after the answer: the daemon runs for years */
#define BARE_PROMPT_MS                                                                                                 \
    200 /* between a ">" and its blank: one write of the modem's, and a busy host may read it in two */

static const char *const result_names[MC_AT_RESULT_COUNT] = {
    [MC_AT_OK] = "OK",           [MC_AT_CONNECT] = "CONNECT",     [MC_AT_ERROR] = "ERROR",
    [MC_AT_CME] = "+CME ERROR",  [MC_AT_CMS] = "+CMS ERROR",      [MC_AT_NO_CARRIER] = "NO CARRIER",
    [MC_AT_BUSY] = "BUSY",       [MC_AT_NO_ANSWER] = "NO ANSWER", [MC_AT_NO_DIALTONE] = "NO DIALTONE",
    [MC_AT_TIMEOUT] = "timeout", [MC_AT_CANCELLED] = "cancelled",
};

const char *mc_at_result_name(enum mc_at_result result)
{
    return (unsigned)result < MC_AT_RESULT_COUNT ? result_names[result] : "unknown";
}

/* --- Words to the outside
 * ---------------------------------------------------------------------------------------------- */

void at_trace(struct mc_at *at, enum mc_at_direction direction, const char *line)
{
    char safe[MC_AT_LINE_MAX_BYTES + 1];
    if (!at->callbacks.trace)
        return;
    mc_at_redact(line, safe, sizeof(safe));
    at->depth++;
    at->callbacks.trace(at->ctx, direction, safe);
    at->depth--;
}

/* A command or its echo: of a secret one the part up to '=' only. */
void at_trace_command(struct mc_at *at, enum mc_at_direction direction, const struct at_command *command)
{
    char cut[AT_TEXT_MAX_BYTES + 1 + sizeof("…")];
    const char *equals = strchr(command->text, '=');
    if (!(command->flags & MC_AT_SECRET) || !equals) {
        at_trace(at, direction, command->text);
        return;
    }
    size_t len_bytes = (size_t)(equals - command->text) + 1;
    memcpy(cut, command->text, len_bytes);
    strcpy(cut + len_bytes, "…");
    at_trace(at, direction, cut);
}

void at_give_urc(struct mc_at *at, const char *line)
{
    at->stats.urcs++;
    at_trace(at, MC_AT_URC, line);
    if (!at->callbacks.urc)
        return;
    at->depth++;
    at->callbacks.urc(at->ctx, line);
    at->depth--;
}

/* --- The lines of the answer
 * ------------------------------------------------------------------------------------------- */

void at_add_line(struct mc_at *at, const char *line, size_t len_bytes)
{
    size_t need_bytes = at->lines.len_bytes + len_bytes + 1;
    if (at->lines.n == AT_LINES_MAX) {
        at->stats.dropped_lines++;
        return;
    }
    if (need_bytes > at->lines.size_bytes) {
        size_t size_bytes = need_bytes < ARENA_KEEP_BYTES ? ARENA_KEEP_BYTES : need_bytes * 2;
        char *data = realloc(at->lines.data, size_bytes);
        if (!data) {
            at->stats.dropped_lines++;
            return;
        }
        at->lines.data = data;
        at->lines.size_bytes = size_bytes;
    }
    memcpy(at->lines.data + at->lines.len_bytes, line, len_bytes + 1);
    at->lines.starts[at->lines.n++] = at->lines.len_bytes;
    at->lines.len_bytes = need_bytes;
}

static void forget_lines(struct mc_at *at)
{
    at->lines.n = at->lines.len_bytes = 0;
    if (at->lines.size_bytes > ARENA_KEEP_BYTES) {
        free(at->lines.data);
        at->lines.data = NULL;
        at->lines.size_bytes = 0;
    }
}

/* --- The life of a command
 * --------------------------------------------------------------------------------------------- */

void at_call_done(struct mc_at *at, mc_at_done_fn *done, void *ctx, const struct mc_at_answer *answer)
{
    if (!done)
        return;
    at->depth++;
    done(ctx, answer);
    at->depth--;
}

/* Ends the command in flight. One without a final result code stays as a ghost. */
void at_finish(struct mc_at *at, enum mc_at_result result, int code, const char *final)
{
    const char *lines[AT_LINES_MAX];
    struct at_command *command = MC_TAKE_PTR(at->current);
    for (size_t i = 0; i < at->lines.n; i++)
        lines[i] = at->lines.data + at->lines.starts[i];
    struct mc_at_answer answer = {.result = result,
                                  .code = code,
                                  .final = final,
                                  .lines = lines,
                                  .n_lines = at->lines.n,
                                  .took_ms = mc_timerq_now_ms(at->queue) - command->sent_at_ms};
    mc_at_done_fn *done = command->done;
    void *ctx = command->ctx;

    mc_timer_disarm(&at->deadline);
    if (result == MC_AT_TIMEOUT && !(command->flags & (AT_PROBE | MC_AT_GUESS)))
        at->stats.timeouts++;
    if ((result == MC_AT_TIMEOUT || result == MC_AT_CANCELLED || command->owed) && !command->unwritten) {
        at_add_ghost(at, command);
    } else {
        if (at->executing == command)
            at->executing = NULL;
        free(command);
    }
    at_call_done(at, done, ctx, &answer);
    forget_lines(at);
}

static struct at_command *new_command(const char *text, const char *prefix, int64_t timeout_ms, unsigned flags)
{
    size_t text_bytes = strlen(text), prefix_bytes = prefix ? strlen(prefix) + 1 : 0;
    struct at_command *command = calloc(1, sizeof(*command) + text_bytes + 1 + prefix_bytes);
    if (!command)
        return NULL;
    memcpy(command->text, text, text_bytes + 1);
    if (prefix) {
        command->prefix = command->text + text_bytes + 1;
        memcpy(command->prefix, prefix, prefix_bytes);
    }
    command->len_bytes = text_bytes;
    command->timeout_ms = timeout_ms;
    command->flags = flags;
    return command;
}

static void start(struct mc_at *at, struct at_command *command)
{
    at->current = command;
    command->sent_at_ms = mc_timerq_now_ms(at->queue);
    at->stats.commands++;
    at_trace_command(at, MC_AT_SENT, command);
    mc_timer_arm(&at->deadline, at->queue,
                 command->flags & MC_AT_IMPATIENT ? command->until_ms - command->sent_at_ms : command->timeout_ms);
    /* CR alone: an LF would come back as one more line end (seed log), and some builds take it for an empty command. */
    command->text[command->len_bytes] = '\r';
    at->depth++;
    int r = at->callbacks.write(at->ctx, command->text, command->len_bytes + 1);
    at->depth--;
    command->text[command->len_bytes] = '\0';
    if (r < 0) {
        command->unwritten = true;
        mc_timer_arm(&at->deadline, at->queue, 0); /* told from the queue, never from inside mc_at_send() */
    }
}

/*
 * Ghosts about? Then ask something whose answer can't be mistaken, and take the line as clear when it comes. Not for a
 * command that repeats what the ghosts asked (either answer will do), and not twice while the modem says nothing at
 * all.
 */
static struct at_command *new_probe(struct mc_at *at, struct at_command *command)
{
    static const struct {
        const char *text, *prefix;
    } questions[] = {{"AT+IPR?", "+IPR:"}, {"AT+IFC?", "+IFC:"}, {"AT+CMEE?", "+CMEE:"}};
    bool other = false;
    at_expire_ghosts(at);
    for (size_t i = 0; i < at->n_ghosts; i++)
        other = other || !at_same_text(at->ghosts[i], command);
    if (!at->probe_on || !other || command->probed || !at->heard)
        return NULL;
    command->probed = true;
    size_t pick = 0, pick_asked = 0;
    for (size_t q = MC_LENGTH_OF(questions); q-- > 0;) { /* one that no ghost has asked, else the one asked last */
        size_t asked = 0;
        while (asked < at->n_ghosts &&
               !(at->ghosts[asked]->prefix && strcmp(at->ghosts[asked]->prefix, questions[q].prefix) == 0))
            asked++;
        pick = asked >= pick_asked ? q : pick;
        pick_asked = asked >= pick_asked ? asked : pick_asked;
    }
    return new_command(questions[pick].text, questions[pick].prefix, AT_PROBE_TIMEOUT_MS, AT_PROBE);
}

void at_pump(struct mc_at *at)
{
    struct at_command *next = at->waiting;
    if (at->depth > 0 || at->current || !next || at->data_mode)
        return;
    struct at_command *probe = new_probe(at, next);
    if (probe) {
        at_trace(at, MC_AT_MARK, "answers are overdue: clearing the line");
        start(at, probe);
        return;
    }
    at->waiting = next->next;
    at->n_waiting--;
    next->next = NULL;
    at_watch_patience(at);
    start(at, next);
}

static void on_deadline(void *ctx)
{
    struct mc_at *at = ctx;
    if (at->current->unwritten) {
        at_finish(at, MC_AT_CANCELLED, -1, "");
    } else {
        at_trace(at, MC_AT_MARK, "no answer in time");
        at->heard = at->heard && !(at->current->flags & AT_PROBE);
        at_finish(at, MC_AT_TIMEOUT, -1, "");
    }
    at_pump(at);
}

/* Nobody here sends texts: a modem that waits for one is let go with ESC, or it would swallow all commands to come. */
static void refuse_prompt(struct mc_at *at)
{
    at_trace(at, MC_AT_RECEIVED, "> ");
    if (!at->current && at->n_ghosts == 0)
        return;
    at->depth++;
    at->callbacks.write(at->ctx, "\x1b", 1);
    at->depth--;
}

/* 27.005 writes it "> ", SIMCom's own commands (AT+CIPSEND) without the blank: whether one comes is not waited for
 * long.
 */
static void watch_prompt(struct mc_at *at)
{
    const struct mc_at_lexer *lexer = &at->lexer;
    if (!lexer->delivered && lexer->seen_bytes == 1 && lexer->len_bytes == 1 && lexer->line[0] == '>')
        mc_timer_arm(&at->prompt, at->queue, BARE_PROMPT_MS);
    else
        mc_timer_disarm(&at->prompt);
}

static void on_bare_prompt(void *ctx)
{
    struct mc_at *at = ctx;
    mc_at_lexer_reset(&at->lexer);
    refuse_prompt(at);
}

/* --- The public face
 * --------------------------------------------------------------------------------------------------- */

struct mc_at *mc_at_new(struct mc_timerq *queue, const struct mc_at_callbacks *callbacks, void *ctx)
{
    struct mc_at *at = calloc(1, sizeof(*at));
    if (!at)
        return NULL;
    at->queue = queue;
    at->callbacks = *callbacks;
    at->ctx = ctx;
    at->probe_on = at->heard = true;
    mc_at_lexer_init(&at->lexer);
    mc_timer_init(&at->deadline, "at-deadline", on_deadline, at);
    mc_timer_init(&at->patience, "at-patience", at_on_patience, at);
    mc_timer_init(&at->prompt, "at-prompt", on_bare_prompt, at);
    return at;
}

void mc_at_free(struct mc_at *at)
{
    if (!at)
        return;
    assert(at->depth == 0);
    mc_timer_disarm(&at->deadline);
    mc_timer_disarm(&at->patience);
    mc_timer_disarm(&at->prompt);
    at_drop_ghosts(at, at->n_ghosts);
    free(at->current);
    while (at->waiting) {
        struct at_command *command = at->waiting;
        at->waiting = command->next;
        free(command);
    }
    free(at->lines.data);
    free(at);
}

static bool sendable(const struct mc_at_command *command)
{
    size_t n = 0;
    if (!command->text || command->timeout_ms <= 0)
        return false;
    for (; command->text[n]; n++)
        if (n == AT_TEXT_MAX_BYTES || (unsigned char)command->text[n] < 0x20 || (unsigned char)command->text[n] >= 0x7f)
            return false;
    return n > 0;
}

int mc_at_send(struct mc_at *at, const struct mc_at_command *command, mc_at_done_fn *done, void *ctx)
{
    const unsigned known = MC_AT_BARE | MC_AT_DIALS | MC_AT_SECRET | MC_AT_URGENT | MC_AT_GUESS | MC_AT_IMPATIENT;
    if (!sendable(command) || (command->flags & ~known))
        return -EINVAL;
    if (at->n_waiting == AT_WAITING_MAX)
        return -ENOBUFS;
    struct at_command *mine = new_command(command->text, command->prefix, command->timeout_ms, command->flags);
    if (!mine)
        return -ENOMEM;
    mine->done = done;
    mine->ctx = ctx;
    mine->until_ms = mc_timerq_now_ms(at->queue) + command->timeout_ms;
    struct at_command **at_place = &at->waiting;
    while (*at_place && (!(mine->flags & MC_AT_URGENT) || ((*at_place)->flags & MC_AT_URGENT)))
        at_place = &(*at_place)->next;
    mine->next = *at_place;
    *at_place = mine;
    at->n_waiting++;
    at_watch_patience(at);
    at->data_mode = at->eat_lf = false; /* whoever sends a command knows that the line is back in command mode */
    at_pump(at);
    return 0;
}

bool mc_at_busy(const struct mc_at *at)
{
    return at->current || at->waiting;
}

static void take_lexer_stats(struct mc_at *at)
{
    at->stats.noise_bytes = at->lexer.noise_bytes;
    at->stats.overlong_lines = at->lexer.overlong_lines;
}

size_t mc_at_feed(struct mc_at *at, const uint8_t *data, size_t len_bytes)
{
    size_t used = 0;
    assert(at->depth == 0);
    while (used < len_bytes && !at->data_mode) {
        enum mc_at_token token;
        used += mc_at_lexer_next(&at->lexer, data + used, len_bytes - used, &token);
        if (token == MC_AT_TOKEN_LINE) {
            at_take_line(at, at->lexer.line, at->lexer.len_bytes);
            at->eat_lf = at->data_mode && at->lexer.ended_by == '\r';
            at_pump(at);
        } else if (token == MC_AT_TOKEN_PROMPT) {
            refuse_prompt(at);
        }
    }
    if (at->eat_lf && used < len_bytes) {
        used += data[used] == '\n';
        at->eat_lf = false;
    }
    watch_prompt(at);
    take_lexer_stats(at);
    return used;
}

void mc_at_resync(struct mc_at *at)
{
    mc_at_lexer_reset(&at->lexer);
    mc_timer_disarm(&at->prompt);
    take_lexer_stats(at);
    at_drop_ghosts(at, at->n_ghosts);
    at->data_mode = at->eat_lf = false;
    at->heard = true;
    at_pump(at);
}

void mc_at_set_probe(struct mc_at *at, bool on)
{
    at->probe_on = on;
}

const struct mc_at_stats *mc_at_stats(const struct mc_at *at)
{
    return &at->stats;
}
