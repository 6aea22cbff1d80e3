/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_MD5_H
#define MICROCAT_SIM_MD5_H

#include <stddef.h>
#include <stdint.h>

/** MD5 (RFC 1321) of at most 500 bytes: as much as a CHAP response (RFC 1994) needs. */
void sim_md5(const uint8_t *data, size_t len_bytes, uint8_t ret_digest[16]);

#endif
