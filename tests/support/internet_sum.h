/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_SUPPORT_INTERNET_SUM_H
#define MICROCAT_TESTS_SUPPORT_INTERNET_SUM_H

/* The checksum of IP and ICMP (RFC 1071), written apart from the daemon's, which it judges. */

#include <stddef.h>
#include <stdint.h>

/** Writes the sum of @len_bytes (even) of @data to @at, in network order; a field for it inside @data must be 0 before.
 */
static inline void internet_sum_put(uint8_t *at, const uint8_t *data, size_t len_bytes)
{
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < len_bytes; i += 2)
        sum += (uint32_t)(data[i] << 8 | data[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    at[0] = (uint8_t)(~sum >> 8);
    at[1] = (uint8_t)~sum;
}

#endif
