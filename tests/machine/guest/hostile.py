#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A microcatd that was taken over: speaks to microcat-helper by itself, as src/helper/protocol.c has it, and asks for what it should not get.

hostile.py SOCKET WORD...: one attempt; prints the result ("ok", "EPERM", ..., "closed" when the helper hung up) and what came with it.
"""
import errno
import os
import pty
import socket
import struct
import sys

KINDS = ['open-pty', 'start-pppd', 'start-board', 'start-resolvconf', 'signal', 'status', 'add-route', 'remove-route', 'sweep', 'add-server',
         'remove-server', 'join-vrf', 'accept-router', 'ask-router', 'open-probe', 'set-resolved', 'revert-resolved', 'write-names',
         'networkmanager', 'tty-holder', 'grant-tty', 'open-config', 'lend-pty']


def number(text):
    return struct.pack('=I', int(text))


def text(size):
    return lambda value: value.encode().ljust(size, b'\0')


def servers(*addresses):
    return struct.pack('=I', len(addresses)) + b''.join(a.encode().ljust(48, b'\0') for a in (list(addresses) + [''] * 4)[:4])


BODIES = {
    'start-board': number, 'status': number, 'add-route': number, 'remove-route': number, 'sweep': number, 'open-probe': number,
    'networkmanager': number, 'lend-pty': number,
    'signal': lambda errand, signal: number(errand) + number(signal),
    'add-server': text(48), 'remove-server': text(48),
    'tty-holder': text(128), 'grant-tty': text(128), 'open-config': text(128),
    'write-names': lambda give, *addresses: number(give) + servers(*addresses),
    'set-resolved': lambda default, *addresses: number(default) + servers(*addresses),
    'start-resolvconf': lambda record, *addresses: number(record) + servers(*addresses),
}


def message(kind, body=b''):
    return b'mch1' + struct.pack('=IIi', KINDS.index(kind), len(body), 0) + body


def ask(path, data, fds=()):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(20)
        s.connect(path)
        try:
            socket.send_fds(s, [data], list(fds))
            reply, got, _, _ = socket.recv_fds(s, 512, 8)
        except (BrokenPipeError, ConnectionResetError):
            return 'closed', b'', []
    if len(reply) < 16:
        return 'closed', b'', []
    result = struct.unpack('=i', reply[12:16])[0]
    return ('ok' if result >= 0 else errno.errorcode[-result]), reply[16:], list(got)


def pipes():
    return os.pipe()[1], os.pipe()[1]


def own_tty():
    """A pty of the attacker's own in pppd's place."""
    return pty.openpty()[1]


def file_named(path):
    return os.open(path, os.O_RDWR | os.O_NOCTTY)


def start_pppd(path, tty_fd):
    return ask(path, message('start-pppd'), (tty_fd, *pipes()))


def main():
    path, word, *more = sys.argv[1:]
    if word == 'pppd-on-own-tty':
        answer = start_pppd(path, own_tty())
    elif word == 'pppd-on':  # any file that it may open
        answer = start_pppd(path, file_named(more[0]))
    elif word == 'pppd-log-to':  # the right pty, and a file for its log
        _, _, got = ask(path, message('open-pty'))
        log = file_named(more[0])
        answer = ask(path, message('start-pppd'), (got[1], log, log))
    elif word == 'pppd-with-words':  # arguments behind the message
        _, _, got = ask(path, message('open-pty'))
        answer = ask(path, message('start-pppd', b'\0'.join(w.encode() for w in more)), (got[1], *pipes()))
    elif word == 'raw':
        answer = ask(path, bytes.fromhex(more[0]))
    elif word in ('start-board', 'start-resolvconf'):
        answer = ask(path, message(word, BODIES[word](*more)), pipes())
    else:
        answer = ask(path, message(word, BODIES[word](*more) if word in BODIES else b''))
    result, body, fds = answer
    print(result, *[os.readlink(f'/proc/self/fd/{fd}') for fd in fds])


try:
    main()
except OSError as e:
    print('cannot', errno.errorcode.get(e.errno, e.errno))
