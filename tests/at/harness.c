/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <stdio.h>
#include <string.h>

void harness_log(struct harness *h, const char *format, ...)
{
    size_t used = strlen(h->log);
    va_list args;
    va_start(args, format);
    vsnprintf(h->log + used, sizeof(h->log) - used, format, args);
    va_end(args);
}

static int on_write(void *ctx, const void *data, size_t len_bytes)
{
    struct harness *h = ctx;
    size_t used = strlen(h->written);
    if (h->write_error)
        return h->write_error;
    assert_true(used + len_bytes < sizeof(h->written));
    memcpy(h->written + used, data, len_bytes);
    h->written[used + len_bytes] = '\0';
    return 0;
}

static void on_urc(void *ctx, const char *line)
{
    struct harness *h = ctx;
    harness_log(h, "urc %s\n", line);
    if (h->on_urc)
        h->on_urc(h, line);
}

static void on_trace(void *ctx, enum mc_at_direction direction, const char *line)
{
    if (direction == MC_AT_LATE)
        harness_log(ctx, "late %s\n", line);
}

static void on_done(void *ctx, const struct mc_at_answer *answer)
{
    struct harness_command *command = ctx;
    struct harness *h = command->h;
    harness_log(h, "%s -> %s", command->text, *answer->final ? answer->final : mc_at_result_name(answer->result));
    for (size_t i = 0; i < answer->n_lines; i++)
        harness_log(h, " [%s]", answer->lines[i]);
    harness_log(h, "\n");
    if (h->on_done)
        h->on_done(h, command->text);
}

void harness_start(struct harness *h)
{
    static const struct mc_at_callbacks callbacks = {.write = on_write, .urc = on_urc, .trace = on_trace};
    memset(h, 0, offsetof(struct harness, commands));
    h->n_commands = 0;
    h->queue = mc_timerq_new(1000);
    assert_non_null(h->queue);
    h->at = mc_at_new(h->queue, &callbacks, h);
    assert_non_null(h->at);
}

void harness_stop(struct harness *h)
{
    mc_at_free(h->at);
    mc_timerq_free(h->queue);
}

int harness_send(struct harness *h, const char *text, const char *prefix, unsigned flags)
{
    struct mc_at_command command = {.text = text, .prefix = prefix, .timeout_ms = 1000, .flags = flags};
    assert_true(h->n_commands < 160);
    struct harness_command *mine = &h->commands[h->n_commands++];
    mine->h = h;
    snprintf(mine->text, sizeof(mine->text), "%s", text);
    return mc_at_send(h->at, &command, on_done, mine);
}

size_t harness_feed(struct harness *h, const char *text)
{
    return mc_at_feed(h->at, (const uint8_t *)text, strlen(text));
}

void harness_wait(struct harness *h, int64_t ms)
{
    int64_t until_ms = mc_timerq_now_ms(h->queue) + ms, next_ms;
    while ((next_ms = mc_timerq_next_ms(h->queue)) >= 0 && next_ms <= until_ms) {
        mc_timerq_advance(h->queue, next_ms);
        mc_timerq_run(h->queue);
    }
    mc_timerq_advance(h->queue, until_ms);
}

void harness_expect(struct harness *h, const char *log)
{
    assert_string_equal(h->log, log);
    h->log[0] = '\0';
}
