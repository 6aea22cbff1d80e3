# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What scenarios are written in. Every helper that waits has a limit, and waits for the event itself where there is one.
set -u
run=/run/microcat-test
mkdir -p $run
exec {never}<> <(:) # nothing is ever to be read there

# ---- TAP -------------------------------------------------------------------------------------------------------------

# ok STATUS TEXT: one case.
ok()
{
    local number word=ok
    read -r number <$run/cases
    echo $((++number)) >$run/cases
    [ "$1" = 0 ] || word="not ok"
    printf '%s %d - %s: %s\n' "$word" $number "$scenario" "$2"
    [ "$1" = 0 ] || evidence
    return 0
}

# check TEXT COMMAND...: a case that passes when COMMAND does. What it prints is shown when it does not.
check()
{
    local text=$1 status
    shift
    "$@" >$run/output 2>&1
    status=$?
    [ $status = 0 ] || { printf '# %s\n' "failed: $*"; sed 's/^/#   /' $run/output; }
    ok $status "$text"
    return $status
}

is()
{
    [ "$2" = "$3" ] || printf '# read "%s" instead of "%s"\n' "$2" "$3"
    [ "$2" = "$3" ]
    ok $? "$1"
}

note()
{
    printf '# %s\n' "$*"
}

# need TEXT COMMAND...: a check without which the rest of the scenario means nothing.
need()
{
    check "$@" || exit 0
}

# What the daemon, the simulator and the kernel said since the last time, after a case that failed.
evidence()
{
    local said=0
    journalctl -q -n 15 -o short-monotonic --no-hostname --cursor-file=$run/cursor 2>/dev/null | cut -c 1-200 | sed 's/^/#   journal: /'
    [ -f $sim.log ] || return 0
    [ -f $sim.said ] && said=$(cat $sim.said)
    tail -n "+$((said + 1))" $sim.log | tail -n 8 | sed 's/^/#   sim: /'
    wc -l <$sim.log >$sim.said
}

# now: ms since boot, the clock that the daemon uses too.
now()
{
    local seconds rest
    read -r seconds rest </proc/uptime
    printf '%d' $((10#${seconds/./} * 10))
}

# until_ok LIMIT_MS COMMAND...: asks again, for the few things that announce themselves to nobody. Every 50 ms for a second, every 250 for
# five, then every second, and never sooner than after three times what the asking took: in an emulated machine it costs what the one that
# is asked needs to answer.
until_ok()
{
    local began asked limit=$1
    began=${EPOCHREALTIME/./}
    shift
    while asked=${EPOCHREALTIME/./}; ! "$@" >/dev/null 2>&1; do
        local now=${EPOCHREALTIME/./} so_far pause=50
        so_far=$(((now - began) / 1000))
        [ $so_far -lt "$limit" ] || return 1
        [ $so_far -lt 1000 ] || pause=250
        [ $so_far -lt 5000 ] || pause=1000
        [ $pause -ge $(((now - asked) * 3 / 1000)) ] || pause=$(((now - asked) * 3 / 1000))
        printf -v pause '%d.%03d' $((pause / 1000)) $((pause % 1000))
        rest $pause
    done
    return 0
}

# rest SECONDS: without a process of its own.
rest()
{
    read -r -t "$1" -u $never
    return 0
}

# ---- the board -------------------------------------------------------------------------------------------------------

# board N: which of two boards the helpers speak of from now on, with its simulated modem and the network behind that (the first, until
# said otherwise).
board()
{
    local number=${1#1} # the first's names have none
    gadget=/sys/kernel/config/usb_gadget/microcat$number
    board_serial=E6612$((2 + $1))
    board_udc=dummy_udc.$(($1 - 1))
    board_inner=
    sim=$run/sim$number
    sim_socket=$sim.sock
    isp=isp$number
    isp_servers="100.127.$((2 * $1 - 2)).53 100.127.$((2 * $1 - 1)).53"
}
board 1

# make_board: a USB gadget that looks like a MicroCat.1 with its stock firmware; not plugged in yet. The simulated modem gets the
# function's inner tty.
make_board()
{
    [ ! -d $gadget ] || return 0
    modprobe dummy_hcd num=2 && modprobe -a libcomposite usb_f_acm || return 1
    mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config || return 1
    mkdir -p $gadget/strings/0x409 $gadget/configs/c.1/strings/0x409 $gadget/functions/acm.usb0 || return 1
    echo 0x388b >$gadget/idVendor
    echo 0xca71 >$gadget/idProduct
    echo MechaTracks >$gadget/strings/0x409/manufacturer
    echo MicroCat.1 >$gadget/strings/0x409/product
    echo $board_serial >$gadget/strings/0x409/serialnumber
    echo 'CDC ACM' >$gadget/configs/c.1/strings/0x409/configuration
    ln -s $gadget/functions/acm.usb0 $gadget/configs/c.1/ || return 1
    udevadm settle --timeout=10
    [ -c "$(inner_tty usb0)" ]
}

inner_tty()
{
    printf '/dev/ttyGS%d\n' "$(cat $gadget/functions/acm.$1/port_num)"
}

plugged()
{
    [ -n "$(cat $gadget/UDC 2>/dev/null)" ]
}

plug()
{
    plugged || echo $board_udc >$gadget/UDC
}

unplug()
{
    ! plugged || echo >$gadget/UDC
}

# board_tty: the tty that the board shows, whichever number it got.
board_tty()
{
    local path
    for path in /sys/bus/usb/drivers/cdc_acm/*/tty/ttyACM*; do
        [ -e "$path" ] && printf '/dev/%s\n' "${path##*/}" && return 0
    done
    return 1
}

# holds TTY UNIT: only this unit's daemon has it open, and systemd, which keeps its descriptor for the daemon after it.
holds()
{
    [ "$(fuser "$1" 2>/dev/null | xargs)" = "1 $(systemctl show -p MainPID --value "$2")" ]
}

# make_composite [off]: the board shows a second ACM function behind the first, as a bridge beside its REPL does. Not while plugged in.
make_composite()
{
    if [ "${1:-}" = off ]; then
        rm -f $gadget/configs/c.1/acm.usb1 && { [ ! -d $gadget/functions/acm.usb1 ] || rmdir $gadget/functions/acm.usb1; }
        return
    fi
    mkdir -p $gadget/functions/acm.usb1 && ln -s $gadget/functions/acm.usb1 $gadget/configs/c.1/ || return 1
    udevadm settle --timeout=10
    [ -c "$(inner_tty usb1)" ]
}

# ---- the simulated modem ---------------------------------------------------------------------------------------------

board_link=

# start_sim OPTION...: a MicroCat.1 on the gadget's inner side ($board_inner, or that of its first function; with $board_link set, on a
# pty that this names); the network is a pppd in a namespace, whose name servers answer to ping.
start_sim()
{
    local server
    ip netns add $isp 2>/dev/null
    ip -n $isp link set lo up
    for server in $isp_servers; do
        ip -n $isp addr add $server/32 dev lo 2>/dev/null
    done
    if [ -n "$board_link" ]; then
        set -- --link="$board_link" "$@"
    else
        set -- --tty="${board_inner:-$(inner_tty usb0)}" --udc=$board_udc "$@"
    fi
    microcat-sim --control=$sim_socket --network=pppd --network-netns=$isp \
        --network-auth=chap "$@" >>$sim.log 2>&1 &
    echo $! >$sim.pid
    until_ok 30000 inject state
}

# inject WORDS...: a command on the simulator's control socket (microcat-sim --help lists them).
inject()
{
    microcat-sim --control=$sim_socket --send="$*"
}

# ---- Ethernet, and who knows names -----------------------------------------------------------------------------------

# name_server NAMESPACE ADDRESS ANSWER: answers every question for an address with ANSWER, until the scenario ends.
name_server()
{
    ip netns exec "$1" python3 -I -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 53))
while True:
    q, peer = s.recvfrom(512)
    end = q.index(b"\0", 12) + 5
    wants_a = q[end - 4:end - 2] == b"\0\1"
    answer = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton(sys.argv[2]) if wants_a else b""
    s.sendto(q[:2] + b"\x81\x80\0\1\0" + bytes([wants_a]) + b"\0\0\0\0" + q[12:end] + answer, peer)' "$2" "$3" >>$run/names.log 2>&1 &
    echo $! >"$run/names-$1.pid"
}

# make_ethernet: eth7, whose network (192.0.2.0/24) is a namespace with a name server.
make_ethernet()
{
    ip netns add lan && ip link add eth7 type veth peer name peer7 netns lan && ip -n lan addr add 192.0.2.1/24 dev peer7 &&
        ip -n lan link set peer7 up && ip -n lan link set lo up && name_server lan 192.0.2.1 192.0.2.99
}

# ethernet up|down: the cable and what DHCP does of it, without who manages names.
ethernet()
{
    if [ "$1" = up ]; then
        ip link set eth7 up && ip addr replace 192.0.2.2/24 dev eth7 && ip route replace default via 192.0.2.1 dev eth7 metric 100
    else
        ip link set eth7 down
    fi
}

# resolves ADDRESS: a name leads to this address. A new one each time: nobody has it in a cache.
resolves()
{
    [ "$(getent ahostsv4 "name-$EPOCHREALTIME.example.com" | awk 'NR == 1 { print $1 }')" = "$1" ]
}

# ---- the daemon ------------------------------------------------------------------------------------------------------

# write_conf [LINE...]: the settings of all scenarios, then the given lines ("[Section]" and "Key=value").
write_conf()
{
    mkdir -p /etc/microcatd
    cat >/etc/microcatd/microcatd.conf <<END
[PDP]
APN=soracom.io
User=sora
Password=sora
[PPP]
EchoInterval=5
EchoFailure=3
[Probe]
Method=icmp
Interval=5
Timeout=1
[Recovery]
BootJitter=0
RedialDelay=2
RedialMax=20
GoodAfter=10
RadioCycleInterval=1min
ResetInterval=1min
SearchTime=30
SimCheckInterval=5
AttachesPerHour=60
END
    printf '%s\n' "$@" >>/etc/microcatd/microcatd.conf
    chmod 600 /etc/microcatd/microcatd.conf
}

# start_daemon: the service, and a log of its events with the time at which each was told.
events=$run/events
start_daemon()
{
    : >$events
    systemctl reset-failed microcatd.service 2>/dev/null
    systemctl start microcatd.service || return 1
    follow_events </dev/null >/dev/null 2>&1 &
    echo $! >$run/events.pid
}

# The stream ends with the daemon; a restarted one is followed again.
follow_events()
{
    local line
    while :; do
        while IFS= read -r line; do
            printf '%s %s\n' "$EPOCHREALTIME" "$line"
        done < <(exec microcatctl --json watch) >>$events
        rest 0.1
    done
}

# main_pid, pppd_pid: the service's process (0: none), and its call's ("": none).
main_pid()
{
    systemctl show -p MainPID --value microcatd.service
}
pppd_pid()
{
    pgrep -f 'pppd .*microcat-socket'
}

# stop_following: nobody tells events any more.
stop_following()
{
    [ -f $run/events.pid ] && kill "$(cat $run/events.pid)" 2>/dev/null
    rm -f $run/events.pid
    pkill -x microcatctl
}

stop_daemon()
{
    stop_following
    systemctl stop microcatd.service
}

# in_state STATE LIMIT_S
in_state()
{
    microcatctl wait --for="$1" --timeout="${2}s"
}

# status_of KEY.KEY: one value of status --json, "" when it is null. Of $instance, if that is set.
status_of()
{
    microcatctl ${instance:+--instance="$instance"} --json status 2>&1 | ./json-value "$1"
}

# event_after LINES LIMIT_S REGEX: waits for an event behind the first LINES of the log; prints the time when it was told.
event_after()
{
    local line
    line=$(grep -m 1 -E "$3" < <(exec timeout "$2" tail -n "+$(($1 + 1))" -f $events 2>/dev/null)) # which says that nobody reads any more
    [ -n "$line" ] && printf '%s\n' "${line%% *}"
}

events_so_far()
{
    wc -l <$events
}

# ms FROM TO: two times of $EPOCHREALTIME.
ms()
{
    printf '%d' $(((${2/./} - ${1/./}) / 1000))
}

# settled LIMIT_S: online for GoodAfter, so that no fault pays for the one before it.
settled()
{
    local limit age
    limit=$(($(now) + $1 * 1000))
    while [ "$(now)" -lt $limit ]; do
        in_state online "$1" >/dev/null || { rest 0.5; continue; } # at once, where no daemon is
        age=$(status_of state_age_s)
        age=${age%%.*}
        [ "${age:-0}" -lt 10 ] || return 0
        rest $((10 - ${age:-0}))
    done
    return 1
}

# fault_case TEXT CODES DETECT_S RECOVER_S COMMAND...: COMMAND makes a fault while the link is online. The daemon must name one of
# CODES (a regex) and be online again by itself, with a ping through the link. The times go into the tier's table.
fault_case()
{
    local text=$1 codes=$2 detect_s=$3 recover_s=$4 before began seen back
    shift 4
    settled 150 || { ok 1 "$text: the link was not online to begin with"; return 1; }
    before=$(events_so_far)
    began=$EPOCHREALTIME
    "$@" >$run/output 2>&1 || note "$* said: $(tail -n 1 $run/output)"
    seen=$(event_after "$before" "$detect_s" "\"code\": ?\"($codes)\"")
    ok $? "$text: named within $detect_s s"
    back=$(event_after "$before" "$recover_s" '"to": ?"online"')
    ok $? "$text: online again within $recover_s s"
    check "$text: a ping goes through again" ping -c 1 -W 5 -I ppp0 100.127.0.53
    note "time|$text|$([ -n "$seen" ] && ms "$began" "$seen")|$([ -n "$back" ] && ms "$began" "$back")"
}

# ---- what is under test, by `meson install`, and the package in its place -----------------------------------------------

# take_away DEB: what the package would bring is put aside, as on a machine that never had it. clean_up puts it back. dpkg knows but
# what the package depends on: to read a thousand lists of files takes it half a minute here, each time. (tests/package/life.sh has them.)
take_away()
{
    # shellcheck disable=SC2046 # words
    cp -p /var/lib/dpkg/status $run/dpkg.status &&
        { dpkg-query -s $(dpkg-deb -f "$1" Depends | tr ',|' '\n' | awk '{ print $1 }' | sort -u) 2>/dev/null; [ $? -le 1 ]; } \
            >$run/dpkg.short && cp $run/dpkg.short /var/lib/dpkg/status || return 1
    local list=$run/package.files
    (cd / && dpkg-deb --fsys-tarfile "$1" | tar -t | grep -v '/$' | while read -r file; do [ -e "$file" ] && echo "$file"; done) >$list
    tar -c -C / -T $list -f $run/package.tar && (cd / && xargs rm -f <$list) && rm -rf /etc/microcatd
}

put_back()
{
    [ -f $run/package.tar ] || return 0
    [ ! -e /var/lib/dpkg/info/microcatd.list ] || dpkg -P microcatd
    cp -p $run/dpkg.status /var/lib/dpkg/status
    tar -x -C / -f $run/package.tar && rm $run/package.tar
    systemctl daemon-reload
    udevadm control --reload
}

clean_up()
{
    local pid
    stop_following
    # In one transaction. A socket whose unit is taken away beneath it is deaf.
    systemctl stop 'microcatd.service' 'microcatd@*.service' ModemManager.service 'microcat-helper@*.socket' 'microcat-helper@*.service' 2>/dev/null
    systemctl reset-failed 2>/dev/null
    for pid in 2 1; do
        board $pid
        unplug 2>/dev/null
    done
    for pid in $run/*.pid; do
        [ -f "$pid" ] && kill "$(cat "$pid")" 2>/dev/null
        rm -f "$pid"
    done
    pkill -x pppd
    ip netns del isp 2>/dev/null
    ip netns del isp2 2>/dev/null
    ip netns del lan 2>/dev/null
    ip link del eth7 2>/dev/null
    ip link del wired 2>/dev/null
    make_composite off 2>/dev/null
    put_back
    rm -rf /var/lib/microcatd
    rm -f $run/sim*.log $run/sim*.said
    return 0
}
