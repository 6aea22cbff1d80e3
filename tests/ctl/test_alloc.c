/* SPDX-License-Identifier: MIT */

/* Every allocation fails once, ours and jansson's: the one call may be lost, the daemon and the next call are not. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "fake_daemon.h"
#include "json_out.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define M(name) "{\"method\":\"io.microcat.Modem." name "\"}"

static const char *const calls[] = {
    M("Status"),
    M("Info"),
    M("Trace"),
    M("History"),
    M("Signal"),
    M("Reset"),
    M("Nonsense"),
    "{\"method\":\"io.microcat.Modem.Watch\",\"more\":true}",
    "{\"method\":\"io.microcat.Modem.Wait\",\"parameters\":{\"for\":\"absent\"}}",
    "{\"method\":\"io.microcat.Modem.At\",\"parameters\":{\"command\":\"AT+CSQ\"}}",
    "{\"method\":",
};

static unsigned jansson_count, jansson_fails_at; /* 0: never */

static void *jansson_malloc(size_t size)
{
    if (jansson_fails_at != 0 && ++jansson_count == jansson_fails_at)
        return NULL;
    return malloc(size);
}

/* One client, one call, until the daemon has dealt with it; the answer stays unread. */
static void one_call(struct fake_daemon *daemon, const char *call)
{
    uint64_t clients = mc_ctl_server_stats(daemon->server)->clients;
    struct fake_peer peer;

    fake_peer_connect(&peer, daemon);
    fake_peer_call(&peer, call);
    for (int i = 0; i < 6; i++) {
        mc_bus_touch(daemon->bus); /* so that no turn sleeps, and Watch has something to tell */
        mc_loop_turn(daemon->loop);
    }
    fake_peer_close(&peer);
    for (int i = 0; i < 3; i++) {
        mc_bus_touch(daemon->bus);
        mc_loop_turn(daemon->loop);
    }
    assert_true(mc_ctl_server_stats(daemon->server)->clients <= clients + 1);
}

static void our_allocations(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);

    fake_daemon_online(daemon);
    mc_trace_add(daemon->trace, 0, 0, MC_TRACE_SENT, "AT");
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        for (unsigned nth = 1;; nth++) {
            alloc_fail_at(nth);
            one_call(daemon, calls[i]);
            if (!alloc_fail_stop())
                break;
            assert_true(fake_daemon_serves(daemon));
        }
    fake_daemon_free(daemon);
}

static void jansson_allocations(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);

    fake_daemon_online(daemon);
    daemon->status.fault = MC_FAULT_NO_CARRIER;
    mc_trace_add(daemon->trace, 0, 0, MC_TRACE_SENT, "AT");
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        for (unsigned nth = 1;; nth++) {
            jansson_count = 0;
            jansson_fails_at = nth;
            one_call(daemon, calls[i]);
            jansson_fails_at = 0;
            if (jansson_count < nth)
                break;
            assert_true(fake_daemon_serves(daemon));
        }
    fake_daemon_free(daemon);
}

static void a_server_that_cannot_start(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct mc_ctl_options options = {.path = daemon->path, .version = "0"};

    fake_daemon_stop(daemon);
    for (unsigned nth = 1;; nth++) {
        struct mc_ctl_server *server = NULL;
        int r;

        alloc_fail_at(nth);
        r = mc_ctl_server_new(daemon->loop, &options, &daemon->backend, &server);
        if (!alloc_fail_stop()) {
            assert_int_equal(r, 0);
            mc_ctl_server_free(server);
            break;
        }
        assert_int_equal(r, -ENOMEM);
        assert_null(server);
    }
    fake_daemon_free(daemon);
}

static void facts_without_memory(void **state)
{
    struct mc_trace *trace = mc_trace_new(4);

    alloc_fail_at(1);
    mc_trace_add(trace, 0, 0, MC_TRACE_SENT, "AT");
    assert_true(alloc_fail_stop());
    assert_int_equal(mc_trace_count(trace), 0);
    assert_int_equal(mc_trace_lost(trace), 1);
    mc_trace_free(trace);
    for (unsigned nth = 1; nth <= 2; nth++) {
        alloc_fail_at(nth);
        assert_null(mc_trace_new(4));
        assert_true(alloc_fail_stop());
        alloc_fail_at(nth);
        assert_null(mc_history_new(4));
        assert_true(alloc_fail_stop());
    }
}

/* What could not be masked is told: then nothing of it is shown. */
static void masking_without_memory(void **state)
{
#define SIM "8942310000000009012"
    for (unsigned nth = 1, done = 0; !done; nth++)
        for (int jansson = 0; jansson < 2; jansson++) {
            json_t *json = json_pack("{s:{s:s}, s:[s]}", "sim", "iccid", SIM, "lines", "of " SIM);
            int r;

            alloc_fail_at(jansson ? UINT_MAX : nth);
            jansson_count = 0;
            jansson_fails_at = jansson ? nth : 0;
            r = ctl_json_mask(json);
            jansson_fails_at = 0;
            bool failed = alloc_fail_stop() || (jansson && jansson_count >= nth);
            assert_int_equal(r, failed ? -ENOMEM : 0);
            char *text = json_dumps(json, 0);
            assert_non_null(text);
            if (r == 0)
                assert_null(strstr(text, SIM));
            done = !failed && jansson;
            free(text);
            json_decref(json);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_allocations),
        cmocka_unit_test(jansson_allocations),
        cmocka_unit_test(a_server_that_cannot_start),
        cmocka_unit_test(facts_without_memory),
        cmocka_unit_test(masking_without_memory),
    };

    json_set_alloc_funcs(jansson_malloc, free);
    return cmocka_run_group_tests_name("ctl/alloc", tests, NULL, NULL);
}
