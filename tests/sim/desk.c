/* SPDX-License-Identifier: MIT */
#include "desk.h"
#include <stdio.h>
#include <string.h>

static void to_host(void *ctx, const uint8_t *data, size_t len)
{
    struct desk *desk = ctx;

    assert_true(desk->len + len <= DESK_MAX);
    memcpy(desk->said + desk->len, data, len);
    desk->len += len;
    desk->said[desk->len] = '\0';
    desk->pieces++;
}

static void on_peer(void *ctx, enum sim_peer_state state)
{
    struct desk *desk = ctx;

    desk->peer = state;
    desk->peer_changes++;
}

void desk_prepare(struct desk *desk, const char *const *presets)
{
    memset(desk, 0, sizeof(*desk));
    sim_profile_init(&desk->profile);
    desk->profile.pace = false;
    desk->profile.fragment_max = 0;
    for (; presets && *presets; presets++)
        assert_int_equal(sim_profile_preset(&desk->profile, *presets), 0);
}

void desk_plug(struct desk *desk)
{
    static const struct sim_callbacks callbacks = {.to_host = to_host, .peer = on_peer};

    desk->queue = mc_timerq_new(1000000);
    assert_non_null(desk->queue);
    desk->board = sim_board_new(desk->queue, &desk->profile, &callbacks, desk);
    assert_non_null(desk->board);
    sim_board_plug(desk->board);
    mc_timerq_run(desk->queue);
}

void desk_open(struct desk *desk, const char *const *presets)
{
    desk_prepare(desk, presets);
    desk_plug(desk);
}

void desk_close(struct desk *desk)
{
    sim_board_free(desk->board);
    mc_timerq_free(desk->queue);
}

void desk_run(struct desk *desk, int64_t ms)
{
    int64_t end = mc_timerq_now_ms(desk->queue) + ms, next;

    while ((next = mc_timerq_next_ms(desk->queue)) >= 0 && next <= end) {
        mc_timerq_advance(desk->queue, next);
        mc_timerq_run(desk->queue);
    }
    mc_timerq_advance(desk->queue, end);
}

void desk_type(struct desk *desk, const char *text)
{
    sim_board_from_host(desk->board, text, strlen(text));
}

void desk_forget(struct desk *desk)
{
    desk->len = desk->pieces = 0;
    desk->said[0] = '\0';
}

void desk_said(struct desk *desk, const char *expected)
{
    assert_string_equal((const char *)desk->said, expected);
    assert_int_equal(desk->len, strlen(expected));
    desk_forget(desk);
}

void desk_expect(struct desk *desk, const char *command, int64_t ms, const char *expected)
{
    desk_type(desk, command);
    desk_type(desk, "\r");
    desk_run(desk, ms);
    desk_said(desk, expected);
}

static void on_reply(void *ctx, const char *line)
{
    struct desk *desk = ctx;
    size_t len = strlen(desk->reply);

    snprintf(desk->reply + len, sizeof(desk->reply) - len, "%s\n", line);
}

void desk_inject(struct desk *desk, const char *line, const char *last)
{
    char end[128];
    size_t len;

    desk->reply[0] = '\0';
    sim_board_command(desk->board, line, on_reply, desk);
    snprintf(end, sizeof(end), "%s\n", last);
    len = strlen(desk->reply);
    assert_true(len >= strlen(end));
    assert_string_equal(desk->reply + len - strlen(end), end);
}

void desk_get(struct desk *desk, const char *key, const char *expected)
{
    char text[128] = "";

    assert_int_equal(sim_board_get(desk->board, key, text, sizeof(text)), 0);
    assert_string_equal(text, expected);
}
