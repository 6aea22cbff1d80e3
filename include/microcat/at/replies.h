/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_AT_REPLIES_H
#define MICROCAT_AT_REPLIES_H

/*
 * Typed parsers of single answer lines. Pure and strict: 0, or -EINVAL for a line of another shape, and then the result
 * is untouched. Numbers that the modem left out or marked as not known are MC_AT_UNKNOWN. Strings are bounded copies;
 * one that doesn't fit is -EINVAL. Sources: seed log, 767 manual V1.06, 27.007.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MC_AT_UNKNOWN INT32_MIN

/* --- SIM -------------------------------------------------------------------------------------------------------------
 */

/** "+CPIN: READY" -> "READY"; also "SIM PIN", "SIM PUK", "NOT INSERTED", ... as the modem says it. */
int mc_at_parse_cpin(const char *line, char *ret_state, size_t size_bytes);

struct mc_at_spic {
    int32_t pin1, puk1, pin2, puk2; /* tries left */
};
/** "+SPIC: 3,10,0,10" */
int mc_at_parse_spic(const char *line, struct mc_at_spic *ret_spic);

/** "+ICCID: 89423..." (AT+CICCID), 18 to 22 characters, hex digits allowed (some carriers'), trailing F dropped. */
int mc_at_parse_iccid(const char *line, char *ret_iccid, size_t size_bytes);

/** A bare line of @min to @max digits: AT+CIMI (6 to 15), AT+CGSN (14 to 17). */
int mc_at_parse_digits(const char *line, size_t min, size_t max, char *ret_digits, size_t size_bytes);

/* --- Registration and signal -----------------------------------------------------------------------------------------
 */

struct mc_at_cereg {
    int32_t n;       /* 0..2 of the read form, MC_AT_UNKNOWN in a URC */
    int32_t stat;    /* any number: unknown ones are passed on */
    int32_t tac;     /* or MC_AT_UNKNOWN */
    int64_t cell_id; /* -1 unknown */
    int32_t act;     /* access technology, 7 = E-UTRAN, or MC_AT_UNKNOWN */
};
/** Answer to AT+CEREG?: "+CEREG: <n>,<stat>[,<tac>,<ci>[,<AcT>]]", tac and ci in hex, quoted or not. */
int mc_at_parse_cereg_read(const char *line, struct mc_at_cereg *ret_cereg);
/** Unasked: "+CEREG: <stat>[,<tac>,<ci>[,<AcT>]]". Refuses "+CEREG: 0,5", which is a (late) read form. */
int mc_at_parse_cereg_urc(const char *line, struct mc_at_cereg *ret_cereg);

/** "+CSQ: 18,99": -113 + 2n dBm in tenths, or MC_AT_UNKNOWN for 99; @ret_ber 0..7 or MC_AT_UNKNOWN. */
int mc_at_parse_csq(const char *line, int32_t *ret_rssi_ddbm, int32_t *ret_ber);

struct mc_at_cpsi {
    char system[24]; /* "LTE", "NO SERVICE" */
    char mode[24];   /* "Online", "Offline", "Factory Test Mode", "Low Power Mode", ... */
    bool service;    /* the rest is filled in (LTE only) */
    char plmn[8];    /* "44010": mcc and mnc without the dash */
    int32_t tac;
    int64_t cell_id; /* -1 unknown */
    int32_t pci, band, earfcn;
    int32_t rsrq_ddb, rsrp_ddbm, rssi_ddbm, sinr_ddb; /* tenths, whatever scale the firmware prints; or MC_AT_UNKNOWN */
};
/**
 * "+CPSI: LTE,Online,440-10,0x1698,39683652,181,EUTRAN-BAND28,9510,3,3,20,61,41,3" or "+CPSI: NO SERVICE,Online".
 * The scale shows in rsrp: 0 or more, indices as in the seed (RSRP v-140 dBm, RSRQ (v-40)/2 dB, RSSI v-110 dBm);
 * -200..-1, dBm and dB; below, tenths (7600). The last field is dB in all of them.
 */
int mc_at_parse_cpsi(const char *line, struct mc_at_cpsi *ret_cpsi);

/* --- Packet domain ---------------------------------------------------------------------------------------------------
 */

struct mc_at_cgdcont {
    int32_t cid;
    char type[12];    /* "IP", "IPV6", "IPV4V6", "Non-IP" */
    char apn[101];    /* "" when none */
    char address[64]; /* to show: the first of a dual-stack context's two; "" when none, or none that fits */
};
/** "+CGDCONT: 1,"IP","soracom.io"[,"10.164.98.251"[,...]]" */
int mc_at_parse_cgdcont(const char *line, struct mc_at_cgdcont *ret_context);

/**
 * Is @line ("+CGDCONT: 2,...", "+CGAUTH: 2,...") about another context than @cid, whatever else it holds? Not so where
 * its number cannot be read: that may be ours, damaged.
 */
bool mc_at_is_other_context(const char *line, int32_t cid);

struct mc_at_cgauth {
    int32_t cid;
    int32_t type;       /* 0 none, 1 PAP, 2 CHAP */
    char user[128];     /* "" when none */
    char password[128]; /* secret */
};
/**
 * The read form, which has the user BEFORE the password (the write form has it behind: 767, A76 and 7600 manuals):
 * "+CGAUTH: 1,2,"user","password"", or "+CGAUTH: 1,0", also printed as "+CGAUTH: 1,0 ,"",""".
 */
/** "+CGACT: <cid>,<state>" of @cid: 1 active, 0 not; -EINVAL: another line or context. */
int mc_at_parse_cgact(const char *line, int32_t cid);
/** "+CGPADDR: <cid>,<address>..." of @cid: 1 it has one, 0 none; -EINVAL as above. @ret_address: the first of them, to
 * show; "" when there is none, or none that fits. */
int mc_at_parse_cgpaddr(const char *line, int32_t cid, char *ret_address, size_t size_bytes);
int mc_at_parse_cgauth(const char *line, struct mc_at_cgauth *ret_auth);

struct mc_at_cgcontrdp {
    int32_t cid;
    int32_t bearer; /* or MC_AT_UNKNOWN */
    char apn[101];
    char address[80]; /* "10.1.2.3" without the mask that 27.007 appends (".255.255.255.0"); to show */
    char gateway[64]; /* to show */
    char dns[2][64];
    int32_t mtu; /* or MC_AT_UNKNOWN */
};
/** IPv6 addresses come out with colons ("2001:db8:0:0:0:0:0:1"), also where the modem writes 16 decimal numbers.
 * "+CGCONTRDP: <cid>,<bearer>,<apn>[,<address and mask>[,<gateway>[,<dns1>[,<dns2>[,...,<mtu>]]]]]" */
int mc_at_parse_cgcontrdp(const char *line, struct mc_at_cgcontrdp *ret_context);

/* --- The line and the device -----------------------------------------------------------------------------------------
 */

/** "+IFC: 2,2": flow control by the host (DCE by DTE) and by the modem. */
int mc_at_parse_ifc(const char *line, int32_t *ret_dce, int32_t *ret_dte);
/** "+IPR: 115200" */
int mc_at_parse_ipr(const char *line, int32_t *ret_baud);
/** "+CFUN: 1" */
int mc_at_parse_cfun(const char *line, int32_t *ret_fun);
/** "+CBC: 3.978V" (seed log) or "+CBC: 3978" -> millivolts. */
int mc_at_parse_cbc(const char *line, int32_t *ret_mv);
/** "+CPMUTEMP: 23" -> degrees Celsius. */
int mc_at_parse_cpmutemp(const char *line, int32_t *ret_celsius);
/** "+CGMR: ..." (767 manual), "Revision: ..." or the bare text (it does not begin with +, *, ^ or $) -> the firmware's
 * name. */
int mc_at_parse_cgmr(const char *line, char *ret_firmware, size_t size_bytes);

enum mc_at_ati_field { MC_AT_ATI_MANUFACTURER, MC_AT_ATI_MODEL, MC_AT_ATI_REVISION, MC_AT_ATI_IMEI };
/** One line of ATI: "Model: SIM7672JP-MNGV" -> MC_AT_ATI_MODEL and "SIM7672JP-MNGV". */
int mc_at_parse_ati(const char *line, enum mc_at_ati_field *ret_field, char *ret_value, size_t size_bytes);

/* --- Final lines -----------------------------------------------------------------------------------------------------
 */

/** "+CME ERROR: 10" -> 10, "+CME ERROR: SIM not inserted" -> 10 (27.007, 9.2). -EINVAL for anything else, unknown texts
 * too. */
int mc_at_parse_cme(const char *line, int32_t *ret_code);
/** 27.007's text of a CME code, or NULL. */
const char *mc_at_cme_text(int32_t code);

#endif
