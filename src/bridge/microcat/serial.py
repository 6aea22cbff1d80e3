# SPDX-License-Identifier: MIT
# UART1, where the modem hangs.
import machine

TX, RX, CTS, RTS = 36, 37, 38, 39
_RX_BYTES = 16384  # 350 ms at 460800: longer than a garbage collection takes
_TX_BYTES = 1024


class Serial:
    def __init__(self):
        self._uart = machine.UART(1)
        self._scratch = bytearray(256)
        self.baud = 0
        self.flow = False

    def set(self, baud, flow):
        # What the UART holds is lost by this: first read it, and wait for sent().
        both = machine.UART.RTS | machine.UART.CTS
        self._uart.init(
            baudrate=baud, bits=8, parity=None, stop=1, tx=machine.Pin(TX), rx=machine.Pin(RX), cts=machine.Pin(CTS),
            rts=machine.Pin(RTS), flow=both if flow else 0, rxbuf=_RX_BYTES, txbuf=_TX_BYTES, timeout=0
        )
        if not flow:
            # Without flow control the UART would leave RTS at "stop": a modem that still has it on could not answer.
            machine.Pin(RTS, machine.Pin.OUT, value=0)
        self.baud, self.flow = baud, flow

    def sent(self):
        return self._uart.txdone()

    def write(self, data):
        # Returns how many bytes it took.
        return self._uart.write(data) or 0

    def read_into(self, ring):
        # Returns how many bytes came.
        n = self._uart.any()
        if not n:
            return 0
        space = ring.space()
        if not space:
            return 0
        n = self._uart.readinto(space, min(n, len(space))) or 0
        ring.put(n)
        return n

    def lose(self):
        # Reads what nobody has room for; returns how many bytes that were.
        n = self._uart.any()
        if not n:
            return 0
        return self._uart.readinto(self._scratch, min(n, len(self._scratch))) or 0
