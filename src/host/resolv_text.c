/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/host/resolv_text.h>

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NO_FILE    " (there was no file)"
#define NO_NEWLINE " (without a line's end before)"

static size_t line_length(const char *line)
{
    const char *end = strchr(line, '\n');

    return end != NULL ? (size_t)(end - line) + 1 : strlen(line);
}

static bool starts(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

static bool has(const char *line, const char *word)
{
    const char *at = strstr(line, word);

    return at != NULL && (size_t)(at - line) < line_length(line);
}

bool mc_resolv_next(const char **at, char *out, size_t out_bytes)
{
    while (**at != '\0') {
        const char *line = *at;
        size_t len;

        *at += line_length(line);
        if (!starts(line, "nameserver") || (line[10] != ' ' && line[10] != '\t'))
            continue;
        line += 10;
        line += strspn(line, " \t");
        len = strcspn(line, " \t\r\n");
        if (len == 0 || len >= out_bytes)
            continue;
        memcpy(out, line, len);
        out[len] = '\0';
        return true;
    }
    return false;
}

/* The marked lines: "# microcatd NAME: the servers of ppp0" and "# microcatd NAME: end". */
static int marks(const char *owner, char *begin, char *end, size_t bytes)
{
    snprintf(end, bytes, "# microcatd %.60s: end\n", owner);
    return snprintf(begin, bytes, "# microcatd %.60s: the servers of ", owner);
}

/* Where the block that begins at @line ends. Where somebody took the last mark away, only servers are still ours. */
static const char *block_end(const char *line, const char *end_mark)
{
    const char *end = strstr(line, end_mark);

    if (end != NULL && end[-1] == '\n')
        return end + strlen(end_mark);
    line += line_length(line);
    while (starts(line, "nameserver"))
        line += line_length(line);
    return line;
}

int mc_resolv_without(const char *text, const char *owner, char **ret_text, bool *ret_remove)
{
    char begin[128], end[128], *out = malloc(strlen(text) + 1);
    bool created = false, found = false;
    size_t len = 0;

    if (out == NULL)
        return -ENOMEM;
    marks(owner, begin, end, sizeof(begin));
    for (const char *line = text; *line != '\0';) {
        if (!starts(line, begin)) {
            memcpy(out + len, line, line_length(line));
            len += line_length(line);
            line += line_length(line);
            continue;
        }
        const char *after = block_end(line, end);

        found = true;
        created |= has(line, NO_FILE);
        if (has(line, NO_NEWLINE) && len > 0 && out[len - 1] == '\n' && *after == '\0') /* else lines would join */
            len--;
        line = after;
    }
    out[len] = '\0';
    *ret_text = out;
    if (ret_remove != NULL)
        *ret_remove = created && len == 0;
    return found;
}

static bool is_in(const char *text, const char *server, size_t *ret_servers)
{
    char other[64];
    bool found = false;

    *ret_servers = 0;
    while (mc_resolv_next(&text, other, sizeof(other))) {
        ++*ret_servers;
        found |= strcmp(other, server) == 0;
    }
    return found;
}

/* Our "nameserver" lines. How many there are. */
static int server_lines(const char *text, const struct mc_resolv_block *block, char *out, size_t bytes)
{
    size_t len = 0, others;
    int n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < block->n_servers && n < MC_RESOLV_SERVERS_MAX; i++) {
        bool known = is_in(text, block->servers[i], &others);

        if (!block->first && (known || others + (size_t)n >= MC_RESOLV_SERVERS_MAX))
            continue;
        len += (size_t)snprintf(out + len, bytes - len, "nameserver %.60s\n", block->servers[i]);
        n++;
    }
    return n;
}

int mc_resolv_with(const char *text, const struct mc_resolv_block *block, char **ret_text)
{
    char begin[128], end[128], lines[MC_RESOLV_SERVERS_MAX * 80];
    int n = server_lines(text, block, lines, sizeof(lines));
    bool open_end = *text != '\0' && text[strlen(text) - 1] != '\n';
    bool behind = !block->first;
    int r;

    marks(block->owner, begin, end, sizeof(begin));
    if (n == 0)
        r = asprintf(ret_text, "%s", text);
    else
        r = asprintf(ret_text, "%s%s%s%.15s%s%s\n%s%s%s", behind ? text : "", behind && open_end ? "\n" : "", begin,
                     block->ifname, block->no_file ? NO_FILE : "", behind && open_end ? NO_NEWLINE : "", lines, end,
                     behind ? "" : text);
    return r < 0 ? -ENOMEM : n;
}

bool mc_resolv_others_are_dead(const char *text, const char *const *ours, size_t n_ours, mc_resolv_reach_fn *reach,
                               const char *ifname)
{
    char address[64];
    bool any = false;

    while (mc_resolv_next(&text, address, sizeof(address))) {
        bool is_ours = false;

        for (size_t i = 0; i < n_ours; i++)
            is_ours |= strcmp(ours[i], address) == 0;
        if (is_ours)
            continue;
        any = true;
        if (reach(address, ifname))
            return false;
    }
    return any;
}
