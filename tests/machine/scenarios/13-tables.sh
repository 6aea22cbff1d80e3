# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# gateways that route by policy: the link's routes in a table of their own, and in a VRF
# limit: 600 s

need "the board is made" make_board
need "the simulated modem runs" start_sim
in_main() { ip route show table main | grep -q ppp0; }
in_table() { ip route show table "$1" | grep -q "$2"; }

# ---- RouteTable= ----
write_conf '[PPP]' RouteTable=200
need "the service starts" start_daemon
plug
need "online" in_state online 90
check "the default route is in the table" in_table 200 'default dev ppp0.*metric 700'
is "and in no other" "$(ip route show default)" ""
check "who is routed by another table does not use the link" bash -c '! ip route get 198.51.100.1'
ip rule add from 10.164.98.251 lookup 200 priority 100
check "who is routed by this one does" ping -c 1 -W 5 -I 10.164.98.251 100.127.0.53
systemctl kill --signal=KILL --kill-whom=all microcatd.service
unplug
check "killed together with its pppd: nothing is left in the table" until_ok 30000 bash -c '! ip route show table 200 2>/dev/null | grep -q .'
ip rule del priority 100
stop_daemon

# ---- VRF= ----
write_conf '[PPP]' VRF=lte RouteTable=200
check "a VRF and a table are refused" bash -c 'microcatd --check-config 2>&1 | grep -q "RouteTable= cannot be set beside VRF="'
write_conf '[PPP]' VRF=lte Interface=cell0
need "the service starts with a VRF that is not there" start_daemon
plug
check "which is named" until_ok 60000 bash -c 'microcatctl status | grep -q "VRF=lte"'
is "as a fault of the host's" "$(status_of fault.code)" host-refused
is "and nobody has dialled" "$(inject get peer | head -n 1)" none
modprobe vrf
ip link add lte type vrf table 300 && ip link set lte up
need "with the VRF there it is online by itself" in_state online 90
is "the interface belongs to it" "$(basename "$(readlink /sys/class/net/cell0/master)")" lte
check "the default route is in its table" in_table 300 'default dev cell0.*metric 700'
is "and in no other" "$(ip route show default)" ""
check "a ping goes through it" ping -c 2 -i 0.3 -W 5 -I lte 100.127.0.53
check "who is not in it does not use it" bash -c '! ip route get 198.51.100.1'
check "the address of the link is the VRF's" bash -c 'ip -o addr show vrf lte | grep -q 10.164.98.251'
pppd=$(status_of ppp.pid)
check "the probe is answered in it" until_ok 30000 bash -c 'microcatctl --json status | grep -q "\"standing\": *\"proven\""'
systemctl kill --signal=KILL --kill-whom=main microcatd.service
check "killed, the next daemon carries the call on" until_ok 30000 ping -c 1 -W 2 -I lte 100.127.0.53
check "and has its route" until_ok 30000 in_table 300 'default dev cell0.*metric 700'
is "with the same pppd" "$(status_of ppp.pid)" "$pppd"
stop_daemon
check "stopped, no route of ours is left" bash -c '! ip route show table 300 | grep -q cell0'
check "and the VRF stays" ip link show lte
ip link del lte
