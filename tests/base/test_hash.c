/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <microcat/base/hash.h>

/* Values of the algorithm's own test suite. */
static void is_fnv1a(void **state)
{
    assert_true(mc_fnv1a(MC_FNV1A_BASIS, "") == 0xcbf29ce484222325u);
    assert_true(mc_fnv1a(MC_FNV1A_BASIS, "a") == 0xaf63dc4c8601ec8cu);
    assert_true(mc_fnv1a(MC_FNV1A_BASIS, "foobar") == 0x85944171f73967e8u);
    assert_true(mc_fnv1a(mc_fnv1a(MC_FNV1A_BASIS, "foo"), "bar") == 0x85944171f73967e8u);
}

static void parts_have_ends(void **state)
{
    assert_true(mc_fnv1a_part(mc_fnv1a_part(MC_FNV1A_BASIS, "ab"), "c") !=
                mc_fnv1a_part(mc_fnv1a_part(MC_FNV1A_BASIS, "a"), "bc"));
    assert_true(mc_fnv1a_part(MC_FNV1A_BASIS, "foobar") == mc_fnv1a(MC_FNV1A_BASIS, "foobar\xff"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_fnv1a), cmocka_unit_test(parts_have_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
