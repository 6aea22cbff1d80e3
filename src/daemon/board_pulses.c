/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/daemon/board_pulses.h>

#include <string.h>

/*
 * A plain line is the board's own: pulses as MechaTracks' hardware guide has them, RESET 1 s (at least 0.5), PWRKEY 1 s
 * for on and 3 s (at least 2.5) for off, then up to 10 s until the modem is down: before that it hears no press.
 */
#define PLAIN(line)                                                                                                    \
    {                                                                                                                  \
        [MC_BOARD_RESET] = {line, {{true, 1000}, {false, 0}}},                                                         \
        [MC_BOARD_POWER_CYCLE] = {line, {{true, 3000}, {false, 10000}, {true, 1000}, {false, 0}}},                     \
        [MC_BOARD_POWER_ON] = {line, {{true, 1000}, {false, 0}}},                                                      \
        [MC_BOARD_POWER_OFF] = {line, {{true, 3000}, {false, 10000}, {false, 0}}},                                     \
    }
static const struct mc_pulses plain[][4] = {
    [MC_PULSE_BREAK] = PLAIN(MC_PULSE_BREAK),
    [MC_PULSE_DTR] = PLAIN(MC_PULSE_DTR),
    [MC_PULSE_RTS] = PLAIN(MC_PULSE_RTS),
};

/*
 * A bridge that keeps the contract (microcatd-bridge(7)): a break of 0.4 to 1.5 s pulls RESET, for 1 s once it is over:
 * before that nobody is to be greeted who is about to go. One of 2.5 to 6 s presses PWRKEY, once it is over, for as
 * long as it takes: 1 s when the modem is off, 3 s when it is on, then up to 10 s. A busy host is late to end a break,
 * and not to begin one: ours are short for what they mean.
 */
#define PULL                                                                                                           \
    {                                                                                                                  \
        true, 750, .most_ms = 1500                                                                                     \
    }
#define PRESS                                                                                                          \
    {                                                                                                                  \
        true, 3500, .most_ms = 6000                                                                                    \
    }
#define OFF_AFTER_MS   14000
#define RESET_AFTER_MS 1500
static const struct mc_pulses contract[] = {
    [MC_BOARD_RESET] = {MC_PULSE_BREAK, {PULL, {false, RESET_AFTER_MS}, {false, 0}}},
    [MC_BOARD_POWER_CYCLE] = {MC_PULSE_BREAK, {PRESS, {false, OFF_AFTER_MS}, PRESS, {false, 0}}},
    [MC_BOARD_POWER_ON] = {MC_PULSE_BREAK, {PRESS, {false, 0}}},
    [MC_BOARD_POWER_OFF] = {MC_PULSE_BREAK, {PRESS, {false, OFF_AFTER_MS}, {false, 0}}},
};
/* The key is the same for on and off: pressed for a modem that is in that state already, it would do the opposite. */
static const struct mc_pulses is_so_already = {.steps = {{.nothing = true}}};

static const struct mc_pulses *by_contract(enum mc_board_line what, int powered)
{
    if ((what == MC_BOARD_POWER_ON && powered == 1) || (what == MC_BOARD_POWER_OFF && powered == 0))
        return &is_so_already;
    if (what == MC_BOARD_POWER_CYCLE && powered == 0)
        return &contract[MC_BOARD_POWER_ON];
    return &contract[what];
}

const struct mc_pulses *mc_board_pulses(enum mc_board_line what, const char *setting, int powered)
{
    static const char *const names[] = {[MC_PULSE_BREAK] = "break", [MC_PULSE_DTR] = "dtr", [MC_PULSE_RTS] = "rts"};

    if (!strcmp(setting, "auto"))
        return by_contract(what, powered);
    for (size_t line = 0; line < MC_LENGTH_OF(names); line++)
        if (!strcmp(setting, names[line]))
            return &plain[line][what];
    return NULL;
}
