/* SPDX-License-Identifier: MIT */
/* Which files make the configuration, and what is missing when all are read. */
#include "config_load.h"
#include "config_rules.h"

#include <dirent.h>
#include <fcntl.h>
#include <microcat/base/cleanup.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES (256 * 1024)

void mc_config_complain(struct mc_config_load_job *job, enum mc_log_level level, int error, const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    for (unsigned char *p = (unsigned char *)text; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '?'; /* what was read may be anything */
    if (error < 0 && job->result == 0)
        job->result = error;
    job->report(job->ctx, level, text);
}

int mc_config_origin_set(struct mc_config *config, const struct mc_config_row *row, const char *fmt, ...)
{
    char **origin = &config->origins[row - mc_config_rows], *text;
    va_list args;

    va_start(args, fmt);
    int n = vasprintf(&text, fmt, args);
    va_end(args);
    if (n < 0)
        return -ENOMEM;
    free(*origin);
    *origin = text;
    return 0;
}

static mc_config_open_fn *open_with;

void mc_config_open_with(mc_config_open_fn *fn)
{
    open_with = fn;
}

static int open_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int r = fd < 0 ? -errno : fd;

    return r == -EACCES && open_with ? open_with(path) : r;
}

int mc_config_slurp(const char *path, size_t max_bytes, char **ret_data, size_t *ret_len, struct stat *ret_st)
{
    _cleanup_close_ int fd = open_file(path);

    if (fd < 0)
        return fd;
    if (fstat(fd, ret_st) < 0)
        return -errno;
    if (S_ISDIR(ret_st->st_mode))
        return -EISDIR;
    char *data = malloc(max_bytes + 2);
    if (!data)
        return -ENOMEM;
    size_t len = 0;
    ssize_t n;
    while (len <= max_bytes && (n = read(fd, data + len, max_bytes + 1 - len)) != 0) {
        if (n < 0 && errno != EINTR) {
            int error = errno;
            explicit_bzero(data, len);
            free(data);
            return -error;
        }
        len += n > 0 ? (size_t)n : 0;
    }
    data[len] = '\0';
    *ret_data = data;
    *ret_len = len;
    return 0;
}

static void parse_file(struct mc_config_load_job *load, const char *path)
{
    struct stat st;
    char *data = NULL;
    size_t len = 0;
    int r = mc_config_slurp(path, FILE_MAX_BYTES, &data, &len, &st);

    if (r < 0) {
        mc_config_complain(load, MC_LOG_ERR, r, "%s: cannot be read: %s", path, strerror(-r));
        load->no_telling = true;
        return;
    }
    if (len > FILE_MAX_BYTES)
        mc_config_complain(load, MC_LOG_ERR, -EFBIG, "%s: is larger than %d KiB: this is not a configuration", path,
                           FILE_MAX_BYTES / 1024);
    else if (mc_config_parse_text(load, path, data, len))
        mc_config_check_readers(load, path, &st);
    explicit_bzero(data, len);
    free(data);
}

bool mc_config_is_drop_in(const char *name)
{
    size_t len = strlen(name);

    return name[0] != '.' && strchr(name, '/') == NULL && len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

static int is_drop_in(const struct dirent *entry)
{
    return mc_config_is_drop_in(entry->d_name);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* the same order in every locale */
}

static void parse_drop_ins(struct mc_config_load_job *load, const char *path)
{
    _cleanup_free_ char *folder = NULL;
    _cleanup_free_ struct dirent **entries = NULL;

    if (asprintf(&folder, "%s.d", path) < 0) {
        folder = NULL;
        mc_config_complain(load, MC_LOG_ERR, -ENOMEM, "%s: out of memory", path);
        return;
    }
    int n = scandir(folder, &entries, is_drop_in, by_name);
    if (n < 0 && errno != ENOENT)
        mc_config_complain(load, MC_LOG_ERR, -errno, "%s: cannot be read: %s", folder, strerror(errno));
    for (int i = 0; i < n; i++) {
        _cleanup_free_ char *file = NULL;
        if (asprintf(&file, "%s/%s", folder, entries[i]->d_name) < 0) {
            file = NULL;
            mc_config_complain(load, MC_LOG_ERR, -ENOMEM, "%s: out of memory", folder);
        } else {
            parse_file(load, file);
        }
        free(entries[i]);
    }
}

struct mc_config *mc_config_new(void)
{
    struct mc_config *config = calloc(1, sizeof(*config));

    if (!config)
        return NULL;
    config->origins = calloc(mc_config_n_rows, sizeof(*config->origins));
    if (!config->origins || mc_settings_init(&config->settings) < 0) {
        free(config->origins);
        free(config);
        return NULL;
    }
    return config;
}

void mc_config_free(struct mc_config *config)
{
    if (!config)
        return;
    mc_settings_done(&config->settings);
    for (size_t i = 0; i < mc_config_n_rows; i++)
        free(config->origins[i]);
    free(config->origins);
    free(config);
}

static bool is_missing(const struct mc_config_row *row, const struct mc_config *config)
{
    return (row->flags & MC_CONFIG_REQUIRED) && !**(char *const *)((const char *)&config->settings + row->offset);
}

static int finish(struct mc_config_load_job *load, const char *path, struct mc_config **ret_config)
{
    int missing = 0;

    if (load->result == 0)
        load->result = mc_config_rules_check(load->config, load->report, load->ctx);
    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        if (load->no_telling || !is_missing(row, load->config))
            continue;
        const char *section = mc_strtab_name(&mc_config_section_names, (int)row->section);
        mc_config_complain(load, MC_LOG_ERR, 0, "%s: [%s] %s= is missing; for example: %s=%s", path, section, row->key,
                           row->key, row->example);
        missing = -ENODATA;
    }
    if (load->result < 0) {
        mc_config_free(load->config);
        return load->result;
    }
    *ret_config = load->config;
    return missing;
}

/* An instance has a socket of its own, unless one is configured. */
static int set_instance_socket(struct mc_config *config, const char *instance)
{
    const struct mc_config_row *row = mc_config_row_find("Control", "Socket");
    char socket[128];

    if (!instance || !*instance || config->origins[row - mc_config_rows])
        return 0;
    int n = snprintf(socket, sizeof(socket), "/run/microcatd/%s.sock", instance);
    return n >= (int)sizeof(socket) ? -EINVAL : mc_config_row_set(row, &config->settings, socket);
}

int mc_config_load(const char *path, const char *instance, mc_config_report_fn *report, void *ctx,
                   struct mc_config **ret_config)
{
    struct mc_config_load_job load = {.config = mc_config_new(), .report = report, .ctx = ctx};

    if (!load.config)
        return -ENOMEM;
    parse_file(&load, path);
    parse_drop_ins(&load, path);
    mc_config_take_credentials(&load);
    int r = set_instance_socket(load.config, instance);
    if (r < 0)
        mc_config_complain(&load, MC_LOG_ERR, r, "%s: the name of the instance does not make a socket's path",
                           instance);
    return finish(&load, path, ret_config);
}

int mc_config_load_text(const char *name, const char *text, size_t len_bytes, mc_config_report_fn *report, void *ctx,
                        struct mc_config **ret_config)
{
    struct mc_config_load_job load = {.config = mc_config_new(), .report = report, .ctx = ctx};

    if (!load.config)
        return -ENOMEM;
    mc_config_parse_text(&load, name, text, len_bytes);
    return finish(&load, name, ret_config);
}

const struct mc_settings *mc_config_settings(const struct mc_config *config)
{
    return &config->settings;
}

const char *mc_config_origin(const struct mc_config *config, const struct mc_config_row *row)
{
    const char *origin = config->origins[row - mc_config_rows];

    return origin ? origin : "default";
}

void mc_config_print(const struct mc_config *config, FILE *out)
{
    int section = -1;

    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        char value[256], line[320];
        if ((int)row->section != section) {
            fprintf(out, "%s[%s]\n", section < 0 ? "" : "\n",
                    mc_strtab_name(&mc_config_section_names, (int)row->section));
            section = (int)row->section;
        }
        mc_config_row_format(row, &config->settings, value, sizeof(value));
        snprintf(line, sizeof(line), "%s=%s", row->key, value);
        fprintf(out, "%-44s (%s)\n", line, mc_config_origin(config, row));
    }
}
