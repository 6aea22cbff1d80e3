/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_CONFIG_H
#define MICROCAT_DAEMON_CONFIG_H

/*
 * The configuration: one table of rows, from which reading, checking, printing, the example file and the manual come
 * (config.c), and the reader of the files (config_file.c).
 *
 * Files: FILE (normally /etc/microcatd/microcatd.conf), then FILE.d/ *.conf in lexical order, then systemd's
 * credentials sim.pin and pdp.password; what comes later wins. A file with a secret that others can read is refused. An
 * empty value brings the default back. Comments stand on lines of their own and begin with '#' or ';'.
 */

#include <microcat/base/log.h>
#include <microcat/base/settings.h>
#include <microcat/base/strtab.h>
#include <stddef.h>
#include <stdio.h>

enum mc_config_section {
    MC_CONFIG_MODEM,
    MC_CONFIG_SIM,
    MC_CONFIG_PDP,
    MC_CONFIG_PPP,
    MC_CONFIG_PROBE,
    MC_CONFIG_RECOVERY,
    MC_CONFIG_CONTROL,
    MC_CONFIG_SECTION_COUNT
};
extern const struct mc_strtab mc_config_section_names; /* "Modem", "SIM", ... */

enum mc_config_type {
    MC_CONFIG_TEXT,     /* char *, never NULL */
    MC_CONFIG_INT,      /* int64_t */
    MC_CONFIG_BOOL,     /* bool */
    MC_CONFIG_DURATION, /* int64_t, ms */
    MC_CONFIG_NAME,     /* an enum (int) with the names of `names` */
};

enum mc_config_flags {
    MC_CONFIG_SECRET = 1 << 0,    /* never printed nor logged */
    MC_CONFIG_PERSONAL = 1 << 5,  /* not for those who may only read */
    MC_CONFIG_REQUIRED = 1 << 1,  /* the daemon cannot do without it */
    MC_CONFIG_ZERO_OFF = 1 << 2,  /* 0 is allowed below min and switches the thing off */
    MC_CONFIG_ALSO_BOOL = 1 << 4, /* NAME with "yes" and "no": true, on, 1 and so on mean the same */
    MC_CONFIG_AT_START = 1 << 6,  /* taken when the daemon starts; a reload changes nothing of it */
    MC_CONFIG_SECONDS = 1 << 3,   /* DURATION: whole seconds only, because it goes to somebody who knows no less */
};

struct mc_config_row {
    enum mc_config_section section;
    const char *key;
    enum mc_config_type type;
    size_t offset;                   /* of the value in struct mc_settings */
    int64_t min, max;                /* INT: the value; DURATION: ms; TEXT: bytes when not empty */
    const struct mc_strtab *names;   /* NAME */
    bool (*check)(const char *text); /* further rule for TEXT and INT, true: fine; NULL: none */
    const char *allowed;             /* for people, where type and range do not say it: "auto or an absolute path" */
    const char *unit;                /* of a plain number, for people; NULL: none */
    const char *default_text;        /* as one would write it; "" is unset */
    const char *example;             /* NULL: none */
    unsigned flags;                  /* enum mc_config_flags */
    const char *help;                /* whole sentences, for the manual and the example file */
};

extern const struct mc_config_row mc_config_rows[];
extern const size_t mc_config_n_rows;

/** The row of [section] key (both compared exactly), or NULL. */
const struct mc_config_row *mc_config_row_find(const char *section, const char *key);

/**
 * Reads @text by @row into @settings. The empty text is the row's default. 0, -EINVAL (nothing was changed), -ENOMEM.
 */
int mc_config_row_set(const struct mc_config_row *row, struct mc_settings *settings, const char *text);

/** What @row allows, for people: "a time from 1s to 1h", "rtscts or none". Always ends with a NUL. */
void mc_config_row_allowed(const struct mc_config_row *row, char *out, size_t out_bytes);

/** The value as one would write it; a secret is "(set)" or "". Always ends with a NUL. */
void mc_config_row_format(const struct mc_config_row *row, const struct mc_settings *settings, char *out,
                          size_t out_bytes);

/** Sets every value to its default. Strings in @settings are overwritten, not freed. 0 or -ENOMEM (then nothing is
 * owned). */
int mc_settings_init(struct mc_settings *settings);
/** Frees the strings, secrets wiped first, and zeroes the struct. Harmless on a zeroed one. */
void mc_settings_done(struct mc_settings *settings);

/** A loaded configuration: settings and where each value came from. */
struct mc_config;

/** What is wrong (ERR), doubtful (WARNING), in one line for people: "/etc/...conf:12: [PPP] MTU=9000: ...". Borrowed.
 */
typedef void mc_config_report_fn(void *ctx, enum mc_log_level level, const char *text);

/** What opens a file of the configuration, where this process may not: a descriptor, or -errno. NULL: nobody. */
typedef int mc_config_open_fn(const char *path);
void mc_config_open_with(mc_config_open_fn *fn);

/**
 * Reads @path, its drop-ins and the credentials in $CREDENTIALS_DIRECTORY. Everything that is wrong is reported before
 * this returns, not just the first.
 *
 * @instance: the name of a template's instance, which changes the default of [Control] Socket; NULL or "": none.
 * @ret_config: set on 0 and on -ENODATA only; to be freed by mc_config_free().
 * @return 0; -ENODATA: all is well formed, but a required key is missing (reported as ERR; the settings can be used to
 * serve status with, and the link holds until it comes); -EINVAL: something is wrong; -EPERM: others can read a secret;
 * -ENOENT, -EACCES, ... for a file that cannot be read; -ENOMEM.
 */
int mc_config_load(const char *path, const char *instance, mc_config_report_fn *report, void *ctx,
                   struct mc_config **ret_config);

/** Is @name one of a file in FILE.d that is read: a plain one that ends with .conf? */
bool mc_config_is_drop_in(const char *name);

/** The same for text in memory, without drop-ins; @name stands for the file in messages. For tests and the fuzzer. */
int mc_config_load_text(const char *name, const char *text, size_t len_bytes, mc_config_report_fn *report, void *ctx,
                        struct mc_config **ret_config);
/**
 * Every value as it is, also the secrets of files (not those of credentials), in a text for mc_config_restore() and
 * nobody else: to be wiped and freed by the caller. NULL: no memory.
 */
char *mc_config_keep(const struct mc_config *config);
/** With the credentials as they are now. 0; -EBADMSG: it is none, or of a version that allowed what is not allowed now;
 * -ENOMEM; or a credential's error, as above. */
int mc_config_restore(const char *text, struct mc_config **ret_config);

/** Secrets are wiped. NULL is harmless. */
void mc_config_free(struct mc_config *config);

/** Valid as long as @config. */
const struct mc_settings *mc_config_settings(const struct mc_config *config);
/** "default", "FILE:LINE", or the credential's path. Borrowed, valid as long as @config. */
const char *mc_config_origin(const struct mc_config *config, const struct mc_config_row *row);

/** Every effective value with its origin, a line each: "APN=soracom.io   (FILE:LINE)"; secrets as "(set)". */
void mc_config_print(const struct mc_config *config, FILE *out);

/** Is the value of @row the same in both? */
bool mc_config_same(const struct mc_config_row *row, const struct mc_settings *a, const struct mc_settings *b);
/** The value of @row becomes what it is in @before. 0 or -ENOMEM. */
int mc_config_hold(struct mc_config *config, const struct mc_config_row *row, const struct mc_settings *before);

/**
 * What changed between two settings: bit (1u << section) for each section with a changed value. @report (may be NULL)
 * gets one INFO line a changed key: "[PDP] APN: soracom.io -> iijmio.jp", secrets without their values.
 */
unsigned mc_config_diff(const struct mc_settings *before, const struct mc_settings *after, mc_config_report_fn *report,
                        void *ctx);

#endif
