/* SPDX-License-Identifier: MIT */
#include "config_suggest.h"

#include <ctype.h>
#include <limits.h>
#include <microcat/daemon/config.h>
#include <string.h>

#define WORD_MAX 64

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

/* Levenshtein's distance; upper and lower case are the same letter here. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[WORD_MAX + 1];
    size_t len_b = strnlen(b, WORD_MAX);

    for (size_t j = 0; j <= len_b; j++)
        row[j] = (unsigned)j;
    for (size_t i = 0; a[i] && i < WORD_MAX; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i + 1;
        for (size_t j = 0; j < len_b; j++) {
            unsigned change = tolower((unsigned char)a[i]) != tolower((unsigned char)b[j]);
            unsigned next = least(row[j] + 1, row[j + 1] + 1, diagonal + change);
            diagonal = row[j + 1];
            row[j + 1] = next;
        }
    }
    return row[len_b];
}

void mc_config_suggest(const char *section, const char *key, char *out, size_t out_bytes)
{
    unsigned limit = strlen(key) > 4 ? 2 : 1; /* more letters wrong is another word */
    unsigned best = UINT_MAX;

    *out = '\0';
    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        const char *name = mc_strtab_name(&mc_config_section_names, (int)row->section);
        unsigned wrong = distance(key, row->key);
        /* The right key in another section is nearer than a wrong letter; between equals the own section wins. */
        unsigned score = 2 * wrong + (strcasecmp(section, name) != 0);

        if (wrong <= limit && score < best) {
            best = score;
            snprintf(out, out_bytes, "[%s] %s", name, row->key);
        }
    }
}
