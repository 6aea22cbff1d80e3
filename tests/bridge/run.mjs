// SPDX-License-Identifier: MIT
// run.mjs MICROPYTHON.MJS BRIDGE-SOURCES TESTS: runs test_bridge.py under the real interpreter; its output is TAP.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [interpreter, sources, tests] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(path.resolve(interpreter)));
const mp = await loadMicroPython({ heapsize: 8 << 20, linebuffer: true,
    stdout: (line) => console.log(/^(ok|not ok|1\.\.)/.test(line) ? line : `# ${line}`) });
const put = (from, to) => {
    for (const name of fs.readdirSync(from).filter((n) => n.endsWith('.py')))
        mp.FS.writeFile(`${to}/${name}`, fs.readFileSync(path.join(from, name)));
};
mp.FS.mkdir('/board');
mp.FS.mkdir('/board/microcat');
put(tests, '/board');
put(path.join(sources, 'microcat'), '/board/microcat');
mp.runPython(`import sys
sys.path.insert(0, '/board')
import test_bridge
test_bridge.main()`);
