# SPDX-License-Identifier: MIT
"""A microcatd for tests in Python: it touches nothing of the host that it runs on, and is there when it listens."""
import os
import socket
import subprocess


def environment(room, **more):
    """Names, NetworkManager and memory in the test's own directory. More than one daemon in a room share them."""
    own = {'STATE_DIRECTORY': 'state', 'MICROCATD_RESOLV_CONF': 'resolv.conf', 'MICROCATD_RESOLVCONF': 'no-resolvconf',
           'MICROCATD_NETWORKMANAGER': 'networkmanager'}
    return {**os.environ, **{name: os.path.join(room, file) for name, file in own.items()}, **more}


def start(microcatd, room, conf, **more):
    """With the configuration file @conf; returns when it has said READY=1. @more: of subprocess.Popen."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(os.path.join(room, 'notify'))
        notify.settimeout(60)
        daemon = subprocess.Popen([microcatd, '--config=' + conf], env=environment(room, NOTIFY_SOCKET=os.path.join(room, 'notify')), **more)
        while b'READY=1' not in notify.recv(4096):
            pass
    return daemon
