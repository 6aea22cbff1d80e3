/* SPDX-License-Identifier: MIT */
/*
 * The line's channels with a modem's hand at the other end: each row what happens and all that comes of it, written and
 * called back; plain, in the multiplexer, and with a channel lent.
 */
#include "../../src/line/mux_frame.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/line/line.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four from setjmp.h on first */
#include <cmocka.h>

struct scene {
    struct mc_timerq *queue;
    struct mc_line *line;
    struct mux_reader host; /* reads what is written in the multiplexer */
    bool framed;            /* is it? */
    bool hush;              /* what the borrower says is not written down */
    int write_result;
    size_t sink, ear; /* bytes that data and borrower take */
    size_t backlog;
    int64_t last_ms;
    char log[4096];
};

static void say(struct scene *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct scene *s, const char *fmt, ...)
{
    size_t used = strlen(s->log);
    int64_t now_ms = mc_timerq_now_ms(s->queue);
    assert_true(used < sizeof(s->log) - 300);
    if (now_ms != s->last_ms)
        used += (size_t)snprintf(s->log + used, sizeof(s->log) - used, "%lld ", (long long)now_ms);
    s->last_ms = now_ms;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(s->log + used, sizeof(s->log) - used, fmt, ap);
    va_end(ap);
    strcat(s->log, "|");
}

/* ---- what the line tells ---- */

static void on_frame(void *ctx, const struct mux_frame *frame)
{
    static const struct {
        uint8_t control;
        const char *name;
    } names[] = {{MUX_DM, "DM"}, {MUX_SABM, "SABM"}, {MUX_DISC, "DISC"}, {MUX_UA, "UA"}};
    for (size_t i = 0; i < MC_LENGTH_OF(names); i++)
        if (names[i].control == frame->control) {
            say(ctx, "%s%u", names[i].name, frame->dlci);
            return;
        }
    if (frame->dlci == 3 && ((struct scene *)ctx)->hush)
        return;
    if (frame->dlci > 0)
        say(ctx, "%u> %.*s", frame->dlci, (int)frame->info_bytes, (const char *)frame->info);
    else if (frame->info_bytes > 0 && frame->info[0] != 0xe3) /* MSC goes with each opening */
        say(ctx, "command %02x", frame->info[0]);
}

static void on_noise(void *ctx, const uint8_t *data, size_t len)
{
    say(ctx, "> %.*s", (int)len, (const char *)data);
}

static int on_write(void *ctx, const void *data, size_t len)
{
    static const struct mux_reader_events events = {.frame = on_frame, .stray = on_noise};
    struct scene *s = ctx;
    if (s->write_result < 0)
        return s->write_result;
    if (s->framed)
        mc_mux_read(&s->host, &events, s, data, len);
    else
        say(s, "> %.*s", (int)len, (const char *)data);
    return 0;
}

static size_t on_data(void *ctx, const uint8_t *data, size_t len)
{
    struct scene *s = ctx;
    size_t taken = len < s->sink ? len : s->sink;
    say(s, "data %.*s", (int)taken, (const char *)data);
    return taken;
}

static void on_urc(void *ctx, enum mc_line_channel channel, const char *line)
{
    say(ctx, "urc%d %s", (int)channel, line);
}

static void on_owner(void *ctx, enum mc_line_owner owner)
{
    static const char *const names[] = {"at", "data", "raw", "mux", "lent"};
    say(ctx, "owner %s", names[owner]);
}

static void on_room(void *ctx)
{
    say(ctx, "room");
}

static size_t on_pending(void *ctx)
{
    return ((struct scene *)ctx)->backlog;
}

static void on_data_closed(void *ctx)
{
    say(ctx, "data-closed");
}

static void on_mux_lost(void *ctx, bool left, const char *why)
{
    say(ctx, "%s: %s", left ? "left" : "lost", why);
}

static void on_done(void *ctx, int result)
{
    say(ctx, "done %d", result);
}

static void on_raw(void *ctx, const uint8_t *data, size_t len)
{
    say(ctx, "raw %.*s", (int)len, (const char *)data);
}

static void on_escaped(void *ctx)
{
    say(ctx, "escaped");
}

static void on_answer(void *ctx, const struct mc_at_answer *answer)
{
    say(ctx, "%s", mc_at_result_name(answer->result));
}

/* ---- the borrower ---- */

static void on_opened(void *ctx, int result)
{
    say(ctx, "opened %d", result);
}

static size_t on_bytes(void *ctx, const uint8_t *data, size_t len)
{
    struct scene *s = ctx;
    size_t taken = len < s->ear ? len : s->ear;
    say(s, "heard %.*s", (int)taken, (const char *)data);
    return taken;
}

static void on_loan_room(void *ctx)
{
    say(ctx, "loan-room");
}

static void on_ended(void *ctx, const char *why)
{
    say(ctx, "ended: %s", why);
}

static const struct mc_line_borrower borrower = {
    .opened = on_opened, .bytes = on_bytes, .room = on_loan_room, .ended = on_ended};

/* ---- words ---- */

static void pass(struct scene *s, int64_t ms)
{
    int64_t end_ms = mc_timerq_now_ms(s->queue) + ms;
    for (int64_t next_ms; (next_ms = mc_timerq_next_ms(s->queue)) >= 0 && next_ms <= end_ms;) {
        mc_timerq_advance(s->queue, next_ms);
        mc_timerq_run(s->queue);
    }
    mc_timerq_advance(s->queue, end_ms);
}

static void feed(struct scene *s, const void *data, size_t len)
{
    size_t taken = mc_line_feed(s->line, data, len);
    if (taken != len)
        say(s, "took %zu", taken);
}

/* '_' is a line's end, '~' a blank. */
static size_t text_of(const char *word, char *out)
{
    size_t len = strlen(word);
    for (size_t i = 0; i <= len; i++)
        out[i] = word[i] == '_' ? '\r' : word[i] == '~' ? ' ' : word[i];
    return len;
}

/* "ua3", "dm3", "disc2", "uih2:text": the modem's. */
static bool frame_word(struct scene *s, const char *word)
{
    static const struct {
        const char *name;
        uint8_t control;
    } names[] = {{"ua", MUX_UA | MUX_PF}, {"dm", MUX_DM | MUX_PF}, {"disc", MUX_DISC | MUX_PF}, {"uih", MUX_UIH}};
    for (size_t i = 0; i < MC_LENGTH_OF(names); i++) {
        size_t len = strlen(names[i].name);
        if (strncmp(word, names[i].name, len) || word[len] < '0' || word[len] > '9')
            continue;
        uint8_t frame[256];
        char info[128] = "";
        size_t info_len = word[len + 1] == ':' ? text_of(word + len + 2, info) : 0;
        feed(s, frame,
             mc_mux_frame_put(frame, (unsigned)(word[len] - '0'), names[i].control, false, (uint8_t *)info, info_len));
        return true;
    }
    return false;
}

static void send(struct scene *s, struct mc_at *at, const char *text)
{
    const struct mc_at_command command = {
        .text = text, .timeout_ms = 1000, .flags = !strncmp(text, "ATD", 3) ? MC_AT_DIALS : 0};
    if (mc_at_send(at, &command, on_answer, s) < 0)
        say(s, "not queued");
}

static void ready(struct scene *s)
{
    static const char *const modem[] = {"ua0", "ua1", "ua2"};
    s->framed = true;
    mc_line_mux_start(s->line, 64, 115200, on_done, s);
    for (size_t i = 0; i < MC_LENGTH_OF(modem); i++)
        frame_word(s, modem[i]);
    pass(s, 10);
    s->log[0] = '\0';
}

static void status(struct scene *s)
{
    say(s, "muxed %d carries %d at-there %d lent %d n1 %u stray %llu", mc_line_muxed(s->line), mc_line_carries(s->line),
        mc_line_at_there(s->line), mc_line_lent(s->line), mc_line_mux_n1(s->line),
        (unsigned long long)mc_line_stray_bytes(s->line));
}

static bool plain_word(struct scene *s, const char *word)
{
    char text[160];
    if (!strcmp(word, "command"))
        mc_line_command(s->line);
    else if (!strcmp(word, "data"))
        mc_line_data(s->line, false);
    else if (!strcmp(word, "connected"))
        mc_line_data(s->line, true);
    else if (!strcmp(word, "plain"))
        mc_line_plain(s->line);
    else if (!strcmp(word, "reset"))
        mc_line_reset(s->line);
    else if (!strcmp(word, "listen"))
        mc_line_listen_raw(s->line, on_raw, s);
    else if (!strcmp(word, "escape"))
        mc_line_escape(s->line, on_escaped, s);
    else if (!strcmp(word, "waits"))
        mc_line_call_waits(s->line);
    else if (!strcmp(word, "resume"))
        mc_line_resume_data(s->line);
    else if (!strcmp(word, "drained"))
        mc_line_drained(s->line);
    else if (!strcmp(word, "status"))
        status(s);
    else if (!strncmp(word, "at:", 3))
        send(s, mc_line_at(s->line), word + 3);
    else if (!strncmp(word, "dial:", 5))
        send(s, mc_line_dial_at(s->line), word + 5);
    else if (!strncmp(word, "ppp:", 4))
        say(s, "sent %d", mc_line_send_data(s->line, word + 4, strlen(word + 4)));
    else if (!strncmp(word, "raw:", 4))
        say(s, "sent %d", mc_line_send_raw(s->line, word + 4, strlen(word + 4)));
    else if (*word == '<')
        feed(s, text, text_of(word + 1, text));
    else
        return false;
    return true;
}

static bool mux_word(struct scene *s, const char *word)
{
    if (!strcmp(word, "start")) {
        s->framed = true;
        mc_line_mux_start(s->line, 64, 115200, on_done, s);
    } else if (!strcmp(word, "adopt")) {
        s->framed = true;
        say(s, "%d", mc_line_mux_adopt(s->line, 64, 115200));
    } else if (!strcmp(word, "ready"))
        ready(s);
    else if (!strcmp(word, "leave"))
        mc_line_mux_leave(s->line, on_done, s);
    else if (!strcmp(word, "redial"))
        mc_line_redial(s->line, on_done, s);
    else if (!strcmp(word, "forget"))
        mc_line_mux_forget(s->line);
    else if (!strcmp(word, "unframed"))
        s->framed = false;
    else
        return frame_word(s, word);
    return true;
}

/* As much as there is room for. */
static void flood(struct scene *s)
{
    static const char bytes[64] = "flood";
    s->hush = true;
    while (mc_line_loan_send(s->line, bytes, sizeof(bytes)) == (int)sizeof(bytes))
        ;
    say(s, "full");
}

static bool loan_word(struct scene *s, const char *word)
{
    if (!strcmp(word, "lend")) {
        int r = mc_line_lend(s->line, &borrower, s);
        if (r < 0)
            say(s, "%d", r);
    } else if (!strcmp(word, "take-back"))
        mc_line_take_back(s->line);
    else if (!strcmp(word, "hear"))
        mc_line_loan_resume(s->line);
    else if (!strcmp(word, "flood"))
        flood(s);
    else if (!strncmp(word, "loan:", 5))
        say(s, "sent %d", mc_line_loan_send(s->line, word + 5, strlen(word + 5)));
    else if (!strncmp(word, "ear:", 4))
        s->ear = (size_t)atoi(word + 4);
    else if (!strncmp(word, "sink:", 5))
        s->sink = (size_t)atoi(word + 5);
    else if (!strncmp(word, "backlog:", 8))
        s->backlog = (size_t)atoi(word + 8);
    else if (!strcmp(word, "broken"))
        s->write_result = -EIO;
    else
        return false;
    return true;
}

static void play(struct scene *s, const char *script)
{
    char copy[400], *rest = copy, *one;
    assert_true(strlen(script) < sizeof(copy));
    snprintf(copy, sizeof(copy), "%s", script);
    while ((one = strsep(&rest, " "))) {
        if (*one == '+')
            pass(s, atoi(one + 1));
        else if (!plain_word(s, one) && !loan_word(s, one) && !mux_word(s, one))
            fail_msg("no such word: %s", one);
    }
}

/* ---- rows ---- */

static const struct {
    const char *what, *script, *log;
} rows[] = {
#include "channels_rows.h"
};

static void each_row(void **state)
{
    static const struct mc_line_callbacks callbacks = {.write = on_write,
                                                       .data = on_data,
                                                       .urc = on_urc,
                                                       .owner = on_owner,
                                                       .room = on_room,
                                                       .pending = on_pending,
                                                       .data_closed = on_data_closed,
                                                       .mux_lost = on_mux_lost};
    unsigned failed = 0;
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        struct scene s = {.sink = 1000, .ear = 1000};
        s.queue = mc_timerq_new(0);
        s.line = mc_line_new(s.queue, &callbacks, &s);
        play(&s, rows[i].script);
        if (strcmp(s.log, rows[i].log)) {
            print_error("row failed: %s\n  script %s\n  is     %s\n  wanted %s\n", rows[i].what, rows[i].script, s.log,
                        rows[i].log);
            failed++;
        }
        mc_line_free(s.line);
        mc_timerq_free(s.queue);
    }
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
