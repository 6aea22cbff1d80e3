/* SPDX-License-Identifier: MIT */
/* The state diagram, from the sequence's table and the link's table of edges; and the machines that the link is made
 * of, from theirs. */
#include "docs.h"

#include <microcat/base/cleanup.h>
#include <microcat/link/edges.h>
#include <microcat/link/machines.h>
#include <stdbool.h>
#include <stdint.h>

static const char *name(int state)
{
    return mc_strtab_name(&mc_state_names, state);
}

static bool has(unsigned set, int state)
{
    return (set & MC_STATE_BIT(state)) != 0;
}

/* Drawn: one end is the sequence as a whole or a single state. The rest is said in words below the picture. */
static bool drawn(const struct mc_link_edge *edge)
{
    unsigned from = edge->from & ~MC_STATES_SEQUENCE, to = edge->to & ~MC_STATES_SEQUENCE;

    return __builtin_popcount(from) <= 2 && __builtin_popcount(to) <= 1 &&
           !((edge->from & edge->to & MC_STATES_SEQUENCE) != 0);
}

static void draw(FILE *out, const char *from, const char *to, const char *why)
{
    fprintf(out, "    %s --> %s: %s\n", from, to, why);
}

static void draw_to(FILE *out, const char *from, const struct mc_link_edge *edge)
{
    if ((edge->to & MC_STATES_SEQUENCE) == MC_STATES_SEQUENCE)
        draw(out, from, "sequence", edge->why);
    for (int to = 0; to < MC_STATE_COUNT; to++)
        if (has(edge->to & ~MC_STATES_SEQUENCE, to))
            draw(out, from, name(to), edge->why);
}

static void draw_edge(FILE *out, const struct mc_link_edge *edge)
{
    bool whole = (edge->from & MC_STATES_SEQUENCE) == MC_STATES_SEQUENCE;

    if (whole)
        draw_to(out, "sequence", edge);
    for (int from = 0; from < MC_STATE_COUNT; from++)
        if (has(whole ? edge->from & ~MC_STATES_SEQUENCE : edge->from, from))
            draw_to(out, name(from), edge);
}

static void say_set(FILE *out, unsigned set)
{
    const char *parting = "";

    if ((set | MC_STATE_BIT(MC_STATE_ABSENT)) == MC_STATES_ALL) {
        fputs("every state", out);
        return;
    }
    if ((set & MC_STATES_SEQUENCE) == MC_STATES_SEQUENCE) {
        fputs("the sequence", out);
        set &= ~MC_STATES_SEQUENCE;
        parting = ", ";
    }
    for (int state = 0; state < MC_STATE_COUNT; state++) {
        if (has(set, state)) {
            fprintf(out, "%s`%s`", parting, name(state));
            parting = ", ";
        }
    }
}

/* ---- the machines ---- */

/* The rows that lead from one state to another; of several between the same two, one arrow with all their events. */
static bool is_drawn_arrow(const struct mc_machine_row *row, int from, int to)
{
    return row->next == to && from != to && (row->from & MC_MACHINE_BIT(from)) != 0;
}

static void draw_arrow(FILE *out, const struct mc_machine_table *table, int from, int to)
{
    uint32_t told = 0;
    for (size_t i = 0; i < table->n_rows; i++) {
        const struct mc_machine_row *row = &table->rows[i];
        if (!is_drawn_arrow(row, from, to) || told & 1u << row->event)
            continue;
        if (!told)
            fprintf(out, "    %s --> %s: ", mc_strtab_name(table->states, from), mc_strtab_name(table->states, to));
        fprintf(out, "%s%s", told ? ", " : "", mc_strtab_name(table->events, row->event));
        told |= 1u << row->event;
    }
    if (told)
        fputc('\n', out);
}

static void draw_machine(FILE *out, const struct mc_machine_table *table)
{
    fprintf(out, "\n### %s\n\n```mermaid\nstateDiagram-v2\n    [*] --> %s\n", table->name,
            mc_strtab_name(table->states, 0));
    for (size_t from = 0; from < table->states->count; from++)
        for (size_t to = 0; to < table->states->count; to++)
            draw_arrow(out, table, (int)from, (int)to);
    fputs("```\n", out);
}

/* ---- all of it ---- */

void mc_docs_diagram(FILE *out)
{
    static const struct mc_machine_table *const machines[] = {&mc_session_table, &mc_datacall_table, &mc_wish_table,
                                                              &mc_lease_table};
    fputs("```mermaid\nstateDiagram-v2\n    [*] --> absent\n    state sequence {\n", out);
    for (int from = 0; from < MC_STATE_COUNT; from++)
        for (int to = 0; to < MC_STATE_COUNT; to++)
            if (from != to && has(MC_STATES_SEQUENCE, from) && has(MC_STATES_SEQUENCE, to) &&
                mc_link_edge_of_sequence((enum mc_state)from, (enum mc_state)to))
                fprintf(out, "        %s --> %s\n", name(from), name(to));
    fputs("    }\n", out);
    for (size_t i = 0; i < mc_link_n_edges; i++)
        if (drawn(&mc_link_edges[i]))
            draw_edge(out, &mc_link_edges[i]);
    fputs("```\n\nNot drawn, because the picture would be all lines:\n\n", out);
    for (size_t i = 0; i < mc_link_n_edges; i++) {
        if (drawn(&mc_link_edges[i]))
            continue;
        fputs("- from ", out);
        say_set(out, mc_link_edges[i].from);
        fputs(" to ", out);
        say_set(out, mc_link_edges[i].to);
        fprintf(out, ": %s\n", mc_link_edges[i].why);
    }
    fputs(
        "\nThe machines that the link is made of, each in its file of `src/link`; what they say together is looked up "
        "in\n`next.c`'s table:\n",
        out);
    for (size_t i = 0; i < MC_LENGTH_OF(machines); i++)
        draw_machine(out, machines[i]);
}
