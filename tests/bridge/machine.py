# SPDX-License-Identifier: MIT
# A made-up machine: pins, UART, USB device and watchdog that tests look into and drive from the outside.
import struct

log = []
pins = {}
mem32 = {}


class Pin:
    IN, OUT = 0, 1

    def __new__(cls, n, mode=None, value=None):
        pin = pins.get(n)
        if pin is None:
            pin = pins[n] = object.__new__(cls)
            pin.n, pin.level = n, 0
        if value is not None:
            pin.value(value)
        return pin

    def __init__(self, n, mode=None, value=None):
        pass

    def value(self, level=None):
        if level is None:
            return self.level
        if level != self.level:
            log.append(("pin", self.n, level))
        self.level = level


class WDT:
    fed = 0

    def __init__(self, timeout):
        assert timeout <= 8000
        log.append(("wdt", timeout))

    def feed(self):
        WDT.fed += 1


class UART:
    RTS, CTS = 2, 1

    def __init__(self, n):
        assert n == 1
        self.set = None
        self.rx = b""
        self.tx = b""
        self.room = 1 << 30  # what it still takes
        self.done = True
        UART.last = self

    def init(self, **how):
        self.set = (how["baudrate"], how["flow"])
        self.rx = b""  # as the real one: what is buffered is gone
        log.append(("uart",) + self.set + (len(self.tx),))

    def txdone(self):
        return self.done

    def write(self, data):
        n = min(len(data), self.room)
        self.tx += bytes(data[:n])
        self.room -= n
        return n or None

    def any(self):
        return len(self.rx)

    def readinto(self, into, n):
        n = min(n, len(into), len(self.rx))
        into[:n] = self.rx[:n]
        self.rx = self.rx[n:]
        return n or None


class _Builtin:
    itf_max, ep_max, str_max = 2, 3, 5
    desc_dev = bytes(18)
    desc_cfg = struct.pack("<BBHBBBBB", 9, 2, 75, 2, 1, 0, 0x80, 125) + bytes(66)


class USBDevice:
    BUILTIN_DEFAULT = _Builtin

    def __init__(self):
        self.on = False
        self.pending = {}
        self.refuse = 0

    def active(self, on=None):
        if on is not None:
            self.on = on
            log.append(("usb", on))
        return self.on

    def config(self, desc_dev, desc_cfg, strs, opened, reset, control, xfer):
        self.desc_cfg, self.strs = desc_cfg, strs
        self.opened, self.reset_cb, self.control_cb, self.xfer_cb = opened, reset, control, xfer

    def submit_xfer(self, ep, data):
        if self.refuse:
            raise OSError(22)
        if ep in self.pending:
            raise OSError(16)
        self.pending[ep] = data
        return True

    # The host's side.

    def plug(self):
        self.opened(memoryview(self.desc_cfg)[75 + 8 :])

    def unplug(self):
        self.pending.clear()
        self.reset_cb()

    def control(self, kind, what, value=0, data=b"", itf=2, length=None):
        # Returns None when it was stalled, else what came back.
        request = memoryview(struct.pack("<BBHHH", kind, what, value, itf, len(data) if length is None else length))
        answer = self.control_cb(1, request)
        if answer is False:
            return None
        if answer is not True:
            if kind & 0x80:
                data = bytes(answer)
            else:
                answer[: len(data)] = data
            if self.control_cb(2, request) is False:
                return None
        self.control_cb(3, request)
        return data

    def host_writes(self, data):
        # Returns how many bytes the device took.
        taken = 0
        while taken < len(data) and 0x04 in self.pending:
            n = min(64, len(data) - taken)
            self.pending.pop(0x04)[:n] = data[taken : taken + n]
            taken += n
            self.xfer_cb(0x04, 0, n)
        return taken

    def host_reads(self, ep=0x84):
        data = bytes(self.pending.pop(ep)) if ep in self.pending else b""
        if data:
            self.xfer_cb(ep, 0, len(data))
        return data
