/* SPDX-License-Identifier: MIT */
#include "steps.h"
#include <microcat/base/cleanup.h>

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *help;
    int (*run)(struct job *job);
} verbs[] = {
    {"install", "make the board a bridge, restart it, and prove AT", job_install},
    {"check", "is the bridge on the board, and as it should be?", job_check},
    {"remove", "take it off; a main.py from before comes back", job_remove},
};

static void help(FILE *out)
{
    fprintf(out, "usage: microcat-bridge [--device=PATH] VERB\n\n");
    for (size_t i = 0; i < MC_LENGTH_OF(verbs); i++)
        fprintf(out, "  %-8s %s\n", verbs[i].name, verbs[i].help);
    fprintf(out,
            "\n  --device=PATH  the tty of the board's prompt; else the first MicroCat.1 on USB\n"
            "  --modem=PATH   the modem's tty after the restart; else the one named \"MicroCat.1 modem\"\n"
            "  --files=DIR    the bridge's files (%s)\n"
            "  --version, --help\n",
            BRIDGE_DIRECTORY);
}

static int usage(const char *why, const char *what)
{
    fprintf(stderr, "microcat-bridge: %s%s (--help)\n", why, what);
    return 2;
}

/* 0: go on; 1: done; 2: bad usage. */
static int read_options(int argc, char **argv, struct job *job)
{
    static const struct option options[] = {
        {"device", required_argument, NULL, 'd'}, {"modem", required_argument, NULL, 'm'},
        {"files", required_argument, NULL, 'f'},  {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'},         {0}};
    for (int c; (c = getopt_long(argc, argv, ":h", options, NULL)) != -1;) {
        switch (c) {
        case 'd':
            job->device = optarg;
            break;
        case 'm':
            job->modem = optarg;
            break;
        case 'f':
            job->directory = optarg;
            break;
        case 'V':
            puts("microcat-bridge " MICROCAT_VERSION);
            return 1;
        case 'h':
            help(stdout);
            return 1;
        default:
            return usage(c == ':' ? "a value is missing: " : "unknown option: ", argv[optind - 1]);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct job job = {.directory = BRIDGE_DIRECTORY, .began_ms = mc_loop_clock_ms()};
    int r = read_options(argc, argv, &job);

    if (r != 0)
        return r == 1 ? 0 : r;
    if (optind != argc - 1)
        return usage(optind == argc ? "a verb is missing: install, check or remove" : "one verb, not more than ",
                     optind == argc ? "" : argv[optind]);
    if ((job.device && job.device[0] != '/') || (job.modem && job.modem[0] != '/'))
        return usage("a device is an absolute path: ", job.device && job.device[0] != '/' ? job.device : job.modem);
    for (size_t i = 0; i < MC_LENGTH_OF(verbs); i++) {
        if (strcmp(verbs[i].name, argv[optind]) != 0)
            continue;
        r = mc_loop_new(&job.loop);
        if (r < 0) {
            fprintf(stderr, "microcat-bridge: the event loop cannot be made: %s\n", strerror(-r));
            return 1;
        }
        r = verbs[i].run(&job);
        mc_loop_free(job.loop);
        return r;
    }
    return usage("unknown verb: ", argv[optind]);
}
