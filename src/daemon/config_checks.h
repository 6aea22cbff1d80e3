/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SRC_DAEMON_CONFIG_CHECKS_H
#define MICROCAT_SRC_DAEMON_CONFIG_CHECKS_H

/* What a text in the configuration may look like, beyond its length. The empty text never comes here. True: fine. */

#include <stdbool.h>

bool mc_check_device(const char *text);
bool mc_check_usb_ids(const char *text);
bool mc_check_printable(const char *text); /* ASCII, no quote: what may stand in an AT string */
bool mc_check_baud(const char *text);
bool mc_check_reset(const char *text);
bool mc_check_power(const char *text);
bool mc_check_pin(const char *text);
bool mc_check_apn(const char *text);
bool mc_check_path(const char *text);
bool mc_check_interface(const char *text);
bool mc_check_address(const char *text);
bool mc_check_group(const char *text);

#endif
