/* SPDX-License-Identifier: MIT */
/* The ladders' table, linted: a fault without a row, or a reset for what only a person can mend, is a bug. */
#include <microcat/base/cleanup.h>
#include <microcat/policy/ladder.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static void every_fault_has_its_row(void **state)
{
    for (int fault = 0; fault < MC_FAULT_COUNT; fault++)
        assert_int_equal(mc_ladder_row((enum mc_fault)fault)->fault, fault);
    assert_int_equal(mc_ladder_row((enum mc_fault)MC_FAULT_COUNT)->fault, MC_FAULT_INTERNAL);
    assert_int_equal(mc_ladder_row((enum mc_fault) - 1)->fault, MC_FAULT_INTERNAL);
}

static void every_base_may_be_repeated_for_ever(void **state)
{
    for (int fault = 0; fault < MC_FAULT_COUNT; fault++) {
        enum mc_remedy base = mc_ladder_row((enum mc_fault)fault)->base;
        if (base != MC_REMEDY_LOOK && base != MC_REMEDY_REDIAL && base != MC_REMEDY_HOLD)
            fail_msg("%s: the base %s has a budget", mc_fault_info((enum mc_fault)fault)->code,
                     mc_strtab_name(&mc_remedy_names, (int)base));
    }
}

static void thresholds_rise_with_strength(void **state)
{
    for (int fault = 0; fault < MC_FAULT_COUNT; fault++) {
        const struct mc_ladder_row *row = mc_ladder_row((enum mc_fault)fault);
        const unsigned after[] = {row->reattach_after, row->radio_cycle_after, row->reset_after,
                                  row->power_cycle_after};
        unsigned last = 0;
        for (size_t i = 0; i < MC_LENGTH_OF(after); i++) {
            if (after[i] && after[i] <= last)
                fail_msg("%s: a stronger remedy comes no later than a milder one", mc_fault_info(row->fault)->code);
            last = after[i] ? after[i] : last;
        }
    }
}

static void what_a_person_must_mend_resets_nothing(void **state)
{
    static const enum mc_fault persons[] = {
        MC_FAULT_NO_DEVICE,         MC_FAULT_DEVICE_DENIED,   MC_FAULT_DEVICE_BUSY,    MC_FAULT_NOT_A_MODEM,
        MC_FAULT_SIM_ABSENT,        MC_FAULT_SIM_PIN_MISSING, MC_FAULT_SIM_PIN_WRONG,  MC_FAULT_SIM_PIN_SPENT,
        MC_FAULT_SIM_PUK,           MC_FAULT_SIM_LOCKED,      MC_FAULT_APN_MISSING,    MC_FAULT_APN_REJECTED,
        MC_FAULT_PDP_TYPE_REJECTED, MC_FAULT_AUTH_REJECTED,   MC_FAULT_NOT_SUBSCRIBED, MC_FAULT_PPP_AUTH,
        MC_FAULT_PPPD_MISSING,      MC_FAULT_PPPD_UNUSABLE,   MC_FAULT_NO_KERNEL_PPP,  MC_FAULT_HOST_REFUSED,
        MC_FAULT_HELPER_FAILED,
    };
    for (size_t i = 0; i < MC_LENGTH_OF(persons); i++) {
        const struct mc_ladder_row *row = mc_ladder_row(persons[i]);
        if (row->reattach_after || row->radio_cycle_after || row->reset_after || row->power_cycle_after)
            fail_msg("%s: a remedy that cannot help", mc_fault_info(row->fault)->code);
    }
}

static void held_only_where_a_person_is_needed(void **state)
{
    for (int fault = 0; fault < MC_FAULT_COUNT; fault++) {
        const struct mc_ladder_row *row = mc_ladder_row((enum mc_fault)fault);
        if (row->base != MC_REMEDY_HOLD)
            continue;
        assert_int_equal(row->pace, MC_PACE_LOOK);        /* held looks again by itself */
        assert_non_null(mc_fault_info(row->fault)->next); /* and tells the person what to do */
    }
}

static void a_mute_modem_is_not_dialled(void **state)
{
    static const enum mc_fault mute[] = {MC_FAULT_MODEM_SILENT, MC_FAULT_STUCK_IN_DATA, MC_FAULT_MODEM_OFF,
                                         MC_FAULT_SIM_ABSENT,   MC_FAULT_SIM_PUK,       MC_FAULT_SIM_PIN_WRONG};
    for (size_t i = 0; i < MC_LENGTH_OF(mute); i++)
        assert_int_not_equal(mc_ladder_row(mute[i])->base, MC_REMEDY_REDIAL);
    /* It cannot be told to cycle its radio either. */
    assert_int_equal(mc_ladder_row(MC_FAULT_MODEM_SILENT)->radio_cycle_after, 0);
}

/* LCP lives in the modem: to detach for its silence, or to cycle the radio, costs an attach and asks nobody who could
 * help. A reset, which costs the same, starts the modem's PPP anew. */
static void what_the_modem_itself_answers_is_none_of_the_networks(void **state)
{
    static const enum mc_fault modems[] = {MC_FAULT_PPP_LCP, MC_FAULT_PPP_ECHO_DEAD};
    for (size_t i = 0; i < MC_LENGTH_OF(modems); i++) {
        const struct mc_ladder_row *row = mc_ladder_row(modems[i]);
        assert_int_equal(row->reattach_after + row->radio_cycle_after, 0);
        assert_true(row->reset_after > 0);
    }
}

static void remedies_have_names(void **state)
{
    for (int remedy = 0; remedy < MC_REMEDY_COUNT; remedy++) {
        const char *name = mc_strtab_name(&mc_remedy_names, remedy);
        assert_non_null(name);
        assert_int_equal(mc_strtab_value(&mc_remedy_names, name), remedy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_has_its_row),
        cmocka_unit_test(every_base_may_be_repeated_for_ever),
        cmocka_unit_test(thresholds_rise_with_strength),
        cmocka_unit_test(what_a_person_must_mend_resets_nothing),
        cmocka_unit_test(held_only_where_a_person_is_needed),
        cmocka_unit_test(a_mute_modem_is_not_dialled),
        cmocka_unit_test(what_the_modem_itself_answers_is_none_of_the_networks),
        cmocka_unit_test(remedies_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
