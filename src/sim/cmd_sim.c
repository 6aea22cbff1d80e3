/* SPDX-License-Identifier: MIT */
/* Commands about the SIM: its state, PIN and PUK with their tries, its numbers. */
#include "internal.h"
#include <stdio.h>
#include <string.h>

int sim_latency_cpin(struct sim_board *b, struct sim_request *request)
{
    return sim_latency_ms(b, SIM_LATENCY_PIN);
}

static int read_state(struct sim_board *b)
{
    int code;

    if (!b->profile.sim_present && b->profile.absent_style == SIM_ABSENT_TEXT) {
        sim_info(b, "+CPIN: NOT INSERTED");
        return SIM_OK;
    }
    if (!b->profile.sim_present)
        return 10;
    if (!b->sim_usable)
        return b->cfun == 0 ? 13 : 14;
    if (b->puk_tries == 0)
        return 13;
    if (b->pin_tries == 0)
        sim_info(b, "+CPIN: SIM PUK");
    else if (!b->sim_unlocked)
        sim_info(b, "+CPIN: SIM PIN");
    else if (sscanf(b->cpin_ready, "CME %d", &code) == 1)
        return code;
    else
        sim_info(b, "+CPIN: %s", b->cpin_ready[0] ? b->cpin_ready : "READY");
    return SIM_OK;
}

static int unlocked(struct sim_board *b)
{
    b->sim_unlocked = true;
    b->pin_tries = 3;
    b->puk_tries = 10;
    sim_final(b, SIM_OK);
    sim_urc(b, "+CPIN: READY");
    sim_radio_update(b);
    return SIM_SAID;
}

static int enter_pin(struct sim_board *b, const char *pin)
{
    b->counters.pin_attempts++;
    if (!strcmp(pin, b->profile.pin))
        return unlocked(b);
    b->counters.pin_wrong++;
    b->pin_tries--;
    return b->pin_tries == 0 ? 12 : 16;
}

static int enter_puk(struct sim_board *b, const char *puk, const char *pin)
{
    b->counters.puk_attempts++;
    if (!strcmp(puk, b->profile.puk) && strlen(pin) >= 4 && strlen(pin) <= 8) {
        memcpy(b->profile.pin, pin, strlen(pin) + 1);
        return unlocked(b);
    }
    b->puk_tries--;
    return b->puk_tries == 0 ? 13 : 16;
}

int sim_cmd_cpin(struct sim_board *b, struct sim_request *request)
{
    if (request->form == SIM_FORM_READ)
        return read_state(b);
    if (!b->profile.sim_present)
        return 10;
    if (!b->sim_usable)
        return 14;
    if (b->puk_tries == 0)
        return 13;
    if (b->sim_unlocked)
        return 3;
    if (b->pin_tries == 0)
        return request->n_args == 2 ? enter_puk(b, request->args[0], request->args[1]) : 12;
    return request->n_args == 1 ? enter_pin(b, request->args[0]) : 3;
}

int sim_cmd_spic(struct sim_board *b, struct sim_request *request)
{
    sim_info(b, "+SPIC: %d,%d,0,10", b->pin_tries, b->puk_tries);
    return SIM_OK;
}

int sim_cmd_cimi(struct sim_board *b, struct sim_request *request)
{
    sim_info(b, "%s", b->profile.imsi);
    return SIM_OK;
}

int sim_cmd_ciccid(struct sim_board *b, struct sim_request *request)
{
    sim_info(b, "+ICCID: %s", b->profile.iccid);
    return SIM_OK;
}
