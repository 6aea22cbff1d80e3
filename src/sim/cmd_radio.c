/* SPDX-License-Identifier: MIT */
/* Commands about the radio: functionality, registration, operator, cell and signal. */
#include "internal.h"
#include <string.h>

int sim_latency_cfun(struct sim_board *b, struct sim_request *request)
{
    if (sim_arg(request, 0, -1) == 1)
        return sim_latency_ms(b, SIM_LATENCY_CFUN_ON);
    /* under 1 s when registered, 2 to 3 s while searching: measured in the field, and the seed's second transcript */
    return sim_latency_ms(b, b->stat == 2 ? SIM_LATENCY_CFUN_OFF_BUSY : SIM_LATENCY_CFUN_OFF);
}

static int radio_on(struct sim_board *b)
{
    bool card_was_off = b->cfun == 0;

    if (b->cfun == 1)
        return SIM_OK;
    b->cfun = 1;
    b->counters.radio_on++;
    if (card_was_off)
        b->sim_unlocked = !b->profile.pin_required;
    sim_final(b, SIM_OK);
    if (card_was_off || b->profile.cpin_urc || sim_latency_ms(b, SIM_LATENCY_SIM_RADIO) > 0)
        sim_power_card(b, sim_latency_ms(b, SIM_LATENCY_SIM_RADIO));
    else
        sim_radio_update(b);
    return SIM_SAID;
}

static int radio_off(struct sim_board *b, int cfun)
{
    if (b->cfun == 1) {
        b->counters.radio_off++;
        b->counters.cfun_cycles++;
    }
    b->cfun = cfun;
    sim_final(b, SIM_OK);
    if (cfun == 0)
        b->sim_usable = false;
    sim_radio_update(b);
    return SIM_SAID;
}

int sim_cmd_cfun(struct sim_board *b, struct sim_request *request)
{
    int cfun = sim_arg(request, 0, -1), reset = sim_arg(request, 1, 0);

    if (request->form == SIM_FORM_READ) {
        sim_info(b, "+CFUN: %d", b->cfun);
        return SIM_OK;
    }
    if (cfun == 6 || (cfun == 1 && reset == 1)) {
        sim_power_word(b, false);
        return SIM_OK;
    }
    if (b->cfun == 7) /* offline: only CFUN=6 helps */
        return SIM_ERROR;
    if (cfun == 1)
        return radio_on(b);
    return cfun == 0 || cfun == 4 || cfun == 7 ? radio_off(b, cfun) : SIM_ERROR;
}

static int registration(struct sim_board *b, struct sim_request *request, const char *name, int *n, int stat)
{
    const struct sim_profile *p = &b->profile;
    int value = sim_arg(request, 0, 0);

    if (request->form == SIM_FORM_WRITE) {
        if (value < 0 || value > 2 || request->n_args > 1)
            return SIM_ERROR;
        *n = value;
        return SIM_OK;
    }
    if (*n == 2 && (stat == 1 || stat == 5) && p->cereg_quoted)
        sim_info(b, "%s: %d,%d,\"%X\",\"%X\",7", name, *n, stat, (unsigned)p->tac, (unsigned)p->cell_id);
    else if (*n == 2 && (stat == 1 || stat == 5))
        sim_info(b, "%s: %d,%d,%X,%X,7", name, *n, stat, (unsigned)p->tac, (unsigned)p->cell_id);
    else
        sim_info(b, "%s: %d,%d", name, *n, stat);
    return SIM_OK;
}

int sim_cmd_cereg(struct sim_board *b, struct sim_request *request)
{
    return registration(b, request, "+CEREG", &b->cereg_n, b->stat);
}

/* LTE only: the 2G/3G packet domain is never registered. */
int sim_cmd_cgreg(struct sim_board *b, struct sim_request *request)
{
    return registration(b, request, "+CGREG", &b->cgreg_n, 0);
}

/* CREG reads "SMS only" (6) beside a CEREG of 1 (767 manual). */
int sim_cmd_creg(struct sim_board *b, struct sim_request *request)
{
    return registration(b, request, "+CREG", &b->creg_n, sim_radio_registered(b) ? 6 : b->stat);
}

int sim_latency_cops(struct sim_board *b, struct sim_request *request)
{
    return sim_latency_ms(b, SIM_LATENCY_ATTACH);
}

int sim_cmd_cops(struct sim_board *b, struct sim_request *request)
{
    int mode = sim_arg(request, 0, -1);

    if (request->form == SIM_FORM_READ) {
        if (sim_radio_camped(b))
            sim_info(b, "+COPS: 0,2,\"%s\",7", b->profile.plmn);
        else
            sim_info(b, "+COPS: 0");
        return SIM_OK;
    }
    if (mode == 0 || mode == 2) {
        b->detached = mode == 2;
        sim_radio_update(b);
        return SIM_OK;
    }
    return mode == 3 ? SIM_OK : SIM_ERROR;
}

int sim_cmd_cpsi(struct sim_board *b, struct sim_request *request)
{
    const struct sim_profile *p = &b->profile;
    int rsrq = p->rsrq_db, rsrp = p->rsrp_dbm, rssi = p->rssi_dbm;

    if (!sim_radio_camped(b)) {
        sim_info(b, "+CPSI: NO SERVICE,%s", b->cfun == 1 ? "Online" : "Offline");
        return SIM_OK;
    }
    if (p->cpsi_scale == SIM_CPSI_INDEX) { /* the seed's "20,61,41" */
        rsrq = rsrq * 2 + 40;
        rsrp += 140;
        rssi += 110;
    } else if (p->cpsi_scale == SIM_CPSI_TENTHS) {
        rsrq *= 10;
        rsrp *= 10;
        rssi *= 10;
    }
    sim_info(b, "+CPSI: LTE,Online,%.3s-%s,0x%X,%d,%d,EUTRAN-BAND%d,%d,3,3,%d,%d,%d,%d", p->plmn, p->plmn + 3,
             (unsigned)p->tac, p->cell_id, p->pci, p->band, p->earfcn, rsrq, rsrp, rssi, p->sinr_db);
    return SIM_OK;
}

int sim_cmd_csq(struct sim_board *b, struct sim_request *request)
{
    int n = (b->profile.rssi_dbm + 113) / 2;

    if (!sim_radio_registered(b)) /* 99,99 can stand beside a CPSI with a cell: seed log */
        sim_info(b, "+CSQ: 99,99");
    else
        sim_info(b, "+CSQ: %d,99", n < 0 ? 0 : n > 31 ? 31 : n);
    return SIM_OK;
}

int sim_cmd_cesq(struct sim_board *b, struct sim_request *request)
{
    const struct sim_profile *p = &b->profile;

    if (!p->has_cesq)
        return SIM_ERROR;
    if (!sim_radio_registered(b))
        sim_info(b, "+CESQ: 99,99,255,255,255,255");
    else
        sim_info(b, "+CESQ: 99,99,255,255,%d,%d", p->rsrq_db * 2 + 40, p->rsrp_dbm + 141);
    return SIM_OK;
}

int sim_cmd_ceer(struct sim_board *b, struct sim_request *request)
{
    if (!b->profile.has_ceer)
        return SIM_ERROR;
    sim_info(b, "+CEER: %d", b->last_cause);
    return SIM_OK;
}
