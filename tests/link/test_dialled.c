/* SPDX-License-Identifier: MIT */
/* The link's side of the call by itself: what its coming, carrying and ending, its signs and its bytes bring about. The
 * witness that the modem is (context.c) is the real one. */
#include "fakes.h"
#include <errno.h>

static struct {
    struct bench *bench;
    int line_result, adopt_result;
} says;

/* ---- the line: the library's stands in the same archive as what it needs ---- */

int __wrap_mc_line_send_data(struct mc_line *line, const uint8_t *data, size_t len);

int __wrap_mc_line_send_data(struct mc_line *line, const uint8_t *data, size_t len)
{
    bench_say(says.bench, "send %.*s", (int)len, (const char *)data);
    return says.line_result;
}

/* ---- session and call: what only this file asks ---- */

struct mc_facts *mc_session_facts(const struct mc_session *session)
{
    return &stage_of(says.bench)->session.facts;
}

struct mc_line *mc_session_line(const struct mc_session *session)
{
    return NULL;
}

int mc_session_adopt(struct mc_session *session, unsigned mux_n1)
{
    bench_say(says.bench, "adopt session, n1 %u", mux_n1);
    return says.adopt_result;
}

void mc_session_call_ended(struct mc_session *session)
{
    bench_say(says.bench, "session: call ended");
}

void mc_session_defaults(struct mc_session *session)
{
    bench_say(says.bench, "defaults");
}

void mc_session_take_line_back(struct mc_session *session)
{
    bench_say(says.bench, "take-line-back");
}

void mc_session_wonder(struct mc_session *session)
{
    bench_say(says.bench, "wonder");
}

void mc_datacall_adopt(struct mc_datacall *call, int64_t online_at_ms)
{
    bench_say(says.bench, "adopt call, online at %lld", (long long)online_at_ms);
}

void mc_datacall_phase(struct mc_datacall *call, enum mc_ppp_phase phase)
{
    bench_say(says.bench, "phase %d", phase == MC_PPP_AUTHENTICATE);
}

void mc_datacall_up(struct mc_datacall *call)
{
    bench_say(says.bench, "call: up");
}

void mc_datacall_down(struct mc_datacall *call)
{
    bench_say(says.bench, "call: down");
}

void mc_datacall_exited(struct mc_datacall *call, enum mc_fault fault, const char *detail)
{
    bench_say(says.bench, "call: exited %s (%s)", mc_fault_info(fault)->code, detail);
}

void mc_datacall_probed(struct mc_datacall *call, enum mc_link_probe result)
{
    bench_say(says.bench, "call: probed %d", result == MC_LINK_PROBE_LOST);
}

/* ---- the other files of the link, bus and policy ---- */

struct mc_facts *mc_link_facts(struct mc_link *link)
{
    return &link->session->facts;
}

void mc_link_clear_fault(struct mc_link *link)
{
    bench_say(says.bench, "clear-fault");
}

void mc_link_enter(struct mc_link *link, enum mc_state state)
{
    bench_say(says.bench, "-> %s", mc_strtab_name(&mc_state_names, (int)state));
    link->status->state = state;
    link->status->state_at_ms = mc_timerq_now_ms(link->queue);
}

void mc_link_failed(struct mc_link *link, enum mc_fault fault, const char *detail)
{
    bench_say(says.bench, "failed %s (%s)", mc_fault_info(fault)->code, detail);
}

void mc_link_mux_lost(void *ctx, bool left, const char *why)
{
    bench_say(says.bench, "mux-lost %s", why);
}

void mc_link_note(struct mc_link *link, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    bench_vsay(says.bench, "note ", fmt, ap);
    va_end(ap);
}

void mc_link_peek_yields(struct mc_link *link)
{
    bench_say(says.bench, "peek-yields");
}

void mc_link_publish(struct mc_link *link)
{
    bench_say(says.bench, "publish");
}

void mc_link_sample_again(struct mc_link *link, bool at_once)
{
    bench_say(says.bench, "sample-again %d", at_once);
}

void mc_link_walk(struct mc_link *link, enum mc_session_use use, enum mc_step step)
{
    bench_say(says.bench, "walk %s %s", use_name(use), mc_bringup_table[step].name);
}

void mc_bus_touch(struct mc_bus *bus)
{
    bench_say((struct bench *)(void *)bus, "touch");
}

void mc_policy_carried(struct mc_policy *policy)
{
    bench_say((struct bench *)(void *)policy, "carried");
}

void mc_policy_good(struct mc_policy *policy)
{
    bench_say((struct bench *)(void *)policy, "good");
}

/* ---- requests and timers ---- */

static void on_save(void *ctx)
{
    bench_say(ctx, "save");
}

static void on_traffic(void *ctx, uint64_t *ret_rx, uint64_t *ret_tx)
{
    const struct bench *b = ctx;
    *ret_rx = b->rx;
    *ret_tx = b->tx;
}

static void on_wait(void *ctx)
{
    bench_say(ctx, "waited");
}

static void begin(struct stage *stage)
{
    struct mc_link *link = &stage->link;
    memset(&says, 0, sizeof(says));
    says.bench = &stage->bench;
    link->bus = (struct mc_bus *)(void *)&stage->bench;
    link->policy = (struct mc_policy *)(void *)&stage->bench;
    link->req.save = on_save;
    link->req.traffic = on_traffic;
    stage->session.facts.context_active_at_ms = -1;
    snprintf(stage->session.facts.iccid, sizeof(stage->session.facts.iccid), "8981");
    snprintf(stage->bench.status.ppp.local, sizeof(stage->bench.status.ppp.local), "10.0.0.2");
    snprintf(stage->bench.status.ppp.interface, sizeof(stage->bench.status.ppp.interface), "ppp0");
    mc_timer_init(&link->wait, "link.wait", on_wait, &stage->bench);
}

/* ---- words ---- */

static void show(struct bench *b)
{
    const struct mc_link *link = &stage_of(b)->link;
    const struct mc_status *st = &b->status;
    bench_say(b, "fault %s %s (%s) since %lld, state since %lld%s%s", mc_fault_info(link->remedy.fault)->code,
              mc_fault_info(st->fault)->code, st->fault_detail,
              (long long)(st->fault_at_ms < 0 ? -1 : st->fault_at_ms - BENCH_BEGAN_MS),
              (long long)(st->state_at_ms - BENCH_BEGAN_MS), link->pause == PAUSE_NONE ? "" : ", pause",
              link->jitter_due ? ", jitter due" : "");
}

static void show_facts(struct bench *b)
{
    const struct mc_facts *f = &stage_of(b)->session.facts;
    bench_say(b, "baud %d flow %d stat %d%s%s, CPIN %s, context %d %s %s", (int)f->baud, (int)f->flow, (int)f->stat,
              f->prepared ? " prepared" : "", f->context_known ? " known" : "", f->cpin, (int)f->context.cid,
              f->context.type, f->context.apn);
}

/* The modem says it of the context. */
static void says_active(struct bench *b, int32_t active)
{
    struct mc_facts *f = &stage_of(b)->session.facts;
    f->context_active = active;
    f->context_active_at_ms = mc_timerq_now_ms(b->queue);
    mc_link_sampled(&stage_of(b)->link);
}

static bool sign_word(struct mc_link *link, const char *word)
{
    static const char *const signs[] = {[MC_CALL_NO_CARRIER] = "no-carrier",
                                        [MC_CALL_DISCONNECTED] = "disconnected",
                                        [MC_CALL_REBOOTED] = "rebooted",
                                        [MC_CALL_OFF] = "off"};
    for (size_t i = 0; i < MC_LENGTH_OF(signs); i++)
        if (!strcmp(signs[i], word))
            return mc_link_call_sign(link, (enum mc_call_sign)i, "text"), true;
    return false;
}

static bool arg_word(struct bench *b, const char *word, const char *arg)
{
    struct stage *stage = stage_of(b);
    struct mc_link *link = &stage->link;
    if (!strncmp(word, "online:", 7))
        mc_link_call_host.online(link, atoll(arg) < 0 ? -1 : BENCH_BEGAN_MS + atoll(arg));
    else if (!strncmp(word, "online-at:", 10))
        mc_link_call_host.online(link, atoll(arg));
    else if (!strncmp(word, "ending:", 7))
        mc_link_call_host.ending(link, bench_fault(arg), "detail");
    else if (!strncmp(word, "ended:", 6))
        mc_link_call_host.ended(link, bench_fault(arg), "detail", false);
    else if (!strncmp(word, "worked:", 7))
        mc_link_call_host.ended(link, bench_fault(arg), "detail", true);
    else if (!strncmp(word, "adopt:", 6))
        mc_link_adopt(link, 460800, MC_FLOW_RTSCTS, 5, 77, (unsigned)atoi(arg));
    else if (!strncmp(word, "adopts:", 7))
        says.adopt_result = atoi(arg);
    else if (!strncmp(word, "line:", 5))
        says.line_result = atoi(arg);
    else if (!strncmp(word, "rx:", 3))
        b->rx = (uint64_t)atoi(arg);
    else if (!strncmp(word, "tx:", 3))
        b->tx = (uint64_t)atoi(arg);
    else if (!strncmp(word, "active:", 7))
        says_active(b, atoi(arg));
    else if (!strncmp(word, "sign:", 5))
        return sign_word(link, arg);
    else
        return stage_word(b, word);
    return true;
}

static bool host_word(struct bench *b, const char *word)
{
    struct mc_link *link = &stage_of(b)->link;
    if (!strcmp(word, "began"))
        mc_link_call_host.began(link);
    else if (!strcmp(word, "good"))
        mc_link_call_host.good(link);
    else if (!strcmp(word, "changed"))
        mc_link_call_host.changed(link);
    else if (!strcmp(word, "bounced"))
        mc_link_call_host.bounced(link, false);
    else if (!strcmp(word, "leaving"))
        mc_link_call_host.bounced(link, true);
    else if (!strcmp(word, "note"))
        mc_link_call_host.note(link, "50 % of it");
    else if (!strcmp(word, "iccid"))
        bench_say(b, "iccid %s", mc_link_call_host.iccid(link));
    else
        return false;
    return true;
}

static bool plain_word(struct bench *b, const char *word)
{
    struct mc_link *link = &stage_of(b)->link;
    if (!strcmp(word, "phase"))
        mc_link_call_phase(link, MC_PPP_AUTHENTICATE);
    else if (!strcmp(word, "refused"))
        mc_link_call_refused(link, "CHAP authentication failed");
    else if (!strcmp(word, "up"))
        mc_link_call_up(link);
    else if (!strcmp(word, "down"))
        mc_link_call_down(link);
    else if (!strcmp(word, "exit"))
        mc_link_call_exit(link, MC_FAULT_PPP_AUTH, "detail");
    else if (!strcmp(word, "probed"))
        mc_link_probed(link, MC_LINK_PROBE_LOST, 5);
    else if (!strcmp(word, "says-nothing"))
        mc_link_sampled(link);
    else if (!strcmp(word, "unasked"))
        stage_of(b)->session.facts.context_active = -1, stage_of(b)->session.facts.context_active_at_ms = -1;
    else if (!strcmp(word, "forgiven"))
        b->status.fault_at_ms = mc_timerq_now_ms(b->queue);
    else if (!strcmp(word, "data"))
        bench_say(b, "took %zu", mc_link_from_call(link, (const uint8_t *)"abcd", 4));
    else if (!strcmp(word, "quietly"))
        mc_link_from_call(link, (const uint8_t *)"abcd", 4);
    else if (!strcmp(word, "forget"))
        bench_forget(b);
    else if (!strcmp(word, "paused"))
        link->pause = PAUSE_REST;
    else if (!strcmp(word, "waits"))
        mc_timer_arm(&link->wait, b->queue, 5000);
    else if (!strcmp(word, "jitter-due"))
        link->jitter_due = true;
    else if (!strcmp(word, "compares"))
        link->compare_anew = true;
    else if (!strcmp(word, "show"))
        show(b);
    else if (!strcmp(word, "facts"))
        show_facts(b);
    else
        return host_word(b, word) || stage_word(b, word);
    return true;
}

static bool word(struct bench *b, const char *word)
{
    const char *arg = strchr(word, ':');
    return arg ? arg_word(b, word, arg + 1) : plain_word(b, word);
}

/* ---- rows ---- */

#define NOT_GOOD "by-person 0|clear-fault|-> online|"
#define DEAD                                                                                                           \
    "end-call link-stale (the modem says that the PDP context is not active any more (AT+CGACT?), PPP still up)|"
#define SENT "peek-yields|send abcd|took 4|"

static const struct bench_row rows[] = {
    /* clang-format off */
    {"a call begins", NULL, "paused began show", "-> ppp|fault none none () since -1, state since 0|"},
    {"... beside AT: a sample now", NULL, "muxed began", "-> ppp|sample-again 1|"},
    {"... on a plain line a look, if it is wanted", "Modem.EscapeInterval=60", "began", "-> ppp|sample-in 60000|"},
    {"... not both", "Modem.EscapeInterval=60", "muxed began", "-> ppp|sample-again 1|"},
    {"it is online", NULL, "+100 verb:connect online:-1 show", "100 by-person 0|clear-fault|-> online|told 0 Online: 10.0.0.2 on ppp0.|fault none none () since -1, state since 100|"},
    {"... since the daemon before us knew", NULL, "+100 online:30 show", "100 by-person 0|clear-fault|-> online|fault none none () since -1, state since 30|"},
    {"... from the very first", NULL, "+100 online:0 online:100 show", "100 by-person 0|clear-fault|-> online|by-person 0|clear-fault|-> online|fault none none () since -1, state since 100|"},
    {"... which may be as old as its clock", NULL, "online-at:0 show", "by-person 0|clear-fault|-> online|fault none none () since -1, state since -1000000|"},
    {"... not in the future", NULL, "+100 online:101 show", "100 by-person 0|clear-fault|-> online|fault none none () since -1, state since 100|"},
    {"... and is given up for settings that changed on the way", NULL, "compares online:-1", NOT_GOOD "end-call none ()|"},
    {"it is good", NULL, "good", "good|save|"},
    {"something of it changed", NULL, "changed", "publish|"},
    {"its address went", NULL, "bounced leaving", "-> ppp|publish|-> hangup|publish|"},
    {"a note is told as it is", NULL, "note", "note 50 % of it|"},
    {"whose SIM it is", NULL, "iccid", "iccid 8981|"},
    /* its end */
    {"it ends for a fault", NULL, "+100 ending:no-carrier show", "100 -> hangup|fault no-carrier no-carrier (detail) since 100, state since 100|"},
    {"... the same is no younger when it has ended", NULL, "+100 ending:no-carrier +100 ended:no-carrier show",
     "100 -> hangup|200 -> hangup|take-line-back|walk hangup hangup.ask|fault no-carrier no-carrier (detail) since 100, state since 200|"},
    {"... another is", NULL, "+100 ending:no-carrier +100 ending:link-stale show",
     "100 -> hangup|200 -> hangup|fault link-stale link-stale (detail) since 200, state since 200|"},
    {"... or for none", NULL, "+100 ending:no-carrier +100 ending:none show", "100 -> hangup|200 -> hangup|fault none none (detail) since -1, state since 200|"},
    {"... none at all", NULL, "+100 ending:none show", "100 -> hangup|fault none none (detail) since -1, state since 100|"},
    {"... and one of before is not since then any more", NULL, "forgiven ending:none show", "-> hangup|fault none none (detail) since -1, state since 0|"},
    {"it ended as it was told to", NULL, "ended:none", "-> hangup|take-line-back|walk hangup hangup.wait|"},
    {"... after it had carried", NULL, "worked:none", "carried|-> hangup|take-line-back|walk hangup hangup.wait|"},
    {"... by the network", NULL, "ended:pdp-disconnected", "-> hangup|take-line-back|walk hangup hangup.ask|"},
    {"... under a silent multiplexer", NULL, "ended:mux-silent", "-> hangup|take-line-back|walk hangup hangup.listen|"},
    {"... under one that the modem left", NULL, "ended:mux-left", "-> hangup|take-line-back|walk hangup hangup.listen|"},
    {"... because pppd did", NULL, "ended:ppp-auth", "-> hangup|take-line-back|walk hangup hangup.wait|"},
    {"... under a modem that rebooted", NULL, "ended:modem-rebooted", "-> hangup|take-line-back|defaults|failed modem-rebooted (detail)|"},
    {"... or went off", NULL, "ended:modem-off", "-> hangup|take-line-back|defaults|failed modem-off (detail)|"},
    /* from outside */
    {"phases, addresses, the end, a probe's end", NULL, "call:up phase up down exit probed",
     "phase 1|touch|call: up|call: down|call: exited ppp-auth (detail)|call: probed 1|"},
    {"... without a call there are no phases", NULL, "phase", ""},
    {"signs of its end", NULL, "call:up sign:no-carrier sign:disconnected sign:rebooted sign:off",
     "session: call ended|end-call no-carrier (text) kill|session: call ended|end-call pdp-disconnected (text) kill|"
     "session rebooted|session: call ended|end-call modem-rebooted (text) kill|session went-off|session: call ended|end-call modem-off (text) kill|"},
    {"... of none", NULL, "sign:no-carrier sign:rebooted", ""},
    {"... that come of a refused password", NULL, "call:negotiating refused sign:disconnected sign:no-carrier",
     "session: call ended|end-call ppp-auth (CHAP authentication failed) kill|session: call ended|end-call ppp-auth (CHAP authentication failed) kill|"},
    {"... in that call, not in the next", NULL, "call:negotiating refused began sign:no-carrier", "-> ppp|session: call ended|end-call no-carrier (text) kill|"},
    {"... but a modem that started anew did not for that", NULL, "call:negotiating refused sign:rebooted sign:off",
     "session rebooted|session: call ended|end-call modem-rebooted (text) kill|session went-off|session: call ended|end-call modem-off (text) kill|"},
    {"one is taken over", "PDP.ContextID=3 PDP.Type=IPV6", "jitter-due waits adopt:0 facts show +5000",
     "clear-fault|adopt session, n1 0|adopt call, online at 77|publish|"
     "baud 460800 flow 1 stat 5 prepared known, CPIN READY, context 3 IPV6 soracom.io|fault none none () since -1, state since 0|"},
    {"... in the multiplexer", NULL, "adopt:127", "clear-fault|adopt session, n1 127|adopt call, online at 77|publish|"},
    {"... which it did not come back to", NULL, "adopts:-12 adopt:127",
     "clear-fault|adopt session, n1 127|adopt call, online at 77|mux-lost Cannot allocate memory|publish|"},
    /* its bytes */
    {"bytes of pppd's", NULL, "call:up line:4 data", SENT},
    {"... some of them", NULL, "call:up line:3 data", "peek-yields|send abcd|took 3|"},
    {"... none while the line is held", NULL, "call:up line:0 data", "peek-yields|send abcd|took 0|"},
    {"... nor while it cannot take them", NULL, "call:up line:-11 data", "peek-yields|send abcd|took 0|"},
    {"... which nobody wants any more", NULL, "call:up line:-1 data line:-19 data line:-107 data",
     "peek-yields|send abcd|took 4|peek-yields|send abcd|took 4|peek-yields|send abcd|took 4|"},
    {"... without a call", NULL, "data", "took 4|"},
    /* the modem as a witness */
    {"who sends and hears nothing has the modem asked", NULL, "muxed call:up line:4 began tx:1 +9999 data +1 data",
     "-> ppp|sample-again 1|9999 " SENT "10000 " SENT},
    {"... when it is looked at, once a second", NULL, "muxed call:up line:4 began tx:1 +10000 data",
     "-> ppp|sample-again 1|10000 peek-yields|wonder|sample-in 0|send abcd|took 4|"},
    {"... not if it hears", NULL, "muxed call:up line:4 began tx:1 rx:1 +10000 data", "-> ppp|sample-again 1|10000 " SENT},
    {"... nor where it cannot be asked", NULL, "call:up line:4 began tx:1 +10000 data", "-> ppp|10000 " SENT},
    {"... nor of a call that is not up", NULL, "muxed call:ending line:4 began tx:1 +10000 data", "-> ppp|sample-again 1|10000 " SENT},
    {"its word, twice, of a link that carries nothing", NULL, "call:up began active:1 +5000 active:0 +5000 active:0",
     "-> ppp|5000 wonder|sample-in 5000|10000 " DEAD},
    {"... is one word once", NULL, "call:up began active:1 +5000 active:0 says-nothing +5000 says-nothing", "-> ppp|5000 wonder|sample-in 5000|"},
    {"... it is fine", NULL, "call:up began active:1 +5000 active:1", "-> ppp|"},
    {"... it carries", NULL, "call:up began active:1 +5000 rx:1 active:0", "-> ppp|"},
    {"... of no call", NULL, "began active:1 +5000 active:0 call:bouncing active:0", "-> ppp|"},
    {"... nobody looks at the traffic when it says nothing", NULL, "call:up began active:1 unasked +1000 rx:1 says-nothing +5000 active:0", "-> ppp|"},
    {"... it has said nothing", NULL, "call:up began +5000 says-nothing", "-> ppp|"},
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
