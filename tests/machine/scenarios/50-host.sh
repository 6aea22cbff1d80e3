# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# faults of the host: unplugged twenty times, the daemon killed and frozen
# limit: 1200 s

need "the board is made" make_board
plug
need "the simulated modem runs" start_sim --profile=warm
# A frozen daemon relays nothing for the watchdog's 30 s; with the default EchoInterval (20 s, three of them) the call outlasts that.
write_conf '[PPP]' EchoInterval=20
need "the service starts" start_daemon
need "online" in_state online 90

pulls_plug()
{
    unplug
    event_after "$before" 20 '"to": ?"absent"' >/dev/null
    plug
}
fault_case "unplugged and plugged in again" "device-gone|no-device" 20 90 pulls_plug

# Twenty times at moments that differ by what the daemon is just doing.
moments=(online sync online setup online sim online pdp online register online dial online ppp online sync online setup online online)
lost=0
for moment in "${moments[@]}"; do
    in_state "$moment" 60 >/dev/null 2>&1 || lost=$((lost + 1))
    unplug
    in_state absent 20 >/dev/null 2>&1 || lost=$((lost + 1))
    plug
done
check "online after twenty more pulls" in_state online 120
is "every moment was met" $lost 0
is "one daemon all along" "$(systemctl show -p NRestarts --value microcatd.service)" 0
is "one pppd" "$(pgrep -f 'pppd .*microcat-socket' | wc -l)" 1
is "no descriptor is left open" "$([ "$(ls /proc/"$(systemctl show -p MainPID --value microcatd.service)"/fd | wc -l)" -lt 32 ] && echo yes)" yes

other_daemon()
{
    local pid
    pid=$(main_pid)
    [ "$pid" != 0 ] && [ "$pid" != "$1" ] && in_state online 1
}

# survives TEXT RECOVER_S COMMAND...: the daemon goes away, its successor carries the very call on: same pppd, same address.
survives()
{
    local text=$1 recover_s=$2 began back pppd daemon
    shift 2
    settled 120
    pppd=$(pppd_pid) daemon=$(main_pid)
    began=$EPOCHREALTIME
    "$@"
    check "$text: online under another daemon within $recover_s s" until_ok $((recover_s * 1000)) other_daemon "$daemon"
    back=$EPOCHREALTIME
    is "$text: the call went on, with the same pppd" "$(pppd_pid)" "$pppd"
    check "$text: a ping goes through" ping -c 1 -W 5 -I ppp0 100.127.0.53
    check "$text: the route is there" bash -c "ip route show default dev ppp0 | grep -q 'metric 700'"
    note "time|$text (the call goes on)||$(ms "$began" "$back")"
}
kills_daemon()
{
    kill -KILL "$(main_pid)"
}
freezes_daemon()
{
    kill -STOP "$(main_pid)"
}
survives "daemon killed (-9)" 60 kills_daemon
survives "daemon frozen, systemd's watchdog" 120 freezes_daemon
survives "daemon restarted" 60 systemctl restart microcatd.service

# Killed where there is no call to carry on: the next one starts over, whatever mode the modem was left in.
microcatctl reconnect >/dev/null 2>&1 &
in_state dial 60 >/dev/null 2>&1
kills_daemon
check "killed while dialling: online again" until_ok 120000 in_state online 1
is "with one pppd" "$(pppd_pid | wc -l)" 1
kill -KILL "$(pppd_pid)" "$(main_pid)"
check "daemon and pppd killed together: online again" until_ok 120000 in_state online 1
is "with one pppd again" "$(pppd_pid | wc -l)" 1
check "a stop ends the call" systemctl stop microcatd.service
is "and pppd with it" "$(pppd_pid | wc -l)" 0
