# SPDX-License-Identifier: MIT
# The transparent bridge of a MicroCat.1: USB on one side, the modem's UART on the other. README.md, "The bridge", tells what it promises.
import gc
import sys
import time

import machine

from .board import Board
from .bridge import Bridge
from .port import Port
from .ring import Ring
from .serial import Serial

VERSION = "0.1.0"
_RING_BYTES = 8192
_REST_MS = 1000  # after an exception
_IDLE_MS = 2000  # after so long without data there is time to collect garbage

counters = {name: 0 for name in ("to modem", "from modem", "lost", "unread", "breaks ignored", "changes forced", "restarts")}


def _loop(bridge, board):
    idle_since = time.ticks_ms()
    collected = False
    while True:
        board.feed()
        now = time.ticks_ms()
        if bridge.step(now):
            idle_since = now
            collected = False
            continue
        if not collected and time.ticks_diff(now, idle_since) > _IDLE_MS:
            gc.collect()
            collected = True
        time.sleep_ms(1)


def run():
    if not hasattr(machine, "USBDevice"):
        print("microcat: this firmware has no machine.USBDevice: it cannot be a bridge")
        return
    to_modem, from_modem = Ring(_RING_BYTES), Ring(_RING_BYTES)
    board = Board()
    serial = Serial()
    port = Port(machine.USBDevice(), to_modem, from_modem)
    port.set_dsr(board.powered())
    try:
        port.start()
        while True:
            try:
                _loop(Bridge(port, serial, board, to_modem, from_modem, counters), board)
            except Exception as e:
                counters["restarts"] += 1
                sys.print_exception(e)
                print("microcat: the bridge starts anew")
                board.feed()
                time.sleep_ms(_REST_MS)
    except KeyboardInterrupt:
        print("microcat: the bridge %s has stopped; Ctrl-D starts it" % VERSION)
        print("microcat:", counters)
    finally:
        board.close()
