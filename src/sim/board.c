/* SPDX-License-Identifier: MIT */
#include "internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int sim_latency_ms(const struct sim_board *b, enum sim_latency latency)
{
    int ms = b->profile.latency_ms[latency];

    if (latency == SIM_LATENCY_GUARD)
        return ms;
    return (int)((int64_t)ms * b->profile.speed_permille / 1000);
}

/* xorshift64*: one board's randomness is its seed's, on every machine */
uint32_t sim_random(struct sim_board *b)
{
    b->random ^= b->random >> 12;
    b->random ^= b->random << 25;
    b->random ^= b->random >> 27;
    return (uint32_t)((b->random * 2685821657736338717ULL) >> 32);
}

void sim_work(struct sim_board *b, enum sim_work work, bool on)
{
    unsigned bit = 1u << work;
    int64_t now = sim_now(b);

    if (((b->work & bit) != 0) == on)
        return;
    if (on) {
        if (!b->work)
            b->work_since_ms = now;
        b->work |= bit;
        b->work_start_ms[work] = now;
        return;
    }
    b->work &= ~bit;
    b->work_sum_ms[work] += now - b->work_start_ms[work];
    if (!b->work)
        b->work_ms += now - b->work_since_ms;
}

int64_t sim_board_path_ms(const struct sim_board *b)
{
    return b->work_ms + (b->work ? sim_now(b) - b->work_since_ms : 0);
}

void sim_board_path_reset(struct sim_board *b)
{
    b->work_ms = 0;
    b->work_since_ms = sim_now(b);
    for (int i = 0; i < SIM_WORK_COUNT; i++) {
        b->work_sum_ms[i] = 0;
        b->work_start_ms[i] = sim_now(b);
    }
}

void sim_log(struct sim_board *b, const char *fmt, ...)
{
    char text[256];
    va_list args;

    if (!b->callbacks.log)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    b->callbacks.log(b->ctx, text);
}

struct sim_board *sim_board_new(struct mc_timerq *queue, const struct sim_profile *profile,
                                const struct sim_callbacks *callbacks, void *ctx)
{
    struct sim_board *b = calloc(1, sizeof(*b));
    struct sim_context *first;

    if (!b)
        return NULL;
    b->queue = queue;
    b->profile = *profile;
    b->callbacks = *callbacks;
    b->ctx = ctx;
    b->random = 0x9e3779b97f4a7c15ULL ^ ((uint64_t)(uint32_t)profile->seed << 16);
    b->saved_baud = (uint32_t)profile->baud;
    b->pin_tries = profile->pin_tries;
    b->puk_tries = profile->puk_tries;
    first = &b->contexts[1];
    first->defined = true;
    first->auth = profile->auth;
    memcpy(first->type, profile->type, sizeof(first->type));
    memcpy(first->apn, profile->apn, sizeof(first->apn));
    memcpy(first->user, profile->user, sizeof(first->user));
    memcpy(first->password, profile->password, sizeof(first->password));
    if (sim_muxed_init(b) < 0) {
        free(b);
        return NULL;
    }
    sim_out_init(b);
    sim_in_init(b);
    sim_power_init(b);
    sim_radio_init(b);
    sim_call_init(b);
    return b;
}

void sim_board_free(struct sim_board *b)
{
    if (!b)
        return;
    struct mc_timer *timers[] = {&b->boot_timer,  &b->sim_timer,    &b->sms_timer,  &b->out_timer, &b->register_timer,
                                 &b->guard_timer, &b->hangup_timer, &b->mute_timer, &b->word_timer};

    if (b->call_on && b->peer)
        b->peer->stop(b->peer_ctx);
    for (size_t i = 0; i < MC_LENGTH_OF(timers); i++)
        mc_timer_disarm(timers[i]);
    for (int i = 0; i <= SIM_MUX_DLCIS; i++)
        mc_timer_disarm(&b->channels[i].command_timer);
    sim_muxed_free(b);
    mc_buf_free(&b->out);
    free(b->frame);
    free(b);
}

void sim_board_set_peer(struct sim_board *b, const struct sim_peer_ops *ops, void *ctx)
{
    b->peer = ops;
    b->peer_ctx = ctx;
}

void sim_board_plug(struct sim_board *b)
{
    if (b->plugged)
        return;
    b->plugged = true;
    sim_log(b, "plugged in");
    if (b->power == SIM_POWER_OFF && b->profile.start != SIM_START_OFF)
        sim_power_begin(b);
    sim_out_kick(b);
}

void sim_board_unplug(struct sim_board *b)
{
    if (!b->plugged)
        return;
    b->plugged = false;
    sim_log(b, "unplugged");
    sim_out_drop(b);
    for (int i = 0; i < 4; i++)
        b->lines[i] = false;
    if (b->profile.usb_power)
        sim_power_off(b);
}

bool sim_board_plugged(const struct sim_board *b)
{
    return b->plugged;
}

void sim_board_host_baud(struct sim_board *b, uint32_t baud)
{
    b->host_baud = baud;
}

void sim_board_host_flow(struct sim_board *b, bool on)
{
    b->host_flow = on;
    sim_out_kick(b);
}

void sim_board_from_host(struct sim_board *b, const void *data, size_t len_bytes)
{
    if (!b->plugged || len_bytes == 0)
        return;
    b->counters.bytes_from_host += len_bytes;
    if (b->power != SIM_POWER_ON || b->mute) {
        b->counters.dropped_bytes += len_bytes;
        return;
    }
    /* At another speed the modem's UART sees framing errors: nothing that it could make a command of. */
    if (b->profile.check_baud && b->host_baud != 0 && b->host_baud != b->baud) {
        b->counters.garbled_bytes += len_bytes;
        return;
    }
    if (b->channels[0].mode == SIM_MODE_DATA)
        sim_call_from_host(b, data, len_bytes);
    else if (b->channels[0].mode == SIM_MODE_CMUX)
        sim_muxed_from_host(b, data, len_bytes);
    else
        sim_in_command(&b->channels[0], data, len_bytes);
}

const struct sim_counters *sim_board_counters(const struct sim_board *b)
{
    return &b->counters;
}

uint32_t sim_board_baud(const struct sim_board *b)
{
    return b->baud;
}
