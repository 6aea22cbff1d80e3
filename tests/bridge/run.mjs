// SPDX-License-Identifier: MIT
// run.mjs MICROPYTHON.MJS BRIDGE-SOURCES TESTS: runs test_bridge.py under the real interpreter; its output is TAP.
import { board } from './board.mjs';

const [interpreter, sources, tests] = process.argv.slice(2);
const mp = await board(interpreter, sources, tests,
    (line) => console.log(/^(ok|not ok|1\.\.)/.test(line) ? line : `# ${line}`));
mp.runPython('import test_bridge\ntest_bridge.main()');
