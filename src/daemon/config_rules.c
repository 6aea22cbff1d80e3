/* SPDX-License-Identifier: MIT */
#include "config_rules.h"

#include <errno.h>
#include <microcat/base/cleanup.h>
#include <string.h>

static bool redial_backwards(const struct mc_settings *s)
{
    return s->recovery.redial_max_ms < s->recovery.redial_delay_ms;
}

static bool user_unused(const struct mc_settings *s)
{
    return s->pdp.auth == MC_AUTH_NONE && (*s->pdp.user || *s->pdp.password);
}

static bool user_missing(const struct mc_settings *s)
{
    return (s->pdp.auth == MC_AUTH_PAP || s->pdp.auth == MC_AUTH_CHAP) && !*s->pdp.user;
}

static bool password_alone(const struct mc_settings *s)
{
    return s->pdp.auth == MC_AUTH_AUTO && *s->pdp.password && !*s->pdp.user;
}

static bool mtu_below_ipv6(const struct mc_settings *s)
{
    return s->pdp.type != MC_PDP_IP && s->ppp.mtu > 0 && s->ppp.mtu < 1280;
}

static bool serial_unused(const struct mc_settings *s)
{
    return strcmp(s->modem.device, "auto") != 0 && *s->modem.usb_serial;
}

static bool interface_unused(const struct mc_settings *s)
{
    return strcmp(s->modem.device, "auto") != 0 && *s->modem.usb_interface;
}

static bool probe_without_interval(const struct mc_settings *s)
{
    return s->probe.kind != MC_PROBE_NONE && s->probe.interval_ms == 0;
}

static bool vrf_and_table(const struct mc_settings *s)
{
    return *s->ppp.vrf && s->ppp.route_table != 0;
}

static bool vrf_is_interface(const struct mc_settings *s)
{
    return *s->ppp.vrf && strcmp(s->ppp.vrf, s->ppp.interface) == 0;
}

static const struct {
    bool (*broken)(const struct mc_settings *settings);
    const char *section, *key; /* whose origin is named */
    enum mc_log_level level;
    const char *text;
} rules[] = {
    {redial_backwards, "Recovery", "RedialMax", MC_LOG_ERR, "RedialMax= is shorter than RedialDelay="},
    {user_unused, "PDP", "User", MC_LOG_WARNING, "User= and Password= are not used with Authentication=none"},
    {user_missing, "PDP", "Authentication", MC_LOG_WARNING,
     "Authentication= asks for a user, but User= is empty: the network will see an empty name"},
    {password_alone, "PDP", "Password", MC_LOG_WARNING,
     "Password= is not used without User= (Authentication=auto means none then)"},
    {mtu_below_ipv6, "PPP", "MTU", MC_LOG_WARNING, "IPv6 needs an MTU of 1280 at least"},
    {serial_unused, "Modem", "Serial", MC_LOG_WARNING, "Serial= is not used when Device= names a path"},
    {interface_unused, "Modem", "UsbInterface", MC_LOG_WARNING, "UsbInterface= is not used when Device= names a path"},
    {vrf_and_table, "PPP", "RouteTable", MC_LOG_ERR,
     "RouteTable= cannot be set beside VRF=, which has a table of its own"},
    {vrf_is_interface, "PPP", "VRF", MC_LOG_ERR, "VRF= and Interface= cannot be the same device"},
    {probe_without_interval, "Probe", "Interval", MC_LOG_WARNING,
     "Interval=0 means that the link is never probed; Method=none would say so"},
};

int mc_config_rules_check(const struct mc_config *config, mc_config_report_fn *report, void *ctx)
{
    int result = 0;

    for (size_t i = 0; i < MC_LENGTH_OF(rules); i++) {
        char text[512];
        if (!rules[i].broken(mc_config_settings(config)))
            continue;
        const struct mc_config_row *row = mc_config_row_find(rules[i].section, rules[i].key);
        snprintf(text, sizeof(text), "%s: [%s] %s", mc_config_origin(config, row), rules[i].section, rules[i].text);
        report(ctx, rules[i].level, text);
        if (rules[i].level == MC_LOG_ERR)
            result = -EINVAL;
    }
    return result;
}
