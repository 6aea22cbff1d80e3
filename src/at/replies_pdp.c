/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <errno.h>
#include <microcat/at/replies.h>
#include <microcat/base/parse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CID_MAX 24 /* 27.007 leaves it to the modem; SIMCom has 1..15 */

/* "0.0.0.0", "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0", "::", or two of them: a context that is not active has no address. */
static bool is_address(const char *text)
{
    return text[strspn(text, "0.:,")] != '\0';
}

static void forget_no_address(char *address)
{
    if (!is_address(address))
        address[0] = '\0';
}

/*
 * An address that nobody needs but to show it: never a reason to refuse the line. Of the two of a dual-stack context,
 * which 27.007's CGDCONT lets stand in one string ("10.240.227.70,254.128.[...].26.12", up to 79 characters), the first
 * that is one; "" where none is, or none fits.
 */
static void address_to_show(const struct at_fields *fields, size_t i, char *ret_address, size_t size_bytes)
{
    const char *text = i < fields->n ? fields->text[i] : "";
    ret_address[0] = '\0';
    for (size_t len_bytes; *text && !*ret_address; text += len_bytes + (text[len_bytes] == ',')) {
        len_bytes = strcspn(text, ",");
        if (len_bytes >= size_bytes)
            continue;
        memcpy(ret_address, text, len_bytes);
        ret_address[len_bytes] = '\0';
        forget_no_address(ret_address);
    }
}

bool mc_at_is_other_context(const char *line, int32_t cid)
{
    const char *p = strchr(line, ':');
    if (!p)
        return false;
    p += 1 + strspn(p + 1, " \"");
    size_t digits = strspn(p, "0123456789");
    /* "25x" is a damaged line, and whose it was nobody can tell. A number of any size is a number. */
    return digits > 0 && (p[digits] == '\0' || strchr(", \"", p[digits])) && strtol(p, NULL, 10) != cid;
}

int mc_at_parse_cgdcont(const char *line, struct mc_at_cgdcont *ret_context)
{
    struct at_fields fields;
    struct mc_at_cgdcont context = {0};
    if (at_fields_split(line, "+CGDCONT:", &fields) < 0 || fields.n < 2 ||
        at_fields_int(&fields, 0, 0, CID_MAX, &context.cid) < 0)
        return -EINVAL;
    for (size_t i = 1; i < fields.n && i < 3; i++)
        if (!fields.quoted[i] && fields.text[i][0] != '\0')
            return -EINVAL;
    if (at_fields_string(&fields, 1, context.type, sizeof(context.type)) < 0 || context.type[0] == '\0' ||
        at_fields_string(&fields, 2, context.apn, sizeof(context.apn)) < 0)
        return -EINVAL;
    address_to_show(&fields, 3, context.address, sizeof(context.address));
    *ret_context = context;
    return 0;
}

int mc_at_parse_cgact(const char *line, int32_t cid)
{
    struct at_fields fields;
    int32_t told, state;
    if (at_fields_split(line, "+CGACT:", &fields) < 0 || fields.n != 2 ||
        at_fields_int(&fields, 0, 0, CID_MAX, &told) < 0 || told != cid || at_fields_int(&fields, 1, 0, 1, &state) < 0)
        return -EINVAL;
    return state;
}

int mc_at_parse_cgpaddr(const char *line, int32_t cid, char *ret_address, size_t size_bytes)
{
    struct at_fields fields;
    int32_t told, any = 0;
    ret_address[0] = '\0';
    if (at_fields_split(line, "+CGPADDR:", &fields) < 0 || at_fields_int(&fields, 0, 0, CID_MAX, &told) < 0 ||
        told != cid)
        return -EINVAL;
    for (size_t i = 1; i < fields.n; i++) { /* one a family, or both in one string */
        any = any || is_address(fields.text[i]);
        if (ret_address[0] == '\0')
            address_to_show(&fields, i, ret_address, size_bytes);
    }
    return any;
}

int mc_at_parse_cgauth(const char *line, struct mc_at_cgauth *ret_auth)
{
    struct at_fields fields;
    struct mc_at_cgauth auth = {0};
    int r = -EINVAL;
    if (at_fields_split(line, "+CGAUTH:", &fields) == 0 && fields.n >= 2 && fields.n <= 4 &&
        at_fields_int(&fields, 0, 0, CID_MAX, &auth.cid) == 0 && at_fields_int(&fields, 1, 0, 3, &auth.type) == 0 &&
        at_fields_string(&fields, 2, auth.user, sizeof(auth.user)) == 0 &&
        at_fields_string(&fields, 3, auth.password, sizeof(auth.password)) == 0) {
        *ret_auth = auth;
        r = 0;
    }
    explicit_bzero(&fields, sizeof(fields)); /* the password was in both */
    explicit_bzero(&auth, sizeof(auth));
    return r;
}

/* 27.007 writes address and mask as one: eight numbers with dots for IPv4 ("10.1.2.3.255.255.255.0"), 32 for IPv6. */
static void cut_mask(char *address)
{
    size_t dots = 0;
    for (const char *p = address; *p; p++)
        dots += *p == '.';
    if (dots != 7 && dots != 31)
        return;
    char *p = address;
    for (size_t keep = (dots + 1) / 2; keep > 0; p++)
        keep -= *p == '.';
    p[-1] = '\0';
}

/* 27.007 (CGPIAF's default) writes an IPv6 address as 16 decimal numbers with dots: here as eight hex ones with colons,
 * which every other program can read. What is no such address stays as it is. */
static void normal_address(char *address, size_t size)
{
    char copy[64], *rest = copy;
    unsigned pairs[8] = {0};
    int64_t number;
    if (strlen(address) >= sizeof(copy))
        return;
    strcpy(copy, address);
    for (size_t i = 0; i < 16; i++) {
        const char *part = strsep(&rest, ".");
        if (part == NULL || mc_parse_int(part, 0, 255, &number) < 0)
            return;
        pairs[i / 2] = pairs[i / 2] << 8 | (unsigned)number;
    }
    if (rest == NULL)
        snprintf(address, size, "%x:%x:%x:%x:%x:%x:%x:%x", pairs[0], pairs[1], pairs[2], pairs[3], pairs[4], pairs[5],
                 pairs[6], pairs[7]);
}

int mc_at_parse_cgcontrdp(const char *line, struct mc_at_cgcontrdp *ret_context)
{
    struct at_fields fields;
    struct mc_at_cgcontrdp context = {.bearer = MC_AT_UNKNOWN, .mtu = MC_AT_UNKNOWN};
    char address[160];
    if (at_fields_split(line, "+CGCONTRDP:", &fields) < 0 || fields.n < 3 ||
        at_fields_int(&fields, 0, 0, CID_MAX, &context.cid) < 0 ||
        at_fields_int_or_none(&fields, 1, 0, 255, &context.bearer) < 0 ||
        at_fields_string(&fields, 2, context.apn, sizeof(context.apn)) < 0)
        return -EINVAL;
    address_to_show(&fields, 3, address, sizeof(address));
    cut_mask(address);
    forget_no_address(address);
    address_to_show(&fields, 4, context.gateway, sizeof(context.gateway));
    if (at_copy(address, context.address, sizeof(context.address)) < 0)
        context.address[0] = '\0';
    if (at_fields_string(&fields, 5, context.dns[0], sizeof(context.dns[0])) < 0 ||
        at_fields_string(&fields, 6, context.dns[1], sizeof(context.dns[1])) < 0 ||
        at_fields_int_or_none(&fields, 11, 0, 65535, &context.mtu) < 0) /* 27.007: behind P-CSCF x 2, IM flag, LIPA */
        return -EINVAL;
    normal_address(context.address, sizeof(context.address));
    normal_address(context.gateway, sizeof(context.gateway));
    for (size_t n = 0; n < sizeof(context.dns) / sizeof(*context.dns); n++) {
        normal_address(context.dns[n], sizeof(context.dns[n]));
        forget_no_address(context.dns[n]);
    }
    *ret_context = context;
    return 0;
}
