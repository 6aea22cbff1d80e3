# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# IPv6 for real: an address by the network's router advertisement, on a host that forwards; beside IPv4, and alone
# limit: 600 s

# The network's router: an advertisement with a prefix, and somebody behind it.
make_router()
{
    ip netns exec isp sysctl -q -w net.ipv6.conf.all.forwarding=1
    ip -n isp -6 addr add 2001:db8:99::1/128 dev lo nodad 2>/dev/null
    cat >$run/radvd.conf <<END
interface ppp0 {
    AdvSendAdvert on;
    IgnoreIfMissing on;
    MinRtrAdvInterval 3;
    MaxRtrAdvInterval 4;
    AdvDefaultLifetime 1800;
    prefix 2001:db8:7::/64 { AdvOnLink off; AdvAutonomous on; };
    RDNSS 2001:db8:99::1 { AdvRDNSSLifetime 300; };
};
END
    ip netns exec isp radvd -n -m stderr -C $run/radvd.conf -p $run/radvd-own.pid >$run/radvd.log 2>&1 &
    echo $! >$run/radvd.pid
}
route_back() { ip -n isp -6 route replace 2001:db8:7::/64 dev ppp0; }
global6() { ip -6 -o addr show dev ppp0 scope global | awk '{ print $4 }' | cut -d / -f 1; }
has_global6() { [[ $(status_of ppp.local6) == 2001:db8:7:* ]]; }
identifier() { cut -d : -f "$(($(tr -cd : <<<"$1" | wc -c) - 2))-" <<<"$1"; }

need "the board is made" make_board
need "the simulated modem runs" start_sim --network-ipv6=yes
make_router
# A gateway forwards, and takes no router's word by itself.
sysctl -q -w net.ipv6.conf.all.forwarding=1
others=$(cat /proc/sys/net/ipv6/conf/default/accept_ra)
write_conf '[PDP]' Type=IPV4V6
need "the service starts" start_daemon
plug
need "online" in_state online 90
check "the status has a global address" until_ok 30000 has_global6
is "which the kernel has too" "$(status_of ppp.local6)" "$(global6)"
is "IPv4 is there as well" "$(status_of ppp.local)" "$(ip -4 -o addr show dev ppp0 | awk '{ print $4 }' | cut -d / -f 1)"
link_local=$(ip -6 -o addr show dev ppp0 scope link | awk '{ print $4 }' | cut -d / -f 1)
is "its identifier is what IPV6CP agreed on" "$(identifier "$(global6)")" "$(identifier "$link_local")"
is "this interface takes a router's word though the host forwards" "$(cat /proc/sys/net/ipv6/conf/ppp0/accept_ra)" 2
is "and no other one does since" "$(cat /proc/sys/net/ipv6/conf/default/accept_ra)" "$others"
check "the default route has the link's metric" bash -c "ip -6 route show default dev ppp0 | grep -q 'metric 700'"
is "and is the only one" "$(ip -6 route show default | wc -l)" 1
status_has_server() { microcatctl --json status | tr -d ' \n' | grep -q '"dns":\[[^]]*"2001:db8:99::1"'; }
check "the router's name server is one of the link's" until_ok 30000 status_has_server
check "and in resolved" until_ok 30000 bash -c "resolvectl dns ppp0 | grep -q 2001:db8:99::1"
check "beside those of IPCP" bash -c "resolvectl dns ppp0 | grep -q 100.127.0.53"
# RFC 8781; Debian 12's radvd does not know it yet.
advertise_nat64()
{
    ip netns exec isp python3 -I -c '
import socket, struct
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"ppp0")
option = struct.pack("!BBH12s", 38, 2, 225 << 3, socket.inet_pton(socket.AF_INET6, "64:ff9b::")[:12])
s.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + option, ("ff02::1", 0, 0, socket.if_nametoindex("ppp0")))'
}
is "of a NAT64 prefix nobody has told" "$(status_of ppp.nat64)" ""
check "the router tells one" advertise_nat64
shows_nat64() { [ "$(status_of ppp.nat64)" = 64:ff9b::/96 ]; }
check "which the status has" until_ok 30000 shows_nat64
check "and shows" grep -q 'NAT64 64:ff9b::/96' <<<"$(microcatctl status)"
systemctl kill --signal=KILL --kill-whom=main microcatd.service
check "killed, the next daemon has it too" until_ok 30000 status_has_server
route_back
check "a ping goes through" ping -6 -c 2 -i 0.3 -W 5 -I "$(global6)" 2001:db8:99::1
stop_daemon
is "stopped, no route is left" "$(ip -6 route show default)" ""

# A network that grants IPv4 when both were asked.
unplug
kill "$(cat $run/sim.pid)" "$(cat $run/radvd.pid)"
rm -f $run/sim.pid $run/radvd.pid
need "the simulated modem of an IPv4 network runs" start_sim
need "the service starts for both" start_daemon
plug
need "it is online with what it got" in_state online 90
check "which is IPv4" test -n "$(status_of ppp.local)" -a -z "$(status_of ppp.local6)"
check "and carries" ping -c 1 -W 5 -I ppp0 100.127.0.53
is "without an IPv6 route" "$(ip -6 route show default)" ""
stop_daemon

# A network that gives nothing but IPv6: online with an address, not with a link-local one.
unplug
kill "$(cat $run/sim.pid)"
rm -f $run/sim.pid
need "the simulated modem of an IPv6 network runs" start_sim --network-ipv6=only
write_conf '[PDP]' Type=IPV6
need "the service starts again" start_daemon
plug
need "PPP is negotiated" in_state ppp 90
check "without a router's word it is not online" bash -c "! microcatctl wait --for=online --timeout=10s"
make_router
check "with it it is" in_state online 60
check "with the address" until_ok 30000 has_global6
check "the router's name server is the link's only one" until_ok 30000 status_has_server
check "and resolved's" until_ok 30000 bash -c "resolvectl dns ppp0 | grep -q ': 2001:db8:99::1\$'"
is "as its own" "$(status_of ppp.local)" "$(status_of ppp.local6)"
route_back
check "a ping goes through it" ping -6 -c 2 -i 0.3 -W 5 -I "$(global6)" 2001:db8:99::1
stop_daemon
sysctl -q -w net.ipv6.conf.all.forwarding=0
