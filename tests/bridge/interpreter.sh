#!/bin/bash
# SPDX-License-Identifier: MIT
# interpreter.sh BUILD-DIRECTORY: prints where the interpreter is that the board has too, as a module for node; fetched once, by npm,
# into the build directory. Fails with the reason on standard output.
set -u
package=@micropython/micropython-webassembly-pyscript
version=1.27.0
home=$1/micropython
module=$home/node_modules/$package/micropython.mjs
if [ ! -f "$home/have-$version" ]; then
    for tool in node npm flock; do
        command -v $tool >/dev/null || { echo "$tool is not installed"; exit 1; }
    done
    mkdir -p "$home"
    exec 9>"$home/lock"
    flock 9
    if [ ! -f "$home/have-$version" ]; then
        (cd "$home" && timeout 120 npm install --no-package-lock --no-save --no-audit --no-fund "$package@$version") >"$home/npm.log" 2>&1 &&
            [ -f "$module" ] || { echo "npm could not fetch $package@$version"; exit 1; }
        : >"$home/have-$version"
    fi
fi
echo "$module"
