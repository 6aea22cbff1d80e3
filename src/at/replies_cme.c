/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <errno.h>
#include <microcat/at/replies.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/parse.h>
#include <string.h>
#include <strings.h>

/* 27.007, 9.2; from 103 on 100 + the cause of 24.008 (annex G); 531, 532 and 537 are SIMCom's own (767 manual). */
static const struct {
    int32_t code;
    const char *text;
} errors[] = {
    {0, "phone failure"},
    {1, "no connection to phone"},
    {3, "operation not allowed"},
    {4, "operation not supported"},
    {5, "PH-SIM PIN required"},
    {10, "SIM not inserted"},
    {11, "SIM PIN required"},
    {12, "SIM PUK required"},
    {13, "SIM failure"},
    {14, "SIM busy"},
    {15, "SIM wrong"},
    {16, "incorrect password"},
    {17, "SIM PIN2 required"},
    {18, "SIM PUK2 required"},
    {20, "memory full"},
    {21, "invalid index"},
    {22, "not found"},
    {23, "memory failure"},
    {24, "text string too long"},
    {25, "invalid characters in text string"},
    {26, "dial string too long"},
    {27, "invalid characters in dial string"},
    {30, "no network service"},
    {31, "network timeout"},
    {32, "network not allowed - emergency calls only"},
    {40, "network personalization PIN required"},
    {41, "network personalization PUK required"},
    {50, "incorrect parameters"},
    {100, "unknown"},
    {103, "illegal MS"},
    {106, "illegal ME"},
    {107, "GPRS services not allowed"},
    {108, "GPRS services and non-GPRS services not allowed"},
    {111, "PLMN not allowed"},
    {112, "location area not allowed"},
    {113, "roaming not allowed in this location area"},
    {114, "GPRS services not allowed in this PLMN"},
    {115, "no suitable cells in location area"},
    {122, "congestion"},
    {126, "insufficient resources"},
    {127, "missing or unknown APN"},
    {128, "unknown PDP address or PDP type"},
    {129, "user authentication failed"},
    {132, "service option not supported"},
    {133, "requested service option not subscribed"},
    {134, "service option temporarily out of order"},
    {148, "unspecified GPRS error"},
    {149, "PDP authentication failure"},
    {150, "invalid mobile class"},
    {531, "SIM PIN blocked"},
    {532, "SIM PUK blocked"},
    {537, "back-off timer is running"},
};

const char *mc_at_cme_text(int32_t code)
{
    for (size_t i = 0; i < MC_LENGTH_OF(errors); i++)
        if (errors[i].code == code)
            return errors[i].text;
    return NULL;
}

int mc_at_parse_cme(const char *line, int32_t *ret_code)
{
    const char *text = at_after_prefix(line, "+CME ERROR:");
    int64_t code;
    if (!text)
        return -EINVAL;
    if (mc_parse_int(text, 0, 65535, &code) == 0) {
        *ret_code = (int32_t)code;
        return 0;
    }
    for (size_t i = 0; i < MC_LENGTH_OF(errors); i++) {
        if (strcasecmp(errors[i].text, text) == 0) { /* builds differ in capitals: "Incorrect parameters" */
            *ret_code = errors[i].code;
            return 0;
        }
    }
    return -EINVAL;
}
