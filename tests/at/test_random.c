/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A modem out of its mind, a seed at a time: it answers late, not at all, loses what it hears, echoes once, twice or
 * never, breaks its bytes anywhere and talks in between; but it works in order. Two things must hold: no answer ever
 * lands on another command (each answer carries the name of what it answers), and once the modem is well again commands
 * succeed again: no ghost eats for ever.
 *
 * Commands: AT+Q<n>? answers "+Q<n>: <n>", OK; AT+B<n> answers OK for even n, +CME ERROR: <n> for odd; AT+E<n>? has a
 * prefix but answers OK alone.
 */

#define NAMES 12

struct job { /* a command that the modem has heard */
    char text[24];
    int64_t takes_ms;
    bool echoed, answer_lost;
};

struct model {
    struct mc_timerq *queue;
    struct mc_at *at;
    unsigned seed;
    bool well, echo;
    struct job jobs[24]; /* what fits into its input buffer */
    size_t n_jobs;
    struct mc_timer busy; /* armed: executing jobs[0] */
    struct mc_timer wire; /* bytes on their way */
    char out[8192];
    int n; /* of the command in flight */
    char kind;
    int outcome; /* -1 none yet, else enum mc_at_result */
    unsigned succeeded, wrong;
};

static unsigned pick(struct model *m, unsigned n)
{
    return (unsigned)rand_r(&m->seed) / 7 % n;
}

static void say(struct model *m, const char *text)
{
    assert_true(strlen(m->out) + strlen(text) < sizeof(m->out));
    strcat(m->out, text);
    if (!mc_timer_armed(&m->wire))
        mc_timer_arm(&m->wire, m->queue, 0);
}

static void on_wire(void *ctx)
{
    struct model *m = ctx;
    size_t len_bytes = strlen(m->out), piece = 1 + pick(m, 12);
    piece = piece < len_bytes ? piece : len_bytes;
    char bytes[16];
    memcpy(bytes, m->out, piece);
    memmove(m->out, m->out + piece, len_bytes - piece + 1);
    if (m->out[0])
        mc_timer_arm(&m->wire, m->queue, 0);
    assert_int_equal(mc_at_feed(m->at, (const uint8_t *)bytes, piece), piece);
}

static void begin_job(struct model *m)
{
    const struct job *job = &m->jobs[0];
    if (m->n_jobs == 0 || mc_timer_armed(&m->busy))
        return;
    char text[32];
    snprintf(text, sizeof(text), "%s\r", job->text);
    if (m->echo) /* at execution, once more for what had to wait (seed log) */
        say(m, text);
    mc_timer_arm(&m->busy, m->queue, job->takes_ms);
}

static void answer(struct model *m, const struct job *job)
{
    int n;
    char text[64];
    if (strncmp(job->text, "AT+Q", 4) == 0 && sscanf(job->text, "AT+Q%d?", &n) == 1)
        snprintf(text, sizeof(text), "\r\n+Q%d: %d\r\n\r\nOK\r\n", n, n);
    else if (strcmp(job->text, "AT+CEREG?") == 0)
        snprintf(text, sizeof(text), "\r\n+CEREG: 0,7\r\n\r\nOK\r\n");
    else if (sscanf(job->text, "AT+B%d", &n) == 1 && n % 2)
        snprintf(text, sizeof(text), "\r\n+CME ERROR: %d\r\n", n);
    else if (strcmp(job->text, "AT+IPR?") == 0)
        snprintf(text, sizeof(text), "\r\n+IPR: 115200\r\n\r\nOK\r\n");
    else if (strcmp(job->text, "AT+IFC?") == 0)
        snprintf(text, sizeof(text), "\r\n+IFC: 2,2\r\n\r\nOK\r\n");
    else if (strcmp(job->text, "AT+CMEE?") == 0)
        snprintf(text, sizeof(text), "\r\n+CMEE: 1\r\n\r\nOK\r\n");
    else
        snprintf(text, sizeof(text), "\r\nOK\r\n");
    say(m, text);
}

static void on_busy(void *ctx)
{
    struct model *m = ctx;
    if (!m->jobs[0].answer_lost)
        answer(m, &m->jobs[0]);
    if (!m->well && pick(m, 4) == 0)
        say(m, pick(m, 2) ? "\r\n+CGEV: ME PDN ACT 1\r\n" : "\r\n+CEREG: 5\r\n");
    m->n_jobs--;
    memmove(m->jobs, m->jobs + 1, m->n_jobs * sizeof(m->jobs[0]));
    begin_job(m);
}

static int on_write(void *ctx, const void *data, size_t len_bytes)
{
    struct model *m = ctx;
    bool lost = !m->well && pick(m, 5) == 0;
    if (lost || m->n_jobs == MC_LENGTH_OF(m->jobs))
        return 0;
    struct job *job = &m->jobs[m->n_jobs++];
    snprintf(job->text, sizeof(job->text), "%.*s", (int)len_bytes - 1, (const char *)data);
    job->answer_lost = !m->well && pick(m, 8) == 0;
    job->takes_ms = m->well ? 20 : pick(m, 3) ? pick(m, 900) : pick(m, 9000);
    if (m->echo && m->n_jobs > 1) { /* it waits: echoed at input */
        char text[32];
        snprintf(text, sizeof(text), "%s\r", job->text);
        say(m, text);
    }
    begin_job(m);
    return 0;
}

static void on_done(void *ctx, const struct mc_at_answer *answer)
{
    struct model *m = ctx;
    char line[32];
    m->outcome = (int)answer->result;
    if (answer->result == MC_AT_TIMEOUT)
        return;
    bool right = answer->result == MC_AT_OK;
    snprintf(line, sizeof(line), "+Q%d: %d", m->n, m->n);
    if (m->kind == 'Q')
        right = right && answer->n_lines == 1 && strcmp(answer->lines[0], line) == 0;
    else if (m->kind == 'B' && m->n % 2)
        right = answer->result == MC_AT_CME && answer->code == m->n && answer->n_lines == 0;
    else if (m->kind == 'U')
        right = right && answer->n_lines > 0 && strcmp(answer->lines[answer->n_lines - 1], "+CEREG: 0,7") == 0;
    else
        right = right && answer->n_lines == 0;
    m->succeeded += right;
    m->wrong += !right;
}

/* Sends a random command and runs the clock until it is done (a bounded time). */
static void ask(struct model *m)
{
    char text[24], prefix[24];
    m->kind = "QBEU"[pick(m, 4)];
    m->n = (int)pick(m, NAMES);
    m->outcome = -1;
    snprintf(text, sizeof(text), m->kind == 'B' ? "AT+%c%d" : "AT+%c%d?", m->kind, m->n);
    snprintf(prefix, sizeof(prefix), "+%c%d:", m->kind, m->n);
    if (m->kind == 'U') {
        strcpy(text, "AT+CEREG?");
        strcpy(prefix, "+CEREG:");
    }
    struct mc_at_command command = {.text = text, .prefix = m->kind == 'B' ? NULL : prefix, .timeout_ms = 1000};
    assert_int_equal(mc_at_send(m->at, &command, on_done, m), 0);
    int64_t until_ms = mc_timerq_now_ms(m->queue) + 3001; /* the probe's and its own */
    while (m->outcome < 0) {
        int64_t next_ms = mc_timerq_next_ms(m->queue);
        assert_true(next_ms >= 0 && next_ms <= until_ms);
        mc_timerq_advance(m->queue, next_ms);
        mc_timerq_run(m->queue);
    }
}

static void idle(struct model *m, int64_t ms)
{
    int64_t until_ms = mc_timerq_now_ms(m->queue) + ms, next_ms;
    while ((next_ms = mc_timerq_next_ms(m->queue)) >= 0 && next_ms <= until_ms) {
        mc_timerq_advance(m->queue, next_ms);
        mc_timerq_run(m->queue);
    }
    mc_timerq_advance(m->queue, until_ms);
}

static void live(unsigned seed)
{
    static const struct mc_at_callbacks callbacks = {.write = on_write};
    static struct model m;
    m = (struct model){.seed = seed, .echo = seed % 3 != 0};
    m.queue = mc_timerq_new(0);
    m.at = mc_at_new(m.queue, &callbacks, &m);
    mc_timer_init(&m.busy, "busy", on_busy, &m);
    mc_timer_init(&m.wire, "wire", on_wire, &m);
    for (int i = 0; i < 60; i++) {
        ask(&m);
        if (pick(&m, 4) == 0)
            idle(&m, pick(&m, 5000));
    }
    if (m.wrong > 0)
        fail_msg("seed %u: %u answers on the wrong command", seed, m.wrong);
    m.well = true;
    while (m.n_jobs > 0)
        idle(&m, 1000);
    ask(&m); /* one good answer may be taken for a ghost's; after that the line is clear */
    ask(&m);
    m.succeeded = 0;
    for (int i = 0; i < 10; i++)
        ask(&m);
    if (m.wrong > 0 || m.succeeded != 10)
        fail_msg("seed %u: well again, but %u wrong and %u of 10 right", seed, m.wrong, m.succeeded);
    mc_at_free(m.at);
    mc_timerq_free(m.queue);
}

static void test_seeds(void **state)
{
    for (unsigned seed = 1; seed <= 5000; seed++)
        live(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_seeds)};
    return cmocka_run_group_tests_name("at.random", tests, NULL, NULL);
}
