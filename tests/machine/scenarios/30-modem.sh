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
    event_after "$before" 120 '"code": ?"(ppp-echo-dead|modem-silent)"' >/dev/null
    inject mute off
}
fault_case "modem mute" "ppp-echo-dead|modem-silent" 120 240 goes_mute

babbles()
{
    inject noise 20000
    inject no-carrier
}
fault_case "garbage in the data, then NO CARRIER" "no-carrier" 60 120 babbles

other_speed()
{
    inject baud 57600
    inject reboot
}
fault_case "modem back at another speed" "modem-rebooted|modem-silent|no-carrier|ppp-echo-dead" 120 240 other_speed
