/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_PROFILE_H
#define MICROCAT_SIM_PROFILE_H

/*
 * What a simulated board is like: identity, SIM, network, wiring, habits and times. Plain data that may be copied;
 * every field but the latencies is a knob that can be set by name (`--set KEY=VALUE`, `set KEY VALUE` on the control
 * socket).
 */

#include "mux.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where the board's own time goes. All in ms at normal speed. */
enum sim_latency {
    SIM_LATENCY_BOOT,          /* power or reset to the first OK */
    SIM_LATENCY_RESET,         /* CRESET's OK, or CFUN=6's, to silence */
    SIM_LATENCY_OFF,           /* CPOF to silence */
    SIM_LATENCY_SIM,           /* first OK to a usable SIM */
    SIM_LATENCY_SIM_RADIO,     /* CFUN=1 to a usable SIM */
    SIM_LATENCY_SMS,           /* SIM usable to SMS DONE */
    SIM_LATENCY_COMMAND,       /* any command without a time of its own */
    SIM_LATENCY_WRITE,         /* commands that write to flash: CGDCONT=, CGAUTH= */
    SIM_LATENCY_PIN,           /* CPIN= */
    SIM_LATENCY_CFUN_ON,       /* CFUN=1 to its OK */
    SIM_LATENCY_CFUN_OFF,      /* CFUN=0, 4, 7 to its OK while registered */
    SIM_LATENCY_CFUN_OFF_BUSY, /* the same while searching */
    SIM_LATENCY_REGISTER,      /* search to registered (or denied) */
    SIM_LATENCY_CAMP,          /* search to a cell that CPSI can show */
    SIM_LATENCY_ATTACH,        /* CGATT=1 to its OK */
    SIM_LATENCY_DETACH,        /* CGATT=0 to its OK */
    SIM_LATENCY_CONTEXT,       /* CGACT= */
    SIM_LATENCY_DIAL,          /* ATD to CONNECT */
    SIM_LATENCY_DIAL_FAIL,     /* ATD to NO CARRIER, ERROR, +CME ERROR */
    SIM_LATENCY_HANGUP,        /* LCP closed to the line that says so, and to command mode */
    SIM_LATENCY_GUARD,         /* silence that +++ needs on both sides; not scaled by speed */
    SIM_LATENCY_COUNT
};

enum sim_line { SIM_LINE_NONE, SIM_LINE_BREAK, SIM_LINE_DTR, SIM_LINE_RTS };
enum sim_start { SIM_START_OFF, SIM_START_BOOTING, SIM_START_SEARCHING, SIM_START_REGISTERED };
enum sim_end_lines { SIM_END_PPPD, SIM_END_NO_CARRIER, SIM_END_BOTH, SIM_END_NONE };
enum sim_results { SIM_RESULTS_WORDS, SIM_RESULTS_DIGITS, SIM_RESULTS_NONE };
enum sim_absent_style { SIM_ABSENT_CME, SIM_ABSENT_TEXT };
enum sim_cpsi_scale { SIM_CPSI_INDEX, SIM_CPSI_DBM, SIM_CPSI_TENTHS };
enum sim_cmux { SIM_CMUX_NONE, SIM_CMUX_LIES, SIM_CMUX_REAL };

enum sim_joined { SIM_JOINED_ALL, SIM_JOINED_FIRST, SIM_JOINED_NONE };

struct sim_profile {
    /* identity */
    char model[32], revision[32], firmware[64], imei[24], imsi[24], iccid[24];
    /* SIM */
    bool sim_present, pin_required;
    char pin[12], puk[12];
    int32_t pin_tries, puk_tries;
    enum sim_absent_style absent_style;
    /* network */
    int32_t net_stat; /* what a search ends with, a CEREG <stat>: 1, 5, or 2 for ever, 3, 4, ... */
    char plmn[8];     /* "44010" */
    int32_t tac, cell_id, pci, band, earfcn;
    int32_t rsrp_dbm, rsrq_db, rssi_dbm, sinr_db;
    char net_apn[64], net_user[64], net_password[64]; /* what the network insists on; "" accepts anything */
    char address[48], gateway[48], dns1[48], dns2[48];
    /* saved settings, as found at the first start */
    char type[12], apn[101], user[64], password[64];
    int32_t auth;             /* CGAUTH type: 0 none, 1 PAP, 2 CHAP */
    int32_t baud;             /* IPREX: speed after a boot */
    enum sim_results results; /* ATV and ATQ after a boot, and on a DLC that opens */
    /* wiring */
    bool bridge_rtscts; /* does the bridge honour the modem's RTS/CTS? */
    bool host_rtscts;   /* does the bridge carry CTS from the host (an FTDI does, CDC-ACM cannot)? */
    bool check_baud;    /* does a wrong speed on the host's side garble? */
    bool usb_power;     /* unplugging takes the modem's power */
    enum sim_line reset_line, power_line;
    /* habits */
    enum sim_start start;
    int32_t connect_speed; /* "CONNECT 115200" when not 0 */
    enum sim_end_lines end_lines;
    enum sim_cpsi_scale cpsi_scale;
    enum sim_cmux cmux;
    enum sim_mux_style mux_style;
    int32_t mux_idle_ms; /* a style that idles in runs of flags sends one this often; 0 only behind what it said */
    bool cereg_quoted;   /* tac and ci in quotes */
    bool cpin_urc;       /* +CPIN: READY again after CFUN=1 */
    bool has_cesq, has_ceer;
    enum sim_joined joined_commands; /* several on one line, parted by semicolons */
    /* time and bytes */
    int32_t fragment_max;   /* answers come in pieces of 1 to this many bytes; 0 whole */
    bool pace;              /* bytes take the time that the line's speed gives them */
    int32_t speed_permille; /* latencies are scaled by this: 1000 life, 0 at once */
    int32_t seed;
    int32_t latency_ms[SIM_LATENCY_COUNT];
};

/** Fills in the default board: SORACOM's SIM, on, booted and registered (roaming), factory settings (no APN). */
void sim_profile_init(struct sim_profile *profile);

/**
 * Applies a preset on top: "default", "cold", "warm", "seed", "no-flow", "sim-pin=1234", "no-sim", "denied",
 * "searching", "fast", "instant" and what sim_profile_preset_name() lists. 0, -ENOENT.
 */
int sim_profile_preset(struct sim_profile *profile, const char *name);
/** Name and meaning of the @index-th preset, or NULL behind the last. */
const char *sim_profile_preset_name(size_t index, const char **ret_help);

/** Sets a knob by name; a latency's is "latency.NAME". 0, -ENOENT no such knob, -EINVAL or -ERANGE a bad value. */
int sim_profile_set(struct sim_profile *profile, const char *key, const char *value);
/** Prints a knob's value. 0, -ENOENT. */
int sim_profile_get(const struct sim_profile *profile, const char *key, char *out, size_t out_bytes);
/** Name and help of the @index-th knob (without latencies), or NULL behind the last. */
const char *sim_profile_knob_name(size_t index, const char **ret_help);

/** "boot", "cfun-off-busy", ... or NULL. */
const char *sim_latency_name(int latency);
/** Name -> latency, or -ENOENT. */
int sim_latency_from_name(const char *name);

#endif
