/* SPDX-License-Identifier: MIT */

/*
 * `trace --mermaid`: the dialogue as a sequence diagram (https://mermaid.js.org/syntax/sequenceDiagram.html), from the
 * moment at which the link last began to come up. What the modem does with the network is drawn from what it says about
 * it.
 */

#include "render.h"
#include <string.h>

/* Mermaid takes ';' for an end of line and '#' for an entity. */
static void print_escaped(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == ';')
            fputs("#59;", out);
        else if (*text == '#')
            fputs("#35;", out);
        else
            fputc(*text, out);
}

static void arrow(FILE *out, const char *line, const char *text)
{
    fprintf(out, "    %s: ", line);
    print_escaped(out, text[0] ? text : " ");
    fputc('\n', out);
}

/* "sync", or "absent -> sync". */
static bool leads_to_sync(const char *text)
{
    const char *last = strrchr(text, ' ');

    return strcmp(last ? last + 1 : text, "sync") == 0;
}

/* Index of the line with which the last bring-up began: a state line that leads to sync, else the first. */
static size_t find_begin(const json_t *trace)
{
    for (size_t i = json_array_size(trace); i-- > 0;) {
        const json_t *line = json_array_get(trace, i);
        const char *text = render_string(line, "text", "");

        if (strcmp(render_string(line, "kind", ""), "state") == 0 && leads_to_sync(text))
            return i;
    }
    return 0;
}

static bool starts_with(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* 27.007: +CEREG: [<n>,]<stat>[,...]; registered is 1 or 5. */
static bool says_registered(const char *text)
{
    return starts_with(text, "+CEREG: 1") || starts_with(text, "+CEREG: 5") ||
           (starts_with(text, "+CEREG: ") && strlen(text) > 10 && text[9] == ',' &&
            (text[10] == '1' || text[10] == '5') && (text[11] == '\0' || text[11] == ','));
}

struct drawing {
    const char *sent; /* the last command, to leave its echo out */
    bool registered;
};

static void draw(FILE *out, const char *kind, const char *text, struct drawing *drawing)
{
    if (strcmp(kind, "received") == 0 && strcmp(text, drawing->sent) == 0)
        return;
    if (strcmp(kind, "sent") == 0) {
        drawing->sent = text;
        arrow(out, "D->>M", text);
        if (starts_with(text, "ATD"))
            arrow(out, "M->>N", "data call");
        else if (strcmp(text, "AT+CFUN=1") == 0)
            arrow(out, "M->>N", "attach");
        else if (strcmp(text, "AT+CFUN=4") == 0 || strcmp(text, "AT+CFUN=0") == 0)
            arrow(out, "M->>N", "detach");
        if (starts_with(text, "AT+CFUN="))
            drawing->registered = false;
        return;
    }
    if (strcmp(kind, "received") == 0 || strcmp(kind, "urc") == 0 || strcmp(kind, "late") == 0) {
        if (says_registered(text) && !drawing->registered) {
            arrow(out, "N-->>M", "registered");
            drawing->registered = true;
        }
        arrow(out, strcmp(kind, "urc") == 0 ? "M--)D" : strcmp(kind, "late") == 0 ? "M--xD" : "M-->>D", text);
        return;
    }
    if (strcmp(kind, "data-begin") == 0)
        arrow(out, "Note over D,N", "data mode: PPP between microcatd and the network");
    else if (strcmp(kind, "data-end") == 0)
        arrow(out, "Note over D,N", "command mode again");
    else if (text[0])
        arrow(out, "Note over D", text);
}

char *render_mermaid(const json_t *trace)
{
    struct drawing drawing = {.sent = ""};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        return NULL;
    fputs("sequenceDiagram\n    participant D as microcatd\n    participant M as modem\n    participant N as network\n",
          out);
    for (size_t i = find_begin(trace); i < json_array_size(trace); i++) {
        const json_t *line = json_array_get(trace, i);

        draw(out, render_string(line, "kind", ""), render_string(line, "text", ""), &drawing);
    }
    fclose(out);
    return text;
}
