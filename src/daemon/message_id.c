/* SPDX-License-Identifier: MIT */
#include <microcat/daemon/message_id.h>
#include <stdint.h>
#include <stdio.h>

__extension__ typedef unsigned __int128 u128;

static u128 fnv1a(u128 hash, const char *text)
{
    const u128 prime = ((u128)1 << 88) + 0x13b;

    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        hash = (hash ^ *p) * prime;
    return hash;
}

char *mc_message_id(const char *code, char out[static MC_MESSAGE_ID_BYTES])
{
    const u128 basis = (u128)0x6c62272e07bb0142 << 64 | 0x62b821756295c58d;
    u128 hash = fnv1a(fnv1a(basis, "io.microcat.fault."), code);
    uint64_t high = (uint64_t)(hash >> 64), low = (uint64_t)hash;

    high = (high & ~UINT64_C(0xf000)) | UINT64_C(0x8000);              /* version 8: made as the application likes */
    low = (low & ~(UINT64_C(3) << 62)) | UINT64_C(0x8000000000000000); /* variant 1 */
    snprintf(out, MC_MESSAGE_ID_BYTES, "%016llx%016llx", (unsigned long long)high, (unsigned long long)low);
    return out;
}
