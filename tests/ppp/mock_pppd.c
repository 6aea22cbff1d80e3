/* SPDX-License-Identifier: MIT */
#include "mock_pppd.h"

#include "compat.h"

#ifndef MC_PPPD_25
enum { NF_PHASE_CHANGE, NF_EXIT, NF_IP_UP, NF_IP_DOWN, NF_IPV6_UP, NF_IPV6_DOWN, NF_MAX_NOTIFY };
#define uint32_t u_int32_t
#endif

char passwd[MAXSECRETLEN];
ipcp_options ipcp_wantoptions[1], ipcp_gotoptions[1], ipcp_hisoptions[1];
ipv6cp_options ipv6cp_gotoptions[1], ipv6cp_hisoptions[1];

static option_t *known_options;
static void (*pending[8])(void *);
static struct {
    void (*fn)(void *, int);
    void *ctx;
} notified[NF_MAX_NOTIFY];

static unsigned stats_rx, stats_tx, stats_seconds;

static void run(int what, int arg)
{
    if (notified[what].fn != NULL)
        notified[what].fn(notified[what].ctx, arg);
}

static void add_timeout(void (*fn)(void *))
{
    for (size_t i = 0; i < sizeof(pending) / sizeof(pending[0]); i++)
        if (pending[i] == NULL) {
            pending[i] = fn;
            return;
        }
}

#ifdef MC_PPPD_25

ip_choose_hook_fn *ip_choose_hook;
pap_check_hook_fn *pap_check_hook;
pap_passwd_hook_fn *pap_passwd_hook;
chap_check_hook_fn *chap_check_hook;
chap_passwd_hook_fn *chap_passwd_hook;

void ppp_add_notify(ppp_notify_t type, ppp_notify_fn *func, void *ctx)
{
    notified[type].fn = func;
    notified[type].ctx = ctx;
}
void ppp_timeout(ppp_timer_cb func, void *arg, int s, int us)
{
    add_timeout(func);
}
bool ppp_get_link_stats(ppp_link_stats_st *stats)
{
    stats->bytes_in = stats_rx;
    stats->bytes_out = stats_tx;
    return true;
}
int ppp_get_link_uptime(void)
{
    return (int)stats_seconds;
}
int ppp_get_mtu(int unit)
{
    return 1500;
}
int ppp_ifunit(void)
{
    return 7;
}
const char *ppp_ifname(void)
{
    return "ppp7";
}
void error(const char *fmt, ...)
{
}
void ppp_add_options(struct option *options)
{
    known_options = options;
}

#else

void (*ip_choose_hook)(u_int32_t *);
int (*pap_check_hook)(void);
int (*pap_passwd_hook)(char *user, char *passwd);
int (*chap_check_hook)(void);
int (*chap_passwd_hook)(char *user, char *passwd);
struct notifier *phasechange, *exitnotify, *ip_up_notifier, *ip_down_notifier, *ipv6_up_notifier, *ipv6_down_notifier;
char ifname[MAXIFNAMELEN] = "ppp7";
int ifunit = 7;
struct pppd_stats link_stats;
int link_stats_valid;
unsigned link_connect_time;

void add_notifier(struct notifier **list, notify_func func, void *ctx)
{
    struct notifier **const lists[NF_MAX_NOTIFY] = {&phasechange,      &exitnotify,       &ip_up_notifier,
                                                    &ip_down_notifier, &ipv6_up_notifier, &ipv6_down_notifier};

    for (int i = 0; i < NF_MAX_NOTIFY; i++)
        if (lists[i] == list) {
            notified[i].fn = func;
            notified[i].ctx = ctx;
        }
}
void timeout(void (*func)(void *), void *arg, int s, int us)
{
    add_timeout(func);
}
int netif_get_mtu(int unit)
{
    return 1500;
}
void error(char *fmt, ...)
{
}
void add_options(option_t *options)
{
    known_options = options;
}

#endif

int mock_option(const char *name, char *value)
{
    for (option_t *option = known_options; option != NULL && option->name != NULL; option++)
        if (strcmp(option->name, name) == 0) {
            *(char **)option->addr = value;
            return 0;
        }
    return -1;
}

void mock_phase(int phase_now)
{
    run(NF_PHASE_CHANGE, phase_now);
}

static uint32_t address_of(const char *text)
{
    struct in_addr in = {0};

    if (text != NULL)
        inet_pton(AF_INET, text, &in);
    return in.s_addr;
}

void mock_ip_up(const char *local, const char *remote, const char *dns1, const char *dns2)
{
    ipcp_gotoptions[0].ouraddr = address_of(local);
    ipcp_hisoptions[0].hisaddr = address_of(remote);
    ipcp_gotoptions[0].dnsaddr[0] = address_of(dns1);
    ipcp_gotoptions[0].dnsaddr[1] = address_of(dns2);
    run(NF_IP_UP, 0);
}

void mock_ip_down(void)
{
    run(NF_IP_DOWN, 0);
}

void mock_ipv6_up(unsigned char ours, unsigned char his)
{
    memset(&ipv6cp_gotoptions[0].ourid, ours, sizeof(eui64_t));
    memset(&ipv6cp_hisoptions[0].hisid, his, sizeof(eui64_t));
    run(NF_IPV6_UP, 0);
}

void mock_ipv6_down(void)
{
    run(NF_IPV6_DOWN, 0);
}

void mock_exit(int status_now, unsigned rx, unsigned tx, unsigned seconds)
{
    stats_rx = rx;
    stats_tx = tx;
    stats_seconds = seconds;
#ifndef MC_PPPD_25
    link_stats.bytes_in = rx;
    link_stats.bytes_out = tx;
    link_stats_valid = 1;
    link_connect_time = seconds;
#endif
    run(NF_EXIT, status_now);
}

int mock_pap(char *user_name, char *password)
{
    return pap_passwd_hook(user_name, password);
}

int mock_chap(char *user_name, char *password)
{
    return chap_passwd_hook(user_name, password);
}

int mock_can_auth(void)
{
    return pap_check_hook() == 1 && chap_check_hook() == 1 && pap_passwd_hook(NULL, NULL) == 1;
}

int mock_asks_dns(void)
{
    uint32_t his = 0;

    ipcp_gotoptions[0] = ipcp_wantoptions[0];
    ip_choose_hook(&his);
    return ipcp_gotoptions[0].req_dns1 && ipcp_gotoptions[0].req_dns2 && his == 0;
}

int mock_timeouts(void)
{
    void (*due[8])(void *);
    int n = 0;

    memcpy(due, pending, sizeof(due));
    memset(pending, 0, sizeof(pending));
    for (size_t i = 0; i < sizeof(due) / sizeof(due[0]); i++)
        if (due[i] != NULL) {
            due[i](NULL);
            n++;
        }
    return n;
}

char *mock_passwd(void)
{
    return passwd;
}
