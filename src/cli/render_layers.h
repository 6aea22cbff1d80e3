/* SPDX-License-Identifier: MIT */
#ifndef CLI_RENDER_LAYERS_H
#define CLI_RENDER_LAYERS_H

#include "render.h"

#define RENDER_TEXT_COLUMN  11 /* where what is said of a layer begins */
#define RENDER_RIGHT_COLUMN 64 /* where ages begin, when there is room for them */

/* Blanks between @left columns of text and the age beside it: on a narrow terminal it moves to the left to fit. */
int render_gap(const struct render_style *style, int left, int right);
/* How far up the link is: 0 absent ... 8 online; -1 in hangup, backoff, held and stopped, where the facts alone tell.
 */
int render_progress(const json_t *status);

/* The seven layers, a line each. */
void render_layers(FILE *out, const json_t *status, const struct render_style *style);

#endif
