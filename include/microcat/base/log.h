/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_LOG_H
#define MICROCAT_BASE_LOG_H

/*
 * Logging: one place through which every message leaves the process.
 *
 * The rooms below the daemon only know this; where messages go (journal with structured fields, stderr, a test's list)
 * is the sink's business. Never pass secrets: redact before you call (at/redact.h is the chokepoint for AT text).
 */

#include <stddef.h>

enum mc_log_level { /* syslog's numbers, so that a sink can pass them on as they are */
                    MC_LOG_ERR = 3,
                    MC_LOG_WARNING = 4,
                    MC_LOG_NOTICE = 5,
                    MC_LOG_INFO = 6,
                    MC_LOG_DEBUG = 7,
};

/** One structured field of a message, for example {"MICROCAT_STATE", "online"}. Both strings are borrowed for the call.
 */
struct mc_log_field {
    const char *key;
    const char *value;
};

/** Takes one message without line end. Called synchronously; must not log. */
typedef void mc_log_sink_fn(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields,
                            const char *message);

/** Sets the sink of the process; NULL brings the default (stderr, with the level's word) back. */
void mc_log_set_sink(mc_log_sink_fn *sink, void *ctx);

/** Messages above @level (more talkative) are dropped before they are formatted. Default MC_LOG_INFO. */
void mc_log_set_level(enum mc_log_level level);
enum mc_log_level mc_log_get_level(void);

/** "err", "warning", "notice", "info", "debug" -> level, or -EINVAL. */
int mc_log_level_parse(const char *name);

void mc_log(enum mc_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void mc_log_with(enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#define mc_err(...)    mc_log(MC_LOG_ERR, __VA_ARGS__)
#define mc_warn(...)   mc_log(MC_LOG_WARNING, __VA_ARGS__)
#define mc_notice(...) mc_log(MC_LOG_NOTICE, __VA_ARGS__)
#define mc_info(...)   mc_log(MC_LOG_INFO, __VA_ARGS__)
#define mc_debug(...)  mc_log(MC_LOG_DEBUG, __VA_ARGS__)

#endif
