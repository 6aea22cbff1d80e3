// SPDX-License-Identifier: MIT
// repl.mjs MICROPYTHON.MJS: the real interpreter's prompt on standard input and output, with a made-up `machine`.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const { loadMicroPython } = await import(pathToFileURL(path.resolve(process.argv[2])));
const mp = await loadMicroPython({ heapsize: 8 << 20, linebuffer: false, stdout: (data) => process.stdout.write(data) });
mp.runPython(`import sys, os
_real_sys, _real_os = sys, os
class _Machine:
    USBDevice = object
    @staticmethod
    def reset(): pass
sys.modules['machine'] = _Machine
class _Os:
    def __getattr__(self, name): return getattr(_real_os, name)
    def statvfs(self, path): return (4096, 4096, 0, 1000)
sys.modules['os'] = _Os()
class _Implementation:
    name = _real_sys.implementation.name
    version = _real_sys.implementation.version
    _machine = 'MechaTracks MicroCat.1 with RP2350'
class _Sys:
    implementation = _Implementation
    def __getattr__(self, name): return getattr(_real_sys, name)
sys.modules['sys'] = _Sys()
os.mkdir('/flash')
os.chdir('/flash')`);
process.stdout.write('ready\n');
mp.replInit();
for await (const chunk of process.stdin)
    for (const byte of chunk)
        await mp.replProcessCharWithAsyncify(byte);
