/* SPDX-License-Identifier: MIT */
/*
 * Makes what people read from the tables that the daemon runs by, at build time:
 *   microcat-docs man TEMPLATE   the manual page, lists put in for lines like @OPTIONS@
 *   microcat-docs conf           the example configuration
 *   microcat-docs catalog        systemd's message catalog
 */
#include "docs.h"

#include <microcat/base/cleanup.h>
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

int main(int argc, char **argv)
{
    int result = 0;

    if (argc == 3 && strcmp(argv[1], "man") == 0) {
        result = man(argv[2]);
    } else if (argc == 2 && strcmp(argv[1], "conf") == 0) {
        mc_docs_conf(stdout);
    } else if (argc == 2 && strcmp(argv[1], "catalog") == 0) {
        mc_docs_catalog(stdout);
    } else {
        fputs("Usage: microcat-docs man TEMPLATE | conf | catalog\n", stderr);
        return 2;
    }
    return fflush(stdout) != 0 || ferror(stdout) ? 1 : result;
}
