/* SPDX-License-Identifier: MIT */
#include "fakes.h"

static struct stage *now; /* the one that plays */

struct bench *bench_of(const struct mc_link *link)
{
    assert_ptr_equal(link, &now->link);
    return &now->bench;
}

/* ---- names ---- */

static const char *const uses[] = {
    [MC_USE_NONE] = "none",     [MC_USE_UP] = "up",     [MC_USE_HANGUP] = "hangup", [MC_USE_VERB] = "verb",
    [MC_USE_SAMPLE] = "sample", [MC_USE_PEEK] = "peek", [MC_USE_BOARD] = "board"};
static const char *const lines[] = {[MC_BOARD_RESET] = "reset",
                                    [MC_BOARD_POWER_CYCLE] = "power-cycle",
                                    [MC_BOARD_POWER_ON] = "power-on",
                                    [MC_BOARD_POWER_OFF] = "power-off"};
static const struct mc_strtab use_names = MC_STRTAB(uses), line_names = MC_STRTAB(lines);

const char *use_name(enum mc_session_use use)
{
    return uses[use];
}

/* Not those of the machines' tables: with them came the machines. */
static const char *const session_event_names[] = {"plugged",  "unplugged", "opened",   "closed",   "adopted",
                                                  "answered", "doubted",   "rebooted", "went-off", "worked"};
static const char *const call_state_names[] = {"none", "negotiating", "up", "bouncing", "leaving", "ending"};
static const char *const wish_state_names[] = {"online", "command", "radio-off", "going-off", "off", "lent"};
static const char *const wish_event_names[] = {
    "connect",    "disconnect",   "expect", "settle",     "switch-radio-off", "switch-radio-on",
    "switch-off", "switched-off", "lend",   "given-back", "came-back",
};
static const struct mc_strtab call_states = MC_STRTAB(call_state_names), wish_states = MC_STRTAB(wish_state_names);

static int value_of(const struct mc_strtab *names, const char *name)
{
    int value = mc_strtab_value(names, name);
    if (value < 0)
        fail_msg("no such name: %s", name);
    return value;
}

static enum mc_step step_of(const char *name)
{
    for (int step = 0; step < MC_STEP_COUNT; step++)
        if (mc_bringup_table[step].name && !strcmp(mc_bringup_table[step].name, name))
            return (enum mc_step)step;
    fail_msg("no such step: %s", name);
    return MC_STEP_END;
}

/* ---- session ---- */

bool mc_session_present(const struct mc_session *session)
{
    return session->present;
}

bool mc_session_open(const struct mc_session *session)
{
    return session->open;
}

bool mc_session_met(const struct mc_session *session)
{
    return session->met;
}

bool mc_session_muxed(const struct mc_session *session)
{
    return session->muxed;
}

bool mc_session_in(const struct mc_session *session, unsigned states)
{
    assert_int_equal(states, MC_SESSION_SAID_OFF); /* nobody above asks for another set */
    return session->said_off;
}

enum mc_session_use mc_session_use(const struct mc_session *session)
{
    return session->use;
}

enum mc_board_line mc_session_board_line(const struct mc_session *session)
{
    return session->board_line;
}

enum mc_step mc_session_step(const struct mc_session *session)
{
    return session->step;
}

void mc_session_event(struct mc_session *session, enum mc_session_event event)
{
    bench_say(&now->bench, "session %s", session_event_names[event]);
}

void mc_session_stop_before_dial(struct mc_session *session, bool stop)
{
    bench_say(&now->bench, "stop-before-dial %d", stop);
}

void mc_session_radio_stays_off(struct mc_session *session, bool off)
{
    bench_say(&now->bench, "radio-stays-off %d", off);
}

void mc_session_look_once(struct mc_session *session, bool once)
{
    bench_say(&now->bench, "look-once %d", once);
}

void mc_session_cancel(struct mc_session *session)
{
    bench_say(&now->bench, "cancel");
    session->use = MC_USE_NONE;
    session->step = MC_STEP_END;
}

void mc_session_sample_in(struct mc_session *session, int64_t delay_ms)
{
    bench_say(&now->bench, "sample-in %lld", (long long)delay_ms);
}

/* ---- call ---- */

bool mc_datacall_in(const struct mc_datacall *call, unsigned states)
{
    return (states & MC_MACHINE_BIT(call->state)) != 0;
}

bool mc_datacall_alive(const struct mc_datacall *call)
{
    return call->state != MC_DATACALL_NONE;
}

void mc_datacall_end(struct mc_datacall *call, enum mc_fault fault, const char *detail, bool kill)
{
    bench_say(&now->bench, "end-call %s (%s)%s", mc_fault_info(fault)->code, detail, kill ? " kill" : "");
}

/* ---- wish ---- */

enum mc_wish_state mc_wish_state(const struct mc_wish *wish)
{
    return wish->state;
}

void mc_wish_event(struct mc_wish *wish, enum mc_wish_event event)
{
    static const enum mc_wish_state then[] = {
        [MC_WISH_CONNECT] = MC_WISH_ONLINE,
        [MC_WISH_DISCONNECT] = MC_WISH_COMMAND,
        [MC_WISH_EXPECT] = MC_WISH_OFF,
        [MC_WISH_SETTLE] = MC_WISH_RADIO_OFF,
        [MC_WISH_SWITCH_RADIO_OFF] = MC_WISH_RADIO_OFF,
        [MC_WISH_SWITCH_RADIO_ON] = MC_WISH_COMMAND,
        [MC_WISH_SWITCH_OFF] = MC_WISH_GOING_OFF,
        [MC_WISH_SWITCHED_OFF] = MC_WISH_OFF,
        [MC_WISH_LEND] = MC_WISH_LENT,
        [MC_WISH_GIVEN_BACK] = MC_WISH_ONLINE,
    };
    bench_say(&now->bench, "wish %s", wish_event_names[event]);
    wish->state = event == MC_WISH_CAME_BACK ? wish->before : then[event];
}

void mc_wish_set_by_person(struct mc_wish *wish, bool by_person)
{
    bench_say(&now->bench, "by-person %d", by_person);
}

enum mc_verb mc_wish_verb(const struct mc_wish *wish)
{
    return wish->aside ? MC_VERB_COUNT : wish->verb;
}

void mc_wish_end(struct mc_wish *wish, int result, const char *fmt, ...)
{
    char text[240];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (mc_wish_verb(wish) == MC_VERB_COUNT)
        return;
    bench_say(&now->bench, "told %d %s", result, text);
    wish->verb = MC_VERB_COUNT;
}

void mc_wish_make_room(struct mc_wish *wish)
{
    bench_say(&now->bench, "room");
}

void mc_wish_begin(struct mc_wish *wish, enum mc_verb verb, struct mc_wish_came came, mc_verb_done_fn *done, void *ctx)
{
    assert_ptr_equal(ctx, &now->bench);
    assert_non_null(done);
    bench_say(&now->bench, "begin%s%s", came.amid_call ? " amid-call" : "", came.amid_hangup ? " amid-hangup" : "");
    wish->verb = verb;
    wish->came = came;
}

struct mc_wish_came mc_wish_came(const struct mc_wish *wish)
{
    return wish->came;
}

bool mc_wish_set_aside(struct mc_wish *wish)
{
    wish->aside = wish->came.amid_hangup;
    return wish->aside;
}

void mc_wish_take_up(struct mc_wish *wish)
{
    bench_say(&now->bench, "take-up");
    wish->aside = false;
}

/* ---- stage ---- */

void stage_begin(struct stage *stage)
{
    *stage = (struct stage){.session = {.present = true, .open = true, .met = true}, .wish = {.verb = MC_VERB_COUNT}};
    now = stage;
    bench_begin(&stage->bench);
    stage->bench.status.state = MC_STATE_STOPPED;
    stage->link = (struct mc_link){.queue = stage->bench.queue,
                                   .settings = &stage->bench.settings,
                                   .status = &stage->bench.status,
                                   .ctx = &stage->bench,
                                   .session = &stage->session,
                                   .call = &stage->call,
                                   .wish = &stage->wish,
                                   .life = LIFE_STARTED};
    mc_facts_init(&stage->session.facts);
}

void stage_end(struct stage *stage)
{
    mc_timer_disarm(&stage->link.wait);
    mc_timer_disarm(&stage->link.shutdown_timer);
    bench_end(&stage->bench);
    now = NULL;
}

static void session_is(struct mc_session *session, bool present, bool open, bool met)
{
    session->present = present;
    session->open = open;
    session->met = met;
}

static bool session_word(struct mc_session *session, const char *word)
{
    if (!strcmp(word, "met"))
        session_is(session, true, true, true);
    else if (!strcmp(word, "lost"))
        session_is(session, true, true, false);
    else if (!strcmp(word, "shut"))
        session_is(session, true, false, false);
    else if (!strcmp(word, "absent"))
        session_is(session, false, false, false);
    else if (!strcmp(word, "muxed"))
        session->muxed = true;
    else if (!strcmp(word, "said-off"))
        session->said_off = true;
    else if (!strncmp(word, "use:", 4))
        session->use = (enum mc_session_use)value_of(&use_names, word + 4);
    else if (!strncmp(word, "line:", 5))
        session->board_line = (enum mc_board_line)value_of(&line_names, word + 5);
    else if (!strncmp(word, "step:", 5))
        session->step = step_of(word + 5);
    else
        return false;
    return true;
}

bool stage_word(struct bench *b, const char *word)
{
    struct stage *stage = stage_of(b);
    if (session_word(&stage->session, word))
        return true;
    if (!strncmp(word, "call:", 5))
        stage->call.state = (enum mc_datacall_state)value_of(&call_states, word + 5);
    else if (!strncmp(word, "wish:", 5))
        stage->wish.state = (enum mc_wish_state)value_of(&wish_states, word + 5);
    else if (!strncmp(word, "before:", 7))
        stage->wish.before = (enum mc_wish_state)value_of(&wish_states, word + 7);
    else if (!strncmp(word, "verb:", 5))
        stage->wish.verb = (enum mc_verb)value_of(&mc_verb_names, word + 5);
    else if (!strncmp(word, "state:", 6))
        b->status.state = (enum mc_state)value_of(&mc_state_names, word + 6);
    else if (!strncmp(word, "fault:", 6))
        stage->link.remedy.fault = bench_fault(word + 6);
    else
        return false;
    return true;
}

void stage_rows(const struct bench_row *rows, size_t n_rows, void (*begin)(struct stage *stage), bench_word_fn *word)
{
    for (size_t i = 0; i < n_rows; i++) {
        struct stage stage;
        stage_begin(&stage);
        bench_set(&stage.bench, rows[i].settings);
        begin(&stage);
        bench_play(&stage.bench, &rows[i], word);
        stage_end(&stage);
    }
    bench_verdict();
}
