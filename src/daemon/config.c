/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/base/parse.h>
#include <microcat/daemon/config.h>
#include <string.h>

const struct mc_config_row *mc_config_row_find(const char *section, const char *key)
{
    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        if (strcmp(row->key, key) == 0 &&
            strcmp(mc_strtab_name(&mc_config_section_names, (int)row->section), section) == 0)
            return row;
    }
    return NULL;
}

static void *field(const struct mc_config_row *row, struct mc_settings *settings)
{
    return (char *)settings + row->offset;
}

static const void *const_field(const struct mc_config_row *row, const struct mc_settings *settings)
{
    return (const char *)settings + row->offset;
}

static void wipe_and_free(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

static int set_text(const struct mc_config_row *row, char **field_, const char *text)
{
    size_t len = strlen(text);
    if (len > 0 && ((int64_t)len < row->min || (int64_t)len > row->max))
        return -EINVAL;
    if (len > 0 && row->check && !row->check(text))
        return -EINVAL;
    char *copy = strdup(text);
    if (!copy)
        return -ENOMEM;
    wipe_and_free(*field_);
    *field_ = copy;
    return 0;
}

static bool in_range(const struct mc_config_row *row, int64_t value)
{
    return (value >= row->min && value <= row->max) || (value == 0 && (row->flags & MC_CONFIG_ZERO_OFF));
}

static int set_int(const struct mc_config_row *row, int64_t *field_, const char *text)
{
    int64_t value;
    if (!*text) { /* only as a default: the value that nobody chose */
        *field_ = 0;
        return 0;
    }
    if (mc_parse_int(text, INT64_MIN, INT64_MAX, &value) < 0 || !in_range(row, value))
        return -EINVAL;
    if (row->check && !row->check(text))
        return -EINVAL;
    *field_ = value;
    return 0;
}

static int set_duration(const struct mc_config_row *row, int64_t *field_, const char *text)
{
    int64_t ms;
    if (mc_parse_duration_ms(text, &ms) < 0 || !in_range(row, ms))
        return -EINVAL;
    if ((row->flags & MC_CONFIG_SECONDS) && ms % 1000 != 0)
        return -EINVAL;
    *field_ = ms;
    return 0;
}

static int set_name(const struct mc_config_row *row, int *field_, const char *text)
{
    int value = mc_strtab_value(row->names, text);
    bool yes;
    if (value < 0 && (row->flags & MC_CONFIG_ALSO_BOOL) && mc_parse_bool(text, &yes) == 0)
        value = mc_strtab_value(row->names, yes ? "yes" : "no");
    if (value < 0)
        return -EINVAL;
    *field_ = value;
    return 0;
}

int mc_config_row_set(const struct mc_config_row *row, struct mc_settings *settings, const char *text)
{
    if (!*text)
        text = row->default_text;
    switch (row->type) {
    case MC_CONFIG_TEXT:
        return set_text(row, field(row, settings), text);
    case MC_CONFIG_INT:
        return set_int(row, field(row, settings), text);
    case MC_CONFIG_BOOL:
        return mc_parse_bool(text, field(row, settings)) < 0 ? -EINVAL : 0;
    case MC_CONFIG_DURATION:
        return set_duration(row, field(row, settings), text);
    case MC_CONFIG_NAME:
        return set_name(row, field(row, settings), text);
    }
    return -EINVAL;
}

static void allowed_names(const struct mc_strtab *names, char *out, size_t out_bytes)
{
    size_t used = 0;
    for (size_t i = 0; i < names->count && used < out_bytes; i++) {
        const char *parting = i == 0 ? "" : i + 1 == names->count ? " or " : ", ";
        used += (size_t)snprintf(out + used, out_bytes - used, "%s%s", parting, names->names[i]);
    }
}

void mc_config_row_allowed(const struct mc_config_row *row, char *out, size_t out_bytes)
{
    const char *off = row->flags & MC_CONFIG_ZERO_OFF ? ", or 0 for off" : "";
    char from[32], to[32];

    if (row->allowed) {
        snprintf(out, out_bytes, "%s", row->allowed);
        return;
    }
    switch (row->type) {
    case MC_CONFIG_TEXT:
        snprintf(out, out_bytes, "text of %lld to %lld bytes", (long long)row->min, (long long)row->max);
        break;
    case MC_CONFIG_INT:
        snprintf(out, out_bytes, "a number from %lld to %lld%s", (long long)row->min, (long long)row->max, off);
        break;
    case MC_CONFIG_BOOL:
        snprintf(out, out_bytes, "yes or no");
        break;
    case MC_CONFIG_DURATION:
        mc_format_duration_exact(row->min, from, sizeof(from));
        mc_format_duration_exact(row->max, to, sizeof(to));
        snprintf(out, out_bytes, "a time%s from %s to %s (ms, s, min, h, d; a plain number is seconds)%s",
                 row->flags & MC_CONFIG_SECONDS ? " in whole seconds" : "", from, to, off);
        break;
    case MC_CONFIG_NAME:
        allowed_names(row->names, out, out_bytes);
        break;
    }
}

static void format_int(const struct mc_config_row *row, int64_t value, char *out, size_t out_bytes)
{
    if (value == 0 && !*row->default_text)
        *out = '\0'; /* nobody chose one */
    else
        snprintf(out, out_bytes, "%lld", (long long)value);
}

void mc_config_row_format(const struct mc_config_row *row, const struct mc_settings *settings, char *out,
                          size_t out_bytes)
{
    const void *value = const_field(row, settings);
    const char *text = NULL;

    switch (row->type) {
    case MC_CONFIG_TEXT:
        text = *(char *const *)value;
        if ((row->flags & MC_CONFIG_SECRET) && text && *text)
            text = "(set)";
        break;
    case MC_CONFIG_INT:
        format_int(row, *(const int64_t *)value, out, out_bytes);
        return;
    case MC_CONFIG_BOOL:
        text = *(const bool *)value ? "yes" : "no";
        break;
    case MC_CONFIG_DURATION:
        mc_format_duration_exact(*(const int64_t *)value, out, out_bytes);
        return;
    case MC_CONFIG_NAME:
        text = mc_strtab_name(row->names, *(const int *)value);
        break;
    }
    snprintf(out, out_bytes, "%s", text ? text : "");
}

int mc_settings_init(struct mc_settings *settings)
{
    memset(settings, 0, sizeof(*settings));
    for (size_t i = 0; i < mc_config_n_rows; i++) {
        int r = mc_config_row_set(&mc_config_rows[i], settings, "");
        if (r < 0) {
            mc_settings_done(settings);
            return r;
        }
    }
    return 0;
}

void mc_settings_done(struct mc_settings *settings)
{
    for (size_t i = 0; i < mc_config_n_rows; i++)
        if (mc_config_rows[i].type == MC_CONFIG_TEXT)
            wipe_and_free(*(char **)field(&mc_config_rows[i], settings));
    memset(settings, 0, sizeof(*settings));
}

bool mc_config_same(const struct mc_config_row *row, const struct mc_settings *a, const struct mc_settings *b)
{
    const void *va = const_field(row, a), *vb = const_field(row, b);

    switch (row->type) {
    case MC_CONFIG_TEXT:
        return strcmp(*(char *const *)va, *(char *const *)vb) == 0;
    case MC_CONFIG_INT:
    case MC_CONFIG_DURATION:
        return *(const int64_t *)va == *(const int64_t *)vb;
    case MC_CONFIG_BOOL:
        return *(const bool *)va == *(const bool *)vb;
    case MC_CONFIG_NAME:
        return *(const int *)va == *(const int *)vb;
    }
    return true;
}

unsigned mc_config_diff(const struct mc_settings *before, const struct mc_settings *after, mc_config_report_fn *report,
                        void *ctx)
{
    unsigned changed = 0;

    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        char from[256], to[256], text[640];

        if (mc_config_same(row, before, after))
            continue;
        changed |= 1u << row->section;
        mc_config_row_format(row, before, from, sizeof(from));
        mc_config_row_format(row, after, to, sizeof(to));
        const char *section = mc_strtab_name(&mc_config_section_names, (int)row->section);
        if (row->flags & MC_CONFIG_SECRET)
            snprintf(text, sizeof(text), "[%s] %s changed", section, row->key);
        else
            snprintf(text, sizeof(text), "[%s] %s: %s -> %s", section, row->key, *from ? from : "(unset)",
                     *to ? to : "(unset)");
        if (report)
            report(ctx, MC_LOG_INFO, text);
    }
    return changed;
}
