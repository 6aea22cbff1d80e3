/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_PROBE_SOCKET_H
#define MICROCAT_HOST_PROBE_SOCKET_H

/* The socket of one probe of the link. */

#include <microcat/base/settings.h>

/**
 * Bound to @ifname (NULL: to none), close-on-exec, non-blocking. ICMP: a socket of kind ping where the system allows us
 * one (net.ipv4.ping_group_range), else a raw one, which is said in @ret_raw. The descriptor, or -errno.
 */
int mc_probe_socket(enum mc_probe_kind kind, int family, const char *ifname, bool *ret_raw);

#endif
