// SPDX-License-Identifier: MIT
// live.mjs MICROPYTHON.MJS BRIDGE-SOURCES TESTS: the bridge under the real interpreter until its standard input ends. Descriptors,
// each a socket that does not block: 3 the USB's bulk data, 4 the UART, 5 lines of orders and news (cable.py has the other ends).
import fs from 'node:fs';
import { board } from './board.mjs';

const [interpreter, sources, tests] = process.argv.slice(2);
const FD = [3, 4], NEWS = 5;
const room = Buffer.alloc(65536);
const waiting = [Buffer.alloc(0), Buffer.alloc(0)]; // read, but not taken
const unsent = [Buffer.alloc(0), Buffer.alloc(0)]; // taken from the bridge, but not written
let orders = '';
const started = Date.now();
const sleeper = new Int32Array(new SharedArrayBuffer(4));

function read(fd) {
    try {
        const n = fs.readSync(fd, room, 0, room.length);
        if (n === 0)
            process.exit(0);
        return Buffer.from(room.subarray(0, n));
    } catch (e) {
        if (e.code !== 'EAGAIN')
            process.exit(0);
        return Buffer.alloc(0);
    }
}

function flush(which) {
    while (unsent[which].length) {
        try {
            unsent[which] = unsent[which].subarray(fs.writeSync(FD[which], unsent[which]));
        } catch (e) {
            if (e.code !== 'EAGAIN')
                process.exit(0);
            return false;
        }
    }
    return true;
}

globalThis.wire = {
    now: () => Date.now() - started,
    rest: (ms) => Atomics.wait(sleeper, 0, 0, ms),
    take(which, address, most) {
        flush(which);
        if (!waiting[which].length)
            waiting[which] = read(FD[which]);
        const n = Math.min(most, waiting[which].length);
        new Uint8Array(memory.buffer, address, n).set(waiting[which].subarray(0, n));
        waiting[which] = waiting[which].subarray(n);
        return n;
    },
    put(which, address, length) { // all of it or, while what went before is not out, nothing
        if (!flush(which))
            return 0;
        unsent[which] = Buffer.from(new Uint8Array(memory.buffer, address, length));
        flush(which);
        return length;
    },
    tell: (text) => { fs.writeSync(NEWS, `${text}\n`); },
    asked() {
        orders += read(NEWS).toString();
        const end = orders.indexOf('\n');
        if (end < 0)
            return '';
        const line = orders.slice(0, end);
        orders = orders.slice(end + 1);
        return line;
    },
};

// The module does not export its memory, and bytes are no type that it hands over: so it is kept when it is made.
let memory;
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = async (...args) => {
    const made = await instantiate(...args);
    memory = Object.values((made.instance ?? made).exports).find((e) => e instanceof WebAssembly.Memory);
    return made;
};
const mp = await board(interpreter, sources, tests, (line) => console.error(line));
mp.runPython('import live');
