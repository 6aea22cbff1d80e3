/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_MOCK_PPPD_H
#define MICROCAT_TESTS_MOCK_PPPD_H

/* A pppd to hang the plugin into, with either interface: what pppd would do, a call each. No stdbool.h: 2.4.9 has its
 * own bool. */

extern char pppd_version[];
void plugin_init(void);

/** As an option in pppd's arguments. 0 when the plugin knows it. */
int mock_option(const char *name, char *value);
void mock_phase(int phase);
/** IPCP agreed on these. remote or DNS may be NULL. */
void mock_ip_up(const char *local, const char *remote, const char *dns1, const char *dns2);
void mock_ip_down(void);
/** Interface identifiers of eight equal bytes. */
void mock_ipv6_up(unsigned char ours, unsigned char his);
void mock_ipv6_down(void);
void mock_exit(int status, unsigned rx, unsigned tx, unsigned seconds);
/** What auth.c does: the name goes in as a 256 byte buffer that the hook may write. password NULL asks whether there is
 * one. */
int mock_pap(char *user, char *password);
int mock_chap(char *user, char *password);
int mock_can_auth(void);
/** ipcp_resetci(): are DNS servers asked for afterwards? */
int mock_asks_dns(void);
/** All timeouts that are set run once. Returns how many. */
int mock_timeouts(void);
/** The global password of an options file. */
char *mock_passwd(void);

#endif
