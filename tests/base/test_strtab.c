/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/base/state.h>
#include <microcat/base/strtab.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void names_and_values(void **state)
{
    static const char *const names[] = {[0] = "zero", [2] = "two"}; /* 1 has no name */
    static const struct mc_strtab tab = MC_STRTAB(names);

    assert_string_equal(mc_strtab_name(&tab, 0), "zero");
    assert_null(mc_strtab_name(&tab, 1));
    assert_string_equal(mc_strtab_name(&tab, 2), "two");
    assert_null(mc_strtab_name(&tab, 3));
    assert_null(mc_strtab_name(&tab, -1));
    assert_int_equal(mc_strtab_value(&tab, "two"), 2);
    assert_int_equal(mc_strtab_value(&tab, "Two"), -ENOENT);
    assert_int_equal(mc_strtab_value(&tab, "tw"), -ENOENT);
    assert_int_equal(mc_strtab_value(&tab, ""), -ENOENT);
    assert_int_equal(mc_strtab_value(&tab, NULL), -ENOENT);
}

/* The words of the contract: status, journal, history and `wait --for=` rely on them. */
static void the_states_have_the_words_of_the_contract(void **state)
{
    static const char *const words[] = {"absent", "sync",   "setup",  "sim",     "pdp",  "register", "dial",
                                        "ppp",    "online", "hangup", "backoff", "held", "stopped"};

    assert_int_equal(sizeof(words) / sizeof(words[0]), MC_STATE_COUNT);
    for (int i = 0; i < MC_STATE_COUNT; i++) {
        assert_string_equal(mc_strtab_name(&mc_state_names, i), words[i]);
        assert_int_equal(mc_strtab_value(&mc_state_names, words[i]), i);
        assert_true(strlen(mc_state_text((enum mc_state)i)) > 0);
    }
    assert_non_null(mc_state_text(MC_STATE_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_values),
        cmocka_unit_test(the_states_have_the_words_of_the_contract),
    };
    return cmocka_run_group_tests_name("base/strtab", tests, NULL, NULL);
}
