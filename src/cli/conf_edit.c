/* SPDX-License-Identifier: MIT */
#include "conf_edit.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS    " \t\r\v\f" /* what the reader strips */
#define BYTE_MARK "\xEF\xBB\xBF"

struct place {
    size_t from, to; /* what is replaced; the same: nothing, it is put in */
    int rank;        /* the higher, the better; 0: nowhere */
};
enum { NOWHERE, SECTION, COMMENTED, SET };

static bool is_section(const char *line, const char *name)
{
    size_t len = strlen(name);
    return line[0] == '[' && strncmp(line + 1, name, len) == 0 && line[1 + len] == ']';
}

/* "Key=", "Key =" or, for the reader the same, "Key:", behind white space; @commented: with a mark in front of it. */
static bool is_key(const char *line, const char *key, bool commented)
{
    size_t len = strlen(key);

    line += strspn(line, BLANKS);
    if (commented && *line != '#' && *line != ';')
        return false;
    line += commented;
    if (strncmp(line, key, len) != 0)
        return false;
    line += len;
    line += strspn(line, BLANKS);
    return *line == '=' || *line == ':';
}

static void better(struct place *place, int rank, size_t from, size_t to)
{
    if (rank >= place->rank) /* of several that are set the last one counts */
        *place = (struct place){from, to, rank};
}

static struct place find(const char *text, const char *section, const char *key)
{
    struct place place = {0};
    bool inside = false;

    for (size_t at = strncmp(text, BYTE_MARK, 3) == 0 ? 3 : 0; text[at];) {
        const char *line = text + at;
        size_t end = at + strcspn(line, "\n"), next = end + (text[end] == '\n');
        size_t blank = strspn(line, BLANKS);

        if (line[blank] == '[')
            inside = is_section(line + blank, section);
        if (inside && is_key(line, key, false))
            better(&place, SET, at, next);
        else if (inside && is_key(line, key, true))
            better(&place, COMMENTED, at, next);
        else if (inside && line[blank] != '\n' && line[blank] != '\0') /* behind the last line that is not empty */
            better(&place, SECTION, next, next);
        at = next;
    }
    return place;
}

bool conf_edit_is_set(const char *text, const char *section, const char *key)
{
    return find(text, section, key).rank == SET;
}

char *conf_edit_set(const char *text, const char *section, const char *key, const char *value)
{
    struct place place = find(text, section, key);
    size_t len = strlen(text);
    char *out = NULL;
    int r;

    if (place.rank == NOWHERE) {
        const char *gap = len == 0 ? "" : text[len - 1] == '\n' ? "\n" : "\n\n";
        r = asprintf(&out, "%s%s[%s]\n%s=%s\n", text, gap, section, key, value);
    } else {
        const char *gap = place.from > 0 && text[place.from - 1] != '\n' ? "\n" : "";
        r = asprintf(&out, "%.*s%s%s=%s\n%s", (int)place.from, text, gap, key, value, text + place.to);
    }
    return r < 0 ? NULL : out;
}
