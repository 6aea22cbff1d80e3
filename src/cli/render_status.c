/* SPDX-License-Identifier: MIT */

/* `status`: the head, what is wrong and what is done about it, the layers from the USB plug to the address, the past.
 */

#include "render_layers.h"
#include <ctype.h>
#include <microcat/base/cleanup.h>
#include <string.h>

static enum render_ink state_ink(const char *state)
{
    if (strcmp(state, "online") == 0)
        return INK_GOOD;
    if (strcmp(state, "absent") == 0 || strcmp(state, "held") == 0)
        return INK_BAD;
    return strcmp(state, "stopped") == 0 ? INK_DIM : INK_BUSY;
}

static const char *state_bullet(const char *state, bool utf8)
{
    switch (state_ink(state)) {
    case INK_GOOD:
        return utf8 ? "●" : "*";
    case INK_BAD:
        return utf8 ? "✗" : "x";
    case INK_DIM:
        return utf8 ? "○" : "o";
    default:
        return utf8 ? "◐" : "~";
    }
}

/* "440-10, LTE band 28", as far as known. */
static void network(const json_t *status, char *out, size_t out_bytes)
{
    const char *operator_ = render_string(status, "registration.operator", "");
    size_t digits = strspn(operator_, "0123456789");
    char name[48];
    double band;

    if (digits == strlen(operator_) && digits >= 5)
        snprintf(name, sizeof(name), "%.3s-%.6s", operator_, operator_ + 3);
    else
        snprintf(name, sizeof(name), "%.40s", operator_);
    out[0] = '\0';
    if (render_number(status, "registration.band", &band))
        snprintf(out, out_bytes, "%s%sLTE band %.0f", name, name[0] ? ", " : "", band);
    else
        snprintf(out, out_bytes, "%s", name);
}

/* What is known of a network from before says nothing about now. */
static bool is_registered(const json_t *status)
{
    double stat;

    return render_progress(status) != 0 && render_number(status, "registration.stat", &stat) &&
           (stat == 1 || stat == 5);
}

static void head(FILE *out, const json_t *status, const struct render_style *style)
{
    const char *state = render_string(status, "state", "?");
    char left[120], where[80] = "", age[32];
    double age_s = 0;

    render_number(status, "state_age_s", &age_s);
    snprintf(left, sizeof(left), "microcat  %s for %s", state, render_duration(age_s, age, sizeof(age)));
    if (is_registered(status))
        network(status, where, sizeof(where));
    render_ink(out, style, state_ink(state), "%s", state_bullet(state, style->utf8));
    fprintf(out, " ");
    render_ink(out, style, INK_BOLD, "%s", left);
    if (where[0])
        fprintf(out, "%*s%s", render_gap(style, render_width(left) + 2, render_width(where)), "", where);
    fputc('\n', out);
}

static void labelled(FILE *out, const struct render_style *style, const char *label, enum render_ink ink,
                     const char *text)
{
    render_ink(out, style, INK_DIM, "  %-7s", label);
    render_ink(out, style, ink, "%s", text);
}

static void why(FILE *out, const json_t *status, const struct render_style *style)
{
    const char *text = render_string(status, "fault.text", NULL), *detail = render_string(status, "fault.detail", NULL);
    char age[32];
    double age_s;

    if (!text)
        return;
    if (render_progress(status) > 0) /* on the way up again: it was so */
        labelled(out, style, "After", INK_PLAIN, text);
    else
        labelled(out, style, "Why", INK_BAD, text);
    if (detail && strcmp(detail, text) != 0)
        fprintf(out, ": %s", detail);
    fprintf(out, " (%s", render_string(status, "fault.code", "?"));
    if (render_number(status, "fault.age_s", &age_s))
        fprintf(out, ", %s ago", render_duration(age_s, age, sizeof(age)));
    fputs(")\n", out);
}

static void next(FILE *out, const json_t *status, const struct render_style *style)
{
    const char *text = render_string(status, "next", NULL);
    char left[32];
    double left_s;
    bool timed = render_number(status, "retry_in_s", &left_s);

    if (!text && !timed)
        return;
    labelled(out, style, "Next", INK_PLAIN, text ? text : "another try");
    if (timed && left_s > 0)
        fprintf(out, ", in %s", render_duration(left_s, left, sizeof(left)));
    else if (timed)
        fputs(", now", out);
    fputc('\n', out);
}

/* For everything but "online": what it does, why, what comes next, and what a person can do. */
static void trouble(FILE *out, const json_t *status, const struct render_style *style)
{
    const char *step = render_string(status, "step", ""), *state = render_string(status, "state", "");
    const char *person = render_string(status, "fault.next", NULL);

    if (strcmp(state, "online") != 0) {
        labelled(out, style, "Doing", INK_PLAIN, render_string(status, "state_text", "?"));
        /* A step of the state before says nothing about this one. */
        if (strncmp(step, state, strlen(state)) == 0 && step[strlen(state)] == '.')
            render_ink(out, style, INK_DIM, " (%s)", step);
        fputc('\n', out);
    }
    why(out, status, style);
    next(out, status, style);
    if (person) {
        labelled(out, style, "To do", INK_BOLD, person);
        fputc('\n', out);
    }
    if (strcmp(state, "stopped") == 0 && !person && !render_string(status, "next", NULL)) {
        labelled(out, style, "To do", INK_BOLD, "microcatctl connect");
        fputc('\n', out);
    }
}

/* A channel that somebody holds. */
static void lease(FILE *out, const json_t *status, const struct render_style *style)
{
    const char *path = render_string(status, "lease.path", NULL);
    char left[32];
    double left_s;

    if (!path)
        return;
    labelled(out, style, "Lease", INK_PLAIN, path);
    if (render_number(status, "lease.ends_in_s", &left_s))
        fprintf(out, ", for %s more", render_duration(left_s, left, sizeof(left)));
    fputc('\n', out);
}

enum reason { REASON_ENDED, REASON_GOES_ON, REASON_WAITS };

/* ": the network ended the call, redialled" of an outage that ended; "..., 2 tries so far" of one that goes on, where
 * the remedy that is still waited for is no try yet. */
static void print_reason(FILE *out, const json_t *outage, enum reason reason)
{
    const char *remedy = render_string(outage, "remedy", NULL), *text = render_string(outage, "text", NULL);
    const char *fault = render_string(outage, "fault.text", NULL);
    double tries = 0;

    if (fault || text)
        fprintf(out, ": %s%s%s", fault ? fault : "", fault && text ? ", " : "", text ? text : "");
    render_number(outage, "tries", &tries);
    tries -= reason == REASON_WAITS;
    if (reason != REASON_ENDED && tries > 0)
        fprintf(out, ", %.0f %s so far", tries, tries == 1 ? "try" : "tries");
    if (reason == REASON_ENDED && remedy)
        fprintf(out, "%s %s", fault || text ? "," : ":", render_remedy_done(remedy));
}

static bool waits(const json_t *status)
{
    double left_s;

    return render_number(status, "retry_in_s", &left_s);
}

static void past(FILE *out, const json_t *status, const struct render_style *style)
{
    const json_t *now = render_get(status, "outage"), *last = render_get(status, "last_outage");
    double time_s = 0, length_s = 0, at_s = 0;
    char moment[40], length[32];

    render_number(status, "time", &time_s);
    if (now) {
        render_number(now, "time", &at_s);
        render_number(now, "length_s", &length_s);
        fprintf(out, "  Offline since %s (%s)", render_moment(at_s, time_s, moment, sizeof(moment)),
                render_duration(length_s, length, sizeof(length)));
        print_reason(out, now, waits(status) ? REASON_WAITS : REASON_GOES_ON);
        fputc('\n', out);
    }
    if (last) {
        render_number(last, "time", &at_s);
        render_number(last, "length_s", &length_s);
        fprintf(out, "  Last outage %s, %s", render_duration(length_s, length, sizeof(length)),
                render_moment(at_s, time_s, moment, sizeof(moment)));
        print_reason(out, last, REASON_ENDED);
        fputc('\n', out);
    }
    render_availability(out, status, "  ", "");
}

char *render_status(const json_t *status, const struct render_style *style)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        return NULL;
    head(out, status, style);
    trouble(out, status, style);
    lease(out, status, style);
    render_layers(out, status, style);
    past(out, status, style);
    fclose(out);
    return render_fold(text, style->columns, RENDER_TEXT_COLUMN);
}
