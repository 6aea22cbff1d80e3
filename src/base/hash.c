/* SPDX-License-Identifier: MIT */
#include <microcat/base/hash.h>

#define PRIME 0x100000001b3u

uint64_t mc_fnv1a(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * PRIME;
    return hash;
}

uint64_t mc_fnv1a_part(uint64_t hash, const char *text)
{
    return (mc_fnv1a(hash, text) ^ 0xff) * PRIME;
}
