/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_SETTINGS_H
#define MICROCAT_BASE_SETTINGS_H

/*
 * The settings, as plain data: what the config table (daemon/config) fills and everybody else reads. Zero bytes are not
 * the defaults; the table has those. Strings are owned by whoever owns the struct and never NULL once loaded ("" =
 * unset). All times in ms.
 */

#include <stdbool.h>
#include <stdint.h>

enum mc_flow { MC_FLOW_NONE, MC_FLOW_RTSCTS };
enum mc_multiplex { MC_MULTIPLEX_NO, MC_MULTIPLEX_YES, MC_MULTIPLEX_AUTO };
enum mc_pdp_type { MC_PDP_IP, MC_PDP_IPV6, MC_PDP_IPV4V6 };
enum mc_auth { MC_AUTH_AUTO, MC_AUTH_NONE, MC_AUTH_PAP, MC_AUTH_CHAP };
enum mc_probe_kind { MC_PROBE_NONE, MC_PROBE_ICMP, MC_PROBE_DNS, MC_PROBE_TCP };

/* DefaultRoute=: of which families. */
enum mc_default_route { MC_DEFAULT_ROUTE_NO, MC_DEFAULT_ROUTE_YES, MC_DEFAULT_ROUTE_IPV4, MC_DEFAULT_ROUTE_IPV6 };

struct mc_settings {
    struct {
        char *device;        /* "auto" or a path */
        char *usb_ids;       /* UsbID=: "388b:ca71 1234:abcd", matched when device is auto */
        char *usb_serial;    /* Serial=: only this board's, "" = any; picks one of several */
        char *usb_interface; /* UsbInterface=: of a composite device this tty: a number or a name; "" = by the bridge's
                                name */
        int64_t baud_rate;   /* the speed to reach; the modem boots at 115200 */
        enum mc_flow flow;
        enum mc_multiplex multiplex;
        char *reset;                /* Reset=: "none", "break", "dtr", "rts", or a command to run */
        char *power;                /* Power=: "none", "dtr", "rts", or a command run with "on"/"off" */
        int64_t boot_time_ms;       /* BootTime=: how long the modem may take from power or reset to its first OK */
        int64_t sample_interval_ms; /* SampleInterval=: between two looks at the signal; 0 = none */
        int64_t
            escape_interval_ms; /* EscapeInterval=: between two by `+++` beside a call on the plain line; 0 = none */
    } modem;
    struct {
        char *pin; /* secret */
    } sim;
    struct {
        int64_t cid;
        char *apn;
        enum mc_pdp_type type;
        enum mc_auth auth;
        char *user;
        char *password; /* secret */
    } pdp;
    struct {
        char *program;   /* Program=/usr/sbin/pppd */
        char *interface; /* "" = the kernel's next pppN */
        int64_t mtu;     /* 0 = as negotiated */
        int64_t echo_interval_ms;
        int64_t echo_failure;
        int64_t setup_timeout_ms; /* SetupTimeout=: CONNECT to address */
        int default_route;        /* enum mc_default_route */
        int64_t route_metric;
        int64_t route_table; /* 0: main */
        char *vrf;           /* "" none */
        bool use_dns;
    } ppp;
    struct {
        enum mc_probe_kind kind; /* Method= */
        char *target;            /* "" = the peer's DNS server */
        int64_t port;            /* for tcp */
        int64_t interval_ms;     /* Interval=: how long silence (bytes out, none in) may last before a probe; 0 = off */
        int64_t idle_interval_ms; /* IdleInterval=: a probe when nothing flows at all; 0 = off */
        int64_t timeout_ms;
        int64_t failures; /* this many unanswered probes in a row make the link stale */
    } probe;
    struct {
        int64_t boot_jitter_ms;
        int64_t redial_delay_ms; /* the first; doubled up to redial_max_ms */
        int64_t redial_max_ms;
        int64_t radio_cycle_interval_ms;
        int64_t radio_cycle_after; /* failed dials before the first radio cycle */
        int64_t reset_interval_ms;
        int64_t power_cycle_interval_ms;
        int64_t search_time_ms;     /* SearchTime=: while CEREG says 2, leave the radio alone this long */
        int64_t network_backoff_ms; /* CME 537 */
        int64_t sim_check_interval_ms;
        int64_t good_after_ms;     /* GoodAfter=: online this long forgives what was before */
        int64_t attaches_per_hour; /* AttachesPerHour=: CGATT and radio cycles together */
    } recovery;
    struct {
        char *socket;
        char *group;
        char *read_group;    /* "": everybody may read */
        int64_t trace_lines; /* TraceLines=: kept AT lines */
    } control;
};

#endif
