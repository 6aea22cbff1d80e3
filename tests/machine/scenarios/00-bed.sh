# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# the test bed itself: systemd, udev, the USB gadget, and two pppd over it, without microcatd
# limit: 600 s

is "systemd reached its target" "$(systemctl is-active basic.target)" active
is "no container is seen" "$(systemd-detect-virt --container)" none
check "systemd-resolved answers" resolvectl status
check "the board is made" make_board
plug
check "plugging in shows a tty" until_ok 30000 board_tty
tty=$(board_tty)
udevadm settle --timeout=10
is "with the board's vendor" "$(udevadm info -q property "$tty" | sed -n 's/^ID_VENDOR_ID=//p')" 388b
is "and serial number" "$(udevadm info -q property "$tty" | sed -n 's/^ID_SERIAL_SHORT=//p')" $board_serial

# The network's end in a namespace of its own, the host's end as a user would run it.
ip netns add isp
ip netns exec isp pppd /dev/ttyGS0 nodetach local noauth 10.9.0.1:10.9.0.2 ms-dns 10.9.0.1 nodefaultroute \
    ifname isp0 >$run/isp.log 2>&1 &
pppd "$tty" nodetach local noauth noipdefault nodefaultroute usepeerdns ifname ppp0 >$run/pppd.log 2>&1 &
caller=$!
has_address()
{
    ip -4 addr show dev ppp0 | grep -q 'inet 10.9.0.2 peer 10.9.0.1'
}
check "PPP gets its address through the gadget" until_ok 30000 has_address
check "a ping goes through" ping -c 3 -i 0.2 -W 2 10.9.0.1
unplug
gone()
{
    ! kill -0 $caller 2>/dev/null
}
check "pulling the plug ends pppd" until_ok 30000 gone
check "and takes the tty away" until_ok 30000 bash -c '! ls /dev/ttyACM*'
