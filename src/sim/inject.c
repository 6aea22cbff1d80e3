/* SPDX-License-Identifier: MIT */
/* The language of the control socket: events and faults, one line each. microcat-sim(8) is its manual. */
#include "internal.h"
#include <microcat/base/parse.h>
#include <stdio.h>
#include <string.h>

#define WORDS 4

struct inject {
    struct sim_board *b;
    int n;
    char *word[WORDS]; /* [0] is the command */
    sim_reply_fn *reply;
    void *reply_ctx;
};

static int number(const struct inject *in, int index, int fallback)
{
    int64_t value;

    if (index >= in->n)
        return fallback;
    return mc_parse_int(in->word[index], -1, INT32_MAX, &value) < 0 ? -2 : (int)value;
}

static int yes(const struct inject *in, bool *ret_on)
{
    return in->n < 2 ? -EINVAL : mc_parse_bool(in->word[1], ret_on);
}

static int no_carrier(const struct inject *in)
{
    sim_call_drop(in->b, "NO CARRIER");
    return 0;
}

static int pppd_disconnected(const struct inject *in)
{
    sim_call_drop(in->b, "+PPPD: DISCONNECTED");
    return 0;
}

static int lcp_terminate(const struct inject *in)
{
    sim_call_terminate(in->b);
    return 0;
}

/* Registration is lost until `register`; the call goes with it unless "silent". */
static int deregister(const struct inject *in)
{
    int stat = number(in, 1, 2);
    struct sim_board *b = in->b;

    if (stat < 0)
        return -EINVAL;
    b->net_held = true;
    mc_timer_disarm(&b->register_timer);
    sim_work(b, SIM_WORK_RADIO, false);
    if (in->n > 2 && !strcmp(in->word[2], "silent")) {
        b->stale = true;
        sim_call_faults(b);
    } else {
        sim_call_drop(b, "NO CARRIER");
    }
    if (b->power == SIM_POWER_ON && b->stat != 0)
        sim_radio_set_stat(b, stat);
    return 0;
}

static int deny(const struct inject *in)
{
    struct sim_board *b = in->b;
    int cause = number(in, 1, 111);

    if (cause < 0)
        return -EINVAL;
    b->last_cause = cause;
    b->profile.net_stat = 3;
    sim_call_drop(b, "NO CARRIER");
    if (b->power == SIM_POWER_ON && b->stat != 0)
        sim_radio_set_stat(b, 3);
    return 0;
}

static int register_again(const struct inject *in)
{
    struct sim_board *b = in->b;
    int stat = number(in, 1, 5);

    if (stat < 0)
        return -EINVAL;
    b->net_held = false;
    b->stale = false;
    b->profile.net_stat = stat;
    if (stat != 1 && stat != 5)
        mc_timer_disarm(&b->register_timer);
    sim_call_faults(b);
    sim_radio_update(b);
    return 0;
}

static int signal_level(const struct inject *in)
{
    static const char *const keys[] = {"rsrp", "rsrq", "rssi"};
    int r = in->n > 1 ? 0 : -EINVAL;

    for (int i = 1; i < in->n && r == 0; i++)
        r = sim_profile_set(&in->b->profile, keys[i - 1], in->word[i]);
    return r;
}

static int sim_remove(const struct inject *in)
{
    struct sim_board *b = in->b;

    b->profile.sim_present = false;
    b->sim_usable = false;
    mc_timer_disarm(&b->sim_timer);
    if (b->power == SIM_POWER_ON)
        sim_urc(b, "+CPIN: NOT INSERTED");
    sim_radio_update(b);
    return 0;
}

static int sim_insert(const struct inject *in)
{
    struct sim_board *b = in->b;
    int r = in->n > 1 ? sim_profile_set(&b->profile, "iccid", in->word[1]) : 0;

    if (r < 0)
        return r;
    b->profile.sim_present = true;
    b->sim_unlocked = !b->profile.pin_required;
    b->pin_tries = 3;
    b->puk_tries = 10;
    if (b->power == SIM_POWER_ON && b->cfun != 0)
        sim_power_card(b, sim_latency_ms(b, SIM_LATENCY_SIM));
    return 0;
}

static int lock(struct sim_board *b, const char *word)
{
    b->profile.pin_required = true;
    b->sim_unlocked = false;
    if (b->power == SIM_POWER_ON && b->sim_usable)
        sim_urc(b, "+CPIN: %s", word);
    sim_radio_update(b);
    return 0;
}

static int pin_lock(const struct inject *in)
{
    int tries = number(in, 2, in->b->pin_tries > 0 ? in->b->pin_tries : 3);

    if (tries < 1 || tries > 3)
        return -EINVAL;
    if (in->n > 1 && sim_profile_set(&in->b->profile, "pin", in->word[1]) < 0)
        return -EINVAL;
    in->b->pin_tries = tries;
    return lock(in->b, "SIM PIN");
}

static int puk_lock(const struct inject *in)
{
    in->b->pin_tries = 0;
    return lock(in->b, "SIM PUK");
}

static int mute(const struct inject *in)
{
    int r = yes(in, &in->b->mute);

    if (r == 0) {
        mc_timer_disarm(&in->b->mute_timer);
        sim_call_faults(in->b);
    }
    return r;
}

static void on_unmute(void *ctx)
{
    struct sim_board *b = ctx;

    b->mute = false;
    sim_call_faults(b);
}

static int mute_for(const struct inject *in)
{
    int ms = number(in, 1, -1);

    if (ms < 0)
        return -EINVAL;
    in->b->mute = true;
    sim_call_faults(in->b);
    mc_timer_init(&in->b->mute_timer, "sim-mute", on_unmute, in->b);
    mc_timer_arm(&in->b->mute_timer, in->b->queue, ms);
    return 0;
}

static int reboot(const struct inject *in)
{
    sim_power_reboot(in->b);
    return 0;
}

static int power_off(const struct inject *in)
{
    sim_power_off(in->b);
    return 0;
}

static int power_on(const struct inject *in)
{
    sim_power_on(in->b);
    return 0;
}

static int noise(const struct inject *in)
{
    int left = number(in, 1, -1);
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

static int garbage_answers(const struct inject *in)
{
    return yes(in, &in->b->garbage);
}

static int say(const struct inject *in)
{
    if (in->n < 2)
        return -EINVAL;
    sim_urc(in->b, "%s%s%s", in->word[1], in->n > 2 ? " " : "", in->n > 2 ? in->word[2] : "");
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

static int refuse(const struct inject *in)
{
    return add_rule(in, SIM_RULE_REFUSE, 0, number(in, 2, -1));
}

static int silence(const struct inject *in)
{
    return add_rule(in, SIM_RULE_SILENCE, 0, number(in, 2, -1));
}

static int malform(const struct inject *in)
{
    return add_rule(in, SIM_RULE_MALFORM, 0, number(in, 2, -1));
}

static int late(const struct inject *in)
{
    int ms = number(in, 2, -1);

    return ms < 0 ? -EINVAL : add_rule(in, SIM_RULE_LATE, ms, number(in, 3, -1));
}

static int forgive(const struct inject *in)
{
    struct sim_board *b = in->b;

    memset(b->rules, 0, sizeof(b->rules));
    b->mute = b->garbage = b->stale = b->echo_dead = b->auth_refuse = b->no_address = b->hang_on_hangup = false;
    b->dial_reject_left = b->escapes_ignored = b->attach_reject = 0;
    mc_timer_disarm(&b->mute_timer);
    sim_call_faults(b);
    return 0;
}

static int flag(const struct inject *in, bool *which)
{
    int r = yes(in, which);

    if (r == 0)
        sim_call_faults(in->b);
    return r;
}

static int stale(const struct inject *in)
{
    return flag(in, &in->b->stale);
}

static int echo_dead(const struct inject *in)
{
    return flag(in, &in->b->echo_dead);
}

static int auth_refuse(const struct inject *in)
{
    return flag(in, &in->b->auth_refuse);
}

static int no_address(const struct inject *in)
{
    return flag(in, &in->b->no_address);
}

static int baud(const struct inject *in)
{
    int speed = number(in, 1, -1);

    if (speed < 300 || speed > 4000000)
        return -EINVAL;
    in->b->baud = (uint32_t)speed;
    return 0;
}

static int data_mode(const struct inject *in)
{
    if (in->b->power != SIM_POWER_ON)
        return -EBUSY;
    sim_call_force(in->b);
    return 0;
}

static int cmux_mode(const struct inject *in)
{
    if (in->b->power != SIM_POWER_ON)
        return -EBUSY;
    sim_call_drop(in->b, NULL);
    sim_in_reset(in->b);
    in->b->mode = SIM_MODE_CMUX;
    in->b->probe_len = 0;
    return 0;
}

static int dial_reject(const struct inject *in)
{
    struct sim_board *b = in->b;
    int times = number(in, 2, -1), code = number(in, 1, 0);

    if (in->n < 2 || times < -1)
        return -EINVAL;
    if (!strcmp(in->word[1], "off"))
        times = 0;
    else if (!strcmp(in->word[1], "no-carrier"))
        b->dial_reject_kind = SIM_NO_CARRIER;
    else if (!strcmp(in->word[1], "error"))
        b->dial_reject_kind = SIM_ERROR;
    else if (!strcmp(in->word[1], "silence"))
        b->dial_reject_kind = SIM_SAID;
    else if (code > 0)
        b->dial_reject_kind = code;
    else
        return -EINVAL;
    b->dial_reject_left = times;
    return 0;
}

static int attach_reject(const struct inject *in)
{
    int code = in->n > 1 && !strcmp(in->word[1], "off") ? 0 : number(in, 1, -1);

    if (code < 0)
        return -EINVAL;
    in->b->attach_reject = code;
    return 0;
}

static int hang_on_hangup(const struct inject *in)
{
    return yes(in, &in->b->hang_on_hangup);
}

static int ignore_escapes(const struct inject *in)
{
    int times = number(in, 1, -1);

    if (times < -1)
        return -EINVAL;
    in->b->escapes_ignored = times;
    return 0;
}

static int line(const struct inject *in)
{
    static const char *const names[] = {"", "break", "dtr", "rts"};
    bool on;

    if (in->n < 3 || mc_parse_bool(in->word[2], &on) < 0)
        return -EINVAL;
    for (int i = 1; i < 4; i++) {
        if (!strcmp(names[i], in->word[1])) {
            sim_board_line(in->b, (enum sim_line)i, on);
            return 0;
        }
    }
    return -EINVAL;
}

static int plug(const struct inject *in)
{
    sim_board_plug(in->b);
    return 0;
}

static int unplug(const struct inject *in)
{
    sim_board_unplug(in->b);
    return 0;
}

static int set(const struct inject *in)
{
    return in->n < 2 ? -EINVAL : sim_profile_set(&in->b->profile, in->word[1], in->n > 2 ? in->word[2] : "");
}

static int get(const struct inject *in)
{
    char text[128];
    int r = in->n < 2 ? -EINVAL : sim_board_get(in->b, in->word[1], text, sizeof(text));

    if (r == 0)
        in->reply(in->reply_ctx, text);
    return r;
}

static int state(const struct inject *in)
{
    sim_board_state(in->b, in->reply, in->reply_ctx);
    return 0;
}

static int path_reset(const struct inject *in)
{
    sim_board_path_reset(in->b);
    return 0;
}

static int help(const struct inject *in);

static const struct {
    const char *name, *usage;
    int (*run)(const struct inject *in);
    const char *help;
} table[] = {
    {"no-carrier", "", no_carrier, "the call ends with NO CARRIER"},
    {"pppd-disconnected", "", pppd_disconnected, "the call ends with +PPPD: DISCONNECTED"},
    {"lcp-terminate", "", lcp_terminate, "the network closes PPP"},
    {"deregister", "[STAT [silent]]", deregister, "registration lost until `register`; silent: the call stays, stale"},
    {"deny", "[CAUSE]", deny, "the network denies registration until `register`"},
    {"register", "[STAT]", register_again, "the network takes the modem again (5, or 1), after a search"},
    {"signal", "RSRP [RSRQ [RSSI]]", signal_level, "sets the signal, in dBm and dB"},
    {"sim-remove", "", sim_remove, "the SIM is pulled"},
    {"sim-insert", "[ICCID]", sim_insert, "a SIM is put in"},
    {"pin-lock", "[PIN [TRIES]]", pin_lock, "the SIM asks for its PIN"},
    {"puk-lock", "", puk_lock, "the SIM asks for its PUK"},
    {"mute", "on|off", mute, "the modem neither hears nor speaks"},
    {"mute-for", "MS", mute_for, "the same for a while"},
    {"reboot", "", reboot, "the modem restarts by itself, in any mode"},
    {"crash-to-boot", "", reboot, "the same"},
    {"power-off", "", power_off, "the modem loses its power"},
    {"power-on", "", power_on, "PWRKEY"},
    {"noise", "N", noise, "N random bytes to the host"},
    {"garbage-answers", "on|off", garbage_answers, "every byte to the host is garbled"},
    {"say", "TEXT", say, "a line to the host, outside data mode"},
    {"refuse", "CMD|* [N]", refuse, "ERROR to commands that begin so, N times or always"},
    {"silence", "CMD|* [N]", silence, "no answer to them"},
    {"malform", "CMD|* [N]", malform, "an answer of the wrong shape to them"},
    {"late", "CMD|* MS [N]", late, "their answer comes MS later"},
    {"forgive", "", forgive, "takes back every rule and fault flag"},
    {"stale", "on|off", stale, "PPP stays up, echo is answered, no traffic comes back"},
    {"echo-dead", "on|off", echo_dead, "LCP echo is not answered"},
    {"auth-refuse", "on|off", auth_refuse, "PAP and CHAP fail, from the next call on"},
    {"no-address", "on|off", no_address, "IPCP gets no answer"},
    {"baud", "N", baud, "the modem changes its speed by itself"},
    {"data-mode", "", data_mode, "data mode with PPP up, as a crashed host leaves it"},
    {"cmux-mode", "", cmux_mode, "CMUX, as a crashed host leaves it"},
    {"dial-reject", "CME|no-carrier|error|silence|off [N]", dial_reject, "dials fail so, N times or always"},
    {"attach-reject", "CME|off", attach_reject, "attaches are refused with this cause"},
    {"hang-on-hangup", "on|off", hang_on_hangup, "stays in data mode when PPP is closed"},
    {"ignore-escapes", "[N]", ignore_escapes, "ignores +++, N times or always"},
    {"line", "break|dtr|rts on|off", line, "moves a line of the host"},
    {"plug", "", plug, "USB plugged in"},
    {"unplug", "", unplug, "USB pulled"},
    {"set", "KEY [VALUE]", set, "sets a knob of the profile"},
    {"get", "KEY", get, "prints a value of the state or a knob"},
    {"state", "", state, "prints the state and the counters"},
    {"path-reset", "", path_reset, "path_ms starts over"},
    {"help", "", help, "lists these"},
};

static int help(const struct inject *in)
{
    char text[200];

    for (size_t i = 0; i < MC_LENGTH_OF(table); i++) {
        snprintf(text, sizeof(text), "%s %s: %s", table[i].name, table[i].usage, table[i].help);
        in->reply(in->reply_ctx, text);
    }
    return 0;
}

const char *sim_board_command_usage(size_t index, const char **ret_help)
{
    static char text[96];

    if (index >= MC_LENGTH_OF(table))
        return NULL;
    *ret_help = table[index].help;
    snprintf(text, sizeof(text), "%s %s", table[index].name, table[index].usage);
    return text;
}

static void no_reply(void *ctx, const char *text)
{
}

static int conclude(struct inject *in, int r)
{
    if (r == -ENOENT)
        in->reply(in->reply_ctx, "error not known");
    else if (r == -ENOSPC)
        in->reply(in->reply_ctx, "error too many rules");
    else if (r == -EBUSY)
        in->reply(in->reply_ctx, "error the modem is not on");
    else
        in->reply(in->reply_ctx, r < 0 ? "error bad arguments" : "ok");
    return r;
}

int sim_board_command(struct sim_board *b, const char *text, sim_reply_fn *reply, void *ctx)
{
    struct inject in = {.b = b, .reply = reply ? reply : no_reply, .reply_ctx = ctx};
    char copy[256], *rest = copy, *word;

    if (strlen(text) >= sizeof(copy))
        return conclude(&in, -EINVAL);
    memcpy(copy, text, strlen(text) + 1);
    /* the last word takes the rest, blanks included */
    while (in.n < WORDS && (word = in.n == WORDS - 1 ? rest : strsep(&rest, " \t")) != NULL)
        if (*word)
            in.word[in.n++] = word;
        else if (in.n == WORDS - 1)
            break;
    for (size_t i = 0; in.n > 0 && i < MC_LENGTH_OF(table); i++) {
        if (!strcmp(table[i].name, in.word[0])) {
            sim_log(b, "inject %s", text);
            return conclude(&in, table[i].run(&in));
        }
    }
    return conclude(&in, -ENOENT);
}
