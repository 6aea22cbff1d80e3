/* SPDX-License-Identifier: MIT */
/* Every event in every state of a machine, held against a drawing of its table. */
#include "bench.h"

/* A refusal is logged, and is all that happens. */
static void check_cell(const struct mc_machine_table *table, struct bench *b, const char *from, const char *event,
                       const char *is, const char *cell)
{
    char refusal[160], state[32];
    snprintf(state, sizeof(state), "%.*s", (int)strcspn(from, "/"), from);
    snprintf(refusal, sizeof(refusal), "log 4: %s: %s means nothing in %s, and was refused|", table->name, event,
             state);
    bool refused = strstr(b->log, "log 4: ") != NULL;
    const char *wanted = !strcmp(cell, "=") || !strcmp(cell, "-") ? state : cell;
    if (!strcmp(is, wanted) && (strcmp(cell, "-") ? !refused : !strcmp(b->log, refusal)))
        return;
    bench_failed("%s: %s in %s leads to %s, not \"%s\": %s", table->name, event, from, is, cell, b->log);
}

void bench_matrix(const struct mc_machine_table *table, const struct bench_matrix_row *rows, size_t n_rows,
                  bench_try_fn *try)
{
    for (size_t i = 0; i < n_rows; i++) {
        char copy[160], *rest = copy, *cell;
        int event = 0;
        snprintf(copy, sizeof(copy), "%s", rows[i].cells);
        while ((cell = strsep(&rest, " "))) {
            struct bench b;
            if (!*cell)
                continue;
            assert_true((size_t)event < table->events->count);
            if (!strcmp(cell, ".")) {
                event++;
                continue;
            }
            bench_init(&b);
            int state = try(&b, rows[i].from, event);
            check_cell(table, &b, rows[i].from, mc_strtab_name(table->events, event),
                       mc_strtab_name(table->states, state), cell);
            bench_done(&b);
            event++;
        }
        assert_int_equal(event, table->events->count);
    }
}
