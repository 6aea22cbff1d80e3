/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SRC_DAEMON_DOCS_H
#define MICROCAT_SRC_DAEMON_DOCS_H

/* The lists that docs.c puts into the manual, the example configuration and the message catalog: all from tables. */

#include <stdio.h>

/** Text in troff: what would be a request or an escape is made plain. */
void mc_docs_troff(FILE *out, const char *text);
/** Words of @text in lines of at most @width columns, each behind @prefix. */
void mc_docs_wrap(FILE *out, const char *text, const char *prefix, size_t width);

void mc_docs_options(FILE *out);  /* of the command line, troff */
void mc_docs_states(FILE *out);   /* troff */
void mc_docs_faults(FILE *out);   /* troff */
void mc_docs_settings(FILE *out); /* troff */
void mc_docs_conf(FILE *out);     /* the example configuration */
void mc_docs_catalog(FILE *out);  /* systemd's message catalog */
void mc_docs_chain(FILE *out);    /* the picture of the layers, SVG */
void mc_docs_diagram(FILE *out);  /* the states and what leads from one to another, Markdown with Mermaid */

#endif
