/* SPDX-License-Identifier: MIT */
/* What stays of a configuration: a value under another one; the whole of it in a text and back, to the letter: a line
 * "Section.Key=value" each. No value has a line's end in it; quotes, blanks and comments mean nothing here. */
#include "config_load.h"

#include <errno.h>
#include <microcat/base/cleanup.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_BYTES = 256 }; /* no value has more than 255 */

/* As it stands in a file; a text's, secrets too, where it lies, another's in @buffer. */
static const char *value_of(const struct mc_config_row *row, const struct mc_settings *settings,
                            char buffer[static VALUE_BYTES])
{
    if (row->type == MC_CONFIG_TEXT)
        return *(char *const *)((const char *)settings + row->offset);
    mc_config_row_format(row, settings, buffer, VALUE_BYTES);
    return buffer;
}

static void write_row(FILE *out, const struct mc_config_row *row, const struct mc_settings *settings)
{
    char buffer[VALUE_BYTES];

    fprintf(out, "%s.%s=%s\n", mc_strtab_name(&mc_config_section_names, (int)row->section), row->key,
            value_of(row, settings, buffer));
}

/* systemd hands it over again, from where it swaps nothing out; perhaps only the machine's TPM can open the file. */
static bool is_credential(const struct mc_config *config, const struct mc_config_row *row)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY"), *origin = config->origins[row - mc_config_rows];

    return folder && *folder && origin && strncmp(origin, folder, strlen(folder)) == 0;
}

char *mc_config_keep(const struct mc_config *config)
{
    enum { ROW_BYTES = VALUE_BYTES + 64 };
    const size_t size = mc_config_n_rows * ROW_BYTES;
    char *text = calloc(1, size);
    FILE *out = text ? fmemopen(text, size, "w") : NULL; /* one that grows would leave secrets behind */

    if (!out) {
        free(text);
        return NULL;
    }
    setvbuf(out, NULL, _IONBF, 0);
    for (size_t i = 0; i < mc_config_n_rows; i++)
        if (!is_credential(config, &mc_config_rows[i]))
            write_row(out, &mc_config_rows[i], &config->settings);
    fclose(out);
    return text;
}

static int take_line(struct mc_config *config, char *line)
{
    char *key = strchr(line, '.'), *value = key ? strchr(key, '=') : NULL;

    if (!value)
        return -EBADMSG;
    *key++ = *value++ = '\0';
    const struct mc_config_row *row = mc_config_row_find(line, key);
    int r = row ? mc_config_row_set(row, &config->settings, value) : 0; /* else of another version */
    return r == -EINVAL ? -EBADMSG : r;
}

int mc_config_hold(struct mc_config *config, const struct mc_config_row *row, const struct mc_settings *before)
{
    char buffer[VALUE_BYTES];

    return mc_config_row_set(row, &config->settings, value_of(row, before, buffer));
}

static void nobody_hears(void *ctx, enum mc_log_level level, const char *text)
{
}

int mc_config_restore(const char *text, struct mc_config **ret_config)
{
    struct mc_config *config = mc_config_new();
    char *copy = strdup(text), *save = NULL;
    const size_t len = strlen(text);
    int r = !config || !copy ? -ENOMEM : len == 0 || text[len - 1] != '\n' ? -EBADMSG : 0;

    for (char *line = r == 0 ? strtok_r(copy, "\n", &save) : NULL; line && r == 0; line = strtok_r(NULL, "\n", &save))
        r = take_line(config, line);
    if (copy)
        explicit_bzero(copy, len);
    free(copy);
    struct mc_config_load_job load = {.config = config, .report = nobody_hears};
    if (r == 0)
        mc_config_take_credentials(&load);
    r = r == 0 ? load.result : r;
    if (r == 0)
        *ret_config = config;
    else
        mc_config_free(config);
    return r;
}
