# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# the simulated modem on the gadget, dialled by hand: pppd and chat, as people do it without microcatd
# limit: 600 s

check "the board is made" make_board
check "the simulated modem runs" start_sim --profile=warm --set=start=registered
plug
check "plugging in shows a tty" until_ok 30000 board_tty
udevadm settle --timeout=10
tty=$(board_tty)
pppd "$tty" 115200 nodetach local noauth noipdefault nodefaultroute usepeerdns noccp novj user sora password sora ifname ppp0 \
    ipcp-accept-local ipcp-accept-remote connect "chat -v -t 10 '' AT OK 'ATD*99***1#' CONNECT ''" >$run/pppd.log 2>&1 &
caller=$!
has_address()
{
    ip -4 addr show dev ppp0 | grep -q 'inet 10.164.98.251'
}
check "PPP comes up with CHAP" until_ok 30000 has_address || sed 's/^/# pppd: /' $run/pppd.log
check "a ping reaches the network's name server" bash -c "ip route add 100.127.0.53 dev ppp0 && ping -c 2 -i 0.3 -W 5 100.127.0.53"
check "the simulator ends the call" inject no-carrier
kill -TERM $caller
wait $caller 2>/dev/null
