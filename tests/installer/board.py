# SPDX-License-Identifier: MIT
"""A board on ptys for microcat-bridge's tests: its prompt runs the snippets that it is sent in a directory of its own.

Prompt is the stock board: CPython behind a raw REPL, with an `os`, a `sys` and a `machine` that are as MicroPython's, and with faults.
Interpreter is the same with the real MicroPython 1.27 (node) behind the pty.
"""
import builtins
import io
import os
import pty
import select
import subprocess
import termios
import threading
import tty
import types

BANNER = b'raw REPL; CTRL-B to exit\r\n>'
PROMPT = b'\r\n>>> '


def open_pty(link):
    master, slave = pty.openpty()
    tty.setraw(slave)
    if os.path.islink(link):
        os.unlink(link)
    os.symlink(os.ttyname(slave), link)
    return master, slave


class Restart(Exception):
    pass


class Pulled(Exception):
    pass


class Prompt:
    running = []

    @classmethod
    def stop_all(cls, room):
        for board in [b for b in cls.running if b.root.startswith(room + '/')]:
            board.stop()

    def __init__(self, room, **faults):
        self.link, self.modem_link = os.path.join(room, 'prompt'), os.path.join(room, 'modem')
        self.root = os.path.join(room, 'flash')
        os.makedirs(self.root, exist_ok=True)
        self.firmware, self.machine, self.usb_device = 'micropython', 'MechaTracks MicroCat.1 with RP2350', True
        self.free_bytes, self.room_bytes, self.pull_after = 1 << 20, 1 << 30, None
        self.kind, self.deaf_to_interrupts, self.damage = 'prompt', 0, False
        self.modem_fds, self.modem_gone, self.modem_thread = (), threading.Event(), None
        self.modem_answers, self.modem_baud, self.comes_back = True, termios.B115200, True
        self.__dict__.update(faults)
        self.received = 0
        self.master, self.slave = open_pty(self.link)
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.live, daemon=True)
        self.thread.start()
        Prompt.running.append(self)

    # ---- the file system and the modules that a snippet sees ----

    def files(self):
        return sorted(os.path.relpath(os.path.join(d, f), self.root) for d, _, names in os.walk(self.root) for f in names)

    def read(self, name):
        with open(os.path.join(self.root, name), 'rb') as f:
            return f.read()

    def write(self, name, data):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(data)

    def world(self):
        board = self
        at = lambda p: os.path.join(self.root, p.lstrip('/'))

        def reset():
            raise Restart

        class File(io.FileIO):
            def write(self, data):
                board.room_bytes -= len(data)
                if board.room_bytes < 0:
                    raise OSError(28, 'ENOSPC')
                return super().write(bytes([data[0] ^ 1]) + data[1:] if board.damage else data)

        fake_os = types.SimpleNamespace(
            stat=lambda p: tuple(os.stat(at(p))), listdir=lambda p='': os.listdir(at(p)), mkdir=lambda p: os.mkdir(at(p)),
            rmdir=lambda p: os.rmdir(at(p)), remove=lambda p: os.remove(at(p)), rename=lambda a, b: os.rename(at(a), at(b)),
            statvfs=lambda p: (1, 1, 0, self.free_bytes))
        fake_machine = types.SimpleNamespace(reset=reset, **({'USBDevice': object} if self.usb_device else {}))
        fake_sys = types.SimpleNamespace(
            implementation=types.SimpleNamespace(name=self.firmware, version=(1, 27, 0, ''), _machine=self.machine))
        mine = {'os': fake_os, 'sys': fake_sys, 'machine': fake_machine}
        space = {'__builtins__': dict(vars(builtins))}
        space['__builtins__']['__import__'] = lambda name, *more: mine.get(name) or __import__(name, *more)
        space['__builtins__']['open'] = lambda p, mode='rb': File(at(p), mode.replace('b', ''))
        return space

    # ---- the prompt ----

    def send(self, data):
        os.write(self.master, data)

    def get(self):
        while not self.over.is_set():
            if select.select([self.master], [], [], 0.1)[0]:
                byte = os.read(self.master, 1)
                self.received += 1
                if self.pull_after is not None and self.received > self.pull_after:
                    raise Pulled
                return byte
        raise Pulled

    def run(self, code, space):
        out, error = io.StringIO(), ''
        try:
            space['__builtins__']['print'] = lambda *a: builtins.print(*a, file=out)
            exec(code, space)
        except Restart:
            raise
        except Exception as e:
            name = type(e).__name__ if not isinstance(e, OSError) else 'OSError'
            words = f'[Errno {e.errno}] {e.strerror}' if isinstance(e, OSError) else str(e)
            error = f'Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\n{name}: {words}\r\n'
        return out.getvalue().replace('\n', '\r\n').encode(), error.encode()

    def raw(self, space):
        code = b''
        while True:
            byte = self.get()
            if byte == b'\x04':
                self.send(b'OK')
                out, error = self.run(code, space)
                self.send(out + b'\x04' + error + b'\x04>')
                code = b''
            elif byte == b'\x02':
                return
            elif byte == b'\x01':
                self.send(BANNER)
            elif byte != b'\x03':
                code += byte

    def live(self):
        try:
            deaf = self.deaf_to_interrupts
            while True:
                byte = self.get()
                if self.kind == 'echo':
                    self.send(byte)
                elif self.kind == 'prompt' and byte == b'\x03':
                    if deaf > 0:
                        deaf -= 1
                    else:
                        self.send(b'\r\nKeyboardInterrupt: ' + PROMPT)
                elif self.kind == 'prompt' and byte == b'\x01' and deaf == 0:
                    self.send(BANNER)
                    self.raw(self.world())
        except Restart:
            self.restart()
        except (Pulled, OSError):
            self.close_ptys()

    def close_ptys(self):
        for fd in self.master, self.slave:
            try:
                os.close(fd)
            except OSError:
                pass
        if os.path.islink(self.link):
            os.unlink(self.link)

    # Gone from USB, and back with one tty or two.
    def restart(self):
        self.close_ptys()
        self.end_modem()
        if not self.comes_back:
            return
        self.master, self.slave = open_pty(self.link)  # before the modem's: that is the one that is waited for
        if 'main.py' in self.files() and b'microcat.run()' in self.read('main.py'):
            self.modem_fds = open_pty(self.modem_link)
            self.modem_gone = threading.Event()
            self.modem_thread = threading.Thread(target=self.modem, args=(self.modem_fds[0], self.modem_gone), daemon=True)
            self.modem_thread.start()
        self.live()

    # Its thread first: the number of a descriptor that is closed under it soon belongs to somebody else's pty.
    def end_modem(self):
        if not self.modem_fds:
            return
        self.modem_gone.set()
        self.modem_thread.join()
        os.unlink(self.modem_link)
        for fd in self.modem_fds:
            os.close(fd)
        self.modem_fds = ()

    def modem(self, master, gone):
        said = b''
        try:
            while not gone.is_set():
                if select.select([master], [], [], 0.1)[0]:
                    fits = termios.tcgetattr(master)[5] == self.modem_baud
                    data = os.read(master, 64)
                    said += data if fits else b'?' * len(data)  # rubbish, which stands before what comes next
                    if said.endswith(b'\r') and self.modem_answers:
                        os.write(master, b'AT\r\r\nOK\r\n' if said == b'AT\r' else b'\r\nERROR\r\n')
                        said = b''
        except (OSError, ValueError):
            pass  # gone with the board

    def stop(self):
        self.over.set()
        self.thread.join()
        self.end_modem()


class Interpreter:
    """Real MicroPython behind a pty: node reads and writes the slave."""

    def __init__(self, room, node_script, interpreter):
        self.link = os.path.join(room, 'prompt')
        self.master, self.slave = open_pty(self.link)
        os.unlink(self.link)
        other, theirs = open_pty(self.link)
        self.other = other
        self.process = subprocess.Popen(['node', node_script, interpreter], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.over = threading.Event()
        self.threads = [threading.Thread(target=t, daemon=True) for t in (self.into, self.out)]
        self.theirs = theirs
        self.process.stdout.read(6)  # "ready\n"
        for thread in self.threads:
            thread.start()

    def into(self):
        while not self.over.is_set():
            if select.select([self.other], [], [], 0.1)[0]:
                self.process.stdin.write(os.read(self.other, 4096))
                self.process.stdin.flush()

    def out(self):
        while True:
            data = os.read(self.process.stdout.fileno(), 4096)
            if not data:
                return
            os.write(self.other, data)

    def stop(self):
        self.over.set()
        self.process.kill()
        self.process.wait()
