/* SPDX-License-Identifier: MIT */
#include "docs.h"

#include <microcat/base/fault.h>
#include <microcat/daemon/config.h>
#include <microcat/daemon/message_id.h>

#define WIDTH 100

void mc_docs_conf(FILE *out)
{
    int section = -1;

    fputs("# The configuration of microcatd; see microcatd.conf(5). Every key but the required one is here as a "
          "comment with "
          "its\n# default. A file microcatd.conf.d/NAME.conf beside this one may set keys, too, and survives upgrades "
          "untouched.\n# Check with: microcatd --check-config. Take over with: systemctl reload microcatd.\n",
          out);
    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        char allowed[256];

        if ((int)row->section != section)
            fprintf(out, "\n[%s]\n", mc_strtab_name(&mc_config_section_names, (int)row->section));
        section = (int)row->section;
        fputc('\n', out);
        mc_docs_wrap(out, row->help, "# ", WIDTH);
        mc_config_row_allowed(row, allowed, sizeof(allowed));
        fprintf(out, "# Allowed: %s.%s%s\n", allowed, row->example ? " Example: " : "",
                row->example ? row->example : "");
        fprintf(out, "%s%s=%s\n", row->flags & MC_CONFIG_REQUIRED ? "" : "#", row->key, row->default_text);
    }
}

static void catalog_paragraph(FILE *out, const char *head, const char *text)
{
    if (!text)
        return;
    fprintf(out, "\n%s\n", head);
    mc_docs_wrap(out, text, "  ", WIDTH);
}

/* An entry ends where a line begins with "-- ": no text of ours does. */
void mc_docs_catalog(FILE *out)
{
    fputs("# What the journal's entries of microcatd mean (journalctl -x).\n", out);
    for (int i = MC_FAULT_NONE + 1; i < MC_FAULT_COUNT; i++) {
        const struct mc_fault_info *info = mc_fault_info((enum mc_fault)i);
        char id[MC_MESSAGE_ID_BYTES];

        fprintf(out, "\n-- %s\n", mc_message_id(info->code, id));
        fprintf(out, "Subject: LTE link: %s\nDefined-By: microcatd\nDocumentation: man:microcatd(8)\n\n", info->text);
        fprintf(out, "The link through @MICROCAT_DEVICE@ met the fault %s, in the state @MICROCAT_STATE@.\n",
                info->code);
        catalog_paragraph(out, "What it means:", info->means);
        catalog_paragraph(out, "What microcatd does:", info->does);
        catalog_paragraph(out, "What you can do:", info->next);
    }
}
