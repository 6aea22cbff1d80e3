/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <microcat/daemon/options.h>

static char *out_text, *err_text;
static struct mc_options options;

static enum mc_options_result parse(const char *const *words)
{
    char *argv[10] = {(char *)"microcatd"};
    int argc = 1;
    size_t out_len, err_len;

    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)words[argc - 1];
    free(out_text);
    free(err_text);
    FILE *out = open_memstream(&out_text, &out_len), *err = open_memstream(&err_text, &err_len);
    enum mc_options_result result = mc_options_parse(argc, argv, "1.2.3", out, err, &options);
    fclose(out);
    fclose(err);
    return result;
}
#define PARSE(...) parse((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static void nothing_given_is_the_normal_file(void **state)
{
    assert_int_equal(PARSE(), MC_OPTIONS_RUN);
    assert_string_equal(options.config, "/etc/microcatd/microcatd.conf");
    assert_string_equal(options.instance, "");
    assert_null(options.record);
    assert_false(options.check_config);
    assert_false(options.log_level_given);
    assert_int_equal(options.log_level, MC_LOG_INFO);
}

static void all_are_taken(void **state)
{
    assert_int_equal(PARSE("--config=/x", "--instance", "gw1", "--check-config", "--log-level=debug", "--record=r=1"),
                     MC_OPTIONS_RUN);
    assert_string_equal(options.config, "/x");
    assert_string_equal(options.instance, "gw1");
    assert_true(options.check_config);
    assert_true(options.log_level_given);
    assert_int_equal(options.log_level, MC_LOG_DEBUG);
    assert_string_equal(options.record, "r=1");
}

static void instance_names_its_file(void **state)
{
    assert_int_equal(PARSE("--instance=gw1"), MC_OPTIONS_RUN);
    assert_string_equal(options.config, "/etc/microcatd/gw1.conf");
    assert_int_equal(PARSE("--instance=gw1", "--config=/y"), MC_OPTIONS_RUN);
    assert_string_equal(options.config, "/y");
}

static const struct {
    const char *words[3];
    const char *why;
} refused[] = {
    {{"--colour"}, "--colour: unknown option"},
    {{"-c"}, "-c: unknown option"},
    {{"--"}, "--: unknown option"},
    {{"--conf=x"}, "--conf=x: unknown option"},
    {{"start"}, "start: no argument is expected"},
    {{""}, ": no argument is expected"},
    {{"--config"}, "--config: needs an argument"},
    {{"--config="}, "--config=: needs the name of a file"},
    {{"--record="}, "--record=: needs the name of a file"},
    {{"--log-level=loud"}, "--log-level=loud: must be err, warning, notice, info or debug"},
    {{"--check-config=yes"}, "--check-config=yes: takes no argument"},
    {{"--instance=../x"}, "--instance=../x: needs a name of 63 bytes at most, without '/' and not beginning with '.'"},
    {{"--instance="}, "--instance=: needs a name of 63 bytes at most, without '/' and not beginning with '.'"},
};

static void nonsense_is_refused_with_a_word(void **state)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        char expected[256];
        assert_int_equal(parse(refused[i].words), MC_OPTIONS_REFUSE);
        snprintf(expected, sizeof(expected), "microcatd: %s\nTry 'microcatd --help'.\n", refused[i].why);
        assert_string_equal(err_text, expected);
        assert_string_equal(out_text, "");
    }
}

static void version_and_help(void **state)
{
    const char *name, *argument, *help;

    assert_int_equal(PARSE("--version"), MC_OPTIONS_DONE);
    assert_string_equal(out_text, "microcatd 1.2.3\n");
    assert_int_equal(PARSE("--help"), MC_OPTIONS_DONE);
    assert_string_equal(err_text, "");
    size_t n = 0;
    for (; mc_options_row(n, &name, &argument, &help) == 0; n++) {
        char left[64];
        snprintf(left, sizeof(left), "\n  --%s%s%s ", name, argument ? "=" : "", argument ? argument : "");
        assert_non_null(strstr(out_text, left));
    }
    assert_true(n >= 7);
    for (char *line = strtok(out_text, "\n"); line; line = strtok(NULL, "\n"))
        assert_true(strlen(line) <= 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_given_is_the_normal_file),
        cmocka_unit_test(all_are_taken),
        cmocka_unit_test(instance_names_its_file),
        cmocka_unit_test(nonsense_is_refused_with_a_word),
        cmocka_unit_test(version_and_help),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    free(out_text);
    free(err_text);
    return failed;
}
