# SPDX-License-Identifier: MIT
# The bridge under the real interpreter, with a made-up machine and a clock from outside. One case a rule of the contract.
import struct
import sys

import machine
import microcat
from microcat import board as board_module
from microcat import bridge as bridge_module
from microcat import port as port_module
from microcat.ring import Ring


class Clock:
    now = 1000

    def ticks_ms(self):
        return Clock.now

    def ticks_diff(self, a, b):
        return a - b

    def ticks_add(self, a, b):
        return a + b

    def sleep_ms(self, ms):
        Clock.now += ms
        if Clock.asleep:
            Clock.asleep()


clock = Clock()
Clock.asleep = None
for module in (board_module, bridge_module, port_module, microcat):
    module.time = clock


class Bed:
    def __init__(self, plugged=True):
        machine.log.clear()
        machine.pins.clear()
        machine.mem32.clear()
        self.usb = machine.USBDevice()
        self.counters = {name: 0 for name in microcat.counters}
        to, back = Ring(1024), Ring(1024)
        self.board = board_module.Board()
        serial = microcat.Serial()
        self.uart = machine.UART.last
        self.port = port_module.Port(self.usb, to, back)
        self.port.start()
        self.bridge = bridge_module.Bridge(self.port, serial, self.board, to, back, self.counters)
        if plugged:
            self.usb.plug()
            self.lines(dtr=True)

    def run(self, ms):
        for _ in range(ms):
            Clock.now += 1
            self.bridge.step(Clock.now)

    def lines(self, dtr=False, rts=False):
        assert self.usb.control(0x21, 0x22, int(dtr) | int(rts) << 1) is not None

    def coding(self, baud, stop=0, parity=0, bits=8):
        return self.usb.control(0x21, 0x20, 0, struct.pack("<IBBB", baud, stop, parity, bits))

    def break_for(self, ms):
        self.usb.control(0x21, 0x23, 0xFFFF)
        self.run(ms)
        self.usb.control(0x21, 0x23, 0)
        self.run(1)

    def modem_on(self, on=True):
        machine.pins[32].level = int(on)

    def read_all(self):
        data = b""
        for _ in range(200):
            self.run(1)
            piece = self.usb.host_reads()
            assert not piece or len(piece) % 64, "a host waits after a full packet"
            data += piece
        return data

    def pressed(self):
        return [entry[1:] for entry in machine.log if entry[0] == "pin" and entry[1] in (30, 31)]


def pattern(n, seed=1):
    out = bytearray(n)
    for i in range(n):
        seed = (seed * 75 + 74) % 65537
        out[i] = seed & 255
    return bytes(out)


def test_ring_keeps_order_over_the_seam():
    ring, wrote, read = Ring(64), b"", b""
    for i in range(1, 200):
        data = pattern(i % 40, i)[: ring.free()]
        ring.append(memoryview(data))
        wrote += data
        piece = ring.piece(1 + i % 23)
        read += bytes(piece)
        ring.drop(len(piece))
    while ring.used():
        piece = ring.piece(64)
        read += bytes(piece)
        ring.drop(len(piece))
    assert wrote == read and len(wrote) > 1000


def test_descriptors_add_a_named_function_behind_the_repl():
    bed = Bed()
    d = bytes(bed.usb.desc_cfg)
    assert struct.unpack("<H", d[2:4])[0] == len(d) and d[4] == 4
    assert d[:2] + d[5:75] == machine.USBDevice.BUILTIN_DEFAULT.desc_cfg[:2] + machine.USBDevice.BUILTIN_DEFAULT.desc_cfg[5:]
    at, kinds = 75, []
    while at < len(d):
        kinds.append((d[at + 1], d[at + 2]))
        at += d[at]
    assert at == len(d)
    assert [k for k in kinds if k[0] != 0x24] == [(11, 2), (4, 2), (5, 0x83), (4, 3), (5, 4), (5, 0x84)]
    assert d[75 + 8 + 8] == 5 and bed.usb.strs == {5: "MicroCat.1 modem"}


def test_bytes_go_through_unchanged_both_ways():
    bed, data = Bed(), pattern(20000)
    sent = 0
    bed.uart.room = 100
    while sent < len(data):
        sent += bed.usb.host_writes(data[sent : sent + 200])
        bed.uart.room = 100
        bed.run(1)
    bed.uart.room = 1 << 30
    bed.run(20)
    assert bed.uart.tx == data
    got, fed = b"", 0
    while fed < len(data) or bed.uart.rx:
        bed.uart.rx += data[fed : fed + 100]
        fed += 100
        bed.run(1)
        got += bed.usb.host_reads()
    assert got + bed.read_all() == data
    assert bed.counters["lost"] == bed.counters["unread"] == 0


def test_a_full_packet_never_ends_a_transfer():
    for n in (63, 64, 65, 128, 512):
        bed = Bed()
        bed.uart.rx = pattern(n)
        assert bed.read_all() == pattern(n)


def test_speed_changes_after_what_was_written_before():
    bed = Bed()
    bed.uart.room = 0
    bed.usb.host_writes(b"before")
    assert bed.coding(460800) is not None
    bed.usb.host_writes(b"after")
    bed.run(5)
    assert bed.uart.set == (115200, 0)
    bed.uart.room, bed.uart.done = 6, False
    bed.run(5)
    assert bed.uart.tx == b"before" and bed.uart.set == (115200, 0)
    bed.uart.done, bed.uart.rx = True, b"late"
    bed.uart.room = 100
    bed.run(2)
    assert bed.uart.set == (460800, 0) and bed.uart.tx == b"beforeafter"
    assert ("uart", 460800, 0, 6) in machine.log
    assert bed.read_all() == b"late"
    assert struct.unpack("<I", bed.usb.control(0xA1, 0x21, length=7)[:4])[0] == 460800


def test_the_same_speed_again_touches_nothing():
    bed = Bed()
    inits = len([e for e in machine.log if e[0] == "uart"])
    bed.coding(115200)
    bed.lines(dtr=True)
    bed.run(5)
    assert len([e for e in machine.log if e[0] == "uart"]) == inits


def test_a_switch_there_and_back_touches_nothing():
    bed = Bed()
    inits = len([e for e in machine.log if e[0] == "uart"])
    bed.lines(dtr=True, rts=True)
    bed.lines(dtr=True)
    bed.run(5)
    assert len([e for e in machine.log if e[0] == "uart"]) == inits and not bed.port.changes


def test_what_came_at_the_old_speed_is_read_over_the_seam():
    bed = Bed()
    bed.uart.rx = pattern(1000)
    assert bed.read_all() == pattern(1000)
    bed.uart.rx = pattern(300)
    bed.coding(460800)
    assert bed.read_all() == pattern(300) and bed.counters["lost"] == 0
    bed.uart.rx = pattern(3000)
    bed.coding(115200)
    assert len(bed.read_all()) + bed.counters["lost"] == 3000


def test_other_formats_are_stalled():
    bed = Bed()
    for wrong in ((9600, 2, 0, 8), (9600, 0, 1, 8), (9600, 0, 0, 7), (0, 0, 0, 8), (100000000, 0, 0, 8)):
        assert bed.coding(*wrong) is None
    bed.run(3)
    assert bed.uart.set == (115200, 0)
    assert bed.usb.control(0x21, 0x02) is None and bed.usb.control(0x21, 0x22, 1, itf=0) is None


def test_rts_is_the_flow_control_switch():
    bed = Bed()
    assert bed.uart.set == (115200, 0) and machine.pins[39].level == 0
    bed.lines(dtr=True, rts=True)
    bed.run(2)
    assert bed.uart.set == (115200, 3)
    machine.pins[39].level = 1
    bed.lines(dtr=True)
    bed.run(2)
    assert bed.uart.set == (115200, 0) and machine.pins[39].level == 0


def test_a_stuck_modem_does_not_hold_a_change_for_ever():
    bed = Bed()
    bed.lines(dtr=True, rts=True)
    bed.run(2)
    bed.uart.room = 0
    bed.usb.host_writes(b"stuck")
    bed.lines(dtr=True)
    bed.run(1900)
    assert bed.uart.set[1] == 3
    bed.run(200)
    assert bed.uart.set[1] == 0 and bed.counters["changes forced"] == 1


def test_break_says_by_its_length_what_is_pressed():
    # length in ms, modem on, what is pressed and for how long
    rows = ((300, True, None, 0), (395, True, None, 0), (450, True, 31, 1000), (1450, False, 31, 1000), (1600, True, None, 0),
            (2400, True, None, 0), (2600, False, 30, 1000), (2600, True, 30, 3000), (5900, True, 30, 3000), (6100, True, None, 0))
    for ms, on, pin, press_ms in rows:
        bed = Bed()
        bed.modem_on(on)
        bed.run(2)
        bed.break_for(ms)
        if pin is None:
            bed.run(100)
            assert bed.pressed() == [] and bed.counters["breaks ignored"] == 1, ms
            continue
        bed.run(press_ms - 20)
        assert bed.pressed() == [(pin, 1)], ms
        bed.run(40)
        assert bed.pressed() == [(pin, 1), (pin, 0)], ms
        assert bed.counters["breaks ignored"] == 0


def test_a_break_with_its_own_length():
    bed = Bed()
    bed.usb.control(0x21, 0x23, 500)
    bed.run(490)
    assert bed.pressed() == []
    bed.run(20)
    assert bed.pressed() == [(31, 1)]


def test_opening_closing_and_dtr_press_nothing():
    bed = Bed()
    for dtr, rts in ((False, False), (True, True), (False, True), (True, False), (False, False)):
        bed.lines(dtr, rts)
        bed.run(700)
    bed.usb.control(0x21, 0x23, 0)  # the end of a BREAK that never began
    bed.usb.unplug()
    bed.run(3000)
    assert bed.pressed() == []


def test_dsr_tells_status_at_once_and_after_opening():
    bed = Bed()
    bed.run(3)
    bed.usb.host_reads(0x83)
    bed.run(3)
    bed.usb.host_reads(0x83)
    bed.run(50)
    assert 0x83 not in bed.usb.pending
    bed.modem_on()
    bed.run(2)
    assert bed.usb.host_reads(0x83) == b"\xa1\x20\x00\x00\x02\x00\x02\x00\x02\x00"
    bed.modem_on(False)
    bed.run(2)
    assert bed.usb.host_reads(0x83)[8] == 0
    bed.run(50)
    assert 0x83 not in bed.usb.pending
    bed.lines()
    bed.lines(dtr=True)
    bed.run(2)
    assert bed.usb.host_reads(0x83)[8] == 0


def test_without_a_host_it_neither_blocks_nor_leaks():
    bed = Bed(plugged=False)
    for _ in range(40):
        bed.uart.rx += pattern(1000)
        bed.run(300)
    bed.run(2000)
    assert not bed.uart.rx
    assert bed.counters["unread"] + bed.counters["lost"] == 40000


def test_a_host_that_waits_loses_nothing_with_flow_control():
    bed = Bed()
    bed.lines(dtr=True, rts=True)
    bed.run(2)
    bed.uart.rx = pattern(3000)
    bed.run(5000)
    assert bed.counters["lost"] == bed.counters["unread"] == 0
    assert bed.read_all() == pattern(3000)


def test_a_full_ring_holds_the_host():
    bed = Bed()
    bed.uart.room = 0
    taken = bed.usb.host_writes(pattern(5000))
    assert 900 < taken <= 1024
    bed.uart.room = 1 << 30
    bed.run(5)
    assert bed.usb.host_writes(pattern(64)) == 64


def test_the_usb_comes_back_after_a_reset():
    bed = Bed()
    bed.uart.rx = b"kept"
    bed.run(2)
    bed.usb.unplug()
    bed.usb.plug()
    bed.lines(dtr=True)
    assert bed.read_all() == b"kept"
    assert bed.usb.host_writes(b"again") == 5


def test_the_led():
    bed = Bed()
    led = machine.pins[29]
    bed.run(10)
    assert led.level == 0
    bed.modem_on()
    bed.run(500)
    assert led.level == 1
    blinks = 0
    for _ in range(10):
        before = led.level
        bed.usb.host_writes(b"x")
        bed.run(100)
        blinks += before != led.level
    assert blinks >= 8
    bed.run(600)
    assert led.level == 1


def test_an_exception_in_a_callback_reaches_the_main_loop():
    bed = Bed()
    bed.usb.xfer_cb(4, 0, "no number")
    try:
        bed.run(1)
    except TypeError:
        return
    assert False


def test_an_exception_starts_it_anew_and_ctrl_c_ends_it():
    machine.log.clear()
    machine.mem32.clear()
    microcat.counters["restarts"] = 0
    rounds = [0]

    def asleep():
        rounds[0] += 1
        if rounds[0] in (5, 9):
            raise ValueError("made up")
        if rounds[0] == 30:
            raise KeyboardInterrupt

    Clock.asleep = asleep
    fed = machine.WDT.fed
    microcat.run()
    Clock.asleep = None
    assert microcat.counters["restarts"] == 2 and rounds[0] == 30
    assert machine.WDT.fed - fed >= 25
    assert [e for e in machine.log if e[0] == "usb"] == [("usb", False), ("usb", True)]  # the REPL stays connected
    assert machine.mem32 == {0x400D8000 + 0x3000: 1 << 30}


def test_a_firmware_without_usbdevice_is_told():
    usb = machine.USBDevice
    del machine.USBDevice
    machine.log.clear()
    try:
        microcat.run()
    finally:
        machine.USBDevice = usb
    assert machine.log == []


def main():
    names = sorted(name for name in globals() if name.startswith("test_"))
    print("1..%d" % len(names))
    for i, name in enumerate(names):
        try:
            globals()[name]()
            print("ok %d - %s" % (i + 1, name[5:].replace("_", " ")))
        except Exception as e:
            print("not ok %d - %s" % (i + 1, name[5:].replace("_", " ")))
            sys.print_exception(e)
