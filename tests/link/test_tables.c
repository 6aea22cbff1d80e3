/* SPDX-License-Identifier: MIT */
/* The tables of the link's machines: every state can be reached and left, every event means something somewhere, no row
 * stands behind one that takes everything from it. What leads where is drawn in ARCHITECTURE.md, and held against it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <microcat/base/cleanup.h>
#include <microcat/link/machines.h>

static const struct mc_machine_table *const tables[] = {&mc_session_table, &mc_datacall_table, &mc_wish_table,
                                                        &mc_lease_table};

static unsigned reach(const struct mc_machine_table *table, int state)
{
    unsigned seen = MC_MACHINE_BIT(state), before;
    do {
        before = seen;
        for (size_t i = 0; i < table->n_rows; i++)
            if (table->rows[i].from & seen && table->rows[i].next != MC_MACHINE_SAME)
                seen |= MC_MACHINE_BIT(table->rows[i].next);
    } while (seen != before);
    return seen;
}

static void every_state_reaches_every_state(void **state)
{
    for (size_t t = 0; t < MC_LENGTH_OF(tables); t++)
        for (size_t from = 0; from < tables[t]->states->count; from++)
            assert_int_equal(reach(tables[t], (int)from), (1u << tables[t]->states->count) - 1);
}

static void every_event_means_something(void **state)
{
    for (size_t t = 0; t < MC_LENGTH_OF(tables); t++) {
        for (size_t event = 0; event < tables[t]->events->count; event++) {
            bool changes = false;
            assert_non_null(mc_strtab_name(tables[t]->events, (int)event));
            for (size_t i = 0; i < tables[t]->n_rows; i++) {
                const struct mc_machine_row *row = &tables[t]->rows[i];
                changes |= row->event == (int)event && (row->action || row->next != MC_MACHINE_SAME);
            }
            assert_true(changes);
        }
    }
}

static void no_row_is_out_of_reach(void **state)
{
    for (size_t t = 0; t < MC_LENGTH_OF(tables); t++) {
        for (size_t i = 0; i < tables[t]->n_rows; i++) {
            const struct mc_machine_row *row = &tables[t]->rows[i];
            unsigned left = row->from & ((1u << tables[t]->states->count) - 1);
            assert_int_not_equal(left, 0);
            assert_in_range(row->next + 1, 0, tables[t]->states->count);
            for (size_t j = 0; j < i; j++)
                if (tables[t]->rows[j].event == row->event && !tables[t]->rows[j].guard)
                    left &= ~tables[t]->rows[j].from;
            assert_int_not_equal(left, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_reaches_every_state),
        cmocka_unit_test(every_event_means_something),
        cmocka_unit_test(no_row_is_out_of_reach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
