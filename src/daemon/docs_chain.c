/* SPDX-License-Identifier: MIT */
/* The picture of the chain from gateway to network, with what each layer's tick in `status` says: an SVG from the
 * table. */
#include "docs.h"

#include <microcat/status/layers.h>

enum { LEFT = 20, BOX = 150, GAP = 58, STEP = BOX + GAP, TOP = 20, BOX_HIGH = 44, FIRST = 96, ROW = 34, RIGHT = 400 };

static int left_of(enum mc_part part)
{
    return LEFT + (int)part * STEP;
}

static void box(FILE *out, enum mc_part part)
{
    fprintf(out,
            "  <rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n"
            "  <text class=\"name\" x=\"%d\" y=\"%d\">%s</text>\n",
            left_of(part), TOP, BOX, BOX_HIGH, left_of(part) + BOX / 2, TOP + BOX_HIGH / 2 + 5, mc_part_names[part]);
}

static void line_to_next(FILE *out, enum mc_part part, const char *what)
{
    int x = left_of(part) + BOX;
    fprintf(out,
            "  <path class=\"wire\" d=\"M%d %dh%d\"/>\n"
            "  <text class=\"what\" x=\"%d\" y=\"%d\">%s</text>\n",
            x, TOP + BOX_HIGH / 2, GAP, x + GAP / 2, TOP + BOX_HIGH / 2 - 6, what);
}

static void span(FILE *out, const struct mc_layer_info *layer, int row)
{
    int x = left_of(layer->from) + BOX / 2, to = left_of(layer->to) + BOX / 2, y = FIRST + row * ROW;

    if (layer->from == layer->to)
        fprintf(out, "  <circle class=\"end\" cx=\"%d\" cy=\"%d\" r=\"5\"/>\n", x, y);
    else
        fprintf(out,
                "  <path class=\"span\" d=\"M%d %dH%d\"/>\n"
                "  <circle class=\"end\" cx=\"%d\" cy=\"%d\" r=\"5\"/><circle class=\"end\" cx=\"%d\" cy=\"%d\" "
                "r=\"5\"/>\n",
                x, y, to, x, y, to, y);
    fprintf(out, "  <text class=\"layer\" x=\"%d\" y=\"%d\">\xE2\x9C\x93 %s</text>\n",
            left_of(MC_PART_NETWORK) + BOX + 16, y + 5, layer->name);
    fprintf(out, "  <text class=\"tick\" x=\"%d\" y=\"%d\">%s</text>\n", left_of(MC_PART_NETWORK) + BOX + 84, y + 5,
            layer->tick);
}

void mc_docs_chain(FILE *out)
{
    static const char *const wires[] = {"USB", "UART", "radio"};
    int width = left_of(MC_PART_NETWORK) + BOX + 84 + RIGHT, high = FIRST + (MC_LAYER_COUNT - 1) * ROW + 30;

    fprintf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
        "  <title>The chain from gateway to network, and what each tick in microcatctl status says</title>\n"
        "  <style>\n"
        "    text { font: 15px sans-serif; fill: #222 } .name { text-anchor: middle; font-weight: bold }\n"
        "    .what { text-anchor: middle; font-size: 12px } .layer { font-weight: bold; fill: #1a7f37 }\n"
        "    .box { fill: #eef4fb; stroke: #4a6fa5 } .wire, .span { stroke: #4a6fa5; stroke-width: 2; fill: none }\n"
        "    .span { stroke: #1a7f37 } .end { fill: #1a7f37 } svg { background: #fff }\n"
        "  </style>\n"
        "  <rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
        width, high, width, high);
    for (int part = 0; part < MC_PART_COUNT; part++)
        box(out, (enum mc_part)part);
    for (int part = 0; part + 1 < MC_PART_COUNT; part++)
        line_to_next(out, (enum mc_part)part, wires[part]);
    for (int layer = 0; layer < MC_LAYER_COUNT; layer++)
        span(out, &mc_layers[layer], layer);
    fputs("</svg>\n", out);
}
