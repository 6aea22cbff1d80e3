#!/bin/bash
# SPDX-License-Identifier: MIT
# The program as a person meets it: options, a configuration checked, mistakes refused. Usage: program.sh MICROCATD
set -u
microcatd=$(realpath "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
export STATE_DIRECTORY=$dir/state # nothing of the host is touched
unset NOTIFY_SOCKET JOURNAL_STREAM
cases=0
failed=0

# check TEXT EXIT OUTPUT-PATTERN ERROR-PATTERN ARGUMENT...: patterns are those of grep -E and must be found; "" wants nothing at all.
check()
{
    local text=$1 want=$2 out=$3 err=$4 got
    shift 4
    "$microcatd" "$@" >out 2>err </dev/null
    got=$?
    cases=$((cases + 1))
    if [ "$got" = "$want" ] && matches out "$out" && matches err "$err"; then
        echo "ok $cases - $text"
    else
        echo "not ok $cases - $text"
        failed=1
        printf '# exit %s\n' "$got"
        sed 's/^/# /' out err
    fi
}

matches()
{
    if [ -n "$2" ]; then grep -qE -- "$2" "$1"; else [ ! -s "$1" ]; fi
}

check "the version is told" 0 '^microcatd [0-9]+\.[0-9]+' '' --version
check "help is given" 0 '--check-config' '' --help
check "an unknown option is usage" 2 '' "^microcatd: --colour: unknown option$" --colour
check "an argument too many is usage" 2 '' 'no argument is expected' now

printf '[PDP]\nAPN=soracom.io\nPassword=topsecret\nUser=sora\n' >good.conf
chmod 600 good.conf
check "a good configuration is printed with origins" 0 '^APN=soracom.io +\(good.conf:2\)$' '' --config=good.conf --check-config
check "an argument may be the next word" 0 '^User=sora ' '' --check-config --config good.conf
"$microcatd" --config=good.conf --check-config 2>&1 | grep -q topsecret && leaked=yes || leaked=no
cases=$((cases + 1))
if [ "$leaked" = no ]; then echo "ok $cases - no secret is printed"; else echo "not ok $cases - no secret is printed"; failed=1; fi

printf '[PDP]\nContextID=77\n[PPP]\nMTU=9\nMTV=1\n' >bad.conf
check "mistakes are all told" 1 '' 'bad.conf:2: .*ContextID=77' --config=bad.conf --check-config
check "... the last one as well" 1 '' 'APN= is missing; for example' --config=bad.conf --check-config
check "... and what was meant" 1 '' 'did you mean \[PPP\] MTU\?' --config=bad.conf --check-config
check "with mistakes the daemon does not start" 1 '' 'not started: the configuration cannot be used' --config=bad.conf
check "a file that is not there is named" 1 '' 'none.conf: cannot be read: No such file' --config=none.conf
check "... and is no mistake in it" 1 '' 'not started: the configuration cannot be used' --config=none.conf
printf '[Modem]\nBaudRate=460800\n' >half.conf
check "a missing APN is not good" 1 '^BaudRate=460800 ' 'half.conf: \[PDP\] APN= is missing' --config=half.conf --check-config
check "a folder that cannot hold the recording is named" 1 '' '/nowhere/r: No such file or directory' --config=good.conf --record=/nowhere/r

cp good.conf other.conf
check "an instance has a socket of its own" 0 "^Socket=/run/microcatd/gw1.sock +\\(default\\)$" "" --instance=gw1 --config=other.conf --check-config
mkdir good.conf.d
printf '[Control]\nSocket=%s/s.sock\n' "$dir" >good.conf.d/10.conf
check "drop-ins are read" 0 '^Socket=.*s.sock +\(good.conf.d/10.conf:2\)$' '' --config=good.conf --check-config
echo "1..$cases"
exit $failed
