#!/bin/bash
# SPDX-License-Identifier: MIT
# Rules on files: licence, length, guards, words, and that each is built.
. "$(dirname "$0")/lib.sh"
longest=600
long=400
tables="src/base/fault.c tests/modem/walk_rows.h" # one table of texts and nothing else

sources()
{
    {
        c_files
        find . -path ./.git -prune -o -path './build*' -prune -o -path ./.cache -prune -o \
            \( -name meson.build -o -name '*.sh' -o -name '*.service' -o -name '*.target' -o -name '*.rules' -o -path './scripts/*' \
            -o -path './tests/machine/*' -o -path './.ci/*' \) -type f -print
    } | sed 's,^\./,,' | sort -u
}

sources | while IFS= read -r file; do
    head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
done | report "every file names its licence in its first lines"

c_files | xargs wc -l | awk -v most=$longest -v tables="$tables" '$2 != "total" && $1 > most && !index(tables, $2) { print $2 ": " $1 " lines" }' |
    report "no C file but a pure table is longer than $longest lines"
c_files | xargs wc -l | awk -v most=$long '$2 != "total" && $1 > most { print "# long: " $2 ": " $1 " lines (aim for " most ")" }'

find include -name '*.h' | sort | while IFS= read -r file; do
    guard=$(printf '%s' "${file#include/}" | tr 'a-z/.-' 'A-Z___')
    grep -q "^#ifndef $guard\$" "$file" || echo "$file: the guard should be $guard"
    grep -qE '^/?\*\*? ?|^/\*' <(sed 1d "$file") || echo "$file: no comment says what it is for"
done | report "every header has a guard after its path and says what it is for"

grep -nE '\b(TODO|FIXME|XXX|HACK)\b' -r src include tests conf systemd man scripts 2>/dev/null | grep -v '^tests/lint/' |
    report "nothing is left for later in a comment"

# A C file that no meson.build names is dead.
find src tests -name '*.c' | sort | while IFS= read -r file; do
    name=$(basename "$file" .c)
    grep -qsE "(^|[^[:alnum:]_])${name#test_}([^[:alnum:]_]|\$)" "$(dirname "$file")/meson.build" || echo "$file"
done | report "every C file is named in its meson.build"

# Tests wait for events.
grep -nE '\b(u|nano)?sleep[ \t]*\(' -r tests --include='*.[ch]' | report "no C test sleeps"
grep -nE '(^|[;&|( \t])sleep[ \t]+[0-9.$]' -r tests --include='*.sh' | grep -v '^tests/lint/' | report "no shell test sleeps"
finish
