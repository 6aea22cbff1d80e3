# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# the package's life with systemd, udev and a board: installed, set up, upgraded while online (from when the daemon was root), removed, purged
# limit: 800 s

before=/share/package/before.deb deb=/share/package/microcatd.deb next=/share/package/next.deb conf=/etc/microcatd/microcatd.conf
# The host makes them beside the scenarios before this one.
until_ok 300000 test -d /share/package
need "the package is there" test -s $before -a -s $deb -a -s $next
need "what is installed by hand is put aside" take_away $deb
systemctl daemon-reload
udevadm control --reload
export DEBIAN_FRONTEND=noninteractive
# What man-db's trigger makes of all the host's manuals takes three minutes here.
rm -f /var/lib/man-db/auto-update
package()
{
    dpkg --force-confdef --force-confold "$@" </dev/null
}
version()
{
    dpkg-query -W -f '${db:Status-Status} ${Version}' microcatd
}

need "the board is made" make_board
need "the simulated modem runs" start_sim --profile=warm
plug
need "the board is there before the package" until_ok 30000 board_tty
udevadm settle --timeout=10
check "and nobody has it" test ! -e /lib/systemd/system/microcatd.service

need "a version from before there was a helper is installed" package -i $before
check "the board that was plugged in starts the service" until_ok 30000 systemctl -q is-active microcatd.service
check "which is enabled for nobody" test "$(systemctl is-enabled microcatd.service)" = disabled
says_apn()
{
    [ "$(status_of fault.code)" = apn-missing ]
}
check "status has the fault" until_ok 60000 says_apn
check "and tells what ends it" grep -q 'microcatctl setup' <<<"$(microcatctl status)"
is "the configuration is root's alone" "$(stat -c '%a %U' $conf)" "600 root"

began=$EPOCHREALTIME
need "set up by one command" timeout 120 microcatctl setup --apn=soracom.io --user=sora --password-file=- <<<sora
need "it is online" in_state online 60
# Nobody at a keyboard waits for BootJitter=: the first start had it.
check "it waited for no neighbours" test "$(journalctl -q -b -u microcatd.service | grep -c 'the host has just booted')" -le 1
note "time|setup to online||$(ms "$began" "$EPOCHREALTIME")"

# ---- upgraded while online ----
answers()
{
    grep -c icmp_seq= $run/ping.log
}
answered()
{
    [ "$(answers)" -ge "$1" ]
}
other_daemon()
{
    [ "$(main_pid)" != 0 ] && [ "$(main_pid)" != "$daemon" ] && in_state online 1
}
owner()
{
    ps -o user= -p "$1"
}
# drops: what both ends of the link have counted that went wrong, for the case that a ping is lost.
drops()
{
    local end
    for end in "ip" "ip -n $isp"; do
        $end -j -s link show type ppp 2>/dev/null | python3 -I -c '
import json, sys
for link in json.load(sys.stdin):
    s = link.get("stats64") or link.get("stats") or {}
    print(link.get("ifname"), *(f"{d} {k} {v}" for d in s for k, v in s[d].items() if v and k not in ("bytes",)), sep=", ", end="; ")'
    done
}
# upgraded DEB TEXT: pings across it. One that is late is not lost: the call's bytes wait in the pty for the next daemon. Two a second:
# where the host is busy this takes 9 s here, and pty and gadget hold but a few kB.
upgraded()
{
    local text=$2 daemon pppd address ping_pid
    ping -i 0.5 -I ppp0 100.127.0.53 >$run/ping.log 2>&1 &
    ping_pid=$!
    echo $ping_pid >$run/ping.pid
    check "$text: it pings" until_ok 30000 answered 5
    daemon=$(main_pid) pppd=$(pppd_pid) address=$(ip -o -4 addr show dev ppp0)
    check "$text: upgraded while online" package -i "$1"
    is "$text: to that version" "$(version)" "installed $(dpkg-deb -f "$1" Version)"
    check "$text: under another daemon it is online" until_ok 30000 other_daemon
    check "$text: and pings" until_ok 30000 answered $(($(answers) + 10))
    kill -INT $ping_pid
    wait $ping_pid 2>/dev/null
    rm -f $run/ping.pid
    # The last one may still be on its way.
    is "$text: no ping was lost" "$(sed -n 's/.*icmp_seq=\([0-9]*\) .*/\1/p' $run/ping.log | sort -n | awk '$1 != NR { print "number " NR; exit }')" ""
    is "$text: none came back as an error or twice" "$(grep -cE 'Unreachable|DUP|sendmsg' $run/ping.log)" 0
    note "$text: $(answers) answers, the slowest after $(sed -n 's/.*time=\([0-9.]*\) ms.*/\1/p' $run/ping.log | sort -n | tail -n 1) ms"
    note "$text: $(drops)"
    is "$text: the call went on, with the same pppd" "$(pppd_pid)" "$pppd"
    is "$text: and the same address" "$(ip -o -4 addr show dev ppp0)" "$address"
    is "$text: the modem was dialled once" "$(grep -c 'board: call begins' $run/sim.log)" 1
    is "$text: the daemon is nobody in particular" "$(owner "$(main_pid)")" microcatd
    # The interface of a pppd that no helper has started is found by this.
    is "$text: its pid stands in its interface's file" "$(cat /run/ppp0.pid)" "$pppd"
    check "$text: the route is there" bash -c "ip route show default dev ppp0 | grep -q 'metric 700'"
    is "$text: the names go where they went" "$(status_of ppp.dns_where)" systemd-resolved
    # The mark that this is not the first start since boot is made once, and never written again.
    is "$text: its files are its own" "$(find /var/lib/microcatd /var/lib/microcatd-key /run/microcatd ! -user microcatd ! -name '*.started' 2>/dev/null)" ""
}
is "the version before runs as root" "$(owner "$(main_pid)")" root
is "and pppd is of its unit" "$(ps -o unit= -p "$(pppd_pid)")" microcatd.service
upgraded $deb "from when the daemon was root"
upgraded $next "to the next"
check "the configuration is still the person's" grep -q '^APN=soracom.io' $conf
is "and root's alone" "$(stat -c '%a %U' $conf)" "600 root"
check "what the next version has is put beside it" grep -q 'a new comment of the next' $conf.dpkg-dist

check "removed" package -r microcatd
is "the service ended" "$(systemctl is-active microcatd.service)" inactive
is "and the call" "$(pgrep -x pppd -a | grep -c microcat-socket)" 0
is "no route is left" "$(ip route show default)" ""
is "nor the modem in data mode" "$(inject get mode | head -n 1)" command
check "configuration and memory stay" test -e $conf -a -d /var/lib/microcatd
unplug
plug
udevadm settle --timeout=10
is "a board starts nothing any more" "$(systemctl is-active microcatd.service)" inactive

check "purged" package -P microcatd
left_behind()
{
    dpkg-deb --fsys-tarfile $next | tar -t | grep -v '/$' | while read -r file; do [ ! -e "/$file" ] || echo "/$file"; done
    find /etc/microcatd /var/lib/microcatd /var/lib/microcatd-key /run/microcatd /etc/systemd/system -iname '*microcat*' 2>/dev/null
    find /var/lib/systemd/deb-systemd-helper-enabled /var/lib/dpkg/info -name '*microcatd*' 2>/dev/null
}
is "nothing is left" "$(left_behind)" ""
