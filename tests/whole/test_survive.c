/* SPDX-License-Identifier: MIT */
/* A call that outlives the daemon: the next one carries it on, and sees when its pppd does not live on. */
#include "call.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void assert_carried_on(struct whole *w, struct whole_call *call)
{
    json_t *list;
    const json_t *last;

    whole_wait(w, "online");
    whole_store_holds(w, 4);
    assert_int_equal(whole_get_int(w, "ppp.pid"), call->pppd);
    assert_string_equal(whole_get(w, "ppp.local"), call->local);
    assert_string_equal(whole_get(w, "ppp.interface"), "ppp0");
    assert_string_equal(whole_get(w, "ppp.phase"), "running");
    assert_string_equal(whole_get(w, "ppp.dns"), "[\"100.127.0.53\",\"100.127.1.53\"]");
    assert_string_equal(whole_get(w, "fault"), "null");
    assert_string_equal(whole_get(w, "registration.stat"), "5");
    assert_string_equal(whole_get(w, "modem.model"), "SIM7672JP-MNGV");
    assert_true(whole_get_int(w, "state_age_s") >= call->age_s);
    assert_int_equal(whole_sim_count(w, "dials"), call->dials);
    assert_int_equal(whole_default_routes(NULL, 0), 1);
    list = whole_call_history(w);
    assert_int_equal(whole_call_count(list, "outage"), call->outages);
    last = json_array_get(list, json_array_size(list) - 1);
    assert_string_equal(json_string_value(json_object_get(last, "kind")), "start");
    assert_non_null(strstr(json_string_value(json_object_get(last, "text")), "carries on the call"));
    call->lines++;
    assert_int_equal(json_array_size(list), call->lines);
    json_decref(list);
    whole_ping(w);
}

static void killed_and_carried_on(void **state)
{
    struct whole *w = *state;
    whole_call_online(w);
    struct whole_call call = whole_call_look(w);

    whole_ping(w);
    for (int i = 0; i < 4; i++) {
        int64_t since_ms, took_ms;

        whole_kill(&w->daemon, SIGKILL);
        whole_start(w, NULL);
        since_ms = whole_clock_ms();
        whole_wait(w, "online");
        took_ms = whole_clock_ms() - since_ms;
        if (took_ms > 5000) /* well below the 10 s after which the plugin looks by itself */
            fail_msg("online %lld ms after READY", (long long)took_ms);
        print_message("# online %lld ms after READY\n", (long long)took_ms);
        assert_carried_on(w, &call);
    }
    whole_call_stop(w, &call);
}

static void left_and_carried_on(void **state)
{
    struct whole *w = *state;
    whole_call_online(w);
    struct whole_call call = whole_call_look(w);

    for (int i = 0; i < 2; i++) {
        whole_kill(&w->daemon, SIGUSR2);
        assert_int_equal(whole_ended(w, &w->daemon), 0);
        assert_int_equal(whole_default_routes(NULL, 0), 1);
        whole_start(w, NULL);
        assert_carried_on(w, &call);
    }
    whole_call_stop(w, &call);
}

/* Eight pings under way: some have been answered, some wait for a wire that takes its time. @return as whole_pings().
 */
static int fill(struct whole *w)
{
    int64_t before = whole_get_int(w, "ppp.rx_bytes");
    int fd = whole_pings(w, 8, 1300);

    while (whole_get_int(w, "ppp.rx_bytes") < before + 1300)
        ;
    return fd;
}

/* In the middle of what comes and goes, on a wire that takes its time: what was half-way through that daemon arrives.
 */
static void left_with_nothing_half_way(void **state)
{
    struct whole *w = *state;
    whole_call_online(w);
    struct whole_call call = whole_call_look(w);

    whole_sim(w, "set pace yes");
    for (int i = 0; i < 4; i++) {
        int fd = fill(w);

        whole_kill(&w->daemon, SIGUSR2);
        assert_int_equal(whole_ended(w, &w->daemon), 0);
        whole_start(w, NULL);
        assert_int_equal(whole_pings_back(fd, 8, 5000), 8);
        assert_carried_on(w, &call);
    }
    whole_call_stop(w, &call);
}

/* ... and what waits for a look (EscapeInterval=) goes on: the next one takes it for a call in data mode. */
static void left_amid_a_look(void **state)
{
    struct whole *w = *state;
    whole_online(w, NULL, "[Modem]\nMultiplex=no\nEscapeInterval=10s\n[Probe]\nInterval=0\n");
    whole_store_holds(w, 4);
    whole_call_saved(w, "history", " online ");
    struct whole_call call = whole_call_look(w);

    whole_sim(w, "late AT+C 200");
    whole_sim_wait(w, "mode", "escaped");
    whole_kill(&w->daemon, SIGUSR2);
    assert_int_equal(whole_ended(w, &w->daemon), 0);
    assert_string_equal(whole_sim(w, "get mode"), "data");
    whole_start(w, NULL);
    assert_carried_on(w, &call);
    whole_call_stop(w, &call);
}

/* A stop that comes while it waits for what is half-way is a stop; one that comes when it has left is none. Never is it
 * half of each. */
static void leaves_and_is_stopped(void **state)
{
    struct whole *w = *state;
    whole_call_online(w);
    struct whole_call call = whole_call_look(w);
    char path[160];

    whole_sim(w, "set pace yes");
    close(fill(w));
    whole_kill(&w->daemon, SIGUSR2);
    whole_said(w, &w->daemon, "leaving the call to the next");
    whole_kill(&w->daemon, SIGTERM);
    assert_int_equal(whole_ended(w, &w->daemon), 0);
    snprintf(path, sizeof(path), "%s/state/history", w->dir);
    char *history = whole_read(path);
    bool stopped = strstr(history, "\nstop ") != NULL; /* one that leaves does not say so: there is no gap */
    free(history);
    print_message("# %s\n", stopped ? "stopped" : "it had left");
    if (stopped) {
        whole_call_ends(&call);
        assert_int_equal(whole_default_routes(NULL, 0), 0);
        assert_string_equal(whole_sim(w, "get mode"), "command");
        return;
    }
    assert_int_equal(whole_default_routes(NULL, 0), 1);
    whole_start(w, NULL);
    assert_carried_on(w, &call);
    whole_call_stop(w, &call);
}

/* The verbs and the faults of a call that was taken over are those of any other. */
static void carried_on_to_its_end(void **state)
{
    struct whole *w = *state;
    whole_call_online(w);
    struct whole_call call = whole_call_look(w);

    whole_kill(&w->daemon, SIGKILL);
    whole_start(w, NULL);
    assert_carried_on(w, &call);
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    whole_call_ends(&call);
    whole_store_holds(w, 0);
    assert_int_equal(whole_default_routes(NULL, 0), 0);
    whole_ctl_says(w, "connect", 0, "Online");
    assert_int_equal(whole_sim_count(w, "dials"), call.dials + 1);
    whole_call_saved(w, "history", "\noutage ");
    call = whole_call_look(w);
    whole_kill(&w->daemon, SIGKILL);
    whole_start(w, NULL);
    assert_carried_on(w, &call);
    whole_sim(w, "no-carrier");
    whole_call_ends(&call);
    whole_until(w, "ppp.phase", "running");
    whole_wait(w, "online");
    call = whole_call_look(w);
    whole_call_stop(w, &call);
}

/* Stopped with SIGSTOP it answers no echo, while the kernel goes on with frames: nobody else would notice. */
static void stopped_pppd(void **state)
{
    struct whole *w = *state;
    int64_t since_ms, took_ms;

    whole_call_online(w);
    struct whole_call call = whole_call_look(w);
    kill(call.pppd, SIGSTOP);
    since_ms = whole_clock_ms();
    whole_ctl_says(w, "wait|--for=hangup|--timeout=55s", 0, "hangup");
    took_ms = whole_clock_ms() - since_ms;
    print_message("# pppd stopped: noticed after %lld ms\n", (long long)took_ms);
    whole_call_ends(&call);
    whole_wait(w, "online");
    whole_ctl_says(w, "history", 0, "(pppd-stuck)");
    assert_int_equal(whole_sim_count(w, "dials"), call.dials + 1);
    whole_ping(w);
    call = whole_call_look(w);
    whole_call_stop(w, &call);
}

static void killed_pppd(void **state)
{
    struct whole *w = *state;
    int64_t since_ms, took_ms;

    whole_call_online(w);
    struct whole_call call = whole_call_look(w);
    kill(call.pppd, SIGKILL);
    since_ms = whole_clock_ms();
    whole_call_ends(&call);
    whole_sim_wait(w, "dials", "2");
    whole_wait(w, "online");
    took_ms = whole_clock_ms() - since_ms;
    print_message("# pppd killed: online again after %lld ms\n", (long long)took_ms);
    assert_true(took_ms < 15000);
    whole_ctl_says(w, "history", 0, "(pppd-died)");
    call = whole_call_look(w);
    whole_call_stop(w, &call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(killed_and_carried_on), WHOLE_TEST(left_and_carried_on),   WHOLE_TEST(left_with_nothing_half_way),
        WHOLE_TEST(left_amid_a_look),      WHOLE_TEST(leaves_and_is_stopped), WHOLE_TEST(carried_on_to_its_end),
        WHOLE_TEST(killed_pppd),           WHOLE_TEST(stopped_pppd),
    };

    return cmocka_run_group_tests_name("whole: survive", tests, whole_world, NULL);
}
