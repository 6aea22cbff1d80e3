/* SPDX-License-Identifier: MIT */
#ifndef MOCK_CHAP_H
#define MOCK_CHAP_H
typedef int(chap_check_hook_fn)(void);
typedef int(chap_passwd_hook_fn)(char *user, char *password);
extern chap_check_hook_fn *chap_check_hook;
extern chap_passwd_hook_fn *chap_passwd_hook;
#endif
