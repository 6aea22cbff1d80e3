/* SPDX-License-Identifier: MIT */

/* `signal` on a terminal: three bands over one time axis. */

#include "render.h"
#include "signal_day.h"
#include <math.h>
#include <microcat/base/cleanup.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GUTTER      7 /* " -100 |" */
#define ROWS        4
#define MAX_COLUMNS 400

struct plot {
    FILE *out;
    const struct render_style *style;
    const json_t *reply;
    double from_s, now_s;
    size_t columns; /* of the plot itself */
};

static const char *number(char *out, size_t size, const struct render_style *style, double value)
{
    double shown = round(value * 10) / 10;

    snprintf(out, size, "%s%.*f", shown < 0 ? style->utf8 ? "−" : "-" : "", shown != round(shown), fabs(shown));
    return out;
}

static void print_heading(const struct plot *plot, const struct signal_metric *metric, const struct signal_sum *sum)
{
    const struct render_style *style = plot->style;
    char a[24], b[24], c[24], d[24], age[32], *text = NULL;
    double age_s = plot->now_s - sum->last_s;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        return;
    render_ink(out, style, INK_BOLD, "%s", metric->name);
    if (sum->n == 0)
        fputs("  unknown\n", out);
    else
        fprintf(out, "  %s %s %s (%s ago)  min %s  median %s  max %s\n",
                age_s <= signal_reach(plot->reply) ? "now" : "last", number(a, sizeof(a), style, sum->last),
                metric->unit, render_duration(age_s, age, sizeof(age)), number(b, sizeof(b), style, sum->min),
                number(c, sizeof(c), style, sum->median), number(d, sizeof(d), style, sum->max));
    fclose(out);
    text = render_fold(text, (int)plot->columns + GUTTER, 6);
    fputs(text ? text : "", plot->out);
    free(text);
}

/* Dots of a braille cell, two columns by four rows, from the top. */
static const unsigned char braille[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

static bool covers(const struct signal_bin *bin, double low, double step, int level)
{
    return bin->known && (int)floor((bin->low - low) / step + 1e-9) <= level &&
           (int)floor((bin->high - low) / step + 1e-9) >= level;
}

static void print_cell(const struct plot *plot, const struct signal_bin *bins, size_t column, double low, double step,
                       int row)
{
    unsigned dots = 0;

    if (!plot->style->utf8) {
        fputc(covers(&bins[column], low, step, row) ? '*' : ' ', plot->out);
        return;
    }
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 2; x++)
            if (covers(&bins[2 * column + (size_t)x], low, step, 4 * row + 3 - y))
                dots |= braille[y][x];
    if (dots == 0)
        fputc(' ', plot->out);
    else
        fprintf(plot->out, "\xe2%c%c", (int)(0xa0 + (dots >> 6)), (int)(0x80 + (dots & 0x3f)));
}

static void print_band(const struct plot *plot, const struct signal_metric *metric)
{
    const char *bar = plot->style->utf8 ? "│" : "|";
    size_t n = plot->columns * (plot->style->utf8 ? 2 : 1);
    _cleanup_free_ struct signal_bin *bins = calloc(n, sizeof(*bins));
    struct signal_sum sum;
    char label[24];

    if (!bins || !signal_summary(plot->reply, metric->key, plot->from_s, &sum))
        return;
    print_heading(plot, metric, &sum);
    if (sum.n == 0)
        return;
    double low, high;
    signal_axis(&sum, &low, &high);
    if (high - low < 10)
        high = low + 10;
    double step = (high - low) / (ROWS * (plot->style->utf8 ? 4 : 1));
    signal_bins(plot->reply, metric->key, plot->from_s, plot->now_s, bins, n);
    for (int row = ROWS - 1; row >= 0; row--) {
        label[0] = '\0';
        if (row == ROWS - 1 || row == 0)
            number(label, sizeof(label), plot->style, row ? high : low);
        fprintf(plot->out, "%*s%s %s", 5 - render_width(label), "", label, bar);
        for (size_t column = 0; column < plot->columns; column++)
            print_cell(plot, bins, column, low, step, row);
        fputc('\n', plot->out);
    }
}

static size_t column_of(const struct plot *plot, double at_s)
{
    double place = (at_s - plot->from_s) / (plot->now_s - plot->from_s) * (double)plot->columns;

    return place < 0 ? 0 : place >= (double)plot->columns ? plot->columns - 1 : (size_t)place;
}

/* A row of marks; nothing when there is none. */
static void print_marks(const struct plot *plot, const char *name, const char *marks)
{
    if (strspn(marks, " ") == strlen(marks))
        return;
    fprintf(plot->out, "%5s %s%s\n", name, plot->style->utf8 ? "│" : "|", marks);
}

static void print_outages(const struct plot *plot)
{
    char marks[MAX_COLUMNS + 1];
    double from_s, to_s;

    memset(marks, ' ', plot->columns);
    marks[plot->columns] = '\0';
    for (size_t i = 0; signal_outage(plot->reply, i, plot->now_s, &from_s, &to_s); i++)
        if (to_s >= plot->from_s && from_s <= plot->now_s)
            for (size_t c = column_of(plot, from_s); c <= column_of(plot, to_s); c++)
                marks[c] = 'x';
    print_marks(plot, "out", marks);
}

/* '+' where another cell began. */
static void print_cells(const struct plot *plot)
{
    const json_t *samples = render_get(plot->reply, "samples");
    char marks[MAX_COLUMNS + 1];
    struct signal_cell cell = {0};
    double band;

    memset(marks, ' ', plot->columns);
    marks[plot->columns] = '\0';
    for (size_t i = 0; signal_next_cell(plot->reply, &i, &cell);)
        if (cell.another && cell.at_s >= plot->from_s)
            marks[column_of(plot, cell.at_s)] = '+';
    print_marks(plot, "cell", marks);
    if (!cell.known)
        return;
    fprintf(plot->out, "%*scell %.0f", GUTTER, "", cell.id);
    if (render_number(json_array_get(samples, json_array_size(samples) - 1), "band", &band))
        fprintf(plot->out, ", band %.0f", band);
    fputs(strchr(marks, '+') ? " (+ new)" : "", plot->out);
    fputc('\n', plot->out);
}

static bool on_step(time_t at, int step_min, struct tm *ret_tm)
{
    return localtime_r(&at, ret_tm) && (ret_tm->tm_hour * 60 + ret_tm->tm_min) % step_min == 0;
}

static void print_axis(const struct plot *plot)
{
    static const int steps_min[] = {5, 10, 15, 30, 60, 120, 180, 240, 360, 720};
    double column_s = (plot->now_s - plot->from_s) / (double)plot->columns;
    char labels[MAX_COLUMNS + 1], text[8];
    size_t step = 0, free_from = 0;
    struct tm tm;

    while (step + 1 < MC_LENGTH_OF(steps_min) && steps_min[step] * 60 < 8 * column_s)
        step++;
    memset(labels, ' ', plot->columns);
    labels[plot->columns] = '\0';
    fprintf(plot->out, "%*s%s", GUTTER - 1, "", plot->style->utf8 ? "└" : "+");
    for (size_t c = 0; c < plot->columns; c++) {
        /* the multiple of five minutes in this column, if there is one */
        time_t at = (time_t)(ceil((plot->from_s + (double)c * column_s) / 300) * 300);
        double end_s = plot->from_s + (double)(c + 1) * column_s;
        bool tick = (double)at < end_s && on_step(at, steps_min[step], &tm);

        while (!tick && column_s > 300 && (double)(at + 300) < end_s) /* several: the one on the step */
            tick = on_step(at += 300, steps_min[step], &tm);
        fputs(plot->style->utf8 ? tick ? "┬" : "─" : tick ? "+" : "-", plot->out);
        if (!tick || c < free_from || c + 5 > plot->columns)
            continue;
        snprintf(text, sizeof(text), "%02d:%02d", tm.tm_hour % 100, tm.tm_min % 100);
        memcpy(&labels[c], text, 5);
        free_from = c + 6;
    }
    fprintf(plot->out, "\n%*s%s\n", GUTTER, "", labels);
}

char *render_signal(const json_t *reply, const struct render_style *style)
{
    int columns = style->columns ? style->columns : 80;
    struct plot plot = {.style = style, .reply = reply};
    char *text = NULL;
    size_t len = 0;

    plot.columns = (size_t)(columns < 40 ? 40 : columns > MAX_COLUMNS ? MAX_COLUMNS : columns) - GUTTER;
    plot.out = open_memstream(&text, &len);
    if (!plot.out)
        return NULL;
    render_number(reply, "time", &plot.now_s);
    plot.from_s = signal_begin(reply, plot.now_s);
    if (!signal_any(reply)) {
        fprintf(plot.out, "No signal has been measured in the last 24 h: %s.\n", signal_why_none(reply));
        fclose(plot.out);
        return render_fold(text, style->columns, 2);
    }
    fprintf(plot.out, "Signal of the last %.0f h\n", (plot.now_s - plot.from_s) / 3600);
    for (size_t i = 0; i < SIGNAL_METRICS; i++)
        print_band(&plot, &signal_metrics[i]);
    print_outages(&plot);
    print_axis(&plot);
    print_cells(&plot);
    fclose(plot.out);
    return text;
}
