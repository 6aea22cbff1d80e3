#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes a C file that holds a text file: embed.sh INPUT OUTPUT SYMBOL HEADER
set -eu
{
    echo '/* SPDX-License-Identifier: MIT */'
    echo "#include \"$4\""
    echo "const char $3[] = {"
    od -An -v -tx1 "$1" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
    echo '0x00};'
} >"$2"
