/* SPDX-License-Identifier: MIT */
#include "docs.h"

#include <microcat/base/fault.h>
#include <microcat/base/state.h>
#include <microcat/daemon/config.h>
#include <microcat/daemon/options.h>

static void paragraph(FILE *out, const char *head, const char *text)
{
    if (!text)
        return;
    fprintf(out, ".IP\n");
    if (head)
        fprintf(out, "\\fI%s\\fR ", head);
    mc_docs_troff(out, text);
    fputc('\n', out);
}

void mc_docs_options(FILE *out)
{
    const char *name, *argument, *help;

    for (size_t i = 0; mc_options_row(i, &name, &argument, &help) == 0; i++) {
        fputs(".TP\n\\fB\\-\\-", out);
        mc_docs_troff(out, name);
        fprintf(out, "\\fR%s\\fI%s\\fR\n", argument ? "=" : "", argument ? argument : "");
        mc_docs_troff(out, help);
        fputc('\n', out);
    }
}

void mc_docs_states(FILE *out)
{
    for (int i = 0; i < MC_STATE_COUNT; i++) {
        fprintf(out, ".TP\n\\fB%s\\fR\n", mc_strtab_name(&mc_state_names, i));
        mc_docs_troff(out, mc_state_text((enum mc_state)i));
        fputc('\n', out);
    }
}

void mc_docs_faults(FILE *out)
{
    for (int i = MC_FAULT_NONE + 1; i < MC_FAULT_COUNT; i++) {
        const struct mc_fault_info *info = mc_fault_info((enum mc_fault)i);
        fputs(".TP\n\\fB", out);
        mc_docs_troff(out, info->code);
        fputs("\\fR\n", out);
        mc_docs_troff(out, info->text);
        fputs(".\n", out);
        paragraph(out, NULL, info->means);
        paragraph(out, "microcatd:", info->does);
        paragraph(out, "You:", info->next);
    }
}

static void setting(FILE *out, const struct mc_config_row *row)
{
    char allowed[256];

    mc_config_row_allowed(row, allowed, sizeof(allowed));
    fprintf(out, ".TP\n\\fB%s=\\fR\n", row->key);
    mc_docs_troff(out, row->help);
    fputs("\n.IP\nAllowed: ", out);
    mc_docs_troff(out, allowed);
    if (row->type == MC_CONFIG_INT && row->unit)
        fprintf(out, " (%s)", row->unit);
    fputs(". Default: ", out);
    mc_docs_troff(out, *row->default_text ? row->default_text : "empty");
    fputs(".\n", out);
    if (row->example) {
        fprintf(out, "Example: %s=", row->key);
        mc_docs_troff(out, row->example);
        fputs(".\n", out);
    }
    if (row->flags & MC_CONFIG_REQUIRED)
        fputs("There is no default, and the link waits until there is a value.\n", out);
    if (row->flags & MC_CONFIG_SECRET)
        fputs("Never printed nor logged.\n", out);
}

void mc_docs_settings(FILE *out)
{
    int section = -1;

    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        if ((int)row->section != section)
            fprintf(out, ".SS [%s]\n", mc_strtab_name(&mc_config_section_names, (int)row->section));
        section = (int)row->section;
        setting(out, row);
    }
}
