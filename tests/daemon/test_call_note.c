/* SPDX-License-Identifier: MIT */
/* The note of a call: read back as it was written, and nothing else is believed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <microcat/daemon/call_note.h>

static const struct mc_call_note sample = {
    .pid = 4711,
    .start = "123456",
    .boot = "0f3c",
    .path = "/dev/ttyACM0",
    .pdp = "1 0 soracom.io sora",
    .baud = 460800,
    .flow = MC_FLOW_RTSCTS,
    .socket = "/run/microcatd/pppd-microcatd.sock",
    .stat = 5,
    .online_at_ms = 1234567890123,
    .up = {.ifname = "ppp0",
           .unit = 0,
           .mtu = 1500,
           .local = "10.1.2.3",
           .remote = "10.64.64.1",
           .dns = {"100.127.0.53", ""},
           .local6 = "fe80::1"},
};

static void reads_what_it_wrote(void **state)
{
    struct mc_call_note got;
    char text[MC_CALL_NOTE_BYTES], again[MC_CALL_NOTE_BYTES];
    int n = mc_call_note_format(&sample, text, sizeof(text));

    assert_true(n > 0);
    assert_int_equal(mc_call_note_parse(text, &got), 0);
    assert_int_equal(mc_call_note_format(&got, again, sizeof(again)), n);
    assert_string_equal(text, again);
    assert_int_equal(got.online_at_ms, sample.online_at_ms);
    assert_string_equal(got.socket, sample.socket);
    assert_memory_equal(&got.up, &sample.up, sizeof(got.up));
}

/* An upgrade carries on the call of a daemon that knew less. */
static void of_an_older_daemon(void **state)
{
    static const char *const keys[] = {"\nmux-n1=", "\nsocket="};
    struct mc_call_note got;
    char text[MC_CALL_NOTE_BYTES];

    assert_true(mc_call_note_format(&sample, text, sizeof(text)) > 0);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char *at = strstr(text, keys[i]) + 1, *end = strchr(at, '\n') + 1;
        memmove(at, end, strlen(end) + 1);
        assert_int_equal(mc_call_note_parse(text, &got), 0);
    }
    assert_string_equal(got.socket, "");
    assert_string_equal(got.path, sample.path);
}

static void fits_or_fails(void **state)
{
    char text[MC_CALL_NOTE_BYTES];
    int n = mc_call_note_format(&sample, text, sizeof(text));

    for (int size = 1; size <= n; size++)
        assert_int_equal(mc_call_note_format(&sample, text, (size_t)size), -ENOSPC);
    assert_int_equal(mc_call_note_format(&sample, text, (size_t)n + 1), n);
}

static void none_is_none(void **state)
{
    struct mc_call_note got;

    assert_int_equal(mc_call_note_parse(mc_call_note_none, &got), -ENOENT);
}

/* Cut anywhere it is damaged; so it is with any line away, doubled, or with nonsense in it. */
static void damage_is_seen(void **state)
{
    static const char *const lines[] = {
        "pid=1\n",      "pid=99999999999\n", "pid=\n",           "start=\n",
        "baud=12\n",    "flow=7\n",          "flow=-1\n",        "stat=x\n",
        "local=10.1\n", "local=fe80::1\n",   "local6=a\n",       "interface=a/b\n",
        "mtu=70000\n",  "online-at-ms=-2\n", "dns1=localhost\n", "interface=an-interface-name-that-is-too-long\n"};
    struct mc_call_note got;
    char text[MC_CALL_NOTE_BYTES], bad[2 * MC_CALL_NOTE_BYTES];
    int n = mc_call_note_format(&sample, text, sizeof(text));

    for (int len = 0; len < n; len++) {
        memcpy(bad, text, (size_t)len);
        bad[len] = '\0';
        assert_int_equal(mc_call_note_parse(bad, &got), -EBADMSG);
    }
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        size_t key = strcspn(lines[i], "=") + 1;
        char *at = strncmp(text, lines[i], key) == 0 ? text : NULL;

        for (char *p = text; !at && (p = strchr(p, '\n')); p++)
            at = strncmp(p + 1, lines[i], key) == 0 ? p + 1 : NULL;
        assert_non_null(at);
        snprintf(bad, sizeof(bad), "%.*s%s%s", (int)(at - text), text, lines[i], strchr(at, '\n') + 1);
        if (mc_call_note_parse(bad, &got) != -EBADMSG)
            fail_msg("taken: %s", lines[i]);
        snprintf(bad, sizeof(bad), "%.*s%s", (int)(at - text), text, strchr(at, '\n') + 1);
        assert_int_equal(mc_call_note_parse(bad, &got), -EBADMSG);
    }
    snprintf(bad, sizeof(bad), "%spid=4711\n", text);
    assert_int_equal(mc_call_note_parse(bad, &got), -EBADMSG);
    snprintf(bad, sizeof(bad), "%sof-a-newer-version=1\n", text);
    assert_int_equal(mc_call_note_parse(bad, &got), 0);
}

static void knows_processes_and_boots(void **state)
{
    char start[24], again[24], boot[40];

    assert_int_equal(mc_call_note_start_time(getpid(), start, sizeof(start)), 0);
    assert_int_equal(mc_call_note_start_time(getpid(), again, sizeof(again)), 0);
    assert_string_equal(start, again);
    assert_true(strtoll(start, NULL, 10) > 0);
    assert_int_equal(mc_call_note_start_time(0x7ffffff, start, sizeof(start)), -ENOENT);
    assert_int_equal(mc_call_note_start_time(getpid(), start, 1), -EINVAL);
    mc_call_note_boot(boot, sizeof(boot));
    assert_null(strchr(boot, '\n'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote), cmocka_unit_test(of_an_older_daemon),
        cmocka_unit_test(fits_or_fails),       cmocka_unit_test(none_is_none),
        cmocka_unit_test(damage_is_seen),      cmocka_unit_test(knows_processes_and_boots),
    };

    return cmocka_run_group_tests_name("daemon/call_note", tests, NULL, NULL);
}
