/* SPDX-License-Identifier: MIT */
/* From nothing to online, and what can be seen of it from every side. */
#include "sandbox.h"
#include "whole.h"

#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The budget is one of time as well: a modem that answers too late, because the sanitizers and the other tiers slow it
 * down, is asked again. */
#if defined(__SANITIZE_ADDRESS__)
#define MOST_COMMANDS 40
#else
#define MOST_COMMANDS 20
#endif

#define PASSWORD "so-geheim-77"

/* The Contract's keys of `status --json`. */
static const char *const keys[][16] = {
    {"", "state", "state_age_s", "fault", "retry_in_s", "device", "modem", "sim", "registration", "signal", "pdp",
     "ppp", "counters"},
    {"device", "path", "vendor_id", "product_id", "serial"},
    {"modem", "manufacturer", "model", "revision", "firmware", "imei"},
    {"sim", "state", "iccid", "imsi"},
    {"registration", "stat", "text", "tac", "cell_id", "operator"},
    {"signal", "rssi_dbm", "rsrp_dbm", "rsrq_db", "sinr_db", "age_s"},
    {"pdp", "cid", "type", "apn", "address"},
    {"ppp", "phase", "interface", "local", "remote", "dns", "mtu", "rx_bytes", "tx_bytes"},
};

static void assert_shape(const json_t *status)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const json_t *object = *keys[i][0] ? json_object_get(status, keys[i][0]) : status;

        assert_true(json_is_object(object));
        for (size_t k = 1; keys[i][k]; k++)
            if (!json_object_get(object, keys[i][k]))
                fail_msg("status --json has no %s.%s", keys[i][0], keys[i][k]);
    }
}

static void unknown_is_null(void **state)
{
    struct whole *w = *state;
    json_t *status;

    whole_config(w, NULL);
    whole_start(w, NULL);
    status = whole_status(w);
    assert_shape(status);
    for (size_t i = 1; i < sizeof(keys) / sizeof(keys[0]); i++) {
        for (size_t k = 1; keys[i][k]; k++) {
            const json_t *value = json_object_get(json_object_get(status, keys[i][0]), keys[i][k]);

            if (!strcmp(keys[i][0], "ppp")) /* nothing was counted: that is known */
                continue;
            if (!json_is_null(value))
                fail_msg("%s.%s is not null", keys[i][0], keys[i][k]);
        }
    }
    json_decref(status);
    assert_string_equal(whole_get(w, "state"), "absent");
    assert_string_equal(whole_get(w, "fault.code"), "no-device");
    whole_ctl_says(w, "status", 0, "absent");
    whole_end(w);
}

static void cold_comes_up(void **state)
{
    struct whole *w = *state;
    json_t *status;

    whole_online(w, "--profile=cold|--set=net-user=sora|--set=net-password=" PASSWORD, NULL);
    status = whole_status(w);
    assert_shape(status);
    json_decref(status);
    assert_string_equal(whole_get(w, "state"), "online");
    assert_string_equal(whole_get(w, "fault"), "null");
    assert_string_equal(whole_get(w, "device.path"), w->tty);
    assert_string_equal(whole_get(w, "modem.model"), "SIM7672JP-MNGV");
    assert_string_equal(whole_get(w, "sim.state"), "READY");
    assert_string_equal(whole_get(w, "registration.stat"), "5");
    assert_string_equal(whole_get(w, "registration.text"), "registered, roaming");
    assert_string_equal(whole_get(w, "registration.cell_id"), "39683652");
    assert_string_equal(whole_get(w, "signal.rsrp_dbm"), "-79.0");
    assert_string_equal(whole_get(w, "pdp.apn"), "soracom.io");
    assert_string_equal(whole_get(w, "ppp.phase"), "running");
    assert_string_equal(whole_get(w, "ppp.local"), "10.164.98.251");
    assert_string_equal(whole_get(w, "ppp.remote"), "10.64.64.1");
    assert_string_equal(whole_get(w, "ppp.dns"), "[\"100.127.0.53\",\"100.127.1.53\"]");
    assert_true(whole_get_int(w, "ppp.rx_bytes") > 0);
    assert_int_equal(whole_default_routes("ppp0", 700), 1);
    assert_string_equal(whole_sim(w, "get saved_apn"), "soracom.io");
    assert_int_equal(whole_sim_count(w, "saved_auth"), 2);
    assert_in_range(whole_sim_count(w, "commands"), 10, MOST_COMMANDS); /* of a cold bring-up, ATD with them */
    whole_ctl_says(w, "status", 0, "10.164.98.251 on ppp0");
    whole_end(w);
    assert_int_equal(whole_default_routes("ppp0", 700), 0);
}

static void warm_keeps_the_attach(void **state)
{
    struct whole *w = *state;

    whole_online(w, "--profile=warm|--set=password=" PASSWORD, NULL);
    assert_int_equal(whole_sim_count(w, "cfun_cycles"), 0);
    assert_int_equal(whole_sim_count(w, "writes"), 0);
    whole_end(w);
}

/* What the author of the published transcripts could not do. */
static void disconnect_at_info_connect(void **state)
{
    struct whole *w = *state;
    int64_t commands;

    whole_online(w, NULL, NULL);
    assert_string_equal(whole_get(w, "modem.line"), whole_muxed() ? "mux" : "data");
    if (whole_muxed())
        whole_ctl_says(w, "at|AT+CSQ", 0, "+CSQ: 22,99\nOK\n");
    else
        whole_ctl_says(w, "at|AT+CSQ", 1, "The line carries PPP: `disconnect` first");
    assert_int_equal(whole_sim_count(w, "escapes"), 0);
    whole_ctl_says(w, "disconnect", 0, "Attach and PDP context are kept");
    assert_string_equal(whole_get(w, "state"), "stopped");
    assert_string_equal(whole_get(w, "ppp.local"), "null");
    assert_int_equal(whole_default_routes("ppp0", 700), 0);
    whole_ctl_says(w, "at|AT+CSQ", 0, "+CSQ: 22,99\nOK\n");
    whole_ctl_says(w, "at|AT+NONSENSE", 1, "ERROR");
    whole_ctl_says(w, "at|ATD*99#", 1, "use `connect`");
    whole_ctl_says(w, "at|hello", 1, "A command starts with AT");
    whole_ctl_says(w, "info", 0, "869850000000430");
    assert_int_equal(whole_sim_count(w, "dials"), 1);
    commands = whole_sim_count(w, "commands");
    whole_ctl_says(w, "connect", 0, "Online: 10.164.98.251 on ppp0");
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    assert_true(whole_sim_count(w, "commands") - commands <= 4); /* SIM, registration, signal, ATD */
    assert_int_equal(whole_sim_count(w, "cfun_cycles"), whole_get_int(w, "counters.radio_cycles"));
    whole_ctl_says(w, "connect", 0, "Online already");
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    whole_end(w);
}

static void assert_without(const char *what, const char *text, const char *secret)
{
    if (strstr(text, secret))
        fail_msg("%s has the secret \"%s\" in it", what, secret);
}

static void assert_file_without(struct whole *w, const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", w->dir, name);
    char *text = whole_read(path);
    assert_true(strlen(text) > 0);
    assert_without(name, text, PASSWORD);
    assert_without(name, text, "4711");
    free(text);
}

/* Arguments and environment of pppd: whoever may run ps sees them. */
static void assert_process_without(int pid, const char *file)
{
    char path[64], *text = NULL;
    size_t bytes = 0;

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
    FILE *stream = fopen(path, "re");
    assert_non_null(stream);
    while (getdelim(&text, &bytes, '\0', stream) >= 0)
        assert_without(path, text, PASSWORD);
    fclose(stream);
    free(text);
}

static void no_secret_leaks(void **state)
{
    static const char *const verbs[] = {"trace", "--json|trace", "trace|--mermaid", "history", "--json|history",
                                        "info",  "--json|info",  "--json|status",   "status"};
    struct whole *w = *state;
    char words[160];

    whole_config(w, "[SIM]\nPIN=4711\n");
    whole_sim_start(w, "--profile=cold|--profile=sim-pin=4711|--set=start=booting|--set=net-password=" PASSWORD);
    snprintf(words, sizeof(words), "--log-level=debug|--record=%s/record", w->dir);
    whole_start(w, words);
    whole_wait(w, "online");
    assert_int_equal(whole_sim_count(w, "pin_attempts"), 1);
    assert_process_without((int)whole_get_int(w, "ppp.pid"), "cmdline");
    assert_process_without((int)whole_get_int(w, "ppp.pid"), "environ");
    whole_ctl_says(w, "disconnect", 0, "");
    whole_ctl(w, "at|AT+CGAUTH?"); /* the modem answers with the password */
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        assert_int_equal(whole_ctl(w, verbs[i]), 0);
        assert_without(verbs[i], w->out, PASSWORD);
        assert_without(verbs[i], w->out, "4711");
    }
    whole_ctl_says(w, "trace", 0, "AT+CGAUTH=");
    whole_ctl_says(w, "trace|--mermaid", 0, "sequenceDiagram");
    whole_stop(w, 20000);
    assert_file_without(w, "microcatd.log");
    assert_file_without(w, "record");
    assert_file_without(w, "state/history");
    assert_file_without(w, "state/budgets");
    whole_end(w);
}

/* The stream has every change of state from the first on, in order, and ends when the reader does. */
static void watch_streams(void **state)
{
    static const char *const path[] = {"sync", "setup", "sim", "pdp", "register", "dial", "ppp", "online"};
    static const char call[] = "{\"method\":\"io.microcat.Modem.Watch\",\"more\":true}";
    struct whole *w = *state;
    size_t reached = 0;
    int fd;

    whole_config(w, NULL);
    whole_start(w, NULL);
    fd = whole_connect(w);
    whole_send(fd, call, sizeof(call));
    assert_non_null(strstr(whole_receive(w, fd, WHOLE_MS), "\"state\":\"absent\""));
    whole_sim_start(w, "--profile=cold");
    while (reached < 8) {
        const char *event = whole_receive(w, fd, WHOLE_MS);
        char to[64];

        assert_non_null(event);
        snprintf(to, sizeof(to), "\"to\":\"%s\"", path[reached]);
        if (strstr(event, "\"kind\":\"state\"") && strstr(event, to))
            reached++;
        else if (strstr(event, "\"kind\":\"state\""))
            fail_msg("%s is not the next state but: %s", path[reached], event);
        assert_non_null(strstr(event, "\"continues\":true"));
    }
    close(fd);
    whole_end(w);
}

/* microcatctl watch, as a person sees it: a line a change. */
static void watch_prints(void **state)
{
    struct whole *w = *state;
    char option[128];

    whole_online(w, NULL, NULL);
    snprintf(option, sizeof(option), "--socket=%s|watch", w->socket);
    whole_spawn(w, &w->other, getenv("MICROCATCTL"), option, NULL, 0);
    whole_said(w, &w->other, "online for ");
    whole_ctl_says(w, "disconnect", 0, "");
    whole_said(w, &w->other, "online -> hangup");
    whole_said(w, &w->other, "hangup -> stopped");
    whole_kill(&w->daemon, SIGTERM);
    assert_int_equal(whole_ended(w, &w->other), 3); /* nobody is there any more */
    assert_int_equal(whole_ended(w, &w->daemon), 0);
    whole_end(w);
}

static void exit_codes(void **state)
{
    struct whole *w = *state;

    whole_ctl_says(w, "status", 3, "microcatd is not running");
    whole_ctl_says(w, "wait|--timeout=1s", 3, "microcatd is not running");
    whole_config(w, NULL);
    whole_start(w, NULL);
    whole_ctl_says(w, "wait|--for=absent", 0, "absent");
    whole_ctl_says(w, "wait|--timeout=0", 4, "still absent, not online");
    whole_ctl_says(w, "wait|--for=happy", 2, "no such state");
    whole_ctl_says(w, "nonsense", 2, "no verb \"nonsense\"");
    whole_ctl_says(w, "radio|sideways", 2, "off or on");
    whole_ctl_says(w, "connect", 1, "There is no device");
    whole_ctl_says(w, "at|AT", 1, "There is no device");
    whole_ctl_says(w, "reset", 1, "There is no device");
    whole_sim_start(w, "--profile=warm");
    whole_ctl_says(w, "wait|--timeout=30s", 0, "online");
    whole_end(w);
}

/* An interface that no pppd makes or removes: what is left on it, the daemon left there. */
static int plain_interface(const char *name)
{
    struct ifreq ifr = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int tun = test_tun_open(), fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(tun >= 0 && fd >= 0);
    snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
    assert_int_equal(ioctl(tun, TUNSETIFF, &ifr), 0);
    ifr.ifr_flags = IFF_UP | IFF_RUNNING;
    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
    close(fd);
    return tun;
}

/* Taken back is the route that was given, whatever RouteMetric= says by now. */
static void a_route_goes_with_its_metric(void **state)
{
    static const char more[] =
        "[PDP]\nUser=sora\nPassword=so geheim%%\n[PPP]\nProgram=%s\nInterface=online\nRouteMetric=%d\n";
    struct whole *w = *state;
    int tun = plain_interface("ppp3"); /* as the fake pppd calls it */
    char text[512];

    snprintf(text, sizeof(text), more, getenv("FAKE_PPPD"), 701);
    whole_online(w, NULL, text);
    assert_int_equal(whole_default_routes("ppp3", 701), 1);
    snprintf(text, sizeof(text), more, getenv("FAKE_PPPD"), 702);
    whole_config(w, text);
    whole_kill(&w->daemon, SIGHUP);
    whole_sim_wait(w, "dials", "2");
    whole_wait(w, "online");
    assert_int_equal(whole_default_routes("ppp3", 702), 1);
    assert_int_equal(whole_default_routes("ppp3", 701), 0);
    whole_end(w);
    assert_int_equal(whole_default_routes("ppp3", 702), 0);
    close(tun);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(unknown_is_null),
        WHOLE_TEST(cold_comes_up),
        WHOLE_TEST(warm_keeps_the_attach),
        WHOLE_TEST(disconnect_at_info_connect),
        WHOLE_TEST(no_secret_leaks),
        WHOLE_TEST(watch_streams),
        WHOLE_TEST(watch_prints),
        WHOLE_TEST(exit_codes),
        WHOLE_TEST(a_route_goes_with_its_metric),
    };

    return cmocka_run_group_tests_name("whole: online", tests, whole_world, NULL);
}
