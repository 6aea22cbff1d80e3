/* SPDX-License-Identifier: MIT */
/*
 * Reads the text of a configuration file. inih knows sections, keys and values; what it would do in silence is done
 * here by the reader that hands it its lines: it counts them (inih's handler is not told), reports those that are too
 * long (inih cuts them) or mean nothing (inih names only the first), and strips what stands before a line (inih would
 * take an indented one for the continuation of the value before).
 */
#include "config_load.h"
#include "config_suggest.h"

#include <ini.h>
#include <microcat/base/cleanup.h>
#include <string.h>

#define LINE_MAX_BYTES 1024

struct source { /* one file while it is read */
    struct mc_config_load_job *load;
    const char *name;
    const char *data;
    size_t len, pos;
    int line;
    bool pending; /* the line given to inih is one that it should hand back as key and value */
    bool secret;  /* holds a secret */
};

static void complain_meaningless(struct source *source)
{
    if (source->pending)
        mc_config_complain(source->load, MC_LOG_ERR, -EINVAL, "%s:%d: neither [Section], Key=value nor a comment",
                           source->name, source->line);
    source->pending = false;
}

/* The next line, without what stands around it. False at the end. */
static bool next_line(struct source *source, const char **ret_text, size_t *ret_len)
{
    if (source->pos >= source->len)
        return false;
    const char *text = source->data + source->pos;
    const char *end = memchr(text, '\n', source->len - source->pos);
    size_t len = end ? (size_t)(end - text) : source->len - source->pos;

    source->pos += len + (end ? 1 : 0);
    if (source->line++ == 0 && len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        len -= 3;
    }
    while (len > 0 && strchr(" \t\r", text[len - 1]))
        len--;
    while (len > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        len--;
    }
    *ret_text = text;
    *ret_len = len;
    return true;
}

/* inih's fgets(). */
static char *read_line(char *out, int size, void *stream)
{
    struct source *source = stream;
    const char *text;
    size_t len;

    complain_meaningless(source);
    while (next_line(source, &text, &len)) {
        if (len == 0 || *text == '#' || *text == ';')
            continue;
        if (memchr(text, '\0', len)) {
            mc_config_complain(source->load, MC_LOG_ERR, -EINVAL, "%s:%d: has a NUL byte: this is not a text file",
                               source->name, source->line);
            return NULL; /* one such line says it for all of the file */
        }
        if (len + 3 > (size_t)size) {
            mc_config_complain(source->load, MC_LOG_ERR, -EINVAL,
                               "%s:%d: the line is too long: %zu bytes, %d are allowed", source->name, source->line,
                               len, size - 3);
            continue;
        }
        source->pending = *text != '[' || !memchr(text, ']', len);
        memcpy(out, text, len);
        memcpy(out + len, "\n", 2);
        return out;
    }
    return NULL;
}

static void unknown_key(struct source *source, const char *section, const char *key)
{
    char near[80];

    mc_config_suggest(section, key, near, sizeof(near));
    if (!*section)
        mc_config_complain(source->load, MC_LOG_WARNING, 0,
                           "%s:%d: %s= stands before the first [Section] and is ignored%s%s%s", source->name,
                           source->line, key, *near ? "; did you mean " : "", near, *near ? "?" : "");
    else
        mc_config_complain(source->load, MC_LOG_WARNING, 0, "%s:%d: [%s] %s= is unknown and ignored%s%s%s",
                           source->name, source->line, section, key, *near ? "; did you mean " : "", near,
                           *near ? "?" : "");
}

static void bad_value(struct source *source, const struct mc_config_row *row, const char *section, const char *value)
{
    char allowed[256];
    const char *comment =
        strstr(value, " #") || strstr(value, " ;") ? " (a comment needs a line of its own, beginning with # or ;)" : "";

    if (row->flags & MC_CONFIG_REQUIRED)
        source->load->no_telling = true;
    mc_config_row_allowed(row, allowed, sizeof(allowed));
    if (row->flags & MC_CONFIG_SECRET)
        value = "(not shown)";
    mc_config_complain(source->load, MC_LOG_ERR, -EINVAL, "%s:%d: [%s] %s=%s is not allowed: it must be %s%s",
                       source->name, source->line, section, row->key, value, allowed, comment);
}

/* inih's handler; what it returns matters to nobody here. */
static int take_value(void *user, const char *section, const char *key, const char *value)
{
    struct source *source = user;
    struct mc_config *config = source->load->config;

    if (!*key)
        return 0; /* "=value": read_line() will complain */
    source->pending = false;
    const struct mc_config_row *row = mc_config_row_find(section, key);
    if (!row) {
        unknown_key(source, section, key);
        return 1;
    }
    int r = mc_config_row_set(row, &config->settings, value);
    if (r == -EINVAL) {
        bad_value(source, row, section, value);
        return 1;
    }
    if (r < 0 || mc_config_origin_set(config, row, "%s:%d", source->name, source->line) < 0) {
        mc_config_complain(source->load, MC_LOG_ERR, -ENOMEM, "%s:%d: out of memory", source->name, source->line);
        return 0;
    }
    if ((row->flags & MC_CONFIG_SECRET) && *value)
        source->secret = true;
    return 1;
}

bool mc_config_parse_text(struct mc_config_load_job *load, const char *name, const char *text, size_t len_bytes)
{
    struct source source = {.load = load, .name = name, .data = text, .len = len_bytes};

    ini_allow_inline_comments = false; /* they would cut a password in two */
    ini_allow_multiline = false;
    ini_max_line = LINE_MAX_BYTES;
    if (ini_parse_stream(read_line, &source, take_value, &source) == -2)
        mc_config_complain(load, MC_LOG_ERR, -ENOMEM, "%s: out of memory", name);
    complain_meaningless(&source);
    return source.secret;
}
