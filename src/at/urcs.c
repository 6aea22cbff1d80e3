/* SPDX-License-Identifier: MIT */
#include <microcat/at/urcs.h>
#include <microcat/base/cleanup.h>
#include <string.h>

/*
 * Sources: the 767 manual V1.06 and the seed log for this series (QCRDY, SMS DONE, +PPPD:, +CPIN:); the A76 and 7600
 * manuals for the siblings (RDY, *ATREADY, PB DONE, the warnings; *ISIMAID, which names the ISIM of the card, is seen
 * while A76xx boot); 27.007 for +CEREG, +CGEV. Whole lines where `prefix`
 * is false.
 */
static const struct {
    const char *text;
    bool prefix;
    enum mc_at_urc_kind kind;
} urcs[] = {
    {"QCRDY", false, MC_AT_URC_REBOOT},
    {"RDY", false, MC_AT_URC_REBOOT},
    {"*ATREADY:", true, MC_AT_URC_REBOOT},
    {"+CPIN:", true, MC_AT_URC_SIM},
    {"*ISIMAID:", true, MC_AT_URC_SIM},
    {"SMS DONE", false, MC_AT_URC_BOOT},
    {"SMS READY", false, MC_AT_URC_BOOT},
    {"PB DONE", false, MC_AT_URC_BOOT},
    {"+CEREG:", true, MC_AT_URC_NETWORK},
    {"+CGREG:", true, MC_AT_URC_NETWORK},
    {"+CREG:", true, MC_AT_URC_NETWORK},
    {"+CGEV:", true, MC_AT_URC_NETWORK},
    {"+CTZV:", true, MC_AT_URC_OTHER},
    {"+CTZE:", true, MC_AT_URC_OTHER},
    {"+NITZ:", true, MC_AT_URC_OTHER},
    {"+CPSMSTATUS:", true, MC_AT_URC_OTHER},
    {"+PPPD:", true, MC_AT_URC_HANGUP},
    {"NO CARRIER", false, MC_AT_URC_HANGUP},
    {"CONNECT", true, MC_AT_URC_OTHER}, /* nobody dialled: the late answer to a call that was given up */
    {"RING", false, MC_AT_URC_OTHER},
    {"+CRING:", true, MC_AT_URC_OTHER},
    {"+CMTI:", true, MC_AT_URC_OTHER},
    {"+CMT:", true, MC_AT_URC_OTHER},
    {"+CDSI:", true, MC_AT_URC_OTHER},
    {"+CUSD:", true, MC_AT_URC_OTHER},
    {"+SIMCARD:", true, MC_AT_URC_SIM},
    {"+SIM:", true, MC_AT_URC_SIM},
    {"+CBM:", true, MC_AT_URC_OTHER},
    {"+CFUN:", true, MC_AT_URC_OTHER},
    {"POWERD DOWN", false, MC_AT_URC_POWER}, /* sic: 767 manual, AT+CPOF */
    {"POWER DOWN", false, MC_AT_URC_POWER},
    {"NORMAL POWER DOWN", false, MC_AT_URC_POWER},
    {"UNDER-VOLTAGE", true, MC_AT_URC_POWER},
    {"OVER-VOLTAGE", true, MC_AT_URC_POWER},
    {"+CPMUTEMP WARNING", true, MC_AT_URC_OTHER},
};

enum mc_at_urc_kind mc_at_urc_kind(const char *line)
{
    for (size_t i = 0; i < MC_LENGTH_OF(urcs); i++) {
        size_t len_bytes = strlen(urcs[i].text);
        if (strncmp(line, urcs[i].text, len_bytes) == 0 && (urcs[i].prefix || line[len_bytes] == '\0'))
            return urcs[i].kind;
    }
    return MC_AT_URC_NONE;
}

bool mc_at_is_boot_urc(const char *line)
{
    enum mc_at_urc_kind kind = mc_at_urc_kind(line);
    return kind == MC_AT_URC_REBOOT || kind == MC_AT_URC_BOOT || strncmp(line, "+CPIN:", 6) == 0;
}

bool mc_at_is_power_down_urc(const char *line)
{
    /* "UNDER-VOLTAGE WARNNING" warns, "UNDER-VOLTAGE WARNNING POWER DOWN" does it (7600 manual, AT+CVALARM). */
    return mc_at_urc_kind(line) == MC_AT_URC_POWER && (strstr(line, "POWER DOWN") || strstr(line, "POWERD DOWN"));
}

bool mc_at_is_reboot_urc(const char *line)
{
    return mc_at_urc_kind(line) == MC_AT_URC_REBOOT;
}
