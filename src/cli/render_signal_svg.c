/* SPDX-License-Identifier: MIT */

/* `signal --svg`: one picture that needs nothing else, in light and dark. */

#include "render.h"
#include "signal_day.h"
#include <math.h>
#include <microcat/base/cleanup.h>
#include <time.h>

#define LEFT  60
#define WIDTH 720
#define BAND  120
#define STEP  160 /* from one band to the next */
#define TOP   50

static const char style_text[] =
    "<style>text{font:12px sans-serif;fill:#222}.frame{fill:none;stroke:#888}.line{fill:none;stroke:#06c;"
    "stroke-width:1.5}.out{fill:#c00;opacity:.2}.cell{stroke:#888;stroke-dasharray:3}"
    ".paper{fill:#fff}@media(prefers-color-scheme:dark){text{fill:#ddd}.line{stroke:#6bf}.paper{fill:#111}}</style>\n";

static double place(double at_s, double from_s, double now_s)
{
    double x = (at_s - from_s) / (now_s - from_s);

    return LEFT + WIDTH * (x < 0 ? 0 : x > 1 ? 1 : x);
}

static void print_curve(FILE *out, const json_t *reply, const char *key, double from_s, double now_s, double low,
                        double high, int top)
{
    const json_t *samples = render_get(reply, "samples");
    double reach_s = signal_reach(reply), before_s = -1e18, at_s = 0, value;
    bool open = false;

    for (size_t i = 0; i < json_array_size(samples); i++) {
        render_number(json_array_get(samples, i), "time", &at_s);
        bool known = render_number(json_array_get(samples, i), key, &value) && at_s >= from_s;
        if (open && (!known || at_s - before_s > reach_s)) {
            fputs("\"/>\n", out);
            open = false;
        }
        if (!known)
            continue;
        double x = place(at_s, from_s, now_s), y = top + BAND * (high - value) / (high - low);
        if (!open) /* a lone sample is a dot: a line to itself */
            fprintf(out, "<path class=\"line\" stroke-linecap=\"round\" d=\"M%.1f %.1f", x, y);
        fprintf(out, "L%.1f %.1f", x, y);
        open = true;
        before_s = at_s;
    }
    if (open)
        fputs("\"/>\n", out);
}

static bool print_band(FILE *out, const json_t *reply, size_t m, double from_s, double now_s)
{
    int top = TOP + (int)m * STEP;
    struct signal_sum sum;

    if (!signal_summary(reply, signal_metrics[m].key, from_s, &sum))
        return false;
    fprintf(out, "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", LEFT, top, WIDTH, BAND);
    if (sum.n == 0) {
        fprintf(out, "<text x=\"%d\" y=\"%d\">%s unknown</text>\n", LEFT, top - 6, signal_metrics[m].name);
        return true;
    }
    double low, high;
    signal_axis(&sum, &low, &high);
    fprintf(out, "<text x=\"%d\" y=\"%d\">%s: min %.1f, median %.1f, max %.1f %s</text>\n", LEFT, top - 6,
            signal_metrics[m].name, sum.min, sum.median, sum.max, signal_metrics[m].unit);
    fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.0f</text>\n", LEFT - 6, top + 10, high);
    fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.0f</text>\n", LEFT - 6, top + BAND, low);
    print_curve(out, reply, signal_metrics[m].key, from_s, now_s, low, high, top);
    return true;
}

static void print_marks(FILE *out, const json_t *reply, double from_s, double now_s)
{
    struct signal_cell cell = {0};
    double begin_s, end_s;
    int bottom = TOP + 2 * STEP + BAND;

    for (size_t i = 0; signal_outage(reply, i, now_s, &begin_s, &end_s); i++)
        if (end_s >= from_s && begin_s <= now_s)
            fprintf(
                out,
                "<rect class=\"out\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>outage</title></rect>\n",
                place(begin_s, from_s, now_s), TOP,
                fmax(1, place(end_s, from_s, now_s) - place(begin_s, from_s, now_s)), bottom - TOP);
    for (size_t i = 0; signal_next_cell(reply, &i, &cell);)
        if (cell.another && cell.at_s >= from_s)
            fprintf(out, "<path class=\"cell\" d=\"M%.1f %dV%d\"><title>cell %.0f</title></path>\n",
                    place(cell.at_s, from_s, now_s), TOP, bottom, cell.id);
}

char *render_signal_svg(const json_t *reply)
{
    double now_s = 0, from_s;
    char *text = NULL, label[32];
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct tm tm;
    bool whole = true;

    if (!out)
        return NULL;
    render_number(reply, "time", &now_s);
    from_s = signal_begin(reply, now_s);
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>Signal</title>\n%s"
            "<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n",
            LEFT + WIDTH + 20, TOP + 3 * STEP, style_text);
    print_marks(out, reply, from_s, now_s);
    for (size_t m = 0; m < SIGNAL_METRICS; m++)
        whole = print_band(out, reply, m, from_s, now_s) && whole;
    for (int i = 0; i <= 4; i++) {
        double at_s = from_s + (now_s - from_s) * i / 4;
        time_t at = (time_t)at_s;

        if (localtime_r(&at, &tm) && strftime(label, sizeof(label), "%m-%d %H:%M", &tm) > 0)
            fprintf(out, "<text x=\"%.0f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", place(at_s, from_s, now_s),
                    TOP + 2 * STEP + BAND + 18,
                    i == 4 ? "end"
                    : i    ? "middle"
                           : "start",
                    label);
    }
    fputs("</svg>\n", out);
    fclose(out);
    if (!whole) {
        free(text);
        return NULL;
    }
    return text;
}
