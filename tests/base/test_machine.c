/* SPDX-License-Identifier: MIT */
/* Machines as tables: the first row that fits, its action after its state, and what no row takes is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <microcat/base/log.h>
#include <microcat/base/machine.h>
#include <stdio.h>
#include <string.h>

enum { SHUT, AJAR, OPEN };
enum { PUSH, PULL, LOCK };

struct door {
    struct mc_machine machine;
    bool greased;
    int seen_state, acted;
};

static bool greased(const void *owner)
{
    const struct door *door = owner;
    return door->greased;
}

static void act(void *owner)
{
    struct door *door = owner;
    door->seen_state = door->machine.state;
    door->acted++;
}

static void push_on(void *owner)
{
    struct door *door = owner;
    act(door);
    mc_machine_event(&door->machine, PUSH);
}

static const char *const state_names[] = {"shut", "ajar", "open"};
static const char *const event_names[] = {"push", "pull", "lock"};
static const struct mc_strtab states = MC_STRTAB(state_names), events = MC_STRTAB(event_names);
static const struct mc_machine_row rows[] = {
    {MC_MACHINE_BIT(SHUT), PUSH, greased, act, OPEN},
    {MC_MACHINE_BIT(SHUT), PUSH, NULL, act, AJAR},
    {MC_MACHINE_BIT(AJAR), PUSH, NULL, NULL, OPEN},
    {MC_MACHINE_BIT(AJAR) | MC_MACHINE_BIT(OPEN), PULL, NULL, act, SHUT},
    {MC_MACHINE_BIT(SHUT), PULL, NULL, act, MC_MACHINE_SAME},
    {MC_MACHINE_BIT(SHUT), LOCK, NULL, push_on, AJAR},
};
static const struct mc_machine_table table = {"door", &states, &events, rows, 6};

static char logged[200];

static void on_log(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields,
                   const char *text)
{
    snprintf(logged, sizeof(logged), "%s", text);
}

static struct door a_door(bool with_grease)
{
    struct door door = {.greased = with_grease, .seen_state = -1};
    mc_machine_init(&door.machine, &table, SHUT, NULL);
    return door;
}

static void first_row_that_fits(void **state)
{
    struct door stiff = a_door(false), smooth = a_door(true);
    stiff.machine.owner = &stiff;
    smooth.machine.owner = &smooth;
    assert_true(mc_machine_event(&stiff.machine, PUSH));
    assert_true(mc_machine_event(&smooth.machine, PUSH));
    assert_int_equal(stiff.machine.state, AJAR);
    assert_int_equal(smooth.machine.state, OPEN);
    assert_int_equal(stiff.seen_state, AJAR); /* the action sees where it has come to */
    assert_true(mc_machine_in(&stiff.machine, MC_MACHINE_BIT(AJAR) | MC_MACHINE_BIT(SHUT)));
    assert_false(mc_machine_in(&stiff.machine, MC_MACHINE_BIT(OPEN)));
}

static void a_row_may_stay(void **state)
{
    struct door door = a_door(false);
    door.machine.owner = &door;
    assert_true(mc_machine_event(&door.machine, PULL));
    assert_int_equal(door.machine.state, SHUT);
    assert_int_equal(door.acted, 1);
}

static void an_action_may_send_events(void **state)
{
    struct door door = a_door(false);
    door.machine.owner = &door;
    assert_true(mc_machine_event(&door.machine, LOCK));
    assert_int_equal(door.machine.state, OPEN);
}

static void what_no_row_takes_is_refused_and_logged(void **state)
{
    struct door door = a_door(false);
    door.machine.owner = &door;
    door.machine.state = OPEN;
    mc_log_set_sink(on_log, NULL);
    assert_false(mc_machine_takes(&door.machine, LOCK));
    assert_true(mc_machine_takes(&door.machine, PULL));
    assert_string_equal(logged, ""); /* asking is no event */
    assert_false(mc_machine_event(&door.machine, LOCK));
    assert_int_equal(door.machine.state, OPEN);
    assert_int_equal(door.acted, 0);
    assert_non_null(strstr(logged, "door: lock means nothing in open"));
    mc_log_set_sink(NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_row_that_fits),
        cmocka_unit_test(a_row_may_stay),
        cmocka_unit_test(an_action_may_send_events),
        cmocka_unit_test(what_no_row_takes_is_refused_and_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
