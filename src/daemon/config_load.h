/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SRC_DAEMON_CONFIG_LOAD_H
#define MICROCAT_SRC_DAEMON_CONFIG_LOAD_H

/* What config_load.c (which files, what is missing), config_file.c (the text of one) and config_secret.c (credentials,
 * and who can read a secret) and config_keep.c (all of it in a text) share. */

#include <microcat/daemon/config.h>
#include <stdbool.h>
#include <sys/stat.h>

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

/** All values are the defaults. NULL: no memory. */
struct mc_config *mc_config_new(void);

/** Reports a line; @error < 0 makes the whole load fail with it. */
void mc_config_complain(struct mc_config_load_job *job, enum mc_log_level level, int error, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/** Says where the value of @row is from. 0 or -ENOMEM. */
int mc_config_origin_set(struct mc_config *config, const struct mc_config_row *row, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * All of a file in memory, at most @max_bytes and one more, with room for a NUL behind it; *ret_data is to be wiped and
 * freed by the caller. 0 or -errno.
 */
int mc_config_slurp(const char *path, size_t max_bytes, char **ret_data, size_t *ret_len, struct stat *ret_st);

/** @path holds a secret: an error with the command that mends it, when others than root or microcatd can read it. */
void mc_config_check_readers(struct mc_config_load_job *job, const char *path, const struct stat *st);

/** Takes what systemd hands over in $CREDENTIALS_DIRECTORY: sim.pin and pdp.password, a value alone in each. */
void mc_config_take_credentials(struct mc_config_load_job *job);

/** Takes all of @text; @name stands for it in messages. True when it holds a secret. */
bool mc_config_parse_text(struct mc_config_load_job *job, const char *name, const char *text, size_t len_bytes);

#endif
