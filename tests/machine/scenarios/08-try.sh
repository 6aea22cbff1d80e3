# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# scripts/try as on a machine whose kernel has PPP: without a board, then with one that is plugged in and left running
# limit: 600 s

# try_here DEVICE KEEP: what scripts/try does once it has built; here the build is what is installed.
try_here()
{
    bash -c '
        . scripts/lib/common.sh
        prefix=/usr apn=soracom.io user=sora password=sora device=$1 keep=$2
        . scripts/lib/try-host.sh' try "$1" "$2" >$run/try.log 2>&1 </dev/null
    local status=$?
    cat $run/try.log
    return $status
}

said()
{
    grep -qE "$1" $run/try.log
}

homes()
{
    find /run -maxdepth 1 -name 'microcat-try.*'
}

check "without a board it does the job on a simulated one" try_here '' no
check "it pings through the link, twice" test "$(grep -c ' 0% packet loss' $run/try.log)" = 2
check "AT works after disconnect" said 'ok: AT\+CSQ'
check "it ends clean" said 'ok: everything is stopped'
is "without a pppd left" "$(pgrep -x pppd)" ""
is "without a directory left" "$(homes)" ""
is "without a namespace left" "$(ip netns list)" ""

need "the board is made" make_board
need "the simulated modem runs" start_sim --profile=warm
plug
need "plugging in shows a tty" until_ok 30000 board_tty
udevadm settle --timeout=10
check "with a board it does the job on that" try_here "$(board_tty)" yes
check "and says which" said "using the board on $(board_tty)"
check "it is left running" ping -c 1 -W 5 -I ppp0 100.127.0.53
eval "kept=\"$(sed -n 's/^Try: \(.*\) status$/\1/p' $run/try.log)\""
is "and answers as it says" "$($kept --json status | grep -o '"state":"[a-z]*"')" '"state":"online"'
eval "$(sed -n 's/^End it with: //p' $run/try.log)"
nobody()
{
    ! pgrep -x 'pppd|microcatd' && ! ip route show default | grep -q .
}
# The network's pppd goes with the call.
check "and ends as it says" until_ok 30000 nobody
rm -rf /run/microcat-try.*
