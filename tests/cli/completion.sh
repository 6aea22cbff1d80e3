#!/bin/bash
# SPDX-License-Identifier: MIT
# The completions against the verb table: completion.sh DIRECTORY-OF-COMPLETIONS DIRECTORY-OF-MICROCATCTL
completions=$1
export PATH=$2:$PATH
. "$completions/microcatctl.bash"
cases=0
failed=0

# offers_SHELL LINE: what is offered at the end of LINE, a line each.
offers_bash()
{
    COMP_LINE=$1
    COMP_POINT=${#COMP_LINE}
    read -r -a COMP_WORDS <<<"$COMP_LINE"
    case $COMP_LINE in *' ') COMP_WORDS+=('') ;; esac
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    _microcatctl 2>/dev/null
    printf '%s\n' "${COMPREPLY[@]}"
}

# The function is run as zsh's completion runs it, with its words and its compadd, which takes what begins like the word at hand.
offers_zsh()
{
    zsh -f -c '
        words=("${(@s: :)1}")
        CURRENT=$#words
        compadd()
        {
            while [[ $1 != -- ]]; do shift; done
            shift
            for offer; do [[ $offer == "${words[CURRENT]}"* ]] && print -r -- $offer; done
        }
        . "$2/_microcatctl"' zsh "$1" "$completions"
}

offers_fish()
{
    # shellcheck disable=SC2016 # fish expands it
    HOME=/nonexistent fish --no-config -c 'source $argv[2]/microcatctl.fish; complete -C $argv[1]' "$1" "$completions" 2>/dev/null
}

# complete_line LINE EXPECTED [EXPECTED-OF-BASH]: every shell offers EXPECTED, parted by spaces. For bash a word ends at '='.
complete_line()
{
    local shell got want
    for shell in bash zsh fish; do
        cases=$((cases + 1))
        if ! command -v "$shell" >/dev/null; then
            echo "$shell is not installed"
            echo "ok $cases # SKIP $shell: '$1'"
            continue
        fi
        want=$2
        [ "$shell" != bash ] || want=${3-$2}
        want=$(tr ' ' '\n' <<<"$want" | sort | paste -sd ' ')
        got=$("offers_$shell" "$1" | sort | paste -sd ' ')
        if [ "$got" = "$want" ]; then
            echo "ok $cases - $shell: '$1'"
        else
            failed=$((failed + 1))
            echo "not ok $cases - $shell: '$1' offers '$got', not '$want'"
        fi
    done
}

complete_line 'microcatctl st' 'status'
complete_line 'microcatctl re' 'reset reconnect'
complete_line 'microcatctl radio ' 'off on --json'
complete_line 'microcatctl --json pow' 'power'
complete_line 'microcatctl wait --for=on' '--for=online' 'online'
complete_line 'microcatctl trace --m' '--mermaid'
complete_line 'microcatctl trace --l' '--lines='
complete_line 'microcatctl signal --s' '--svg='
complete_line 'microcatctl help tr' 'trace'
complete_line 'microcatctl status x' ''
echo "1..$cases"
exit "$failed"
