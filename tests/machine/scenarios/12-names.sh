# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# names on every kind of host: Ethernet's servers first, the link's when the cable is pulled, and all as before
# limit: 900 s

need "the board is made" make_board
need "the simulated modem runs" start_sim
need "Ethernet is made" make_ethernet
name_server isp 100.127.0.53 100.127.0.99
write_conf
# A name that does not resolve is given up soon: what is measured is ours.
export RES_OPTIONS="timeout:1 attempts:1"
debs=/usr/lib/microcat-debs
plug

# follow WHERE PULL PLUG: online beside Ethernet; PULL and PLUG are commands.
follow()
{
    local where=$1 began
    need "$where: the service starts" start_daemon
    need "$where: online" in_state online 90
    check "$where: the servers are taken there" until_ok 60000 taken_by "$where"
    check "$where: Ethernet's server is asked" until_ok 30000 resolves 192.0.2.99
    is "$where: a route leads to the link's server" "$(ip route get 100.127.0.53 | sed -n 's/.* dev \([^ ]*\).*/\1/p')" ppp0
    began=$EPOCHREALTIME
    $2
    check "$where: without the cable names resolve through the link" until_ok 30000 resolves 100.127.0.99
    note "time|names through the link, $where||$(ms "$began" "$EPOCHREALTIME")"
    $3
    check "$where: with the cable again as before" until_ok 30000 resolves 192.0.2.99
    # Killed together with its pppd, and the board gone: nobody but the next daemon can clear that away.
    check "$where: the link's server is in the file" until_ok 30000 grep -q 100.127.0.53 /etc/resolv.conf
    systemctl kill --signal=KILL --kill-whom=all microcatd.service
    unplug
    check "$where: what a killed daemon left is taken out" until_ok 60000 bash -c "! grep -q 100.127.0.53 /etc/resolv.conf"
    check "$where: Ethernet's stays" until_ok 30000 resolves 192.0.2.99
    plug
    check "$where: and given again" until_ok 90000 grep -q 100.127.0.53 /etc/resolv.conf
}

taken_by() { microcatctl --json status | grep -q "\"dns_where\":\"$1\""; }
pull() { ethernet down; }
push() { ethernet up; }

# ---- systemd-resolved ----
is_in_resolved() { resolvectl dns ppp0 | grep -q 100.127.0.53; }
ethernet up
need "the service starts" start_daemon
need "online" in_state online 90
check "resolved has the servers" until_ok 30000 is_in_resolved
systemctl restart systemd-resolved.service
check "and still has them after a restart of its own" until_ok 30000 is_in_resolved
check "a name resolves by them" resolvectl query --interface=ppp0 --cache=no name.example.com
stop_daemon
systemctl stop systemd-resolved.service
systemctl mask --runtime systemd-resolved.service 2>/dev/null

# ---- nothing at all ----
rm -f /etc/resolv.conf
printf 'search lan\nnameserver 192.0.2.1\n' >/etc/resolv.conf
before=$(cat /etc/resolv.conf)
ethernet up
follow resolv.conf pull push
check "the link's two are behind it in the file" test "$(grep -c '^nameserver' /etc/resolv.conf)" = 3
# DHCP renews its lease.
printf 'search lan\nnameserver 192.0.2.1\n# renewed\n' >/etc/resolv.conf.new && mv /etc/resolv.conf.new /etc/resolv.conf
check "whoever writes the file anew finds ours in it again" until_ok 30000 grep -q 100.127.0.53 /etc/resolv.conf
check "beside what he wrote" grep -q renewed /etc/resolv.conf
stop_daemon
is "stopped, the file is as it was" "$(cat /etc/resolv.conf)" "$before"$'\n# renewed'

# ---- resolvconf, and openresolv ----
# The packages' files as they are. dpkg would read the host's whole database over 9p, and they exclude each other.
put_package()
{
    dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C / && dpkg-deb --fsys-tarfile "$1" | tar -t >$run/package
}
take_package()
{
    sed 's,^\.,,' $run/package | grep -v '/$' | xargs rm -f
    rm -rf /etc/resolvconf /run/resolvconf /lib/resolvconf /etc/resolv.conf
}
nobody_at_it()
{
    ! pgrep -x resolvconf
}
for package in resolvconf openresolv; do
    ethernet up
    check "$package is there" put_package $debs/${package}_*.deb
    if [ $package = resolvconf ]; then
        mkdir -p /run/resolvconf/interface
        ln -sf /run/resolvconf/resolv.conf /etc/resolv.conf
        resolvconf --enable-updates
    fi
    resolvconf -a eth7.dhclient <<<'nameserver 192.0.2.1'
    follow resolvconf pull push
    stop_daemon
    check "$package: stopped, the servers are gone" until_ok 60000 bash -c "! grep -q 100.127 /etc/resolv.conf"
    check "$package: and Ethernet's stays" grep -q 192.0.2.1 /etc/resolv.conf
    resolvconf -d eth7.dhclient
    # openresolv waits for its lock for ever when its folder goes.
    check "$package: nobody is at it any more" until_ok 30000 nobody_at_it
    take_package
done

# ---- NetworkManager with its own resolv.conf ----
nm_pull() { ip -n lan link set peer7 down; }
nm_push() { ip -n lan link set peer7 up; }
: >/etc/resolv.conf
ip addr flush dev eth7
mkdir -p /etc/NetworkManager/conf.d /etc/NetworkManager/system-connections
printf '[main]\nplugins=keyfile\ndns=default\nrc-manager=file\n[device-eth7]\nmatch-device=interface-name:eth7\nmanaged=1\ncarrier-wait-timeout=1000\n[device-rest]\nmatch-device=*\nmanaged=0\n' \
    >/etc/NetworkManager/conf.d/test.conf
printf '[connection]\nid=eth7\ntype=ethernet\ninterface-name=eth7\n[ipv4]\nmethod=manual\naddresses=192.0.2.2/24\ngateway=192.0.2.1\ndns=192.0.2.1;\n[ipv6]\nmethod=disabled\n' \
    >/etc/NetworkManager/system-connections/eth7.nmconnection
chmod 600 /etc/NetworkManager/system-connections/eth7.nmconnection
systemctl daemon-reload
systemctl reload dbus.service
check "NetworkManager starts" systemctl start NetworkManager.service
check "and writes the file" until_ok 30000 grep -q 192.0.2.1 /etc/resolv.conf
follow NetworkManager nm_pull nm_push
check "NetworkManager leaves ppp0 alone" bash -c "! nmcli -t -f DEVICE,STATE device | grep -q '^ppp0:connected\$'"
stop_daemon
check "stopped, the file is NetworkManager's alone" until_ok 30000 bash -c "! grep -q microcatd /etc/resolv.conf && grep -q 192.0.2.1 /etc/resolv.conf"
systemctl stop NetworkManager.service
rm -rf /etc/NetworkManager/conf.d/test.conf /etc/NetworkManager/system-connections/eth7.nmconnection
systemctl unmask --runtime systemd-resolved.service 2>/dev/null
systemctl start systemd-resolved.service
