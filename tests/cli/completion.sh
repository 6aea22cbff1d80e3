#!/bin/bash
# SPDX-License-Identifier: MIT
# The bash completion against the verb table: completion.sh COMPLETION-FILE DIRECTORY-OF-MICROCATCTL
. "$1"
PATH=$2:$PATH
cases=0
failed=0

# complete LINE EXPECTED: what is offered at the end of LINE, parted by spaces.
complete_line()
{
    local got
    COMP_LINE=$1
    COMP_POINT=${#COMP_LINE}
    read -r -a COMP_WORDS <<<"$COMP_LINE"
    case $COMP_LINE in *' ') COMP_WORDS+=('') ;; esac
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    _microcatctl 2>/dev/null
    got=${COMPREPLY[*]}
    cases=$((cases + 1))
    if [ "$got" = "$2" ]; then
        echo "ok $cases - '$1'"
    else
        failed=$((failed + 1))
        echo "not ok $cases - '$1' offers '$got', not '$2'"
    fi
}

complete_line 'microcatctl st' 'status'
complete_line 'microcatctl re' 'reset reconnect'
complete_line 'microcatctl radio ' 'off on --json'
complete_line 'microcatctl --json pow' 'power'
complete_line 'microcatctl wait --for=on' 'online'
complete_line 'microcatctl trace --m' '--mermaid'
complete_line 'microcatctl help tr' 'trace'
complete_line 'microcatctl status x' ''
echo "1..$cases"
exit "$failed"
