/* SPDX-License-Identifier: MIT */

/*
 * Golden texts: tests/cli/golden/NAME.txt is what a person sees for the JSON of NAME. MICROCAT_GOLDEN_WRITE=1 writes
 * them anew; read the difference before you commit it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

static json_t *load(const char *name)
{
    char path[512];
    json_error_t error;
    json_t *json;

    snprintf(path, sizeof(path), "%s/%s", getenv("MICROCAT_GOLDEN"), name);
    json = json_load_file(path, 0, &error);
    if (!json)
        fail_msg("%s:%d: %s", path, error.line, error.text);
    return json;
}

/* Takes @text. */
static void compare(const char *name, char *text)
{
    char path[512], expected[65536] = "";
    size_t len = 0;
    FILE *file;

    assert_non_null(text);
    snprintf(path, sizeof(path), "%s/%s.txt", getenv("MICROCAT_GOLDEN"), name);
    if (getenv("MICROCAT_GOLDEN_WRITE")) {
        file = fopen(path, "w");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
    }
    file = fopen(path, "r");
    if (file) {
        len = fread(expected, 1, sizeof(expected) - 1, file);
        fclose(file);
    }
    expected[len] = '\0';
    if (strcmp(expected, text) != 0)
        fail_msg("%s: expected\n%s\nbut got\n%s", name, expected, text);
    free(text);
}

/* The facts of a link that is not (or no more) there. */
#define NO_PPP "\"ppp\":{\"phase\":\"dead\",\"interface\":null,\"local\":null,\"dns\":[],\"auth\":null,\"mtu\":null}"
#define NO_SIM "\"sim\":{\"state\":null,\"iccid\":null,\"imsi\":null,\"age_s\":null}"
#define NO_CELL                                                                                                        \
    "\"registration\":{\"stat\":null,\"text\":null,\"operator\":null,\"band\":null,\"age_s\":null},"                   \
    "\"signal\":{\"rsrp_dbm\":null,\"rsrq_db\":null,\"sinr_db\":null,\"rssi_dbm\":null,\"age_s\":null}"
#define NO_PDP "\"pdp\":{\"apn\":null,\"cid\":null,\"type\":null,\"address\":null,\"age_s\":null}"
#define NO_MODEM                                                                                                       \
    "\"modem\":{\"model\":null,\"revision\":null,\"baud\":null,\"flow\":null,\"age_s\":null,\"timeouts\":0}"
#define STATE(name, text, age) "\"state\":\"" name "\",\"state_text\":\"" text "\",\"state_age_s\":" age

static const struct {
    const char *name;
    const char *patch; /* over golden/online.json */
} statuses[] = {
    {"status-online", "{}"},
    {"status-first", "{\"state_age_s\":0.4,\"last_outage\":null,\"outage\":null,\"availability_24h\":0.0147,"
                     "\"availability_over_s\":23.0}"},
    {"status-unvouched",
     "{\"probe\":{\"standing\":\"lost\",\"target\":\"100.127.0.53\",\"last_answer_age_s\":7200.0}}"},
    {"status-no-names",
     "{\"ppp\": {\"phase\": \"running\", \"interface\": \"ppp0\", \"local\": \"10.164.98.251\", \"remote\": "
     "\"10.64.64.64\", \"dns\": [\"100.127.0.53\", \"100.127.1.53\"], \"mtu\": 1500, \"auth\": \"CHAP\", \"pid\": "
     "4711, \"rx_bytes\": 1234567, \"tx_bytes\": 340123, \"route\": true, \"dns_where\": null, \"age_s\": 8040.0}}"},
    {"status-absent",
     "{" STATE("absent", "no device",
               "75.0") ",\"step\":null,\"device\":{\"path\":null,\"product\":null,\"serial\":null,"
                       "\"age_s\":null}," NO_MODEM "," NO_SIM "," NO_CELL "," NO_PDP "," NO_PPP
                       ",\"fault\":{\"code\":\"no-device\","
                       "\"text\":\"no MicroCat is plugged in\",\"detail\":null,\"next\":\"Plug the board in, or set "
                       "Device= in "
                       "microcatd.conf.\",\"age_s\":75.0},\"outage\":null,\"availability_24h\":0.9561}"},
    {"status-sync", "{" STATE("sync", "finding the modem and its mode",
                              "1.2") ",\"step\":\"sync.at\"," NO_MODEM "," NO_SIM "," NO_CELL "," NO_PDP "," NO_PPP
                                     ",\"last_outage\":null,\"availability_24h\":null}"},
    {"status-setup",
     "{" STATE("setup", "setting flow control and speed",
               "0.4") ",\"step\":\"setup.flow\"," NO_SIM "," NO_CELL "," NO_PDP "," NO_PPP
                      ",\"modem\":{\"baud\":115200,\"flow\":\"none\",\"flow_refused\":true,\"timeouts\":1},"
                      "\"last_outage\":null,\"availability_24h\":0}"},
    {"status-held",
     "{" STATE("held", "waiting for a person",
               "7260.0") ",\"step\":null," NO_CELL "," NO_PDP "," NO_PPP ",\"sim\":{\"state\":\"SIM "
                         "PIN\",\"pin_tries\":2,\"iccid\":null},\"fault\":{\"code\":\"sim-pin-wrong\",\"text\":"
                         "\"the SIM refused the PIN\",\"detail\":\"+CME ERROR: 16 to AT+CPIN\",\"next\":\"Correct PIN= "
                         "in microcatd.conf and "
                         "restart microcatd.\",\"age_s\":7260.0},\"next\":\"look at the SIM "
                         "again\",\"retry_in_s\":42.0,\"last_outage\":null,"
                         "\"availability_24h\":0}"},
    {"status-pdp", "{" STATE("pdp", "comparing the PDP context and authentication",
                             "0.1") ",\"step\":\"pdp.cgauth\"," NO_CELL "," NO_PDP "," NO_PPP "}"},
    {"status-register",
     "{" STATE(
         "register", "waiting for the network",
         "31.0") ",\"step\":null," NO_PPP
                 ",\"registration\":{\"stat\":2,\"text\":\"searching\",\"operator\":null,\"band\":null,\"age_s\":3.0},"
                 "\"signal\":{\"rsrp_dbm\":-112.0,\"rsrq_db\":-15.5,\"sinr_db\":-2.0,\"age_s\":3.0}}"},
    {"status-dial", "{" STATE("dial", "dialling", "2.5") ",\"step\":null," NO_PPP "}"},
    {"status-ppp", "{" STATE("ppp", "negotiating PPP",
                             "1.1") ",\"step\":null,\"ppp\":{\"phase\":\"authenticate\",\"interface\":\"ppp0\","
                                    "\"local\":null,\"dns\":[],\"age_s\":0.3}}"},
    {"status-hangup", "{" STATE("hangup", "ending the call",
                                "3.0") ",\"step\":\"hangup.wait\",\"ppp\":{\"phase\":\"terminate\",\"local\":"
                                       "null,\"dns\":[],\"age_s\":3.0},\"fault\":{\"code\":\"link-stale\",\"text\":"
                                       "\"the link is up but carries "
                                       "nothing\",\"detail\":\"3 probes of 100.127.0.53 "
                                       "unanswered\",\"next\":null,\"age_s\":3.0},\"next\":\"redial\","
                                       "\"outage\":{\"time\":1763806931.0,\"length_s\":3.0,\"fault\":{\"code\":\"link-"
                                       "stale\",\"text\":\"the link is up but "
                                       "carries nothing\"},\"remedy\":null,\"tries\":0,\"text\":null}}"},
    {"status-backoff",
     "{" STATE("backoff", "waiting for the next try",
               "12.0") ",\"step\":null," NO_PPP ",\"fault\":{\"code\":\"no-carrier\","
                       "\"text\":\"the network ended the call\",\"detail\":\"NO CARRIER in data "
                       "mode\",\"next\":null,\"age_s\":190.0},"
                       "\"next\":\"redial, 3rd "
                       "try\",\"retry_in_s\":48.0,\"outage\":{\"time\":1763806744.0,\"length_s\":190.0,\"fault\":{"
                       "\"code\":\"no-carrier\",\"text\":\"the network ended the "
                       "call\"},\"remedy\":\"redial\",\"tries\":3,\"text\":null},"
                       "\"availability_24h\":0.99994}"},
    {"status-stopped",
     "{" STATE("stopped", "stopped by the operator",
               "3600.0") ",\"step\":null," NO_PPP ",\"outage\":{\"time\":1763803334.0,"
                         "\"length_s\":3600.0,\"fault\":null,\"remedy\":null,\"tries\":0,\"text\":\"on request\"}}"},
    {"status-radio-off",
     "{" STATE("stopped", "stopped by the operator",
               "60.0") ",\"step\":null," NO_PPP
                       ",\"modem\":{\"power\":\"on\",\"radio\":\"off\"},\"registration\":{\"stat\":0,"
                       "\"text\":\"not searching\",\"operator\":null,\"band\":null},\"signal\":{\"rsrp_dbm\":null,"
                       "\"rsrq_db\":null,\"sinr_db\":null,\"age_s\":null},\"next\":\"the radio is off: `radio on` or "
                       "`connect` brings it back\"}"},
    {"status-power-off",
     "{" STATE("stopped", "stopped by the operator",
               "60.0") ",\"step\":null," NO_PPP "," NO_CELL ",\"modem\":{\"power\":\"off\",\"radio\":null,"
                       "\"age_s\":60.0},\"next\":\"the modem is off: `power on` brings it back\"}"},
    {"status-went-off",
     "{" STATE(
         "backoff", "waiting for the next try",
         "30.0") ",\"step\":null," NO_PPP ",\"modem\":{\"power\":\"off\",\"radio\":null,\"age_s\":30.0},"
                 "\"fault\":{\"code\":\"modem-off\",\"text\":\"the modem switched itself off\",\"detail\":\"POWERD "
                 "DOWN\",\"next\":null,\"age_s\":30.0},\"next\":\"look again\",\"retry_in_s\":90.0}"},
    {"status-silent", "{" STATE("backoff", "waiting for the next try",
                                "5.0") ",\"step\":null," NO_MODEM "," NO_SIM "," NO_CELL "," NO_PDP "," NO_PPP
                                       ",\"fault\":{\"code\":\"modem-silent\",\"text\":\"the modem does not "
                                       "answer\",\"detail\":\"AT, 3 times, at "
                                       "115200 and 460800\",\"next\":\"Check that the bridge is "
                                       "powered.\",\"age_s\":5.0},\"next\":\"modem reset\","
                                       "\"retry_in_s\":0}"},
    {"status-busy", "{" STATE("backoff", "waiting for the next try",
                              "5.0") ",\"step\":null," NO_MODEM "," NO_SIM "," NO_CELL "," NO_PDP "," NO_PPP
                                     ",\"fault\":{\"code\":\"device-busy\",\"text\":\"another process has the device "
                                     "open\",\"detail\":\"minicom, process 812\",\"next\":\"Stop the named "
                                     "process.\",\"age_s\":5.0},\"next\":\"open the device\",\"retry_in_s\":4.0}"},
    {"status-open-again",
     "{" STATE("sync", "finding the modem and its mode", /* its fault is not over yet, but the tty is ours */
               "1.2") ",\"step\":\"sync.at\"," NO_MODEM "," NO_SIM "," NO_CELL "," NO_PDP "," NO_PPP
                      ",\"fault\":{\"code\":\"device-denied\",\"text\":\"permission to "
                      "open the device is denied\",\"detail\":null,\"next\":\"Reinstall the udev "
                      "rule.\",\"age_s\":5.0}}"},
    {"status-bare", "null"}, /* a daemon that says next to nothing must not bring us down */
};

static json_t *load_status(size_t i)
{
    json_error_t error;
    json_t *patch = json_loads(statuses[i].patch, JSON_DECODE_ANY, &error), *status;

    if (!patch)
        fail_msg("%s: %s", statuses[i].name, error.text);
    status = json_is_null(patch) ? json_object() : load("online.json");
    json_object_update_recursive(status, patch);
    json_decref(patch);
    return status;
}

static void status_in_every_state(void **state)
{
    const struct render_style style = {.utf8 = true};

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        json_t *status = load_status(i);

        compare(statuses[i].name, render_status(status, &style));
        json_decref(status);
    }
}

static void status_in_ascii_and_colour(void **state)
{
    json_t *status = load("online.json");
    char *text;

    text = render_status(status, &(struct render_style){0});
    for (const char *c = text; *c; c++)
        assert_true((*c >= 0x20 && *c < 0x7f) || *c == '\n');
    compare("status-ascii", text);
    text = render_status(status, &(struct render_style){.colour = true, .utf8 = true});
    assert_non_null(strstr(text, "\033[32m●\033[0m"));
    compare("status-colour", text);
    json_decref(status);
}

/* @text without its ends of lines, and with single blanks. */
static void squeeze(char *text)
{
    char *out = text;

    for (char last = 'x'; *text; text++) {
        char c = *text == '\n' ? ' ' : *text;

        if (c != ' ' || last != ' ')
            *out++ = c;
        last = c;
    }
    *out = '\0';
}

/* Whatever the terminal, no line is wider, and nothing is lost but blanks. */
static void status_fits_the_terminal(void **state)
{
    static const int columns[] = {40, 60, 80, 90, 132};

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        for (size_t c = 0; c < sizeof(columns) / sizeof(columns[0]); c++) {
            json_t *status = load_status(i);
            char *whole = render_status(status, &(struct render_style){.utf8 = true}), *save = NULL;
            char *text = render_status(status, &(struct render_style){.utf8 = true, .columns = columns[c]});
            char *copy = strdup(text);

            for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
                assert_in_range(render_width(line), 1, columns[c]);
            squeeze(whole);
            squeeze(text);
            assert_string_equal(text, whole);
            free(copy);
            free(text);
            free(whole);
            json_decref(status);
        }
}

static void folding(void **state)
{
    static const struct {
        const char *text, *folded;
        int columns;
    } rows[] = {
        {"no end to it", "no end to it", 0},
        {"ab cd ef gh ij\n", "ab cd ef gh ij\n", 14},
        {"ab cd ef gh ij\n", "ab cd ef gh\n    ij\n", 13},
        {"ab  cd ef  gh ij\n", "ab  cd ef\n    gh ij\n", 14},
        {"longer-than-a-line\nx\n", "longer-than-a-line\nx\n", 8},
        {"\033[1mab cd\033[0m ef gh\n", "\033[1mab cd\033[0m ef gh\n", 11},
        {"\033[1mab cd\033[0m ef gh\n", "\033[1mab cd\033[0m\n    ef\n    gh\n", 7},
        {"a −79 dBm ü\n", "a −79 dBm ü\n", 11},
        {"", "", 80},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *text = render_fold(strdup(rows[i].text), rows[i].columns, 4);

        assert_string_equal(text, rows[i].folded);
        free(text);
    }
    assert_null(render_fold(NULL, 80, 4));
}

static void events(void **state)
{
    const struct render_style style = {0};
    json_t *list = load("events.json");
    char *all = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&all, &len);

    for (size_t i = 0; i < json_array_size(list); i++) {
        char *line = render_event(json_array_get(list, i), &style);

        fprintf(out, "%s\n", line);
        free(line);
    }
    fclose(out);
    compare("events", all);
    json_decref(list);
}

static void trace_as_text_and_diagram(void **state)
{
    json_t *trace = load("trace.json");

    compare("trace", render_trace(trace, &(struct render_style){.utf8 = true}));
    compare("mermaid", render_mermaid(trace));
    json_decref(trace);
}

static void history_and_info(void **state)
{
    const struct render_style style = {0};
    json_t *history = load("history.json"), *status = load("online.json");
    json_t *info = json_pack("{s:O, s:[{s:s,s:s},{s:s,s:n}]}", "status", status, "daemon", "name", "version", "value",
                             "0.1.0", "name", "config.file", "value");

    compare("history", render_history(history, &style));
    compare("history-empty", render_history(NULL, &style));
    compare("info", render_info(info, &style));
    json_decref(history);
    json_decref(status);
    json_decref(info);
}

static void signal_of_a_day(void **state)
{
    static const struct {
        const char *name;
        struct render_style style;
    } rows[] = {
        {"signal", {.utf8 = true}},
        {"signal-ascii", {0}},
        {"signal-narrow", {.utf8 = true, .columns = 40}},
    };
    json_t *reply = load("signal.json"),
           *none = json_pack("{s:[], s:s, s:f}", "samples", "state", "absent", "time", 9.0);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *text = render_signal(reply, &rows[i].style), *copy = strdup(text), *save = NULL;
        int columns = rows[i].style.columns ? rows[i].style.columns : 80;

        for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
            assert_in_range(render_width(line), 1, columns);
        free(copy);
        compare(rows[i].name, text);
    }
    compare("signal-none", render_signal(none, &(struct render_style){0}));
    compare("signal-svg", render_signal_svg(reply));
    free(render_signal(json_null(), &(struct render_style){0})); /* a daemon that says nothing brings nobody down */
    free(render_signal_svg(none));
    json_decref(reply);
    json_decref(none);
}

static void signal_as_csv(void **state)
{
    json_t *samples =
        json_pack("[{s:f, s:n, s:f, s:i}]", "time", 1763806934.25, "rssi_dbm", "rsrp_dbm", -79.0, "cell_id", 27447297);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    render_signal_csv(out, samples, true);
    render_signal_line(out, json_array_get(samples, 0));
    fclose(out);
    compare("signal-csv", text);
    json_decref(samples);
}

static void moments(void **state)
{
    static const struct {
        double at, now;
        const char *text;
    } rows[] = {
        {1763806931, 1763806934, "10:22:11"},     {1763720531, 1763806934, "yesterday 10:22"},
        {1763500000, 1763806934, "18 Nov 21:06"}, {1732272134, 1763806934, "2024-11-22 10:42"},
        {1763769600, 1763769601, "00:00:00"},     {1763769599, 1763769601, "yesterday 23:59"},
    };
    char out[40];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(render_moment(rows[i].at, rows[i].now, out, sizeof(out)), rows[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_in_every_state),
        cmocka_unit_test(status_in_ascii_and_colour),
        cmocka_unit_test(status_fits_the_terminal),
        cmocka_unit_test(folding),
        cmocka_unit_test(events),
        cmocka_unit_test(trace_as_text_and_diagram),
        cmocka_unit_test(history_and_info),
        cmocka_unit_test(signal_of_a_day),
        cmocka_unit_test(signal_as_csv),
        cmocka_unit_test(moments),
    };

    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests_name("cli/render", tests, NULL, NULL);
}
