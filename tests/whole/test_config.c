/* SPDX-License-Identifier: MIT */
/* Configurations with mistakes: named with file, line, key, what was read and what is allowed; nothing is lost. */
#include "whole.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
    const char *text, *says;
} mistakes[] = {
    {"[PPP]\nEchoInterval=20parsecs\n", "conf:16: [PPP] EchoInterval=20parsecs is not allowed: it must be a time"},
    {"[PPP]\nMTU=9000\n", "conf:16: [PPP] MTU=9000 is not allowed: it must be a number from 128 to 1500"},
    {"[PPP]\nRouteMetric=-1\n", "it must be a number from 0 to 2147483647"},
    {"[Recovery]\nRedialDelay=100h\n", "it must be a time from 1s to 1h"},
    {"[Recovery]\nRedialDelay=10min\nRedialMax=1min\n", "RedialMax= is shorter than RedialDelay="},
    {"[Modem]\nBaudRate=115201\n", "it must be 9600, 19200, 38400, 57600, 115200, 230400 or 460800"},
    {"[Modem]\nDevice=ttyUSB0\n", "it must be auto or an absolute path"},
    {"[Modem]\nFlowControl=xonxoff\n", "FlowControl=xonxoff is not allowed: it must be"},
    {"[PDP]\nAPN=sora\rcom.io\n", "[PDP] APN=sora?com.io is not allowed: it must be an access point name without"},
    {"[PDP]\nAPN=sora\"com.io\n", "[PDP] APN=sora\"com.io is not allowed: it must be an access point name without"},
    {"[PDP]\nType=IPX\n", "it must be IP, IPV6 or IPV4V6"},
    {"[PDP]\nPassword=a\"b\n", "[PDP] Password=(not shown) is not allowed"},
    {"[SIM]\nPIN=12a4\n", "[SIM] PIN=(not shown) is not allowed: it must be 4 to 8 digits"},
    {"[Control]\nGroup=no-such-group\n", "Group=no-such-group: no such group"},
    {"not a line of this language\n", "conf:15: neither [Section], Key=value nor a comment"},
};

static void mistakes_are_named(void **state)
{
    struct whole *w = *state;
    char words[128];

    snprintf(words, sizeof(words), "--check-config|--config=%s", w->conf);
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        whole_config(w, mistakes[i].text);
        assert_int_equal(whole_start_in_vain(w, NULL), 1);
        whole_said(w, &w->daemon, mistakes[i].says);
        if (strstr(mistakes[i].text, "Group=")) /* only who listens asks for the group */
            continue;
        whole_said(w, &w->daemon, "not started: the configuration cannot be used");
        whole_spawn(w, &w->other, getenv("MICROCATD"), words, NULL, 0);
        assert_int_equal(whole_ended(w, &w->other), 1);
        whole_said(w, &w->other, mistakes[i].says);
    }
    whole_end(w);
}

/* The same while it runs: every one is refused and the link does not notice. */
static void mistakes_change_nothing(void **state)
{
    struct whole *w = *state;
    int fds;

    whole_online(w, NULL, NULL);
    fds = whole_fds_quiet(w);
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        if (strstr(mistakes[i].text, "Group="))
            continue;
        whole_config(w, mistakes[i].text);
        whole_kill(&w->daemon, SIGHUP);
        whole_said(w, &w->daemon, mistakes[i].says);
        whole_said(w, &w->daemon, "the old one goes on");
    }
    whole_write(w, "gone", "", 0600);
    snprintf(w->out, 256, "%s/gone", w->dir);
    assert_int_equal(rename(w->conf, w->out), 0);
    whole_kill(&w->daemon, SIGHUP);
    whole_said(w, &w->daemon, "conf: cannot be read: No such file or directory");
    whole_said(w, &w->daemon, "the old one goes on");
    assert_string_equal(whole_get(w, "state"), "online");
    assert_int_equal(whole_sim_count(w, "dials"), 1);
    whole_fds_settle(w, fds);
    whole_end(w);
}

static void unknown_keys_warn(void **state)
{
    struct whole *w = *state;

    whole_online(w, NULL, "[PDP]\nFrobnicate=yes\n[Nonsense]\nx=1\n");
    w->daemon.seen = 0;
    whole_said(w, &w->daemon, "conf:16: [PDP] Frobnicate= is unknown and ignored");
    whole_said(w, &w->daemon, "conf:18: [Nonsense] x= is unknown and ignored");
    whole_end(w);
}

/* Without an APN the daemon runs, says what is missing, and goes on as soon as it is there. */
static void missing_apn_holds(void **state)
{
    struct whole *w = *state;

    whole_config(w, "[PDP]\nAPN=\n");
    whole_sim_start(w, "--profile=warm");
    whole_start(w, NULL);
    whole_said(w, &w->daemon, "[PDP] APN= is missing; for example: APN=soracom.io");
    whole_wait(w, "held");
    assert_string_equal(whole_get(w, "fault.code"), "apn-missing");
    whole_ctl_says(w, "status", 0, "no APN is configured");
    assert_string_equal(whole_get(w, "sim.imsi"), "901310000000001");
    assert_int_equal(whole_sim_count(w, "dials"), 0);
    whole_sim(w, "unplug"); /* a board that comes while an APN is missing is not dialled either */
    whole_until(w, "state", "absent");
    whole_sim(w, "plug");
    whole_wait(w, "held");
    assert_string_equal(whole_get(w, "fault.code"), "apn-missing");
    assert_int_equal(whole_sim_count(w, "dials"), 0);
    whole_config(w, "[PDP]\nAPN=\n[Recovery]\nRedialDelay=2s\n"); /* the rest counts meanwhile */
    whole_kill(&w->daemon, SIGHUP);
    whole_said(w, &w->daemon, "[Recovery] RedialDelay: 1s -> 2s");
    whole_config(w, NULL);
    whole_kill(&w->daemon, SIGHUP);
    whole_wait(w, "online");
    whole_end(w);
}

static void unreadable_files(void **state)
{
    struct whole *w = *state;
    char path[256];

    assert_int_equal(whole_start_in_vain(w, NULL), 1);
    whole_said(w, &w->daemon, "conf: cannot be read: No such file or directory");
    assert_int_equal(mkdir(w->conf, 0700), 0);
    assert_int_equal(whole_start_in_vain(w, NULL), 1);
    whole_said(w, &w->daemon, "conf: cannot be read: Is a directory");
    assert_int_equal(remove(w->conf), 0);
    whole_config(w, NULL); /* root's own, and the daemon is nobody */
    w->uid = WHOLE_NOBODY;
    assert_int_equal(whole_start_in_vain(w, NULL), 1);
    whole_said(w, &w->daemon, "conf: cannot be read: Permission denied");
    w->uid = 0;
    snprintf(path, sizeof(path), "%s.d", w->conf);
    assert_int_equal(mkdir(path, 0755), 0);
    whole_write(w, "conf.d/10-bad.conf", "[PPP]\nMTU=1\n", 0600);
    whole_write(w, "conf.d/ignored", "[PPP]\nMTU=2\n", 0600);
    assert_int_equal(whole_start_in_vain(w, NULL), 1);
    whole_said(w, &w->daemon, "conf.d/10-bad.conf:2: [PPP] MTU=1 is not allowed");
    whole_end(w);
}

/* A daemon that runs goes on with what it has; a new one does not start. Credentials come last. */
static void open_secrets_are_refused(void **state)
{
    struct whole *w = *state;
    char words[256];

    whole_online(w, NULL, NULL);
    assert_int_equal(chmod(w->conf, 0644), 0);
    kill(w->daemon.pid, SIGHUP);
    whole_said(w, &w->daemon, "the configuration was not read anew: the old one goes on");
    assert_string_equal(whole_get(w, "state"), "online");
    snprintf(words, sizeof(words), "--check-config|--config=%s", w->conf);
    whole_spawn(w, &w->other, getenv("MICROCATD"), words, NULL, 0);
    assert_int_equal(whole_ended(w, &w->other), 1);
    snprintf(words, sizeof(words), "can be read by everybody, so it is refused; mend it with: chmod 0600 %s\n",
             w->conf);
    whole_said(w, &w->other, words);
    whole_stop(w, 20000);
    assert_int_equal(whole_start_in_vain(w, NULL), 1);
    whole_said(w, &w->daemon, words);
    whole_end(w);
}

/* The PIN that opens the SIM, and the password that the network wants, are in no file of the configuration. */
static void credentials_are_used(void **state)
{
    struct whole *w = *state;
    char environment[160], words[160];

    snprintf(words, sizeof(words), "%s/creds", w->dir);
    assert_int_equal(mkdir(words, 0700), 0);
    whole_write(w, "creds/sim.pin", "4711\n", 0400);
    whole_write(w, "creds/pdp.password", "aus-dem-tresor\n", 0400);
    whole_config(w, "[SIM]\nPIN=1111\n");
    snprintf(environment, sizeof(environment), "CREDENTIALS_DIRECTORY=%s/creds", w->dir);
    w->environment = environment;
    whole_sim_start(w, "--profile=cold|--profile=sim-pin=4711|--set=net-user=sora|--set=net-password=aus-dem-tresor");
    whole_start(w, NULL);
    whole_wait(w, "online");
    assert_int_equal(whole_sim_count(w, "pin_attempts"), 1);
    snprintf(words, sizeof(words), "--check-config|--config=%s", w->conf);
    whole_spawn(w, &w->other, getenv("MICROCATD"), words, environment, 0);
    assert_int_equal(whole_ended(w, &w->other), 0);
    whole_said(w, &w->other, "/creds/sim.pin)");
    char *log = whole_read(w->other.log);
    assert_non_null(strstr(log, "Password=(set)"));
    assert_null(strstr(log, "tresor"));
    assert_null(strstr(log, "so-geheim-77"));
    free(log);
    whole_write(w, "creds/sim.pin", "47i1\n", 0400);
    whole_spawn(w, &w->other, getenv("MICROCATD"), words, environment, 0);
    assert_int_equal(whole_ended(w, &w->other), 1);
    whole_said(w, &w->other, "/creds/sim.pin: what is in it is not allowed as [SIM] PIN=: it must be 4 to 8 digits");
    whole_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(mistakes_are_named),   WHOLE_TEST(mistakes_change_nothing), WHOLE_TEST(unknown_keys_warn),
        WHOLE_TEST(missing_apn_holds),    WHOLE_TEST(unreadable_files),        WHOLE_TEST(open_secrets_are_refused),
        WHOLE_TEST(credentials_are_used),
    };

    return cmocka_run_group_tests_name("whole: config", tests, whole_world, NULL);
}
