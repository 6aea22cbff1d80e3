/* SPDX-License-Identifier: MIT */
#ifndef CLI_PROVIDERS_H
#define CLI_PROVIDERS_H

/* What the APNs of an operator are, by Debian's mobile-broadband-provider-info; the file may be missing. */

#include <stdbool.h>
#include <stddef.h>

#define PROVIDERS_FILE "/usr/share/mobile-broadband-provider-info/serviceproviders.xml"

struct provider_apn {
    char provider[64], name[64]; /* "NTTdocomo", "mopera U"; name may be "" */
    char apn[101], user[128], password[128];
};

/**
 * The internet APNs of the operator whose MCC and MNC the digits of @imsi begin with (15 digits, or "44010"), as the
 * file lists them. How many (at most @max), 0 when the file is missing or knows none, or -errno.
 */
int providers_find(const char *file, const char *imsi, struct provider_apn *out, size_t max);

#endif
