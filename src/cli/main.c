/* SPDX-License-Identifier: MIT */
#include "cli.h"
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <microcat/base/parse.h>
#include <microcat/base/state.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEFAULT_SOCKET "/run/microcatd/microcatd.sock"
#define MAX_TIMEOUT_MS (365LL * 24 * 3600 * 1000)
#define MAX_LEASE_MS   (24LL * 3600 * 1000)

enum {
    OPT_SOCKET = 256,
    OPT_INSTANCE,
    OPT_JSON,
    OPT_FOR,
    OPT_CUT,
    OPT_DAEMON,
    OPT_TIMEOUT,
    OPT_MERMAID,
    OPT_LINES,
    OPT_APN,
    OPT_USER,
    OPT_PASSWORD,
    OPT_PIN,
    OPT_CONFIG,
    OPT_NO_START,
    OPT_WATCH,
    OPT_CSV,
    OPT_SVG,
    OPT_VERSION,
    OPT_WORDS
};

static const struct option options[] = {
    {"socket", required_argument, NULL, OPT_SOCKET},
    {"instance", required_argument, NULL, OPT_INSTANCE},
    {"json", no_argument, NULL, OPT_JSON},
    {"for", required_argument, NULL, OPT_FOR},
    {"cut", no_argument, NULL, OPT_CUT},
    {"daemon", no_argument, NULL, OPT_DAEMON},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"mermaid", no_argument, NULL, OPT_MERMAID},
    {"lines", required_argument, NULL, OPT_LINES},
    {"apn", required_argument, NULL, OPT_APN},
    {"user", required_argument, NULL, OPT_USER},
    {"password-file", required_argument, NULL, OPT_PASSWORD},
    {"pin-file", required_argument, NULL, OPT_PIN},
    {"config", required_argument, NULL, OPT_CONFIG},
    {"no-start", no_argument, NULL, OPT_NO_START},
    {"watch", no_argument, NULL, OPT_WATCH},
    {"csv", no_argument, NULL, OPT_CSV},
    {"svg", required_argument, NULL, OPT_SVG},
    {"version", no_argument, NULL, OPT_VERSION},
    {"help", no_argument, NULL, 'h'},
    {"complete", no_argument, NULL, OPT_WORDS}, /* for the shell's completion, not for people */
    {0},
};

void cli_complain(const char *fmt, ...)
{
    va_list args;

    fflush(stdout);
    fputs("microcatctl: ", stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
}

/* "verb word word ...", a line a verb. */
static void print_words(void)
{
    for (size_t i = 0; i < cli_n_verbs; i++) {
        const struct cli_verb *verb = &cli_verbs[i];

        printf("%s", verb->name);
        if (verb->words)
            printf(" %s", verb->words);
        if (verb->options & CLI_OPT_FOR)
            for (int state = 0; state < MC_STATE_COUNT; state++)
                printf(" --for=%s", mc_strtab_name(&mc_state_names, state));
        if (verb->options & CLI_OPT_FOR_TIME)
            fputs(" --for= --cut", stdout);
        if (verb->options & CLI_OPT_DAEMON)
            fputs(" --daemon", stdout);
        if (verb->options & CLI_OPT_SETUP)
            fputs(" --apn= --user= --password-file= --pin-file= --config= --no-start", stdout);
        if (verb->options & CLI_OPT_SIGNAL)
            fputs(" --watch --csv --svg=", stdout);
        printf("%s%s%s\n", verb->options & CLI_OPT_TIMEOUT ? " --timeout=" : "",
               verb->options & CLI_OPT_MERMAID ? " --mermaid" : "", verb->options & CLI_OPT_LINES ? " --lines=" : "");
    }
}

static int take_instance(struct cli *cli, const char *name)
{
    size_t size = sizeof(cli->instance_socket);

    if (name[0] == '\0' || strchr(name, '/')) {
        cli_complain("--instance=%s: an instance's name has no slash; for a path use --socket=PATH", name);
        return -EINVAL;
    }
    if ((size_t)snprintf(cli->instance_socket, size, "/run/microcatd/%s.sock", name) >= size) {
        cli_complain("--instance=%s: too long for the name of a socket", name);
        return -EINVAL;
    }
    cli->socket = cli->instance_socket;
    cli->instance = name;
    return 0;
}

static int take_timeout(struct cli *cli, const char *text)
{
    if (mc_parse_duration_ms(text, &cli->timeout_ms) == 0 && cli->timeout_ms <= MAX_TIMEOUT_MS)
        return 0;
    cli_complain("--timeout=%s: a time is wanted, like 90s, 5min or 1h 30min", text);
    return -EINVAL;
}

/* A state or a time: which, the verb says, and that comes later. */
static int take_for(struct cli *cli)
{
    const char *text = cli->wanted;

    if (cli->verb->options & CLI_OPT_FOR_TIME) {
        if (mc_parse_duration_ms(text, &cli->for_ms) == 0 && cli->for_ms >= 1000 && cli->for_ms <= MAX_LEASE_MS)
            return 0;
        cli_complain("--for=%s: a time from 1s to 1d is wanted, like 90s, 10min or 1h", text);
        return -EINVAL;
    }
    if (mc_strtab_value(&mc_state_names, text) >= 0)
        return 0;
    cli_complain("--for=%s: no such state; there are absent, sync, setup, sim, pdp, register, dial, ppp, online, "
                 "hangup, backoff, held and stopped",
                 text);
    return -EINVAL;
}

static int take_lines(struct cli *cli, const char *text)
{
    if (mc_parse_int(text, 1, 1000000, &cli->lines) == 0)
        return 0;
    cli_complain("--lines=%s: a number from 1 is wanted", text);
    return -EINVAL;
}

static bool take_setup_option(struct cli *cli, int option)
{
    const char **places[] = {[OPT_APN - OPT_APN] = &cli->setup.apn,
                             [OPT_USER - OPT_APN] = &cli->setup.user,
                             [OPT_PASSWORD - OPT_APN] = &cli->setup.password_file,
                             [OPT_PIN - OPT_APN] = &cli->setup.pin_file,
                             [OPT_CONFIG - OPT_APN] = &cli->setup.config};

    if (option < OPT_APN || option > OPT_NO_START)
        return false;
    cli->options |= CLI_OPT_SETUP;
    if (option == OPT_NO_START)
        cli->setup.no_start = true;
    else
        *places[option - OPT_APN] = optarg;
    return true;
}

static bool take_signal_option(struct cli *cli, int option)
{
    if (option < OPT_WATCH || option > OPT_SVG)
        return false;
    cli->options |= CLI_OPT_SIGNAL;
    cli->signal.watch |= option == OPT_WATCH;
    cli->signal.csv |= option == OPT_CSV;
    if (option == OPT_SVG)
        cli->signal.svg = optarg;
    return true;
}

/* 0, or -errno after a complaint. */
static int take_option(struct cli *cli, int option)
{
    if (take_setup_option(cli, option) || take_signal_option(cli, option))
        return 0;
    switch (option) {
    case OPT_SOCKET:
        cli->socket = optarg;
        if (optarg[0])
            return 0;
        cli_complain("--socket=: a path is wanted");
        return -EINVAL;
    case OPT_INSTANCE:
        return take_instance(cli, optarg);
    case OPT_JSON:
        cli->json = true;
        return 0;
    case OPT_FOR:
        cli->wanted = optarg;
        return 0;
    case OPT_CUT:
        cli->options |= CLI_OPT_CUT;
        cli->cut = true;
        return 0;
    case OPT_DAEMON:
        cli->options |= CLI_OPT_DAEMON;
        cli->patient = true;
        return 0;
    case OPT_TIMEOUT:
        cli->options |= CLI_OPT_TIMEOUT;
        return take_timeout(cli, optarg);
    case OPT_MERMAID:
        cli->options |= CLI_OPT_MERMAID;
        cli->mermaid = true;
        return 0;
    case OPT_LINES:
        cli->options |= CLI_OPT_LINES;
        return take_lines(cli, optarg);
    default: /* getopt has complained */
        fputs("Try 'microcatctl --help'.\n", stderr);
        return -EINVAL;
    }
}

static int take_verb(struct cli *cli, int argc, char **argv)
{
    if (argc < 1) {
        cli_complain("a verb is missing; microcatctl help lists them");
        return -EINVAL;
    }
    cli->verb = cli_find_verb(argv[0]);
    if (!cli->verb) {
        cli_complain("no verb \"%s\"; microcatctl help lists them", argv[0]);
        return -EINVAL;
    }
    cli->args = argv + 1;
    cli->n_args = (size_t)argc - 1;
    if (cli->n_args < cli->verb->min_args || cli->n_args > cli->verb->max_args) {
        cli_complain("usage: microcatctl %s%s%s", cli->verb->name, cli->verb->syntax ? " " : "",
                     cli->verb->syntax ? cli->verb->syntax : "");
        return -EINVAL;
    }
    if ((cli->options & ~cli->verb->options) ||
        (cli->wanted && !(cli->verb->options & (CLI_OPT_FOR | CLI_OPT_FOR_TIME)))) {
        cli_complain("%s does not take that option; see microcatctl help", cli->verb->name);
        return -EINVAL;
    }
    return cli->wanted ? take_for(cli) : 0;
}

static void look_at_terminal(struct cli *cli)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    struct winsize size;

    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); /* numbers are written alike everywhere */
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        cli->columns = size.ws_col;
    cli->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    cli->colour = isatty(STDOUT_FILENO) && !(no_colour && no_colour[0]) && !(term && strcmp(term, "dumb") == 0);
    cli->progress = isatty(STDERR_FILENO);
}

int main(int argc, char **argv)
{
    struct cli cli = {.socket = DEFAULT_SOCKET, .timeout_ms = -1, .for_ms = -1, .lines = -1};
    int option;

    look_at_terminal(&cli);
    argv[0] = (char *)"microcatctl"; /* in getopt's complaints, wherever it was started from */
    while ((option = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
        if (option == 'h') {
            cli_print_help(stdout);
            return CLI_DONE;
        }
        if (option == OPT_VERSION) {
            puts("microcatctl " MICROCAT_VERSION);
            return CLI_DONE;
        }
        if (option == OPT_WORDS) {
            print_words();
            return CLI_DONE;
        }
        if (take_option(&cli, option) < 0)
            return CLI_USAGE;
    }
    if (take_verb(&cli, argc - optind, argv + optind) < 0)
        return CLI_USAGE;
    return (int)cli.verb->run(&cli);
}
