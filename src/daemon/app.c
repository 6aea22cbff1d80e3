/* SPDX-License-Identifier: MIT */
/* The daemon's life: what is made in which order, signals, and the end in order. */
#include "app_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/daemon/app.h>
#include <microcat/daemon/journal.h>
#include <microcat/daemon/notify.h>
#include <microcat/helper/client.h>
#include <microcat/host/privileged.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define HISTORY_ENTRIES 500
#define BOOTING_MS      (5 * 60 * 1000) /* a host up for less has just had its power back, like all its neighbours */
#define SHUTDOWN_MS     20000

int64_t app_wall_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static uint32_t app_random(void *ctx)
{
    uint32_t value = 0;
    if (getrandom(&value, sizeof(value), 0) != sizeof(value))
        value = (uint32_t)mc_loop_clock_ms() * 2654435761u;
    return value;
}

/* ---- config ---- */

static void report(void *ctx, enum mc_log_level level, const char *text)
{
    mc_log(level, "%s", text);
}

static int load_config(const struct mc_options *options, struct mc_config **ret_config)
{
    return mc_config_load(options->config, options->instance, report, NULL, ret_config);
}

/* What cannot change under a running daemon stays, and is shown, as it was at the start. */
static void hold_rows(struct mc_config *fresh, const struct mc_settings *before)
{
    char value[256];
    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        if (!(row->flags & MC_CONFIG_AT_START) || mc_config_same(row, before, mc_config_settings(fresh)))
            continue;
        mc_config_row_format(row, mc_config_settings(fresh), value, sizeof(value));
        mc_warn("[%s] %s=%s takes effect with the next start",
                mc_strtab_name(&mc_config_section_names, (int)row->section), row->key, value);
        mc_config_hold(fresh, row, before);
    }
}

static void take_groups(struct app *app, struct mc_config *fresh)
{
    const struct mc_config_row *const rows[] = {mc_config_row_find("Control", "Group"),
                                                mc_config_row_find("Control", "ReadGroup")};
    const struct mc_settings *now = mc_config_settings(fresh), *before = &app->settings;
    if (mc_config_same(rows[0], before, now) && mc_config_same(rows[1], before, now))
        return;
    int r = mc_ctl_server_regroup(app->server, now->control.group, now->control.read_group);
    if (r == 0)
        return;
    mc_err("Group= and ReadGroup= stay as they were: %s", r == -ENOENT ? "no such group" : strerror(-r));
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++)
        mc_config_hold(fresh, rows[i], before);
}

/* SIGHUP: a file with mistakes changes nothing. One without an APN is one where a call has an APN: half a file,
 * perhaps, of somebody who writes it just now. */
static void reload(void *ctx, int signo)
{
    struct app *app = ctx;
    struct mc_config *fresh = NULL;
    mc_notify_reloading();
    int r = load_config(app->options, &fresh);
    if (r < 0 && (r != -ENODATA || *app->settings.pdp.apn)) {
        mc_config_free(fresh);
        mc_err("the configuration was not read anew: the old one goes on");
        mc_notify_ready(NULL);
        return;
    }
    struct mc_settings before = app->settings;
    hold_rows(fresh, &before);
    take_groups(app, fresh);
    unsigned changed = mc_config_diff(&before, mc_config_settings(fresh), report, NULL);
    struct mc_config *old = app->config;
    app->config = fresh;
    app->settings = *mc_config_settings(fresh);
    mc_config_free(old);
    const unsigned line = 1u << MC_CONFIG_MODEM | 1u << MC_CONFIG_SIM | 1u << MC_CONFIG_PDP | 1u << MC_CONFIG_PPP;
    mc_notice("configuration read anew: %s", changed ? "changed" : "nothing changed");
    if (changed)
        mc_link_settings_changed(app->link, changed & line);
    mc_notify_ready(NULL);
}

/* ---- signals and watchdog ---- */

static void on_down(void *ctx)
{
    struct app *app = ctx;
    mc_loop_stop(app->loop);
}

static void on_term(void *ctx, int signo)
{
    struct app *app = ctx;
    if (!app_keep_stay(app))
        return;
    mc_notice("stopping (%s)", sigabbrev_np(signo));
    mc_notify_stopping("hanging up", SHUTDOWN_MS);
    mc_link_shutdown(app->link, on_down, app);
}

/* SIGUSR2: make room for another microcatd, for example a newer one, which carries the call on. */
static void on_leave(void *ctx, int signo)
{
    struct app *app = ctx;
    if (app->leaving)
        return;
    bool kept = app->kept.complete && !mc_notify_store_waits();
    if (app->kept.stored && !kept)
        mc_warn("no service manager has taken the call's descriptors: it cannot be left to another microcatd");
    if (!kept) {
        on_term(ctx, signo);
        return;
    }
    mc_notice("leaving the call to the next microcatd");
    app_keep_leave(app);
}

static void on_watchdog(void *ctx)
{
    struct app *app = ctx;
    mc_notify_watchdog();
    mc_timer_arm_together(&app->watchdog, app->queue, mc_notify_watchdog_ms());
}

static int start_signals(struct app *app)
{
    int r = mc_signal_add(&app->sigterm, app->loop, SIGTERM, on_term, app);
    if (r == 0)
        r = mc_signal_add(&app->sigint, app->loop, SIGINT, on_term, app);
    if (r == 0)
        r = mc_signal_add(&app->sighup, app->loop, SIGHUP, reload, app);
    if (r == 0)
        r = mc_signal_add(&app->sigusr2, app->loop, SIGUSR2, on_leave, app);
    mc_timer_init(&app->watchdog, "app.watchdog", on_watchdog, app);
    if (mc_notify_watchdog_ms() > 0)
        on_watchdog(app);
    return r;
}

/* ---- life ---- */

/* Who has no rights asks the helper of his instance; MICROCATD_HELPER= is its unit's word that there is one. */
static void choose_hands(const struct app *app)
{
    const char *given = getenv("MICROCATD_HELPER");
    char path[sizeof(app->runtime_dir)];
    snprintf(path, sizeof(path), "/run/microcat-helper/%s.sock", app_instance(app));
    if (given && *given)
        mc_privileged_use(mc_helper_ops(given));
    else if (geteuid() != 0 && access(path, F_OK) == 0)
        mc_privileged_use(mc_helper_ops(path));
    if (mc_privileged()->apart)
        mc_config_open_with(mc_helper_open_config);
}

const char *app_instance(const struct app *app)
{
    return *app->options->instance ? app->options->instance : "microcatd";
}

/* The variables are for tests, which must not touch the names (and NetworkManager) of the host that they run on. */
static struct mc_names *new_names(struct app *app)
{
    const struct mc_names_place place = {.owner = app_instance(app),
                                         .resolv_conf = getenv("MICROCATD_RESOLV_CONF"),
                                         .resolvconf = getenv("MICROCATD_RESOLVCONF")};
    return mc_names_new(app->loop, &place, app_on_names, app);
}

static int make_core(struct app *app)
{
    static const struct mc_link_requests requests = {.open = app_open,
                                                     .close = app_close,
                                                     .write = app_write,
                                                     .set_baud = app_set_baud,
                                                     .set_flow = app_set_flow,
                                                     .lull = app_lull,
                                                     .call_check = app_call_check,
                                                     .call = app_call,
                                                     .to_call = app_to_call,
                                                     .call_stop = app_call_stop,
                                                     .call_kill = app_call_kill,
                                                     .network = app_network,
                                                     .traffic = app_traffic,
                                                     .probe = app_probe,
                                                     .board = app_board,
                                                     .powered = app_powered,
                                                     .save = app_save,
                                                     .random = app_random,
                                                     .trace = app_trace,
                                                     .data_mode = app_data_mode,
                                                     .call_room = app_call_room,
                                                     .pending = app_pending};
    mc_status_init(&app->status, mc_timerq_now_ms(app->queue));
    app->bus = mc_bus_new(app->queue, &app->status);
    app->history = mc_history_new(HISTORY_ENTRIES);
    app->samples = mc_samples_new();
    app->trace = mc_trace_new((size_t)app->settings.control.trace_lines);
    app->store = mc_state_store_new(NULL, app->options->instance);
    app->names = new_names(app);
    app->routes = mc_default_routes_new(app->loop, 0, app_on_routes, app);
    if (!app->bus || !app->history || !app->samples || !app->trace || !app->store || !app->names || !app->routes)
        return -ENOMEM;
    app->link = mc_link_new(app->queue, &app->settings, &app->status, app->bus, &requests, app);
    return app->link ? 0 : -ENOMEM;
}

/* Where Socket= is; with a helper, which reads the configuration anew while we go by what we were started with, in a
 * folder that both know. (The variable is for tests.) */
static void set_runtime_dir(struct app *app)
{
    const char *given = getenv("MICROCATD_RUNTIME");
    char *slash;
    if (mc_privileged()->apart) {
        snprintf(app->runtime_dir, sizeof(app->runtime_dir), "%s", given ? given : MC_HELPER_RUNTIME_DIR);
        return;
    }
    snprintf(app->runtime_dir, sizeof(app->runtime_dir), "%s", app->settings.control.socket);
    slash = strrchr(app->runtime_dir, '/');
    if (slash && slash != app->runtime_dir)
        *slash = '\0';
}

/* In the order in which one thing needs another. */
static int start(struct app *app)
{
    app_keep_init(app);
    int r = mc_loop_new(&app->loop);
    if (r < 0) {
        mc_err("not started: the event loop cannot be made: %s", strerror(-r));
        return r;
    }
    app->queue = mc_loop_timers(app->loop);
    mc_helper_keep_time(app->loop);
    mc_notify_start(app->queue);
    set_runtime_dir(app);
    r = make_core(app);
    if (r < 0)
        return r;
    if (app->options->record && (r = mc_recorder_new(app->options->record, &app->recorder)) < 0) {
        mc_err("%s: %s", app->options->record, strerror(-r));
        return r;
    }
    r = app_listen(app); /* before anything is touched that may be another's, who has the socket */
    if (r < 0) {
        mc_err("%s: %s", app->settings.control.socket,
               r == -EADDRINUSE ? "another microcatd answers there; not started" : strerror(-r));
        return r;
    }
    app_state_load(app);
    app_words_start(app);
    app_keep_fetch(app);
    if (!app->kept.pending)
        app_state_sweep(app);
    r = start_signals(app);
    if (r == 0)
        r = app_watch_device(app);
    if (r < 0)
        mc_err("cannot watch for %s: %s", app->settings.modem.device, strerror(-r));
    return r;
}

static void stop(struct app *app)
{
    if (app->server && app->store && app->history) { /* else nothing was begun */
        if (!app->leaving)
            mc_history_stop(app->history, app_wall_ms(), mc_timerq_now_ms(app->queue));
        app_state_end(app);
    }
    mc_timer_disarm(&app->watchdog);
    mc_timer_disarm(&app->leave);
    app_board_done(app);
    app_call_free(app);
    app_keep_done(app);
    mc_device_watch_free(app->devices);
    mc_link_free(app->link);
    app_ctl_end(app);
    app_close(app);
    mc_signal_remove(&app->sigterm);
    mc_signal_remove(&app->sigint);
    mc_signal_remove(&app->sighup);
    mc_signal_remove(&app->sigusr2);
    mc_names_free(app->names);
    mc_default_routes_free(app->routes);
    mc_recorder_free(app->recorder);
    mc_state_store_free(app->store);
    mc_ctl_server_free(app->server); /* who finds the socket free finds the state free */
    free(app->saved_modem);
    if (app->bus)
        mc_bus_forget(app->bus, &app->words);
    mc_bus_free(app->bus);
    mc_history_free(app->history);
    mc_samples_free(app->samples);
    mc_trace_free(app->trace);
    mc_notify_stop();
    mc_helper_keep_time(NULL);
    mc_loop_free(app->loop);
}

/* /run lives as long as the machine is up. A daemon that is started anew (an upgrade, `microcatctl setup`) has no
 * neighbours that start with it. What cannot be noted counts as the first. */
static bool first_start(const struct app *app)
{
    char path[sizeof(app->runtime_dir) + 80];
    snprintf(path, sizeof(path), "%s/%s.started", app->runtime_dir, app_instance(app));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return errno != EEXIST;
    close(fd);
    return true;
}

/* The first device is told of in the loop's first turns; the link starts when it is known whether there is one. */
static void on_begin(void *ctx)
{
    struct app *app = ctx;
    const bool first = first_start(app);
    mc_link_start(app->link, first && mc_loop_clock_ms() < BOOTING_MS);
}

static int check_config(const struct mc_options *options)
{
    struct mc_config *config = NULL;
    int r = load_config(options, &config);
    if (config)
        mc_config_print(config, stdout);
    mc_config_free(config);
    if (r == 0)
        printf("# %s: no mistakes\n", options->config);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int mc_app_run(const struct mc_options *options)
{
    struct app app = {.options = options, .status.device.plugged_at_ms = -1};
    struct mc_timer begin;
    if (options->check_config)
        return check_config(options);
    mc_journal_start(options->instance);
    mc_log_set_level(options->log_level);
    choose_hands(&app);
    int r = load_config(options, &app.config);
    if (r < 0 && r != -ENODATA) {
        mc_err("not started: the configuration cannot be used (microcatd --check-config shows it whole)");
        mc_journal_stop();
        return EXIT_FAILURE;
    }
    app.settings = *mc_config_settings(app.config);
    r = start(&app);
    if (r == 0) {
        mc_timer_init(&begin, "app.begin", on_begin, &app);
        mc_timer_arm(&begin, app.queue, 0);
        mc_notice("microcatd %s, config %s, socket %s", MICROCATD_VERSION, options->config,
                  app.settings.control.socket);
        mc_notify_ready("started");
        r = mc_loop_run(app.loop);
        mc_timer_disarm(&begin);
    }
    stop(&app);
    mc_config_free(app.config);
    mc_journal_stop();
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
