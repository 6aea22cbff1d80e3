/* SPDX-License-Identifier: MIT */
/* The modem's words and numbers in ours: CME codes and CPIN's states as faults, settings as CGDCONT and CGAUTH write
 * them. */
#include "bringup_priv.h"
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int code;
    enum mc_fault fault;
} cme_faults[] = {
    /* 27.007, 9.2.1 */
    {5, MC_FAULT_SIM_LOCKED},
    {6, MC_FAULT_SIM_LOCKED},
    {7, MC_FAULT_SIM_LOCKED},
    {10, MC_FAULT_SIM_ABSENT},
    {11, MC_FAULT_SIM_PIN_MISSING},
    {12, MC_FAULT_SIM_PUK},
    {13, MC_FAULT_SIM_FAILURE},
    {14, MC_FAULT_SIM_BUSY},
    {15, MC_FAULT_SIM_LOCKED},
    {16, MC_FAULT_SIM_PIN_WRONG},
    {17, MC_FAULT_SIM_LOCKED},
    {18, MC_FAULT_SIM_LOCKED},
    {30, MC_FAULT_NOT_REGISTERED},
    {31, MC_FAULT_NOT_REGISTERED},
    {32, MC_FAULT_REGISTRATION_LIMITED},
    {40, MC_FAULT_SIM_LOCKED},
    {41, MC_FAULT_SIM_LOCKED},
    /* 100 + the NAS cause: 27.007, 9.2.2; 24.301, annex A and B */
    {103, MC_FAULT_REGISTRATION_DENIED},
    {106, MC_FAULT_REGISTRATION_DENIED},
    {107, MC_FAULT_REGISTRATION_DENIED},
    {108, MC_FAULT_REGISTRATION_DENIED},
    {111, MC_FAULT_REGISTRATION_DENIED},
    {112, MC_FAULT_REGISTRATION_DENIED},
    {113, MC_FAULT_REGISTRATION_DENIED},
    {114, MC_FAULT_REGISTRATION_DENIED},
    {115, MC_FAULT_REGISTRATION_DENIED},
    {122, MC_FAULT_CONGESTION},
    {126, MC_FAULT_CONGESTION},
    {127, MC_FAULT_APN_REJECTED},
    {128, MC_FAULT_PDP_TYPE_REJECTED},
    {129, MC_FAULT_AUTH_REJECTED},
    {132, MC_FAULT_NOT_SUBSCRIBED},
    {133, MC_FAULT_NOT_SUBSCRIBED},
    {149, MC_FAULT_AUTH_REJECTED},
    /* SIMCom's own: 767, error codes */
    {531, MC_FAULT_SIM_LOCKED},
    {532, MC_FAULT_SIM_LOCKED},
    {537, MC_FAULT_NETWORK_BACKOFF},
};

enum mc_fault mc_cme_fault(int code)
{
    for (size_t i = 0; i < MC_LENGTH_OF(cme_faults); i++)
        if (cme_faults[i].code == code)
            return cme_faults[i].fault;
    return MC_FAULT_NONE;
}

bool mc_cme_no_verdict(int code)
{
    enum mc_fault fault = mc_cme_fault(code);
    return fault == MC_FAULT_SIM_ABSENT || fault == MC_FAULT_SIM_FAILURE || fault == MC_FAULT_SIM_BUSY;
}

static const struct {
    const char *state;
    enum mc_fault fault;
} cpin_faults[] = {
    {"READY", MC_FAULT_NONE},
    {"SIM PIN", MC_FAULT_NONE},
    {"SIM PUK", MC_FAULT_SIM_PUK},
    {"PH-SIM PIN", MC_FAULT_SIM_LOCKED},
    {"PH-NET PIN", MC_FAULT_SIM_LOCKED},
    {"NOT INSERTED", MC_FAULT_SIM_ABSENT},
    {"FAILURE", MC_FAULT_SIM_FAILURE},
    {"BUSY", MC_FAULT_SIM_BUSY},
    {"NOT READY", MC_FAULT_SIM_BUSY},
    {"WRONG", MC_FAULT_SIM_LOCKED},
    {"BLOCKED", MC_FAULT_SIM_LOCKED},
};

void mc_cpin_word(const char *said, char *ret_word, size_t size_bytes)
{
    size_t n = 0;
    for (; said[n] && n + 1 < size_bytes; n++)
        ret_word[n] = said[n] >= 'a' && said[n] <= 'z' ? (char)(said[n] - 'a' + 'A') : said[n];
    ret_word[n] = '\0';
    if (!strcmp(ret_word, "SIM PIN2") || !strcmp(ret_word, "SIM PUK2"))
        snprintf(ret_word, size_bytes, "READY");
    if (!strcmp(ret_word, "SIM REMOVED")) /* so A76xx say it (seen after *ATREADY of an A7670 without one) */
        snprintf(ret_word, size_bytes, "NOT INSERTED");
}

enum mc_fault mc_cpin_fault(const char *state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(cpin_faults); i++)
        if (!strcmp(cpin_faults[i].state, state))
            return cpin_faults[i].fault;
    return MC_FAULT_SIM_LOCKED; /* some other personalisation code: nothing that the daemon could enter */
}

int mc_wanted_auth(const struct mc_settings *settings)
{
    if (!*settings->pdp.user && settings->pdp.auth == MC_AUTH_AUTO)
        return 0;
    static const int types[] = {[MC_AUTH_AUTO] = 2, [MC_AUTH_NONE] = 0, [MC_AUTH_PAP] = 1, [MC_AUTH_CHAP] = 2};
    return types[settings->pdp.auth];
}

const char *mc_pdp_type_text(enum mc_pdp_type type)
{
    static const char *const names[] = {[MC_PDP_IP] = "IP", [MC_PDP_IPV6] = "IPV6", [MC_PDP_IPV4V6] = "IPV4V6"};
    return names[type];
}
