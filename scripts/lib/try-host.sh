# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# scripts/try on this very machine: a daemon of its own, with its own settings, socket and state, all under one directory in /run.
. "$mc_top/scripts/lib/demo.sh"

home=$(mktemp -d /run/microcat-try.XXXXXX) || exit 1
chmod 700 "$home"
names=microcat-try # the simulated network's namespace
daemon='' simulator=''
ctl=("$prefix/bin/microcatctl" "--socket=$home/microcatd.sock")
targets=()

write_settings()
{
    (
        umask 077
        printf '%s\n' '[Modem]' "Device=$1" '[PDP]' "APN=$apn" ${user:+"User=$user"} ${password:+"Password=$password"} \
            '[Recovery]' BootJitter=0 '[Control]' "Socket=$home/microcatd.sock" "${@:2}" >"$home/microcatd.conf"
    )
}

listening()
{
    local tries
    for tries in {1..100}; do
        "${ctl[@]}" status >/dev/null 2>&1 && return 0
        kill -0 "$daemon" 2>/dev/null || break
        read -r -t 0.1 <> <(:)
    done
    tail -n 5 "$home/log"
    return 1
}

start_daemon()
{
    mkdir -p "$home/state" /run/microcatd
    STATE_DIRECTORY=$home/state MICROCATD_RESOLV_CONF=$home/resolv.conf MICROCATD_RESOLVCONF=$home/none MICROCATD_NETWORKMANAGER=$home/nm "$prefix/sbin/microcatd" "--config=$home/microcatd.conf" >"$home/log" 2>&1 </dev/null &
    daemon=$!
    listening
}

start_board()
{
    write_settings "$device"
    start_daemon
}

# Its network leads nowhere, so the host's routes and names are left out of it.
start_simulated()
{
    ip netns add $names 2>/dev/null
    ip -n $names link set lo up
    ip -n $names addr add 100.127.0.53/32 dev lo 2>/dev/null
    "$prefix/bin/microcat-sim" --profile=cold --link="$home/board" --control="$home/sim.sock" --network=pppd \
        --network-netns=$names --network-auth=chap --set="net-user=$user" >"$home/sim.log" 2>&1 </dev/null &
    simulator=$!
    local tries=0
    until "$prefix/bin/microcat-sim" --control="$home/sim.sock" --send="set net-password $password" >/dev/null 2>&1; do
        ((++tries < 50)) || { cat "$home/sim.log"; return 1; }
        read -r -t 0.1 <> <(:)
    done
    write_settings "$home/board" '[PPP]' DefaultRoute=no UseDNS=no
    start_daemon
}

stop_all()
{
    local left
    if [ -n "$daemon" ]; then kill -TERM "$daemon" 2>/dev/null; wait "$daemon" 2>/dev/null; fi
    if [ -n "$simulator" ]; then kill -TERM "$simulator" 2>/dev/null; wait "$simulator" 2>/dev/null; fi
    daemon='' simulator=''
    ip netns del $names 2>/dev/null
    left=$(pgrep -f "pppd .*$home" | wc -l)
    rm -rf "$home"
    [ "$left" = 0 ]
}

if [ -n "$device" ]; then
    begin=start_board
    targets=(1.1.1.1 8.8.8.8)
    say "using the board on $device"
else
    begin=start_simulated
    say "no board is plugged in: using a simulated one on a pty"
fi
finish_up=stop_all
trap 'stop_all; exit 130' INT TERM
demo
status=$?
if [ "$keep" = yes ]; then
    echo
    echo "Try: ${ctl[*]} status"
    [ -z "$simulator" ] || echo "     $prefix/bin/microcat-sim --control=$home/sim.sock --send=no-carrier"
    echo "End it with: kill $daemon $simulator"
    disown -a
    trap - INT TERM
elif [ -d "$home" ]; then
    [ $status = 0 ] || tail -n 20 "$home/log"
    stop_all
fi
exit $status
