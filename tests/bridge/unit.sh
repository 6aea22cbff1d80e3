#!/bin/bash
# SPDX-License-Identifier: MIT
# unit.sh BUILD-DIRECTORY SOURCES VERSION: the bridge's code under the real interpreter.
set -u
here=$(cd "$(dirname "$0")" && pwd)
interpreter=$(bash "$here/interpreter.sh" "$1") || { echo "1..0 # SKIP $interpreter"; exit 0; }
grep -qx "VERSION = \"$3\"" "$2/microcat/__init__.py" || { echo "1..1"; echo "not ok 1 - the bridge's VERSION is not $3"; exit 1; }
exec node "$here/run.mjs" "$interpreter" "$2" "$here"
