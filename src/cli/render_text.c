/* SPDX-License-Identifier: MIT */
#include "render.h"
#include <microcat/base/parse.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void render_ink(FILE *out, const struct render_style *style, enum render_ink ink, const char *fmt, ...)
{
    static const char *const codes[] = {
        [INK_PLAIN] = "", [INK_BOLD] = "1", [INK_DIM] = "2", [INK_GOOD] = "32", [INK_BUSY] = "33", [INK_BAD] = "31",
    };
    va_list args;

    if (style->colour && ink != INK_PLAIN)
        fprintf(out, "\033[%sm", codes[ink]);
    va_start(args, fmt);
    vfprintf(out, fmt, args);
    va_end(args);
    if (style->colour && ink != INK_PLAIN)
        fputs("\033[0m", out);
}

int render_width(const char *text)
{
    int width = 0;

    for (; *text; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}

/* Behind an escape sequence for a colour, or @text itself. */
static const char *skip_ink(const char *text)
{
    if (text[0] != '\033')
        return text;
    text += strcspn(text, "m");
    return text + (*text != '\0');
}

/* Where the line at @text is parted to fit into @columns: at the beginning of the blanks; NULL: it fits. */
static const char *part(const char *text, int columns, int indent)
{
    const char *wide = NULL, *any = NULL;
    int width = 0;

    while (*text && *text != '\n') {
        const char *next = skip_ink(text);

        if (next != text) {
            text = next;
            continue;
        }
        if (width > indent && *text == ' ' && text[-1] != ' ') {
            any = text;
            if (text[1] == ' ' && width > columns / 2)
                wide = text;
        }
        width += (*text++ & 0xc0) != 0x80;
        if (width > columns && any) /* a word that is longer than a line stays whole */
            return wide ? wide : any;
    }
    return NULL;
}

char *render_fold(char *text, int columns, int indent)
{
    const char *line = text, *end;
    char *folded = NULL;
    size_t len = 0;
    FILE *out;

    if (!text || columns <= 0)
        return text;
    out = open_memstream(&folded, &len);
    if (!out)
        return text;
    for (int margin = 0; *line;) {
        const char *at = part(line, columns - margin, margin ? 0 : indent);

        end = at ? at : line + strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n');
        fprintf(out, "%*s%.*s", margin, "", (int)(end - line), line);
        margin = 0;
        if (at) {
            fputc('\n', out);
            end += strspn(end, " ");
            margin = indent;
        }
        line = end;
    }
    fclose(out);
    free(text);
    return folded;
}

const json_t *render_get(const json_t *object, const char *path)
{
    char key[64];

    while (object && *path) {
        size_t len = strcspn(path, ".");

        if (len >= sizeof(key))
            return NULL;
        memcpy(key, path, len);
        key[len] = '\0';
        object = json_object_get(object, key);
        path += len + (path[len] == '.');
    }
    return object && !json_is_null(object) ? object : NULL;
}

const char *render_string(const json_t *object, const char *path, const char *otherwise)
{
    const json_t *value = render_get(object, path);

    return json_is_string(value) ? json_string_value(value) : otherwise;
}

bool render_number(const json_t *object, const char *path, double *ret_value)
{
    const json_t *value = render_get(object, path);

    if (!json_is_number(value))
        return false;
    *ret_value = json_number_value(value);
    return true;
}

bool render_true(const json_t *object, const char *path)
{
    return json_is_true(render_get(object, path));
}

const char *render_duration(double seconds, char *out, size_t out_bytes)
{
    mc_format_duration(seconds > 0 ? (int64_t)(seconds * 1000.0 + 0.5) : 0, out, out_bytes);
    return out;
}

const char *render_moment(double time_s, double now_s, char *out, size_t out_bytes)
{
    time_t at = (time_t)time_s, now = (time_t)now_s, day_ago = now - 24 * 3600;
    struct tm tm, today, yesterday;

    if (!localtime_r(&at, &tm) || !localtime_r(&now, &today) || !localtime_r(&day_ago, &yesterday)) {
        snprintf(out, out_bytes, "?");
        return out;
    }
    if (tm.tm_year == today.tm_year && tm.tm_yday == today.tm_yday)
        strftime(out, out_bytes, "%H:%M:%S", &tm);
    else if (tm.tm_year == yesterday.tm_year && tm.tm_yday == yesterday.tm_yday)
        strftime(out, out_bytes, "yesterday %H:%M", &tm);
    else if (tm.tm_year == today.tm_year)
        strftime(out, out_bytes, "%e %b %H:%M", &tm);
    else
        strftime(out, out_bytes, "%Y-%m-%d %H:%M", &tm);
    return out[0] == ' ' ? out + 1 : out;
}

const char *render_remedy_done(const char *remedy)
{
    static const struct {
        const char *remedy, *done;
    } words[] = {
        {"redial", "redialled"},
        {"reattach", "attached anew"},
        {"radio-cycle", "radio switched off and on"},
        {"reset", "modem reset"},
        {"power-cycle", "power switched off and on"},
        {"look", "came back by itself"},
        {"hold", "waited for a person"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].remedy, remedy) == 0)
            return words[i].done;
    return remedy;
}

/* A daemon that is young and has met no outage: a share of its few seconds would say nothing true. */
static bool no_outage_yet(const json_t *reply)
{
    const json_t *last = json_object_get(reply, "last_outage"), *now = json_object_get(reply, "outage");

    return json_is_null(last) && json_is_null(now);
}

void render_availability(FILE *out, const json_t *reply, const char *before, const char *after)
{
    double share, over_s = 0;
    char span[32] = "24 h";

    if (!render_number(reply, "availability_24h", &share))
        return;
    if (render_number(reply, "availability_over_s", &over_s) && over_s < 24 * 3600)
        render_duration(over_s, span, sizeof(span));
    if (over_s < 24 * 3600 && share > 0 && no_outage_yet(reply)) {
        char until[32];

        fprintf(out, "%sOnline %s after the start, and no outage since%s\n", before,
                render_duration(over_s * (1.0 - share), until, sizeof(until)), after);
        return;
    }
    if (share > 0 && share < 1.0) /* never rounded to all or nothing */
        share = share > 0.9999 ? 0.9999 : share < 0.0001 ? 0.0001 : share;
    fprintf(out, "%sOnline %.*f %% of the last %s%s\n", before, share > 0 && share < 1.0 ? 2 : 0, share * 100.0, span,
            after);
}
