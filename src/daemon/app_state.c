/* SPDX-License-Identifier: MIT */
/* What outlives the process: budgets, the modem's identity, history, and the call to clean up after. */
#include "app_priv.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/base/parse.h>
#include <microcat/daemon/pin_key.h>
#include <microcat/host/privileged.h>
#include <microcat/io/process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAVE_DELAY_MS    2000   /* several changes at once become one write */
#define SAVE_AGAIN_MS    60000  /* after a write that failed */
#define HISTORY_BYTES    262144 /* more than its entries can fill */
#define SMALL_BYTES      8192
#define SAMPLES_AFTER_MS (10 * 60 * 1000) /* what a power cut may cost of a day of the signal */
#define SAMPLES_BYTES    262144           /* more than they can fill */

/* ---- saving ---- */

static void save_budgets(struct app *app)
{
    char text[MC_POLICY_TEXT_BYTES];
    int n = mc_policy_save(mc_link_policy(app->link), mc_timerq_now_ms(app->queue), app_wall_ms(), text, sizeof(text));
    int r = n > 0 ? mc_state_store_save(app->store, "budgets", text, (size_t)n) : 0;
    if (r < 0 && r != -EBUSY) {
        /* A full disk may have room again before a crash would bring back old budgets. */
        app->save_budgets = true;
        if (!mc_timer_armed(&app->save))
            mc_timer_arm(&app->save, app->queue, SAVE_AGAIN_MS);
    }
    n = mc_facts_save(mc_link_facts(app->link), text, sizeof(text));
    if (n <= 0 || (app->saved_modem && strcmp(app->saved_modem, text) == 0)) /* the same modem: spare the flash */
        return;
    if (mc_state_store_save(app->store, "modem", text, (size_t)n) == 0) {
        free(app->saved_modem);
        app->saved_modem = strdup(text);
    }
}

static void save_history(struct app *app)
{
    _cleanup_free_ char *text = mc_history_save(app->history, app_wall_ms(), mc_timerq_now_ms(app->queue));
    if (text)
        mc_state_store_save(app->store, "history", text, strlen(text));
}

static void on_save_samples(void *ctx)
{
    struct app *app = ctx;
    _cleanup_free_ char *text = mc_samples_save(app->samples);
    if (text)
        mc_state_store_save(app->store, "signal", text, strlen(text));
}

void app_save_samples(struct app *app)
{
    if (!mc_timer_armed(&app->save_samples))
        mc_timer_arm(&app->save_samples, app->queue, SAMPLES_AFTER_MS);
}

void app_state_flush(struct app *app)
{
    bool budgets = app->save_budgets, history = app->save_history;
    mc_timer_disarm(&app->save);
    app->save_budgets = app->save_history = false;
    if (budgets)
        save_budgets(app);
    if (history)
        save_history(app);
}

void app_state_end(struct app *app)
{
    app->save_budgets = app->save_history = true;
    app_state_flush(app);
    if (!mc_timer_armed(&app->save_samples))
        return;
    mc_timer_disarm(&app->save_samples);
    on_save_samples(app);
}

static void on_save(void *ctx)
{
    app_state_flush(ctx);
}

/* Budgets are charged before the thing is done, and a crash must not hide it: written at once. */
void app_save(void *ctx)
{
    struct app *app = ctx;
    if (app->store)
        save_budgets(app);
}

void app_save_history(struct app *app)
{
    app->save_history = true;
    if (!mc_timer_armed(&app->save))
        mc_timer_arm(&app->save, app->queue, SAVE_DELAY_MS);
}

/* ---- loading ---- */

static void load_budgets(struct app *app)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    unsigned line = 0;
    char why[64];
    if (mc_state_store_load(app->store, "budgets", SMALL_BYTES, &text, &len) < 0)
        return;
    int r = mc_policy_load(mc_link_policy(app->link), text, mc_timerq_now_ms(app->queue), app_wall_ms(), &line);
    if (r != -EINVAL) /* without memory the file is as good as before */
        return;
    snprintf(why, sizeof(why), "line %u is damaged", line);
    mc_state_store_reject(app->store, "budgets", why);
}

/* What a daemon that knew no key left is put under it now, and in the file, too. */
static void set_pin_key(struct app *app)
{
    struct mc_policy *policy = mc_link_policy(app->link);
    uint8_t key[MC_SIPHASH_KEY_BYTES];
    if (mc_pin_key(app->store, key) == 0 && mc_policy_pin_key(policy, key))
        save_budgets(app);
    explicit_bzero(key, sizeof(key));
    if (mc_policy_pins_foreign(policy) > 0)
        mc_warn(
            "a PIN that was tried is remembered under another machine-id: no PIN is tried on its SIM while that has "
            "fewer than 3 tries left; open it once with its PIN, in a phone for example, or remove the budgets file "
            "from the state folder when the PIN in the configuration is certain");
}

static void load_modem(struct app *app)
{
    size_t len;
    if (mc_state_store_load(app->store, "modem", SMALL_BYTES, &app->saved_modem, &len) < 0)
        return;
    if (strlen(app->saved_modem) == len && mc_facts_load(mc_link_facts(app->link), app->saved_modem) == 0)
        return;
    mc_state_store_reject(app->store, "modem", "is damaged");
    free(app->saved_modem);
    app->saved_modem = NULL;
}

static void load_history(struct app *app)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    if (mc_state_store_load(app->store, "history", HISTORY_BYTES, &text, &len) == 0) {
        int skipped = mc_history_load(app->history, text, len);
        if (skipped > 0) {
            char why[64];
            snprintf(why, sizeof(why), "%d damaged lines were left out", skipped);
            mc_state_store_reject(app->store, "history", why);
        }
    }
    mc_history_start(app->history, app_wall_ms(), mc_timerq_now_ms(app->queue));
}

static void load_samples(struct app *app)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    if (mc_state_store_load(app->store, "signal", SAMPLES_BYTES, &text, &len) == 0 &&
        mc_samples_load(app->samples, text, len) == -EBADMSG)
        mc_state_store_reject(app->store, "signal", "is damaged, or no day of the signal");
}

void app_state_load(struct app *app)
{
    mc_timer_init(&app->save, "app.save", on_save, app);
    mc_timer_init(&app->save_samples, "app.save-samples", on_save_samples, app);
    mc_state_store_lock(app->store); /* without it only this life is remembered */
    load_budgets(app);
    load_modem(app);
    set_pin_key(app);
    load_history(app);
    load_samples(app);
}

/* ---- the call of a daemon that crashed ---- */

void app_state_call(struct app *app, const struct mc_ppp_link *up)
{
    char text[MC_CALL_NOTE_BYTES];
    const struct mc_facts *facts = mc_link_facts(app->link);
    struct mc_call_note note = {.pid = (int)mc_ppp_pid(app->ppp),
                                .baud = facts->baud,
                                .flow = facts->flow,
                                .mux_n1 = (int32_t)mc_link_mux_n1(app->link),
                                .stat = facts->stat,
                                .online_at_ms = -1,
                                .up.unit = -1};
    struct mc_ppp_leave leave;
    if (mc_ppp_lend(app->ppp, &leave) < 0 || mc_call_note_start_time(note.pid, note.start, sizeof(note.start)) < 0)
        return; /* it has ended already */
    mc_call_note_boot(note.boot, sizeof(note.boot));
    mc_call_note_pdp(&app->settings, note.pdp, sizeof(note.pdp));
    snprintf(note.path, sizeof(note.path), "%s", app->device.path);
    snprintf(note.socket, sizeof(note.socket), "%s", leave.socket);
    if (up) {
        note.up = *up;
        note.online_at_ms = app->online_at_ms;
    }
    int n = mc_call_note_format(&note, text, sizeof(text));
    if (n > 0)
        mc_state_store_note(app->store, "call", text, (size_t)n);
}

void app_state_call_over(struct app *app)
{
    mc_state_store_note(app->store, "call", mc_call_note_none, strlen(mc_call_note_none));
}

/* A daemon with another socket, but this state directory, may have it where nothing can be locked: then it is no
 * orphan.
 */
static bool has_parent(int pid)
{
    struct mc_process process, parent;
    return mc_process_read(pid, &process) == 0 && process.parent > 1 && mc_process_read(process.parent, &parent) == 0 &&
           !strcmp(parent.name, "microcatd");
}

/* A note of another boot tells nothing of this one's processes. */
static void kill_orphan(const struct mc_call_note *call)
{
    char boot[40];
    mc_call_note_boot(boot, sizeof(boot));
    if (strcmp(boot, call->boot) == 0 && mc_privileged()->kill_orphan(call->pid, call->start) > 0)
        mc_notice("ended pppd %d, which a daemon before this one left behind", call->pid);
}

int app_state_call_load(struct app *app, struct mc_call_note *ret_call)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    if (mc_state_store_load(app->store, "call", SMALL_BYTES, &text, &len) < 0)
        return -ENOENT;
    int r = strlen(text) == len ? mc_call_note_parse(text, ret_call) : -EBADMSG;
    if (r == -EBADMSG)
        mc_state_store_reject(app->store, "call", "is damaged");
    return r < 0 ? -ENOENT : 0;
}

void app_state_sweep(struct app *app)
{
    struct mc_call_note call;
    bool noted = app_state_call_load(app, &call) == 0;
    if (noted && has_parent(call.pid)) {
        mc_warn("another microcatd uses this state directory: its pppd %d is left alone", call.pid);
        return;
    }
    mc_privileged()->networkmanager_forget(getenv("MICROCATD_NETWORKMANAGER"), app_instance(app));
    if (mc_names_sweep(app->names))
        mc_notice("took the DNS servers out of resolv.conf that a daemon before this one left there");
    if (!noted)
        return;
    kill_orphan(&call);
    int n = *call.up.ifname ? mc_privileged()->sweep_routes(call.up.ifname) : 0;
    if (n > 0)
        mc_notice("removed %d route%s through %s, which a daemon before this one left behind", n, n == 1 ? "" : "s",
                  call.up.ifname);
    app_state_call_over(app);
}
