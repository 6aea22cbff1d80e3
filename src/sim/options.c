/* SPDX-License-Identifier: MIT */
#include "options.h"
#include "board.h"
#include <errno.h>
#include <getopt.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <stdio.h>
#include <string.h>

enum {
    PROFILE = 256,
    SET,
    LATENCY,
    SPEED,
    LINK,
    TTY,
    UDC,
    CONTROL,
    SEND,
    NETWORK,
    NETNS,
    AUTH,
    IPV6,
    PPPD,
    INJECT,
    SEED,
    MUX_STYLE,
    QUIET,
    HELP,
    VERSION
};

static const struct option longs[] = {{"profile", required_argument, NULL, PROFILE},
                                      {"set", required_argument, NULL, SET},
                                      {"latency", required_argument, NULL, LATENCY},
                                      {"speed", required_argument, NULL, SPEED},
                                      {"link", required_argument, NULL, LINK},
                                      {"tty", required_argument, NULL, TTY},
                                      {"udc", required_argument, NULL, UDC},
                                      {"control", required_argument, NULL, CONTROL},
                                      {"send", required_argument, NULL, SEND},
                                      {"network", required_argument, NULL, NETWORK},
                                      {"network-netns", required_argument, NULL, NETNS},
                                      {"network-auth", required_argument, NULL, AUTH},
                                      {"network-ipv6", required_argument, NULL, IPV6},
                                      {"pppd", required_argument, NULL, PPPD},
                                      {"inject", required_argument, NULL, INJECT},
                                      {"seed", required_argument, NULL, SEED},
                                      {"mux-style", required_argument, NULL, MUX_STYLE},
                                      {"quiet", no_argument, NULL, QUIET},
                                      {"help", no_argument, NULL, HELP},
                                      {"version", no_argument, NULL, VERSION},
                                      {NULL, 0, NULL, 0}};

static void print_help(void)
{
    const char *help, *name;

    puts("microcat-sim [OPTION]...\n"
         "A simulated MicroCat.1 (SIM7672 behind a USB-UART) on a pty or tty. Prints the path to open.\n\n"
         "  --profile=NAME           a preset, may be repeated; see below\n"
         "  --set=KEY=VALUE          sets a knob; see below\n"
         "  --latency=NAME=MS        sets one of the board's own times\n"
         "  --speed=real|fast|N      latencies as in life, a hundredth of it, or N per mille\n"
         "  --link=PATH              symbolic link to the pty\n"
         "  --tty=PATH               runs on this tty (/dev/ttyGS0) instead of a pty\n"
         "  --udc=NAME               USB device controller whose state says whether the cable is in\n"
         "  --control=PATH           control socket\n"
         "  --send=LINE              sends LINE to a running simulator's --control socket and prints the answer\n"
         "  --network=auto|pppd|stub|none   what answers in data mode\n"
         "  --network-netns=NAME     network namespace of the network's pppd\n"
         "  --network-auth=none|pap|chap    what the network's PPP asks for (net-user,\n"
         "                           net-password); default: none of pppd's, chap of the stub's\n"
         "  --network-ipv6=no|yes|only      what the network's pppd speaks beside IPv4, or instead of it\n"
         "  --pppd=PATH              the network's pppd (/usr/sbin/pppd)\n"
         "  --inject=LINE            runs a control command at the start, may be repeated\n"
         "  --seed=N                 seed of fragments and noise\n"
         "  --mux-style=sim7670|sim7670g|a7670|sim7600   how its multiplexer (CMUX) spells frames\n"
         "  --quiet                  logs errors only\n"
         "  --help, --version\n\nPresets:");
    for (size_t i = 0; (name = sim_profile_preset_name(i, &help)) != NULL; i++)
        printf("  %-16s %s\n", name, help);
    puts("  sim-pin=PIN      the SIM asks for this PIN\n\nKnobs:");
    for (size_t i = 0; (name = sim_profile_knob_name(i, &help)) != NULL; i++)
        printf("  %-16s %s\n", name, help);
    fputs("\nLatencies:", stdout);
    for (int i = 0; sim_latency_name(i); i++)
        printf(" %s", sim_latency_name(i));
    puts("\n\nControl commands:");
    for (size_t i = 0; (name = sim_board_command_usage(i, &help)) != NULL; i++)
        printf("  %-40s %s\n", name, help);
}

static int bad(const char *option, const char *value)
{
    fprintf(stderr, "microcat-sim: --%s: \"%s\" is not accepted; see --help\n", option, value);
    return -EINVAL;
}

static int set(struct sim_options *o, const char *option, const char *prefix, const char *text)
{
    const char *equals = strchr(text, '=');
    char key[64];

    if (!equals || snprintf(key, sizeof(key), "%s%.*s", prefix, (int)(equals - text), text) >= (int)sizeof(key))
        return bad(option, text);
    return sim_profile_set(&o->profile, key, equals + 1) < 0 ? bad(option, text) : 0;
}

static int set_network(struct sim_options *o, const char *text)
{
    static const char *const names[] = {"auto", "pppd", "stub", "none"};

    for (size_t i = 0; i < MC_LENGTH_OF(names); i++) {
        if (!strcmp(names[i], text)) {
            o->network = (enum sim_network)i;
            return 0;
        }
    }
    return bad("network", text);
}

static int set_speed(struct sim_options *o, const char *text)
{
    const char *permille = !strcmp(text, "real") ? "1000" : !strcmp(text, "fast") ? "10" : text;

    return sim_profile_set(&o->profile, "speed", permille) < 0 ? bad("speed", text) : 0;
}

static int set_auth(struct sim_options *o, const char *text)
{
    if (strcmp(text, "none") != 0 && strcmp(text, "pap") != 0 && strcmp(text, "chap") != 0)
        return bad("network-auth", text);
    o->auth = text;
    return 0;
}

static int set_ipv6(struct sim_options *o, const char *text)
{
    static const char *const names[] = {"no", "yes", "only"};

    for (size_t i = 0; i < MC_LENGTH_OF(names); i++) {
        if (!strcmp(names[i], text)) {
            o->ipv6 = (enum sim_ipv6)i;
            return 0;
        }
    }
    return bad("network-ipv6", text);
}

static int add_inject(struct sim_options *o, const char *text)
{
    if (o->n_inject == MC_LENGTH_OF(o->inject))
        return bad("inject", text);
    o->inject[o->n_inject++] = text;
    return 0;
}

static int take(struct sim_options *o, int option, char *value)
{
    switch (option) {
    case PROFILE:
        return sim_profile_preset(&o->profile, value) < 0 ? bad("profile", value) : 0;
    case SET:
        return set(o, "set", "", value);
    case LATENCY:
        return set(o, "latency", "latency.", value);
    case SPEED:
        return set_speed(o, value);
    case MUX_STYLE:
        return sim_profile_set(&o->profile, "mux-style", value) < 0 ? bad("mux-style", value) : 0;
    case SEED:
        return sim_profile_set(&o->profile, "seed", value) < 0 ? bad("seed", value) : 0;
    case NETWORK:
        return set_network(o, value);
    case AUTH:
        return set_auth(o, value);
    case IPV6:
        return set_ipv6(o, value);
    case INJECT:
        return add_inject(o, value);
    case QUIET:
        mc_log_set_level(MC_LOG_ERR);
        return 0;
    case HELP:
        print_help();
        return 1;
    case VERSION:
        puts("microcat-sim " MICROCAT_VERSION);
        return 1;
    default:
        return -EINVAL;
    }
}

int sim_options_parse(struct sim_options *o, int argc, char **argv)
{
    const struct {
        int option;
        const char **where;
    } texts[] = {{LINK, &o->link}, {TTY, &o->tty},     {UDC, &o->udc},  {CONTROL, &o->control},
                 {SEND, &o->send}, {NETNS, &o->netns}, {PPPD, &o->pppd}};
    int option, r = 0;

    *o = (struct sim_options){.pppd = "/usr/sbin/pppd"};
    sim_profile_init(&o->profile);
    while (r == 0 && (option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        bool taken = false;

        for (size_t i = 0; i < MC_LENGTH_OF(texts); i++) {
            if (texts[i].option == option) {
                *texts[i].where = optarg;
                taken = true;
            }
        }
        if (!taken)
            r = take(o, option, optarg);
    }
    if (r == 0 && optind < argc)
        r = bad("", argv[optind]);
    if (r == 0 && o->send && !o->control) {
        fputs("microcat-sim: --send needs --control\n", stderr);
        r = -EINVAL;
    }
    return r;
}
