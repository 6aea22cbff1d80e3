# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A lint's frame: source it with the repository's root as the first argument. Each lint prints one TAP case a rule.
set -u
export LC_ALL=C.UTF-8
shopt -s lastpipe # so that report() counts here when it ends a pipe
cd "${1:?the root of the repository}" || exit 1
cases=0
failures=0

# report TEXT: what stands on standard input are the findings; none means that the rule is kept.
report()
{
    local findings
    findings=$(cat)
    cases=$((cases + 1))
    if [ -z "$findings" ]; then
        printf 'ok %d - %s\n' "$cases" "$1"
    else
        printf 'not ok %d - %s\n' "$cases" "$1"
        printf '%s\n' "$findings" | sed 's/^/# /'
        failures=$((failures + 1))
    fi
}

finish()
{
    printf '1..%d\n' "$cases"
    [ "$failures" = 0 ]
}

c_files()
{
    find src include tests -name '*.[ch]' | sort
}
