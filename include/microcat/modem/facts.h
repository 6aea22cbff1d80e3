/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_MODEM_FACTS_H
#define MICROCAT_MODEM_FACTS_H

/*
 * What the modem has told, as scripts take it down. Unknown is "", MC_AT_UNKNOWN or -1. Kept from one bring-up to the
 * next: what cannot have changed (firmware of the same module, IMSI of the same SIM) is not asked twice.
 */

#include <microcat/at/replies.h>
#include <microcat/base/settings.h>
#include <stdbool.h>
#include <stdint.h>

struct mc_facts {
    /* identity */
    char manufacturer[64], model[64], revision[64], firmware[64], imei[20];
    /* the line */
    int32_t baud; /* at which the modem and the host talk now */
    int32_t ifc_dce, ifc_dte;
    enum mc_flow flow;  /* in use */
    bool flow_refused;  /* mute with it: went on without */
    bool speed_refused; /* did not work at BaudRate: stayed below */
    bool echo;          /* seen in this session of the modem */
    bool singly;        /* in this session it did not answer a line of two commands: each has a line of its own */
    /* The multiplexer: "IMEI firmware" of which it is known that it is not to be used, and why: "refused", "no-answer",
     * "no-channel", "silent"; kept over restarts. */
    char mux_of[88], mux_why[12];
    /* ... and likewise that it does not come back from `+++`: "refused", "no-answer". */
    char escape_of[88], escape_why[12];
    /* SIM */
    char cpin[24];
    int32_t pin_tries;
    char iccid[24], imsi[20];
    /* PDP context of our CID, as the modem has it */
    bool context_known, auth_known;
    struct mc_at_cgdcont context;
    bool auth_same; /* type, user and password are what the settings want: the password itself is not kept */
    bool context_written;
    bool prepared; /* in this session of modem and SIM the PDP context was compared, and nothing that was set up before
                      it was undone: a dial needs no more than a look at SIM and registration */
    /* What was last written to the context, and how the modem then read it back ("" not looked at since): "IMEI/ICCID
     * IP example.apn" and "IP example.apn". Kept over restarts. */
    char written[160], read_as[120];
    /* The same for CGAUTH, as marks (mc_auth_mark()): of what was last written, and how it then read back. Kept. */
    char auth_written[24], auth_read_as[24];
    char auth_reading[24]; /* how it reads now */
    bool auth_other_user;  /* it reads with a user that is not ours */
    char address[64];
    /* What the modem says of the context while a call runs on it (AT+CGACT?;+CGPADDR): 1 active and with an address, 0
     * not, -1 not told; and when it was asked, -1 not in this session of the modem. */
    int32_t context_active;
    int64_t context_active_at_ms;
    bool want_dns;   /* PPP gave no usable DNS servers: ask the modem for them before the next dial */
    char dns[4][64]; /* of AT+CGCONTRDP, of both families; "" none */
    /* registration */
    int32_t stat, tac;
    int64_t cell_id;
    bool was_registered; /* in this session of the modem */
    bool cereg_urcs;     /* AT+CEREG=2 was accepted in this session of the modem */
    int32_t fun;
    char plmn[8]; /* "44010" */
    int32_t band;
    int32_t rssi_ddbm, rsrp_ddbm, rsrq_ddb, sinr_ddb;
    int64_t signal_at_ms;       /* -1 never */
    int64_t registration_at_ms; /* when the modem last told of registration, cell or band; -1 never */
    int32_t temperature_c, supply_mv;
    int64_t health_at_ms;       /* when one of these two was told last; -1 never */
    int64_t health_asked_at_ms; /* ... and asked for; -1 never */
    int32_t health_unanswered;  /* so often in a row neither was told */
};

/** Why something of this modem's is not used (@why), if it was found of this IMEI and firmware (@of); else "". */
const char *mc_facts_distrusted(const struct mc_facts *facts, const char *of, const char *why);
/** It is not used any more, until the firmware changes: @of and @why are the two fields that say so. */
void mc_facts_distrust(const struct mc_facts *facts, char of[88], char why[12], const char *reason);

/** CGDCONT's word: "IP", "IPV6", "IPV4V6". */
const char *mc_pdp_type_text(enum mc_pdp_type type);

/** Everything unknown. */
void mc_facts_init(struct mc_facts *facts);
/**
 * The SIM's state is @word now (AT+CPIN's words, in capitals). NOT INSERTED: what the last one told of itself is
 * forgotten, for the next may be another; a SIM that is busy or locked is the same one still.
 */
void mc_facts_sim(struct mc_facts *facts, const char *word);
/** AT+CFUN=4 was answered OK: no registration and no signal. */
void mc_facts_radio_off(struct mc_facts *facts);
/** The modem started anew (reset, reboot, power): what it does not keep is unknown or back at its default. */
void mc_facts_rebooted(struct mc_facts *facts);
/** Another board: nothing of the last one holds. */
void mc_facts_forget(struct mc_facts *facts);

static inline bool mc_facts_registered(const struct mc_facts *facts)
{
    return facts->stat == 1 || facts->stat == 5; /* anything else is not registered (767, AT+CEREG) */
}

/** Text of what may be reused after a restart ("key value" lines: identity and SIM). @return bytes or -ENOBUFS. */
int mc_facts_save(const struct mc_facts *facts, char *out, size_t out_bytes);
/** Reads it back; it is only a cache: unknown lines are passed over, bad ones too. @return 0, or -EBADMSG: some were
 * bad.
 */
int mc_facts_load(struct mc_facts *facts, const char *text);

#endif
