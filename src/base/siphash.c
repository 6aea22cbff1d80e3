/* SPDX-License-Identifier: MIT */
#include <microcat/base/siphash.h>

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

/* Up to 8 bytes, lowest first, whatever this processor's order is. */
static uint64_t word_of(const uint8_t *bytes, size_t n)
{
    uint64_t word = 0;

    for (size_t i = 0; i < n; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

static void rounds(uint64_t v[4], int n)
{
    while (n-- > 0) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] = rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] = rotate(v[2], 32);
    }
}

static void take(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    rounds(v, 2);
    v[0] ^= word;
}

uint64_t mc_siphash(const uint8_t key[MC_SIPHASH_KEY_BYTES], const void *data, size_t len_bytes)
{
    const uint64_t k0 = word_of(key, 8), k1 = word_of(key + 8, 8);
    uint64_t v[] = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573};
    const uint8_t *bytes = data;
    size_t left = len_bytes;

    for (; left >= 8; left -= 8, bytes += 8)
        take(v, word_of(bytes, 8));
    take(v, word_of(bytes, left) | (uint64_t)len_bytes << 56);
    v[2] ^= 0xff;
    rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
