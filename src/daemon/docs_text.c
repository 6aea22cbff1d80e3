/* SPDX-License-Identifier: MIT */
#include "docs.h"

#include <string.h>

void mc_docs_troff(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
    }
}

void mc_docs_wrap(FILE *out, const char *text, const char *prefix, size_t width)
{
    size_t column = 0;

    while (*(text += strspn(text, " "))) {
        size_t len = strcspn(text, " ");
        if (column > 0 && column + 1 + len > width) {
            fputc('\n', out);
            column = 0;
        }
        column += (size_t)fprintf(out, "%s%.*s", column > 0 ? " " : prefix, (int)len, text);
        text += len;
    }
    fputc('\n', out);
}
