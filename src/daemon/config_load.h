/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SRC_DAEMON_CONFIG_LOAD_H
#define MICROCAT_SRC_DAEMON_CONFIG_LOAD_H

/* What config_load.c (which files, what is missing) and config_file.c (the text of one) share. */

#include <microcat/daemon/config.h>
#include <stdbool.h>

struct mc_config {
    struct mc_settings settings;
    char **origins; /* a row each; NULL: default */
};

struct mc_config_load_job {
    struct mc_config *config;
    mc_config_report_fn *report;
    void *ctx;
    int result;      /* the first error */
    bool no_telling; /* what is required may have been there: a file could not be read, or its value was refused */
};

/** Reports a line; @error < 0 makes the whole load fail with it. */
void mc_config_complain(struct mc_config_load_job *job, enum mc_log_level level, int error, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/** Takes all of @text; @name stands for it in messages. True when it holds a secret. */
bool mc_config_parse_text(struct mc_config_load_job *job, const char *name, const char *text, size_t len_bytes);

#endif
