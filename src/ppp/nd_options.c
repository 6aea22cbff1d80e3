/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/ppp/nd_options.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* RFC 8106, 5.1, and RFC 8781, 4. An option's length counts units of 8 bytes. */
enum { RDNSS = 25, PREF64 = 38, UNIT_BYTES = 8, RDNSS_HEAD_BYTES = 8, ADDRESS_BYTES = 16, PREF64_BYTES = 16 };

/* RFC 8781, 4: the scaled lifetime's unit; the prefix lengths by their code. */
#define PREF64_UNIT_MS 8000
static const unsigned char pref64_bits[] = {96, 64, 56, 48, 40, 32};

static int64_t until(int64_t now_ms, uint32_t lifetime_s)
{
    return lifetime_s == UINT32_MAX ? INT64_MAX : now_ms + (int64_t)lifetime_s * 1000;
}

static void drop_server(struct mc_nd_facts *facts, size_t at)
{
    memmove(&facts->servers[at], &facts->servers[at + 1], (MC_ND_SERVERS - at - 1) * sizeof(facts->servers[0]));
    facts->servers[MC_ND_SERVERS - 1].address[0] = '\0';
}

/* A router that takes a server back says lifetime 0. */
static int take_server(struct mc_nd_facts *facts, const uint8_t *binary, int64_t now_ms, uint32_t lifetime_s)
{
    struct in6_addr address;
    char text[INET6_ADDRSTRLEN];
    size_t at = 0;

    memcpy(&address, binary, sizeof(address));
    if (IN6_IS_ADDR_UNSPECIFIED(&address) || IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_MULTICAST(&address) ||
        IN6_IS_ADDR_LINKLOCAL(&address))
        return 0;
    inet_ntop(AF_INET6, &address, text, sizeof(text));
    while (at < MC_ND_SERVERS && facts->servers[at].address[0] != '\0' && strcmp(facts->servers[at].address, text) != 0)
        at++;
    if (at == MC_ND_SERVERS)
        return 0;
    bool known = facts->servers[at].address[0] != '\0';
    if (lifetime_s == 0) {
        if (known)
            drop_server(facts, at);
        return known;
    }
    snprintf(facts->servers[at].address, sizeof(facts->servers[at].address), "%s", text);
    facts->servers[at].until_ms = until(now_ms, lifetime_s);
    return !known;
}

static int take_rdnss(struct mc_nd_facts *facts, const uint8_t *option, size_t len, int64_t now_ms)
{
    uint32_t lifetime_s;
    int news = 0;

    memcpy(&lifetime_s, option + 4, sizeof(lifetime_s));
    for (size_t at = RDNSS_HEAD_BYTES; at + ADDRESS_BYTES <= len; at += ADDRESS_BYTES)
        news |= take_server(facts, option + at, now_ms, ntohl(lifetime_s));
    return news;
}

static int take_pref64(struct mc_nd_facts *facts, const uint8_t *option, size_t len, int64_t now_ms)
{
    const unsigned field = (unsigned)option[2] << 8 | option[3], code = field & 7, scaled = field >> 3;
    char text[INET6_ADDRSTRLEN], before[sizeof(facts->nat64)];
    struct in6_addr prefix = {0};

    if (code >= sizeof(pref64_bits)) /* RFC 8781, 4: a receiver ignores it */
        return 0;
    memcpy(before, facts->nat64, sizeof(before));
    memcpy(&prefix, option + 4, pref64_bits[code] / 8u);
    inet_ntop(AF_INET6, &prefix, text, sizeof(text));
    snprintf(facts->nat64, sizeof(facts->nat64), "%s/%u", text, pref64_bits[code]);
    facts->nat64_until_ms = now_ms + (int64_t)scaled * PREF64_UNIT_MS;
    if (scaled == 0) {
        if (strcmp(before, facts->nat64) != 0) /* another one that ends is no news of ours */
            memcpy(facts->nat64, before, sizeof(before));
        else
            facts->nat64[0] = '\0';
    }
    return strcmp(before, facts->nat64) != 0;
}

static const struct {
    uint8_t type;
    size_t least_bytes;
    bool exact;
    int (*take)(struct mc_nd_facts *facts, const uint8_t *option, size_t len, int64_t now_ms);
} kinds[] = {
    {RDNSS, RDNSS_HEAD_BYTES + ADDRESS_BYTES, false, take_rdnss},
    {PREF64, PREF64_BYTES, true, take_pref64},
};

/* RFC 4861, 4.6: a length of 0 makes the message invalid; one that is too short for its kind makes no sense either. */
static int check(const uint8_t *options, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t bytes = at + 2 <= len ? (size_t)options[at + 1] * UNIT_BYTES : 0;

        if (bytes == 0 || bytes > len - at)
            return -EBADMSG;
        for (size_t i = 0; i < MC_LENGTH_OF(kinds); i++)
            if (options[at] == kinds[i].type &&
                (bytes < kinds[i].least_bytes || (kinds[i].exact && bytes != kinds[i].least_bytes)))
                return -EBADMSG;
        at += bytes;
    }
    return 0;
}

int mc_nd_take(struct mc_nd_facts *facts, const void *options, size_t len, int64_t now_ms)
{
    const uint8_t *bytes = options;
    int news = 0, r = check(bytes, len);

    if (r < 0)
        return r;
    for (size_t at = 0; at < len; at += (size_t)bytes[at + 1] * UNIT_BYTES)
        for (size_t i = 0; i < MC_LENGTH_OF(kinds); i++)
            if (bytes[at] == kinds[i].type)
                news |= kinds[i].take(facts, bytes + at, (size_t)bytes[at + 1] * UNIT_BYTES, now_ms);
    return news;
}

int mc_nd_expire(struct mc_nd_facts *facts, int64_t now_ms, int64_t *ret_next_ms)
{
    int news = 0;

    *ret_next_ms = INT64_MAX;
    for (size_t at = 0; at < MC_ND_SERVERS && facts->servers[at].address[0] != '\0';) {
        if (facts->servers[at].until_ms <= now_ms) {
            drop_server(facts, at);
            news = 1;
            continue;
        }
        if (facts->servers[at].until_ms < *ret_next_ms)
            *ret_next_ms = facts->servers[at].until_ms;
        at++;
    }
    if (facts->nat64[0] != '\0' && facts->nat64_until_ms <= now_ms) {
        facts->nat64[0] = '\0';
        news = 1;
    } else if (facts->nat64[0] != '\0' && facts->nat64_until_ms < *ret_next_ms) {
        *ret_next_ms = facts->nat64_until_ms;
    }
    return news;
}
