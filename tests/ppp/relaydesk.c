/* SPDX-License-Identifier: MIT */
#include "relaydesk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

size_t relaydesk_to_modem(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct relaydesk *desk = ctx;
    size_t taken = len_bytes < desk->takes ? len_bytes : desk->takes;

    assert_false(desk->inside);
    assert_int_not_equal(len_bytes, 0);
    assert_in_range(taken, 0, sizeof(desk->got) - desk->n_got);
    memcpy(desk->got + desk->n_got, data, taken);
    desk->n_got += taken;
    if (desk->takes != SIZE_MAX)
        desk->takes -= taken;
    desk->offers++;
    return taken;
}

static void on_room(void *ctx)
{
    struct relaydesk *desk = ctx;

    assert_false(desk->inside);
    desk->rooms++;
    if (desk->n_waiting == 0)
        return;
    size_t taken = mc_relay_from_modem(desk->relay, desk->waiting, desk->n_waiting);
    desk->waiting += taken;
    desk->n_waiting -= taken;
}

static void on_sign(void *ctx, enum mc_relay_sign sign, const char *line)
{
    struct relaydesk *desk = ctx;
    size_t len = strlen(desk->signs);

    assert_false(desk->inside);
    snprintf(desk->signs + len, sizeof(desk->signs) - len, "%s(%s) ", mc_relay_sign_name(sign), line);
}

void relaydesk_begin(struct relaydesk *desk, const struct mc_relay_events *events)
{
    static const struct mc_relay_events all = {.to_modem = relaydesk_to_modem, .on_room = on_room, .on_sign = on_sign};

    mc_relay_free(desk->relay);
    assert_int_equal(mc_relay_new(desk->loop, desk->ours, events ? events : &all, desk, &desk->relay), 0);
}

void relaydesk_end(struct relaydesk *desk)
{
    mc_relay_free(desk->relay);
    desk->relay = NULL;
    if (desk->ours >= 0)
        close(desk->ours);
    if (desk->theirs >= 0)
        close(desk->theirs);
    desk->ours = desk->theirs = -1;
}

int relaydesk_set_up(void **state)
{
    struct relaydesk *desk = calloc(1, sizeof(*desk));
    const int room_bytes = 32768; /* whatever the host's default is: RELAYDESK_BYTES do not fit */
    int fds[2];

    if (desk == NULL || mc_loop_new(&desk->loop) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0 ||
        setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &room_bytes, sizeof(room_bytes)) < 0)
        return -1;
    desk->ours = fds[0];
    desk->theirs = fds[1];
    desk->takes = SIZE_MAX;
    relaydesk_begin(desk, NULL);
    *state = desk;
    return 0;
}

int relaydesk_tear_down(void **state)
{
    struct relaydesk *desk = *state;

    relaydesk_end(desk);
    mc_loop_free(desk->loop);
    free(desk);
    return 0;
}

static void set_flag(void *ctx)
{
    *(bool *)ctx = true;
}

void relaydesk_turn(struct relaydesk *desk)
{
    struct mc_timer nudge;
    bool fired = false;

    mc_timer_init(&nudge, "test-nudge", set_flag, &fired);
    mc_timer_arm(&nudge, mc_loop_timers(desk->loop), 0);
    assert_int_equal(mc_loop_turn(desk->loop), 0);
    assert_true(fired);
}

/* A turn in which nothing happens sleeps until the timer, which then fires at the turn's end. */
bool relaydesk_rests(struct relaydesk *desk)
{
    struct mc_timer alarm;
    bool fired = false;

    mc_timer_init(&alarm, "test-alarm", set_flag, &fired);
    mc_timer_arm(&alarm, mc_loop_timers(desk->loop), 5);
    assert_int_equal(mc_loop_turn(desk->loop), 0);
    mc_timer_disarm(&alarm);
    return fired;
}

bool relaydesk_timer_armed(struct relaydesk *desk)
{
    return mc_timerq_next_ms(mc_loop_timers(desk->loop)) >= 0;
}

void relaydesk_pass(struct relaydesk *desk, int64_t ms)
{
    struct mc_timerq *queue = mc_loop_timers(desk->loop);

    mc_timerq_advance(queue, mc_timerq_now_ms(queue) + ms);
    mc_timerq_run(queue);
    mc_timerq_run(queue);
}

void relaydesk_pppd_sends(struct relaydesk *desk, const void *data, size_t len_bytes)
{
    assert_int_equal(write(desk->theirs, data, len_bytes), len_bytes);
}

size_t relaydesk_pppd_reads(struct relaydesk *desk)
{
    size_t before = desk->n_read;
    ssize_t n;

    while ((n = read(desk->theirs, desk->read + desk->n_read, sizeof(desk->read) - desk->n_read)) > 0)
        desk->n_read += (size_t)n;
    return desk->n_read - before;
}

size_t relaydesk_fill(struct relaydesk *desk, const uint8_t *data)
{
    size_t taken = 0, n;

    desk->inside = true;
    while ((n = mc_relay_from_modem(desk->relay, data + taken, RELAYDESK_BYTES - taken)) > 0)
        taken += n;
    desk->inside = false;
    return taken;
}

void relaydesk_modem_says(struct relaydesk *desk, const char *text)
{
    desk->inside = true;
    assert_int_equal(mc_relay_from_modem(desk->relay, (const uint8_t *)text, strlen(text)), strlen(text));
    desk->inside = false;
}
