# SPDX-License-Identifier: MIT
# bash completion for microcatctl; the words come from its own verb table.
_microcatctl()
{
    local cur verb='' word table
    COMPREPLY=()
    cur=${COMP_LINE:0:COMP_POINT}
    cur=${cur##* }
    table=$(microcatctl --complete 2>/dev/null) || return
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [ -z "$verb" ] && grep -q "^$word\( \|\$\)" <<<"$table"; then
            verb=$word
        fi
    done
    local words
    if [ -n "$verb" ]; then
        words="$(sed -n "s/^$verb //p" <<<"$table") --json"
        [ "$verb" != help ] || words=$(cut -d' ' -f1 <<<"$table")
    else
        words="$(cut -d' ' -f1 <<<"$table") --json --socket= --instance= --version --help"
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    # readline breaks words at '=': what stands before it is on the line already
    case $cur in *=*) COMPREPLY=("${COMPREPLY[@]#"${cur%%=*}="}") ;; esac
    case ${COMPREPLY[0]-} in *=) compopt -o nospace ;; esac
}
complete -F _microcatctl microcatctl
