/* SPDX-License-Identifier: MIT */
/* Four ways off and the ways back, each with what it cuts and what coming back costs. */
#include "whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void radio(void **state)
{
    struct whole *w = *state;

    whole_online(w, NULL, NULL);
    whole_ctl_says(w, "radio|off", 0, "The radio is off: call, PDP context and attach were cut");
    assert_string_equal(whole_sim(w, "get cfun"), "4");
    assert_string_equal(whole_get(w, "state"), "stopped");
    assert_string_equal(whole_get(w, "registration.stat"), "0");
    assert_string_equal(whole_get(w, "signal.rsrp_dbm"), "null");
    whole_ctl_says(w, "status", 0, "the radio is off: `radio on`");
    assert_string_equal(whole_get(w, "pdp.address"), "null");
    whole_ctl_says(w, "at|AT+CFUN?", 0, "+CFUN: 4");
    whole_ctl_says(w, "radio|off", 0, "off already: `radio on` or `connect` brings it back");
    whole_ctl_says(w, "radio|on", 0, "");
    whole_wait(w, "online");
    assert_string_equal(whole_sim(w, "get cfun"), "1");
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    whole_ctl_says(w, "radio|on", 0, "on already");
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    whole_end(w);
}

/* Off while disconnected: on brings the radio back, not the call. */
static void radio_while_stopped(void **state)
{
    struct whole *w = *state;

    whole_online(w, NULL, NULL);
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    whole_ctl_says(w, "disconnect", 0, "There was no PPP to cut");
    whole_ctl_says(w, "radio|off", 0, "The radio is off");
    whole_ctl_says(w, "radio|on", 0, "Nothing is dialled until `connect`");
    whole_wait(w, "stopped");
    whole_sim_wait(w, "stat", "5");
    assert_int_equal(whole_sim_count(w, "dials"), 1);
    whole_ctl_says(w, "radio|off", 0, "The radio is off");
    whole_ctl_says(w, "connect", 0, "Online"); /* connect means online, whatever was off */
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    whole_end(w);
}

static void reset_by_command(void **state)
{
    struct whole *w = *state;

    whole_online(w, NULL, NULL);
    assert_int_equal(whole_sim_count(w, "resets"), 0);
    whole_ctl_says(w, "reset", 0, "The modem was reset: attach, PDP context and call were cut");
    assert_int_equal(whole_sim_count(w, "resets"), 1);
    whole_wait(w, "online");
    assert_int_equal(whole_sim_count(w, "boots"), 1);
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    whole_end(w);
}

/* A script in place of the board's wires: says LINE on, waits for the board's pulse to be long enough, says off. */
static void write_line_script(struct whole *w)
{
    char text[1024], sim[128];

    snprintf(sim, sizeof(sim), "%s/microcat-sim", w->dir); /* whatever stands in the path of the build */
    assert_int_equal(symlink(getenv("MICROCAT_SIM"), sim), 0);
    snprintf(text, sizeof(text),
             "#!/bin/sh\n"
             "say() { %s/microcat-sim --control='%s/sim' --send=\"$1\" || exit 1; }\n"
             "echo working the line: $1\n"
             "case $1 in\n"
             "reset) say 'line break on'; read -t 0.6 nothing <>'%s/never'; say 'line break off' ;;\n"
             "on) say power-on ;;\n"
             "off) say power-off ;;\n"
             "esac\n",
             w->dir, w->dir, w->dir);
    whole_write(w, "line", text, 0755);
}

static void start_with_lines(struct whole *w, int baud)
{
    char more[512];

    write_line_script(w);
    snprintf(more, sizeof(more), "[Modem]\nBaudRate=%d\nReset=/bin/bash %s/line\nPower=/bin/bash %s/line\n", baud,
             w->dir, w->dir);
    snprintf(w->out, 256, "%s/never", w->dir);
    assert_int_equal(mkfifo(w->out, 0600), 0);
    whole_online(w, "--profile=warm|--profile=lines", more);
}

static void reset_by_line(void **state)
{
    struct whole *w = *state;

    start_with_lines(w, 115200);
    whole_ctl_says(w, "reset", 0, "The modem was reset");
    whole_said(w, &w->daemon, "working the line: reset");
    assert_int_equal(whole_sim_count(w, "boots"), 1);
    whole_ctl_says(w, "trace", 0, "AT");
    assert_null(strstr(w->out, "CRESET"));
    whole_wait(w, "online");
    whole_end(w);
}

static void power_without_line(void **state)
{
    struct whole *w = *state;

    whole_online(w, NULL, NULL);
    whole_ctl_says(w, "power|off", 0, "only the board's button or power brings it back");
    whole_sim_wait(w, "power", "off");
    assert_string_equal(whole_get(w, "state"), "stopped");
    whole_ctl_says(w, "at|AT", 1, "The modem is powered off");
    whole_ctl_says(w, "power|off", 0, "off already"); /* not asked a second time: it could not answer */
    assert_string_equal(whole_get(w, "fault"), "null");
    assert_string_equal(whole_get(w, "modem.power"), "off");
    whole_ctl_says(w, "disconnect", 1, "There is no PPP to cut");
    whole_ctl_says(w, "connect", 1, "`power on` first");
    whole_ctl_says(w, "power|on", 1, "No power line is configured");
    whole_sim(w, "unplug");
    whole_wait(w, "absent");
    whole_sim(w, "plug"); /* a new plug is a new start, but who said off meant it */
    whole_ctl_says(w, "connect", 0, "");
    whole_wait(w, "online");
    whole_end(w);
}

static void power_by_line(void **state)
{
    struct whole *w = *state;

    start_with_lines(w, 460800);
    whole_ctl_says(w, "power|off", 0, "attach were cut. Coming back costs a boot and an attach");
    whole_sim_wait(w, "power", "off");
    whole_ctl_says(w, "power|on", 0, "");
    whole_wait(w, "online");
    assert_int_equal(whole_sim_count(w, "power_offs"), 1);
    whole_ctl_says(w, "power|off", 0, "The modem is off");
    whole_sim_wait(w, "power", "off");
    whole_sim(w, "power-on"); /* its first words come at 115200, whatever the speed was */
    whole_said(w, &w->daemon, "switched on by hand");
    whole_wait(w, "online");
    whole_end(w);
}

static void reconnect(void **state)
{
    struct whole *w = *state;

    whole_online(w, NULL, NULL);
    whole_ctl_says(w, "reconnect", 0, "Online");
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    whole_sim(w, "dial-reject 133"); /* not subscribed: straight to the longest wait */
    whole_sim(w, "no-carrier");
    whole_until(w, "fault.code", "not-subscribed");
    whole_wait(w, "backoff");
    assert_true(whole_get_int(w, "retry_in_s") > 600);
    whole_sim(w, "forgive");
    whole_ctl_says(w, "reconnect", 0, "Online");
    whole_end(w);
}

/* Nothing goes on, so nobody publishes anything: the counts are those of now all the same. */
static void counts_at_rest(void **state)
{
    struct whole *w = *state;
    int64_t commands, noise;

    whole_online(w, NULL, NULL);
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    whole_ctl_says(w, "at|AT+CSQ", 0, "OK"); /* behind the first look at the signal */
    commands = whole_get_int(w, "modem.commands");
    whole_ctl_says(w, "at|AT+CSQ", 0, "OK");
    assert_true(whole_get_int(w, "modem.commands") > commands);
    noise = whole_get_int(w, "counters.noise_bytes");
    whole_sim(w, "noise 5000");
    whole_ctl(w, "at|AT+CSQ"); /* the noise is read before its answer */
    assert_true(whole_get_int(w, "counters.noise_bytes") > noise + 500);
    whole_end(w);
}

/* Ctrl-C lets go, and means it: what still waited for its turn is never sent. What the modem was asked goes on. */
static void who_leaves_takes_the_command_back(void **state)
{
    static const char slowly[] = "{\"method\":\"io.microcat.Modem.At\","
                                 "\"parameters\":{\"command\":\"AT+CGACT?\"}}";
    static const char asks[] = "{\"method\":\"io.microcat.Modem.At\",\"more\":true,"
                               "\"parameters\":{\"command\":\"AT+CGPADDR=1\"}}";
    struct whole *w = *state;

    whole_online(w, NULL, NULL);
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    whole_sim(w, "late AT+CGACT 3000 1");
    int slow = whole_connect(w), fd = whole_connect(w);
    whole_send(slow, slowly, sizeof(slowly));
    whole_send(fd, asks, sizeof(asks));
    const char *reply = whole_receive(w, fd, WHOLE_MS); /* it waits behind the other */
    if (!reply || !strstr(reply, "\"deadline_s\":60"))
        fail_msg("%s", reply ? reply : "no reply");
    close(fd);
    reply = whole_receive(w, slow, WHOLE_MS);
    if (!reply || !strstr(reply, "\"OK\""))
        fail_msg("%s", reply ? reply : "no reply");
    close(slow);
    whole_ctl_says(w, "at|AT+CSQ", 0, "OK");
    whole_ctl_says(w, "trace", 0, "AT+CGACT?");
    assert_null(strstr(w->out, "AT+CGPADDR=1"));
    whole_end(w);
}

/* A dial that is given up on request, by a modem that does not hear of it: said so, and nothing is dialled behind it.
 */
static void disconnect_while_dialling(void **state)
{
    struct whole *w = *state;

    whole_online(w, NULL, "[Recovery]\nRedialDelay=1s\n");
    whole_sim(w, "late ATD 60000 1");
    whole_sim(w, "no-carrier");
    whole_wait(w, "dial");
    whole_ctl(w, "disconnect");
    whole_said(w, &w->daemon, "): on request");
    whole_wait(w, "stopped");
    assert_int_equal(whole_sim_count(w, "dials"), 1);
    whole_end(w);
}

/* While a call is being ended for a fault, `connect` is about the next call, and no answer to it is why the last one
 * went. */
static void connect_in_hangup(void **state)
{
    struct whole *w = *state;

    whole_online(w, NULL, "[Recovery]\nRedialDelay=5min\n");
    whole_sim(w, "hang-on-hangup on");
    whole_sim(w, "lcp-terminate");
    whole_wait(w, "hangup");
    assert_string_equal(whole_get(w, "fault.code"), "ppp-terminated"); /* named at once, not when it is over */
    whole_ctl_says(w, "connect", 0, "Online");
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    whole_until(w, "last_outage.fault.code", "ppp-terminated"); /* and not "on request" */
    whole_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(radio),
        WHOLE_TEST(radio_while_stopped),
        WHOLE_TEST(reset_by_command),
        WHOLE_TEST(reset_by_line),
        WHOLE_TEST(power_without_line),
        WHOLE_TEST(power_by_line),
        WHOLE_TEST(reconnect),
        WHOLE_TEST(counts_at_rest),
        WHOLE_TEST(who_leaves_takes_the_command_back),
        WHOLE_TEST(connect_in_hangup),
        WHOLE_TEST(disconnect_while_dialling),
    };

    return cmocka_run_group_tests_name("whole: verbs", tests, whole_world, NULL);
}
