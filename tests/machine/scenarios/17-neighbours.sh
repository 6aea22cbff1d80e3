# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# beside NetworkManager, ModemManager, systemd-networkd and ifupdown, all running: nobody takes the board or ppp0, what is theirs stays
# limit: 600 s

# wire NAME THIRD-OCTET: a cable into the LAN's namespace.
wire()
{
    ip link add "$1" type veth peer name "peer-$1" netns lan && ip -n lan addr add "192.168.$2.1/24" dev "peer-$1" &&
        ip -n lan link set "peer-$1" up
}
# What is not the link's.
theirs()
{
    ip -4 route show table all | grep -v 'dev ppp0'
    ip -o addr show | grep -v ppp0 | sed 's/ *valid_lft.*//'
    resolvectl dns | grep -v ppp0
    ip rule
}
same_as_before() { theirs >$run/now && diff $run/before $run/now; }

need "the board is made" make_board
need "the simulated modem runs" start_sim
ip netns add lan
need "a wire for NetworkManager" wire nm0 10
need "one for networkd" wire nd0 20
need "one for ifupdown" wire if0 30

mkdir -p /etc/NetworkManager/conf.d /etc/NetworkManager/system-connections /run/systemd/network /etc/network
# As an installed one: whatever nobody forbids is its business.
printf '[main]\nplugins=ifupdown,keyfile\n[ifupdown]\nmanaged=false\n[keyfile]\nunmanaged-devices=interface-name:nd0\n[device-nm0]\nmatch-device=interface-name:nm0\nmanaged=1\n' >/etc/NetworkManager/conf.d/test.conf
printf '[connection]\nid=nm0\ntype=ethernet\ninterface-name=nm0\n[ipv4]\nmethod=manual\naddresses=192.168.10.2/24\ngateway=192.168.10.1\ndns=192.168.10.1;\n[ipv6]\nmethod=disabled\n' \
    >/etc/NetworkManager/system-connections/nm0.nmconnection
chmod 600 /etc/NetworkManager/system-connections/nm0.nmconnection
printf '[Match]\nName=nd0\n[Network]\nAddress=192.168.20.2/24\nDNS=192.168.20.1\nLinkLocalAddressing=no\n[Route]\nGateway=192.168.20.1\nMetric=700\n' >/run/systemd/network/test.network
printf 'iface if0 inet static\n  address 192.168.30.2/24\n' >/etc/network/interfaces
systemctl daemon-reload
systemctl reload dbus.service
check "NetworkManager, ModemManager and networkd start" systemctl start NetworkManager.service ModemManager.service systemd-networkd.service
check "ifupdown brings its wire up" ifup if0
check "NetworkManager has its wire" until_ok 30000 bash -c 'nmcli -t -f DEVICE,STATE device | grep -q "^nm0:connected$"'
check "networkd has its own" until_ok 30000 bash -c 'networkctl --no-pager status nd0 | grep -q "State:.*routable"'
# A default route with our very metric is somebody's own.
check "and a default route with metric 700" until_ok 30000 bash -c 'ip route show default | grep -q "dev nd0.*metric 700"'
theirs >$run/before

write_conf
need "the service starts" start_daemon
plug
need "online" in_state online 90
check "a ping goes through the link" ping -c 2 -i 0.3 -W 5 -I ppp0 100.127.0.53
check "only the daemon has the board open, and systemd, which keeps it for the next" holds "$(board_tty)" microcatd.service
check "ModemManager knows no modem" bash -c '[ "$(mmcli -L | grep -c /Modem/)" = 0 ]'
check "NetworkManager has not taken ppp0" bash -c '! nmcli -t -f DEVICE,STATE device | grep -q "^ppp0:connected$"'
check "nor networkd" bash -c 'networkctl --no-pager list ppp0 | grep -q "ppp0.*unmanaged"'
check "the others' routes, addresses and servers are as before" same_as_before
check "the default route with metric 700 stayed, and ours was not put beside it" bash -c '! ip route show default dev ppp0 | grep -q .'
check "of which the journal tells" bash -c 'journalctl -q -u microcatd.service -b | grep -q "another one has metric 700"'
check "traffic stays on the wire" bash -c 'ip route get 198.51.100.1 | grep -q "dev nm0"'

check "NetworkManager restarts" systemctl restart NetworkManager.service
check "networkd restarts" systemctl restart systemd-networkd.service
check "ModemManager restarts" systemctl restart ModemManager.service
check "NetworkManager has its wire again" until_ok 30000 bash -c 'nmcli -t -f DEVICE,STATE device | grep -q "^nm0:connected$"'
check "networkd has its own again" until_ok 30000 bash -c 'networkctl --no-pager status nd0 | grep -q "State:.*routable"'
check "the link carries on" ping -c 2 -i 0.3 -W 5 -I ppp0 100.127.0.53
is "without a redial" "$(status_of counters.dials)" 1
check "and with its servers" until_ok 30000 bash -c "resolvectl dns ppp0 | grep -q 100.127.0.53"
check "the others' are as before" until_ok 30000 same_as_before
check "nobody else has opened the board" holds "$(board_tty)" microcatd.service

# What stood in the way goes: nobody dials for that, and nobody is displaced.
nd0_route=$(ip route show default dev nd0)
check "the other default route with metric 700 goes" ip route del default dev nd0 metric 700
check "ours comes by itself" until_ok 60000 bash -c 'ip route show default dev ppp0 | grep -q "metric 700"'
check "of which the journal tells" bash -c 'journalctl -q -u microcatd.service -b | grep -q "default route through ppp0 is set now"'
is "and status" "$(status_of ppp.route)" true
is "still without a redial" "$(status_of counters.dials)" 1

stop_daemon
# shellcheck disable=SC2086
check "with the daemon its route goes, and the other one finds its place" ip route add $nd0_route dev nd0
check "stopped, all is as before" until_ok 30000 same_as_before
ifdown if0
systemctl stop NetworkManager.service systemd-networkd.service ModemManager.service
rm -f /etc/NetworkManager/conf.d/test.conf /etc/NetworkManager/system-connections/nm0.nmconnection /run/systemd/network/test.network
for name in nm0 nd0 if0; do
    ip link del $name
done
