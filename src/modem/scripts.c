/* SPDX-License-Identifier: MIT */
/*
 * The scripts: generic 27.007 commands and the SIM7672's own, as const data; what they take goes into the facts.
 * Deadlines are those of the SIM767XX manual's command table (9 s unless it says otherwise), shortened where a mute
 * modem has to be noticed fast.
 */
#include "bringup_priv.h"
#include <errno.h>
#include <microcat/at/quote.h>
#include <microcat/at/replies.h>
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>

#define AT_MS    9000  /* 767: default */
#define FAST_MS  500   /* a question that a living modem answers within milliseconds */
#define CPIN_MS  5000  /* 767, AT+CPIN */
#define CFUN_MS  25000 /* 767, AT+CFUN */
#define CGATT_MS 45000 /* 767, AT+CGATT */
#define DIAL_MS  50000 /* 767, ATD */

static struct mc_facts *facts_of(void *ctx)
{
    return &((struct mc_bringup *)ctx)->facts;
}

/* ---- takes: one answer each ---- */

static int take_ifc(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    return a->n_lines ? mc_at_parse_ifc(a->lines[0], &f->ifc_dce, &f->ifc_dte) : -EBADMSG;
}

static int take_ipr(void *ctx, const struct mc_at_answer *a)
{
    int32_t baud;
    return a->n_lines ? mc_at_parse_ipr(a->lines[0], &baud) : -EBADMSG;
}

static int take_ati(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    struct mc_facts fresh = {0};
    const struct {
        char *value;
        size_t size;
    } fields[] = {[MC_AT_ATI_MANUFACTURER] = {fresh.manufacturer, sizeof(fresh.manufacturer)},
                  [MC_AT_ATI_MODEL] = {fresh.model, sizeof(fresh.model)},
                  [MC_AT_ATI_REVISION] = {fresh.revision, sizeof(fresh.revision)},
                  [MC_AT_ATI_IMEI] = {fresh.imei, sizeof(fresh.imei)}};
    for (size_t i = 0; i < a->n_lines; i++) {
        enum mc_at_ati_field field;
        char value[64];
        if (mc_at_parse_ati(a->lines[i], &field, value, sizeof(value)) == 0)
            snprintf(fields[field].value, fields[field].size, "%s", value);
    }
    if (!*fresh.model)
        return -EBADMSG;
    if (strcmp(fresh.model, f->model) || strcmp(fresh.revision, f->revision) || strcmp(fresh.imei, f->imei)) {
        f->firmware[0] = '\0'; /* another module, or another firmware in it: ask again */
        memcpy(f->manufacturer, fresh.manufacturer, sizeof(f->manufacturer));
        memcpy(f->model, fresh.model, sizeof(f->model));
        memcpy(f->revision, fresh.revision, sizeof(f->revision));
        memcpy(f->imei, fresh.imei, sizeof(f->imei));
    }
    return 0;
}

static int take_firmware(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    return a->n_lines ? mc_at_parse_cgmr(a->lines[0], f->firmware, sizeof(f->firmware)) : -EBADMSG;
}

static int take_imei(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    return a->n_lines ? mc_at_parse_digits(a->lines[0], 14, 17, f->imei, sizeof(f->imei)) : -EBADMSG;
}

/* +CPIN: and +CEREG: come unasked as well: one that slips in between question and answer stands before the answer's own
 * line. */
static int take_cpin(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    for (size_t i = a->n_lines; i-- > 0;)
        if (mc_at_parse_cpin(a->lines[i], f->cpin, sizeof(f->cpin)) == 0)
            return 0;
    return -EBADMSG;
}

/* As take_cpin(), but anything but READY means: not yet. */
static int take_cpin_ready(void *ctx, const struct mc_at_answer *a)
{
    int r = take_cpin(ctx, a);
    return r < 0 ? -EBADMSG : 0;
}

/* A SIM that is missing, locked or busy may answer with a CME error instead of a state (27.007, 9.2): say it in CPIN's
 * words. */
static int refused_cpin(void *ctx, const struct mc_at_answer *a)
{
    static const struct {
        int code;
        const char *state;
    } words[] = {{10, "NOT INSERTED"}, {11, "SIM PIN"}, {12, "SIM PUK"},  {5, "PH-SIM PIN"}, {13, "FAILURE"},
                 {14, "BUSY"},         {15, "WRONG"},   {531, "BLOCKED"}, {532, "BLOCKED"}};
    struct mc_facts *f = facts_of(ctx);
    for (size_t i = 0; i < MC_LENGTH_OF(words); i++)
        if (a->result == MC_AT_CME && a->code == words[i].code) {
            snprintf(f->cpin, sizeof(f->cpin), "%s", words[i].state);
            return 0;
        }
    return -EIO;
}

static int take_spic(void *ctx, const struct mc_at_answer *a)
{
    struct mc_at_spic spic;
    if (!a->n_lines || mc_at_parse_spic(a->lines[0], &spic) < 0)
        return -EBADMSG;
    facts_of(ctx)->pin_tries = spic.pin1;
    return 0;
}

static int take_iccid(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    char iccid[sizeof(f->iccid)];
    if (!a->n_lines || mc_at_parse_iccid(a->lines[0], iccid, sizeof(iccid)) < 0)
        return -EBADMSG;
    if (strcmp(iccid, f->iccid)) {
        memcpy(f->iccid, iccid, sizeof(iccid));
        f->imsi[0] = '\0'; /* another SIM */
    }
    return 0;
}

static int take_imsi(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    return a->n_lines ? mc_at_parse_digits(a->lines[0], 6, 15, f->imsi, sizeof(f->imsi)) : -EBADMSG;
}

static int take_cgdcont(void *ctx, const struct mc_at_answer *a)
{
    const struct mc_bringup *b = ctx;
    struct mc_facts *f = facts_of(ctx);
    struct mc_at_cgdcont context;
    f->context_known = false;
    for (size_t i = 0; i < a->n_lines; i++) {
        if (mc_at_parse_cgdcont(a->lines[i], &context) < 0)
            return -EBADMSG;
        if (context.cid == b->settings->pdp.cid) {
            f->context = context;
            f->context_known = true;
        }
    }
    return 0;
}

static bool auth_same(const struct mc_settings *settings, const struct mc_at_cgauth *auth)
{
    int want = mc_wanted_auth(settings);
    if (want == 0)
        return auth->type == 0;
    if (auth->type == 0 || (settings->pdp.auth != MC_AUTH_AUTO && auth->type != want))
        return false;
    return !strcmp(auth->user, settings->pdp.user) && !strcmp(auth->password, settings->pdp.password);
}

static int take_cgauth(void *ctx, const struct mc_at_answer *a)
{
    const struct mc_bringup *b = ctx;
    struct mc_facts *f = facts_of(ctx);
    struct mc_at_cgauth auth;
    f->auth_known = true;
    f->auth_same = mc_wanted_auth(b->settings) == 0; /* no line for our CID: nothing is set */
    for (size_t i = 0; i < a->n_lines; i++) {
        if (mc_at_parse_cgauth(a->lines[i], &auth) < 0)
            return -EBADMSG;
        if (auth.cid == b->settings->pdp.cid)
            f->auth_same = auth_same(b->settings, &auth);
        explicit_bzero(&auth, sizeof(auth));
    }
    return 0;
}

static int take_cereg(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    struct mc_at_cereg cereg;
    size_t i = a->n_lines;
    while (i > 0 && mc_at_parse_cereg_read(a->lines[i - 1], &cereg) < 0)
        i--;
    if (i == 0)
        return -EBADMSG;
    f->stat = cereg.stat;
    if (cereg.tac != MC_AT_UNKNOWN)
        f->tac = cereg.tac;
    if (cereg.cell_id >= 0)
        f->cell_id = cereg.cell_id;
    f->cereg_urcs = cereg.n > 0;
    return 0;
}

static int take_cereg_urcs(void *ctx, const struct mc_at_answer *a)
{
    struct mc_bringup *b = ctx;
    b->facts.cereg_urcs = b->urcs_fresh = true;
    return 0;
}

static int take_cfun(void *ctx, const struct mc_at_answer *a)
{
    return a->n_lines ? mc_at_parse_cfun(a->lines[0], &facts_of(ctx)->fun) : -EBADMSG;
}

static int take_cpsi(void *ctx, const struct mc_at_answer *a)
{
    const struct mc_bringup *b = ctx;
    struct mc_facts *f = facts_of(ctx);
    struct mc_at_cpsi cpsi;
    if (!a->n_lines || mc_at_parse_cpsi(a->lines[0], &cpsi) < 0)
        return -EBADMSG;
    if (!cpsi.service)
        return 0;
    snprintf(f->plmn, sizeof(f->plmn), "%s", cpsi.plmn);
    f->tac = cpsi.tac;
    f->cell_id = cpsi.cell_id;
    f->band = cpsi.band;
    f->rsrq_ddb = cpsi.rsrq_ddb;
    f->rsrp_ddbm = cpsi.rsrp_ddbm;
    f->rssi_ddbm = cpsi.rssi_ddbm;
    f->sinr_ddb = cpsi.sinr_ddb;
    f->signal_at_ms = mc_timerq_now_ms(b->queue);
    return 0;
}

static int take_csq(void *ctx, const struct mc_at_answer *a)
{
    const struct mc_bringup *b = ctx;
    struct mc_facts *f = facts_of(ctx);
    int32_t rssi, ber;
    if (!a->n_lines || mc_at_parse_csq(a->lines[0], &rssi, &ber) < 0)
        return -EBADMSG;
    if (rssi == MC_AT_UNKNOWN) /* 99,99 can stand beside a CPSI with a cell (seed log) */
        return 0;
    f->rssi_ddbm = rssi;
    f->signal_at_ms = mc_timerq_now_ms(b->queue);
    return 0;
}

/* For networks whose IPCP hands out the modem's own 10.11.12.13 and .14, which nobody answers at. */
static int take_contrdp(void *ctx, const struct mc_at_answer *a)
{
    const struct mc_bringup *b = ctx;
    struct mc_facts *f = facts_of(ctx);
    struct mc_at_cgcontrdp context;
    for (size_t i = 0; i < a->n_lines; i++)
        if (mc_at_parse_cgcontrdp(a->lines[i], &context) == 0 && context.cid == b->settings->pdp.cid) {
            f->want_dns = false;
            memcpy(f->dns, context.dns, sizeof(f->dns));
            return 0;
        }
    return -EBADMSG;
}

static int take_cbc(void *ctx, const struct mc_at_answer *a)
{
    return a->n_lines ? mc_at_parse_cbc(a->lines[0], &facts_of(ctx)->supply_mv) : -EBADMSG;
}

static int take_temperature(void *ctx, const struct mc_at_answer *a)
{
    return a->n_lines ? mc_at_parse_cpmutemp(a->lines[0], &facts_of(ctx)->temperature_c) : -EBADMSG;
}

/* ---- builds ---- */

static int build_echo(void *ctx, char *out, size_t size)
{
    struct mc_bringup *b = ctx;
    /* Echo tells late answers apart (seed, second transcript), and it is on after boot: usually nothing is to be done.
     */
    b->facts.echo = mc_at_stats(mc_line_at(b->line))->echoes > b->echoes_before;
    if (b->facts.echo)
        return -ENODATA;
    return mc_at_format(out, size, "ATE1");
}

static int build_ifc(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return mc_at_format(out, size, b->settings->modem.flow == MC_FLOW_RTSCTS ? "AT+IFC=2,2" : "AT+IFC=0,0");
}

static int build_ipr(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return mc_at_format(out, size, "AT+IPR=%d", (int)b->settings->modem.baud_rate);
}

static int build_ipr_back(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return mc_at_format(out, size, "AT+IPR=%d", (int)b->speed_before);
}

static int build_cgmr(void *ctx, char *out, size_t size)
{
    return *facts_of(ctx)->firmware ? -ENODATA : mc_at_format(out, size, "AT+CGMR");
}

static int build_cgsn(void *ctx, char *out, size_t size)
{
    return *facts_of(ctx)->imei ? -ENODATA : mc_at_format(out, size, "AT+CGSN");
}

static int build_cimi(void *ctx, char *out, size_t size)
{
    return *facts_of(ctx)->imsi ? -ENODATA : mc_at_format(out, size, "AT+CIMI");
}

static int build_pin(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return mc_at_format(out, size, "AT+CPIN=%q", b->settings->sim.pin);
}

static int build_cgdcont(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return mc_at_format(out, size, "AT+CGDCONT=%d,%q,%q", (int)b->settings->pdp.cid,
                        mc_pdp_type_text(b->settings->pdp.type), b->settings->pdp.apn);
}

static int build_cgauth(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    int type = mc_wanted_auth(b->settings);
    if (b->facts.auth_known && b->facts.auth_same)
        return -ENODATA;
    if (type == 0)
        return mc_at_format(out, size, "AT+CGAUTH=%d,0", (int)b->settings->pdp.cid);
    /* Written password before user, read user before password: 767, AT+CGAUTH. */
    return mc_at_format(out, size, "AT+CGAUTH=%d,%d,%q,%q", (int)b->settings->pdp.cid, type, b->settings->pdp.password,
                        b->settings->pdp.user);
}

static int build_cereg_urcs(void *ctx, char *out, size_t size)
{
    return facts_of(ctx)->cereg_urcs ? -ENODATA : mc_at_format(out, size, "AT+CEREG=2");
}

/* Switched on in the middle of a search, the URCs tell only the next change: what is must be asked once. */
static int build_cereg_read(void *ctx, char *out, size_t size)
{
    struct mc_bringup *b = ctx;
    bool ask = b->urcs_fresh || !b->facts.cereg_urcs;
    b->urcs_fresh = false;
    return ask ? mc_at_format(out, size, "AT+CEREG?") : -ENODATA;
}

static int build_csq(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    bool fresh = b->facts.signal_at_ms >= 0 && mc_timerq_now_ms(b->queue) - b->facts.signal_at_ms < 1000;
    return fresh ? -ENODATA : mc_at_format(out, size, "AT+CSQ");
}

static int build_contrdp(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return b->facts.want_dns ? mc_at_format(out, size, "AT+CGCONTRDP=%d", (int)b->settings->pdp.cid) : -ENODATA;
}

static int build_dial(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    /* Never AT+CGDATA="PPP": this series answers OK and does not enter data mode (767). */
    return mc_at_format(out, size, "ATD*99***%d#", (int)b->settings->pdp.cid);
}

/* ---- the scripts ---- */

#define STEP(...)                                                                                                      \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define CPSI                                                                                                           \
    STEP(.send = "AT+CPSI?", .prefix = "+CPSI:", .timeout_ms = AT_MS, .take = take_cpsi, .flags = MC_CHAT_OPTIONAL)
#define CSQ                                                                                                            \
    STEP(.build = build_csq, .prefix = "+CSQ:", .timeout_ms = AT_MS, .take = take_csq, .flags = MC_CHAT_OPTIONAL)
#define CEREG_URCS                                                                                                     \
    STEP(.build = build_cereg_urcs, .timeout_ms = AT_MS, .take = take_cereg_urcs, .flags = MC_CHAT_OPTIONAL)

static const struct mc_chat_step greet[] = {
    STEP(.send = "AT+CMEE=1", .timeout_ms = AT_MS, .tries = 2, .flags = MC_CHAT_OPTIONAL),
    STEP(.build = build_echo, .timeout_ms = AT_MS, .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step flow_read[] = {
    STEP(.send = "AT+IFC?", .prefix = "+IFC:", .timeout_ms = AT_MS, .take = take_ifc),
};
static const struct mc_chat_step flow_set[] = {STEP(.build = build_ifc, .timeout_ms = AT_MS)};
static const struct mc_chat_step flow_verify[] = {
    STEP(.send = "ATI", .timeout_ms = FAST_MS, .tries = 2, .take = take_ati, .flags = MC_CHAT_BARE),
};
static const struct mc_chat_step flow_undo[] = {
    STEP(.send = "AT+IFC=0,0", .timeout_ms = FAST_MS, .flags = MC_CHAT_LATE_OK), /* blind: a mute modem still hears */
    STEP(.send = "AT+IPR?", .prefix = "+IPR:", .timeout_ms = FAST_MS, .tries = 3, .take = take_ipr),
};
static const struct mc_chat_step speed_read[] = {
    STEP(.send = "AT+IPR?", .prefix = "+IPR:", .timeout_ms = AT_MS, .take = take_ipr),
};
static const struct mc_chat_step speed_set[] = {STEP(.build = build_ipr, .timeout_ms = AT_MS)};
static const struct mc_chat_step identity[] = {
    STEP(.send = "ATI", .timeout_ms = 700, .tries = 3, .take = take_ati, .flags = MC_CHAT_BARE),
};
static const struct mc_chat_step speed_undo[] = {
    STEP(.build = build_ipr_back, .timeout_ms = FAST_MS,
         .flags = MC_CHAT_LATE_OK), /* blind, at the speed that does not work */
};
static const struct mc_chat_step firmware[] = {
    STEP(.build = build_cgmr, .prefix = "+CGMR:", .timeout_ms = AT_MS, .take = take_firmware,
         .flags = MC_CHAT_BARE | MC_CHAT_OPTIONAL),
    STEP(.build = build_cgsn, .timeout_ms = AT_MS, .take = take_imei, .flags = MC_CHAT_BARE | MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step sim[] = {
    STEP(.send = "AT+CPIN?", .prefix = "+CPIN:", .timeout_ms = CPIN_MS, .take = take_cpin, .refused = refused_cpin),
};
static const struct mc_chat_step sim_tries[] = {
    STEP(.send = "AT+CICCID", .prefix = "+ICCID:", .timeout_ms = AT_MS, .take = take_iccid, .flags = MC_CHAT_OPTIONAL),
    STEP(.send = "AT+SPIC", .prefix = "+SPIC:", .timeout_ms = AT_MS, .take = take_spic, .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step sim_unlock[] = {
    STEP(.build = build_pin, .timeout_ms = CPIN_MS, .flags = MC_CHAT_SECRET),
};
static const struct mc_chat_step sim_poll[] = {
    STEP(.send = "AT+CPIN?", .prefix = "+CPIN:", .timeout_ms = CPIN_MS, .take = take_cpin_ready,
         .refused = refused_cpin),
};
static const struct mc_chat_step sim_identity[] = {
    STEP(.send = "AT+CICCID", .prefix = "+ICCID:", .timeout_ms = AT_MS, .take = take_iccid, .flags = MC_CHAT_OPTIONAL),
    STEP(.build = build_cimi, .timeout_ms = AT_MS, .take = take_imsi, .flags = MC_CHAT_BARE | MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step pdp[] = {
    STEP(.send = "AT+CGDCONT?", .prefix = "+CGDCONT:", .timeout_ms = AT_MS, .take = take_cgdcont),
    STEP(.send = "AT+CGAUTH?", .prefix = "+CGAUTH:", .timeout_ms = CPIN_MS, .take = take_cgauth,
         .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step pdp_write[] = {
    STEP(.send = "AT+CFUN=4", .timeout_ms = CFUN_MS),
    STEP(.build = build_cgdcont, .timeout_ms = AT_MS),
    STEP(.build = build_cgauth, .timeout_ms = CPIN_MS, .flags = MC_CHAT_SECRET),
    CEREG_URCS,
    STEP(.send = "AT+CFUN=1", .timeout_ms = CFUN_MS),
};
static const struct mc_chat_step radio_on[] = {
    CEREG_URCS, /* before the radio comes on: then the registration is told when it comes */
    STEP(.send = "AT+CFUN=1", .timeout_ms = CFUN_MS),
};
static const struct mc_chat_step radio_off[] = {STEP(.send = "AT+CFUN=4", .timeout_ms = CFUN_MS)};
static const struct mc_chat_step radio_check[] = {
    STEP(.send = "AT+CFUN?", .prefix = "+CFUN:", .timeout_ms = AT_MS, .take = take_cfun),
};
static const struct mc_chat_step radio_cycle[] = {
    STEP(.send = "AT+CFUN=4", .timeout_ms = CFUN_MS),
    CEREG_URCS,
    STEP(.send = "AT+CFUN=1", .timeout_ms = CFUN_MS),
};
static const struct mc_chat_step cereg[] = {
    STEP(.send = "AT+CEREG?", .prefix = "+CEREG:", .timeout_ms = AT_MS, .take = take_cereg),
};
static const struct mc_chat_step cereg_urcs[] = {
    CEREG_URCS,
    STEP(.build = build_cereg_read, .prefix = "+CEREG:", .timeout_ms = AT_MS, .take = take_cereg),
};
static const struct mc_chat_step signal[] = {
    CPSI,
    CSQ,
    STEP(.build = build_contrdp, .prefix = "+CGCONTRDP:", .timeout_ms = AT_MS, .take = take_contrdp,
         .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step dial[] = {STEP(.build = build_dial, .timeout_ms = DIAL_MS, .flags = MC_CHAT_DIALS)};
static const struct mc_chat_step check[] = {
    STEP(.send = "AT+CPIN?", .prefix = "+CPIN:", .timeout_ms = CPIN_MS, .take = take_cpin, .refused = refused_cpin),
};
static const struct mc_chat_step at[] = {STEP(.send = "AT", .timeout_ms = 300, .tries = 2)};
static const struct mc_chat_step ath[] = {
    STEP(.send = "AT", .timeout_ms = 300, .tries = 3),
    STEP(.send = "ATH", .timeout_ms = AT_MS, .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step reattach[] = {
    STEP(.send = "AT+CGATT=0", .timeout_ms = CGATT_MS, .flags = MC_CHAT_OPTIONAL),
    STEP(.send = "AT+CGATT=1", .timeout_ms = CGATT_MS, .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step attach[] = {
    STEP(.send = "AT+CGATT=1", .timeout_ms = CGATT_MS, .flags = MC_CHAT_OPTIONAL),
};
static const struct mc_chat_step reset[] = {STEP(.send = "AT+CRESET", .timeout_ms = AT_MS, .flags = MC_CHAT_LATE_OK)};
static const struct mc_chat_step power_off[] = {STEP(.send = "AT+CPOF", .timeout_ms = AT_MS)};
static const struct mc_chat_step sample[] = {
    CPSI,
    CSQ,
    STEP(.send = "AT+CBC", .prefix = "+CBC:", .timeout_ms = AT_MS, .take = take_cbc, .flags = MC_CHAT_OPTIONAL),
    STEP(.send = "AT+CPMUTEMP", .prefix = "+CPMUTEMP:", .timeout_ms = AT_MS, .take = take_temperature,
         .flags = MC_CHAT_OPTIONAL),
};

const struct mc_script mc_scripts[MC_SCRIPT_COUNT] = {
#define X(name) [MC_SCRIPT_##name] = {name, MC_LENGTH_OF(name)},
    MC_SCRIPTS(X)
#undef X
};
