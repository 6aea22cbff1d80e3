/* SPDX-License-Identifier: MIT */
#ifndef CLI_CLI_H
#define CLI_CLI_H

/* microcatctl: one table of verbs, one file a family of them. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum cli_exit {
    CLI_DONE = 0,
    CLI_REFUSED = 1,
    CLI_USAGE = 2,
    CLI_NO_DAEMON = 3,
    CLI_TIMED_OUT = 4,
    CLI_NOT_YET =
        -1, /* never an exit status: no daemon is there, or not any more, and who is patient was told nothing */
};

enum cli_options { /* which a verb takes beside the global ones */
                   CLI_OPT_FOR = 1 << 0,
                   CLI_OPT_TIMEOUT = 1 << 1,
                   CLI_OPT_MERMAID = 1 << 2,
                   CLI_OPT_LINES = 1 << 3,
                   CLI_OPT_SETUP = 1 << 4,  /* its own ones, together */
                   CLI_OPT_SIGNAL = 1 << 5, /* likewise */
                   CLI_OPT_CUT = 1 << 6,
                   CLI_OPT_FOR_TIME = 1 << 7, /* --for takes a time, not a state */
                   CLI_OPT_DAEMON = 1 << 8,
};

struct cli_verb;

struct cli_setup { /* NULL: not given */
    const char *apn, *user, *password_file, *pin_file, *config;
    bool no_start;
};

struct cli {
    const char *socket;
    char instance_socket[108]; /* what --instance makes of it; sun_path has no more room */
    bool json;
    bool colour, utf8; /* of standard output */
    int columns;       /* of the terminal that it is, or 0 */
    bool progress;     /* standard error is a terminal: say what is going on */
    bool patient;      /* a daemon that is not there may come yet: CLI_NOT_YET instead of a complaint */
    const struct cli_verb *verb;
    char **args; /* after the verb */
    size_t n_args;
    unsigned options;   /* given ones of enum cli_options */
    const char *wanted; /* --for, a state */
    int64_t for_ms;     /* --for, a time; or -1 */
    bool cut;
    int64_t timeout_ms; /* --timeout, or -1 */
    bool mermaid;
    int64_t lines;        /* --lines, or -1 */
    const char *instance; /* --instance, or NULL */
    struct cli_setup setup;
    struct {
        bool watch, csv;
        const char *svg; /* NULL: not given */
    } signal;
};

struct cli_verb {
    const char *name;
    const char *syntax; /* arguments, "off|on" */
    const char *help;   /* one line */
    const char *who;    /* "read" or "command": what the daemon asks of the caller */
    const char *words;  /* for completion, parted by spaces; NULL none */
    size_t min_args, max_args;
    unsigned options;
    enum cli_exit (*run)(const struct cli *cli);
    const char *method; /* of the simple verbs */
};

extern const struct cli_verb cli_verbs[];
extern const size_t cli_n_verbs;
const struct cli_verb *cli_find_verb(const char *name);
void cli_print_help(FILE *out);

enum cli_exit cli_run_status(const struct cli *cli);
enum cli_exit cli_run_info(const struct cli *cli);
enum cli_exit cli_run_watch(const struct cli *cli);
enum cli_exit cli_run_wait(const struct cli *cli);
enum cli_exit cli_run_simple(const struct cli *cli);
enum cli_exit cli_run_switch(const struct cli *cli);
enum cli_exit cli_run_at(const struct cli *cli);
enum cli_exit cli_run_lease(const struct cli *cli);
enum cli_exit cli_run_trace(const struct cli *cli);
enum cli_exit cli_run_history(const struct cli *cli);
enum cli_exit cli_run_signal(const struct cli *cli);
enum cli_exit cli_run_setup(const struct cli *cli);
enum cli_exit cli_run_help(const struct cli *cli);

/** Complains on standard error, "microcatctl: ...". */
void cli_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
