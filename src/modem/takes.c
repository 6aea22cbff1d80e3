/* SPDX-License-Identifier: MIT */
/* What the scripts make of the answers: one function a question, from lines to facts. */
#include "scripts_priv.h"
#include <errno.h>
#include <microcat/at/replies.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/hash.h>
#include <stdio.h>
#include <string.h>

static struct mc_facts *facts_of(void *ctx)
{
    return &((struct mc_bringup *)ctx)->facts;
}

int mc_take_ifc(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    return a->n_lines ? mc_at_parse_ifc(a->lines[0], &f->ifc_dce, &f->ifc_dte) : -EBADMSG;
}

int mc_take_ipr(void *ctx, const struct mc_at_answer *a)
{
    int32_t baud;
    return a->n_lines ? mc_at_parse_ipr(a->lines[0], &baud) : -EBADMSG;
}

int mc_take_ati(void *ctx, const struct mc_at_answer *a)
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

/*
 * An answer without a label is whatever line comes (MC_AT_BARE), and news that urcs.c does not know may slip in between
 * question and answer. So the line of the right form counts, and of several the last: behind the answer's own line
 * there is nothing but its OK.
 */
static int last_digits(const struct mc_at_answer *a, size_t min, size_t max, char *ret_digits, size_t size_bytes)
{
    for (size_t i = a->n_lines; i-- > 0;)
        if (mc_at_parse_digits(a->lines[i], min, max, ret_digits, size_bytes) == 0)
            return 0;
    return -EBADMSG;
}

/* One with a label is believed before one without. */
int mc_take_firmware(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    char firmware[sizeof(f->firmware)];
    bool bare = false;
    for (size_t i = a->n_lines; i-- > 0;) {
        if (mc_at_parse_cgmr(a->lines[i], firmware, sizeof(firmware)) < 0)
            continue;
        bool labelled = strcmp(firmware, a->lines[i]) != 0;
        if (labelled || !bare)
            memcpy(f->firmware, firmware, sizeof(firmware));
        if (labelled)
            return 0;
        bare = true;
    }
    return bare ? 0 : -EBADMSG;
}

int mc_take_imei(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    return last_digits(a, 14, 17, f->imei, sizeof(f->imei));
}

/* +CPIN:, +CEREG: and +CFUN: come unasked as well: one that slips in between question and answer stands before the
 * answer's own line. */
int mc_take_cpin(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    char said[sizeof(f->cpin)], word[sizeof(f->cpin)];
    for (size_t i = a->n_lines; i-- > 0;)
        if (mc_at_parse_cpin(a->lines[i], said, sizeof(said)) == 0) {
            mc_cpin_word(said, word, sizeof(word));
            mc_facts_sim(f, word);
            return 0;
        }
    return -EBADMSG;
}

/* As mc_take_cpin(), but anything but READY means: not yet. */
int mc_take_cpin_ready(void *ctx, const struct mc_at_answer *a)
{
    int r = mc_take_cpin(ctx, a);
    return r < 0 ? -EBADMSG : 0;
}

/* A SIM that is missing, locked or busy may answer with a CME error instead of a state (27.007, 9.2): say it in CPIN's
 * words. */
int mc_refused_cpin(void *ctx, const struct mc_at_answer *a)
{
    static const struct {
        int code;
        const char *state;
    } words[] = {{10, "NOT INSERTED"},
                 {11, "SIM PIN"},
                 {12, "SIM PUK"},
                 {5, "PH-SIM PIN"},
                 {13, "FAILURE"},
                 {14, "BUSY"},
                 {15, "WRONG"},
                 {531, "BLOCKED"},
                 {532, "BLOCKED"},
                 /* PIN2 and PUK2: the SIM is ready for data */
                 {17, "READY"},
                 {18, "READY"}};
    for (size_t i = 0; i < MC_LENGTH_OF(words); i++)
        if (a->result == MC_AT_CME && a->code == words[i].code) {
            mc_facts_sim(facts_of(ctx), words[i].state);
            return 0;
        }
    return -EIO;
}

int mc_take_spic(void *ctx, const struct mc_at_answer *a)
{
    struct mc_at_spic spic;
    if (!a->n_lines || mc_at_parse_spic(a->lines[0], &spic) < 0)
        return -EBADMSG;
    facts_of(ctx)->pin_tries = spic.pin1;
    return 0;
}

int mc_take_iccid(void *ctx, const struct mc_at_answer *a)
{
    struct mc_bringup *b = ctx;
    struct mc_facts *f = &b->facts;
    char iccid[sizeof(f->iccid)];
    if (!a->n_lines || mc_at_parse_iccid(a->lines[0], iccid, sizeof(iccid)) < 0)
        return -EBADMSG;
    b->told |= MC_TOLD_ICCID;
    if (strcmp(iccid, f->iccid)) { /* another SIM, perhaps: whose IMSI that was is not known */
        memcpy(f->iccid, iccid, sizeof(iccid));
        f->imsi[0] = '\0';
        b->told &= ~(unsigned)MC_TOLD_IMSI;
    }
    return 0;
}

int mc_take_imsi(void *ctx, const struct mc_at_answer *a)
{
    struct mc_bringup *b = ctx;
    struct mc_facts *f = &b->facts;
    char imsi[sizeof(f->imsi)];
    if (last_digits(a, 6, 15, imsi, sizeof(imsi)) < 0)
        return -EBADMSG;
    b->told |= MC_TOLD_IMSI;
    if (strcmp(imsi, f->imsi)) {
        memcpy(f->imsi, imsi, sizeof(imsi));
        if (!(b->told & MC_TOLD_ICCID)) /* another SIM that does not say its ICCID: the one that is known is the last
                                           one's */
            f->iccid[0] = '\0';
    }
    return 0;
}

/* Of AT+CICCID;+CIMI, in that order: another card's IMSI comes behind its ICCID. What is missing is asked again. */
int mc_take_card(void *ctx, const struct mc_at_answer *a)
{
    for (size_t i = 0; i < a->n_lines; i++) {
        const struct mc_at_answer one = {.lines = &a->lines[i], .n_lines = 1};
        if (mc_take_iccid(ctx, &one) < 0)
            (void)mc_take_imsi(ctx, &one);
    }
    return 0;
}

/* Another context's line is passed over, whatever it holds: it is no matter of ours. */
static int take_context(struct mc_bringup *b, const char *line)
{
    struct mc_at_cgdcont context;
    if (mc_at_is_other_context(line, (int32_t)b->settings->pdp.cid))
        return 0;
    if (mc_at_parse_cgdcont(line, &context) < 0)
        return -EBADMSG;
    b->facts.context = context;
    b->facts.context_known = true;
    b->told |= MC_TOLD_CONTEXT;
    return 0;
}

/* A damaged line counts where ours is missing: then it may have been ours. */
int mc_take_cgdcont(void *ctx, const struct mc_at_answer *a)
{
    bool damaged = false;
    facts_of(ctx)->context_known = false;
    for (size_t i = 0; i < a->n_lines; i++)
        damaged |= take_context(ctx, a->lines[i]) < 0;
    return damaged && !facts_of(ctx)->context_known ? -EBADMSG : 0;
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

void mc_auth_mark(const struct mc_bringup *b, int type, const char *user, const char *password, char out[24])
{
    const char type_text[] = {(char)('0' + type), '\0'};
    uint64_t hash = mc_fnv1a_part(mc_fnv1a_part(MC_FNV1A_BASIS, b->facts.imei), b->facts.iccid);
    hash = mc_fnv1a_part(mc_fnv1a_part(hash, type_text), user);
    uint64_t secret = mc_fnv1a_part(hash, password);
    secret ^= secret >> 32;
    secret ^= secret >> 16;
    snprintf(out, 24, "%016llx-%04x", (unsigned long long)hash, (unsigned)(secret & 0xffff));
}

static int take_auth(struct mc_bringup *b, const char *line)
{
    struct mc_at_cgauth auth;
    if (mc_at_is_other_context(line, (int32_t)b->settings->pdp.cid))
        return 0;
    if (mc_at_parse_cgauth(line, &auth) < 0)
        return -EBADMSG;
    b->facts.auth_same = auth_same(b->settings, &auth);
    b->facts.auth_other_user = *auth.user && strcmp(auth.user, b->settings->pdp.user) != 0;
    mc_auth_mark(b, auth.type, auth.user, auth.password, b->facts.auth_reading);
    b->told |= MC_TOLD_AUTH;
    explicit_bzero(&auth, sizeof(auth));
    return 0;
}

int mc_take_cgauth(void *ctx, const struct mc_at_answer *a)
{
    struct mc_bringup *b = ctx;
    struct mc_facts *f = facts_of(ctx);
    bool damaged = false;
    f->auth_known = true;
    f->auth_same = mc_wanted_auth(b->settings) == 0; /* no line for our CID: nothing is set */
    f->auth_other_user = false;
    snprintf(f->auth_reading, sizeof(f->auth_reading), "none");
    b->told &= ~(unsigned)MC_TOLD_AUTH;
    for (size_t i = 0; i < a->n_lines; i++)
        damaged |= take_auth(b, a->lines[i]) < 0;
    return damaged && !(b->told & MC_TOLD_AUTH) ? -EBADMSG : 0;
}

/*
 * Of AT+CGDCONT?;+CGAUTH?. Only a line for our CID counts: where there is none, the modem may have left out the second
 * question, and to believe that no password is set would cost the attach. What was not told, or not in a way that is
 * understood, is asked again.
 */
int mc_take_pdp(void *ctx, const struct mc_at_answer *a)
{
    struct mc_bringup *b = ctx;
    for (size_t i = 0; i < a->n_lines; i++)
        if (take_context(b, a->lines[i]) < 0)
            (void)take_auth(b, a->lines[i]);
    b->facts.auth_known = b->told & MC_TOLD_AUTH;
    return 0;
}

int mc_take_cereg(void *ctx, const struct mc_at_answer *a)
{
    struct mc_facts *f = facts_of(ctx);
    struct mc_at_cereg cereg;
    size_t i = a->n_lines;
    while (i > 0 && mc_at_parse_cereg_read(a->lines[i - 1], &cereg) < 0)
        i--;
    if (i == 0)
        return -EBADMSG;
    f->stat = cereg.stat;
    f->registration_at_ms = mc_timerq_now_ms(((struct mc_bringup *)ctx)->queue);
    if (cereg.tac != MC_AT_UNKNOWN)
        f->tac = cereg.tac;
    if (cereg.cell_id >= 0)
        f->cell_id = cereg.cell_id;
    f->cereg_urcs = cereg.n > 0;
    return 0;
}

int mc_take_cereg_urcs(void *ctx, const struct mc_at_answer *a)
{
    struct mc_bringup *b = ctx;
    b->facts.cereg_urcs = b->urcs_fresh = true;
    return 0;
}

int mc_take_cfun(void *ctx, const struct mc_at_answer *a)
{
    for (size_t i = a->n_lines; i-- > 0;)
        if (mc_at_parse_cfun(a->lines[i], &facts_of(ctx)->fun) == 0)
            return 0;
    return -EBADMSG;
}

int mc_take_cpsi(void *ctx, const struct mc_at_answer *a)
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
    f->signal_at_ms = f->registration_at_ms = mc_timerq_now_ms(b->queue);
    return 0;
}

int mc_take_csq(void *ctx, const struct mc_at_answer *a)
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
int mc_take_contrdp(void *ctx, const struct mc_at_answer *a)
{
    const struct mc_bringup *b = ctx;
    struct mc_facts *f = facts_of(ctx);
    struct mc_at_cgcontrdp context;
    size_t n = 0;
    bool any = false;
    for (size_t i = 0; i < a->n_lines; i++) { /* one line a family */
        if (mc_at_parse_cgcontrdp(a->lines[i], &context) < 0 || context.cid != b->settings->pdp.cid)
            continue;
        any = true;
        for (size_t k = 0; k < MC_LENGTH_OF(context.dns) && n < MC_LENGTH_OF(f->dns); k++)
            if (context.dns[k][0] != '\0')
                memcpy(f->dns[n++], context.dns[k], sizeof(f->dns[0]));
    }
    if (!any)
        return -EBADMSG;
    for (; n < MC_LENGTH_OF(f->dns); n++)
        f->dns[n][0] = '\0';
    f->want_dns = false;
    return 0;
}

/* Either of the two that denies counts; who says nothing of our context has said nothing. */
int mc_take_active(void *ctx, const struct mc_at_answer *a)
{
    struct mc_bringup *b = ctx;
    int32_t cid = (int32_t)b->settings->pdp.cid, active = -1;
    char address[sizeof(b->facts.context.address)];
    for (size_t i = 0; i < a->n_lines; i++) {
        int told = mc_at_parse_cgact(a->lines[i], cid);
        if (told < 0) {
            told = mc_at_parse_cgpaddr(a->lines[i], cid, address, sizeof(address));
            if (told > 0 && *address) /* newer than CGDCONT's: another one with each attach */
                memcpy(b->facts.context.address, address, sizeof(address));
        }
        if (told >= 0)
            active = told && active != 0;
    }
    b->facts.context_active = active;
    b->facts.context_active_at_ms = mc_timerq_now_ms(b->queue);
    return 0;
}

static int health_told(struct mc_bringup *b, int r)
{
    if (r < 0)
        return r;
    b->facts.health_at_ms = mc_timerq_now_ms(b->queue);
    b->facts.health_unanswered = 0;
    return 0;
}

int mc_take_cbc(void *ctx, const struct mc_at_answer *a)
{
    return health_told(ctx, a->n_lines ? mc_at_parse_cbc(a->lines[0], &facts_of(ctx)->supply_mv) : -EBADMSG);
}

int mc_take_temperature(void *ctx, const struct mc_at_answer *a)
{
    return health_told(ctx, a->n_lines ? mc_at_parse_cpmutemp(a->lines[0], &facts_of(ctx)->temperature_c) : -EBADMSG);
}
