/* SPDX-License-Identifier: MIT */
/* What the modem says wrongly, late or not at all. */
#include "inject.h"
#include <stdio.h>
#include <string.h>

/* "on": whatever lies between is dead, and a boot changes nothing. "hung": the modem is, and a boot ends it. */
int sim_inject_mute(const struct inject *in)
{
    struct sim_board *b = in->b;
    bool hung = in->n > 1 && !strcmp(in->word[1], "hung"), mute = true;
    int r = hung ? 0 : sim_inject_yes(in, &mute);

    if (r < 0)
        return r;
    b->mute = mute;
    b->hung = hung;
    mc_timer_disarm(&b->mute_timer);
    sim_call_faults(b);
    return 0;
}

static void on_unmute(void *ctx)
{
    struct sim_board *b = ctx;

    b->mute = b->hung = false;
    sim_call_faults(b);
}

int sim_inject_mute_for(const struct inject *in)
{
    int ms = sim_inject_number(in, 1, -1);

    if (ms < 0)
        return -EINVAL;
    in->b->mute = true;
    in->b->hung = false;
    sim_call_faults(in->b);
    mc_timer_disarm(&in->b->mute_timer); /* one may be running already */
    mc_timer_init(&in->b->mute_timer, "sim-mute", on_unmute, in->b);
    mc_timer_arm(&in->b->mute_timer, in->b->queue, ms);
    return 0;
}

int sim_inject_noise(const struct inject *in)
{
    int left = sim_inject_number(in, 1, -1);
    uint8_t bytes[512];

    if (left < 0)
        return -EINVAL;
    while (left > 0) {
        size_t len = left < (int)sizeof(bytes) ? (size_t)left : sizeof(bytes);

        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)sim_random(in->b);
        sim_out(in->b, bytes, len);
        left -= (int)len;
    }
    return 0;
}

int sim_inject_garbage_answers(const struct inject *in)
{
    return sim_inject_yes(in, &in->b->garbage);
}

int sim_inject_say(const struct inject *in)
{
    if (in->n < 2)
        return -EINVAL;
    sim_urc(in->b, "%s", in->rest);
    return 0;
}

int sim_inject_read_back(const struct inject *in)
{
    struct sim_board *b = in->b;

    if (in->n != 3 || strlen(in->word[1]) >= sizeof(b->read_type) || strlen(in->word[2]) >= sizeof(b->read_apn))
        return -EINVAL;
    snprintf(b->read_type, sizeof(b->read_type), "%s", strcmp(in->word[1], "-") ? in->word[1] : "");
    snprintf(b->read_apn, sizeof(b->read_apn), "%s", strcmp(in->word[2], "-") ? in->word[2] : "");
    return 0;
}

int sim_inject_cpin_ready(const struct inject *in)
{
    if (in->n < 2 || strlen(in->rest) >= sizeof(in->b->cpin_ready))
        return -EINVAL;
    memcpy(in->b->cpin_ready, in->rest, strlen(in->rest) + 1);
    return 0;
}

static int add_rule(const struct inject *in, enum sim_rule_kind kind, int ms, int times)
{
    size_t len = in->n > 1 ? strlen(in->word[1]) : 0;

    if (len == 0 || len >= sizeof(in->b->rules[0].match) || times < -1 || times == 0)
        return -EINVAL;
    for (size_t i = 0; i < SIM_RULES; i++) {
        struct sim_rule *rule = &in->b->rules[i];

        if (rule->left != 0)
            continue;
        *rule = (struct sim_rule){.kind = kind, .left = times, .ms = ms};
        memcpy(rule->match, in->word[1], len + 1);
        return 0;
    }
    return -ENOSPC;
}

int sim_inject_refuse(const struct inject *in)
{
    return add_rule(in, SIM_RULE_REFUSE, 0, sim_inject_number(in, 2, -1));
}

int sim_inject_silence(const struct inject *in)
{
    return add_rule(in, SIM_RULE_SILENCE, 0, sim_inject_number(in, 2, -1));
}

int sim_inject_malform(const struct inject *in)
{
    return add_rule(in, SIM_RULE_MALFORM, 0, sim_inject_number(in, 2, -1));
}

int sim_inject_answer(const struct inject *in)
{
    const char *text = in->rest + strcspn(in->rest, " \t");

    text += strspn(text, " \t");
    if (!*text || strlen(text) >= sizeof(in->b->rules[0].text))
        return -EINVAL;
    int r = add_rule(in, SIM_RULE_ANSWER, 0, -1);
    for (size_t i = 0; r == 0 && i < SIM_RULES; i++) { /* the one that was just added has no text yet */
        struct sim_rule *rule = &in->b->rules[i];

        if (rule->left != 0 && rule->kind == SIM_RULE_ANSWER && !rule->text[0])
            memcpy(rule->text, text, strlen(text) + 1);
    }
    return r;
}

int sim_inject_late(const struct inject *in)
{
    int ms = sim_inject_number(in, 2, -1);

    return ms < 0 ? -EINVAL : add_rule(in, SIM_RULE_LATE, ms, sim_inject_number(in, 3, -1));
}

int sim_inject_forgive(const struct inject *in)
{
    struct sim_board *b = in->b;

    memset(b->rules, 0, sizeof(b->rules));
    b->mute = b->hung = b->garbage = b->stale = b->echo_dead = b->auth_refuse = b->no_address = b->hang_on_hangup =
        false;
    b->dial_reject_left = b->escapes_ignored = b->attach_reject = 0;
    sim_inject_mux_forgive(b);
    mc_timer_disarm(&b->mute_timer);
    sim_call_faults(b);
    return 0;
}
