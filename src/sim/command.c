/* SPDX-License-Identifier: MIT */
/* The modem's commands as a table, what a command line is made of, and the words that end an answer. */
#include "internal.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { E = SIM_FORM_EXEC, R = SIM_FORM_READ, T = SIM_FORM_TEST, W = SIM_FORM_WRITE };

/* Sorted by name; forms and scopes as in the SIM767XX manual. */
static const struct sim_command table[] = {
    {"", E, SIM_NEEDS_NOTHING, sim_cmd_at},
    {"+CBC", E, SIM_NEEDS_NOTHING, sim_cmd_cbc},
    {"+CEER", E | T, SIM_NEEDS_NOTHING, sim_cmd_ceer},
    {"+CEREG", R | T | W, SIM_NEEDS_NOTHING, sim_cmd_cereg, NULL, "(0-2)"},
    {"+CESQ", E | T, SIM_NEEDS_NOTHING, sim_cmd_cesq, NULL, "(99),(99),(255),(255),(0-34,255),(0-97,255)"},
    {"+CFUN", R | T | W, SIM_NEEDS_NOTHING, sim_cmd_cfun, sim_latency_cfun, "(0,1,4,6,7),(0-1)"},
    {"+CGACT", R | T | W, SIM_NEEDS_PIN, sim_cmd_cgact, sim_latency_cgact, "(0,1)"},
    {"+CGATT", R | T | W, SIM_NEEDS_PIN, sim_cmd_cgatt, sim_latency_cgatt, "(0,1)"},
    {"+CGAUTH", R | T | W, SIM_NEEDS_NOTHING, sim_cmd_cgauth, sim_latency_write, "(1-5),(0-2),64,64"},
    {"+CGCONTRDP", E | T | W, SIM_NEEDS_PIN, sim_cmd_cgcontrdp},
    {"+CGDCONT", R | T | W, SIM_NEEDS_NOTHING, sim_cmd_cgdcont, sim_latency_write, "(1-5),\"IP\",,,(0),(0)"},
    {"+CGMI", E | T, SIM_NEEDS_NOTHING, sim_cmd_cgmi},
    {"+CGMM", E | T, SIM_NEEDS_NOTHING, sim_cmd_cgmm},
    {"+CGMR", E | T, SIM_NEEDS_NOTHING, sim_cmd_cgmr},
    {"+CGPADDR", E | T | W, SIM_NEEDS_PIN, sim_cmd_cgpaddr, NULL, "(1-5)"},
    {"+CGREG", R | T | W, SIM_NEEDS_NOTHING, sim_cmd_cgreg, NULL, "(0-2)"},
    {"+CGSN", E | T, SIM_NEEDS_NOTHING, sim_cmd_cgsn},
    {"+CICCID", E | T, SIM_NEEDS_CARD, sim_cmd_ciccid},
    {"+CIMI", E | T, SIM_NEEDS_PIN, sim_cmd_cimi},
    {"+CMEE", R | T | W, SIM_NEEDS_NOTHING, sim_cmd_cmee, NULL, "(0-2)"},
    {"+CMUX", R | T | W, SIM_NEEDS_NOTHING, sim_cmd_cmux, NULL, "(0),(0),(1-6),(1-1500)", sim_there_cmux},
    {"+COPS", R | W, SIM_NEEDS_PIN, sim_cmd_cops, sim_latency_cops},
    {"+CPIN", R | T | W, SIM_NEEDS_NOTHING, sim_cmd_cpin, sim_latency_cpin},
    {"+CPMUTEMP", E | T, SIM_NEEDS_NOTHING, sim_cmd_cpmutemp},
    {"+CPOF", E | T, SIM_NEEDS_NOTHING, sim_cmd_cpof},
    {"+CPSI", R | T, SIM_NEEDS_NOTHING, sim_cmd_cpsi, NULL, "(0-255)"},
    {"+CREG", R | T | W, SIM_NEEDS_NOTHING, sim_cmd_creg, NULL, "(0-2)"},
    {"+CRESET", E | T, SIM_NEEDS_NOTHING, sim_cmd_creset},
    {"+CSQ", E | T, SIM_NEEDS_NOTHING, sim_cmd_csq, NULL, "(0-31,99),(0-7,99)"},
    {"+IFC", R | T | W, SIM_NEEDS_NOTHING, sim_cmd_ifc, NULL, "(0,2),(0,2)"},
    {"+IPR", R | T | W, SIM_NEEDS_NOTHING, sim_cmd_ipr, NULL,
     "(0,300,600,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800)"},
    {"+IPREX", R | T | W, SIM_NEEDS_NOTHING, sim_cmd_iprex, NULL,
     "(0,300,600,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800)"},
    {"+SPIC", E | T, SIM_NEEDS_CARD, sim_cmd_spic},
    {"D", E, SIM_NEEDS_NOTHING, sim_cmd_dial, sim_latency_dial},
    {"E", E, SIM_NEEDS_NOTHING, sim_cmd_results},
    {"H", E, SIM_NEEDS_NOTHING, sim_cmd_hangup},
    {"I", E, SIM_NEEDS_NOTHING, sim_cmd_ati},
    {"O", E, SIM_NEEDS_NOTHING, sim_cmd_online},
    {"Q", E, SIM_NEEDS_NOTHING, sim_cmd_results},
    {"V", E, SIM_NEEDS_NOTHING, sim_cmd_results},
};

const struct sim_command *sim_command_find(const char *name)
{
    size_t low = 0, high = MC_LENGTH_OF(table);

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(name, table[middle].name);

        if (order == 0)
            return &table[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Splits "1,\"IP\",,\"a,b\"" in place. */
static void split_args(struct sim_request *request, char *text)
{
    char *out = text;

    request->args[request->n_args++] = out;
    for (bool quoted = false; *text; text++) {
        if (*text == '"') {
            quoted = !quoted;
        } else if (*text == ',' && !quoted) {
            *out++ = '\0';
            if (request->n_args == SIM_ARGS)
                return;
            request->args[request->n_args++] = out;
        } else if (*text != ' ' || quoted) {
            *out++ = *text;
        }
    }
    *out = '\0';
}

static enum sim_form form_of(const char *text)
{
    if (!strcmp(text, "?"))
        return SIM_FORM_READ;
    if (!strcmp(text, "=?"))
        return SIM_FORM_TEST;
    return *text == '=' ? SIM_FORM_WRITE : SIM_FORM_EXEC;
}

bool sim_request_parse(struct sim_request *request, const char *line)
{
    char name[24];
    size_t len;

    request->n_args = 0;
    request->row = NULL;
    line += 2;
    len = isalpha((unsigned char)*line) ? 1 : strcspn(line, "=?");
    if (len >= sizeof(name))
        return false;
    for (size_t i = 0; i < len; i++)
        name[i] = (char)toupper((unsigned char)line[i]);
    name[len] = '\0';
    request->row = sim_command_find(name);
    request->text = line + len;
    request->form = len == 1 ? SIM_FORM_EXEC : form_of(request->text);
    if (request->form == SIM_FORM_WRITE) {
        memcpy(request->copy, request->text + 1, strlen(request->text));
        split_args(request, request->copy);
    }
    return request->row != NULL;
}

int sim_arg(const struct sim_request *request, int index, int fallback)
{
    const char *text = index < request->n_args ? request->args[index] : "";
    char *end;
    long value;

    if (!*text)
        return fallback;
    value = strtol(text, &end, 10);
    return *end || value < 0 || value > 1000000 ? -1 : (int)value;
}

void sim_info(struct sim_board *b, const char *fmt, ...)
{
    struct sim_channel *c = b->at;
    size_t room = sizeof(c->answer) - c->answer_len;
    va_list args;
    int len;

    if (room < 8)
        return;
    if (c->answer_len == 0) {
        memcpy(c->answer, "\r\n", 2);
        c->answer_len = 2;
        room -= 2;
    }
    va_start(args, fmt);
    len = vsnprintf(c->answer + c->answer_len, room - 2, fmt, args);
    va_end(args);
    c->answer_len += len < 0 ? 0 : (size_t)len < room - 3 ? (size_t)len : room - 3;
    memcpy(c->answer + c->answer_len, "\r\n", 2);
    c->answer_len += 2;
}

static const char *cme_text(int code)
{
    static const struct {
        int code;
        const char *text;
    } texts[] = {{3, "operation not allowed"},
                 {4, "operation not supported"},
                 {10, "SIM not inserted"},
                 {11, "SIM PIN required"},
                 {12, "SIM PUK required"},
                 {13, "SIM failure"},
                 {14, "SIM busy"},
                 {15, "SIM wrong"},
                 {16, "incorrect password"},
                 {30, "no network service"},
                 {50, "Incorrect parameters"},
                 {100, "unknown"},
                 {148, "unspecified GPRS error"},
                 {149, "PDP authentication failure"}};

    for (size_t i = 0; i < MC_LENGTH_OF(texts); i++)
        if (texts[i].code == code)
            return texts[i].text;
    return "unknown";
}

/* V.250 table 1. */
static int final_digit(int final, char *out, size_t out_bytes)
{
    int digit = final == SIM_OK ? 0 : final == SIM_CONNECT ? 1 : final == SIM_NO_CARRIER ? 3 : 4;

    return snprintf(out, out_bytes, "%d\r", digit);
}

/* "+CME ERROR" only speaks up once AT+CMEE asked for it; until then it is a plain ERROR. */
static int final_text(const struct sim_board *b, int final, char *out, size_t out_bytes)
{
    if (final == SIM_OK)
        return snprintf(out, out_bytes, "\r\nOK\r\n");
    if (final == SIM_NO_CARRIER)
        return snprintf(out, out_bytes, "\r\nNO CARRIER\r\n");
    if (final == SIM_CONNECT && b->profile.connect_speed > 0)
        return snprintf(out, out_bytes, "\r\nCONNECT %d\r\n", (int)b->profile.connect_speed);
    if (final == SIM_CONNECT)
        return snprintf(out, out_bytes, "\r\nCONNECT\r\n");
    if (final == SIM_ERROR || b->cmee == 0)
        return snprintf(out, out_bytes, "\r\nERROR\r\n");
    if (b->cmee == 2)
        return snprintf(out, out_bytes, "\r\n+CME ERROR: %s\r\n", cme_text(final));
    return snprintf(out, out_bytes, "\r\n+CME ERROR: %d\r\n", final);
}

void sim_final(struct sim_board *b, int final)
{
    struct sim_channel *c = b->at;
    char text[96];

    if (final == SIM_SAID)
        return;
    if (final == SIM_OK && c->answer_len > 0)
        sim_channel_out(c, c->answer, c->answer_len);
    c->answer_len = 0;
    if (c->quiet)
        return;
    bool digit = c->digits && (final <= 0 || b->cmee == 0);
    int len = digit ? final_digit(final, text, sizeof(text)) : final_text(b, final, text, sizeof(text));
    sim_channel_out(c, text, (size_t)len);
}
