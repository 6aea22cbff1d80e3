/* SPDX-License-Identifier: MIT */
#include "stub_peer.h"
#include "internet.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

struct sim_stub_peer {
    struct mc_timerq *queue;
    struct sim_board *board;
    struct sim_ppp *ppp;
    enum sim_ppp_auth demands;
    uint32_t calls;
};

static void on_write(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct sim_stub_peer *peer = ctx;

    sim_board_peer_data(peer->board, data, len_bytes);
}

static void on_packet(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct sim_stub_peer *peer = ctx;
    uint8_t answer[2048];
    size_t len = sim_internet_answer(data, len_bytes, answer);

    if (len > 0)
        sim_ppp_packet(peer->ppp, answer, len);
}

static void on_ended(void *ctx, enum sim_ppp_end end)
{
    struct sim_stub_peer *peer = ctx;

    sim_board_peer_closed(peer->board);
}

static int start(void *ctx, const struct sim_call *call)
{
    static const struct sim_ppp_callbacks callbacks = {.write = on_write, .packet = on_packet, .ended = on_ended};
    struct sim_stub_peer *peer = ctx;
    struct sim_ppp_config config = {.network = true,
                                    .demands = peer->demands,
                                    .user = call->net_user,
                                    .password = call->net_password,
                                    .refuse = call->refuse_auth,
                                    .seed = ++peer->calls};

    if (call->refuse_auth && config.demands == SIM_PPP_AUTH_NONE)
        config.demands = SIM_PPP_AUTH_CHAP;
    if (inet_pton(AF_INET, call->gateway, config.local) != 1 || inet_pton(AF_INET, call->address, config.remote) != 1)
        return -EINVAL;
    inet_pton(AF_INET, call->dns1, config.dns[0]);
    inet_pton(AF_INET, call->dns2, config.dns[1]);
    peer->ppp = sim_ppp_new(peer->queue, &config, &callbacks, peer);
    if (!peer->ppp)
        return -ENOMEM;
    sim_ppp_open(peer->ppp);
    return 0;
}

static void from_host(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct sim_stub_peer *peer = ctx;

    if (peer->ppp)
        sim_ppp_input(peer->ppp, data, len_bytes);
}

static void stop(void *ctx)
{
    struct sim_stub_peer *peer = ctx;

    sim_ppp_free(peer->ppp);
    peer->ppp = NULL;
}

static void terminate(void *ctx)
{
    struct sim_stub_peer *peer = ctx;

    if (peer->ppp)
        sim_ppp_close(peer->ppp);
}

struct sim_stub_peer *sim_stub_peer_new(struct mc_timerq *queue, enum sim_ppp_auth demands)
{
    struct sim_stub_peer *peer = calloc(1, sizeof(*peer));

    if (!peer)
        return NULL;
    peer->queue = queue;
    peer->demands = demands;
    return peer;
}

void sim_stub_peer_free(struct sim_stub_peer *peer)
{
    if (!peer)
        return;
    sim_ppp_free(peer->ppp);
    free(peer);
}

void sim_stub_peer_attach(struct sim_stub_peer *peer, struct sim_board *board)
{
    static const struct sim_peer_ops ops = {start, from_host, stop, terminate};

    peer->board = board;
    sim_board_set_peer(board, &ops, peer);
}
