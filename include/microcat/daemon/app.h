/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_APP_H
#define MICROCAT_DAEMON_APP_H

/* The daemon as a whole. */

#include <microcat/daemon/options.h>

/** Runs until SIGTERM or SIGINT (or only checks the config, as the options say). @return the process' exit code. */
int mc_app_run(const struct mc_options *options);

#endif
