/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_daemon.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define M(name)          "{\"method\":\"io.microcat.Modem." name "\"}"
#define MP(name, params) "{\"method\":\"io.microcat.Modem." name "\",\"parameters\":" params "}"
#define MM(name, params) "{\"method\":\"io.microcat.Modem." name "\",\"more\":true,\"parameters\":" params "}"
#define E(name)          "io.microcat.Modem." name
#define V(name)          "org.varlink.service." name

struct fixture {
    struct fake_daemon *daemon;
    struct fake_peer peer;
};

static int setup(void **state)
{
    static struct fixture f;

    f.daemon = fake_daemon_new(NULL);
    fake_peer_connect(&f.peer, f.daemon);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    fake_peer_close(&f->peer);
    fake_daemon_free(f->daemon);
    return 0;
}

/* Member of the reply at a path like "status.device.path". */
static const json_t *at_path(const json_t *value, const char *path)
{
    char key[64];

    while (*path && value) {
        size_t len = strcspn(path, ".");

        memcpy(key, path, len);
        key[len] = '\0';
        value = json_object_get(value, key);
        path += len + (path[len] == '.');
    }
    return value;
}

static const json_t *reply(struct fixture *f, const char *path)
{
    return at_path(json_object_get(f->peer.message, "parameters"), path);
}

static void introspection(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(fake_peer_ask(&f->peer, "{\"method\":\"org.varlink.service.GetInfo\"}"), "");
    assert_string_equal(json_string_value(json_array_get(reply(f, "interfaces"), 1)), "io.microcat.Modem");
    assert_string_equal(json_string_value(reply(f, "version")), "0.1.0");
    assert_string_equal(fake_peer_ask(&f->peer, "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
                                                "\"parameters\":{\"interface\":\"io.microcat.Modem\"}}"),
                        "");
    assert_non_null(strstr(json_string_value(reply(f, "description")), "interface io.microcat.Modem\n"));
    assert_non_null(strstr(json_string_value(reply(f, "description")), "error Failed (text: string)\n"));
    fake_peer_ask(&f->peer, "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
                            "\"parameters\":{\"interface\":\"org.varlink.service\"}}");
    assert_non_null(strstr(json_string_value(reply(f, "description")), "interface org.varlink.service\n"));
}

static void status_has_what_is_promised(void **state)
{
    static const char *const keys[] = {"state",
                                       "state_age_s",
                                       "fault",
                                       "retry_in_s",
                                       "device.path",
                                       "device.vendor_id",
                                       "device.product_id",
                                       "device.serial",
                                       "modem.manufacturer",
                                       "modem.model",
                                       "modem.revision",
                                       "modem.firmware",
                                       "modem.imei",
                                       "sim.state",
                                       "sim.iccid",
                                       "sim.imsi",
                                       "registration.stat",
                                       "registration.text",
                                       "registration.tac",
                                       "registration.cell_id",
                                       "registration.operator",
                                       "signal.rssi_dbm",
                                       "signal.rsrp_dbm",
                                       "signal.rsrq_db",
                                       "signal.sinr_db",
                                       "signal.age_s",
                                       "pdp.cid",
                                       "pdp.type",
                                       "pdp.apn",
                                       "pdp.address",
                                       "ppp.phase",
                                       "ppp.interface",
                                       "ppp.local",
                                       "ppp.remote",
                                       "ppp.dns",
                                       "ppp.mtu",
                                       "ppp.rx_bytes",
                                       "ppp.tx_bytes",
                                       "counters",
                                       "probe"};
    struct fixture *f = *state;

    for (int online = 0; online < 2; online++) {
        if (online)
            fake_daemon_online(f->daemon);
        assert_string_equal(fake_peer_ask(&f->peer, M("Status")), "");
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
            if (!at_path(reply(f, "status"), keys[i]))
                fail_msg("%s is missing", keys[i]);
    }
}

static void count_one_more(void *ctx)
{
    struct fake_daemon *daemon = ctx;

    daemon->status.counters.noise_bytes++;
}

/* What is counted without anybody being told is fetched when somebody asks. */
static void status_shows_the_counts_of_now(void **state)
{
    struct fixture *f = *state;

    f->daemon->backend.refresh = count_one_more;
    for (int asked = 1; asked <= 3; asked++) {
        assert_string_equal(fake_peer_ask(&f->peer, M("Status")), "");
        assert_int_equal(json_integer_value(at_path(reply(f, "status"), "counters.noise_bytes")), asked);
    }
}

static void expect_described(const char *definition, const json_t *object)
{
    const json_t *value;
    const char *key;
    void *iter = json_object_iter((json_t *)(uintptr_t)object);

    for (; iter; iter = json_object_iter_next((json_t *)(uintptr_t)object, iter)) {
        char line[80];

        key = json_object_iter_key(iter);
        value = json_object_iter_value(iter);
        snprintf(line, sizeof(line), "\n  %s: ", key);
        if (!strstr(definition, line))
            fail_msg("the interface definition does not know \"%s\"", key);
        if (json_is_object(value) && strcmp(key, "counters") != 0)
            expect_described(definition, value);
    }
}

/* A type and a method of one name are refused by Varlink's own tools. */
static void expect_no_name_twice(const char *definition)
{
    char names[64][48];
    size_t n = 0;
    for (const char *line = definition; line; line = strchr(line, '\n')) {
        char kind[8], name[48];
        line += *line == '\n';
        if (sscanf(line, "%7[a-z] %47[A-Za-z]", kind, name) != 2 ||
            (strcmp(kind, "type") != 0 && strcmp(kind, "method") != 0 && strcmp(kind, "error") != 0))
            continue;
        for (size_t i = 0; i < n; i++)
            if (strcmp(names[i], name) == 0)
                fail_msg("%s is defined twice", name);
        assert_true(n < sizeof(names) / sizeof(names[0]));
        memcpy(names[n++], name, sizeof(name));
    }
    assert_true(n > 10);
}

/* What is sent is what the installed definition describes. */
static void definition_knows_every_key(void **state)
{
    struct fixture *f = *state;
    char *definition;

    fake_peer_ask(&f->peer, "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
                            "\"parameters\":{\"interface\":\"io.microcat.Modem\"}}");
    definition = strdup(json_string_value(reply(f, "description")));
    expect_no_name_twice(definition);
    fake_daemon_online(f->daemon);
    f->daemon->status.fault = MC_FAULT_NO_CARRIER;
    assert_string_equal(fake_peer_ask(&f->peer, M("Status")), "");
    expect_described(definition, reply(f, "status"));
    mc_trace_add(f->daemon->trace, 0, 0, MC_TRACE_SENT, "AT");
    assert_string_equal(fake_peer_ask(&f->peer, M("Trace")), "");
    expect_described(definition, json_array_get(reply(f, "trace"), 0));
    assert_string_equal(fake_peer_ask(&f->peer, M("History")), "");
    expect_described(definition, json_array_get(reply(f, "history"), 0));
    assert_non_null(strstr(definition, "last_outage: ?Outage"));
    assert_non_null(reply(f, "last_outage")); /* or null: but there, for a reader to tell "none yet" */
    free(definition);
}

static void status_tells_unknown_from_known(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(fake_peer_ask(&f->peer, M("Status")), "");
    assert_string_equal(json_string_value(reply(f, "status.state")), "absent");
    assert_true(json_is_null(reply(f, "status.signal.rsrp_dbm")));
    assert_true(json_is_null(reply(f, "status.device.path")));
    assert_true(json_is_null(reply(f, "status.registration.stat")));
    assert_true(json_is_null(reply(f, "status.fault")));
    fake_daemon_online(f->daemon);
    f->daemon->status.fault = MC_FAULT_NO_CARRIER;
    strcpy(f->daemon->status.sim.imsi, "\xff"); /* no UTF-8: unknown rather than no answer at all */
    assert_string_equal(fake_peer_ask(&f->peer, M("Status")), "");
    assert_float_equal(json_real_value(reply(f, "status.signal.rsrq_db")), -10.5, 1e-9);
    assert_string_equal(json_string_value(reply(f, "status.registration.text")), "registered, roaming");
    assert_string_equal(json_string_value(reply(f, "status.fault.code")), "no-carrier");
    assert_true(json_is_null(reply(f, "status.sim.imsi")));
    f->daemon->status.registration.stat = 42;
    fake_peer_ask(&f->peer, M("Status"));
    assert_string_equal(json_string_value(reply(f, "status.registration.text")), "unknown (42)");
}

static void calls_have_their_errors(void **state)
{
    static const struct {
        const char *call, *error;
    } rows[] = {
        {M("Nonsense"), V("MethodNotFound")},
        {"{\"method\":\"com.example.Foo\"}", V("InterfaceNotFound")},
        {"{\"method\":\"\"}", V("InterfaceNotFound")},
        {"{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"interface\":\"x\"}}",
         V("InterfaceNotFound")},
        {M("Watch"), V("ExpectedMore")},
        {M("Radio"), V("InvalidParameter")},
        {MP("Radio", "{\"on\":1}"), V("InvalidParameter")},
        {MP("Status", "{\"surplus\":1}"), V("InvalidParameter")},
        {MP("At", "{\"command\":null}"), V("InvalidParameter")},
        {MP("Wait", "{\"for\":\"nowhere\"}"), V("InvalidParameter")},
        {MP("Wait", "{\"timeout_ms\":-1}"), V("InvalidParameter")},
        {MP("Trace", "{\"lines\":0}"), V("InvalidParameter")},
        {MP("History", "{\"entries\":\"all\"}"), V("InvalidParameter")},
        {MP("Wait", "{\"for\":\"online\",\"timeout_ms\":20}"), E("TimedOut")},
        {MP("At", "{\"command\":\"AT+BUSY\"}"), E("Busy")},
        {MP("Status", "null"), ""},
        {MP("Wait", "{\"for\":\"absent\"}"), ""},
        {M("Info"), ""},
        {M("Trace"), ""},
        {M("History"), ""},
        {M("Signal"), ""},
        {MP("Signal", "{\"surplus\":1}"), V("InvalidParameter")},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *error = fake_peer_ask(&f->peer, rows[i].call);

        if (strcmp(error, rows[i].error) != 0)
            fail_msg("%s: %s, expected %s", rows[i].call, error, rows[i].error);
    }
}

static void verbs_reach_the_daemon(void **state)
{
    static const struct {
        const char *call;
        enum mc_verb verb;
    } rows[] = {
        {M("Connect"), MC_VERB_CONNECT},
        {M("Disconnect"), MC_VERB_DISCONNECT},
        {MP("Radio", "{\"on\":false}"), MC_VERB_RADIO_OFF},
        {MP("Radio", "{\"on\":true}"), MC_VERB_RADIO_ON},
        {M("Reset"), MC_VERB_RESET},
        {MP("Power", "{\"on\":false}"), MC_VERB_POWER_OFF},
        {MP("Power", "{\"on\":true}"), MC_VERB_POWER_ON},
        {M("Reconnect"), MC_VERB_RECONNECT},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(fake_peer_ask(&f->peer, rows[i].call), "");
        assert_int_equal(f->daemon->last_verb, rows[i].verb);
        assert_string_equal(json_string_value(reply(f, "text")), "done");
    }
    assert_int_equal(f->daemon->n_verbs, 8);
}

static void verbs_end_with_a_named_error(void **state)
{
    static const struct {
        int result;
        const char *error;
    } rows[] = {
        {-EBUSY, E("Busy")},          {-ENODEV, E("NoDevice")},    {-EOPNOTSUPP, E("NotSupported")},
        {-ECANCELED, E("Cancelled")}, {-ETIMEDOUT, E("TimedOut")}, {-EIO, E("Failed")},
    };
    struct fixture *f = *state;

    f->daemon->verb_text = "because";
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        f->daemon->verb_result = rows[i].result;
        assert_string_equal(fake_peer_ask(&f->peer, M("Reset")), rows[i].error);
        assert_string_equal(json_string_value(reply(f, "text")), "because");
    }
}

static void at_gives_lines_and_final(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(fake_peer_ask(&f->peer, MP("At", "{\"command\":\"AT+CSQ\"}")), "");
    assert_string_equal(json_string_value(reply(f, "final")), "OK");
    assert_string_equal(json_string_value(json_array_get(reply(f, "lines"), 0)), "+CSQ: 20,99");
    assert_string_equal(fake_peer_ask(&f->peer, MP("At", "{\"command\":\"AT+BINARY\"}")), "");
    assert_int_equal(json_array_size(reply(f, "lines")), 2);
    assert_string_equal(fake_peer_ask(&f->peer, MP("At", "{\"command\":\"AT+ERROR\"}")), "");
    assert_string_equal(json_string_value(reply(f, "final")), "+CME ERROR: 10");
}

static void until_held(struct fixture *f)
{
    while (!f->daemon->held_at)
        mc_loop_turn(f->daemon->loop);
}

static void at_says_how_long_it_can_take(void **state)
{
    struct fixture *f = *state;

    fake_peer_call(&f->peer, "{\"method\":\"io.microcat.Modem.At\",\"more\":true,"
                             "\"parameters\":{\"command\":\"AT+QUEUED\"}}");
    assert_non_null(fake_peer_receive(&f->peer));
    assert_true(json_is_true(json_object_get(f->peer.message, "continues")));
    assert_float_equal(json_real_value(reply(f, "deadline_s")), 60, 1e-9);
    fake_daemon_answer(f->daemon, "OK");
    assert_non_null(fake_peer_receive(&f->peer));
    assert_false(json_is_true(json_object_get(f->peer.message, "continues")));
    assert_string_equal(json_string_value(reply(f, "final")), "OK");
    assert_true(json_is_null(reply(f, "deadline_s")));
    fake_peer_call(&f->peer, MP("At", "{\"command\":\"AT+QUEUED\"}")); /* nobody asked for more than the answer */
    until_held(f);
    fake_daemon_answer(f->daemon, "OK");
    assert_non_null(fake_peer_receive(&f->peer));
    assert_string_equal(json_string_value(reply(f, "final")), "OK");
}

static void at_of_one_who_left_is_withdrawn(void **state)
{
    struct fixture *f = *state;

    fake_peer_call(&f->peer, MP("At", "{\"command\":\"AT+QUEUED\"}"));
    until_held(f);
    fake_peer_close(&f->peer);
    assert_true(fake_daemon_empties(f->daemon));
    assert_int_equal(f->daemon->n_withdrawn, 1);
    fake_peer_connect(&f->peer, f->daemon); /* one that wanted no answer is not waited for: it may leave at once */
    fake_peer_call(&f->peer, "{\"method\":\"io.microcat.Modem.At\",\"oneway\":true,"
                             "\"parameters\":{\"command\":\"AT+QUEUED\"}}");
    until_held(f);
    fake_peer_close(&f->peer);
    assert_true(fake_daemon_empties(f->daemon));
    assert_int_equal(f->daemon->n_withdrawn, 1);
    fake_daemon_answer(f->daemon, "OK");
}

/* A pty as long as its client stays: it goes, or says no more, and the lease is over. */
static void a_lease_ends_with_its_client(void **state)
{
    struct fixture *f = *state;
    struct fake_peer other;

    assert_string_equal(fake_peer_ask(&f->peer, MP("Lease", "{}")), "org.varlink.service.ExpectedMore");
    assert_string_equal(fake_peer_ask(&f->peer, MM("Lease", "{\"for_ms\":999}")), V("InvalidParameter"));
    assert_string_equal(fake_peer_ask(&f->peer, MM("Lease", "{\"for_ms\":86400001}")), V("InvalidParameter"));
    assert_string_equal(fake_peer_ask(&f->peer, MM("Lease", "{\"cut\":1}")), V("InvalidParameter"));
    assert_null(f->daemon->lessee);
    fake_peer_call(&f->peer, MM("Lease", "{\"for_ms\":90000,\"cut\":true}"));
    assert_non_null(fake_peer_receive(&f->peer));
    assert_true(json_is_true(json_object_get(f->peer.message, "continues")));
    assert_string_equal(json_string_value(reply(f, "path")), "/dev/pts/7");
    assert_float_equal(json_real_value(reply(f, "for_s")), 90, 1e-9);
    assert_true(f->daemon->lease.cut);
    assert_int_equal(f->daemon->lease.for_ms, 90000);
    assert_int_equal(f->daemon->lease.uid, getuid());
    fake_peer_connect(&other, f->daemon);
    assert_string_equal(fake_peer_ask(&other, MM("Lease", "{}")), "io.microcat.Modem.Busy");
    fake_peer_close(&other);
    assert_non_null(f->daemon->lessee);
    shutdown(f->peer.fd, SHUT_WR); /* it has said all it will say, and hears the end */
    assert_non_null(fake_peer_receive(&f->peer));
    assert_false(json_is_true(json_object_get(f->peer.message, "continues")));
    assert_string_equal(json_string_value(reply(f, "text")), "the holder has gone");
    assert_null(f->daemon->lessee);
    fake_peer_close(&f->peer);
    fake_peer_connect(&f->peer, f->daemon);
    f->daemon->lease.for_ms = 0;
    f->daemon->hold = true;
    fake_peer_call(&f->peer, M("Connect"));
    fake_peer_call(&f->peer, MM("Lease", "{}"));
    shutdown(f->peer.fd, SHUT_WR); /* before its turn came: nothing is lent, no call is cut for it */
    fake_peer_connect(&other, f->daemon);
    for (int i = 0; i < 3; i++)
        assert_string_equal(fake_peer_ask(&other, M("Status")), "");
    fake_peer_close(&other);
    fake_daemon_finish(f->daemon, 0, "connected");
    f->daemon->hold = false;
    assert_non_null(fake_peer_receive(&f->peer));
    assert_string_equal(json_string_value(reply(f, "text")), "connected");
    assert_non_null(fake_peer_receive(&f->peer));
    assert_false(json_is_true(json_object_get(f->peer.message, "continues")));
    assert_string_equal(json_string_value(reply(f, "text")), "The holder has gone.");
    assert_int_equal(f->daemon->lease.for_ms, 0);
    assert_true(fake_peer_closed(&f->peer));
    fake_peer_close(&f->peer);
    fake_peer_connect(&f->peer, f->daemon);
    fake_peer_call(&f->peer, MM("Lease", "{}"));
    assert_non_null(fake_peer_receive(&f->peer));
    assert_int_equal(f->daemon->lease.for_ms, 600000);
    assert_false(f->daemon->lease.cut);
    fake_peer_close(&f->peer);
    assert_true(fake_daemon_empties(f->daemon));
    assert_null(f->daemon->lessee);
}

/* Who follows the signal is counted; who reads it once is not. */
static void watchers_of_the_signal_are_counted(void **state)
{
    struct fixture *f = *state;
    struct fake_peer other;

    assert_string_equal(fake_peer_ask(&f->peer, M("Signal")), "");
    assert_int_equal(f->daemon->watchers, 0);
    fake_peer_call(&f->peer, MM("Signal", "{}"));
    assert_non_null(fake_peer_receive(&f->peer));
    assert_int_equal(f->daemon->watchers, 1);
    fake_peer_connect(&other, f->daemon);
    fake_peer_call(&other, MM("Watch", "{}"));
    assert_non_null(fake_peer_receive(&other));
    assert_int_equal(f->daemon->watchers, 1);
    fake_peer_close(&f->peer);
    fake_peer_close(&other);
    assert_true(fake_daemon_empties(f->daemon));
    assert_int_equal(f->daemon->watchers, 0);
}

static void watch_streams_events(void **state)
{
    struct fixture *f = *state;

    fake_peer_call(&f->peer, MM("Watch", "{}"));
    assert_non_null(fake_peer_receive(&f->peer));
    assert_true(json_is_true(json_object_get(f->peer.message, "continues")));
    assert_string_equal(json_string_value(reply(f, "status.state")), "absent");
    fake_daemon_go(f->daemon, MC_STATE_SYNC, MC_FAULT_NONE);
    fake_daemon_go(f->daemon, MC_STATE_BACKOFF, MC_FAULT_MODEM_SILENT);
    assert_non_null(fake_peer_receive(&f->peer));
    assert_string_equal(json_string_value(reply(f, "event.to")), "sync");
    assert_float_equal(json_real_value(reply(f, "event.spent_s")), 3.4, 1e-9);
    assert_non_null(fake_peer_receive(&f->peer));
    assert_string_equal(json_string_value(reply(f, "event.from")), "sync");
    assert_string_equal(json_string_value(reply(f, "event.fault.code")), "modem-silent");
}

static void wait_ends_when_the_state_comes(void **state)
{
    struct fixture *f = *state;

    fake_peer_call(&f->peer, MP("Wait", "{\"for\":\"dial\",\"timeout_ms\":60000}"));
    while (mc_ctl_server_stats(f->daemon->server)->calls == 0)
        mc_loop_turn(f->daemon->loop);
    fake_daemon_go(f->daemon, MC_STATE_DIAL, MC_FAULT_NONE); /* only passed through: it counts */
    fake_daemon_go(f->daemon, MC_STATE_PPP, MC_FAULT_NONE);
    assert_non_null(fake_peer_receive(&f->peer));
    assert_string_equal(json_string_value(reply(f, "state")), "dial");
    assert_string_equal(fake_peer_ask(&f->peer, M("Status")), ""); /* and the connection goes on */
}

static void oneway_is_silent(void **state)
{
    struct fixture *f = *state;

    fake_peer_call(&f->peer, "{\"method\":\"io.microcat.Modem.Reset\",\"oneway\":true}");
    fake_peer_call(&f->peer, "{\"method\":\"io.microcat.Modem.Nonsense\",\"oneway\":true}");
    assert_string_equal(fake_peer_ask(&f->peer, M("Trace")), "");
    assert_non_null(reply(f, "trace"));
    assert_int_equal(f->daemon->n_verbs, 1);
}

static void pipelined_calls_are_answered_in_order(void **state)
{
    struct fixture *f = *state;

    f->daemon->hold = true;
    fake_peer_call(&f->peer, M("Connect"));
    for (int i = 0; i < 200; i++)
        fake_peer_call(&f->peer, i % 2 ? M("Trace") : M("History"));
    while (!f->daemon->held_done)
        mc_loop_turn(f->daemon->loop);
    fake_daemon_finish(f->daemon, 0, "dialled");
    assert_non_null(fake_peer_receive(&f->peer));
    assert_string_equal(json_string_value(reply(f, "text")), "dialled");
    for (int i = 0; i < 200; i++) {
        assert_non_null(fake_peer_receive(&f->peer));
        assert_non_null(reply(f, i % 2 ? "trace" : "history"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(introspection, setup, teardown),
        cmocka_unit_test_setup_teardown(status_has_what_is_promised, setup, teardown),
        cmocka_unit_test_setup_teardown(status_shows_the_counts_of_now, setup, teardown),
        cmocka_unit_test_setup_teardown(definition_knows_every_key, setup, teardown),
        cmocka_unit_test_setup_teardown(status_tells_unknown_from_known, setup, teardown),
        cmocka_unit_test_setup_teardown(calls_have_their_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(verbs_reach_the_daemon, setup, teardown),
        cmocka_unit_test_setup_teardown(verbs_end_with_a_named_error, setup, teardown),
        cmocka_unit_test_setup_teardown(at_gives_lines_and_final, setup, teardown),
        cmocka_unit_test_setup_teardown(at_says_how_long_it_can_take, setup, teardown),
        cmocka_unit_test_setup_teardown(at_of_one_who_left_is_withdrawn, setup, teardown),
        cmocka_unit_test_setup_teardown(a_lease_ends_with_its_client, setup, teardown),
        cmocka_unit_test_setup_teardown(watchers_of_the_signal_are_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(watch_streams_events, setup, teardown),
        cmocka_unit_test_setup_teardown(wait_ends_when_the_state_comes, setup, teardown),
        cmocka_unit_test_setup_teardown(oneway_is_silent, setup, teardown),
        cmocka_unit_test_setup_teardown(pipelined_calls_are_answered_in_order, setup, teardown),
    };

    return cmocka_run_group_tests_name("ctl/methods", tests, NULL, NULL);
}
