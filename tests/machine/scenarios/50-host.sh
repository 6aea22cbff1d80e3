# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# faults of the host: unplugged twenty times, the daemon killed and frozen
# limit: 1200 s

need "the board is made" make_board
plug
need "the simulated modem runs" start_sim --profile=warm
write_conf
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
    in_state "$moment" 60 >/dev/null || lost=$((lost + 1))
    unplug
    in_state absent 20 >/dev/null || lost=$((lost + 1))
    plug
done
check "online after twenty more pulls" in_state online 120
is "every moment was met" $lost 0
is "one daemon all along" "$(systemctl show -p NRestarts --value microcatd.service)" 0
is "one pppd" "$(pgrep -f 'pppd .*microcat-socket' | wc -l)" 1
is "no descriptor is left open" "$([ "$(ls /proc/"$(systemctl show -p MainPID --value microcatd.service)"/fd | wc -l)" -lt 32 ] && echo yes)" yes

killed_case()
{
    local text=$1 recover_s=$2 began back before
    shift 2
    in_state online 90 >/dev/null
    before=$(events_so_far)
    began=$EPOCHREALTIME
    "$@"
    back=$(event_after "$before" "$recover_s" '"(to|state)": ?"online"')
    ok $? "$text: online again within $recover_s s"
    is "$text: one pppd, no orphan" "$(pgrep -f 'pppd .*microcat-socket' | wc -l)" 1
    check "$text: a ping goes through again" ping -c 1 -W 5 -I ppp0 100.127.0.53
    note "time|$text||$([ -n "$back" ] && ms "$began" "$back")"
}
main_pid()
{
    systemctl show -p MainPID --value microcatd.service
}
kills_daemon()
{
    kill -KILL "$(main_pid)"
}
freezes_daemon()
{
    kill -STOP "$(main_pid)"
}
killed_case "daemon killed (-9)" 120 kills_daemon
killed_case "daemon frozen, systemd's watchdog" 180 freezes_daemon
killed_case "daemon restarted" 120 systemctl restart microcatd.service
