/* SPDX-License-Identifier: MIT */

/* `watch` and `trace`: a line an event, a line an AT line. */

#include "render.h"
#include <string.h>
#include <time.h>

static void print_clock(FILE *out, double time_s, bool with_ms)
{
    time_t at = (time_t)time_s;
    struct tm tm;

    if (!localtime_r(&at, &tm))
        return;
    fprintf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (with_ms)
        fprintf(out, ".%03d", (int)((time_s - (double)at) * 1000.0 + 0.5) % 1000);
}

static void print_state(FILE *out, const json_t *event, const struct render_style *style)
{
    const char *fault = render_string(event, "fault.text", NULL), *text = render_string(event, "text", NULL);
    const char *to = render_string(event, "to", "?");
    double spent_s = 0;
    char spent[32];

    render_number(event, "spent_s", &spent_s);
    fprintf(out, "%s -> ", render_string(event, "from", "?"));
    render_ink(out, style, strcmp(to, "online") == 0 ? INK_GOOD : INK_BOLD, "%s", to);
    if (spent_s < 60)
        fprintf(out, " (%.1f s)", spent_s);
    else
        fprintf(out, " (%s)", render_duration(spent_s, spent, sizeof(spent)));
    if (fault)
        render_ink(out, style, INK_BAD, ": %s", fault);
    if (text && (!fault || strcmp(text, fault) != 0))
        fprintf(out, "%s%s", fault ? ", " : ": ", text);
}

static void print_event(FILE *out, const json_t *event, const struct render_style *style)
{
    const char *kind = render_string(event, "kind", ""), *text = render_string(event, "text", "");
    double time_s = 0;

    if (strcmp(kind, "status") == 0 || kind[0] == '\0')
        return;
    render_number(event, "time", &time_s);
    print_clock(out, time_s, false);
    fputc(' ', out);
    if (strcmp(kind, "state") == 0)
        print_state(out, event, style);
    else if (strcmp(kind, "step") == 0)
        render_ink(out, style, INK_DIM, "  %s", text);
    else if (strcmp(kind, "fault") == 0 && !render_get(event, "fault"))
        render_ink(out, style, INK_GOOD, "fault cleared");
    else if (strcmp(kind, "fault") == 0)
        render_ink(out, style, INK_BAD, "fault %s: %s%s%s", render_string(event, "fault.code", "?"),
                   render_string(event, "fault.text", "?"), text[0] ? ": " : "", text);
    else
        fprintf(out, "%s%s%s", strcmp(kind, "note") == 0 ? "" : kind, strcmp(kind, "note") == 0 ? "" : " ", text);
}

char *render_event(const json_t *event, const struct render_style *style)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        return NULL;
    print_event(out, event, style);
    fclose(out);
    return text;
}

static void print_trace_line(FILE *out, const json_t *line, const struct render_style *style)
{
    static const struct {
        const char *kind, *ascii, *utf8, *after;
        enum render_ink ink;
    } arrows[] = {
        {"sent", "->", "→", "", INK_BOLD},
        {"received", "<-", "←", "", INK_PLAIN},
        {"urc", "<*", "⇠", "  (by itself)", INK_BUSY},
        {"late", "<?", "⇠", "  (late: of a command given up before)", INK_BUSY},
        {"state", "==", "══", "", INK_DIM},
        {"data-begin", "==", "══", "", INK_DIM},
        {"data-end", "==", "══", "", INK_DIM},
        {"", "--", "──", "", INK_DIM},
    };
    const char *kind = render_string(line, "kind", ""), *text = render_string(line, "text", "");
    const char *channel = render_string(line, "channel", "at");
    double time_s = 0;
    size_t i = 0;

    while (arrows[i].kind[0] && strcmp(arrows[i].kind, kind) != 0)
        i++;
    render_number(line, "time", &time_s);
    print_clock(out, time_s, true);
    fprintf(out, " %s ", style->utf8 ? arrows[i].utf8 : arrows[i].ascii);
    if (strcmp(channel, "at") != 0)
        render_ink(out, style, INK_DIM, "%s: ", channel);
    render_ink(out, style, arrows[i].ink, "%s", text[0] ? text : kind);
    render_ink(out, style, INK_DIM, "%s", arrows[i].after);
    fputc('\n', out);
}

char *render_trace(const json_t *trace, const struct render_style *style)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        return NULL;
    for (size_t i = 0; i < json_array_size(trace); i++)
        print_trace_line(out, json_array_get(trace, i), style);
    fclose(out);
    return text;
}
