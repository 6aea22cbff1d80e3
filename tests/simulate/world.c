/* SPDX-License-Identifier: MIT */
#include "world.h"
#include <errno.h>
#include <math.h>
#include <microcat/daemon/config.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_UP_MS   700
#define PAUSE_DOWN_MS 200 /* enough to make an escape's silence too short */

/* ---- chance ---- */

uint32_t world_random(struct world *w)
{
    /* splitmix64 */
    uint64_t z = w->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

int64_t world_between(struct world *w, int64_t least, int64_t most)
{
    return least + (int64_t)(world_random(w) % (uint64_t)(most - least + 1));
}

int64_t world_spread(struct world *w, int64_t least, int64_t most)
{
    double share = (double)world_random(w) / 4294967296.0;
    return (int64_t)((double)least * pow((double)most / (double)least, share));
}

bool world_chance(struct world *w, unsigned percent)
{
    return !w->plain && world_random(w) % 100 < percent;
}

/* ---- words ---- */

static void stamp(const struct world *w, char *out, size_t size)
{
    int64_t ms = world_now(w);
    snprintf(out, size, "%lldd %02lld:%02lld:%02lld.%03lld", (long long)(ms / DAY_MS), (long long)(ms / HOUR_MS % 24),
             (long long)(ms / MINUTE_MS % 60), (long long)(ms / SECOND_MS % 60), (long long)(ms % 1000));
}

void world_say(struct world *w, const char *fmt, ...)
{
    char when[48];
    va_list ap;
    if (!w->verbose)
        return;
    stamp(w, when, sizeof(when));
    printf("%s  ", when);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

static void on_board_state(void *ctx, const char *line)
{
    world_say(ctx, "board has %s", line);
}

void world_fail(struct world *w, const char *fmt, ...)
{
    char when[48], text[240];
    va_list ap;
    if (w->failed)
        return;
    w->failed = true;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    stamp(w, when, sizeof(when));
    snprintf(w->failure, sizeof(w->failure), "%s: %s", when, text);
    world_say(w, "RULE BROKEN: %s", text);
    if (w->verbose)
        sim_board_state(w->board, on_board_state, w);
}

/* ---- the board ---- */

static void to_host(struct world *w, const uint8_t *data, size_t len)
{
    if (w->guest && sim_board_plugged(w->board))
        w->guest->bytes(w, data, len);
    else if (w->link && w->open && !w->pulled && mc_link_bytes(w->link, data, len) != len)
        world_fail(w, "the link did not take all bytes");
}

static void to_board(struct world *w, const uint8_t *data, size_t len)
{
    if (!w->pulled)
        sim_board_from_host(w->board, data, len);
}

static void on_pause_over(void *ctx)
{
    struct pipe *pipe = ctx;
    uint8_t data[sizeof(pipe->bytes)];
    const size_t n = pipe->n;
    memcpy(data, pipe->bytes, n);
    pipe->n = 0;
    pipe->out(pipe->world, data, n);
}

/* The wire has no time of its own here. */
static void through(struct pipe *pipe, const uint8_t *data, size_t len)
{
    struct world *w = pipe->world;
    if (!w->pauses && pipe->n == 0) {
        pipe->out(w, data, len);
        return;
    }
    if (pipe->n + len > sizeof(pipe->bytes))
        on_pause_over(pipe);
    len = len < sizeof(pipe->bytes) ? len : sizeof(pipe->bytes);
    memcpy(pipe->bytes + pipe->n, data, len);
    pipe->n += len;
    if (!mc_timer_armed(&pipe->over))
        mc_timer_arm(&pipe->over, w->queue, w->pauses ? world_between(w, 0, pipe->most_ms) : 0);
}

static void on_to_host(void *ctx, const uint8_t *data, size_t len)
{
    through(&((struct world *)ctx)->up, data, len);
}

void world_write(struct world *w, const void *data, size_t len)
{
    through(&w->down, data, len);
}

static void lay(struct world *w, struct pipe *pipe, void (*out)(struct world *w, const uint8_t *data, size_t len),
                int64_t most_ms)
{
    pipe->world = w;
    pipe->out = out;
    pipe->most_ms = most_ms;
    mc_timer_init(&pipe->over, "bridge.pause", on_pause_over, pipe);
}

static void on_peer(void *ctx, enum sim_peer_state state)
{
    static const char *const words[] = {"none",       "up",        "stale", "echo dead", "authentication refused",
                                        "no address", "terminated"};
    struct world *w = ctx;
    world_say(w, "peer: %s", words[state]);
    pppd_peer_changed(w, state);
}

static void on_status(void *ctx, bool on)
{
    struct world *w = ctx;
    w->has_power = on;
}

static void on_board_log(void *ctx, const char *line)
{
    struct world *w = ctx;
    if (!strncmp(line, "registration", 12) || !strncmp(line, "inject", 6) || !strncmp(line, "re", 2) ||
        !strncmp(line, "power", 5) || !strncmp(line, "plug", 4) || !strncmp(line, "unplug", 6))
        w->rules.network_changed_ms = world_now(w);
    if (w->verbose && strncmp(line, "AT", 2) != 0)
        world_say(w, "board: %s", line);
}

void world_inject(struct world *w, const char *fmt, ...)
{
    char line[160];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    w->rules.network_changed_ms = world_now(w);
    int tries = world_board(w, "pin_tries");
    int r = sim_board_command(w->board, line, NULL, NULL);
    if (world_board(w, "pin_tries") > tries) /* as when somebody entered the right PIN in another device */
        rules_forget_pins(w);
    if (r == -ENOENT || r == -EINVAL)
        world_fail(w, "the board does not know: %s", line);
}

int world_board(struct world *w, const char *key)
{
    char text[128] = "";
    if (sim_board_get(w->board, key, text, sizeof(text)) < 0)
        world_fail(w, "the board has no %s", key);
    return atoi(text);
}

/* ---- the daemon ---- */

static void on_event(void *ctx, const void *arg)
{
    rules_event(ctx, arg);
}

static void on_start(void *ctx)
{
    struct world *w = ctx;
    bool first = world_chance(w, 50);
    unsigned line = 0;
    world_say(w, "daemon: starts%s", w->booting ? ", the host has just booted" : "");
    if (w->wall_ms > w->saved_wall_ms || w->unsaved)
        rules_amnesty(w);
    if (w->unsaved) { /* a full disk: nobody could have remembered */
        rules_forget_pins(w);
        w->sentences = 0;
    }
    w->unsaved = false;
    mc_status_init(&w->status, world_now(w));
    w->bus = mc_bus_new(w->queue, &w->status);
    mc_bus_observe(w->bus, &w->observer, on_event, w);
    w->link = mc_link_new(w->queue, &w->settings, &w->status, w->bus, &world_requests, w);
    if (*w->budgets &&
        mc_policy_load(mc_link_policy(w->link), w->budgets, world_now(w), world_now(w) + w->wall_ms, &line) < 0)
        world_fail(w, "its own budgets are refused, line %u", line);
    mc_facts_load(mc_link_facts(w->link), w->facts);
    w->told_present = sim_board_plugged(w->board);
    bool carried_on = w->kept && w->pppd.running && w->told_present && !w->pulled;
    if (!carried_on)
        pppd_vanish(w);
    w->kept = w->pulled = false;
    if (!first)
        mc_link_start(w->link, w->booting);
    if (carried_on) {
        world_say(w, "daemon: carries on the call");
        w->open = true;
        mc_link_adopt(w->link, w->kept_baud, w->kept_flow, w->kept_stat, -1, w->kept_mux_n1);
        pppd_taken_over(w);
    } else {
        mc_link_device(w->link, w->told_present);
    }
    if (first)
        mc_link_start(w->link, w->booting);
    w->booting = false;
}

/* The process is gone: pppd with it (its pty is closed, and the next daemon clears up), the modem is left as it was. */
static void daemon_gone(struct world *w, int64_t down_ms, bool keep)
{
    if (w->guest) {
        if (w->guest->gone(w, keep))
            mc_timer_arm(&w->start, w->queue, down_ms);
        return;
    }
    if (w->link) {
        const struct mc_facts *facts = mc_link_facts(w->link);
        w->kept = keep && w->open && !w->pulled && w->pppd.running && w->pppd.up && !w->pppd.stopping;
        w->kept_baud = facts->baud;
        w->kept_mux_n1 = mc_link_mux_n1(w->link);
        w->kept_flow = facts->flow;
        w->kept_stat = facts->stat;
        mc_link_free(w->link);
        mc_bus_forget(w->bus, &w->observer);
        mc_bus_free(w->bus);
        w->link = NULL;
        w->bus = NULL;
    }
    if (!w->kept)
        pppd_vanish(w);
    requests_stop(w);
    mc_timer_disarm(&w->device);
    w->open = w->network_up = false;
    mc_timer_arm(&w->start, w->queue, down_ms);
}

void world_daemon_kill(struct world *w, int64_t down_ms, bool keep)
{
    world_say(w, "daemon: killed");
    daemon_gone(w, down_ms, keep);
}

static void on_stopped(void *ctx)
{
    struct world *w = ctx;
    world_say(w, "daemon: stopped");
    if (w->network_up)
        world_fail(w, "the daemon left its routes behind");
    if (w->open)
        world_fail(w, "the daemon left its port open");
    w->booting = false;
    mc_timer_arm(&w->start, w->queue, 0);
}

static void on_restart(void *ctx)
{
    struct world *w = ctx;
    if (w->guest)
        w->guest->start(w);
    else if (w->link)
        daemon_gone(w, 0, false);
    else
        on_start(w);
}

void world_daemon_stop(struct world *w, int64_t down_ms)
{
    world_say(w, "daemon: told to stop");
    if (w->guest) { /* and to start again */
        pppd_stop(w);
        return;
    }
    if (w->link)
        mc_link_shutdown(w->link, on_stopped, w);
    mc_timer_arm(&w->start, w->queue, down_ms + 20 * SECOND_MS); /* systemd's patience is longer */
}

static void tell(struct world *w, bool present)
{
    if (!w->link || present == w->told_present)
        return;
    w->told_present = present;
    if (!present && w->open && world_chance(w, 50))
        mc_link_port_closed(w->link, -ENODEV); /* udev and the port tell in either order */
    mc_link_device(w->link, present);
    if (!present && w->open)
        mc_link_port_closed(w->link, -ENODEV);
}

static void on_device(void *ctx)
{
    struct world *w = ctx;
    bool pulled = w->pulled;
    if (pulled)
        tell(w, false);
    w->pulled = false;
    if (pulled && sim_board_plugged(w->board))
        mc_timer_arm(&w->device, w->queue, world_between(w, 10, 1000));
    else
        tell(w, sim_board_plugged(w->board));
}

void world_plug(struct world *w, bool plugged)
{
    w->rules.network_changed_ms = world_now(w);
    if (plugged)
        sim_board_plug(w->board);
    else
        sim_board_unplug(w->board);
    w->open = w->open && (plugged || !w->guest);
    if (w->guest && !plugged)
        pppd_end(w, 0, MC_FAULT_DEVICE_GONE, "the device is gone");
    w->pulled = w->pulled || !plugged; /* however short: the kernel has taken the device away */
    mc_timer_arm(&w->device, w->queue, plugged ? world_between(w, 100, 1500) : world_between(w, 0, 50));
}

/* ---- the operator ---- */

static void on_verb(void *ctx, int result, const char *text)
{
    struct world *w = ctx;
    world_say(w, "verb: %d, %s", result, text);
    if (!*text)
        world_fail(w, "a verb ends without a word");
    w->verb_result = result;
    snprintf(w->verb_text, sizeof(w->verb_text), "%s", text);
}

void world_verb(struct world *w, enum mc_verb verb)
{
    if (!w->link)
        return;
    rules_person(w);
    world_say(w, "person: %s", mc_strtab_name(&mc_verb_names, (int)verb));
    mc_link_verb(w->link, verb, on_verb, w);
}

/* ---- life ---- */

void world_set(struct world *w, const char *section, const char *key, const char *value)
{
    if (mc_config_row_set(mc_config_row_find(section, key), &w->settings, value) < 0)
        world_fail(w, "[%s] %s=%s is refused", section, key, value);
}

/* No two devices are alike: firmware's habits, bridge, settings and traffic come from the seed. */
static void furnish(struct world *w)
{
    static const char *const habits[] = {"warm", "cold", "chatty", "quiet-end", "no-flow", "lines", "default"};
    for (unsigned i = 0; i < 3; i++)
        sim_profile_preset(&w->profile, habits[world_random(w) % (sizeof(habits) / sizeof(habits[0]))]);
    w->profile.seed = (int32_t)(world_random(w) >> 1);
    w->profile.fragment_max = world_chance(w, 30) ? 0 : (int32_t)world_between(w, 4, 64);
    w->profile.pace = world_chance(w, 20);
    w->profile.usb_power = world_chance(w, 60);
    w->profile.absent_style = world_chance(w, 50) ? SIM_ABSENT_TEXT : SIM_ABSENT_CME;
    static const char *const styles[] = {"sim7670", "sim7670g", "a7670", "sim7600"};
    w->profile.cmux = world_chance(w, 10) ? SIM_CMUX_LIES : SIM_CMUX_REAL;
    sim_profile_set(&w->profile, "mux-style", styles[world_random(w) % 4]);
    w->profile.results = w->seed % 16 == 5    ? SIM_RESULTS_DIGITS
                         : w->seed % 16 == 10 ? SIM_RESULTS_NONE
                                              : SIM_RESULTS_WORDS;
    world_set(w, "Modem", "Multiplex", w->seed % 2 ? "no" : "auto");
    w->chatty = world_chance(w, 50);
    if (world_chance(w, 30))
        world_set(w, "Modem", "BaudRate", "460800");
    if (world_chance(w, 30)) {
        w->profile.pin_required = true;
        world_set(w, "SIM", "PIN", "1234");
    }
    if (w->profile.reset_line != SIM_LINE_NONE)
        world_set(w, "Modem", "Reset", "break");
    if (w->profile.power_line != SIM_LINE_NONE)
        world_set(w, "Modem", "Power", "dtr");
    if (w->seed % 2 && world_chance(w, 30))
        world_set(w, "Modem", "EscapeInterval", "10min");
}

static struct world *new_world(uint64_t seed)
{
    struct world *w = calloc(1, sizeof(*w));
    if (!w || mc_settings_init(&w->settings) < 0)
        abort();
    w->seed = seed;
    w->random = seed * 0x2545f4914f6cdd1du;
    w->queue = mc_timerq_new(1000);
    w->wall_ms = w->saved_wall_ms = 1763846400000LL;
    world_set(w, "PDP", "APN", "soracom.io");
    world_set(w, "PDP", "User", "sora");
    world_set(w, "PDP", "Password", "sora");
    sim_profile_init(&w->profile);
    return w;
}

static void begin(struct world *w)
{
    static const struct sim_callbacks callbacks = {
        .to_host = on_to_host, .peer = on_peer, .log = on_board_log, .status = on_status};
    w->board = sim_board_new(w->queue, &w->profile, &callbacks, w);
    if (!w->queue || !w->board)
        abort();
    mc_timer_init(&w->start, "daemon.start", on_restart, w);
    mc_timer_init(&w->device, "daemon.device", on_device, w);
    lay(w, &w->up, to_host, PAUSE_UP_MS);
    lay(w, &w->down, to_board, PAUSE_DOWN_MS);
    pppd_init(w);
    requests_init(w);
    faults_init(w);
    rules_init(w);
    sim_board_plug(w->board);
    w->booting = !w->plain;
    mc_timer_arm(&w->start, w->queue, 0);
}

struct world *world_new(uint64_t seed, bool verbose)
{
    struct world *w = new_world(seed);
    w->verbose = verbose;
    furnish(w);
    begin(w);
    return w;
}

static struct world *preset_world(uint64_t seed, const char *presets)
{
    struct world *w = new_world(seed);
    char copy[128], *rest = copy, *name;
    w->verbose = getenv("SIMULATE_VERBOSE") != NULL;
    snprintf(copy, sizeof(copy), "warm %s", presets);
    while ((name = strsep(&rest, " ")))
        if (*name && sim_profile_preset(&w->profile, name) < 0)
            abort();
    w->profile.pace = false;
    world_set(w, "Modem", "Multiplex", "no"); /* a story says so if it is about the multiplexer */
    return w;
}

struct world *world_plain(const char *presets)
{
    struct world *w = preset_world(1, presets);
    w->plain = true;
    begin(w);
    return w;
}

struct world *world_judged(uint64_t seed, const char *presets, const struct guest *guest, void *guest_ctx)
{
    struct world *w = preset_world(seed, presets);
    w->guest = guest;
    w->guest_ctx = guest_ctx;
    if (w->profile.reset_line != SIM_LINE_NONE)
        world_set(w, "Modem", "Reset", "break");
    if (w->profile.power_line != SIM_LINE_NONE)
        world_set(w, "Modem", "Power", "dtr");
    begin(w);
    w->booting = false;
    return w;
}

void world_free(struct world *w)
{
    if (w->link) {
        mc_link_free(w->link);
        mc_bus_forget(w->bus, &w->observer);
        mc_bus_free(w->bus);
    }
    sim_board_free(w->board);
    mc_timerq_free(w->queue);
    mc_settings_done(&w->settings);
    free(w);
}

void world_pass(struct world *w, int64_t ms)
{
    int64_t end_ms = world_now(w) + ms, next_ms, last_ms = -1;
    unsigned still = 0;
    while (!w->failed && (next_ms = mc_timerq_next_ms(w->queue)) >= 0 && next_ms <= end_ms) {
        mc_timerq_advance(w->queue, next_ms);
        mc_timerq_run(w->queue);
        w->turns++;
        still = world_now(w) == last_ms ? still + 1 : 0;
        last_ms = world_now(w);
        if (still > 10000)
            world_fail(w, "time stands still: something spins, in %s, %s",
                       mc_strtab_name(&mc_state_names, (int)w->status.state), w->status.step);
    }
    mc_timerq_advance(w->queue, end_ms);
}
