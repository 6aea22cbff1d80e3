# SPDX-License-Identifier: MIT
# What the board has beside the UART: the modem's PWRKEY, RESET and STATUS, the LED, the watchdog.
import time

import machine

PWRKEY, RESET, STATUS, LED = 30, 31, 32, 29
# How long a BREAK lasts says what it means; shorter, between and longer means nothing.
RESTART_MS = (400, 1500)
POWER_MS = (2500, 6000)
# How long each line is pressed.
PRESS_RESET_MS, PRESS_ON_MS, PRESS_OFF_MS = 1000, 1000, 3000
_BLINK_MS, _DATA_MS = 100, 300
_WATCHDOG_MS = 6000
_WATCHDOG_CTRL_CLEAR = 0x400D8000 + 0x3000  # RP2350: the watchdog's CTRL, as the alias that clears bits
_WATCHDOG_ENABLE = 1 << 30


class Board:
    def __init__(self):
        # Both idle low while the modem boots.
        self._pwrkey = machine.Pin(PWRKEY, machine.Pin.OUT, value=0)
        self._reset = machine.Pin(RESET, machine.Pin.OUT, value=0)
        self._status = machine.Pin(STATUS, machine.Pin.IN)
        self._led = machine.Pin(LED, machine.Pin.OUT, value=0)
        self._watchdog = machine.WDT(timeout=_WATCHDOG_MS)
        self._pressed = None
        self._release_ms = 0
        self._data_ms = None
        self._lit = 0

    def powered(self):
        return bool(self._status.value())

    def feed(self):
        self._watchdog.feed()

    def on_break(self, length_ms):
        # Returns whether the BREAK meant something and could be done.
        if RESTART_MS[0] <= length_ms <= RESTART_MS[1]:
            return self._press(self._reset, PRESS_RESET_MS)
        if POWER_MS[0] <= length_ms <= POWER_MS[1]:
            return self._press(self._pwrkey, PRESS_OFF_MS if self.powered() else PRESS_ON_MS)
        return False

    def _press(self, pin, ms):
        if self._pressed is not None:
            return False
        pin.value(1)
        self._pressed = pin
        # From here, not from when the round began, and a tick more, for this one may be over at once: 999 ms are not what was promised.
        self._release_ms = time.ticks_add(time.ticks_ms(), ms + 1)
        return True

    def saw_data(self, now):
        self._data_ms = now

    def poll(self, now):
        if self._pressed is not None and time.ticks_diff(now, self._release_ms) >= 0:
            self._pressed.value(0)
            self._pressed = None
        # The LED: off, on or blinking for a modem that is off, on, or has data.
        if self._data_ms is not None and time.ticks_diff(now, self._data_ms) > _DATA_MS:
            self._data_ms = None
        lit = int(self.powered())
        if lit and self._data_ms is not None:
            lit = (now // _BLINK_MS) & 1
        if lit != self._lit:
            self._lit = lit
            self._led.value(lit)

    def close(self):
        # Nothing stays pressed. The firmware cannot stop its watchdog, which would reset the board under the person who pressed
        # Ctrl-C; the register can.
        self._pwrkey.value(0)
        self._reset.value(0)
        self._led.value(0)
        machine.mem32[_WATCHDOG_CTRL_CLEAR] = _WATCHDOG_ENABLE
