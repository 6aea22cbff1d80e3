// SPDX-License-Identifier: MIT
// The bridge's files and the tests' in the file system of the real interpreter, and the way to them.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export async function board(interpreter, sources, tests, stdout) {
    const { loadMicroPython } = await import(pathToFileURL(path.resolve(interpreter)));
    const mp = await loadMicroPython({ heapsize: 8 << 20, linebuffer: true, stdout });
    const put = (from, to) => {
        for (const name of fs.readdirSync(from).filter((n) => n.endsWith('.py')))
            mp.FS.writeFile(`${to}/${name}`, fs.readFileSync(path.join(from, name)));
    };
    mp.FS.mkdir('/board');
    mp.FS.mkdir('/board/microcat');
    put(tests, '/board');
    put(path.join(sources, 'microcat'), '/board/microcat');
    mp.runPython("import sys\nsys.path.insert(0, '/board')");
    return mp;
}
