/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <microcat/status/bus.h>
#include <microcat/status/verbs.h>
#include <stdio.h>
#include <string.h>

struct fixture {
    struct mc_timerq *queue;
    struct mc_status status;
    struct mc_bus *bus;
    struct mc_observer observer;
    struct mc_event seen[600];
    size_t n_seen;
    int publish_more; /* how often the observer publishes again from inside */
};

static void on_event(void *ctx, const void *event)
{
    struct fixture *f = ctx;

    f->seen[f->n_seen++] = *(const struct mc_event *)event;
    if (f->publish_more > 0) {
        f->publish_more--;
        mc_bus_publish(f->bus, &(struct mc_event){.kind = MC_EVENT_NOTE, .text = "again"});
    }
}

static int setup(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    f.queue = mc_timerq_new(1000);
    mc_status_init(&f.status, 1000);
    f.bus = mc_bus_new(f.queue, &f.status);
    mc_bus_observe(f.bus, &f.observer, on_event, &f);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    mc_bus_free(f->bus);
    mc_timerq_free(f->queue);
    return 0;
}

static void settle(struct fixture *f)
{
    while (mc_timerq_run(f->queue) > 0)
        ;
}

static void delivers_later_and_in_order(void **state)
{
    struct fixture *f = *state;

    mc_bus_publish(f->bus, &(struct mc_event){.kind = MC_EVENT_STATE, .from = MC_STATE_SIM, .to = MC_STATE_PDP});
    mc_bus_publish(f->bus, &(struct mc_event){.kind = MC_EVENT_NOTE, .text = "second"});
    assert_int_equal(f->n_seen, 0);
    mc_timerq_advance(f->queue, 1500);
    settle(f);
    assert_int_equal(f->n_seen, 2);
    assert_int_equal(f->seen[0].kind, MC_EVENT_STATE);
    assert_int_equal(f->seen[0].seq, 1);
    assert_int_equal(f->seen[0].at_ms, 1000); /* when it was published, not when it was told */
    assert_string_equal(f->seen[1].text, "second");
    assert_int_equal(f->seen[1].seq, 2);
}

static void touch_waits_once(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 10; i++)
        mc_bus_touch(f->bus);
    settle(f);
    assert_int_equal(f->n_seen, 1);
    mc_bus_touch(f->bus);
    settle(f);
    assert_int_equal(f->n_seen, 2);
}

static void observer_may_publish(void **state)
{
    struct fixture *f = *state;

    f->publish_more = 3;
    mc_bus_publish(f->bus, &(struct mc_event){.kind = MC_EVENT_NOTE, .text = "first"});
    settle(f);
    assert_int_equal(f->n_seen, 4);
}

static void overflow_loses_the_least(void **state)
{
    struct fixture *f = *state;
    size_t states = 0, notes = 0;

    mc_bus_touch(f->bus);
    for (int i = 0; i < 100; i++) {
        struct mc_event note = {.kind = MC_EVENT_NOTE};

        snprintf(note.text, sizeof(note.text), "%d", i);
        mc_bus_publish(f->bus, &note);
    }
    for (int i = 0; i < 200; i++)
        mc_bus_publish(f->bus, &(struct mc_event){.kind = MC_EVENT_STATE});
    settle(f);
    assert_int_equal(f->n_seen, 256);
    for (size_t i = 0; i < f->n_seen; i++) {
        states += f->seen[i].kind == MC_EVENT_STATE;
        notes += f->seen[i].kind == MC_EVENT_NOTE;
    }
    assert_int_equal(states, 200);
    assert_int_equal(notes, 56);
    assert_string_equal(f->seen[0].text, "44"); /* the oldest notes went */
}

static void forgotten_hears_nothing(void **state)
{
    struct fixture *f = *state;

    mc_bus_touch(f->bus);
    mc_bus_forget(f->bus, &f->observer);
    settle(f);
    assert_int_equal(f->n_seen, 0);
}

static void init_knows_nothing(void **state)
{
    const struct mc_status *status = mc_bus_status(((struct fixture *)*state)->bus);

    assert_int_equal(status->state, MC_STATE_ABSENT);
    assert_int_equal(status->signal.rsrp_ddbm, MC_UNKNOWN);
    assert_int_equal(status->registration.stat, MC_UNKNOWN);
    assert_true(status->device.plugged_at_ms < 0);
    assert_true(status->retry_at_ms < 0);
}

static void every_value_has_its_name(void **state)
{
    static const struct {
        const struct mc_strtab *tab;
        int count;
    } tables[] = {
        {&mc_event_kind_names, MC_EVENT_KIND_COUNT},
        {&mc_ppp_phase_names, MC_PPP_PHASE_COUNT},
        {&mc_line_mode_names, MC_LINE_MODE_COUNT},
        {&mc_verb_names, MC_VERB_COUNT},
    };

    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
        for (int i = 0; i < tables[t].count; i++) {
            const char *name = mc_strtab_name(tables[t].tab, i);

            assert_non_null(name);
            assert_int_equal(mc_strtab_value(tables[t].tab, name), i);
        }
}

static void registration_texts(void **state)
{
    assert_string_equal(mc_registration_text(5), "registered, roaming");
    assert_string_equal(mc_registration_text(2), "searching");
    assert_non_null(mc_registration_text(90));
    assert_null(mc_registration_text(42));
    assert_null(mc_registration_text(MC_UNKNOWN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(delivers_later_and_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(touch_waits_once, setup, teardown),
        cmocka_unit_test_setup_teardown(observer_may_publish, setup, teardown),
        cmocka_unit_test_setup_teardown(overflow_loses_the_least, setup, teardown),
        cmocka_unit_test_setup_teardown(forgotten_hears_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(init_knows_nothing, setup, teardown),
        cmocka_unit_test(every_value_has_its_name),
        cmocka_unit_test(registration_texts),
    };

    return cmocka_run_group_tests_name("status/bus", tests, NULL, NULL);
}
