/* SPDX-License-Identifier: MIT */
/* What goes wrong: a table of faults, any moment, overlapping, repeated; and how a person mends it all. */
#include "world.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef void host_fn(struct world *w, bool on);

struct fault_row {
    const char *name;
    const char *begin; /* the board's words, one of them ('|' parts); NULL: host does it */
    const char *end;   /* NULL: nothing to end */
    int64_t least_ms, most_ms;
    host_fn *host;
    unsigned weight;
};

/* ---- the host's share ---- */

static void kill_pppd(struct world *w, bool on)
{
    if (on && w->pppd.running)
        pppd_end(w, 0, MC_FAULT_PPPD_DIED, "pppd was killed by signal 9");
}

static void stop_pppd(struct world *w, bool on)
{
    pppd_stick(w, on);
}

static void no_pppd(struct world *w, bool on)
{
    w->pppd_missing = on;
}

static void kill_daemon(struct world *w, bool on)
{
    if (on)
        world_daemon_kill(w, world_spread(w, 100, 30000), world_chance(w, 50));
}

static void stop_daemon(struct world *w, bool on)
{
    if (on)
        world_daemon_stop(w, world_spread(w, 100, 30000));
}

static void reboot_host(struct world *w, bool on)
{
    if (!on)
        return;
    w->booting = true;
    world_daemon_kill(w, world_between(w, 20000, 90000), false);
}

static void jump(struct world *w, bool on)
{
    static const int64_t jumps[] = {-50 * 365 * DAY_MS, -3 * DAY_MS, -HOUR_MS, -MINUTE_MS,
                                    MINUTE_MS,          HOUR_MS,     DAY_MS,   20 * 365 * DAY_MS};
    if (!on)
        return;
    w->wall_ms += jumps[world_random(w) % (sizeof(jumps) / sizeof(jumps[0]))];
    if (w->wall_ms < 0 || w->wall_ms > 100 * 365 * DAY_MS)
        w->wall_ms = 1763846400000LL;
    world_say(w, "host: the wall clock jumps");
}

static void full_disk(struct world *w, bool on)
{
    w->disk_full = on;
}

static void busy(struct world *w, bool on)
{
    w->open_fault = !on ? MC_FAULT_NONE : (world_chance(w, 50) ? MC_FAULT_DEVICE_BUSY : MC_FAULT_DEVICE_DENIED);
}

static void port_error(struct world *w, bool on)
{
    w->open = w->open && !w->guest;
    if (on && w->guest)
        pppd_end(w, 0, MC_FAULT_DEVICE_ERROR, "the port failed");
    else if (on && w->link && w->open)
        mc_link_port_closed(w->link, -EIO);
}

/* As a crashed host leaves it: one whose multiplexer worked, so not on a line that flow control had silenced. */
static void cmux(struct world *w, bool on)
{
    char flow[16] = "";
    sim_board_get(w->board, "flow", flow, sizeof(flow));
    if (on && (w->profile.bridge_rtscts || strcmp(flow, "yes") != 0))
        world_inject(w, "cmux-mode");
}

static void unplug(struct world *w, bool on)
{
    world_plug(w, !on);
}

static void unplug_again(struct world *w, bool on)
{
    if (!on) {
        world_plug(w, true);
        return;
    }
    world_plug(w, false);
    world_plug(w, world_chance(w, 50));
}

/* Suspend: the clock goes on and everything is late at once. */
static void suspend(struct world *w, bool on)
{
    if (!on)
        return;
    world_say(w, "host: suspended");
    int64_t ms = world_spread(w, SECOND_MS, HOUR_MS);
    w->rules.slept_ms += ms;
    mc_timerq_advance(w->queue, world_now(w) + ms);
}

static void bridge_pauses(struct world *w, bool on)
{
    w->pauses = on;
}

static void names_die(struct world *w, bool on)
{
    if (!w->names_dead)
        w->sentences = 0;
    w->names_dead = on;
}

static void one_way(struct world *w, bool on)
{
    w->one_way = on;
}

static void person(struct world *w, bool on)
{
    if (on)
        world_verb(w, (enum mc_verb)(world_random(w) % MC_VERB_COUNT));
}

static void person_reconnects(struct world *w, bool on)
{
    if (on)
        world_verb(w, world_chance(w, 50) ? MC_VERB_RECONNECT : MC_VERB_CONNECT);
}

static void change_settings(struct world *w, bool on)
{
    if (w->link && on) {
        rules_person(w);
        mc_link_settings_changed(w->link, world_chance(w, 50));
    }
}

/* ---- the table ---- */

static const struct fault_row rows[] = {
    {"no carrier", "no-carrier", NULL, 0, 0, NULL, 6},
    {"disconnected", "pppd-disconnected", NULL, 0, 0, NULL, 4},
    {"LCP terminate", "lcp-terminate", NULL, 0, 0, NULL, 4},
    {"deregistered", "deregister 2|deregister 0|deregister 4|deregister 2 silent", "register 5", 5000, 3 * HOUR_MS,
     NULL, 5},
    {"limited", "deregister 8|deregister 11|deregister 6|deregister 90", "register 1", 5000, HOUR_MS, NULL, 2},
    {"denied", "deny 111|deny 115|deny 7", "register 5", 5000, 3 * HOUR_MS, NULL, 3},
    {"attach refused", "attach-reject 115|attach-reject 133", "attach-reject off", 60000, HOUR_MS, NULL, 2},
    {"SIM pulled", "sim-remove", "sim-insert", 500, HOUR_MS, NULL, 3},
    {"SIM locked", "pin-lock 1234|pin-lock 1234 2|pin-lock 1234 1|pin-lock 9999|pin-lock 9999 2", NULL, 0, 0, NULL, 2},
    {"PUK", "puk-lock", NULL, 0, 0, NULL, 1},
    /* Mostly the modem hangs, and a boot ends it; or else what lies between is dead, and none helps. */
    {"mute", "mute hung|mute hung|mute hung|mute on", "mute off", 500, 2 * HOUR_MS, NULL, 4},
    {"mute for long", "mute hung", "mute off", HOUR_MS, 8 * HOUR_MS, NULL, 1},
    {"modem reboots", "reboot", NULL, 0, 0, NULL, 5},
    {"modem off", "power-off", "power-on", 1000, HOUR_MS, NULL, 2},
    {"noise", "noise 1|noise 10|noise 200|noise 3000", NULL, 0, 0, NULL, 3},
    {"garbage", "garbage-answers on", "garbage-answers off", 500, HOUR_MS, NULL, 2},
    {"refused",
     "refuse * 1|refuse * 5|refuse AT+C 3|refuse ATD 2|refuse AT+CEREG? 4|refuse AT+CFUN 2|refuse AT+CPIN 2|"
     "refuse AT+CICCID 2|refuse AT+SPIC 2|refuse ATI 2|refuse AT+IFC 2|refuse AT+CRESET 1|refuse AT+CGDCONT 2",
     NULL, 0, 0, NULL, 4},
    {"unanswered",
     "silence * 1|silence * 4|silence ATD 1|silence AT+CFUN=4 1|silence AT+CFUN=1 1|silence AT+CPIN 1|silence AT+CPIN= "
     "1|"
     "silence AT+CEREG 3|silence AT+CGATT 1|silence AT+CRESET 1|silence ATH 1",
     NULL, 0, 0, NULL, 4},
    {"malformed",
     "malform * 1|malform * 4|malform AT+CPIN 2|malform AT+CEREG 3|malform AT+CGDCONT 1|malform AT+CGAUTH 1|"
     "malform ATI 1|malform AT+CICCID 2|malform AT+SPIC 1|malform ATD 1",
     NULL, 0, 0, NULL, 3},
    {"late",
     "late * 700 3|late * 3000 2|late AT+CFUN 24000 1|late AT+CFUN 30000 1|late ATD 49000 1|late ATD 60000 1|late "
     "AT+CPIN 6000 1|"
     "late AT+CGATT 50000 1|late AT+CEREG 10000 2|late AT 400 2",
     NULL, 0, 0, NULL, 4},
    /* Legal all of them, and none of them a lie about a registration or a card, which would have us dial. */
    {"a ready SIM's words",
     "cpin-ready SIM PIN2|cpin-ready SIM PUK2|cpin-ready ready|cpin-ready CME 17|cpin-ready CME 18", "cpin-ready READY",
     5000, 6 * HOUR_MS, NULL, 3},
    {"CPIN's words",
     "answer AT+CPIN? +CPIN: PH-SIM PIN|answer AT+CPIN? +CPIN: PH-NET PIN|answer AT+CPIN? +CPIN: NOT READY|"
     "answer AT+CPIN? +CPIN: PH-NETSUB PUK|answer AT+CPIN? CME 10|answer AT+CPIN? CME 13|answer AT+CPIN? CME 14|"
     "answer AT+CPIN? CME 15|answer AT+CPIN? CME 531",
     "forgive", 5000, HOUR_MS, NULL, 2},
    {"CEREG's words",
     "answer AT+CEREG? +CEREG: 2,0|answer AT+CEREG? +CEREG: 2,2|answer AT+CEREG? +CEREG: 2,3|"
     "answer AT+CEREG? +CEREG: 2,4|answer AT+CEREG? +CEREG: 0,6|answer AT+CEREG? +CEREG: 0,7|"
     "answer AT+CEREG? +CEREG: 0,8|answer AT+CEREG? +CEREG: 0,11|answer AT+CEREG? +CEREG: 0,90|"
     "answer AT+CEREG? +CEREG: 2,99,\"FFFF\",\"FFFFFFFF\",7",
     "forgive", 5000, HOUR_MS, NULL, 2},
    {"CFUN's words",
     "answer AT+CFUN? +CFUN: 0|answer AT+CFUN? +CFUN: 1|answer AT+CFUN? +CFUN: 4|answer AT+CFUN? +CFUN: 5|"
     "answer AT+CFUN? +CFUN: 6|answer AT+CFUN? +CFUN: 7",
     "forgive", 5000, HOUR_MS, NULL, 1},
    {"stale", "stale on", "stale off", 10000, 4 * HOUR_MS, NULL, 4},
    {"reads back otherwise", "read-back IPV6 -|read-back - SORACOM.IO|read-back - soracom.io.mnc010.mcc440.gprs",
     "read-back - -", 10000, DAY_MS, NULL, 2},
    {"name servers dead", NULL, NULL, 10000, 2 * DAY_MS, names_die, 3},
    {"one-way traffic", NULL, NULL, 10000, DAY_MS, one_way, 2},
    {"echo dead", "echo-dead on", "echo-dead off", 10000, HOUR_MS, NULL, 3},
    {"auth refused", "auth-refuse on", "auth-refuse off", 10000, 2 * HOUR_MS, NULL, 2},
    {"no address", "no-address on", "no-address off", 10000, HOUR_MS, NULL, 2},
    {"speed changes", "baud 9600|baud 460800|baud 115200|baud 230400", NULL, 0, 0, NULL, 2},
    {"data mode", "data-mode", NULL, 0, 0, NULL, 2},
    {"CMUX", NULL, NULL, 0, 0, cmux, 1},
    {"mux silent", "mux-silent on", "mux-silent off", 10000, HOUR_MS, NULL, 2},
    {"mux noisy", "mux-noisy on", "mux-noisy off", 10000, HOUR_MS, NULL, 2},
    {"mux forgets", "mux-forget-ua 1|mux-forget-ua 2|mux-forget-ua 5|mux-forget-ua", "mux-forget-ua 0", 10000, HOUR_MS,
     NULL, 2},
    {"mux drops", "mux-drop 1 disc|mux-drop 2 disc|mux-drop 1 dm|mux-drop 2 dm", NULL, 0, 0, NULL, 2},
    {"mux holds AT", "mux-hold 1 on", "mux-hold 1 off", 1000, HOUR_MS, NULL, 1},
    {"mux holds data", "mux-hold 2 on", "mux-hold 2 off", 1000, HOUR_MS, NULL, 1},
    {"mux left", "mux-leave", NULL, 0, 0, NULL, 2},
    {"mux breaks under load", "mux-reboot-after 2000|mux-reboot-after 20000", "mux-reboot-after 0", HOUR_MS,
     6 * HOUR_MS, NULL, 1},
    {"dials fail",
     "dial-reject no-carrier|dial-reject error|dial-reject silence|dial-reject 537|dial-reject 126|dial-reject 149|"
     "dial-reject 127|dial-reject 133|dial-reject 100|dial-reject 30",
     "dial-reject off", 10000, 6 * HOUR_MS, NULL, 5},
    {"stays in data mode", "hang-on-hangup on", "hang-on-hangup off", 10000, HOUR_MS, NULL, 2},
    {"ignores +++", "ignore-escapes 1|ignore-escapes 4|ignore-escapes", "ignore-escapes 0", 10000, HOUR_MS, NULL, 2},
    {"says",
     "say +CEREG: 2|say RDY|say +CPIN: NOT INSERTED|say OK|say ERROR|say NO CARRIER|say CONNECT|say +CPIN: READY|say "
     "POWERD DOWN|"
     "say +CEREG: 1|say +CME ERROR: 10",
     NULL, 0, 0, NULL, 3},
    {"USB pulled", NULL, NULL, 200, 2 * HOUR_MS, unplug, 4},
    {"USB loose", NULL, NULL, 50, 3000, unplug_again, 2},
    {"port error", NULL, NULL, 0, 0, port_error, 2},
    {"port taken", NULL, NULL, 1000, HOUR_MS, busy, 2},
    {"pppd killed", NULL, NULL, 0, 0, kill_pppd, 3},
    {"pppd stopped", NULL, NULL, 3000, 600000, stop_pppd, 2},
    {"pppd missing", NULL, NULL, 10000, 2 * HOUR_MS, no_pppd, 1},
    {"daemon killed", NULL, NULL, 0, 0, kill_daemon, 4},
    {"daemon restarted", NULL, NULL, 0, 0, stop_daemon, 3},
    {"host rebooted", NULL, NULL, 0, 0, reboot_host, 1},
    {"clock jumps", NULL, NULL, 0, 0, jump, 3},
    {"disk full", NULL, NULL, 10000, 6 * HOUR_MS, full_disk, 1},
    {"suspend", NULL, NULL, 0, 0, suspend, 1},
    {"a person plays", NULL, NULL, 0, 0, person, 2},
    {"a person reconnects", NULL, NULL, 0, 0, person_reconnects, 2},
    {"settings change", NULL, NULL, 0, 0, change_settings, 1},
    {"bridge pauses", NULL, NULL, 1000, 6 * HOUR_MS, bridge_pauses, 4},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct fault_row *pick(struct world *w)
{
    unsigned sum = 0;
    for (size_t i = 0; i < ROWS; i++)
        sum += rows[i].weight;
    unsigned left = world_random(w) % sum;
    for (size_t i = 0;; i++) {
        if (left < rows[i].weight)
            return &rows[i];
        left -= rows[i].weight;
    }
}

static void one_of(struct world *w, const char *words, char *out, size_t size)
{
    unsigned n = 1;
    for (const char *p = words; *p; p++)
        n += *p == '|';
    for (unsigned skip = world_random(w) % n; skip > 0; skip--)
        words = strchr(words, '|') + 1;
    snprintf(out, size, "%.*s", (int)strcspn(words, "|"), words);
}

static void mend(struct world *w, const struct fault_row *row)
{
    world_say(w, "fault over: %s", row->name);
    if (row->host)
        row->host(w, false);
    else if (row->end)
        world_inject(w, "%s", row->end);
}

static void end(struct active *a)
{
    const struct fault_row *row = a->row;
    a->row = NULL;
    mc_timer_disarm(&a->over);
    mend(a->world, row);
}

static void on_over(void *ctx)
{
    end(ctx);
}

static void strike(struct world *w, const struct fault_row *row)
{
    char words[96];
    w->faults++;
    world_say(w, "fault: %s", row->name);
    if (row->host) {
        row->host(w, true);
    } else {
        one_of(w, row->begin, words, sizeof(words));
        world_inject(w, "%s", words);
    }
}

static void begin(struct world *w)
{
    const struct fault_row *row = pick(w);
    struct active *free_slot = NULL;
    for (size_t i = 0; i < FAULTS_ACTIVE; i++)
        if (!w->active[i].row)
            free_slot = &w->active[i];
    if (row->most_ms && !free_slot)
        return;
    strike(w, row);
    if (!row->most_ms)
        return;
    free_slot->row = row;
    mc_timer_arm(&free_slot->over, w->queue, world_spread(w, row->least_ms, row->most_ms));
}

static void arm_next(struct world *w)
{
    /* often in bursts: what breaks, breaks together */
    int64_t delay_ms = world_chance(w, 25) ? world_spread(w, 10, 60000) : world_between(w, 0, 2 * w->mean_ms);
    mc_timer_arm(&w->next_fault, w->queue, delay_ms);
}

static void on_next(void *ctx)
{
    struct world *w = ctx;
    begin(w);
    arm_next(w);
}

void faults_init(struct world *w)
{
    mc_timer_init(&w->next_fault, "fault", on_next, w);
    for (size_t i = 0; i < FAULTS_ACTIVE; i++) {
        w->active[i].world = w;
        mc_timer_init(&w->active[i].over, "fault.over", on_over, &w->active[i]);
    }
}

const char *faults_name(size_t row)
{
    return row < ROWS ? rows[row].name : NULL;
}

unsigned faults_weight(size_t row)
{
    return rows[row].weight;
}

void faults_lasts(size_t row, int64_t *ret_least_ms, int64_t *ret_most_ms)
{
    *ret_least_ms = rows[row].least_ms;
    *ret_most_ms = rows[row].most_ms;
}

void faults_strike(struct world *w, size_t row, uint64_t random)
{
    uint64_t others = w->random;
    w->random = random;
    strike(w, &rows[row]);
    w->random = others;
}

void faults_over(struct world *w, size_t row)
{
    mend(w, &rows[row]);
}

void faults_storm(struct world *w)
{
    w->storm = true;
    w->mean_ms = world_spread(w, 10 * MINUTE_MS, 6 * HOUR_MS);
    world_say(w, "a storm begins: a fault each %lld min or so", (long long)(w->mean_ms / MINUTE_MS));
    arm_next(w);
}

void faults_mend(struct world *w)
{
    world_say(w, "everything is mended");
    w->storm = false;
    mc_timer_disarm(&w->next_fault);
    for (size_t i = 0; i < FAULTS_ACTIVE; i++)
        if (w->active[i].row)
            end(&w->active[i]);
    w->pppd_missing = w->disk_full = false;
    w->open_fault = MC_FAULT_NONE;
    pppd_stick(w, false);
    if (!sim_board_plugged(w->board))
        world_plug(w, true);
    world_inject(w, "forgive");
    world_inject(w, "attach-reject off");
    world_inject(w, "power-on");
    /* a card that asks for what nobody knows is exchanged */
    if (world_board(w, "pin_tries") < 3 || world_board(w, "puk_tries") < 10 || !w->profile.pin_required ||
        rules_pin_tried(w)) {
        world_inject(w, "set pin 1234");
        world_inject(w, "set pin-required %s", w->profile.pin_required ? "yes" : "no");
        world_inject(w, "sim-insert 8942320000000%06u", ++w->iccids);
    }
    world_inject(w, "register 5");
    world_verb(w, MC_VERB_RADIO_ON);
    world_verb(w, MC_VERB_POWER_ON);
    world_verb(w, MC_VERB_CONNECT);
}
