/* SPDX-License-Identifier: MIT */
#ifndef MOCK_PPPDCONF_H
#define MOCK_PPPDCONF_H
/* Of ppp 2.5's installed headers, only what a plugin like ours sees; names and types after ppp 2.5.2's public
 * interface. */
#define PPPD_VERSION    "2.5.2"
#define PPP_WITH_IPV6CP 1
#endif
