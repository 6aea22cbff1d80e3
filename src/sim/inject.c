/* SPDX-License-Identifier: MIT */
/* The language of the control socket: events and faults, one line each. microcat-sim(8) is its manual. */
#include "inject.h"
#include <microcat/base/parse.h>
#include <stdio.h>
#include <string.h>

int sim_inject_number(const struct inject *in, int index, int fallback)
{
    int64_t value;

    if (index >= in->n)
        return fallback;
    return mc_parse_int(in->word[index], -1, INT32_MAX, &value) < 0 ? -2 : (int)value;
}

int sim_inject_yes(const struct inject *in, bool *ret_on)
{
    return in->n < 2 ? -EINVAL : mc_parse_bool(in->word[1], ret_on);
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
    {"no-carrier", "", sim_inject_no_carrier, "the call ends with NO CARRIER"},
    {"pppd-disconnected", "", sim_inject_pppd_disconnected, "the call ends with +PPPD: DISCONNECTED"},
    {"lcp-terminate", "", sim_inject_lcp_terminate, "the network closes PPP"},
    {"deregister", "[STAT [silent]]", sim_inject_deregister,
     "registration lost until `register`; silent: the call stays, stale"},
    {"deny", "[CAUSE]", sim_inject_deny, "the network denies registration until `register`"},
    {"register", "[STAT]", sim_inject_register_again, "the network takes the modem again (5, or 1), after a search"},
    {"signal", "RSRP [RSRQ [RSSI]]", sim_inject_signal_level, "sets the signal, in dBm and dB"},
    {"sim-remove", "", sim_inject_sim_remove, "the SIM is pulled"},
    {"sim-insert", "[ICCID]", sim_inject_sim_insert, "a SIM is put in"},
    {"read-back", "TYPE|- APN|-", sim_inject_read_back, "AT+CGDCONT? says so, whatever was written; - as it was"},
    {"cpin-ready", "WORDS|CME N", sim_inject_cpin_ready, "AT+CPIN? says so of a SIM that is ready (READY)"},
    {"pin-lock", "[PIN [TRIES]]", sim_inject_pin_lock, "the SIM asks for its PIN"},
    {"puk-lock", "", sim_inject_puk_lock, "the SIM asks for its PUK"},
    {"mute", "on|off|hung", sim_inject_mute, "the modem neither hears nor speaks; hung: until it boots"},
    {"mute-for", "MS", sim_inject_mute_for, "the same for a while"},
    {"reboot", "", sim_inject_reboot, "the modem restarts by itself, in any mode"},
    {"crash-to-boot", "", sim_inject_reboot, "the same"},
    {"power-off", "", sim_inject_power_off, "the modem loses its power"},
    {"power-on", "", sim_inject_power_on, "PWRKEY"},
    {"noise", "N", sim_inject_noise, "N random bytes to the host"},
    {"garbage-answers", "on|off", sim_inject_garbage_answers, "every byte to the host is garbled"},
    {"say", "TEXT", sim_inject_say, "a line to the host, outside data mode"},
    {"refuse", "CMD|* [N]", sim_inject_refuse, "ERROR to commands that begin so, N times or always"},
    {"silence", "CMD|* [N]", sim_inject_silence, "no answer to them"},
    {"malform", "CMD|* [N]", sim_inject_malform, "an answer of the wrong shape to them"},
    {"answer", "CMD TEXT|CME N", sim_inject_answer, "TEXT and OK to them, or +CME ERROR: N, until `forgive`"},
    {"late", "CMD|* MS [N]", sim_inject_late, "their answer comes MS later"},
    {"forgive", "", sim_inject_forgive, "takes back every rule and fault flag"},
    {"context-lost", "", sim_inject_context_lost,
     "the network drops the PDP context behind this call: PPP stays up, AT+CGACT? says so"},
    {"stale", "on|off", sim_inject_stale, "PPP stays up, echo is answered, no traffic comes back"},
    {"echo-dead", "on|off", sim_inject_echo_dead, "LCP echo is not answered"},
    {"auth-refuse", "on|off", sim_inject_auth_refuse, "PAP and CHAP fail, from the next call on"},
    {"no-address", "on|off", sim_inject_no_address, "IPCP gets no answer"},
    {"baud", "N", sim_inject_baud, "the modem changes its speed by itself"},
    {"data-mode", "", sim_inject_data_mode, "data mode with PPP up, as a crashed host leaves it"},
    {"cmux-mode", "", sim_inject_cmux_mode, "CMUX with every DLC open, as a crashed host leaves it"},
    {"mux-silent", "on|off", sim_inject_mux_silent, "the multiplexer neither hears nor speaks, until a reset"},
    {"mux-noisy", "on|off", sim_inject_mux_noisy, "garbage between its frames"},
    {"mux-forget-ua", "[N]", sim_inject_mux_forget_ua, "the next N UAs are not sent, or none ever"},
    {"mux-drop", "DLCI [disc|dm]", sim_inject_mux_drop, "the modem closes a DLC by itself"},
    {"mux-hold", "DLCI on|off", sim_inject_mux_hold, "the modem stops the host on a DLC, by MSC"},
    {"mux-leave", "", sim_inject_mux_leave, "the modem is back in AT mode, without a word"},
    {"mux-reboot-after", "BYTES", sim_inject_mux_reboot_after, "it restarts once its DLCs carried so much; 0 never"},
    {"dial-reject", "CME|no-carrier|error|silence|off [N]", sim_inject_dial_reject, "dials fail so, N times or always"},
    {"attach-reject", "CME|off", sim_inject_attach_reject, "attaches are refused with this cause"},
    {"hang-on-hangup", "on|off", sim_inject_hang_on_hangup, "stays in data mode when PPP is closed"},
    {"ignore-escapes", "[N]", sim_inject_ignore_escapes, "ignores +++, N times or always"},
    {"line", "break|dtr|rts on|off", sim_inject_line, "moves a line of the host"},
    {"plug", "", sim_inject_plug, "USB plugged in"},
    {"unplug", "", sim_inject_unplug, "USB pulled"},
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
    else if (r == -ENOTCONN)
        in->reply(in->reply_ctx, "error no such DLC is open");
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
    while (in.n < SIM_INJECT_WORDS && (word = in.n == SIM_INJECT_WORDS - 1 ? rest : strsep(&rest, " \t")) != NULL)
        if (*word)
            in.word[in.n++] = word;
        else if (in.n == SIM_INJECT_WORDS - 1)
            break;
    in.rest = text + strspn(text, " \t");
    in.rest += strcspn(in.rest, " \t");
    in.rest += strspn(in.rest, " \t");
    for (size_t i = 0; in.n > 0 && i < MC_LENGTH_OF(table); i++) {
        if (!strcmp(table[i].name, in.word[0])) {
            sim_log(b, "inject %s", text);
            return conclude(&in, table[i].run(&in));
        }
    }
    return conclude(&in, -ENOENT);
}
