/* SPDX-License-Identifier: MIT */
/*
 * The way from the host in command mode: bytes are echoed as they come, up to CR (seed log: "AT\r" then "\r\n" +
 * response; a LF is swallowed), and a line is run when its CR is in.
 *
 * While a command runs, input is still echoed, but only one line is kept; when its turn comes the modem echoes it once
 * more. That is what the seed's second transcript shows around AT+CFUN=4.
 */
#include "internal.h"
#include <stdio.h>
#include <string.h>

static void start(struct sim_channel *c, const char *line);

static const char *skip_to_at(const char *line)
{
    for (; *line; line++)
        if ((line[0] | 0x20) == 'a' && (line[1] | 0x20) == 't')
            return line;
    return NULL;
}

static struct sim_rule *rule_for(struct sim_board *b, const char *line)
{
    for (size_t i = 0; i < SIM_RULES; i++) {
        struct sim_rule *rule = &b->rules[i];

        if (rule->left != 0 && (strcmp(rule->match, "*") == 0 || !strncasecmp(line, rule->match, strlen(rule->match))))
            return rule;
    }
    return NULL;
}

/* Applies a fault rule; returns what it adds to the command's time. */
static int judge(struct sim_channel *c)
{
    struct sim_rule *rule = rule_for(c->board, c->command);

    c->ruled = rule != NULL;
    if (!rule)
        return 0;
    c->verdict = rule->kind;
    c->verdict_text = rule->text;
    if (rule->left > 0)
        rule->left--;
    return rule->kind == SIM_RULE_LATE ? rule->ms : 0;
}

static void malformed(struct sim_channel *c)
{
    struct sim_board *b = c->board;
    const char *name = c->request.row ? c->request.row->name : "";

    sim_info(b, "%s%s,\"},-\x80,,", name, *name == '+' ? ":" : "");
    sim_final(b, SIM_OK);
}

/* Another legal answer than the board would give. */
static void answered(struct sim_channel *c)
{
    struct sim_board *b = c->board;
    int code;

    if (sscanf(c->verdict_text, "CME %d", &code) == 1) {
        sim_final(b, code);
        return;
    }
    sim_info(b, "%s", c->verdict_text);
    sim_final(b, SIM_OK);
}

static int run(struct sim_channel *c)
{
    struct sim_board *b = c->board;
    struct sim_request *request = &c->request;

    if (!request->row || !(request->row->forms & request->form) || (request->row->there && !request->row->there(b)))
        return SIM_ERROR;
    if (request->form == SIM_FORM_TEST) {
        if (request->row->test)
            sim_info(b, "%s: %s", request->row->name, request->row->test);
        return SIM_OK;
    }
    if (request->row->needs >= SIM_NEEDS_CARD && !b->profile.sim_present)
        return 10;
    if (request->row->needs >= SIM_NEEDS_CARD && !b->sim_usable)
        return b->cfun == 0 ? 13 : 14;
    if (request->row->needs >= SIM_NEEDS_PIN && !b->sim_unlocked)
        return b->puk_tries == 0 ? 13 : b->pin_tries == 0 ? 12 : 11;
    return request->row->handler(b, request);
}

/* Somebody's command is on, or none. */
static void work(struct sim_board *b)
{
    bool on = false;

    for (int i = 0; i <= SIM_MUX_DLCIS; i++)
        on |= mc_timer_armed(&b->channels[i].command_timer);
    sim_work(b, SIM_WORK_COMMAND, on);
}

static void finish(struct sim_channel *c)
{
    work(c->board);
    if (c->line_waits && c->board->power == SIM_POWER_ON && sim_channel_listens(c)) {
        char line[SIM_LINE_MAX];

        c->line_waits = false;
        memcpy(line, c->waiting, sizeof(line));
        if (c->echo) {
            sim_channel_out(c, line, strlen(line));
            sim_channel_out(c, "\r", 1);
        }
        start(c, line);
    }
    c->line_waits = c->line_waits && mc_timer_armed(&c->command_timer);
}

/* Of the first command of @text, up to its semicolon. One in quotes is text, and in a dial string it means a voice call
 * (V.250, 5.4; 27.007, 6.2). */
static size_t command_length(const struct sim_channel *c, const char *text)
{
    bool quoted = false;
    size_t len = 0;

    if (c->board->profile.joined_commands == SIM_JOINED_NONE || (*text | 0x20) == 'd')
        return strlen(text);
    for (; text[len] && (quoted || text[len] != ';'); len++)
        quoted ^= text[len] == '"';
    return len;
}

/* The next command of the running line, which begins with @text. */
static void start_command(struct sim_channel *c, const char *text)
{
    struct sim_board *b = c->board;
    size_t len = command_length(c, text);
    int delay_ms;

    c->rest = text[len] && text[len + 1] && b->profile.joined_commands == SIM_JOINED_ALL ? text + len + 1 : NULL;
    snprintf(c->command, sizeof(c->command), "AT%.*s", (int)len, text);
    if (!sim_request_parse(&c->request, c->command))
        b->counters.unknown++;
    delay_ms = sim_latency_ms(b, SIM_LATENCY_COMMAND);
    if (c->request.row && c->request.row->latency && (c->request.form & (SIM_FORM_EXEC | SIM_FORM_WRITE)))
        delay_ms = c->request.row->latency(b, &c->request);
    delay_ms += judge(c);
    mc_timer_arm(&c->command_timer, b->queue, delay_ms);
}

/* A line of several commands is done one after another, each with its information text, up to the first that fails;
 * there is one final result code for all of it (V.250, 5.4). */
static void run_command(struct sim_channel *c)
{
    int final = run(c);

    if (final != SIM_OK || !c->rest) {
        sim_final(c->board, final);
        finish(c);
        return;
    }
    sim_channel_out(c, c->answer, c->answer_len);
    start_command(c, c->rest);
}

static void on_command(void *ctx)
{
    struct sim_channel *c = ctx;
    struct sim_board *b = c->board;

    b->at = c;
    c->answer_len = 0;
    if (!c->ruled || c->verdict == SIM_RULE_LATE) {
        run_command(c);
        return;
    }
    if (c->verdict == SIM_RULE_REFUSE)
        sim_final(b, SIM_ERROR);
    else if (c->verdict == SIM_RULE_MALFORM)
        malformed(c);
    else if (c->verdict == SIM_RULE_ANSWER)
        answered(c);
    finish(c);
}

static void start(struct sim_channel *c, const char *line)
{
    struct sim_board *b = c->board;
    const char *text = skip_to_at(line);

    if (!text)
        return;
    memmove(c->running, text, strlen(text) + 1);
    b->counters.commands++;
    sim_log(b, "%.*s", (int)strcspn(c->running, "="), c->running); /* what follows may be a PIN or a password */
    start_command(c, c->running + 2);
    work(b);
}

static void line_in(struct sim_channel *c)
{
    c->line[c->line_len] = '\0';
    if (c->line_long) {
        sim_final(c->board, SIM_ERROR);
    } else if (!mc_timer_armed(&c->command_timer)) {
        start(c, c->line);
    } else if (!c->line_waits && skip_to_at(c->line)) {
        memcpy(c->waiting, c->line, c->line_len + 1);
        c->line_waits = true;
    }
    c->line_len = 0;
    c->line_long = false;
}

void sim_in_command(struct sim_channel *c, const uint8_t *data, size_t len_bytes)
{
    uint8_t echo[256];
    size_t n_echo = 0;

    c->board->at = c;
    for (size_t i = 0; i < len_bytes; i++) {
        uint8_t byte = data[i];

        if (byte == '\n')
            continue;
        if (c->echo)
            echo[n_echo++] = byte;
        if (n_echo == sizeof(echo) || (byte == '\r' && n_echo > 0)) {
            sim_channel_out(c, echo, n_echo);
            n_echo = 0;
        }
        if (byte == '\r')
            line_in(c);
        else if (byte == '\b' || byte == 0x7f)
            c->line_len -= c->line_len > 0;
        else if (c->line_len < SIM_LINE_MAX - 1)
            c->line[c->line_len++] = byte ? (char)byte : ' ';
        else
            c->line_long = true;
    }
    if (n_echo > 0)
        sim_channel_out(c, echo, n_echo);
}

void sim_in_reset(struct sim_channel *c)
{
    mc_timer_disarm(&c->command_timer);
    c->line_len = 0;
    c->line_long = c->line_waits = false;
    work(c->board);
}

void sim_in_saved(struct sim_channel *c)
{
    enum sim_results results = c->board->profile.results;

    c->echo = true;
    c->quiet = results == SIM_RESULTS_NONE;
    c->digits = results == SIM_RESULTS_DIGITS;
}

void sim_in_init(struct sim_board *b)
{
    for (int i = 0; i <= SIM_MUX_DLCIS; i++) {
        struct sim_channel *c = &b->channels[i];

        c->board = b;
        c->dlci = i;
        sim_in_saved(c);
        mc_timer_init(&c->command_timer, "sim-command", on_command, c);
    }
    b->at = &b->channels[0];
}
