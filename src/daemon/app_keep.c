/* SPDX-License-Identifier: MIT */
/*
 * A call that outlives the daemon: tty, pty and pppd's pidfd lie in systemd's descriptor store, so that a daemon that
 * was killed, frozen or replaced by a newer one is followed by one that goes on relaying. Nothing of the link is
 * dropped: pppd sees a pause in the data.
 */
#include "app_priv.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/daemon/notify.h>
#include <microcat/host/privileged.h>
#include <microcat/io/child.h>
#include <microcat/io/port.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A device that is not found again within this time is gone: then so is the call. */
#define CLAIM_MS 10000

enum { KEEP_TTY, KEEP_PTY, KEEP_SLAVE, KEEP_PPPD };
_Static_assert(KEEP_PPPD + 1 == APP_KEPT_FDS, "a name for each descriptor");
static const char *const names[APP_KEPT_FDS] = {
    [KEEP_TTY] = "tty", [KEEP_PTY] = "pty", [KEEP_SLAVE] = "pty-slave", [KEEP_PPPD] = "pppd"};

/* ---- leaving ---- */

void app_keep_store(struct app *app)
{
    struct mc_ppp_leave leave;
    if (!app->port || mc_ppp_lend(app->ppp, &leave) < 0)
        return;
    const int fds[APP_KEPT_FDS] = {[KEEP_TTY] = mc_port_fd(app->port),
                                   [KEEP_PTY] = leave.master_fd,
                                   [KEEP_SLAVE] = leave.slave_fd,
                                   [KEEP_PPPD] = leave.pidfd};
    app->kept.stored = true;
    app->kept.complete = true;
    for (size_t i = 0; i < APP_KEPT_FDS; i++)
        if (fds[i] >= 0 && mc_notify_store_fd(names[i], fds[i]) < 0)
            app->kept.complete = false;
}

void app_keep_forget(struct app *app)
{
    if (!app->kept.stored)
        return;
    app->kept.stored = app->kept.complete = false;
    for (size_t i = 0; i < APP_KEPT_FDS; i++)
        mc_notify_remove_fd(names[i]);
}

/* What is half-way through this process would be missing in the call. Relay and multiplexer hold 8 kB of pppd's, which
 * take 0.7 s at 115200 baud, and the way back from an escape 1.5 s; a line that has not let go of it by then (the modem
 * has stopped it) may keep it. */
#define LEAVE_MS      2000
#define LEAVE_LOOK_MS 5

static size_t read_most(struct app *app, size_t most)
{
    return app->port && app->port->ops->read_most ? app->port->ops->read_most(app->port, most) : 0;
}

/* How much of it is still here. A frame that has begun is read to its end, and nothing behind it. */
static size_t half_way(struct app *app)
{
    size_t waits, owed = mc_link_owes_bytes(app->link, &waits);
    if (app->ppp)
        owed += mc_ppp_hold(app->ppp, true);
    return owed + waits + read_most(app, waits) + app_pending(app);
}

static void on_leave_look(void *ctx)
{
    struct app *app = ctx;
    size_t rest = half_way(app);
    int64_t left_ms = app->leave_by_ms - mc_timerq_now_ms(app->queue);
    if (rest > 0 && left_ms > 0) {
        mc_timer_arm(&app->leave, app->queue, LEAVE_LOOK_MS);
        return;
    }
    if (rest > 0)
        mc_notice("left with %zu bytes that the line did not let go of", rest);
    mc_loop_stop(app->loop);
}

void app_keep_leave(struct app *app)
{
    app->leaving = true;
    app->leave_by_ms = mc_timerq_now_ms(app->queue) + LEAVE_MS;
    mc_link_leave(app->link);
    mc_timer_init(&app->leave, "app.leave", on_leave_look, app);
    on_leave_look(app);
}

void app_keep_read(struct app *app)
{
    if (app->leaving)
        half_way(app);
}

bool app_keep_stay(struct app *app)
{
    if (!app->leaving)
        return true;
    if (!mc_timer_armed(&app->leave)) /* the loop is about to end */
        return false;
    app->leaving = false;
    mc_timer_disarm(&app->leave);
    if (app->ppp)
        mc_ppp_hold(app->ppp, false);
    read_most(app, SIZE_MAX);
    return true;
}

/* ---- coming back ---- */

/* Only what the descriptor itself says is trusted: the note may be of another call. */
static int kept_pid(const struct app_kept *kept, pid_t *ret_pid)
{
    return kept->fds[KEEP_PPPD] < 0 ? -EBADF : mc_child_pid_of(kept->fds[KEEP_PPPD], ret_pid);
}

static void kill_kept(const struct app_kept *kept)
{
    pid_t pid;
    if (kept_pid(kept, &pid) == 0 && mc_privileged()->kill_kept(kept->fds[KEEP_PPPD]) == 0)
        mc_notice("ended pppd %d", (int)pid);
}

static void close_kept(struct app *app)
{
    for (size_t i = 0; i < APP_KEPT_FDS; i++) {
        if (app->kept.fds[i] >= 0)
            close(app->kept.fds[i]);
        app->kept.fds[i] = -1;
    }
    app->kept.pending = false;
    mc_timer_disarm(&app->kept.claim);
}

/* The call cannot be carried on. */
static void give_up(struct app *app, const char *why)
{
    if (!app->kept.pending)
        return;
    mc_notice("the call of the daemon before this one is not carried on: %s", why);
    kill_kept(&app->kept);
    close_kept(app);
    app->kept.stored = true;
    app_keep_forget(app);
    app_state_sweep(app);
}

static void on_claim(void *ctx)
{
    give_up(ctx, "its device was not found again");
}

/* Why the call cannot be carried on, as far as that is known before its device is there; NULL: it can. */
static const char *why_not(struct app *app)
{
    struct app_kept *kept = &app->kept;
    char pdp[sizeof(kept->call.pdp)];
    pid_t pid = 0;
    if (app_state_call_load(app, &kept->call) < 0)
        return "nothing is known of it";
    if (kept->fds[KEEP_TTY] < 0 || kept->fds[KEEP_PTY] < 0 || kept->fds[KEEP_PPPD] < 0)
        return "not all of its descriptors were kept";
    int r = kept_pid(kept, &pid);
    if (r == -ESRCH)
        return "its pppd has ended";
    if (r < 0 || pid != kept->call.pid)
        return "what is known of it belongs to another one";
    mc_call_note_pdp(&app->settings, pdp, sizeof(pdp));
    return strcmp(pdp, kept->call.pdp) == 0 ? NULL : "it was dialled with other settings";
}

void app_keep_init(struct app *app)
{
    for (size_t i = 0; i < APP_KEPT_FDS; i++)
        app->kept.fds[i] = -1;
}

void app_keep_fetch(struct app *app)
{
    struct mc_notify_fd got[MC_NOTIFY_FDS_MAX];
    int n = mc_notify_fetch_fds(got, MC_LENGTH_OF(got));
    mc_timer_init(&app->kept.claim, "app.claim", on_claim, app);
    for (int g = 0; g < n; g++) {
        size_t i = 0;
        while (i < APP_KEPT_FDS && (strcmp(got[g].name, names[i]) != 0 || app->kept.fds[i] >= 0))
            i++;
        if (i < APP_KEPT_FDS)
            app->kept.fds[i] = got[g].fd;
        else
            close(got[g].fd);
    }
    app->kept.pending = n > 0;
    if (n <= 0)
        return;
    const char *why = why_not(app);
    if (why)
        give_up(app, why);
    else
        mc_timer_arm(&app->kept.claim, app->queue, CLAIM_MS);
}

static void carry_on(struct app *app)
{
    const struct mc_call_note *call = &app->kept.call;
    char text[96];
    snprintf(text, sizeof(text), "microcatd started and carries on the call: pppd %d on %s", call->pid,
             call->up.ifname);
    mc_notice("carrying on the call of the daemon before this one: pppd %d on %s", call->pid, call->up.ifname);
    app->online_at_ms = call->online_at_ms;
    mc_history_resume(app->history, app_wall_ms(), mc_timerq_now_ms(app->queue), call->online_at_ms, text);
    app->save_history = true; /* at once: a daemon that dies over and over must leave a trace */
    app_state_flush(app);
    mc_link_adopt(app->link, call->baud, call->flow, call->stat, call->online_at_ms, (unsigned)call->mux_n1);
}

/* Of a daemon that did not note it: beside its own socket. */
static void set_socket(const struct app *app, struct mc_ppp_leave *leave)
{
    const char *own = app->settings.control.socket, *noted = app->kept.call.socket;
    if (*noted)
        snprintf(leave->socket, sizeof(leave->socket), "%s", noted);
    else
        snprintf(leave->socket, sizeof(leave->socket), "%.*s/pppd-%.40s.sock", (int)(strrchr(own, '/') - own), own,
                 app_instance(app));
}

bool app_keep_adopt(struct app *app)
{
    struct app_kept *kept = &app->kept;
    if (!kept->pending)
        return false;
    if (strcmp(kept->call.path, app->device.path) != 0) {
        give_up(app, "the device has another name now");
        return false;
    }
    if (access(app->device.path, R_OK | W_OK) < 0) /* the daemon before this one had other rights */
        mc_privileged()->grant_tty(app->device.path);
    int r = mc_port_adopt(app->loop, MC_TAKE_FD(kept->fds[KEEP_TTY]), kept->call.path, &app->port);
    if (r < 0) {
        give_up(app, strerror(-r));
        return false;
    }
    mc_transport_listen(app->port, &app_port_events, app);
    app_watch_dsr(app);
    struct mc_ppp_leave leave = {.master_fd = kept->fds[KEEP_PTY],
                                 .slave_fd = kept->fds[KEEP_SLAVE],
                                 .pidfd = kept->fds[KEEP_PPPD],
                                 .pid = kept->call.pid,
                                 .link = kept->call.up};
    set_socket(app, &leave);
    r = app_call_adopt(app, &leave);
    if (r < 0) {
        app_close(app);
        give_up(app, strerror(-r));
        return false;
    }
    for (size_t i = 0; i < APP_KEPT_FDS; i++)
        kept->fds[i] = -1; /* the call's by now */
    kept->pending = false;
    kept->stored = kept->complete = true;
    mc_timer_disarm(&kept->claim);
    carry_on(app);
    return true;
}

void app_keep_done(struct app *app)
{
    close_kept(app);
}
