/* SPDX-License-Identifier: MIT */
/* The board's behaviour: what commands change, what takes how long, what power and lines do. */
#include "desk.h"
#include <stdio.h>
#include <string.h>

#define OK(command)           command "\r\r\nOK\r\n"
#define INFO(command, answer) command "\r\r\n" answer "\r\n\r\nOK\r\n"
#define ERR(command)          command "\r\r\nERROR\r\n"
#define CME(command, code)    command "\r\r\n+CME ERROR: " code "\r\n"

static const char *const warm[] = {"warm", NULL};

struct row {
    const char *command, *answer;
};

static void expect_rows(struct desk *desk, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        desk_expect(desk, rows[i].command, 1000, rows[i].answer);
}
#define EXPECT_ROWS(desk, rows) expect_rows(desk, rows, sizeof(rows) / sizeof((rows)[0]))

static void plain_commands(void **state)
{
    static const struct row rows[] = {
        {"at", OK("at")},
        {"AT+CGMR", INFO("AT+CGMR", "+CGMR: 2374B05SIM767XM5A_M")},
        {"AT+CGSN", INFO("AT+CGSN", "869850000000430")},
        {"AT+CREG?", INFO("AT+CREG?", "+CREG: 0,6")},
        {"AT+CGREG?", INFO("AT+CGREG?", "+CGREG: 0,0")},
        {"AT+CGATT?", INFO("AT+CGATT?", "+CGATT: 1")},
        {"AT+CGACT?", INFO("AT+CGACT?", "+CGACT: 1,1")},
        {"AT+CGPADDR=1", INFO("AT+CGPADDR=1", "+CGPADDR: 1,10.164.98.251")},
        {"AT+CGCONTRDP=1",
         INFO("AT+CGCONTRDP=1",
              "+CGCONTRDP: 1,5,\"soracom.io\",\"10.164.98.251\",\"\",\"100.127.0.53\",\"100.127.1.53\"")},
        {"AT+CSQ", INFO("AT+CSQ", "+CSQ: 22,99")},
        {"AT+SPIC", INFO("AT+SPIC", "+SPIC: 3,10,0,10")},
        {"AT+CFUN?", INFO("AT+CFUN?", "+CFUN: 1")},
        {"AT+IPR=?", INFO("AT+IPR=?", "+IPR: (0,300,600,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800)")},
        {"AT+CESQ", ERR("AT+CESQ")},
        {"AT+CEER", ERR("AT+CEER")},
        {"AT+CMUX=?", INFO("AT+CMUX=?", "+CMUX: (0),(0),(1-6),(1-1500)")},
        {"AT+CMUX?", INFO("AT+CMUX?", "+CMUX: 0,0,5,64")},
        {"AT+CMUX=1", ERR("AT+CMUX=1")},
        {"AT+NOSUCH", ERR("AT+NOSUCH")},
        {"AT+CSQ=1", ERR("AT+CSQ=1")},
        {"ATE0", OK("ATE0")},
        {"AT+CSQ", "\r\n+CSQ: 22,99\r\n\r\nOK\r\n"},
        {"ATE1", "\r\nOK\r\n"},
        {"noise before AT", OK("noise before AT")},
        {"not a command", "not a command\r"},
    };
    struct desk desk;

    desk_open(&desk, warm);
    EXPECT_ROWS(&desk, rows);
    desk_close(&desk);
}

/* Several on one line: each with its information text, up to the first that fails, and one final result code. */
static void joined_commands(void **state)
{
    static const struct row rows[] = {
        {"AT+CSQ;+CGMR", "AT+CSQ;+CGMR\r\r\n+CSQ: 22,99\r\n\r\n+CGMR: 2374B05SIM767XM5A_M\r\n\r\nOK\r\n"},
        {"AT+CMEE=1;+CSQ;", INFO("AT+CMEE=1;+CSQ;", "+CSQ: 22,99")},
        {"AT+CSQ;+NOSUCH;+CGMR", "AT+CSQ;+NOSUCH;+CGMR\r\r\n+CSQ: 22,99\r\n\r\nERROR\r\n"},
        {"AT+CGDCONT=2,\"IP\",\"a;b\";+CGDCONT=3,\"IP\",\"c\"",
         OK("AT+CGDCONT=2,\"IP\",\"a;b\";+CGDCONT=3,\"IP\",\"c\"")},
        {"ATE0;+CGMR", "ATE0;+CGMR\r\r\n+CGMR: 2374B05SIM767XM5A_M\r\n\r\nOK\r\n"},
        {"AT+CGDCONT?",
         "\r\n+CGDCONT: 1,\"IP\",\"soracom.io\",\"10.164.98.251\"\r\n+CGDCONT: 2,\"IP\",\"a;b\"\r\n+CGDCONT: "
         "3,\"IP\",\"c\"\r\n\r\nOK\r\n"},
    };
    struct desk desk;

    desk_open(&desk, warm);
    EXPECT_ROWS(&desk, rows);
    desk_get(&desk, "commands", "6");
    desk_inject(&desk, "refuse AT+CGMR", "ok");
    desk_expect(&desk, "AT+CSQ;+CGMR", 1000, "\r\n+CSQ: 22,99\r\n\r\nERROR\r\n");
    desk_inject(&desk, "forgive", "ok");
    desk_inject(&desk, "set joined-commands first", "ok");
    desk_expect(&desk, "AT+CSQ;+CGMR", 1000, "\r\n+CSQ: 22,99\r\n\r\nOK\r\n");
    desk_inject(&desk, "set joined-commands none", "ok");
    desk_expect(&desk, "AT+CSQ;+CGMR", 1000, "\r\nERROR\r\n");
    desk_close(&desk);
}

static void table_is_sorted(void **state)
{
    struct desk desk;
    static const char *const names[] = {"+CBC",     "+CEREG", "+CFUN",  "+CGACT", "+CGATT", "+CGAUTH",
                                        "+CGDCONT", "+CMEE",  "+COPS",  "+CPIN",  "+CPSI",  "+CPMUTEMP",
                                        "+IFC",     "+IPR",   "+IPREX", "+SPIC"};

    desk_open(&desk, warm);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char command[32];

        snprintf(command, sizeof(command), "AT%s=?\r", names[i]);
        desk_type(&desk, command);
        desk_run(&desk, 100);
        if (strcmp(names[i], "+CBC") != 0 && strcmp(names[i], "+COPS") != 0)
            assert_non_null(strstr((const char *)desk.said, "\r\nOK\r\n"));
        desk_forget(&desk);
    }
    desk_get(&desk, "unknown", "0");
    desk_close(&desk);
}

/* Plain ERROR until CMEE asks for more, and again after a reset. */
static void cmee(void **state)
{
    static const struct row rows[] = {
        {"AT+CPIN?", ERR("AT+CPIN?")},
        {"AT+CMEE=1", OK("AT+CMEE=1")},
        {"AT+CPIN?", CME("AT+CPIN?", "10")},
        {"AT+CMEE=2", OK("AT+CMEE=2")},
        {"AT+CPIN?", CME("AT+CPIN?", "SIM not inserted")},
        {"AT+CMEE=3", ERR("AT+CMEE=3")},
        {"AT+CMEE?", INFO("AT+CMEE?", "+CMEE: 2")},
    };
    static const char *const no_sim[] = {"no-sim", NULL};
    struct desk desk;

    desk_open(&desk, no_sim);
    EXPECT_ROWS(&desk, rows);
    desk_inject(&desk, "set absent-style text", "ok");
    desk_expect(&desk, "AT+CPIN?", 100, INFO("AT+CPIN?", "+CPIN: NOT INSERTED"));
    desk_inject(&desk, "reboot", "ok");
    desk_run(&desk, 12000);
    desk_said(&desk, "\r\nQCRDY\r\n");
    desk_run(&desk, 5000);
    desk_said(&desk, "\r\n+CPIN: NOT INSERTED\r\n");
    desk_expect(&desk, "AT+CMEE?", 100, INFO("AT+CMEE?", "+CMEE: 0"));
    desk_close(&desk);
}

static void pin_and_puk(void **state)
{
    static const struct row rows[] = {
        {"AT+CMEE=1", OK("AT+CMEE=1")},
        {"AT+CPIN?", INFO("AT+CPIN?", "+CPIN: SIM PIN")},
        {"AT+CIMI", CME("AT+CIMI", "11")},
        {"AT+CICCID", INFO("AT+CICCID", "+ICCID: 8942310000000000012")},
        {"AT+CPIN=\"0000\"", CME("AT+CPIN=\"0000\"", "16")},
        {"AT+SPIC", INFO("AT+SPIC", "+SPIC: 2,10,0,10")},
        {"AT+CPIN=\"0001\"", CME("AT+CPIN=\"0001\"", "16")},
        {"AT+CPIN=\"0002\"", CME("AT+CPIN=\"0002\"", "12")},
        {"AT+CPIN?", INFO("AT+CPIN?", "+CPIN: SIM PUK")},
        {"AT+CPIN=\"4321\"", CME("AT+CPIN=\"4321\"", "12")},
        {"AT+CPIN=\"00000000\",\"1111\"", CME("AT+CPIN=\"00000000\",\"1111\"", "16")},
        {"AT+SPIC", INFO("AT+SPIC", "+SPIC: 0,9,0,10")},
        {"AT+CPIN=\"12345678\",\"1111\"", OK("AT+CPIN=\"12345678\",\"1111\"") "\r\n+CPIN: READY\r\n"},
        {"AT+SPIC", INFO("AT+SPIC", "+SPIC: 3,10,0,10")},
        {"AT+CPIN=\"1111\"", CME("AT+CPIN=\"1111\"", "3")},
    };
    static const char *const locked[] = {"sim-pin=4321", NULL};
    struct desk desk;

    desk_open(&desk, locked);
    EXPECT_ROWS(&desk, rows);
    desk_get(&desk, "pin_attempts", "3");
    desk_get(&desk, "pin_wrong", "3");
    desk_get(&desk, "puk_attempts", "2");
    desk_inject(&desk, "reboot", "ok");
    desk_run(&desk, 20000);
    desk_forget(&desk);
    desk_expect(&desk, "AT+CPIN=\"1111\"", 500, OK("AT+CPIN=\"1111\"") "\r\n+CPIN: READY\r\n");
    desk_run(&desk, 4500);
    desk_get(&desk, "stat", "5");
    desk_close(&desk);
}

/* Without RTS/CTS in the bridge the modem is mute after AT+IFC=2,2; what it held comes with the blind =0,0. */
static void flow_control(void **state)
{
    static const char *const no_flow[] = {"no-flow", NULL};
    struct desk desk;

    desk_open(&desk, no_flow);
    desk_expect(&desk, "AT+IFC=2,2", 100, OK("AT+IFC=2,2"));
    desk_expect(&desk, "AT", 1000, "");
    desk_expect(&desk, "AT+IFC=0,0", 100, OK("AT") OK("AT+IFC=0,0"));
    desk_expect(&desk, "AT", 100, OK("AT"));
    desk_expect(&desk, "AT+IFC=1,1", 100, ERR("AT+IFC=1,1"));
    desk_inject(&desk, "set bridge-rtscts yes", "ok");
    desk_expect(&desk, "AT+IFC=2,2", 100, OK("AT+IFC=2,2"));
    desk_expect(&desk, "AT+IFC?", 100, INFO("AT+IFC?", "+IFC: 2,2"));
    desk_inject(&desk, "set host-rtscts yes", "ok");
    desk_expect(&desk, "AT", 100, ""); /* an FTDI-like bridge: the host must have CRTSCTS on */
    sim_board_host_flow(desk.board, true);
    desk_run(&desk, 10);
    desk_said(&desk, OK("AT"));
    desk_close(&desk);
}

static void speed(void **state)
{
    struct desk desk;

    desk_open(&desk, warm);
    sim_board_host_baud(desk.board, 115200);
    desk_expect(&desk, "AT+IPR=460800", 100, OK("AT+IPR=460800")); /* the OK still at the old speed */
    desk_expect(&desk, "AT", 100, "");
    sim_board_host_baud(desk.board, 460800);
    desk_expect(&desk, "AT+IPR?", 100, INFO("AT+IPR?", "+IPR: 460800"));
    desk_expect(&desk, "AT+IPREX?", 100, INFO("AT+IPREX?", "+IPREX: 115200"));
    desk_expect(&desk, "AT+IPR=921600", 100, ERR("AT+IPR=921600"));
    sim_board_host_baud(desk.board, 9600);
    desk_inject(&desk, "say hello", "ok");
    desk_run(&desk, 10);
    assert_true(desk.len > 0); /* garbage, not silence */
    assert_null(strstr((const char *)desk.said, "hello"));
    desk_inject(&desk, "reboot", "ok");
    desk_run(&desk, 20000);
    desk_get(&desk, "baud", "115200"); /* IPR is not saved */
    sim_board_host_baud(desk.board, 115200);
    desk_forget(&desk);
    desk_expect(&desk, "AT+IPREX=230400", 100, OK("AT+IPREX=230400"));
    desk_inject(&desk, "reboot", "ok");
    desk_run(&desk, 20000);
    desk_get(&desk, "baud", "230400"); /* IPREX is */
    desk_close(&desk);
}

/* At 115200 eleven and a half bytes a millisecond, no faster. */
static void pace(void **state)
{
    struct desk desk;
    int64_t begin;

    desk_prepare(&desk, warm);
    desk.profile.pace = true;
    desk_plug(&desk);
    desk_inject(&desk, "noise 23040", "ok");
    begin = mc_timerq_now_ms(desk.queue);
    while (desk.len < 23040)
        desk_run(&desk, 1);
    assert_in_range(mc_timerq_now_ms(desk.queue) - begin, 1985, 2005);
    desk_close(&desk);
}

static void settings_are_saved(void **state)
{
    static const struct row rows[] = {
        {"AT+CGDCONT?", INFO("AT+CGDCONT?", "+CGDCONT: 1,\"IP\",\"\",\"10.164.98.251\"")},
        {"AT+CGAUTH?", INFO("AT+CGAUTH?", "+CGAUTH: 1,0 ,\"\",\"\"")},
        {"AT+CGDCONT=1,\"IPV4V6\",\"example.net\"", OK("AT+CGDCONT=1,\"IPV4V6\",\"example.net\"")},
        {"AT+CGAUTH=1,2,\"secret\",\"me\"", OK("AT+CGAUTH=1,2,\"secret\",\"me\"")},
        {"AT+CGDCONT=9,\"IP\",\"x\"", ERR("AT+CGDCONT=9,\"IP\",\"x\"")},
        {"AT+CGDCONT=1,\"X25\",\"x\"", ERR("AT+CGDCONT=1,\"X25\",\"x\"")},
        {"AT+CGAUTH=1,3,\"a\",\"b\"", ERR("AT+CGAUTH=1,3,\"a\",\"b\"")},
        {"AT+CGAUTH=1,1", ERR("AT+CGAUTH=1,1")},
        {"AT+CGCONTRDP=1", INFO("AT+CGCONTRDP=1", "+CGCONTRDP: 1,5,\"\",\"10.164.98.251\",\"\",\"100.127.0.53\","
                                                  "\"100.127.1.53\"")},
    };
    struct desk desk;

    desk_open(&desk, NULL);
    EXPECT_ROWS(&desk, rows); /* the last: not in force before the next attach */
    desk_inject(&desk, "reboot", "ok");
    desk_run(&desk, 20000);
    desk_forget(&desk);
    desk_expect(&desk, "AT+CGDCONT?", 100,
                INFO("AT+CGDCONT?", "+CGDCONT: 1,\"IPV4V6\",\"example.net\",\"10.164.98.251\""));
    desk_expect(&desk, "AT+CGAUTH?", 100, INFO("AT+CGAUTH?", "+CGAUTH: 1,2,\"me\",\"secret\""));
    desk_get(&desk, "writes", "2");
    desk_close(&desk);
}

static void boot(void **state)
{
    static const char *const cold[] = {"cold", NULL};
    struct desk desk;

    desk_open(&desk, cold);
    desk_expect(&desk, "AT", 11999, ""); /* ignored, not even echoed */
    desk_run(&desk, 1);
    desk_said(&desk, "\r\nQCRDY\r\n");
    desk_expect(&desk, "AT+CPIN?", 100, ERR("AT+CPIN?")); /* SIM busy */
    desk_run(&desk, 400);
    desk_said(&desk, "\r\n+CPIN: READY\r\n");
    desk_run(&desk, 2000);
    desk_said(&desk, "\r\nSMS DONE\r\n");
    desk_get(&desk, "stat", "2");
    desk_run(&desk, 2500);
    desk_get(&desk, "stat", "5");
    desk_get(&desk, "boot_ms", "12500");
    desk_get(&desk, "radio_ms", "4500");
    desk_get(&desk, "path_ms", "17000"); /* boot and SIM (one command within), search */
    sim_board_unplug(desk.board);
    desk_get(&desk, "power", "off");
    sim_board_plug(desk.board);
    desk_get(&desk, "power", "booting");
    desk_get(&desk, "boots", "2");
    desk_close(&desk);
}

static void radio(void **state)
{
    struct desk desk;

    desk_open(&desk, warm);
    desk_expect(&desk, "AT+CEREG=2", 100, OK("AT+CEREG=2"));
    desk_expect(&desk, "AT+CEREG?", 100, INFO("AT+CEREG?", "+CEREG: 2,5,\"1698\",\"25D8644\",7"));
    desk_expect(&desk, "AT+CFUN=4", 699, "AT+CFUN=4\r");
    desk_run(&desk, 1);
    desk_said(&desk, "\r\nOK\r\n\r\n+CEREG: 0\r\n");
    desk_expect(&desk, "AT+CPSI?", 100, INFO("AT+CPSI?", "+CPSI: NO SERVICE,Offline"));
    desk_expect(&desk, "AT+CFUN=1", 200, OK("AT+CFUN=1") "\r\n+CEREG: 2\r\n");
    desk_run(&desk, 4499);
    desk_said(&desk, "");
    desk_run(&desk, 1);
    desk_said(&desk, "\r\n+CEREG: 5,\"1698\",\"25D8644\",7\r\n");
    desk_get(&desk, "cfun_cycles", "1");
    desk_get(&desk, "attaches", "2");
    desk_expect(&desk, "AT+CFUN=7", 1000, OK("AT+CFUN=7") "\r\n+CEREG: 0\r\n");
    desk_expect(&desk, "AT+CFUN=1", 1000, ERR("AT+CFUN=1")); /* only CFUN=6 helps */
    desk_expect(&desk, "AT+CFUN=6", 1000 + 12000 + 699, OK("AT+CFUN=6"));
    desk_run(&desk, 1);
    desk_said(&desk, "\r\nQCRDY\r\n");
    desk_close(&desk);
}

static void attach_and_detach(void **state)
{
    struct desk desk;

    desk_open(&desk, warm);
    desk_expect(&desk, "AT+CGATT=0", 1000, OK("AT+CGATT=0"));
    desk_get(&desk, "stat", "0");
    desk_expect(&desk, "AT+CGATT=1", 1500, OK("AT+CGATT=1"));
    desk_get(&desk, "stat", "5");
    desk_expect(&desk, "AT+CMEE=1", 100, OK("AT+CMEE=1"));
    desk_inject(&desk, "attach-reject 537", "ok");
    desk_expect(&desk, "AT+CGATT=0", 1000, OK("AT+CGATT=0"));
    desk_expect(&desk, "AT+CGATT=1", 1500, CME("AT+CGATT=1", "537"));
    desk_close(&desk);
}

static void power_words(void **state)
{
    struct desk desk;

    desk_open(&desk, warm);
    desk_expect(&desk, "AT+CRESET", 900, OK("AT+CRESET"));
    desk_get(&desk, "power", "on");
    desk_expect(&desk, "AT", 50, OK("AT")); /* still the one that is to be reset */
    desk_run(&desk, 100);
    desk_get(&desk, "power", "booting");
    desk_expect(&desk, "AT", 11000, "");
    desk_run(&desk, 1100);
    desk_said(&desk, "\r\nQCRDY\r\n");
    desk_run(&desk, 9000);
    desk_forget(&desk);
    desk_expect(&desk, "AT+CPOF", 1000, OK("AT+CPOF") "\r\nPOWERD DOWN\r\n");
    desk_run(&desk, 1100);
    desk_get(&desk, "power", "off");
    desk_expect(&desk, "AT", 1000, "");
    desk_inject(&desk, "power-on", "ok");
    desk_get(&desk, "power", "booting");
    desk_close(&desk);
}

static void power_lines(void **state)
{
    static const char *const lines[] = {"lines", NULL};
    struct desk desk;

    desk_open(&desk, lines);
    sim_board_line(desk.board, SIM_LINE_BREAK, true);
    desk_run(&desk, 400);
    sim_board_line(desk.board, SIM_LINE_BREAK, false); /* too short */
    desk_get(&desk, "resets", "0");
    sim_board_line(desk.board, SIM_LINE_BREAK, true);
    desk_run(&desk, 1000);
    sim_board_line(desk.board, SIM_LINE_BREAK, false);
    desk_get(&desk, "resets", "1");
    desk_run(&desk, 20000);
    desk_inject(&desk, "line dtr on", "ok");
    desk_run(&desk, 2000);
    desk_inject(&desk, "line dtr off", "ok"); /* too short to switch off */
    desk_get(&desk, "power", "on");
    desk_inject(&desk, "line dtr on", "ok");
    desk_run(&desk, 3000);
    desk_inject(&desk, "line dtr off", "ok");
    desk_get(&desk, "power", "off");
    desk_inject(&desk, "line dtr on", "ok");
    desk_run(&desk, 1000);
    desk_inject(&desk, "line dtr off", "ok");
    desk_get(&desk, "power", "booting");
    desk_close(&desk);
}

/* A line that is too long is an error, not a crash; NUL and backspace do no harm. */
static void odd_input(void **state)
{
    struct desk desk;

    desk_open(&desk, warm);
    desk_type(&desk, "ATE0\r");
    desk_run(&desk, 10);
    desk_forget(&desk);
    for (int i = 0; i < 3000; i++)
        desk_type(&desk, "A");
    desk_type(&desk, "\r");
    desk_run(&desk, 10);
    desk_said(&desk, "\r\nERROR\r\n");
    sim_board_from_host(desk.board, "\0\0A\bAT\r", 7);
    desk_run(&desk, 10);
    desk_said(&desk, "\r\nOK\r\n");
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_commands), cmocka_unit_test(table_is_sorted),    cmocka_unit_test(cmee),
        cmocka_unit_test(pin_and_puk),    cmocka_unit_test(flow_control),       cmocka_unit_test(speed),
        cmocka_unit_test(pace),           cmocka_unit_test(settings_are_saved), cmocka_unit_test(boot),
        cmocka_unit_test(radio),          cmocka_unit_test(attach_and_detach),  cmocka_unit_test(power_words),
        cmocka_unit_test(power_lines),    cmocka_unit_test(odd_input),          cmocka_unit_test(joined_commands),
    };

    return cmocka_run_group_tests_name("sim board", tests, NULL, NULL);
}
