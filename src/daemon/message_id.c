/* SPDX-License-Identifier: MIT */
#include <microcat/daemon/message_id.h>
#include <stdint.h>
#include <stdio.h>

/* FNV-1a of 128 bits, in two halves: a 32-bit processor's compiler has no __int128. */
struct hash128 {
    uint64_t high, low;
};

/* Times the prime, 2^88 + 0x13b. */
static struct hash128 multiply(struct hash128 hash)
{
    uint64_t first = (hash.low & UINT32_MAX) * 0x13b, second = (hash.low >> 32) * 0x13b + (first >> 32);

    return (struct hash128){
        .high = hash.high * 0x13b + (second >> 32) + (hash.low << 24),
        .low = second << 32 | (first & UINT32_MAX),
    };
}

static struct hash128 fnv1a(struct hash128 hash, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        hash.low ^= *p;
        hash = multiply(hash);
    }
    return hash;
}

char *mc_message_id(const char *code, char out[static MC_MESSAGE_ID_BYTES])
{
    const struct hash128 basis = {UINT64_C(0x6c62272e07bb0142), UINT64_C(0x62b821756295c58d)};
    struct hash128 hash = fnv1a(fnv1a(basis, "io.microcat.fault."), code);
    uint64_t high = hash.high, low = hash.low;

    high = (high & ~UINT64_C(0xf000)) | UINT64_C(0x8000);              /* version 8: made as the application likes */
    low = (low & ~(UINT64_C(3) << 62)) | UINT64_C(0x8000000000000000); /* variant 1 */
    snprintf(out, MC_MESSAGE_ID_BYTES, "%016llx%016llx", (unsigned long long)high, (unsigned long long)low);
    return out;
}
