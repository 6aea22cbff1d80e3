#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""daemon.py BUILD SOURCES MICROCATD MICROCATCTL MICROCAT-SIM PPPD-STANDIN TTY-LINES: the chain of the gateway, program by program:
microcatd - pty - the bridge under the real MicroPython - pty - microcat-sim.

A pty has neither modem lines nor BREAK, nor tells anybody of an opening or a new speed. Smaller than any stand-in for the kernel's
cdc_acm is a library preloaded into the daemon, which sends just these five things to the cable (tests/support/tty_lines.c). That the
tty is the bridge's, the daemon reads in sysfs as ever: it has a mount namespace of its own where the pty's number leads to the
description of a board. The simulator runs with host-rtscts=yes: after AT+IFC=2,2 it speaks only when the UART's end has flow control.
"""
import concurrent.futures
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '../support')]
sys.dont_write_bytecode = True
import gateway  # noqa: E402
from cable import Cable, LED, PATIENCE_S, PWRKEY, RESET, raw  # noqa: E402

BUILD, SOURCES, DAEMON, CTL, SIM, STANDIN, TTY_LINES = map(os.path.abspath, sys.argv[1:])
NAMESPACES = ['unshare', '--mount', '--net'] + ([] if os.geteuid() == 0 else ['--map-root-user'])
TOO_LONG_S = 1.9  # for a BREAK that restarts the modem (1.5 s), and not long enough for the power key (2.5 s)
KEY_S = 3.0  # ... long enough
BOARD = '''
set -e
mount -t tmpfs none /sys/dev
usb=/sys/dev/usb1/1-1
mkdir -p $usb/1-1:1.2/tty/ttyACM1 /sys/dev/char
for what in idVendor=388b idProduct=ca71 serial=0001 product=MicroCat.1 uevent=DEVTYPE=usb_device; do
    echo "${what#*=}" >$usb/${what%%=*}
done
ln -s /sys/bus/usb $usb/subsystem
ln -s /sys/bus/usb $usb/1-1:1.2/subsystem
echo DEVTYPE=usb_interface >$usb/1-1:1.2/uevent
echo 02 >$usb/1-1:1.2/bInterfaceNumber
echo "$NAME" >$usb/1-1:1.2/interface
printf 'MAJOR=%s\\nMINOR=%s\\nDEVNAME=ttyACM1\\n' "$MAJOR" "$MINOR" >$usb/1-1:1.2/tty/ttyACM1/uevent
ln -s /sys/class/tty $usb/1-1:1.2/tty/ttyACM1/subsystem
ln -s $usb/1-1:1.2/tty/ttyACM1 /sys/dev/char/$MAJOR:$MINOR
ip link set lo up
SYSTEMD_DEVICE_VERIFY_SYSFS=0 LD_PRELOAD=$TTY_LINES exec "$@"
'''


class Failed(Exception):
    pass


def expect(is_so, *said):
    if not is_so:
        raise Failed(' | '.join(str(s) for s in said))


class Chain:
    """All of it; @name: of the bridge's interface."""

    def __init__(self, room, sim=(), name='MicroCat.1 modem', config=''):
        self.room, self.name, self.said, self.cable, self.daemon, self.pressed = room, name, [], None, None, {}
        self.more = threading.Condition()
        there = os.path.join(room, 'modem')
        self.sim_program = subprocess.Popen(
            [SIM, '--network=stub', '--speed=fast', '--profile=lines', '--set=host-rtscts=yes', '--link=' + there,
             '--control=' + os.path.join(room, 'sim'), *sim], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        expect(self.sim_program.stdout.readline().strip(), 'the simulator says nothing')
        uart = os.open(there, os.O_RDWR | os.O_NOCTTY)
        raw(uart)
        self.cable = Cable(room, INTERPRETER, SOURCES, uart, True, self._pin)
        self._status(self.sim('get power') != 'off')
        threading.Thread(target=self._watch_power, daemon=True).start()
        self.socket = os.path.join(room, 'sock')
        with open(os.path.join(room, 'conf'), 'w') as f:
            os.fchmod(f.fileno(), 0o600)
            f.write(f'[Modem]\nDevice={self.cable.tty}\nBaudRate=460800\n[PDP]\nAPN=soracom.io\nUser=sora\nPassword=so-geheim-77\n[PPP]\n'
                    f'Program={STANDIN}\n[Recovery]\nBootJitter=0\nRedialDelay=1s\n[Control]\nSocket={self.socket}\n{config}')
        os.mkdir(os.path.join(room, 'state'))

    def start(self):
        environment = gateway.environment(
            self.room, MICROCAT_TTY=self.cable.tty, MICROCAT_TTY_LINES=self.cable.lines_path, TTY_LINES=TTY_LINES,
            MAJOR=str(os.major(self.cable.number)), MINOR=str(os.minor(self.cable.number)), NAME=self.name,
            ASAN_OPTIONS='detect_leaks=1:verify_asan_link_order=0')
        self.daemon = subprocess.Popen([*NAMESPACES, 'sh', '-c', BOARD, 'sh', DAEMON, '--config=' + os.path.join(self.room, 'conf')],
                                       env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def _listen(self):
        for line in self.daemon.stdout:
            with self.more:
                self.said.append((time.monotonic(), line.rstrip()))
                self.more.notify_all()

    def wait_said(self, text, since=0.0):
        """When the daemon said it."""
        def found():
            return next((at for at, line in self.said if at >= since and text in line), None)
        with self.more:
            if not self.more.wait_for(lambda: found() is not None, PATIENCE_S):
                raise Failed(f'the daemon does not say "{text}"')
            return found()

    def wait_asleep(self):
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with open(f'/proc/{self.daemon.pid}/stat') as f:
                if f.read().rsplit(')', 1)[1].split()[0] == 'S':
                    return
            threading.Event().wait(0.001)
        raise Failed('the daemon does not come to rest')

    # The board beside the UART: what the bridge presses goes to the modem, its STATUS comes back.

    def _pin(self, pin, level, at_ms):
        # The news of a press may come later than that of its end: the modem is to see it as long as the bridge made it.
        name = 'break' if pin == RESET else 'dtr'
        if not level and name in self.pressed:
            seen, since_ms = self.pressed.pop(name)
            threading.Event().wait(max(0.0, seen + (at_ms - since_ms) / 1000 - time.monotonic()))
        self.sim('line %s %s' % (name, 'on' if level else 'off'))
        if level:
            self.pressed[name] = (time.monotonic(), at_ms)

    def _status(self, on):
        self.cable.order('status %d' % on)

    def _watch_power(self):
        for line in self.sim_program.stderr:
            if 'power on' in line or 'power off' in line:
                self._status('power on' in line)

    def sim(self, line):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(PATIENCE_S)
            s.connect(os.path.join(self.room, 'sim'))
            s.sendall(line.encode() + b'\n')
            answer = s.makefile('r')
            text = ''
            for said in answer:
                if said == 'ok\n':
                    return text.strip()
                expect(not said.startswith('error'), line, said)
                text += said
        raise Failed(f'no answer to "{line}"')

    def ctl(self, *words, status=0):
        done = subprocess.run([CTL, '--socket=' + self.socket, *words], capture_output=True, text=True, timeout=PATIENCE_S + 10)
        expect(status is None or done.returncode == status, words, done)
        return done.stdout

    def online(self):
        self.ctl('wait', '--daemon', '--for=online', f'--timeout={PATIENCE_S}s')
        return self

    def status(self):
        return json.loads(self.ctl('status', '--json'))

    def stop(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.terminate()
            self.daemon.wait(30)
        if self.cable:
            self.cable.close()
        self.sim_program.kill()

    def log(self):
        try:
            with open(os.path.join(self.room, 'bridge.log')) as f:
                bridge = f.read()
        except OSError:
            bridge = ''
        wire = [f'{at:.2f} {" ".join(map(str, n))}' for at, *n in (self.cable.news if self.cable else []) if n[0] != 'in' and n[:2] != ['pin', LED]][-200:]
        said = [f'{at:.2f} {line}' for at, line in self.said[-60:]]
        return '\n'.join(sorted(said + wire)) + '\nmodem: ' + self.sim('state') + '\n' + bridge


# ---- the cases ----

def goes_online_at_full_speed_with_flow_control(room, chains):
    chain = Chain(room, ['--profile=cold'])
    chains.append(chain)
    chain.start().online()
    cable, status = chain.cable, chain.status()
    expect(status['device']['bridge'] is True, status['device'])
    expect(chain.sim('get baud') == chain.sim('get host_baud') == '460800', chain.sim('state'))
    expect(cable.told('uart')[-1][2:] == (460800, 1), cable.told('uart'))
    # RTS is the switch: dropped when the port was opened, raised after the OK to AT+IFC=2,2.
    words = [n[2] for n in cable.told('host') if n[2].split()[0] in ('open', 'rts')]
    expect(words[:2] == ['open', 'rts 0'] and words[-1] == 'rts 1', words)
    raised = cable.told('host', 'rts 1')[0]
    before = b''.join(n[2] for n in cable.news[:cable.news.index(raised)] if n[1] == 'in')
    expect(b'AT+IFC=2,2\r\r\nOK\r\n' in before or before.rstrip().endswith(b'OK'), before[-200:])
    counters = cable.counters()
    expect(counters['lost'] == 0 and counters['restarts'] == 0 and counters['changes forced'] == 0, counters)


def a_break_restarts_the_modem(room, chains):
    chain = Chain(room, ['--profile=warm'])
    chains.append(chain)
    chain.start().online()
    boots = int(chain.sim('get boots'))
    resets = int(chain.sim('get resets'))
    since = time.monotonic()
    chain.ctl('reset')
    chain.ctl('wait', '--for=online', f'--timeout={PATIENCE_S}s')
    # The modem that is greeted is the one that has restarted: at its own speed, and nothing goes wrong on the way.
    said = [line for at, line in chain.said if at >= since]
    expect(sum('line speed 115200 -> 460800' in line for line in said) == 1 and not any('fault' in line for line in said), said)
    lasted = chain.cable.presses(RESET)
    expect(len(lasted) == 1 and 1000 <= lasted[0] <= 1900, lasted)
    expect(not chain.cable.told('pin', PWRKEY, 1), 'PWRKEY was pressed')
    expect(int(chain.sim('get resets')) == resets + 1 and int(chain.sim('get boots')) == boots + 1, chain.sim('state'))


def hold_breaks(chain, *busy_s):
    """The modem is told to restart, and the host is busy so long amid one BREAK after another. Returns the BREAKs' edges."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
        reset = pool.submit(chain.ctl, 'reset')
        for number, seconds in enumerate(busy_s, 1):
            chain.cable.wait(lambda: len(chain.cable.told('answered', 'break 1')) == number, f'BREAK {number}')
            chain.wait_asleep()  # it waits for the BREAK's end
            os.kill(chain.daemon.pid, signal.SIGSTOP)
            threading.Event().wait(seconds)
            os.kill(chain.daemon.pid, signal.SIGCONT)
        reset.result()
    chain.ctl('wait', '--for=online', f'--timeout={PATIENCE_S}s')
    expect(not chain.cable.told('pin', PWRKEY, 1), 'PWRKEY was pressed')
    expect(not any('fault' in line for at, line in chain.said), chain.said)
    return ''.join(n[2][-1] for n in chain.cable.told('host') if n[2].startswith('break'))


def made_again(room, chains, busy_s):
    chain = Chain(room, ['--profile=warm'])
    chains.append(chain)
    chain.start().online()
    resets = int(chain.sim('get resets'))
    edges = hold_breaks(chain, busy_s)
    expect(edges.rstrip('0') == '101', edges)
    lasted = chain.cable.presses(RESET)
    expect(len(lasted) == 1 and 1000 <= lasted[0] <= 1900, lasted)
    expect(int(chain.sim('get resets')) == resets + 1, chain.sim('state'))


def a_break_that_was_held_too_long_is_made_again(room, chains):
    made_again(room, chains, TOO_LONG_S)


def one_that_would_press_the_power_key_does_not(room, chains):
    made_again(room, chains, KEY_S)


def breaks_that_are_always_too_long_are_no_reset(room, chains):
    chain = Chain(room, ['--profile=warm'])
    chains.append(chain)
    chain.start().online()
    boots = int(chain.sim('get boots'))
    edges = hold_breaks(chain, *[TOO_LONG_S] * 3)
    expect(edges.rstrip('0') == '10101', edges)
    expect(not chain.cable.told('pin', RESET, 1), 'RESET was pulled')
    chain.wait_said('AT+CRESET instead')
    expect(int(chain.sim('get boots')) == boots + 1, chain.sim('state'))


def the_power_key_follows_status(room, chains):
    chain = Chain(room, ['--profile=warm'])
    chains.append(chain)
    chain.start().online()
    chain.ctl('power', 'off')
    expect(chain.sim('get power') == 'off', chain.sim('state'))
    chain.ctl('power', 'on')
    chain.ctl('connect', status=None)
    chain.ctl('wait', '--for=online', f'--timeout={PATIENCE_S}s')
    lasted = chain.cable.presses(PWRKEY)
    expect(len(lasted) == 2 and 3000 <= lasted[0] <= 4500 and 1000 <= lasted[1] <= 1900, lasted)
    expect(not chain.cable.told('pin', RESET, 1), 'RESET was pressed')


def off_in_a_call_is_told_at_once(room, chains):
    chain = Chain(room, ['--profile=warm'])
    chains.append(chain)
    chain.start().online()
    since = time.monotonic()
    chain.sim('power-off')
    took = chain.wait_said('fault modem-off', since) - since
    print(f'# told after {took:.2f} s', flush=True)
    expect(took < 10, f'it took {took:.1f} s')  # 0.1 s on a machine at rest; the first missed echo would be 20 s away
    chain.ctl('wait', '--for=online', f'--timeout={PATIENCE_S}s')
    lasted = chain.cable.presses(PWRKEY)  # once, as for a modem that is off
    expect(len(lasted) == 1 and 1000 <= lasted[0] <= 1900, lasted)


def another_tty_is_not_believed(room, chains):
    chain = Chain(room, ['--profile=warm', '--set=host-rtscts=no'], name='USB UART')
    chains.append(chain)
    chain._status(False)  # its DSR is low, always
    chain.start().online()
    expect(chain.status()['device']['bridge'] is False, chain.status()['device'])
    expect(not chain.cable.told('host', 'rts 0') and not chain.cable.told('host', 'wait'), chain.cable.told('host'))
    chain._status(True)
    chain._status(False)
    chain.ctl('at', 'AT', status=None)
    expect(chain.status()['state'] == 'online', chain.status())


def ten_megabytes_both_ways(room, chains):
    here, there = socket.socketpair()
    cable = Cable(room, INTERPRETER, SOURCES, there.fileno(), False)
    try:
        host = os.open(cable.tty, os.O_RDWR | os.O_NOCTTY)
        cable.order('coding 460800')
        cable.order('lines 3')
        cable.wait(lambda: cable.told('uart', 460800, 1), 'the UART to have flow control')
        sent = [random.Random(seed).randbytes(10 << 20) for seed in (1, 2)]
        got = [hashlib.sha256(), hashlib.sha256()]

        def give(write, data):
            at = 0
            while at < len(data):
                at += write(data[at:at + 16384])

        def take(read, digest):
            left = 10 << 20
            while left:
                data = read(65536)
                digest.update(data)
                left -= len(data)

        threads = [threading.Thread(target=f, args=a, daemon=True) for f, a in (
            (give, (lambda d: os.write(host, d), sent[0])), (give, (here.send, sent[1])),
            (take, (here.recv, got[0])), (take, (lambda n: os.read(host, n), got[1])))]
        for t in threads:
            t.start()
        until = time.monotonic() + PATIENCE_S
        for t in threads:
            t.join(max(0.0, until - time.monotonic()))
            expect(not t.is_alive(), 'not all came through', cable.counters())
        for n in 0, 1:
            expect(got[n].digest() == hashlib.sha256(sent[n]).digest(), 'other bytes came', n)
        counters = cable.counters()
        expect(counters['to modem'] == counters['from modem'] == 10 << 20 and not counters['lost'] and not counters['unread'], counters)
    finally:
        cable.close()


CASES = [the_power_key_follows_status, off_in_a_call_is_told_at_once, ten_megabytes_both_ways, goes_online_at_full_speed_with_flow_control, a_break_restarts_the_modem,
         a_break_that_was_held_too_long_is_made_again, one_that_would_press_the_power_key_does_not, breaks_that_are_always_too_long_are_no_reset,
         another_tty_is_not_believed]


def run(case):
    room, chains = tempfile.mkdtemp(prefix='microcat-test-'), []
    since = time.monotonic()
    try:
        case(room, chains)
        return True, f' # {time.monotonic() - since:.1f} s'
    except Exception as e:  # a case that breaks has failed
        why = f'{type(e).__name__}: {e}\n' + ''.join(chain.log() for chain in chains)
        return False, '\n# ' + why.replace('\n', '\n# ')
    finally:
        for chain in chains:
            chain.stop()
        shutil.rmtree(room, ignore_errors=True)


made = subprocess.run(['bash', os.path.join(HERE, 'interpreter.sh'), BUILD], capture_output=True, text=True)
if made.returncode:
    print('1..0 # SKIP ' + made.stdout.strip())
    sys.exit(0)
if subprocess.run([*NAMESPACES, 'mount', '-t', 'tmpfs', 'none', '/sys/dev'], capture_output=True).returncode:
    print('1..0 # SKIP no mount and network namespace')
    sys.exit(0)
INTERPRETER = made.stdout.strip()
chosen = [case for case in CASES if os.environ.get('CASE', case.__name__) == case.__name__]
print(f'1..{len(chosen)}', flush=True)
failed = False
with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:  # the longest, which begins, is a modem's time to go down
    for number, (case, (good, more)) in enumerate(zip(chosen, pool.map(run, chosen)), 1):
        failed |= not good
        print(f'{"ok" if good else "not ok"} {number} - {case.__name__}{more}', flush=True)
os._exit(failed)  # threads may still wait for what does not come any more
