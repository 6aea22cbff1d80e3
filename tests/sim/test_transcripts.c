/* SPDX-License-Identifier: MIT */
/* Both published transcripts of a real board, byte for byte: what was sent, and all that came back. */
#include "desk.h"

static const char *const seed[] = {"seed", NULL};
struct row {
    const char *command;
    int64_t wait_ms;
    const char *answer;
};

static void play(struct desk *desk, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        desk_expect(desk, rows[i].command, rows[i].wait_ms, rows[i].answer);
}

/* The driver ends its lines with CR LF: the echo stops at CR. */
static void first(void **state)
{
    static const struct row rows[] = {
        {"AT", 100, "AT\r\r\nOK\r\n"},
        {"AT+CEREG?", 100, "AT+CEREG?\r\r\n+CEREG: 0,5\r\n\r\nOK\r\n"},
        {"AT+IFC?", 100, "AT+IFC?\r\r\n+IFC: 0,0\r\n\r\nOK\r\n"},
        {"AT+IFC=2,2", 100, "AT+IFC=2,2\r\r\nOK\r\n"},
        {"AT+IPR?", 100, "AT+IPR?\r\r\n+IPR: 115200\r\n\r\nOK\r\n"},
        {"AT+CPIN?", 100, "AT+CPIN?\r\r\n+CPIN: READY\r\n\r\nOK\r\n"},
        {"AT+CGDCONT?", 100, "AT+CGDCONT?\r\r\n+CGDCONT: 1,\"IP\",\"soracom.io\",\"10.164.98.251\"\r\n\r\nOK\r\n"},
        {"AT+CGAUTH?", 100, "AT+CGAUTH?\r\r\n+CGAUTH: 1,2,\"sora\",\"sora\"\r\n\r\nOK\r\n"},
        {"AT+CFUN=4", 1000, "AT+CFUN=4\r\r\nOK\r\n"},
        {"AT+CFUN=1", 500, "AT+CFUN=1\r\r\nOK\r\n"},
        {"AT+CPIN?", 100, "AT+CPIN?\r\r\n+CPIN: READY\r\n\r\nOK\r\n"},
        {"AT+CEREG?", 500, "AT+CEREG?\r\r\n+CEREG: 0,2\r\n\r\nOK\r\n"},
        {"AT+CEREG?", 4000, "AT+CEREG?\r\r\n+CEREG: 0,2\r\n\r\nOK\r\n"},
        {"AT+CEREG?", 100, "AT+CEREG?\r\r\n+CEREG: 0,5\r\n\r\nOK\r\n"},
        {"ATD*99***1#", 1000, "ATD*99***1#\r\r\nCONNECT\r\n"},
    };
    struct desk desk;

    desk_open(&desk, seed);
    play(&desk, rows, sizeof(rows) / sizeof(rows[0]));
    desk_get(&desk, "mode", "data");
    desk_close(&desk);
}

static void second(void **state)
{
    static const struct row identity[] = {
        {"ATI", 100,
         "ATI\r\r\nManufacturer: SIMCOM INCORPORATED\r\nModel: SIM7672JP-MNGV\r\nRevision: V1.9.05\r\n"
         "IMEI: 86985xxxxxxxxxx430\r\n\r\nOK\r\n"},
        {"AT+CSQ", 100, "AT+CSQ\r\r\n+CSQ: 99,99\r\n\r\nOK\r\n"},
        {"AT+CEREG?", 100, "AT+CEREG?\r\r\n+CEREG: 0,2\r\n\r\nOK\r\n"},
        {"AT+CIMI", 100, "AT+CIMI\r\r\n90131xxxxxxxxxx\r\n\r\nOK\r\n"},
        {"AT+CICCID", 100, "AT+CICCID\r\r\n+ICCID: 8942310xxxxxxxxxxxxx\r\n\r\nOK\r\n"},
        {"AT+COPS?", 100, "AT+COPS?\r\r\n+COPS: 0,2,\"44010\",7\r\n\r\nOK\r\n"},
        {"AT+CPSI?", 100,
         "AT+CPSI?\r\r\n+CPSI: LTE,Online,440-10,0x1698,39683652,181,EUTRAN-BAND28,9510,3,3,20,61,41,3\r\n\r\nOK\r\n"},
        {"AT+CBC", 100, "AT+CBC\r\r\n+CBC: 3.978V\r\n\r\nOK\r\n"},
        {"AT+CPMUTEMP", 100, "AT+CPMUTEMP\r\r\n+CPMUTEMP: 23\r\n\r\nOK\r\n"},
        {"AT+CGDCONT?", 100, "AT+CGDCONT?\r\r\n+CGDCONT: 1,\"IP\",\"soracom.io\"\r\n\r\nOK\r\n"},
        {"AT+CGAUTH?", 100, "AT+CGAUTH?\r\r\n+CGAUTH: 1,2,\"sora\",\"sora\"\r\n\r\nOK\r\n"},
    };
    /* The driver waits 1 s for each; CFUN=4 takes 2.3 s while searching, and every later answer shifts. */
    static const struct row shifted[] = {
        {"AT+CFUN=4", 1000, "AT+CFUN=4\r"},
        {"AT+CFUN=1", 1000, "AT+CFUN=1\r"},
        {"AT+CPIN?", 1000, "AT+CPIN?\r\r\nOK\r\nAT+CFUN=1\r\r\nOK\r\n"},
        {"AT+CPIN?", 100, "AT+CPIN?\r\r\n+CPIN: READY\r\n\r\nOK\r\n"},
        {"AT+CEREG?", 5000, "AT+CEREG?\r\r\n+CEREG: 0,2\r\n\r\nOK\r\n"},
        {"AT+CEREG?", 100, "AT+CEREG?\r\r\n+CEREG: 0,5\r\n\r\nOK\r\n"},
        {"ATD*99***1#", 1000, "ATD*99***1#\r\r\nCONNECT\r\n"},
    };
    struct desk desk;

    desk_prepare(&desk, seed);
    desk.profile.start = SIM_START_SEARCHING;
    desk.profile.latency_ms[SIM_LATENCY_REGISTER] = 4000;
    desk.profile.latency_ms[SIM_LATENCY_CAMP] = 0;
    desk_plug(&desk);
    play(&desk, identity, sizeof(identity) / sizeof(identity[0]));
    play(&desk, shifted, sizeof(shifted) / sizeof(shifted[0]));
    desk_close(&desk);
}

/* CR LF at the line's end: the LF is neither echoed nor a line of its own. */
static void crlf(void **state)
{
    struct desk desk;

    desk_open(&desk, seed);
    desk_type(&desk, "AT+CEREG?\r\nAT\r\n");
    desk_run(&desk, 100);
    desk_said(&desk, "AT+CEREG?\rAT\r\r\n+CEREG: 0,5\r\n\r\nOK\r\nAT\r\r\nOK\r\n");
    desk_close(&desk);
}

/* Fragments change nothing but where the pieces end, and one seed gives one sequence. */
static void fragments(void **state)
{
    struct desk desk;
    size_t pieces;

    desk_open(&desk, seed);
    desk_expect(&desk, "AT+CIMI", 100, "AT+CIMI\r\r\n90131xxxxxxxxxx\r\n\r\nOK\r\n");
    desk_type(&desk, "AT+CIMI\r");
    desk_run(&desk, 100);
    pieces = desk.pieces;
    assert_true(pieces > 2);
    desk_close(&desk);
    desk_open(&desk, seed);
    desk_expect(&desk, "AT+CIMI", 100, "AT+CIMI\r\r\n90131xxxxxxxxxx\r\n\r\nOK\r\n");
    desk_type(&desk, "AT+CIMI\r");
    desk_run(&desk, 100);
    assert_int_equal(desk.pieces, pieces);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first),
        cmocka_unit_test(second),
        cmocka_unit_test(crlf),
        cmocka_unit_test(fragments),
    };

    return cmocka_run_group_tests_name("sim transcripts", tests, NULL, NULL);
}
