/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_MACHINE_H
#define MICROCAT_BASE_MACHINE_H

/*
 * State machines as tables: rows of {states, event, guard, action, next}. The first row that fits is taken: its state
 * is entered, then its action runs, which may send further events to the same machine. An event that no row takes in
 * this state is refused and logged: whoever sent it is wrong about the machine. Rows with neither action nor another
 * state say that an event is known and means nothing here. Pure.
 */

#include <microcat/base/strtab.h>
#include <stdbool.h>
#include <stddef.h>

#define MC_MACHINE_BIT(state) (1u << (unsigned)(state))
/** As `next`: the state stays. */
#define MC_MACHINE_SAME (-1)

struct mc_machine_row {
    unsigned from; /* MC_MACHINE_BIT() of the states */
    int event;
    bool (*guard)(const void *owner); /* NULL: always */
    void (*action)(void *owner);      /* NULL: none. It must not free the owner */
    int next;                         /* a state, or MC_MACHINE_SAME */
};

struct mc_machine_table {
    const char *name; /* for the log and the diagram: "session" */
    const struct mc_strtab *states, *events;
    const struct mc_machine_row *rows;
    size_t n_rows;
};

struct mc_machine {
    const struct mc_machine_table *table;
    int state;
    void *owner; /* of guards and actions */
};

/** @state: the first one. @table and @owner are borrowed. */
void mc_machine_init(struct mc_machine *machine, const struct mc_machine_table *table, int state, void *owner);
/** @return whether a row took it; if not, nothing has changed and it was logged. */
bool mc_machine_event(struct mc_machine *machine, int event);
/** Would a row take it? */
bool mc_machine_takes(const struct mc_machine *machine, int event);
static inline bool mc_machine_in(const struct mc_machine *machine, unsigned states)
{
    return (states & MC_MACHINE_BIT(machine->state)) != 0;
}

#endif
