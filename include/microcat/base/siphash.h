/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_SIPHASH_H
#define MICROCAT_BASE_SIPHASH_H

/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012), 64 bits: a hash that nobody can compute, or try values against, who has
 * not got the key. For what is remembered of a secret; some of its values are kept on disk: they stay as they are.
 */

#include <stddef.h>
#include <stdint.h>

#define MC_SIPHASH_KEY_BYTES 16

/** Of the @len_bytes at @data under @key. */
uint64_t mc_siphash(const uint8_t key[MC_SIPHASH_KEY_BYTES], const void *data, size_t len_bytes);

#endif
