/* SPDX-License-Identifier: MIT */
/* The table that joins the machines, by itself: what it asks for when a walk has ended, when a verb wants command mode,
 * and when nothing is under way. */
#include "fakes.h"

/* ---- the other files of the link ---- */

void mc_link_failed(struct mc_link *link, enum mc_fault fault, const char *detail)
{
    bench_say(bench_of(link), "failed %s (%s) verb %d", mc_fault_info(fault)->code, detail,
              mc_wish_verb(link->wish) != MC_VERB_COUNT);
}

bool mc_link_carry_verb(struct mc_link *link)
{
    bench_say(bench_of(link), "carry");
    return stage_of(bench_of(link))->carries;
}

bool mc_link_verb_walked(struct mc_link *link)
{
    bench_say(bench_of(link), "walked");
    return false;
}

void mc_link_go_up(struct mc_link *link)
{
    bench_say(bench_of(link), "go-up");
}

void mc_link_go_up_by_person(struct mc_link *link)
{
    bench_say(bench_of(link), "go-up-by-person");
}

void mc_link_rest(struct mc_link *link, enum mc_session_use after)
{
    bench_say(bench_of(link), "rest %s", use_name(after));
}

void mc_link_sample_again(struct mc_link *link, bool at_once)
{
    bench_say(bench_of(link), "sample-again %d", at_once);
}

void mc_link_publish(struct mc_link *link)
{
    bench_say(bench_of(link), "publish, quiet %d, step \"%s\"", link->look.quiet, link->status->step);
}

void mc_link_sampled(struct mc_link *link)
{
    bench_say(bench_of(link), "sampled");
}

void mc_link_clear_fault(struct mc_link *link)
{
    bench_say(bench_of(link), "clear-fault");
}

bool mc_link_open_port(struct mc_link *link)
{
    bench_say(bench_of(link), "open-port");
    return !stage_of(bench_of(link))->port_fails;
}

void mc_link_walk(struct mc_link *link, enum mc_session_use use, enum mc_step step)
{
    bench_say(bench_of(link), "walk %s %s", use_name(use), mc_bringup_table[step].name);
}

static void on_wait(void *ctx)
{
    bench_say(ctx, "waited");
}

/* ---- words ---- */

static bool word(struct bench *b, const char *word)
{
    struct stage *stage = stage_of(b);
    if (stage_word(b, word))
        return true;
    if (!strcmp(word, "ended"))
        mc_link_next(&stage->link, stage->session.use);
    else if (!strcmp(word, "down"))
        mc_link_go_down(&stage->link);
    else if (!strcmp(word, "idle"))
        mc_link_idle(&stage->link);
    else if (!strcmp(word, "carries"))
        stage->carries = true;
    else if (!strcmp(word, "port-fails"))
        stage->port_fails = true;
    else if (!strcmp(word, "amid-hangup"))
        stage->wish.came.amid_hangup = true;
    else if (!strcmp(word, "sampling"))
        stage->link.look.quiet = snprintf(b->status.step, sizeof(b->status.step), "sample") > 0;
    else if (!strcmp(word, "began"))
        mc_context_begin(&stage->link.context, mc_timerq_now_ms(b->queue));
    else if (!strcmp(word, "wait"))
        mc_timer_arm(&stage->link.wait, b->queue, 5000);
    else
        return false;
    return true;
}

static void begin(struct stage *stage)
{
    mc_timer_init(&stage->link.wait, "link.wait", on_wait, &stage->bench);
    snprintf(stage->bench.status.fault_detail, sizeof(stage->bench.status.fault_detail), "detail");
}

/* ---- who is asked ---- */

/* Every use, wish and call at every moment, a cell the log: "" nobody is asked. */
struct cell {
    const char *moment, *uses, *calls, *wishes, *more, *log;
};

#define LIVE    "negotiating up bouncing leaving ending"
#define WISHES  "online command radio-off going-off off"
#define LESS    "command radio-off going-off off"
#define SAMPLED "sample-again 0|sample-in 12000|publish, quiet 0, step \"\"|sampled|"
#define CALL    "end-call none ()|"

static const struct cell cells[] = {
    /* clang-format off */
    {"ended", "up hangup sample board none", "none", "online", "", "carry|go-up|"},
    {"ended", "verb", "none", "online", "", "walked|go-up|"},
    {"ended", "up hangup board none", "none", LESS, "", "carry|rest none|"},
    {"ended", "verb", "none", LESS, "", "walked|rest none|"},
    {"ended", "sample", "none", LESS, "", "carry|rest sample|"},
    {"ended", "up hangup sample board none", "none", WISHES, "carries", "carry|"},
    {"ended", "verb", "none", LESS, "carries", "walked|rest none|"},
    {"ended", "up sample board none", "none", "online", "fault:no-carrier", "carry|go-up|"},
    {"ended", "verb", "none", "online", "fault:no-carrier", "walked|go-up|"},
    {"ended", "hangup", "none", "online", "fault:no-carrier", "failed no-carrier (detail) verb 0|"},
    {"ended", "hangup", "none", LESS, "fault:no-carrier", "carry|rest none|"},
    {"ended", "sample", LIVE, WISHES, "began", SAMPLED},
    {"ended", "up hangup verb board none", LIVE, WISHES, "", ""},
    {"down", "up hangup verb sample board none", LIVE, WISHES, "step:dial", CALL},
    {"down", "up hangup verb sample board none", LIVE, WISHES, "lost", CALL},
    {"down", "up hangup verb sample", "none", WISHES, "step:dial state:dial", "stop-before-dial 1|walk hangup dial.abort|"},
    {"down", "up hangup verb sample", "none", WISHES, "step:dial state:register", "stop-before-dial 1|walk hangup dial.abort|"},
    {"down", "up hangup verb sample", "none", WISHES, "step:sim.state state:sim", "stop-before-dial 1|"},
    {"down", "up hangup verb sample", "none", WISHES, "step:register.wait state:stopped carries", "stop-before-dial 1|cancel|carry|"},
    {"down", "up verb sample", "none", WISHES, "step:register.read state:stopped", "stop-before-dial 1|"},
    {"down", "hangup", "none", WISHES, "step:hangup.ask state:register", "stop-before-dial 1|"},
    {"down", "board", "none", WISHES, "step:dial state:register", ""},
    {"down", "board", "none", WISHES, "step:register.wait state:register", ""},
    {"down", "board", "none", WISHES, "lost state:sync", ""},
    {"down", "up hangup verb sample", "none", WISHES, "step:register.wait state:register carries", "stop-before-dial 1|cancel|carry|"},
    {"down", "up hangup verb sample", "none", WISHES, "lost step:register.wait state:register", "stop-before-dial 1|cancel|clear-fault|open-port|walk hangup sync.find|"},
    {"down", "none", "none", WISHES, "", "carry|rest none|"},
    {"down", "none", "none", WISHES, "carries", "carry|"},
    {"down", "none", "none", WISHES, "lost", "clear-fault|open-port|walk hangup sync.find|"},
    {"down", "none", "none", WISHES, "shut port-fails", "clear-fault|open-port|"},
    {"idle", "up hangup verb sample board none", "none", WISHES, "", "carry|rest none|"},
    {"idle", "up hangup verb sample board none", "none", WISHES, "carries", "carry|"},
    {"idle", "none", LIVE, WISHES, "", ""},
    /* clang-format on */
};

static void try_one(const struct cell *cell, const char *use, const char *call, const char *wish)
{
    struct stage stage;
    char script[160];
    struct bench_row row = {.what = script, .script = script, .log = cell->log};
    snprintf(script, sizeof(script), "use:%s call:%s wish:%s %s %s", use, call, wish, cell->more, cell->moment);
    stage_begin(&stage);
    begin(&stage);
    bench_play(&stage.bench, &row, word);
    stage_end(&stage);
}

/* One word of @words after the other; NULL after the last. */
static const char *each(const char *words, size_t i, char *out, size_t size)
{
    for (; i > 0 && words; i--)
        words = strchr(words, ' ') ? strchr(words, ' ') + 1 : NULL;
    if (!words)
        return NULL;
    snprintf(out, size, "%.*s", (int)strcspn(words, " "), words);
    return out;
}

static void who_is_asked(void **state)
{
    char use[16], call[16], wish[16];
    for (size_t i = 0; i < MC_LENGTH_OF(cells); i++)
        for (size_t u = 0; each(cells[i].uses, u, use, sizeof(use)); u++)
            for (size_t c = 0; each(cells[i].calls, c, call, sizeof(call)); c++)
                for (size_t w = 0; each(cells[i].wishes, w, wish, sizeof(wish)); w++)
                    try_one(&cells[i], use, call, wish);
    bench_verdict();
}

/* ---- what is done ---- */

static const struct bench_row rows[] = {
    /* clang-format off */
    {"the call's fault is taken up, and a wait begins", NULL, "use:hangup fault:no-carrier verb:connect wait ended +5000",
     "failed no-carrier (detail) verb 1|5000 waited|"},
    {"a verb that came amid the hang-up is not told of it, and goes its way", NULL,
     "use:hangup fault:no-carrier verb:reset amid-hangup carries wait ended +5000", "failed no-carrier (detail) verb 0|take-up|carry|"},
    {"... or up, if it asks for no more", NULL, "use:hangup fault:no-carrier verb:connect amid-hangup wait ended +5000",
     "failed no-carrier (detail) verb 0|take-up|carry|go-up-by-person|"},
    {"in command mode nothing is waited for any more", NULL, "wait down +5000", "carry|rest none|"},
    {"... nor while it is looked for", NULL, "lost wait down +5000", "clear-fault|open-port|walk hangup sync.find|"},
    {"amid a walk the wait is not touched", NULL, "use:up wait down +5000", "stop-before-dial 1|5000 waited|"},
    {"a sample beside a call is quiet no longer, and the call's second one comes 12 s later", NULL,
     "began call:up use:sample +11999 sampling ended",
     "11999 sample-again 0|sample-in 12000|publish, quiet 0, step \"\"|sampled|"},
    {"... and later as SampleInterval= says", NULL, "began call:up use:sample +12000 sampling ended",
     "12000 sample-again 0|publish, quiet 0, step \"\"|sampled|"},
    /* clang-format on */
};

static void what_is_done(void **state)
{
    stage_rows(rows, MC_LENGTH_OF(rows), begin, word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_asked),
        cmocka_unit_test(what_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
