/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_OPTIONS_H
#define MICROCAT_DAEMON_OPTIONS_H

/* The command line of microcatd, from one table. */

#include <microcat/base/log.h>
#include <stdbool.h>
#include <stdio.h>

struct mc_options {
    const char *config;   /* --config=FILE, or the instance's or the normal file; never NULL */
    const char *instance; /* --instance=NAME, or "" */
    const char *record;   /* --record=FILE, or NULL */
    bool check_config;
    bool log_level_given;
    enum mc_log_level log_level; /* MC_LOG_INFO unless given */
    char config_buffer[128];     /* behind `config` for an instance */
};

enum mc_options_result {
    MC_OPTIONS_RUN,    /* go on */
    MC_OPTIONS_DONE,   /* --help or --version was answered on @out: exit 0 */
    MC_OPTIONS_REFUSE, /* said why on @err: exit 2 */
};

/** Reads @argv; the strings in @ret_options are borrowed from it. */
enum mc_options_result mc_options_parse(int argc, char *const *argv, const char *version, FILE *out, FILE *err,
                                        struct mc_options *ret_options);

/** Row @index of the options, for the manual: 0, or -ENOENT beyond the last. @ret_argument is NULL when it takes none.
 */
int mc_options_row(size_t index, const char **ret_name, const char **ret_argument, const char **ret_help);

#endif
