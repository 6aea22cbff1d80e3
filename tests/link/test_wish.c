/* SPDX-License-Identifier: MIT */
/* What is wanted, by itself: every event in every state, and the verb from its coming to its one answer. */
#include "bench.h"
#include <alloc_fail.h>
#include <errno.h>
#include <malloc.h>
#include <wish.h>

/* ---- every event in every state ---- */

/* Of radio-off and off: what is wanted once it is on again. going-off: by which way it came there. */
static const struct bench_matrix_row matrix[] = {
    /* clang-format off */
    /*                     connect disconnect expect settle radio-off radio-on switch-off switched-off lend given-back came-back */
    {"online",            "=      command    -      -      radio-off =        going-off  -            lent -          -"},
    {"command",           "online =          -      -      radio-off =        going-off  -            -    -          -"},
    {"radio-off/online",  "online command    -      =      =         online   going-off  -            -    -          -"},
    {"radio-off/command", "online command    -      =      =         command  going-off  -            -    -          -"},
    {"radio-off/settled", "online command    -      =      =         command  going-off  -            -    -          -"},
    {"going-off/online",  "online command    -      -      radio-off =        =          off          -    -          online"},
    {"going-off/command", "online command    -      -      radio-off =        =          off          -    -          command"},
    {"off/online",        "online -          =      -      -         -        -          -            -    -          online"},
    {"off/command",       "online -          =      -      -         -        -          -            -    -          command"},
    {"off/radio-online",  "online -          =      -      -         -        -          -            -    -          online"},
    {"off/radio-command", "online -          =      -      -         -        -          -            -    -          command"},
    {"off/expected",      "online -          =      -      -         -        -          -            -    -          online"},
    {"lent",              "-      -          -      -      -         -        -          -            -    online     -"},
    /* clang-format on */
};

static const struct {
    const char *name;
    enum mc_wish_event events[5];
    size_t n;
} ways[] = {
    {"online", {MC_WISH_CONNECT}, 0},
    {"command", {MC_WISH_DISCONNECT}, 1},
    {"lent", {MC_WISH_LEND}, 1},
    {"radio-off/online", {MC_WISH_SWITCH_RADIO_OFF}, 1},
    {"radio-off/command", {MC_WISH_DISCONNECT, MC_WISH_SWITCH_RADIO_OFF}, 2},
    {"radio-off/settled", {MC_WISH_SWITCH_RADIO_OFF, MC_WISH_SETTLE}, 2},
    {"going-off/online", {MC_WISH_SWITCH_OFF}, 1},
    {"going-off/command", {MC_WISH_DISCONNECT, MC_WISH_SWITCH_OFF}, 2},
    /* What was wanted before is set by each of these, though it was the other before. */
    {"off/online",
     {MC_WISH_DISCONNECT, MC_WISH_SWITCH_RADIO_OFF, MC_WISH_CONNECT, MC_WISH_SWITCH_OFF, MC_WISH_SWITCHED_OFF},
     5},
    {"off/command", {MC_WISH_DISCONNECT, MC_WISH_SWITCH_OFF, MC_WISH_SWITCHED_OFF}, 3},
    {"off/radio-online", {MC_WISH_SWITCH_RADIO_OFF, MC_WISH_SWITCH_OFF, MC_WISH_SWITCHED_OFF}, 3},
    {"off/radio-command", {MC_WISH_DISCONNECT, MC_WISH_SWITCH_RADIO_OFF, MC_WISH_SWITCH_OFF, MC_WISH_SWITCHED_OFF}, 4},
    {"off/expected", {MC_WISH_DISCONNECT, MC_WISH_SWITCH_OFF, MC_WISH_SWITCHED_OFF, MC_WISH_EXPECT}, 4},
};

static void lead(struct mc_wish *wish, const char *to)
{
    for (size_t i = 0; i < MC_LENGTH_OF(ways); i++) {
        if (strcmp(ways[i].name, to) != 0)
            continue;
        for (size_t j = 0; j < ways[i].n; j++)
            mc_wish_event(wish, ways[i].events[j]);
        return;
    }
    fail_msg("no way to %s", to);
}

static int try(struct bench *b, const char *from, int event)
{
    struct mc_wish *wish = mc_wish_new(b->queue);
    assert_non_null(wish);
    lead(wish, from);
    assert_string_equal(b->log, ""); /* nothing was refused on the way */
    bench_forget(b);
    mc_wish_event(wish, (enum mc_wish_event)event);
    int state = mc_wish_state(wish);
    mc_wish_free(wish);
    return state;
}

static void every_event_in_every_state(void **state)
{
    bench_matrix(&mc_wish_table, matrix, MC_LENGTH_OF(matrix), try);
    bench_verdict();
}

/* What is wanted before is taken from the state it came from, not from what was so once. */
static void what_was_wanted_before_is_set_anew(void **state)
{
    static const struct {
        enum mc_wish_event events[8];
        size_t n;
        enum mc_wish_state then;
    } rows[] = {
        {{MC_WISH_DISCONNECT, MC_WISH_SWITCH_RADIO_OFF, MC_WISH_CONNECT, MC_WISH_SWITCH_RADIO_OFF,
          MC_WISH_SWITCH_RADIO_ON},
         5,
         MC_WISH_ONLINE},
        {{MC_WISH_DISCONNECT, MC_WISH_SWITCH_RADIO_OFF, MC_WISH_CONNECT, MC_WISH_SWITCH_OFF, MC_WISH_SWITCH_RADIO_OFF,
          MC_WISH_SWITCH_RADIO_ON},
         6,
         MC_WISH_ONLINE},
        {{MC_WISH_SWITCH_RADIO_OFF, MC_WISH_DISCONNECT, MC_WISH_SWITCH_RADIO_OFF, MC_WISH_SWITCH_RADIO_ON},
         4,
         MC_WISH_COMMAND},
        {{MC_WISH_SWITCH_OFF, MC_WISH_DISCONNECT, MC_WISH_SWITCH_OFF, MC_WISH_SWITCHED_OFF, MC_WISH_CAME_BACK},
         5,
         MC_WISH_COMMAND},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        struct bench b;
        bench_init(&b);
        struct mc_wish *wish = mc_wish_new(b.queue);
        for (size_t j = 0; j < rows[i].n; j++)
            mc_wish_event(wish, rows[i].events[j]);
        assert_int_equal(mc_wish_state(wish), rows[i].then);
        mc_wish_free(wish);
        bench_done(&b);
    }
}

/* ---- the verb ---- */

static void on_done(void *ctx, int result, const char *text)
{
    struct bench *b = ctx;
    bench_say(b, "told %d %s, %s waits", result, text,
              mc_wish_verb(b->machine) == MC_VERB_COUNT
                  ? "none"
                  : mc_strtab_name(&mc_verb_names, (int)mc_wish_verb(b->machine)));
}

/* Whoever is told says the next verb at once. */
static void on_done_again(void *ctx, int result, const char *text)
{
    struct bench *b = ctx;
    on_done(ctx, result, text);
    mc_wish_make_room(b->machine);
    mc_wish_begin(b->machine, MC_VERB_RESET, (struct mc_wish_came){.amid_call = true}, on_done, b);
}

static bool begin(struct bench *b, const char *word)
{
    static const struct {
        const char *word;
        enum mc_verb verb;
        struct mc_wish_came came;
        mc_verb_done_fn *done;
    } begins[] = {
        {"connect", MC_VERB_CONNECT, {.amid_call = false}, on_done},
        {"disconnect", MC_VERB_DISCONNECT, {.amid_call = true}, on_done},
        {"reset-amid-hangup", MC_VERB_RESET, {.amid_call = true, .amid_hangup = true}, on_done},
        {"radio-on-then-reset", MC_VERB_RADIO_ON, {.amid_call = false}, on_done_again},
        {"nobody-waits", MC_VERB_POWER_OFF, {.amid_call = false}, NULL},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(begins); i++) {
        if (strcmp(begins[i].word, word) != 0)
            continue;
        mc_wish_begin(b->machine, begins[i].verb, begins[i].came, begins[i].done, b);
        return true;
    }
    return false;
}

static bool word(struct bench *b, const char *word)
{
    enum mc_verb verb = mc_wish_verb(b->machine);
    if (begin(b, word))
        return true;
    if (!strcmp(word, "room"))
        mc_wish_make_room(b->machine);
    else if (!strcmp(word, "end"))
        mc_wish_end(b->machine, -EIO, "It is %s.", "over");
    else if (!strcmp(word, "done"))
        mc_wish_end(b->machine, 0, "Done.");
    else if (!strcmp(word, "aside"))
        bench_say(b, "aside %d", mc_wish_set_aside(b->machine));
    else if (!strcmp(word, "take-up"))
        mc_wish_take_up(b->machine);
    else if (!strcmp(word, "person"))
        mc_wish_set_by_person(b->machine, true);
    else if (!strcmp(word, "nobody"))
        mc_wish_set_by_person(b->machine, false);
    else if (!strcmp(word, "by"))
        bench_say(b, "by person %d", mc_wish_by_person(b->machine));
    else if (!strcmp(word, "show"))
        bench_say(b, "%s, call %d, hangup %d, %lld ms",
                  verb == MC_VERB_COUNT ? "none" : mc_strtab_name(&mc_verb_names, (int)verb),
                  mc_wish_came(b->machine).amid_call, mc_wish_came(b->machine).amid_hangup,
                  (long long)mc_wish_waited_ms(b->machine));
    else
        return false;
    return true;
}

static const struct bench_row rows[] = {
    /* clang-format off */
    {"a verb waits, with what was the case when it came", NULL, "+500 disconnect +1500 show",
     "2000 disconnect, call 1, hangup 0, 1500 ms|"},
    {"... and its end is told, but not from inside", NULL, "connect end show +0 show",
     "none, call 0, hangup 0, 0 ms|told -5 It is over., none waits|none, call 0, hangup 0, 0 ms|"},
    {"without one nothing ends", NULL, "end +1000 show", "1000 none, call 0, hangup 0, 1001000 ms|"},
    {"it ends once: the first end counts", NULL, "connect done end +0 end +0", "told 0 Done., none waits|"},
    {"another one waits after it, from its own coming on", NULL, "connect done +700 room disconnect +300 show done +0",
     "told 0 Done., none waits|1000 disconnect, call 1, hangup 0, 300 ms|told 0 Done., none waits|"},
    {"room where nothing waits", NULL, "room +0 show", "none, call 0, hangup 0, 1000000 ms|"},
    {"a verb that waits makes room: told at once, and once", NULL, "connect room disconnect show +1000",
     "told -125 Another command came in between., none waits|disconnect, call 1, hangup 0, 0 ms|"},
    {"one whose end was not told yet keeps its own end", NULL, "connect done room disconnect +1000 show",
     "told 0 Done., none waits|1000 disconnect, call 1, hangup 0, 1000 ms|"},
    {"who is told may say the next", NULL, "radio-on-then-reset done +0 show done +0",
     "told 0 Done., none waits|reset, call 1, hangup 0, 0 ms|told 0 Done., none waits|"},
    {"nobody has to wait for the end", NULL, "nobody-waits done +0 show", "none, call 0, hangup 0, 0 ms|"},
    {"a verb that came amid no hang-up is not set aside", NULL, "disconnect aside show end +0",
     "aside 0|disconnect, call 1, hangup 0, 0 ms|told -5 It is over., none waits|"},
    {"one that came amid one is, and no end reaches it", NULL, "reset-amid-hangup aside show end +0 show",
     "aside 1|none, call 1, hangup 0, 0 ms|none, call 1, hangup 0, 0 ms|"},
    {"... until it is taken up: then it is about what is", NULL, "reset-amid-hangup aside take-up show aside end +0",
     "aside 1|reset, call 1, hangup 0, 0 ms|aside 0|told -5 It is over., none waits|"},
    {"one that has ended is not set aside", NULL, "reset-amid-hangup end aside +0 aside", "aside 0|told -5 It is over., none waits|aside 0|"},
    {"without one nothing is set aside", NULL, "aside", "aside 0|"},
    {"one that is aside makes room as one that waits", NULL, "reset-amid-hangup aside room connect show",
     "aside 1|told -125 Another command came in between., none waits|connect, call 0, hangup 0, 0 ms|"},
    {"... and is not taken up any more", NULL, "reset-amid-hangup aside room take-up show end +0",
     "aside 1|told -125 Another command came in between., none waits|none, call 1, hangup 0, 0 ms|"},
    {"nor is one whose end is under way", NULL, "disconnect end take-up done +0 take-up show",
     "told -5 It is over., none waits|none, call 1, hangup 0, 0 ms|"},
    {"by a person, or not", NULL, "by person by nobody by", "by person 0|by person 1|by person 0|"},
    /* clang-format on */
};

static void verb(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        struct bench b;
        bench_init(&b);
        b.machine = mc_wish_new(b.queue);
        assert_non_null(b.machine);
        bench_play(&b, &rows[i], word);
        mc_wish_free(b.machine);
        assert_int_equal(mc_timerq_next_ms(b.queue), -1);
        bench_done(&b);
    }
    bench_verdict();
}

/* Its callback is not called: whoever frees the link waits for nothing. */
static void one_that_waits_is_forgotten(void **state)
{
    struct bench b;
    bench_init(&b);
    b.machine = mc_wish_new(b.queue);
    mc_wish_begin(b.machine, MC_VERB_CONNECT, (struct mc_wish_came){.amid_call = false}, on_done, &b);
    mc_wish_end(b.machine, 0, "Done.");
    assert_int_equal(mc_timerq_next_ms(b.queue), BENCH_BEGAN_MS);
    mc_wish_free(b.machine);
    assert_int_equal(mc_timerq_next_ms(b.queue), -1);
    bench_pass(&b, 1000);
    assert_string_equal(b.log, "");
    bench_done(&b);
    mc_wish_free(NULL);
}

static void no_memory(void **state)
{
    struct bench b;
    bench_init(&b);
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        struct mc_wish *machine = mc_wish_new(b.queue);
        bool failed = alloc_fail_stop();
        assert_int_equal(machine == NULL, failed);
        mc_wish_free(machine);
        if (!failed)
            break;
    }
    size_t before = mallinfo2().uordblks; /* 0 where a sanitizer counts instead */
    mc_wish_free(mc_wish_new(b.queue));
    assert_int_equal(mallinfo2().uordblks, before);
    bench_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_in_every_state),
        cmocka_unit_test(what_was_wanted_before_is_set_anew),
        cmocka_unit_test(verb),
        cmocka_unit_test(one_that_waits_is_forgotten),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
