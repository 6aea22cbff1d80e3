# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# from plug to ping, and what the rest of the system sees of it
# limit: 600 s

need "the board is made" make_board
need "the simulated modem runs" start_sim
write_conf
# A wired default route that is there first must stay the one that is used.
ip link add wired type dummy
ip addr add 192.0.2.2/24 dev wired
ip link set wired up
ip route add default via 192.0.2.1 dev wired metric 100
systemctl start ModemManager.service

# As at a boot where udev starts the daemon when the tty is there: the unit that waits comes first.
waiting=microcatd-wait-online@microcatd.service
systemctl start --no-block $waiting
check "a unit that waits for the link begins" until_ok 30000 pgrep -f 'microcatctl --instance=microcatd wait'
need "the service starts" start_daemon
is "ready without a board" "$(systemctl is-active microcatd.service)" active
check "and says that there is none" in_state absent 30
is "the unit that came first waits" "$(systemctl is-active $waiting)" activating
began=$EPOCHREALTIME
plug
need "online after the plug" in_state online 90
note "time|plug to online||$(ms "$began" "$EPOCHREALTIME")"
check "the unit that waited is done" until_ok 30000 systemctl -q is-active $waiting
check "a ping goes through the link" ping -c 2 -i 0.3 -W 5 -I ppp0 100.127.0.53
status_line()
{
    systemctl show -p StatusText --value microcatd.service
}
check "systemd shows the state" grep -q online <<<"$(status_line)"
is "the device is the board's" "$(status_of device.serial)" $board_serial

is "traffic stays on the wire" "$(ip route get 198.51.100.1 | sed -n 's/.* dev \([^ ]*\).*/\1/p')" wired
check "the link's default route has its metric" bash -c "ip route show default dev ppp0 | grep -q 'metric 700'"
check "the peer's name servers are the link's in resolved" bash -c "resolvectl dns ppp0 | grep -q 100.127.0.53"
ip route del default dev wired
is "without the wire the link carries" "$(ip route get 198.51.100.1 | sed -n 's/.* dev \([^ ]*\).*/\1/p')" ppp0
check "ModemManager runs" systemctl is-active ModemManager.service
is "and has left the modem alone" "$(find "/proc/$(pidof ModemManager)/fd" -lname "/dev/ttyACM*" | wc -l)" 0

before=$(status_of counters.radio_cycles)
check "disconnect" microcatctl disconnect
is "leads to stopped" "$(status_of state)" stopped
check "AT answers after it" microcatctl at AT+CSQ
check "info answers" microcatctl info
is "no route is left" "$(ip route show default)" ""
began=$EPOCHREALTIME
check "connect" microcatctl connect
check "online again" in_state online 60
note "time|connect after disconnect||$(ms "$began" "$EPOCHREALTIME")"
is "with the same attach" "$(status_of counters.radio_cycles)" "$before"
check "a ping goes through again" ping -c 1 -W 5 -I ppp0 100.127.0.53

check "the service stops" systemctl stop microcatd.service
systemctl stop $waiting
is "a daemon that does not come is no daemon" "$(microcatctl wait --daemon --timeout=1s 2>/dev/null; echo $?)" 3
is "and none is waited for where it was not said" "$(microcatctl wait 2>/dev/null; echo $?)" 3
is "no pppd of ours is left" "$(pgrep -x pppd | wc -l)" 0
is "nor a route" "$(ip route show default)" ""
is "nor the modem in data mode" "$(inject get mode | head -n 1)" command
ip link del wired
