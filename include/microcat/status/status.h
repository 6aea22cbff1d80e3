/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_STATUS_STATUS_H
#define MICROCAT_STATUS_STATUS_H

/*
 * The one status struct: what the daemon knows about its link, layer by layer. Whoever learns a fact writes it here
 * through the setters of this room (status.c), which stamp its time and tell the bus; whoever shows it (ctl, sd_notify)
 * only reads.
 *
 * Unknown is "", MC_UNKNOWN or a negative time, never a made-up number. Times are ms of the queue's clock
 * (CLOCK_BOOTTIME) given by the setter's caller; *_at_ms < 0 means never. Strings are bounded copies.
 */

#include <microcat/base/fault.h>
#include <microcat/base/phase.h>
#include <microcat/base/state.h>
#include <microcat/base/witness.h>
#include <stdbool.h>
#include <stdint.h>

#define MC_UNKNOWN INT32_MIN /* an int that nobody has measured */

enum mc_line_mode { MC_LINE_CLOSED, MC_LINE_COMMAND, MC_LINE_DATA, MC_LINE_MUX, MC_LINE_UNKNOWN, MC_LINE_MODE_COUNT };
extern const struct mc_strtab mc_line_mode_names; /* "closed", "command", "data", "unknown" */

enum mc_power { MC_POWER_UNKNOWN, MC_POWER_OFF, MC_POWER_ON, MC_POWER_COUNT };
extern const struct mc_strtab mc_power_names; /* "off", "on"; unknown has none */

struct mc_status_device {
    char path[128];        /* "/dev/ttyACM0" */
    char vendor_id[5];     /* "388b" */
    char product_id[5];    /* "ca71" */
    char serial[64];       /* USB serial number */
    char product[64];      /* USB product string */
    bool bridge;           /* it says that it keeps the contract of microcatd-bridge(7) */
    int64_t plugged_at_ms; /* when it was found; -1 absent */
};

struct mc_status_modem {
    char manufacturer[64], model[64], revision[64], firmware[64], imei[20];
    int32_t baud;      /* of the AT channel */
    int32_t flow;      /* enum mc_flow, or MC_UNKNOWN */
    bool flow_refused; /* the bridge has no RTS/CTS: went on without */
    enum mc_line_mode line;
    char mux_why[12]; /* why the multiplexer is not used: "refused", "no-answer", "no-channel", "silent", "unsteady"; ""
                         no reason */
    char escape_why[12];         /* why it is not asked during a call, as EscapeInterval= says; "" no reason */
    int64_t escape_pause_ms;     /* so long the call waited for it the last time; -1 not yet */
    enum mc_power power;         /* off: switched off by us, or it said that it goes off */
    enum mc_power radio;         /* off: switched off by us, and nobody has switched it on by hand */
    uint64_t commands, timeouts; /* since the daemon started */
    int32_t temperature_c;       /* CPMUTEMP */
    int32_t supply_mv;           /* CBC */
    int64_t health_at_ms;        /* of these two */
    int64_t answered_at_ms;
};

struct mc_status_sim {
    char state[24]; /* as CPIN says it: "READY", "SIM PIN", "NOT INSERTED", ... */
    char iccid[24];
    char imsi[20];
    int32_t pin_tries; /* left, by SPIC */
    int64_t at_ms;
};

struct mc_status_registration {
    int32_t stat;       /* CEREG <stat>, or MC_UNKNOWN */
    int32_t tac;        /* or MC_UNKNOWN */
    int64_t cell_id;    /* -1 unknown */
    char operator_[32]; /* "44010" as COPS says it */
    int32_t band;       /* EUTRAN band, or MC_UNKNOWN */
    int64_t at_ms;
};

struct mc_status_signal { /* tenths, because the modem counts in half and tenth dB; MC_UNKNOWN each */
    int32_t rssi_ddbm, rsrp_ddbm, rsrq_ddb, sinr_ddb;
    int64_t at_ms;
};

struct mc_status_pdp {
    int32_t cid;
    char type[8]; /* "IP" */
    char apn[101];
    char address[64]; /* CGPADDR */
    bool written;     /* this bring-up had to write it (and so cycled the radio) */
    int64_t at_ms;
};

struct mc_status_ppp {
    enum mc_ppp_phase phase;
    char interface[16];
    char local[64], remote[64];
    char local6[64]; /* the global IPv6 address, or the link-local one while there is none */
    char dns[4][64];
    char nat64[64]; /* the prefix behind which the network reaches IPv4, as its router says; "" none */
    int32_t mtu;
    char auth[8]; /* "CHAP", "PAP" or "" */
    int32_t pid;
    uint64_t rx_bytes, tx_bytes; /* of this call, PPP frames as relayed */
    bool route;                  /* default route set */
    char dns_where[24];          /* who took the DNS servers: "systemd-resolved"; "" nobody */
    int64_t phase_at_ms;
};

struct mc_status_probe {
    enum mc_witness standing;
    char target[64];      /* what is asked; "" nothing is */
    int64_t answer_at_ms; /* -1: no answer since the daemon started */
};

struct mc_status_lease { /* a channel lent to a person's program */
    char path[32];       /* of its pty; "" none is lent */
    int64_t until_ms;    /* the latest end */
};

struct mc_status_counters {
    uint64_t dials, calls, redials, reattaches, radio_cycles, resets, power_cycles;
    uint64_t urcs, noise_bytes, probes, probes_lost;
    uint64_t outages;
};

struct mc_status_outage { /* the last one that ended */
    enum mc_fault fault;
    int64_t at_ms; /* when it began; -1 none yet */
    int64_t length_ms;
    char remedy[24]; /* what ended it: "redial", ... */
};

struct mc_status {
    enum mc_state state;
    char step[32]; /* finer than the state: "setup.flow" */
    int64_t state_at_ms;
    enum mc_fault fault;    /* the one being dealt with, or MC_FAULT_NONE */
    char fault_detail[160]; /* what was seen: "+CME ERROR: 10 to AT+CPIN?" */
    int64_t fault_at_ms;
    char next[120];      /* what comes next and why: "redial, 3rd try" */
    int64_t retry_at_ms; /* -1: nothing scheduled */
    struct mc_status_device device;
    struct mc_status_modem modem;
    struct mc_status_sim sim;
    struct mc_status_registration registration;
    struct mc_status_signal signal;
    struct mc_status_pdp pdp;
    struct mc_status_ppp ppp;
    struct mc_status_probe probe;
    struct mc_status_lease lease;
    struct mc_status_counters counters;
    struct mc_status_outage outage;
};

/** Everything unknown, state absent at @now_ms. */
void mc_status_init(struct mc_status *status, int64_t now_ms);

/** CEREG <stat> for people: "registered, roaming" for 5; "unknown (42)" style text is the caller's for values without
 * one (NULL). */
const char *mc_registration_text(int32_t stat);

#endif
