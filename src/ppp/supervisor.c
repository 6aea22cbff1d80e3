/* SPDX-License-Identifier: MIT */
/* A call under way: pppd, relay and plugin watched, and the end, however it comes. supervisor_start.c begins it, call.c
 * hears what is said of it. */
#include "call.h"

#include <microcat/base/log.h>
#include <microcat/host/route.h>
#include <microcat/io/process.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process that hangs in the kernel does not even hear SIGKILL. */
enum { UNDEAD_MS = 5000 };

enum { LATE_TERM_MS = 4000, CHECK_SETUP_MS = 5000, CHECK_RUNNING_MS = 15000 };

static void arm(struct mc_ppp *ppp, struct mc_timer *timer, int64_t delay_ms)
{
    mc_timer_arm(timer, mc_loop_timers(ppp->loop), delay_ms);
}

void mc_call_release(struct mc_ppp *ppp)
{
    mc_timer_disarm(&ppp->setup);
    mc_timer_disarm(&ppp->check);
    mc_timer_disarm(&ppp->burial);
    mc_timer_disarm(&ppp->standing);
    mc_timer_disarm(&ppp->undead);
    mc_plugin_server_free(ppp->server);
    mc_relay_free(ppp->relay);
    if (ppp->slave_fd >= 0)
        close(ppp->slave_fd);
    if (ppp->master_fd >= 0)
        close(ppp->master_fd);
    free(ppp->password);
    free(ppp);
}

static void on_burial(void *ctx)
{
    mc_call_release(ctx);
}

/* A callback may free the call: what called it still stands on it then, so it goes in the next turn. */
static void bury(struct mc_ppp *ppp)
{
    ppp->buried = true;
    mc_timer_disarm(&ppp->undead);
    mc_timer_disarm(&ppp->standing);
    mc_timer_disarm(&ppp->setup);
    mc_timer_disarm(&ppp->check);
    if (ppp->depth > 0)
        arm(ppp, &ppp->burial, 0);
    else
        mc_call_release(ppp);
}

static void ask_to_end(struct mc_ppp *ppp, int64_t term_ms)
{
    mc_child_stop(ppp->child, term_ms);
    arm(ppp, &ppp->undead, term_ms + UNDEAD_MS);
}

static void kill_now(struct mc_ppp *ppp)
{
    mc_child_kill(ppp->child, SIGKILL);
    arm(ppp, &ppp->undead, UNDEAD_MS);
}

static void on_late(void *ctx)
{
    struct mc_ppp *ppp = ctx;

    mc_info("no address after %lld s: pppd is ended", (long long)(ppp->setup_ms / 1000));
    ppp->view.late = true;
    ask_to_end(ppp, ppp->term_ms < LATE_TERM_MS ? ppp->term_ms : LATE_TERM_MS);
}

/* State T in /proc: somebody stopped it. The kernel goes on with frames and the network sees nothing, but pppd answers
 * no echo any more. */
static bool is_stopped(pid_t pid)
{
    struct mc_process process;

    return mc_process_read(pid, &process) == 0 && (process.state == 'T' || process.state == 't');
}

static void arm_check(struct mc_ppp *ppp)
{
    if (ppp->check_ms > 0)
        arm(ppp, &ppp->check, ppp->check_ms);
    else if (!ppp->is_up)
        arm(ppp, &ppp->check, CHECK_SETUP_MS);
    else /* with the daemon's watchdog: an idle link should not wake the host more often than it has to */
        mc_timer_arm_together(&ppp->check, mc_loop_timers(ppp->loop), CHECK_RUNNING_MS);
}

static void on_check(void *ctx)
{
    struct mc_ppp *ppp = ctx;
    bool stopped = is_stopped(mc_child_pid(ppp->child));

    if (stopped && ppp->was_stopped) {
        mc_warn("pppd is stopped (SIGSTOP): killed");
        ppp->view.stuck = true;
        kill_now(ppp);
        return;
    }
    ppp->was_stopped = stopped;
    arm_check(ppp);
}

static void forget_secrets(struct mc_ppp *ppp)
{
    mc_plugin_server_free(ppp->server);
    ppp->server = NULL;
    if (ppp->password != NULL)
        mc_plugin_wipe(ppp->password, strlen(ppp->password));
}

static void describe_end(struct mc_ppp *ppp, int wait_status)
{
    struct mc_exit_view *view = &ppp->view;
    size_t len;

    if (wait_status == MC_CHILD_STATUS_UNKNOWN && ppp->told_status >= 0)
        wait_status = ppp->told_status << 8; /* as waitpid() packs it */
    view->unknown = wait_status == MC_CHILD_STATUS_UNKNOWN;
    view->wait_status = wait_status;
    view->was_up = ppp->was_up;
    view->echo_lost = strncmp(ppp->complaint, "No response to ", strlen("No response to ")) == 0; /* pppd's lcp.c */
    /* SIGKILL, and it was not what was asked for: it did not react to SIGTERM. */
    if (!view->unknown && WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL && !ppp->kill_asked &&
        (view->stop_asked || view->late))
        view->stuck = true;
    ppp->end.fault = mc_exit_fault(view, ppp->end.text, sizeof(ppp->end.text));
    ppp->end.status = !view->unknown && WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
    ppp->end.signal = !view->unknown && WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
    len = strlen(ppp->end.text);
    if (ppp->end.fault != MC_FAULT_NONE && ppp->complaint[0] != '\0')
        snprintf(ppp->end.text + len, sizeof(ppp->end.text) - len, ": %s", ppp->complaint);
}

/* What is told once, when pppd has ended or is given up. */
static void tell_end(struct mc_ppp *ppp)
{
    mc_call_down(ppp);
    mc_call_phase(ppp, MC_PPP_DEAD);
    ppp->ended = true;
    if (!ppp->buried)
        ppp->events.on_exit(ppp->ctx, &ppp->end);
}

static void quiet_timers(struct mc_ppp *ppp)
{
    mc_timer_disarm(&ppp->setup);
    mc_timer_disarm(&ppp->check);
    mc_timer_disarm(&ppp->standing);
    mc_timer_disarm(&ppp->undead);
}

static void on_child_exit(void *ctx, int wait_status)
{
    struct mc_ppp *ppp = ctx;

    ppp->depth++;
    quiet_timers(ppp);
    mc_plugin_server_drain(ppp->server); /* its last words: exit, and how much went over the link */
    mc_relay_drain(ppp->relay);
    describe_end(ppp, wait_status);
    forget_secrets(ppp);
    mc_child_free(ppp->child);
    ppp->child = NULL;
    tell_end(ppp);
    ppp->depth--;
}

/* Killed, and still there: left alone, the next call gets a pppd and a pty of its own. */
static void on_undead(void *ctx)
{
    struct mc_ppp *ppp = ctx;

    ppp->depth++;
    quiet_timers(ppp);
    mc_err("pppd %d cannot be killed, it hangs in the kernel: left alone", (int)mc_child_pid(ppp->child));
    ppp->end.fault = MC_FAULT_PPPD_STUCK;
    ppp->end.status = -1;
    snprintf(ppp->end.text, sizeof(ppp->end.text), "pppd hangs in the kernel and cannot be killed");
    forget_secrets(ppp);
    mc_child_release(ppp->child);
    ppp->child = NULL;
    tell_end(ppp);
    ppp->depth--;
}

static void on_child_line(void *ctx, enum mc_child_stream stream, const char *line)
{
    mc_call_log_line(ctx, line);
}

const struct mc_child_events mc_call_child_events = {.on_line = on_child_line, .on_exit = on_child_exit};

static size_t relay_to_modem(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct mc_ppp *ppp = ctx;
    size_t taken;

    if (ppp->buried)
        return len_bytes;
    ppp->depth++;
    taken = ppp->events.to_modem(ppp->ctx, data, len_bytes);
    ppp->depth--;
    return taken;
}

static void relay_on_room(void *ctx)
{
    struct mc_ppp *ppp = ctx;

    ppp->depth++;
    if (!ppp->buried && ppp->events.on_room != NULL)
        ppp->events.on_room(ppp->ctx);
    ppp->depth--;
}

static void relay_on_sign(void *ctx, enum mc_relay_sign sign, const char *line)
{
    struct mc_ppp *ppp = ctx;

    ppp->depth++;
    if (!ppp->buried && ppp->events.on_sign != NULL)
        ppp->events.on_sign(ppp->ctx, sign, line);
    ppp->depth--;
}

const struct mc_relay_events mc_call_relay_events = {
    .to_modem = relay_to_modem, .on_room = relay_on_room, .on_sign = relay_on_sign};

/*
 * Of a call that was taken over: pppd lives and its interface has the address that it had: it is up, and there is no
 * need to wait until the plugin looks for us. IPCP going down would have taken the address away.
 */
static void on_standing(void *ctx)
{
    struct mc_ppp *ppp = ctx;
    const struct mc_ppp_link *link = &ppp->left;
    const char *address = link->local[0] != '\0' ? link->local : link->local6;

    if (!ppp->view.spoke && mc_child_running(ppp->child) && mc_link_has(link->ifname, address))
        mc_call_stands(ppp, link);
}

void mc_call_init(struct mc_ppp *ppp)
{
    mc_timer_init(&ppp->setup, "ppp setup", on_late, ppp);
    mc_timer_init(&ppp->check, "pppd check", on_check, ppp);
    mc_timer_init(&ppp->standing, "ppp standing", on_standing, ppp);
    mc_timer_init(&ppp->undead, "pppd undead", on_undead, ppp);
    mc_timer_init(&ppp->burial, "ppp burial", on_burial, ppp);
}

void mc_call_begin(struct mc_ppp *ppp)
{
    mc_plugin_server_expect(ppp->server, mc_child_pid(ppp->child));
    arm(ppp, &ppp->setup, ppp->setup_ms);
    arm_check(ppp);
    if (ppp->left.ifname[0] != '\0')
        arm(ppp, &ppp->standing, 0);
}

size_t mc_ppp_from_modem(struct mc_ppp *ppp, const uint8_t *data, size_t len_bytes)
{
    return mc_relay_from_modem(ppp->relay, data, len_bytes);
}

void mc_ppp_resume(struct mc_ppp *ppp)
{
    mc_relay_resume(ppp->relay);
}

size_t mc_ppp_hold(struct mc_ppp *ppp, bool holds)
{
    return mc_relay_hold(ppp->relay, holds);
}

void mc_ppp_reachable(struct mc_ppp *ppp)
{
    mc_timer_disarm(&ppp->setup);
}

void mc_ppp_stop(struct mc_ppp *ppp)
{
    if (ppp->child == NULL)
        return;
    ppp->view.stop_asked = true;
    mc_timer_disarm(&ppp->setup);
    mc_timer_disarm(&ppp->check);
    ask_to_end(ppp, ppp->term_ms);
}

void mc_ppp_kill(struct mc_ppp *ppp)
{
    if (ppp->child == NULL)
        return;
    ppp->view.stop_asked = ppp->kill_asked = true;
    mc_timer_disarm(&ppp->setup);
    mc_timer_disarm(&ppp->check);
    kill_now(ppp);
}

void mc_ppp_free(struct mc_ppp *ppp)
{
    if (ppp == NULL || ppp->buried)
        return;
    mc_child_free(ppp->child);
    ppp->child = NULL;
    bury(ppp);
}

pid_t mc_ppp_pid(const struct mc_ppp *ppp)
{
    return ppp->child != NULL ? mc_child_pid(ppp->child) : 0;
}

enum mc_ppp_phase mc_ppp_phase(const struct mc_ppp *ppp)
{
    return ppp->phase;
}

const struct mc_relay_counters *mc_ppp_counters(const struct mc_ppp *ppp)
{
    return mc_relay_counters(ppp->relay);
}

int mc_ppp_lend(const struct mc_ppp *ppp, struct mc_ppp_leave *ret_leave)
{
    if (ppp->child == NULL || !mc_child_running(ppp->child))
        return -ESTALE;
    *ret_leave = (struct mc_ppp_leave){.master_fd = ppp->master_fd,
                                       .slave_fd = ppp->slave_fd,
                                       .pidfd = mc_child_pidfd(ppp->child),
                                       .pid = mc_child_pid(ppp->child),
                                       .link = ppp->told};
    snprintf(ret_leave->socket, sizeof(ret_leave->socket), "%s", ppp->socket_path);
    return 0;
}

void mc_ppp_abandon(struct mc_ppp *ppp)
{
    if (ppp == NULL || ppp->buried)
        return;
    if (ppp->child != NULL)
        mc_child_release(ppp->child);
    ppp->child = NULL;
    bury(ppp);
}
