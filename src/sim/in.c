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

static void start(struct sim_board *b, const char *line);

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
static int judge(struct sim_board *b)
{
    struct sim_rule *rule = rule_for(b, b->command);

    b->ruled = rule != NULL;
    if (!rule)
        return 0;
    b->verdict = rule->kind;
    b->verdict_text = rule->text;
    if (rule->left > 0)
        rule->left--;
    return rule->kind == SIM_RULE_LATE ? rule->ms : 0;
}

static void malformed(struct sim_board *b)
{
    const char *name = b->request.row ? b->request.row->name : "";

    sim_info(b, "%s%s,\"},-\x80,,", name, *name == '+' ? ":" : "");
    sim_final(b, SIM_OK);
}

/* Another legal answer than the board would give. */
static void answered(struct sim_board *b)
{
    int code;

    if (sscanf(b->verdict_text, "CME %d", &code) == 1) {
        sim_final(b, code);
        return;
    }
    sim_info(b, "%s", b->verdict_text);
    sim_final(b, SIM_OK);
}

static int run(struct sim_board *b)
{
    struct sim_request *request = &b->request;

    if (!request->row || !(request->row->forms & request->form))
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

static void finish(struct sim_board *b)
{
    sim_work(b, SIM_WORK_COMMAND, false);
    if (b->line_waits && b->power == SIM_POWER_ON && b->mode != SIM_MODE_DATA) {
        char line[SIM_LINE_MAX];

        b->line_waits = false;
        memcpy(line, b->waiting, sizeof(line));
        if (b->echo) {
            sim_out(b, line, strlen(line));
            sim_out(b, "\r", 1);
        }
        start(b, line);
    }
    b->line_waits = b->line_waits && mc_timer_armed(&b->command_timer);
}

/* Of the first command of @text, up to its semicolon. One in quotes is text, and in a dial string it means a voice call
 * (V.250, 5.4; 27.007, 6.2). */
static size_t command_length(const struct sim_board *b, const char *text)
{
    bool quoted = false;
    size_t len = 0;

    if (b->profile.joined_commands == SIM_JOINED_NONE || (*text | 0x20) == 'd')
        return strlen(text);
    for (; text[len] && (quoted || text[len] != ';'); len++)
        quoted ^= text[len] == '"';
    return len;
}

/* The next command of the running line, which begins with @text. */
static void start_command(struct sim_board *b, const char *text)
{
    size_t len = command_length(b, text);
    int delay_ms;

    b->rest = text[len] && text[len + 1] && b->profile.joined_commands == SIM_JOINED_ALL ? text + len + 1 : NULL;
    snprintf(b->command, sizeof(b->command), "AT%.*s", (int)len, text);
    if (!sim_request_parse(&b->request, b->command))
        b->counters.unknown++;
    delay_ms = sim_latency_ms(b, SIM_LATENCY_COMMAND);
    if (b->request.row && b->request.row->latency && (b->request.form & (SIM_FORM_EXEC | SIM_FORM_WRITE)))
        delay_ms = b->request.row->latency(b, &b->request);
    delay_ms += judge(b);
    mc_timer_arm(&b->command_timer, b->queue, delay_ms);
}

/* A line of several commands is done one after another, each with its information text, up to the first that fails;
 * there is one final result code for all of it (V.250, 5.4). */
static void run_command(struct sim_board *b)
{
    int final = run(b);

    if (final != SIM_OK || !b->rest) {
        sim_final(b, final);
        finish(b);
        return;
    }
    sim_out(b, b->answer, b->answer_len);
    start_command(b, b->rest);
}

static void on_command(void *ctx)
{
    struct sim_board *b = ctx;

    b->answer_len = 0;
    if (!b->ruled || b->verdict == SIM_RULE_LATE) {
        run_command(b);
        return;
    }
    if (b->verdict == SIM_RULE_REFUSE)
        sim_final(b, SIM_ERROR);
    else if (b->verdict == SIM_RULE_MALFORM)
        malformed(b);
    else if (b->verdict == SIM_RULE_ANSWER)
        answered(b);
    finish(b);
}

static void start(struct sim_board *b, const char *line)
{
    const char *text = skip_to_at(line);

    if (!text)
        return;
    memmove(b->running, text, strlen(text) + 1);
    b->counters.commands++;
    sim_log(b, "%.*s", (int)strcspn(b->running, "="), b->running); /* what follows may be a PIN or a password */
    sim_work(b, SIM_WORK_COMMAND, true);
    start_command(b, b->running + 2);
}

static void line_in(struct sim_board *b)
{
    b->line[b->line_len] = '\0';
    if (b->line_long) {
        sim_final(b, SIM_ERROR);
    } else if (!mc_timer_armed(&b->command_timer)) {
        start(b, b->line);
    } else if (!b->line_waits && skip_to_at(b->line)) {
        memcpy(b->waiting, b->line, b->line_len + 1);
        b->line_waits = true;
    }
    b->line_len = 0;
    b->line_long = false;
}

void sim_in_command(struct sim_board *b, const uint8_t *data, size_t len_bytes)
{
    uint8_t echo[256];
    size_t n_echo = 0;

    for (size_t i = 0; i < len_bytes; i++) {
        uint8_t c = data[i];

        if (c == '\n')
            continue;
        if (b->echo)
            echo[n_echo++] = c;
        if (n_echo == sizeof(echo) || (c == '\r' && n_echo > 0)) {
            sim_out(b, echo, n_echo);
            n_echo = 0;
        }
        if (c == '\r')
            line_in(b);
        else if (c == '\b' || c == 0x7f)
            b->line_len -= b->line_len > 0;
        else if (b->line_len < SIM_LINE_MAX - 1)
            b->line[b->line_len++] = c ? (char)c : ' ';
        else
            b->line_long = true;
    }
    if (n_echo > 0)
        sim_out(b, echo, n_echo);
}

void sim_in_reset(struct sim_board *b)
{
    mc_timer_disarm(&b->command_timer);
    b->line_len = 0;
    b->line_long = b->line_waits = false;
    sim_work(b, SIM_WORK_COMMAND, false);
}

void sim_in_init(struct sim_board *b)
{
    mc_timer_init(&b->command_timer, "sim-command", on_command, b);
}
