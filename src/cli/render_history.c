/* SPDX-License-Identifier: MIT */

/* `history` and `info`. */

#include "render.h"
#include <string.h>
#include <time.h>

#define TEXT_COLUMN 19 /* behind time and kind */

static void print_times(FILE *out, const json_t *entry)
{
    double count = 1, last_s = 0;
    char moment[40];

    render_number(entry, "count", &count);
    if (count < 2 || strcmp(render_string(entry, "kind", ""), "outage") == 0 ||
        !render_number(entry, "last_time", &last_s))
        return;
    fprintf(out, " (%.0f times, last %s)", count, render_moment(last_s, last_s, moment, sizeof(moment)));
}

static void print_outage(FILE *out, const json_t *entry)
{
    const char *fault = render_string(entry, "fault.text", NULL), *text = render_string(entry, "text", NULL);
    const char *remedy = render_string(entry, "remedy", NULL);
    double length_s = 0, at_s = 0, last_s = 0;
    char length[32], moment[40];

    render_number(entry, "length_s", &length_s);
    render_number(entry, "time", &at_s);
    last_s = at_s + length_s;
    fprintf(out, "%s, since %s", render_duration(length_s, length, sizeof(length)),
            render_moment(at_s, last_s, moment, sizeof(moment)));
    if (fault || text)
        fprintf(out, ": %s%s%s", fault ? fault : "", fault && text ? ", " : "", text ? text : "");
    if (remedy)
        fprintf(out, ", %s", render_remedy_done(remedy));
}

static void print_entry(FILE *out, const json_t *entry, const struct render_style *style)
{
    const char *kind = render_string(entry, "kind", ""), *text = render_string(entry, "text", NULL);
    const char *state = render_string(entry, "state", ""), *code = render_string(entry, "fault.code", NULL);

    if (strcmp(kind, "outage") == 0) {
        print_outage(out, entry);
    } else if (strcmp(kind, "state") == 0) {
        render_ink(out, style, strcmp(state, "online") == 0 ? INK_GOOD : INK_BUSY, "%s", state);
        if (text)
            fprintf(out, ": %s", text);
    } else if (strcmp(kind, "fault") == 0) {
        render_ink(out, style, INK_BAD, "%s", render_string(entry, "fault.text", "?"));
        fprintf(out, " (%s)%s%s", code ? code : "?", text ? ": " : "", text ? text : "");
    } else if (text) {
        fputs(text, out);
    } else {
        fputs(strcmp(kind, "start") == 0 ? "microcatd started" : "microcatd ended", out);
    }
    print_times(out, entry);
}

static void print_day(FILE *out, time_t at, const struct render_style *style, struct tm *day)
{
    struct tm tm;

    if (!localtime_r(&at, &tm))
        return;
    if (tm.tm_year != day->tm_year || tm.tm_yday != day->tm_yday)
        render_ink(out, style, INK_BOLD, "%04d-%02d-%02d\n", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    *day = tm;
    fprintf(out, "  %02d:%02d:%02d ", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void print_sum(FILE *out, const json_t *reply)
{
    double length_s = 0, at_s = 0, now_s = 0;
    char length[32], moment[40];

    if (render_get(reply, "outage")) {
        render_number(reply, "outage.length_s", &length_s);
        render_number(reply, "outage.time", &at_s);
        render_number(reply, "time", &now_s);
        fprintf(out, "Offline since %s (%s).\n", render_moment(at_s, now_s, moment, sizeof(moment)),
                render_duration(length_s, length, sizeof(length)));
    }
    render_availability(out, reply, "", ".");
}

char *render_history(const json_t *reply, const struct render_style *style)
{
    const json_t *entries = render_get(reply, "history");
    struct tm day = {.tm_year = -1};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        return NULL;
    if (json_array_size(entries) == 0)
        fputs("Nothing has happened yet.\n", out);
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        double time_s = 0;

        /* An outage is told when it is over, where its place in the story is. */
        render_number(entry, strcmp(render_string(entry, "kind", ""), "outage") == 0 ? "last_time" : "time", &time_s);
        print_day(out, (time_t)time_s, style, &day);
        render_ink(out, style, INK_DIM, "%-7s ", render_string(entry, "kind", "?"));
        print_entry(out, entry, style);
        fputc('\n', out);
    }
    print_sum(out, reply);
    fclose(out);
    return render_fold(text, style->columns, TEXT_COLUMN);
}

static void print_value(FILE *out, const char *name, const json_t *value)
{
    if (json_is_string(value))
        fprintf(out, "  %-18s %s\n", name, json_string_value(value));
    else if (json_is_integer(value) && strcmp(name, "tac") == 0)
        fprintf(out, "  %-18s %" JSON_INTEGER_FORMAT " (0x%04x)\n", name, json_integer_value(value),
                (unsigned)json_integer_value(value));
    else if (json_is_integer(value))
        fprintf(out, "  %-18s %" JSON_INTEGER_FORMAT "\n", name, json_integer_value(value));
    else if (json_is_real(value))
        fprintf(out, "  %-18s %.1f\n", name, json_real_value(value));
    else if (json_is_boolean(value))
        fprintf(out, "  %-18s %s\n", name, json_is_true(value) ? "yes" : "no");
    else if (json_array_size(value) == 0) /* null, or none of them */
        fprintf(out, "  %-18s unknown\n", name);
    for (size_t i = 0; i < json_array_size(value); i++)
        print_value(out, i ? "" : name, json_array_get(value, i));
}

static void print_section(FILE *out, const struct render_style *style, const char *name, const json_t *section)
{
    const json_t *value;
    const char *key;
    void *iter;

    render_ink(out, style, INK_BOLD, "%s\n", name);
    for (iter = json_object_iter((json_t *)section); iter; iter = json_object_iter_next((json_t *)section, iter)) {
        key = json_object_iter_key(iter);
        value = json_object_iter_value(iter);
        print_value(out, key, value);
    }
}

char *render_info(const json_t *reply, const struct render_style *style)
{
    static const char *const sections[] = {"device", "modem", "sim", "registration",
                                           "signal", "pdp",   "ppp", "counters"};
    const json_t *daemon = render_get(reply, "daemon");
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        return NULL;
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
        print_section(out, style, sections[i], render_get(render_get(reply, "status"), sections[i]));
    render_ink(out, style, INK_BOLD, "daemon\n");
    for (size_t i = 0; i < json_array_size(daemon); i++)
        fprintf(out, "  %-32s %s\n", render_string(json_array_get(daemon, i), "name", "?"),
                render_string(json_array_get(daemon, i), "value", "(empty)"));
    fclose(out);
    return text;
}
