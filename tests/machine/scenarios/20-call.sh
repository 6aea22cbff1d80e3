# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# faults of the call, in the multiplexer: each is named, and the link comes back by itself
# limit: 900 s

need "the board is made" make_board
plug
need "the simulated modem runs" start_sim --profile=warm
write_conf '[Modem]' "Multiplex=${multiplex:=auto}" # 21-plain.sh says no
need "the service starts" start_daemon
need "online" in_state online 90
[ "$multiplex" = no ] && line=data how=", plain line" || line=mux how=""
is "the line is as it is to be" "$(status_of modem.line)" "$line"

fault_case "NO CARRIER$how" "no-carrier" 10 60 inject no-carrier
fault_case "+PPPD: DISCONNECTED$how" "pdp-disconnected|ppp-terminated|no-carrier" 10 60 inject pppd-disconnected
fault_case "LCP terminated by the network$how" "ppp-terminated|no-carrier|pdp-disconnected" 15 60 inject lcp-terminate

echo_dies()
{
    inject echo-dead on
    event_after "$(events_so_far)" 60 '"code": ?"ppp-echo-dead"' >/dev/null
    inject echo-dead off
}
fault_case "LCP echo dead$how" "ppp-echo-dead" 60 120 echo_dies

# The carrier has dropped the context: PPP stays up, the modem answers its echo, and nothing comes back.
goes_stale()
{
    inject stale on
    # Somebody uses the link; that is what makes the silence mean something.
    ping -q -i 0.5 -w 60 -I ppp0 100.127.0.53 >/dev/null 2>&1 &
    echo $! >$run/traffic.pid
    event_after "$before" 60 '"code": ?"link-stale"' >/dev/null
    kill $!
    inject stale off
}
fault_case "stale link, echo alive$how" "link-stale" 60 120 goes_stale

fault_case "pppd killed$how" "pppd-died" 10 60 pkill -KILL -f "pppd .*microcat-socket"
stop_pppd()
{
    pkill -STOP -f "pppd .*microcat-socket"
}
fault_case "pppd stopped$how" "pppd-stuck|ppp-echo-dead|link-stale" 90 180 stop_pppd

# Refused authentication: the call must end, authentication be named, and nothing be reset for it.
resets=$(status_of counters.resets)
refused()
{
    inject auth-refuse on
    inject no-carrier
    event_after "$before" 60 '"code": ?"(ppp-auth|auth-rejected)"' >/dev/null
    inject auth-refuse off
    # Its ladder rests long; a person who has mended the password need not wait.
    microcatctl reconnect
}
fault_case "authentication refused$how" "ppp-auth|auth-rejected" 60 120 refused
is "no reset was done for it" "$(status_of counters.resets)" "$resets"
