/* SPDX-License-Identifier: MIT */
/* The log, time, and the rows: what needs no machine, and no request. */
#include "bench.h"
#include <microcat/base/log.h>

static unsigned failures; /* rows of this program */

void bench_vsay(struct bench *b, const char *word, const char *fmt, va_list ap)
{
    size_t used = strlen(b->log);
    int64_t now_ms = mc_timerq_now_ms(b->queue) - BENCH_BEGAN_MS;
    if (now_ms != b->last_ms)
        used += (size_t)snprintf(b->log + used, sizeof(b->log) - used, "%lld ", (long long)now_ms);
    b->last_ms = now_ms;
    assert_true(used < sizeof(b->log) - 512);
    used += (size_t)snprintf(b->log + used, sizeof(b->log) - used, "%s", word);
    vsnprintf(b->log + used, sizeof(b->log) - used - 1, fmt, ap); /* a byte for the bar */
    strcat(b->log, "|");
}

void bench_say(struct bench *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    bench_vsay(b, "", fmt, ap);
    va_end(ap);
}

enum mc_fault bench_fault(const char *code)
{
    for (int fault = 0; fault < MC_FAULT_COUNT; fault++)
        if (!strcmp(mc_fault_info((enum mc_fault)fault)->code, code))
            return (enum mc_fault)fault;
    fail_msg("no such fault: %s", code);
    return MC_FAULT_NONE;
}

void bench_forget(struct bench *b)
{
    b->log[0] = '\0';
    b->last_ms = mc_timerq_now_ms(b->queue) - BENCH_BEGAN_MS;
}

static void on_log(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields,
                   const char *message)
{
    bench_say(ctx, "log %d: %s", (int)level, message);
}

/* ---- life, settings and time ---- */

static void set_one(struct bench *b, char *text)
{
    char *key = strchr(text, '.'), *value = strchr(text, '=');
    assert_true(key && value && key < value);
    *key++ = *value++ = '\0';
    assert_int_equal(mc_config_row_set(mc_config_row_find(text, key), &b->settings, value), 0);
}

void bench_set(struct bench *b, const char *settings)
{
    char copy[256], *rest = copy, *one;
    snprintf(copy, sizeof(copy), "%s", settings ? settings : "");
    while ((one = strsep(&rest, " ")))
        if (*one)
            set_one(b, one);
}

void bench_begin(struct bench *b)
{
    *b = (struct bench){.powered = -1, .random = 1u << 31};
    assert_int_equal(mc_settings_init(&b->settings), 0);
    bench_set(b, "PDP.APN=soracom.io");
    b->queue = mc_timerq_new(BENCH_BEGAN_MS);
    assert_non_null(b->queue);
    mc_status_init(&b->status, BENCH_BEGAN_MS);
    mc_log_set_sink(on_log, b);
}

void bench_end(struct bench *b)
{
    mc_log_set_sink(NULL, NULL);
    mc_timerq_free(b->queue);
    mc_settings_done(&b->settings);
}

void bench_pass(struct bench *b, int64_t ms)
{
    int64_t end_ms = mc_timerq_now_ms(b->queue) + ms;
    for (int64_t next_ms; (next_ms = mc_timerq_next_ms(b->queue)) >= 0 && next_ms <= end_ms;) {
        mc_timerq_advance(b->queue, next_ms);
        mc_timerq_run(b->queue);
    }
    mc_timerq_advance(b->queue, end_ms);
}

/* ---- rows ---- */

void bench_do(struct bench *b, const char *what, const char *script, bench_word_fn *word)
{
    char copy[1024], *rest = copy, *one;
    assert_true(strlen(script) < sizeof(copy));
    snprintf(copy, sizeof(copy), "%s", script);
    while ((one = strsep(&rest, " "))) {
        if (*one == '+')
            bench_pass(b, atoll(one + 1));
        else if (*one && !word(b, one))
            fail_msg("%s: no such word: %s", what, one);
    }
}

void bench_play(struct bench *b, const struct bench_row *row, bench_word_fn *word)
{
    bench_do(b, row->what, row->script, word);
    if (!strcmp(b->log, row->log))
        return;
    failures++;
    print_error("row failed: %s\n  script %s\n  is     %s\n  wanted %s\n", row->what, row->script, b->log, row->log);
}

void bench_failed(const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    failures++;
    print_error("%s\n", text);
}

void bench_verdict(void)
{
    if (failures)
        fail_msg("%u rows failed", failures);
}
