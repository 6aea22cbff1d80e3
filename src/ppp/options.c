/* SPDX-License-Identifier: MIT */
#include <microcat/ppp/options.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Scripts of other people's PPP links (Debian's /etc/ppp/ip-up.d) must not run for ours: routes and DNS are the
 * daemon's. pppd says nothing about a script that does not exist; /nonexistent never does (Debian policy 9.2.3). */
#define NO_SCRIPT "/nonexistent/microcatd"

enum when {
    ALWAYS,
    IF_V4, /* IP or IPV4V6 */
    IF_NOT_V4,
    IF_V6, /* IPV6 or IPV4V6 */
    IF_NOT_V6,
    IF_PAP_ONLY,
    IF_CHAP_ONLY,
    IF_MTU,
    IF_NAMED,
    IF_MODERN, /* pppd 2.5 */
    IF_SECRETS,
    IF_LINK,
};

enum value { NO_VALUE, TTY, BAUD, MTU, NAME, ECHO_INTERVAL, ECHO_FAILURE, PLUGIN, SOCKET, SECRETS, LINK, TEXT };

struct row {
    enum when when;
    const char *word; /* NULL: the value alone */
    enum value value;
    const char *text; /* of TEXT */
};

/* The order counts where said; the comments say what would go wrong without the word. */
static const struct row rows[] = {
    {ALWAYS, NULL, TTY, NULL},
    {ALWAYS, NULL, BAUD, NULL}, /* cosmetic on a pty; /etc/ppp/options may hold a speed that pppd refuses */
    /* its process */
    {ALWAYS, "nodetach", NO_VALUE, NULL},  /* our child, and it stays one */
    {ALWAYS, "nopersist", NO_VALUE, NULL}, /* redialling is decided elsewhere */
    {ALWAYS, "maxfail", TEXT, "1"},
    {ALWAYS, "idle", TEXT, "0"}, /* no hanging up by itself */
    {ALWAYS, "maxconnect", TEXT, "0"},
    {ALWAYS, "logfd", TEXT, "2"}, /* into our log; a logfile of /etc/ppp/options would get it else */
    {ALWAYS, "hide-password", NO_VALUE, NULL},
    /* the pty */
    {ALWAYS, "nolock", NO_VALUE, NULL}, /* nobody else knows this pty, and /var/lock may be read-only for us */
    {ALWAYS, "local", NO_VALUE,
     NULL}, /* Debian's /etc/ppp/options says modem: it would wait for a carrier that a pty has not */
    {ALWAYS, "nocrtscts", NO_VALUE, NULL}, /* Debian's says crtscts; flow control of the real line is the daemon's */
    /* LCP */
    {ALWAYS, "asyncmap", TEXT,
     "0"}, /* the line is 8-bit clean: escaping 32 control characters would cost an eighth of it */
    {ALWAYS, "noauth", NO_VALUE, NULL}, /* Debian's says auth: a network never proves who it is */
    {ALWAYS, "refuse-eap", NO_VALUE, NULL},
    {IF_PAP_ONLY, "refuse-chap", NO_VALUE, NULL},
    {IF_PAP_ONLY, "refuse-mschap", NO_VALUE, NULL},
    {IF_PAP_ONLY, "refuse-mschap-v2", NO_VALUE, NULL},
    {IF_CHAP_ONLY, "refuse-pap", NO_VALUE, NULL},
    {ALWAYS, "lcp-echo-interval", ECHO_INTERVAL, NULL},
    {ALWAYS, "lcp-echo-failure", ECHO_FAILURE, NULL},
    {IF_MTU, "mtu", MTU, NULL},
    {IF_MTU, "mru", MTU, NULL},
    /* compression: refused by such peers one Protocol-Reject at a time (MODEM.md), so it is not offered */
    {ALWAYS, "noccp", NO_VALUE, NULL},
    {ALWAYS, "novj", NO_VALUE, NULL},
    {ALWAYS, "novjccomp", NO_VALUE, NULL},
    /* IPCP */
    {IF_NOT_V4, "noip", NO_VALUE, NULL},
    {IF_V4, "noipdefault", NO_VALUE, NULL}, /* never the host's own address as a proposal */
    {IF_V4, "ipcp-accept-local", NO_VALUE, NULL},
    {IF_V4, "ipcp-accept-remote", NO_VALUE, NULL},
    {IF_V4, "noremoteip", NO_VALUE, NULL},      /* the peer names no address of its own; none is invented */
    {IF_V4, "ipcp-max-failure", TEXT, "30"},    /* the modem NAKs until the network has told it the address */
    {ALWAYS, "nodefaultroute", NO_VALUE, NULL}, /* routes are the daemon's, with a metric */
    {ALWAYS, "noreplacedefaultroute", NO_VALUE, NULL},
    {ALWAYS, "noproxyarp", NO_VALUE, NULL},
    {ALWAYS, "noktune", NO_VALUE, NULL}, /* hands off net.ipv4.ip_forward and the like */
    /* No usepeerdns: it would write /etc/ppp/resolv.conf. The plugin asks the peer for its servers. */
    /* IPV6CP */
    {IF_NOT_V6, "noipv6", NO_VALUE, NULL},
    {IF_V6, "+ipv6", NO_VALUE, NULL},
    {IF_V6, "ipv6cp-accept-local", NO_VALUE, NULL}, /* the network chooses the interface identifier (3GPP 29.061) */
    {IF_V6, "nodefaultroute6", NO_VALUE, NULL},
    /* names and scripts */
    {IF_NAMED, "ifname", NAME, NULL},
    {IF_LINK, "linkname", LINK, NULL}, /* of IFNAME.pid there may be two, in two network namespaces */
    {ALWAYS, "ip-up-script", TEXT, NO_SCRIPT},
    {ALWAYS, "ip-down-script", TEXT, NO_SCRIPT},
    {IF_MODERN, "ipv6-up-script", TEXT, NO_SCRIPT}, /* 2.4.9 has no word for it */
    {IF_MODERN, "ipv6-down-script", TEXT, NO_SCRIPT},
    /* the plugin; its own option is known only behind it */
    {ALWAYS, "plugin", PLUGIN, NULL},
    {ALWAYS, "microcat-socket", SOCKET, NULL},
    {IF_SECRETS, "microcat-secrets", SECRETS, NULL},
};

static bool applies(enum when when, const struct mc_options_input *input)
{
    const struct mc_settings *settings = input->settings;

    switch (when) {
    case ALWAYS:
        return true;
    case IF_V4:
        return settings->pdp.type != MC_PDP_IPV6;
    case IF_NOT_V4:
        return settings->pdp.type == MC_PDP_IPV6;
    case IF_V6:
        return settings->pdp.type != MC_PDP_IP;
    case IF_NOT_V6:
        return settings->pdp.type == MC_PDP_IP;
    case IF_PAP_ONLY:
        return settings->pdp.auth == MC_AUTH_PAP;
    case IF_CHAP_ONLY:
        return settings->pdp.auth == MC_AUTH_CHAP;
    case IF_MTU:
        return settings->ppp.mtu > 0;
    case IF_NAMED:
        return settings->ppp.interface[0] != '\0';
    case IF_MODERN:
        return input->modern;
    case IF_SECRETS:
        return input->secrets_fd > 0;
    case IF_LINK:
        return input->link != NULL;
    }
    return false;
}

static char *number(int64_t value)
{
    char *text = NULL;

    return asprintf(&text, "%lld", (long long)value) < 0 ? NULL : text;
}

static char *value_of(const struct row *row, const struct mc_options_input *input)
{
    const struct mc_settings *settings = input->settings;

    switch (row->value) {
    case TTY:
        return strdup(input->tty);
    case BAUD:
        return number(settings->modem.baud_rate);
    case MTU:
        return number(settings->ppp.mtu);
    case NAME:
        return strdup(settings->ppp.interface);
    case ECHO_INTERVAL: /* whole seconds; anything but 0 must not become 0, which is off */
        return number((settings->ppp.echo_interval_ms + 999) / 1000);
    case ECHO_FAILURE:
        return number(settings->ppp.echo_failure);
    case PLUGIN:
        return strdup(input->plugin);
    case SOCKET:
        return strdup(input->socket);
    case SECRETS:
        return number(input->secrets_fd);
    case LINK:
        return strdup(input->link);
    case TEXT:
        return strdup(row->text);
    case NO_VALUE:
        break;
    }
    return NULL;
}

static int push(struct mc_options *options, size_t *n, char *word)
{
    if (word == NULL)
        return -ENOMEM;
    if (*n + 1 >= MC_OPTIONS_MAX) {
        free(word);
        return -ENOBUFS;
    }
    options->argv[(*n)++] = word;
    return 0;
}

static int push_row(struct mc_options *options, size_t *n, const struct row *row, const struct mc_options_input *input)
{
    int r = row->word != NULL ? push(options, n, strdup(row->word)) : 0;

    if (r == 0 && row->value != NO_VALUE)
        r = push(options, n, value_of(row, input));
    return r;
}

/* A clean room: nothing of the daemon's own environment (NOTIFY_SOCKET, LISTEN_FDS, ...). */
static int make_environment(struct mc_options *options)
{
    static const char *const words[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/nonexistent"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        options->envp[i] = strdup(words[i]);
        if (options->envp[i] == NULL)
            return -ENOMEM;
    }
    return 0;
}

/* What the kernel accepts as a name, and nothing that could be read as another option of pppd. */
static bool name_is_sound(const char *name)
{
    size_t len = strlen(name);

    if (len == 0)
        return true;
    return len <= 15 && name[0] != '-' && name[0] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == len;
}

bool mc_options_pppd_is_modern(void)
{
    return MC_PPPD_MODERN;
}

int mc_options_make(const struct mc_options_input *input, struct mc_options *ret_options)
{
    struct mc_options options = {0};
    size_t n = 0;
    int r;

    if (!name_is_sound(input->settings->ppp.interface) || input->tty[0] != '/' || input->plugin[0] != '/' ||
        input->socket[0] != '/')
        return -EINVAL;
    r = push(&options, &n, strdup("pppd"));
    for (size_t i = 0; r == 0 && i < sizeof(rows) / sizeof(rows[0]); i++)
        if (applies(rows[i].when, input))
            r = push_row(&options, &n, &rows[i], input);
    if (r == 0)
        r = make_environment(&options);
    if (r < 0) {
        mc_options_free(&options);
        return r;
    }
    *ret_options = options;
    return 0;
}

void mc_options_free(struct mc_options *options)
{
    for (size_t i = 0; i < sizeof(options->argv) / sizeof(options->argv[0]); i++)
        free(options->argv[i]);
    for (size_t i = 0; i < sizeof(options->envp) / sizeof(options->envp[0]); i++)
        free(options->envp[i]);
    memset(options, 0, sizeof(*options));
}
