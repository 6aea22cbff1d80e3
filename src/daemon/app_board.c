/* SPDX-License-Identifier: MIT */
/* The board's lines: pulses on the port (daemon/board_pulses.c says which), or a command of the configuration. */
#include "app_priv.h"
#include <errno.h>
#include <inttypes.h>
#include <microcat/base/log.h>
#include <microcat/daemon/board_pulses.h>
#include <microcat/host/board_command.h>
#include <microcat/host/privileged.h>

/* A command is called with these, one after another. */
static const char *const command_words[][3] = {
    [MC_BOARD_RESET] = {"reset", NULL},
    [MC_BOARD_POWER_CYCLE] = {"off", "on", NULL},
    [MC_BOARD_POWER_ON] = {"on", NULL},
    [MC_BOARD_POWER_OFF] = {"off", NULL},
};
#define COMMAND_MS 30000
#define TRIES      3 /* of a BREAK that a busy host held too long */

static const char *board_setting(const struct app *app)
{
    return app->board.what == MC_BOARD_RESET ? app->settings.modem.reset : app->settings.modem.power;
}

int app_powered(void *ctx)
{
    const struct app *app = ctx;
    return app->port && app->device.bridge ? app->port->ops->get_dsr(app->port) : -EOPNOTSUPP;
}

static void finish_board(struct app *app, int result)
{
    app_board_done(app);
    mc_link_board_done(app->link, result);
}

static int set_line(struct app *app, enum mc_pulse_line line, bool on)
{
    if (!app->port)
        return -ENODEV;
    const struct mc_transport_ops *ops = app->port->ops;
    switch (line) {
    case MC_PULSE_BREAK:
        return ops->set_break(app->port, on);
    case MC_PULSE_DTR:
        return ops->set_dtr(app->port, on);
    default:
        return ops->set_rts(app->port, on);
    }
}

static void run_command(struct app *app);

static void on_command_exit(void *ctx, int wait_status)
{
    struct app *app = ctx;
    char text[64];
    mc_child_free(app->board.child);
    app->board.child = NULL;
    mc_timer_disarm(&app->board.timer);
    if (wait_status != 0) {
        mc_child_status_text(wait_status, text, sizeof(text));
        mc_warn("the command for the board's line failed: %s", text);
        finish_board(app, -EIO);
        return;
    }
    app->board.step++;
    run_command(app);
}

static void on_command_line(void *ctx, enum mc_child_stream stream, const char *line)
{
    mc_info("board command: %s", line);
}

static void run_command(struct app *app)
{
    static const struct mc_child_events events = {.on_line = on_command_line, .on_exit = on_command_exit};
    const char *word = command_words[app->board.what][app->board.step];
    struct mc_board_command command;
    if (!word) {
        finish_board(app, 0);
        return;
    }
    mc_board_command(&command, board_setting(app), word);
    const struct mc_child_spec spec = {
        .program = "/bin/sh", .argv = command.argv, .envp = command.envp, .stdin_fd = -1, .name = "board command"};
    const struct mc_errand errand = {.kind = MC_ERRAND_BOARD, .tty_fd = -1, .word = word};
    int r = mc_privileged()->spawn(app->loop, &errand, &spec, &events, app, &app->board.child);
    if (r < 0)
        finish_board(app, r);
    else
        mc_timer_arm(&app->board.timer, app->queue, COMMAND_MS);
}

/* A host that is busy for a second or two (flash is written) is late to let go. @return how long the line is held that
 * should have been let go by now; 0: as long as it should. */
static int64_t held_too_long_ms(const struct app *app)
{
    const struct mc_pulse *held = app->board.step > 0 ? &app->board.pulses->steps[app->board.step - 1] : NULL;
    int64_t lasted_ms = mc_loop_clock_ms() - app->board.since_ms;
    return held && held->most_ms > 0 && lasted_ms > held->most_ms ? lasted_ms : 0;
}

static void next_pulse(struct app *app)
{
    const struct mc_pulse *pulse = &app->board.pulses->steps[app->board.step];
    int64_t now_ms = mc_loop_clock_ms(), held_ms = held_too_long_ms(app);
    if (held_ms > MC_BREAK_MOST_MS && held_ms < MC_BREAK_NOTHING_MS) { /* let go now it would press another line */
        app->board.step--;
        mc_timer_arm(&app->board.timer, app->queue, MC_BREAK_NOTHING_MS - held_ms);
        return;
    }
    int r = pulse->nothing ? 0 : set_line(app, app->board.pulses->line, pulse->on);
    held_ms = held_too_long_ms(app);
    if (r == 0 && held_ms > 0) {
        mc_warn("a BREAK of %d ms lasted %" PRId64 " ms, for this host was busy: the bridge takes it for nothing",
                pulse[-1].ms, held_ms);
        if (++app->board.too_long < TRIES) { /* it ignores what comes while it presses: who understood is not harmed */
            app->board.step--;
            next_pulse(app);
            return;
        }
        r = -ETIME;
    }
    app->board.since_ms = now_ms;
    if (r < 0 || pulse->ms == 0)
        finish_board(app, r);
    else
        mc_timer_arm(&app->board.timer, app->queue, pulse->ms);
}

static void on_board_timer(void *ctx)
{
    struct app *app = ctx;
    if (app->board.child) {
        mc_warn("the command for the board's line took longer than %d s", COMMAND_MS / 1000);
        mc_child_stop(app->board.child, 1000);
    } else {
        app->board.step++;
        next_pulse(app);
    }
}

void app_board_done(struct app *app)
{
    const struct mc_pulses *pulses = app->board.pulses;
    mc_timer_disarm(&app->board.timer);
    if (pulses && pulses->steps[app->board.step].on) /* cut off while it pressed: nobody else lets go */
        set_line(app, pulses->line, false);
    if (app->board.child)
        mc_child_free(app->board.child);
    app->board = (struct app_board){0};
}

static void on_board_start(void *ctx)
{
    struct app *app = ctx;
    const char *setting = board_setting(app);
    mc_timer_init(&app->board.timer, "app.board", on_board_timer, app);
    app->board.pulses = mc_board_pulses(app->board.what, setting, app_powered(app));
    if (app->board.pulses)
        next_pulse(app);
    else
        run_command(app);
}

void app_board(void *ctx, enum mc_board_line what)
{
    struct app *app = ctx;
    app_board_done(app);
    app->board.active = true;
    app->board.what = what;
    /* Deferred: the answer must not come from inside the request. */
    mc_timer_init(&app->board.timer, "app.board", on_board_start, app);
    mc_timer_arm(&app->board.timer, app->queue, 0);
}
