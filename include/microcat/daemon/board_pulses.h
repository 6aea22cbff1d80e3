/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_BOARD_PULSES_H
#define MICROCAT_DAEMON_BOARD_PULSES_H

/* How the board's lines are worked over the port: level and time, step by step. A table, no I/O. */

#include <microcat/link/link.h>
#include <stdbool.h>

/* A BREAK that was held too long says nothing to the contract's bridge, up to 2.5 s and beyond 6 s; between it presses
 * PWRKEY. So it is let go up to the first, or held until the second; both leave half a second for who is late again. */
#define MC_BREAK_MOST_MS    2000
#define MC_BREAK_NOTHING_MS 6500

enum mc_pulse_line { MC_PULSE_BREAK, MC_PULSE_DTR, MC_PULSE_RTS };

struct mc_pulse {
    bool on;
    int ms;       /* how long until the next step; 0: this was the last one */
    bool nothing; /* the line stays as it is */
    int most_ms;  /* who reads the line's length takes a longer one for another word, or none; 0: any will do */
};

struct mc_pulses {
    enum mc_pulse_line line;
    struct mc_pulse steps[5];
};

/**
 * @setting: Reset= or Power=. @powered: what the bridge says of the modem, 1, 0 or -errno (it does not tell). NULL: the
 * setting is a command, or none.
 */
const struct mc_pulses *mc_board_pulses(enum mc_board_line what, const char *setting, int powered);

#endif
