# SPDX-License-Identifier: MIT
# The bridge's program as the board runs it (microcat.run()), with a made-up machine whose USB, UART and pins are descriptors of
# live.mjs. `js.wire` reads and writes them; it does so where the bridge feeds its watchdog, once a round of its loop, and sleeps.
import struct
import sys

import js
import machine
import uctypes

wire = js.wire
EP_NOTE, EP_OUT, EP_IN = 0x83, 0x04, 0x84
_room = bytearray(4096)
_room_at = uctypes.addressof(_room)


def take(which, most):
    n = wire.take(which, _room_at, most)
    return bytes(memoryview(_room)[:n])


def put(which, data):
    return wire.put(which, uctypes.addressof(data), len(data))


class Time:
    ticks_ms = staticmethod(lambda: int(wire.now()))
    ticks_diff = staticmethod(lambda a, b: a - b)
    ticks_add = staticmethod(lambda a, b: a + b)

    @staticmethod
    def sleep_ms(ms):
        wire.rest(ms)
        pump()


class Pin(machine.Pin):
    def value(self, level=None):
        if level is not None and level != self.level:
            wire.tell("pin %d %d %d" % (self.n, level, Time.ticks_ms()))
        self.level = self.level if level is None else level
        return self.level


class WDT:
    def __init__(self, timeout):
        pass

    def feed(self):
        pump()


class UART(machine.UART):
    def init(self, **how):
        self.rx = b""
        wire.tell("uart %d %d" % (how["baudrate"], 1 if how["flow"] else 0))

    def txdone(self):
        return True

    def write(self, data):
        return put(1, data) or None

    def any(self):
        if not self.rx:
            self.rx = take(1, 4096)
        return len(self.rx)


class USBDevice(machine.USBDevice):
    def active(self, on=None):
        global usb
        usb = self
        if on:
            wire.tell("usb 1")
        return bool(on)


usb = None


def order(words):
    if words[0] == "plug":
        usb.plug()
    elif words[0] == "coding":
        usb.control(0x21, 0x20, data=struct.pack("<IBBB", int(words[1]), 0, 0, 8))
    elif words[0] == "lines":
        usb.control(0x21, 0x22, int(words[1]))
    elif words[0] == "break":
        usb.control(0x21, 0x23, int(words[1]))
    elif words[0] == "status":
        machine.Pin(32).level = int(words[1])
    elif words[0] == "counters":
        wire.tell("counters " + repr(sys.modules["microcat"].counters))
    wire.tell("done")


def pump():
    line = wire.asked()
    while line:
        order(line.split())
        line = wire.asked()
    if usb is None:
        return
    for _ in range(64):  # packets in a frame or so
        if EP_OUT not in usb.pending:
            break
        data = take(0, 64)
        if not data:
            break
        usb.host_writes(data)
    while EP_IN in usb.pending:
        # The host's driver takes a transfer whole or, when nobody reads, not yet.
        if not put(0, usb.pending[EP_IN]):
            break
        usb.host_reads(EP_IN)
    if EP_NOTE in usb.pending:
        wire.tell("state %d" % usb.host_reads(EP_NOTE)[8])


machine.Pin, machine.WDT, machine.UART, machine.USBDevice = Pin, WDT, UART, USBDevice
import microcat  # noqa: E402
from microcat import board, bridge, port  # noqa: E402

for module in (microcat, board, bridge, port):
    module.time = Time
microcat.run()
