/* SPDX-License-Identifier: MIT */
/* The control socket's language: every command, its effect where the other tests do not show it, and bad lines. */
#include "desk.h"
#include <stdio.h>
#include <string.h>

#define OK(command) command "\r\r\nOK\r\n"

static const char *const warm[] = {"warm", NULL};

static void bad_lines(void **state)
{
    static const struct {
        const char *line, *last;
    } rows[] = {
        {"", "error not known"},
        {"explode", "error not known"},
        {"mute", "error bad arguments"},
        {"mute perhaps", "error bad arguments"},
        {"mute-for", "error bad arguments"},
        {"mute-for soon", "error bad arguments"},
        {"noise -5", "error bad arguments"},
        {"refuse", "error bad arguments"},
        {"refuse AT+CSQ 0", "error bad arguments"},
        {"late AT+CSQ", "error bad arguments"},
        {"baud 5", "error bad arguments"},
        {"dial-reject sometimes", "error bad arguments"},
        {"line cts on", "error bad arguments"},
        {"line dtr", "error bad arguments"},
        {"pin-lock 1234 9", "error bad arguments"},
        {"set", "error bad arguments"},
        {"set nothing 1", "error not known"},
        {"set net-stat many", "error bad arguments"},
        {"set latency.sleep 1", "error not known"},
        {"get nothing", "error not known"},
        {"signal", "error bad arguments"},
        {"say", "error bad arguments"},
        {"deregister never", "error bad arguments"},
        {"mux-silent", "error bad arguments"},
        {"mux-noisy perhaps", "error bad arguments"},
        {"mux-forget-ua some", "error bad arguments"},
        {"mux-drop", "error bad arguments"},
        {"mux-drop 0", "error bad arguments"},
        {"mux-drop 5", "error bad arguments"},
        {"mux-drop 1", "error no such DLC is open"},
        {"mux-drop 1 gently", "error bad arguments"},
        {"mux-hold 1", "error bad arguments"},
        {"mux-hold 1 on", "error no such DLC is open"},
        {"mux-leave", "error no such DLC is open"},
        {"mux-reboot-after", "error bad arguments"},
        {"set mux-style sim800", "error bad arguments"},
    };
    struct desk desk;
    char lengthy[600];

    desk_open(&desk, warm);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        desk_inject(&desk, rows[i].line, rows[i].last);
    memset(lengthy, 'x', sizeof(lengthy) - 1);
    lengthy[sizeof(lengthy) - 1] = '\0';
    desk_inject(&desk, lengthy, "error bad arguments");
    desk_expect(&desk, "AT", 100, OK("AT")); /* nothing changed */
    desk_close(&desk);
}

static void rules(void **state)
{
    static const struct {
        const char *inject, *command, *answer;
    } rows[] = {
        {"refuse AT+CSQ 1", "AT+CSQ", "\r\nERROR\r\n"},
        {"get stat", "AT+CSQ", "\r\n+CSQ: 22,99\r\n\r\nOK\r\n"},
        {"silence at+csq 1", "AT+CSQ", ""},
        {"malform AT+CSQ 1", "AT+CSQ", "\r\n+CSQ:,\"},-\x80,,\r\n\r\nOK\r\n"},
        {"malform ATD 1", "ATD*99#", "\r\nD,\"},-\x80,,\r\n\r\nOK\r\n"},
        {"refuse * 2", "AT", "\r\nERROR\r\n"},
        {"get stat", "ATI", "\r\nERROR\r\n"},
        {"get stat", "AT", "\r\nOK\r\n"},
        {"silence *", "AT", ""},
        {"forgive", "AT", "\r\nOK\r\n"},
        {"garbage-answers off", "AT", "\r\nOK\r\n"},
    };
    struct desk desk;

    desk_open(&desk, warm);
    desk_type(&desk, "ATE0\r");
    desk_run(&desk, 10);
    desk_forget(&desk);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        desk_inject(&desk, rows[i].inject, "ok");
        desk_expect(&desk, rows[i].command, 1000, rows[i].answer);
    }
    desk_inject(&desk, "late AT+CSQ 3000 1", "ok");
    desk_expect(&desk, "AT+CSQ", 3004, "");
    desk_run(&desk, 1);
    desk_said(&desk, "\r\n+CSQ: 22,99\r\n\r\nOK\r\n");
    for (int i = 0; i < 16; i++)
        desk_inject(&desk, "refuse AT+CBC", "ok");
    desk_inject(&desk, "refuse AT+CBC", "error too many rules");
    desk_close(&desk);
}

/* What is said is the rest of the line as it is written. */
static void lines_are_said_whole(void **state)
{
    static const struct {
        const char *inject, *said;
    } rows[] = {
        {"say RDY", "\r\nRDY\r\n"},
        {"say NO CARRIER", "\r\nNO CARRIER\r\n"},
        {"say A B C", "\r\nA B C\r\n"},
        {" say  +CUSD: 0, two  blanks and so on", "\r\n+CUSD: 0, two  blanks and so on\r\n"},
    };
    struct desk desk;

    desk_open(&desk, warm);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        desk_inject(&desk, rows[i].inject, "ok");
        desk_run(&desk, 10);
        desk_said(&desk, rows[i].said);
    }
    desk_close(&desk);
}

/* A line that is dead stays so, whatever the modem does; a modem that hangs boots out of it. */
static void a_boot_ends_what_hangs(void **state)
{
    struct desk desk;

    desk_open(&desk, warm);
    desk_inject(&desk, "mute on", "ok");
    desk_inject(&desk, "reboot", "ok");
    desk_run(&desk, 60000);
    desk_said(&desk, "");
    desk_inject(&desk, "mute hung", "ok");
    desk_expect(&desk, "AT", 60000, "");
    desk_inject(&desk, "reboot", "ok");
    desk_run(&desk, 60000);
    desk_forget(&desk);
    desk_expect(&desk, "AT", 100, OK("AT"));
    desk_inject(&desk, "mute hung", "ok");
    desk_inject(&desk, "mute off", "ok"); /* or comes to itself */
    desk_expect(&desk, "AT", 100, OK("AT"));
    desk_inject(&desk, "mute hung", "ok");
    desk_inject(&desk, "mute on", "ok");
    desk_inject(&desk, "reboot", "ok");
    desk_run(&desk, 60000);
    desk_expect(&desk, "AT", 100, "");
    desk_close(&desk);
}

static void muteness(void **state)
{
    struct desk desk;

    desk_open(&desk, warm);
    desk_inject(&desk, "mute on", "ok");
    desk_expect(&desk, "AT", 1000, "");
    desk_inject(&desk, "mute off", "ok");
    desk_expect(&desk, "AT", 100, OK("AT"));
    desk_inject(&desk, "mute-for 5000", "ok");
    desk_run(&desk, 4999);
    desk_expect(&desk, "AT", 0, "");
    desk_run(&desk, 1);
    desk_expect(&desk, "AT", 100, OK("AT"));
    desk_inject(&desk, "noise 5000", "ok");
    desk_run(&desk, 100);
    assert_int_equal(desk.len, 5000);
    desk_forget(&desk);
    desk_inject(&desk, "garbage-answers on", "ok");
    desk_type(&desk, "AT\r");
    desk_run(&desk, 100);
    assert_int_equal(desk.len, strlen(OK("AT")));
    assert_null(strstr((const char *)desk.said, "OK"));
    desk_close(&desk);
}

static void cards(void **state)
{
    struct desk desk;

    desk_open(&desk, warm);
    desk_inject(&desk, "sim-remove", "ok");
    desk_run(&desk, 100);
    desk_said(&desk, "\r\n+CPIN: NOT INSERTED\r\n");
    desk_get(&desk, "stat", "0");
    desk_inject(&desk, "sim-insert 8981100000000000001", "ok");
    desk_run(&desk, 500);
    desk_said(&desk, "\r\n+CPIN: READY\r\n");
    desk_expect(&desk, "AT+CICCID", 100, "AT+CICCID\r\r\n+ICCID: 8981100000000000001\r\n\r\nOK\r\n");
    desk_run(&desk, 4500);
    desk_get(&desk, "stat", "5");
    desk_inject(&desk, "pin-lock 7777 1", "ok");
    desk_run(&desk, 100);
    desk_said(&desk, "\r\n+CPIN: SIM PIN\r\n");
    desk_get(&desk, "pin_tries", "1");
    desk_get(&desk, "stat", "0");
    desk_expect(&desk, "AT+CPIN=\"7777\"", 500, OK("AT+CPIN=\"7777\"") "\r\n+CPIN: READY\r\n");
    desk_inject(&desk, "puk-lock", "ok");
    desk_run(&desk, 100);
    desk_said(&desk, "\r\n+CPIN: SIM PUK\r\n");
    desk_close(&desk);
}

static void knobs_and_state(void **state)
{
    struct desk desk;
    const char *help, *name;

    desk_open(&desk, warm);
    desk_inject(&desk, "state", "ok");
    assert_non_null(strstr(desk.reply, "power=on\n"));
    assert_non_null(strstr(desk.reply, "stat=5\n"));
    assert_non_null(strstr(desk.reply, "path_ms="));
    desk_inject(&desk, "get saved_apn", "ok");
    assert_string_equal(desk.reply, "soracom.io\nok\n");
    desk_inject(&desk, "signal -101 -15 -97", "ok");
    desk_expect(&desk, "AT+CSQ", 100, "AT+CSQ\r\r\n+CSQ: 8,99\r\n\r\nOK\r\n");
    desk_inject(&desk, "set cpsi-scale dbm", "ok");
    desk_expect(&desk, "AT+CPSI?", 100,
                "AT+CPSI?\r\r\n+CPSI: LTE,Online,440-10,0x1698,39683652,181,EUTRAN-BAND28,9510,3,3,-15,-101,-97,3\r\n"
                "\r\nOK\r\n");
    desk_inject(&desk, "set latency.command 50", "ok");
    desk_expect(&desk, "AT", 49, "AT\r");
    desk_run(&desk, 1);
    desk_said(&desk, "\r\nOK\r\n");
    desk_inject(&desk, "path-reset", "ok");
    desk_get(&desk, "path_ms", "0");
    desk_inject(&desk, "help", "ok");
    for (size_t i = 0; (name = sim_board_command_usage(i, &help)) != NULL; i++)
        assert_non_null(strstr(desk.reply, help));
    for (size_t i = 0; (name = sim_profile_knob_name(i, &help)) != NULL; i++) {
        char value[128];

        assert_int_equal(sim_board_get(desk.board, name, value, sizeof(value)), 0);
        assert_int_equal(sim_profile_set(&desk.profile, name, value), 0);
    }
    desk_close(&desk);
}

static void presets(void **state)
{
    struct sim_profile profile;
    const char *name, *help;

    sim_profile_init(&profile);
    for (size_t i = 0; (name = sim_profile_preset_name(i, &help)) != NULL; i++) {
        assert_int_equal(sim_profile_preset(&profile, name), 0);
        assert_true(strlen(help) > 0);
    }
    assert_int_equal(sim_profile_preset(&profile, "no-such"), -2);
    for (int i = 0; i < SIM_LATENCY_COUNT; i++)
        assert_int_equal(sim_latency_from_name(sim_latency_name(i)), i);
}

/* The manual names every command and every latency. */
static void manual(void **state)
{
    static char page[32768];
    FILE *stream = fopen(MAN_PAGE, "r");
    const char *usage, *help;
    size_t len;

    assert_non_null(stream);
    len = fread(page, 1, sizeof(page) - 1, stream);
    assert_true(len < sizeof(page) - 1);
    fclose(stream);
    for (size_t i = 0; (usage = sim_board_command_usage(i, &help)) != NULL; i++) {
        char name[32];

        snprintf(name, sizeof(name), "%.*s", (int)strcspn(usage, " "), usage);
        assert_non_null(strstr(page, name));
    }
    for (int i = 0; sim_latency_name(i); i++)
        assert_non_null(strstr(page, sim_latency_name(i)));
}

/* Idle, the board waits for nothing: no timer is armed, in command mode and in data mode. */
static void idle(void **state)
{
    struct desk desk;

    desk_open(&desk, warm);
    desk_run(&desk, 60000);
    assert_int_equal(mc_timerq_next_ms(desk.queue), -1);
    desk_type(&desk, "ATD*99***1#\r");
    desk_run(&desk, 1000);
    assert_int_equal(mc_timerq_next_ms(desk.queue), -1);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_lines),
        cmocka_unit_test(rules),
        cmocka_unit_test(lines_are_said_whole),
        cmocka_unit_test(muteness),
        cmocka_unit_test(a_boot_ends_what_hangs),
        cmocka_unit_test(cards),
        cmocka_unit_test(knobs_and_state),
        cmocka_unit_test(presets),
        cmocka_unit_test(idle),
        cmocka_unit_test(manual),
    };

    return cmocka_run_group_tests_name("sim inject", tests, NULL, NULL);
}
