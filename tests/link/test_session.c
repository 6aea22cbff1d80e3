/* SPDX-License-Identifier: MIT */
/* The modem as this host meets it, by itself: every event in every state, the port, the line and the board's lines. */
#include "session_bench.h"
#include <alloc_fail.h>

/* ---- every event in every state ---- */

static const struct bench_matrix_row matrix[] = {
    /* clang-format off */
    /*           plugged unplugged opened closed    adopted answered doubted rebooted went-off worked */
    {"absent",   "shut   -         -      =         met     -        =       -        -        -"},
    {"shut",     "-      absent    booting =        met     -        =       -        -        -"},
    {"shut-off", "-      absent    waking =         -       -        =       -        -        -"},
    {"booting",  "-      absent    -      shut      -       met      =       =        off      ="},
    {"lost",     "-      absent    -      shut      -       met      =       booting  off      booting"},
    {"met",      "-      absent    -      shut      -       =        lost    booting  off      booting"},
    {"off",      "-      absent    -      shut-off  -       met      =       booting  =        waking"},
    {"waking",   "-      absent    -      shut-off  -       met      =       booting  off      ="},
    /* clang-format on */
};

/* The same rows: what else happens. "anew": what the modem told holds no more, nor in what mode it is; "told": only its
 * facts; "close": the port is given back; "unknown": in what mode it is. */
static const struct bench_matrix_row actions[] = {
    /* clang-format off */
    {"absent",   "told   .         .       .        .       .        .       .        .        ."},
    {"shut",     ".      .         unknown .        .       .        .       .        .        ."},
    {"shut-off", ".      .         unknown .        .       .        .       .        .        ."},
    {"booting",  ".      close     .       close    .       .        .       anew     anew     anew"},
    {"lost",     ".      close     .       close    .       .        .       anew     anew     anew"},
    {"met",      ".      close     .       close    .       .        unknown anew     anew     anew"},
    {"off",      ".      close     .       close    .       .        .       anew     anew     anew"},
    {"waking",   ".      close     .       close    .       .        .       anew     anew     anew"},
    /* clang-format on */
};

static void lead(struct session_bench *s, const char *to)
{
    static const struct {
        const char *state, *script;
    } ways[] = {
        {"absent", ""},
        {"shut", "event:plugged"},
        {"shut-off", "event:plugged open event:went-off drop:closed"},
        {"booting", "event:plugged open"},
        {"lost", "event:plugged open event:answered event:doubted"},
        {"met", "event:plugged open event:answered"},
        {"off", "event:plugged open event:went-off"},
        {"waking", "event:plugged open event:went-off event:worked"},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(ways); i++)
        if (!strcmp(ways[i].state, to))
            bench_do(&s->bench, to, ways[i].script, session_word);
    assert_string_equal(mc_strtab_name(mc_session_table.states, session_state(s->session)), to);
    s->bench.status.modem.line = MC_LINE_COMMAND;
    bench_do(&s->bench, to, "facts", session_word);
    bench_forget(&s->bench);
}

static int try(struct bench *b, const char *from, int event)
{
    struct session_bench s;
    session_begin(&s, NULL);
    lead(&s, from);
    mc_session_event(s.session, (enum mc_session_event)event);
    int state = session_state(s.session);
    memcpy(b->log, s.bench.log, sizeof(b->log));
    session_end(&s);
    return state;
}

static void every_event_in_every_state(void **state)
{
    bench_matrix(&mc_session_table, matrix, MC_LENGTH_OF(matrix), try);
    bench_verdict();
}

static void try_action(const char *from, int event, const char *wanted)
{
    struct session_bench s;
    session_begin(&s, NULL);
    lead(&s, from);
    mc_session_event(s.session, (enum mc_session_event)event);
    bool told = *mc_session_facts(s.session)->cpin, known = s.bench.status.modem.line != MC_LINE_UNKNOWN;
    const char *is = strstr(s.bench.log, "close|") ? "close"
                     : told                        ? (known ? "." : "unknown")
                                                   : (known ? "told" : "anew");
    if (strcmp(is, wanted) != 0)
        bench_failed("%s in %s: is %s, wanted %s", mc_strtab_name(mc_session_table.events, event), from, is, wanted);
    session_end(&s);
}

static void what_else_happens(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(actions); i++) {
        char copy[160], *rest = copy, *cell;
        int event = 0;
        snprintf(copy, sizeof(copy), "%s", actions[i].cells);
        while ((cell = strsep(&rest, " ")))
            if (*cell)
                try_action(actions[i].from, event++, cell);
        assert_int_equal(event, mc_session_table.events->count);
    }
    bench_verdict();
}

/* ---- rows ---- */

#define MET "event:plugged open event:answered forget "

static const struct bench_row rows[] = {
    /* clang-format off */
    /* the port */
    {"a port is opened once", NULL, "event:plugged show open show open",
     "shut, present, use none, step end, line closed|open|booting, present, open, use none, step end, line unknown|"},
    {"... or says why not", NULL, "event:plugged open-fails open show",
     "open|device-busy: open failed|shut, present, use none, step end, line closed|"},
    {"it is given up", NULL, MET "at:AT+CSQ drop:closed show +9000",
     "write AT+CSQ|answer cancelled|close|shut, present, use none, step end, line closed|"},
    {"... for good", NULL, MET "at:AT+CSQ drop:unplugged show",
     "write AT+CSQ|answer cancelled|close|absent, not there, use none, step end, line closed|"},
    {"nothing is written to one that is shut", NULL, "event:plugged at:AT+CSQ +0 show",
     "answer cancelled|shut, present, use none, step end, line closed|"},
    {"... nor heard from it", NULL, "event:plugged <RING =abc show", "shut, present, use none, step end, line closed|"},
    {"from its first word on it is in command mode", NULL, "event:plugged open show event:answered show",
     "open|booting, present, open, use none, step end, line unknown|met, present, open, met, use none, step end, line command|"},
    {"... or in the mode that it was brought to", NULL, "adopt:0 event:answered show",
     "data-mode 1|adopted 0|met, present, open, met, use none, step end, line data|"},
    {"its defaults", NULL, MET "defaults", "flow 0|baud 115200|"},
    /* the line */
    {"what is heard, and when", NULL, MET "answered? +700 at:AT <OK +0 answered?",
     "answered at -1|700 write AT|heard OK|answer OK OK|answered at 700|"},
    {"... a URC is no answer", NULL, MET "+700 <RING answered?", "700 urc RING|answered at -1|"},
    {"who asked is told that none can come", NULL, MET "walk:up:sim.check at:AT+CSQ no-answers show",
     "write AT+CSQ|answer cancelled No answer can come.|met, present, open, met, use none, step end, line command|"},
    {"... without a walk, too", NULL, MET "at:AT+CSQ at:AT+CBC no-answers show",
     "write AT+CSQ|answer cancelled No answer can come.|answer cancelled No answer can come.|"
     "met, present, open, met, use none, step end, line command|"},
    {"a call of the daemon before", NULL, "adopt:0 show =abc =NO_CARRIER",
     "data-mode 1|adopted 0|met, present, open, met, use none, step end, line data|data abc|data NO CARRIER|"},
    {"... whose end is seen, and AT has the line again", NULL, "adopt:0 take-back show at:AT",
     "data-mode 1|adopted 0|data-mode 0|met, present, open, met, use none, step end, line command|write AT|"},
    {"... in its middle: an LF is PPP's", NULL, "adopt:0 =^abc", "data-mode 1|adopted 0|data \nabc|"},
    {"... and pppd takes what it can", NULL, "adopt:0 takes:2 =abc", "data-mode 1|adopted 0|data abc|taken 2|"},
    {"... in the multiplexer", NULL, "event:plugged adopt:31 forget show", "met, present, open, met, use none, step end, line mux, muxed|"},
    {"... which ends when the modem starts anew", NULL, "event:plugged adopt:31 forget event:rebooted show",
     "data-mode 0|booting, present, open, use none, step end, line unknown|"},
    {"the late answer to a dial: what it carries is not known", NULL, MET "<CONNECT_115200 show",
     "urc CONNECT 115200|lost, present, open, use none, step end, line unknown|"},
    {"... no other line says so", NULL, MET "<RING show", "urc RING|met, present, open, met, use none, step end, line command|"},
    {"it starts anew by itself", NULL, MET "<*ATREADY:_1", "urc *ATREADY: 1 reboot|"},
    {"why the multiplexer is not used", NULL, MET "mux-why distrust:silent mux-why", "why \"\"|why \"silent\"|"},
    /* a sample */
    {"it is asked when it is due, once", NULL, MET "sample:5000 +4999 +1 +5000", "5000 sample|"},
    {"... not after the end", NULL, MET "sample:5000", ""},
    {"... the last word counts", NULL, MET "sample:5000 +4000 sample:5000 +4999 +1", "9000 sample|"},
    /* the board's lines */
    {"which there are", NULL, "has:none has:break has:auto bridge has:auto has:none", "has none 0|has break 1|has auto 0|has auto 1|has none 0|"},
    {"one that answers is detached first", NULL, MET "board:reset show <OK +0 worked:0 show",
     "write AT+CGATT=0|met, present, open, met, use board, step end, line command|heard OK|board reset|flow 0|baud 115200|worked 0, now none|"
     "booting, present, open, use none, step end, line unknown|"},
    {"... whatever it says to it", NULL, MET "board:power-off <ERROR +0", "write AT+CGATT=0|heard ERROR|board power-off|"},
    {"... or does not, for five seconds", NULL, MET "board:power-cycle +4999 +1", "write AT+CGATT=0|5000 board power-cycle|"},
    {"... ahead of what waits, which ends", NULL, MET "at:AT+CSQ at:AT+CBC board:reset <+IPR:_115200 <OK +0 <OK +0",
     "write AT+CSQ|answer cancelled|answer cancelled|write AT+IPR?|heard +IPR: 115200|heard OK|write AT+CGATT=0|heard OK|board reset|"},
    {"... in a bounded time, though nothing is answered", NULL, MET "at:AT+CSQ board:reset +30000",
     "write AT+CSQ|answer cancelled|write AT+IPR?|2000 write AT+CGATT=0|7000 board reset|"},
    {"... unless the port is gone", NULL, MET "board:reset drop:closed +6000 worked:0 show",
     "write AT+CGATT=0|close|6000 shut, present, use none, step end, line closed|"},
    {"... or it is called off", NULL, MET "board:reset cancel <OK +0 worked:0 show",
     "write AT+CGATT=0|heard OK|met, present, open, met, use none, step end, line command|"},
    {"... for another, and is that one's no more", NULL, MET "board:reset cancel event:doubted board:power-cycle +0 <OK +0",
     "write AT+CGATT=0|board power-cycle|"},
    {"... and another line instead", NULL, MET "board:reset board:power-cycle <OK +0", "write AT+CGATT=0|heard OK|board power-cycle|"},
    {"... after which it is no other's any more", NULL, MET "board:reset <OK +0 board:power-cycle +0 <OK +0",
     "write AT+CGATT=0|heard OK|board reset|write AT+CGATT=0|heard OK|board power-cycle|"},
    {"its port is given up amid a walk, which has no end of its own", NULL, MET "walk:up:sim.check drop:unplugged show +60000",
     "close|absent, not there, use none, step end, line closed|"},
    {"... nor one that the session's end cuts off", NULL, MET "walk:up:sim.check", ""},
    {"a walk ends for it", NULL, MET "walk:up:sim.check board:reset show",
     "write AT+CGATT=0|met, present, open, met, use board, step end, line command|"},
    {"one that was not met hears nothing", NULL, "event:plugged open event:answered event:doubted forget board:reset show",
     "board reset|lost, present, open, use board, step end, line unknown|"},
    {"... nor one that is to be switched on", NULL, MET "board:power-on show",
     "board power-on|met, present, open, met, use board, step end, line command|"},
    {"... nor in a call", NULL, "adopt:0 forget board:reset show", "board reset|met, present, open, met, use board, step end, line data|"},
    {"what cannot be sent does not hinder it", NULL, MET "write-fails:5 board:reset +0", "write AT+CGATT=0|board reset|"},
    {"it could not be worked", NULL, MET "board:reset <OK +0 worked:-5 show",
     "write AT+CGATT=0|heard OK|board reset|worked -5, now none|met, present, open, met, use none, step end, line command|"},
    {"... by a modem that does not answer", NULL, MET "event:doubted board:reset +0 worked:-5 show",
     "board reset|worked -5, now none|lost, present, open, use none, step end, line unknown|"},
    {"... amid the multiplexer", NULL, "event:plugged adopt:31 forget board:power-on worked:-5 show",
     "board power-on|worked -5, now none|met, present, open, met, use none, step end, line mux, muxed|"},
    {"what was asked meanwhile ends", NULL, MET "board:reset <OK +0 at:AT+CSQ worked:0",
     "write AT+CGATT=0|heard OK|board reset|write AT+CSQ|answer cancelled|flow 0|baud 115200|worked 0, now none|"},
    {"nobody asked for it", NULL, MET "worked:0 show", "met, present, open, met, use none, step end, line command|"},
    {"... any more", NULL, MET "board:reset <OK +0 worked:0 forget worked:0", ""},
    {"whoever is there then starts anew: flow and facts", NULL, MET "facts board:reset <OK +0 worked:0 facts?",
     "write AT+CGATT=0|heard OK|board reset|flow 0|baud 115200|worked 0, now none|unknown|"},
    /* clang-format on */
};

static void the_session(void **state)
{
    session_rows(rows, MC_LENGTH_OF(rows), NULL);
    mc_session_free(NULL);
}

static void no_memory(void **state)
{
    static const struct mc_session_host nobody = {.done = NULL};
    struct bench b;
    bench_init(&b);
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        struct mc_session *session = mc_session_new(b.queue, &b.settings, &b.status, &bench_requests, &b, &nobody, &b);
        bool failed = alloc_fail_stop();
        assert_int_equal(session == NULL, failed);
        mc_session_free(session);
        assert_int_equal(mc_timerq_next_ms(b.queue), -1);
        if (!failed)
            break;
    }
    bench_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_in_every_state),
        cmocka_unit_test(what_else_happens),
        cmocka_unit_test(the_session),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
