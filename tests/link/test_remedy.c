/* SPDX-License-Identifier: MIT */
/* Faults and remedies by themselves: what policy is asked and told, what is waited for, and what is done then. */
#include "fakes.h"

static struct {
    enum mc_remedy remedy; /* policy's word */
    int64_t delay_ms;
    bool reset_line, power_line;
    unsigned failures; /* so far, of every fault */
} says;

/* ---- the other files of the link ---- */

void mc_link_enter(struct mc_link *link, enum mc_state state)
{
    if (link->status->state != state)
        bench_say(bench_of(link), "-> %s", mc_strtab_name(&mc_state_names, (int)state));
    link->status->state = state;
}

void mc_link_publish(struct mc_link *link)
{
    bench_say(bench_of(link), "publish");
}

void mc_link_go_up(struct mc_link *link)
{
    bench_say(bench_of(link), "go-up");
}

void mc_link_walk(struct mc_link *link, enum mc_session_use use, enum mc_step step)
{
    bench_say(bench_of(link), "walk %s %s", use_name(use), mc_bringup_table[step].name);
}

void mc_link_work_board(struct mc_link *link, enum mc_board_line what)
{
    static const char *const names[] = {"reset", "power-cycle", "power-on", "power-off"};
    bench_say(bench_of(link), "board %s, quiet %d", names[what], link->look.quiet);
}

bool mc_link_open_port(struct mc_link *link)
{
    if (stage_of(bench_of(link))->port_fails)
        bench_say(bench_of(link), "port-fails");
    return !stage_of(bench_of(link))->port_fails;
}

void mc_link_drop_port(struct mc_link *link, enum mc_session_event event, const char *why)
{
    assert_int_equal(event, MC_SESSION_CLOSED);
    bench_say(bench_of(link), "drop-port: %s", why);
    link->session->open = false;
}

/* As verbs.c does it. */
void mc_link_not_off(struct mc_link *link)
{
    bench_say(bench_of(link), "not-off");
    if (link->wish->state == MC_WISH_GOING_OFF || link->wish->state == MC_WISH_OFF)
        link->wish->state = link->wish->before;
}

void mc_link_no_device(struct mc_link *link)
{
    bench_say(bench_of(link), "no-device");
}

void mc_link_sample_again(struct mc_link *link, bool at_once)
{
    bench_say(bench_of(link), "sample-again %d", at_once);
}

bool mc_link_has_reset(const struct mc_link *link)
{
    return says.reset_line;
}

bool mc_link_has_power(const struct mc_link *link)
{
    return says.power_line;
}

bool mc_link_powered_off(const struct mc_link *link)
{
    return link->wish->state == MC_WISH_OFF;
}

bool mc_link_wants_online(const struct mc_link *link)
{
    return link->wish->state == MC_WISH_ONLINE;
}

bool mc_link_down_is_waited_for(const struct mc_link *link)
{
    return link->wish->verb == MC_VERB_DISCONNECT || link->wish->verb == MC_VERB_RADIO_ON;
}

struct mc_facts *mc_link_facts(struct mc_link *link)
{
    return &link->session->facts;
}

/* ---- bus and policy ---- */

void mc_bus_publish(struct mc_bus *bus, const struct mc_event *event)
{
    struct bench *b = (struct bench *)(void *)bus;
    assert_true(event->kind == MC_EVENT_FAULT || event->kind == MC_EVENT_REMEDY);
    bench_say(b, "%s %s%s%s: %s", event->kind == MC_EVENT_FAULT ? "fault" : "remedy", mc_fault_info(event->fault)->code,
              *event->remedy ? " " : "", event->remedy, event->text);
}

void mc_policy_decide(struct mc_policy *policy, enum mc_fault fault, unsigned usable, int64_t now_ms,
                      struct mc_decision *ret_decision)
{
    struct bench *b = (struct bench *)(void *)policy;
    char can[120] = "";
    for (int remedy = 0; remedy < MC_REMEDY_COUNT; remedy++)
        if (usable & 1u << remedy)
            snprintf(can + strlen(can), sizeof(can) - strlen(can), " %s", mc_strtab_name(&mc_remedy_names, remedy));
    assert_int_equal(now_ms, mc_timerq_now_ms(b->queue));
    bench_say(b, "decide %s:%s", mc_fault_info(fault)->code, can);
    *ret_decision = (struct mc_decision){.remedy = says.remedy, .delay_ms = says.delay_ms};
    snprintf(ret_decision->reason, sizeof(ret_decision->reason), "because");
}

void mc_policy_spend(struct mc_policy *policy, enum mc_remedy remedy, int64_t now_ms)
{
    struct bench *b = (struct bench *)(void *)policy;
    assert_int_equal(now_ms, mc_timerq_now_ms(b->queue));
    bench_say(b, "spend %s", mc_strtab_name(&mc_remedy_names, (int)remedy));
}

unsigned mc_policy_failures(const struct mc_policy *policy, enum mc_fault fault)
{
    return says.failures;
}

void mc_policy_start_over(struct mc_policy *policy)
{
    bench_say((struct bench *)(void *)policy, "start-over");
}

static void on_shutdown(void *ctx)
{
    bench_say(ctx, "shutdown");
}

static void on_save(void *ctx)
{
    bench_say(ctx, "save");
}

static void begin(struct stage *stage)
{
    struct mc_link *link = &stage->link;
    says.remedy = MC_REMEDY_REDIAL;
    says.delay_ms = 5000;
    says.reset_line = says.power_line = false;
    says.failures = 0;
    link->bus = (struct mc_bus *)(void *)&stage->bench;
    link->policy = (struct mc_policy *)(void *)&stage->bench;
    link->req.save = on_save;
    mc_timer_init(&link->shutdown_timer, "link.shutdown", on_shutdown, &stage->bench);
    mc_link_remedy_init(link);
    stage->bench.status.state = MC_STATE_SYNC;
    snprintf(stage->bench.status.step, sizeof(stage->bench.status.step), "step");
}

/* ---- words ---- */

static void show(struct bench *b)
{
    const struct mc_link *link = &stage_of(b)->link;
    const struct mc_status *st = &b->status;
    static const char *const pauses[] = {"none", "wait", "rest"};
    const char *held = mc_strtab_name(&mc_state_names, (int)link->remedy.held_state);
    bench_say(b, "fault %s (%s) since %lld, retry at %lld \"%s\", step \"%s\", pause %s%s%s%s%s",
              mc_fault_info(st->fault)->code, st->fault_detail,
              (long long)(st->fault_at_ms < 0 ? -1 : st->fault_at_ms - BENCH_BEGAN_MS),
              (long long)(st->retry_at_ms < 0 ? -1 : st->retry_at_ms - BENCH_BEGAN_MS), st->next, st->step,
              pauses[link->pause], link->look.quiet ? ", quiet until past " : "",
              link->look.quiet ? held ? held : "all" : "", link->look.stays_stopped ? ", stays stopped" : "",
              link->remedy.rechecking ? ", looks again" : "");
}

/* Redials, reattaches, radio cycles, resets, power cycles. */
static void count(struct bench *b)
{
    const struct mc_status_counters *c = &b->status.counters;
    bench_say(b, "counted %llu %llu %llu %llu %llu", (unsigned long long)c->redials, (unsigned long long)c->reattaches,
              (unsigned long long)c->radio_cycles, (unsigned long long)c->resets, (unsigned long long)c->power_cycles);
}

static bool plain_word(struct bench *b, const char *word)
{
    struct mc_link *link = &stage_of(b)->link;
    if (!strcmp(word, "clear"))
        mc_link_clear_fault(link);
    else if (!strcmp(word, "news"))
        mc_link_news(link, strcmp(link->session->facts.cpin, "NOT INSERTED") ? "+CPIN: READY" : "+CPIN: NOT INSERTED");
    else if (!strcmp(word, "other-news"))
        mc_link_news(link, "+CSQ: 20,99");
    else if (!strcmp(word, "settings"))
        mc_link_settings_changed(link, false);
    else if (!strcmp(word, "settings-pdp"))
        mc_link_settings_changed(link, true);
    else if (!strcmp(word, "compares"))
        bench_say(b, "compare-anew %d", link->compare_anew);
    else if (!strcmp(word, "lent"))
        link->lease.whole_line = true;
    else if (!strcmp(word, "stopping"))
        link->life = LIFE_STOPPING;
    else if (!strcmp(word, "quiet"))
        link->look.quiet = true;
    else if (!strcmp(word, "worked"))
        mc_link_remedy_done(link);
    else if (!strcmp(word, "no-wait"))
        link->pause = PAUSE_NONE;
    else if (!strcmp(word, "reset-line"))
        says.reset_line = true;
    else if (!strcmp(word, "power-line"))
        says.power_line = true;
    else if (!strcmp(word, "heard"))
        link->remedy.heard = true;
    else if (!strcmp(word, "not-heard"))
        link->remedy.heard = false;
    else if (!strcmp(word, "port-fails"))
        stage_of(b)->port_fails = true;
    else if (!strcmp(word, "no-apn"))
        b->settings.pdp.apn[0] = '\0';
    else if (!strcmp(word, "forget"))
        bench_forget(b);
    else if (!strcmp(word, "show"))
        show(b);
    else if (!strcmp(word, "count"))
        count(b);
    else
        return false;
    return true;
}

static enum mc_remedy remedy_of(const char *name)
{
    int remedy = mc_strtab_value(&mc_remedy_names, name);
    assert_true(remedy >= 0);
    return (enum mc_remedy)remedy;
}

static bool word(struct bench *b, const char *word)
{
    struct stage *stage = stage_of(b);
    const char *arg = strchr(word, ':');
    if (!arg)
        return plain_word(b, word) || stage_word(b, word);
    arg++;
    if (!strncmp(word, "failed:", 7))
        mc_link_failed(&stage->link, bench_fault(arg), "detail");
    else if (!strncmp(word, "failed-as-told:", 15)) /* with the detail that the status has */
        mc_link_failed(&stage->link, bench_fault(arg), b->status.fault_detail);
    else if (!strncmp(word, "act:", 4))
        mc_link_act(&stage->link, remedy_of(arg));
    else if (!strncmp(word, "walk-failed:", 12))
        bench_say(b, "taken up %d", mc_link_walk_failed_in_recheck(&stage->link, bench_fault(arg)));
    else if (!strncmp(word, "says:", 5))
        says.remedy = remedy_of(arg);
    else if (!strncmp(word, "delay:", 6))
        says.delay_ms = atoll(arg);
    else if (!strncmp(word, "failures:", 9))
        says.failures = (unsigned)atoi(arg);
    else if (!strncmp(word, "cpin:", 5))
        snprintf(stage->session.facts.cpin, sizeof(stage->session.facts.cpin), "%s",
                 strcmp(arg, "none") ? arg : "NOT INSERTED");
    else if (!strncmp(word, "stat:", 5))
        stage->session.facts.stat = atoi(arg);
    else
        return stage_word(b, word);
    return true;
}

/* ---- what can be done about it ---- */

#define WEAK  " look redial"
#define RADIO " reattach radio-cycle"

static const struct {
    const char *fault;
    bool mute;
} speakers[] = {
    {"modem-silent", true},   {"modem-off", true},   {"stuck-in-data", true}, {"mux-silent", false},
    {"modem-refused", false}, {"no-carrier", false}, {"device-gone", false},
};

/* What a mute modem cannot hear, and a board without lines cannot do, policy is not offered. */
static void what_can_be_done(void **state)
{
    static const struct {
        const char *lines, *speaks, *mute;
    } rows[] = {
        {"", WEAK RADIO " reset hold", WEAK " hold"},
        {"reset-line", WEAK RADIO " reset hold", WEAK " reset hold"},
        {"power-line", WEAK RADIO " reset power-cycle hold", WEAK " power-cycle hold"},
        {"reset-line power-line", WEAK RADIO " reset power-cycle hold", WEAK " reset power-cycle hold"},
        {"shut reset-line power-line", WEAK " hold", WEAK " hold"},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        for (size_t j = 0; j < MC_LENGTH_OF(speakers); j++) {
            struct stage stage;
            char script[120], wanted[160];
            snprintf(script, sizeof(script), "%s failed:%s", rows[i].lines, speakers[j].fault);
            snprintf(wanted, sizeof(wanted), "|decide %s:%s|", speakers[j].fault,
                     speakers[j].mute ? rows[i].mute : rows[i].speaks);
            stage_begin(&stage);
            begin(&stage);
            bench_do(&stage.bench, script, script, word);
            if (!strstr(stage.bench.log, wanted))
                bench_failed("%s: wanted %s: %s", script, wanted, stage.bench.log);
            stage_end(&stage);
        }
    }
    bench_verdict();
}

/* ---- the second look ---- */

/* Before a strong remedy the fault is looked at again, by what would show it; one that only a call shows is not. */
static void the_second_look(void **state)
{
    static const char *const found[] = {"modem-silent", "modem-off",     "stuck-in-data",   "mux-silent",
                                        "mux-left",     "modem-refused", "modem-malformed", "radio-refused",
                                        "sim-failure",  "pdp-refused"};
    static const char *const checked[] = {"not-registered", "registration-denied", "registration-limited",
                                          "registration-lost"};
    for (int fault = 0; fault < MC_FAULT_COUNT; fault++) {
        const char *code = mc_fault_info((enum mc_fault)fault)->code, *met = NULL, *lost = NULL;
        struct bench_row row = {
            .log =
                "spend radio-cycle|save|walk up remedy.radio-cycle|spend radio-cycle|save|walk up remedy.radio-cycle|"};
        char script[120], log[160];
        for (size_t i = 0; i < MC_LENGTH_OF(found); i++)
            if (!strcmp(found[i], code))
                met = lost = "look-once 0|walk up sync.find|";
        for (size_t i = 0; i < MC_LENGTH_OF(checked); i++) {
            if (strcmp(checked[i], code) != 0)
                continue;
            met = "look-once 1|walk up sim.check|";
            lost = "look-once 1|walk up sync.find|";
        }
        snprintf(script, sizeof(script), "fault:%s act:radio-cycle lost act:radio-cycle", code);
        snprintf(log, sizeof(log), "%s%s", met ? met : "", lost ? lost : "");
        row.what = row.script = script;
        row.log = met ? log : row.log;
        stage_rows(&row, 1, begin, word);
    }
}

/* ---- rows ---- */

#define CAN     "look redial reattach radio-cycle reset hold"
#define CAN_NOT "look redial hold"
#define DECIDE  "by-person 0|decide "
#define TAKEN_UP(fault, remedy)                                                                                        \
    "fault " fault ": detail|" DECIDE fault ": " CAN "|remedy " fault " " remedy ": in 5 s: because|"
#define NO_DIAL "; nothing is dialled until `connect`"

static const struct bench_row rows[] = {
    /* clang-format off */
    /* a fault, taken up */
    {"a fault is told and decided, and the verb ends by it", NULL, "verb:connect +100 failed:no-carrier +4999 show",
     "100 fault no-carrier: detail|told -5 the network ended the call (detail).|" DECIDE "no-carrier: " CAN "|"
     "remedy no-carrier redial: in 5 s: because|-> backoff|publish|"
     "5099 fault no-carrier (detail) since 100, retry at 5100 \"because\", step \"\", pause wait|"},
    {"... and when it was waited out something is done", NULL, "failed:no-carrier +4999 forget +1 count", "5000 go-up|counted 1 0 0 0 0|"},
    {"... and the status says so", NULL, "quiet +100 failed:no-carrier forget show",
     "fault no-carrier (detail) since 100, retry at 5100 \"because\", step \"\", pause wait|"},
    {"with what the status knows of it already", NULL, "failed:no-carrier +5000 forget failed-as-told:no-carrier show",
     TAKEN_UP("no-carrier", "redial") "publish|"
     "fault no-carrier (detail) since 5000, retry at 10000 \"because\", step \"\", pause wait|"},
    {"what is to be done at once is said so", NULL, "delay:0 failed:no-carrier forget +0", "go-up|"},
    {"... in words", NULL, "delay:0 failed:no-carrier",
     "fault no-carrier: detail|" DECIDE "no-carrier: " CAN "|remedy no-carrier redial: now: because|-> backoff|publish|"},
    {"... and in a moment is not at once", NULL, "delay:1 failed:no-carrier",
     "fault no-carrier: detail|" DECIDE "no-carrier: " CAN "|remedy no-carrier redial: in 1 ms: because|-> backoff|publish|"},
    {"who has the line, or waits for it, is told", NULL, "wish:command lent failed:modem-refused",
     "lease-failed the modem refused a command that has to work|fault modem-refused: detail|by-person 0|-> stopped|sample-again 0|publish|"},
    {"one that a person has to mend is held", NULL, "says:hold failed:sim-puk", TAKEN_UP("sim-puk", "hold") "-> held|publish|"},
    {"what is no modem is left in peace between two looks", NULL, "says:look failed:not-a-modem +4999 show",
     "fault not-a-modem: detail|" DECIDE "not-a-modem: " CAN "|drop-port: What answers on the device is not a modem: it was closed.|"
     "remedy not-a-modem look: in 5 s: because|-> backoff|publish|"
     "4999 fault not-a-modem (detail) since 0, retry at 5000 \"because\", step \"\", pause wait, quiet until past sync|"},
    {"... also when it cannot be opened again, and in silence", NULL, "says:look failed:not-a-modem +5000 forget failed:not-a-modem",
     "by-person 0|decide not-a-modem: look redial hold|publish|"},
    {"... one that fell silent is not let go of", NULL, "says:look failed:modem-silent forget show",
     "fault modem-silent (detail) since 0, retry at 5000 \"because\", step \"\", pause wait|"},
    {"without a device: absent", NULL, "absent says:look failed:device-gone",
     "fault device-gone: detail|" DECIDE "device-gone: " CAN_NOT "|remedy device-gone look: in 5 s: because|-> absent|publish|"},
    {"a fault is over", NULL, "quiet failed:sim-absent clear show",
     TAKEN_UP("sim-absent", "redial") "-> backoff|publish|"
     "fault none () since 0, retry at -1 \"\", step \"\", pause wait|"},
    {"... and nothing is waited for because of it", NULL, "failed:not-registered clear stat:5 cpin:READY forget news", ""},
    {"it is not the second look's any more", NULL, "fault:modem-silent lost act:reset failed:modem-refused show",
     "look-once 0|walk up sync.find|fault modem-refused: detail|" DECIDE "modem-refused: " CAN "|remedy modem-refused redial: in 5 s: because|"
     "-> backoff|publish|fault modem-refused (detail) since 0, retry at 5000 \"because\", step \"\", pause wait|"},
    {"who stops waits for nothing", NULL, "stopping verb:connect failed:no-carrier +5000 show",
     "fault no-carrier: detail|told -5 the network ended the call (detail).|by-person 0|shutdown|"
     "5000 fault no-carrier (detail) since 0, retry at -1 \"\", step \"step\", pause none|"},
    /* quiet looks */
    {"looks at what a person has to mend are quiet: told once", NULL, "says:look delay:60000 failed:sim-absent +60007 forget failed:sim-absent show",
     "by-person 0|decide sim-absent: " CAN "|publish|"
     "fault sim-absent (detail) since 0, retry at 120007 \"because\", step \"\", pause wait, quiet until past sync|"},
    {"... another fault is told", NULL, "says:look failed:sim-absent +5000 forget failed:sim-busy show",
     TAKEN_UP("sim-busy", "look") "publish|"
     "fault sim-busy (detail) since 5000, retry at 10000 \"because\", step \"\", pause wait|"},
    {"... and is, when the look is not quiet", NULL, "says:look failed:sim-absent no-wait +5000 clear forget failed:sim-absent",
     TAKEN_UP("sim-absent", "look") "publish|"},
    {"from the dial on it is none: every look is a call", NULL, "state:dial says:look failed:pppd-missing show",
     TAKEN_UP("pppd-missing", "look") "-> backoff|publish|"
     "fault pppd-missing (detail) since 0, retry at 5000 \"because\", step \"\", pause wait|"},
    {"... before it, it is", NULL, "state:register says:look failed:pppd-missing show",
     TAKEN_UP("pppd-missing", "look") "-> backoff|publish|"
     "fault pppd-missing (detail) since 0, retry at 5000 \"because\", step \"\", pause wait, quiet until past register|"},
    {"... by the state in which it was found, not in which it waits", NULL,
     "state:register says:look failed:pppd-missing state:ppp failed:pppd-missing show",
     TAKEN_UP("pppd-missing", "look") "-> backoff|publish|" DECIDE "pppd-missing: " CAN "|"
     "-> backoff|publish|fault pppd-missing (detail) since 0, retry at 5000 \"because\", step \"\", pause wait, quiet until past register|"},
    {"what is not looked at in silence is told again", NULL, "failed:no-carrier forget failed:no-carrier show",
     TAKEN_UP("no-carrier", "redial") "publish|"
     "fault no-carrier (detail) since 0, retry at 5000 \"because\", step \"\", pause wait|"},
    /* less than online is wanted */
    {"in command mode a fault of what is not wanted is nothing: to rest, and the fault stays told", NULL,
     "wish:command verb:disconnect failed:modem-refused show +600000",
     "fault modem-refused: detail|told -5 the modem refused a command that has to work (detail). Nothing is dialled until `connect`.|"
     "by-person 0|-> stopped|sample-again 0|publish|fault modem-refused (detail) since 0, retry at -1 \"\", step \"\", pause rest, stays stopped|"},
    {"... and what was waited for before is not any more", NULL,
     "wish:command lost verb:reset failed:modem-silent met forget failed:sim-absent +600000",
     "fault sim-absent: detail|by-person 0|-> stopped|sample-again 0|publish|"},
    {"... of a modem that was not met it is something: looked at, not dialled, and still stopped", NULL,
     "wish:command lost verb:disconnect failed:modem-silent show +5000",
     "fault modem-silent: detail|told -5 the modem does not answer (detail). Nothing is dialled until `connect`.|" DECIDE "modem-silent: " CAN_NOT "|"
     "remedy modem-silent look: in 5 s: look again" NO_DIAL "|-> stopped|publish|fault modem-silent (detail) since 0, retry at 5000 \"look again" NO_DIAL "\", step \"\", pause wait, quiet until past all, stays stopped|"
     "5000 session doubted|go-up|"},
    {"... and once more", NULL, "wish:command lost verb:disconnect failed:modem-silent +5000 no-wait forget failed:modem-silent show",
     "by-person 0|decide modem-silent: " CAN_NOT "|publish|fault modem-silent (detail) since 0, retry at 10000 \"look again" NO_DIAL "\", step \"\", pause wait, quiet until past all, stays stopped|"},
    {"... not by another verb", NULL, "wish:command lost verb:reset failed:modem-silent show",
     "fault modem-silent: detail|told -5 the modem does not answer (detail).|" DECIDE "modem-silent: " CAN_NOT "|"
     "remedy modem-silent look: in 5 s: look again" NO_DIAL "|-> backoff|publish|fault modem-silent (detail) since 0, retry at 5000 \"look again" NO_DIAL "\", step \"\", pause wait|"},
    {"... nor without a device", NULL, "wish:command absent verb:disconnect failed:device-gone show",
     "fault device-gone: detail|told -5 the device disappeared while in use (detail). Nothing is dialled until `connect`.|" DECIDE "device-gone: " CAN_NOT "|"
     "remedy device-gone look: in 5 s: look again" NO_DIAL "|-> absent|publish|fault device-gone (detail) since 0, retry at 5000 \"look again" NO_DIAL "\", step \"\", pause wait|"},
    {"another fault of it is told", NULL, "wish:command lost verb:disconnect failed:modem-silent no-wait forget failed:stuck-in-data show",
     "fault stuck-in-data: detail|" DECIDE "stuck-in-data: " CAN_NOT "|remedy stuck-in-data look: in 5 s: look again" NO_DIAL "|-> backoff|"
     "publish|fault stuck-in-data (detail) since 0, retry at 5000 \"look again" NO_DIAL "\", step \"\", pause wait|"},
    {"what is stronger than a dial keeps its reason", NULL, "wish:radio-off lost says:reset failed:modem-silent",
     "fault modem-silent: detail|" DECIDE "modem-silent: " CAN_NOT "|remedy modem-silent reset: in 5 s: because" NO_DIAL "|-> backoff|publish|"},
    {"it did not hear that it should go off", NULL, "wish:off verb:power-off failed:modem-silent",
     "fault modem-silent: detail|not-off|told -5 the modem does not answer (detail).|" DECIDE "modem-silent: " CAN_NOT "|"
     "remedy modem-silent redial: in 5 s: because|-> backoff|publish|"},
    {"... another verb says nothing of that", NULL, "wish:off lost verb:reset failed:modem-silent",
     "fault modem-silent: detail|told -5 the modem does not answer (detail).|" DECIDE "modem-silent: " CAN_NOT "|"
     "remedy modem-silent look: in 5 s: look again" NO_DIAL "|-> backoff|publish|"},
    {"... nor was it told so far: it is wanted as before", NULL, "wish:going-off lost verb:power-off failed:modem-silent",
     "fault modem-silent: detail|not-off|told -5 the modem does not answer (detail).|" DECIDE "modem-silent: " CAN_NOT "|"
     "remedy modem-silent redial: in 5 s: because|-> backoff|publish|"},
    {"... though that was no call", NULL, "wish:going-off before:command verb:power-off failed:sim-busy",
     "fault sim-busy: detail|not-off|told -5 the SIM is busy (detail).|by-person 0|-> stopped|sample-again 0|publish|"},
    {"... once the verb is over that is no matter", NULL, "wish:going-off failed:modem-silent",
     "fault modem-silent: detail|by-person 0|-> stopped|sample-again 0|publish|"},
    /* acting */
    {"look", NULL, "fault:no-carrier act:look count", "go-up|counted 0 0 0 0 0|"},
    {"redial", NULL, "fault:modem-silent act:redial count", "session doubted|go-up|counted 1 0 0 0 0|"},
    {"hold looks, and never at once again", NULL, "fault:sim-failure act:hold count", "session doubted|go-up|counted 0 0 0 0 0|"},
    {"reattach", NULL, "fault:no-carrier act:reattach count", "spend reattach|save|walk up remedy.reattach|counted 0 1 0 0 0|"},
    {"radio cycle", NULL, "fault:no-carrier act:radio-cycle count", "spend radio-cycle|save|walk up remedy.radio-cycle|counted 0 0 1 0 0|"},
    {"reset by a command", NULL, "fault:no-carrier quiet act:reset count", "spend reset|save|walk up remedy.reset|counted 0 0 0 1 0|"},
    {"... by a line", NULL, "fault:no-carrier quiet reset-line act:reset count", "spend reset|save|board reset, quiet 0|counted 0 0 0 0 0|"},
    {"... which counts when it was worked", NULL, "fault:no-carrier reset-line act:reset forget worked count worked count",
     "counted 0 0 0 1 0|counted 0 0 0 1 0|"},
    {"power cycle", NULL, "fault:no-carrier quiet power-line act:power-cycle count",
     "spend power-cycle|save|board power-cycle, quiet 0|counted 0 0 0 0 0|"},
    {"... which counts when it was worked", NULL, "fault:no-carrier power-line act:power-cycle forget worked count",
     "counted 0 0 0 0 1|"},
    {"... though a reset line is missing", NULL, "fault:no-carrier reset-line power-line act:power-cycle",
     "spend power-cycle|save|board power-cycle, quiet 0|"},
    {"a port that cannot be opened: nothing is done", NULL, "fault:no-carrier port-fails act:radio-cycle count", "port-fails|counted 0 0 0 0 0|"},
    {"before a strong one the fault is looked at", NULL, "fault:modem-silent lost act:reattach show count",
     "look-once 0|walk up sync.find|fault none () since -1, retry at -1 \"\", step \"step\", pause none, looks again|counted 0 0 0 0 0|"},
    {"... not before a weak one", NULL, "fault:not-registered act:redial show",
     "go-up|fault none () since -1, retry at -1 \"\", step \"step\", pause none|"},
    /* the second look */
    {"it is still there: now the remedy", NULL, "says:reset reset-line failed:modem-silent lost forget +5000 walk-failed:modem-silent show count",
     "5000 look-once 0|walk up sync.find|spend reset|save|board reset, quiet 0|taken up 1|"
     "fault modem-silent (detail) since 0, retry at 5000 \"because\", step \"\", pause wait|counted 0 0 0 0 0|"},
    {"... once", NULL, "says:reset reset-line failed:modem-silent lost +5000 walk-failed:modem-silent forget walk-failed:modem-silent",
     "taken up 0|"},
    {"... another is not that one", NULL, "says:reset reset-line failed:modem-silent lost +5000 forget walk-failed:stuck-in-data walk-failed:modem-silent",
     "taken up 0|taken up 0|"},
    {"a modem that was heard and left a question unanswered can be told to reset, and no more", NULL, "failures:3 heard lost failed:modem-silent",
     "fault modem-silent: detail|" DECIDE "modem-silent: look redial reset hold|remedy modem-silent redial: in 5 s: because|-> backoff|publish|"},
    {"... but not as soon as by a line: mostly it is only busy", NULL, "failures:2 heard lost failed:modem-silent",
     "fault modem-silent: detail|" DECIDE "modem-silent: " CAN_NOT "|remedy modem-silent redial: in 5 s: because|-> backoff|publish|"},
    {"... one that is off, or whose data mode does not end, was not", NULL, "failures:3 heard lost failed:modem-off no-wait failed:stuck-in-data",
     "fault modem-off: detail|" DECIDE "modem-off: " CAN_NOT "|remedy modem-off redial: in 5 s: because|-> backoff|publish|"
     "fault stuck-in-data: detail|" DECIDE "stuck-in-data: " CAN_NOT "|remedy stuck-in-data redial: in 5 s: because|publish|"},
    {"... when the second look heard it, too", NULL, "failures:3 heard says:reset lost failed:modem-silent forget +5000 walk-failed:modem-silent count",
     "5000 look-once 0|walk up sync.find|spend reset|save|walk up remedy.reset|taken up 1|counted 0 0 0 1 0|"},
    {"... by the line where there is one", NULL, "failures:3 heard reset-line says:reset lost failed:modem-silent +5000 forget walk-failed:modem-silent",
     "spend reset|save|board reset, quiet 0|taken up 1|"},
    {"... and not when that found it mute", NULL, "failures:3 heard says:reset lost failed:modem-silent +5000 not-heard forget walk-failed:modem-silent count",
     "taken up 0|counted 0 0 0 0 0|"},
    {"no second look was under way", NULL, "says:reset reset-line failed:modem-silent lost forget walk-failed:modem-silent",
     "taken up 0|"},
    {"it answers no more: what it cannot hear is not done", NULL, "says:radio-cycle failed:radio-refused +5000 lost forget walk-failed:radio-refused",
     "taken up 0|"},
    {"... and what it can, is", NULL, "says:radio-cycle failed:radio-refused +5000 forget walk-failed:radio-refused",
     "spend radio-cycle|save|walk up remedy.radio-cycle|taken up 1|"},
    {"nothing is wanted any more that it is in the way of", NULL, "says:radio-cycle failed:not-registered +5000 wish:command forget walk-failed:not-registered show",
     "taken up 0|fault not-registered (detail) since 0, retry at 5000 \"because\", step \"\", pause wait|"},
    {"... but a modem that does not answer is", NULL, "says:reset reset-line wish:command lost failed:modem-silent +5000 forget walk-failed:modem-silent",
     "spend reset|save|board reset, quiet 0|taken up 1|"},
    {"somebody waits for less meanwhile", NULL, "says:radio-cycle failed:not-registered +5000 verb:radio-on forget walk-failed:not-registered", "taken up 0|"},
    {"... or for more", NULL, "says:radio-cycle failed:not-registered +5000 verb:connect forget walk-failed:not-registered",
     "spend radio-cycle|save|walk up remedy.radio-cycle|taken up 1|"},
    {"one fault of the registration is as another", NULL, "says:radio-cycle failed:not-registered +5000 forget walk-failed:registration-lost",
     "spend radio-cycle|save|walk up remedy.radio-cycle|taken up 1|"},
    {"... from the first", NULL, "says:radio-cycle failed:registration-lost +5000 forget walk-failed:not-registered",
     "spend radio-cycle|save|walk up remedy.radio-cycle|taken up 1|"},
    {"... but no other fault is one", NULL, "says:radio-cycle failed:registration-denied +5000 forget walk-failed:radio-refused",
     "taken up 0|"},
    {"... nor the one after them", NULL, "says:radio-cycle failed:registration-limited +5000 forget walk-failed:network-backoff",
     "taken up 0|"},
    {"... nor are they another's", NULL, "says:radio-cycle failed:radio-refused +5000 forget walk-failed:not-registered", "taken up 0|"},
    {"... nor the next one's", NULL, "says:radio-cycle failed:pdp-refused +5000 forget walk-failed:registration-lost", "taken up 0|"},
    /* the wait is over */
    {"no APN, and a card that was read: nothing more is asked of it", NULL, "failed:apn-missing cpin:READY no-apn says:hold forget +5000",
     "5000 by-person 0|decide apn-missing: " CAN "|-> held|publish|"},
    {"... one that was not: it is looked at", NULL, "failed:apn-missing no-apn forget +5000", "5000 go-up|"},
    {"... no device: there is nothing to read", NULL, "absent failed:device-gone no-apn forget +5000",
     "5000 fault apn-missing: APN= is empty|" DECIDE "apn-missing: " CAN_NOT "|remedy apn-missing redial: in 5 s: because|publish|"},
    {"the device is not there, and not said yet", NULL, "absent failed:device-gone forget +5000", "5000 no-device|"},
    {"... said already: once a minute", NULL, "absent failed:no-device forget +5000 show +59999 +1",
     "5000 publish|fault no-device (detail) since 0, retry at 65000 \"waiting for the device\", step \"\", pause wait|65000 publish|"},
    {"... and then looked at, whatever was decided", NULL, "absent says:reattach failed:no-device +5000 met forget +60000", "65000 go-up|"},
    {"what was decided is done", NULL, "says:reattach failed:no-carrier forget +5000", "5000 spend reattach|save|walk up remedy.reattach|"},
    /* what the modem says meanwhile */
    {"a SIM was put in", NULL, "says:look failed:sim-absent cpin:READY forget news", "go-up|"},
    {"... or is busy no more", NULL, "says:look failed:sim-busy cpin:READY forget news", "go-up|"},
    {"... which was known before, as was thought", NULL, "cpin:READY says:look failed:sim-absent forget news", "go-up|"},
    {"... other news are not the card's", NULL, "says:look failed:sim-failure cpin:READY forget other-news other-news", ""},
    {"... but the network's", NULL, "failed:not-registered stat:5 cpin:READY forget other-news", "go-up|"},
    {"... it is still out", NULL, "says:look failed:sim-absent cpin:none forget news", ""},
    {"... nobody waits", NULL, "says:look failed:sim-absent cpin:READY no-wait forget news", ""},
    {"the SIM was taken out", NULL, "failed:no-carrier cpin:none forget news",
     "fault sim-absent: +CPIN: NOT INSERTED|" DECIDE "sim-absent: " CAN "|remedy sim-absent redial: in 5 s: because|publish|"},
    {"... beside the fault before the card's", NULL, "failed:mux-silent cpin:none forget news",
     "fault sim-absent: +CPIN: NOT INSERTED|" DECIDE "sim-absent: " CAN "|remedy sim-absent redial: in 5 s: because|publish|"},
    {"... and the one after", NULL, "failed:apn-missing cpin:none forget news",
     "fault sim-absent: +CPIN: NOT INSERTED|" DECIDE "sim-absent: " CAN "|remedy sim-absent redial: in 5 s: because|publish|"},
    {"it has registered", NULL, "failed:not-registered stat:5 cpin:READY forget news", "go-up|"},
    {"... not yet", NULL, "failed:not-registered stat:2 cpin:READY forget news", ""},
    {"... which ends no wait for something else", NULL, "failed:no-carrier stat:5 cpin:READY forget news", ""},
    /* the settings changed */
    {"what waited looks again", NULL, "says:redial failed:sim-absent forget settings show compares +60000",
     "start-over|go-up|fault sim-absent (detail) since 0, retry at 5000 \"because\", step \"\", pause wait|compare-anew 0|"},
    {"... and compares anew", NULL, "failed:no-carrier forget settings-pdp compares settings compares",
     "start-over|go-up|compare-anew 1|start-over|go-up|compare-anew 1|"},
    {"a call of other settings ends", NULL, "call:up settings-pdp compares", "start-over|end-call none ()|compare-anew 1|"},
    {"... not one that they do not touch", NULL, "call:up settings compares", "start-over|compare-anew 0|"},
    {"no call, no wait: for the next walk", NULL, "settings-pdp compares", "start-over|compare-anew 1|"},
    /* clang-format on */
};

static void faults_and_remedies(void **state)
{
    stage_rows(rows, MC_LENGTH_OF(rows), begin, word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_done),
        cmocka_unit_test(the_second_look),
        cmocka_unit_test(faults_and_remedies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
