/* SPDX-License-Identifier: MIT */
/* Clients that send what is no message, too much, half of it, or nothing; that never read, or go away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_daemon.h"
#include "varlink.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STATUS  "{\"method\":\"io.microcat.Modem.Status\"}"
#define WATCH   "{\"method\":\"io.microcat.Modem.Watch\",\"more\":true}"
#define RESET   "{\"method\":\"io.microcat.Modem.Reset\"}"
#define WAIT    "{\"method\":\"io.microcat.Modem.Wait\",\"parameters\":{\"for\":\"held\"}}"
#define AT      "{\"method\":\"io.microcat.Modem.At\",\"parameters\":{\"command\":\"AT+QUEUED\"}}"
#define LEASE   "{\"method\":\"io.microcat.Modem.Lease\",\"more\":true}"
#define TRACE   "{\"method\":\"io.microcat.Modem.Trace\",\"parameters\":{\"lines\":5000}}"
#define E(name) "io.microcat.Modem." name

static void bad_messages_get_an_error(void **state)
{
    static const char *const messages[] = {
        "",
        "x",
        "[]",
        "{}",
        "null",
        "{\"method\":1}",
        "{\"method\":\"a\",\"method\":\"b\"}",
        "{\"method\":\"a.B\",\"parameters\":[]}",
        "{\"method\":\"a.B\",\"more\":\"yes\"}",
        "{\"method\":\"a.B\",\"upgrade\":true}",
        "{\"method\":\"a.B\",\"more\":true,\"oneway\":true}",
        "{\"method\":\"\xff\xfe\"}",
        "{\"method\":\"\xed\xa0\x80\"}",
        "{\"method\":\"a\\u0000b\"}",
        "{\"method\":\"a.B\"} trailing",
        "{\"method\":\"a.B\"",
        "{\"method\":\"a.B\",\"parameters\":{\"a\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}}",
    };
    struct fake_daemon *daemon = fake_daemon_new(NULL);

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        struct fake_peer peer;

        fake_peer_connect(&peer, daemon);
        if (strcmp(fake_peer_ask(&peer, messages[i]), E("BadMessage")) != 0)
            fail_msg("%s", messages[i]);
        assert_true(fake_peer_closed(&peer));
        fake_peer_close(&peer);
        assert_true(fake_daemon_serves(daemon));
    }
    assert_true(fake_daemon_empties(daemon));
    fake_daemon_free(daemon);
}

static void a_megabyte_is_refused(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct fake_peer peer;
    char *message = malloc(1 << 20);

    memset(message, ' ', 1 << 20);
    memcpy(message, "{\"method\":\"", 11);
    fake_peer_connect(&peer, daemon);
    assert_true(fake_peer_send(&peer, message, 1 << 20)); /* it may finish: nothing is torn from its hands */
    assert_non_null(fake_peer_receive(&peer));
    assert_string_equal(json_string_value(json_object_get(peer.message, "error")), E("BadMessage"));
    assert_true(fake_peer_closed(&peer));
    fake_peer_close(&peer);
    free(message);
    assert_true(fake_daemon_serves(daemon));
    fake_daemon_free(daemon);
}

static void a_hundred_thousand_brackets_are_refused(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct fake_peer peer;
    char message[60000];

    memset(message, '[', sizeof(message));
    message[sizeof(message) - 1] = '\0';
    fake_peer_connect(&peer, daemon);
    fake_peer_send(&peer, message, sizeof(message));
    assert_non_null(fake_peer_receive(&peer));
    assert_string_equal(json_string_value(json_object_get(peer.message, "error")), E("BadMessage"));
    fake_peer_close(&peer);
    assert_true(fake_daemon_serves(daemon));
    fake_daemon_free(daemon);
}

static void half_a_message_and_silence(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(&(struct mc_ctl_options){.half_message_ms = 30});
    struct fake_peer peer;

    fake_peer_connect(&peer, daemon);
    assert_string_equal(fake_peer_ask(&peer, STATUS), ""); /* a whole one first: it is the half that is refused */
    fake_peer_send(&peer, "{\"method\":", 10);
    assert_non_null(fake_peer_receive(&peer));
    assert_string_equal(json_string_value(json_object_get(peer.message, "error")), E("BadMessage"));
    assert_true(fake_peer_closed(&peer));
    fake_peer_close(&peer);
    fake_peer_connect(&peer, daemon);
    fake_peer_send(&peer, "{\"method\":", 10);
    shutdown(peer.fd, SHUT_WR);
    assert_non_null(fake_peer_receive(&peer));
    assert_true(fake_peer_closed(&peer));
    fake_peer_close(&peer);
    assert_true(fake_daemon_empties(daemon));
    fake_daemon_free(daemon);
}

static void message_by_the_byte(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct fake_peer peer;

    fake_peer_connect(&peer, daemon);
    for (size_t i = 0; i < sizeof(STATUS); i++) {
        fake_peer_send(&peer, &STATUS[i], 1);
        mc_loop_turn(daemon->loop);
    }
    assert_non_null(fake_peer_receive(&peer));
    assert_null(json_object_get(peer.message, "error"));
    fake_peer_close(&peer);
    fake_daemon_free(daemon);
}

/* Turns the loop until what a client has sent and shut down is seen. */
static void settle(struct fake_daemon *daemon)
{
    size_t connected = mc_ctl_server_stats(daemon->server)->connected;

    for (int i = 0; i < 5; i++)
        assert_true(fake_daemon_serves(daemon));
    while (mc_ctl_server_stats(daemon->server)->connected > connected)
        mc_loop_turn(daemon->loop);
}

/* `printf '...\0' | nc -U socket` shuts its end down at once and still wants the answers. */
static void half_closed_gets_its_answers(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct fake_peer peer;

    fake_peer_connect(&peer, daemon);
    for (int i = 0; i < 3; i++)
        fake_peer_call(&peer, STATUS);
    fake_peer_call(&peer, WAIT); /* ends after all that is known of its client is its silence */
    shutdown(peer.fd, SHUT_WR);
    for (int i = 0; i < 3; i++)
        assert_non_null(fake_peer_receive(&peer));
    settle(daemon);
    fake_daemon_go(daemon, MC_STATE_HELD, MC_FAULT_SIM_PUK);
    assert_non_null(fake_peer_receive(&peer));
    assert_true(fake_peer_closed(&peer));
    fake_peer_close(&peer);
    assert_true(fake_daemon_empties(daemon));
    fake_daemon_free(daemon);
}

static void two_hundred_clients(void **state)
{
    static struct fake_peer peers[200];
    struct fake_daemon *daemon = fake_daemon_new(NULL);

    for (int i = 0; i < 200; i++) {
        fake_peer_connect(&peers[i], daemon);
        fake_peer_call(&peers[i], i % 2 ? STATUS : WATCH);
    }
    for (int i = 0; i < 200; i++)
        assert_non_null(fake_peer_receive(&peers[i]));
    assert_int_equal(mc_ctl_server_stats(daemon->server)->connected, 200);
    assert_true(fake_daemon_serves(daemon));
    for (int i = 0; i < 200; i++)
        fake_peer_close(&peers[i]);
    assert_true(fake_daemon_empties(daemon));
    fake_daemon_free(daemon);
}

/* However many ask at once, and whatever it costs: a turn of the loop has time for the line and the relay. */
static void a_turn_of_the_loop_answers_few(void **state)
{
    static const char *const calls[] = {STATUS, "{\"method\":\"io.microcat.Modem.Signal\"}",
                                        "{\"method\":\"io.microcat.Modem.History\"}", "no JSON"};
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    const struct mc_ctl_stats *stats = mc_ctl_server_stats(daemon->server);
    static struct fake_peer peers[60];

    for (int i = 0; i < 60; i++)
        fake_peer_connect(&peers[i], daemon);
    while (stats->connected < 60)
        mc_loop_turn(daemon->loop);
    for (int i = 0; i < 60; i++)
        fake_peer_call(&peers[i], calls[i % 4]);
    for (uint64_t before = 0; before < 60; before = stats->calls + stats->dropped) {
        mc_loop_turn(daemon->loop);
        assert_in_range(stats->calls + stats->dropped - before, 0, 2); /* a turn has two passes of its timers */
    }
    for (int i = 0; i < 60; i++)
        assert_non_null(fake_peer_receive(&peers[i]));
    for (int i = 0; i < 60; i += 4)
        fake_peer_call(&peers[i], STATUS);
    mc_loop_turn(daemon->loop);
    for (int i = 0; i < 60; i += 28) /* of those who wait for their turn the first, the last and one between */
        fake_peer_close(&peers[i]);
    for (int i = 4; i < 56; i += 4)
        if (i != 28)
            assert_non_null(fake_peer_receive(&peers[i]));
    for (int i = 0; i < 60; i++)
        fake_peer_close(&peers[i]);
    assert_true(fake_daemon_empties(daemon));
    assert_true(fake_daemon_serves(daemon));
    fake_daemon_free(daemon);
}

/* Whoever wants no answer may leave at once, also when others are before him: what was said is done. */
static void who_leaves_before_his_turn_is_heard(void **state)
{
    static const char *const calls[] = {RESET, "{\"method\":\"io.microcat.Modem.Reset\",\"oneway\":true}"};
    static struct fake_peer peers[20];
    struct fake_daemon *daemon = fake_daemon_new(NULL);

    for (int row = 0; row < 4; row++) { /* and with a verb that ends at once, or later */
        struct fake_peer leaver;

        daemon->hold = row & 2;
        for (int i = 0; i < 20; i++)
            fake_peer_connect(&peers[i], daemon);
        fake_peer_connect(&leaver, daemon);
        while (mc_ctl_server_stats(daemon->server)->connected < 21)
            mc_loop_turn(daemon->loop);
        for (int i = 0; i < 20; i++)
            fake_peer_call(&peers[i], STATUS);
        fake_peer_call(&leaver, calls[row & 1]);
        fake_peer_close(&leaver);
        for (int i = 0; i < 20; i++) {
            assert_non_null(fake_peer_receive(&peers[i]));
            fake_peer_close(&peers[i]);
        }
        assert_true(fake_daemon_empties(daemon));
        assert_int_equal(daemon->n_verbs, row + 1);
        fake_daemon_finish(daemon, 0, "nobody hears this");
    }
    fake_daemon_free(daemon);
}

static void one_too_many_is_told(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(&(struct mc_ctl_options){.max_clients = 3});
    struct fake_peer peers[3], extra;

    for (int i = 0; i < 3; i++) {
        fake_peer_connect(&peers[i], daemon);
        assert_string_equal(fake_peer_ask(&peers[i], STATUS), "");
    }
    fake_peer_connect(&extra, daemon);
    assert_non_null(fake_peer_receive(&extra));
    assert_string_equal(json_string_value(json_object_get(extra.message, "error")), E("TooManyClients"));
    fake_peer_close(&extra);
    for (int i = 0; i < 3; i++)
        fake_peer_close(&peers[i]);
    assert_true(fake_daemon_empties(daemon));
    assert_true(fake_daemon_serves(daemon));
    fake_daemon_free(daemon);
}

static void watcher_that_never_reads_is_dropped(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(&(struct mc_ctl_options){.max_unread_bytes = 65536});
    struct fake_peer peer, witness;
    int rounds = 0;

    fake_peer_connect(&witness, daemon);
    fake_peer_connect(&peer, daemon);
    fake_peer_call(&peer, WATCH);
    assert_string_equal(fake_peer_ask(&witness, STATUS), "");
    for (; rounds < 100000 && mc_ctl_server_stats(daemon->server)->dropped == 0; rounds++) {
        fake_daemon_go(daemon, MC_STATE_SYNC, MC_FAULT_MODEM_SILENT);
        mc_loop_turn(daemon->loop);
    }
    assert_int_equal(mc_ctl_server_stats(daemon->server)->dropped, 1);
    assert_true(rounds > 200); /* it was given room before */
    assert_string_equal(fake_peer_ask(&witness, STATUS), "");
    fake_peer_close(&peer);
    fake_peer_close(&witness);
    fake_daemon_free(daemon);
}

static void caller_that_never_reads_is_dropped(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(&(struct mc_ctl_options){.unread_ms = 30});
    struct fake_peer peer;
    int rounds = 0;

    fake_peer_connect(&peer, daemon);
    while (mc_ctl_server_stats(daemon->server)->dropped == 0 && rounds++ < 100000) {
        ssize_t n = send(peer.fd, STATUS, sizeof(STATUS), MSG_NOSIGNAL); /* what does not fit is not sent */

        assert_true(n == sizeof(STATUS) || n < 0 || mc_ctl_server_stats(daemon->server)->calls > 0);
        mc_loop_turn(daemon->loop);
    }
    assert_int_equal(mc_ctl_server_stats(daemon->server)->dropped, 1);
    fake_peer_close(&peer);
    assert_true(fake_daemon_serves(daemon));
    fake_daemon_free(daemon);
}

static void too_large_an_answer_is_refused(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(&(struct mc_ctl_options){.max_unread_bytes = 65536});
    struct fake_peer peer;

    for (int i = 0; i < 5000; i++)
        mc_trace_add(daemon->trace, i, i, MC_TRACE_RECEIVED, "+CEREG: 0,5");
    fake_peer_connect(&peer, daemon);
    assert_string_equal(fake_peer_ask(&peer, TRACE), E("TooLarge"));
    assert_string_equal(fake_peer_ask(&peer, "{\"method\":\"io.microcat.Modem.Trace\",\"parameters\":{\"lines\":10}}"),
                        "");
    fake_peer_close(&peer);
    fake_daemon_free(daemon);
}

/* What a client leaves behind: a call that waits, its sending side shut down, its input full, its output unread. */
struct leaving {
    const char *call;
    bool half, full, unread;
};

static void leave(struct fake_daemon *daemon, const struct leaving *how)
{
    static char filling[65536];
    struct fake_peer peer;

    fake_peer_connect(&peer, daemon);
    fake_peer_call(&peer, how->call);
    while (mc_ctl_server_stats(daemon->server)->connected == 0)
        mc_loop_turn(daemon->loop);
    settle(daemon);
    for (int i = 0; how->unread && i < 600; i++) /* more than a socket takes, for who watches */
        fake_daemon_go(daemon, MC_STATE_SYNC, MC_FAULT_MODEM_SILENT);
    memset(filling, 'x', sizeof(filling));
    if (how->full)
        fake_peer_send(&peer, filling, sizeof(filling));
    settle(daemon);
    if (how->half)
        shutdown(peer.fd, SHUT_WR);
    settle(daemon);
    /* It is still there, but for a lease, which ends with the sending side. */
    assert_true(mc_ctl_server_stats(daemon->server)->connected == 1 || strcmp(how->call, LEASE) == 0);
    fake_peer_close(&peer);
    if (!fake_daemon_empties(daemon))
        fail_msg("%s%s%s%s: not noticed", how->call, how->half ? ", half closed" : "", how->full ? ", full" : "",
                 how->unread ? ", unread" : "");
}

static void client_goes_away_in_mid_call(void **state)
{
    static const struct {
        const char *call;
        bool waits, rests; /* with its output unread, with all of it read */
    } calls[] = {
        {RESET, false, true}, {WAIT, false, true},  {WATCH, true, true},
        {AT, false, true},    {LEASE, false, true}, {TRACE, true, false}, /* no call is pending: its answer waits */
    };
    struct fake_daemon *daemon = fake_daemon_new(NULL);

    for (int i = 0; i < 5000; i++)
        mc_trace_add(daemon->trace, i, i, MC_TRACE_RECEIVED, "+CEREG: 0,5");
    daemon->hold = true;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        for (unsigned bits = 0; bits < 8; bits++) {
            struct leaving how = {calls[i].call, bits & 1, bits & 2, bits & 4};

            if (how.unread ? calls[i].waits : calls[i].rests)
                leave(daemon, &how);
            fake_daemon_finish(daemon, 0, "nobody hears this");
            assert_null(daemon->lessee);
            assert_null(daemon->held_at);
        }
    fake_daemon_go(daemon, MC_STATE_HELD, MC_FAULT_SIM_PUK);
    mc_loop_turn(daemon->loop);
    assert_true(fake_daemon_serves(daemon));
    fake_daemon_free(daemon);
}

static void daemon_ends_in_mid_call(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct fake_peer verb, watch;

    daemon->hold = true;
    fake_peer_connect(&verb, daemon);
    fake_peer_connect(&watch, daemon);
    fake_peer_call(&verb, RESET);
    fake_peer_call(&watch, WATCH);
    assert_non_null(fake_peer_receive(&watch));
    while (!daemon->held_done)
        mc_loop_turn(daemon->loop);
    fake_daemon_stop(daemon);
    assert_null(fake_peer_receive(&verb));
    assert_true(verb.eof);
    assert_int_equal(access(daemon->path, F_OK), -1);
    fake_peer_close(&verb);
    fake_peer_close(&watch);
    fake_daemon_free(daemon);
}

/* Messages bent at random, the same ones in every run. */
static void parser_survives_anything(void **state)
{
    static const char seed[] = "{\"method\":\"io.microcat.Modem.Wait\",\"more\":false,\"oneway\":null,"
                               "\"parameters\":{\"for\":\"online\",\"timeout_ms\":1000}}";
    uint32_t random = 1;
    int good = 0;

    for (int i = 0; i < 30000; i++) {
        char message[sizeof(seed)], why[100] = "";
        struct varlink_call call;
        size_t len = sizeof(seed) - 1;

        memcpy(message, seed, sizeof(seed));
        for (int n = i % 4; n >= 0; n--) {
            random = random * 1664525 + 1013904223;
            message[(random >> 8) % len] = (char)(random >> 24);
        }
        if (varlink_parse(message, len - (random >> 16) % 3, &call, why, sizeof(why)) == 0) {
            good++;
            varlink_call_clear(&call);
        } else {
            assert_true(why[0] != '\0');
        }
    }
    assert_in_range(good, 1, 29999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_messages_get_an_error),
        cmocka_unit_test(a_megabyte_is_refused),
        cmocka_unit_test(a_hundred_thousand_brackets_are_refused),
        cmocka_unit_test(half_a_message_and_silence),
        cmocka_unit_test(message_by_the_byte),
        cmocka_unit_test(half_closed_gets_its_answers),
        cmocka_unit_test(two_hundred_clients),
        cmocka_unit_test(a_turn_of_the_loop_answers_few),
        cmocka_unit_test(who_leaves_before_his_turn_is_heard),
        cmocka_unit_test(one_too_many_is_told),
        cmocka_unit_test(watcher_that_never_reads_is_dropped),
        cmocka_unit_test(caller_that_never_reads_is_dropped),
        cmocka_unit_test(too_large_an_answer_is_refused),
        cmocka_unit_test(client_goes_away_in_mid_call),
        cmocka_unit_test(daemon_ends_in_mid_call),
        cmocka_unit_test(parser_survives_anything),
    };

    return cmocka_run_group_tests_name("ctl/hostile", tests, NULL, NULL);
}
