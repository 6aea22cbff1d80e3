/* SPDX-License-Identifier: MIT */
#ifndef MOCK_UPAP_H
#define MOCK_UPAP_H
typedef int(pap_check_hook_fn)(void);
typedef int(pap_passwd_hook_fn)(char *user, char *passwd);
extern pap_check_hook_fn *pap_check_hook;
extern pap_passwd_hook_fn *pap_passwd_hook;
#endif
