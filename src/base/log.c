/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/base/log.h>
#include <microcat/base/strtab.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_BYTES 4096 /* an AT line has at most 3071 bytes */

static const char *const level_words[] = {
    [MC_LOG_ERR] = "err",   [MC_LOG_WARNING] = "warning", [MC_LOG_NOTICE] = "notice",
    [MC_LOG_INFO] = "info", [MC_LOG_DEBUG] = "debug",
};
static const struct mc_strtab level_names = MC_STRTAB(level_words);

static void to_stderr(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields,
                      const char *message)
{
    const char *word = mc_strtab_name(&level_names, (int)level);

    fprintf(stderr, "%s: %s\n", level == MC_LOG_ERR ? "error" : word ? word : "log", message);
}

static struct {
    mc_log_sink_fn *sink;
    void *ctx;
    enum mc_log_level level;
    bool busy; /* inside the sink: one that logs would never end */
} out = {.sink = to_stderr, .level = MC_LOG_INFO};

void mc_log_set_sink(mc_log_sink_fn *sink, void *ctx)
{
    out.sink = sink ? sink : to_stderr;
    out.ctx = sink ? ctx : NULL;
}

void mc_log_set_level(enum mc_log_level level)
{
    out.level = level;
}

enum mc_log_level mc_log_get_level(void)
{
    return out.level;
}

int mc_log_level_parse(const char *name)
{
    int level = mc_strtab_value(&level_names, name);

    return level < 0 ? -EINVAL : level;
}

/* What a modem or a client sent may end up in a message: it must not forge lines or steer a terminal. */
static void defuse(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            *c = ' ';
}

__attribute__((format(printf, 4, 0))) static void emit(enum mc_log_level level, const struct mc_log_field *fields,
                                                       size_t n_fields, const char *fmt, va_list args)
{
    static const char more[] = "...";
    int saved_errno = errno;
    char message[MESSAGE_BYTES];

    if (level > out.level || out.busy)
        return;
    int n = vsnprintf(message, sizeof(message), fmt, args);
    if (n < 0)
        snprintf(message, sizeof(message), "(a message that could not be formatted)");
    else if ((size_t)n >= sizeof(message))
        memcpy(message + sizeof(message) - sizeof(more), more, sizeof(more));
    defuse(message);
    out.busy = true;
    out.sink(out.ctx, level, fields, n_fields, message);
    out.busy = false;
    errno = saved_errno;
}

void mc_log(enum mc_log_level level, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    emit(level, NULL, 0, fmt, args);
    va_end(args);
}

void mc_log_with(enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    emit(level, fields, n_fields, fmt, args);
    va_end(args);
}
