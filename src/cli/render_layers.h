/* SPDX-License-Identifier: MIT */
#ifndef CLI_RENDER_LAYERS_H
#define CLI_RENDER_LAYERS_H

#include "render.h"

#define RENDER_RIGHT_COLUMN 64 /* where ages begin */

/* The seven layers, a line each. */
void render_layers(FILE *out, const json_t *status, const struct render_style *style);

#endif
