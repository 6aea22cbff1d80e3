#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""setup.py MICROCATCTL MICROCATD MICROCAT-SIM: from questions or options to a configuration of root's alone, and a service that runs."""
import contextlib
import os
import pty
import select
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
sys.dont_write_bytecode = True
import gateway  # noqa: E402

CTL, DAEMON, SIM = sys.argv[1:]
CASES = []


def case(fn):
    CASES.append(fn)
    return fn


class Room:
    def __init__(self, path):
        self.path, self.conf, self.socket = path, os.path.join(path, 'conf'), os.path.join(path, 'sock')
        self.env = {**os.environ, 'MICROCATCTL_SYSTEMCTL': os.path.join(path, 'systemctl'), 'LC_ALL': 'C.UTF-8'}

    def write(self, name, text, mode=0o644):
        with open(os.path.join(self.path, name), 'w') as out:
            out.write(text)
        os.chmod(os.path.join(self.path, name), mode)
        return os.path.join(self.path, name)

    def setup(self, *words, stdin=b''):
        done = subprocess.run([CTL, '--socket=' + self.socket, 'setup', '--config=' + self.conf, *words], input=stdin,
                              capture_output=True, env=self.env, timeout=60)
        return done.returncode, (done.stdout + done.stderr).decode()

    def read(self):
        with open(self.conf) as f:
            return f.read()

    # answers: what a person types when a question ends so
    def talk(self, *answers):
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(CTL, [CTL, '--socket=' + self.socket, 'setup', '--config=' + self.conf, '--no-start'], self.env)
        said = b''
        for question, answer in answers:
            while not said.rstrip(b' ').endswith(question):
                assert select.select([fd], [], [], 20)[0], said
                said += os.read(fd, 4096)
            os.write(fd, answer + b'\n')
            said += b'|'
        try:
            while select.select([fd], [], [], 20)[0]:
                said += os.read(fd, 4096)
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode()


@case
def options_write_a_file_of_roots_alone(room):
    secret = room.write('secret', 'so-geheim-77\n', 0o600)
    result = room.setup('--apn=soracom.io', '--user=sora', '--password-file=' + secret, '--pin-file=-', '--no-start', stdin=b'1234\n')
    assert result == (0, f'written: {room.conf}\n'), result
    assert room.read() == '[PDP]\nAPN=soracom.io\nUser=sora\nPassword=so-geheim-77\n\n[SIM]\nPIN=1234\n', room.read()
    assert stat.S_IMODE(os.stat(room.conf).st_mode) == 0o600


@case
def what_a_person_wrote_stays(room):
    room.write('conf', '# mine\n[PDP]\n#APN=\nAPN=old\n\n[PPP]\nRouteMetric=50\n')
    assert room.setup('--apn=new', '--no-start')[0] == 0
    assert room.read() == '# mine\n[PDP]\n#APN=\nAPN=new\n\n[PPP]\nRouteMetric=50\n', room.read()


@case
def a_symlink_stays_one(room):
    room.write('real', '[PDP]\nAPN=old\n', 0o600)
    os.symlink('real', room.conf)
    os.mkdir(room.conf + '.d')
    room.write('conf.d/10.conf', '[PDP]\nUser=u\n')  # beside the name that the daemon has, not beside the file
    code, said = room.setup('--apn=new', '--user=x', '--no-start')
    assert code == 1 and 'User= is set in' in said and os.path.islink(room.conf), (code, said)
    assert room.read() == '[PDP]\nAPN=new\nUser=x\n' and os.listdir(room.path).count('real') == 1, room.read()
    os.unlink(room.conf)
    os.symlink('nothing', room.conf)
    code, said = room.setup('--apn=new', '--no-start')
    assert code == 1 and os.path.islink(room.conf) and not os.path.exists(room.conf), (code, said)


@case
def a_bad_value_changes_nothing(room):
    room.write('conf', '[PDP]\nAPN=old\n')
    for words, says in [(['--apn=a b'], 'access point name'), (['--apn=x', '--pin-file=-'], '4 to 8 digits'), (['--apn='], '--apn= is empty')]:
        code, said = room.setup(*words, '--no-start', stdin=b'12x4\n')
        assert code == 2 and says in said and '12x4' not in said, (words, code, said)
    assert room.read() == '[PDP]\nAPN=old\n'
    room.write('conf', '[PDP]\nAPN=old\n[PPP]\nMTU=nonsense\n')
    code, said = room.setup('--apn=x', '--no-start')
    assert code == 1 and 'MTU' in said and 'not changed' in said, said
    assert 'APN=old' in room.read()


@case
def nobody_is_asked_without_a_terminal(room):
    code, said = room.setup('--no-start')
    assert code == 2 and '--apn= is missing' in said, said
    assert not os.path.exists(room.conf)
    code, said = room.setup('--apn=x', '--pin-file=/nonexistent', '--no-start')
    assert code == 1 and '/nonexistent' in said, said


@case
def a_person_is_asked(room):
    code, said = room.talk((b'APN:', b'a b'), (b'APN:', b'soracom.io'), (b'none):', b'sora'), (b'none):', b'so-geheim-77'), (b'none):', b''))
    assert code == 0 and 'written: ' in said, said
    assert 'so-geheim-77' not in said, said
    assert room.read() == '[PDP]\nAPN=soracom.io\nUser=sora\nPassword=so-geheim-77\n', room.read()


@case
def enter_is_none_also_where_another_sims_was_set(room):
    room.write('conf', '[PDP]\nAPN=old\nUser=old\nPassword=old\n#ContextID=1\n[SIM]\nPIN=1111\n', 0o600)
    code, said = room.talk((b'APN:', b'new'), (b'none):', b''), (b'none):', b''), (b'none):', b''))
    assert code == 0, said
    assert room.read() == '[PDP]\nAPN=new\nUser=\nPassword=\n#ContextID=1\n[SIM]\nPIN=\n', room.read()
    room.write('conf', '[PDP]\nAPN=old\nUser=old\n', 0o600)
    assert room.setup('--apn=new', '--no-start')[0] == 0  # what no option gives stays
    assert room.read() == '[PDP]\nAPN=new\nUser=old\n', room.read()


@case
def what_the_file_would_lose_is_refused(room):
    for password in ' lead', 'trail ':
        code, said = room.setup('--apn=x', '--password-file=-', '--no-start', stdin=password.encode() + b'\n')
        assert code == 2 and 'Password= cannot be written so' in said and not os.path.exists(room.conf), (password, code, said)
    assert room.setup('--apn=x', '--password-file=-', '--no-start', stdin=b'a ;b # c\n')[0] == 0


# The file is as it should be, and the daemon would do something else: nothing is started.
@case
def what_wins_over_the_file_is_named(room):
    room.write('systemctl', f'#!/bin/sh\necho "$@" >>{room.path}/asked\n', 0o755)
    os.mkdir(room.conf + '.d')
    room.write('conf.d/10.conf', '# the rest\n[PDP]\nAPN=old.example\n')
    code, said = room.setup('--apn=new.example')
    assert code == 1 and f'APN= is set in {room.conf}.d/10.conf:3' in said and 'APN=new.example' in room.read(), (code, said)
    assert not os.path.exists(os.path.join(room.path, 'asked'))
    assert room.setup('--apn=old.example', '--no-start')[0] == 0  # the same: nothing is lost
    room.write('conf.d/10.conf', '[PDP]\nAPN=\n')
    code, said = room.setup('--apn=x', '--no-start')
    assert code == 1 and 'APN= is set in' in said, (code, said)
    room.write('conf.d/10.conf', '[PDP]\nUser=other\n[SIM]\nPIN=5678\n', 0o600)
    assert room.setup('--apn=x', '--no-start')[0] == 0  # of these nobody said anything
    code, said = room.talk((b'APN:', b'x'), (b'none):', b''), (b'none):', b''), (b'none):', b''))
    assert code == 1 and 'User= is set in' in said and 'PIN= is set in' in said and '5678' not in said, (code, said)
    room.write('conf.d/10.conf', '[PPP]\nMTU=nonsense\n')
    code, said = room.setup('--apn=x', '--no-start')
    assert code == 1 and 'MTU' in said and 'will not take' in said, (code, said)


# What is seen of a credential is what the service got when it started last: the restart may hand over another one.
@case
def a_credential_wins_over_the_file_and_is_named(room):
    room.write('systemctl', f'#!/bin/sh\necho "$@" >>{room.path}/asked\n', 0o755)
    os.mkdir(os.path.join(room.path, 'credentials'))
    file = room.write('credentials/sim.pin', '5678', 0o600)
    room.env['CREDENTIALS_DIRECTORY'] = os.path.join(room.path, 'credentials')
    code, said = room.setup('--apn=x', '--pin-file=-', '--no-start', stdin=b'1234\n')
    assert code == 0 and f'PIN= comes as the credential {file}' in said and '5678' not in said and '1234' not in said, (code, said)
    assert room.setup('--apn=x', '--pin-file=-', '--no-start', stdin=b'5678\n') == (0, f'written: {room.conf}\n')
    assert room.setup('--apn=x', '--no-start') == (0, f'written: {room.conf}\n')
    code, said = room.talk((b'APN:', b'x'), (b'none):', b''), (b'none):', b''), (b'none):', b''))
    assert code == 0 and 'PIN=' not in said, (code, said)  # none here, and one from elsewhere
    assert not os.path.exists(os.path.join(room.path, 'asked'))
    with a_daemon(room):
        code, said = room.setup('--apn=y', '--pin-file=-', '--timeout=2s', stdin=b'1234\n')
    assert code == 4 and f'PIN= comes as the credential {file}' in said, (code, said)
    with open(os.path.join(room.path, 'asked')) as f:
        assert f.read() == 'restart microcatd.service\n'
    room.write('credentials/sim.pin', '12x4', 0o600)  # with this one the service would not take its configuration
    code, said = room.setup('--apn=x', '--no-start')
    assert code == 0 and f'{file}: what is in it is not allowed' in said and 'will not take' not in said, (code, said)


# The file's neighbours are no credentials, whatever their names begin with, and count as they are.
@case
def a_drop_in_beside_a_credential_is_refused(room):
    os.mkdir(room.conf + '.d')
    room.write('conf.d/10.conf', '[PDP]\nAPN=old\n', 0o600)
    room.env['CREDENTIALS_DIRECTORY'] = room.conf
    code, said = room.setup('--apn=x', '--no-start')
    assert code == 1 and f'APN= is set in {room.conf}.d/10.conf' in said, (code, said)
    os.mkdir(os.path.join(room.path, 'credentials'))
    room.write('credentials/sim.pin', '12x4', 0o600)
    room.env['CREDENTIALS_DIRECTORY'] = os.path.join(room.path, 'credentials')
    code, said = room.setup('--apn=x', '--no-start')
    assert code == 1 and f'APN= is set in {room.conf}.d/10.conf' in said, (code, said)
    room.write('conf.d/10.conf', '[PPP]\nMTU=nonsense\n')
    code, said = room.setup('--apn=x', '--no-start')
    assert code == 1 and said.count('MTU') == 1 and 'will not take' in said, (code, said)


@case
def a_mark_at_the_beginning_hides_no_pin(room):
    room.write('conf', '\ufeff[SIM]\nPIN=1234\n', 0o600)
    code, said = room.talk((b'APN:', b'x'), (b'none):', b''), (b'none):', b''), (b'none):', b''))
    assert code == 0 and room.read() == '\ufeff[SIM]\nPIN=\n\n[PDP]\nAPN=x\n', (code, said, room.read())


@case
def who_breaks_off_gets_the_terminal_back(room):
    import termios
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(CTL, [CTL, '--socket=' + room.socket, 'setup', '--config=' + room.conf, '--no-start'], room.env)
    said = b''
    for question, answer in (b'APN:', b'x\n'), (b'none):', b'\n'), (b'shown; Enter: none):', b'\x03'):
        while not said.rstrip(b' ').endswith(question):
            assert select.select([fd], [], [], 20)[0], said
            said += os.read(fd, 4096)
        assert answer != b'\x03' or not termios.tcgetattr(fd)[3] & termios.ECHO
        os.write(fd, answer)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -2
    assert termios.tcgetattr(fd)[3] & termios.ECHO
    assert not os.path.exists(room.conf)


@contextlib.contextmanager
def a_daemon(room):
    """It listens; its configuration has no APN, its device is on a pty that may not be there."""
    room.write('conf', f'[Modem]\nDevice={room.path}/tty\n[Recovery]\nBootJitter=0\n[Control]\nSocket={room.socket}\n', 0o600)
    daemon = gateway.start(DAEMON, room.path, room.conf, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        daemon.terminate()
        daemon.wait(60)


PROVIDERS = '''<?xml version="1.0"?>
<serviceproviders format="2.0"><country code="jp"><provider><name>Soracom</name><gsm>
<network-id mcc="901" mnc="31"/><apn value="soracom.io"><usage type="internet"/><username>sora</username><password>sora-pw</password></apn>
</gsm></provider></country></serviceproviders>
'''


# The card is read before there is an APN, and so what fits it can be offered.
@case
def the_running_daemon_knows_the_operator(room):
    room.env['MICROCATCTL_PROVIDERS'] = room.write('providers.xml', PROVIDERS)
    sim = subprocess.Popen([SIM, '--profile=warm', '--network=none', '--link=' + room.path + '/tty', '--quiet'], stdout=subprocess.PIPE)
    try:
        sim.stdout.readline()  # its path: it is there
        with a_daemon(room):
            subprocess.run([CTL, '--socket=' + room.socket, 'wait', '--for=held', '--timeout=60s'], check=True, stdout=subprocess.DEVNULL)
            code, said = room.talk((b'to type an APN:', b'1'), (b'none):', b''))
    finally:
        sim.terminate()
        sim.wait(60)
    assert code == 0 and 'soracom.io (Soracom' in said and 'sora-pw' not in said, said
    assert '[PDP]\nAPN=soracom.io\nUser=sora\nPassword=sora-pw\n' in room.read(), room.read()


@case
def the_service_is_started_and_watched(room):
    room.write('systemctl', f'#!/bin/sh\necho "$@" >>{room.path}/asked\n', 0o755)
    with a_daemon(room):
        code, said = room.setup('--apn=x', '--timeout=2s')
    assert code == 4 and 'not online' in said and 'goes on trying' in said, said
    with open(os.path.join(room.path, 'asked')) as f:
        assert f.read() == 'restart microcatd.service\n'


@case
def a_service_that_does_not_start(room):
    room.write('systemctl', '#!/bin/sh\nexit 1\n', 0o755)
    code, said = room.setup('--apn=x')
    assert code == 1 and 'microcatd.service could not be started' in said, said


print(f'1..{len(CASES)}')
failed = False
for number, fn in enumerate(CASES, 1):
    with tempfile.TemporaryDirectory(prefix='microcat-test-') as path:
        try:
            fn(Room(path))
            print(f'ok {number} - {fn.__name__}', flush=True)
        except AssertionError as e:
            failed = True
            print(f'not ok {number} - {fn.__name__}\n# ' + str(e).replace('\n', '\n# '), flush=True)
sys.exit(failed)
