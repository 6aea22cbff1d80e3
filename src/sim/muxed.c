/* SPDX-License-Identifier: MIT */
/*
 * The board in CMUX: AT+CMUX, and each DLC a channel that types, dials and hears what the modem says by itself. The
 * plain line hears nothing meanwhile. As every DLC of SIMCom's modems speaks AT until it dials, so do all of ours.
 */
#include "internal.h"
#include <errno.h>
#include <string.h>

static void opened(void *ctx, int dlci)
{
    struct sim_board *b = ctx;
    struct sim_channel *c = &b->channels[dlci];

    sim_in_reset(c);
    c->mode = SIM_MODE_COMMAND;
    sim_in_saved(c);
    sim_log(b, "DLC %d open", dlci);
}

static void closed(void *ctx, int dlci)
{
    struct sim_board *b = ctx;
    struct sim_channel *c = &b->channels[dlci];

    if (b->call_on && b->call_at == c)
        sim_call_drop(b, NULL);
    sim_in_reset(c);
    sim_log(b, "DLC %d closed", dlci);
}

static void watch_load(struct sim_board *b)
{
    uint64_t carried = sim_mux_counters(b->mux)->carried - b->mux_since;

    if (b->reboot_after > 0 && carried >= (uint64_t)b->reboot_after && !mc_timer_armed(&b->under_load_timer))
        mc_timer_arm(&b->under_load_timer, b->queue, 0);
}

static void on_data(void *ctx, int dlci, const uint8_t *data, size_t len)
{
    struct sim_board *b = ctx;

    watch_load(b);
    if (len == 0)
        return;
    if (b->channels[dlci].mode == SIM_MODE_DATA)
        sim_call_from_host(b, data, len);
    else
        sim_in_command(&b->channels[dlci], data, len);
}

static void left(void *ctx)
{
    struct sim_board *b = ctx;

    while (sim_mux_fill(b->mux, &b->out))
        ;
    sim_muxed_leave(b);
    sim_log(b, "left CMUX");
}

static void kick(void *ctx)
{
    sim_out_kick(ctx);
}

static uint32_t dice(void *ctx)
{
    return sim_random(ctx);
}

/* "Some siblings reboot under load in CMUX." */
static void on_under_load(void *ctx)
{
    struct sim_board *b = ctx;

    b->reboot_after = 0;
    sim_power_reboot(b);
}

static void on_idle(void *ctx)
{
    struct sim_board *b = ctx;

    sim_mux_idle(b->mux);
    if (b->profile.mux_idle_ms > 0)
        mc_timer_arm(&b->idle_timer, b->queue, b->profile.mux_idle_ms);
}

int sim_muxed_init(struct sim_board *b)
{
    static const struct sim_mux_ops ops = {
        .opened = opened, .closed = closed, .data = on_data, .left = left, .kick = kick, .random = dice};

    b->mux = sim_mux_new(&ops, b);
    mc_timer_init(&b->idle_timer, "sim-mux-idle", on_idle, b);
    mc_timer_init(&b->under_load_timer, "sim-mux-load", on_under_load, b);
    return b->mux ? 0 : -ENOMEM;
}

void sim_muxed_free(struct sim_board *b)
{
    mc_timer_disarm(&b->idle_timer);
    mc_timer_disarm(&b->under_load_timer);
    sim_mux_free(b->mux);
}

void sim_muxed_enter(struct sim_board *b, int n1)
{
    b->channels[0].mode = SIM_MODE_CMUX;
    b->mux_since = sim_mux_counters(b->mux)->carried;
    sim_mux_start(b->mux, b->profile.mux_style, n1);
    if (b->profile.mux_idle_ms > 0) {
        mc_timer_disarm(&b->idle_timer);
        mc_timer_arm(&b->idle_timer, b->queue, b->profile.mux_idle_ms);
    }
    sim_log(b, "CMUX, N1 %d", n1);
}

void sim_muxed_leave(struct sim_board *b)
{
    mc_timer_disarm(&b->idle_timer);
    mc_timer_disarm(&b->under_load_timer);
    if (!sim_mux_on(b->mux))
        return;
    sim_mux_stop(b->mux);
    if (b->call_on && b->call_at->dlci > 0)
        sim_call_drop(b, NULL);
    for (int i = 0; i <= SIM_MUX_DLCIS; i++)
        sim_in_reset(&b->channels[i]);
    b->channels[0].mode = SIM_MODE_COMMAND;
}

void sim_muxed_from_host(struct sim_board *b, const uint8_t *data, size_t len_bytes)
{
    size_t taken = sim_mux_input(b->mux, data, len_bytes);

    if (taken < len_bytes && !sim_mux_on(b->mux)) /* what follows the frame that ended it */
        sim_in_command(&b->channels[0], data + taken, len_bytes - taken);
}

void sim_channel_out(struct sim_channel *c, const void *data, size_t len_bytes)
{
    struct sim_board *b = c->board;

    if (c->dlci == 0)
        sim_out(b, data, len_bytes);
    else if (b->mute || !b->plugged || sim_mux_send(b->mux, c->dlci, data, len_bytes) < 0)
        b->counters.dropped_bytes += len_bytes;
    else
        watch_load(b);
}

size_t sim_channel_room(const struct sim_channel *c)
{
    size_t waiting = mc_buf_len(&c->board->out);

    if (c->dlci > 0)
        return sim_mux_room(c->board->mux, c->dlci);
    return waiting < SIM_DATA_LIMIT ? SIM_DATA_LIMIT - waiting : 0;
}

/* AT+CMUX=<mode>[,<subset>[,<port speed>[,<N1>[,...]]]]: the basic option and UIH alone; the speed is IPR's business.
 */
static int enter(struct sim_board *b, struct sim_request *request)
{
    int speed = sim_arg(request, 2, 5), n1 = sim_arg(request, 3, SIM_MUX_N1_DEFAULT);

    if (sim_arg(request, 0, -1) != 0 || sim_arg(request, 1, 0) != 0 || speed < 1 || speed > 6 || n1 < 1 ||
        n1 > SIM_MUX_N1_MAX)
        return SIM_ERROR;
    if (sim_mux_on(b->mux) || b->call_on)
        return SIM_ERROR;
    sim_final(b, SIM_OK);
    if (b->profile.cmux == SIM_CMUX_REAL)
        sim_muxed_enter(b, n1);
    return SIM_SAID;
}

bool sim_there_cmux(const struct sim_board *b)
{
    return b->profile.cmux != SIM_CMUX_NONE;
}

int sim_cmd_cmux(struct sim_board *b, struct sim_request *request)
{
    if (request->form != SIM_FORM_READ)
        return enter(b, request);
    sim_info(b, "+CMUX: 0,0,5,%d", sim_mux_on(b->mux) ? sim_mux_n1(b->mux) : SIM_MUX_N1_DEFAULT);
    return SIM_OK;
}

const char *sim_muxed_value(const struct sim_board *b, size_t index, uint64_t *ret_value)
{
    const struct sim_mux_counters *c = sim_mux_counters(b->mux);
    uint64_t open = 0;

    for (int i = 1; i <= SIM_MUX_DLCIS; i++)
        open += sim_mux_is_open(b->mux, i);
    const struct {
        const char *name;
        uint64_t value;
    } values[] = {{"mux_open", open},
                  {"mux_frames_in", c->frames_in},
                  {"mux_frames_out", c->frames_out},
                  {"mux_bad", c->bad},
                  {"mux_strays", c->strays},
                  {"mux_too_long", c->too_long},
                  {"mux_overruns", c->overruns},
                  {"mux_carried", c->carried},
                  {"call_dlci", b->call_on ? (uint64_t)b->call_at->dlci : 0}};

    if (index >= MC_LENGTH_OF(values))
        return NULL;
    *ret_value = values[index].value;
    return values[index].name;
}
