#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""System calls that microcatd's unit does not allow: prints "there is NAME..." of those that there are, or "there is nothing else". Needs what
it does allow: a thread, as the one that waits for the modem's DSR.
"""
import ctypes
import errno
import threading

NUMBERS = {  # of x86-64, which the guest is
    'fork': 57, 'ptrace': 101, 'setuid': 105, 'setresuid': 117, 'chroot': 161, 'mount': 165, 'init_module': 175, 'io_setup': 206,
    'add_key': 248, 'keyctl': 250, 'unshare': 272, 'splice': 275, 'perf_event_open': 298, 'setns': 308, 'process_vm_readv': 310,
    'bpf': 321, 'execveat': 322, 'userfaultfd': 323, 'io_uring_setup': 425, 'fsopen': 430, 'pidfd_getfd': 438, 'landlock_create_ruleset': 444,
}
libc = ctypes.CDLL(None, use_errno=True)


def answered(number):
    return libc.syscall(number, *[-1] * 6) != -1 or ctypes.get_errno() != errno.ENOSYS


thread = threading.Thread(target=threading.get_native_id)
thread.start()
thread.join()
print('there is', *([name for name, number in NUMBERS.items() if answered(number)] or ['nothing else']))
