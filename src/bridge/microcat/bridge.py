# SPDX-License-Identifier: MIT
# The main loop: copies between the port and the UART, and does what the host asked for.
import time

_CHANGE_MS = 2000  # how long a change of speed waits for bytes that the modem does not take
_AWAY_MS = 1000  # a closed port from which nobody took anything for so long has no reader


class Bridge:
    def __init__(self, port, serial, board, to_modem, from_modem, counters):
        self._port = port
        self._serial = serial
        self._board = board
        self._to_modem = to_modem
        self._from_modem = from_modem
        self._counters = counters
        self._change_since = None
        serial.set(port.baud, port.rts)
        port.changes.clear()

    def step(self, now):
        # One round; returns whether bytes moved.
        port, board = self._port, self._board
        port.poll(now)
        port.set_dsr(board.powered())
        while port.breaks:
            if not board.on_break(port.breaks.pop(0)):
                self._counters["breaks ignored"] += 1
        moved = self._to() + self._from(now)
        self._change(now)
        if moved:
            board.saw_data(now)
        board.poll(now)
        return moved > 0

    def _to(self):
        ring, moved = self._to_modem, 0
        for _ in range(2):  # both sides of the ring's seam
            most = ring.used()
            if self._port.changes:
                most = min(most, ring.before(self._port.changes[0][0]))
            if not most:
                break
            n = self._serial.write(ring.piece(most))
            if not n:
                break
            ring.drop(n)
            moved += n
        self._counters["to modem"] += moved
        return moved

    def _from(self, now):
        moved = self._serial.read_into(self._from_modem)
        self._counters["from modem"] += moved
        port = self._port
        if not port.dtr and self._from_modem.used() and time.ticks_diff(now, port.sent_ms) > _AWAY_MS:
            self._counters["unread"] += port.unread()
        elif not moved and not self._serial.flow and not self._from_modem.free():
            # A host that is there does not read, and the modem cannot be told to wait.
            self._counters["lost"] += self._serial.lose()
        return moved

    def _change(self, now):
        changes = self._port.changes
        if not changes:
            return
        if self._change_since is None:
            self._change_since = now
        mark, baud, flow = changes[0]
        if self._to_modem.before(mark) or not self._serial.sent():
            if time.ticks_diff(now, self._change_since) < _CHANGE_MS:
                return
            self._counters["changes forced"] += 1
        changes.pop(0)
        self._change_since = None
        if (baud, flow) == (self._serial.baud, self._serial.flow):
            return
        while self._serial.read_into(self._from_modem):
            pass
        lost = self._serial.lose()
        while lost:
            self._counters["lost"] += lost
            lost = self._serial.lose()
        self._serial.set(baud, flow)
