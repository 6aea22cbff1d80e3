# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# faults of the modem: mute, rebooting, noisy, at another speed
# limit: 900 s

need "the board is made" make_board
plug
need "the simulated modem runs" start_sim --profile=warm
write_conf
need "the service starts" start_daemon
need "online" in_state online 90

fault_case "modem reboots in data mode" "modem-rebooted|no-carrier|ppp-echo-dead|modem-silent" 60 180 inject reboot

in_command_mode()
{
    microcatctl disconnect
    inject reboot
    event_after "$before" 30 '"code": ?"(modem-rebooted|modem-silent)"' >/dev/null
    microcatctl connect
}
fault_case "modem reboots in command mode" "modem-rebooted|modem-silent" 60 180 in_command_mode

goes_mute()
{
    inject mute on
    event_after "$before" 120 '"code": ?"(ppp-echo-dead|modem-silent|stuck-in-data)"' >/dev/null
    inject mute off
}
fault_case "modem mute" "ppp-echo-dead|modem-silent|stuck-in-data" 120 240 goes_mute

babbles()
{
    inject noise 20000
    inject no-carrier
}
# The noise may swallow the words; then the echo tells.
fault_case "garbage in the data, then NO CARRIER" "no-carrier|ppp-echo-dead" 60 120 babbles

# At another speed. The gadget does not tell its inner side which speed the host has set, a pty does: so this board is on a pty.
stop_daemon
unplug
kill "$(cat $run/sim.pid)"
board_link=$run/board
need "a simulated modem on a pty" start_sim --profile=warm --set=baud=57600
chown microcatd "$(readlink -f "$board_link")" # devpts knows no access lists, by which the helper admits the daemon to a real tty
write_conf '[Modem]' "Device=$board_link"
began=$EPOCHREALTIME
need "the service starts" start_daemon
check "a modem at another speed is found" in_state online 90
note "time|modem at another speed, start to online||$(ms "$began" "$EPOCHREALTIME")"
other_speed()
{
    inject baud 38400
    event_after "$before" 90 '"code": ?"(ppp-echo-dead|modem-silent|stuck-in-data|link-stale)"' >/dev/null
}
fault_case "modem changes its speed" "ppp-echo-dead|modem-silent|stuck-in-data|link-stale" 90 240 other_speed
