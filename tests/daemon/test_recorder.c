/* SPDX-License-Identifier: MIT */
/* What stands in a recording: fragments and times as they came, no secrets, a bounded size. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "scratch.h"
#include <microcat/base/log.h>
#include <microcat/daemon/recorder.h>

#define HEAD "# microcat record 1: seconds, direction (> to the modem, < from it, | mark), bytes\n"

static char dir[SCRATCH_BYTES];
static char path[64], old_path[72], text[8192];

static int make_dir(void **state)
{
    assert_int_equal(scratch_make(dir), 0);
    snprintf(path, sizeof(path), "%s/record", dir);
    snprintf(old_path, sizeof(old_path), "%s.1", path);
    return 0;
}

static int remove_dir(void **state)
{
    unlink(path);
    unlink(old_path);
    return rmdir(dir); /* nothing else was left there */
}

static const char *content(void)
{
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    size_t n = fread(text, 1, sizeof(text) - 1, f);
    text[n] = '\0';
    fclose(f);
    assert_memory_equal(text, HEAD, strlen(HEAD));
    return text + strlen(HEAD);
}

static void out(struct mc_recorder *r, int64_t at_ms, const char *bytes)
{
    mc_recorder_bytes(r, at_ms, MC_RECORDER_OUT, bytes, strlen(bytes));
}

static void in(struct mc_recorder *r, int64_t at_ms, const char *bytes)
{
    mc_recorder_bytes(r, at_ms, MC_RECORDER_IN, bytes, strlen(bytes));
}

static void dialogue_is_written_as_it_came(void **state)
{
    struct mc_recorder *r;

    assert_int_equal(mc_recorder_new(path, &r), 0);
    out(r, 0, "AT+CSQ\r");
    in(r, 12, "AT+C");
    in(r, 14, "SQ\r\r\n+CS");
    in(r, 20, "Q: 2,99\r\n\r");
    in(r, 21, "\nOK\r\n");
    mc_recorder_mark(r, 1000, "data mode");
    mc_recorder_data(r, MC_RECORDER_OUT, 1000);
    mc_recorder_data(r, MC_RECORDER_IN, 2000);
    mc_recorder_data(r, MC_RECORDER_IN, 2);
    in(r, 61005, "\x01\xff\"\\\tx"); /* noise that never ends a line */
    mc_recorder_mark(r, 61006, "command\nmode");
    mc_recorder_free(r);
    assert_string_equal(content(), "0.000 > \"AT+CSQ\\r\"\n"
                                   "0.012 < \"AT+C\" \"SQ\\r\\r\\n\"\n"
                                   "0.014 < \"+CS\" \"Q: 2,99\\r\\n\"\n"
                                   "0.020 < \"\\r\" \"\\n\"\n"
                                   "0.021 < \"OK\\r\\n\"\n"
                                   "1.000 | data mode\n"
                                   "61.005 < \"\\x01\\xff\\\"\\\\\\tx\"\n"
                                   "61.006 | data mode: 1000 bytes out, 2002 in\n"
                                   "61.006 | command mode\n");
}

/* A secret split at every point, in both directions, with the other direction in between. */
static void no_secret_is_written(void **state)
{
    static const char pin[] = "AT+CPIN=\"4711\"\r", auth[] = "+CGAUTH: 1,2,\"sora\",\"topsecret\"\r\n";

    for (size_t i = 0; i <= strlen(auth); i++) {
        struct mc_recorder *r;
        size_t j = i < strlen(pin) ? i : strlen(pin);

        assert_int_equal(mc_recorder_new(path, &r), 0);
        mc_recorder_bytes(r, 1, MC_RECORDER_OUT, pin, j);
        mc_recorder_bytes(r, 2, MC_RECORDER_IN, auth, i);
        mc_recorder_bytes(r, 3, MC_RECORDER_OUT, pin + j, strlen(pin) - j);
        mc_recorder_bytes(r, 4, MC_RECORDER_IN, auth + i, strlen(auth) - i);
        mc_recorder_bytes(r, 5, MC_RECORDER_IN, "x\0AT+CPIN=4711\r\n", 16);
        mc_recorder_bytes(r, 6, MC_RECORDER_IN, "AT+CPIN=4711", 12); /* never ended */
        mc_recorder_free(r);
        assert_null(strstr(content(), "4711"));
        assert_null(strstr(text, "topsecret"));
        assert_non_null(strstr(text, "> \"AT+CPIN=…\" \"\\r\"\n"));
        assert_non_null(strstr(text, ",\\\"sora\\\",\\\"…\\\"\" \"\\r\\n\"\n"));
    }
}

static void size_is_bounded(void **state)
{
    struct mc_recorder *r;
    char line[200];
    struct stat st;

    memset(line, 'a', sizeof(line));
    line[199] = '\n';
    assert_int_equal(mc_recorder_new(path, &r), 0);
    for (int i = 0; i < 100000; i++) /* 20 MB */
        mc_recorder_bytes(r, i, MC_RECORDER_IN, line, sizeof(line));
    mc_recorder_free(r);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size <= 4300000);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(old_path, &st), 0);
    assert_true(st.st_size > 4000000 && st.st_size <= 4300000);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void overlong_lines_are_cut_and_counted(void **state)
{
    struct mc_recorder *r;

    assert_int_equal(mc_recorder_new(path, &r), 0);
    for (int i = 0; i < 10000; i++)
        in(r, 1, "x");
    in(r, 2, "\n");
    mc_recorder_free(r);
    assert_non_null(strstr(content(), "x\" and 6901 bytes more\n"));
}

static void files_that_are_there(void **state)
{
    struct mc_recorder *r = NULL;
    struct stat st;
    char target[72];

    snprintf(target, sizeof(target), "%s.target", path);
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(mc_recorder_new(path, &r), -ELOOP);
    assert_int_equal(access(target, F_OK), -1);
    unlink(path);
    assert_int_equal(mc_recorder_new(scratch_path(dir, "nowhere/at/all"), &r), -ENOENT);
    int fd = open(path, O_CREAT | O_WRONLY, 0666);
    fchmod(fd, 0666);
    close(fd);
    assert_int_equal(mc_recorder_new(path, &r), 0);
    mc_recorder_free(r);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static int warnings;

static void count_warning(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields,
                          const char *message)
{
    warnings++;
    assert_string_equal(message, "/dev/full: the recording ends here: No space left on device");
}

static void full_disk_ends_the_recording_only(void **state)
{
    struct mc_recorder *r;

    mc_log_set_sink(count_warning, NULL);
    if (access("/dev/full", W_OK) < 0) {
        print_message("needs /dev/full\n");
        skip();
    }
    assert_int_equal(mc_recorder_new("/dev/full", &r), 0);
    for (int i = 0; i < 3; i++)
        out(r, 1, "AT\r");
    mc_recorder_mark(r, 2, "x");
    mc_recorder_free(r);
    mc_log_set_sink(NULL, NULL);
    assert_int_equal(warnings, 1);
}

static void no_recorder_is_harmless(void **state)
{
    out(NULL, 0, "AT\r");
    mc_recorder_data(NULL, MC_RECORDER_IN, 1);
    mc_recorder_mark(NULL, 0, "x");
    mc_recorder_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(dialogue_is_written_as_it_came, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(no_secret_is_written, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(size_is_bounded, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(overlong_lines_are_cut_and_counted, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(files_that_are_there, make_dir, remove_dir),
        cmocka_unit_test(full_disk_ends_the_recording_only),
        cmocka_unit_test(no_recorder_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
