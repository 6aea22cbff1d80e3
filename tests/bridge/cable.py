# SPDX-License-Identifier: MIT
"""The bridge on its cables: its program under the real interpreter (live.mjs), its USB on a pty for a host, its UART on whatever the
test has. What a pty cannot carry comes from the host by the preloaded tests/support/tty_lines.c, over a socket."""
import os
import pty
import socket
import struct
import subprocess
import termios
import threading
import time
import tty

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE_S = 60
DTR, RTS, DSR = 0x002, 0x004, 0x100  # TIOCM_*
SPEEDS = {getattr(termios, 'B%d' % n): n for n in (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)}
CODES = {n: code for code, n in SPEEDS.items()}
RESET, PWRKEY, LED = 31, 30, 29


def raw(fd):
    tty.setraw(fd)
    settings = termios.tcgetattr(fd)
    settings[2] |= termios.CLOCAL | termios.CREAD
    termios.tcsetattr(fd, termios.TCSANOW, settings)


def copy(read, write, note=None):
    """Copies until an end closes."""
    try:
        while data := read():
            if note:
                note(data)
            while data:
                data = data[write(data):]
    except OSError:
        pass


def thread(target, *args):
    threading.Thread(target=target, args=args, daemon=True).start()


class Cable:
    """@uart: a socket, or a tty's descriptor, where the modem is. @on_pin(pin, level, at_ms): what the bridge presses."""

    def __init__(self, room, interpreter, sources, uart_fd, uart_is_tty, on_pin=None):
        self.tty, self.lines_path = os.path.join(room, 'tty'), os.path.join(room, 'lines')
        self.news = []  # (time, kind, ...) in their order
        self.changed = threading.Condition()
        self.asking = threading.Lock()
        self.done = threading.Semaphore(0)
        self.lines, self.host_lines = 0, 0
        self.on_pin, self.uart_fd, self.uart_is_tty = on_pin, uart_fd, uart_is_tty
        self.master, self.slave = pty.openpty()
        raw(self.slave)
        os.symlink(os.ttyname(self.slave), self.tty)
        self.number = os.fstat(self.slave).st_rdev
        usb, usb_there = socket.socketpair()
        uart, uart_there = socket.socketpair()
        self.control, control_there = socket.socketpair()
        for there in usb_there, uart_there, control_there:
            there.setblocking(False)
        self.node = subprocess.Popen(
            ['bash', '-c', 'exec node "$@" 3<&"$A" 4<&"$B" 5<&"$C"', 'bash', os.path.join(HERE, 'live.mjs'), interpreter, sources, HERE],
            env={**os.environ, 'A': str(usb_there.fileno()), 'B': str(uart_there.fileno()), 'C': str(control_there.fileno())},
            pass_fds=[s.fileno() for s in (usb_there, uart_there, control_there)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=open(os.path.join(room, 'bridge.log'), 'wb'))
        for there in usb_there, uart_there, control_there:
            there.close()
        self.usb, self.uart = usb, uart
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.server.bind(self.lines_path)
        self.server.listen(16)
        thread(self._news)
        self.wait(lambda: self.told('usb', 1), 'the bridge to start its USB')
        self.order('plug')
        thread(copy, lambda: os.read(self.master, 65536), usb.send)
        thread(copy, lambda: usb.recv(65536), lambda data: os.write(self.master, data), lambda data: self._note('in', data))
        thread(copy, lambda: uart.recv(65536), lambda data: os.write(uart_fd, data))
        thread(copy, lambda: os.read(uart_fd, 65536), uart.send)
        thread(self._requests)

    # What the bridge tells.

    def _note(self, kind, *what):
        with self.changed:
            self.news.append((time.monotonic(), kind, *what))
            self.changed.notify_all()

    def _news(self):
        for line in self.control.makefile('r'):
            words = line.split()
            if words[0] == 'done':
                self.done.release()
                continue
            if words[0] == 'counters':
                self._note('counters', line[len('counters '):])
                continue
            values = [int(word) for word in words[1:]]
            if words[0] == 'state':
                with self.changed:
                    self.lines = DSR if values[0] & 2 else 0
            if words[0] == 'uart' and self.uart_is_tty:
                self._set_uart(*values)
            if words[0] == 'pin' and self.on_pin and values[0] in (RESET, PWRKEY):
                self.on_pin(*values)
            self._note(words[0], *values)

    def _set_uart(self, baud, flow):
        settings = termios.tcgetattr(self.uart_fd)
        settings[4] = settings[5] = CODES[baud]
        settings[2] = settings[2] & ~termios.CRTSCTS | (termios.CRTSCTS if flow else 0)
        termios.tcsetattr(self.uart_fd, termios.TCSANOW, settings)

    def told(self, kind, *what):
        return [n for n in self.news if n[1] == kind and n[2:2 + len(what)] == what]

    def presses(self, pin):
        """How long each lasted, in ms of the bridge's clock."""
        edges = [n[3:5] for n in self.told('pin', pin)]
        return [end[1] - begin[1] for begin, end in zip(edges, edges[1:]) if begin[0] and not end[0]]

    def wait(self, is_so, what):
        with self.changed:
            if not self.changed.wait_for(is_so, PATIENCE_S):
                raise TimeoutError(f'waited for {what} in vain: {[n for n in self.news if n[1] != "in"][-20:]}')

    # What the host asks.

    def order(self, text):
        """Returns when the bridge's callbacks for it have run."""
        with self.asking:
            self.control.sendall(text.encode() + b'\n')
            if not self.done.acquire(timeout=PATIENCE_S):
                raise TimeoutError(f'the bridge does not take "{text}"')

    def _requests(self):
        while True:
            connection, _ = self.server.accept()
            thread(self._request, connection)

    def _request(self, connection):
        words = connection.recv(64).decode().split()
        if not words:
            return
        if words[0] != 'get':
            self._note('host', ' '.join(words))
        if words[0] == 'wait':
            before = self.lines
            with self.changed:
                self.changed.wait_for(lambda: self.lines != before)
        elif words[0] in ('dtr', 'rts', 'open'):
            which = {'dtr': DTR, 'rts': RTS, 'open': DTR | RTS}[words[0]]  # as cdc_acm: an opening raises both
            on = words[0] == 'open' or words[1] == '1'
            self.host_lines = self.host_lines | which if on else self.host_lines & ~which
            self.order('lines %d' % ((self.host_lines & DTR and 1) | (self.host_lines & RTS and 2)))
        elif words[0] == 'coding':
            self.order('coding %d' % SPEEDS[termios.tcgetattr(self.master)[5]])
        elif words[0] == 'break':
            self.order('break %d' % (0xFFFF if words[1] == '1' else 0))
        try:
            connection.send(struct.pack('=i', self.host_lines | self.lines))
        except OSError:
            pass
        if words[0] != 'get':
            self._note('answered', ' '.join(words))
        connection.close()

    def counters(self):
        self.order('counters')
        return eval(self.told('counters')[-1][2])

    def close(self):
        self.node.kill()
        self.node.wait()
        os.close(self.slave)
