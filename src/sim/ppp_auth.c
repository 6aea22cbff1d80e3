/* SPDX-License-Identifier: MIT */
/* PAP (RFC 1334) and CHAP with MD5 (RFC 1994), both sides. */
#include "md5.h"
#include "ppp_private.h"
#include <string.h>

enum { PAP_REQUEST = 1, PAP_ACK, PAP_NAK };
enum { CHAP_CHALLENGE = 1, CHAP_RESPONSE, CHAP_SUCCESS, CHAP_FAILURE };
#define WAIT_MS        3000
#define TRIES          10
#define NAME_MAX_BYTES 128

static void send(struct sim_ppp *ppp, int protocol, uint8_t code, uint8_t id, const uint8_t *data, size_t len)
{
    uint8_t packet[512] = {code, id, (uint8_t)((len + 4) >> 8), (uint8_t)(len + 4)};

    memcpy(packet + 4, data, len);
    sim_ppp_send(ppp, protocol, packet, len + 4);
}

static void proceed(struct sim_ppp *ppp)
{
    if (!ppp->auth_theirs_done || !ppp->auth_ours_done || ppp->phase != SIM_PPP_AUTHENTICATE)
        return;
    mc_timer_disarm(&ppp->auth_timer);
    sim_ppp_set_phase(ppp, SIM_PPP_NETWORK);
    /* the network waits for the host, which may not listen yet to a request of ours */
    sim_cp_open(&ppp->ipcp, ppp->config.network);
}

static void send_challenge(struct sim_ppp *ppp)
{
    uint8_t data[17 + 7] = {16};

    for (size_t i = 0; i < sizeof(ppp->challenge); i++)
        ppp->challenge[i] = (uint8_t)(sim_ppp_random(ppp) >> 13);
    memcpy(data + 1, ppp->challenge, 16);
    memcpy(data + 17, "network", 7);
    send(ppp, SIM_PPP_CHAP, CHAP_CHALLENGE, ++ppp->auth_id, data, sizeof(data));
}

static size_t put_string(uint8_t *out, const char *text)
{
    size_t len = strlen(text) < NAME_MAX_BYTES ? strlen(text) : NAME_MAX_BYTES;

    out[0] = (uint8_t)len;
    memcpy(out + 1, text, len);
    return len + 1;
}

static void send_pap(struct sim_ppp *ppp)
{
    uint8_t data[2 * NAME_MAX_BYTES + 2];
    size_t len = put_string(data, ppp->config.user);

    len += put_string(data + len, ppp->config.password);
    send(ppp, SIM_PPP_PAP, PAP_REQUEST, ++ppp->auth_id, data, len);
}

static void speak(struct sim_ppp *ppp)
{
    if (ppp->demands == SIM_PPP_AUTH_CHAP && !ppp->auth_theirs_done)
        send_challenge(ppp);
    if (ppp->demanded == SIM_PPP_AUTH_PAP && !ppp->auth_ours_done)
        send_pap(ppp);
    mc_timer_arm(&ppp->auth_timer, ppp->queue, WAIT_MS);
}

static void on_wait(void *ctx)
{
    struct sim_ppp *ppp = ctx;

    if (++ppp->auth_tries < TRIES)
        speak(ppp);
    else
        sim_ppp_end(ppp, SIM_PPP_END_AUTH);
}

void sim_auth_begin(struct sim_ppp *ppp)
{
    ppp->addresses.auth = ppp->config.network ? ppp->demands : ppp->demanded;
    sim_ppp_set_phase(ppp, SIM_PPP_AUTHENTICATE);
    ppp->auth_tries = 0;
    ppp->auth_theirs_done = ppp->demands == SIM_PPP_AUTH_NONE;
    ppp->auth_ours_done = ppp->demanded == SIM_PPP_AUTH_NONE;
    if (!ppp->auth_theirs_done || !ppp->auth_ours_done)
        speak(ppp);
    proceed(ppp);
}

static bool same(const char *expected, const uint8_t *text, size_t len)
{
    return !expected[0] || (strlen(expected) == len && !memcmp(expected, text, len));
}

static void verdict(struct sim_ppp *ppp, int protocol, uint8_t id, bool good)
{
    static const uint8_t none[1] = {0};
    bool pap = protocol == SIM_PPP_PAP;

    good = good && !ppp->config.refuse;
    send(ppp, protocol, pap ? (good ? PAP_ACK : PAP_NAK) : (good ? CHAP_SUCCESS : CHAP_FAILURE), id, none, pap ? 1 : 0);
    if (good) {
        ppp->auth_theirs_done = true;
        proceed(ppp);
    } else {
        sim_ppp_close(ppp);
        ppp->why = SIM_PPP_END_AUTH;
    }
}

static void check_pap(struct sim_ppp *ppp, const uint8_t *packet, size_t len)
{
    size_t user_len = len > 4 ? packet[4] : 0, password_len;

    if (len < 6 || 5 + user_len + 1 > len)
        return;
    password_len = packet[5 + user_len];
    if (6 + user_len + password_len > len)
        return;
    verdict(ppp, SIM_PPP_PAP, packet[1],
            same(ppp->config.user, packet + 5, user_len) &&
                same(ppp->config.password, packet + 6 + user_len, password_len));
}

static void ours(struct sim_ppp *ppp, bool good)
{
    if (!good) {
        sim_ppp_end(ppp, SIM_PPP_END_AUTH);
        return;
    }
    ppp->auth_ours_done = true;
    proceed(ppp);
}

void sim_auth_pap(struct sim_ppp *ppp, const uint8_t *packet, size_t len_bytes)
{
    if (len_bytes < 4 || ppp->lcp.state != SIM_CP_OPENED)
        return;
    if (packet[0] == PAP_REQUEST && ppp->demands == SIM_PPP_AUTH_PAP)
        check_pap(ppp, packet, len_bytes);
    else if (packet[0] != PAP_REQUEST && ppp->demanded == SIM_PPP_AUTH_PAP)
        ours(ppp, packet[0] == PAP_ACK);
}

/* Response = MD5(identifier, secret, challenge). */
static void digest(uint8_t id, const char *secret, const uint8_t *challenge, size_t len, uint8_t out[16])
{
    uint8_t data[1 + NAME_MAX_BYTES + 255];
    size_t secret_len = strlen(secret) < NAME_MAX_BYTES ? strlen(secret) : NAME_MAX_BYTES;

    data[0] = id;
    memcpy(data + 1, secret, secret_len);
    memcpy(data + 1 + secret_len, challenge, len);
    sim_md5(data, 1 + secret_len + len, out);
}

static void answer_challenge(struct sim_ppp *ppp, const uint8_t *packet, size_t len)
{
    uint8_t data[17 + NAME_MAX_BYTES] = {16};
    size_t value = len > 4 ? packet[4] : 0, name;

    if (value == 0 || 5 + value > len)
        return;
    digest(packet[1], ppp->config.password, packet + 5, value, data + 1);
    name = strlen(ppp->config.user) < NAME_MAX_BYTES ? strlen(ppp->config.user) : NAME_MAX_BYTES;
    memcpy(data + 17, ppp->config.user, name);
    send(ppp, SIM_PPP_CHAP, CHAP_RESPONSE, packet[1], data, 17 + name);
}

static void check_response(struct sim_ppp *ppp, const uint8_t *packet, size_t len)
{
    uint8_t expected[16];
    bool good;

    if (len < 21 || packet[4] != 16 || packet[1] != ppp->auth_id)
        return;
    digest(packet[1], ppp->config.password, ppp->challenge, sizeof(ppp->challenge), expected);
    good = !ppp->config.user[0] || (same(ppp->config.user, packet + 21, len - 21) && !memcmp(expected, packet + 5, 16));
    verdict(ppp, SIM_PPP_CHAP, packet[1], good);
}

void sim_auth_chap(struct sim_ppp *ppp, const uint8_t *packet, size_t len_bytes)
{
    size_t len = len_bytes >= 4 ? (size_t)(packet[2] << 8 | packet[3]) : 0;

    if (len < 4 || len > len_bytes || ppp->lcp.state != SIM_CP_OPENED)
        return;
    if (packet[0] == CHAP_RESPONSE && ppp->demands == SIM_PPP_AUTH_CHAP)
        check_response(ppp, packet, len);
    else if (packet[0] == CHAP_CHALLENGE && ppp->demanded == SIM_PPP_AUTH_CHAP)
        answer_challenge(ppp, packet, len);
    else if ((packet[0] == CHAP_SUCCESS || packet[0] == CHAP_FAILURE) && ppp->demanded == SIM_PPP_AUTH_CHAP)
        ours(ppp, packet[0] == CHAP_SUCCESS);
}

void sim_auth_init(struct sim_ppp *ppp)
{
    mc_timer_init(&ppp->auth_timer, "sim-auth", on_wait, ppp);
}
