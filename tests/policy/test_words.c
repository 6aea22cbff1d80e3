/* SPDX-License-Identifier: MIT */
/* What the fault table promises to people (status, journal, manual) is what the ladders do. */
#include <microcat/base/fault.h>
#include <microcat/policy/ladder.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool says(const char *text, const char *word, const char *but_not)
{
    return strstr(text, word) && !(but_not && strstr(text, but_not));
}

static void check(const struct mc_fault_info *info, const char *what, bool does, bool said)
{
    if (does != said)
        fail_msg("%s: the ladder %s a %s, the text %s it: %s", info->code, does ? "has" : "has not", what,
                 said ? "promises" : "does not mention", info->does);
}

static void the_words_agree_with_the_ladders(void **state)
{
    for (int fault = MC_FAULT_NONE + 1; fault < MC_FAULT_COUNT; fault++) {
        const struct mc_fault_info *info = mc_fault_info((enum mc_fault)fault);
        const struct mc_ladder_row *row = mc_ladder_row((enum mc_fault)fault);
        const char *text = info->does;
        check(info, "reattach", row->reattach_after > 0, says(text, "detaches and attaches", NULL));
        check(info, "radio cycle", row->radio_cycle_after > 0, says(text, "cycles the radio", NULL));
        check(info, "reset", row->reset_after > 0, says(text, "resets ", "never resets"));
        check(info, "power cycle", row->power_cycle_after > 0,
              says(text, "power-cycle", NULL) || says(text, "power cycle", NULL));
        check(info, "hold", row->base == MC_REMEDY_HOLD, says(text, "Holds", NULL));
        if (row->pace == MC_PACE_CAP)
            check(info, "longest delay", true, says(text, "RedialMax=", NULL));
        if (row->pace == MC_PACE_LOOK && row->base == MC_REMEDY_LOOK)
            check(info, "look every 30 to 60 seconds", true, says(text, "30 to 60 seconds", NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_words_agree_with_the_ladders),
    };
    return cmocka_run_group_tests_name("policy/words", tests, NULL, NULL);
}
