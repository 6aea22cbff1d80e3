/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_TERMSPEED_H
#define MICROCAT_SIM_TERMSPEED_H

#include <stdint.h>
#include <termios.h>

/** The output speed in bit/s; 0 when it is none of the usual ones. */
uint32_t sim_termspeed(const struct termios *settings);

#endif
