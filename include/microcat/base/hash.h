/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_HASH_H
#define MICROCAT_BASE_HASH_H

/*
 * FNV-1a, 64 bits: tells texts apart, and is no secret's keeper. Some of its values are kept on disk: they stay as they
 * are.
 */

#include <stdint.h>

#define MC_FNV1A_BASIS 0xcbf29ce484222325u

/** @hash, MC_FNV1A_BASIS to begin with, over the bytes of @text; its end leaves no trace: "ab" is "a" and "b". */
uint64_t mc_fnv1a(uint64_t hash, const char *text);
/** The same with an end: "ab" and "c" are not "a" and "bc". */
uint64_t mc_fnv1a_part(uint64_t hash, const char *text);

#endif
