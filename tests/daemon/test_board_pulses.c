/* SPDX-License-Identifier: MIT */
/* Which line is worked and for how long, by setting and by what the bridge says of the modem's power. */
#include <microcat/daemon/board_pulses.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *text_of(const struct mc_pulses *pulses)
{
    static const char *const lines[] = {"break", "dtr", "rts"};
    static char text[200];

    if (!pulses)
        return "command";
    snprintf(text, sizeof(text), "%s", lines[pulses->line]);
    for (const struct mc_pulse *p = pulses->steps;; p++) {
        size_t len = strlen(text);
        if (p->nothing)
            return "nothing";
        snprintf(text + len, sizeof(text) - len, p->ms ? " %s %d" : " %s", p->on ? "on" : "off", p->ms);
        len = strlen(text);
        if (p->most_ms)
            snprintf(text + len, sizeof(text) - len, "..%d", p->most_ms);
        if (p->ms == 0)
            return text;
    }
}

static void every_setting(void **state)
{
    static const struct {
        enum mc_board_line what;
        const char *setting;
        int powered;
        const char *text;
    } rows[] = {
        {MC_BOARD_RESET, "break", -EOPNOTSUPP, "break on 1000 off"},
        {MC_BOARD_RESET, "dtr", 0, "dtr on 1000 off"},
        {MC_BOARD_POWER_CYCLE, "rts", -EOPNOTSUPP, "rts on 3000 off 10000 on 1000 off"},
        {MC_BOARD_POWER_ON, "dtr", 1, "dtr on 1000 off"}, /* as configured: nobody is believed */
        {MC_BOARD_POWER_OFF, "dtr", -EOPNOTSUPP, "dtr on 3000 off 10000 off"},
        {MC_BOARD_RESET, "/sbin/reset", 1, "command"},
        {MC_BOARD_RESET, "auto", 1, "break on 750..1500 off 1500 off"},
        {MC_BOARD_RESET, "auto", 0, "break on 750..1500 off 1500 off"},
        {MC_BOARD_POWER_CYCLE, "auto", 1, "break on 3500..6000 off 14000 on 3500..6000 off"},
        {MC_BOARD_POWER_CYCLE, "auto", 0, "break on 3500..6000 off"},
        {MC_BOARD_POWER_CYCLE, "auto", -EIO, "break on 3500..6000 off 14000 on 3500..6000 off"},
        {MC_BOARD_POWER_ON, "auto", 0, "break on 3500..6000 off"},
        {MC_BOARD_POWER_ON, "auto", 1, "nothing"},
        {MC_BOARD_POWER_OFF, "auto", 1, "break on 3500..6000 off 14000 off"},
        {MC_BOARD_POWER_OFF, "auto", 0, "nothing"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(text_of(mc_board_pulses(rows[i].what, rows[i].setting, rows[i].powered)), rows[i].text);
}

/* What the contract reads from a break's length, and what it ignores. */
static void the_contracts_lengths(void **state)
{
    for (int what = MC_BOARD_RESET; what <= MC_BOARD_POWER_OFF; what++) {
        const struct mc_pulses *pulses = mc_board_pulses((enum mc_board_line)what, "auto", -EIO);
        bool key = what != MC_BOARD_RESET;

        for (const struct mc_pulse *p = pulses->steps; p->ms != 0; p++) {
            if (p->on)
                assert_in_range(p->ms, key ? 2500 : 400, key ? 6000 : 1500);
            assert_int_equal(p->most_ms, !p->on ? 0 : key ? 6000 : 1500);
        }
    }
    assert_in_range(MC_BREAK_MOST_MS, 1501, 2499); /* neither RESET any more nor PWRKEY yet */
    assert_true(MC_BREAK_NOTHING_MS > 6000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_setting), cmocka_unit_test(the_contracts_lengths)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
