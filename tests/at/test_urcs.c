/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <microcat/at/urcs.h>
#include <microcat/base/cleanup.h>

static const struct {
    const char *line;
    enum mc_at_urc_kind kind;
    bool boot, reboot, down;
} rows[] = {
    {"QCRDY", MC_AT_URC_REBOOT, true, true, false},
    {"RDY", MC_AT_URC_REBOOT, true, true, false},
    {"*ATREADY: 1", MC_AT_URC_REBOOT, true, true, false},
    {"SMS DONE", MC_AT_URC_BOOT, true, false, false},
    {"SMS READY", MC_AT_URC_BOOT, true, false, false},
    {"PB DONE", MC_AT_URC_BOOT, true, false, false},
    {"+CPIN: READY", MC_AT_URC_SIM, true, false, false},
    {"+CPIN: NOT INSERTED", MC_AT_URC_SIM, true, false, false},
    {"*ISIMAID: \"A0000000871004FF81FF0389\"", MC_AT_URC_SIM, false, false, false},
    {"+CEREG: 5", MC_AT_URC_NETWORK, false, false, false},
    {"+CGEV: EPS PDN ACT 1", MC_AT_URC_NETWORK, false, false, false},
    {"+CGREG: 1", MC_AT_URC_NETWORK, false, false, false},
    {"+CREG: 1", MC_AT_URC_NETWORK, false, false, false},
    {"+SIMCARD: NOT AVAILABLE", MC_AT_URC_SIM, false, false, false},
    {"+SIM: INSERTED", MC_AT_URC_SIM, false, false, false},
    {"+PPPD: DISCONNECTED", MC_AT_URC_HANGUP, false, false, false},
    {"NO CARRIER", MC_AT_URC_HANGUP, false, false, false},
    {"POWERD DOWN", MC_AT_URC_POWER, false, false, true},
    {"POWER DOWN", MC_AT_URC_POWER, false, false, true},
    {"NORMAL POWER DOWN", MC_AT_URC_POWER, false, false, true},
    {"UNDER-VOLTAGE WARNNING", MC_AT_URC_POWER, false, false, false},
    {"OVER-VOLTAGE WARNNING POWER DOWN", MC_AT_URC_POWER, false, false, true},
    {"UNDER-VOLTAGE WARNNING POWERD DOWN", MC_AT_URC_POWER, false, false, true},
    {"+CUSD: \"POWER DOWN\"", MC_AT_URC_OTHER, false, false, false},
    {"CONNECT 115200", MC_AT_URC_OTHER, false, false, false},
    {"CONNECT", MC_AT_URC_OTHER, false, false, false},
    {"+CTZV: 36", MC_AT_URC_OTHER, false, false, false},
    {"+CTZE: +36,0", MC_AT_URC_OTHER, false, false, false},
    {"+NITZ: 26/11/28", MC_AT_URC_OTHER, false, false, false},
    {"+CPSMSTATUS: 1", MC_AT_URC_OTHER, false, false, false},
    {"RING", MC_AT_URC_OTHER, false, false, false},
    {"+CRING: VOICE", MC_AT_URC_OTHER, false, false, false},
    {"+CMTI: \"SM\",1", MC_AT_URC_OTHER, false, false, false},
    {"+CMT: \"+81\"", MC_AT_URC_OTHER, false, false, false},
    {"+CDSI: \"SM\",1", MC_AT_URC_OTHER, false, false, false},
    {"+CBM: 1", MC_AT_URC_OTHER, false, false, false},
    {"+CFUN: 1", MC_AT_URC_OTHER, false, false, false},
    {"+CPMUTEMP WARNING! 1", MC_AT_URC_OTHER, false, false, false},
    /* a word is a whole line, or it is another's */
    {"QCRDYX", MC_AT_URC_NONE, false, false, false},
    {"RDYX", MC_AT_URC_NONE, false, false, false},
    {"SMS DONEX", MC_AT_URC_NONE, false, false, false},
    {"SMS READYX", MC_AT_URC_NONE, false, false, false},
    {"PB DONEX", MC_AT_URC_NONE, false, false, false},
    {"NO CARRIERS", MC_AT_URC_NONE, false, false, false},
    {"RINGX", MC_AT_URC_NONE, false, false, false},
    {"POWERD DOWNX", MC_AT_URC_NONE, false, false, false},
    {"POWER DOWNX", MC_AT_URC_NONE, false, false, false},
    {"NORMAL POWER DOWNX", MC_AT_URC_NONE, false, false, false},
    {"+CSQ: 18,99", MC_AT_URC_NONE, false, false, false},
    {"Model: SIM7672JP-MNGV", MC_AT_URC_NONE, false, false, false},
    {"", MC_AT_URC_NONE, false, false, false},
};

static void test_rows(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        assert_int_equal(mc_at_urc_kind(rows[i].line), rows[i].kind);
        assert_int_equal(mc_at_is_boot_urc(rows[i].line), rows[i].boot);
        assert_int_equal(mc_at_is_reboot_urc(rows[i].line), rows[i].reboot);
        assert_int_equal(mc_at_is_power_down_urc(rows[i].line), rows[i].down);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests_name("at.urcs", tests, NULL, NULL);
}
