/* SPDX-License-Identifier: MIT */
/* Whatever is typed and injected, in whatever order: afterwards, with the faults taken back and after a power cycle,
 * the board works. */
#include "desk.h"
#include "mux_frame.h"
#include "stub_peer.h"
#include <stdio.h>
#include <string.h>

#define ROUNDS 200
#define STEPS  150

static uint32_t dice;
static uint32_t throw(uint32_t sides)
{
    dice = dice * 1664525u + 1013904223u;
    return (dice >> 8) % sides;
}

/* @text on some DLC, or something else that a multiplexer takes. */
static void frame_something(struct desk *desk, const char *text)
{
    static const uint8_t controls[] = {SIM_MUX_SABM, SIM_MUX_DISC, SIM_MUX_UA, SIM_MUX_DM};
    static const char *const messages[] = {"\xe3\x05\x07\x0f",
                                           "\xe3\x05\x07\x0d",
                                           "\xe3\x05\x0b\x0f",
                                           "\x63\x01",
                                           "\xa3\x01",
                                           "\xc3\x01",
                                           "\x83\x11\x01\x01\x07\x0a\x08\x01\x03\x02",
                                           "\x23\x7f"};
    struct sim_mux_frame frame = {(uint8_t)(throw(6) << 2 | 3), SIM_MUX_UIH, (const uint8_t *)text, strlen(text)};
    uint8_t wire[SIM_MUX_FRAME_MAX];

    if (throw(3) == 0) {
        frame.control = controls[throw(sizeof(controls))] | SIM_MUX_PF;
        frame.len = 0;
    } else if (throw(3) == 0) {
        frame.address = 3;
        frame.info = (const uint8_t *)messages[throw(sizeof(messages) / sizeof(messages[0]))];
        frame.len = strlen((const char *)frame.info);
    }
    sim_board_from_host(desk->board, wire, sim_mux_encode(&frame, throw(2) > 0, wire));
}

static void type_something(struct desk *desk)
{
    static const char *const words[] = {"AT\r",
                                        "ATD*99***1#\r",
                                        "+++",
                                        "ATH\r",
                                        "ATO\r",
                                        "AT+CFUN=4\r",
                                        "AT+CFUN=1\r",
                                        "AT+CFUN=7\r",
                                        "AT+CFUN=6\r",
                                        "AT+CRESET\r",
                                        "AT+CPOF\r",
                                        "AT+CGATT=0\r",
                                        "AT+CGATT=1\r",
                                        "AT+IFC=2,2\r",
                                        "AT+IPR=460800\r",
                                        "AT+CPIN=\"1234\"\r",
                                        "AT+CPIN=\"12345678\",\"1234\"\r",
                                        "AT+CMUX=0\r",
                                        "AT+CGDCONT=1,\"IP\",\"a\"\r",
                                        "AT+CGAUTH=1,1,\"p\",\"u\"\r",
                                        "AT+CEREG=2\r",
                                        "ATE0\r",
                                        "AT+CGDCONT=1\r",
                                        "AT+COPS=2\r",
                                        "AT+COPS=0\r",
                                        "AT+CEREG?",
                                        "\r",
                                        "\x7e\xff\x7d\x23\xc0\x21"};
    uint8_t noise[300];

    if (throw(4) > 0) {
        const char *word = words[throw(sizeof(words) / sizeof(words[0]))];

        if (throw(2) > 0)
            desk_type(desk, word);
        else
            frame_something(desk, word);
        return;
    }
    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (uint8_t) throw(256);
    sim_board_from_host(desk->board, noise, 1 + throw(sizeof(noise)));
}

static void inject_something(struct desk *desk)
{
    static const char *const args[] = {
        "",           " on",         " off",        " 3",          " 537 2",      " AT 2",
        " * 1",       " AT+C 300 2", " no-carrier", " silence 1",  " dtr on",     " break on",
        " break off", " 1234 2",     " 2 silent",   " net-stat 2", " net-stat 5", " baud",
        " 1 dm",      " 2 on",       " 2 off"};
    const char *help, *usage = NULL;
    char line[64];
    size_t n = 0;

    while (sim_board_command_usage(n, &help))
        n++;
    usage = sim_board_command_usage(throw((uint32_t)n), &help);
    snprintf(line, sizeof(line), "%.*s%s", (int)strcspn(usage, " "), usage,
             args[throw(sizeof(args) / sizeof(args[0]))]);
    sim_board_command(desk->board, line, NULL, NULL); /* good or bad, it must be survived */
}

static void make_good(struct desk *desk)
{
    desk_inject(desk, "forgive", "ok");
    desk_inject(desk, "set sim yes", "ok");
    desk_inject(desk, "set check-baud no", "ok");
    desk_inject(desk, "sim-insert", "ok");
    desk_inject(desk, "register", "ok");
    desk_inject(desk, "unplug", "ok");
    desk_inject(desk, "set start booting", "ok");
    desk_inject(desk, "set pin-required no", "ok");
    desk_inject(desk, "plug", "ok");
    desk_run(desk, 60000);
    desk_forget(desk);
    desk_expect(desk, "AT", 100, "AT\r\r\nOK\r\n");
    desk_expect(desk, "AT+CGDCONT=1,\"IP\",\"soracom.io\"", 100, "AT+CGDCONT=1,\"IP\",\"soracom.io\"\r\r\nOK\r\n");
    desk_expect(desk, "ATD*99***1#", 1000, "ATD*99***1#\r\r\nCONNECT\r\n");
}

static void survives(struct sim_stub_peer *peer, struct desk *desk, int round)
{
    dice = (uint32_t)round * 7919u + 1;
    for (int i = 0; i < STEPS; i++) {
        if (throw(3) == 0)
            inject_something(desk);
        else
            type_something(desk);
        desk_run(desk, (int64_t) throw(3) * throw(2000));
        desk_forget(desk);
    }
    make_good(desk);
    desk_close(desk);
    sim_stub_peer_free(peer);
}

static void abstract_network(void **state)
{
    static const char *const presets[] = {"warm", "lines", NULL};

    for (int round = 0; round < ROUNDS; round++) {
        struct desk desk;

        desk_open(&desk, presets);
        survives(NULL, &desk, round);
    }
}

static void stub_network(void **state)
{
    static const char *const presets[] = {"warm", "seed", NULL};

    for (int round = 0; round < ROUNDS; round++) {
        struct sim_stub_peer *peer;
        struct desk desk;

        desk_open(&desk, presets);
        peer = sim_stub_peer_new(desk.queue, SIM_PPP_AUTH_CHAP);
        sim_stub_peer_attach(peer, desk.board);
        survives(peer, &desk, round);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(abstract_network), cmocka_unit_test(stub_network)};

    return cmocka_run_group_tests_name("sim chaos", tests, NULL, NULL);
}
