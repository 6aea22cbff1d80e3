/* SPDX-License-Identifier: MIT */
#ifndef CLI_RENDER_H
#define CLI_RENDER_H

/* JSON to text for people. Pure: the same JSON gives the same text (in the same time zone). All return what the caller
 * frees. */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct render_style {
    bool colour;
    bool utf8;
    int columns; /* of the terminal; 0: lines may be as long as they are */
};

char *render_status(const json_t *status, const struct render_style *style);
/** One line without its end; "" for an event that is not worth one. */
char *render_event(const json_t *event, const struct render_style *style);
char *render_trace(const json_t *trace, const struct render_style *style);
/** The last dialogue as a Mermaid sequence diagram. */
char *render_mermaid(const json_t *trace);
char *render_history(const json_t *reply, const struct render_style *style);
char *render_info(const json_t *reply, const struct render_style *style);

/** A day as a plot of @style's columns (80 without), or why there is none. */
char *render_signal(const json_t *reply, const struct render_style *style);
char *render_signal_svg(const json_t *reply);
void render_signal_csv(FILE *out, const json_t *samples, bool header);
void render_signal_line(FILE *out, const json_t *sample);

/* render_text.c: what the renderers share. */

enum render_ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_GOOD, INK_BUSY, INK_BAD };
/** Prints in a colour, or plainly when the style has none. */
void render_ink(FILE *out, const struct render_style *style, enum render_ink ink, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/** Columns that @text takes on a terminal: characters, not bytes. */
int render_width(const char *text);

/**
 * Takes @text (NULL is passed on) and returns it with lines of @columns at most: parted where two blanks stand, else at
 * any blank, and going on below at @indent. @columns 0 changes nothing.
 */
char *render_fold(char *text, int columns, int indent);

/** Member at a path of keys parted by dots; NULL when it is missing or null. */
const json_t *render_get(const json_t *object, const char *path);
/** Its text, or @otherwise. */
const char *render_string(const json_t *object, const char *path, const char *otherwise);
/** Its number, integer or real; false: unknown. */
bool render_number(const json_t *object, const char *path, double *ret_value);
bool render_true(const json_t *object, const char *path);

/** "2 h 14 min" of seconds. */
const char *render_duration(double seconds, char *out, size_t out_bytes);
/** A moment as seen from @now_s: "10:02:11" today, "yesterday 14:02", "20 Nov 14:02", "2025-11-20 14:02". */
const char *render_moment(double time_s, double now_s, char *out, size_t out_bytes);
/** "redialled" for "redial". */
const char *render_remedy_done(const char *remedy);
/** "Online 99.96 % of the last 24 h" of a status or a history; nothing when unknown. */
void render_availability(FILE *out, const json_t *reply, const char *before, const char *after);

#endif
