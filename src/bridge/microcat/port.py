# SPDX-License-Identifier: MIT
# The modem's function on the USB: control requests in, bytes both ways, the state of the lines out.
#
# Everything the host does comes in callbacks, which MicroPython runs between two steps of the main loop. They only note what was
# asked; the main loop does it.
import struct
import time

from . import descriptors

_SETUP, _DATA, _ACK = 1, 2, 3
_SET_LINE_CODING, _GET_LINE_CODING, _SET_LINES, _SEND_BREAK = 0x20, 0x21, 0x22, 0x23
_BREAK_UNTIL_TOLD = 0xFFFF
_DSR = 2  # bTxCarrier: what V.24 calls DSR
# A transfer to the host. The host's driver reads until a short packet, so no transfer is a multiple of a packet.
_MOST_BYTES = 8 * descriptors.PACKET_BYTES - 1
LOWEST_BAUD, HIGHEST_BAUD = 300, 3000000


class Port:
    def __init__(self, usb, to_modem, from_modem):
        # usb: machine.USBDevice(); the rings: what the host wrote, and what it shall read.
        self._usb = usb
        self._to_modem = to_modem
        self._from_modem = from_modem
        self._packet = memoryview(bytearray(descriptors.PACKET_BYTES))
        self._coding = bytearray(struct.pack("<IBBB", 115200, 0, 0, 8))
        self._asked = bytearray(7)
        self._note = bytearray(struct.pack("<BBHHHH", 0xA1, 0x20, 0, 0, 2, 0))
        self._note_wanted = False
        self._breaking_since = None
        self._break_ends = None
        self._forget_transfers()
        self.dsr = False
        self.configured = False
        self.dtr = False
        self.rts = False
        self.baud = 115200
        self.changes = []  # [ring position, speed, flow control], oldest first: applied when the bytes before it are gone
        self.breaks = []  # lengths in ms of those that ended
        self.sent_ms = time.ticks_ms()  # when the host last took something
        self.failed = None  # what went wrong in a callback

    def start(self):
        usb = self._usb
        builtin = usb.BUILTIN_DEFAULT
        self._itf = builtin.itf_max
        self._ep_note = 0x80 | builtin.ep_max
        self._ep_out = builtin.ep_max + 1
        self._ep_in = 0x80 | self._ep_out
        struct.pack_into("<H", self._note, 4, self._itf)
        usb.active(False)
        usb.builtin_driver = builtin
        self._desc = descriptors.configuration(builtin)
        usb.config(
            builtin.desc_dev,
            self._desc,
            {builtin.str_max: descriptors.NAME},
            self._guarded(self._on_open, True),
            self._guarded(self._on_reset, True),
            self._guarded(self._on_control, False),
            self._guarded(self._on_transfer, True),
        )
        usb.active(True)

    def _guarded(self, callback, otherwise):
        # An exception in a callback would only be printed by the firmware, a Ctrl-C too: the main loop raises it again.
        def call(*args):
            try:
                return callback(*args)
            except BaseException as e:
                self.failed = e
                return otherwise

        return call

    def _forget_transfers(self):
        self._out_busy = False
        self._in_bytes = 0
        self._note_busy = False

    # Callbacks.

    def _on_open(self, desc):
        if desc[2] == self._itf:
            self._forget_transfers()
            self.configured = True
            self._note_wanted = True
            self._listen()

    def _on_reset(self):
        # What was under way never ends; the host will open the function again.
        self.configured = False
        self._forget_transfers()
        self._breaking_since = self._break_ends = None
        self._set_lines(0)

    def _on_control(self, stage, request):
        kind, what, value, index, length = struct.unpack("<BBHHH", request)
        if index & 0xFF != self._itf:
            return False
        if kind == 0xA1 and what == _GET_LINE_CODING:
            return self._coding if stage == _SETUP else True
        if kind != 0x21:
            return False
        if what == _SET_LINE_CODING:
            return self._on_coding(stage, length)
        if what == _SET_LINES:
            if stage == _ACK:
                self._set_lines(value)
            return True
        if what == _SEND_BREAK:
            if stage == _ACK:
                self._on_break(value)
            return True
        return False

    def _on_coding(self, stage, length):
        if stage == _SETUP:
            return self._asked if length == 7 else False
        baud, stop, parity, bits = struct.unpack("<IBBB", self._asked)
        if stage == _DATA:
            return stop == 0 and parity == 0 and bits == 8 and LOWEST_BAUD <= baud <= HIGHEST_BAUD
        self._coding[:] = self._asked
        if baud != self.baud:
            self.baud = baud
            self._change()
        return True

    def _set_lines(self, value):
        dtr, rts = bool(value & 1), bool(value & 2)
        if dtr and not self.dtr:
            self._note_wanted = True  # once after opening
        self.dtr = dtr
        if rts != self.rts:
            self.rts = rts
            self._change()

    def _change(self):
        at = self._to_modem.head
        if self.changes and (self.changes[-1][0] == at or len(self.changes) >= 8):
            self.changes[-1][1:] = [self.baud, self.rts]
        else:
            self.changes.append([at, self.baud, self.rts])

    def _on_break(self, value):
        now = time.ticks_ms()
        if value == 0:
            self._end_break(now)
        else:
            self._breaking_since = now
            self._break_ends = None if value == _BREAK_UNTIL_TOLD else time.ticks_add(now, value)

    def _end_break(self, now):
        if self._breaking_since is not None:
            self.breaks.append(time.ticks_diff(now, self._breaking_since))
        self._breaking_since = self._break_ends = None

    def _on_transfer(self, ep, result, n):
        if ep == self._ep_out:
            self._out_busy = False
            self._to_modem.append(self._packet[:n])
            self._listen()
        elif ep == self._ep_in:
            self._in_bytes = 0
            self._from_modem.drop(n)
            self.sent_ms = time.ticks_ms()
        elif ep == self._ep_note:
            self._note_busy = False
        return True

    # For the main loop.

    def _submit(self, ep, data):
        # False when the USB is not ready for it: asked again at the next step.
        try:
            return self._usb.submit_xfer(ep, data)
        except OSError:
            return False

    def _listen(self):
        # One packet at a time: a longer transfer would wait for a short packet, which a host need not send.
        if self.configured and not self._out_busy and self._to_modem.free() >= len(self._packet):
            self._out_busy = True  # before: the callback may come at once
            if not self._submit(self._ep_out, self._packet):
                self._out_busy = False

    def _talk(self):
        if self._in_bytes or not self._from_modem.used():
            return
        data = self._from_modem.piece(_MOST_BYTES)
        if len(data) % descriptors.PACKET_BYTES == 0:
            data = data[:-1]
        self._in_bytes = len(data)
        if not self._submit(self._ep_in, data):
            self._in_bytes = 0

    def _notify(self):
        if self._note_busy or not self._note_wanted:
            return
        self._note_wanted = False
        self._note[8] = _DSR if self.dsr else 0
        self._note_busy = True
        if not self._submit(self._ep_note, self._note):
            self._note_busy = False
            self._note_wanted = True

    def set_dsr(self, on):
        if on != self.dsr:
            self.dsr = on
            self._note_wanted = True

    def unread(self):
        # Bytes are discarded that wait for a host that is not there; returns how many. What is under way already stays.
        return self._from_modem.keep(self._in_bytes)

    def poll(self, now):
        if self.failed is not None:
            failed, self.failed = self.failed, None
            raise failed
        if self._break_ends is not None and time.ticks_diff(now, self._break_ends) >= 0:
            self._end_break(self._break_ends)
        if self.configured:
            self._listen()
            self._talk()
            self._notify()
