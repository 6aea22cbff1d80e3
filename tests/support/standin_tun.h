/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_STANDIN_TUN_H
#define TESTS_SUPPORT_STANDIN_TUN_H

/* A TUN device as the network interface of a PPP link that has none in the kernel. */

#include <stddef.h>
#include <stdint.h>

/** Makes it ("" for @name: the next free pppN), with addresses, up. Returns its descriptor and name, or -errno. */
int standin_tun_open(const char *name, const uint8_t local[4], const uint8_t remote[4], int mtu, char ret_name[16]);

#endif
