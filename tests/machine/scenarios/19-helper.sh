# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# least privilege: who the processes are, what a daemon that was taken over cannot do, what both cost, a helper that dies and one that hangs
# limit: 900 s

need "the board is made" make_board
plug
# Long enough in the dial for a hand to get at the helper meanwhile.
need "the simulated modem runs" start_sim --profile=warm --latency=dial=4000
# As they are by default, because what both processes cost is measured below; but for the group.
write_conf '[PPP]' EchoInterval=20 '[Probe]' Interval=60 '[Control]' Group=microcat ReadGroup=microcat
need "the service starts" start_daemon
need "online" in_state online 90
tty=$(board_tty)
helper_socket=/run/microcat-helper/microcatd.sock
of_status()
{
    sed -n "s/^$2:[ \t]*//p" "/proc/$1/status"
}

# ---- who they are ----
is "the daemon is nobody in particular" "$(ps -o user= -p "$(main_pid)")" microcatd
is "without a capability" "$(of_status "$(main_pid)" CapPrm) $(of_status "$(main_pid)" CapBnd)" "0000000000000000 0000000000000000"
is "pppd is root's" "$(ps -o user= -p "$(pppd_pid)")" root
is "the configuration stays root's alone" "$(stat -c '%a %U' /etc/microcatd/microcatd.conf)" "600 root"
# Its socket it cannot give to that group, for want of a capability, and of chown() at all: it makes a list.
looks()
{
    setpriv --reuid=nobody --regid="$1" --clear-groups microcatctl status
}
check "who is of the group may look" looks microcat
is "who is not does not get in" "$(looks nogroup 2>&1 | grep -c 'no permission')" 1
check "no secret is among pppd's arguments" bash -c "! tr '\\0' '\\n' </proc/$(pppd_pid)/cmdline | grep -qx sora"

# ---- what they cost: the daemon, with the helper beside it and when that has gone ----
helper_pid()
{
    systemctl show -p MainPID --value microcat-helper@microcatd.service
}
pss()
{
    local pid
    for pid in "$@"; do
        sed -n 's/^Pss:[ \t]*\([0-9]*\).*/\1/p' "/proc/$pid/smaps_rollup"
    done | awk '{ n += $1 } END { print n + 0 }'
}
# costs TEXT SECONDS PID...: how often these processes are woken, by the kernel's word, and their PSS. What comes within 0.2 s of another one
# is not counted again: on this emulated processor each answer of the modem's comes in pieces. (scripts/bench counts them all.) LCP echo
# is counted, too: three a minute.
costs()
{
    local text=$1 seconds=$2 memory calls bursts trace=/sys/kernel/tracing/instances/costs
    shift 2
    mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing
    mkdir $trace
    memory=$(pss "$@")
    printf 'pid == %s || ' "$@" | sed 's/ || $//' >$trace/events/sched/sched_waking/filter
    echo 1 >$trace/events/sched/sched_waking/enable
    read -r -t "$seconds" <> <(:)
    echo 0 >$trace/events/sched/sched_waking/enable
    read -r calls bursts < <(sed -n 's/.* \([0-9.]*\): sched_waking: .* pid=\([0-9]*\) .*/\1 \2/p' $trace/trace |
        awk '{ calls++; if (!($2 in last) || $1 - last[$2] > 0.2) bursts++; last[$2] = $1 } END { print calls + 0, bursts + 0 }')
    rmdir $trace
    check "$text: they are there all along" kill -0 "$@"
    note "$text: $((bursts * 60 / seconds)) wake-ups a minute with LCP echo ($((calls * 60 / seconds)) with all pieces), $memory kB PSS"
    check "$text: they are woken 13 times a minute at most" test "$bursts" -le $((13 * seconds / 60 + 1)) # one for where it begins
    check "$text: and use 4 MB at most" test "$memory" -le 4096
}
settled 60
setpriv --reuid=microcatd --regid=microcatd --init-groups /usr/bin/python3 -I /usr/lib/microcat-test/guest/hostile.py $helper_socket open-config '' >/dev/null
costs "daemon and helper" 20 "$(main_pid)" "$(helper_pid)"
check "the helper is gone when it is idle" until_ok 60000 bash -c '! systemctl -q is-active microcat-helper@microcatd.service'
costs "the daemon alone" 60 "$(main_pid)"
check "and the call goes on" ping -c 2 -i 0.3 -W 5 -I ppp0 100.127.0.53

# ---- what it cannot do: as the daemon's user, outside of its sandbox, with a client of its own ----
# try WORD...: one attempt.
try()
{
    setpriv --reuid=microcatd --regid=microcatd --init-groups /usr/bin/python3 -I /usr/lib/microcat-test/guest/hostile.py $helper_socket "$@"
}
refused()
{
    is "refused: $1" "$(shift; try "$@" 2>&1)" "EPERM"
}

# Another program.
refused "a board's command where none is configured" start-board 0
is "refused: words for pppd" "$(try pppd-with-words pty '/bin/sh -c id')" closed
is "refused: a message that is none" "$(try raw 00112233)" closed
is "refused: a kind that there is not" "$(try raw 6d636831ff0000000000000000000000)" closed
# Another interface's routes: those of "wired" look like ours, and stay.
ip link add wired type dummy
ip addr add 192.0.2.2/24 dev wired
ip link set wired up
ip route add 198.51.100.0/24 dev wired proto 177 metric 700
ip route add default via 192.0.2.1 dev wired metric 100
before=$(ip route show dev wired)
try sweep 0 >/dev/null
try remove-route 0 >/dev/null
is "another interface's routes stay" "$(ip route show dev wired)" "$before"
try add-route 0 >/dev/null
check "it gives and takes those of the link" bash -c "ip route show default dev ppp0 | grep -q 'metric 700'"
refused "a route to what is no name server" add-server 127.0.0.1
refused "an IPv6 router on a link without IPv6" accept-router
refused "a VRF that is not configured" join-vrf
# Another process's signal: the network's pppd is no child of ours, nor is anything that took the number of one.
isp_pppd=$(pgrep -x pppd | grep -vx "$(pppd_pid)" | head -n 1)
check "there is another pppd" test -n "$isp_pppd"
is "another process is not even heard of: there is but one pppd to name" "$(try signal 1 2)" ESRCH
is "with its own hands it signals none" "$(setpriv --reuid=microcatd --regid=microcatd --init-groups bash -c "kill -9 $(pppd_pid) 1 $isp_pppd" 2>&1 | grep -c 'not permitted')" 3
check "and the other one lives" kill -0 "$isp_pppd"
# A file outside.
refused "a file outside, as if of the configuration" open-config ../../shadow
refused "by its full name" open-config /etc/shadow
is "the configuration itself it gets, to read" "$(try open-config '')" "ok /etc/microcatd/microcatd.conf"
is "refused by the kernel: to open it alone" "$(setpriv --reuid=microcatd --regid=microcatd --init-groups cat /etc/microcatd/microcatd.conf 2>&1 | grep -c denied)" 1
refused "who has a file open that is no tty" tty-holder /etc/shadow
# Whatever stood there before, and whoever has left it so.
ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
is "no name server goes into resolved's file" "$(try write-names 1 192.0.2.53)" EBUSY
refused "pppd's log into a file" pppd-log-to /dev/null
# Another tty.
refused "pppd on a tty of its own" pppd-on-own-tty
refused "pppd on another's" pppd-on /dev/null
refused "another tty for itself" grant-tty /dev/ttyS0
refused "another tty's holder" tty-holder /dev/ttyS1
refused "the configuration, as if it were a tty" grant-tty /dev/../etc/microcatd/microcatd.conf
refused "what a descriptor of its own leads to" grant-tty "/dev/../proc/$(main_pid)/fd/0"
is "the modem's it gets" "$(try grant-tty "$tty")" ok
# More privileges.
is "nobody cannot reach it" "$(setpriv --reuid=nobody --regid=nogroup --clear-groups /usr/bin/python3 -I /usr/lib/microcat-test/guest/hostile.py $helper_socket open-pty)" "cannot EACCES"
is "nor can another of its group ask" "$(setpriv --reuid=nobody --regid=microcatd --clear-groups /usr/bin/python3 -I /usr/lib/microcat-test/guest/hostile.py $helper_socket open-pty)" closed
check "after all that the call goes on" ping -c 2 -i 0.3 -W 5 -I ppp0 100.127.0.53
is "with one dial" "$(grep -c 'board: call begins' $run/sim.log)" 1
ip link del wired

# ---- what it can do: end its own call ----
pppd=$(pppd_pid) before=$(events_so_far)
is "it can end its call" "$(try signal 0 2)" ok
check "which is named" event_after "$before" 20 '"code": ?"pppd-died"'
check "and dialled again" in_state online 60
check "with another pppd" test "$(pppd_pid)" != "$pppd"

# ---- a configuration with mistakes: a helper that has never seen the good one goes by it all the same ----
settled 150
cp -p /etc/microcatd/microcatd.conf $run/good.conf
printf '[PPP]\nMTU=9000\n' >>/etc/microcatd/microcatd.conf
systemctl reload microcatd.service
check "mistakes are refused at the reload" until_ok 20000 bash -c "journalctl -q -b -u microcatd.service | grep -q 'the old one goes on'"
check "the helper that saw the good one is gone" until_ok 60000 bash -c '! systemctl -q is-active microcat-helper@microcatd.service'
before=$(events_so_far)
pkill -KILL -f "pppd .*microcat-socket"
check "pppd is ended, and dialled again" test -n "$(event_after "$before" 60 '"to": ?"online"')"
check "by the configuration before, which is said" bash -c "journalctl -q -b -u microcat-helper@microcatd.service | grep -q 'the one before goes on'"
is "that is noted for root alone" "$(stat -c '%a %U' /run/microcat-helper/microcatd.config)" "600 root"
is "refused by the kernel: to read it" "$(setpriv --reuid=microcatd --regid=microcatd --init-groups cat /run/microcat-helper/microcatd.config 2>&1 | grep -c denied)" 1
cp -p $run/good.conf /etc/microcatd/microcatd.conf
systemctl reload microcatd.service

# ---- the helper's own death ----
survives_helper()
{
    systemctl kill -s KILL microcat-helper@microcatd.service
    event_after "$before" 1 '"to": ?"online"' >/dev/null
    pkill -KILL -f "pppd .*microcat-socket"
}
fault_case "the helper killed, then pppd" "pppd-died" 20 60 survives_helper
no_helper()
{
    systemctl stop microcat-helper@microcatd.socket microcat-helper@microcatd.service
    pkill -KILL -f "pppd .*microcat-socket"
    event_after "$before" 60 '"code": ?"helper-failed"' >/dev/null
    systemctl start microcat-helper@microcatd.socket
}
fault_case "no helper" "helper-failed" 60 150 no_helper

# ---- a helper that dies, and one that hangs ----
# strikes SIGNAL: the helper gets this; $struck is its number.
strikes()
{
    struck=$(helper_pid)
    [ "$struck" != 0 ] && kill "-$1" "$struck"
}
struck_is_gone()
{
    ! kill -0 "$struck" 2>/dev/null
}
# outlives_helper TEXT SIGNAL: the call goes on, and the next question is answered.
outlives_helper()
{
    local text=$1 pppd dials
    settled 150
    pppd=$(pppd_pid) dials=$(grep -c 'board: call begins' $run/sim.log)
    try open-config '' >/dev/null # so that there is one
    strikes "$2"
    check "$text while a call is up: it is ended" until_ok 60000 struck_is_gone
    is "$text while a call is up: the next question is answered" "$(try open-config '')" "ok /etc/microcatd/microcatd.conf"
    check "$text while a call is up: a ping goes through" ping -c 1 -W 5 -I ppp0 100.127.0.53
    is "$text while a call is up: by the same pppd" "$(pppd_pid)" "$pppd"
    is "$text while a call is up: nothing was dialled" "$(grep -c 'board: call begins' $run/sim.log)" "$dials"
}
outlives_helper "the helper killed" KILL
outlives_helper "the helper hung" STOP
check "the watchdog has ended it" bash -c "journalctl -q -b -u microcat-helper@microcatd.service | grep -q 'Watchdog timeout'"

while_dialling()
{
    microcatctl reconnect >/dev/null 2>&1 &
    event_after "$before" 60 '"to": ?"dial"' >/dev/null
    strikes "$1" # it was just asked for pppd's end
}
before=$(events_so_far)
while_dialling KILL
check "the helper killed while dialling: online" test -n "$(event_after "$before" 60 '"to": ?"online"')"
fault_case "the helper hung while dialling" "helper-failed" 60 150 while_dialling STOP
check "the fault was in the journal" bash -c "journalctl -q -b -u microcatd.service MICROCAT_FAULT=helper-failed | grep -q ."
