#!/bin/bash
# SPDX-License-Identifier: MIT
# README.ja.md in step with the rest: its commands are README.md's or the programs' own, its faults are faults.
. "$(dirname "$0")/lib.sh"

# Of standard input the commands in fenced blocks, without what stands behind '#'.
blocks()
{
    awk '/^```/ { inside = !inside; next } inside { sub(/ +#.*/, ""); print }'
}

# section FILE HEADING: the text below it.
section()
{
    awk -v begin="$2" '$0 == begin { on = 1; next } /^## / { on = 0 } on' "$1"
}

diff <(section README.md '## From the box to online' | blocks) <(section README.ja.md '## 箱から接続まで' | blocks) |
    report "the way from the box is the same in both languages"

# Each verb and option that it names is one that the program has.
verbs=$(sed -n 's/^ *{\.name = "\([a-z]*\)".*/\1/p' src/cli/verbs.c)
blocks <README.ja.md | grep -oE 'microcatctl [a-z]+' | sort -u | while read -r _ verb; do
    grep -qx "$verb" <<<"$verbs" || echo "README.ja.md: microcatctl has no verb $verb"
done | report "its verbs are microcatctl's"
blocks <README.ja.md | grep 'microcatctl' | grep -oE -- '--[a-z-]+' | sort -u | while read -r option; do
    grep -q "\"${option#--}\"" src/cli/main.c || echo "README.ja.md: microcatctl has no option $option"
done | report "its options are microcatctl's"
sed -n '/^| status/,/^$/p' README.ja.md | cut -d '|' -f 2 | grep -oE '`[a-z-]+`' | tr -d '`' | while read -r fault; do
    grep -q "\.code = \"$fault\"" src/base/fault.c || echo "README.ja.md: there is no fault $fault"
done | report "its faults are faults"
# What status puts before each layer is explained.
marks=$(sed -n 's/.* marks\[2\]\[4\] = .*, {\(.*\)}};/\1/p' src/cli/render_layers.c | grep -oE '"[^"]+"' | tr -d '"')
explained=$(sed -n 's/^`status` の行頭の意味: //p' README.ja.md)
{
    [ "$(wc -w <<<"$marks")" = 4 ] || echo "src/cli/render_layers.c: where are its four marks?"
    for mark in $marks; do
        [[ $explained == *"$mark は"* ]] || echo "README.ja.md: the mark $mark is not explained"
    done
} | report "its marks are status's"
finish
