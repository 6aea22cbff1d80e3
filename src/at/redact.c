/* SPDX-License-Identifier: MIT */
#include "fields.h"
#include <ctype.h>
#include <microcat/at/redact.h>
#include <microcat/base/cleanup.h>
#include <stdbool.h>
#include <string.h>

#define DOTS "…"
#define IDENTITY_MIN                                                                                                   \
    14 /* IMEI 14 to 17, IMSI 14 or 15, ICCID 18 to 22 characters; nothing harmless is that long in AT text */
#define BARE_IDENTITY_MIN 6 /* a line of nothing but digits: an IMSI may be as short as this (ITU-T E.212) */

struct out {
    char *data;
    size_t size_bytes, len_bytes;
};

static void put(struct out *out, const char *text, size_t len_bytes)
{
    if (len_bytes >= out->size_bytes - out->len_bytes) {
        out->size_bytes = out->len_bytes + 1; /* full: nothing behind a gap */
        return;
    }
    memcpy(out->data + out->len_bytes, text, len_bytes);
    out->len_bytes += len_bytes;
    out->data[out->len_bytes] = '\0';
}

static void put_dots(struct out *out)
{
    put(out, DOTS, strlen(DOTS));
}

/* What stands behind @name at @at; NULL: something else does. */
static const char *behind(const char *at, const char *name)
{
    for (; *name; name++, at++) {
        at = at_skip_blanks(at);
        if (toupper((unsigned char)*at) != *name)
            return NULL;
    }
    return at_skip_blanks(at);
}

/* "=?" asks what may be written, and writes nothing. */
static bool is_test(const char *value)
{
    if (*value != '?')
        return false;
    value = at_skip_blanks(value + 1);
    return *value == '\0' || *value == ';';
}

/* Where the first value stands that one of @names gets (or has, where @signs has a colon), wherever in a chain; NULL:
 * none gets any. */
static const char *first_value(const char *text, const char *const *names, size_t n, const char *signs)
{
    if (!strpbrk(text, signs)) /* most lines: every line of the trace comes by here */
        return NULL;
    for (const char *p = text; (p = strpbrk(p, "CScs")); p++) {
        for (size_t i = 0; i < n; i++) {
            const char *sign = behind(p, names[i]);
            const char *value = sign && *sign && strchr(signs, *sign) ? at_skip_blanks(sign + 1) : "";
            if (*value && !is_test(value))
                return sign + 1;
        }
    }
    return NULL;
}

/* The end of a field: its comma or the end of the text. A quote that never closes runs to the end. */
static const char *field_end(const char *field)
{
    bool quoted = false;
    for (; *field && (quoted || *field != ','); field++)
        quoted ^= *field == '"';
    return field;
}

static bool harmless_field(const char *field, size_t len_bytes)
{
    return strspn(field, " \"") >= len_bytes;
}

/* "1,2,"user","password"": shows the first @shown fields. */
static void put_credentials(struct out *out, const char *fields, size_t shown)
{
    for (size_t i = 0; *fields; i++) {
        const char *end = field_end(fields);
        size_t len_bytes = (size_t)(end - fields);
        if (i < shown || harmless_field(fields, len_bytes))
            put(out, fields, len_bytes);
        else if (fields[0] == '"')
            put(out, "\"" DOTS "\"", strlen("\"" DOTS "\""));
        else
            put_dots(out);
        if (*end == ',')
            put(out, end++, 1);
        fields = end;
    }
}

static bool is_identity(const char *run, size_t len_bytes, bool whole)
{
    size_t digits = strspn(run, "0123456789");
    if (whole && digits == len_bytes && len_bytes >= BARE_IDENTITY_MIN)
        return true;
    /* An ICCID may have hex digits in it (x: masked already); a firmware's name (2374B05SIM767XM5A) has other letters.
     */
    return len_bytes >= IDENTITY_MIN && digits >= 4 && strspn(run, "0123456789ABCDEFabcdefx") >= len_bytes;
}

/* Length of the run of letters and digits, or of the run without any, at @p. */
static size_t run_length(const char *p, bool *ret_word)
{
    size_t len_bytes = 1;
    *ret_word = isalnum((unsigned char)*p);
    while (p[len_bytes] && !isalnum((unsigned char)p[len_bytes]) == !*ret_word)
        len_bytes++;
    return len_bytes;
}

static void put_identities_hidden(struct out *out, const char *text)
{
    for (const char *p = text; *p;) {
        bool word;
        size_t len_bytes = run_length(p, &word);
        if (!word) {
            put(out, p, len_bytes);
        } else if (is_identity(p, len_bytes, p == text && p[len_bytes] == '\0')) {
            size_t kept = len_bytes >= 12 ? 4 : 2;
            put(out, p, kept);
            put_dots(out);
            put(out, p + len_bytes - kept, kept);
        } else {
            put(out, p, len_bytes);
        }
        p += len_bytes;
    }
}

/* Commands behind whose '=' stands a PIN, a PUK or a password; and the one of which not all is secret. */
static const char *const secrets[] = {"CPIN", "CPIN2", "CLCK", "CPWD", "SPIC", "SIMEI", "CRSM", "CSIM"};
static const char *const auths[] = {"CGAUTH"};

char *mc_at_redact(const char *text, char *out, size_t out_bytes)
{
    struct out o = {.data = out, .size_bytes = out_bytes};
    if (out_bytes == 0)
        return out;
    out[0] = '\0';
    const char *secret = first_value(text, secrets, MC_LENGTH_OF(secrets), "=");
    const char *auth = first_value(text, auths, MC_LENGTH_OF(auths), "=:");
    if (secret) {
        put(&o, text, (size_t)((auth && auth < secret ? auth : secret) - text));
        put_dots(&o);
    } else if (auth) {
        put(&o, text, (size_t)(auth - text));
        put_credentials(&o, auth, auth[-1] == '=' ? 2 : 3);
    } else {
        put_identities_hidden(&o, text);
    }
    return out;
}
