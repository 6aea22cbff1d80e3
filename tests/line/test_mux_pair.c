/* SPDX-License-Identifier: MIT */
/* Our multiplexer against the simulated modem's, which shares no code with it: data both ways on one DLC with AT
 * exchanges on another beside it, each side holding the other at random, the stream cut at random places both ways, on
 * a wire of 460800 baud in virtual time. Every byte arrives, in order, and every AT is answered,
 * also when words of the flow control are lost, and when the wire pauses. */
#include "mux.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/line/mux.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#define BAUD            460800
#define BYTES_A_MS      (BAUD / 10 / 1000)
#define TOTAL           1000000 /* bytes of data each way */
#define LIMIT_MS        90000   /* 22 s of wire, and what holding costs */
#define PORT_BYTES      8192    /* the host's port says EAGAIN beyond */
#define KERNEL_BYTES    4096    /* ... and keeps for itself what is beyond these */
#define AT_LATE_MS      2500    /* AT may be held, too */
#define LOST_LATE_MS    150000  /* ... until the other asks about it, and that more than once */
#define AT_LEAST        50      /* exchanges beside the data */
#define HOLD_MAX_MS     150
#define PAUSES_APART_MS 50    /* one amid a frame, not two */
#define REFUSED_EACH    20000 /* bytes: so often the host takes only a part */

enum { AT = 1, DATA = 2, MORE = 3 }; /* MORE carries AT lines, too: nobody waits for another's answer */

struct at {
    unsigned asked, answered;
    bool waits;
    int64_t since_ms, next_ms, worst_ms;
    char command[64]; /* what the modem has of a line */
    char answer[128]; /* what the host has of an answer */
    size_t command_len, answer_len;
};

struct pair {
    struct mc_timerq *queue;
    struct mc_mux *host;
    struct sim_mux *modem;
    struct mc_buf up, down; /* the wire's ends: what has been written and is not over yet */
    uint32_t random;
    size_t up_sent, up_got, down_sent, down_got;
    struct at at[4];
    bool waits_for_room;
    int64_t resume_at_ms[4]; /* -1: the host takes everything */
    int64_t hold_until_ms[4];
    unsigned holds, refusals, full; /* of the modem, of the host, of the host's port */
    bool noisy, loses;              /* garbage between the frames; at times, what lets the other go on is lost */
    int64_t deaf_until_ms;          /* the modem to DLCI 0 */
    bool rests;                     /* the bridge or the host pauses, amid frames mostly */
    int64_t rests_until_ms;
    unsigned lost, stops_told, pauses;
    unsigned opened, ended;
    enum mc_mux_end why;
    const char *what;
};

static uint32_t dice(void *ctx)
{
    struct pair *p = ctx;
    p->random ^= p->random << 13;
    p->random ^= p->random >> 17;
    p->random ^= p->random << 5;
    return p->random;
}

static uint32_t upto(struct pair *p, uint32_t most)
{
    return dice(p) % (most + 1);
}

/* Byte @at of a direction's stream: flags and what looks like heads among them. */
static uint8_t byte_of(unsigned direction, size_t at)
{
    static const uint8_t head[] = {0xf9, 0x09, 0xef, 0x0b};
    uint32_t mixed = ((uint32_t)at + direction * 77777) * 2654435761u;
    return mixed >> 28 == 0 ? head[at % sizeof(head)] : (uint8_t)(mixed >> 20);
}

static void make(unsigned direction, size_t at, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = byte_of(direction, at + i);
}

static void is_next(struct pair *p, unsigned direction, size_t *got, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (data[i] != byte_of(direction, *got + i))
            fail_msg("%s: byte %zu %s is wrong", p->what, *got + i, direction ? "down" : "up");
    *got += len;
}

/* ---- the modem ---- */

static void modem_opened(void *ctx, int dlci)
{
}

static void modem_closed(void *ctx, int dlci)
{
}

static void modem_kick(void *ctx)
{
}

static void modem_left(void *ctx)
{
    struct pair *p = ctx;
    while (sim_mux_fill(p->modem, &p->down))
        ;
    sim_mux_stop(p->modem);
}

static void modem_command(struct pair *p, int dlci, char byte)
{
    struct at *at = &p->at[dlci];
    char answer[128];
    assert_true(at->command_len + 1 < sizeof(at->command));
    at->command[at->command_len++] = byte;
    if (byte != '\r')
        return;
    at->command[at->command_len - 1] = '\0';
    at->command_len = 0;
    snprintf(answer, sizeof(answer), "\r\n+DID: %s\r\n\r\nOK\r\n", at->command);
    assert_int_equal(sim_mux_send(p->modem, dlci, answer, strlen(answer)), 0);
}

static void modem_data(void *ctx, int dlci, const uint8_t *data, size_t len)
{
    struct pair *p = ctx;
    if (dlci == DATA)
        is_next(p, 0, &p->up_got, data, len);
    else
        for (size_t i = 0; i < len; i++)
            modem_command(p, dlci, (char)data[i]);
}

/* ---- the host ---- */

static int host_write(void *ctx, const void *data, size_t len)
{
    struct pair *p = ctx;
    bool control = ((const uint8_t *)data)[1] >> 2 == 0;
    if (control && mc_timerq_now_ms(p->queue) < p->deaf_until_ms)
        return 0;
    if (mc_buf_len(&p->up) + len <= PORT_BYTES && upto(p, 40) > 0)
        return mc_buf_append(&p->up, data, len);
    p->full++;
    return -EAGAIN;
}

static size_t host_pending(void *ctx)
{
    size_t len = mc_buf_len(&((struct pair *)ctx)->up);
    return len > KERNEL_BYTES ? len - KERNEL_BYTES : 0;
}

static void host_answer(struct pair *p, unsigned dlci, char byte)
{
    struct at *at = &p->at[dlci];
    char expected[128];
    assert_true(at->answer_len + 1 < sizeof(at->answer));
    at->answer[at->answer_len++] = byte;
    at->answer[at->answer_len] = '\0';
    snprintf(expected, sizeof(expected), "\r\n+DID: AT+DO=%u,%u\r\n\r\nOK\r\n", dlci, at->asked);
    if (at->answer_len < strlen(expected))
        return;
    assert_string_equal(at->answer, expected);
    int64_t now_ms = mc_timerq_now_ms(p->queue), took_ms = now_ms - at->since_ms;
    if (took_ms > at->worst_ms)
        at->worst_ms = took_ms;
    at->waits = false;
    at->answered++;
    at->answer_len = 0;
    at->next_ms = now_ms + upto(p, 120);
}

static size_t host_data(void *ctx, unsigned dlci, const uint8_t *data, size_t len)
{
    struct pair *p = ctx;
    size_t taken = upto(p, REFUSED_EACH / (uint32_t)len) > 0 ? len : upto(p, (uint32_t)len);
    if (taken < len) {
        /* at times longer than the host keeps what it does not take: the modem has to stop */
        p->resume_at_ms[dlci] = mc_timerq_now_ms(p->queue) + upto(p, upto(p, 7) > 0 ? HOLD_MAX_MS : 1000);
        p->refusals++;
    }
    if (dlci == DATA)
        is_next(p, 1, &p->down_got, data, taken);
    else
        for (size_t i = 0; i < taken; i++)
            host_answer(p, dlci, (char)data[i]);
    return taken;
}

static void host_opened(void *ctx, unsigned dlci, int result)
{
    struct pair *p = ctx;
    assert_int_equal(result, 0);
    p->opened |= 1u << dlci;
    if (dlci < MORE)
        mc_mux_open(p->host, dlci + 1);
}

static void host_closed(void *ctx, unsigned dlci)
{
    fail_msg("DLC %u was closed", dlci);
}

static void host_room(void *ctx, unsigned dlci)
{
    struct pair *p = ctx;
    assert_int_equal(dlci, DATA);
    p->waits_for_room = false;
}

static void host_stopped(void *ctx, unsigned dlci, bool goes_on)
{
    ((struct pair *)ctx)->stops_told++;
}

static void host_stray(void *ctx, const uint8_t *data, size_t len)
{
}

static void host_ended(void *ctx, enum mc_mux_end why)
{
    struct pair *p = ctx;
    p->ended++;
    p->why = why;
}

/* ---- time ---- */

/* At most @most bytes of @wire go over, in pieces of any size. */
static void carry(struct pair *p, struct mc_buf *wire, size_t most, bool up)
{
    uint8_t piece[BYTES_A_MS + 1];
    while (most > 0 && mc_buf_len(wire) > 0) {
        size_t n = 1 + (upto(p, 2) ? upto(p, 8) : upto(p, (uint32_t)most - 1));
        n = n < most ? n : most;
        n = n < mc_buf_len(wire) ? n : mc_buf_len(wire);
        memcpy(piece, mc_buf_head(wire), n);
        mc_buf_consume(wire, n);
        most -= n;
        if (up)
            sim_mux_input(p->modem, piece, n);
        else
            mc_mux_feed(p->host, piece, n);
    }
}

static void ask(struct pair *p, unsigned dlci)
{
    struct at *at = &p->at[dlci];
    char command[32];
    int64_t now_ms = mc_timerq_now_ms(p->queue);
    if (at->waits && now_ms - at->since_ms > (p->loses ? LOST_LATE_MS : AT_LATE_MS))
        fail_msg("%s: AT %u on DLC %u is lost", p->what, at->asked, dlci);
    if (at->waits || now_ms < at->next_ms)
        return;
    at->asked++;
    at->waits = true;
    at->since_ms = now_ms;
    snprintf(command, sizeof(command), "AT+DO=%u,%u\r", dlci, at->asked);
    assert_int_equal(mc_mux_send(p->host, dlci, command, strlen(command)), strlen(command));
}

static void offer(struct pair *p)
{
    uint8_t piece[5000];
    while (!p->waits_for_room && p->up_sent < TOTAL) {
        size_t n = 1 + upto(p, sizeof(piece) - 1);
        n = n < TOTAL - p->up_sent ? n : TOTAL - p->up_sent;
        make(0, p->up_sent, piece, n);
        int r = mc_mux_send(p->host, DATA, piece, n);
        assert_in_range(r, 0, n);
        p->up_sent += (size_t)r;
        p->waits_for_room = (size_t)r < n;
    }
    for (size_t n; p->down_sent < TOTAL && (n = sim_mux_room(p->modem, DATA)) > 0; p->down_sent += n) {
        n = 1 + upto(p, (uint32_t)(n < sizeof(piece) ? n : sizeof(piece)) - 1);
        n = n < TOTAL - p->down_sent ? n : TOTAL - p->down_sent;
        make(1, p->down_sent, piece, n);
        assert_int_equal(sim_mux_send(p->modem, DATA, piece, n), 0);
    }
}

/* What the modem has just said on DLCI 0 does not arrive. */
static void lose(struct pair *p)
{
    struct mc_buf lost;
    mc_buf_init(&lost, 1 << 16);
    assert_true(sim_mux_fill(p->modem, &lost));
    mc_buf_free(&lost);
    p->lost++;
}

static void hold(struct pair *p)
{
    int64_t now_ms = mc_timerq_now_ms(p->queue);
    for (unsigned dlci = AT; dlci <= MORE; dlci++) {
        if (p->hold_until_ms[dlci] >= 0 && now_ms >= p->hold_until_ms[dlci]) {
            p->hold_until_ms[dlci] = -1;
            sim_mux_hold(p->modem, (int)dlci, false);
            if (p->loses && upto(p, 1) == 0)
                lose(p);
        } else if (p->hold_until_ms[dlci] < 0 && !p->rests && upto(p, p->loses ? 20000 : 400) == 0) {
            p->hold_until_ms[dlci] = now_ms + upto(p, HOLD_MAX_MS);
            sim_mux_hold(p->modem, (int)dlci, true);
            p->holds++;
        }
        if (p->resume_at_ms[dlci] >= 0 && now_ms >= p->resume_at_ms[dlci]) {
            p->resume_at_ms[dlci] = -1;
            if (p->loses && upto(p, 3) == 0) {
                p->deaf_until_ms = now_ms + 2000; /* all that is said at once */
                p->lost++;
            }
            mc_mux_resume(p->host, dlci);
        }
    }
}

static bool pauses(struct pair *p)
{
    int64_t now_ms = mc_timerq_now_ms(p->queue);
    if (p->rests && now_ms >= p->rests_until_ms + PAUSES_APART_MS && upto(p, 700) == 0) {
        p->rests_until_ms = now_ms + 50 + upto(p, 850);
        p->pauses++;
    }
    return now_ms < p->rests_until_ms;
}

static void a_millisecond(struct pair *p)
{
    size_t left = BYTES_A_MS;
    bool had = host_pending(p) > 0;
    mc_timerq_advance(p->queue, mc_timerq_now_ms(p->queue) + 1);
    mc_timerq_run(p->queue);
    if (pauses(p))
        return;
    carry(p, &p->up, BYTES_A_MS, true);
    if (had ? host_pending(p) == 0 : upto(p, 1) == 0)
        mc_mux_writable(p->host);
    while (left > 0 && (mc_buf_len(&p->down) > 0 || sim_mux_fill(p->modem, &p->down))) {
        size_t n = mc_buf_len(&p->down) < left ? mc_buf_len(&p->down) : left;
        carry(p, &p->down, n, false);
        left -= n;
    }
}

/* ---- the test ---- */

static void begin(struct pair *p, enum sim_mux_style style, unsigned n1)
{
    static const struct mc_mux_callbacks callbacks = {.write = host_write,
                                                      .pending = host_pending,
                                                      .data = host_data,
                                                      .opened = host_opened,
                                                      .closed = host_closed,
                                                      .room = host_room,
                                                      .stopped = host_stopped,
                                                      .stray = host_stray,
                                                      .ended = host_ended};
    static const struct sim_mux_ops ops = {.opened = modem_opened,
                                           .closed = modem_closed,
                                           .data = modem_data,
                                           .left = modem_left,
                                           .kick = modem_kick,
                                           .random = dice};
    mc_buf_init(&p->up, PORT_BYTES);
    mc_buf_init(&p->down, 1 << 20);
    for (unsigned i = 0; i <= MORE; i++)
        p->resume_at_ms[i] = p->hold_until_ms[i] = -1;
    p->queue = mc_timerq_new(0);
    p->host = mc_mux_new(p->queue, n1, BAUD, &callbacks, p);
    p->modem = sim_mux_new(&ops, p);
    assert_true(p->queue && p->host && p->modem);
    mc_mux_set_kind(p->host, DATA, MC_MUX_DATA);
    sim_mux_start(p->modem, style, (int)n1);
    sim_mux_faults(p->modem)->noisy = p->noisy;
    mc_mux_start(p->host);
    for (int ms = 0; p->opened != 0xf; ms++) {
        assert_in_range(ms, 0, 1000);
        a_millisecond(p);
    }
}

static void talk(struct pair *p)
{
    int64_t began_ms = mc_timerq_now_ms(p->queue);
    while (p->up_got < TOTAL || p->down_got < TOTAL || p->at[AT].waits || p->at[MORE].waits) {
        if (mc_timerq_now_ms(p->queue) - began_ms > (p->loses ? 10 : 1) * LIMIT_MS)
            fail_msg("%s: stands still at %zu up, %zu down", p->what, p->up_got, p->down_got);
        hold(p);
        offer(p);
        if (p->up_got < TOTAL || p->down_got < TOTAL || p->at[AT].waits)
            ask(p, AT);
        if (p->up_got < TOTAL || p->down_got < TOTAL || p->at[MORE].waits)
            ask(p, MORE);
        a_millisecond(p);
    }
    print_message("# %s: 1 MB each way in %.1f s, %u AT (the slowest %d ms), %u holds, %u refusals, port full %u "
                  "times, %u lost words, %u pauses\n",
                  p->what, (double)(mc_timerq_now_ms(p->queue) - began_ms) / 1000,
                  p->at[AT].answered + p->at[MORE].answered,
                  (int)(p->at[AT].worst_ms > p->at[MORE].worst_ms ? p->at[AT].worst_ms : p->at[MORE].worst_ms),
                  p->holds, p->refusals, p->full, p->lost, p->pauses);
}

static void end(struct pair *p)
{
    struct mc_mux_stats stats = mc_mux_stats(p->host);
    const struct sim_mux_counters *modem = sim_mux_counters(p->modem);
    assert_int_equal(p->up_got, TOTAL);
    assert_int_equal(p->down_got, TOTAL);
    assert_int_equal(p->at[AT].answered, p->at[AT].asked);
    assert_int_equal(p->at[MORE].answered, p->at[MORE].asked);
    assert_true(p->at[AT].asked >= AT_LEAST && p->at[MORE].asked >= AT_LEAST);
    assert_true(p->holds >= (p->pauses ? 0 : p->loses ? 3 : 10) && p->refusals >= 10 && p->full >= 10);
    assert_int_equal(stats.overruns, 0);
    assert_int_equal(modem->overruns + modem->bad + modem->strays + modem->too_long, 0);
    assert_int_equal(p->pauses > 0, p->rests_until_ms > 0);
    assert_true(p->loses ? p->lost >= 3 && p->stops_told > 0 : p->stops_told == 0);
    if (p->noisy)
        assert_true(stats.stray_bytes > 0 && stats.bad_frames > 0);
    else
        assert_int_equal(stats.stray_bytes + stats.bad_frames + stats.false_flags, 0);
    mc_mux_close(p->host);
    for (int ms = 0; !p->ended; ms++) {
        assert_in_range(ms, 0, 1100);
        a_millisecond(p);
    }
    assert_int_equal(p->why, MC_MUX_CLOSED);
    mc_mux_free(p->host);
    sim_mux_free(p->modem);
    assert_int_equal(mc_timerq_next_ms(p->queue), -1);
    mc_timerq_free(p->queue);
    mc_buf_free(&p->up);
    mc_buf_free(&p->down);
}

static void in_style(enum sim_mux_style style, const char *name)
{
    static const struct {
        const char *what;
        unsigned n1;
        bool noisy, loses, rests;
    } rounds[] = {{"N1 31", 31},
                  {"N1 256", 256},
                  {"N1 1024", 1024},
                  {"N1 1500", 1500},
                  {"noise", 256, .noisy = true},
                  {"lost words", 256, .loses = true},
                  {"pauses", 1024, .rests = true}};
    for (size_t i = 0; i < MC_LENGTH_OF(rounds); i++) {
        char what[64];
        struct pair pair = {.what = what,
                            .noisy = rounds[i].noisy,
                            .loses = rounds[i].loses,
                            .random = 88172645u + (uint32_t)style * 1000 + (uint32_t)i};
        snprintf(what, sizeof(what), "%s, %s", name, rounds[i].what);
        begin(&pair, style, rounds[i].n1);
        pair.rests = rounds[i].rests;
        talk(&pair);
        pair.rests = false;
        end(&pair);
    }
}

static void sim7670(void **state)
{
    in_style(SIM_MUX_SIM7670, "SIM7670");
}

static void sim7670g(void **state)
{
    in_style(SIM_MUX_SIM7670G, "SIM7670G");
}

static void a7670(void **state)
{
    in_style(SIM_MUX_A7670, "A7670");
}

static void sim7600(void **state)
{
    in_style(SIM_MUX_SIM7600, "SIM7600");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sim7670),
        cmocka_unit_test(sim7670g),
        cmocka_unit_test(a7670),
        cmocka_unit_test(sim7600),
    };
    return cmocka_run_group_tests_name("line/mux_pair", tests, NULL, NULL);
}
