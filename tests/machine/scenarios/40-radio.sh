# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# faults of the network's side and of the SIM: registration lost and denied, SIM removed, PIN and wrong PIN
# limit: 900 s

need "the board is made" make_board
plug
need "the simulated modem runs" start_sim --profile=warm
write_conf
need "the service starts" start_daemon
need "online" in_state online 90

lost()
{
    inject deregister
    event_after "$before" 60 '"code": ?"(registration-lost|no-carrier|pdp-disconnected|not-registered)"' >/dev/null
    inject register
}
fault_case "registration lost" "registration-lost|no-carrier|pdp-disconnected|not-registered" 60 120 lost

denied()
{
    inject deny
    event_after "$before" 90 '"code": ?"(registration-denied|not-registered)"' >/dev/null
    inject register
}
fault_case "registration denied" "registration-denied|not-registered" 90 240 denied

pulled()
{
    inject sim-remove
    event_after "$before" 60 '"code": ?"sim-absent"' >/dev/null
    inject sim-insert
}
fault_case "SIM removed" "sim-absent" 60 120 pulled
stop_daemon

# A wrong PIN is tried once and never again; the right one, put into the settings, brings the link back.
inject pin-lock 1234 3
write_conf '[SIM]' 'PIN=9999'
check "the service starts with a wrong PIN" start_daemon
check "it is held" in_state held 60
is "for its PIN" "$(status_of fault.code)" sim-pin-wrong
is "after one try" "$(inject get pin-tries | head -n 1)" 2
systemctl restart microcatd.service
check "held again after a restart" in_state held 60
is "without another try" "$(inject get pin-tries | head -n 1)" 2
write_conf '[SIM]' 'PIN=1234'
systemctl restart microcatd.service
check "online with the right PIN" in_state online 90
check "no PIN is in the journal" bash -c '! journalctl -u microcatd -o cat | grep -qE "9999|CPIN=.?1234"'
