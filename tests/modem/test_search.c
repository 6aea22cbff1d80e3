/* SPDX-License-Identifier: MIT */
/*
 * The finder on a scripted line: what it sends, at which speed and when, word by word, where the simulated board
 * (test_finder.c) only shows what it finds.
 */
#include <microcat/base/cleanup.h>
#include <microcat/line/frames.h>
#include <microcat/line/line.h>
#include <microcat/modem/finder.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four from setjmp.h on first */
#include <cmocka.h>

/* What the far end answers to one thing that is said at its speed, some ms later. */
struct rule {
    int32_t baud; /* 0: any */
    const char *said, *answer;
    int after_ms;
    unsigned times;    /* 0: always */
    const char *after; /* only once this has been said, */
    unsigned after_n;  /* so often; 0 counts as 1 */
};

/* Something that happens by itself. */
struct event {
    int64_t at_ms;
    enum { NOTHING, BOOTED, STRANGER, CANCEL, AGAIN, SAY, FULL /* others' commands wait, as many as may */ } what;
    const char *text;
};

struct reply {
    struct mc_timer timer;
    struct search *search;
    char bytes[80];
    size_t len;
};

struct search {
    struct mc_timerq *queue;
    struct mc_line *line;
    struct mc_finder *finder;
    int32_t baud;
    const struct rule *rules;
    unsigned used[8];
    struct reply replies[32];
    unsigned n_replies;
    int64_t from_ms;
    char log[8192];  /* "250 AT@115200|" */
    char said[8192]; /* " AT@ AT+IFC=0,0@" */
    unsigned done;
    enum mc_found found;
    int32_t found_baud;
    int64_t took_ms;
};

#define RULES_MAX 8

/* ---- the far end ---- */

static void name_of(const uint8_t *data, size_t len, char *out, size_t size)
{
    uint8_t frame[MC_FRAME_MAX_BYTES];
    if (len == mc_frame_cmux_sabm(0, frame) && !memcmp(data, frame, len)) {
        snprintf(out, size, "SABM");
        return;
    }
    if (len == mc_frame_cmux_cld(frame) && !memcmp(data, frame, len)) {
        snprintf(out, size, "CLD");
        return;
    }
    for (unsigned dlci = 1; dlci <= 4; dlci++)
        if (len == mc_frame_cmux_disc(dlci, frame) && !memcmp(data, frame, len)) {
            snprintf(out, size, "DISC%u", dlci);
            return;
        }
    if (data[0] == 0x7e)
        snprintf(out, size, "LCP");
    else
        snprintf(out, size, "%.*s", (int)(data[len - 1] == '\r' ? len - 1 : len), (const char *)data);
}

static void note(struct search *s, const char *what)
{
    size_t used = strlen(s->log);
    if (mc_timerq_now_ms(s->queue) >= s->from_ms)
        snprintf(s->log + used, sizeof(s->log) - used, "%lld %s@%d|", (long long)mc_timerq_now_ms(s->queue), what,
                 (int)s->baud);
}

/* Has @what been said so often? */
static bool was_said(struct search *s, const char *what, unsigned times)
{
    unsigned n = 0;
    for (const char *at = s->said; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n >= (times ? times : 1);
}

static void on_reply(void *ctx)
{
    struct reply *r = ctx;
    mc_line_feed(r->search->line, (const uint8_t *)r->bytes, r->len);
}

/* "UA", "PPP" (an LCP Echo-Reply) and "echo" are frames; "^x" the bytes x; what else stands there a line. */
static size_t bytes_of(const char *answer, const void *said, size_t said_len, char *out, size_t size)
{
    static const uint8_t ppp[] = {0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x2a, 0x7d, 0x21, 0x7d, 0x20, 0x7d,
                                  0x28, 0x7d, 0x21, 0x7d, 0x22, 0x7d, 0x23, 0x7d, 0x24, 0xf1, 0xbe, 0x7e};
    static const uint8_t ua[] = {0xf9, 0x03, 0x73, 0x01, 0xd7, 0xf9};
    const void *from = answer;
    size_t len = strlen(answer);
    if (!strcmp(answer, "UA"))
        from = ua, len = sizeof(ua);
    else if (!strcmp(answer, "PPP"))
        from = ppp, len = sizeof(ppp);
    else if (!strcmp(answer, "echo"))
        from = said, len = said_len;
    else if (*answer == '^')
        from = answer + 1, len--;
    else
        return (size_t)snprintf(out, size, "\r\n%s\r\n", answer);
    memcpy(out, from, len);
    return len;
}

static const struct rule *rule_for(struct search *s, const char *name)
{
    for (size_t i = 0; i < RULES_MAX && s->rules && s->rules[i].said; i++) {
        const struct rule *rule = &s->rules[i];
        if (strcmp(rule->said, name) && strcmp(rule->said, "*"))
            continue;
        if ((rule->baud && rule->baud != s->baud) || (rule->after && !was_said(s, rule->after, rule->after_n)) ||
            (rule->times && s->used[i] >= rule->times))
            continue;
        s->used[i]++;
        return rule;
    }
    return NULL;
}

/* Who says OK to AT says at which speed, too, where no rule has it otherwise. */
static int on_write(void *ctx, const void *data, size_t len)
{
    struct search *s = ctx;
    char name[80], speed[40];
    name_of(data, len, name, sizeof(name));
    note(s, name);
    size_t used = strlen(s->said);
    snprintf(s->said + used, sizeof(s->said) - used, " %s@", name);
    const struct rule *rule = rule_for(s, name);
    if (!rule && !strcmp(name, "ATQ0V1"))
        rule = rule_for(s, "AT");
    const char *answer = rule ? rule->answer : NULL;
    if (!rule && !strcmp(name, "AT+IPR?") && (rule = rule_for(s, "AT")) && !strcmp(rule->answer, "OK")) {
        snprintf(speed, sizeof(speed), "+IPR: %d\r\n\r\nOK", (int)s->baud);
        answer = speed;
    }
    if (!answer)
        return 0;
    struct reply *r = &s->replies[s->n_replies++ % MC_LENGTH_OF(s->replies)];
    r->len = bytes_of(answer, data, len, r->bytes, sizeof(r->bytes));
    r->search = s;
    mc_timer_arm(&r->timer, s->queue, rule->after_ms);
    return 0;
}

static size_t on_data(void *ctx, const uint8_t *data, size_t len)
{
    return len;
}

static void on_urc(void *ctx, enum mc_line_channel channel, const char *line)
{
}

static int on_baud(void *ctx, int32_t baud)
{
    ((struct search *)ctx)->baud = baud;
    return 0;
}

static void on_found(void *ctx, enum mc_found found, int32_t baud)
{
    struct search *s = ctx;
    assert_int_equal(mc_line_owner(s->line), MC_LINE_OWNER_AT); /* whoever goes on, goes on by AT */
    s->done++;
    s->found = found;
    s->found_baud = baud;
    s->took_ms = mc_timerq_now_ms(s->queue);
}

/* ---- time ---- */

static void start(struct search *s, const struct rule *rules)
{
    static const struct mc_line_callbacks callbacks = {.write = on_write, .data = on_data, .urc = on_urc};
    *s = (struct search){.rules = rules};
    s->queue = mc_timerq_new(0);
    s->line = mc_line_new(s->queue, &callbacks, s);
    s->finder = mc_finder_new(s->queue, s->line, on_baud, s);
    assert_non_null(s->finder);
    for (size_t i = 0; i < MC_LENGTH_OF(s->replies); i++)
        mc_timer_init(&s->replies[i].timer, "reply", on_reply, &s->replies[i]);
}

static void stop(struct search *s)
{
    for (size_t i = 0; i < MC_LENGTH_OF(s->replies); i++)
        mc_timer_disarm(&s->replies[i].timer);
    mc_finder_free(s->finder);
    mc_line_free(s->line);
    mc_timerq_free(s->queue);
}

static void until(struct search *s, int64_t end_ms)
{
    for (int64_t next_ms; (next_ms = mc_timerq_next_ms(s->queue)) >= 0 && next_ms <= end_ms;) {
        mc_timerq_advance(s->queue, next_ms);
        mc_timerq_run(s->queue);
    }
    mc_timerq_advance(s->queue, end_ms);
}

static void on_other(void *ctx, const struct mc_at_answer *answer)
{
}

static void fill(struct search *s)
{
    static const struct mc_at_command other = {.text = "AT+C", .timeout_ms = 40};
    while (mc_at_send(mc_line_at(s->line), &other, on_other, NULL) == 0)
        ;
}

/* ---- the searches ---- */

static const struct row {
    const char *what;
    int32_t likely, other;
    int64_t patience_ms;
    struct rule rules[RULES_MAX];
    struct event events[4];
    int64_t from_ms; /* the log begins */
    unsigned done;
    enum mc_found found;
    int32_t baud;
    int64_t took_ms;
    const char *log;
} rows[] = {
#include "search_rows.h"
};

static void happen(struct search *s, const struct row *row, const struct event *event)
{
    char bytes[80];
    until(s, event->at_ms);
    if (event->what == BOOTED)
        mc_finder_booted(s->finder);
    else if (event->what == STRANGER)
        mc_finder_stranger(s->finder);
    else if (event->what == CANCEL)
        mc_finder_cancel(s->finder), assert_false(mc_at_busy(mc_line_at(s->line)));
    else if (event->what == AGAIN)
        mc_finder_start(s->finder, row->likely, row->other, row->patience_ms, on_found, s);
    else if (event->what == FULL)
        fill(s);
    else
        mc_line_feed(s->line, (const uint8_t *)bytes, bytes_of(event->text, NULL, 0, bytes, sizeof(bytes)));
}

static void each_search(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        const struct row *row = &rows[i];
        struct search s;
        start(&s, row->rules);
        s.from_ms = row->from_ms;
        mc_finder_start(s.finder, row->likely, row->other, row->patience_ms, on_found, &s);
        for (size_t k = 0; k < MC_LENGTH_OF(row->events) && row->events[k].what; k++)
            happen(&s, row, &row->events[k]);
        until(&s, 100000);
        if (s.done != row->done || s.found != row->found || s.found_baud != row->baud || s.took_ms != row->took_ms ||
            strcmp(s.log, row->log))
            fail_msg("%s: .done = %u, .found = %d, .baud = %d, .took_ms = %lld, .log = \"%s\"", row->what, s.done,
                     (int)s.found, (int)s.found_baud, (long long)s.took_ms, s.log);
        stop(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
