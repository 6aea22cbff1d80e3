# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# what is known and can be done while the link is online, and how old it is: in the multiplexer, and by +++ on the plain line
# limit: 600 s

need "the board is made" make_board
plug
need "the simulated modem runs" start_sim --profile=warm
write_conf '[Probe]' 'Interval=0' '[Modem]' 'SampleInterval=10'
need "the service starts" start_daemon
need "online" in_state online 90

has()
{
    [ -n "$(status_of "$1")" ]
}

# known TEXT PATH AGE-PATH: it is known, and goes into the table.
known()
{
    local value age
    value=$(status_of "$2")
    age=$(status_of "$3")
    [ -n "$value" ] && [ -n "$age" ]
    ok $? "$how: $1 is known, and how old that is"
    note "known|$how|$1|$value|$age"
}

all_known()
{
    known "signal (RSRP)" signal.rsrp_dbm signal.age_s
    known "cell" registration.cell_id registration.age_s
    known "band" registration.band registration.age_s
    known "registration" registration.stat registration.age_s
    known "PDP address" pdp.address pdp.age_s
    known "temperature" modem.temperature_c modem.health_age_s
    known "supply" modem.supply_v modem.health_age_s
}

how="multiplexer"
is "the line is multiplexed" "$(status_of modem.line)" mux
check "temperature is asked for soon" until_ok 60000 has modem.temperature_c
all_known
check "an AT command beside the call" microcatctl at AT+CSQ
# A busy host pauses amid frames: nothing of them is lost.
for _ in 1 2 3 4 5 6; do
    microcatctl at "AT+CPSI?;+CGACT?" >/dev/null
done &
check "no ping is lost beside AT commands" ping -q -c 60 -i 0.1 -W 5 -I ppp0 100.127.0.53
loss=$(sed -n 's/.* \([0-9.]*\)% packet loss.*/\1/p' $run/output)
wait $!
is "not one of 60" "$loss" 0
# shellcheck disable=SC2016 # the shell that is started has the $1
check "a lease beside the call" microcatctl lease -- sh -c 'printf "AT+CSQ\r" >"$1"; timeout 20 head -c 20 <"$1" | grep -a "+CSQ: "' sh '{}'
is "the call is the same" "$(status_of counters.calls)" 1
check "a ping goes through the link" ping -c 1 -W 5 -I ppp0 100.127.0.53

# Without a probe: an application sends and hears nothing, and the modem is asked.
drops_context()
{
    inject context-lost
    ping -q -i 0.5 -w 40 -I ppp0 100.127.0.53 >/dev/null 2>&1 &
    event_after "$before" 40 '"code": ?"link-stale"' >/dev/null
    kill $!
}
fault_case "PDP context dropped, no probe" "link-stale" 20 90 drops_context
began=$EPOCHREALTIME
check "disconnect" microcatctl disconnect
note "time|disconnect in the multiplexer||$(ms "$began" "$EPOCHREALTIME")"
stop_daemon

how="plain line, EscapeInterval=10s"
write_conf '[Probe]' 'Interval=0' '[PPP]' 'EchoInterval=20' '[Modem]' 'Multiplex=no' 'EscapeInterval=10s'
need "the service starts on the plain line" start_daemon
need "online on the plain line" in_state online 90
is "the line is plain" "$(status_of modem.line)" data
check "the modem is asked in a pause of the call" until_ok 120000 has modem.temperature_c
all_known
note "known|$how|the call waited|$(status_of modem.escape_pause_s) s|"
is "the call is the same as before" "$(status_of counters.calls)" 1
check "a ping goes through the plain line" ping -c 1 -W 5 -I ppp0 100.127.0.53
