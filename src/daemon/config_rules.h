/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SRC_DAEMON_CONFIG_RULES_H
#define MICROCAT_SRC_DAEMON_CONFIG_RULES_H

/* What one value cannot say alone: rules over all settings. */

#include <microcat/daemon/config.h>

/** Reports every rule that is broken. 0, or -EINVAL when one of them was an error. */
int mc_config_rules_check(const struct mc_config *config, mc_config_report_fn *report, void *ctx);

#endif
