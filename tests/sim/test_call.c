/* SPDX-License-Identifier: MIT */
/* Data mode: dialling, leaving, what a crashed host leaves behind, and the faults of a call. */
#include "desk.h"
#include "hdlc.h"
#include <string.h>

#define OK(command)     command "\r\r\nOK\r\n"
#define CONNECT         "ATD*99***1#\r\r\nCONNECT\r\n"
#define NOCARRIER(with) with "\r\r\nNO CARRIER\r\n"

static const char *const warm[] = {"warm", NULL};

static void dial(struct desk *desk)
{
    desk_expect(desk, "ATD*99***1#", 400, CONNECT);
    desk_get(desk, "mode", "data");
}

static void open_call(struct desk *desk, const char *const *presets)
{
    desk_open(desk, presets);
    dial(desk);
}

static void dials(void **state)
{
    struct desk desk;

    desk_open(&desk, warm);
    desk_expect(&desk, "ATD*99***1#", 399, "ATD*99***1#\r");
    desk_run(&desk, 1);
    desk_said(&desk, "\r\nCONNECT\r\n");
    assert_int_equal(desk.peer, SIM_PEER_UP);
    assert_string_equal(sim_board_call(desk.board)->apn, "soracom.io");
    assert_string_equal(sim_board_call(desk.board)->user, "sora");
    assert_string_equal(sim_board_call(desk.board)->address, "10.164.98.251");
    desk_close(&desk);
}

static void dials_in_vain(void **state)
{
    static const struct {
        const char *inject, *command, *answer;
    } rows[] = {
        {"get stat", "ATD*99***9#", "\r\nERROR\r\n"},
        {"get stat", "ATD123", "\r\nERROR\r\n"},
        {"get stat", "ATD*99***2#", "\r\nERROR\r\n"}, /* not defined */
        {"dial-reject 537 1", "ATD*99#", "\r\n+CME ERROR: 537\r\n"},
        {"dial-reject no-carrier 1", "ATDT*99#", "\r\nNO CARRIER\r\n"},
        {"dial-reject error 1", "ATD*99#", "\r\nERROR\r\n"},
        {"dial-reject silence 1", "ATD*99#", ""},
        {"set net-apn other.example", "ATD*99#", "\r\n+CME ERROR: 127\r\n"},
        {"set net-apn soracom.io", "ATD*99***3#", "\r\nERROR\r\n"},
        {"set net-user nobody", "ATD*99#", "\r\n+CME ERROR: 149\r\n"},
        {"deregister 2", "ATD*99#", "\r\nNO CARRIER\r\n"},
        {"sim-remove", "ATD*99#", "\r\n+CME ERROR: 10\r\n"},
    };
    struct desk desk;

    desk_open(&desk, warm);
    desk_type(&desk, "ATE0\rAT+CMEE=1\r");
    desk_run(&desk, 100);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        desk_inject(&desk, rows[i].inject, "ok");
        desk_run(&desk, 10);
        desk_forget(&desk);
        desk_expect(&desk, rows[i].command, 2000, rows[i].answer);
        desk_get(&desk, "mode", "command");
    }
    desk_get(&desk, "dials_forbidden", "2");
    desk_close(&desk);
}

static void escapes(void **state)
{
    static const struct {
        int before_ms, gap_ms, after_ms;
        const char *then; /* typed after the pluses, NULL nothing */
        bool good;
    } rows[] = {
        {1000, 0, 1000, NULL, true},    {1000, 900, 1000, NULL, true}, {999, 0, 1000, NULL, false},
        {1000, 901, 1000, NULL, false}, {1000, 0, 999, NULL, false},   {1000, 0, 500, "x", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct desk desk;

        open_call(&desk, warm);
        desk_type(&desk, "~data~");
        desk_run(&desk, rows[i].before_ms);
        desk_type(&desk, "+");
        desk_run(&desk, rows[i].gap_ms);
        desk_type(&desk, "++");
        desk_run(&desk, rows[i].after_ms);
        if (rows[i].then)
            desk_type(&desk, rows[i].then);
        desk_said(&desk, rows[i].good ? "\r\nOK\r\n" : "");
        desk_get(&desk, "mode", rows[i].good ? "escaped" : "data");
        desk_close(&desk);
    }
}

static void back_online(void **state)
{
    struct desk desk;

    open_call(&desk, warm);
    desk_run(&desk, 1000);
    desk_type(&desk, "+++");
    desk_run(&desk, 1000);
    desk_said(&desk, "\r\nOK\r\n");
    desk_expect(&desk, "AT", 100, OK("AT"));
    desk_expect(&desk, "ATO", 100, "ATO\r\r\nCONNECT\r\n");
    desk_run(&desk, 1000);
    desk_type(&desk, "+++");
    desk_run(&desk, 1000);
    desk_forget(&desk);
    desk_expect(&desk, "ATH", 100, OK("ATH"));
    desk_expect(&desk, "ATO", 100, NOCARRIER("ATO"));
    assert_int_equal(desk.peer, SIM_PEER_NONE);
    dial(&desk);
    desk_close(&desk);
}

static void closing_words(void **state)
{
    static const struct {
        const char *style, *words;
    } rows[] = {{"pppd", "\r\n+PPPD: DISCONNECTED\r\n"},
                {"no-carrier", "\r\nNO CARRIER\r\n"},
                {"both", "\r\n+PPPD: DISCONNECTED\r\n\r\nNO CARRIER\r\n"},
                {"none", ""}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct desk desk;

        desk_prepare(&desk, warm);
        assert_int_equal(sim_profile_set(&desk.profile, "end-lines", rows[i].style), 0);
        desk_plug(&desk);
        dial(&desk);
        sim_board_peer_hangup(desk.board);
        assert_int_equal(desk.peer, SIM_PEER_TERMINATED);
        desk_run(&desk, 399);
        desk_said(&desk, "");
        desk_run(&desk, 1);
        desk_said(&desk, rows[i].words);
        desk_expect(&desk, "AT", 100, OK("AT"));
        desk_close(&desk);
    }
}

/* The modem that does not come back to command mode, until enough +++. */
static void hangs(void **state)
{
    struct desk desk;

    open_call(&desk, warm);
    desk_inject(&desk, "hang-on-hangup on", "ok");
    desk_inject(&desk, "ignore-escapes 1", "ok");
    sim_board_peer_hangup(desk.board);
    desk_run(&desk, 20000);
    desk_expect(&desk, "AT", 1000, "");
    desk_type(&desk, "+++");
    desk_run(&desk, 2000);
    desk_said(&desk, "");
    desk_type(&desk, "+++");
    desk_run(&desk, 2000);
    desk_said(&desk, "\r\nOK\r\n");
    desk_expect(&desk, "ATH", 100, OK("ATH"));
    desk_close(&desk);
}

/* The network forgot the modem without a word, and does not take it again: what the call was left with is gone. */
static void a_rejected_attach_ends_the_call(void **state)
{
    struct desk desk;

    open_call(&desk, warm);
    desk_inject(&desk, "deregister 2 silent", "ok");
    desk_inject(&desk, "attach-reject 115", "ok");
    desk_inject(&desk, "register 5", "ok");
    desk_run(&desk, 10000);
    desk_get(&desk, "stat", "3");
    assert_int_equal(desk.peer, SIM_PEER_NONE);
    desk_close(&desk);
}

static void network_events(void **state)
{
    static const struct {
        const char *inject, *words;
        enum sim_peer_state peer;
    } rows[] = {
        {"no-carrier", "\r\nNO CARRIER\r\n", SIM_PEER_NONE},
        {"pppd-disconnected", "\r\n+PPPD: DISCONNECTED\r\n", SIM_PEER_NONE},
        {"lcp-terminate", "", SIM_PEER_TERMINATED},
        {"deregister 4", "\r\nNO CARRIER\r\n", SIM_PEER_NONE},
        {"deregister 2 silent", "", SIM_PEER_STALE},
        {"deny", "\r\nNO CARRIER\r\n", SIM_PEER_NONE},
        {"sim-remove", "\r\nNO CARRIER\r\n", SIM_PEER_NONE},
        {"stale on", "", SIM_PEER_STALE},
        {"echo-dead on", "", SIM_PEER_ECHO_DEAD},
        {"mute on", "", SIM_PEER_ECHO_DEAD},
        {"auth-refuse on", "", SIM_PEER_AUTH_REFUSED},
        {"no-address on", "", SIM_PEER_NO_ADDRESS},
        {"reboot", "", SIM_PEER_NONE},
        {"unplug", "", SIM_PEER_NONE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct desk desk;

        open_call(&desk, warm);
        desk_inject(&desk, rows[i].inject, "ok");
        desk_run(&desk, 10);
        desk_said(&desk, rows[i].words);
        assert_int_equal(desk.peer, rows[i].peer);
        assert_int_equal(sim_board_peer_state(desk.board), rows[i].peer);
        desk_close(&desk);
    }
}

static void lose_and_regain(void **state)
{
    struct desk desk;

    open_call(&desk, warm);
    desk_inject(&desk, "deregister", "ok");
    desk_run(&desk, 60000);
    desk_get(&desk, "stat", "2");
    desk_expect(&desk, "AT+CFUN=4", 2500, "\r\nNO CARRIER\r\n" OK("AT+CFUN=4"));
    desk_expect(&desk, "AT+CFUN=1", 60000, OK("AT+CFUN=1")); /* no network, no registration */
    desk_get(&desk, "context", "no");
    desk_inject(&desk, "register", "ok");
    desk_run(&desk, 4500);
    desk_get(&desk, "stat", "5");
    dial(&desk);
    desk_close(&desk);
}

/* What a host asks that does not know where the modem is. */
static void left_in_data_mode(void **state)
{
    static const uint8_t request[] = {0xff, 0x03, 0xc0, 0x21, 9, 7, 0, 8, 1, 2, 3, 4};
    static const uint8_t reply[] = {0xff, 0x03, 0xc0, 0x21, 10, 7, 0, 8, 'm', 'c', 's', '1'};
    uint8_t wire[SIM_HDLC_WIRE_MAX], expected[SIM_HDLC_WIRE_MAX];
    size_t len = sim_hdlc_encode(wire, request, sizeof(request), SIM_HDLC_ESCAPE_ALL);
    size_t expected_len = sim_hdlc_encode(expected, reply, sizeof(reply), SIM_HDLC_ESCAPE_ALL);
    struct desk desk;

    desk_open(&desk, warm);
    desk_inject(&desk, "data-mode", "ok");
    desk_expect(&desk, "AT", 1000, "");
    sim_board_from_host(desk.board, wire, len);
    desk_run(&desk, 10);
    assert_int_equal(desk.len, expected_len);
    assert_memory_equal(desk.said, expected, expected_len);
    desk_forget(&desk);
    desk_inject(&desk, "echo-dead on", "ok");
    sim_board_from_host(desk.board, wire, len);
    desk_run(&desk, 1000);
    desk_said(&desk, "");
    desk_type(&desk, "+++");
    desk_run(&desk, 1000);
    desk_said(&desk, "\r\nOK\r\n");
    desk_expect(&desk, "ATH", 100, OK("ATH"));
    desk_close(&desk);
}

static void left_in_cmux(void **state)
{
    static const uint8_t sabm[] = {0xf9, 0x03, 0x3f, 0x01, 0x1c, 0xf9}, ua[] = {0xf9, 0x03, 0x73, 0x01, 0xd7, 0xf9};
    static const uint8_t cld[] = {0xf9, 0x03, 0xef, 0x05, 0xc3, 0x01, 0xf2, 0xf9};
    struct desk desk;

    desk_open(&desk, warm);
    desk_inject(&desk, "cmux-mode", "ok");
    desk_expect(&desk, "AT", 1000, "");
    sim_board_from_host(desk.board, sabm, sizeof(sabm));
    desk_run(&desk, 10);
    assert_int_equal(desk.len, sizeof(ua));
    assert_memory_equal(desk.said, ua, sizeof(ua));
    desk_forget(&desk);
    sim_board_from_host(desk.board, cld, sizeof(cld));
    desk_run(&desk, 10);
    desk_forget(&desk);
    desk_expect(&desk, "AT", 100, OK("AT"));
    desk_inject(&desk, "set cmux lies", "ok"); /* OK, and stays in AT: old firmware */
    desk_expect(&desk, "AT+CMUX=0", 100, OK("AT+CMUX=0"));
    desk_expect(&desk, "AT", 100, OK("AT"));
    desk_inject(&desk, "set cmux real", "ok");
    desk_expect(&desk, "AT+CMUX=0", 100, OK("AT+CMUX=0"));
    desk_get(&desk, "mode", "cmux");
    desk_close(&desk);
}

static void crash_in_data(void **state)
{
    struct desk desk;

    open_call(&desk, warm);
    desk_inject(&desk, "crash-to-boot", "ok");
    desk_run(&desk, 12000);
    desk_said(&desk, "\r\nQCRDY\r\n");
    desk_run(&desk, 10000);
    desk_said(&desk, "\r\n+CPIN: READY\r\n\r\nSMS DONE\r\n");
    desk_get(&desk, "stat", "5");
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dials),           cmocka_unit_test(dials_in_vain),
        cmocka_unit_test(escapes),         cmocka_unit_test(back_online),
        cmocka_unit_test(closing_words),   cmocka_unit_test(hangs),
        cmocka_unit_test(network_events),  cmocka_unit_test(a_rejected_attach_ends_the_call),
        cmocka_unit_test(lose_and_regain), cmocka_unit_test(left_in_data_mode),
        cmocka_unit_test(left_in_cmux),    cmocka_unit_test(crash_in_data),
    };

    return cmocka_run_group_tests_name("sim call", tests, NULL, NULL);
}
