/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/daemon/options.h>
#include <string.h>

#define CONFIG_DIR "/etc/microcatd"

/* Each takes its argument (NULL for an option without one): NULL, or what is wrong with it. */
static const char *take_config(struct mc_options *options, const char *argument)
{
    options->config = argument;
    return *argument ? NULL : "needs the name of a file";
}

static const char *take_check(struct mc_options *options, const char *argument)
{
    options->check_config = true;
    return NULL;
}

static const char *take_instance(struct mc_options *options, const char *argument)
{
    if (!*argument || strlen(argument) > 63 || strchr(argument, '/') || argument[0] == '.')
        return "needs a name of 63 bytes at most, without '/' and not beginning with '.'";
    options->instance = argument;
    return NULL;
}

static const char *take_level(struct mc_options *options, const char *argument)
{
    int level = mc_log_level_parse(argument);

    if (level < 0)
        return "must be err, warning, notice, info or debug";
    options->log_level = (enum mc_log_level)level;
    options->log_level_given = true;
    return NULL;
}

static const char *take_record(struct mc_options *options, const char *argument)
{
    options->record = argument;
    return *argument ? NULL : "needs the name of a file";
}

static const struct {
    const char *name, *argument;
    const char *(*take)(struct mc_options *options, const char *argument); /* NULL: --help, --version */
    const char *help;
} rows[] = {
    {"config", "FILE", take_config,
     "Read FILE and FILE.d/*.conf instead of " CONFIG_DIR "/microcatd.conf and its drop-ins."},
    {"instance", "NAME", take_instance,
     "Be the instance NAME, one of several modems on this machine: read " CONFIG_DIR
     "/NAME.conf and listen on /run/microcatd/NAME.sock, unless told otherwise."},
    {"check-config", NULL, take_check,
     "Read the configuration, print every value with its origin, and end: 0 when it is good, 1 when it is not."},
    {"log-level", "LEVEL", take_level, "Log err, warning, notice, info (the default) or debug."},
    {"record", "FILE", take_record,
     "Write the AT dialogue to FILE, without secrets, for a bug report or a replay. It is kept below 8 MiB in two "
     "files, "
     "FILE and FILE.1. What is said in the multiplexer is not in it: set Multiplex=no for a recording of a whole "
     "call."},
    {"version", NULL, NULL, "Print the version and end."},
    {"help", NULL, NULL, "Print this help and end."},
};

int mc_options_row(size_t index, const char **ret_name, const char **ret_argument, const char **ret_help)
{
    if (index >= MC_LENGTH_OF(rows))
        return -ENOENT;
    *ret_name = rows[index].name;
    *ret_argument = rows[index].argument;
    *ret_help = rows[index].help;
    return 0;
}

/* Words of @help in lines of at most 80 columns, each behind @indent blanks but for the first. */
static void print_wrapped(FILE *out, const char *help, size_t indent)
{
    size_t column = indent;

    while (*help) {
        size_t len = strcspn(help, " ");
        if (column > indent && column + 1 + len > 80) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        }
        column += (size_t)fprintf(out, "%s%.*s", column > indent ? " " : "", (int)len, help);
        help += len + strspn(help + len, " ");
    }
    fputc('\n', out);
}

static void print_help(FILE *out)
{
    fputs("Usage: microcatd [OPTION]...\n"
          "Keep a MicroCat.1 LTE modem connected, and say what it is doing.\n\n",
          out);
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        char left[40];
        snprintf(left, sizeof(left), "  --%s%s%s", rows[i].name, rows[i].argument ? "=" : "",
                 rows[i].argument ? rows[i].argument : "");
        fprintf(out, "%-22s", left);
        print_wrapped(out, rows[i].help, 22);
    }
    fputs("\nSee microcatd(8), microcatd.conf(5) and microcatctl(1).\n", out);
}

static enum mc_options_result refuse(FILE *err, const char *word, const char *why)
{
    fprintf(err, "microcatd: %s: %s\nTry 'microcatd --help'.\n", word, why);
    return MC_OPTIONS_REFUSE;
}

static int find(const char *word, size_t len)
{
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++)
        if (strlen(rows[i].name) == len && memcmp(rows[i].name, word, len) == 0)
            return (int)i;
    return -ENOENT;
}

/* An option with its argument behind '=' or in the next word. */
static enum mc_options_result take_word(int argc, char *const *argv, int *i, FILE *err, struct mc_options *options,
                                        int *ret_row)
{
    const char *word = argv[*i];

    if (strncmp(word, "--", 2) != 0 || !word[2])
        return refuse(err, word, word[0] == '-' ? "unknown option" : "no argument is expected");
    size_t len = strcspn(word + 2, "=");
    const char *argument = word[2 + len] ? word + 2 + len + 1 : NULL;
    int row = find(word + 2, len);
    if (row < 0)
        return refuse(err, word, "unknown option");
    if (!rows[row].argument && argument)
        return refuse(err, word, "takes no argument");
    if (rows[row].argument && !argument) {
        if (*i + 1 >= argc)
            return refuse(err, word, "needs an argument");
        argument = argv[++*i];
    }
    const char *wrong = rows[row].take ? rows[row].take(options, argument) : NULL;
    *ret_row = row;
    return wrong ? refuse(err, word, wrong) : MC_OPTIONS_RUN;
}

enum mc_options_result mc_options_parse(int argc, char *const *argv, const char *version, FILE *out, FILE *err,
                                        struct mc_options *ret_options)
{
    *ret_options = (struct mc_options){.instance = "", .log_level = MC_LOG_INFO};
    for (int i = 1; i < argc; i++) {
        int row = -1;
        enum mc_options_result result = take_word(argc, argv, &i, err, ret_options, &row);
        if (result != MC_OPTIONS_RUN)
            return result;
        if (strcmp(rows[row].name, "help") == 0) {
            print_help(out);
            return MC_OPTIONS_DONE;
        }
        if (strcmp(rows[row].name, "version") == 0) {
            fprintf(out, "microcatd %s\n", version);
            return MC_OPTIONS_DONE;
        }
    }
    if (!ret_options->config) {
        snprintf(ret_options->config_buffer, sizeof(ret_options->config_buffer), CONFIG_DIR "/%s.conf",
                 *ret_options->instance ? ret_options->instance : "microcatd");
        ret_options->config = ret_options->config_buffer;
    }
    return MC_OPTIONS_RUN;
}
