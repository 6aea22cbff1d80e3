/* SPDX-License-Identifier: MIT */
/* What the link asks for, as the daemon would do it: port, pppd, routes, board lines, saving. */
#include "world.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static enum mc_fault on_open(void *ctx, char *detail, size_t size)
{
    struct world *w = ctx;
    enum mc_fault fault = sim_board_plugged(w->board) ? w->open_fault : MC_FAULT_NO_DEVICE;
    if (w->open)
        world_fail(w, "the port is opened twice");
    if (fault != MC_FAULT_NONE) {
        snprintf(detail, size, "/dev/ttyACM0: %s", mc_fault_info(fault)->text);
        return fault;
    }
    w->open = true;
    sim_board_host_baud(w->board, 115200);
    return MC_FAULT_NONE;
}

static void on_close(void *ctx)
{
    struct world *w = ctx;
    w->open = false;
    w->line_busy = false;
    mc_timer_disarm(&w->line);
}

static int on_write(void *ctx, const void *data, size_t len)
{
    struct world *w = ctx;
    if (!w->open || w->pulled)
        return -ENODEV;
    world_write(w, data, len);
    return 0;
}

static int on_set_baud(void *ctx, int32_t baud)
{
    struct world *w = ctx;
    if (w->open)
        sim_board_host_baud(w->board, (uint32_t)baud);
    return w->open ? 0 : -ENODEV;
}

static int on_set_flow(void *ctx, enum mc_flow flow)
{
    struct world *w = ctx;
    if (w->open)
        sim_board_host_flow(w->board, flow == MC_FLOW_RTSCTS);
    return w->open ? 0 : -ENODEV;
}

static enum mc_fault on_call_check(void *ctx, char *detail, size_t size)
{
    struct world *w = ctx;
    if (!w->pppd_missing)
        return MC_FAULT_NONE;
    snprintf(detail, size, "/usr/sbin/pppd: no such file");
    return MC_FAULT_PPPD_MISSING;
}

static enum mc_fault on_call(void *ctx, char *detail, size_t size)
{
    struct world *w = ctx;
    if (w->pppd.running && !mc_timer_armed(&w->pppd.end))
        world_fail(w, "a second pppd is started");
    pppd_vanish(w); /* one whose device went away may still be dying */
    enum mc_fault fault = on_call_check(ctx, detail, size);
    if (fault == MC_FAULT_NONE)
        pppd_start(w);
    return fault;
}

static size_t on_to_call(void *ctx, const uint8_t *data, size_t len)
{
    return pppd_from_modem(ctx, data, len);
}

static void on_call_stop(void *ctx)
{
    pppd_stop(ctx);
}

static void on_call_kill(void *ctx)
{
    struct world *w = ctx;
    w->pppd.stopping = true;
    pppd_end(w, 5, MC_FAULT_NONE, "killed");
}

static void on_network(void *ctx, bool up)
{
    struct world *w = ctx;
    w->network_up = up;
}

static void on_traffic(void *ctx, uint64_t *ret_rx, uint64_t *ret_tx)
{
    pppd_traffic(ctx, ret_rx, ret_tx);
}

static int on_probe(void *ctx)
{
    return pppd_probe(ctx);
}

/* ---- board lines: the pulses of daemon/board_pulses.c ---- */

static const struct {
    bool on;
    int ms;
} pulses[][5] = {
    [MC_BOARD_RESET] = {{true, 1000}, {false, 0}},
    [MC_BOARD_POWER_CYCLE] = {{true, 3000}, {false, 10000}, {true, 1000}, {false, 0}},
    [MC_BOARD_POWER_ON] = {{true, 1000}, {false, 0}},
    [MC_BOARD_POWER_OFF] = {{true, 3000}, {false, 10000}, {false, 0}},
};

static void on_line(void *ctx)
{
    struct world *w = ctx;
    enum sim_line line = w->line_what == MC_BOARD_RESET ? w->profile.reset_line : w->profile.power_line;
    bool gone = !w->open || w->pulled;
    if (!gone)
        sim_board_line(w->board, line, pulses[w->line_what][w->line_step].on);
    int ms = pulses[w->line_what][w->line_step++].ms;
    if (!gone && ms > 0) {
        mc_timer_arm(&w->line, w->queue, ms);
        return;
    }
    w->line_busy = false;
    if (w->link)
        mc_link_board_done(w->link, gone ? -ENODEV : 0);
}

static void on_board(void *ctx, enum mc_board_line what)
{
    struct world *w = ctx;
    rules_board_line(w, what);
    w->line_what = what;
    w->line_step = 0;
    w->line_busy = true;
    mc_timer_arm(&w->line, w->queue, 0);
}

static int on_powered(void *ctx)
{
    const struct world *w = ctx;
    return w->tells_power ? w->has_power : -EOPNOTSUPP;
}

/* ---- the rest ---- */

static void on_save(void *ctx)
{
    struct world *w = ctx;
    w->unsaved = w->disk_full;
    if (w->disk_full) {
        mc_timer_arm(&w->save_again, w->queue, MINUTE_MS); /* as daemon/app_state.c does */
        return;
    }
    mc_timer_disarm(&w->save_again);
    if (mc_policy_save(mc_link_policy(w->link), world_now(w), world_now(w) + w->wall_ms, w->budgets,
                       sizeof(w->budgets)) < 0)
        world_fail(w, "the budgets do not fit");
    if (mc_facts_save(mc_link_facts(w->link), w->facts, sizeof(w->facts)) < 0)
        world_fail(w, "the facts do not fit");
    w->saved_wall_ms = w->wall_ms;
}

static void on_save_again(void *ctx)
{
    struct world *w = ctx;
    if (w->link)
        on_save(w);
}

static uint32_t on_random(void *ctx)
{
    return world_random(ctx);
}

static void on_trace(void *ctx, enum mc_line_channel channel, enum mc_at_direction direction, const char *text)
{
    static const char *const words[] = {"->", "<-", "urc", "late", "mark"};
    struct world *w = ctx;
    world_say(w, "at %s %s", words[direction], text);
    if (direction == MC_AT_SENT)
        rules_sent(w, text);
}

static void on_data_mode(void *ctx, bool on)
{
}

/* What the model of pppd writes is small and far between. */
static void on_call_room(void *ctx)
{
}

static size_t on_pending(void *ctx)
{
    return 0;
}

const struct mc_link_requests world_requests = {
    .open = on_open,
    .close = on_close,
    .write = on_write,
    .set_baud = on_set_baud,
    .set_flow = on_set_flow,
    .call_check = on_call_check,
    .call = on_call,
    .to_call = on_to_call,
    .call_stop = on_call_stop,
    .call_kill = on_call_kill,
    .network = on_network,
    .traffic = on_traffic,
    .probe = on_probe,
    .board = on_board,
    .powered = on_powered,
    .save = on_save,
    .random = on_random,
    .trace = on_trace,
    .data_mode = on_data_mode,
    .call_room = on_call_room,
    .pending = on_pending,
};

void requests_init(struct world *w)
{
    mc_timer_init(&w->line, "board.line", on_line, w);
    mc_timer_init(&w->save_again, "daemon.save", on_save_again, w);
}

void requests_stop(struct world *w)
{
    mc_timer_disarm(&w->line);
    mc_timer_disarm(&w->save_again);
    w->line_busy = false;
}
