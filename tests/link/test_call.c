/* SPDX-License-Identifier: MIT */
/* The PPP call by itself: every event in every state, what it asks for and tells, and its deadlines. */
#include "bench.h"
#include <alloc_fail.h>
#include <call.h>

/* ---- what it tells ---- */

static void on_began(void *ctx)
{
    bench_say(ctx, "began");
}

static void on_online(void *ctx, int64_t since_ms)
{
    bench_say(ctx, "online %lld", (long long)since_ms);
}

static void on_good(void *ctx)
{
    bench_say(ctx, "good");
}

static void on_changed(void *ctx)
{
    bench_say(ctx, "changed");
}

static void on_bounced(void *ctx, bool leaving)
{
    bench_say(ctx, leaving ? "leaves" : "bounced");
}

static void on_ending(void *ctx, enum mc_fault fault, const char *detail)
{
    bench_say(ctx, "ending %s (%s)", mc_fault_info(fault)->code, detail);
}

static void on_ended(void *ctx, enum mc_fault fault, const char *detail, bool worked)
{
    bench_say(ctx, "ended %s (%s)%s", mc_fault_info(fault)->code, detail, worked ? " worked" : "");
}

static void on_note(void *ctx, const char *text)
{
    bench_say(ctx, "note: %.24s", text);
}

static const char *on_iccid(void *ctx)
{
    return "89811";
}

static const struct mc_datacall_host host = {.began = on_began,
                                             .online = on_online,
                                             .good = on_good,
                                             .changed = on_changed,
                                             .bounced = on_bounced,
                                             .ending = on_ending,
                                             .ended = on_ended,
                                             .note = on_note,
                                             .iccid = on_iccid};

static void make(struct bench *b)
{
    b->machine = mc_datacall_new(b->queue, &b->settings, &b->status, b->policy, &bench_requests, b, &host, b);
    assert_non_null(b->machine);
}

/* ---- words ---- */

static void show(struct bench *b)
{
    const struct mc_status_ppp *ppp = &b->status.ppp;
    bench_say(b, "phase %d since %lld, mtu %d, pid %d, %llu calls, %s", (int)ppp->phase,
              (long long)(ppp->phase_at_ms - BENCH_BEGAN_MS), (int)ppp->mtu, (int)ppp->pid,
              (unsigned long long)b->status.counters.calls, mc_datacall_alive(b->machine) ? "alive" : "none");
}

static bool plain_word(struct bench *b, const char *word)
{
    if (!strcmp(word, "start"))
        mc_datacall_start(b->machine);
    else if (!strcmp(word, "up"))
        mc_datacall_up(b->machine);
    else if (!strcmp(word, "down"))
        mc_datacall_down(b->machine);
    else if (!strcmp(word, "lost"))
        mc_datacall_lost(b->machine);
    else if (!strcmp(word, "negotiates"))
        mc_datacall_phase(b->machine, MC_PPP_NETWORK);
    else if (!strcmp(word, "terminates"))
        mc_datacall_phase(b->machine, MC_PPP_TERMINATE);
    else if (!strcmp(word, "silence"))
        mc_datacall_probed(b->machine, MC_LINK_PROBE_LOST);
    else if (!strcmp(word, "proven"))
        assert_true(mc_policy_witness_answered(b->policy, "89811", b->settings.pdp.apn, b->settings.probe.target));
    else if (!strcmp(word, "tx"))
        b->tx += 100;
    else if (!strcmp(word, "no-pppd"))
        b->call_fault = MC_FAULT_PPPD_MISSING;
    else if (!strcmp(word, "quiet"))
        bench_forget(b);
    else if (!strcmp(word, "show"))
        show(b);
    else
        return false;
    return true;
}

static bool word(struct bench *b, const char *word)
{
    const char *arg = strchr(word, ':');
    if (!arg)
        return plain_word(b, word);
    arg++;
    if (!strncmp(word, "stop:", 5))
        mc_datacall_end(b->machine, bench_fault(arg), "told", false);
    else if (!strncmp(word, "kill:", 5))
        mc_datacall_end(b->machine, bench_fault(arg), "told", true);
    else if (!strncmp(word, "exit:", 5))
        mc_datacall_exited(b->machine, bench_fault(arg), "pppd said");
    else if (!strncmp(word, "adopt:", 6)) /* ms of the queue's clock */
        mc_datacall_adopt(b->machine, atoll(arg));
    else
        return false;
    return true;
}

/* ---- every event in every state ---- */

static const struct bench_matrix_row matrix[] = {
    /* clang-format off */
    /*                    started      address no-address settled stop    kill    exited lost */
    {"none",             "negotiating  =       =          .       =       =       =      ="},
    {"negotiating",      "-            up      =          .       ending  ending  none   none"},
    {"up",               "-            =       bouncing   .       ending  ending  none   none"},
    {"bouncing",         "-            up      =          .       ending  ending  none   none"},
    {"leaving",          "-            =       =          .       ending  ending  none   none"},
    {"ending",           "-            =       =          .       =       =       none   none"},
    /* clang-format on */
};

static void lead(struct bench *b, const char *to)
{
    static const struct {
        const char *state, *script;
        enum mc_datacall_state is;
    } ways[] = {
        {"none", "", MC_DATACALL_NONE},
        {"negotiating", "start", MC_DATACALL_NEGOTIATING},
        {"up", "start up", MC_DATACALL_UP},
        {"bouncing", "start up down", MC_DATACALL_BOUNCING},
        {"leaving", "start up terminates down +1000", MC_DATACALL_LEAVING},
        {"ending", "start up stop:link-stale", MC_DATACALL_ENDING},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(ways); i++) {
        if (strcmp(ways[i].state, to) != 0)
            continue;
        bench_do(b, to, ways[i].script, word);
        assert_true(mc_datacall_in(b->machine, MC_MACHINE_BIT(ways[i].is)));
        return;
    }
    fail_msg("no way to %s", to);
}

static int try(struct bench *b, const char *from, int event)
{
    static const char *const scripts[] = {
        [MC_DATACALL_STARTED] = "start",
        [MC_DATACALL_ADDRESS] = "up",
        [MC_DATACALL_NO_ADDRESS] = "down",
        [MC_DATACALL_STOP] = "stop:no-carrier",
        [MC_DATACALL_KILL] = "kill:no-carrier",
        [MC_DATACALL_EXITED] = "exit:pppd-died",
        [MC_DATACALL_LOST] = "lost",
    };
    make(b);
    lead(b, from);
    bench_forget(b);
    bench_do(b, from, scripts[event], word);
    int state = MC_DATACALL_NONE;
    while (!mc_datacall_in(b->machine, MC_MACHINE_BIT(state)))
        state++;
    mc_datacall_free(b->machine);
    return state;
}

static void every_event_in_every_state(void **state)
{
    bench_matrix(&mc_datacall_table, matrix, MC_LENGTH_OF(matrix), try);
    bench_verdict();
}

/* ---- rows ---- */

#define PROBE  "Probe.Interval=10 Probe.IdleInterval=0 Probe.Failures=1 Probe.Target=192.0.2.1 "
#define NO     "Probe.Interval=0 Recovery.GoodAfter=600 "
#define UP     "network up|changed|online -1|"
#define ENDED  "network down|ended "
#define SILENT "1 probes in a row unanswered, PPP still up"

static const struct bench_row rows[] = {
    /* clang-format off */
    {"before it began its status is that of none", NO, "show", "phase 0 since 0, mtu -2147483648, pid -1, 0 calls, none|"},
    {"pppd is started, and an address comes", NO, "+5 start +2000 up", "5 began|call|changed|2005 " UP},
    {"... for the whole call, and the status is new with it", NO, "negotiates +7 start show", "7 began|call|changed|phase 0 since 7, mtu -2147483648, pid -1, 1 calls, alive|"},
    {"pppd cannot be started: it ends for that", NO, "no-pppd start show", "began|call|ended pppd-missing (call failed)|phase 0 since 0, mtu -2147483648, pid -1, 1 calls, none|"},
    {"nobody hears what comes after its end", NO, "up down stop:no-carrier kill:no-carrier exit:pppd-died lost negotiates silence show",
     "phase 0 since 0, mtu -2147483648, pid -1, 0 calls, none|"},
    {"a call under way is not started again, nor taken over", NO, "start quiet start adopt:0 show exit:pppd-died",
     "log 4: call: started means nothing in negotiating, and was refused|log 4: call: started means nothing in negotiating, and was refused|"
     "phase 0 since 0, mtu -2147483648, pid -1, 1 calls, alive|ended pppd-died (pppd said)|"},
    {"phases are shown, with since when", NO, "start quiet +300 negotiates +5 show", "305 phase 4 since 300, mtu -2147483648, pid -1, 1 calls, alive|"},
    {"another address, and the routes with it", NO, "start up quiet +1 up", "1 network up|changed|"},
    {"GoodAfter= later it is good, once", NO, "start up quiet +599999 +1 +600000", "600000 good|"},
    {"... counted from the address that came last", NO, "start up +500000 down up quiet +599999 +1", "1100000 good|"},
    {"... and not while there is none", NO, "start up +599500 quiet down +1000", "network down|600500 bounced|"},
    {"... and not after the end", NO, "start up stop:none quiet +600000", ""},
    /* an address goes */
    {"it may come back at once: nobody is told", NO, "start up quiet down +999 up +60000", "network down|999 " UP},
    {"... or soon", NO, "start up quiet down +999 +1 +28999 up +60000", "network down|1000 bounced|29999 " UP},
    {"... or not", NO, "start up quiet down +29999 +1 +60000",
     "network down|1000 bounced|30000 ending ppp-no-address (the address went away and did not come back)|call-stop|"},
    {"pppd takes its leave: said after a second, and no address is believed", NO, "start up terminates quiet down +999 +1 up +29000",
     "network down|1000 leaves|30000 ending ppp-no-address (the address went away and did not come back)|call-stop|"},
    {"... and then it ends as pppd says", NO, "start up terminates quiet down +1000 exit:ppp-terminated +60000",
     "network down|1000 leaves|ended ppp-terminated (pppd said)|"},
    {"there was none to go", NO, "start quiet down +60000", ""},
    {"it goes once", NO, "start up quiet down down +1000", "network down|1000 bounced|"},
    {"pppd ends before the second is over: that alone is told", NO, "start up quiet down exit:ppp-terminated +60000",
     "network down|ended ppp-terminated (pppd said)|"},
    /* the end */
    {"it is wanted so", NO, "start up quiet stop:none exit:none", "ending none (told)|call-stop|" ENDED "none (told)|"},
    {"... though pppd has a reason of its own", NO, "start up quiet stop:none exit:pppd-died", "ending none (told)|call-stop|" ENDED "none (told)|"},
    {"the first reason is the cause", NO, "start up quiet stop:link-stale stop:no-carrier exit:pppd-died",
     "ending link-stale (told)|call-stop|" ENDED "link-stale (told)|"},
    {"... and a kill changes how, not why", NO, "start up quiet stop:link-stale kill:no-carrier exit:none",
     "ending link-stale (told)|call-stop|ending link-stale (told)|call-kill|" ENDED "link-stale (told)|"},
    {"nobody would hear a farewell", NO, "start up quiet kill:no-carrier exit:none", "ending no-carrier (told)|call-kill|" ENDED "no-carrier (told)|"},
    {"ended while it negotiates: no route was given, none is taken back", NO, "start quiet stop:none exit:none", "ending none (told)|call-stop|ended none (told)|"},
    {"... or while an address is away", NO, "start up down quiet stop:none exit:none +60000", "ending none (told)|call-stop|ended none (told)|"},
    {"the address goes amid the end: the routes with it, once", NO, "start up quiet stop:none +1 down +1 down exit:none",
     "ending none (told)|call-stop|1 network down|2 ended none (told)|"},
    {"an address that comes amid the end is none", NO, "start quiet stop:none up exit:none", "ending none (told)|call-stop|ended none (told)|"},
    {"pppd ends by itself", NO, "start up quiet exit:ppp-echo-dead show",
     ENDED "ppp-echo-dead (pppd said)|phase 0 since 0, mtu -2147483648, pid -1, 1 calls, none|"},
    {"... and does not say why", NO, "start up quiet exit:none", ENDED "pppd-died (pppd said)|"},
    {"the reason of a call is not that of the next", NO, "start up stop:link-stale exit:none start quiet exit:none", "ended pppd-died (pppd said)|"},
    {"the end makes the status anew", NO, "start negotiates up +9 stop:none exit:none show",
     "began|call|changed|" UP "9 ending none (told)|call-stop|" ENDED "none (told)|phase 0 since 9, mtu -2147483648, pid -1, 1 calls, none|"},
    {"the device is gone under it: nobody is told, and nothing is waited for", NO, "start up negotiates +5 quiet lost show exit:none +600000",
     "network down|call-kill|phase 0 since 5, mtu -2147483648, pid -1, 1 calls, none|"},
    {"... while it negotiates, ends or has no address", NO, "start lost start stop:none lost start up down quiet lost +600000", "network down|call-kill|"},
    /* did it work? */
    {"it carried long enough, and the modem ended it", NO, "start up +45000 quiet kill:no-carrier exit:none", "ending no-carrier (told)|call-kill|" ENDED "no-carrier (told) worked|"},
    {"... a moment less", NO, "start up +44999 quiet kill:no-carrier exit:none", "ending no-carrier (told)|call-kill|" ENDED "no-carrier (told)|"},
    {"... or the network", NO, "start up +45000 quiet kill:pdp-disconnected exit:none", "ending pdp-disconnected (told)|call-kill|" ENDED "pdp-disconnected (told) worked|"},
    {"... or its peer, or pppd", NO, "start up +45000 quiet exit:ppp-terminated", ENDED "ppp-terminated (pppd said) worked|"},
    {"... which died", NO, "start up +45000 quiet exit:pppd-died", ENDED "pppd-died (pppd said) worked|"},
    {"... or failed", NO, "start up +45000 quiet exit:pppd-failed", ENDED "pppd-failed (pppd said) worked|"},
    {"one that fell silent did not work", NO, "start up +45000 quiet exit:ppp-echo-dead", ENDED "ppp-echo-dead (pppd said)|"},
    {"... nor one that is ended because somebody wants it", NO, "start up +45000 quiet stop:none exit:none", "ending none (told)|call-stop|" ENDED "none (told)|"},
    {"... nor one that never had an address", NO, "start +45000 quiet exit:pppd-died", "ended pppd-died (pppd said)|"},
    {"a bounce does not begin it anew", NO, "start up +44000 down +500 up +500 quiet exit:pppd-died", ENDED "pppd-died (pppd said) worked|"},
    {"the next one begins it anew", NO, "start up +45000 exit:pppd-died start quiet exit:pppd-died", "ended pppd-died (pppd said)|"},
    {"... and its first address, not the last one's", NO, "start up +45000 exit:pppd-died start up +1 quiet exit:pppd-died", ENDED "pppd-died (pppd said)|"},
    /* one that was taken over */
    {"a call of the daemon before is online since when it was", NO, "adopt:955000 quiet up", "network up|changed|online 955000|"},
    {"... and worked since then", NO, "adopt:955000 up quiet exit:pppd-died", ENDED "pppd-died (pppd said) worked|"},
    {"... a moment less", NO, "adopt:955001 up quiet exit:pppd-died", ENDED "pppd-died (pppd said)|"},
    {"... though the address bounces", NO, "adopt:0 up down up quiet exit:pppd-died", ENDED "pppd-died (pppd said) worked|"},
    {"... since the clock began", NO, "adopt:0 up quiet exit:pppd-died", ENDED "pppd-died (pppd said) worked|"},
    {"nobody knows since when: from now", NO, "adopt:-1 quiet up exit:pppd-died", UP ENDED "pppd-died (pppd said)|"},
    {"... nor can it be from later on", NO, "adopt:1000001 up +44999 quiet exit:pppd-died", ENDED "pppd-died (pppd said)|"},
    {"... a moment more", NO, "adopt:1090000 up +45000 quiet exit:pppd-died", ENDED "pppd-died (pppd said) worked|"},
    {"it is no call of ours: not counted, pppd not started", NO, "adopt:5 show", "began|phase 0 since 0, mtu -2147483648, pid -1, 0 calls, alive|"},
    {"after a bounce it is online as any other", NO, "adopt:955000 up down quiet up", UP},
    {"... and so is the next one", NO, "adopt:955000 exit:pppd-died start quiet up", UP},
    /* does it carry? */
    {"it is asked whether it carries, and ends when nothing comes back", PROBE, "proven start up quiet tx +10000 silence exit:none",
     "10000 probe|save|ending link-stale (" SILENT ")|call-stop|network down|ended link-stale (" SILENT ")|"},
    {"... by one that cannot vouch, not", PROBE, "start up quiet +2000 silence", "2000 probe|note: nobody can vouch for the|"},
    {"it is asked nothing before it is up, and while it has no address", PROBE,
     "proven start tx +60000 up tx down quiet +20000", "61000 bounced|"},
    {"... and at its end", PROBE, "proven start up tx stop:none quiet +60000", ""},
    {"what was asked before an address went is not heard", PROBE, "proven start up tx +10000 quiet down silence", "network down|"},
    /* clang-format on */
};

static void the_call(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        struct bench b;
        bench_init(&b);
        bench_set(&b, rows[i].settings);
        make(&b);
        bench_play(&b, &rows[i], word);
        mc_datacall_free(b.machine);
        assert_int_equal(mc_timerq_next_ms(b.queue), -1);
        bench_done(&b);
    }
    mc_datacall_free(NULL);
    bench_verdict();
}

static void no_memory(void **state)
{
    struct bench b;
    bench_init(&b);
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        struct mc_datacall *machine =
            mc_datacall_new(b.queue, &b.settings, &b.status, b.policy, &bench_requests, &b, &host, &b);
        bool failed = alloc_fail_stop();
        assert_int_equal(machine == NULL, failed);
        mc_datacall_free(machine);
        if (!failed)
            break;
    }
    bench_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_in_every_state),
        cmocka_unit_test(the_call),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
