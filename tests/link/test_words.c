/* SPDX-License-Identifier: MIT */
/* What the link says, by itself: changes of state with why, notes, and the modem's facts as status. */
#include "fakes.h"
#include <microcat/at/engine.h>

static struct {
    struct bench *bench;
    struct mc_at_stats at;
    uint64_t stray_bytes;
    bool lent, mux_fine, mux_rests;
} says;

/* ---- engine and line: the library's stand in the same archives as what needs them ---- */

const struct mc_at_stats *__wrap_mc_at_stats(const struct mc_at *at);
uint64_t __wrap_mc_line_stray_bytes(const struct mc_line *line);

const struct mc_at_stats *__wrap_mc_at_stats(const struct mc_at *at)
{
    return &says.at;
}

uint64_t __wrap_mc_line_stray_bytes(const struct mc_line *line)
{
    return says.stray_bytes;
}

/* ---- session, and the other files of the link ---- */

struct mc_at *mc_session_at(const struct mc_session *session)
{
    return NULL;
}

struct mc_line *mc_session_line(const struct mc_session *session)
{
    return NULL;
}

struct mc_facts *mc_session_facts(const struct mc_session *session)
{
    return &stage_of(says.bench)->session.facts;
}

const char *mc_session_mux_why(const struct mc_session *session)
{
    return says.mux_fine ? "" : "no-answer!";
}

bool mc_policy_mux_rests(const struct mc_policy *policy, int64_t now_ms)
{
    return says.mux_rests;
}

const char *mc_session_escape_why(const struct mc_session *session)
{
    return "refused";
}

bool mc_link_lease_has_line(const struct mc_link *link)
{
    return says.lent;
}

bool mc_link_powered_off(const struct mc_link *link)
{
    return link->wish->state == MC_WISH_OFF;
}

/* ---- bus ---- */

void mc_bus_publish(struct mc_bus *bus, const struct mc_event *event)
{
    struct bench *b = (struct bench *)(void *)bus;
    if (event->kind == MC_EVENT_NOTE) {
        bench_say(b, "note %s", event->text);
        return;
    }
    assert_int_equal(event->kind, MC_EVENT_STATE);
    assert_int_equal(b->status.state, event->to); /* it is so when it is told */
    bench_say(b, "%s to %s after %lld, %s: %s", mc_strtab_name(&mc_state_names, (int)event->from),
              mc_strtab_name(&mc_state_names, (int)event->to), (long long)event->spent_ms,
              mc_fault_info(event->fault)->code, event->text);
}

void mc_bus_touch(struct mc_bus *bus)
{
    bench_say((struct bench *)(void *)bus, "touch");
}

static void begin(struct stage *stage)
{
    struct mc_status *st = &stage->bench.status;
    memset(&says, 0, sizeof(says));
    says.bench = &stage->bench;
    stage->link.bus = (struct mc_bus *)(void *)&stage->bench;
    st->state = MC_STATE_SYNC;
    snprintf(st->fault_detail, sizeof(st->fault_detail), "detail");
    snprintf(st->ppp.local, sizeof(st->ppp.local), "10.0.0.2");
    snprintf(st->ppp.interface, sizeof(st->ppp.interface), "ppp0");
}

/* ---- words ---- */

static const char *power(enum mc_power power)
{
    return power == MC_POWER_ON ? "on" : power == MC_POWER_OFF ? "off" : "?";
}

static const char *number(int64_t value)
{
    static char text[16][24];
    static unsigned next;
    char *mine = text[next++ % 16];
    snprintf(mine, sizeof(text[0]), value == MC_UNKNOWN ? "?" : "%lld", (long long)value);
    return mine;
}

/* When, since the row began. */
static const char *since(int64_t at_ms)
{
    return number(at_ms < 0 ? at_ms : at_ms - BENCH_BEGAN_MS);
}

static void show(struct bench *b, const char *what)
{
    const struct mc_status *st = &b->status;
    const struct mc_status_modem *m = &st->modem;
    mc_link_refresh(&stage_of(b)->link);
    if (!strcmp(what, "power"))
        bench_say(b, "power %s radio %s", power(m->power), power(m->radio));
    else if (!strcmp(what, "state"))
        bench_say(b, "since %s, retry at %s \"%s\"", since(st->state_at_ms), since(st->retry_at_ms), st->next);
    else if (!strcmp(what, "modem"))
        bench_say(b, "%s|%s|%s|%s|%s|%s %s %d|%s %s|%s %s at %s", m->manufacturer, m->model, m->revision, m->firmware,
                  m->imei, number(m->baud), number(m->flow), m->flow_refused, m->mux_why, m->escape_why,
                  number(m->temperature_c), number(m->supply_mv), since(m->health_at_ms));
    else if (!strcmp(what, "counts"))
        bench_say(b, "%d %d %d %d", (int)m->commands, (int)m->timeouts, (int)st->counters.urcs,
                  (int)st->counters.noise_bytes);
    else if (!strcmp(what, "sim"))
        bench_say(b, "%s|%s|%s|%s at %s", st->sim.state, st->sim.iccid, st->sim.imsi, number(st->sim.pin_tries),
                  since(st->sim.at_ms));
    else if (!strcmp(what, "network"))
        bench_say(b, "%s %s %s %s|%s at %s|%s %s %s %s at %s", number(st->registration.stat),
                  number(st->registration.tac), number(st->registration.cell_id), number(st->registration.band),
                  st->registration.operator_, since(st->registration.at_ms), number(st->signal.rssi_ddbm),
                  number(st->signal.rsrp_ddbm), number(st->signal.rsrq_ddb), number(st->signal.sinr_ddb),
                  since(st->signal.at_ms));
    else if (!strcmp(what, "pdp"))
        bench_say(b, "%s|%s|%s|%s|%d at %s", number(st->pdp.cid), st->pdp.type, st->pdp.apn, st->pdp.address,
                  st->pdp.written, since(st->pdp.at_ms));
    else
        fail_msg("what is %s?", what);
}

/* What the modem told. */
static void told(struct mc_facts *f, int64_t now_ms)
{
    snprintf(f->manufacturer, sizeof(f->manufacturer), "SIMCOM");
    snprintf(f->model, sizeof(f->model), "SIM7672");
    snprintf(f->revision, sizeof(f->revision), "V1.9");
    snprintf(f->firmware, sizeof(f->firmware), "2374");
    snprintf(f->imei, sizeof(f->imei), "8698");
    f->baud = 460800;
    f->flow = MC_FLOW_RTSCTS;
    f->flow_refused = true;
    f->temperature_c = 23;
    f->supply_mv = 3978;
    f->health_at_ms = f->signal_at_ms = f->registration_at_ms = now_ms;
    snprintf(f->cpin, sizeof(f->cpin), "READY");
    snprintf(f->iccid, sizeof(f->iccid), "8981");
    snprintf(f->imsi, sizeof(f->imsi), "440");
    snprintf(f->plmn, sizeof(f->plmn), "44010");
    f->pin_tries = 3;
    f->stat = 5;
    f->tac = 5784;
    f->cell_id = 39683204;
    f->band = 28;
    f->rssi_ddbm = -600;
    f->rsrp_ddbm = -790;
    f->rsrq_ddb = -100;
    f->sinr_ddb = 30;
    f->context_written = true;
    f->context.cid = 1;
    snprintf(f->context.type, sizeof(f->context.type), "IP");
    snprintf(f->context.apn, sizeof(f->context.apn), "soracom.io");
    snprintf(f->context.address, sizeof(f->context.address), "10.0.0.2");
    says.at = (struct mc_at_stats){.commands = 1, .timeouts = 2, .urcs = 3, .noise_bytes = 4};
    says.stray_bytes = 50;
}

static bool plain_word(struct bench *b, const char *word)
{
    struct mc_link *link = &stage_of(b)->link;
    struct mc_facts *f = &stage_of(b)->session.facts;
    if (!strcmp(word, "note"))
        mc_link_note(link, "%d %% of it", 50);
    else if (!strcmp(word, "publish"))
        mc_link_publish(link);
    else if (!strcmp(word, "imei")) /* as it is shown */
        bench_say(b, "%s", b->status.modem.imei);
    else if (!strcmp(word, "told"))
        told(f, mc_timerq_now_ms(b->queue));
    else if (!strcmp(word, "context-known"))
        f->context_known = true;
    else if (!strcmp(word, "other-apn"))
        snprintf(f->context.apn, sizeof(f->context.apn), "other");
    else if (!strcmp(word, "other-type"))
        snprintf(f->context.type, sizeof(f->context.type), "IPV6");
    else if (!strcmp(word, "other-iccid"))
        snprintf(f->iccid, sizeof(f->iccid), "8942");
    else if (!strcmp(word, "locked"))
        snprintf(f->cpin, sizeof(f->cpin), "SIM PIN");
    else if (!strcmp(word, "lent"))
        says.lent = true;
    else if (!strcmp(word, "mux-fine"))
        says.mux_fine = true;
    else if (!strcmp(word, "mux-rests"))
        says.mux_rests = true;
    else if (!strcmp(word, "stopping"))
        link->life = LIFE_STOPPING;
    else if (!strcmp(word, "compares"))
        link->compare_anew = true;
    else if (!strcmp(word, "at-rest"))
        link->pause = PAUSE_REST;
    else if (!strcmp(word, "retries"))
        b->status.retry_at_ms = BENCH_BEGAN_MS + 5, snprintf(b->status.next, sizeof(b->status.next), "next");
    else
        return stage_word(b, word);
    return true;
}

static bool word(struct bench *b, const char *word)
{
    struct stage *stage = stage_of(b);
    struct mc_facts *f = &stage->session.facts;
    const char *arg = strchr(word, ':');
    if (!arg)
        return plain_word(b, word);
    arg++;
    if (!strncmp(word, "enter:", 6))
        mc_link_enter(&stage->link, (enum mc_state)mc_strtab_value(&mc_state_names, arg));
    else if (!strncmp(word, "show:", 5))
        show(b, arg);
    else if (!strncmp(word, "stat:", 5))
        f->stat = atoi(arg);
    else if (!strncmp(word, "active:", 7)) {
        f->context_active = atoi(arg);
        f->context_active_at_ms = mc_timerq_now_ms(b->queue);
    } else
        return stage_word(b, word);
    return true;
}

/* ---- rows ---- */

#define UNKNOWN "power ? radio ?|"

static const struct bench_row rows[] = {
    /* clang-format off */
    {"the state changes, and is told", NULL, "+100 enter:setup +50 enter:sim show:state", "100 sync to setup after 100, none: |150 setup to sim after 50, none: |since 150, retry at -1 \"\"|"},
    {"... the same is no change", NULL, "enter:sync", ""},
    {"... one that no table has is told to the log", NULL, "state:stopped enter:online",
     "log 4: state change stopped -> online is in no table|stopped to online after 0, none: 10.0.0.2 on ppp0|"},
    {"... what was waited for is not waited for any more", NULL, "retries enter:setup show:state", "sync to setup after 0, none: |since 0, retry at -1 \"\"|"},
    {"... unless it is", NULL, "retries enter:backoff show:state enter:held show:state",
     "sync to backoff after 0, none: |since 0, retry at 5 \"next\"|backoff to held after 0, none: |since 0, retry at 5 \"next\"|"},
    {"why: a fault", NULL, "fault:no-carrier state:ppp enter:hangup enter:backoff enter:held enter:stopped enter:absent",
     "ppp to hangup after 0, no-carrier: detail|hangup to backoff after 0, no-carrier: detail|backoff to held after 0, no-carrier: detail|"
     "held to stopped after 0, no-carrier: detail|stopped to absent after 0, no-carrier: detail|"},
    {"... on the way up", NULL, "fault:modem-silent enter:backoff", "sync to backoff after 0, modem-silent: detail|"},
    {"... which is not why it goes on", NULL, "fault:no-carrier enter:setup state:ppp enter:online enter:ppp", 
     "sync to setup after 0, none: |ppp to online after 0, none: 10.0.0.2 on ppp0|online to ppp after 0, none: |"},
    {"... nor why a dial is given up", NULL, "fault:no-carrier state:dial enter:hangup", "dial to hangup after 0, none: |"},
    {"... it was asked for", NULL, "state:ppp verb:disconnect enter:hangup", "ppp to hangup after 0, none: on request|"},
    {"... for a lease", NULL, "state:ppp lent enter:hangup", "ppp to hangup after 0, none: on request|"},
    {"... by systemd", NULL, "state:ppp stopping verb:disconnect compares enter:hangup", "ppp to hangup after 0, none: microcatd was stopped|"},
    {"... by an editor", NULL, "state:ppp compares enter:hangup", "ppp to hangup after 0, none: the configuration changed|"},
    {"... by nobody", NULL, "state:ppp enter:hangup", "ppp to hangup after 0, none: |"},
    {"down", NULL, "enter:stopped", "sync to stopped after 0, none: disconnected on request|"},
    {"... and the radio off", NULL, "wish:radio-off enter:stopped", "sync to stopped after 0, none: radio off on request|"},
    {"... and the power off", NULL, "wish:off enter:stopped", "sync to stopped after 0, none: power off on request|"},
    {"... and lent", NULL, "lent wish:off enter:stopped", "sync to stopped after 0, none: line lent on request|"},
    {"a note", NULL, "note", "note 50 % of it|"},
    {"something changed", NULL, "told publish imei", "touch|8698|"},
    /* power and radio */
    {"no device, no power that is known", NULL, "absent said-off wish:off at-rest show:power", UNKNOWN},
    {"off, as it said", NULL, "said-off show:power", "power off radio ?|"},
    {"off, as was wanted", NULL, "wish:off at-rest show:power", "power off radio ?|"},
    {"... and not yet there", NULL, "wish:off show:power", "power on radio ?|"},
    {"at rest is not off", NULL, "at-rest show:power", "power on radio ?|"},
    {"it answers", NULL, "stat:5 show:power", "power on radio on|"},
    {"... or carries a call", NULL, "lost call:up stat:5 show:power", "power on radio on|"},
    {"... or does not", NULL, "lost stat:5 show:power", UNKNOWN},
    {"... any more", NULL, "stat:5 fault:modem-silent show:power", UNKNOWN},
    {"... though it has a fault", NULL, "stat:5 fault:no-carrier show:power", "power on radio on|"},
    {"it does not search: for whatever reason", NULL, "stat:0 show:power", "power on radio ?|"},
    {"... switched off", NULL, "stat:0 wish:radio-off state:stopped show:power", "power on radio off|"},
    {"... and on by hand", NULL, "stat:2 wish:radio-off state:stopped show:power", "power on radio on|"},
    {"... or about to be off", NULL, "stat:0 wish:radio-off show:power", "power on radio ?|"},
    {"... or about to dial", NULL, "stat:0 state:stopped show:power", "power on radio ?|"},
    /* facts */
    {"nothing is known", NULL, "show:modem show:sim show:network show:pdp",
     "|||||115200 0 0|no-answer! refused|? ? at -1||||? at -1|? ? -1 ?| at -1|? ? ? ? at -1|?||||0 at -1|"},
    {"what it told", NULL, "told +100 show:modem show:counts show:sim show:network",
     "100 SIMCOM|SIM7672|V1.9|2374|8698|460800 1 1|no-answer! refused|23 3978 at 0|1 2 3 54|READY|8981|440|3 at 100|"
     "5 5784 39683204 28|44010 at 0|-600 -790 -100 30 at 0|"},
    {"... whose multiplexer is used", NULL, "told mux-fine show:modem", "SIMCOM|SIM7672|V1.9|2374|8698|460800 1 1| refused|23 3978 at 0|"},
    {"... or rests", NULL, "told mux-fine mux-rests show:modem", "SIMCOM|SIM7672|V1.9|2374|8698|460800 1 1|unsteady refused|23 3978 at 0|"},
    {"... which is the lesser reason", NULL, "told mux-rests show:modem", "SIMCOM|SIM7672|V1.9|2374|8698|460800 1 1|no-answer! refused|23 3978 at 0|"},
    {"... at no speed when the port is shut", NULL, "told shut show:modem", "SIMCOM|SIM7672|V1.9|2374|8698|? ? 1|no-answer! refused|23 3978 at 0|"},
    {"... of the SIM, when it changed", NULL, "told show:sim +100 show:sim +100 locked show:sim +100 other-iccid show:sim",
     "READY|8981|440|3 at 0|100 READY|8981|440|3 at 0|200 SIM PIN|8981|440|3 at 200|300 SIM PIN|8942|440|3 at 300|"},
    {"... of the context, when that is known", NULL, "told show:pdp", "?||||0 at -1|"},
    {"... when it changed", NULL, "told context-known show:pdp +100 show:pdp +100 other-apn show:pdp +100 other-type show:pdp",
     "1|IP|soracom.io|10.0.0.2|1 at 0|100 1|IP|soracom.io|10.0.0.2|1 at 0|200 1|IP|other|10.0.0.2|1 at 200|300 1|IPV6|other|10.0.0.2|1 at 300|"},
    {"... be it empty", NULL, "context-known show:pdp", "0||||0 at 0|"},
    {"... after it was told", NULL, "told context-known active:1 +100 other-apn show:pdp show:pdp",
     "100 1|IP|other|10.0.0.2|1 at 100|1|IP|other|10.0.0.2|1 at 100|"},
    {"... or was told again", NULL, "told context-known show:pdp +100 active:1 +100 show:pdp +100 active:0 show:pdp",
     "1|IP|soracom.io|10.0.0.2|1 at 0|200 1|IP|soracom.io|10.0.0.2|1 at 100|300 1|IP|soracom.io|10.0.0.2|1 at 100|"},
    /* clang-format on */
};

static void each_row(void **state)
{
    stage_rows(rows, MC_LENGTH_OF(rows), begin, word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
