#!/bin/bash
# SPDX-License-Identifier: MIT
# .clang-format decides layout; shellcheck reads the scripts. A tool that is not here skips its case and says so.
. "$(dirname "$0")/lib.sh"

skip()
{
    cases=$((cases + 1))
    printf 'ok %d - %s # SKIP %s is not installed\n' "$cases" "$1" "$2"
}

text="C files are laid out as .clang-format says"
if command -v clang-format >/dev/null; then
    c_files | xargs -P 2 -n 12 clang-format --dry-run 2>&1 | grep -E 'warning:' | head -n 30 | report "$text"
else
    skip "$text" clang-format
fi

text="shell scripts pass shellcheck"
if command -v shellcheck >/dev/null; then
    {
        find scripts tests .ci -type f \( -name '*.sh' -o -perm -100 \) -print 2>/dev/null | sort | while IFS= read -r file; do
            head -n 1 "$file" | grep -qE '^#!.*\b(ba)?sh$|^# SPDX' && printf '%s\0' "$file"
        done | xargs -0 shellcheck -f gcc -S warning -e SC1090,SC1091,SC2034,SC2154 2>&1
    } | head -n 30 | report "$text"
else
    skip "$text" shellcheck
fi
finish
