/* SPDX-License-Identifier: MIT */
/* The link's life by itself (link.c): its beginning and end, what the modem says unasked, and who is made and freed. */
#include "fakes.h"
#include <alloc_fail.h>
#include <errno.h>
#include <malloc.h>

static struct {
    struct bench *bench;
    unsigned n1;
    bool mux_lost_often, no_policy, no_wish, no_session, no_call;
    struct mc_session_host host; /* of the session that was made */
} says;

/* ---- the line: the library's stands in the same archive as what it needs ---- */

unsigned __wrap_mc_line_mux_n1(const struct mc_line *line);
void __wrap_mc_line_drained(struct mc_line *line);
void __wrap_mc_line_resume_data(struct mc_line *line);

unsigned __wrap_mc_line_mux_n1(const struct mc_line *line)
{
    return says.n1;
}

void __wrap_mc_line_drained(struct mc_line *line)
{
    bench_say(says.bench, "line drained");
}

void __wrap_mc_line_resume_data(struct mc_line *line)
{
    bench_say(says.bench, "line resumes");
}

/* ---- session, call, wish: what only this file asks, and their making ---- */

struct mc_facts *mc_session_facts(const struct mc_session *session)
{
    return &stage_of(says.bench)->session.facts;
}

struct mc_line *mc_session_line(const struct mc_session *session)
{
    return NULL;
}

void mc_session_no_answers(struct mc_session *session, const char *why)
{
    bench_say(says.bench, "no-answers %s", why);
}

void mc_session_defaults(struct mc_session *session)
{
    bench_say(says.bench, "defaults");
}

void mc_session_mux_distrust(struct mc_session *session, const char *why)
{
    bench_say(says.bench, "distrust %s", why);
}

size_t mc_session_bytes(struct mc_session *session, const uint8_t *data, size_t len)
{
    bench_say(says.bench, "bytes %.*s", (int)len, (const char *)data);
    return len - 1;
}

static void *made(const char *what, bool fails, void *it)
{
    bench_say(says.bench, fails ? "no %s" : "new %s", what);
    return fails ? NULL : it;
}

static void freed(const char *what, const void *it)
{
    bench_say(says.bench, it ? "free %s" : "none %s", what);
}

struct mc_session *mc_session_new(struct mc_timerq *queue, const struct mc_settings *settings, struct mc_status *status,
                                  const struct mc_link_requests *requests, void *req_ctx,
                                  const struct mc_session_host *host, void *ctx)
{
    says.host = *host;
    return made("session", says.no_session, &stage_of(says.bench)->session);
}

void mc_session_free(struct mc_session *session)
{
    freed("session", session);
}

struct mc_datacall *mc_datacall_new(struct mc_timerq *queue, const struct mc_settings *settings,
                                    struct mc_status *status, struct mc_policy *policy,
                                    const struct mc_link_requests *requests, void *req_ctx,
                                    const struct mc_datacall_host *host, void *ctx)
{
    return made("call", says.no_call, &stage_of(says.bench)->call);
}

void mc_datacall_free(struct mc_datacall *call)
{
    freed("call", call);
}

struct mc_wish *mc_wish_new(struct mc_timerq *queue)
{
    return made("wish", says.no_wish, &stage_of(says.bench)->wish);
}

void mc_wish_free(struct mc_wish *wish)
{
    freed("wish", wish);
}

struct mc_policy *mc_policy_new(const struct mc_settings *settings, uint32_t (*random)(void *ctx), void *ctx)
{
    return made("policy", says.no_policy, says.bench);
}

void mc_policy_free(struct mc_policy *policy)
{
    freed("policy", policy);
}

bool mc_policy_mux_lost(struct mc_policy *policy, int64_t now_ms)
{
    assert_int_equal(now_ms, mc_timerq_now_ms(says.bench->queue));
    bench_say(says.bench, "mux-lost");
    return says.mux_lost_often;
}

bool mc_policy_mux_unsteady(struct mc_policy *policy, int64_t now_ms)
{
    assert_int_equal(now_ms, mc_timerq_now_ms(says.bench->queue));
    bench_say(says.bench, "mux-unsteady");
    return says.mux_lost_often;
}

/* ---- the other files of the link ---- */

const struct mc_bringup_callbacks mc_link_walk_callbacks;
const struct mc_datacall_host mc_link_call_host;

void mc_link_note(struct mc_link *link, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    bench_vsay(says.bench, "note ", fmt, ap);
    va_end(ap);
}

void mc_link_failed(struct mc_link *link, enum mc_fault fault, const char *detail)
{
    bench_say(says.bench, "failed %s (%s)%s", mc_fault_info(fault)->code, detail,
              link->remedy.rechecking ? " rechecks" : "");
}

void mc_link_call_sign(struct mc_link *link, enum mc_call_sign sign, const char *text)
{
    static const char *const names[] = {"no-carrier", "disconnected", "rebooted", "off"};
    bench_say(says.bench, "sign %s (%s)", names[sign], text);
}

void mc_link_publish(struct mc_link *link)
{
    bench_say(says.bench, "publish");
}

void mc_link_news(struct mc_link *link, const char *line)
{
    bench_say(says.bench, "news");
}

void mc_link_go_up(struct mc_link *link)
{
    bench_say(says.bench, "go-up%s", link->jitter_due ? ", jitter due" : "");
}

void mc_link_no_device(struct mc_link *link)
{
    bench_say(says.bench, "no-device%s", link->jitter_due ? ", jitter due" : "");
}

void mc_link_drop_port(struct mc_link *link, enum mc_session_event event, const char *why)
{
    bench_say(says.bench, "drop %s(%s)", event == MC_SESSION_CLOSED ? "closed" : "?", why);
}

void mc_link_lease_end(struct mc_link *link, int result, const char *why)
{
    bench_say(says.bench, "lease-end %d %s", result, why);
}

void mc_link_walk(struct mc_link *link, enum mc_session_use use, enum mc_step step)
{
    bench_say(says.bench, "walk %s %s%s%s", use_name(use), mc_bringup_table[step].name,
              link->look.quiet ? ", quiet" : "", link->remedy.held_state == MC_STATE_COUNT ? " past all" : "");
}

void mc_link_walk_done(void *ctx, enum mc_session_use use, const struct mc_bringup_result *result)
{
}

void mc_link_sample(void *ctx)
{
}

void mc_link_worked(void *ctx, int result)
{
}

/* Their timers go off at once where nobody disarms them. */
static void on_timer(void *ctx)
{
    bench_say(says.bench, "a timer of what is freed");
}

void mc_link_device_init(struct mc_link *link)
{
    bench_say(says.bench, "init device");
    mc_timer_init(&link->port_lost, "link.port-lost", on_timer, NULL);
}

void mc_link_walk_init(struct mc_link *link)
{
    bench_say(says.bench, "init walk");
    mc_timer_init(&link->save_soon, "link.save", on_timer, NULL);
}

void mc_link_lease_init(struct mc_link *link)
{
    bench_say(says.bench, "init lease");
}

void mc_link_lease_done(struct mc_link *link)
{
    bench_say(says.bench, "lease-done");
}

void mc_link_remedy_init(struct mc_link *link)
{
    bench_say(says.bench, "init remedy");
    mc_timer_init(&link->wait, "link.wait", on_timer, NULL);
}

/* ---- requests ---- */

static void on_save(void *ctx)
{
    bench_say(ctx, "save");
}

static size_t on_to_call(void *ctx, const uint8_t *data, size_t len)
{
    bench_say(ctx, "to-call %.*s", (int)len, (const char *)data);
    return len - 1;
}

static void on_wait(void *ctx)
{
    bench_say(ctx, "waited");
}

static void on_done(void *ctx)
{
    bench_say(ctx, "done");
}

static const struct mc_link_requests requests = {.save = on_save, .to_call = on_to_call};
static struct mc_link *own; /* the one that was made: its machines are the stage's */

static void begin(struct stage *stage)
{
    memset(&says, 0, sizeof(says));
    says.bench = &stage->bench;
    own = mc_link_new(stage->bench.queue, &stage->bench.settings, &stage->bench.status, NULL, &requests, &stage->bench);
    assert_non_null(own);
    own->life = LIFE_STARTED;
    own->context.registered = true;
    own->remedy.held_state = MC_STATE_SIM;
    mc_timer_init(&own->wait, "link.wait", on_wait, &stage->bench);
    bench_forget(&stage->bench);
}

/* ---- words ---- */

static bool flag_word(const char *word)
{
    const struct {
        const char *word;
        bool *flag;
    } flags[] = {
        {"rechecks", &own->remedy.rechecking},
        {"jitter-due", &own->jitter_due},
        {"lost-often", &says.mux_lost_often},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(flags); i++)
        if (!strcmp(flags[i].word, word))
            return *flags[i].flag = true;
    return false;
}

/* The board that a line of the modem's comes from writes '_' for a blank. */
static void say_line(const char *word, bool reboot)
{
    char line[120];
    snprintf(line, sizeof(line), "%s", word);
    for (char *c = line; (c = strchr(c, '_'));)
        *c = ' ';
    says.host.urc(own, line, reboot);
}

static bool arg_word(struct bench *b, const char *word, const char *arg)
{
    if (!strncmp(word, "says:", 5))
        say_line(arg, false);
    else if (!strncmp(word, "boots:", 6))
        say_line(arg, true);
    else if (!strncmp(word, "stat:", 5))
        stage_of(b)->session.facts.stat = atoi(arg);
    else if (!strncmp(word, "pause:", 6))
        own->pause = !strcmp(arg, "rest") ? PAUSE_REST : !strcmp(arg, "lent") ? PAUSE_LENT : PAUSE_WAIT;
    else if (!strncmp(word, "n1:", 3))
        says.n1 = (unsigned)atoi(arg);
    else
        return stage_word(b, word);
    return true;
}

static bool life_word(struct bench *b, const char *word)
{
    if (!strcmp(word, "start"))
        mc_link_start(own, false);
    else if (!strcmp(word, "start-booting"))
        mc_link_start(own, true);
    else if (!strcmp(word, "new"))
        own->life = LIFE_NEW;
    else if (!strcmp(word, "no-apn"))
        b->settings.pdp.apn[0] = '\0';
    else if (!strcmp(word, "stopping"))
        own->life = LIFE_STOPPING;
    else if (!strcmp(word, "shutdown"))
        mc_link_shutdown(own, on_done, b);
    else if (!strcmp(word, "shutdown-alone"))
        mc_link_shutdown(own, NULL, NULL);
    else if (!strcmp(word, "wait"))
        mc_timer_arm(&own->wait, b->queue, 5000);
    else if (!strcmp(word, "life"))
        bench_say(b, "life %d", (int)own->life);
    else
        return false;
    return true;
}

static bool word(struct bench *b, const char *word)
{
    static const uint8_t data[] = "abc";
    const char *arg = strchr(word, ':');
    if (arg)
        return arg_word(b, word, arg + 1);
    if (life_word(b, word) || flag_word(word))
        return true;
    if (!strcmp(word, "mux-lost"))
        says.host.mux_lost(own, false, "Why.");
    else if (!strcmp(word, "mux-left"))
        says.host.mux_lost(own, true, "Why.");
    else if (!strcmp(word, "no-mux"))
        mc_link_mux_failed(own, "no-channel");
    else if (!strcmp(word, "unsteady"))
        mc_link_mux_failed(own, "unsteady");
    else if (!strcmp(word, "by-hand"))
        mc_link_by_hand(own);
    else if (!strcmp(word, "wants"))
        bench_say(b, "online %d off %d", mc_link_wants_online(own), mc_link_powered_off(own));
    else if (!strcmp(word, "for-whom"))
        bench_say(b, "%s", mc_link_waits_for(own));
    else if (!strcmp(word, "data"))
        bench_say(b, "took %zu", says.host.data(own, data, 3));
    else if (!strcmp(word, "data-closed"))
        says.host.data_closed(own);
    else if (!strcmp(word, "bytes"))
        bench_say(b, "took %zu", mc_link_bytes(own, data, 3));
    else if (!strcmp(word, "n1"))
        bench_say(b, "n1 %u", mc_link_mux_n1(own));
    else if (!strcmp(word, "drained"))
        mc_link_drained(own);
    else if (!strcmp(word, "resume"))
        mc_link_call_resume(own);
    else
        return stage_word(b, word);
    return true;
}

/* ---- rows ---- */

#define OVER(how, line) "no-answers The modem " how " (" line "): no answer can come any more.|defaults|"
#define REBOOTED(line)  "session rebooted|" OVER("started anew", line) "failed modem-rebooted (" line ")|"
#define WENT_OFF(line)  "session went-off|" OVER("goes off", line) "failed modem-off (" line ")|"
#define BY_HAND         "wish came-back|stop-before-dial 0|note the modem was switched on by hand|"
#define STOPPING        "lease-end -125 The daemon is stopping.|"

static const struct bench_row rows[] = {
    /* clang-format off */
    {"what is wanted", NULL, "wants wish:command wants wish:off wants wish:going-off wants", "online 1 off 0|online 0 off 0|online 0 off 1|online 0 off 0|"},
    {"by hand", NULL, "wish:off by-hand", BY_HAND},
    {"... and what was wanted before is wanted again", NULL, "wish:off before:command by-hand wants",
     "wish came-back|stop-before-dial 1|note the modem was switched on by hand|online 0 off 0|"},
    {"... while microcatd ends", NULL, "stopping wish:off by-hand", "wish came-back|stop-before-dial 1|note the modem was switched on by hand|"},
    /* lines of the modem's own */
    {"a word", NULL, "says:SMS_DONE", "publish|"},
    {"... may end a wait", NULL, "pause:wait says:SMS_DONE pause:rest says:SMS_DONE", "publish|news|publish|news|"},
    {"it starts anew by itself", NULL, "rechecks boots:RDY", "publish|" REBOOTED("RDY")},
    {"... also while microcatd ends", NULL, "stopping boots:RDY", "publish|" REBOOTED("RDY")},
    {"... not by itself", NULL, "use:board boots:RDY pause:wait boots:RDY", "publish|publish|news|"},
    {"... and was switched off", NULL, "wish:off boots:RDY", "publish|" BY_HAND REBOOTED("RDY")},
    {"... while the line that switches it off is worked: it is on", NULL, "wish:off use:board boots:RDY wants",
     "publish|" BY_HAND "online 1 off 0|"},
    {"... its line is told, as much of it as there is room for", NULL,
     "boots:RDY_3456789_123456789_123456789_123456789_123456789_123456789_123456789_123456789_123456789",
     "publish|session rebooted|"
     "no-answers The modem started anew (RDY 3456789 123456789 123456789 123456789 123456789 123456789 123456789 12345678): no answer can come any more.|defaults|"
     "failed modem-rebooted (RDY 3456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789)|"},
    {"it goes off", NULL, "rechecks says:NORMAL_POWER_DOWN", "publish|" WENT_OFF("NORMAL POWER DOWN")},
    {"... as was wanted", NULL, "wish:off says:NORMAL_POWER_DOWN", "publish|"},
    {"... while a line of the board is worked", NULL, "use:board says:NORMAL_POWER_DOWN", "publish|"},
    {"... while microcatd ends", NULL, "stopping says:NORMAL_POWER_DOWN", "publish|"},
    {"... while it is looked for", NULL, "use:up step:sync.find says:NORMAL_POWER_DOWN", "publish|"},
    {"... while it is reset", NULL, "use:up step:remedy.reset pause:wait says:NORMAL_POWER_DOWN", "publish|news|"},
    {"... while it is waited for", NULL, "use:up step:remedy.reset-wait says:NORMAL_POWER_DOWN", "publish|"},
    {"... amid another step", NULL, "use:up step:sim.state says:NORMAL_POWER_DOWN", "publish|" WENT_OFF("NORMAL POWER DOWN")},
    {"a registration that is lost beside a call is told, and no more, once", NULL,
     "call:up stat:2 says:+CEREG:_2 says:+CEREG:_2 stat:5 says:+CEREG:_5 says:+CEREG:_5 stat:1 says:+CEREG:_1",
     "publish|note the registration is lost (+CEREG: 2); the call stands, and is left alone|publish|publish|note registered again (+CEREG: 5)|publish|publish|"},
    {"words about a call", NULL, "call:up stat:5 says:NO_CARRIER says:+PPPD:_DISCONNECTED says:+PPPD:_CONNECTED says:NORMAL_POWER_DOWN boots:RDY",
     "publish|publish|sign disconnected (+PPPD: DISCONNECTED)|publish|publish|sign off (NORMAL POWER DOWN)|publish|sign rebooted (RDY)|"},
    {"the multiplexer fell silent", NULL, "mux-lost", "no-answers Why.|mux-lost|save|failed mux-silent (Why.)|"},
    {"... under a call", NULL, "call:up mux-lost", "no-answers Why.|mux-lost|save|end-call mux-silent (Why.) kill|"},
    {"... too often", NULL, "lost-often mux-lost",
     "no-answers Why.|mux-lost|distrust silent|note the multiplexer fell silent three times in a day: the line is plain until the modem's firmware "
     "changes, or Multiplex=yes|save|failed mux-silent (Why.)|"},
    {"the modem left the multiplexer in order: that is no silence", NULL, "mux-left", "no-answers Why.|mux-unsteady|save|failed mux-left (Why.)|"},
    {"... under a call", NULL, "call:up mux-left", "no-answers Why.|mux-unsteady|save|end-call mux-left (Why.) kill|"},
    {"it did not come: nothing is done about it", NULL, "no-mux", "mux-lost|save|"},
    {"... too often", NULL, "lost-often no-mux",
     "mux-lost|distrust no-channel|note the multiplexer failed three times in a day: the line is plain until the modem's firmware changes, or Multiplex=yes|save|"},
    {"... by a mishap", NULL, "unsteady", "mux-unsteady|save|"},
    {"... which fades", NULL, "lost-often unsteady",
     "mux-unsteady|note the multiplexer was unsteady three times in a day: the line is plain for a day, or until Multiplex=yes|save|"},
    /* life */
    {"it begins", NULL, "new start life start-booting", "go-up|life 1|go-up, jitter due|"},
    {"... with a call", NULL, "call:up start life", "life 1|"},
    {"... without a device", NULL, "absent start start-booting", "no-device|no-device, jitter due|"},
    {"... nor an APN", NULL, "absent no-apn start", "failed apn-missing (APN= is empty)|"},
    {"... which a modem may need not", NULL, "no-apn start", "go-up|"},
    {"it ends", NULL, "verb:connect wait shutdown life +0 +20000", STOPPING "told -125 The daemon is stopping.|life 2|drop closed()|done|"},
    {"... and nobody waits for it", NULL, "shutdown-alone +0", STOPPING "drop closed()|"},
    {"... with a call: 15 s at the most", NULL, "muxed call:up shutdown +14999 +1", STOPPING "end-call none ()|15000 drop closed()|done|"},
    {"... in the multiplexer: 5 s at the most", NULL, "muxed shutdown +4999 +1", STOPPING "walk hangup mux.leave, quiet past all|5000 drop closed()|done|"},
    /* what only goes through */
    {"bytes", NULL, "bytes data call:up data n1:127 n1 drained resume data-closed",
     "bytes abc|took 2|took 3|to-call abc|took 2|n1 127|line drained|line resumes|sign no-carrier (the modem closed the data channel)|"},
    {"what is waited for", NULL, "for-whom pause:wait for-whom pause:rest for-whom pause:lent for-whom use:board for-whom use:up for-whom call:up for-whom",
     "the device|the next try|the operator|the operator|a board line|the modem|pppd|"},
    /* clang-format on */
};

static void each_row(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        struct stage stage;
        stage_begin(&stage);
        begin(&stage);
        bench_play(&stage.bench, &rows[i], word);
        mc_link_free(own);
        stage_end(&stage);
    }
    bench_verdict();
}

#define INITS "init device|init walk|init lease|init remedy|"

/* What the allocator has given out; 0 where a sanitizer counts instead. */
static size_t given_bytes(void)
{
    return mallinfo2().uordblks;
}

static void made_and_freed(void **state)
{
    static const struct {
        bool *fails;
        const char *log;
    } makings[] = {
        {NULL,
         INITS "new policy|new wish|new session|new call|lease-done|free call|free session|free wish|free policy|"},
        {&says.no_policy, INITS "no policy|new wish|lease-done|none call|none session|free wish|none policy|"},
        {&says.no_wish, INITS "new policy|no wish|lease-done|none call|none session|none wish|free policy|"},
        {&says.no_session,
         INITS "new policy|new wish|no session|new call|lease-done|free call|none session|free wish|free policy|"},
        {&says.no_call,
         INITS "new policy|new wish|new session|no call|lease-done|none call|free session|free wish|free policy|"},
    };
    struct stage stage;
    stage_begin(&stage);
    for (size_t i = 0; i < MC_LENGTH_OF(makings); i++) {
        size_t before = given_bytes();
        bench_forget(&stage.bench);
        memset(&says, 0, sizeof(says));
        says.bench = &stage.bench;
        if (makings[i].fails)
            *makings[i].fails = true;
        struct mc_bus *bus = (struct mc_bus *)(void *)&stage;
        struct mc_link *link =
            mc_link_new(stage.bench.queue, &stage.bench.settings, &stage.bench.status, bus, &requests, &stage.bench);
        assert_int_equal(link == NULL, makings[i].fails != NULL);
        if (link) {
            struct mc_timer *timers[] = {&link->port_lost, &link->wait, &link->shutdown_timer, &link->save_soon};
            for (size_t t = 0; t < MC_LENGTH_OF(timers); t++)
                mc_timer_arm(timers[t], stage.bench.queue, 5);
            assert_ptr_equal(link->status, &stage.bench.status);
            assert_ptr_equal(link->bus, bus);
            assert_ptr_equal(mc_link_policy(link), &stage.bench);
            assert_ptr_equal(mc_link_facts(link), &stage.session.facts);
        }
        mc_link_free(link);
        assert_string_equal(stage.bench.log, makings[i].log);
        assert_int_equal(mc_timerq_next_ms(stage.bench.queue), -1);
        assert_int_equal(given_bytes(), before);
    }
    mc_link_free(NULL);
    alloc_fail_at(1);
    assert_null(mc_link_new(stage.bench.queue, &stage.bench.settings, &stage.bench.status, NULL, &requests, NULL));
    assert_true(alloc_fail_stop());
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row),
        cmocka_unit_test(made_and_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
