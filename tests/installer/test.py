#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test.py MICROCAT-BRIDGE FILES BUILD: the installer against a board on ptys, with each way in which it can fail."""
import concurrent.futures
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import termios

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
from board import Interpreter, Prompt  # noqa: E402

BRIDGE, FILES, BUILD = sys.argv[1:]
WRITE = {'x86_64': '1', 'aarch64': '64', 'armv7l': '4'}
THEIRS = b'print("my own program")\n'
INSTALLED = sorted(['main.py'] + ['microcat/' + n for n in os.listdir(os.path.join(FILES, 'microcat')) if n.endswith('.py')])


def tool(board, *words, modem=True):
    argv = [BRIDGE, '--device=' + board.link, '--files=' + FILES_WITH_MANIFEST]
    argv += ['--modem=' + board.modem_link] if modem and hasattr(board, 'modem_link') else []
    done = subprocess.run([*argv, *words], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


class Expect(Exception):
    pass


def expect(is_so, *said):
    if not is_so:
        raise Expect(' | '.join(str(s) for s in said))


def says(result, code, *words):
    expect(result[0] == code and all(w in result[1] for w in words), code, words, result)


def same_as_here(board):
    for name in INSTALLED:
        with open(os.path.join(FILES, name), 'rb') as f:
            expect(board.read(name) == f.read(), name, 'is another one')


# ---- the cases ----

def from_the_box(room):
    board = Prompt(room)
    says(tool(board, 'check'), 1, 'main.py is missing', 'microcat-bridge install')
    result = tool(board, 'install')
    says(result, 0, 'RP2350', 'checksums right', 'restarting', 'answers AT', 'at 115200 bit/s')
    expect('in place\n' in result[1] and 'before-microcat' not in result[1], result)  # there was none
    expect(board.files() == INSTALLED, board.files())
    same_as_here(board)
    says(tool(board, 'check', modem=False), 0, 'is on the board')
    says(tool(board, 'install'), 0)  # again: nothing is left over
    expect(board.files() == INSTALLED, board.files())


# Its modem's tty is asked; the prompt, where a Ctrl-C would end the bridge, hears nothing.
def a_bridge_at_work_is_not_stopped(room):
    board = Prompt(room)
    says(tool(board, 'install'), 0)
    heard = board.received
    says(tool(board, 'check'), 0, 'the bridge is at work', 'answers AT')
    expect(board.received == heard, board.received, heard)
    other = Prompt(os.path.join(room, 'other'))  # no bridge on it, and so no such tty
    says(tool(other, 'check'), 1, 'main.py is missing')


def a_program_of_ones_own_is_kept(room):
    board = Prompt(room)
    board.write('main.py', THEIRS)
    board.write('data/log.txt', b'1')
    says(tool(board, 'install'), 0, 'is main.py.before-microcat now')
    result = tool(board, 'install')  # the bridge's own main.py is not kept in its place
    says(result, 0)
    expect('before-microcat' not in result[1], result)
    expect(board.read('main.py.before-microcat') == THEIRS)
    result = tool(board, 'remove')
    says(result, 0, 'from before is in its place')
    expect(board.files() == ['data/log.txt', 'main.py'] and board.read('main.py') == THEIRS, board.files())


def a_program_that_takes_interrupts_for_its_own(room):
    board = Prompt(room, deaf_to_interrupts=3)
    says(tool(board, 'install'), 0)


def another_board(room):
    board = Prompt(room, machine='Raspberry Pi Pico with RP2040')
    says(tool(board, 'install'), 1, 'another board', 'RP2040')
    expect(board.files() == [], board.files())


def another_firmware(room):
    board = Prompt(room, firmware='circuitpython')
    says(tool(board, 'install'), 1, 'another board or firmware', 'circuitpython')


def a_firmware_without_usb_device(room):
    board = Prompt(room, usb_device=False)
    says(tool(board, 'install'), 1, 'no machine.USBDevice', '1.27')
    expect(board.files() == [], board.files())


def no_room(room):
    board = Prompt(room, free_bytes=9000)
    says(tool(board, 'install'), 1, 'no room on the board')


def no_room_after_all(room):
    board = Prompt(room, room_bytes=3000)
    board.write('main.py', THEIRS)
    says(tool(board, 'install'), 1, 'no room on the board', 'untouched')
    expect(board.read('main.py') == THEIRS)


def bytes_that_arrive_damaged(room):
    board = Prompt(room, damage=True)
    board.write('main.py', THEIRS)
    says(tool(board, 'install'), 1, 'arrived damaged')
    expect(board.read('main.py') == THEIRS and 'microcat/__init__.py' not in board.files())


# At every point: what is on the board then is the program of before, or the whole bridge, or its prompt alone.
def pulled_in_the_middle(room):
    whole = Prompt(os.path.join(room, 'whole'), comes_back=False)
    tool(whole, 'install')
    for after in [whole.received * share // 1000 for share in (1, 30, 200, 600, 900, 950, 980, 985, 990, 994, 996, 998)]:
        here = os.path.join(room, str(after))
        board = Prompt(here, pull_after=after)
        board.write('main.py', THEIRS)
        code, said = tool(board, 'install')
        expect(code == 1 and ('pulled' in said or 'come back' in said), after, whole.received, said)
        names = board.files()
        if 'main.py' in names and board.read('main.py') != THEIRS:
            expect(set(INSTALLED) <= set(names), after, names)
        board.stop()
        again = Prompt(here)
        says(tool(again, 'install'), 0)
        expect(set(again.files()) == set(INSTALLED) | {'main.py.before-microcat'}, after, again.files())
        again.stop()


# The tool is held in the words that it has found the board, by a pipe that is full, and meanwhile the board goes.
def gone_between_found_and_opened(room):
    if os.uname().machine not in WRITE:
        return 'the number of write() is not known here'
    board = Prompt(room)
    heard, said = os.pipe()
    fcntl.fcntl(said, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(said, False)
    fill = 0
    try:
        while True:
            fill += os.write(said, b' ')
    except BlockingIOError:
        os.set_blocking(said, True)
    done = subprocess.Popen([BRIDGE, '--device=' + board.link, '--files=' + FILES_WITH_MANIFEST, 'check'], stdout=said, stderr=said)
    os.close(said)
    while writes(done) is False:
        expect(done.poll() is None, done.returncode)
    away = board.link + '.away'
    os.rename(board.link, away)
    with open(heard, 'rb', closefd=True) as f:
        text = f.read(fill)
        while b'gone again' not in text and done.poll() is None:
            text += f.read1()
        os.rename(away, board.link)
        text += f.read()
    expect(done.wait(timeout=60) == 1 and b'main.py is missing' in text, done.returncode, text.strip())


# Is a process in write()? None: it has ended.
def writes(process):
    try:
        with open(f'/proc/{process.pid}/syscall') as f:
            return f.read().split()[0] == WRITE[os.uname().machine]
    except FileNotFoundError:
        return None


def an_echo(room):
    board = Prompt(room, kind='echo')
    says(tool(board, 'install'), 1, 'no MicroPython prompt')


def silence(room):
    board = Prompt(room, kind='silent')
    says(tool(board, 'install'), 1, 'nobody answers')


def a_port_in_use(room):
    board = Prompt(room)
    target = os.path.realpath(board.link)
    other = os.open(target, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(other, fcntl.LOCK_EX)
    result = tool(board, 'install')
    os.close(other)
    says(result, 1, 'is used by')


# As microcatd does between two looks at a board that is no bridge.
def a_port_that_is_let_go_of(room):
    board = Prompt(room)
    other = os.open(os.path.realpath(board.link), os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(other, fcntl.LOCK_EX)
    done = subprocess.Popen([BRIDGE, '--device=' + board.link, '--files=' + FILES_WITH_MANIFEST, 'check'],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = b''
    while b'waiting whether' not in text and done.poll() is None:
        text += done.stdout.read1()
    os.close(other)
    text += done.stdout.read()
    expect(done.wait(timeout=60) == 1 and b'main.py is missing' in text, done.returncode, text)


def a_board_that_does_not_come_back(room):
    board = Prompt(room, comes_back=False)
    says(tool(board, 'install'), 1, 'did not come back')


def a_modem_that_does_not_answer(room):
    board = Prompt(room, modem_answers=False)
    says(tool(board, 'install'), 1, 'the modem does not answer AT')


# microcatd's BaudRate= is there when it has ended.
def a_modem_at_another_speed(room):
    board = Prompt(room, modem_baud=termios.B460800)
    says(tool(board, 'install'), 0, 'answers AT', 'at 460800 bit/s')
    says(tool(board, 'check'), 0, 'answers AT', 'at 460800 bit/s')
    board.modem_baud = termios.B9600
    says(tool(board, 'check'), 0, 'at 9600 bit/s')


def nothing_there(room):
    class Nothing:
        link = os.path.join(room, 'nothing')
    says(tool(Nothing, 'install'), 1, 'there is no')


def bad_usage(room):
    for words in [], ['frob'], ['install', 'now'], ['--device=x', 'install'], ['--nonsense', 'install']:
        done = subprocess.run([BRIDGE, *words], capture_output=True, text=True, timeout=30)
        expect(done.returncode == 2 and done.stderr.startswith('microcat-bridge: '), words, done)
    done = subprocess.run([BRIDGE, '--help'], capture_output=True, text=True, timeout=30)
    expect(done.returncode == 0 and 'install' in done.stdout, done)


def under_the_real_interpreter(room):
    made = subprocess.run(['bash', os.path.join(HERE, '..', 'bridge', 'interpreter.sh'), BUILD], capture_output=True, text=True)
    if made.returncode:
        return made.stdout.strip()
    board = Interpreter(room, os.path.join(HERE, 'repl.mjs'), made.stdout.strip())
    try:
        says(tool(board, 'check'), 1, 'micropython 1.27', 'main.py is missing')
        result = tool(board, 'install')
        expect('checksums right' in result[1] and 'in place' in result[1], result)
        says(tool(board, 'check'), 0, 'is on the board')
        says(tool(board, 'remove'), 0, 'there is no main.py now')
        says(tool(board, 'check'), 1, 'main.py is missing')
    finally:
        board.stop()


CASES = [from_the_box, a_bridge_at_work_is_not_stopped, a_program_of_ones_own_is_kept, a_program_that_takes_interrupts_for_its_own, another_board, another_firmware,
         a_firmware_without_usb_device, no_room, no_room_after_all, bytes_that_arrive_damaged, pulled_in_the_middle, an_echo, silence,
         a_port_in_use, a_port_that_is_let_go_of, gone_between_found_and_opened, a_board_that_does_not_come_back, a_modem_that_does_not_answer, a_modem_at_another_speed, nothing_there, bad_usage,
         under_the_real_interpreter]

failed = 0
FILES_WITH_MANIFEST = tempfile.mkdtemp(prefix='microcat-test-')
shutil.copytree(FILES, FILES_WITH_MANIFEST, dirs_exist_ok=True)
with open(os.path.join(FILES_WITH_MANIFEST, 'MANIFEST'), 'wb') as out:
    out.write(subprocess.run(['sh', os.path.join(HERE, '../../src/installer/manifest.sh'), FILES], capture_output=True, check=True).stdout)
print(f'1..{len(CASES)}')


def run(case):
    with tempfile.TemporaryDirectory(prefix='microcat-test-') as room:
        try:
            skip = case(room)
            return 'ok', f' # SKIP {skip}' if skip else '', ''
        except (Expect, subprocess.TimeoutExpired) as e:
            return 'not ok', '', '\n# ' + str(e).replace('\n', '\n# ')
        finally:
            Prompt.stop_all(room)


# Most of their time is a wait for what does not come.
with concurrent.futures.ThreadPoolExecutor(max_workers=8) as pool:
    for number, (case, result) in enumerate(zip(CASES, pool.map(run, CASES)), 1):
        word, skip, why = result
        failed |= word != 'ok'
        print(f'{word} {number} - {case.__name__}{skip}{why}', flush=True)
shutil.rmtree(FILES_WITH_MANIFEST)
sys.exit(failed)
