/* SPDX-License-Identifier: MIT */
#include "fields.h"
#include <ctype.h>
#include <errno.h>
#include <microcat/at/cmdline.h>
#include <stdbool.h>
#include <string.h>

/* What an extended command may begin with: V.250 has '+', manufacturers add their own. */
#define EXTENDED "+*$^%#@"
/* Basic commands of two letters (V.250: &C, &D, &F; others' \Q, \N). */
#define DOUBLES "&\\"

static char upper(char c)
{
    return (char)toupper((unsigned char)c);
}

static void put(char *out, size_t size, size_t *len, char c)
{
    if (*len + 1 < size)
        out[(*len)++] = c;
    out[*len] = '\0';
}

/* A number's zeros in front say nothing (V.250, 5.3.1 and 5.4.2.1): "E00" is E0. @begun: something of it is there. */
static bool is_idle_zero(const char *p, bool begun)
{
    return !begun && *p == '0' && isdigit((unsigned char)*at_skip_blanks(p + 1));
}

/* Up to a semicolon outside quotes; @return where that is, or the end. */
static const char *take_args(const char *p, struct mc_at_item *item)
{
    size_t len = 0;
    for (bool quoted = false; *p && (quoted || *p != ';'); p++) {
        quoted ^= *p == '"';
        if (quoted || !(*p == ' ' || *p == '\t' ||
                        (item->op == MC_AT_OP_WRITE && is_idle_zero(p, len > 0 && item->args[len - 1] != ','))))
            put(item->args, sizeof(item->args), &len, *p);
    }
    return p;
}

/* Behind a name and its blanks: "?", "=?", "=..." or nothing. */
static const char *take_op(const char *p, struct mc_at_item *item)
{
    if (*p == '?') {
        item->op = MC_AT_OP_READ;
        return p + 1;
    }
    if (*p != '=')
        return p;
    item->op = MC_AT_OP_WRITE;
    p = take_args(p + 1, item);
    if (strcmp(item->args, "?") == 0) {
        item->op = MC_AT_OP_TEST;
        item->args[0] = '\0';
    }
    return p;
}

static const char *take_extended(const char *p, struct mc_at_item *item)
{
    size_t len = 0;
    put(item->name, sizeof(item->name), &len, *p);
    for (p = at_skip_blanks(p + 1); isalnum((unsigned char)*p) || (*p && strchr("!%-./:_", *p));
         p = at_skip_blanks(p + 1))
        put(item->name, sizeof(item->name), &len, upper(*p));
    return take_op(p, item);
}

static const char *take_number(const char *p, char *out, size_t size, size_t *len)
{
    size_t begin = *len;
    for (p = at_skip_blanks(p); isdigit((unsigned char)*p); p = at_skip_blanks(p + 1))
        if (!is_idle_zero(p, *len > begin))
            put(out, size, len, *p);
    return p;
}

/* A register's value is a number (V.250, 5.3.2): what stands behind it is the next command. */
static const char *take_register(const char *p, struct mc_at_item *item, size_t len)
{
    size_t digits = 0;
    p = take_number(p, item->name, sizeof(item->name), &len);
    if (*p != '=')
        return take_op(p, item);
    item->op = MC_AT_OP_WRITE;
    p = at_skip_blanks(p + 1);
    if (*p != '?')
        return take_number(p, item->args, sizeof(item->args), &digits);
    item->op = MC_AT_OP_TEST;
    return p + 1;
}

static const char *take_basic(const char *p, struct mc_at_item *item)
{
    size_t len = 0, digits = 0;
    if (strchr(DOUBLES, *p)) {
        put(item->name, sizeof(item->name), &len, *p);
        p = at_skip_blanks(p + 1);
    }
    char letter = upper(*p);
    put(item->name, sizeof(item->name), &len, letter);
    if (letter == 'D' && len == 1)
        return take_args(p + 1, item);
    if (letter == 'S' && len == 1) /* a register: its number belongs to its name */
        return take_register(p + 1, item, len);
    p = take_number(p + 1, item->args, sizeof(item->args), &digits);
    if (digits || *p != '?')
        return p;
    item->op = MC_AT_OP_READ;
    return p + 1;
}

int mc_at_cmdline_next(const char **pos, struct mc_at_item *ret_item)
{
    const char *p = *pos + strspn(*pos, " \t;");
    *ret_item = (struct mc_at_item){.op = MC_AT_OP_EXEC};
    if (*p == '\0') {
        *pos = p;
        return 0;
    }
    const char *letter = strchr(DOUBLES, *p) ? at_skip_blanks(p + 1) : p;
    if (strchr(EXTENDED, *p))
        *pos = take_extended(p, ret_item);
    else if (isalpha((unsigned char)*letter))
        *pos = take_basic(p, ret_item);
    else
        return -EINVAL;
    return 1;
}
