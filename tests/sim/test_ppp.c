/* SPDX-License-Identifier: MIT */
/* The small PPP: framing, MD5, and one end against the other. */
#include "hdlc.h"
#include "internet.h"
#include "md5.h"
#include "ppp_stub.h"
#include <microcat/base/buf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct end {
    struct sim_ppp *ppp;
    struct mc_buf wire; /* towards the other end */
    enum sim_ppp_end ended;
    enum sim_ppp_phase phases[32];
    size_t n_phases;
    uint8_t packet[2048];
    size_t packet_len;
};

struct pair {
    struct mc_timerq *queue;
    struct end host, network;
    bool cut; /* nothing passes */
};

static void on_write(void *ctx, const uint8_t *data, size_t len)
{
    struct end *end = ctx;

    assert_int_equal(mc_buf_append(&end->wire, data, len), 0);
}

static void on_phase(void *ctx, enum sim_ppp_phase phase)
{
    struct end *end = ctx;

    assert_true(end->n_phases < 32);
    end->phases[end->n_phases++] = phase;
}

static void on_packet(void *ctx, const uint8_t *data, size_t len)
{
    struct end *end = ctx;

    memcpy(end->packet, data, len);
    end->packet_len = len;
}

static void on_ended(void *ctx, enum sim_ppp_end why)
{
    struct end *end = ctx;

    assert_int_equal(end->ended, SIM_PPP_END_NONE);
    end->ended = why;
}

static bool carry(struct pair *pair, struct end *from, struct end *to)
{
    uint8_t data[7]; /* frames come in pieces */
    size_t len = mc_buf_len(&from->wire) < sizeof(data) ? mc_buf_len(&from->wire) : sizeof(data);

    if (len == 0)
        return false;
    memcpy(data, mc_buf_head(&from->wire), len);
    mc_buf_consume(&from->wire, len);
    if (!pair->cut)
        sim_ppp_input(to->ppp, data, len);
    return true;
}

static void run(struct pair *pair, int64_t ms)
{
    int64_t end = mc_timerq_now_ms(pair->queue) + ms, next;

    for (;;) {
        while (carry(pair, &pair->host, &pair->network) || carry(pair, &pair->network, &pair->host))
            ;
        next = mc_timerq_next_ms(pair->queue);
        if (next < 0 || next > end)
            break;
        mc_timerq_advance(pair->queue, next);
        mc_timerq_run(pair->queue);
    }
    mc_timerq_advance(pair->queue, end);
}

static void open_pair(struct pair *pair, enum sim_ppp_auth auth, const char *user, const char *password, bool refuse)
{
    static const struct sim_ppp_callbacks callbacks = {on_write, on_phase, on_packet, on_ended};
    struct sim_ppp_config network = {.network = true,
                                     .demands = auth,
                                     .user = "sora",
                                     .password = "sora",
                                     .refuse = refuse,
                                     .local = {10, 64, 64, 1},
                                     .remote = {10, 164, 98, 251},
                                     .dns = {{100, 127, 0, 53}, {100, 127, 1, 53}},
                                     .seed = 7};
    struct sim_ppp_config host = {
        .user = user, .password = password, .seed = 7, .echo_interval_ms = 20000, .echo_failure = 3};

    memset(pair, 0, sizeof(*pair));
    pair->queue = mc_timerq_new(0);
    mc_buf_init(&pair->host.wire, 65536);
    mc_buf_init(&pair->network.wire, 65536);
    pair->network.ppp = sim_ppp_new(pair->queue, &network, &callbacks, &pair->network);
    pair->host.ppp = sim_ppp_new(pair->queue, &host, &callbacks, &pair->host);
    sim_ppp_open(pair->network.ppp);
    sim_ppp_open(pair->host.ppp);
    run(pair, 100);
}

/* A host without a network. */
static void open_alone(struct pair *pair)
{
    static const struct sim_ppp_callbacks callbacks = {on_write, on_phase, on_packet, on_ended};
    struct sim_ppp_config host = {.user = "", .password = "", .seed = 1};

    memset(pair, 0, sizeof(*pair));
    pair->queue = mc_timerq_new(0);
    mc_buf_init(&pair->host.wire, 65536);
    pair->host.ppp = sim_ppp_new(pair->queue, &host, &callbacks, &pair->host);
    sim_ppp_open(pair->host.ppp);
}

static void close_pair(struct pair *pair)
{
    sim_ppp_free(pair->host.ppp);
    sim_ppp_free(pair->network.ppp);
    mc_buf_free(&pair->host.wire);
    mc_buf_free(&pair->network.wire);
    assert_int_equal(mc_timerq_next_ms(pair->queue), -1);
    mc_timerq_free(pair->queue);
}

static void negotiates(void **state)
{
    for (int auth = SIM_PPP_AUTH_NONE; auth <= SIM_PPP_AUTH_CHAP; auth++) {
        const struct sim_ppp_addresses *got;
        struct pair pair;

        open_pair(&pair, (enum sim_ppp_auth)auth, "sora", "sora", false);
        assert_int_equal(sim_ppp_phase(pair.host.ppp), SIM_PPP_RUNNING);
        assert_int_equal(sim_ppp_phase(pair.network.ppp), SIM_PPP_RUNNING);
        got = sim_ppp_addresses(pair.host.ppp);
        assert_memory_equal(got->local, ((const uint8_t[]){10, 164, 98, 251}), 4);
        assert_memory_equal(got->remote, ((const uint8_t[]){10, 64, 64, 1}), 4);
        assert_memory_equal(got->dns[0], ((const uint8_t[]){100, 127, 0, 53}), 4);
        assert_memory_equal(got->dns[1], ((const uint8_t[]){100, 127, 1, 53}), 4);
        assert_int_equal(got->auth, auth);
        assert_int_equal(pair.host.phases[0], SIM_PPP_ESTABLISH);
        assert_int_equal(pair.host.phases[1], SIM_PPP_AUTHENTICATE);
        assert_int_equal(pair.host.phases[2], SIM_PPP_NETWORK);
        assert_int_equal(pair.host.phases[3], SIM_PPP_RUNNING);
        close_pair(&pair);
    }
}

static void refuses(void **state)
{
    static const struct {
        enum sim_ppp_auth auth;
        const char *user, *password;
        bool refuse;
    } rows[] = {{SIM_PPP_AUTH_PAP, "sora", "wrong", false},
                {SIM_PPP_AUTH_CHAP, "sora", "wrong", false},
                {SIM_PPP_AUTH_CHAP, "other", "sora", false},
                {SIM_PPP_AUTH_PAP, "", "", false},
                {SIM_PPP_AUTH_CHAP, "sora", "sora", true}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pair pair;

        open_pair(&pair, rows[i].auth, rows[i].user, rows[i].password, rows[i].refuse);
        assert_int_equal(pair.host.ended, SIM_PPP_END_AUTH);
        run(&pair, 5000);
        assert_int_equal(pair.network.ended, SIM_PPP_END_AUTH);
        close_pair(&pair);
    }
}

static void closes(void **state)
{
    struct pair pair;

    open_pair(&pair, SIM_PPP_AUTH_CHAP, "sora", "sora", false);
    sim_ppp_close(pair.host.ppp);
    run(&pair, 10);
    assert_int_equal(pair.host.ended, SIM_PPP_END_SELF);
    assert_int_equal(pair.network.ended, SIM_PPP_END_PEER);
    close_pair(&pair);
    open_pair(&pair, SIM_PPP_AUTH_NONE, "", "", false);
    sim_ppp_close(pair.network.ppp);
    run(&pair, 10);
    assert_int_equal(pair.network.ended, SIM_PPP_END_SELF);
    assert_int_equal(pair.host.ended, SIM_PPP_END_PEER);
    close_pair(&pair);
}

static void notices_silence(void **state)
{
    struct pair pair;

    open_pair(&pair, SIM_PPP_AUTH_NONE, "", "", false);
    run(&pair, 200000); /* echoes are answered: it stays */
    assert_int_equal(sim_ppp_phase(pair.host.ppp), SIM_PPP_RUNNING);
    pair.cut = true;
    run(&pair, 59000);
    assert_int_equal(pair.host.ended, SIM_PPP_END_NONE);
    run(&pair, 22000);
    assert_int_equal(pair.host.ended, SIM_PPP_END_ECHO);
    close_pair(&pair);
}

static void gives_up(void **state)
{
    struct pair pair;

    open_alone(&pair);
    pair.cut = true;
    run(&pair, 29000);
    assert_int_equal(pair.host.ended, SIM_PPP_END_NONE);
    run(&pair, 2000);
    assert_int_equal(pair.host.ended, SIM_PPP_END_NO_ANSWER);
    close_pair(&pair);
}

/* A modem in command mode echoes everything: PPP must see that it talks to itself. */
static void sees_a_loop(void **state)
{
    struct pair pair;

    open_alone(&pair);
    for (int i = 0; i < 1000 && carry(&pair, &pair.host, &pair.host); i++)
        ;
    assert_int_equal(pair.host.ended, SIM_PPP_END_LOOP);
    close_pair(&pair);
}

static void carries_packets(void **state)
{
    static const uint8_t ping[28] = {0x45, 0,   0, 28, 0, 1, 0, 0, 64,   1,    0, 0, 10, 164,
                                     98,   251, 8, 8,  8, 8, 8, 0, 0xf7, 0xfd, 0, 1, 0,  1};
    uint8_t answer[2048];
    struct pair pair;

    open_pair(&pair, SIM_PPP_AUTH_NONE, "", "", false);
    assert_int_equal(sim_ppp_packet(pair.host.ppp, ping, sizeof(ping)), 0);
    assert_true(mc_buf_len(&pair.host.wire) <= sizeof(ping) + 12); /* zeros go as they are */
    run(&pair, 1);
    assert_int_equal(pair.network.packet_len, sizeof(ping));
    assert_memory_equal(pair.network.packet, ping, sizeof(ping));
    assert_int_equal(sim_internet_answer(ping, sizeof(ping), answer), 28);
    assert_memory_equal(answer + 12, ping + 16, 4);
    assert_memory_equal(answer + 16, ping + 12, 4);
    assert_int_equal(answer[20], 0);
    assert_int_equal(answer[22] << 8 | answer[23], 0xfffd);
    close_pair(&pair);
}

/* Of whatever is not a whole packet that wants an answer, the internet says nothing. */
static void internet_is_strict(void **state)
{
    uint8_t packet[64] = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1}, answer[2048];

    assert_int_equal(sim_internet_answer(packet, 10, answer), 0);
    assert_int_equal(sim_internet_answer(packet, 20, answer), 0); /* cut short */
    packet[0] = 0x65;
    assert_int_equal(sim_internet_answer(packet, 28, answer), 0);
    packet[0] = 0x4f;
    assert_int_equal(sim_internet_answer(packet, 28, answer), 0);
}

static void md5_vectors(void **state)
{
    static const struct {
        const char *text, *digest;
    } rows[] = {{"", "d41d8cd98f00b204e9800998ecf8427e"},
                {"abc", "900150983cd24fb0d6963f7d28e17f72"},
                {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                 "57edf4a22be3c955ac49da2e2107b67a"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t digest[16];
        char hex[33];

        sim_md5((const uint8_t *)rows[i].text, strlen(rows[i].text), digest);
        for (int k = 0; k < 16; k++)
            snprintf(hex + 2 * k, 3, "%02x", digest[k]);
        assert_string_equal(hex, rows[i].digest);
    }
}

static void count_frame(void *ctx, const uint8_t *frame, size_t len)
{
    *(size_t *)ctx += len;
}

static void framing(void **state)
{
    uint8_t frame[300], wire[SIM_HDLC_WIRE_MAX];
    struct sim_hdlc in = {0};
    size_t len, got = 0;

    for (size_t i = 0; i < sizeof(frame); i++)
        frame[i] = (uint8_t)i;
    len = sim_hdlc_encode(wire, frame, sizeof(frame), SIM_HDLC_ESCAPE_ALL);
    for (size_t i = 0; i < len; i++)
        sim_hdlc_feed(&in, wire + i, 1, count_frame, &got);
    assert_int_equal(got, sizeof(frame));
    assert_int_equal(in.bad, 0);
    wire[20] ^= 1;
    sim_hdlc_feed(&in, wire, len, count_frame, &got);
    assert_int_equal(got, sizeof(frame));
    assert_int_equal(in.bad, 1);
    assert_int_equal(sim_hdlc_encode(wire, frame, SIM_HDLC_FRAME_MAX, SIM_HDLC_ESCAPE_ALL), 0);
    assert_int_equal(sim_fcs16((const uint8_t *)"123456789", 9) ^ 0xffff, 0x906e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(negotiates),      cmocka_unit_test(refuses),
        cmocka_unit_test(closes),          cmocka_unit_test(notices_silence),
        cmocka_unit_test(gives_up),        cmocka_unit_test(sees_a_loop),
        cmocka_unit_test(carries_packets), cmocka_unit_test(internet_is_strict),
        cmocka_unit_test(md5_vectors),     cmocka_unit_test(framing),
    };

    return cmocka_run_group_tests_name("sim ppp", tests, NULL, NULL);
}
