/* SPDX-License-Identifier: MIT */
/* Data mode: how a call begins, what may leave it (+++, LCP, the network) and how the modem says so. */
#include "internal.h"
#include <string.h>

#define PLUS_GAP_MS 900 /* between the pluses */

static void peer_changed(struct sim_board *b)
{
    enum sim_peer_state state = SIM_PEER_UP;

    if (!b->call_on)
        state = SIM_PEER_NONE;
    else if (b->terminated)
        state = SIM_PEER_TERMINATED;
    else if (b->auth_refuse)
        state = SIM_PEER_AUTH_REFUSED;
    else if (b->no_address)
        state = SIM_PEER_NO_ADDRESS;
    else if (b->echo_dead || b->mute)
        state = SIM_PEER_ECHO_DEAD;
    else if (b->stale || b->context_lost)
        state = SIM_PEER_STALE;
    if (state == b->peer_state)
        return;
    b->peer_state = state;
    if (b->callbacks.peer)
        b->callbacks.peer(b->ctx, state);
}

static bool credentials_fit(const struct sim_board *b)
{
    const struct sim_profile *p = &b->profile;

    if (!p->net_user[0])
        return true;
    return b->attached.auth != 0 && !strcmp(b->attached.user, p->net_user) &&
           !strcmp(b->attached.password, p->net_password);
}

static int refusal(struct sim_board *b)
{
    if (!b->profile.sim_present)
        return 10;
    if (!b->sim_usable || !b->sim_unlocked)
        return b->sim_usable ? 11 : 14;
    if (!sim_radio_registered(b))
        return SIM_NO_CARRIER;
    if (b->profile.net_apn[0] && strcmp(b->attached.apn, b->profile.net_apn) != 0)
        return 127;
    return credentials_fit(b) ? SIM_CONNECT : 149;
}

int sim_latency_dial(struct sim_board *b, struct sim_request *request)
{
    bool good = refusal(b) == SIM_CONNECT && b->dial_reject_left == 0;

    return sim_latency_ms(b, good ? SIM_LATENCY_DIAL : SIM_LATENCY_DIAL_FAIL);
}

static int dialled_cid(const char *text)
{
    if (*text == 'T' || *text == 't')
        text++;
    if (!strcmp(text, "*99#"))
        return 1;
    if (strncmp(text, "*99***", 6) != 0 || text[6] < '1' || text[6] > '0' + SIM_CONTEXTS || strcmp(text + 7, "#") != 0)
        return -1;
    return text[6] - '0';
}

static void enter_data(struct sim_board *b)
{
    const struct sim_profile *p = &b->profile;

    b->call_at = b->at;
    b->call_at->mode = SIM_MODE_DATA;
    b->call_on = true;
    b->terminated = false;
    b->pluses = 0;
    b->probe_len = b->frame_len = 0;
    b->last_data_ms = sim_now(b);
    b->call = (struct sim_call){.cid = 1,
                                .auth = b->attached.auth,
                                .type = b->attached.type,
                                .apn = b->attached.apn,
                                .user = b->attached.user,
                                .password = b->attached.password,
                                .address = p->address,
                                .gateway = p->gateway,
                                .dns1 = p->dns1,
                                .dns2 = p->dns2,
                                .net_user = p->net_user,
                                .net_password = p->net_password,
                                .refuse_auth = b->auth_refuse};
}

int sim_cmd_dial(struct sim_board *b, struct sim_request *request)
{
    int cid = dialled_cid(request->text), answer;

    b->counters.dials++;
    if (!sim_radio_registered(b) || !b->sim_usable || !b->sim_unlocked)
        b->counters.dials_forbidden++;
    if (cid < 0 || !b->contexts[cid].defined)
        return SIM_ERROR;
    if (b->call_on)
        return SIM_ERROR;
    if (b->dial_reject_left != 0) {
        b->dial_reject_left -= b->dial_reject_left > 0;
        return b->dial_reject_kind;
    }
    answer = refusal(b);
    if (answer != SIM_CONNECT)
        return answer;
    b->context_on = true;
    b->context_lost = false;
    sim_final(b, SIM_CONNECT);
    enter_data(b);
    b->call.cid = cid;
    b->forced = false;
    if (b->peer && b->peer->start(b->peer_ctx, &b->call) < 0) {
        sim_call_drop(b, "NO CARRIER");
        return SIM_SAID;
    }
    b->counters.calls++;
    sim_mux_carrier(b->mux, b->call_at->dlci, true);
    sim_log(b, "call begins");
    peer_changed(b);
    return SIM_SAID;
}

/* Data mode with PPP open and nobody of ours behind it: the abstract peer answers for it. */
void sim_call_force(struct sim_board *b)
{
    sim_call_drop(b, NULL);
    sim_muxed_leave(b);
    b->at = &b->channels[0];
    sim_in_reset(b->at);
    enter_data(b);
    b->forced = true;
    peer_changed(b);
}

static void end(struct sim_board *b)
{
    bool had_peer = b->call_on && !b->forced;

    mc_timer_disarm(&b->guard_timer);
    mc_timer_disarm(&b->hangup_timer);
    sim_work(b, SIM_WORK_HANGUP, false);
    b->pluses = 0;
    if (!b->call_on)
        return;
    b->call_at->mode = SIM_MODE_COMMAND;
    b->call_on = false;
    sim_mux_carrier(b->mux, b->call_at->dlci, false);
    if (had_peer && b->peer)
        b->peer->stop(b->peer_ctx);
    sim_log(b, "call over");
    peer_changed(b);
}

void sim_call_drop(struct sim_board *b, const char *line)
{
    bool was = b->call_on;

    end(b);
    if (was && line)
        sim_channel_urc(b->call_at, line);
}

void sim_call_reset(struct sim_board *b)
{
    end(b);
}

static void on_hangup(void *ctx)
{
    struct sim_board *b = ctx;
    enum sim_end_lines lines = b->profile.end_lines;

    end(b);
    if (lines == SIM_END_PPPD || lines == SIM_END_BOTH)
        sim_channel_urc(b->call_at, "+PPPD: DISCONNECTED");
    if (lines == SIM_END_NO_CARRIER || lines == SIM_END_BOTH)
        sim_channel_urc(b->call_at, "NO CARRIER");
}

void sim_board_peer_closed(struct sim_board *b)
{
    if (!b->call_on || mc_timer_armed(&b->hangup_timer))
        return;
    b->terminated = true;
    peer_changed(b);
    if (b->hang_on_hangup)
        return;
    sim_work(b, SIM_WORK_HANGUP, true);
    mc_timer_arm(&b->hangup_timer, b->queue, sim_latency_ms(b, SIM_LATENCY_HANGUP));
}

void sim_board_peer_hangup(struct sim_board *b)
{
    sim_board_peer_closed(b);
}

void sim_call_terminate(struct sim_board *b)
{
    if (!b->call_on)
        return;
    if (b->peer && !b->forced)
        b->peer->terminate(b->peer_ctx);
    else
        sim_board_peer_closed(b);
}

void sim_call_faults(struct sim_board *b)
{
    peer_changed(b);
}

static void on_guard(void *ctx)
{
    struct sim_board *b = ctx;

    b->pluses = 0;
    if (b->escapes_ignored != 0) {
        b->escapes_ignored -= b->escapes_ignored > 0;
        return;
    }
    b->counters.escapes++;
    b->at = b->call_at;
    b->at->mode = SIM_MODE_ESCAPED;
    sim_in_reset(b->at);
    sim_final(b, SIM_OK);
}

/* Only pluses, one second of silence before the first, no long gap between: returns false when @data is not (part of)
 * an escape. */
static bool escape(struct sim_board *b, const uint8_t *data, size_t len)
{
    int64_t silence_ms = sim_now(b) - b->last_data_ms;

    if (mc_timer_armed(&b->guard_timer))
        return false;
    for (size_t i = 0; i < len; i++)
        if (data[i] != '+')
            return false;
    if (b->pluses == 0 ? silence_ms < sim_latency_ms(b, SIM_LATENCY_GUARD) : silence_ms > PLUS_GAP_MS)
        return false;
    if (b->pluses + len > 3)
        return false;
    b->pluses += (int)len;
    if (b->pluses == 3)
        mc_timer_arm(&b->guard_timer, b->queue, sim_latency_ms(b, SIM_LATENCY_GUARD));
    return true;
}

void sim_call_from_host(struct sim_board *b, const uint8_t *data, size_t len_bytes)
{
    bool plus = data[0] == '+' && escape(b, data, len_bytes);

    b->last_data_ms = sim_now(b);
    if (plus)
        return;
    b->pluses = 0;
    mc_timer_disarm(&b->guard_timer);
    if (b->peer && !b->forced)
        b->peer->from_host(b->peer_ctx, data, len_bytes);
    else
        sim_abstract_from_host(b, data, len_bytes);
}

int sim_cmd_hangup(struct sim_board *b, struct sim_request *request)
{
    if (strcmp(request->text, "") != 0 && strcmp(request->text, "0") != 0)
        return SIM_ERROR;
    if (b->call_at == b->at) /* a call belongs to the channel that dialled */
        end(b);
    return SIM_OK;
}

int sim_cmd_online(struct sim_board *b, struct sim_request *request)
{
    if (*request->text && strcmp(request->text, "0") != 0)
        return SIM_ERROR;
    if (!b->call_on || b->terminated || b->call_at != b->at)
        return SIM_NO_CARRIER;
    sim_final(b, SIM_CONNECT);
    b->at->mode = SIM_MODE_DATA;
    b->last_data_ms = sim_now(b);
    return SIM_SAID;
}

int sim_board_peer_data(struct sim_board *b, const void *data, size_t len_bytes)
{
    if (!b->call_on)
        return -ENOTCONN;
    if (b->call_at->mode != SIM_MODE_DATA) { /* escaped: the modem drops what comes meanwhile, PPP sends it again */
        b->counters.dropped_bytes += len_bytes;
        return 0;
    }
    if (len_bytes > sim_board_peer_room(b))
        return -ENOBUFS;
    if (sim_filter_wanted(b))
        sim_filter_to_host(b, data, len_bytes);
    else
        sim_channel_out(b->call_at, data, len_bytes);
    return 0;
}

size_t sim_board_peer_room(const struct sim_board *b)
{
    return sim_channel_room(b->call_on ? b->call_at : &b->channels[0]);
}

enum sim_peer_state sim_board_peer_state(const struct sim_board *b)
{
    return b->peer_state;
}

const struct sim_call *sim_board_call(const struct sim_board *b)
{
    return b->call_on ? &b->call : NULL;
}

void sim_call_init(struct sim_board *b)
{
    mc_timer_init(&b->guard_timer, "sim-guard", on_guard, b);
    mc_timer_init(&b->hangup_timer, "sim-hangup", on_hangup, b);
}
