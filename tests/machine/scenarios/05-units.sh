# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# what is installed: units that verify, what they do not allow, the udev rule, and pppd working inside the service's sandbox
# limit: 600 s

check "systemd finds nothing wrong with the units" systemd-analyze verify --man=no microcatd.service microcatd@one.service microcatd-wait-online@microcatd.service \
    microcat-helper@one.service microcat-helper@one.socket
check "the group of the socket exists" getent group microcat
check "the service is enabled by one command" systemctl enable microcatd.service
systemctl disable -q microcatd.service

check "the board is made" make_board
plug
check "plugging in shows a tty" until_ok 30000 board_tty
udevadm settle --timeout=10
tty=$(board_tty)
property()
{
    udevadm info -q property "$1" | sed -n "s/^$2=//p"
}
is "ModemManager is told to ignore the device" "$(property "$(dirname "$(readlink -f "/sys/class/tty/${tty##*/}/device")")" ID_MM_DEVICE_IGNORE)" 1
is "and its port" "$(property "$tty" ID_MM_PORT_IGNORE)" 1
is "the port has a name that stays" "$(readlink -f /dev/microcat-$board_serial)" "$tty"

# pppd as the helper's child would run, in the very sandbox of the unit, before any daemon is there to ask for it; but on a real tty,
# to which neither pppd nor the helper comes otherwise.
mkdir -p /run/systemd/system/microcat-helper@one.service.d
cat >/run/systemd/system/microcat-helper@one.service.d/sandbox.conf <<END
[Service]
DeviceAllow=char-166 rw
ExecStart=
ExecStart=/usr/sbin/pppd $tty nodetach local noauth noipdefault nodefaultroute noktune ifname ppp0
END
systemctl daemon-reload
ip netns add isp
ip netns exec isp pppd /dev/ttyGS0 nodetach local noauth 10.9.0.1:10.9.0.2 nodefaultroute ifname isp0 >$run/isp.log 2>&1 &
check "the sandboxed service starts" systemctl start microcat-helper@one.service
has_address()
{
    ip -4 addr show dev ppp0 | grep -q 'inet 10.9.0.2'
}
check "pppd works inside the sandbox" until_ok 30000 has_address
check "a ping goes through it" ping -c 2 -i 0.2 -W 2 10.9.0.1
pkill -x pppd
rm -r /run/systemd/system/microcat-helper@one.service.d
systemctl stop microcat-helper@one.socket microcat-helper@one.service
systemctl daemon-reload

check "a shutdown stops no helper before its daemon" bash -c "systemctl show -p Conflicts -p Requires microcat-helper@one.socket microcat-helper@one.service |
    { ! grep -E 'shutdown|helper.*slice'; }"

# What nobody needs who looks after a modem, tried under the daemon's very unit.
mkdir -p /run/systemd/system/microcatd@one.service.d
cat >/run/systemd/system/microcatd@one.service.d/forbidden.conf <<END
[Service]
Type=oneshot
Restart=no
ExecStart=
ExecStart=/usr/bin/python3 -I /usr/lib/microcat-test/guest/forbidden.py
END
systemctl daemon-reload
check "python runs under the daemon's filter" systemctl start microcatd@one.service
is "and calls nothing that is not allowed" "$(journalctl -q -b -u microcatd@one.service -o cat | sed -n 's/^there is //p')" "nothing else"
rm -r /run/systemd/system/microcatd@one.service.d
systemctl stop microcatd@one.service
systemctl daemon-reload

# exposed UNIT MOST: tenths, as systemd-analyze counts it.
exposed()
{
    local line
    line=$(systemd-analyze security "$1" --no-pager 2>/dev/null | tail -n 1)
    note "$line"
    [ "$(sed 's/.*: \([0-9]*\)\.\([0-9]\) .*/\1\2/' <<<"$line")" -le "$2" ]
}
check "the daemon's unit is exposed by 1.5 at most" exposed microcatd.service 15
check "the helper's by 3.0" exposed microcat-helper@microcatd.service 30
