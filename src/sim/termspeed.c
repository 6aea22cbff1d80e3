/* SPDX-License-Identifier: MIT */
#include "termspeed.h"
#include <stddef.h>

uint32_t sim_termspeed(const struct termios *settings)
{
    static const struct {
        speed_t code;
        uint32_t baud;
    } speeds[] = {{B300, 300},       {B1200, 1200},     {B2400, 2400},      {B4800, 4800},     {B9600, 9600},
                  {B19200, 19200},   {B38400, 38400},   {B57600, 57600},    {B115200, 115200}, {B230400, 230400},
                  {B460800, 460800}, {B921600, 921600}, {B1000000, 1000000}};
    speed_t code = cfgetospeed(settings);

    for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++)
        if (speeds[i].code == code)
            return speeds[i].baud;
    return 0;
}
