/* SPDX-License-Identifier: MIT */
/* Each allocation fails in turn: a configuration is loaded whole or refused with a word, the state's files likewise. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "scratch.h"
#include <microcat/base/log.h>
#include <microcat/daemon/config.h>
#include <microcat/daemon/recorder.h>
#include <microcat/daemon/state_store.h>

static char dir[SCRATCH_BYTES];
static unsigned errors;

static void hear(void *ctx, enum mc_log_level level, const char *text)
{
    errors += level == MC_LOG_ERR;
}

static void hear_nothing(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields,
                         const char *message)
{
}

static int make_files(void **state)
{
    assert_int_equal(scratch_make(dir), 0);
    scratch_write(dir, "a.conf", "[PDP]\nAPN=one\nAPN=soracom.io\nUser=sora\nPassword=p\n[PPP]\nInterface=wwan0\n",
                  0600);
    assert_int_equal(mkdir(scratch_path(dir, "a.conf.d"), 0700), 0);
    scratch_write(dir, "a.conf.d/x.conf", "[SIM]\nPIN=1234\n", 0600);
    scratch_write(dir, "a.conf.d/y.conf", "[Modem]\nDevice=/dev/ttyACM0\n", 0600);
    mc_log_set_sink(hear_nothing, NULL);
    return 0;
}

static int remove_files(void **state)
{
    mc_log_set_sink(NULL, NULL);
    return scratch_remove(dir);
}

/* True when it went through, which it may only do whole. */
static bool load_config(void)
{
    struct mc_config *config = NULL;

    errors = 0;
    int r = mc_config_load(scratch_path(dir, "a.conf"), "gw1", hear, NULL, &config);
    if (r < 0) {
        assert_true(r == -ENOMEM || errors > 0);
        assert_null(config);
        return false;
    }
    const struct mc_settings *s = mc_config_settings(config);
    assert_string_equal(s->pdp.apn, "soracom.io");
    assert_string_equal(s->sim.pin, "1234");
    assert_string_equal(s->modem.device, "/dev/ttyACM0");
    assert_string_equal(s->control.socket, "/run/microcatd/gw1.sock");
    mc_config_free(config);
    return true;
}

static bool keep_state(void)
{
    struct mc_state_store *store = mc_state_store_new(dir, "gw1");
    char *text = NULL;
    size_t len;

    if (!store)
        return false;
    int locked = mc_state_store_lock(store);
    int saved = mc_state_store_save(store, "budgets", "text", 4);
    int loaded = mc_state_store_load(store, "budgets", 100, &text, &len);
    if (loaded == 0)
        assert_string_equal(text, "text");
    free(text);
    mc_state_store_reject(store, "budgets", "for the test");
    mc_state_store_free(store);
    return locked == 0 && saved == 0 && loaded == 0;
}

static bool record(void)
{
    struct mc_recorder *recorder = NULL;
    int r = mc_recorder_new(scratch_path(dir, "record"), &recorder);

    if (r < 0) {
        assert_int_equal(r, -ENOMEM);
        return false;
    }
    mc_recorder_bytes(recorder, 1, MC_RECORDER_OUT, "AT\r", 3);
    mc_recorder_mark(recorder, 2, "x");
    mc_recorder_free(recorder);
    return true;
}

static void fail_each(bool (*run)(void), unsigned at_least)
{
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        bool whole = run();
        if (!alloc_fail_stop()) {
            assert_true(whole);
            assert_true(nth > at_least);
            return;
        }
    }
}

static void configuration(void **state)
{
    fail_each(load_config, 20);
}

static void state_files(void **state)
{
    fail_each(keep_state, 2);
}

static void recording(void **state)
{
    fail_each(record, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configuration),
        cmocka_unit_test(state_files),
        cmocka_unit_test(recording),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
