/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <microcat/at/urcs.h>
#include <microcat/base/cleanup.h>

static const struct {
    const char *line;
    enum mc_at_urc_kind kind;
    bool boot, reboot;
} rows[] = {
    {"QCRDY", MC_AT_URC_REBOOT, true, true},
    {"RDY", MC_AT_URC_REBOOT, true, true},
    {"*ATREADY: 1", MC_AT_URC_REBOOT, true, true},
    {"SMS DONE", MC_AT_URC_BOOT, true, false},
    {"PB DONE", MC_AT_URC_BOOT, true, false},
    {"+CPIN: READY", MC_AT_URC_SIM, true, false},
    {"+CPIN: NOT INSERTED", MC_AT_URC_SIM, true, false},
    {"+CEREG: 5", MC_AT_URC_NETWORK, false, false},
    {"+CGEV: EPS PDN ACT 1", MC_AT_URC_NETWORK, false, false},
    {"+PPPD: DISCONNECTED", MC_AT_URC_HANGUP, false, false},
    {"NO CARRIER", MC_AT_URC_HANGUP, false, false},
    {"POWERD DOWN", MC_AT_URC_POWER, false, false},
    {"CONNECT 115200", MC_AT_URC_OTHER, false, false},
    {"RDYX", MC_AT_URC_NONE, false, false},
    {"NO CARRIERS", MC_AT_URC_NONE, false, false},
    {"+CSQ: 18,99", MC_AT_URC_NONE, false, false},
    {"Model: SIM7672JP-MNGV", MC_AT_URC_NONE, false, false},
    {"", MC_AT_URC_NONE, false, false},
};

static void test_rows(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        assert_int_equal(mc_at_urc_kind(rows[i].line), rows[i].kind);
        assert_int_equal(mc_at_is_boot_urc(rows[i].line), rows[i].boot);
        assert_int_equal(mc_at_is_reboot_urc(rows[i].line), rows[i].reboot);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests_name("at.urcs", tests, NULL, NULL);
}
