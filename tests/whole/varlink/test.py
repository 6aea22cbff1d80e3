#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test.py MICROCATD DEFINITION: a client made of DEFINITION by Debian's varlink-go speaks with a running microcatd.

The generator's grammar is an old one, which knows no capitals in an interface's name: it is given a copy whose name is
in lower case, and what it made gets the right name back.
"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../../support'))
sys.dont_write_bytecode = True
import gateway  # noqa: E402

NAME, LOWER = 'io.microcat.Modem', 'io.microcat.modem'


def skip(why):
    print(f'1..0 # SKIP {why}')
    sys.exit(0)


def run(*argv, **more):
    done = subprocess.run(argv, capture_output=True, text=True, timeout=600, **more)
    if done.returncode or done.stderr:
        print(f'Bail out! {argv[0]}: {done.stdout}{done.stderr}'.replace('\n', '\n# '))
        sys.exit(1)
    return done.stdout


def generate(definition, room):
    package = os.path.join(room, 'src', 'iomicrocatmodem')
    os.makedirs(package)
    lower = os.path.join(package, LOWER + '.varlink')
    with open(definition) as source, open(lower, 'w') as out:
        out.write(source.read().replace('interface ' + NAME, 'interface ' + LOWER))
    run('varlink-go-interface-generator', lower)
    made = os.path.join(package, 'iomicrocatmodem.go')
    with open(made) as source:
        text = source.read()
    with open(made, 'w') as out:
        out.write(text.replace(LOWER, NAME))


def build(room):
    client = os.path.join(room, 'client')
    # GOPATH as Debian's packages of Go libraries are meant to be used; nothing is fetched from anywhere
    run('go', 'build', '-o', client, os.path.join(HERE, 'client.go'),
        env={'PATH': os.environ['PATH'], 'HOME': room, 'GO111MODULE': 'off', 'GOFLAGS': '', 'GOPROXY': 'off',
             'GOPATH': room + ':/usr/share/gocode', 'GOCACHE': os.path.join(room, 'cache'), 'CGO_ENABLED': '0'})
    return client


def start(microcatd, room):
    conf = os.path.join(room, 'conf')
    with open(conf, 'w') as out:
        out.write(f'[Modem]\nDevice={room}/none\n[PDP]\nAPN=example\n[Control]\nSocket={room}/sock\n')
    os.chmod(conf, 0o600)
    return gateway.start(microcatd, room, conf, stderr=subprocess.PIPE, text=True)


def main():
    microcatd, definition = sys.argv[1:]
    for tool in 'varlink-go-interface-generator', 'go':
        if not shutil.which(tool):
            skip(f'{tool} is not installed')
    with tempfile.TemporaryDirectory(prefix='microcat-test-') as room:
        generate(definition, room)
        client = build(room)
        daemon = start(microcatd, room)
        try:
            ended = subprocess.run([client, os.path.join(room, 'sock')], timeout=60).returncode
        finally:
            daemon.terminate()
            said = daemon.communicate(timeout=60)[1]
        if ended:
            print('# ' + said.replace('\n', '\n# '))
        sys.exit(ended or daemon.returncode)


main()
