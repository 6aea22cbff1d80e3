/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/base/log.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct {
    unsigned calls;
    enum mc_log_level level;
    char message[8192], field[64];
    bool logs_itself;
} seen;

static void sink(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields,
                 const char *message)
{
    assert_ptr_equal(ctx, &seen);
    seen.calls++;
    seen.level = level;
    snprintf(seen.message, sizeof(seen.message), "%s", message);
    seen.field[0] = '\0';
    if (n_fields)
        snprintf(seen.field, sizeof(seen.field), "%s=%s", fields[0].key, fields[0].value);
    if (seen.logs_itself)
        mc_err("from inside");
    errno = EIO;
}

static int setup(void **state)
{
    memset(&seen, 0, sizeof(seen));
    mc_log_set_sink(sink, &seen);
    mc_log_set_level(MC_LOG_INFO);
    return 0;
}

static int teardown(void **state)
{
    mc_log_set_sink(NULL, NULL);
    mc_log_set_level(MC_LOG_INFO);
    return 0;
}

static void messages_reach_the_sink_up_to_the_level(void **state)
{
    mc_info("%s -> %s (%d)", "register", "dial", 34);
    assert_string_equal(seen.message, "register -> dial (34)");
    assert_int_equal(seen.level, MC_LOG_INFO);
    mc_debug("not this");
    assert_int_equal(seen.calls, 1);
    mc_log_set_level(MC_LOG_DEBUG);
    assert_int_equal(mc_log_get_level(), MC_LOG_DEBUG);
    mc_debug("this");
    assert_int_equal(seen.calls, 2);
    mc_log_set_level(MC_LOG_ERR);
    mc_warn("not this");
    assert_int_equal(seen.calls, 2);
}

static void fields_are_passed_on(void **state)
{
    const struct mc_log_field fields[] = {{"MICROCAT_STATE", "online"}};

    mc_log_with(MC_LOG_NOTICE, fields, 1, "x%d", 1);
    assert_string_equal(seen.field, "MICROCAT_STATE=online");
    assert_string_equal(seen.message, "x1");
}

static void what_a_modem_says_cannot_forge_lines(void **state)
{
    mc_info("said: %s", "a\r\nerr: forged\x1b[31m\x7f \xc3\xa9");
    assert_string_equal(seen.message, "said: a  err: forged [31m  \xc3\xa9");
}

static void long_messages_are_cut(void **state)
{
    static char text[10000];

    memset(text, 'x', sizeof(text) - 1);
    mc_info("%s", text);
    size_t len = strlen(seen.message);
    assert_in_range(len, 3072, sizeof(seen.message) - 1);
    assert_string_equal(seen.message + len - 3, "...");
}

static void logging_keeps_errno_and_does_not_recurse(void **state)
{
    seen.logs_itself = true;
    errno = ENOENT;
    mc_info("plain");
    assert_int_equal(errno, ENOENT);
    assert_int_equal(seen.calls, 1);
    assert_string_equal(seen.message, "plain");
}

static void level_names(void **state)
{
    static const struct {
        const char *name;
        int level;
    } rows[] = {
        {"err", 3},         {"warning", 4}, {"notice", 5},  {"info", 6},     {"debug", 7},
        {"Debug", -EINVAL}, {"", -EINVAL},  {"7", -EINVAL}, {NULL, -EINVAL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(mc_log_level_parse(rows[i].name), rows[i].level);
}

static void without_a_sink_it_goes_to_stderr(void **state)
{
    int fds[2], saved = dup(2);
    char text[64] = "";

    assert_int_equal(pipe(fds), 0);
    mc_log_set_sink(NULL, NULL);
    dup2(fds[1], 2);
    mc_warn("careful");
    dup2(saved, 2);
    close(saved);
    close(fds[1]);
    assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
    close(fds[0]);
    assert_string_equal(text, "warning: careful\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(messages_reach_the_sink_up_to_the_level, setup, teardown),
        cmocka_unit_test_setup_teardown(fields_are_passed_on, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_modem_says_cannot_forge_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(long_messages_are_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(logging_keeps_errno_and_does_not_recurse, setup, teardown),
        cmocka_unit_test_setup_teardown(level_names, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_sink_it_goes_to_stderr, setup, teardown),
    };
    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
