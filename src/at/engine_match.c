/* SPDX-License-Identifier: MIT */
#include "engine_private.h"

#include <microcat/at/replies.h>
#include <microcat/at/urcs.h>
#include <microcat/base/cleanup.h>
#include <stdlib.h>
#include <string.h>

/*
 * Whose line is it?
 *
 * The modem works strictly in order, so its answers come oldest ghost first, then the command in flight. What is not
 * known is which ghosts will still be answered. A final result code goes by evidence, strongest first:
 *   1. the modem echoed a command once more: it is executing that one now, all before it are done (seed log, second
 * transcript);
 *   2. a line with a prefix that only one of them owns, and that is never sent unasked, came before it;
 *   3. nothing to tell by: the oldest ghost's, unless it asked the very same thing as the command in flight.
 * Giving a final code away on weak evidence keeps the ghosts' number: the next command is then preceded by a probe
 * (engine.c), whose answer is evidence of the second kind and ends all ghosts. So an answer may be late or lost, but
 * never lands on another command.
 */

/* --- Ghosts
 * ------------------------------------------------------------------------------------------------------------ */

bool at_same_text(const struct at_command *a, const struct at_command *b)
{
    return a->len_bytes == b->len_bytes && memcmp(a->text, b->text, a->len_bytes) == 0;
}

static void remove_ghost(struct mc_at *at, size_t i)
{
    if (at->executing == at->ghosts[i])
        at->executing = NULL;
    free(at->ghosts[i]);
    at->n_ghosts--;
    memmove(at->ghosts + i, at->ghosts + i + 1, (at->n_ghosts - i) * sizeof(at->ghosts[0]));
}

void at_drop_ghosts(struct mc_at *at, size_t n)
{
    while (n-- > 0)
        remove_ghost(at, 0);
}

void at_add_ghost(struct mc_at *at, struct at_command *command)
{
    if (at->n_ghosts == AT_GHOSTS_MAX)
        remove_ghost(at, 0);
    command->done = NULL;
    command->expired_at_ms = mc_timerq_now_ms(at->queue);
    at->ghosts[at->n_ghosts++] = command;
}

void at_expire_ghosts(struct mc_at *at)
{
    int64_t now_ms = mc_timerq_now_ms(at->queue);
    while (at->n_ghosts > 0 && now_ms - at->ghosts[0]->expired_at_ms > AT_GHOST_MAX_AGE_MS)
        remove_ghost(at, 0);
}

static size_t ghost_index(const struct mc_at *at, const struct at_command *ghost)
{
    size_t i = 0;
    while (i < at->n_ghosts && at->ghosts[i] != ghost)
        i++;
    return i;
}

/* The modem is at @command now: everything before it is over. */
static void set_executing(struct mc_at *at, struct at_command *command)
{
    at_drop_ghosts(at, ghost_index(at, command));
    at->executing = command;
}

/* --- Echoes
 * ------------------------------------------------------------------------------------------------------------ */

/* The n-th outstanding command, oldest first; NULL behind the last. */
static struct at_command *outstanding(const struct mc_at *at, size_t n)
{
    if (n < at->n_ghosts)
        return at->ghosts[n];
    return n == at->n_ghosts ? at->current : NULL;
}

static struct at_command *echoed_command(const struct mc_at *at, const char *line, size_t len_bytes)
{
    struct at_command *best = NULL, *command;
    for (size_t i = 0; (command = outstanding(at, i)); i++) {
        bool match = command->len_bytes == len_bytes && memcmp(command->text, line, len_bytes) == 0;
        if (match && (!best || command->echoes < best->echoes))
            best = command;
    }
    return best;
}

/* The first echo of @command tells that what was sent before it and never echoed was not heard (a booting modem is
 * deaf). */
static void drop_unheard(struct mc_at *at, const struct at_command *command)
{
    for (size_t i = 0; i < at->n_ghosts && at->ghosts[i] != command;) {
        if (at->ghosts[i]->echoes == 0)
            remove_ghost(at, i);
        else
            i++;
    }
}

/* Looks like a command: the echo of one long forgotten, or damaged. Never news. */
static bool looks_like_command(const char *line)
{
    if ((line[0] != 'A' && line[0] != 'a') || (line[1] != 'T' && line[1] != 't'))
        return false;
    return line[2] == '\0' || strchr("+DEIHOZVQdeihozvq", line[2]);
}

/* A damaged echo of a secret: neither news nor to be shown. */
static const struct at_command *leaks_secret(const struct mc_at *at, const char *line)
{
    const struct at_command *command;
    for (size_t i = 0; (command = outstanding(at, i)); i++) {
        const char *secret = command->flags & MC_AT_SECRET ? strchr(command->text, '=') : NULL;
        if (secret && secret[1] && strstr(line, secret + 1))
            return command;
    }
    return NULL;
}

/* AT+CLAC lists commands with their AT (27.007, 8.37): behind its own echo, and when nothing else was asked, such a
 * line is its answer. */
static bool lists_commands(const struct mc_at *at)
{
    return at->n_ghosts == 0 && at->current && (at->current->flags & MC_AT_BARE) && at->current->echoes > 0;
}

static bool take_echo(struct mc_at *at, const char *line, size_t len_bytes)
{
    struct at_command *command = echoed_command(at, line, len_bytes);
    const struct at_command *secret = command ? NULL : leaks_secret(at, line);
    if (!command && !secret && (lists_commands(at) || !looks_like_command(line)))
        return false;
    at->stats.echoes++;
    if (secret || !command) {
        if (secret)
            at_trace_command(at, MC_AT_RECEIVED, secret);
        else
            at_trace(at, MC_AT_LATE, line);
        return true;
    }
    at_trace_command(at, command == at->current ? MC_AT_RECEIVED : MC_AT_LATE, command);
    if (command->echoes++ == 0)
        drop_unheard(at, command);
    else
        set_executing(at, command);
    return true;
}

/* --- Information lines
 * --------------------------------------------------------------------------------------------------- */

static bool owns_prefix(const struct at_command *command, const char *line)
{
    for (const char *p = command->prefix; p && *p;) {
        size_t len_bytes = strcspn(p, "|");
        if (len_bytes > 0 && strncmp(line, p, len_bytes) == 0)
            return true;
        p += len_bytes;
        p += *p == '|';
    }
    return false;
}

static void take_own_info(struct mc_at *at, const char *line, size_t len_bytes)
{
    at_trace(at, MC_AT_RECEIVED, line);
    at_add_line(at, line, len_bytes);
}

/* The ghost that asked for @line with a question other than the current one; an answer to the same question suits the
 * current. */
static struct at_command *ghost_owner(const struct mc_at *at, const char *line)
{
    for (size_t i = 0; i < at->n_ghosts; i++)
        if (owns_prefix(at->ghosts[i], line) && !(at->current && at_same_text(at->ghosts[i], at->current)))
            return at->ghosts[i];
    return NULL;
}

static struct at_command *bare_ghost(const struct mc_at *at)
{
    for (size_t i = 0; i < at->n_ghosts; i++)
        if ((at->ghosts[i]->flags & MC_AT_BARE) && !(at->current && at_same_text(at->ghosts[i], at->current)))
            return at->ghosts[i];
    return NULL;
}

static bool take_info(struct mc_at *at, const char *line, size_t len_bytes)
{
    bool urc = mc_at_urc_kind(line) != MC_AT_URC_NONE;
    bool mine = at->current && owns_prefix(at->current, line);
    bool at_mine = at->current && (at->executing == at->current || at->current->informed);
    struct at_command *ghost = at_mine ? NULL : ghost_owner(at, line);
    if (mine && (!ghost || urc)) {
        take_own_info(at, line, len_bytes);
        at->current->certain = at->current->certain || !urc;
        at->current->informed = at->current->certain;
        return true;
    }
    if (urc)
        return false; /* a message that also comes unasked proves nothing about a ghost, and must not be swallowed for
                         one */
    if (ghost) {
        at_trace(at, MC_AT_LATE, line);
        set_executing(at, ghost);
        return true;
    }
    if (at->n_ghosts > 0 && !at_mine && bare_ghost(at)) {
        at_trace(at, MC_AT_LATE, line);
        return true;
    }
    if (at->current && (at->current->flags & MC_AT_BARE)) {
        take_own_info(at, line, len_bytes);
        at->current->informed = true;
        return true;
    }
    return false;
}

/* --- Final result codes
 * -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    enum mc_at_result result;
    bool numbered; /* something follows: a code */
    bool call;     /* about a data call: final for a command that dials only */
} finals[] = {
    {"OK", MC_AT_OK, false, false},
    {"ERROR", MC_AT_ERROR, false, false},
    {"+CME ERROR:", MC_AT_CME, true, false},
    {"+CMS ERROR:", MC_AT_CMS, true, false},
    {"CONNECT", MC_AT_CONNECT, false, true},
    {"CONNECT ", MC_AT_CONNECT, true, true},
    {"NO CARRIER", MC_AT_NO_CARRIER, false, true},
    {"BUSY", MC_AT_BUSY, false, true},
    {"NO ANSWER", MC_AT_NO_ANSWER, false, true},
    {"NO DIALTONE", MC_AT_NO_DIALTONE, false, true},
    {"NO DIAL TONE", MC_AT_NO_DIALTONE, false, true},
};

static int find_final(const char *line)
{
    if (!memchr("OE+CNB", line[0], 6))
        return -1;
    for (size_t i = 0; i < MC_LENGTH_OF(finals); i++) {
        size_t len_bytes = strlen(finals[i].text);
        if (strncmp(line, finals[i].text, len_bytes) == 0 && (finals[i].numbered || line[len_bytes] == '\0'))
            return (int)i;
    }
    return -1;
}

enum mc_at_result mc_at_final(const char *line)
{
    int i = find_final(line);
    return i < 0 ? MC_AT_RESULT_COUNT : finals[i].result;
}

/* AT+CMEE=1 asks for numbers; a modem that gives the words of 27.007, 9.2 all the same means the same. */
static int error_code(enum mc_at_result result, const char *line)
{
    int32_t cme;
    if (result == MC_AT_CME)
        return mc_at_parse_cme(line, &cme) == 0 ? cme : -1;
    if (result != MC_AT_CMS)
        return -1;
    const char *p = strchr(line, ':') + 1;
    char *end;
    while (*p == ' ')
        p++;
    long code = strtol(p, &end, 10);
    return end != p && *end == '\0' && code >= 0 && code <= 0xffff ? (int)code : -1;
}

static struct at_command *first_ghost(const struct mc_at *at, unsigned with, unsigned without)
{
    for (size_t i = 0; i < at->n_ghosts; i++)
        if ((at->ghosts[i]->flags & with) == with && !(at->ghosts[i]->flags & without))
            return at->ghosts[i];
    return NULL;
}

static struct at_command *owner_of_call_result(const struct mc_at *at)
{
    if (at->current && (at->current->flags & MC_AT_DIALS))
        return at->current;
    return first_ghost(at, MC_AT_DIALS, 0);
}

/* Did all ghosts ask what the command in flight asks? (A probe always has its line before its OK: it does not count
 * here.) */
static bool all_twins(const struct mc_at *at)
{
    for (size_t i = 0; i < at->n_ghosts; i++)
        if (!(at->ghosts[i]->flags & AT_PROBE) && !at_same_text(at->ghosts[i], at->current))
            return false;
    return true;
}

/* NULL: nobody's (any more). */
static struct at_command *owner_of_result(const struct mc_at *at)
{
    struct at_command *current = at->current, *ghost = first_ghost(at, 0, AT_PROBE);
    if (!current)
        return at->executing ? at->executing : ghost ? ghost : first_ghost(at, AT_PROBE, 0);
    if (at->executing == current || current->informed)
        return current;
    if (at->executing && ((at->executing->flags & AT_PROBE) || !all_twins(at)))
        return at->executing;
    if (current->flags & AT_PROBE)
        return ghost;
    return all_twins(at) ? current : ghost;
}

/*
 * A ghost asked the same thing: the answer may be the ghost's as well. So everything up to that ghost is over, and the
 * command in flight takes the ghost's place: its own answer may still come.
 */
static bool trade_places(struct mc_at *at)
{
    for (size_t i = 0; i < at->n_ghosts && at->executing != at->current; i++) {
        if (at_same_text(at->ghosts[i], at->current)) {
            at_drop_ghosts(at, i + 1);
            at->current->owed = true;
            return true;
        }
    }
    return false;
}

static void take_late_result(struct mc_at *at, struct at_command *ghost, const char *line, bool connect)
{
    at->stats.late_answers++;
    at_trace(at, MC_AT_LATE, line);
    if (ghost)
        at_drop_ghosts(at, ghost_index(at, ghost) + 1);
    if (connect) /* the modem has gone to data mode for nobody: whoever owns the line must know */
        at_give_urc(at, line);
}

static bool take_final(struct mc_at *at, const char *line)
{
    int i = find_final(line);
    if (i < 0)
        return false;
    enum mc_at_result result = finals[i].result;
    at_expire_ghosts(at);
    struct at_command *owner = finals[i].call ? owner_of_call_result(at) : owner_of_result(at);
    if (!owner && finals[i].call)
        return false;
    if (!owner || owner != at->current) {
        take_late_result(at, owner, line, result == MC_AT_CONNECT);
        return true;
    }
    at_trace(at, MC_AT_RECEIVED, line);
    if (finals[i].call || (!trade_places(at) && (at->current->certain || at->executing == at->current)))
        at_drop_ghosts(at, at->n_ghosts);
    at->executing = NULL;
    at->data_mode = result == MC_AT_CONNECT;
    at_finish(at, result, error_code(result, line), line);
    return true;
}

void at_take_line(struct mc_at *at, const char *line, size_t len_bytes)
{
    at->heard = true;
    if (take_echo(at, line, len_bytes) || take_final(at, line) || take_info(at, line, len_bytes))
        return;
    if (at->n_ghosts > 0 && mc_at_is_reboot_urc(line))
        at_drop_ghosts(at, at->n_ghosts); /* a modem that has just started owes no answers */
    at_give_urc(at, line);
}
