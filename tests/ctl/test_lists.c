/* SPDX-License-Identifier: MIT */
/* The lists that are written as text: byte for byte what jansson writes, of any value, and masked where they must be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json_out.h"
#include "varlink.h"
#include <microcat/base/cleanup.h>
#include <stdlib.h>
#include <string.h>

#define WALL_MS 1763806934000LL /* 2025-11-22 10:22:14 UTC */
#define HOUR_MS (3600 * 1000LL)
#define DUMP    (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))
#define IMSI    "440101234567890"
#define OPEN    "4401012345, then the SIM is locked and asks for its PUK"
#define MASKED  "44…45, then the SIM is locked and asks for its PUK"

static void assert_same(struct json_text *json, json_t *value)
{
    _cleanup_free_ char *text = json_text_take(json), *wanted = json_dumps(value, DUMP);

    assert_non_null(wanted);
    assert_string_equal(text, wanted);
    json_decref(value);
}

static void numbers_are_as_jansson_has_them(void **state)
{
    static const int64_t values[] = {0,           1,
                                     -1,          5,
                                     10,          -10,
                                     99,          100,
                                     -105,        -790,
                                     999,         1000,
                                     1001,        -1000,
                                     60000,       WALL_MS + 100,
                                     WALL_MS + 7, 281474976710655};
    static const double units[] = {1, 10, 100, 1000};

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct json_text json = {0};

        json_text_integer(&json, values[i]);
        assert_same(&json, json_integer(values[i]));
        for (unsigned decimals = 1; decimals <= 3; decimals++) {
            json_text_fixed(&json, values[i], decimals);
            assert_same(&json, json_real((double)values[i] / units[decimals]));
        }
    }
}

static void strings_are_as_jansson_has_them(void **state)
{
    static const char *const rows[] = {
        "x", "no carrier", "\"", "\\", "a \"b\" \\c", "\b\f\n\r\t", "\x01 and \x1f", "\x7f", "…", "a\n", "/",
    };
    static const char *const nulls[] = {NULL, "", "\xff\xfe", "cut \xe2\x80"};
    struct json_text json = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_text_string(&json, rows[i]);
        assert_same(&json, json_string(rows[i]));
    }
    for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++) {
        json_text_string(&json, nulls[i]);
        assert_same(&json, json_null());
    }
    json.masked = true;
    json_text_string(&json, "of " IMSI);
    assert_same(&json, json_string("of 4401…7890"));
}

static struct mc_samples *a_day(void)
{
    struct mc_samples *samples = mc_samples_new();
    struct mc_status status;

    mc_status_init(&status, 0);
    for (int i = 0; i < 1440; i++) {
        status.signal.at_ms = 1 + i * 60000;
        status.signal.rsrp_ddbm = i % 7 ? -790 - i % 100 : MC_UNKNOWN;
        status.signal.sinr_ddb = i % 50 - 25;
        status.registration.cell_id = i % 3 ? 123456789 : -1;
        status.registration.stat = i % 5 ? 5 : MC_UNKNOWN;
        mc_samples_take(samples, WALL_MS - 24 * HOUR_MS + i * 60000 + 1, status.signal.at_ms, &status);
    }
    return samples;
}

/* Of somebody's earlier life, with a text that only a file brings. */
static struct mc_history *an_outage(void)
{
    struct mc_history *history = mc_history_new(10), *loaded = mc_history_new(10);
    const struct mc_event events[] = {
        {.kind = MC_EVENT_STATE, .from = MC_STATE_PPP, .to = MC_STATE_ONLINE},
        {.kind = MC_EVENT_STATE, .from = MC_STATE_ONLINE, .to = MC_STATE_HANGUP, .at_ms = 60000},
        {.kind = MC_EVENT_STATE, .from = MC_STATE_HANGUP, .to = MC_STATE_STOPPED, .at_ms = 61000},
        {.kind = MC_EVENT_FAULT, .fault = MC_FAULT_SIM_PUK, .text = "\"quoted\"", .at_ms = 61500},
        {.kind = MC_EVENT_STATE, .from = MC_STATE_PPP, .to = MC_STATE_ONLINE, .at_ms = 99000},
    };
    char *saved, *at;

    mc_history_start(history, WALL_MS - HOUR_MS, 0);
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
        mc_history_event(history, WALL_MS - HOUR_MS + events[i].at_ms, &events[i]);
    saved = mc_history_save(history, WALL_MS, HOUR_MS);
    at = strstr(saved, "on request");
    assert_non_null(at);
    memcpy(at, "4401012345", 10);
    assert_int_equal(mc_history_load(loaded, saved, strlen(saved)), 0);
    free(saved);
    mc_history_free(history);
    return loaded;
}

/* The reply, which must come out of jansson as it went in. */
static json_t *reply_of(char *lists, json_t *rest)
{
    size_t len = 0;
    _cleanup_free_ char *text = varlink_reply_lists(lists, rest, true, &len), *again = NULL;
    json_t *reply = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

    free(lists);
    assert_int_equal(len, strlen(text));
    assert_non_null(reply);
    again = json_dumps(reply, DUMP);
    assert_string_equal(text, again);
    assert_true(json_is_true(json_object_get(reply, "continues")));
    return reply;
}

static const json_t *member(const json_t *reply, const char *list, size_t index, const char *name)
{
    return json_object_get(json_array_get(json_object_get(json_object_get(reply, "parameters"), list), index), name);
}

static void the_signal_of_a_day(void **state)
{
    struct mc_status status;
    struct mc_timerq *queue = mc_timerq_new(0);
    struct mc_samples *samples = a_day();
    struct mc_history *history = an_outage();
    struct mc_ctl_backend backend = {.samples = samples, .history = history};
    json_t *reply;

    mc_status_init(&status, 0);
    backend.bus = mc_bus_new(queue, &status);
    for (int masked = 0; masked < 2; masked++) {
        reply =
            reply_of(ctl_signal_text(&backend, MC_SAMPLES_MAX, WALL_MS, masked), ctl_signal_json(&backend, 0, WALL_MS));
        for (size_t i = 0; i < 1440; i++) {
            struct mc_sample sample;

            assert_true(mc_samples_get(samples, i, &sample));
            assert_float_equal(json_real_value(member(reply, "samples", i, "time")), (double)sample.at_ms / 1000, 1e-6);
            assert_true(json_is_null(member(reply, "samples", i, "rssi_dbm")));
            assert_true(json_is_null(member(reply, "samples", i, "rsrp_dbm")) == (i % 7 == 0));
            assert_float_equal(json_real_value(member(reply, "samples", i, "sinr_db")), sample.sinr_ddb / 10.0, 1e-9);
            assert_int_equal(json_integer_value(member(reply, "samples", i, "cell_id")), i % 3 ? 123456789 : 0);
            assert_true(json_is_null(member(reply, "samples", i, "band")));
            assert_int_equal(json_integer_value(member(reply, "samples", i, "stat")), i % 5 ? 5 : 0);
        }
        assert_null(member(reply, "samples", 1440, "time"));
        assert_string_equal(json_string_value(member(reply, "outages", 0, "text")), masked ? MASKED : OPEN);
        assert_float_equal(json_real_value(member(reply, "outages", 0, "length_s")), 39, 1e-9);
        json_decref(reply);
    }
    reply = reply_of(ctl_signal_text(&backend, 1, WALL_MS, false), ctl_signal_json(&backend, 0, WALL_MS));
    assert_non_null(member(reply, "samples", 0, "time")); /* the newest alone */
    assert_null(member(reply, "samples", 1, "time"));
    json_decref(reply);
    reply = reply_of(ctl_signal_text(&backend, 2000, WALL_MS + HOUR_MS, false), ctl_signal_json(&backend, 0, WALL_MS));
    assert_non_null(member(reply, "samples", 1379, "time")); /* an hour of it is too old */
    assert_null(member(reply, "samples", 1380, "time"));
    json_decref(reply);
    mc_bus_free(backend.bus);
    mc_timerq_free(queue);
    mc_samples_free(samples);
    mc_history_free(history);
}

static void the_history(void **state)
{
    static const char *const kinds[] = {"start", "state", "outage"};
    struct mc_history *history = an_outage();
    size_t count = mc_history_count(history);

    for (int masked = 0; masked < 2; masked++) {
        json_t *reply = reply_of(ctl_history_text(history, 1000, masked), json_pack("{s:f}", "time", 1.5));
        unsigned seen = 0;

        for (size_t i = 0; i < count; i++) {
            const struct mc_history_entry *entry = mc_history_get(history, i);
            const char *kind = json_string_value(member(reply, "history", i, "kind"));

            assert_float_equal(json_real_value(member(reply, "history", i, "last_time")), (double)entry->last_ms / 1000,
                               1e-6);
            assert_int_equal(json_integer_value(member(reply, "history", i, "count")), entry->count);
            assert_int_equal(member(reply, "history", i, "state") != NULL, entry->kind == MC_HISTORY_STATE);
            assert_int_equal(json_is_object(member(reply, "history", i, "fault")), entry->fault != MC_FAULT_NONE);
            for (unsigned n = 0; n < 3; n++)
                seen |= strcmp(kind, kinds[n]) == 0 ? 1u << n : 0;
            if (entry->kind == MC_HISTORY_OUTAGE)
                assert_string_equal(json_string_value(member(reply, "history", i, "text")), masked ? MASKED : OPEN);
        }
        assert_int_equal(seen, 7);
        json_decref(reply);
        reply = reply_of(ctl_history_text(history, 2, masked), json_pack("{s:f}", "time", 1.5));
        assert_non_null(member(reply, "history", 1, "kind"));
        assert_null(member(reply, "history", 2, "kind"));
        json_decref(reply);
    }
    mc_history_free(history);
}

static void nothing_to_list(void **state)
{
    const struct mc_ctl_backend backend = {0};
    _cleanup_free_ char *signal = ctl_signal_text(&backend, 9, WALL_MS, false);
    _cleanup_free_ char *history = ctl_history_text(NULL, 9, false);

    assert_string_equal(signal, "\"samples\":[],\"outages\":[]");
    assert_string_equal(history, "\"history\":[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_as_jansson_has_them),
        cmocka_unit_test(strings_are_as_jansson_has_them),
        cmocka_unit_test(the_signal_of_a_day),
        cmocka_unit_test(the_history),
        cmocka_unit_test(nothing_to_list),
    };

    return cmocka_run_group_tests_name("ctl/lists", tests, NULL, NULL);
}
