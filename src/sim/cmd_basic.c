/* SPDX-License-Identifier: MIT */
/* Commands about the modem itself and its line: identity, echo, flow control, speed, power. */
#include "internal.h"
#include <ctype.h>
#include <string.h>

int sim_cmd_at(struct sim_board *b, struct sim_request *request)
{
    return SIM_OK;
}

/* Echo and result codes, which may follow each other on a line without a semicolon (V.250 5.2.1): ATE0Q0V1. */
int sim_cmd_results(struct sim_board *b, struct sim_request *request)
{
    char name = request->row->name[0];

    for (const char *at = request->text;; name = (char)toupper((unsigned char)*at++)) {
        bool on = *at == '1';

        at += *at == '0' || on;
        if (name == 'E')
            b->at->echo = on;
        else if (name == 'Q')
            b->at->quiet = on;
        else if (name == 'V')
            b->at->digits = !on;
        else
            return SIM_ERROR;
        if (!*at)
            return SIM_OK;
    }
}

int sim_cmd_ati(struct sim_board *b, struct sim_request *request)
{
    if (*request->text)
        return SIM_ERROR;
    sim_info(b, "Manufacturer: SIMCOM INCORPORATED");
    sim_info(b, "Model: %s", b->profile.model);
    sim_info(b, "Revision: %s", b->profile.revision);
    sim_info(b, "IMEI: %s", b->profile.imei);
    return SIM_OK;
}

int sim_cmd_cgmi(struct sim_board *b, struct sim_request *request)
{
    sim_info(b, "SIMCOM INCORPORATED");
    return SIM_OK;
}

int sim_cmd_cgmm(struct sim_board *b, struct sim_request *request)
{
    sim_info(b, "%s", b->profile.model);
    return SIM_OK;
}

int sim_cmd_cgmr(struct sim_board *b, struct sim_request *request)
{
    sim_info(b, "+CGMR: %s", b->profile.firmware);
    return SIM_OK;
}

int sim_cmd_cgsn(struct sim_board *b, struct sim_request *request)
{
    sim_info(b, "%s", b->profile.imei);
    return SIM_OK;
}

int sim_cmd_cmee(struct sim_board *b, struct sim_request *request)
{
    int n = sim_arg(request, 0, -1);

    if (request->form == SIM_FORM_READ) {
        sim_info(b, "+CMEE: %d", b->cmee);
        return SIM_OK;
    }
    if (n < 0 || n > 2)
        return SIM_ERROR;
    b->cmee = n;
    return SIM_OK;
}

/* Not saved over a reset. The OK to =2,2 is still sent without flow control (767 manual); =0,0 frees what CTS held at
 * once. */
int sim_cmd_ifc(struct sim_board *b, struct sim_request *request)
{
    int in = sim_arg(request, 0, -1), out = sim_arg(request, 1, in);

    if (request->form == SIM_FORM_READ) {
        sim_info(b, "+IFC: %d,%d", b->flow_wanted ? 2 : 0, b->flow_wanted ? 2 : 0);
        return SIM_OK;
    }
    if ((in != 0 && in != 2) || (out != 0 && out != 2))
        return SIM_ERROR;
    b->flow_wanted = in == 2 || out == 2;
    if (!b->flow_wanted) {
        b->flow = false;
        sim_out_kick(b);
    }
    return SIM_OK;
}

static bool known_speed(int speed)
{
    static const int speeds[] = {300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800};

    for (size_t i = 0; i < MC_LENGTH_OF(speeds); i++)
        if (speeds[i] == speed)
            return true;
    return false;
}

static int set_speed(struct sim_board *b, struct sim_request *request)
{
    int speed = sim_arg(request, 0, -1);

    if (!known_speed(speed))
        return SIM_ERROR;
    b->next_baud = (uint32_t)speed; /* in force once the OK is out */
    return SIM_OK;
}

int sim_cmd_ipr(struct sim_board *b, struct sim_request *request)
{
    if (request->form != SIM_FORM_READ)
        return set_speed(b, request);
    sim_info(b, "+IPR: %u", b->baud);
    return SIM_OK;
}

int sim_cmd_iprex(struct sim_board *b, struct sim_request *request)
{
    int final;

    if (request->form == SIM_FORM_READ) {
        sim_info(b, "+IPREX: %u", b->saved_baud);
        return SIM_OK;
    }
    final = set_speed(b, request);
    if (final == SIM_OK) {
        b->saved_baud = b->next_baud;
        b->counters.writes++;
    }
    return final;
}

int sim_cmd_cbc(struct sim_board *b, struct sim_request *request)
{
    sim_info(b, "+CBC: 3.978V");
    return SIM_OK;
}

int sim_cmd_cpmutemp(struct sim_board *b, struct sim_request *request)
{
    sim_info(b, "+CPMUTEMP: 23");
    return SIM_OK;
}

int sim_cmd_creset(struct sim_board *b, struct sim_request *request)
{
    sim_power_word(b, false);
    return SIM_OK;
}

int sim_cmd_cpof(struct sim_board *b, struct sim_request *request)
{
    sim_power_word(b, true);
    return SIM_OK;
}
