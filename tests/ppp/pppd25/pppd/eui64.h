/* SPDX-License-Identifier: MIT */
#ifndef MOCK_EUI64_H
#define MOCK_EUI64_H
#include <stdint.h>
typedef union {
    uint8_t e8[8];
    uint16_t e16[4];
    uint32_t e32[2];
} eui64_t;
#endif
