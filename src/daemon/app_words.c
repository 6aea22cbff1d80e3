/* SPDX-License-Identifier: MIT */
/* Words: what the bus tells becomes journal entries, sd_notify's STATUS, history and trace. */
#include "app_priv.h"
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/base/parse.h>
#include <microcat/daemon/journal.h>
#include <microcat/daemon/notify.h>
#include <microcat/link/edges.h>
#include <stdio.h>
#include <string.h>

/* ---- sd_notify: what `systemctl status` shows ---- */

static void tell_systemd(const struct app *app)
{
    const struct mc_status *st = &app->status;
    const char *state = mc_strtab_name(&mc_state_names, (int)st->state);
    const unsigned why = MC_STATE_BIT(MC_STATE_ABSENT) | MC_STATE_BIT(MC_STATE_HANGUP) |
                         MC_STATE_BIT(MC_STATE_BACKOFF) |
                         MC_STATE_BIT(MC_STATE_HELD); /* in the others the fault is being overcome: it is no reason */
    char delay[32];
    if (st->state == MC_STATE_ONLINE) {
        mc_notify_status("online: %s on %s", st->ppp.local, st->ppp.interface);
    } else if (st->fault == MC_FAULT_NONE || !(why & MC_STATE_BIT(st->state))) {
        mc_notify_status("%s: %s", state, mc_state_text(st->state));
    } else if (st->retry_at_ms < 0) {
        mc_notify_status("%s: %s", state, mc_fault_info(st->fault)->text);
    } else {
        mc_format_duration(st->retry_at_ms - mc_timerq_now_ms(app->queue), delay, sizeof(delay));
        mc_notify_status("%s: %s; %s in %s", state, mc_fault_info(st->fault)->text, st->next, delay);
    }
}

/* ---- journal ---- */

static void say_state(struct app *app, const struct mc_event *event)
{
    const char *from = mc_strtab_name(&mc_state_names, (int)event->from);
    const char *to = mc_strtab_name(&mc_state_names, (int)event->to);
    const struct mc_log_field fields[] = {
        {"MICROCAT_FROM", from}, {"MICROCAT_TO", to}, {"MICROCAT_FAULT", mc_fault_info(event->fault)->code}};
    char spent[32], what[320] = "";
    const struct mc_status_ppp *ppp = &app->status.ppp;
    mc_journal_set_state(event->to);
    mc_format_duration(event->spent_ms, spent, sizeof(spent));
    if (event->text[0] && event->fault == MC_FAULT_NONE) /* a fault has its own entry */
        snprintf(what, sizeof(what), ": %s", event->text);
    if (event->to == MC_STATE_ONLINE && ppp->dns[0][0])
        snprintf(what, sizeof(what), ": %s, DNS %s%s%s", event->text, ppp->dns[0], ppp->dns[1][0] ? " " : "",
                 ppp->dns[1]);
    if (event->to == MC_STATE_HANGUP && event->fault != MC_FAULT_NONE) /* its entry comes when the line is back */
        snprintf(what, sizeof(what), ": %s (%s)", mc_fault_info(event->fault)->text, event->text);
    mc_log_with(MC_LOG_INFO, fields, event->fault == MC_FAULT_NONE ? 2 : 3, "%s -> %s (%s)%s", from, to, spent, what);
}

static void on_event(void *ctx, const void *arg)
{
    const struct mc_event *event = arg;
    struct app *app = ctx;
    if (mc_samples_take(app->samples, app_wall_ms(), mc_timerq_now_ms(app->queue), &app->status))
        app_save_samples(app);
    switch (event->kind) {
    case MC_EVENT_STATE:
        say_state(app, event);
        mc_trace_add(app->trace, event->at_ms, app_wall_ms(), MC_TRACE_STATE,
                     mc_strtab_name(&mc_state_names, (int)event->to));
        tell_systemd(app);
        break;
    case MC_EVENT_STEP:
        mc_debug("step %s", event->text);
        break;
    case MC_EVENT_FAULT:
        if (event->fault != MC_FAULT_NONE)
            mc_journal_fault(event->fault, event->text);
        break;
    case MC_EVENT_REMEDY:
        mc_notice("next, %s", event->text);
        tell_systemd(app);
        break;
    case MC_EVENT_NOTE:
        mc_notice("%s", event->text);
        mc_trace_add(app->trace, event->at_ms, app_wall_ms(), MC_TRACE_MARK, event->text);
        break;
    case MC_EVENT_STATUS:
    case MC_EVENT_KIND_COUNT:
        return;
    }
    mc_history_event(app->history, app_wall_ms(), event);
    if (event->kind != MC_EVENT_STEP)
        app_save_history(app);
}

void app_words_start(struct app *app)
{
    mc_bus_observe(app->bus, &app->words, on_event, app);
}

/* ---- the AT dialogue; the engine has redacted it ---- */

_Static_assert((int)MC_TRACE_SENT == (int)MC_AT_SENT && (int)MC_TRACE_MARK == (int)MC_AT_MARK,
               "the trace's kinds begin with the engine's directions");

void app_trace(void *ctx, enum mc_line_channel channel, enum mc_at_direction direction, const char *text)
{
    struct app *app = ctx;
    mc_trace_add_on(app->trace, (enum mc_trace_channel)channel, mc_timerq_now_ms(app->queue), app_wall_ms(),
                    (enum mc_trace_kind)direction, text);
}

void app_data_mode(void *ctx, bool on)
{
    struct app *app = ctx;
    if (on == app->data_mode)
        return;
    app->data_mode = on;
    int64_t now_ms = mc_timerq_now_ms(app->queue);
    bool mux = app->status.modem.line == MC_LINE_MUX;
    mc_recorder_mark(app->recorder, now_ms, mux ? "multiplexer" : on ? "data mode" : "command mode");
    if (mux) {
        mc_trace_add(app->trace, now_ms, app_wall_ms(), MC_TRACE_MARK, "the line is multiplexed from here on");
        return;
    }
    mc_trace_add(app->trace, now_ms, app_wall_ms(), on ? MC_TRACE_DATA_BEGIN : MC_TRACE_DATA_END,
                 on ? "the line carries PPP from here on" : "the line is in command mode again");
}
