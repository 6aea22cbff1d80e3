/* SPDX-License-Identifier: MIT */

/*
 * The plugin inside pppd: tells the daemon phase, addresses, DNS servers and how it ended, and gives pppd the user and
 * the password that the daemon has. Secrets never stand in an argument or a file for it.
 *
 * No usepeerdns: with it, pppd writes /etc/ppp/resolv.conf. The servers are asked for all the same, by setting what
 * usepeerdns sets, in the one hook that runs after ipcp_resetci() has copied its own wishes (ip_choose_hook; ipcp.c
 * of 2.4.9 and 2.5).
 */

#include "compat.h"
/* pppd 2.4.9 has a bool of its own: nothing that brings stdbool.h below this line */
#include "client.h"

enum { CHECK_S = 10 }; /* how soon a restarted daemon is found again */

/* the two names that pppd looks up; it refuses a plugin of another version */
__attribute__((visibility("default"))) char pppd_version[] = MC_PPPD_VERSION;
__attribute__((visibility("default"))) void plugin_init(void);

static char *socket_path;
static int secrets_fd = -1;
static int started;

static void check_daemon(void *unused)
{
    (void)unused;
    mc_client_check();
    mc_pppd_timeout(check_daemon, CHECK_S);
}

static void start(void)
{
    if (started || socket_path == NULL)
        return;
    started = 1;
    if (secrets_fd >= 0 && mc_client_read_secrets(secrets_fd) < 0)
        mc_pppd_error("microcat-secrets: nothing can be read there");
    mc_client_open(socket_path, MC_PPPD_VERSION);
    mc_pppd_timeout(check_daemon, CHECK_S);
}

static void on_phase(void *ctx, int now)
{
    struct mc_plugin_msg msg;

    (void)ctx;
    start();
    /* A password from /etc/ppp/options would be used without asking us. */
    if (now == PHASE_ESTABLISH && MC_PPPD_HAS_PASSWD)
        mc_plugin_wipe(passwd, MAXSECRETLEN);
    mc_plugin_msg_init(&msg, MC_PLUGIN_PHASE);
    msg.phase = now;
    if (now >= PHASE_ESTABLISH) /* before that the name may be the last call's */
        snprintf(msg.ifname, sizeof(msg.ifname), "%.15s", mc_pppd_ifname());
    mc_client_tell(&msg);
}

static void put_ipv4(uint32_t address, char *out, size_t out_bytes)
{
    struct in_addr in = {.s_addr = address};

    if (address == 0 || inet_ntop(AF_INET, &in, out, (socklen_t)out_bytes) == NULL)
        out[0] = '\0';
}

static void put_link_local(const eui64_t *id, char *out, size_t out_bytes)
{
    struct in6_addr in = {.s6_addr = {0xfe, 0x80}};

    memcpy(in.s6_addr + 8, id, 8);
    if (inet_ntop(AF_INET6, &in, out, (socklen_t)out_bytes) == NULL)
        out[0] = '\0';
}

static void put_interface(struct mc_plugin_msg *msg)
{
    snprintf(msg->ifname, sizeof(msg->ifname), "%.15s", mc_pppd_ifname());
    msg->unit = mc_pppd_unit();
    msg->mtu = mc_pppd_mtu();
}

static void on_ip_up(void *ctx, int arg)
{
    const ipcp_options *got = &ipcp_gotoptions[0], *his = &ipcp_hisoptions[0], *want = &ipcp_wantoptions[0];
    struct mc_plugin_msg msg;

    (void)ctx;
    (void)arg;
    mc_plugin_msg_init(&msg, MC_PLUGIN_IP_UP);
    put_interface(&msg);
    put_ipv4(got->ouraddr, msg.local, sizeof(msg.local));
    put_ipv4(his->hisaddr != 0 ? his->hisaddr : want->hisaddr, msg.remote, sizeof(msg.remote));
    put_ipv4(got->dnsaddr[0], msg.dns1, sizeof(msg.dns1));
    put_ipv4(got->dnsaddr[1], msg.dns2, sizeof(msg.dns2));
    mc_client_tell(&msg);
}

static void on_ipv6_up(void *ctx, int arg)
{
    struct mc_plugin_msg msg;

    (void)ctx;
    (void)arg;
    mc_plugin_msg_init(&msg, MC_PLUGIN_IPV6_UP);
    put_interface(&msg);
    put_link_local(&ipv6cp_gotoptions[0].ourid, msg.local, sizeof(msg.local));
    put_link_local(&ipv6cp_hisoptions[0].hisid, msg.remote, sizeof(msg.remote));
    mc_client_tell(&msg);
}

static void tell_kind(enum mc_plugin_kind kind)
{
    struct mc_plugin_msg msg;

    mc_plugin_msg_init(&msg, kind);
    mc_client_tell(&msg);
}

static void on_ip_down(void *ctx, int arg)
{
    (void)ctx;
    (void)arg;
    tell_kind(MC_PLUGIN_IP_DOWN);
}

static void on_ipv6_down(void *ctx, int arg)
{
    (void)ctx;
    (void)arg;
    tell_kind(MC_PLUGIN_IPV6_DOWN);
}

static void on_exit_status(void *ctx, int status_now)
{
    struct mc_plugin_msg msg;
    unsigned long long rx = 0, tx = 0;
    unsigned seconds = 0;

    (void)ctx;
    mc_pppd_stats(&rx, &tx, &seconds);
    mc_plugin_msg_init(&msg, MC_PLUGIN_EXIT);
    msg.status = status_now;
    msg.rx_bytes = rx;
    msg.tx_bytes = tx;
    msg.seconds = seconds;
    mc_client_tell(&msg);
    mc_client_close();
}

static void tell_auth(const char *protocol)
{
    struct mc_plugin_msg msg;

    mc_plugin_msg_init(&msg, MC_PLUGIN_AUTH);
    snprintf(msg.auth, sizeof(msg.auth), "%s", protocol);
    mc_client_tell(&msg);
}

static int have_secrets(void)
{
    return 1;
}

/* Both hooks get buffers of MAXNAMELEN and at least MAXSECRETLEN bytes; the user's is the name that pppd then sends. A
 * call without a buffer only asks whether we would have a password. Positive: there is one. 0: none. Negative: PAP
 * looks into its file, CHAP gives up. */
static int give_pap(char *name, char *word)
{
    if (word == NULL)
        return 1;
    tell_auth("PAP");
    if (mc_client_secrets("PAP", name, word) < 0) {
        mc_pppd_error("microcatd gave no password for PAP");
        return 0;
    }
    return 1;
}

static int give_chap(char *name, char *word)
{
    tell_auth("CHAP");
    if (mc_client_secrets("CHAP", name, word) < 0) {
        mc_pppd_error("microcatd gave no password for CHAP");
        return -1;
    }
    return 1;
}

static void want_dns(uint32_t *his_address)
{
    (void)his_address;
    ipcp_gotoptions[0].req_dns1 = 1;
    ipcp_gotoptions[0].req_dns2 = 1;
}

static option_t options[] = {
    {.name = (char *)"microcat-socket",
     .type = o_string,
     .addr = &socket_path,
     .description = (char *)"Socket on which microcatd listens",
     .flags = OPT_PRIV},
    {.name = (char *)"microcat-secrets",
     .type = o_int,
     .addr = &secrets_fd,
     .description = (char *)"Descriptor from which user and password are read",
     .flags = OPT_PRIV},
    {.name = NULL},
};

void plugin_init(void)
{
    _Static_assert(MAXNAMELEN == MC_PLUGIN_NAME_BYTES && MAXSECRETLEN == MC_PLUGIN_NAME_BYTES, "pppd's buffers");

    mc_pppd_add_options(options);
    pap_check_hook = have_secrets;
    pap_passwd_hook = give_pap;
    chap_check_hook = have_secrets;
    chap_passwd_hook = give_chap;
    ip_choose_hook = want_dns;
    mc_pppd_notify(PHASE_CHANGE, on_phase);
    mc_pppd_notify(EXIT, on_exit_status);
    mc_pppd_notify(IP_UP, on_ip_up);
    mc_pppd_notify(IP_DOWN, on_ip_down);
    if (&ipv6cp_gotoptions[0] != NULL) {
        mc_pppd_notify(IPV6_UP, on_ipv6_up);
        mc_pppd_notify(IPV6_DOWN, on_ipv6_down);
    }
}
