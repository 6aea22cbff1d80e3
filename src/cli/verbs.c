/* SPDX-License-Identifier: MIT */

/* The verb table: from it come the dispatch, the help and the completion. */

#include "cli.h"
#include <string.h>

const struct cli_verb cli_verbs[] = {
    {.name = "setup",
     .syntax = "[--apn=APN ...]",
     .help = "asks for APN and PIN, writes the configuration, starts",
     .who = "command",
     .options = CLI_OPT_SETUP | CLI_OPT_TIMEOUT,
     .run = cli_run_setup},
    {.name = "status", .help = "what the link does and why, layer by layer", .who = "read", .run = cli_run_status},
    {.name = "info",
     .help = "everything known about device, modem, SIM and daemon",
     .who = "read",
     .run = cli_run_info},
    {.name = "watch", .help = "a line a change, until interrupted", .who = "read", .run = cli_run_watch},
    {.name = "wait",
     .syntax = "[--for=STATE] [--timeout=T] [--daemon]",
     .help = "until the link is in a state (online)",
     .who = "read",
     .options = CLI_OPT_FOR | CLI_OPT_TIMEOUT | CLI_OPT_DAEMON,
     .run = cli_run_wait},
    {.name = "connect",
     .help = "dial, also after disconnect",
     .who = "command",
     .run = cli_run_simple,
     .method = "Connect"},
    {.name = "disconnect",
     .help = "end PPP only: attach and PDP context stay",
     .who = "command",
     .run = cli_run_simple,
     .method = "Disconnect"},
    {.name = "radio",
     .syntax = "off|on",
     .help = "radio off (AT+CFUN=4) or on",
     .who = "command",
     .words = "off on",
     .min_args = 1,
     .max_args = 1,
     .run = cli_run_switch,
     .method = "Radio"},
    {.name = "reset",
     .help = "restart the modem (reset line, else AT+CRESET)",
     .who = "command",
     .run = cli_run_simple,
     .method = "Reset"},
    {.name = "power",
     .syntax = "off|on",
     .help = "modem off (power line, else AT+CPOF) or on",
     .who = "command",
     .words = "off on",
     .min_args = 1,
     .max_args = 1,
     .run = cli_run_switch,
     .method = "Power"},
    {.name = "reconnect",
     .help = "start over now: every back-off is forgiven",
     .who = "command",
     .run = cli_run_simple,
     .method = "Reconnect"},
    {.name = "at",
     .syntax = "COMMAND",
     .help = "one AT command; during a call in the multiplexer only",
     .who = "command",
     .words = "ATI AT+CSQ AT+CPSI? AT+CEREG? AT+COPS? AT+CGPADDR=1 AT+CBC AT+CPMUTEMP",
     .min_args = 1,
     .max_args = 1,
     .run = cli_run_at},
    {.name = "lease",
     .syntax = "[--for=T] [--cut] [-- PROGRAM {}]",
     .help = "a pty with an AT channel of its own, also during a call",
     .who = "command",
     .max_args = 64,
     .options = CLI_OPT_FOR_TIME | CLI_OPT_CUT,
     .run = cli_run_lease},
    {.name = "trace",
     .syntax = "[--mermaid] [--lines=N]",
     .help = "the last AT dialogue, secrets left out",
     .who = "command",
     .options = CLI_OPT_MERMAID | CLI_OPT_LINES,
     .run = cli_run_trace},
    {.name = "history",
     .syntax = "[--lines=N]",
     .help = "what happened, why, what was done, how long it took",
     .who = "read",
     .options = CLI_OPT_LINES,
     .run = cli_run_history},
    {.name = "signal",
     .syntax = "[--watch] [--csv|--svg=FILE]",
     .help = "a day of RSRP, RSRQ and SINR as a plot",
     .who = "read",
     .options = CLI_OPT_SIGNAL,
     .run = cli_run_signal},
    {.name = "help", .syntax = "[VERB]", .help = "this text", .who = "read", .max_args = 1, .run = cli_run_help},
};
const size_t cli_n_verbs = sizeof(cli_verbs) / sizeof(cli_verbs[0]);

const struct cli_verb *cli_find_verb(const char *name)
{
    for (size_t i = 0; i < cli_n_verbs; i++)
        if (strcmp(cli_verbs[i].name, name) == 0)
            return &cli_verbs[i];
    return NULL;
}

void cli_print_help(FILE *out)
{
    fputs("Usage: microcatctl [--socket=PATH | --instance=NAME] [--json] VERB\n\n", out);
    for (size_t i = 0; i < cli_n_verbs; i++) {
        const struct cli_verb *verb = &cli_verbs[i];
        char left[64];

        snprintf(left, sizeof(left), "%s %s", verb->name, verb->syntax ? verb->syntax : "");
        fprintf(out, "  %-34s %s%s\n", left, verb->help, strcmp(verb->who, "command") == 0 ? " *" : "");
    }
    fputs("\nOptions:\n"
          "  --socket=PATH                      default /run/microcatd/microcatd.sock\n"
          "  --instance=NAME                    short for --socket=/run/microcatd/NAME.sock\n"
          "  --json                             JSON instead of text, one value a line\n"
          "  --for=STATE                        absent sync setup sim pdp register dial ppp online\n"
          "                                     hangup backoff held stopped\n"
          "  --for=T --cut                      lease: so long (10min); end the call where the line is one\n"
          "  --timeout=T                        90s, 5min; a plain number is seconds\n"
          "  --mermaid                          draw the last bring-up as a Mermaid sequence diagram\n"
          "  --lines=N                          the newest N\n"
          "  --watch --csv --svg=FILE           signal: go on; a line a sample; a picture (-: printed)\n"
          "  --apn=APN --user=NAME              setup: instead of being asked\n"
          "  --password-file=F --pin-file=F     setup: secrets, from a file or - for standard input\n"
          "  --config=FILE --no-start           setup: another file; write it only\n"
          "  --version, --help\n\n"
          "* is for root and the members of the daemon's Group=; the others for those of ReadGroup=, if it is\n"
          "set, else for everybody, who sees identities (IMSI, ICCID, IMEI) masked.\n"
          "Exit status: 0 done, 1 refused or failed, 2 usage, 3 no daemon, 4 timed out.\n",
          out);
}

enum cli_exit cli_run_help(const struct cli *cli)
{
    const struct cli_verb *verb = cli->n_args > 0 ? cli_find_verb(cli->args[0]) : NULL;

    if (cli->n_args > 0 && !verb) {
        cli_complain("no verb \"%s\"; microcatctl help lists them", cli->args[0]);
        return CLI_USAGE;
    }
    if (verb)
        printf("microcatctl %s %s\n  %s\n", verb->name, verb->syntax ? verb->syntax : "", verb->help);
    else
        cli_print_help(stdout);
    return CLI_DONE;
}
