/* SPDX-License-Identifier: MIT */
#include <microcat/base/log.h>
#include <microcat/base/machine.h>

void mc_machine_init(struct mc_machine *machine, const struct mc_machine_table *table, int state, void *owner)
{
    *machine = (struct mc_machine){.table = table, .state = state, .owner = owner};
}

static const struct mc_machine_row *row_for(const struct mc_machine *machine, int event)
{
    for (size_t i = 0; i < machine->table->n_rows; i++) {
        const struct mc_machine_row *row = &machine->table->rows[i];
        if (row->event == event && mc_machine_in(machine, row->from) && (!row->guard || row->guard(machine->owner)))
            return row;
    }
    return NULL;
}

bool mc_machine_event(struct mc_machine *machine, int event)
{
    const struct mc_machine_row *row = row_for(machine, event);
    if (!row) {
        mc_warn("%s: %s means nothing in %s, and was refused", machine->table->name,
                mc_strtab_name(machine->table->events, event), mc_strtab_name(machine->table->states, machine->state));
        return false;
    }
    if (row->next != MC_MACHINE_SAME)
        machine->state = row->next;
    if (row->action)
        row->action(machine->owner);
    return true;
}

bool mc_machine_takes(const struct mc_machine *machine, int event)
{
    return row_for(machine, event) != NULL;
}
