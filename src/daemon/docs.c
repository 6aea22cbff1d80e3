/* SPDX-License-Identifier: MIT */
/*
 * Makes what people read from the tables that the daemon runs by, at build time:
 *   microcat-docs man TEMPLATE   the manual page, lists put in for lines like @OPTIONS@
 *   microcat-docs conf           the example configuration
 *   microcat-docs catalog        systemd's message catalog
 *   microcat-docs chain          the picture of the layers (docs/chain.svg)
 *   microcat-docs diagram        the states and what leads from one to another
 *   microcat-docs page FILE      FILE, with that between its marks (ARCHITECTURE.md)
 */
#include "docs.h"

#include <microcat/base/cleanup.h>
#include <stdbool.h>
#include <string.h>

static const struct {
    const char *mark;
    void (*list)(FILE *out);
} lists[] = {
    {"@OPTIONS@\n", mc_docs_options},
    {"@STATES@\n", mc_docs_states},
    {"@FAULTS@\n", mc_docs_faults},
    {"@SETTINGS@\n", mc_docs_settings},
};

static void put_line(const char *line)
{
    for (size_t i = 0; i < MC_LENGTH_OF(lists); i++) {
        if (strcmp(line, lists[i].mark) == 0) {
            lists[i].list(stdout);
            return;
        }
    }
    for (const char *p = line; *p; p++) {
        if (strncmp(p, "@VERSION@", 9) == 0) {
            fputs(MICROCAT_VERSION, stdout);
            p += 8;
        } else {
            fputc(*p, stdout);
        }
    }
}

static int man(const char *template)
{
    char line[1024];
    FILE *f = fopen(template, "re");

    if (!f) {
        perror(template);
        return 1;
    }
    while (fgets(line, sizeof(line), f))
        put_line(line);
    fclose(f);
    return 0;
}

/* Copies the page, with the diagram in the place of what stands between the marks. -1: there is no such place. */
static int page(const char *name)
{
    static const char begin[] = "<!-- states -->\n", end[] = "<!-- end of states -->\n";
    char line[1024];
    bool inside = false, found = false;
    FILE *f = fopen(name, "re");

    if (!f) {
        perror(name);
        return -1;
    }
    while (fgets(line, sizeof(line), f)) {
        if (strcmp(line, end) == 0)
            inside = false;
        if (!inside)
            fputs(line, stdout);
        if (strcmp(line, begin) == 0) {
            mc_docs_diagram(stdout);
            inside = found = true;
        }
    }
    fclose(f);
    return found && !inside ? 0 : -1;
}

static const struct {
    const char *kind;
    void (*make)(FILE *out);
} whole[] = {
    {"conf", mc_docs_conf}, {"catalog", mc_docs_catalog}, {"diagram", mc_docs_diagram}, {"chain", mc_docs_chain}};

int main(int argc, char **argv)
{
    bool done = false;

    if (argc == 3 && strcmp(argv[1], "man") == 0)
        done = man(argv[2]) == 0;
    if (argc == 3 && strcmp(argv[1], "page") == 0)
        done = page(argv[2]) == 0;
    for (size_t i = 0; argc == 2 && i < MC_LENGTH_OF(whole); i++) {
        if (strcmp(argv[1], whole[i].kind) == 0) {
            whole[i].make(stdout);
            done = true;
        }
    }
    if (!done) {
        fputs("Usage: microcat-docs man TEMPLATE | page FILE | conf | catalog | diagram\n", stderr);
        return 2;
    }
    return fflush(stdout) != 0 || ferror(stdout) ? 1 : 0;
}
