/* SPDX-License-Identifier: MIT */
/* Power, reset and boot: what the PWRKEY and RESET pins, AT+CRESET, AT+CPOF and the USB plug do. */
#include "internal.h"

#define RESET_PULSE_MS     500  /* hardware guide: 1 s, at least 0.5 */
#define POWER_ON_PULSE_MS  1000 /* PWRKEY 1 s */
#define POWER_OFF_PULSE_MS 2500 /* PWRKEY 3 s, at least 2.5 */

static const char *card_text(const struct sim_board *b)
{
    if (!b->profile.sim_present)
        return "NOT INSERTED";
    if (b->puk_tries == 0)
        return "NOT READY";
    if (b->pin_tries == 0)
        return "SIM PUK";
    return b->sim_unlocked ? "READY" : "SIM PIN";
}

/* What a modem forgets when it goes down, and what it stops doing. */
static void down(struct sim_board *b)
{
    sim_call_reset(b);
    sim_radio_reset(b);
    sim_muxed_leave(b);
    sim_in_reset(&b->channels[0]);
    b->next_baud = 0;
    b->flow = b->flow_wanted = false;
    sim_out_drop(b);
    mc_timer_disarm(&b->boot_timer);
    mc_timer_disarm(&b->sim_timer);
    mc_timer_disarm(&b->sms_timer);
    mc_timer_disarm(&b->word_timer);
    if (b->hung)
        b->mute = b->hung = false;
    b->sim_usable = false;
    b->sim_unlocked = !b->profile.pin_required;
    sim_in_saved(&b->channels[0]);
    b->cmee = b->cereg_n = b->cgreg_n = b->creg_n = 0;
    sim_work(b, SIM_WORK_BOOT, false);
}

static void booted(struct sim_board *b)
{
    b->power = SIM_POWER_ON;
    b->channels[0].mode = SIM_MODE_COMMAND;
    b->cfun = 1;
    b->detached = false;
    sim_work(b, SIM_WORK_BOOT, false);
}

static void on_boot(void *ctx)
{
    struct sim_board *b = ctx;

    if (b->power == SIM_POWER_CLOSING) {
        sim_power_off(b);
        return;
    }
    booted(b);
    sim_log(b, "booted");
    sim_urc(b, "QCRDY");
    sim_power_card(b, sim_latency_ms(b, SIM_LATENCY_SIM));
    if (b->profile.sim_present)
        mc_timer_arm(&b->sms_timer, b->queue, sim_latency_ms(b, SIM_LATENCY_SIM) + sim_latency_ms(b, SIM_LATENCY_SMS));
}

/* The card is there for the modem: +CPIN, then the search begins. */
static void on_card(void *ctx)
{
    struct sim_board *b = ctx;

    b->sim_usable = b->profile.sim_present;
    sim_work(b, SIM_WORK_BOOT, false);
    sim_urc(b, "+CPIN: %s", card_text(b));
    sim_radio_update(b);
}

static void on_sms(void *ctx)
{
    struct sim_board *b = ctx;

    if (b->sim_unlocked)
        sim_urc(b, "SMS DONE");
}

void sim_power_card(struct sim_board *b, int delay_ms)
{
    b->sim_usable = false;
    b->sim_ready_ms = sim_now(b) + delay_ms;
    sim_work(b, SIM_WORK_BOOT, true); /* nobody gets further before it */
    mc_timer_arm(&b->sim_timer, b->queue, delay_ms);
}

static void boot(struct sim_board *b)
{
    down(b);
    b->baud = b->saved_baud;
    b->power = SIM_POWER_BOOTING;
    b->counters.boots++;
    sim_work(b, SIM_WORK_BOOT, true);
    mc_timer_arm(&b->boot_timer, b->queue, sim_latency_ms(b, SIM_LATENCY_BOOT));
    if (b->callbacks.status)
        b->callbacks.status(b->ctx, true);
}

void sim_power_on(struct sim_board *b)
{
    if (b->power != SIM_POWER_OFF || (!b->plugged && b->profile.usb_power))
        return;
    sim_log(b, "power on");
    boot(b);
}

void sim_power_off(struct sim_board *b)
{
    if (b->power == SIM_POWER_OFF)
        return;
    sim_log(b, "power off");
    down(b);
    b->power = SIM_POWER_OFF;
    b->channels[0].mode = SIM_MODE_COMMAND;
    b->counters.power_offs++;
    if (b->callbacks.status)
        b->callbacks.status(b->ctx, false);
}

void sim_power_reboot(struct sim_board *b)
{
    if (b->power == SIM_POWER_OFF)
        return;
    sim_log(b, "reboot");
    b->counters.resets++;
    boot(b);
}

/* POWERD DOWN (so spelled by the modem), then nothing. */
static void close_down(struct sim_board *b)
{
    b->power = SIM_POWER_CLOSING;
    sim_radio_reset(b);
    sim_urc(b, "POWERD DOWN");
    mc_timer_arm(&b->boot_timer, b->queue, sim_latency_ms(b, SIM_LATENCY_OFF));
}

/* CRESET, CPOF and CFUN=6 say OK and act when it has left; a reset takes its time, and the modem goes on answering. */
static void on_word(void *ctx)
{
    struct sim_board *b = ctx;

    if (mc_timer_armed(&b->out_timer)) {
        mc_timer_arm(&b->word_timer, b->queue, mc_timer_left_ms(&b->out_timer));
        return;
    }
    if (b->word_closes)
        close_down(b);
    else
        sim_power_reboot(b);
}

void sim_power_word(struct sim_board *b, bool closes)
{
    b->word_closes = closes;
    mc_timer_arm(&b->word_timer, b->queue, closes ? 0 : sim_latency_ms(b, SIM_LATENCY_RESET));
}

void sim_power_begin(struct sim_board *b)
{
    if (b->profile.start == SIM_START_BOOTING) {
        sim_power_on(b);
        return;
    }
    down(b);
    b->baud = b->saved_baud;
    booted(b);
    b->sim_usable = b->profile.sim_present;
    if (b->callbacks.status)
        b->callbacks.status(b->ctx, true);
    sim_radio_update(b);
    if (b->profile.start == SIM_START_REGISTERED)
        sim_radio_at_once(b);
}

void sim_board_line(struct sim_board *b, enum sim_line line, bool on)
{
    int64_t held_ms = sim_now(b) - b->line_since_ms[line];

    if (line == SIM_LINE_NONE || b->lines[line] == on || !b->plugged)
        return;
    b->lines[line] = on;
    b->line_since_ms[line] = sim_now(b);
    if (line == b->profile.reset_line && b->power != SIM_POWER_OFF) {
        if (!on && held_ms >= RESET_PULSE_MS)
            sim_power_reboot(b);
    }
    if (line == b->profile.power_line && !on) {
        if (b->power == SIM_POWER_OFF && held_ms >= POWER_ON_PULSE_MS)
            sim_power_on(b);
        else if (b->power != SIM_POWER_OFF && held_ms >= POWER_OFF_PULSE_MS)
            sim_power_off(b);
    }
}

void sim_power_init(struct sim_board *b)
{
    mc_timer_init(&b->boot_timer, "sim-boot", on_boot, b);
    mc_timer_init(&b->sim_timer, "sim-card", on_card, b);
    mc_timer_init(&b->word_timer, "sim-power-word", on_word, b);
    mc_timer_init(&b->sms_timer, "sim-sms", on_sms, b);
    b->baud = b->saved_baud;
}
