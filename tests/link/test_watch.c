/* SPDX-License-Identifier: MIT */
/* The witness of a call by itself: what comes in, what goes out, what a probe says, and when it is asked. */
#include "bench.h"
#include <watch.h>

static void on_stale(void *ctx, const char *detail)
{
    bench_say(ctx, "stale: %s", detail);
}

static void on_note(void *ctx, const char *text)
{
    bench_say(ctx, "note: %.48s", text);
}

static const char *on_iccid(void *ctx)
{
    return "89811";
}

static bool word(struct bench *b, const char *word)
{
    static const char *const results[] = {"answered", "lost", "unsent"};
    for (int i = 0; i < 3; i++) {
        if (!strcmp(word, results[i])) {
            b->rx += i == 0 ? 84 : 0;
            mc_watch_probed(b->machine, (enum mc_link_probe)i);
            return true;
        }
    }
    if (!strcmp(word, "proven"))
        assert_true(mc_policy_witness_answered(b->policy, "89811", b->settings.pdp.apn, b->settings.probe.target));
    else if (!strcmp(word, "start"))
        mc_watch_start(b->machine);
    else if (!strcmp(word, "stop"))
        mc_watch_stop(b->machine);
    else if (!strcmp(word, "rx"))
        b->rx += 100;
    else if (!strcmp(word, "tx"))
        b->tx += 100;
    else if (!strcmp(word, "refused"))
        b->probe_result = -1;
    else if (!strcmp(word, "sendable"))
        b->probe_result = 0;
    else if (!strcmp(word, "dns"))
        snprintf(b->status.ppp.dns[0], sizeof(b->status.ppp.dns[0]), "192.0.2.53");
    else if (!strcmp(word, "show"))
        bench_say(b, "%s %d, %llu sent, %llu lost, at %lld", b->status.probe.target, (int)b->status.probe.standing,
                  (unsigned long long)b->status.counters.probes, (unsigned long long)b->status.counters.probes_lost,
                  (long long)(b->status.probe.answer_at_ms < 0 ? -1 : b->status.probe.answer_at_ms - BENCH_BEGAN_MS));
    else
        return false;
    return true;
}

#define PROBE  "Probe.Interval=10 Probe.IdleInterval=0 Probe.Target=192.0.2.1 "
#define IDLE   "Probe.Interval=10 Probe.IdleInterval=60 Probe.Target=192.0.2.1 "
#define LOST_1 "note: nobody can vouch for the link: 192.0.2.1 has nev|"
#define LOST_2 "note: nobody can vouch for the link: 192.0.2.1 does no|"
#define UNSENT "note: the link cannot be probed: no target (see [Probe|"

static const struct bench_row rows[] = {
    /* clang-format off */
    {"a target that has to prove itself is asked at once", PROBE, "start +2000 answered +30000 show",
     "2000 probe|save|32000 192.0.2.1 1, 1 sent, 0 lost, at 2000|"},
    {"one that has proved itself is not asked for nothing", PROBE, "proven start +60000 show",
     "60000 192.0.2.1 1, 0 sent, 0 lost, at -1|"},
    {"something goes out and nothing comes in: it is asked at the end of the interval", PROBE,
     "proven start +15000 tx +5000 answered +30000", "20000 probe|"},
    {"something comes in: it is not asked", PROBE, "proven start tx rx +10000 tx rx +10000 rx +10000", ""},
    {"what went out with what came in does not count again", PROBE, "proven start tx rx +30000", ""},
    {"the bytes of before the call do not count", PROBE, "proven rx tx start +30000", ""},
    {"the probe's own bytes do not count as traffic", PROBE, "proven start tx +10000 answered +60000", "10000 probe|"},
    {"... nor those of one that was lost and forgiven", PROBE, "proven start tx +10000 rx lost +60000", "10000 probe|"},
    {"idle for long: it is asked", IDLE, "proven start +59999 +1 answered +59999 +1", "60000 probe|120000 probe|"},
    {"... since something came in", IDLE, "proven start +20000 rx +10000 +59999 +1", "90000 probe|"},
    {"... or would have, and nobody said what idle is", PROBE, "proven start +600000", ""},
    {"as many as Failures= says, 5 s apart", PROBE "Probe.Failures=3", "proven start tx +10000 lost +5000 lost +4999 +1 lost +99999 show",
     "10000 probe|15000 probe|20000 probe|save|stale: 3 probes in a row unanswered, PPP still up|119999 192.0.2.1 2, 3 sent, 3 lost, at -1|"},
    {"one is enough when it says so", PROBE "Probe.Failures=1", "proven start tx +10000 lost",
     "10000 probe|save|stale: 1 probes in a row unanswered, PPP still up|"},
    {"an answer forgives", PROBE "Probe.Failures=2", "proven start tx +10000 lost +5000 answered tx +10000 lost +5000 lost",
     "10000 probe|15000 probe|25000 probe|30000 probe|save|stale: 2 probes in a row unanswered, PPP still up|"},
    {"bytes that come in forgive, before the next probe", PROBE "Probe.Failures=2", "proven start tx +10000 lost rx +5000 tx +10000 lost +5000",
     "10000 probe|25000 probe|30000 probe|"},
    {"... and while one is under way", PROBE "Probe.Failures=2", "proven start tx +10000 lost +5000 rx lost tx +9999 +1 lost",
     "10000 probe|15000 probe|25000 probe|"},
    {"... and are life, as an answer is", IDLE, "proven start tx +10000 rx lost +59999 +1", "10000 probe|70000 probe|"},
    {"a lost one is followed by another, though nothing goes out", PROBE "Probe.Failures=9", "proven start tx +10000 lost +5000 lost +5000 lost +5000",
     "10000 probe|15000 probe|20000 probe|25000 probe|"},
    {"nothing is asked while one is under way", IDLE, "proven start tx +10000 +300000", "10000 probe|"},
    {"who never answered condemns nobody: said once", PROBE "Probe.Failures=2",
     "start +2000 lost +5000 lost +10000 lost +5000 lost +10000 lost show",
     "2000 probe|7000 probe|" LOST_1 "17000 probe|22000 probe|32000 probe|192.0.2.1 0, 5 sent, 5 lost, at -1|"},
    {"... and begins to count anew", PROBE "Probe.Failures=2", "start +2000 rx lost +10000 lost +5000 lost tx +10000 lost +4999 +1",
     "2000 probe|12000 probe|17000 probe|" LOST_1 "27000 probe|32000 probe|"},
    {"five proofs of a call, though bytes come in; then it is left alone", PROBE "Probe.Failures=1",
     "start +2000 rx lost rx +10000 rx lost rx +10000 rx lost rx +10000 rx lost rx +10000 rx lost rx +10000 rx +10000 rx +10000",
     "2000 probe|12000 probe|22000 probe|32000 probe|42000 probe|"},
    {"... or until it answers", PROBE, "start +2000 answered rx tx +10000 rx +10000", "2000 probe|save|"},
    {"the next call's proofs are its own", PROBE "Probe.Failures=1",
     "start +2000 lost +10000 lost +10000 lost +10000 lost +10000 lost stop start +2000 lost rx +10000",
     "2000 probe|" LOST_1 "12000 probe|22000 probe|32000 probe|42000 probe|44000 probe|" LOST_1 "54000 probe|"},
    {"a second sentence is not one: its word is gone", PROBE "Probe.Failures=1",
     "proven start tx +10000 lost stop start +2000 lost show tx +10000",
     "10000 probe|save|stale: 1 probes in a row unanswered, PPP still up|12000 probe|save|" LOST_2
     "192.0.2.1 3, 2 sent, 2 lost, at -1|22000 probe|"},
    {"... until it answers again, and then its loss is told again", PROBE "Probe.Failures=1",
     "proven start tx +10000 lost stop start +2000 lost tx +10000 answered tx +10000 lost stop start +2000 lost show",
     "10000 probe|save|stale: 1 probes in a row unanswered, PPP still up|12000 probe|save|" LOST_2
     "22000 probe|save|32000 probe|save|stale: 1 probes in a row unanswered, PPP still up|34000 probe|save|" LOST_2
     "192.0.2.1 3, 5 sent, 4 lost, at 22000|"},
    {"an answer between two losses takes the word back", PROBE "Probe.Failures=1",
     "start +2000 lost +10000 answered show", "2000 probe|" LOST_1 "12000 probe|save|192.0.2.1 1, 2 sent, 1 lost, at 12000|"},
    {"one that cannot be sent is told once a call, and tried again", PROBE, "refused start +2000 +9999 +1 show stop start +2000",
     "2000 probe|" UNSENT "12000 probe|192.0.2.1 0, 0 sent, 0 lost, at -1|14000 probe|" UNSENT},
    {"... and the next one may be", PROBE, "refused start +2000 sendable +10000 answered", "2000 probe|" UNSENT "12000 probe|save|"},
    {"the same when it turns out later", PROBE, "start +2000 unsent +9999 +1", "2000 probe|" UNSENT "12000 probe|"},
    {"... and it is no loss", PROBE "Probe.Failures=1", "proven start tx +10000 unsent +60000 show", "10000 probe|" UNSENT "70000 192.0.2.1 1, 1 sent, 0 lost, at -1|"},
    {"no target is named: the network's name server", "Probe.Interval=10", "dns start show", "192.0.2.53 0, 0 sent, 0 lost, at -1|"},
    {"no interval, no probe", "Probe.Interval=0 Probe.Target=192.0.2.1", "start tx +600000 show", "600000  0, 0 sent, 0 lost, at -1|"},
    {"no method, no probe", "Probe.Method=none Probe.Target=192.0.2.1 Probe.Interval=10", "start tx +600000 show", "600000  0, 0 sent, 0 lost, at -1|"},
    {"after its end it is silent", PROBE, "start stop +600000", ""},
    {"a probe that was under way at the end does not hinder the next call", PROBE, "proven start tx +10000 stop start tx +10000",
     "10000 probe|20000 probe|"},
    {"the losses of the last call are not this one's", PROBE "Probe.Failures=2", "proven start tx +10000 lost stop start tx +10000 lost +5000",
     "10000 probe|20000 probe|25000 probe|"},
    {"a call's idle time begins with it", IDLE, "proven +500000 start +59999 +1", "560000 probe|"},
    /* clang-format on */
};

static void witness(void **state)
{
    static const struct mc_watch_host host = {.stale = on_stale, .note = on_note, .iccid = on_iccid};
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        struct bench b;
        bench_init(&b);
        bench_set(&b, rows[i].settings);
        b.machine = mc_watch_new(b.queue, &b.settings, &b.status, b.policy, &bench_requests, &b, &host, &b);
        assert_non_null(b.machine);
        bench_play(&b, &rows[i], word);
        mc_watch_free(b.machine);
        assert_int_equal(mc_timerq_next_ms(b.queue), -1);
        bench_done(&b);
    }
    mc_watch_free(NULL);
    bench_verdict();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(witness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
