/* SPDX-License-Identifier: MIT */
/* microcat-sim: the simulated MicroCat.1 as a program. */
#include "board.h"
#include "control.h"
#include "hostport.h"
#include "options.h"
#include "pppd_peer.h"
#include "pump.h"
#include "stub_peer.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>

struct program {
    struct sim_options options;
    struct sim_pump *pump;
    struct sim_board *board;
    struct sim_hostport *port;
    struct sim_control *control;
    struct sim_pppd_peer *pppd;
    struct sim_stub_peer *stub;
    int signal_fd;
};

static void to_host(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct program *program = ctx;

    sim_hostport_send(program->port, data, len_bytes);
}

static void on_log(void *ctx, const char *line)
{
    mc_info("board: %s", line);
}

/* The program's own words; everything else is the board's. */
static void on_line(void *ctx, const char *line, sim_reply_fn *reply, void *reply_ctx)
{
    struct program *program = ctx;
    int r;

    if (!strcmp(line, "unplug") || !strcmp(line, "plug")) {
        r = *line == 'u' ? sim_hostport_unplug(program->port) : sim_hostport_plug(program->port);
        if (r == -EOPNOTSUPP)
            reply(reply_ctx, "error not on a tty that was given: unbind its USB device controller");
        else
            reply(reply_ctx, r < 0 ? "error cannot make the pty" : "ok");
    } else if (!strcmp(line, "path")) {
        reply(reply_ctx, sim_hostport_path(program->port));
        reply(reply_ctx, "ok");
    } else if (!strcmp(line, "quit")) {
        reply(reply_ctx, "ok");
        sim_pump_stop(program->pump);
    } else {
        sim_hostport_look(program->port); /* what the board says by itself because of it meets the host as it is now */
        sim_board_command(program->board, line, reply, reply_ctx);
    }
}

static void on_signal(void *ctx, short events)
{
    struct program *program = ctx;

    sim_pump_stop(program->pump);
}

static int catch_signals(struct program *program)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    program->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return program->signal_fd < 0 ? -errno
                                  : sim_pump_add(program->pump, program->signal_fd, POLLIN, on_signal, program);
}

static enum sim_ppp_auth stub_auth(const char *name)
{
    if (!name) /* other SIMCom modems demand it and take anything */
        return SIM_PPP_AUTH_CHAP;
    return !strcmp(name, "pap") ? SIM_PPP_AUTH_PAP : !strcmp(name, "chap") ? SIM_PPP_AUTH_CHAP : SIM_PPP_AUTH_NONE;
}

static int make_network(struct program *program)
{
    const struct sim_options *o = &program->options;
    struct sim_pppd_options pppd = {o->pppd, o->netns, o->auth, o->ipv6};

    if (o->network == SIM_NETWORK_NONE)
        return 0;
    if (o->network == SIM_NETWORK_PPPD || (o->network == SIM_NETWORK_AUTO && sim_pppd_possible())) {
        program->pppd = sim_pppd_peer_new(program->pump, &pppd);
        if (program->pppd)
            sim_pppd_peer_attach(program->pppd, program->board);
        return program->pppd ? 0 : -ENOMEM;
    }
    program->stub = sim_stub_peer_new(sim_pump_queue(program->pump), stub_auth(o->auth));
    if (program->stub)
        sim_stub_peer_attach(program->stub, program->board);
    return program->stub ? 0 : -ENOMEM;
}

static void print_error(void *ctx, const char *line)
{
    if (!strncmp(line, "error", 5))
        mc_err("--inject: %s", line);
}

static int build(struct program *program)
{
    static const struct sim_callbacks callbacks = {.to_host = to_host, .log = on_log};
    const struct sim_options *o = &program->options;
    int r;

    program->pump = sim_pump_new();
    if (!program->pump)
        return -ENOMEM;
    program->board = sim_board_new(sim_pump_queue(program->pump), &o->profile, &callbacks, program);
    program->port = sim_hostport_new(program->pump, o->tty, o->link, o->udc);
    if (!program->board || !program->port)
        return -ENOMEM;
    r = catch_signals(program);
    if (r == 0)
        r = make_network(program);
    if (r == 0 && o->control)
        r = sim_control_new(program->pump, o->control, on_line, program, &program->control);
    if (r < 0)
        mc_err("cannot start: %s", strerror(-r));
    return r;
}

static int start(struct program *program)
{
    const struct sim_options *o = &program->options;
    int r = sim_hostport_start(program->port, program->board);

    if (r < 0) {
        mc_err("cannot open %s: %s", o->tty ? o->tty : "a pty", strerror(-r));
        return r;
    }
    for (size_t i = 0; i < o->n_inject; i++) {
        r = sim_board_command(program->board, o->inject[i], print_error, NULL);
        if (r < 0)
            return r;
    }
    printf("%s\n", o->link && !o->tty ? o->link : sim_hostport_path(program->port));
    fflush(stdout);
    return 0;
}

static void tear_down(struct program *program)
{
    sim_control_free(program->control);
    sim_board_free(program->board);
    sim_pppd_peer_free(program->pppd);
    sim_stub_peer_free(program->stub);
    sim_hostport_free(program->port);
    if (program->signal_fd >= 0)
        close(program->signal_fd);
    sim_pump_free(program->pump);
}

int main(int argc, char **argv)
{
    struct program program = {.signal_fd = -1};
    int r = sim_options_parse(&program.options, argc, argv);

    if (r != 0)
        return r < 0 ? 2 : 0;
    if (program.options.send) {
        r = sim_control_send(program.options.control, program.options.send);
        if (r < 0 && r != -EPROTO)
            mc_err("%s: %s", program.options.control, strerror(-r));
        return r < 0 ? 1 : 0;
    }
    r = build(&program);
    if (r == 0)
        r = start(&program);
    if (r == 0)
        r = sim_pump_run(program.pump);
    tear_down(&program);
    return r < 0 ? 1 : 0;
}
