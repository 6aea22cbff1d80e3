/* SPDX-License-Identifier: MIT */
/*
 * The scripts: generic 27.007 commands and the SIM7672's own, as const data; what they take goes into the facts
 * (takes.c), what is not a fixed text is built from them (builds.c). Deadlines are those of the SIM767XX manual's
 * command table (9 s unless it says otherwise), shortened where a mute modem has to be noticed fast.
 */
#include "scripts_priv.h"
#include <microcat/base/cleanup.h>

#define AT_MS     9000  /* 767: default */
#define FAST_MS   500   /* a question that a living modem answers within milliseconds */
#define CPIN_MS   5000  /* 767, AT+CPIN */
#define JOINED_MS 5000  /* two questions on one line: unanswered, each is asked again */
#define CFUN_MS   25000 /* 767, AT+CFUN */
#define CGATT_MS  45000 /* 767, AT+CGATT */
#define DIAL_MS   50000 /* 767, ATD */
#define SAMPLE_MS 5000  /* at rest nothing depends on the answer but whether the modem is there */

#define STEP(...)                                                                                                      \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define CPSI(ms, how) STEP(.send = "AT+CPSI?", .prefix = "+CPSI:", .timeout_ms = ms, .take = mc_take_cpsi, .flags = how)
#define CSQ(ms, how)  STEP(.build = mc_build_csq, .prefix = "+CSQ:", .timeout_ms = ms, .take = mc_take_csq, .flags = how)
#define CEREG_URCS                                                                                                     \
    STEP(.build = mc_build_cereg_urcs, .timeout_ms = AT_MS, .take = mc_take_cereg_urcs, .flags = MC_CHAT_OPTIONAL)

static const struct mc_chat_step greet[] = {
    STEP(.send = "AT+CMEE=1", .timeout_ms = AT_MS, .tries = 2, .flags = MC_CHAT_OPTIONAL),
    STEP(.build = mc_build_echo, .timeout_ms = AT_MS, .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step flow_read[] = {
    STEP(.send = "AT+IFC?", .prefix = "+IFC:", .timeout_ms = AT_MS, .take = mc_take_ifc),
};
static const struct mc_chat_step flow_set[] = {STEP(.build = mc_build_ifc, .timeout_ms = AT_MS)};
static const struct mc_chat_step flow_verify[] = {
    STEP(.send = "ATI", .timeout_ms = FAST_MS, .tries = 2, .take = mc_take_ati, .flags = MC_CHAT_BARE),
};
static const struct mc_chat_step flow_undo[] = {
    STEP(.send = "AT+IFC=0,0", .timeout_ms = FAST_MS,
         .flags = MC_CHAT_LATE_OK | MC_CHAT_GUESS), /* blind: a mute modem still hears */
    STEP(.send = "AT+IPR?", .prefix = "+IPR:", .timeout_ms = FAST_MS, .tries = 3, .take = mc_take_ipr),
};
static const struct mc_chat_step speed_read[] = {
    STEP(.send = "AT+IPR?", .prefix = "+IPR:", .timeout_ms = AT_MS, .take = mc_take_ipr),
};
static const struct mc_chat_step speed_set[] = {STEP(.build = mc_build_ipr, .timeout_ms = AT_MS)};
static const struct mc_chat_step identity[] = {
    STEP(.send = "ATI", .timeout_ms = 700, .tries = 3, .take = mc_take_ati, .flags = MC_CHAT_BARE),
};
static const struct mc_chat_step speed_undo[] = {
    STEP(.build = mc_build_ipr_back, .timeout_ms = FAST_MS,
         .flags = MC_CHAT_LATE_OK | MC_CHAT_GUESS), /* blind, at the speed that does not work */
};
static const struct mc_chat_step firmware[] = {
    STEP(.build = mc_build_cgmr, .prefix = "+CGMR:", .timeout_ms = AT_MS, .take = mc_take_firmware,
         .flags = MC_CHAT_BARE | MC_CHAT_OPTIONAL),
    STEP(.build = mc_build_cgsn, .timeout_ms = AT_MS, .take = mc_take_imei, .flags = MC_CHAT_BARE | MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step mux_ask[] = {
    STEP(.send = "AT+CMUX=?", .prefix = "+CMUX:", .timeout_ms = AT_MS),
};
static const struct mc_chat_step mux_set[] = {STEP(.build = mc_build_cmux, .timeout_ms = FAST_MS)};
static const struct mc_chat_step sim[] = {
    STEP(.send = "AT+CPIN?", .prefix = "+CPIN:", .timeout_ms = CPIN_MS, .take = mc_take_cpin,
         .refused = mc_refused_cpin),
};
static const struct mc_chat_step sim_tries[] = {
    STEP(.send = "AT+CICCID", .prefix = "+ICCID:", .timeout_ms = AT_MS, .take = mc_take_iccid,
         .flags = MC_CHAT_OPTIONAL),
    STEP(.send = "AT+SPIC", .prefix = "+SPIC:", .timeout_ms = AT_MS, .take = mc_take_spic, .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step sim_unlock[] = {
    STEP(.build = mc_build_pin, .timeout_ms = CPIN_MS, .flags = MC_CHAT_SECRET),
};
/* Of a row that waits: one that is lost is asked again, and only a modem that does not answer AT either ends the wait.
 */
#define POLL (MC_CHAT_PROVE | MC_CHAT_LATE_OK)
static const struct mc_chat_step sim_poll[] = {
    STEP(.send = "AT+CPIN?", .prefix = "+CPIN:", .timeout_ms = CPIN_MS, .take = mc_take_cpin_ready,
         .refused = mc_refused_cpin, .flags = POLL),
};
static const struct mc_chat_step sim_identity[] = {
    STEP(.build = mc_build_card, .prefix = "+ICCID:", .timeout_ms = JOINED_MS, .take = mc_take_card,
         .flags = MC_CHAT_BARE | MC_CHAT_OPTIONAL),
    STEP(.build = mc_build_iccid, .prefix = "+ICCID:", .timeout_ms = AT_MS, .take = mc_take_iccid,
         .flags = MC_CHAT_OPTIONAL),
    STEP(.build = mc_build_cimi, .timeout_ms = AT_MS, .take = mc_take_imsi, .flags = MC_CHAT_BARE | MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step pdp[] = {
    STEP(.build = mc_build_pdp, .prefix = "+CGDCONT:|+CGAUTH:", .timeout_ms = JOINED_MS, .take = mc_take_pdp,
         .flags = MC_CHAT_OPTIONAL),
    STEP(.build = mc_build_cgdcont_read, .prefix = "+CGDCONT:", .timeout_ms = AT_MS, .take = mc_take_cgdcont),
    STEP(.build = mc_build_cgauth_read, .prefix = "+CGAUTH:", .timeout_ms = CPIN_MS, .take = mc_take_cgauth,
         .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step pdp_write[] = {
    STEP(.send = "AT+CFUN=4", .timeout_ms = CFUN_MS),
    STEP(.build = mc_build_cgdcont, .timeout_ms = AT_MS),
    STEP(.build = mc_build_cgauth, .timeout_ms = CPIN_MS, .flags = MC_CHAT_SECRET),
    CEREG_URCS,
    STEP(.send = "AT+CFUN=1", .timeout_ms = CFUN_MS),
};
static const struct mc_chat_step radio_on[] = {
    CEREG_URCS, /* before the radio comes on: then the registration is told when it comes */
    STEP(.send = "AT+CFUN=1", .timeout_ms = CFUN_MS),
};
static const struct mc_chat_step radio_off[] = {STEP(.send = "AT+CFUN=4", .timeout_ms = CFUN_MS)};
static const struct mc_chat_step radio_check[] = {
    STEP(.send = "AT+CFUN?", .prefix = "+CFUN:", .timeout_ms = AT_MS, .take = mc_take_cfun),
};
static const struct mc_chat_step radio_cycle[] = {
    STEP(.send = "AT+CFUN=4", .timeout_ms = CFUN_MS),
    CEREG_URCS,
    STEP(.send = "AT+CFUN=1", .timeout_ms = CFUN_MS),
};
static const struct mc_chat_step cereg[] = {
    STEP(.send = "AT+CEREG?", .prefix = "+CEREG:", .timeout_ms = AT_MS, .take = mc_take_cereg),
};
static const struct mc_chat_step cereg_poll[] = {
    STEP(.send = "AT+CEREG?", .prefix = "+CEREG:", .timeout_ms = AT_MS, .take = mc_take_cereg, .flags = POLL),
};
static const struct mc_chat_step cereg_urcs[] = {
    CEREG_URCS,
    STEP(.build = mc_build_cereg_read, .prefix = "+CEREG:", .timeout_ms = AT_MS, .take = mc_take_cereg),
};
/* In the multiplexer the signal can wait until the link is online. */
static const struct mc_chat_step signal[] = {
    STEP(.build = mc_build_cpsi, .prefix = "+CPSI:", .timeout_ms = AT_MS, .take = mc_take_cpsi,
         .flags = MC_CHAT_OPTIONAL),
    CSQ(AT_MS, MC_CHAT_OPTIONAL),
    STEP(.build = mc_build_contrdp, .prefix = "+CGCONTRDP:", .timeout_ms = AT_MS, .take = mc_take_contrdp,
         .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step dial[] = {STEP(.build = mc_build_dial, .timeout_ms = DIAL_MS, .flags = MC_CHAT_DIALS)};
static const struct mc_chat_step check[] = {
    STEP(.send = "AT+CPIN?", .prefix = "+CPIN:", .timeout_ms = CPIN_MS, .take = mc_take_cpin,
         .refused = mc_refused_cpin),
};
/* Behind a call: is it back in command mode? */
static const struct mc_chat_step at[] = {STEP(.send = "AT", .timeout_ms = 300, .tries = 2, .flags = MC_CHAT_GUESS)};
static const struct mc_chat_step ath[] = {
    STEP(.send = "AT", .timeout_ms = 300, .tries = 3, .flags = MC_CHAT_GUESS),
    STEP(.send = "ATH", .timeout_ms = AT_MS, .flags = MC_CHAT_OPTIONAL),
};
/* From command mode, whether or not there is a call: who has none says OK. */
static const struct mc_chat_step hangup[] = {STEP(.send = "ATH", .timeout_ms = 2000, .flags = MC_CHAT_OPTIONAL)};
static const struct mc_chat_step reattach[] = {
    STEP(.send = "AT+CGATT=0", .timeout_ms = CGATT_MS, .flags = MC_CHAT_OPTIONAL),
    STEP(.send = "AT+CGATT=1", .timeout_ms = CGATT_MS, .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step attach[] = {
    STEP(.send = "AT+CGATT=1", .timeout_ms = CGATT_MS, .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step reset[] = {STEP(.send = "AT+CRESET", .timeout_ms = AT_MS, .flags = MC_CHAT_LATE_OK)};
static const struct mc_chat_step power_off[] = {STEP(.send = "AT+CPOF", .timeout_ms = AT_MS)};
/* Ahead of a person's command that waits: a modem that has gone silent is told before that has waited in vain. */
#define SAMPLE (MC_CHAT_OPTIONAL | MC_CHAT_PROVE | MC_CHAT_URGENT)
static const struct mc_chat_step sample[] = {
    STEP(.build = mc_build_news, .timeout_ms = SAMPLE_MS, .take = mc_take_cereg_urcs, .flags = SAMPLE),
    STEP(.build = mc_build_context, .prefix = "+CGACT:|+CGPADDR:", .timeout_ms = SAMPLE_MS, .take = mc_take_active,
         .flags = SAMPLE),
    CPSI(SAMPLE_MS, SAMPLE),
    CSQ(SAMPLE_MS, SAMPLE),
    STEP(.build = mc_build_cbc, .prefix = "+CBC:", .timeout_ms = SAMPLE_MS, .take = mc_take_cbc, .flags = SAMPLE),
    STEP(.build = mc_build_temperature, .prefix = "+CPMUTEMP:", .timeout_ms = SAMPLE_MS, .take = mc_take_temperature,
         .flags = SAMPLE),
};
/* The call waits meanwhile: what is not answered at once is left out. */
#define PEEK_MS 1000
static const struct mc_chat_step peek[] = {
    STEP(.send = "AT+CEREG?", .prefix = "+CEREG:", .timeout_ms = PEEK_MS, .take = mc_take_cereg,
         .flags = MC_CHAT_OPTIONAL),
    CPSI(PEEK_MS, MC_CHAT_OPTIONAL),
    CSQ(PEEK_MS, MC_CHAT_OPTIONAL),
    STEP(.build = mc_build_cbc, .prefix = "+CBC:", .timeout_ms = PEEK_MS, .take = mc_take_cbc,
         .flags = MC_CHAT_OPTIONAL),
    STEP(.build = mc_build_temperature, .prefix = "+CPMUTEMP:", .timeout_ms = PEEK_MS, .take = mc_take_temperature,
         .flags = MC_CHAT_OPTIONAL),
};
/* V.250, 6.3.7: CONNECT, or the call is gone. */
static const struct mc_chat_step online[] = {STEP(.send = "ATO", .timeout_ms = 4000, .flags = MC_CHAT_DIALS)};

const struct mc_script mc_scripts[MC_SCRIPT_COUNT] = {
#define X(name) [MC_SCRIPT_##name] = {name, MC_LENGTH_OF(name)},
    MC_SCRIPTS(X)
#undef X
};
