/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_INTERNET_H
#define MICROCAT_SIM_INTERNET_H

/* An internet in one function: every IPv4 host answers pings, every one is a name server, and no TCP port is open. */

#include <stddef.h>
#include <stdint.h>

/** The answer to @packet into @out (2048 bytes); returns its length, 0: none. */
size_t sim_internet_answer(const uint8_t *packet, size_t len_bytes, uint8_t *out);

#endif
