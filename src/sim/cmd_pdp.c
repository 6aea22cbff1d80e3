/* SPDX-License-Identifier: MIT */
/* Commands about the packet data: contexts and their authentication (both saved), attach, addresses. */
#include "internal.h"
#include <stdio.h>
#include <string.h>

int sim_latency_write(struct sim_board *b, struct sim_request *request)
{
    return sim_latency_ms(b, SIM_LATENCY_WRITE);
}

int sim_latency_cgatt(struct sim_board *b, struct sim_request *request)
{
    return sim_latency_ms(b, sim_arg(request, 0, 0) ? SIM_LATENCY_ATTACH : SIM_LATENCY_DETACH);
}

int sim_latency_cgact(struct sim_board *b, struct sim_request *request)
{
    return sim_latency_ms(b, SIM_LATENCY_CONTEXT);
}

/* The address stands behind the APN only while the context is up: the seed's two transcripts show both. */
static int list_contexts(struct sim_board *b)
{
    for (int cid = 1; cid <= SIM_CONTEXTS; cid++) {
        const struct sim_context *context = &b->contexts[cid];

        const char *type = cid == 1 && b->read_type[0] ? b->read_type : context->type;
        const char *apn = cid == 1 && b->read_apn[0] ? b->read_apn : context->apn;

        if (!context->defined)
            continue;
        if (cid == 1 && b->context_on)
            sim_info(b, "+CGDCONT: %d,\"%s\",\"%s\",\"%s\"", cid, type, apn, b->profile.address);
        else
            sim_info(b, "+CGDCONT: %d,\"%s\",\"%s\"", cid, type, apn);
    }
    return SIM_OK;
}

static bool known_type(const char *type)
{
    return !strcasecmp(type, "IP") || !strcasecmp(type, "IPV6") || !strcasecmp(type, "IPV4V6") ||
           !strcasecmp(type, "Non-IP");
}

int sim_cmd_cgdcont(struct sim_board *b, struct sim_request *request)
{
    int cid = sim_arg(request, 0, -1);
    struct sim_context *context;

    if (request->form == SIM_FORM_READ)
        return list_contexts(b);
    if (cid < 1 || cid > SIM_CONTEXTS)
        return SIM_ERROR;
    context = &b->contexts[cid];
    if (request->n_args == 1) {
        memset(context, 0, sizeof(*context));
        b->counters.writes++;
        return SIM_OK;
    }
    if (!known_type(request->args[1]) || (request->n_args > 2 && strlen(request->args[2]) >= sizeof(context->apn)))
        return SIM_ERROR;
    context->defined = true;
    snprintf(context->type, sizeof(context->type), "%s", request->args[1]);
    snprintf(context->apn, sizeof(context->apn), "%s", request->n_args > 2 ? request->args[2] : "");
    b->counters.writes++;
    return SIM_OK;
}

/* Written with the password first, read with the user first; none reads as `1,0 ,"",""` (767 manual, A76, 7600). */
static int list_auth(struct sim_board *b)
{
    for (int cid = 1; cid <= SIM_CONTEXTS; cid++) {
        const struct sim_context *context = &b->contexts[cid];

        if (context->defined && context->auth == 0)
            sim_info(b, "+CGAUTH: %d,0 ,\"\",\"\"", cid);
        else if (context->defined)
            sim_info(b, "+CGAUTH: %d,%d,\"%s\",\"%s\"", cid, context->auth, context->user, context->password);
    }
    return SIM_OK;
}

int sim_cmd_cgauth(struct sim_board *b, struct sim_request *request)
{
    int cid = sim_arg(request, 0, -1), type = sim_arg(request, 1, 0);
    struct sim_context *context;

    if (request->form == SIM_FORM_READ)
        return list_auth(b);
    if (cid < 1 || cid > SIM_CONTEXTS || !b->contexts[cid].defined || type < 0 || type > 2)
        return SIM_ERROR;
    context = &b->contexts[cid];
    if ((type == 0) != (request->n_args <= 2) || request->n_args > 4)
        return SIM_ERROR;
    for (int i = 2; i < request->n_args; i++)
        if (strlen(request->args[i]) >= sizeof(context->user))
            return SIM_ERROR;
    context->auth = type;
    snprintf(context->password, sizeof(context->password), "%s", request->n_args > 2 ? request->args[2] : "");
    snprintf(context->user, sizeof(context->user), "%s", request->n_args > 3 ? request->args[3] : "");
    b->counters.writes++;
    return SIM_OK;
}

int sim_cmd_cgatt(struct sim_board *b, struct sim_request *request)
{
    int on = sim_arg(request, 0, -1);

    if (request->form == SIM_FORM_READ) {
        sim_info(b, "+CGATT: %d", sim_radio_registered(b));
        return SIM_OK;
    }
    if (on != 0 && on != 1)
        return SIM_ERROR;
    if (on && b->cfun != 1)
        return 3;
    if (on && b->attach_reject) {
        b->counters.attaches++;
        return b->attach_reject;
    }
    b->detached = !on;
    sim_radio_update(b);
    if (on && (b->profile.net_stat == 1 || b->profile.net_stat == 5) && !b->net_held)
        sim_radio_at_once(b);
    return SIM_OK;
}

int sim_cmd_cgact(struct sim_board *b, struct sim_request *request)
{
    int on = sim_arg(request, 0, -1), cid = sim_arg(request, 1, 1);

    if (request->form == SIM_FORM_READ) {
        for (int i = 1; i <= SIM_CONTEXTS; i++)
            if (b->contexts[i].defined)
                sim_info(b, "+CGACT: %d,%d", i, i == 1 && b->context_on);
        return SIM_OK;
    }
    if (on < 0 || on > 1 || cid < 1 || cid > SIM_CONTEXTS || !b->contexts[cid].defined)
        return SIM_ERROR;
    if (!sim_radio_registered(b))
        return 148;
    if (cid == 1)
        b->context_on = on == 1;
    return SIM_OK;
}

int sim_cmd_cgpaddr(struct sim_board *b, struct sim_request *request)
{
    int cid = sim_arg(request, 0, 1);

    if (cid < 1 || cid > SIM_CONTEXTS)
        return SIM_ERROR;
    if (cid == 1 && b->context_on)
        sim_info(b, "+CGPADDR: 1,%s", b->profile.address);
    else if (b->contexts[cid].defined)
        sim_info(b, "+CGPADDR: %d,0.0.0.0", cid);
    return SIM_OK;
}

int sim_cmd_cgcontrdp(struct sim_board *b, struct sim_request *request)
{
    int cid = sim_arg(request, 0, 1);

    if (cid < 1 || cid > SIM_CONTEXTS)
        return SIM_ERROR;
    if (cid == 1 && b->context_on)
        sim_info(b, "+CGCONTRDP: 1,5,\"%s\",\"%s\",\"\",\"%s\",\"%s\"", b->attached.apn, b->profile.address,
                 b->profile.dns1, b->profile.dns2);
    return SIM_OK;
}
